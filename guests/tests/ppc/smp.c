/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* All CPUs by the spin table; counting under a lock by lwarx and stwcx.; interprocessor interrupts and a timer of the MPIC. */
#include "fdt.h"
#include "rt.h"

#define MAX 8

extern char _start_secondary[];
static volatile u32 present[MAX], counted, n_cpus, go, ipis[MAX], timers;
static u32 lock_word;

static void lock(void)
{
    u32 t;
    __asm__ volatile("1:\tlwarx %0, 0, %1\n\tcmpwi %0, 0\n\tbne- 1b\n\tstwcx. %2, 0, %1\n\tbne- 1b\n\tisync"
                     : "=&r"(t) : "r"(&lock_word), "r"(1) : "cr0", "memory");
}

static void unlock(void)
{
    __asm__ volatile("msync" ::: "memory");
    *(volatile u32 *)&lock_word = 0;
}

void on_trap(struct frame *frame, u32 number)
{
    u32 cpu = GET(SPR_PIR), mine = MPIC + 0x20000 + cpu * 0x1000;

    if (number != EXTERNAL) {
        print("CPU %u: interrupt %u at 0x%x\n", (word)cpu, (word)number, (word)frame->pc);
        stop(96);
    }
    u32 vector = peek32(mine + 0xa0);
    if (vector == 0x101)
        ipis[cpu]++;
    else if (vector == 0x202)
        timers++;
    poke32(mine + 0xb0, 0);
}

static void worker(u32 cpu)
{
    poke32(MPIC + 0x20080 + cpu * 0x1000, 0);
    present[cpu] = 1;
    while (!go)
        ;
    for (u32 i = 0; i < 1000; i++) {
        lock();
        counted++;
        unlock();
    }
    set_msr(get_msr() | MSR_EE);
    present[cpu] = 2;
    for (;;)
        ;
}

/* As the devicetree has them: the spin table has room for more. */
static u32 count_cpus(const void *dtb)
{
    struct fdt_walk walk;
    struct fdt_property property;
    enum fdt_token token;
    u32 n = 0;

    fdt_start(&walk, dtb);
    while ((token = fdt_next(&walk, &property)) > FDT_END)
        n += token == FDT_NODE && walk.depth == 3 && str_equal(walk.path[1], "cpus");
    return n < MAX ? n : MAX;
}

static void wait_for(volatile u32 *what, u32 value)
{
    while (*what != value)
        ;
}

int test_main(word cpu, word dtb)
{
    if (cpu) {
        worker((u32)cpu);
        return 0;
    }
    n_cpus = count_cpus((const void *)dtb);
    print("entry of CPU 1: 0x%x 0x%x, r3 0x%x, PIR 0x%x\n", (word)peek32(SPIN + 32), (word)peek32(SPIN + 36), (word)peek32(SPIN + 44),
          (word)peek32(SPIN + 52));
    for (u32 n = 1; n < n_cpus; n++) {
        poke32(SPIN + 32 * n + 12, n);
        poke32(SPIN + 32 * n, 0);
        poke32(SPIN + 32 * n + 4, (u32)_start_secondary);
    }
    for (u32 n = 1; n < n_cpus; n++)
        wait_for(&present[n], 1);
    print("%u CPUs are there\n", (word)n_cpus);
    go = 1;
    poke32(MPIC + 0x20080, 0);
    for (u32 n = 1; n < n_cpus; n++)
        wait_for(&present[n], 2);
    expect("counted under a lock", counted, 1000 * (n_cpus - 1));
    /* IPI 1, priority 5, vector 0x101, to all others and then to this one. */
    poke32(MPIC + 0x1020, 1u << 29);
    poke32(MPIC + 0x10b0, 5 << 16 | 0x101);
    poke32(MPIC + 0x20050, (1u << n_cpus) - 2);
    for (u32 n = 1; n < n_cpus; n++)
        wait_for(&ipis[n], 1);
    expect("none has come here", ipis[0], 0);
    set_msr(get_msr() | MSR_EE);
    poke32(MPIC + 0x20050, 1);
    wait_for(&ipis[0], 1);
    print("interprocessor interrupts have arrived\n");
    poke32(MPIC + 0x1120, 6 << 16 | 0x202);
    poke32(MPIC + 0x1130, 1);
    poke32(MPIC + 0x1110, 10000);
    while (timers < 3)
        ;
    poke32(MPIC + 0x1110, 0x80000000);
    print("the timer has interrupted\n");
    return (int)n_failures;
}
