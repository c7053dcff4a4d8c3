/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The DSP ASE: each instruction many times with odd operands; what it leaves behind is summed up and printed. */
#include "rt.h"

enum { TIMES = 400, STATUS_MX = 1 << 24 };

static u32 seed, sum;

static u32 next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* A number that is likely to be at an edge. */
static u32 odd(void)
{
    static const u16 edges[] = { 0, 1, 0x7fff, 0x8000, 0xffff, 0x7f80, 0x80, 0xff00, 0x8080, 0x7f7f, 0x100, 0xfffe, 2, 0xff, 0xaa55, 0x4000 };
    u32 n = next(), m = next();

    if ((n & 3) == 0)
        return m;
    if ((n & 3) == 1)
        return (u32)edges[m & 15] << 16 | edges[m >> 8 & 15];
    if ((n & 3) == 2)
        return (m & 0xffff0000) | edges[m & 15];
    return (u32)edges[m & 15] << 16 | m >> 16;
}

static void mix(u32 v) { sum = (sum << 7 | sum >> 25) ^ (v * 0x9e3779b1u + 0x7f4a7c15u); }

static void begin(void)
{
    seed = 0x12345678;
    sum = 0;
}

static void report(const char *name, const char *more) { print("%s %s: 0x%x\n", name, more, (word)sum); }

/* What instructions work on: operands, the result's old value, DSPControl, accumulator 1. */
static u32 a, b, r, control, hi, lo;

static void draw(void)
{
    a = odd();
    b = odd();
    r = odd();
    control = (next() & 0x0f00203f) | (next() & 31) << 7;
    hi = next() & 1 ? odd() : (u32)((int)odd() >> 31);
    lo = odd();
}

#define AROUND(text) \
    ".set push\n\t.set noreorder\n\t.set dspr2\n\twrdsp %5, 63\n\tmthi %1, $ac1\n\tmtlo %2, $ac1\n\t" text "\n\trddsp %0, 63\n\tmfhi %1, $ac1\n\t" \
    "mflo %2, $ac1\n\t.set pop"
#define ALL(title, more, text) \
    do { \
        begin(); \
        for (u32 i = 0; i < TIMES; i++) { \
            u32 after; \
            draw(); \
            __asm__ volatile(AROUND(text) : "=&r"(after), "+r"(hi), "+r"(lo), "+r"(r) : "r"(a), "r"(control), "r"(b)); \
            mix(r); \
            mix(after); \
            mix(hi); \
            mix(lo); \
        } \
        report(title, more); \
    } while (0)
#define THREE(name) ALL(name, "", name " %3, %4, %6")
#define TWO(name) ALL(name, "", name " %3, %4")
#define COMPARE(name) ALL(name, "", name " %4, %6")
#define ACCUMULATE(name) ALL(name, "", name " $ac1, %4, %6")
#define FIXED(name, n) ALL(name, n, name " %3, %4, " n)
#define EXTRACT(name, n) ALL(name, n, name " %3, $ac1, " n)
#define EXTRACT_BY(name) ALL(name, "", name " %3, $ac1, %4")
#define SHIFT(n) ALL("shilo", n, "shilo $ac1, " n)
#define BY(name) ALL(name, "", name " $ac1, %4")
#define INTO(name) ALL(name, "", name " %4, $ac1")
#define INSERT() ALL("insv", "", "insv %3, %4")
#define CONSTANT(name, n) ALL(name, n, name " %3, " n)

static u32 exceptions;

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    (void)badvaddr;
    exceptions = exceptions << 8 | (cause >> 2 & 31);
    skip(frame, cause);
}

