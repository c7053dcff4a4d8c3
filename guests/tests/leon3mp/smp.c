/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Several LEON3 processors, by GRLIB's manual, "IRQMP - Multiprocessor Interrupt Controller" and "LEON3": they start by the status register,
 * interrupt each other by the force registers, share interrupts by masks or broadcast, sleep and wake; LDSTUB, SWAP and CASA are atomic. */
#include "rt.h"

enum { MAX = 16, ROUNDS = 500 };

/* How many there are, by the status register; four are needed. */
static u32 n_cpus;

static volatile u32 here[MAX], index_of[MAX], taken[MAX][16], woken[MAX], asleep[MAX], phase, done[MAX];
static volatile u32 lock, locked_count, swap_box = 1, swapped, cas_count;

static u32 status(void) { return peek32(IRQMP + IRQ_MPSTATUS); }
static void force(u32 cpu, u32 bits) { poke32(IRQMP + IRQ_FORCE_OF + 4 * cpu, bits); }

void on_trap(struct sparc_frame *frame)
{
    u32 level = frame->tt - TT_INTERRUPT, cpu = me();
    if (level > 15) {
        print("processor %u: unexpected trap 0x%x at 0x%x\n", (word)cpu, (word)frame->tt, (word)frame->pc);
        stop(99);
    }
    taken[cpu][level]++;
}

static u32 await(volatile u32 *word, u32 value)
{
    for (volatile u32 i = 0; i < 20000000 && *word != value; i++)
        ;
    return *word;
}

static void delay(void)
{
    for (volatile u32 i = 0; i < 20000; i++)
        ;
}

static u32 swap(volatile u32 *at, u32 value)
{
    __asm__ volatile("swap [%1], %0" : "+r"(value) : "r"(at) : "memory");
    return value;
}

static u32 cas(volatile u32 *at, u32 old, u32 value)
{
    __asm__ volatile("casa [%1] 0xb, %2, %0" : "+r"(value) : "r"(at), "r"(old) : "memory");
    return value;
}

/* A counter under a lock, one token that whoever swaps it out of the box may keep for a while, a counter by compare and swap. */
static void work(u32 cpu)
{
    for (u32 i = 0; i < ROUNDS; i++) {
        u32 busy, old;
        do
            __asm__ volatile("ldstub [%1], %0" : "=r"(busy) : "r"(&lock) : "memory");
        while (busy);
        locked_count = locked_count + 1;
        __asm__ volatile("stbar\n\tstb %%g0, [%0]" ::"r"(&lock) : "memory");
        while (!swap(&swap_box, 0))
            ;
        swapped = swapped + 1;
        (void)swap(&swap_box, 1);
        do
            old = cas_count;
        while (cas(&cas_count, old, old + 1) != old);
    }
    done[cpu] = 1;
}

/* Power-down: until an interrupt comes, or the status register is written. */
static void sleep(u32 cpu)
{
    asleep[cpu] = asleep[cpu] + 1;
    __asm__ volatile("wr %%g0, %%asr19" ::: "memory");
    woken[cpu] = woken[cpu] + 1;
}

void other_main(u32 cpu)
{
    index_of[cpu] = me();
    here[cpu] = 1;
    set_pil(0);
    while (phase < 1)
        ;
    work(cpu);
    while (phase < 2)
        ;
    for (;;)
        sleep(cpu);
}

/* The bits of all processors but the first in the status register. */
static u32 others(void) { return (1u << n_cpus) - 2; }

static void start(void)
{
    n_cpus = (status() >> 28) + 1;
    print("%u processors\n", (word)n_cpus);
    expect("broadcast, all others in power-down", status() & 0xfffffff, 1 << 27 | others());
    expect("processor 0 is this", me(), 0);
    for (u32 cpu = 1; cpu < n_cpus; cpu++) {
        delay();
        expect("waits until it is started", here[cpu], 0);
        poke32(IRQMP + IRQ_MPSTATUS, 1u << cpu);
        expect("processor is there", await(&here[cpu], 1), 1);
        expect("knows its number", index_of[cpu], cpu);
        expect("not in power-down", status() >> cpu & 1, 0);
    }
    expect("all run", status() & 0xffff, 0);
}

