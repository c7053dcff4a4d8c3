/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The MSA module: each instruction many times with odd operands; what it leaves behind is summed up and printed. */
#include "rt.h"

enum { TIMES = 60, STATUS_CU1 = 1 << 29, STATUS_FR = 1 << 26, MSA_EN = 1 << 27, NX = 1 << 18, FS = 1 << 24 };

static u32 seed, sum;

static u32 next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void mix(u32 v) { sum = (sum << 7 | sum >> 25) ^ (v * 0x9e3779b1u + 0x7f4a7c15u); }

/* The destination, the sources, and MSACSR before and after. */
static u32 d[4], s[4], t[4], control, exceptions;

static u32 odd_integer(void)
{
    static const u32 edges[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x7f7f7f7f, 0x80808080, 0x00ff00ff, 0x7fff8000, 0x8000ffff, 0x01020304, 0xfffefdfc, 0x80000001, 0x00008000, 0xff00ff00, 0x40404040 };
    u32 n = next();
    return n & 1 ? next() : edges[n >> 8 & 15];
}

static u32 odd_single(void)
{
    static const u32 edges[] = { 0, 0x3f800000, 0x7f800000, 0x7fc00000, 0x7f800001, 0x00000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0x4f000000, 0x5f000000, 0x33800000, 0x3effffff, 0x4b000001, 0x40490fdb, 0x3fb504f3 };
    u32 n = next(), sign = next() & 0x80000000;
    if (n & 1)
        return edges[n >> 8 & 15] | sign;
    return (next() & 0x807fffff) | (100 + (n >> 8 & 63)) << 23;
}

static u32 odd_double(u32 part)
{
    static const u32 high[] = { 0, 0x3ff00000, 0x7ff00000, 0x7ff80000, 0x7ff00000, 0x00000000, 0x000fffff, 0x00100000, 0x7fefffff, 0x41e00000, 0x43e00000, 0x3e700000, 0x3fdfffff, 0x43300000, 0x400921fb, 0x3ff6a09e };
    u32 n = next(), sign = next() & 0x80000000;
    if (!part)
        return n & 1 ? 0 : n & 2 ? 1 : next();
    if (n & 1)
        return high[n >> 8 & 15] | sign;
    return (next() & 0x800fffff) | (960 + (n >> 8 & 127)) << 20;
}

static void fill(u32 *v, int kind)
{
    for (u32 i = 0; i < 4; i++) {
        u32 place = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ~i & 1 : i & 1;
        v[i] = kind == 0 ? odd_integer() : kind & 1 ? odd_single() : odd_double(place);
    }
}

/* Kinds: 0 integer, 1 single, 2 double; doubles are laid out for elements of 64 bits. */
static void draw(int kind)
{
    fill(d, kind);
    fill(s, kind);
    fill(t, kind);
    control = next() & 3;
    if (kind) {
        u32 n = next();
        if (n & 4)
            control |= NX | (kind == 3 ? 0 : next() & 0xf80);
        if ((n & 24) == 24)
            control |= FS;
    }
}

static void report(const char *name)
{
    print("%s: 0x%x\n", name, (word)sum);
    seed = 0x12345678;
    sum = 0;
}

static void keep(u32 more)
{
    for (u32 i = 0; i < 4; i++)
        mix(d[i]);
    mix(control);
    mix(more);
}

#define RUN(kind, ld, st, text) \
    do { \
        for (u32 i = 0; i < TIMES; i++) { \
            word r; \
            draw(kind); \
            r = (word)(int)odd_integer(); \
            __asm__ volatile(".set push\n\t.set noreorder\n\t.set hardfloat\n\t.set fp=64\n\t.set msa\n\t" ld " $w1, 0(%2)\n\t" ld " $w2, 0(%3)\n\t" ld \
                             " $w3, 0(%4)\n\tctcmsa $1, %0\n\t" text "\n\tcfcmsa %0, $1\n\t" st " $w3, 0(%4)\n\t.set pop" \
                             : "+r"(control), "+r"(r) : "r"(s), "r"(t), "r"(d) : "memory"); \
            keep((u32)r); \
        } \
        report(text); \
    } while (0)
#define INT(text) RUN(0, "ld.w", "st.w", text)
#define SINGLE(text) RUN(1, "ld.w", "st.w", text)
#define DOUBLE(text) RUN(2, "ld.d", "st.d", text)
#define BYTES(text) RUN(0, "ld.b", "st.b", text)
#define HALVES(text) RUN(0, "ld.h", "st.h", text)
/* QEMU does not see that a half-precision result is tiny but exact: no traps are enabled. */
#define QUIET_SINGLE(text) RUN(3, "ld.w", "st.w", text)

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    (void)badvaddr;
    exceptions = exceptions << 8 | (cause >> 2 & 31);
    skip(frame, cause);
}

