/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a sun4m machine: windows, traps on with all interrupts masked, a stack for each processor in the order in which they come. */
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
    set started, %g1
    set 1, %g3
1:  ldstub [%g1], %g2
    tst %g2
    bne 1b
    nop
    ld [%g1 + 4], %o0
    add %o0, 1, %g2
    st %g2, [%g1 + 4]
    stb %g0, [%g1]
    sll %g2, 14, %g2
    set stacks - 96, %g3
    add %g3, %g2, %sp
    clr %fp
    call begin
    nop

    .section .bss.stacks, "aw", @nobits
    .balign 16
started:
    .space 16
    .globl stacks
stacks:
    .space 4 * 16384
    .section .note.GNU-stack, "", @progbits
