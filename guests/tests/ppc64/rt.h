/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef RT_H
#define RT_H

#include "../../lib/print.h"
#include "../../lib/types.h"

#define MSR_SF (1ull << 63)
#define MSR_TM (1ull << 32)
#define MSR_VEC (1ull << 25)
#define MSR_VSX (1ull << 23)
#define MSR_EE (1ull << 15)
#define MSR_PR (1ull << 14)
#define MSR_FP (1ull << 13)
#define MSR_IR (1ull << 5)
#define MSR_DR (1ull << 4)
#define MSR_RI (1ull << 1)

#define GET(spr)                                                \
    ({                                                          \
        u64 v_;                                                 \
        __asm__ volatile("mfspr %0, %1" : "=r"(v_) : "i"(spr)); \
        v_;                                                     \
    })
#define PUT(spr, value) __asm__ volatile("mtspr %0, %1" ::"i"(spr), "r"((u64)(value)) : "memory")

#define H_ENTER 0x08
#define H_READ 0x0c
#define H_REMOVE 0x04
#define H_PROTECT 0x18
#define H_SET_SPRG0 0x24
#define H_PAGE_INIT 0x2c
#define H_PUT_TERM_CHAR 0x58
#define H_EOI 0x64
#define H_CPPR 0x68
#define H_IPI 0x6c
#define H_XIRR 0x74
#define H_CEDE 0xe0
#define H_PROD 0xe8
#define H_BULK_REMOVE 0x124
#define H_REGISTER_PROC_TBL 0x37c
#define H_RTAS 0xf000

/* What an interrupt has found. Registers 14 to 31 are not kept here: C code keeps them. */
struct frame {
    u64 r[32];
    u64 pc, msr, lr, ctr, xer, cr;
};

static inline u64 get_msr(void)
{
    u64 v;
    __asm__ volatile("mfmsr %0" : "=r"(v));
    return v;
}

static inline void set_msr(u64 v)
{
    __asm__ volatile("mtmsrd %0\n\tisync" ::"r"(v) : "memory");
}

extern u32 n_failures;

u64 hcall(u64 *regs);
i32 call(u64 number, u64 a, u64 b, u64 c, u64 d);
/* The RTAS service with a token: arguments and results; the status. */
i32 rtas(u32 token, u32 n_args, u32 n_rets, u32 *words);
int test_main(const u8 *dtb);
void on_trap(struct frame *frame, u64 vector);
void secondary_main(u64 number) __attribute__((noreturn));
void secondary_start(void);
void stop(void) __attribute__((noreturn));
void expect(const char *what, u64 is, u64 must);

#endif
