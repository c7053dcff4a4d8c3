/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* RISC-V (RV32 and RV64), machine mode. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"

#if __riscv_xlen == 64
#define ARCH_NAME "riscv64"
#else
#define ARCH_NAME "riscv32"
#endif

#define CSR_READ(name) ({ word csr_; __asm__ volatile("csrr %0, " name : "=r"(csr_)); csr_; })

/* Listens to software (IPI) and timer interrupts; mstatus.MIE stays off outside arch_wait. */
static inline void arch_init(void)
{
    __asm__ volatile("csrw mie, %0" ::"r"(1 << 3 | 1 << 7));
}

/* Waits until an interrupt is pending, takes it, and goes on with interrupts off. One that comes before the wait ends it. */
static inline void arch_wait(void)
{
    __asm__ volatile("wfi\n\tcsrsi mstatus, 8\n\tnop\n\tcsrci mstatus, 8" ::: "memory");
}

static inline void arch_fence(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old;
    __asm__ volatile("amoadd.w.aqrl %0, %2, %1" : "=r"(old), "+A"(*p) : "r"(n) : "memory");
    return old;
}

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    u32 old;
    __asm__ volatile("amoswap.w.aqrl %0, %2, %1" : "=r"(old), "+A"(*p) : "r"(n) : "memory");
    return old;
}

/* Instructions that this CPU has retired. */
static inline u64 arch_instructions(void)
{
#if __riscv_xlen == 64
    return CSR_READ("minstret");
#else
    for (;;) {
        word high = CSR_READ("minstreth"), low = CSR_READ("minstret");
        if (CSR_READ("minstreth") == high)
            return (u64)high << 32 | low;
    }
#endif
}

/* How this CPU describes itself. */
static inline void arch_describe(void)
{
    word misa = CSR_READ("misa");
    print("mhartid %u, misa RV%u", CSR_READ("mhartid"), (word)__riscv_xlen);
    for (const char *e = "IEMAFDQCVHSU"; *e; e++)
        if (misa >> (*e - 'A') & 1)
            console_put(*e);
}

#endif
