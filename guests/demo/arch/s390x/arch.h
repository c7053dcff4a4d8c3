/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* z/Architecture, 64-bit mode, supervisor state, real addresses. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#define ARCH_NAME "s390x"

/* Listens to the emergency signal (IPI) and the clock comparator (timer); the PSW's mask stays off outside arch_wait. */
void arch_init(void);

/* Waits until an interruption is pending, takes it, and goes on with interruptions off. One that comes before the wait ends it. */
void arch_wait(void);

static inline void arch_fence(void) { __asm__ volatile("bcr 15, 0" ::: "memory"); }

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old;
    __asm__ volatile("laa %0, %2, %1" : "=d"(old), "+S"(*p) : "d"(n) : "memory", "cc");
    return old;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    u32 old = *p;
    __asm__ volatile("0: cs %0, %2, %1\n\tjnz 0b" : "+d"(old), "+Q"(*p) : "d"(n) : "memory", "cc");
    return old;
}

/* There is no counter of instructions that every model has. */
static inline u64 arch_instructions(void) { return 0; }

/* How this CPU describes itself. */
static inline void arch_describe(void)
{
    u64 id;
    u16 address;
    __asm__ volatile("stidp %0\n\tstap %1" : "=Q"(id), "=Q"(address));
    print("CPU address %u, machine type 0x%x", (word)address, (word)(id >> 16 & 0xffff));
}

#endif
