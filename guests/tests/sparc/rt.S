/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a LEON3: windows, a stack for each of PROCESSORS (one where that is not defined), traps on with all interrupts masked. */
#include "sparc_v8.S"

    .section .text.start, "ax"
    .globl _start
_start:
    wr %g0, 0xfc0, %psr         /* S, PS, interrupt level 15; window 0 */
    nop
    nop
    nop
    start_windows
    wr %g0, 0xfe0, %psr
    nop
    nop
    nop
#ifdef PROCESSORS
    rd %asr17, %o0
    srl %o0, 28, %o0
    add %o0, 1, %g2
    sll %g2, 14, %g2
    set stacks - 96, %g3
    add %g3, %g2, %sp
    clr %fp
    tst %o0
    bne 1f
    nop
#else
    set stack_top - 96, %sp
    clr %fp
#endif
    call test_main
    nop
    call stop
    nop
#ifdef PROCESSORS
1:  call other_main
    nop
#endif

    /* void halt(void): with traps off, `ta 0` ends the machine. */
    .globl halt
halt:
    wr %g0, 0xfc0, %psr
    nop
    nop
    nop
    ta 0
    nop
1:  ba 1b
    nop

    .section .bss.stacks, "aw", @nobits
    .balign 16
#ifdef PROCESSORS
stacks:
    .space PROCESSORS * 16384
#else
    .space 65536
stack_top:
#endif
