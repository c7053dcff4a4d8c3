/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: one CPU in 64-bit mode with DAT off, console by the service processor, interruptions, exit. */
#ifndef RT_H
#define RT_H

#include "offsets.h"
#include "print.h"

enum { RESTART, EXTERNAL, SVC, PROGRAM, CHECK, IO };

/* PSW bits. */
#define PSW_PER 0x4000000000000000ull
#define PSW_DAT 0x0400000000000000ull
#define PSW_IO 0x0200000000000000ull
#define PSW_EXTERNAL 0x0100000000000000ull
#define PSW_CHECK 0x0004000000000000ull
#define PSW_WAIT 0x0002000000000000ull
#define PSW_PROBLEM 0x0001000000000000ull
#define PSW_64 0x0000000180000000ull

/* What an interruption has saved. */
struct frame {
    u64 r[16];
    u64 mask, address;
};

/* A field of the prefix area. The compiler need not know that it is near 0. */
static inline word low(word at)
{
    __asm__("" : "+a"(at));
    return at;
}
#define LOW8(at) (*(volatile u8 *)low(at))
#define LOW16(at) (*(volatile u16 *)low(at))
#define LOW32(at) (*(volatile u32 *)low(at))
#define LOW64(at) (*(volatile u64 *)low(at))

int test_main(void);

/* External and I/O interruptions, supervisor calls and restarts; the default prints them and stops. */
void on_event(u32 kind, struct frame *frame);

void stop(u32 code) __attribute__((noreturn));
void expect(const char *what, word is, word must);
extern u32 n_failures;

/* The last program interruption: its code, or 0; instruction length, translation-exception identification. Where to go on. */
extern volatile u32 program_code, program_ilc;
extern volatile u64 program_tei, program_address, program_mask;
extern volatile u64 resume_address;

/* Executes instructions that may end in a program interruption; its code, 0 if there was none. Registers 0 to 3 are theirs. */
#define TRY(insns, outputs, inputs...) \
    ({                                                                                           \
        program_code = 0;                                                                        \
        __asm__ volatile("larl %%r1, 1f\n\tstgrl %%r1, resume_address\n\t" insns "\n1:"          \
                         : outputs : inputs : "memory", "cc", "0", "1", "2", "3");                              \
        resume_address = 0;                                                                      \
        program_code;                                                                            \
    })
#define OUT(list...) list

static inline u64 control(u32 n)
{
    u64 cr[16];
    __asm__ volatile("stctg %%c0, %%c15, %0" : "=Q"(cr));
    return cr[n];
}

#define SET_CONTROL(n, value)                                                                     \
    ({                                                                                           \
        u64 set_control_ = (value);                                                              \
        __asm__ volatile("lctlg %%c" #n ", %%c" #n ", %0" : : "Q"(set_control_) : "memory");     \
    })

/* Waits, with these bits of the PSW, until an interruption comes and the handler takes PSW_WAIT away. */
void wait_for(u64 mask);

/* Condition code of an instruction. */
#define CC(insn, outputs, inputs...)                                                              \
    ({                                                                                           \
        u32 cc_;                                                                                 \
        __asm__ volatile(insn "\n\tipm %0\n\tsrl %0, 28" : "=d"(cc_) outputs : inputs : "memory", "cc"); \
        cc_;                                                                                     \
    })

/* SIGNAL PROCESSOR: the condition code; the status in *status. */
u32 sigp(u32 cpu, u32 order, u64 parameter, u32 *status);

/* Makes a prefix area for a CPU. */
void *prefix_area(u32 cpu);
/* Starts a CPU with a function. */
void cpu_start(u32 cpu, void (*function)(void));

/* SERVICE CALL on a block, whose response code comes back; the service signal is taken. */
u32 service_call(u32 command, void *block);

static inline u32 cpu_address(void)
{
    u16 address;
    __asm__ volatile("stap %0" : "=Q"(address));
    return address;
}

static inline u64 clock(void)
{
    u64 now;
    __asm__ volatile("stck %0" : "=Q"(now) : : "cc");
    return now;
}

#endif
