/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a sun4u machine, from reset: RED_state, MMUs off. */
#include "sparc_v9.S"

    .section .text.start, "ax"
    .globl _start
_start:
    start_windows
    set stack_top - BIAS - FRAME, %sp
    clr %fp
    call test_main
    nop
    call stop
    nop

    .section .bss.stacks, "aw", @nobits
    .balign 16
    .space 65536
stack_top:

    .section .note.GNU-stack, "", @progbits
