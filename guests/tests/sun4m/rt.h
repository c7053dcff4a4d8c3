/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: supervisor mode of a SPARCstation 20, console, traps, exit. */
#ifndef RT_H
#define RT_H

#include "print.h"
#include "sparc_v8.h"

/* Where memory begins; address spaces of the reference MMU. */
enum { RAM = 0 };
#define ASI_FLUSH_PROBE 3
#define ASI_MMU 4

/* Physical addresses have 36 bits; devices have 0xf above the 32 that these are. */
enum {
    SERIAL = 0xf1100000,
    COUNTERS = 0xf1300000,
    SYSTEM_COUNTER = 0xf1310000,
    INTERRUPTS = 0xf1400000,
    SYSTEM_INTERRUPTS = 0xf1410000,
    POWER = 0xf1a01000,
    IOMMU = 0xe0000000,
};
/* One processor's interrupt registers, 0x1000 apart: pending, clear, set. */
enum { INT_PENDING = 0, INT_CLEAR = 4, INT_SET = 8 };
/* The system's: pending, mask, clear bits of the mask, set bits of it, target. */
enum { SYS_PENDING = 0, SYS_MASK = 4, SYS_MASK_CLEAR = 8, SYS_MASK_SET = 12, SYS_TARGET = 16 };
/* Bits of the system's interrupt registers. */
enum { INT_SERIAL = 1 << 15, INT_TIMER = 1 << 19, INT_MASK_ALL = 1u << 31 };
/* A counter: limit, count, limit that leaves the count alone, start and stop. */
enum { T_LIMIT = 0, T_COUNT = 4, T_LIMIT_ONLY = 8, T_START = 12, T_CONFIG = 16 };

static inline u32 device_read(u32 a) { return ASI_LOAD(0x2f, a); }
static inline void device_write(u32 a, u32 v) { ASI_STORE(0x2f, a, v); }
static inline u8 device_read8(u32 a)
{
    u32 v;
    __asm__ volatile("lduba [%1] 0x2f, %0" : "=r"(v) : "r"(a) : "memory");
    return (u8)v;
}
static inline void device_write8(u32 a, u8 v) { __asm__ volatile("stba %0, [%1] 0x2f" ::"r"((u32)v), "r"(a) : "memory"); }

/* Serial channel A: control and data. */
enum { SERIAL_CONTROL = 4, SERIAL_DATA = 6 };
static inline void serial_write(u32 reg, u8 v)
{
    device_write8((u32)SERIAL + SERIAL_CONTROL, (u8)reg);
    device_write8((u32)SERIAL + SERIAL_CONTROL, v);
}
static inline u8 serial_read(u32 reg)
{
    device_write8((u32)SERIAL + SERIAL_CONTROL, (u8)reg);
    return device_read8((u32)SERIAL + SERIAL_CONTROL);
}

int test_main(void);
/* What the other processors do; they are numbered from 1 in the order in which they come. */
void other_main(u32 cpu);

/* Called for each trap but those of windows; the default prints it and ends the machine. */
void on_trap(struct sparc_frame *frame);

void stop(u32 code) __attribute__((noreturn));

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
