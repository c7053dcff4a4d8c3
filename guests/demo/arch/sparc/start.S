/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here: %o0 its number, %o1 the devicetree. A CPU's stack has 4 KiB. */
#include "sparc_v8.S"

    .section .text.start, "ax"
    .globl _start
_start:
    mov %o0, %g6
    mov %o1, %g7
    wr %g0, 0xfc0, %psr         /* S, PS, interrupt level 15; window 0 */
    nop
    nop
    nop
    start_windows
    wr %g0, 0xfe0, %psr         /* traps on */
    nop
    nop
    nop
    add %g6, 1, %g1
    sll %g1, 12, %g1
    set stacks - 96, %g2
    add %g1, %g2, %sp
    clr %fp
    mov %g6, %o0
    call demo_main
    mov %g7, %o1
1:  ba 1b
    nop

    .section .text
    /* u32 cpu_of(word stack): whose stack that is. */
    .globl cpu_of
cpu_of:
    set stacks, %g1
    sub %o0, %g1, %o0
    retl
    srl %o0, 12, %o0

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 4096          /* MAX_CPUS */