static void release1(void)
{
    THREE("addu.qb");
    THREE("subu.qb");
    THREE("addu_s.qb");
    THREE("subu_s.qb");
    THREE("muleu_s.ph.qbl");
    THREE("muleu_s.ph.qbr");
    THREE("addq.ph");
    THREE("subq.ph");
    THREE("addq_s.ph");
    THREE("subq_s.ph");
    THREE("addsc");
    THREE("addwc");
    THREE("modsub");
    THREE("addq_s.w");
    THREE("subq_s.w");
    THREE("muleq_s.w.phl");
    THREE("muleq_s.w.phr");
    THREE("mulq_rs.ph");
    THREE("pick.qb");
    THREE("cmpgu.eq.qb");
    THREE("cmpgu.lt.qb");
    THREE("cmpgu.le.qb");
    THREE("pick.ph");
    THREE("precrq.qb.ph");
    THREE("packrl.ph");
    THREE("precrqu_s.qb.ph");
    THREE("precrq.ph.w");
    THREE("precrq_rs.ph.w");
    THREE("shllv.qb");
    THREE("shrlv.qb");
    THREE("shllv.ph");
    THREE("shrav.ph");
    THREE("shllv_s.ph");
    THREE("shrav_r.ph");
    THREE("shllv_s.w");
    THREE("shrav_r.w");
    TWO("raddu.w.qb");
    TWO("absq_s.ph");
    TWO("absq_s.w");
    TWO("replv.qb");
    TWO("replv.ph");
    TWO("precequ.ph.qbl");
    TWO("precequ.ph.qbr");
    TWO("precequ.ph.qbla");
    TWO("precequ.ph.qbra");
    TWO("preceq.w.phl");
    TWO("preceq.w.phr");
    TWO("bitrev");
    TWO("preceu.ph.qbl");
    TWO("preceu.ph.qbr");
    TWO("preceu.ph.qbla");
    TWO("preceu.ph.qbra");
    COMPARE("cmpu.eq.qb");
    COMPARE("cmpu.lt.qb");
    COMPARE("cmpu.le.qb");
    COMPARE("cmp.eq.ph");
    COMPARE("cmp.lt.ph");
    COMPARE("cmp.le.ph");
    ACCUMULATE("dpau.h.qbl");
    ACCUMULATE("dpau.h.qbr");
    ACCUMULATE("dpsu.h.qbl");
    ACCUMULATE("dpsu.h.qbr");
    ACCUMULATE("dpaq_s.w.ph");
    ACCUMULATE("dpsq_s.w.ph");
    ACCUMULATE("mulsaq_s.w.ph");
    ACCUMULATE("dpaq_sa.l.w");
    ACCUMULATE("dpsq_sa.l.w");
    ACCUMULATE("maq_sa.w.phl");
    ACCUMULATE("maq_sa.w.phr");
    ACCUMULATE("maq_s.w.phl");
    ACCUMULATE("maq_s.w.phr");
    ACCUMULATE("mult");
    ACCUMULATE("multu");
    ACCUMULATE("madd");
    ACCUMULATE("maddu");
    ACCUMULATE("msub");
    ACCUMULATE("msubu");
    FIXED("shll.qb", "0");
    FIXED("shll.qb", "1");
    FIXED("shll.qb", "7");
    FIXED("shrl.qb", "0");
    FIXED("shrl.qb", "3");
    FIXED("shrl.qb", "7");
    FIXED("shll.ph", "0");
    FIXED("shll.ph", "1");
    FIXED("shll.ph", "15");
    FIXED("shra.ph", "0");
    FIXED("shra.ph", "3");
    FIXED("shra.ph", "15");
    FIXED("shll_s.ph", "0");
    FIXED("shll_s.ph", "1");
    FIXED("shll_s.ph", "15");
    FIXED("shra_r.ph", "0");
    FIXED("shra_r.ph", "1");
    FIXED("shra_r.ph", "15");
    FIXED("shll_s.w", "0");
    FIXED("shll_s.w", "1");
    FIXED("shll_s.w", "31");
    FIXED("shra_r.w", "0");
    FIXED("shra_r.w", "1");
    FIXED("shra_r.w", "31");
    EXTRACT("extr.w", "0");
    EXTRACT("extr.w", "1");
    EXTRACT("extr.w", "31");
    EXTRACT("extr_r.w", "0");
    EXTRACT("extr_r.w", "1");
    EXTRACT("extr_r.w", "31");
    EXTRACT("extr_rs.w", "0");
    EXTRACT("extr_rs.w", "1");
    EXTRACT("extr_rs.w", "31");
    EXTRACT("extr_s.h", "0");
    EXTRACT("extr_s.h", "1");
    EXTRACT("extr_s.h", "31");
    EXTRACT("extp", "0");
    EXTRACT("extp", "3");
    EXTRACT("extp", "31");
    EXTRACT("extpdp", "0");
    EXTRACT("extpdp", "3");
    EXTRACT("extpdp", "31");
    EXTRACT_BY("extrv.w");
    EXTRACT_BY("extrv_r.w");
    EXTRACT_BY("extrv_rs.w");
    EXTRACT_BY("extrv_s.h");
    EXTRACT_BY("extpv");
    EXTRACT_BY("extpdpv");
    SHIFT("0");
    SHIFT("1");
    SHIFT("31");
    SHIFT("-1");
    SHIFT("-32");
    BY("shilov");
    INTO("mthlip");
    INSERT();
    CONSTANT("repl.qb", "0xa5");
    CONSTANT("repl.ph", "-300");
}

