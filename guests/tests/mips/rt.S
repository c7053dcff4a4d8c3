/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of each CPU, from the boot ROM in kseg0, and the exception vectors. */
#if __mips == 64
#define SAVE sd
#define LOAD ld
#define SIZE 8
#define MFC dmfc0
#define MTC dmtc0
#define MOVE_ADDRESS dla
#define ADD daddu
#else
#define SAVE sw
#define LOAD lw
#define SIZE 4
#define MFC mfc0
#define MTC mtc0
#define MOVE_ADDRESS la
#define ADD addu
#endif

    .set noreorder
    .set noat
    .section .text.start, "ax"
    .globl _start
_start:
    mfc0 $8, $15, 1             /* EBase: the CPU's number */
    andi $16, $8, 0x3ff
    mtc0 $0, $13                /* Cause: IV off */
    /* 64-bit operations in kernel mode; all interrupts off; vectors in RAM. */
#if __mips == 64
    li $8, 0x80
#else
    li $8, 0
#endif
    mtc0 $8, $12
    ehb
    MOVE_ADDRESS $8, vectors
    mtc0 $8, $15, 1
    ehb
    sll $8, $16, 12
    MOVE_ADDRESS $29, stacks + 4096 - 64
    ADD $29, $29, $8
    MOVE_ADDRESS $25, test_main
    jalr $25
    move $4, $16
    bnez $16, 1f
    nop
    MOVE_ADDRESS $25, stop
    jalr $25
    move $4, $2
1:  wait
    b 1b
    nop

    .macro each op
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 30, 31
    \op $\n, \n * SIZE($29)
    .endr
    .endm

    /* Each vector notes its own offset for the handler. */
    .balign 4096
    .globl vectors
vectors:
    b common                    /* 0x000: TLB refill */
    li $27, 0x000
    .org vectors + 0x080        /* 0x080: TLB refill of 64-bit addresses */
    b common
    li $27, 0x080
    .org vectors + 0x100
    b common
    li $27, 0x100
    .org vectors + 0x180        /* 0x180: all others */
    b common
    li $27, 0x180
    .org vectors + 0x200        /* 0x200: interrupts, with Cause.IV */
    b common
    li $27, 0x200
    .org vectors + 0x400
common:
    addiu $29, $29, -40 * SIZE
    each SAVE
    addiu $26, $29, 40 * SIZE
    SAVE $26, 29 * SIZE($29)
    MFC $26, $14
    SAVE $26, 0($29)
    SAVE $27, 26 * SIZE($29)
#if __mips_isa_rev < 6
    mfhi $26
    SAVE $26, 32 * SIZE($29)
    mflo $26
    SAVE $26, 33 * SIZE($29)
#endif
    addiu $29, $29, -64
    addiu $4, $29, 64
    mfc0 $5, $13
    MFC $6, $8
    MOVE_ADDRESS $25, on_trap
    jalr $25
    nop
    addiu $29, $29, 64
#if __mips_isa_rev < 6
    LOAD $26, 32 * SIZE($29)
    mthi $26
    LOAD $26, 33 * SIZE($29)
    mtlo $26
#endif
    LOAD $26, 0($29)
    MTC $26, $14
    ehb
    each LOAD
    LOAD $29, 29 * SIZE($29)
    eret

    .section .bss.stacks, "aw", @nobits
    .balign 4096
stacks:
    .space 16 * 4096
