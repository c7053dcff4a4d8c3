/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Trap table of SPARC V9: window traps, and the way of all other traps to C. Included by the start files.
 *
 * Whoever includes it defines sparc_trap(stack, type, pc), which runs on the trap's own globals at trap level 1 with interrupts off,
 * and writes sparc_traps to %tba. `stack` is an address in the stack of the CPU.
 */
#define BIAS 2047
#define FRAME 192

    .macro window_memory op
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    \op %l\n, \n * 8
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    \op %i\n, \n * 8 + 64
    .endr
    .endm
    .macro put register, offset
    stx \register, [%sp + BIAS + \offset]
    .endm
    .macro get register, offset
    ldx [%sp + BIAS + \offset], \register
    .endm

    .macro other_traps count
    .rept \count
    ba,a,pt %xcc, trap_entry
    .balign 32
    .endr
    .endm

    /* The traps of one half of the table; a window trap has room for 32 instructions. */
    .macro half_table
    other_traps 0x24
    rdpr %cleanwin, %l0
    inc %l0
    wrpr %l0, 0, %cleanwin
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    clr %l\n
    clr %o\n
    .endr
    retry
    .balign 128
    other_traps 0x80-0x28
    window_memory put
    saved
    retry
    .balign 128
    other_traps 0xc0-0x84
    window_memory get
    restored
    retry
    .balign 128
    other_traps 0x200-0xc4
    .endm

    .section .text.traps, "ax"
    .balign 32768
    .globl sparc_traps
sparc_traps:
    half_table
    half_table

trap_entry:
    save %sp, -FRAME, %sp
    rd %y, %l1
    mov %sp, %o0
    rdpr %tt, %o1
    call sparc_trap
    rdpr %tpc, %o2
    wr %l1, 0, %y
    restore
    retry

    /* From reset: trap level 0, windows, privileged with interrupts off. Only %g1 is lost. */
    .macro start_windows
    wrpr %g0, 0, %tl
    wrpr %g0, 0x14, %pstate
    set sparc_traps, %g1
    wrpr %g1, 0, %tba
    rdpr %ver, %g1
    and %g1, 31, %g1            /* number of windows less one */
    wrpr %g1, 0, %cleanwin
    dec %g1
    wrpr %g1, 0, %cansave
    wrpr %g0, 0, %canrestore
    wrpr %g0, 0, %otherwin
    wrpr %g0, 0, %wstate
    wrpr %g0, 0, %pil
    .endm