static void forced(void)
{
    for (u32 cpu = 1; cpu < n_cpus; cpu++) {
        for (u32 level = 1; level < 16; level++) {
            force(cpu, 1u << level);
            if (await(&taken[cpu][level], 1) != 1)
                expect("interrupt from processor 0", level, 0);
        }
        expect("nothing forced any more", peek32(IRQMP + IRQ_FORCE_OF + 4 * cpu), 0);
    }
    for (u32 level = 1; level < 16; level++)
        if (taken[0][level])
            expect("none for processor 0", level, 0);
    expect("the register of single processors is not there", (poke32(IRQMP + IRQ_FORCE, 0xfffe), peek32(IRQMP + IRQ_FORCE)), 0);
}

/* Only who has not masked a timer's interrupt takes it, one of them; a broadcast one is forced on all. */
static void shared(void)
{
    u32 before[MAX];
    for (u32 cpu = 0; cpu < n_cpus; cpu++)
        before[cpu] = taken[cpu][6];
    poke32(IRQMP + IRQ_MASK + 4 * 2, 1 << 6);
    poke32(TIMER + TIMER1 + 4, 100);
    poke32(TIMER + TIMER1 + 8, T_LOAD | T_ENABLE | T_INTERRUPT);
    expect("processor 2 takes the timer's interrupt", await(&taken[2][6], before[2] + 1), before[2] + 1);
    for (u32 cpu = 0; cpu < n_cpus; cpu++)
        if (cpu != 2)
            expect("no other does", taken[cpu][6], before[cpu]);
    expect("not pending any more", peek32(IRQMP + IRQ_PENDING), 0);
    poke32(IRQMP + IRQ_MASK + 4 * 2, 0);
    poke32(IRQMP + IRQ_BROADCAST, 1 << 6);
    poke32(TIMER + TIMER1 + 8, T_LOAD | T_ENABLE | T_INTERRUPT | T_PENDING);
    for (u32 cpu = 1; cpu < n_cpus; cpu++)
        expect("broadcast", await(&taken[cpu][6], before[cpu] + 1 + (cpu == 2)), before[cpu] + 1 + (cpu == 2));
    expect("forced on processor 0", peek32(IRQMP + IRQ_FORCE_OF), 1 << 6);
    force(0, 1u << 22);
    expect("cleared by the upper half", peek32(IRQMP + IRQ_FORCE_OF), 0);
    expect("not pending", peek32(IRQMP + IRQ_PENDING), 0);
    poke32(IRQMP + IRQ_BROADCAST, 0);
}

static void sleeping(void)
{
    phase = 2;
    for (u32 cpu = 1; cpu < n_cpus; cpu++)
        (void)await(&asleep[cpu], 1);
    delay();
    expect("all others in power-down", status() & 0xffff, others());
    force(1, 1 << 5);
    expect("an interrupt wakes", await(&woken[1], 1), 1);
    (void)await(&asleep[1], 2);
    poke32(IRQMP + IRQ_MPSTATUS, 1 << 2);
    expect("the status register wakes", await(&woken[2], 1), 1);
    delay();
    expect("nobody woke processor 3", woken[3], 0);
    expect("all others in power-down again", status() & 0xffff, others());
}

int test_main(void)
{
    start();
    forced();
    shared();
    phase = 1;
    work(0);
    for (u32 cpu = 1; cpu < n_cpus; cpu++)
        expect("done", await(&done[cpu], 1), 1);
    expect("counted under the lock", locked_count, ROUNDS * n_cpus);
    expect("counted with the token", swapped, ROUNDS * n_cpus);
    expect("counted by compare and swap", cas_count, ROUNDS * n_cpus);
    sleeping();
    return (int)n_failures;
}