static void integers1(void)
{
    INT("sll.b $w3, $w1, $w2");
    INT("sll.h $w3, $w1, $w2");
    INT("sll.w $w3, $w1, $w2");
    INT("sll.d $w3, $w1, $w2");
    INT("sra.b $w3, $w1, $w2");
    INT("sra.h $w3, $w1, $w2");
    INT("sra.w $w3, $w1, $w2");
    INT("sra.d $w3, $w1, $w2");
    INT("srl.b $w3, $w1, $w2");
    INT("srl.h $w3, $w1, $w2");
    INT("srl.w $w3, $w1, $w2");
    INT("srl.d $w3, $w1, $w2");
    INT("bclr.b $w3, $w1, $w2");
    INT("bclr.h $w3, $w1, $w2");
    INT("bclr.w $w3, $w1, $w2");
    INT("bclr.d $w3, $w1, $w2");
    INT("bset.b $w3, $w1, $w2");
    INT("bset.h $w3, $w1, $w2");
    INT("bset.w $w3, $w1, $w2");
    INT("bset.d $w3, $w1, $w2");
    INT("bneg.b $w3, $w1, $w2");
    INT("bneg.h $w3, $w1, $w2");
    INT("bneg.w $w3, $w1, $w2");
    INT("bneg.d $w3, $w1, $w2");
    INT("binsl.b $w3, $w1, $w2");
    INT("binsl.h $w3, $w1, $w2");
    INT("binsl.w $w3, $w1, $w2");
    INT("binsl.d $w3, $w1, $w2");
    INT("binsr.b $w3, $w1, $w2");
    INT("binsr.h $w3, $w1, $w2");
    INT("binsr.w $w3, $w1, $w2");
    INT("binsr.d $w3, $w1, $w2");
    INT("addv.b $w3, $w1, $w2");
    INT("addv.h $w3, $w1, $w2");
    INT("addv.w $w3, $w1, $w2");
    INT("addv.d $w3, $w1, $w2");
    INT("subv.b $w3, $w1, $w2");
    INT("subv.h $w3, $w1, $w2");
    INT("subv.w $w3, $w1, $w2");
    INT("subv.d $w3, $w1, $w2");
    INT("max_s.b $w3, $w1, $w2");
    INT("max_s.h $w3, $w1, $w2");
    INT("max_s.w $w3, $w1, $w2");
    INT("max_s.d $w3, $w1, $w2");
    INT("max_u.b $w3, $w1, $w2");
    INT("max_u.h $w3, $w1, $w2");
    INT("max_u.w $w3, $w1, $w2");
    INT("max_u.d $w3, $w1, $w2");
    INT("min_s.b $w3, $w1, $w2");
    INT("min_s.h $w3, $w1, $w2");
    INT("min_s.w $w3, $w1, $w2");
    INT("min_s.d $w3, $w1, $w2");
    INT("min_u.b $w3, $w1, $w2");
    INT("min_u.h $w3, $w1, $w2");
    INT("min_u.w $w3, $w1, $w2");
    INT("min_u.d $w3, $w1, $w2");
    INT("max_a.b $w3, $w1, $w2");
    INT("max_a.h $w3, $w1, $w2");
    INT("max_a.w $w3, $w1, $w2");
    INT("max_a.d $w3, $w1, $w2");
    INT("min_a.b $w3, $w1, $w2");
    INT("min_a.h $w3, $w1, $w2");
    INT("min_a.w $w3, $w1, $w2");
    INT("min_a.d $w3, $w1, $w2");
    INT("ceq.b $w3, $w1, $w2");
    INT("ceq.h $w3, $w1, $w2");
    INT("ceq.w $w3, $w1, $w2");
    INT("ceq.d $w3, $w1, $w2");
    INT("clt_s.b $w3, $w1, $w2");
    INT("clt_s.h $w3, $w1, $w2");
    INT("clt_s.w $w3, $w1, $w2");
    INT("clt_s.d $w3, $w1, $w2");
    INT("clt_u.b $w3, $w1, $w2");
    INT("clt_u.h $w3, $w1, $w2");
    INT("clt_u.w $w3, $w1, $w2");
    INT("clt_u.d $w3, $w1, $w2");
    INT("cle_s.b $w3, $w1, $w2");
    INT("cle_s.h $w3, $w1, $w2");
    INT("cle_s.w $w3, $w1, $w2");
    INT("cle_s.d $w3, $w1, $w2");
    INT("cle_u.b $w3, $w1, $w2");
    INT("cle_u.h $w3, $w1, $w2");
    INT("cle_u.w $w3, $w1, $w2");
    INT("cle_u.d $w3, $w1, $w2");
    INT("add_a.b $w3, $w1, $w2");
    INT("add_a.h $w3, $w1, $w2");
    INT("add_a.w $w3, $w1, $w2");
    INT("add_a.d $w3, $w1, $w2");
    INT("adds_a.b $w3, $w1, $w2");
    INT("adds_a.h $w3, $w1, $w2");
    INT("adds_a.w $w3, $w1, $w2");
    INT("adds_a.d $w3, $w1, $w2");
    INT("adds_s.b $w3, $w1, $w2");
    INT("adds_s.h $w3, $w1, $w2");
    INT("adds_s.w $w3, $w1, $w2");
    INT("adds_s.d $w3, $w1, $w2");
    INT("adds_u.b $w3, $w1, $w2");
    INT("adds_u.h $w3, $w1, $w2");
    INT("adds_u.w $w3, $w1, $w2");
    INT("adds_u.d $w3, $w1, $w2");
    INT("ave_s.b $w3, $w1, $w2");
    INT("ave_s.h $w3, $w1, $w2");
    INT("ave_s.w $w3, $w1, $w2");
    INT("ave_s.d $w3, $w1, $w2");
    INT("ave_u.b $w3, $w1, $w2");
    INT("ave_u.h $w3, $w1, $w2");
    INT("ave_u.w $w3, $w1, $w2");
    INT("ave_u.d $w3, $w1, $w2");
    INT("aver_s.b $w3, $w1, $w2");
    INT("aver_s.h $w3, $w1, $w2");
    INT("aver_s.w $w3, $w1, $w2");
    INT("aver_s.d $w3, $w1, $w2");
    INT("aver_u.b $w3, $w1, $w2");
    INT("aver_u.h $w3, $w1, $w2");
    INT("aver_u.w $w3, $w1, $w2");
    INT("aver_u.d $w3, $w1, $w2");
    INT("subs_s.b $w3, $w1, $w2");
    INT("subs_s.h $w3, $w1, $w2");
    INT("subs_s.w $w3, $w1, $w2");
    INT("subs_s.d $w3, $w1, $w2");
    INT("subs_u.b $w3, $w1, $w2");
    INT("subs_u.h $w3, $w1, $w2");
    INT("subs_u.w $w3, $w1, $w2");
    INT("subs_u.d $w3, $w1, $w2");
    INT("subsus_u.b $w3, $w1, $w2");
    INT("subsus_u.h $w3, $w1, $w2");
    INT("subsus_u.w $w3, $w1, $w2");
    INT("subsus_u.d $w3, $w1, $w2");
    INT("subsuu_s.b $w3, $w1, $w2");
    INT("subsuu_s.h $w3, $w1, $w2");
    INT("subsuu_s.w $w3, $w1, $w2");
    INT("subsuu_s.d $w3, $w1, $w2");
    INT("asub_s.b $w3, $w1, $w2");
    INT("asub_s.h $w3, $w1, $w2");
    INT("asub_s.w $w3, $w1, $w2");
    INT("asub_s.d $w3, $w1, $w2");
    INT("asub_u.b $w3, $w1, $w2");
    INT("asub_u.h $w3, $w1, $w2");
    INT("asub_u.w $w3, $w1, $w2");
    INT("asub_u.d $w3, $w1, $w2");
    INT("mulv.b $w3, $w1, $w2");
    INT("mulv.h $w3, $w1, $w2");
    INT("mulv.w $w3, $w1, $w2");
    INT("mulv.d $w3, $w1, $w2");
    INT("maddv.b $w3, $w1, $w2");
    INT("maddv.h $w3, $w1, $w2");
    INT("maddv.w $w3, $w1, $w2");
    INT("maddv.d $w3, $w1, $w2");
    INT("msubv.b $w3, $w1, $w2");
    INT("msubv.h $w3, $w1, $w2");
    INT("msubv.w $w3, $w1, $w2");
    INT("msubv.d $w3, $w1, $w2");
    INT("div_s.b $w3, $w1, $w2");
    INT("div_s.h $w3, $w1, $w2");
    INT("div_s.w $w3, $w1, $w2");
    INT("div_s.d $w3, $w1, $w2");
    INT("div_u.b $w3, $w1, $w2");
    INT("div_u.h $w3, $w1, $w2");
    INT("div_u.w $w3, $w1, $w2");
    INT("div_u.d $w3, $w1, $w2");
    INT("mod_s.b $w3, $w1, $w2");
    INT("mod_s.h $w3, $w1, $w2");
    INT("mod_s.w $w3, $w1, $w2");
    INT("mod_s.d $w3, $w1, $w2");
    INT("mod_u.b $w3, $w1, $w2");
    INT("mod_u.h $w3, $w1, $w2");
    INT("mod_u.w $w3, $w1, $w2");
    INT("mod_u.d $w3, $w1, $w2");
    INT("pckev.b $w3, $w1, $w2");
    INT("pckev.h $w3, $w1, $w2");
    INT("pckev.w $w3, $w1, $w2");
    INT("pckev.d $w3, $w1, $w2");
    INT("pckod.b $w3, $w1, $w2");
    INT("pckod.h $w3, $w1, $w2");
    INT("pckod.w $w3, $w1, $w2");
    INT("pckod.d $w3, $w1, $w2");
    INT("ilvl.b $w3, $w1, $w2");
    INT("ilvl.h $w3, $w1, $w2");
    INT("ilvl.w $w3, $w1, $w2");
    INT("ilvl.d $w3, $w1, $w2");
    INT("ilvr.b $w3, $w1, $w2");
    INT("ilvr.h $w3, $w1, $w2");
    INT("ilvr.w $w3, $w1, $w2");
    INT("ilvr.d $w3, $w1, $w2");
    INT("ilvev.b $w3, $w1, $w2");
    INT("ilvev.h $w3, $w1, $w2");
    INT("ilvev.w $w3, $w1, $w2");
    INT("ilvev.d $w3, $w1, $w2");
    INT("ilvod.b $w3, $w1, $w2");
    INT("ilvod.h $w3, $w1, $w2");
    INT("ilvod.w $w3, $w1, $w2");
    INT("ilvod.d $w3, $w1, $w2");
    INT("vshf.b $w3, $w1, $w2");
    INT("vshf.h $w3, $w1, $w2");
    INT("vshf.w $w3, $w1, $w2");
    INT("vshf.d $w3, $w1, $w2");
    INT("srar.b $w3, $w1, $w2");
    INT("srar.h $w3, $w1, $w2");
    INT("srar.w $w3, $w1, $w2");
    INT("srar.d $w3, $w1, $w2");
    INT("srlr.b $w3, $w1, $w2");
    INT("srlr.h $w3, $w1, $w2");
    INT("srlr.w $w3, $w1, $w2");
    INT("srlr.d $w3, $w1, $w2");
    INT("dotp_s.h $w3, $w1, $w2");
    INT("dotp_s.w $w3, $w1, $w2");
    INT("dotp_s.d $w3, $w1, $w2");
    INT("dotp_u.h $w3, $w1, $w2");
    INT("dotp_u.w $w3, $w1, $w2");
    INT("dotp_u.d $w3, $w1, $w2");
    INT("dpadd_s.h $w3, $w1, $w2");
    INT("dpadd_s.w $w3, $w1, $w2");
    INT("dpadd_s.d $w3, $w1, $w2");
    INT("dpadd_u.h $w3, $w1, $w2");
    INT("dpadd_u.w $w3, $w1, $w2");
    INT("dpadd_u.d $w3, $w1, $w2");
    INT("dpsub_s.h $w3, $w1, $w2");
    INT("dpsub_s.w $w3, $w1, $w2");
    INT("dpsub_s.d $w3, $w1, $w2");
    INT("dpsub_u.h $w3, $w1, $w2");
    INT("dpsub_u.w $w3, $w1, $w2");
    INT("dpsub_u.d $w3, $w1, $w2");
    INT("hadd_s.h $w3, $w1, $w2");
    INT("hadd_s.w $w3, $w1, $w2");
    INT("hadd_s.d $w3, $w1, $w2");
    INT("hadd_u.h $w3, $w1, $w2");
    INT("hadd_u.w $w3, $w1, $w2");
    INT("hadd_u.d $w3, $w1, $w2");
    INT("hsub_s.h $w3, $w1, $w2");
    INT("hsub_s.w $w3, $w1, $w2");
    INT("hsub_s.d $w3, $w1, $w2");
    INT("hsub_u.h $w3, $w1, $w2");
    INT("hsub_u.w $w3, $w1, $w2");
    INT("hsub_u.d $w3, $w1, $w2");
}

