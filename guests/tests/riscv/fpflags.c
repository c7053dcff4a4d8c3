/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* F and D: results and accrued exceptions of each kind, rounding modes, NaN boxing, conversions out of range, fclass, mstatus.FS. */
#include "rt.h"

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };

static u32 illegal;

void on_trap(struct frame *frame, word cause, word tval)
{
    (void)tval;
    if (cause != 2) {
        print("unexpected trap: mcause 0x%x, mepc 0x%x\n", cause, frame->x[0]);
        stop(99);
    }
    illegal++;
    frame->x[0] += 4;
}

static void show(const char *what, u64 result)
{
    print("%s: %X flags %x\n", what, result, CSR_READ("fflags"));
    CSR_WRITE("fflags", 0);
}

/* Binary64 goes through memory: rv32 has no instruction that moves it to integer registers. */
#define D2(op, a, b)                                                                                                           \
    {                                                                                                                          \
        u64 x = (a), y = (b), z;                                                                                               \
        __asm__ volatile("fld ft0, %1\n\tfld ft1, %2\n\t" op " ft2, ft0, ft1\n\tfsd ft2, %0"                                   \
                         : "=m"(z)                                                                                             \
                         : "m"(x), "m"(y)                                                                                      \
                         : "ft0", "ft1", "ft2");                                                                               \
        show(op " " #a " " #b, z);                                                                                             \
    }
#define D1(op, a)                                                                                                              \
    {                                                                                                                          \
        u64 x = (a), z;                                                                                                        \
        __asm__ volatile("fld ft0, %1\n\t" op " ft2, ft0\n\tfsd ft2, %0" : "=m"(z) : "m"(x) : "ft0", "ft2");                   \
        show(op " " #a, z);                                                                                                    \
    }
#define S2(op, a, b)                                                                                                           \
    {                                                                                                                          \
        u32 x = (a), y = (b);                                                                                                  \
        u64 z;                                                                                                                 \
        __asm__ volatile("flw ft0, %1\n\tflw ft1, %2\n\t" op " ft2, ft0, ft1\n\tfsd ft2, %0"                                   \
                         : "=m"(z)                                                                                             \
                         : "m"(x), "m"(y)                                                                                      \
                         : "ft0", "ft1", "ft2");                                                                               \
        show(op " " #a " " #b, z);                                                                                             \
    }
/* To an integer register. */
#define I1(op, load, a)                                                                                                        \
    {                                                                                                                          \
        u64 x = (a);                                                                                                           \
        word z;                                                                                                                \
        __asm__ volatile(load " ft0, %1\n\t" op : "=r"(z) : "m"(x) : "ft0");                                                   \
        show(op " " #a, (u32)z);                                                                                               \
    }
#define C2(op, a, b)                                                                                                           \
    {                                                                                                                          \
        u64 x = (a), y = (b);                                                                                                  \
        word z;                                                                                                                \
        __asm__ volatile("fld ft0, %1\n\tfld ft1, %2\n\t" op " %0, ft0, ft1" : "=r"(z) : "m"(x), "m"(y) : "ft0", "ft1");       \
        show(op " " #a " " #b, z);                                                                                             \
    }

#define ONE 0x3ff0000000000000
#define THREE 0x4008000000000000
#define TINY 0x0000000000000001
#define HUGE 0x7fefffffffffffff
#define MIN_NORMAL 0x0010000000000000
#define INF 0x7ff0000000000000
#define QNAN 0x7ff8000000000000
#define SNAN 0x7ff0000000000001
#define ODD_QNAN 0xfff8000000001234
#define ONE32 0x3f800000
#define THREE32 0x40400000
#define SNAN32 0x7f800001
#define TENTH 0x3fb999999999999a
#define MINUS_ZERO 0x8000000000000000

static void exceptions(void)
{
    D2("fadd.d", ONE, ONE);
    D2("fdiv.d", ONE, THREE);
    D2("fdiv.d", ONE, 0);
    D2("fdiv.d", 0, 0);
    D2("fadd.d", HUGE, HUGE);
    D2("fmul.d", MIN_NORMAL, TENTH);
    D2("fmul.d", TINY, TINY);
    D2("fmul.d", MIN_NORMAL, 0x3feffffffffffffe); /* tiny or not: before and after rounding differ nearby */
    D2("fmul.d", 0x000fffffffffffff, 0x3ff0000000000001);
    D2("fsub.d", INF, INF);
    D2("fadd.d", SNAN, ONE);
    D2("fadd.d", ODD_QNAN, ONE); /* NaNs are always the canonical one */
    D1("fsqrt.d", 0xbff0000000000000);
    D1("fsqrt.d", 0x4000000000000000);
    D1("fsqrt.d", MINUS_ZERO);
    S2("fdiv.s", ONE32, THREE32);
    S2("fadd.s", SNAN32, ONE32);
    S2("fmul.s", 0x7f7fffff, 0x7f7fffff);
}

static void min_max(void)
{
    D2("fmin.d", MINUS_ZERO, 0);
    D2("fmax.d", MINUS_ZERO, 0);
    D2("fmin.d", QNAN, ONE);
    D2("fmax.d", SNAN, ONE);
    D2("fmin.d", QNAN, ODD_QNAN);
    D2("fsgnjn.d", ODD_QNAN, ODD_QNAN);
    D2("fsgnjx.d", 0xbff0000000000000, 0xbff0000000000000);
}

static void comparisons(void)
{
    C2("feq.d", QNAN, ONE);
    C2("feq.d", SNAN, ONE);
    C2("flt.d", QNAN, ONE);
    C2("fle.d", ONE, ONE);
    C2("feq.d", MINUS_ZERO, 0);
    C2("flt.d", MINUS_ZERO, 0);
}

static void conversions(void)
{
    I1("fcvt.w.d %0, ft0, rtz", "fld", 0xc1e0000000000000);  /* -2^31 */
    I1("fcvt.w.d %0, ft0, rtz", "fld", 0x41e0000000000000);  /* 2^31 */
    I1("fcvt.wu.d %0, ft0, rtz", "fld", 0xbff0000000000000); /* -1 */
    I1("fcvt.wu.d %0, ft0, rtz", "fld", 0xbfe0000000000000); /* -0.5 */
    I1("fcvt.w.d %0, ft0, rtz", "fld", QNAN);
    I1("fcvt.w.d %0, ft0, rne", "fld", 0x4004000000000000); /* 2.5 */
    I1("fcvt.w.d %0, ft0, rup", "fld", 0x4004000000000000);
    I1("fcvt.w.d %0, ft0, rmm", "fld", 0x4004000000000000);
    I1("fcvt.w.s %0, ft0, rdn", "flw", 0xbfc00000); /* -1.5 */
    D1("fcvt.s.d", TENTH);
    D1("fcvt.s.d", HUGE);
    D1("fcvt.s.d", SNAN);
    I1("fclass.d %0, ft0", "fld", MINUS_ZERO);
    I1("fclass.d %0, ft0", "fld", TINY);
    I1("fclass.d %0, ft0", "fld", SNAN);
    I1("fclass.d %0, ft0", "fld", QNAN);
    I1("fclass.d %0, ft0", "fld", 0xfff0000000000000);
    I1("fclass.s %0, ft0", "fld", ONE); /* not boxed: counts as a NaN */
}

static void rounding_modes(void)
{
    static const char *const name[] = {"rne", "rtz", "rdn", "rup", "rmm"};
    for (word mode = 0; mode < 5; mode++) {
        print("dynamic rounding %s\n", name[mode]);
        CSR_WRITE("frm", mode);
        D2("fdiv.d", ONE, THREE);
        D2("fdiv.d", 0xbff0000000000000, THREE);
        D2("fadd.d", ONE, 0x3ca0000000000000); /* 1 + 2^-53, half way */
        D2("fadd.d", HUGE, HUGE);
    }
    CSR_WRITE("fcsr", 0xe5);
    print("fcsr %x frm %x fflags %x\n", CSR_READ("fcsr"), CSR_READ("frm"), CSR_READ("fflags"));
    CSR_WRITE("fcsr", 0);
}

static void fused(void)
{
    u64 x = 0x3ff0000000000001, y = 0xbff0000000000002, z;
    __asm__ volatile("fld ft0, %1\n\tfld ft1, %2\n\tfmadd.d ft2, ft0, ft0, ft1\n\tfsd ft2, %0"
                     : "=m"(z)
                     : "m"(x), "m"(y)
                     : "ft0", "ft1", "ft2");
    show("fmadd.d rounds once", z);
    x = INF, y = 0;
    u64 nan = QNAN;
    __asm__ volatile("fld ft0, %1\n\tfld ft1, %2\n\tfld ft3, %3\n\tfmadd.d ft2, ft0, ft1, ft3\n\tfsd ft2, %0"
                     : "=m"(z)
                     : "m"(x), "m"(y), "m"(nan)
                     : "ft0", "ft1", "ft2", "ft3");
    show("fmadd.d inf * 0 + NaN", z);
}

static void status(void)
{
    illegal = 0;
    CSR_CLEAR("mstatus", MSTATUS_FS);
    __asm__ volatile(".option push\n\t.option norvc\n\tfadd.d ft0, ft0, ft0\n\tcsrr t0, fcsr\n\t.option pop" ::: "t0");
    expect("illegal while FS is off", illegal, 2);
    CSR_SET("mstatus", 1 << 13); /* initial */
    __asm__ volatile("fadd.d ft0, ft0, ft0");
    expect("FS is dirty after a write", CSR_READ("mstatus") & MSTATUS_FS, MSTATUS_FS);
    expect("and SD", CSR_READ("mstatus") >> (__riscv_xlen - 1), 1);
    illegal = 0;
    CSR_WRITE("frm", 5);
    __asm__ volatile(".option push\n\t.option norvc\n\tfadd.d ft0, ft0, ft0\n\t.option pop");
    expect("illegal with a reserved dynamic rounding mode", illegal, 1);
    CSR_WRITE("fcsr", 0);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    CSR_SET("mstatus", MSTATUS_FS);
    CSR_WRITE("fcsr", 0);
    exceptions();
    min_max();
    comparisons();
    conversions();
    rounding_modes();
    fused();
    status();
    return (int)n_failures;
}
