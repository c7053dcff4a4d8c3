/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: supervisor mode of a LEON3 system, console, traps, exit. */
#ifndef RT_H
#define RT_H

#include "print.h"
#include "sparc_v8.h"

/* Where memory begins; address spaces of the reference MMU. */
enum { RAM = 0x40000000 };
#define ASI_FLUSH_PROBE 0x18
#define ASI_MMU 0x19

enum {
    UART = 0x80000100,
    UART_STATUS = 4,
    UART_CONTROL = 8,
};
/* Interrupt controller: level, pending, force, clear; the first processor's mask. */
enum { IRQMP = 0x80000200, IRQ_PENDING = 4, IRQ_FORCE = 8, IRQ_CLEAR = 12, IRQ_MPSTATUS = 16, IRQ_MASK = 0x40 };
/* Timers: prescaler, its reload value, configuration; for each of two: counter, reload value, control. */
enum { TIMER = 0x80000300, TIMER_SCALER = 4, TIMER_CONFIG = 8, TIMER1 = 0x10, TIMER2 = 0x20 };
enum { T_ENABLE = 1, T_RESTART = 2, T_LOAD = 4, T_INTERRUPT = 8, T_PENDING = 16 };

static inline void poke32(word a, u32 v) { *(volatile u32 *)a = v; }
static inline u32 peek32(word a) { return *(volatile u32 *)a; }

int test_main(void);

/* Called for each trap but those of windows; the default prints it and ends the machine. */
void on_trap(struct sparc_frame *frame);

void stop(u32 code) __attribute__((noreturn));
void halt(void) __attribute__((noreturn));

/* Goes on behind the instruction that has trapped. */
static inline void skip(struct sparc_frame *frame)
{
    frame->pc = frame->npc;
    frame->npc += 4;
}

/* Prints "what: ok", or what was expected, and counts failures. */
void expect(const char *what, word is, word must);
extern u32 n_failures;

#endif
