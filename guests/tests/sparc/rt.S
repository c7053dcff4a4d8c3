/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a LEON3: windows, stack, traps on with all interrupts masked. */
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
    set stack_top - 96, %sp
    clr %fp
    call test_main
    nop
    call stop
    nop

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
    .space 65536
stack_top:
