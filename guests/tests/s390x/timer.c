/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* TOD clock, clock comparator, CPU timer: registers, interruptions, subclass masks, waiting. */
#include "rt.h"

#define MICROSECOND 4096ull

static volatile u32 taken, code, repeat;

static void set_comparator(u64 value) { __asm__ volatile("sckc %0" : : "Q"(value)); }
static void set_timer(u64 value) { __asm__ volatile("spt %0" : : "Q"(value)); }

void on_event(u32 kind, struct frame *frame)
{
    taken++;
    code = kind == EXTERNAL ? LOW16(0x86) : kind;
    if (code == 0x1004)
        set_comparator(~0ull);
    if (code == 0x1005)
        set_timer(0x7fffffffffffffffull);
    if (!repeat)
        frame->mask &= ~PSW_EXTERNAL;
    frame->mask &= ~PSW_WAIT;
}

static void spin(u64 microseconds)
{
    u64 from = clock();
    while (clock() - from < microseconds * MICROSECOND)
        ;
}

/* Enabled until an interruption has come, for so many microseconds at most. */
static void open_window(u64 microseconds)
{
    u8 mask;
    u32 before = taken;
    __asm__ volatile("stosm %0, 1" : "=Q"(mask) : : "memory");
    u64 from = clock();
    while (taken == before && clock() - from < microseconds * MICROSECOND)
        ;
    __asm__ volatile("stnsm %0, 0xfe" : "=Q"(mask) : : "memory");
}

static void check_registers(void)
{
    u64 value;
    set_comparator(0x123456789abcdef0ull);
    __asm__ volatile("stckc %0" : "=Q"(value));
    print("comparator %X\n", value);
    set_timer(0x7000000000000000ull);
    __asm__ volatile("stpt %0" : "=Q"(value));
    expect("CPU timer counts down", value < 0x7000000000000000ull && value > 0x6fffff0000000000ull, 1);
    u8 extended[16];
    __asm__ volatile("lghi %%r0, 0x1234\n\tsckpf\n\tstcke %0" : "=Q"(extended) : : "0", "cc");
    expect("programmable field", extended[14] << 8 | extended[15], 0x1234);
    expect("epoch", extended[0], 0);
    u64 a, b, c;
    __asm__ volatile("stck %0\n\tstckf %1\n\tstck %2" : "=Q"(a), "=Q"(b), "=Q"(c) : : "cc");
    expect("clocks in order", a <= b && b <= c, 1);
    expect("condition code of stck", CC("stck %1", OUT(, "=Q"(a))), 0);
    expect("extended clock goes with it", (*(u64 *)extended << 8 | extended[8]) <= a, 1);
}

static void check_comparator(void)
{
    set_comparator(clock());
    SET_CONTROL(0, control(0) & ~0x800ull);
    open_window(2000);
    expect("subclass off", taken, 0);
    SET_CONTROL(0, control(0) | 0x800);
    expect("PSW off", taken, 0);
    open_window(1000000);
    print("past comparator: taken %u, code 0x%x\n", (word)taken, (word)code);
    open_window(2000);
    expect("comparator set to all ones", taken, 1);
    set_comparator(clock() + 30000 * MICROSECOND);
    open_window(2000);
    expect("too early", taken, 1);
    spin(30000);
    open_window(1000000);
    expect("in time", taken, 2);
    set_comparator(clock() + 1000 * MICROSECOND);
    u64 before = clock();
    wait_for(PSW_EXTERNAL);
    expect("waited", taken, 3);
    expect("not for too short", clock() - before >= 990 * MICROSECOND, 1);
    SET_CONTROL(0, control(0) & ~0x800ull);
}

static void check_timer(void)
{
    taken = 0;
    SET_CONTROL(0, control(0) | 0x400);
    set_timer(0x7fffffffffffffffull);
    open_window(2000);
    expect("positive", taken, 0);
    set_timer(1);
    open_window(1000000);
    print("negative: taken %u, code 0x%x\n", (word)taken, (word)code);
    set_timer(300 * MICROSECOND);
    u64 before = clock();
    wait_for(PSW_EXTERNAL);
    expect("waited", taken, 2);
    expect("not for too short", clock() - before >= 290 * MICROSECOND, 1);
    SET_CONTROL(0, control(0) & ~0x400ull);
}

static void check_set_clock(void)
{
    u64 value = 0x1234500000000000ull;
    u32 cc = CC("sck %1", OUT(), "Q"(value));
    u64 now = clock();
    print("set clock: cc %u\n", (word)cc);
    expect("clock has been set", now - value < 1000000 * MICROSECOND, 1);
}

int test_main(void)
{
    check_registers();
    check_comparator();
    check_timer();
    check_set_clock();
    return (int)n_failures;
}
