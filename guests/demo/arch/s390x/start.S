/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here, after an initial reset: %r2 its number, %r3 the devicetree. Each has a prefix area of its own. */

#define PREFIXES 0x2000000      /* 8 KiB for each CPU from here on */
#define CPU      0x300          /* in the prefix area: the CPU's number, ... */
#define SAVE     0x400          /* ... registers during an interruption, ... */
#define WAIT     0x500          /* ... and the PSW of arch_wait */

    .section .text.start, "ax"
    .globl _start
_start:
    sam64
    sllg %r4, %r2, 13
    llilh %r5, PREFIXES >> 16
    agr %r4, %r5
    larl %r5, external
    stg %r5, 0x1b8(%r4)
    larl %r5, program
    stg %r5, 0x1d8(%r4)
    larl %r6, mask
    mvc 0x1b0(8, %r4), 0(%r6)
    mvc 0x1d0(8, %r4), 0(%r6)
    st %r2, CPU(%r4)
    st %r4, CPU + 8(%r4)
    spx CPU + 8(%r4)
    larl %r6, never
    sckc 0(%r6)
    larl %r15, stacks
    aghik %r4, %r2, 1
    sllg %r4, %r4, 12           /* 4 KiB of stack for each CPU */
    agr %r15, %r4
    aghi %r15, -160
    brasl %r14, demo_main
1:  j 1b

external:
    stmg %r0, %r15, SAVE(%r0)
    aghi %r15, -160
    llgf %r2, CPU(%r0)
    llgh %r4, 0x86(%r0)
    lg %r5, 0x138(%r0)
    lghi %r3, 0                 /* TRAP_IPI */
    cghi %r4, 0x1201
    je 1f
    lghi %r3, 1                 /* TRAP_TIMER */
    cghi %r4, 0x1004
    je 1f
    lghi %r3, 2                 /* TRAP_OTHER */
1:  brasl %r14, demo_trap
    ni 0x130(%r0), 0xfe         /* back with external interruptions off, ... */
    ni 0x131(%r0), 0xfd         /* ... and running */
    lmg %r0, %r15, SAVE(%r0)
    lpswe 0x130(%r0)

program:
    aghi %r15, -160
    llgf %r2, CPU(%r0)
    lghi %r3, 2                 /* TRAP_OTHER */
    llgf %r4, 0x8c(%r0)
    lg %r5, 0x158(%r0)
    brasl %r14, demo_trap
1:  j 1b

    .globl arch_wait
arch_wait:
    larl %r1, waiting
    mvc WAIT(8, %r0), 0(%r1)
    larl %r1, 1f
    stg %r1, WAIT + 8(%r0)
    lpswe WAIT(%r0)
1:  br %r14

    .globl arch_init
arch_init:
    larl %r1, cr0
    lctlg %c0, %c0, 0(%r1)
    br %r14

    .section .rodata
    .balign 8
mask:    .quad 0x0000000180000000
waiting: .quad 0x0102000180000000
cr0:     .quad 0x00000000000048e0   /* emergency signal, clock comparator */
never:   .quad 0xffffffffffffffff

    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 4096 * 4096          /* MAX_CPUS */
