/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of each CPU and the interrupt vectors: IVORn leads to vectors + n * 0x40. */
#define FRAME 192
#define SPRG(n) (272 + (n))
#define SRR0 26
#define SRR1 27
#define CSRR0 58
#define CSRR1 59
#define MCSRR0 570
#define MCSRR1 571
#define IVPR 63

    .machine "e500"
    .section .text.start, "ax"
    .globl _start, _start_secondary
_start:
    mr 30, 3                    /* the devicetree */
    li 31, 0
    b 1f
_start_secondary:
    mr 31, 3                    /* the CPU's number */
    li 30, 0
1:  lis 5, vectors@ha           /* 64 KiB aligned */
    mtspr IVPR, 5
    li 6, 0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    mtspr 400 + \n, 6
    addi 6, 6, 0x40
    .endr
    .irp n, 0, 1, 2, 3
    mtspr 528 + \n, 6
    addi 6, 6, 0x40
    .endr
    /* TLB1, entry 8: CCSR at 0xe0000000; entry 9: the spin table at 0xef000000. Guarded, cache inhibited. */
    lis 5, 0x1008
    lis 6, 0xc000
    ori 6, 6, 5 << 8
    lis 7, 0xe000
    bl map_device
    lis 5, 0x1009
    lis 6, 0xc000
    ori 6, 6, 1 << 8
    lis 7, 0xef00
    bl map_device
    slwi 8, 31, 13              /* 8 KiB of stack for each CPU */
    lis 1, stacks@ha
    addi 1, 1, stacks@l
    add 1, 1, 8
    addi 1, 1, 8192 - 64
    li 0, 0
    stw 0, 0(1)
    mtspr SPRG(2), 1
    mr 3, 31
    mr 4, 30
    bl test_main
    cmpwi 31, 0
    bne 2f
    bl stop
2:  b 2b

map_device:
    mtspr 624, 5
    mtspr 625, 6
    ori 8, 7, 0xa
    mtspr 626, 8
    ori 8, 7, 0x3f
    mtspr 627, 8
    li 8, 0xf
    mtspr 944, 8
    isync
    tlbwe
    isync
    msync
    blr

    .balign 65536
    .globl vectors
vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
    .org vectors + \n * 0x40
    mtspr SPRG(0), 3
    mtspr SPRG(1), 4
    li 3, \n
    b common
    .endr

common:
    stw 1, -FRAME(1)
    addi 1, 1, -FRAME
    stw 0, 16(1)
    mfspr 4, SPRG(0)
    stw 4, 16 + 3 * 4(1)
    mfspr 4, SPRG(1)
    stw 4, 16 + 4 * 4(1)
    .irp n, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    stw \n, 16 + \n * 4(1)
    .endr
    addi 4, 1, FRAME
    stw 4, 16 + 4(1)
    mflr 4
    stw 4, 16 + 34 * 4(1)
    mfctr 4
    stw 4, 16 + 35 * 4(1)
    mfxer 4
    stw 4, 16 + 36 * 4(1)
    mfcr 4
    stw 4, 16 + 37 * 4(1)
    cmpwi cr1, 3, 0             /* critical input and watchdog have CSRR0 and CSRR1, machine check MCSRR0 and MCSRR1 */
    cmpwi cr2, 3, 12
    cmpwi cr3, 3, 1
    beq cr1, 1f
    beq cr2, 1f
    beq cr3, 2f
    mfspr 4, SRR0
    mfspr 5, SRR1
    b 3f
1:  mfspr 4, CSRR0
    mfspr 5, CSRR1
    b 3f
2:  mfspr 4, MCSRR0
    mfspr 5, MCSRR1
3:  stw 4, 16 + 32 * 4(1)
    stw 5, 16 + 33 * 4(1)
    stw 3, 16 + 38 * 4(1)
    mr 4, 3
    addi 3, 1, 16
    bl on_trap
    lwz 3, 16 + 38 * 4(1)
    lwz 4, 16 + 32 * 4(1)
    lwz 5, 16 + 33 * 4(1)
    cmpwi cr1, 3, 0
    cmpwi cr2, 3, 12
    cmpwi cr3, 3, 1
    beq cr1, 1f
    beq cr2, 1f
    beq cr3, 2f
    mtspr SRR0, 4
    mtspr SRR1, 5
    b 3f
1:  mtspr CSRR0, 4
    mtspr CSRR1, 5
    b 3f
2:  mtspr MCSRR0, 4
    mtspr MCSRR1, 5
3:  lwz 6, 16 + 34 * 4(1)
    mtlr 6
    lwz 6, 16 + 35 * 4(1)
    mtctr 6
    lwz 6, 16 + 36 * 4(1)
    mtxer 6
    beq cr1, 1f
    beq cr2, 1f
    beq cr3, 2f
    .macro restore how
    lwz 6, 16 + 37 * 4(1)
    mtcrf 0xff, 6
    .irp n, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lwz \n, 16 + \n * 4(1)
    .endr
    lwz 1, 16 + 4(1)
    \how
    .endm
    restore rfi
1:  restore rfci
2:  restore ".long 0x4c00004c"  /* rfmci */

    .section .bss.stacks, "aw", @nobits
    .balign 4096
stacks:
    .space 8 * 8192

    .section .note.GNU-stack, "", @progbits
