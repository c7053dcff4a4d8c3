/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Running pieces of a test in a less privileged mode, and noting traps without ending the test. */
#ifndef MODES_H
#define MODES_H

#include "rt.h"

enum { MODE_U = 0, MODE_S = 1, MODE_M = 3 };
enum {
    CAUSE_FETCH_ACCESS = 1, CAUSE_ILLEGAL = 2, CAUSE_BREAKPOINT = 3, CAUSE_LOAD_ACCESS = 5, CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8, CAUSE_ECALL_S = 9, CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12, CAUSE_LOAD_PAGE = 13, CAUSE_STORE_PAGE = 15,
};
enum {
    STATUS_MPP_SHIFT = 11, STATUS_MPRV = 1 << 17, STATUS_SUM = 1 << 18, STATUS_MXR = 1 << 19,
    STATUS_TVM = 1 << 20, STATUS_TW = 1 << 21, STATUS_TSR = 1 << 22,
};

/* What the last trap was; `cause` is NO_TRAP if there has been none since it was last set. */
#define NO_TRAP (~(word)0)
struct trap {
    word cause, tval, epc, mode;
};
static volatile struct trap last;

/* The call that ends `run_in`; other calls are traps as all others. */
extern char end_of_run[] __attribute__((weak));

/* Lets S-mode and U-mode reach all memory. */
static inline void open_memory(void)
{
    CSR_WRITE("pmpaddr0", ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    CSR_WRITE("pmpcfg0", 0x1f);
}

static inline void set_mpp(word mode)
{
    CSR_CLEAR("mstatus", MSTATUS_MPP);
    CSR_SET("mstatus", mode << STATUS_MPP_SHIFT);
}

#define CALLER_SAVED "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory"

/* Calls `f` in `mode`, and comes back to machine mode. */
static __attribute__((noinline, noclone, unused)) void run_in(word mode, void (*f)(void))
{
    last.cause = NO_TRAP;
    set_mpp(mode);
    __asm__ volatile("csrw mepc, %0\n\tla ra, end_of_run\n\tmret\n\t.balign 4\n"
                     ".globl end_of_run\nend_of_run:\tecall"
                     ::"r"(f) : CALLER_SAVED);
}

/* For on_trap: takes the trap's notes. Traps go on behind the instruction, and those of a fetch where the call came from. */
static inline void note_trap(struct frame *frame, word cause, word tval)
{
    word epc = frame->x[0];
    if (epc == (word)end_of_run && cause >= CAUSE_ECALL_U && cause <= CAUSE_ECALL_M) {
        set_mpp(MODE_M);
        frame->x[0] = epc + 4;
        return;
    }
    last.cause = cause;
    last.tval = tval;
    last.epc = epc;
    last.mode = (CSR_READ("mstatus") & MSTATUS_MPP) >> STATUS_MPP_SHIFT;
    if (cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE)
        frame->x[0] = frame->x[1];
    else if (!(cause & INTERRUPT))
        frame->x[0] = epc + ((*(volatile unsigned short *)epc & 3) == 3 ? 4 : 2);
}

#endif
