/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* PowerPC, 32 and 64 bits, supervisor (hypervisor) state, real mode. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#if __powerpc64__
#define ARCH_NAME "ppc64"
#define MTMSR "mtmsrd"
#else
#define ARCH_NAME "ppc"
#define MTMSR "mtmsr"
#endif

#define MSR_POW 0x40000u
#define MSR_EE 0x8000u
#define HID0_DOZE 0x800000u

static inline word arch_msr(void)
{
    word msr;
    __asm__ volatile("mfmsr %0" : "=r"(msr));
    return msr;
}

static inline void arch_set_msr(word msr) { __asm__ volatile(MTMSR " %0\n\tisync" ::"r"(msr) : "memory"); }

/* Power management by dozing; MSR.EE stays off outside arch_wait. */
static inline void arch_init(void)
{
    word hid0;
    __asm__ volatile("mfspr %0, 1008" : "=r"(hid0));
    __asm__ volatile("sync\n\tmtspr 1008, %0\n\tisync" ::"r"(hid0 | HID0_DOZE));
}

/* Waits until an interrupt is pending, takes it, and goes on with interrupts off. One that comes before the wait ends it. */
static inline void arch_wait(void)
{
    word msr = arch_msr();
    __asm__ volatile("sync" ::: "memory");
    arch_set_msr(msr | MSR_EE | MSR_POW);
    arch_set_msr(msr & ~(word)MSR_EE);
}

static inline void arch_fence(void) { __asm__ volatile("sync" ::: "memory"); }

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile("sync\n"
                     "1:\tlwarx %0, 0, %3\n\tadd %1, %0, %4\n\tstwcx. %1, 0, %3\n\tbne- 1b\n\tisync"
                     : "=&r"(old), "=&r"(new), "+m"(*p)
                     : "r"(p), "r"(n)
                     : "cr0", "memory");
    return old;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    u32 old;
    __asm__ volatile("sync\n"
                     "1:\tlwarx %0, 0, %2\n\tstwcx. %3, 0, %2\n\tbne- 1b\n\tisync"
                     : "=&r"(old), "+m"(*p)
                     : "r"(p), "r"(n)
                     : "cr0", "memory");
    return old;
}

/* Instructions that this CPU has retired: nothing counts them. */
static inline u64 arch_instructions(void) { return 0; }

/* How this CPU describes itself. */
static inline void arch_describe(void)
{
    word pir, pvr;
    __asm__ volatile("mfspr %0, 1023" : "=r"(pir));
    __asm__ volatile("mfspr %0, 287" : "=r"(pvr));
    print("pir %u, pvr 0x%x", pir, pvr);
}

#endif
