/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* TriCore 1.6, supervisor mode. D0 to D2, D4, A2 and A3 are free in assembly: see guests/tricore/cc. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#define ARCH_NAME "tricore"

#define CORE_READ(offset) ({ u32 cr_; __asm__ volatile("mfcr %0, " #offset : "=r"(cr_)); cr_; })

/* All priority numbers are above ICR.CCPN, which is 0 since reset; ICR.IE stays off outside arch_wait. */
static inline void arch_init(void) {}

/* A request that is pending ends the wait even while interrupts are off: none is lost. */
static inline void arch_wait(void) { __asm__ volatile("wait; enable; nop; disable" ::: "memory"); }

static inline void arch_fence(void) { __asm__ volatile("dsync" ::: "memory"); }

/* CMPSWAP.W stores D0 where D1 was; D0 is what was there. */
static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old;
    __asm__ volatile("mov.a %%a2, %1; 1:; ld.w %%d1, [%%a2]0; add %%d0, %%d1, %2; mov %%d2, %%d1; cmpswap.w [%%a2]0, %%e0;"
                     "jne %%d0, %%d2, 1b; mov %0, %%d0" : "=r"(old) : "r"(p), "r"(n) : "memory");
    return old;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    __asm__ volatile("mov.a %%a2, %1; swap.w [%%a2]0, %0" : "+r"(n) : "r"(p) : "memory");
    return n;
}

/* Nothing counts instructions. */
static inline u64 arch_instructions(void) { return 0; }

static inline void arch_describe(void)
{
    print("CORE_ID %u, CPU_ID 0x%x", (word)CORE_READ(0xfe1c), (word)CORE_READ(0xfe18));
}

#endif
