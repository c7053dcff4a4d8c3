/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of a bare-metal benchmark on a 64-bit MIPS, n64, in kseg0: calls bench(n), prints the checksum in hexadecimal on a byte
 * console at physical UART, and stops by a store to physical HALT. The number of rounds stands behind the mark "BENCHN==". */
    .set noreorder
    .section .text.boot, "ax"
    .globl _start
_start:
    b 1f
    nop
    .ascii "BENCHN=="
rounds:
    .word 1
1:  mfc0 $8, $12
    li $9, 0x24000080           /* CU1, FR, KX */
    or $8, $8, $9
    li $9, 0x00400006           /* BEV, ERL, EXL */
    nor $9, $9, $0
    and $8, $8, $9
    mtc0 $8, $12
    ehb
    dla $29, stack_end - 64
    dla $8, rounds
    lw $4, 0($8)
    dla $25, bench
    jalr $25
    nop
    dli $8, 0xffffffffa0000000 + UART
    li $9, 8
2:  srl $10, $2, 28
    sltiu $11, $10, 10
    bnez $11, 3f
    addiu $12, $10, '0'
    addiu $12, $10, 'a' - 10
3:  sb $12, 0($8)
    addiu $9, $9, -1
    bnez $9, 2b
    sll $2, $2, 4
    li $12, 10
    sb $12, 0($8)
    dli $8, 0xffffffffa0000000 + HALT
    li $9, 0x42
    sw $9, 0($8)
4:  b 4b
    nop
    .bss
    .balign 16
    .space 8192
stack_end:
