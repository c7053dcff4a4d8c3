/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* CPUs that RTAS starts and that stop themselves; reservations; interprocessor interrupts. */
#include "rt.h"

#define CPUS 4
#define ROUNDS 20000

static volatile u32 started, done;
static u32 counter;
static volatile u32 ipis[CPUS];

static void add_one(u32 *at)
{
    u32 v;
    __asm__ volatile("1:\tlwarx %0, 0, %1\n\taddi %0, %0, 1\n\tstwcx. %0, 0, %1\n\tbne- 1b" : "=&r"(v) : "r"(at) : "cr0", "memory");
}

static void barrier(void)
{
    __asm__ volatile("sync" ::: "memory");
}

void on_trap(struct frame *frame, u64 vector)
{
    if (vector != 0x500) {
        print("interrupt %x at %X\n", (word)vector, frame->pc);
        stop();
    }
    u64 regs[9] = {H_XIRR};
    hcall(regs);
    u32 xirr = (u32)regs[1];
    if ((xirr & 0xffffff) == 2) {
        u64 number;
        __asm__ volatile("mfspr %0, 275" : "=r"(number));
        call(H_IPI, number, 0xff, 0, 0);
        add_one((u32 *)&ipis[number]);
    }
    call(H_EOI, xirr, 0, 0, 0);
}

void secondary_main(u64 number)
{
    PUT(275, number);
    add_one((u32 *)&started);
    for (u32 i = 0; i < ROUNDS; i++)
        add_one(&counter);
    call(H_CPPR, 0xff, 0, 0, 0);
    /* H_CEDE enables external interrupts: none may come between the look and the wait. */
    set_msr(get_msr() | MSR_RI);
    while (!ipis[number]) {
        call(H_CEDE, 0, 0, 0, 0);
        set_msr(get_msr() & ~MSR_EE);
    }
    add_one((u32 *)&done);
    rtas(0x2007, 0, 1, 0);
    for (;;)
        ;
}

static u32 state_of(u32 cpu)
{
    u32 words[1] = {cpu};
    rtas(0x2005, 1, 2, words);
    return words[0];
}

int test_main(const u8 *dtb)
{
    (void)dtb;
    PUT(275, 0);
    for (u32 cpu = 1; cpu < CPUS; cpu++)
        expect("stopped", state_of(cpu), 0);
    for (u32 cpu = 1; cpu < CPUS; cpu++) {
        u32 words[3] = {cpu, (u32)(u64)secondary_start, cpu};
        expect("started", (u64)(i64)rtas(0x2006, 3, 1, words), 0);
    }
    for (u32 i = 0; i < ROUNDS; i++)
        add_one(&counter);
    while (started < CPUS - 1)
        ;
    while (*(volatile u32 *)&counter < CPUS * ROUNDS)
        ;
    expect("counter", counter, CPUS * ROUNDS);
    barrier();
    for (u32 cpu = 1; cpu < CPUS; cpu++)
        expect("signalled", (u64)(i64)call(H_IPI, cpu, 4, 0, 0), 0);
    while (done < CPUS - 1)
        ;
    for (u32 cpu = 1; cpu < CPUS; cpu++) {
        while (state_of(cpu))
            ;
        expect("interrupts", ipis[cpu], 1);
    }
    expect("no such CPU", (u64)(i64)call(H_IPI, 999, 4, 0, 0), (u64)(i64)-4);
    return 0;
}
