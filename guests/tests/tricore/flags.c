/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* PSW's user status bits. TriCore Architecture Manual, volume 2: "Status Flags" of each instruction. */
#include "rt.h"

enum { USB = (int)0xf8000000 };

/* Runs an instruction on D0 and D1, with PSW's user status bits clear before; D2 is the result. */
#define RUN(code, a, b) ({ \
    MTCR(PSW, MFCR(PSW) & ~(u32)USB); \
    __asm__ volatile("mov %%d0, %1; mov %%d1, %2; " code "; mov %0, %%d2" : "=r"(value) : "r"(a), "r"(b)); \
    MFCR(PSW) & (u32)USB; })

int test_main(void)
{
    u32 value;

    expect("add: overflow", RUN("add %%d2, %%d0, %%d1", 0x7fffffff, 1), PSW_V | PSW_SV | PSW_AV | PSW_SAV);
    expect("add: result", value, 0x80000000);
    expect("add: advance overflow alone", RUN("add %%d2, %%d0, %%d1", 0x3fffffff, 1), PSW_AV | PSW_SAV);
    expect("adds: result", (RUN("adds %%d2, %%d0, %%d1", 0x7fffffff, 5), value), 0x7fffffff);
    expect("addx: carry", RUN("addx %%d2, %%d0, %%d1", 0xffffffff, 1), (u32)PSW_C);
    expect("addc: carry in", (RUN("addx %%d2, %%d0, %%d1; addc %%d2, %%d0, %%d1", 0xffffffff, 1), value), 1);
    expect("sub: no borrow", RUN("subx %%d2, %%d0, %%d1", 5, 3), (u32)PSW_C);
    expect("mul: overflow", RUN("mul %%d2, %%d0, %%d1", 0x10000, 0x10000), PSW_V | PSW_SV);
    expect("abs: of the lowest", RUN("abs %%d2, %%d1", 0, 0x80000000), PSW_V | PSW_SV | PSW_AV | PSW_SAV);
    expect("sha: lost bits", RUN("sha %%d2, %%d0, 4", 0x12345678, 0) & (PSW_V | PSW_SV), PSW_V | PSW_SV);
    expect("sticky", (RUN("add %%d2, %%d0, %%d1; add %%d2, %%d1, %%d1", 0x7fffffff, 1)), PSW_SV | PSW_SAV);
    expect("rstv", RUN("add %%d2, %%d0, %%d1; rstv", 0x7fffffff, 1), 0);
    return result();
}
