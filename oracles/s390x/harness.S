/* Runs single instructions from a table of cases on any z/Architecture machine: see qemu_s390x.py, which builds the table.
 *
 * A case (1216 bytes): 0 the instruction followed by SUPERVISOR CALLs, 16 PSW mask, 24 FPC, 28 program-interruption word, 32 old PSW,
 * 48 data-exception code, 64 general registers, 192 vector registers (or floating-point ones, 16 bytes apart), 704 storage window. */
        .equ    CODE, 0x10800
        .equ    WINDOW, 0x20f00
        .equ    TABLE, 0x1000000
        .equ    STRIDE, 1216
        .equ    SAVE, 0xc00
        .equ    TEST, 0xd00             /* PSW of the instruction under test */
        .equ    CASE, 0xd10             /* the case at work */
        .equ    LEFT, 0xd18             /* cases left */
        .equ    STATE, 0x200            /* what comes first in the table: count, whether there are vector registers */

        .section .text
        .org    0
        .long   0x00080000, 0x80002000
        .org    0x1a0
        .quad   0x0000000180000000, 0x2000
        .org    0x1c0
        .quad   0x0000000180000000, supervisor
        .quad   0x0000000180000000, program
        .org    0x2000
        .globl  _start
_start: la      %r1, 1
        sr      %r2, %r2
        sr      %r3, %r3
        sigp    %r1, %r2, 0x12
        sam64
        llilh   %r1, TABLE >> 16
        lg      %r2, 0(%r1)
        stg     %r2, LEFT
        mvc     STATE(8), 8(%r1)
        la      %r1, 16(%r1)
        stg     %r1, CASE
        larl    %r2, cr0
        lctlg   %c0, %c0, 0(%r2)
next:   lg      %r1, CASE
        lgr     %r5, %r1
        larl    %r2, window
        lg      %r2, 0(%r2)
        lghi    %r3, -256
        la      %r3, 0(%r3, %r2)
        xc      0(256, %r3), 0(%r3)
        xc      512(256, %r2), 512(%r2)
        larl    %r3, zeros
        lam     %a0, %a15, 0(%r3)
        mvc     0(256, %r2), 704(%r1)
        mvc     256(256, %r2), 960(%r1)
        larl    %r2, code
        lg      %r2, 0(%r2)
        stg     %r2, TEST + 8
        mvc     0(16, %r2), 0(%r1)
        mvc     TEST(8), 16(%r1)
        lfpc    24(%r1)
        tm      STATE + 7, 1
        jz      1f
        .insn   vrs, 0xe70000000036, %v0, %v15, 192(%r1), 0
        la      %r3, 448(%r1)
        .long   0xe70f3000, 0x0c360700  /* vlm %v16, %v31, 0(%r3) */
        j       2f
1:      .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ld      %f\n, 192 + 16 * \n (%r1)
        .endr
2:      lmg     %r0, %r15, 64(%r1)
        lpswe   TEST

program:
        stmg    %r0, %r15, SAVE
        lg      %r1, CASE
        mvc     28(4, %r1), 0x8c
        mvc     32(16, %r1), 0x150
        mvc     48(4, %r1), 0x90
        j       3f
supervisor:
        stmg    %r0, %r15, SAVE
        lg      %r1, CASE
        xc      28(4, %r1), 28(%r1)
        mvc     32(16, %r1), 0x140
        xc      48(4, %r1), 48(%r1)
3:      mvc     64(128, %r1), SAVE
        stfpc   24(%r1)
        tm      STATE + 7, 1
        jz      4f
        .insn   vrs, 0xe7000000003e, %v0, %v15, 192(%r1), 0
        la      %r3, 448(%r1)
        .long   0xe70f3000, 0x0c3e0700  /* vstm %v16, %v31, 0(%r3) */
        j       5f
4:      .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        std     %f\n, 192 + 16 * \n (%r1)
        .endr
5:      larl    %r2, window
        lg      %r2, 0(%r2)
        mvc     704(256, %r1), 0(%r2)
        mvc     960(256, %r1), 256(%r2)
        aghi    %r1, STRIDE
        stg     %r1, CASE
        lg      %r2, LEFT
        aghi    %r2, -1
        stg     %r2, LEFT
        jne     next
        larl    %r1, done
        lpswe   0(%r1)
        .balign 8
done:   .quad   0x0002000180000000, 0x600d
cr0:    .quad   0x60000
window: .quad   WINDOW
code:   .quad   CODE
zeros:  .skip   64
