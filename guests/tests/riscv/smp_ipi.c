/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Software interrupts between harts: one to each, a baton round the ring, and a crowd at once. */
#include "rt.h"

enum { MAX_HARTS = 8, ROUNDS = 20 };

static u32 n_harts;
static volatile u32 ready, taken[MAX_HARTS], passing, crowd;
static volatile word cause_seen[MAX_HARTS];

static u32 add(volatile u32 *p, u32 n)
{
    return __atomic_fetch_add(p, n, __ATOMIC_SEQ_CST);
}

void on_trap(struct frame *frame, word cause, word tval)
{
    (void)frame, (void)tval;
    word hart = CSR_READ("mhartid");
    set_ipi(hart, 0);
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    cause_seen[hart] = cause;
    add(&taken[hart], 1);
    if (passing) {
        if (--passing)
            set_ipi((hart + 1) % n_harts, 1);
    } else if (crowd) {
        add(&crowd, 1);
    }
}

/* Waits with interrupts off until one is pending, and takes it. */
static void wait_one(void)
{
    __asm__ volatile("wfi\n\tcsrsi mstatus, 8\n\tnop\n\tcsrci mstatus, 8" ::: "memory");
}

static void await(volatile u32 *p, u32 value)
{
    while (*p != value)
        ;
}

static void each_alone(void)
{
    for (u32 hart = 1; hart < n_harts; hart++) {
        set_ipi(hart, 1);
        await(&taken[hart], 1);
        print("hart %u took cause %s%u\n", (word)hart, cause_seen[hart] & INTERRUPT ? "interrupt " : "",
              cause_seen[hart] & ~INTERRUPT);
    }
}

static void itself(void)
{
    expect("own MSIP before", CSR_READ("mip") & IP_MSIP, 0);
    set_ipi(0, 1);
    expect("own MSIP raised", CSR_READ("mip") & IP_MSIP, IP_MSIP);
    expect("its register reads 1", peek32(CLINT), 1);
    wait_one();
    expect("own interrupt", taken[0], 1);
    expect("own MSIP lowered", CSR_READ("mip") & IP_MSIP, 0);
    poke32(CLINT, 0xfffffffe);
    expect("only bit 0 counts", peek32(CLINT), 0);
}

static void ring(void)
{
    passing = ROUNDS * n_harts;
    set_ipi(1 % n_harts, 1);
    while (passing)
        wait_one();
    for (u32 hart = 0; hart < n_harts; hart++)
        print("hart %u: %u interrupts\n", (word)hart, (word)taken[hart]);
}

static void all_at_once(void)
{
    crowd = 1;
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    for (u32 hart = 1; hart < n_harts; hart++)
        set_ipi(hart, 1);
    await(&crowd, n_harts);
    expect("all at once", crowd, n_harts);
}

int test_main(word hart, const void *dtb)
{
    CSR_WRITE("mie", IP_MSIP);
    if (hart) {
        add(&ready, 1);
        for (;;)
            wait_one();
    }
    n_harts = count_harts(dtb);
    await(&ready, n_harts - 1);
    print("%u harts\n", (word)n_harts);
    itself();
    each_alone();
    ring();
    all_at_once();
    return (int)n_failures;
}
