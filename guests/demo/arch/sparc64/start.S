/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here: %o0 its number, %o1 the devicetree. A CPU's stack has 4 KiB. */
#include "sparc_v9.S"

    .section .text.start, "ax"
    .globl _start
_start:
    start_windows
    add %o0, 1, %g1
    sllx %g1, 12, %g1
    set stacks - BIAS - FRAME, %o2
    add %g1, %o2, %sp
    clr %fp
    call demo_main
    nop
1:  ba 1b
    nop

    .section .text
    /* u32 cpu_of(word stack): whose stack that is. */
    .globl cpu_of
cpu_of:
    set stacks - BIAS, %g1
    sub %o0, %g1, %o0
    retl
    srl %o0, 12, %o0

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 4096          /* MAX_CPUS */
