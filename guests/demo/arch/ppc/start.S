/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here: r3 its number, r4 the devicetree. Vectors are copied to where they must be, in low memory. */
#if __powerpc64__
#define SAVE std
#define LOAD ld
#define SIZE 8
#define FRAME 512
#define RETURN rfid
#define TO_MSR mtmsrd
#else
#define SAVE stw
#define LOAD lwz
#define SIZE 4
#define FRAME 128
#define RETURN rfi
#define TO_MSR mtmsr
#endif
#define SLOT(n) (FRAME - (n) * SIZE)(1)
#define PER_CPU_HIGH 0x1010

    .section .text.start, "ax"
    .globl _start
_start:
    mtspr 274, 3                /* SPRG2: the CPU's number */
    lis 5, stub@ha
    addi 5, 5, stub@l
    li 6, 0x100
1:  lwz 7, 0(5)                 /* at each vector: stub, with its number in the third instruction */
    stw 7, 0(6)
    lwz 7, 4(5)
    stw 7, 4(6)
    lwz 7, 8(5)
    or 7, 7, 6
    stw 7, 8(6)
    lwz 7, 12(5)
    stw 7, 12(6)
    dcbst 0, 6
    sync
    icbi 0, 6
    addi 6, 6, 0x100
    cmpwi 6, 0x1400
    blt 1b
    isync
    mfmsr 5
    li 6, 0x40                  /* MSR.IP: vectors at 0 from here on */
    andc 5, 5, 6
    TO_MSR 5
    isync
    addi 5, 3, 1
    slwi 5, 5, 10               /* 1 KiB of stack for each CPU */
    lis 1, stacks@ha
    addi 1, 1, stacks@l
    add 1, 1, 5
    addi 1, 1, -64
#if __powerpc64__
    lis 2, .TOC.@ha
    addi 2, 2, .TOC.@l
#endif
    bl demo_main
1:  b 1b

stub:
    mtspr 272, 3
    mtspr 273, 4
    li 3, 0
    ba common

common:
    SAVE 1, -FRAME(1)
    addi 1, 1, -FRAME
    SAVE 0, SLOT(1)
    mfspr 4, 272
    SAVE 4, SLOT(2)
    mfspr 4, 273
    SAVE 4, SLOT(3)
    SAVE 5, SLOT(4)
    SAVE 6, SLOT(5)
    SAVE 7, SLOT(6)
    SAVE 8, SLOT(7)
    SAVE 9, SLOT(8)
    SAVE 10, SLOT(9)
    SAVE 11, SLOT(10)
    SAVE 12, SLOT(11)
    mflr 4
    SAVE 4, SLOT(12)
    mfctr 4
    SAVE 4, SLOT(13)
    mfxer 4
    SAVE 4, SLOT(14)
    mfcr 4
    SAVE 4, SLOT(15)
    mfspr 6, 26
    SAVE 6, SLOT(16)
    mfspr 4, 27
    SAVE 4, SLOT(17)
    mr 5, 3                     /* cause: the vector; pc is in r6 */
    mfspr 3, 274
    li 4, 2                     /* TRAP_OTHER */
    cmpwi 5, 0x500
    bne 1f
    slwi 4, 3, 5
    addis 4, 4, PER_CPU_HIGH
    lwz 4, 0(4)                 /* bit 0: TRAP_IPI if it is on, TRAP_TIMER if not */
    xori 4, 4, 1
1:  bl demo_trap
    LOAD 4, SLOT(17)
    mtspr 27, 4
    LOAD 4, SLOT(16)
    mtspr 26, 4
    LOAD 4, SLOT(15)
    mtcrf 0xff, 4
    LOAD 4, SLOT(14)
    mtxer 4
    LOAD 4, SLOT(13)
    mtctr 4
    LOAD 4, SLOT(12)
    mtlr 4
    LOAD 12, SLOT(11)
    LOAD 11, SLOT(10)
    LOAD 10, SLOT(9)
    LOAD 9, SLOT(8)
    LOAD 8, SLOT(7)
    LOAD 7, SLOT(6)
    LOAD 6, SLOT(5)
    LOAD 5, SLOT(4)
    LOAD 4, SLOT(3)
    LOAD 3, SLOT(2)
    LOAD 0, SLOT(1)
    addi 1, 1, FRAME
    RETURN

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 1024          /* MAX_CPUS */
