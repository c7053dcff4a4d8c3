/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* All CPUs count together with LL and SC, and take a lock in turns. */
#include "rt.h"

#ifndef CPUS
#define CPUS 4
#endif
enum { ROUNDS = 80000 / CPUS };

static volatile u32 n_started, n_done, counter, lock;
static u32 guarded;
static volatile u64 wide;

static u32 add(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile(".set push\n\t.set noreorder\n"
                     "1:\tll %0, %2\n\taddu %1, %0, %3\n\tsc %1, %2\n\tbeqz %1, 1b\n\tnop\n\t.set pop"
                     : "=&r"(old), "=&r"(new), "+m"(*p) : "r"(n) : "memory");
    return old;
}

static u32 swap(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile(".set push\n\t.set noreorder\n"
                     "1:\tll %0, %2\n\tmove %1, %3\n\tsc %1, %2\n\tbeqz %1, 1b\n\tsync\n\t.set pop"
                     : "=&r"(old), "=&r"(new), "+m"(*p) : "r"(n) : "memory");
    return old;
}

static void add_wide(u64 n)
{
#if __mips == 64
    u64 new;
    __asm__ volatile(".set push\n\t.set noreorder\n"
                     "1:\tlld %0, %1\n\tdaddu %0, %0, %2\n\tscd %0, %1\n\tbeqz %0, 1b\n\tnop\n\t.set pop"
                     : "=&r"(new), "+m"(wide) : "r"(n) : "memory");
#else
    add((volatile u32 *)&wide, (u32)n);
#endif
}

static void work(void)
{
    for (u32 i = 0; i < ROUNDS; i++) {
        add(&counter, 1);
        add_wide(3);
        while (swap(&lock, 1))
            ;
        guarded++;
        __asm__ volatile("sync" ::: "memory");
        lock = 0;
    }
}

int test_main(word cpu)
{
    add(&n_started, 1);
    while (n_started < CPUS)
        ;
    work();
    add(&n_done, 1);
    if (cpu)
        return 0;
    while (n_done < CPUS)
        ;
    expect("counted together", counter, CPUS * ROUNDS);
    expect("counted under the lock", guarded, CPUS * ROUNDS);
#if __mips == 64
    expect("counted in 64 bits", (word)wide, 3 * CPUS * ROUNDS);
#endif
    /* SC without LL, and after an ERET. */
    u32 got;
    __asm__ volatile(".set push\n\t.set noreorder\n\tll $2, %1\n\t"
#if __mips == 64
                     "dla"
#else
                     "la"
#endif
                     " $3, 1f\n\tmfc0 $4, $12\n\tori $5, $4, 2\n\tmtc0 $5, $12\n\tehb\n\t"
#if __mips == 64
                     "dmtc0 $3, $14\n\t"
#else
                     "mtc0 $3, $14\n\t"
#endif
                     "ehb\n\teret\n1:\tli $2, 9\n\tsc $2, %1\n\tmove %0, $2\n\t.set pop"
                     : "=r"(got), "+m"(counter)::"$2", "$3", "$4", "$5", "memory");
    expect("ERET breaks the link", got, 0);
    return (int)n_failures;
}