static void integers2(void)
{
    INT("mul_q.h $w3, $w1, $w2");
    INT("mul_q.w $w3, $w1, $w2");
    INT("madd_q.h $w3, $w1, $w2");
    INT("madd_q.w $w3, $w1, $w2");
    INT("msub_q.h $w3, $w1, $w2");
    INT("msub_q.w $w3, $w1, $w2");
    INT("mulr_q.h $w3, $w1, $w2");
    INT("mulr_q.w $w3, $w1, $w2");
    INT("maddr_q.h $w3, $w1, $w2");
    INT("maddr_q.w $w3, $w1, $w2");
    INT("msubr_q.h $w3, $w1, $w2");
    INT("msubr_q.w $w3, $w1, $w2");
    INT("sld.b $w3, $w1[%1]");
    INT("sld.h $w3, $w1[%1]");
    INT("sld.w $w3, $w1[%1]");
    INT("sld.d $w3, $w1[%1]");
    INT("splat.b $w3, $w1[%1]");
    INT("splat.h $w3, $w1[%1]");
    INT("splat.w $w3, $w1[%1]");
    INT("splat.d $w3, $w1[%1]");
    INT("addvi.b $w3, $w1, 31");
    INT("addvi.h $w3, $w1, 31");
    INT("addvi.w $w3, $w1, 31");
    INT("addvi.d $w3, $w1, 31");
    INT("subvi.b $w3, $w1, 7");
    INT("subvi.h $w3, $w1, 7");
    INT("subvi.w $w3, $w1, 7");
    INT("subvi.d $w3, $w1, 7");
    INT("maxi_s.b $w3, $w1, -16");
    INT("maxi_s.h $w3, $w1, -16");
    INT("maxi_s.w $w3, $w1, -16");
    INT("maxi_s.d $w3, $w1, -16");
    INT("maxi_u.b $w3, $w1, 31");
    INT("maxi_u.h $w3, $w1, 31");
    INT("maxi_u.w $w3, $w1, 31");
    INT("maxi_u.d $w3, $w1, 31");
    INT("mini_s.b $w3, $w1, 15");
    INT("mini_s.h $w3, $w1, 15");
    INT("mini_s.w $w3, $w1, 15");
    INT("mini_s.d $w3, $w1, 15");
    INT("mini_u.b $w3, $w1, 1");
    INT("mini_u.h $w3, $w1, 1");
    INT("mini_u.w $w3, $w1, 1");
    INT("mini_u.d $w3, $w1, 1");
    INT("ceqi.b $w3, $w1, -1");
    INT("ceqi.h $w3, $w1, -1");
    INT("ceqi.w $w3, $w1, -1");
    INT("ceqi.d $w3, $w1, -1");
    INT("clti_s.b $w3, $w1, -3");
    INT("clti_s.h $w3, $w1, -3");
    INT("clti_s.w $w3, $w1, -3");
    INT("clti_s.d $w3, $w1, -3");
    INT("clti_u.b $w3, $w1, 17");
    INT("clti_u.h $w3, $w1, 17");
    INT("clti_u.w $w3, $w1, 17");
    INT("clti_u.d $w3, $w1, 17");
    INT("clei_s.b $w3, $w1, 0");
    INT("clei_s.h $w3, $w1, 0");
    INT("clei_s.w $w3, $w1, 0");
    INT("clei_s.d $w3, $w1, 0");
    INT("clei_u.b $w3, $w1, 31");
    INT("clei_u.h $w3, $w1, 31");
    INT("clei_u.w $w3, $w1, 31");
    INT("clei_u.d $w3, $w1, 31");
    INT("ldi.b $w3, -300");
    INT("ldi.h $w3, -300");
    INT("ldi.w $w3, -300");
    INT("ldi.d $w3, -300");
    INT("slli.b $w3, $w1, 3");
    INT("slli.b $w3, $w1, 7");
    INT("slli.h $w3, $w1, 7");
    INT("slli.h $w3, $w1, 15");
    INT("slli.w $w3, $w1, 15");
    INT("slli.w $w3, $w1, 31");
    INT("slli.d $w3, $w1, 31");
    INT("slli.d $w3, $w1, 63");
    INT("srai.b $w3, $w1, 3");
    INT("srai.b $w3, $w1, 7");
    INT("srai.h $w3, $w1, 7");
    INT("srai.h $w3, $w1, 15");
    INT("srai.w $w3, $w1, 15");
    INT("srai.w $w3, $w1, 31");
    INT("srai.d $w3, $w1, 31");
    INT("srai.d $w3, $w1, 63");
    INT("srli.b $w3, $w1, 3");
    INT("srli.b $w3, $w1, 7");
    INT("srli.h $w3, $w1, 7");
    INT("srli.h $w3, $w1, 15");
    INT("srli.w $w3, $w1, 15");
    INT("srli.w $w3, $w1, 31");
    INT("srli.d $w3, $w1, 31");
    INT("srli.d $w3, $w1, 63");
    INT("bclri.b $w3, $w1, 3");
    INT("bclri.b $w3, $w1, 7");
    INT("bclri.h $w3, $w1, 7");
    INT("bclri.h $w3, $w1, 15");
    INT("bclri.w $w3, $w1, 15");
    INT("bclri.w $w3, $w1, 31");
    INT("bclri.d $w3, $w1, 31");
    INT("bclri.d $w3, $w1, 63");
    INT("bseti.b $w3, $w1, 3");
    INT("bseti.b $w3, $w1, 7");
    INT("bseti.h $w3, $w1, 7");
    INT("bseti.h $w3, $w1, 15");
    INT("bseti.w $w3, $w1, 15");
    INT("bseti.w $w3, $w1, 31");
    INT("bseti.d $w3, $w1, 31");
    INT("bseti.d $w3, $w1, 63");
    INT("bnegi.b $w3, $w1, 3");
    INT("bnegi.b $w3, $w1, 7");
    INT("bnegi.h $w3, $w1, 7");
    INT("bnegi.h $w3, $w1, 15");
    INT("bnegi.w $w3, $w1, 15");
    INT("bnegi.w $w3, $w1, 31");
    INT("bnegi.d $w3, $w1, 31");
    INT("bnegi.d $w3, $w1, 63");
    INT("binsli.b $w3, $w1, 3");
    INT("binsli.b $w3, $w1, 7");
    INT("binsli.h $w3, $w1, 7");
    INT("binsli.h $w3, $w1, 15");
    INT("binsli.w $w3, $w1, 15");
    INT("binsli.w $w3, $w1, 31");
    INT("binsli.d $w3, $w1, 31");
    INT("binsli.d $w3, $w1, 63");
    INT("binsri.b $w3, $w1, 3");
    INT("binsri.b $w3, $w1, 7");
    INT("binsri.h $w3, $w1, 7");
    INT("binsri.h $w3, $w1, 15");
    INT("binsri.w $w3, $w1, 15");
    INT("binsri.w $w3, $w1, 31");
    INT("binsri.d $w3, $w1, 31");
    INT("binsri.d $w3, $w1, 63");
    INT("sat_s.b $w3, $w1, 3");
    INT("sat_s.b $w3, $w1, 7");
    INT("sat_s.h $w3, $w1, 7");
    INT("sat_s.h $w3, $w1, 15");
    INT("sat_s.w $w3, $w1, 15");
    INT("sat_s.w $w3, $w1, 31");
    INT("sat_s.d $w3, $w1, 31");
    INT("sat_s.d $w3, $w1, 63");
    INT("sat_u.b $w3, $w1, 3");
    INT("sat_u.b $w3, $w1, 7");
    INT("sat_u.h $w3, $w1, 7");
    INT("sat_u.h $w3, $w1, 15");
    INT("sat_u.w $w3, $w1, 15");
    INT("sat_u.w $w3, $w1, 31");
    INT("sat_u.d $w3, $w1, 31");
    INT("sat_u.d $w3, $w1, 63");
    INT("srari.b $w3, $w1, 3");
    INT("srari.b $w3, $w1, 7");
    INT("srari.h $w3, $w1, 7");
    INT("srari.h $w3, $w1, 15");
    INT("srari.w $w3, $w1, 15");
    INT("srari.w $w3, $w1, 31");
    INT("srari.d $w3, $w1, 31");
    INT("srari.d $w3, $w1, 63");
    INT("srlri.b $w3, $w1, 3");
    INT("srlri.b $w3, $w1, 7");
    INT("srlri.h $w3, $w1, 7");
    INT("srlri.h $w3, $w1, 15");
    INT("srlri.w $w3, $w1, 15");
    INT("srlri.w $w3, $w1, 31");
    INT("srlri.d $w3, $w1, 31");
    INT("srlri.d $w3, $w1, 63");
    INT("andi.b $w3, $w1, 0x5a");
    INT("ori.b $w3, $w1, 0x5a");
    INT("nori.b $w3, $w1, 0x5a");
    INT("xori.b $w3, $w1, 0x5a");
    INT("bmnzi.b $w3, $w1, 0x5a");
    INT("bmzi.b $w3, $w1, 0x5a");
    INT("bseli.b $w3, $w1, 0x5a");
    INT("shf.b $w3, $w1, 0x1b");
    INT("shf.h $w3, $w1, 0x1b");
    INT("shf.w $w3, $w1, 0x1b");
    INT("and.v $w3, $w1, $w2");
    INT("or.v $w3, $w1, $w2");
    INT("nor.v $w3, $w1, $w2");
    INT("xor.v $w3, $w1, $w2");
    INT("bmnz.v $w3, $w1, $w2");
    INT("bmz.v $w3, $w1, $w2");
    INT("bsel.v $w3, $w1, $w2");
    INT("fill.b $w3, %1");
    INT("fill.h $w3, %1");
    INT("fill.w $w3, %1");
    INT("pcnt.b $w3, $w1");
    INT("pcnt.h $w3, $w1");
    INT("pcnt.w $w3, $w1");
    INT("pcnt.d $w3, $w1");
    INT("nloc.b $w3, $w1");
    INT("nloc.h $w3, $w1");
    INT("nloc.w $w3, $w1");
    INT("nloc.d $w3, $w1");
    INT("nlzc.b $w3, $w1");
    INT("nlzc.h $w3, $w1");
    INT("nlzc.w $w3, $w1");
    INT("nlzc.d $w3, $w1");
    INT("sldi.b $w3, $w1[11]");
    INT("sldi.h $w3, $w1[5]");
    INT("sldi.w $w3, $w1[3]");
    INT("sldi.d $w3, $w1[1]");
    INT("splati.b $w3, $w1[11]");
    INT("splati.h $w3, $w1[5]");
    INT("splati.w $w3, $w1[3]");
    INT("splati.d $w3, $w1[1]");
    INT("copy_s.b %1, $w1[13]");
    INT("copy_s.h %1, $w1[6]");
    INT("copy_s.w %1, $w1[2]");
    INT("copy_u.b %1, $w1[13]");
    INT("copy_u.h %1, $w1[6]");
    INT("insert.b $w3[13], %1");
    INT("insert.h $w3[6], %1");
    INT("insert.w $w3[2], %1");
    INT("insve.b $w3[13], $w1[0]");
    INT("insve.h $w3[6], $w1[0]");
    INT("insve.w $w3[2], $w1[0]");
    INT("insve.d $w3[1], $w1[0]");
    INT("move.v $w3, $w1");
    BYTES("addv.b $w3, $w1, $w2");
    HALVES("addv.h $w3, $w1, $w2");
    INT("lsa %1, %1, %1, 3");
}

