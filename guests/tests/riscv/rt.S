/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of each hart (a0 its number, a1 the devicetree), and the trap vector of machine mode. */
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
    /* Listen to the timer only when a test asks for it: mtimecmp starts at 0 on some machines. */
    slli t0, a0, 12
    la sp, stacks + 4096
    add sp, sp, t0
    mv s0, a0
    call test_main
    bnez s0, 1f
    call stop
1:  wfi
    j 1b

    .macro each op
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \op x\n, \n * SIZE(sp)
    .endr
    .endm

    .balign 4
    .globl vector
vector:
    addi sp, sp, -32 * SIZE
    each SAVE
    addi t0, sp, 32 * SIZE
    SAVE t0, 2 * SIZE(sp)
    csrr t0, mepc
    SAVE t0, 0(sp)
    mv a0, sp
    csrr a1, mcause
    csrr a2, mtval
    call on_trap
    LOAD t0, 0(sp)
    csrw mepc, t0
    each LOAD
    LOAD sp, 2 * SIZE(sp)
    mret

    .section .bss.stacks, "aw", @nobits
    .balign 4096
stacks:
    .space 8 * 4096
