/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Floating point: results, and the flags FS, FI, FV, FZ, FU and FX in PSW. Volume 1, "Floating Point Unit". */
#include "rt.h"

enum { FS = (int)0x80000000, FI = 1 << 30, FV = 1 << 29, FZ = 1 << 28, FU = 1 << 27, FX = 1 << 26, ALL = (int)0xfc000000 };

#define RUN(code, a, b) ({ \
    MTCR(PSW, MFCR(PSW) & ~(u32)ALL & ~(3u << 24)); \
    __asm__ volatile("mov %%d0, %1; mov %%d1, %2; " code "; mov %0, %%d2" : "=r"(value) : "r"(a), "r"(b)); \
    MFCR(PSW) & (u32)ALL; })

int test_main(void)
{
    u32 value;

    expect("1 + 2", RUN("add.f %%d2, %%d0, %%d1", 0x3f800000, 0x40000000), 0);
    expect("is 3", value, 0x40400000);
    expect("1 / 3 is inexact", RUN("div.f %%d2, %%d0, %%d1", 0x3f800000, 0x40400000), (u32)FS | FX);
    expect("to nearest", value, 0x3eaaaaab);
    expect("1 / 0", RUN("div.f %%d2, %%d0, %%d1", 0x3f800000, 0), (u32)FS | FZ);
    expect("is infinite", value, 0x7f800000);
    expect("0 / 0", RUN("div.f %%d2, %%d0, %%d1", 0, 0), (u32)FS | FI);
    expect("overflow", RUN("mul.f %%d2, %%d0, %%d1", 0x7f000000, 0x7f000000), (u32)FS | FV | FX);
    expect("infinity minus infinity", RUN("sub.f %%d2, %%d0, %%d1", 0x7f800000, 0x7f800000), (u32)FS | FI);
    expect("compare", (RUN("cmp.f %%d2, %%d0, %%d1", 0x3f800000, 0x40000000), value), 1);
    expect("to integer", (RUN("ftoiz %%d2, %%d0", 0xc0200000, 0), value), (u32)-2);
    expect("rounded", (RUN("ftoi %%d2, %%d0", 0x40200000, 0), value), 2);
    expect("from integer", (RUN("itof %%d2, %%d0", (u32)-5, 0), value), 0xc0a00000);
    expect("from unsigned", (RUN("utof %%d2, %%d0", 0xffffffff, 0), value), 0x4f800000);
    return result();
}
