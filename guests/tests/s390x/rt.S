/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start and interruptions. Each CPU has a prefix area; an interruption saves there what C may change, and calls on_interruption. */
#include "offsets.h"

    .section .text.start, "ax"
    .globl _start
_start:
    larl %r1, new_psws
    mvc LC_RESTART_NEW(16, %r0), 0(%r1)
    mvc LC_EXTERNAL_NEW(16, %r0), 16(%r1)
    mvc LC_SVC_NEW(16, %r0), 32(%r1)
    mvc LC_PROGRAM_NEW(16, %r0), 48(%r1)
    mvc LC_CHECK_NEW(16, %r0), 64(%r1)
    mvc LC_IO_NEW(16, %r0), 80(%r1)
    larl %r1, boot_stack + 16384 - 160
    stg %r1, LC_STACK(%r0)
    larl %r15, main_stack + 32768 - 160
    brasl %r14, rt_main
1:  j 1b

    .macro entry name, kind, old
\name:
    stmg %r0, %r15, LC_REGISTERS(%r0)
    mvc LC_PSW(16, %r0), \old(%r0)
    lghi %r2, \kind
    j common
    .endm

    entry on_restart, 0, LC_RESTART_OLD
    entry on_external, 1, LC_EXTERNAL_OLD
    entry on_svc, 2, LC_SVC_OLD
    entry on_program, 3, LC_PROGRAM_OLD
    entry on_check, 4, LC_CHECK_OLD
    entry on_io, 5, LC_IO_OLD

common:
    lg %r15, LC_STACK(%r0)
    lghi %r3, LC_REGISTERS
    brasl %r14, on_interruption
    lmg %r0, %r15, LC_REGISTERS(%r0)
    lpswe LC_PSW(%r0)

/* A CPU that is restarted here has a stack and a function in its prefix area. */
    .globl cpu_begin
cpu_begin:
    lg %r15, LC_STACK(%r0)
    aghi %r15, -4096
    lg %r1, LC_FUNCTION(%r0)
    basr %r14, %r1
1:  lghi %r1, 0
    stap LC_SCRATCH(%r0)
    lgh %r3, LC_SCRATCH(%r0)
    sigp %r1, %r3, 5
    j 1b

    .section .data
    .balign 16
    .globl new_psws
new_psws:
    .quad 0x0000000180000000, on_restart
    .quad 0x0000000180000000, on_external
    .quad 0x0000000180000000, on_svc
    .quad 0x0000000180000000, on_program
    .quad 0x0000000180000000, on_check
    .quad 0x0000000180000000, on_io

    .section .bss.stacks, "aw", @nobits
    .balign 16
boot_stack: .space 16384
main_stack: .space 32768
