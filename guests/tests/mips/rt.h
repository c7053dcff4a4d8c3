/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: kernel mode of the Malta board, or of mipssim, console, exceptions, exit. */
#ifndef RT_H
#define RT_H

#include "print.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define C0_READ(reg, sel) \
    ({ u32 c0_; __asm__ volatile("ehb\n\tmfc0 %0, $" TEXT(reg) ", " TEXT(sel) : "=r"(c0_)::"memory"); c0_; })
#define C0_WRITE(reg, sel, value) \
    __asm__ volatile("mtc0 %0, $" TEXT(reg) ", " TEXT(sel) "\n\tehb" ::"r"((u32)(value)) : "memory")
#if __mips == 64
#define C0_READ_WORD(reg, sel) \
    ({ word c0_; __asm__ volatile("ehb\n\tdmfc0 %0, $" TEXT(reg) ", " TEXT(sel) : "=r"(c0_)::"memory"); c0_; })
#define C0_WRITE_WORD(reg, sel, value) \
    __asm__ volatile("dmtc0 %0, $" TEXT(reg) ", " TEXT(sel) "\n\tehb" ::"r"((word)(value)) : "memory")
#else
#define C0_READ_WORD(reg, sel) ((word)C0_READ(reg, sel))
#define C0_WRITE_WORD(reg, sel, value) C0_WRITE(reg, sel, value)
#endif

/* Registers of coprocessor 0, for C0_READ(...): number, select. */
#define C0_INDEX 0, 0
#define C0_ENTRYLO0 2, 0
#define C0_ENTRYLO1 3, 0
#define C0_CONTEXT 4, 0
#define C0_PAGEMASK 5, 0
#define C0_WIRED 6, 0
#define C0_BADVADDR 8, 0
#define C0_COUNT 9, 0
#define C0_ENTRYHI 10, 0
#define C0_COMPARE 11, 0
#define C0_STATUS 12, 0
#define C0_CAUSE 13, 0
#define C0_EPC 14, 0
#define C0_PRID 15, 0
#define C0_EBASE 15, 1
#define GET(pair) C0_READ_(pair)
#define C0_READ_(...) C0_READ(__VA_ARGS__)
#define GET_WORD(pair) C0_READ_WORD_(pair)
#define C0_READ_WORD_(...) C0_READ_WORD(__VA_ARGS__)
#define PUT(pair, value) C0_WRITE_(pair, value)
#define C0_WRITE_(...) C0_WRITE(__VA_ARGS__)
#define PUT_WORD(pair, value) C0_WRITE_WORD_(pair, value)
#define C0_WRITE_WORD_(...) C0_WRITE_WORD(__VA_ARGS__)

enum { STATUS_IE = 1 << 0, STATUS_EXL = 1 << 1, STATUS_UM = 1 << 4, STATUS_KX = 1 << 7, STATUS_IM = 0xff00, STATUS_CU0 = 1 << 28 };
#define STATUS_BASE (__mips == 64 ? STATUS_KX : 0)
#define CAUSE_BD ((u32)1 << 31)
enum { CAUSE_TI = 1 << 30, CAUSE_IV = 1 << 23, CAUSE_IP0 = 1 << 8, CAUSE_IP7 = 1 << 15 };
enum {
    EXC_INT = 0, EXC_MOD = 1, EXC_TLBL = 2, EXC_TLBS = 3, EXC_ADEL = 4, EXC_ADES = 5, EXC_SYS = 8, EXC_BP = 9, EXC_RI = 10,
    EXC_CPU = 11, EXC_OV = 12, EXC_TR = 13,
};

#define KSEG0 ((word)(long)(int)0x80000000)
#define KSEG1 ((word)(long)(int)0xa0000000)
#ifdef MIPSSIM
#define PORT (KSEG1 + 0x1fd00000)
#else
#define PORT (KSEG1 + 0x18000000)
#endif
#define BRIDGE (KSEG1 + 0x1be00000)

static inline void poke8(word a, u8 v) { *(volatile u8 *)a = v; }
static inline u8 peek8(word a) { return *(volatile u8 *)a; }
static inline void poke32(word a, u32 v) { *(volatile u32 *)a = v; }
static inline u32 peek32(word a) { return *(volatile u32 *)a; }

/* Registers of the interrupted program as rt.S saves them; x[0] is EPC, x[26] the vector's offset. */
struct frame {
    word x[32];
    word hi, lo, rest[6];
};

/* Each CPU comes here on its own stack. Returning from CPU 0 ends the machine; others wait for ever. */
int test_main(word cpu);

/* Called for each exception; the default prints it and ends the machine. */
void on_trap(struct frame *frame, u32 cause, word badvaddr);

/* Says how many failures there were, and switches off; mipssim can't be: there the CPU waits for ever. */
void stop(u32 code) __attribute__((noreturn));

/* Prints "what: ok", or what was expected, and counts failures. */
void expect(const char *what, word is, word must);
extern u32 n_failures;
extern char vectors[];

/* Where to go on behind the instruction that `frame` stands at: a branch's slot counts to the branch. */
static inline void skip(struct frame *frame, u32 cause)
{
    frame->x[0] += cause & CAUSE_BD ? 8 : 4;
}

#endif
