/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of a bare-metal benchmark on a 64-bit partition (pseries), linked at 0 and given as firmware: CPUs begin at 0x100 in big-endian
 * mode, which is left when the program is little-endian. Calls bench(n), prints the checksum in hexadecimal by calls of the hypervisor
 * and switches off by RTAS. The number of rounds stands behind the mark "BENCHN==". */
    .machine "power8"
    .section .text.boot, "ax"
    .globl _start
_start:
    .space 0x100
#ifdef __LITTLE_ENDIAN__
    /* Big-endian words: they go on behind themselves with MSR.LE on. */
    .long 0xa600607c                /* mfmsr 3 */
    .long 0x01006360                /* ori 3, 3, 1 */
    .long 0xa6037b7c                /* mtsrr1 3 */
    .long 0x18018038                /* li 4, 0x118 */
    .long 0xa6039a7c                /* mtsrr0 4 */
    .long 0x2400004c                /* rfid */
#endif
    b 1f
    .ascii "BENCHN=="
rounds:
    .long 1
1:  mfmsr 3
    ori 3, 3, 0x2000                /* FP */
    mtmsrd 3
    isync
    lis 2, .TOC.@ha
    addi 2, 2, .TOC.@l
    lis 1, (stack_end - 128)@ha
    addi 1, 1, (stack_end - 128)@l
    lis 3, rounds@ha
    lwz 3, rounds@l(3)
    bl bench
    nop
    mr 31, 3
    li 30, 8
2:  rlwinm 4, 31, 4, 28, 31
    cmplwi 4, 10
    addi 4, 4, '0'
    blt 3f
    addi 4, 4, 'a' - '0' - 10
3:  bl putc
    rlwinm 31, 31, 4, 0, 31
    addic. 30, 30, -1
    bne 2b
    li 4, 10
    bl putc
    lis 4, args@ha
    addi 4, 4, args@l
    li 3, 0
    ori 3, 3, 0xf000                /* H_RTAS */
    sc 1
4:  b 4b
putc:                               /* H_PUT_TERM_CHAR of one character */
    sldi 6, 4, 56
    li 4, 0
    li 5, 1
    li 7, 0
    li 3, 0x58
    sc 1
    blr
    .balign 4
args:                               /* power-off: token, arguments, results, always big-endian */
    .byte 0, 0, 0x20, 3, 0, 0, 0, 2, 0, 0, 0, 1
    .long 0, 0, 0
    .bss
    .balign 16
    .space 8192
stack_end:
