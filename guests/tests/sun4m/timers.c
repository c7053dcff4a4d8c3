/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The processor's timer (level 14) and the system's (level 10): limit, count, the bit that says it was reached, masks. */
#include "rt.h"

enum { COUNTER0 = COUNTERS, LIMIT_REACHED = 1u << 31 };

static volatile u32 taken[16], pending, read_limit;

void on_trap(struct sparc_frame *frame)
{
    u32 level = frame->tt - TT_INTERRUPT;
    if (level > 15) {
        print("unexpected trap 0x%x at 0x%x\n", (word)frame->tt, (word)frame->pc);
        stop(99);
    }
    taken[level]++;
    pending = device_read(INTERRUPTS + INT_PENDING);
    if (read_limit) /* ends the interrupt */
        (void)device_read(level == 14 ? (u32)COUNTER0 : (u32)SYSTEM_COUNTER);
    else
        set_pil(15), frame->psr |= PSR_PIL;
}

static void await(u32 level, u32 n)
{
    for (volatile u32 i = 0; i < 10000000 && taken[level] != n; i++)
        ;
}

/* So many counts of 500 ns; the count begins with 1. */
static u32 counts(u32 n) { return (n + 1) << 9; }

static void processor_timer(void)
{
    device_write(SYSTEM_COUNTER + T_CONFIG, 0);
    device_write(COUNTER0 + T_LIMIT, counts(2000));
    u32 first = device_read(COUNTER0 + T_COUNT);
    for (volatile u32 i = 0; i < 1000; i++)
        ;
    u32 second = device_read(COUNTER0 + T_COUNT);
    expect("it counts", second != first, 1);
    expect("below the limit", (second & 0x7fffffff) <= counts(2000), 1);
    expect("the lowest bits are 0", second & 0x1ff, 0);
    while (!(device_read(COUNTER0 + T_COUNT) & LIMIT_REACHED))
        ;
    expect("pending at level 14", device_read(INTERRUPTS + INT_PENDING) & 1 << 14, 1 << 14);
    expect("the limit", device_read(COUNTER0 + T_LIMIT) & 0x7fffffff, counts(2000));
    expect("reading the limit ends it", device_read(INTERRUPTS + INT_PENDING) & 1 << 14, 0);
    read_limit = 1;
    set_pil(13);
    await(14, 3);
    set_pil(15);
    expect("interrupts of level 14", taken[14] >= 3, 1);
    expect("pending in the handler", pending & 1 << 14, 1 << 14);
    device_write(COUNTER0 + T_LIMIT, 0);
    (void)device_read(COUNTER0 + T_LIMIT);
}

static void system_timer(void)
{
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_SET, INT_MASK_ALL | INT_TIMER);
    device_write(SYSTEM_COUNTER + T_LIMIT, counts(1000));
    while (!(device_read(SYSTEM_INTERRUPTS + SYS_PENDING) & INT_TIMER))
        ;
    set_pil(9);
    set_pil(15);
    expect("masked: not taken", taken[10], 0);
    device_write(SYSTEM_INTERRUPTS + SYS_TARGET, 0);
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_CLEAR, INT_MASK_ALL | INT_TIMER);
    expect("mask", device_read(SYSTEM_INTERRUPTS + SYS_MASK) & (INT_MASK_ALL | INT_TIMER), 0);
    expect("at level 10 of the processor", device_read(INTERRUPTS + INT_PENDING) & 1 << 10, 1 << 10);
    read_limit = 1;
    set_pil(9);
    await(10, 3);
    set_pil(15);
    expect("interrupts of level 10", taken[10] >= 3, 1);
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_SET, INT_TIMER);
    device_write(SYSTEM_COUNTER + T_LIMIT, 0);
    (void)device_read(SYSTEM_COUNTER + T_LIMIT);
}

/* Without an end to the interrupt it stays at the processor's level. */
static void level_sensitive(void)
{
    taken[14] = read_limit = 0;
    device_write(COUNTER0 + T_LIMIT, counts(100));
    set_pil(13);
    await(14, 1);
    expect("one", taken[14], 1);
    set_pil(13);
    await(14, 2);
    expect("it is still there", taken[14], 2);
    device_write(COUNTER0 + T_LIMIT, 0);
    (void)device_read(COUNTER0 + T_LIMIT);
}

/* The processor's timer as a counter of 54 bits that a user may have. */
static void user_counter(void)
{
    device_write(SYSTEM_COUNTER + T_CONFIG, 1);
    expect("configuration", device_read(SYSTEM_COUNTER + T_CONFIG), 1);
    device_write(COUNTER0 + T_START, 0);
    device_write(COUNTER0 + T_LIMIT, 0);
    device_write(COUNTER0 + T_COUNT, 0);
    u32 stopped = device_read(COUNTER0 + T_COUNT);
    for (volatile u32 i = 0; i < 1000; i++)
        ;
    expect("it stands", device_read(COUNTER0 + T_COUNT), stopped);
    device_write(COUNTER0 + T_START, 1);
    for (volatile u32 i = 0; i < 1000; i++)
        ;
    expect("it runs", device_read(COUNTER0 + T_COUNT) > stopped, 1);
    expect("running", device_read(COUNTER0 + T_START) & 1, 1);
    device_write(SYSTEM_COUNTER + T_CONFIG, 0);
}

int test_main(void)
{
    processor_timer();
    system_timer();
    level_sensitive();
    user_counter();
    return (int)n_failures;
}
