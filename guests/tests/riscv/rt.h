/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: machine mode of the `virt` machine, console, traps, exit. */
#ifndef RT_H
#define RT_H

#include "print.h"

#define CSR_READ(name) ({ word csr_; __asm__ volatile("csrr %0, " name : "=r"(csr_)::"memory"); csr_; })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " name ", %0" ::"r"((word)(value)) : "memory")
#define CSR_SET(name, value) __asm__ volatile("csrs " name ", %0" ::"r"((word)(value)) : "memory")
#define CSR_CLEAR(name, value) __asm__ volatile("csrc " name ", %0" ::"r"((word)(value)) : "memory")

#define INTERRUPT ((word)1 << (__riscv_xlen - 1)) /* of mcause and scause */

enum { MSTATUS_SIE = 1 << 1, MSTATUS_MIE = 1 << 3, MSTATUS_MPIE = 1 << 7, MSTATUS_MPP = 3 << 11, MSTATUS_FS = 3 << 13 };
enum { IP_SSIP = 1 << 1, IP_MSIP = 1 << 3, IP_STIP = 1 << 5, IP_MTIP = 1 << 7, IP_MEIP = 1 << 11 };
enum { MSI = 3, MTI = 7, MEI = 11 }; /* interrupt causes of machine mode */

enum { UART = 0x10000000, FINISHER = 0x100000, CLINT = 0x2000000, PLIC = 0xc000000 };
enum { CLINT_MTIMECMP = 0x4000, CLINT_MTIME = 0xbff8, TICKS_PER_MS = 10000 };

static inline void poke8(word a, u8 v) { *(volatile u8 *)a = v; }
static inline u8 peek8(word a) { return *(volatile u8 *)a; }
static inline void poke32(word a, u32 v) { *(volatile u32 *)a = v; }
static inline u32 peek32(word a) { return *(volatile u32 *)a; }

/* Registers of the interrupted program as the vector in rt.S saves them; x[0] is the pc. */
struct frame {
    word x[32];
};

/* Each hart comes here on its own stack. Returning from hart 0 ends the machine with that code; others wait for ever. */
int test_main(word hart, const void *dtb);

/* Called for each trap to machine mode; the default prints it and ends the machine with code 99. */
void on_trap(struct frame *frame, word cause, word tval);

void stop(u32 code) __attribute__((noreturn));
u64 mtime(void);
void set_mtimecmp(word hart, u64 at);
void set_ipi(word hart, u32 level);

/* Counts harts in the devicetree. */
u32 count_harts(const void *dtb);

/* Prints "what: ok", or what was expected, and counts failures. */
void expect(const char *what, word is, word must);
extern u32 n_failures;

#endif
