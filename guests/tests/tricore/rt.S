/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of core 0, contexts and the trap vectors. C has its arguments in D10, D11 and D12, and returns D10: see guests/tricore/cc. */
#define PCXI 0xfe00
#define PSW 0xfe04
#define CORE_ID 0xfe1c
#define BIV 0xfe20
#define BTV 0xfe24
#define ISP 0xfe28
#define FCX 0xfe38
#define LCX 0xfe3c
#ifdef AURIX
#define BIV_ALL interrupt
#else
#define BIV_ALL 0
#endif
#define AREAS 0xd0001000        /* 64 context save areas; the stacks end at 0xd0004000 */
#define SET_D(reg, value) movh reg, hi:value; addi reg, reg, lo:value
#define SET_A(reg, value) movh.a reg, hi:value; lea reg, [reg]lo:value
/* By class: the upper context has been saved, unless there was no area for it. */
#define VECTOR(class) mov %d14, class; j trap; .balign 32

/* A list of areas, the second of which has the link word 0xd0041 (segment 13); LCX names the last but one. */
#define SET_UP SET_A(%a2, AREAS); SET_D(%d0, 0xd0041); mov %d1, 62; mov.a %a3, %d1; \
    1: ; st.w [%a2]0, %d0; add %d0, 1; lea %a2, [%a2]64; loop %a3, 1b; mov %d0, 0; st.w [%a2]0, %d0; \
    SET_D(%d0, 0xd0040); mtcr FCX, %d0; SET_D(%d0, 0xd007e); mtcr LCX, %d0; SET_D(%d0, vectors); mtcr BTV, %d0; \
    SET_D(%d0, 0xd0003000); mtcr ISP, %d0; SET_D(%d0, BIV_ALL); mtcr BIV, %d0; isync; SET_A(%a10, 0xd0004000)

    .section .text.start
    .globl _start
_start:
    SET_UP
#ifdef AURIX
    SET_A(%a2, 0xf000060c)      /* ASCLIN0: the transmit FIFO on */
    mov %d0, 3
    st.w [%a2]0, %d0
#endif
    jl test_main
    jl stop
#ifdef AURIX
secondary_start:
    SET_UP
    mfcr %d10, CORE_ID
    jl secondary_main
1:  wait
    j 1b
#endif

    .balign 256
vectors:
    VECTOR(0)
    VECTOR(1)
    VECTOR(2)
    mov %d14, 3
    jeq %d15, 4, no_context
    j trap
    .balign 32
    VECTOR(4)
    VECTOR(5)
    VECTOR(6)
    VECTOR(7)
trap:
    svlcx
    mov %d10, %d14
    mov %d11, %d15
    mov.d %d12, %a11
    jl on_trap
    mov %d14, %d10
    rslcx
    mov.a %a11, %d14
    rfe

/* FCU: nothing was saved. Contexts come back from where the test has put them; on behind the instruction, on the same stack. */
no_context:
    SET_A(%a2, spare_contexts)
    ld.w %d0, [%a2]0
    mtcr FCX, %d0
    isync
    SET_A(%a2, trap_seen)
    mov %d0, 0x304
    st.w [%a2]0, %d0
    lea %a11, [%a11]4
    ji %a11

#ifdef AURIX
/* All bits of the base are set that the priority number goes to: one entry for all interrupts ("Base Interrupt Vector Table Pointer"). */
    .balign 0x2000
    .space 0x1fe0
interrupt:
    svlcx
    mfcr %d10, 0xfe2c
    extr.u %d10, %d10, 0, 8
    jl on_interrupt
    rslcx
    rfe
#endif
