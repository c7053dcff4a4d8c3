/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* SIGNAL PROCESSOR with its orders, CPU states, prefixes, signals between CPUs, translations and keys that others have changed. */
#include "rt.h"

static volatile u32 reached, calls, codes[4], from[4];
static volatile u32 at_work, counter;
static u8 status_area[512] __attribute__((aligned(512)));

void on_event(u32 kind, struct frame *frame)
{
    u32 cpu = cpu_address();
    if (kind == EXTERNAL) {
        codes[cpu] = LOW16(0x86);
        from[cpu] = LOW16(0x84);
        calls++;
    }
    frame->mask &= ~(PSW_WAIT | PSW_EXTERNAL);
}

static void show(const char *what, u32 cpu, u32 order, u64 parameter)
{
    u32 status, cc;
    while ((cc = sigp(cpu, order, parameter, &status)) == 2)
        ;
    print("%s: cc %u, status 0x%x\n", what, (word)cc, (word)status);
}

static void await_state(u32 cpu, u32 wanted)
{
    u32 status = 0;
    while (sigp(cpu, 1, 0, &status) == 2 || (status & 0x40) != wanted)
        status = 0;
}

static void at_once(void) { reached++; }

static void count(void)
{
    at_work = 1;
    for (;;)
        counter++;
}

static void sleep_and_listen(void)
{
    SET_CONTROL(0, 0xe0 | 0x6000);
    for (;;) {
        at_work = 1;
        wait_for(PSW_EXTERNAL);
        at_work = 0;
        reached++;
    }
}

static void check_states(void)
{
    show("sense of a stopped CPU", 1, 1, 0);
    show("sense running of a stopped CPU", 1, 0x15, 0);
    show("sense of the own CPU", 0, 1, 0);
    show("sense running of the own CPU", 0, 0x15, 0);
    show("no such CPU", 77, 1, 0);
    show("no such order", 1, 0x77, 0);
    show("set architecture", 0, 0x12, 1);
    show("prefix without storage", 1, 0x0d, 0x7fffe000);
    cpu_start(1, at_once);
    await_state(1, 0x40);
    expect("started and stopped", reached, 1);
    cpu_start(1, count);
    while (!at_work)
        ;
    show("sense of a running CPU", 1, 1, 0);
    show("sense running of a running CPU", 1, 0x15, 0);
    show("prefix of a running CPU", 1, 0x0d, 0x10000);
    show("store status of a running CPU", 1, 0x0e, (word)status_area);
    show("stop and store status", 1, 9, 0);
    await_state(1, 0x40);
    u32 n = counter;
    for (volatile u32 i = 0; i < 100000; i++)
        ;
    expect("it has stopped", counter, n);
}

static void check_status(void)
{
    show("store status", 1, 0x0e, (word)status_area);
    await_state(1, 0x40);
    u64 mask = *(u64 *)(status_area + 0x100), address = *(u64 *)(status_area + 0x108);
    print("psw mask %X\n", mask & ~0x300000000000ull);
    expect("address within the loop", address - (word)count < 64, 1);
    expect("prefix", *(u32 *)(status_area + 0x118), (word)prefix_area(1));
    expect("stack pointer", *(u64 *)(status_area + 0x80 + 15 * 8) != 0, 1);
    print("control register 0 %X\n", *(u64 *)(status_area + 0x180));
    show("cpu reset", 1, 0x0c, 0);
    show("initial cpu reset", 1, 0x0b, 0);
    show("store status", 1, 0x0e, (word)status_area);
    await_state(1, 0x40);
    expect("psw mask is clear", *(u64 *)(status_area + 0x100), 0);
    expect("address is clear", *(u64 *)(status_area + 0x108), 0);
    expect("prefix is clear", *(u32 *)(status_area + 0x118), 0);
    print("control registers 0 and 14 %X %X\n", *(u64 *)(status_area + 0x180), *(u64 *)(status_area + 0x180 + 14 * 8));
}

static void check_signals(void)
{
    at_work = reached = 0;
    cpu_start(1, sleep_and_listen);
    while (!at_work)
        ;
    show("emergency signal", 1, 3, 0);
    while (reached != 1)
        ;
    print("code 0x%x from %u\n", (word)codes[1], (word)from[1]);
    show("external call", 1, 2, 0);
    while (reached != 2)
        ;
    print("code 0x%x from %u\n", (word)codes[1], (word)from[1]);
    while (!at_work)
        ;
    show("stop", 1, 5, 0);
    await_state(1, 0x40);
    show("external call of a stopped CPU", 1, 2, 0);
    show("a second one", 1, 2, 0);
    show("sense", 1, 1, 0);
    show("emergency signal of a stopped CPU", 1, 3, 0);
    show("conditional emergency signal", 1, 0x13, 0);
    SET_CONTROL(0, control(0) | 0x4000);
    calls = 0;
    show("emergency signal to the own CPU", 0, 3, 0);
    wait_for(PSW_EXTERNAL);
    print("code 0x%x from %u\n", (word)codes[0], (word)from[0]);
    SET_CONTROL(0, control(0) & ~0x4000ull);
}

static u64 shared_sum;

static void add(void)
{
    for (u32 i = 0; i < 20000; i++)
        __asm__ volatile("laag %%r0, %1, %0" : "+S"(shared_sum) : "d"((u64)cpu_address() + 1) : "0", "cc", "memory");
    __asm__ volatile("bcr 15, 0\n\tasi %0, 1" : "+S"(reached) : : "cc", "memory");
}

static void check_all(void)
{
    reached = 0;
    for (u32 cpu = 1; cpu < 4; cpu++)
        cpu_start(cpu, add);
    add();
    while (reached != 4)
        ;
    expect("sum of all CPUs", shared_sum, 20000 * (1 + 2 + 3 + 4));
    for (u32 cpu = 1; cpu < 4; cpu++)
        await_state(cpu, 0x40);
}

int test_main(void)
{
    check_states();
    check_status();
    check_signals();
    check_all();
    return (int)n_failures;
}
