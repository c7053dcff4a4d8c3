/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* 3DNow! and its extensions: each instruction on pairs of operands for which the manual defines the result. */
#include "rt.h"

static const u64 numbers[][2] = {
    {0xc01000003fc00000ull, 0x3dcccccd40500000ull}, /* 1.5 -2.25, 3.25 0.1 */
    {0x40e00000501502f9ull, 0x40e00000d01502f9ull}, /* 1e+10 7, -1e+10 7 */
    {0x0da24260c0400000ull, 0x8da242604640e6b6ull}, /* -3 1e-30, 12345.7 -1e-30 */
    {0x3eaaaa9f4b7fffffull, 0x404000003f000000ull}, /* 1.67772e+07 0.333333, 0.5 3 */
    {0x471c4000bf333333ull, 0x40300000c71c4000ull}, /* -0.7 40000, -40000 2.75 */
};
static const u64 integers[][2] = {
    {0x7fff80010002fffeull, 0x00028000ffff7fffull},
    {0x0123456789abcdefull, 0xff00ff0000ff00ffull},
};

#define OP(name, table) \
    for (u32 n = 0; n < sizeof table / sizeof *table; n++) { \
        u64 v = table[n][0]; \
        __asm__ volatile("movq %0, %%mm1\n\t" name " %1, %%mm1\n\tmovq %%mm1, %0\n\tfemms" : "+m"(v) : "m"(table[n][1])); \
        print(name " %X\n", v); \
    }

int test_main(void)
{
    OP("pfadd", numbers)
    OP("pfsub", numbers)
    OP("pfsubr", numbers)
    OP("pfmul", numbers)
    OP("pfacc", numbers)
    OP("pfnacc", numbers)
    OP("pfpnacc", numbers)
    OP("pfcmpeq", numbers)
    OP("pfcmpge", numbers)
    OP("pfcmpgt", numbers)
    OP("pfmax", numbers)
    OP("pfmin", numbers)
    OP("pf2id", numbers)
    OP("pf2iw", numbers)
    OP("pfrcp", numbers)
    OP("pfrsqrt", numbers)
    OP("pi2fw", integers)
    OP("pmulhrw", integers)
    OP("pavgusb", integers)
    OP("pswapd", integers)
    u64 v = 0x00fffffeffff0000ull;
    __asm__ volatile("movq %0, %%mm7\n\tpi2fd %%mm7, %%mm7\n\tmovq %%mm7, %0\n\tfemms" : "+m"(v));
    print("pi2fd %X\n", v);
    /* A quotient of 24 bits as the manual shows it. */
    v = 0x40400000;
    __asm__ volatile("movd %0, %%mm0\n\tpfrcp %%mm0, %%mm1\n\tpunpckldq %%mm0, %%mm0\n\tpfrcpit1 %%mm1, %%mm0\n\t"
                     "pfrcpit2 %%mm1, %%mm0\n\tmovq %%mm0, %0\n\tfemms"
                     : "+m"(v));
    print("1/3 %X\n", v);
    v = 0x40000000;
    __asm__ volatile("movd %0, %%mm0\n\tpfrsqrt %%mm0, %%mm1\n\tmovq %%mm1, %%mm2\n\tpfmul %%mm1, %%mm1\n\tpunpckldq %%mm0, %%mm0\n\t"
                     "pfrsqit1 %%mm0, %%mm1\n\tmovq %%mm2, %0\n\tfemms"
                     : "+m"(v));
    print("1/sqrt 2 %X\n", v);
    return 0;
}
