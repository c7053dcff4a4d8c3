/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef RT_H
#define RT_H

#include "../../lib/print.h"
#include "../../lib/types.h"

/* Instructions of the e500, whatever the compiler was told. */
__asm__(".machine \"e500\"");

#define CCSR 0xe0000000u
#define MPIC (CCSR + 0x40000)
#define SPIN 0xef000000u

/* Numbers of interrupts: IVORn, and those from IVOR32 on as 16. */
enum {
    CRITICAL, MACHINE_CHECK, DATA_STORAGE, INSTRUCTION_STORAGE, EXTERNAL, ALIGNMENT, PROGRAM, FP_UNAVAILABLE, SYSTEM_CALL,
    AP_UNAVAILABLE, DECREMENTER, FIXED_INTERVAL, WATCHDOG, DATA_TLB, INSTRUCTION_TLB, DEBUG, SPE_UNAVAILABLE
};

#define MSR_CE (1u << 17)
#define MSR_EE (1u << 15)
#define MSR_PR (1u << 14)
#define MSR_ME (1u << 12)
#define MSR_IS (1u << 5)
#define MSR_DS (1u << 4)

#define SPR_DEC 22
#define SPR_PID 48
#define SPR_DECAR 54
#define SPR_DEAR 61
#define SPR_ESR 62
#define SPR_PIR 286
#define SPR_TSR 336
#define SPR_TCR 340

#define GET(spr)                                                  \
    ({                                                            \
        u32 v_;                                                   \
        __asm__ volatile("mfspr %0, %1" : "=r"(v_) : "i"(spr));   \
        v_;                                                       \
    })
#define PUT(spr, value) __asm__ volatile("mtspr %0, %1" ::"i"(spr), "r"(value) : "memory")

static inline u32 get_msr(void)
{
    u32 v;
    __asm__ volatile("mfmsr %0" : "=r"(v));
    return v;
}

static inline void set_msr(u32 v)
{
    __asm__ volatile("mtmsr %0\n\tisync" ::"r"(v) : "memory");
}

static inline u32 peek32(u32 at)
{
    return *(volatile u32 *)at;
}

static inline void poke32(u32 at, u32 value)
{
    *(volatile u32 *)at = value;
    __asm__ volatile("msync" ::: "memory");
}

static inline u8 peek8(u32 at)
{
    return *(volatile u8 *)at;
}

static inline void poke8(u32 at, u8 value)
{
    *(volatile u8 *)at = value;
    __asm__ volatile("msync" ::: "memory");
}

/* What an interrupt has found: general registers, where it goes on and with what MSR, LR, CTR, XER, CR, which one it is. */
struct frame {
    u32 r[32];
    u32 pc, msr, lr, ctr, xer, cr, number;
};

extern u32 n_failures;

int test_main(word cpu, word dtb);
void on_trap(struct frame *frame, u32 number);
void stop(u32 code) __attribute__((noreturn));
void expect(const char *what, word is, word must);

#endif
