/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* i386 and x86_64, privilege 0. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#ifdef __x86_64__
#define ARCH_NAME "x86_64"
#else
#define ARCH_NAME "i386"
#endif

/* start.S has set up the interrupts' gates; IF stays off outside arch_wait. */
static inline void arch_init(void) {}

/* Waits until an interrupt is pending, takes it, and goes on with interrupts off. One that comes before the wait ends it: STI lets none in
 * before HLT. */
static inline void arch_wait(void) { __asm__ volatile("sti\n\thlt\n\tcli" ::: "memory"); }

static inline void arch_fence(void) { __asm__ volatile("lock orl $0, %0" ::"m"(*(u32[1]){ 0 }) : "memory", "cc"); }

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    __asm__ volatile("lock xaddl %0, %1" : "+r"(n), "+m"(*p)::"memory", "cc");
    return n;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(n), "+m"(*p)::"memory");
    return n;
}

/* There is no counter of instructions that every model has. */
static inline u64 arch_instructions(void) { return 0; }

/* How this CPU describes itself. */
static inline void arch_describe(void)
{
    u32 a = 1, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    print("APIC ID %u, CPUID 0x%x", (word)(b >> 24), (word)a);
}

#endif
