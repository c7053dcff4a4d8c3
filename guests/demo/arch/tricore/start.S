/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here: D4 its number, D5 the devicetree. C has its arguments in D10, D11, D12 and D13: see guests/tricore/cc. */
#define FCX 0xfe38
#define LCX 0xfe3c
#define BIV 0xfe20
#define BTV 0xfe24
#define CORE_ID 0xfe1c
#define NEXT_AREA add %d0, 1; st.w [%a2]0, %d0; lea %a2, [%a2]64
/* TRAP_OTHER, with the TIN. */
#define TRAP svlcx; mov %d11, 2; mov %d12, %d15; mov.d %d13, %a11; j common; .balign 32

    .section .text.start
_start:
    /* Three context save areas for each CPU, below the program; the one with link word 0 is nobody's. */
    sh %d0, %d4, 2
    add %d0, 1
    mtcr FCX, %d0
    sh %d1, %d0, 6              /* the address that a link word stands for in segment 0 */
    mov.a %a2, %d1
    NEXT_AREA
    NEXT_AREA
    mov %d0, 0
    st.w [%a2]0, %d0
    mtcr LCX, %d0
    movh %d0, hi:traps
    addi %d0, %d0, lo:traps
    mtcr BTV, %d0
    movh %d0, hi:interrupts
    addi %d0, %d0, lo:interrupts
    mtcr BIV, %d0
    isync
    add %d0, %d4, 1
    sh %d0, %d0, 10                  /* 1 KiB of stack for each CPU */
    movh.a %a10, hi:stacks
    lea %a10, [%a10]lo:stacks
    addsc.a %a10, %a10, %d0, 0
    mov %d10, %d4
    mov %d11, %d5
    jl demo_main
1:  wait
    j 1b

    /* Vectors are 32 bytes apart, by class and by priority number. The upper context has been saved when they are entered. */
    .balign 256
traps:
    TRAP
    TRAP
    TRAP
    TRAP
    TRAP
    TRAP
    TRAP
    TRAP
    .balign 256
interrupts:
    .balign 32
    rfe
    .balign 32
    svlcx                       /* 1: the UART, which nobody has enabled */
    mov %d11, 2
    j common
    .balign 32
    svlcx
    mov %d11, 1                 /* 2: TRAP_TIMER */
    j common
    .balign 32
    svlcx
    mov %d11, 0                 /* 3: TRAP_IPI */
common:
    mfcr %d10, CORE_ID
    jl demo_trap
    rslcx
    rfe

    .section .bss.stacks
    .balign 16
stacks:
    .space 4096 * 1024          /* MAX_CPUS */
