/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every hart starts here: a0 its number, a1 the devicetree. */
#if __riscv_xlen == 64
#define SAVE sd
#define LOAD ld
#define SIZE 8
#else
#define SAVE sw
#define LOAD lw
#define SIZE 4
#endif

    .section .text.start, "ax"
    .globl _start
_start:
    la t0, vector
    csrw mtvec, t0
    csrw mie, zero
    addi t0, a0, 1
    slli t0, t0, 10             /* 1 KiB of stack for each hart */
    la sp, stacks
    add sp, sp, t0
    call demo_main
1:  wfi
    j 1b

    .balign 4
vector:
    addi sp, sp, -16 * SIZE
    SAVE ra, 0 * SIZE(sp)
    SAVE t0, 1 * SIZE(sp)
    SAVE t1, 2 * SIZE(sp)
    SAVE t2, 3 * SIZE(sp)
    SAVE a0, 4 * SIZE(sp)
    SAVE a1, 5 * SIZE(sp)
    SAVE a2, 6 * SIZE(sp)
    SAVE a3, 7 * SIZE(sp)
    SAVE a4, 8 * SIZE(sp)
    SAVE a5, 9 * SIZE(sp)
    SAVE a6, 10 * SIZE(sp)
    SAVE a7, 11 * SIZE(sp)
    SAVE t3, 12 * SIZE(sp)
    SAVE t4, 13 * SIZE(sp)
    SAVE t5, 14 * SIZE(sp)
    SAVE t6, 15 * SIZE(sp)
    csrr a0, mhartid
    csrr a2, mcause
    csrr a3, mepc
    li a1, 2                    /* TRAP_OTHER */
    bgez a2, 1f
    slli t0, a2, 1              /* without the interrupt bit */
    li a1, 0                    /* TRAP_IPI */
    li t1, 2 * 3
    beq t0, t1, 1f
    li a1, 1                    /* TRAP_TIMER */
    li t1, 2 * 7
    beq t0, t1, 1f
    li a1, 2
1:  call demo_trap
    LOAD ra, 0 * SIZE(sp)
    LOAD t0, 1 * SIZE(sp)
    LOAD t1, 2 * SIZE(sp)
    LOAD t2, 3 * SIZE(sp)
    LOAD a0, 4 * SIZE(sp)
    LOAD a1, 5 * SIZE(sp)
    LOAD a2, 6 * SIZE(sp)
    LOAD a3, 7 * SIZE(sp)
    LOAD a4, 8 * SIZE(sp)
    LOAD a5, 9 * SIZE(sp)
    LOAD a6, 10 * SIZE(sp)
    LOAD a7, 11 * SIZE(sp)
    LOAD t3, 12 * SIZE(sp)
    LOAD t4, 13 * SIZE(sp)
    LOAD t5, 14 * SIZE(sp)
    LOAD t6, 15 * SIZE(sp)
    addi sp, sp, 16 * SIZE
    mret

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 1024          /* MAX_CPUS */
