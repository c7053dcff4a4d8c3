/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Contexts: calls three deep, call depth, lower contexts. TriCore Architecture Manual, volume 1, "Tasks and
 * Functions".
 */
#include "rt.h"

/* Each level spoils what its caller must get back, and notes the state at the bottom. */
__asm__("level1: mov %d12, 21; mov.a %a12, %d12; call level2; add %d2, %d2, %d12; ret;"
        "level2: mov %d12, 32; mov.a %a12, %d12; call level3; add %d2, %d2, %d12; ret;"
        "level3: mov %d12, 43; mfcr %d1, 0xfe04; mfcr %d4, 0xfe00; mov %d2, 100; ret;");

static volatile u32 area[16] __attribute__((aligned(64)));

static void calls(void)
{
    u32 before = MFCR(FCX), sum, psw, pcxi, kept;
    MTCR(PSW, (MFCR(PSW) & ~0x7fu) | PSW_CDE);
    __asm__ volatile("mov %%d12, 77; mov %%d4, 0; call level1; mov %0, %%d2; mov %1, %%d1; mov %2, %%d4; mov %3, %%d12"
                     : "=&r"(sum), "=&r"(psw), "=&r"(pcxi), "=&r"(kept)::"memory");
    expect("calls return what they computed", sum, 100 + 32 + 21);
    expect("upper registers come back", kept, 77);
    expect("call depth three deep", psw & 0xff, PSW_CDE | 3);
#ifdef AURIX
    expect("PCXI links to an upper context", pcxi & PCXI_UL, PCXI_UL);
#else
    expect("PCXI links to an area", (pcxi & LINK) != 0, 1); /* QEMU 7.2 has the bits above as TriCore 1.3 has them */
#endif
    expect("call depth behind", MFCR(PSW) & 0x7f, 0);
    expect("areas come back", MFCR(FCX), before);
}

static void lower(void)
{
    u32 before = MFCR(FCX), d1, icr;
    __asm__ volatile("mov %%d1, 55; svlcx; mov %%d1, 66; mfcr %%d0, 0xfe00; rslcx; mov %0, %%d1" : "=r"(d1)::"memory");
    expect("SVLCX and RSLCX", d1, 55);
    expect("areas come back", MFCR(FCX), before);
    __asm__ volatile("mov %%d1, 44; bisr 9; mfcr %%d4, 0xfe2c; disable; rslcx; mov %0, %%d1" : "=r"(d1)::"memory");
    expect("BISR saves", d1, 44);
    icr = MFCR(ICR);
    expect("BISR sets CCPN", icr & 0xff, 9);
    expect("DISABLE", icr & ICR_IE, 0);
    MTCR(ICR, 0);
    __asm__ volatile("mov.a %%a2, %0; mov %%d1, 123; stlcx [%%a2]0; mov %%d1, 5; mov.aa %%a3, %%a2; ldlcx [%%a3]0; mov %1, %%d1"
                     : : "r"(area), "r"(0) : "memory");
    expect("STLCX: D1", area[5], 123);
    expect("STLCX: A2", area[2], (u32)area);
    u32 upper;
    __asm__ volatile("mov.a %%a2, %1; stucx [%%a2]0; mov %0, %%d8" : "=r"(upper) : "r"(area) : "memory");
    expect("STUCX: PSW", area[1], MFCR(PSW));
    expect("STUCX: D8", area[4], upper);
}

int test_main(void)
{
    calls();
    lower();
    return result();
}
