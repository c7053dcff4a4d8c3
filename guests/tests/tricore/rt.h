/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: contexts, traps, core registers, exit. How C gets here: guests/tricore/cc. */
#ifndef RT_H
#define RT_H

#include "print.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define MFCR(offset) ({ u32 cr_; __asm__ volatile("mfcr %0, " TEXT(offset) : "=r"(cr_)::"memory"); cr_; })
#define MTCR(offset, value) __asm__ volatile("mtcr " TEXT(offset) ", %0; isync" ::"r"((u32)(value)) : "memory")

/* Core special function registers. */
#define PCXI 0xfe00
#define PSW 0xfe04
#define SYSCON 0xfe14
#define CPU_ID 0xfe18
#define CORE_ID 0xfe1c
#define BIV 0xfe20
#define BTV 0xfe24
#define ICR 0xfe2c
#define FCX 0xfe38
#define LCX 0xfe3c

enum { PSW_C = 1 << 31, PSW_V = 1 << 30, PSW_SV = 1 << 29, PSW_AV = 1 << 28, PSW_SAV = 1 << 27 };
enum { PSW_CDE = 1 << 7, PSW_GW = 1 << 8, PSW_IS = 1 << 9, PSW_IO = 3 << 10, LINK = 0xfffff };
enum { PCXI_UL = 1 << 20, PCXI_PIE = 1 << 21, ICR_IE = 1 << 15 };

static inline void poke32(word a, u32 v) { *(volatile u32 *)a = v; }
static inline u32 peek32(word a) { return *(volatile u32 *)a; }

/* The last trap: class << 8 | TIN, and its return address; a handler that returns goes on behind the instruction. */
extern volatile u32 trap_seen, trap_pc;
/* FCX as it is to be after a trap that has found no context. */
extern volatile u32 spare_contexts;

/* Runs `code`, which may use D0 to D2, D4, A2 and A3; gives the trap that it raised, 0 for none. */
#define TRY(code) ({ trap_seen = 0; __asm__ volatile(code ::: "memory", "a5"); trap_seen; })

/* Core 0 comes here; what it returns is the exit code. */
int test_main(void);

/* Called for each trap; returns where to go on. System call 1 is answered by PSW.IO = supervisor and PSW.GW = 1. */
u32 on_trap(u32 class, u32 tin, u32 pc);

#ifdef AURIX
/* The others come here when core 0 has let them go; with interrupts off, as test_main. */
void secondary_main(u32 core);
/* Each interrupt comes here. */
void on_interrupt(u32 priority);
extern char secondary_start[];
/* For tests without them. */
#define NO_OTHER_CORES void secondary_main(u32 core) { (void)core; }
#define NO_INTERRUPTS void on_interrupt(u32 priority) { (void)priority; }
#endif

/* Ends the machine. */
void stop(u32 code) __attribute__((noreturn));

/* Counts checks; says what is wrong where there is a console. The exit code is the number of the first that failed, from 1. */
void expect(const char *what, u32 is, u32 must);
int result(void);

#endif
