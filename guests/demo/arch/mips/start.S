/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here: a0 its number, a1 the devicetree (a physical address). */
#if __mips == 64
#define SAVE sd
#define LOAD ld
#define SIZE 8
#define MFC dmfc0
#define MTC dmtc0
#define ADDRESS dla
#define ADD daddu
#define STATUS 0x0c80           /* KX; interrupts 0 and 1 */
#else
#define SAVE sw
#define LOAD lw
#define SIZE 4
#define MFC mfc0
#define MTC mtc0
#define ADDRESS la
#define ADD addu
#define STATUS 0x0c00
#endif

    .set noreorder
    .set noat
    .section .text.start, "ax"
    .globl _start
_start:
    /* Exceptions at EBase + 0x180, interrupts off; the two hardware interrupts of the board enabled. */
    mtc0 $0, $13
    li $8, STATUS | 1 << 22     /* BEV, while EBase changes */
    mtc0 $8, $12
    ehb
    ADDRESS $8, vectors
    mtc0 $8, $15, 1
    ehb
    li $8, STATUS
    mtc0 $8, $12
    ehb
    addiu $8, $4, 1
    sll $8, $8, 10              /* 1 KiB of stack for each CPU */
    ADDRESS $29, stacks - 64
    ADD $29, $29, $8
    lui $8, 0x8000              /* kseg0 */
    or $5, $5, $8
    ADDRESS $25, demo_main
    jalr $25
    nop
1:  wait
    b 1b
    nop

    .balign 4096
vectors:
    ADDRESS $27, common
    jr $27
    li $27, 1
    .org vectors + 0x80
    ADDRESS $27, common
    jr $27
    li $27, 1
    .org vectors + 0x180
    /* An interrupt that comes between enabling and WAIT ends the wait: arch_wait begins again behind it. */
    MFC $26, $14
    ADDRESS $27, arch_wait_begin
    sltu $27, $26, $27
    bnez $27, 1f
    nop
    ADDRESS $27, arch_wait_end
    sltu $26, $26, $27
    beqz $26, 1f
    nop
    MTC $27, $14
1:
common:
    addiu $29, $29, -24 * SIZE - 64
    .macro each op
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    \op $\n, 64 + \n * SIZE($29)
    .endr
    \op $24, 64 + 16 * SIZE($29)
    \op $25, 64 + 17 * SIZE($29)
    \op $31, 64 + 18 * SIZE($29)
    .endm
    each SAVE
    mfhi $8
    mflo $9
    SAVE $8, 64 + 22 * SIZE($29)
    SAVE $9, 64 + 23 * SIZE($29)
    mfc0 $4, $15, 1
    andi $4, $4, 0x3ff
    mfc0 $6, $13
    MFC $7, $14
    andi $8, $6, 0x7c
    bnez $8, 2f
    li $5, 2                    /* TRAP_OTHER */
    andi $8, $6, 0x400
    bnez $8, 2f
    li $5, 0                    /* TRAP_IPI: hardware interrupt 0 */
    li $5, 1                    /* TRAP_TIMER: hardware interrupt 1 */
2:  ADDRESS $25, demo_trap
    jalr $25
    nop
    LOAD $8, 64 + 22 * SIZE($29)
    LOAD $9, 64 + 23 * SIZE($29)
    mthi $8
    mtlo $9
    each LOAD
    addiu $29, $29, 24 * SIZE + 64
    eret

    .globl arch_wait
arch_wait:
    mfc0 $8, $12
    ori $9, $8, 1
arch_wait_begin:
    mtc0 $9, $12
    ehb
    nop
    wait
    nop
arch_wait_end:
    mtc0 $8, $12
    ehb
    jr $31
    nop

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 1024          /* MAX_CPUS */
