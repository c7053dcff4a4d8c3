/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start and interrupts of a 64-bit partition, big-endian, in real mode. */

#define FRAME 512

    .macro load register, symbol
    lis \register, \symbol@ha
    addi \register, \register, \symbol@l
    .endm

    .section .text.start, "ax"
    .globl _start
_start:
    mr 31, 3
    mfmsr 4
    lis 5, 0x8000
    sldi 5, 5, 32
    or 4, 4, 5
    mtmsrd 4
    isync
    load 3, bss_start
    load 4, bss_end
    li 5, 0
1:  cmpld 3, 4
    bge 2f
    std 5, 0(3)
    addi 3, 3, 8
    b 1b
2:  load 2, .TOC.
    load 1, stacks
    addis 1, 1, 1
    addi 1, 1, -128
    bl install
    mr 3, 31
    bl test_main
    bl stop

/* A started CPU has its number in register 3. */
    .globl secondary_start
secondary_start:
    load 2, .TOC.
    load 1, stacks
    addis 1, 1, 1
    sldi 4, 3, 14
    sub 1, 1, 4
    addis 1, 1, 2
    addi 1, 1, -128
    bl secondary_main
    b .

/* Puts the stub with its number at each vector. */
install:
    load 3, vectors
3:  lwz 4, 0(3)
    cmpwi 4, 0
    beq 5f
    load 5, stub
    li 6, 8
    mtctr 6
    mr 7, 4
4:  lwz 6, 0(5)
    stw 6, 0(7)
    addi 5, 5, 4
    addi 7, 7, 4
    bdnz 4b
    sth 4, 26(4)
    addi 3, 3, 4
    b 3b
5:  sync
    li 4, 0x100
6:  icbi 0, 4
    addi 4, 4, 32
    cmpwi 4, 0x1000
    blt 6b
    isync
    blr

vectors:
    .long 0x100, 0x200, 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x700, 0x800, 0x900, 0xa00, 0xc00, 0xd00, 0xf20, 0xf40, 0xf60, 0

stub:
    mtspr 272, 3
    mflr 3
    mtspr 273, 3
    lis 3, common@ha
    addi 3, 3, common@l
    mtlr 3
    li 3, 0
    blr

common:
    mtspr 274, 1
    addi 1, 1, -(FRAME + 512)
    std 0, 256(1)
    std 2, 256+16(1)
    std 4, 256+32(1)
    std 5, 256+40(1)
    std 6, 256+48(1)
    std 7, 256+56(1)
    std 8, 256+64(1)
    std 9, 256+72(1)
    std 10, 256+80(1)
    std 11, 256+88(1)
    std 12, 256+96(1)
    std 13, 256+104(1)
    mfspr 4, 274
    std 4, 256+8(1)
    mfspr 4, 272
    std 4, 256+24(1)
    mfspr 4, 26
    std 4, 256+256(1)
    mfspr 4, 27
    std 4, 256+264(1)
    mfspr 4, 273
    std 4, 256+272(1)
    mfctr 4
    std 4, 256+280(1)
    mfxer 4
    std 4, 256+288(1)
    mfcr 4
    std 4, 256+296(1)
    mr 4, 3
    addi 3, 1, 256
    load 2, .TOC.
    bl on_trap
    ld 4, 256+256(1)
    mtspr 26, 4
    ld 4, 256+264(1)
    mtspr 27, 4
    ld 4, 256+272(1)
    mtlr 4
    ld 4, 256+280(1)
    mtctr 4
    ld 4, 256+288(1)
    mtxer 4
    ld 4, 256+296(1)
    mtcr 4
    ld 0, 256(1)
    ld 2, 256+16(1)
    ld 3, 256+24(1)
    ld 4, 256+32(1)
    ld 5, 256+40(1)
    ld 6, 256+48(1)
    ld 7, 256+56(1)
    ld 8, 256+64(1)
    ld 9, 256+72(1)
    ld 10, 256+80(1)
    ld 11, 256+88(1)
    ld 12, 256+96(1)
    ld 13, 256+104(1)
    ld 1, 256+8(1)
    rfid

/* u64 hcall(u64 *regs): registers 3 to 11 in and out. */
    .globl hcall
hcall:
    mr 12, 3
    ld 3, 0(12)
    ld 4, 8(12)
    ld 5, 16(12)
    ld 6, 24(12)
    ld 7, 32(12)
    ld 8, 40(12)
    ld 9, 48(12)
    ld 10, 56(12)
    ld 11, 64(12)
    std 12, -16(1)
    sc 1
    ld 12, -16(1)
    std 3, 0(12)
    std 4, 8(12)
    std 5, 16(12)
    std 6, 24(12)
    std 7, 32(12)
    std 8, 40(12)
    std 9, 48(12)
    std 10, 56(12)
    std 11, 64(12)
    blr
