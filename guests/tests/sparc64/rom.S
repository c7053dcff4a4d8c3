/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The ROM of a sun4u machine without firmware: whatever reset it was, on to the program that was loaded at 0x100000. */
    .section .text.rom, "ax"
    .rept 0x100 / 0x20          /* power-on, watchdog, externally and software-initiated reset, RED_state */
    .balign 32
    sethi %hi(0x100000), %g1
    jmp %g1
    nop
    .endr
    .balign 256

    .section .note.GNU-stack, "", @progbits
