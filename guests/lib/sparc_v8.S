/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Trap table of SPARC V8: window traps, and the way of all other traps to C. Included by the start files.
 *
 * Whoever includes it defines sparc_trap(struct sparc_frame *), which runs with interrupts masked, and sets %tbr to sparc_traps and
 * the word sparc_last_window to the number of windows less one. One window is invalid at any time.
 */
#define FRAME 152           /* window, hidden word, arguments: 96; 13 words */
#define FRAME_PC 96
#define FRAME_NPC 100
#define FRAME_PSR 104
#define FRAME_TT 108
#define FRAME_Y 112
#define FRAME_G1 116

    .macro other_traps from, to
    .set number, \from
    .rept \to - \from + 1
    rd %psr, %l0
    mov number, %l3
    ba trap_entry
    nop
    .set number, number + 1
    .endr
    .endm

    .section .text.traps, "ax"
    .balign 4096
    .globl sparc_traps
sparc_traps:
    other_traps 0x00, 0x04
    ba window_overflow; nop; nop; nop
    ba window_underflow; nop; nop; nop
    other_traps 0x07, 0xff

    .macro window_memory op
    .irp n, 0, 2, 4, 6
    \op %l\n, \n * 4
    .endr
    .irp n, 0, 2, 4, 6
    \op %i\n, \n * 4 + 32
    .endr
    .endm
    .macro put register, offset
    std \register, [%sp + \offset]
    .endm
    .macro get register, offset
    ldd [%sp + \offset], \register
    .endm

    /* \to: \wim turned right (the next window to be invalid is the one before) or left. %l6 is lost. */
    .macro turn_right wim, to
    sethi %hi(sparc_last_window), %l6
    ld [%l6 + %lo(sparc_last_window)], %l6
    sll \wim, %l6, %l6
    srl \wim, 1, \to
    or \to, %l6, \to
    .endm
    .macro turn_left wim, to
    sethi %hi(sparc_last_window), %l6
    ld [%l6 + %lo(sparc_last_window)], %l6
    srl \wim, %l6, %l6
    sll \wim, 1, \to
    or \to, %l6, \to
    .endm

    /* From the invalid window: stores the one before, which becomes the invalid one. %l4 is the window invalid mask. */
    .macro spill_next
    turn_right %l4, %l5
    mov %g1, %l7
    mov %l5, %g1
    save
    wr %g1, 0, %wim
    nop
    nop
    nop
    window_memory put
    restore
    mov %l7, %g1
    .endm

window_overflow:
    rd %wim, %l4
    spill_next
    jmp %l1
    rett %l2

    /* Two windows up is the one to load, which becomes valid. */
window_underflow:
    rd %wim, %l4
    turn_left %l4, %l5
    wr %l5, 0, %wim
    nop
    nop
    nop
    restore
    restore
    window_memory get
    save
    save
    jmp %l1
    rett %l2

    /* %l0 psr, %l1 pc, %l2 npc, %l3 trap type. */
trap_entry:
    rd %wim, %l4
    mov 1, %l5
    sll %l5, %l0, %l5
    andcc %l5, %l4, %g0
    be 1f
    nop
    spill_next
1:  sub %fp, FRAME, %sp
    st %l1, [%sp + FRAME_PC]
    st %l2, [%sp + FRAME_NPC]
    st %l0, [%sp + FRAME_PSR]
    st %l3, [%sp + FRAME_TT]
    rd %y, %l4
    st %l4, [%sp + FRAME_Y]
    .irp n, 1, 2, 3, 4, 5, 6, 7
    st %g\n, [%sp + FRAME_G1 + 4 * \n - 4]
    .endr
    or %l0, 0xf00, %l4
    wr %l4, 0x20, %psr          /* the processor's interrupt level 15; traps on */
    nop
    nop
    nop
    call sparc_trap
    add %sp, FRAME_PC, %o0
    ld [%sp + FRAME_PC], %l1
    ld [%sp + FRAME_NPC], %l2
    ld [%sp + FRAME_PSR], %l0
    ld [%sp + FRAME_Y], %l4
    wr %l4, 0, %y
    .irp n, 1, 2, 3, 4, 5, 6, 7
    ld [%sp + FRAME_G1 + 4 * \n - 4], %g\n
    .endr
    wr %l0, 0, %psr             /* traps off */
    nop
    nop
    nop
    /* The window to return to may be the invalid one now. */
    rd %wim, %l4
    mov 1, %l5
    sll %l5, %l0, %l5
    turn_left %l5, %l7
    andcc %l4, %l7, %g0
    be 2f
    nop
    turn_left %l4, %l5
    wr %l5, 0, %wim
    nop
    nop
    nop
    restore
    window_memory get
    save
2:  wr %l0, 0, %psr             /* condition codes */
    nop
    nop
    nop
    jmp %l1
    rett %l2

    /* Finds out how many windows there are, makes window 1 the invalid one; in window 0. Loses %g1 to %g3. */
    .macro start_windows
    mov -1, %g1
    wr %g1, 0, %wim
    nop
    nop
    nop
    rd %wim, %g1
    wr %g0, 2, %wim
    mov -1, %g2
1:  srl %g1, 1, %g1
    cmp %g1, 0
    bne 1b
    inc %g2                     /* once for each window, also behind the last */
    set sparc_last_window, %g3
    st %g2, [%g3]
    set sparc_traps, %g1
    wr %g1, 0, %tbr
    .endm

    .section .bss
    .balign 4
    .globl sparc_last_window
sparc_last_window:
    .space 4
