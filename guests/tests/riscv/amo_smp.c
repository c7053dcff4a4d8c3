/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Harts that change the same words by AMO and by LR/SC, and each AMO's arithmetic. */
#include "rt.h"

enum { MAX_HARTS = 8, N = 5000 };

static volatile u32 ready, go, finished;
static volatile u32 amo_count, lrsc_count, lock, guarded, bits_or, bits_xor, highest, lowest = ~0u;
static volatile u32 halves[2]; /* written together under LR/SC of one word each */

static void lrsc_add(volatile u32 *p)
{
    u32 old, failed;
    __asm__ volatile("1:\tlr.w.aq %0, %2\n\taddi %0, %0, 1\n\tsc.w.rl %1, %0, %2\n\tbnez %1, 1b"
                     : "=&r"(old), "=&r"(failed), "+A"(*p)::"memory");
}

#define AMO(name, p, value)                                                                                                    \
    ({                                                                                                                         \
        word amo_old_;                                                                                                         \
        __asm__ volatile(name " %0, %2, %1" : "=r"(amo_old_), "+A"(*(p)) : "r"((word)(value)) : "memory");                    \
        amo_old_;                                                                                                              \
    })

static void work(word hart)
{
    for (u32 i = 0; i < N; i++) {
        AMO("amoadd.w", &amo_count, 1);
        lrsc_add(&lrsc_count);
        while (AMO("amoswap.w.aq", &lock, 1))
            ;
        guarded = guarded + 1;
        halves[0] = halves[0] + 1;
        halves[1] = halves[1] - 1;
        AMO("amoswap.w.rl", &lock, 0);
    }
    AMO("amoor.w", &bits_or, 1 << hart);
    AMO("amoxor.w", &bits_xor, 3 << hart);
    AMO("amomaxu.w", &highest, 100 + hart);
    AMO("amominu.w", &lowest, 100 + hart);
    AMO("amoadd.w", &finished, 1);
}

/* One row an AMO: memory before, operand, memory after (32 bits, both sign-extended by hand). */
#define CASE(op, old, operand, result)                                                                                         \
    {                                                                                                                          \
        volatile u32 m = (old);                                                                                                \
        word got = AMO("amo" op ".w", &m, operand);                                                                            \
        expect("amo" op ".w memory", m, (u32)(result));                                                                        \
        expect("amo" op ".w rd", got, (word)(i32)(old));                                                                       \
    }

static void arithmetic(void)
{
    CASE("swap", 0x80000001, 5, 5);
    CASE("add", 0x7fffffff, 1, 0x80000000);
    CASE("xor", 0xff00ff00, 0x0ff00ff0, 0xf0f0f0f0);
    CASE("and", 0xff00ff00, 0x0ff00ff0, 0x0f000f00);
    CASE("or", 0xff00ff00, 0x0ff00ff0, 0xfff0fff0);
    CASE("min", 0xffffffff, 1, 0xffffffff);
    CASE("max", 0xffffffff, 1, 1);
    CASE("minu", 0xffffffff, 1, 1);
    CASE("maxu", 0xffffffff, 1, 0xffffffff);
#if __riscv_xlen == 64
    volatile u64 m = 0x7fffffffffffffff;
    expect("amoadd.d rd", AMO("amoadd.d", &m, 1), 0x7fffffffffffffff);
    expect("amoadd.d memory", m, 0x8000000000000000);
    expect("amomin.d rd", AMO("amomin.d", &m, 7), 0x8000000000000000);
    expect("amomaxu.d rd", AMO("amomaxu.d", &m, 7), 0x8000000000000000);
#endif
}

static void reservations(void)
{
    volatile u32 a = 1;
    word loaded, failed;

    __asm__ volatile("lr.w %0, %2\n\tsc.w %1, %3, %2" : "=&r"(loaded), "=&r"(failed), "+A"(a) : "r"(7) : "memory");
    expect("sc after lr", failed, 0);
    expect("sc has stored", a, 7);
    __asm__ volatile("sc.w %0, %2, %1" : "=&r"(failed), "+A"(a) : "r"(8) : "memory");
    expect("sc without lr fails", failed != 0, 1);
    expect("and stores nothing", a, 7);
}

int test_main(word hart, const void *dtb)
{
    if (hart) {
        AMO("amoadd.w", &ready, 1);
        while (!go)
            ;
        work(hart);
        return 0;
    }
    u32 n = count_harts(dtb);
    print("%u harts\n", (word)n);
    arithmetic();
    reservations();
    while (ready != n - 1)
        ;
    go = 1;
    work(hart);
    while (finished != n)
        ;
    expect("counted by AMO", amo_count, n * N);
    expect("counted by LR/SC", lrsc_count, n * N);
    expect("counted under a lock", guarded, n * N);
    expect("both halves", halves[0] + halves[1], 0);
    expect("amoor.w", bits_or, (1u << n) - 1);
    expect("amoxor.w", bits_xor, (1u << n) | 1);
    expect("amomaxu.w", highest, 99 + n);
    expect("amominu.w", lowest, 100);
    return (int)n_failures;
}
