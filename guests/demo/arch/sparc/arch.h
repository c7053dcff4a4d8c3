/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* SPARC V8, supervisor mode: a LEON3, with its power-down register. Included once. */
#ifndef ARCH_H
#define ARCH_H

#include "print.h"
#include "demo.h"
#include "sparc_v8.h"

/* Interrupt levels of the board. */
enum { IRQ_TIMER = 10, IRQ_IPI = 13 };

u32 cpu_of(word stack);

static inline void arch_init(void) {}

/* There is no counter of instructions. */
static inline u64 arch_instructions(void) { return 0; }

static inline u32 arch_swap(volatile u32 *p, u32 n)
{
    __asm__ volatile("swap [%1], %0" : "+r"(n) : "r"(p) : "memory");
    return n;
}

#define ARCH_NAME "sparc"

/* Stores become visible in order; an atomic instruction waits for them. */
static inline void arch_fence(void)
{
    u32 word = 0;
    __asm__ volatile("stbar\n\tldstub [%0], %%g0" ::"r"(&word) : "memory");
}

/* Traps are off while the interrupt level is 0, until the processor has waited: none is lost. */
static inline void arch_wait(void)
{
    __asm__ volatile("rd %%psr, %%g1\n\tandn %%g1, 0xf20, %%g2\n\twr %%g2, 0, %%psr\n\tnop\n\tnop\n\tnop\n\t"
                     "wr %%g0, %%asr19\n\twr %%g2, 0x20, %%psr\n\tnop\n\tnop\n\tnop\n\twr %%g1, 0, %%psr\n\tnop\n\tnop\n\tnop"
                     ::: "g1", "g2", "cc", "memory");
}

/* V8 has no compare-and-swap: additions stand in line. */
static volatile u32 addition;

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    while (arch_swap(&addition, 1))
        ;
    u32 old = *p;
    *p = old + n;
    __asm__ volatile("stbar\n\tst %%g0, [%0]" ::"r"(&addition) : "memory");
    return old;
}

static inline void arch_describe(void)
{
    u32 psr = RD("psr");
    print("implementation %u, version %u", (word)(psr >> 28), (word)(psr >> 24 & 15));
}

/* The trap table leads here. */
void sparc_trap(struct sparc_frame *frame)
{
    u32 kind = frame->tt == TT_INTERRUPT + IRQ_IPI ? TRAP_IPI : frame->tt == TT_INTERRUPT + IRQ_TIMER ? TRAP_TIMER : TRAP_OTHER;
    demo_trap(cpu_of((word)frame), kind, frame->tt, frame->pc);
}
#endif
