/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The ROM of a sun4m machine without firmware. Processors begin here in boot mode, in which all instructions come from the ROM: the last
 * one leaves it, on the way to the program in RAM. */
    .section .text.rom, "ax"
    sethi %hi(0x4000), %g1
    jmp %g1
    sta %g0, [%g0] 4            /* control register of the MMU */
    .space 0x1000

    .section .note.GNU-stack, "", @progbits
