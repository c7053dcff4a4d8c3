/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* MIPS, Release 2 and later, kernel mode. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARCH_ORDER ""
#else
#define ARCH_ORDER "el"
#endif
#if __mips == 64
#define ARCH_NAME "mips64" ARCH_ORDER
#else
#define ARCH_NAME "mips" ARCH_ORDER
#endif

/* start.S has enabled both interrupts; Status.IE stays off outside arch_wait. */
static inline void arch_init(void) {}

/* Waits until an interrupt is pending, takes it, and goes on with interrupts off. One that comes before the wait ends it. */
void arch_wait(void);

static inline void arch_fence(void) { __asm__ volatile("sync" ::: "memory"); }

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile(".set push\n\t.set noreorder\n\tsync\n"
                     "1:\tll %0, %2\n\taddu %1, %0, %3\n\tsc %1, %2\n\tbeqz %1, 1b\n\tnop\n\tsync\n\t.set pop"
                     : "=&r"(old), "=&r"(new), "+m"(*p) : "r"(n) : "memory");
    return old;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile(".set push\n\t.set noreorder\n\tsync\n"
                     "1:\tll %0, %2\n\tmove %1, %3\n\tsc %1, %2\n\tbeqz %1, 1b\n\tnop\n\tsync\n\t.set pop"
                     : "=&r"(old), "=&r"(new), "+m"(*p) : "r"(n) : "memory");
    return old;
}

/* There is no counter of instructions. */
static inline u64 arch_instructions(void)
{
    return 0;
}

/* How this CPU describes itself. */
static inline void arch_describe(void)
{
    u32 ebase, prid;
    __asm__ volatile("mfc0 %0, $15, 1\n\tmfc0 %1, $15" : "=r"(ebase), "=r"(prid));
    print("CPUNum %u, PRId 0x%x", (word)(ebase & 0x3ff), (word)prid);
}

#endif
