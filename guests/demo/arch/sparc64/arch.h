/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* SPARC V9, privileged mode. Included once. */
#ifndef ARCH_H
#define ARCH_H

#include "board.h"
#include "print.h"
#include "demo.h"

/* Interrupt vectors of the board, by number. */
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

#define ARCH_NAME "sparc64"

enum { TT_VECTOR = 0x60 };

static inline void arch_fence(void)
{
    __asm__ volatile("membar #StoreLoad | #StoreStore | #LoadLoad | #LoadStore" ::: "memory");
}

/* UltraSPARC has no instruction that waits; the board has a register for it. An interrupt that has come ends the wait at once. */
static inline void arch_wait(void)
{
    word here;
    __asm__ volatile("mov %%sp, %0" : "=r"(here));
    poke32(per_cpu(cpu_of(here)) + PC_WAIT, 1);
    __asm__ volatile("wrpr %%g0, 0x16, %%pstate\n\tnop\n\tnop\n\twrpr %%g0, 0x14, %%pstate" ::: "memory");
}

static inline u32 arch_fetch_add(volatile u32 *p, u32 n)
{
    u32 old = *p;
    for (;;) {
        u32 seen = old + n;
        __asm__ volatile("cas [%1], %2, %0" : "+r"(seen) : "r"(p), "r"(old) : "memory");
        if (seen == old)
            return old;
        old = seen;
    }
}

static inline void arch_describe(void)
{
    word ver;
    __asm__ volatile("rdpr %%ver, %0" : "=r"(ver));
    print("manufacturer 0x%x, implementation 0x%x, %u windows", ver >> 48, ver >> 32 & 0xffff, (ver & 31) + 1);
}

/* "Interrupt Vector Receive": the number is in the first data register; the CPU takes the next one when it is told so. */
void sparc_trap(word stack, word type, word pc)
{
    u32 cpu = cpu_of(stack);
    u64 number;
    if (type != TT_VECTOR) {
        demo_trap(cpu, TRAP_OTHER, type, pc);
        return;
    }
    __asm__ volatile("ldxa [%1] 0x7f, %0" : "=r"(number) : "r"(0x40ul));
    number &= 0x3f;
    demo_trap(cpu, number == IRQ_IPI ? TRAP_IPI : number == IRQ_TIMER ? TRAP_TIMER : TRAP_OTHER, type, pc);
    __asm__ volatile("stxa %%g0, [%%g0] 0x49\n\tmembar #Sync" ::: "memory");
}
#endif