static void floats(void)
{
    SINGLE("fcaf.w $w3, $w1, $w2");
    SINGLE("fcun.w $w3, $w1, $w2");
    SINGLE("fceq.w $w3, $w1, $w2");
    SINGLE("fcueq.w $w3, $w1, $w2");
    SINGLE("fclt.w $w3, $w1, $w2");
    SINGLE("fcult.w $w3, $w1, $w2");
    SINGLE("fcle.w $w3, $w1, $w2");
    SINGLE("fcule.w $w3, $w1, $w2");
    SINGLE("fsaf.w $w3, $w1, $w2");
    SINGLE("fsun.w $w3, $w1, $w2");
    SINGLE("fseq.w $w3, $w1, $w2");
    SINGLE("fsueq.w $w3, $w1, $w2");
    SINGLE("fslt.w $w3, $w1, $w2");
    SINGLE("fsult.w $w3, $w1, $w2");
    SINGLE("fsle.w $w3, $w1, $w2");
    SINGLE("fsule.w $w3, $w1, $w2");
    SINGLE("fadd.w $w3, $w1, $w2");
    SINGLE("fsub.w $w3, $w1, $w2");
    SINGLE("fmul.w $w3, $w1, $w2");
    SINGLE("fdiv.w $w3, $w1, $w2");
    SINGLE("fmadd.w $w3, $w1, $w2");
    SINGLE("fmsub.w $w3, $w1, $w2");
    SINGLE("fexp2.w $w3, $w1, $w2");
    SINGLE("fmin.w $w3, $w1, $w2");
    SINGLE("fmin_a.w $w3, $w1, $w2");
    SINGLE("fmax.w $w3, $w1, $w2");
    SINGLE("fmax_a.w $w3, $w1, $w2");
    SINGLE("fcor.w $w3, $w1, $w2");
    SINGLE("fcune.w $w3, $w1, $w2");
    SINGLE("fcne.w $w3, $w1, $w2");
    SINGLE("fsor.w $w3, $w1, $w2");
    SINGLE("fsune.w $w3, $w1, $w2");
    SINGLE("fsne.w $w3, $w1, $w2");
    SINGLE("fclass.w $w3, $w1");
    SINGLE("ftrunc_s.w $w3, $w1");
    SINGLE("ftrunc_u.w $w3, $w1");
    SINGLE("fsqrt.w $w3, $w1");
    SINGLE("frsqrt.w $w3, $w1");
    SINGLE("frcp.w $w3, $w1");
    SINGLE("frint.w $w3, $w1");
    SINGLE("flog2.w $w3, $w1");
    SINGLE("ftint_s.w $w3, $w1");
    SINGLE("ftint_u.w $w3, $w1");
    SINGLE("ffint_s.w $w3, $w1");
    SINGLE("ffint_u.w $w3, $w1");
    DOUBLE("fcaf.d $w3, $w1, $w2");
    DOUBLE("fcun.d $w3, $w1, $w2");
    DOUBLE("fceq.d $w3, $w1, $w2");
    DOUBLE("fcueq.d $w3, $w1, $w2");
    DOUBLE("fclt.d $w3, $w1, $w2");
    DOUBLE("fcult.d $w3, $w1, $w2");
    DOUBLE("fcle.d $w3, $w1, $w2");
    DOUBLE("fcule.d $w3, $w1, $w2");
    DOUBLE("fsaf.d $w3, $w1, $w2");
    DOUBLE("fsun.d $w3, $w1, $w2");
    DOUBLE("fseq.d $w3, $w1, $w2");
    DOUBLE("fsueq.d $w3, $w1, $w2");
    DOUBLE("fslt.d $w3, $w1, $w2");
    DOUBLE("fsult.d $w3, $w1, $w2");
    DOUBLE("fsle.d $w3, $w1, $w2");
    DOUBLE("fsule.d $w3, $w1, $w2");
    DOUBLE("fadd.d $w3, $w1, $w2");
    DOUBLE("fsub.d $w3, $w1, $w2");
    DOUBLE("fmul.d $w3, $w1, $w2");
    DOUBLE("fdiv.d $w3, $w1, $w2");
    DOUBLE("fmadd.d $w3, $w1, $w2");
    DOUBLE("fmsub.d $w3, $w1, $w2");
    DOUBLE("fexp2.d $w3, $w1, $w2");
    DOUBLE("fmin.d $w3, $w1, $w2");
    DOUBLE("fmin_a.d $w3, $w1, $w2");
    DOUBLE("fmax.d $w3, $w1, $w2");
    DOUBLE("fmax_a.d $w3, $w1, $w2");
    DOUBLE("fcor.d $w3, $w1, $w2");
    DOUBLE("fcune.d $w3, $w1, $w2");
    DOUBLE("fcne.d $w3, $w1, $w2");
    DOUBLE("fsor.d $w3, $w1, $w2");
    DOUBLE("fsune.d $w3, $w1, $w2");
    DOUBLE("fsne.d $w3, $w1, $w2");
    DOUBLE("fclass.d $w3, $w1");
    DOUBLE("ftrunc_s.d $w3, $w1");
    DOUBLE("ftrunc_u.d $w3, $w1");
    DOUBLE("fsqrt.d $w3, $w1");
    DOUBLE("frsqrt.d $w3, $w1");
    DOUBLE("frcp.d $w3, $w1");
    DOUBLE("frint.d $w3, $w1");
    DOUBLE("flog2.d $w3, $w1");
    DOUBLE("ftint_s.d $w3, $w1");
    DOUBLE("ftint_u.d $w3, $w1");
    DOUBLE("ffint_s.d $w3, $w1");
    DOUBLE("ffint_u.d $w3, $w1");
    QUIET_SINGLE("fexdo.h $w3, $w1, $w2");
    DOUBLE("fexdo.w $w3, $w1, $w2");
    SINGLE("ftq.h $w3, $w1, $w2");
    DOUBLE("ftq.w $w3, $w1, $w2");
    RUN(0, "ld.h", "st.h", "fexupl.w $w3, $w1");
    RUN(0, "ld.h", "st.h", "fexupr.w $w3, $w1");
    SINGLE("fexupl.d $w3, $w1");
    SINGLE("fexupr.d $w3, $w1");
    INT("ffql.w $w3, $w1");
    INT("ffqr.w $w3, $w1");
    INT("ffql.d $w3, $w1");
    INT("ffqr.d $w3, $w1");
}