static void release2(void)
{
    THREE("addu.ph");
    THREE("subu.ph");
    THREE("addu_s.ph");
    THREE("subu_s.ph");
    THREE("mulq_s.ph");
    THREE("precr.qb.ph");
    THREE("cmpgdu.eq.qb");
    THREE("cmpgdu.lt.qb");
    THREE("cmpgdu.le.qb");
    THREE("shrav.qb");
    THREE("shrav_r.qb");
    THREE("shrlv.ph");
    THREE("adduh.qb");
    THREE("subuh.qb");
    THREE("adduh_r.qb");
    THREE("subuh_r.qb");
    THREE("addqh.ph");
    THREE("subqh.ph");
    THREE("addqh_r.ph");
    THREE("subqh_r.ph");
    THREE("mul.ph");
    THREE("mul_s.ph");
    THREE("addqh.w");
    THREE("subqh.w");
    THREE("addqh_r.w");
    THREE("subqh_r.w");
    THREE("mulq_s.w");
    THREE("mulq_rs.w");
    TWO("absq_s.qb");
    ACCUMULATE("dpa.w.ph");
    ACCUMULATE("dps.w.ph");
    ACCUMULATE("mulsa.w.ph");
    ACCUMULATE("dpax.w.ph");
    ACCUMULATE("dpsx.w.ph");
    ACCUMULATE("dpaqx_s.w.ph");
    ACCUMULATE("dpsqx_s.w.ph");
    ACCUMULATE("dpaqx_sa.w.ph");
    ACCUMULATE("dpsqx_sa.w.ph");
    FIXED("shra.qb", "0");
    FIXED("shra.qb", "3");
    FIXED("shra.qb", "7");
    FIXED("shra_r.qb", "0");
    FIXED("shra_r.qb", "1");
    FIXED("shra_r.qb", "7");
    FIXED("shrl.ph", "0");
    FIXED("shrl.ph", "1");
    FIXED("shrl.ph", "15");
    FIXED("append", "0");
    FIXED("append", "1");
    FIXED("append", "31");
    FIXED("prepend", "0");
    FIXED("prepend", "1");
    FIXED("prepend", "31");
    FIXED("balign", "1");
    FIXED("balign", "3");
    FIXED("precr_sra.ph.w", "0");
    FIXED("precr_sra.ph.w", "1");
    FIXED("precr_sra.ph.w", "31");
    FIXED("precr_sra_r.ph.w", "0");
    FIXED("precr_sra_r.ph.w", "1");
    FIXED("precr_sra_r.ph.w", "31");
}

static void others(void)
{
    static const u32 table[] = { 0x81828384, 0xf1f2f3f4 };
    u32 v;

    __asm__ volatile(".set push\n\t.set dsp\n\tlwx %0, %1(%2)\n\t.set pop" : "=r"(v) : "r"(4), "r"(table));
    expect("lwx", v, 0xf1f2f3f4);
    __asm__ volatile(".set push\n\t.set dsp\n\tlhx %0, %1(%2)\n\t.set pop" : "=r"(v) : "r"(4), "r"(table));
    print("lhx: 0x%x\n", (word)v);
    __asm__ volatile(".set push\n\t.set dsp\n\tlbux %0, %1(%2)\n\t.set pop" : "=r"(v) : "r"(5), "r"(table));
    print("lbux: 0x%x\n", (word)v);
    for (u32 pos = 30; pos < 34; pos++) {
        __asm__ volatile(".set push\n\t.set noreorder\n\t.set dsp\n\twrdsp %1, 1\n\tbposge32 1f\n\tli %0, 1\n\tli %0, 0\n1:\t.set pop"
                         : "=r"(v) : "r"(pos));
        print("bposge32 with %u: %u\n", (word)pos, (word)v);
    }
}

int test_main(word cpu)
{
    (void)cpu;
    u32 v;
    __asm__ volatile(".set push\n\t.set dsp\n\taddu.qb %0, $4, $5\n\tmfhi %0, $ac2\n\tmfhi %0\n\t.set pop" : "=r"(v)::"memory");
    expect("disabled", exceptions, 26 << 8 | 26);
    PUT(C0_STATUS, STATUS_BASE | STATUS_MX);
    release1();
    others();
    exceptions = 0;
    __asm__ volatile(".set push\n\t.set dspr2\n\taddu.ph %0, $4, $5\n\t.set pop" : "=r"(v)::"memory");
    print("release 2: %u\n", (word)exceptions);
    if (!exceptions)
        release2();
    return (int)n_failures;
}
