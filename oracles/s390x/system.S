/* Runs single instructions in any system state, from a table of cases: see qemu_s390x_system.py, which builds the table.
 *
 * A case (2944 bytes): 0 the instruction followed by SUPERVISOR CALLs, 16 PSW, 32 FPC, 48 prefix afterwards, 64 old PSW, 80 real storage from
 * 128 to 191 afterwards, 144 address of the old PSW afterwards, 152 number of words to set, 160 general, 288 access, 352 control registers,
 * 480 eight addresses of blocks with their storage keys, 640 up to 128 addresses of doublewords with what they hold, 2688 two storage windows. */
        .equ    CODE, 0x10800
        .equ    FIRST, 0x40fc0
        .equ    SECOND, 0x42fc0
        .equ    PREFIX, 0x60000
        .equ    TABLE, 0x1000000
        .equ    STRIDE, 2944
        .equ    SAVE, 0xc00             /* general registers, then control registers */
        .equ    TEST, 0xd00             /* PSW of the instruction under test */
        .equ    CASE, 0xd10             /* the case at work */
        .equ    LEFT, 0xd18             /* cases left */
        .equ    ACCESS, 0xd20
        .equ    OWN, 0xd60              /* the prefix */

        .section .text
        .org    0
        .long   0x00080000, 0x80002000
        .org    0x1a0
new:    .quad   0x0000000180000000, 0x2000, 0x0000000180000000, external
        .quad   0x0000000180000000, supervisor, 0x0000000180000000, program
        .quad   0x0000000180000000, check, 0x0000000180000000, io
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
        la      %r1, 16(%r1)
        stg     %r1, CASE
        llilf   %r1, PREFIX
        larl    %r2, new
        mvc     0x1a0(96, %r1), 0(%r2)
        /* All that surrounds the instruction is SUPERVISOR CALL 0, and what no case sets in tables is invalid. */
        llilf   %r1, CODE & ~0xfff
        mvghi   0(%r1), 0
        mvhhi   0(%r1), 0x0a00
        la      %r2, 16
        la      %r3, 2(%r1)
1:      mvc     0(255, %r3), 0(%r1)
        la      %r3, 255(%r3)
        la      %r1, 255(%r1)
        brct    %r2, 1b
        llilf   %r1, 0x50000
        llilf   %r2, 0x10000 / 8
2:      mvghi   0(%r1), 0x420
        la      %r1, 8(%r1)
        brct    %r2, 2b

        lghi    %r6, 0
        sske    %r6, %r6

        /* No case finds what another has left in the pages of its operands. */
next:   llilf   %r2, FIRST & ~0xfff
        lghi    %r3, 0x7fff
        lghi    %r5, 0
        mvcl    %r2, %r4
        lg      %r1, CASE
        llilf   %r2, FIRST
        mvc     0(128, %r2), 2688(%r1)
        llilf   %r2, SECOND
        mvc     0(128, %r2), 2816(%r1)
        lg      %r3, 152(%r1)
        la      %r4, 640(%r1)
1:      lg      %r5, 0(%r4)
        mvc     0(8, %r5), 8(%r4)
        la      %r4, 16(%r4)
        brct    %r3, 1b
        llilf   %r2, CODE
        mvc     0(16, %r2), 0(%r1)
        mvc     TEST(16), 16(%r1)
        xc      0x80(64), 0x80
        llilf   %r2, PREFIX
        xc      0x80(64, %r2), 0x80(%r2)
        lfpc    32(%r1)
        lam     %a0, %a15, 288(%r1)
        la      %r3, 8
        la      %r4, 480(%r1)
2:      lg      %r5, 0(%r4)
        lg      %r6, 8(%r4)
        sske    %r6, %r5
        la      %r4, 16(%r4)
        brct    %r3, 2b
        lctlg   %c0, %c15, 352(%r1)
        ptlb
        lmg     %r0, %r15, 160(%r1)
        lpswe   TEST

        .macro  handler name, old
\name:  stmg    %r0, %r15, SAVE
        lghi    %r15, \old
        j       ended
        .endm
        handler external, 0x130
        handler supervisor, 0x140
        handler program, 0x150
        handler check, 0x160
        handler io, 0x170
ended:  stctg   %c0, %c15, SAVE + 128
        stam    %a0, %a15, ACCESS
        larl    %r1, control
        lctlg   %c0, %c15, 0(%r1)
        ptlb
        stpx    OWN
        llgf    %r3, OWN
        larl    %r1, zero
        spx     0(%r1)
        lg      %r1, CASE
        stg     %r3, 48(%r1)
        stg     %r15, 144(%r1)
        stfpc   32(%r1)
        la      %r4, 0(%r15, %r3)
        mvc     64(16, %r1), 0(%r4)
        mvc     80(64, %r1), 0x80(%r3)
        mvc     160(128, %r1), SAVE(%r3)
        mvc     288(64, %r1), ACCESS(%r3)
        mvc     352(128, %r1), SAVE + 128(%r3)
        la      %r2, 8
        la      %r4, 480(%r1)
1:      lg      %r5, 0(%r4)
        lghi    %r6, 0
        iske    %r6, %r5
        stg     %r6, 8(%r4)
        la      %r4, 16(%r4)
        brct    %r2, 1b
        lg      %r2, 152(%r1)
        la      %r4, 640(%r1)
2:      lg      %r5, 0(%r4)
        mvc     8(8, %r4), 0(%r5)
        la      %r4, 16(%r4)
        brct    %r2, 2b
        llilf   %r2, FIRST
        mvc     2688(128, %r1), 0(%r2)
        llilf   %r2, SECOND
        mvc     2816(128, %r1), 0(%r2)
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
control: .quad  0x40000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
zero:   .quad   0

        .section .table, "aw"
        .incbin TABLE_FILE
