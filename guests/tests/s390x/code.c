/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Instructions that store into the next ones: conceptually, each is fetched when the one before has completed (PoP, "Conceptual Sequence").
 * Branches to odd addresses, and floating-point-support instructions while there are four floating-point registers. */
#include "rt.h"

void on_event(u32 kind, struct frame *frame) { (void)kind; frame->mask = PSW_64; }

/* Patches the instruction at 2: and gives what it has loaded: 1 when it was fetched too early. The patches are at 3:. */
#define PATCH(store)                                                                              \
    ({                                                                                           \
        register u64 result_ __asm__("6");                                                       \
        __asm__ volatile("j 4f\n\t.balign 16\n3:\tlghi %%r6, 7\n\t.fill 6, 2, 0x0707\n"  \
                         "\t.balign 16\n4:\tlarl %%r1, 2f\n\tlarl %%r5, 3b\n\tlgr %%r2, %%r1\n\t" \
                         "lghi %%r3, 8\n\tlgr %%r4, %%r5\n\tlg %%r0, 0(%%r5)\n\t" store           \
                         "\n\t.balign 16, 7\n2:\tlghi %%r6, 1\n\t.fill 6, 2, 0x0707\n"    \
                         : "=d"(result_)::"memory", "cc", "0", "1", "2", "3", "4", "5", "7", "8", "9"); \
        result_;                                                                                 \
    })

static void check_stores(void)
{
    expect("STG", PATCH("stg %%r0, 0(%%r1)"), 7);
    expect("MVI", PATCH("mvi 3(%%r1), 7"), 7);
    expect("MVC", PATCH("mvc 0(8, %%r1), 0(%%r5)"), 7);
    expect("MVC from before", PATCH("aghi %%r5, -4\n\tmvc 0(8, %%r1), 4(%%r5)"), 7);
    expect("OC", PATCH("oc 0(8, %%r1), 0(%%r5)"), 7);
    expect("STM", PATCH("lm %%r8, %%r9, 0(%%r5)\n\tstm %%r8, %%r9, 0(%%r1)"), 7);
    expect("STMG", PATCH("lmg %%r8, %%r9, 0(%%r5)\n\tstmg %%r8, %%r9, 0(%%r1)"), 7);
    expect("STCM", PATCH("icm %%r8, 15, 0(%%r5)\n\tstcm %%r8, 15, 0(%%r1)"), 7);
    expect("STRVG", PATCH("lrvg %%r8, 0(%%r5)\n\tstrvg %%r8, 0(%%r1)"), 7);
    expect("MVCL", PATCH("lghi %%r5, 8\n\tmvcl %%r2, %%r4"), 7);
    expect("MVCLE", PATCH("lghi %%r5, 8\n\tmvcle %%r2, %%r4, 0"), 7);
    expect("CSG", PATCH("lg %%r8, 0(%%r1)\n\tcsg %%r8, %%r0, 0(%%r1)"), 7);
    expect("TR", PATCH("larl %%r7, identity\n\tlghi %%r8, 7\n\tstc %%r8, 1(%%r7)\n\ttr 3(1, %%r1), 0(%%r7)"), 7);
    expect("EX of MVC", PATCH("lghi %%r8, 7\n\texrl %%r8, 9f\n\tj 2f\n9:\tmvc 0(1, %%r1), 0(%%r5)"), 7);
    expect("STPQ", PATCH("lmg %%r8, %%r9, 0(%%r5)\n\tstpq %%r8, 0(%%r1)"), 7);
}

u8 identity[256];

/* A function that has been called before, by the same branch. */
static u64 called(u32 times)
{
    register u64 result __asm__("6") = 0;
    register u64 n __asm__("3") = times;
    __asm__ volatile("larl %%r5, 3f\n\tlarl %%r1, 2f\n\tlghi %%r0, 0\n"
                     "1:\tbrasl %%r14, 2f\n\tagr %%r0, %%r6\n\tmvc 0(4, %%r1), 0(%%r5)\n\tbrctg %%r3, 1b\n\tlgr %%r6, %%r0\n\tj 4f\n"
                     "\t.balign 8\n2:\tlghi %%r6, 1\n\tbr %%r14\n3:\tlghi %%r6, 100\n4:"
                     : "+d"(result), "+d"(n)::"memory", "cc", "0", "1", "5", "14");
    return result;
}

static void check_odd(void)
{
    u32 code = TRY("llihf %%r1, 0x7fff\n\taghi %%r1, 1\n\tbr %%r1", OUT());

    expect("odd address without storage: a specification exception", code, 6);
    expect("its length leads back", program_address - program_ilc, 0x7fff00000001);
    code = TRY("larl %%r1, 1f\n\taghi %%r1, 1\n\tbr %%r1", OUT());
    expect("odd address in storage", code, 6);
}

static void check_support(void)
{
    u64 cr0 = control(0), r = 5;

    SET_CONTROL(0, cr0 & ~0x40000ull);
    expect("LDGR and LGDR of register 2", TRY("lghi %%r1, 77\n\tldgr %%f2, %%r1\n\tlgdr %0, %%f2", OUT("=d"(r))), 0);
    expect("what they move", r, 77);
    expect("LZDR, LPDFR, CPSDR", TRY("lzdr %%f4\n\tlpdfr %%f4, %%f2\n\tcpsdr %%f0, %%f2, %%f4", OUT()), 0);
    expect("LDGR of register 1", TRY("ldgr %%f1, %%r1", OUT()), 7);
    expect("is an AFP-register data exception", LOW32(0x90), 1);
    expect("EFPC", TRY("efpc %%r1", OUT()), 7);
    expect("is a BFP-instruction data exception", LOW32(0x90), 2);
    SET_CONTROL(0, cr0);
}

int test_main(void)
{
    check_stores();
    expect("a function that has changed", called(4), 301);
    check_odd();
    check_support();
    if (!n_failures)
        print("code: all is well\n");
    return (int)n_failures;
}
