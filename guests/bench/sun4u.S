/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Start of a benchmark kernel on a sun4u machine, from reset: MMUs off, window traps handled, floating point on; runs bench(n), prints the
 * result in hexadecimal and switches off.
 */
#include "../lib/sparc_v9.S"

    .section .text.boot, "ax"
    .globl _start
_start:
    start_windows
    wr %g0, 4, %fprs
    set stack_top - BIAS - FRAME, %sp
    clr %fp
    set count, %g1
    call bench
    lduw [%g1], %o0
    setx 0x1fe020003f8, %g1, %o1
    mov 8, %o2
1:  srl %o0, 28, %o3
    cmp %o3, 10
    bl %icc, 2f
    add %o3, '0', %o4
    add %o3, 'a' - 10, %o4
2:  stb %o4, [%o1]
3:  ldub [%o1 + 5], %o5         /* wait for the transmitter */
    andcc %o5, 0x20, %g0
    be %icc, 3b
    subcc %o2, 1, %o2
    bne %icc, 1b
    sll %o0, 4, %o0
    mov 10, %o4
    stb %o4, [%o1]
sparc_trap:
    /* The power switch is a port of the EBus (1.0 of bus 1), behind a bridge (1.1 of bus 0); configuration space is little-endian. */
    wr %g0, 0x1d, %asi
    setx 0x1fe01000900, %g1, %o1
    set 0x010100, %o2
    stwa %o2, [%o1 + 0x18] %asi
    set 0xf000, %o2
    stha %o2, [%o1 + 0x1c] %asi
    mov 7, %o2
    stha %o2, [%o1 + 0x04] %asi
    setx 0x1fe01010800, %g1, %o1
    stwa %g0, [%o1 + 0x14] %asi
    stha %o2, [%o1 + 0x04] %asi
    setx 0x1fe02007240, %g1, %o1
    sethi %hi(1 << 24), %o2
    stw %o2, [%o1]
4:  ba 4b
    nop

    .balign 4
    .ascii "BENCHN=="
count:
    .word 1

    .bss
    .balign 16
    .space 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