#define ON(insn) \
    __asm__ volatile(".set push\n\t.set noreorder\n\t.set hardfloat\n\t.set fp=64\n\t.set msa\n\tld.w $w1, 0(%1)\n\tli %0, 1\n\t" insn " $w1, 1f\n\tnop\n\tli %0, 0\n1:\t.set pop" \
                     : "=&r"(v) : "r"(t)); \
    taken = taken << 1 | v

static void branches(void)
{
    static const u32 vectors[][4] = { { 0, 0, 0, 0 }, { 1, 0, 0, 0 }, { 0x01010101, 0x01010101, 0x01010101, 0x01010101 }, { 0x01000100, 0x01010101, 1, 0x01010101 } };

    for (u32 i = 0; i < 4; i++) {
        u32 v, taken = 0;
        for (u32 n = 0; n < 4; n++)
            t[n] = vectors[i][n];
        ON("bz.v");
        ON("bnz.v");
        ON("bz.b");
        ON("bz.h");
        ON("bz.w");
        ON("bz.d");
        ON("bnz.b");
        ON("bnz.h");
        ON("bnz.w");
        ON("bnz.d");
        print("branches of vector %u: 0x%x\n", (word)i, (word)taken);
    }
}

int test_main(word cpu)
{
    u32 v;
    (void)cpu;
    PUT(C0_STATUS, STATUS_BASE);
    __asm__ volatile(".set push\n\t.set msa\n\t.set fp=64\n\t.set hardfloat\n\taddv.b $w1, $w2, $w3\n\tbz.v $w1, 1f\n\tnop\n1:\t.set pop" ::: "memory");
    expect("disabled", exceptions, 21 << 8 | 21);
    PUT(C0_STATUS, STATUS_BASE | STATUS_CU1 | STATUS_FR);
    C0_WRITE(16, 5, C0_READ(16, 5) | MSA_EN);
    __asm__ volatile(".set push\n\t.set msa\n\t.set fp=64\n\t.set hardfloat\n\tcfcmsa %0, $0\n\t.set pop" : "=r"(v));
    print("MSAIR: 0x%x\n", (word)v);
    exceptions = 0;
    __asm__ volatile(".set push\n\t.set msa\n\t.set fp=64\n\t.set hardfloat\n\tctcmsa $1, %1\n\tcfcmsa %0, $1\n\t.set pop" : "=r"(v) : "r"(0xfffc0fff));
    print("MSACSR, ones: 0x%x\n", (word)v);
    seed = 0x12345678;
    integers1();
    integers2();
    branches();
    floats();
    exceptions = 0;
    __asm__ volatile(".set push\n\t.set msa\n\t.set fp=64\n\t.set hardfloat\n\tctcmsa $1, %1\n\tldi.w $w1, 0\n\tfdiv.w $w1, $w1, $w1\n\tcfcmsa %0, $1\n\tctcmsa $1, $0\n\t.set pop"
                     : "=r"(v) : "r"(0x800) : "memory");
    print("an enabled exception: %u, MSACSR 0x%x\n", (word)exceptions, (word)v);
    return (int)n_failures;
}
