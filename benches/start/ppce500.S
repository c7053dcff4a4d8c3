/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of a bare-metal benchmark on the ppce500 board: maps the chip's registers (0xf_e000_0000) at 0xe0000000, calls bench(n), prints the checksum in hexadecimal on
 * the 16550, and switches off by pin 0. The number of rounds stands behind the mark "BENCHN==". */
    .section .text.boot, "ax"
    .globl _start
_start:
    b 1f
    .ascii "BENCHN=="
rounds:
    .long 1
1:  mfmsr 3
    ori 3, 3, 0x2000            /* FP */
    mtmsr 3
    isync
    lis 3, 0x1008               /* TLB1, entry 8: 1 MiB, guarded, not cached */
    mtspr 624, 3
    lis 3, 0xc000
    ori 3, 3, 0x500
    mtspr 625, 3
    lis 4, 0xe000
    ori 3, 4, 0xa
    mtspr 626, 3
    ori 3, 4, 0x3f
    mtspr 627, 3
    li 3, 0xf
    mtspr 944, 3
    isync
    .long 0x7c0007a4            /* tlbwe */
    isync
    lis 1, (stack_end - 64)@ha
    addi 1, 1, (stack_end - 64)@l
    lis 3, rounds@ha
    lwz 3, rounds@l(3)
    bl bench
    lis 5, 0xe000
    li 6, 8
    mtctr 6
2:  rlwinm 4, 3, 4, 28, 31
    cmplwi 4, 10
    addi 4, 4, '0'
    blt 3f
    addi 4, 4, 'a' - '0' - 10
3:  stb 4, 0x4500(5)
    rlwinm 3, 3, 4, 0, 31
    bdnz 2b
    li 4, 10
    stb 4, 0x4500(5)
    lis 5, 0xe010
    lis 4, 0x8000
    stw 4, -0x1000(5)
    stw 4, -0xff8(5)
4:  b 4b
    .bss
    .balign 16
    .space 8192
stack_end:
