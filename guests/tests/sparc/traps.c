/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Each trap an instruction can cause: type, address, and that the handler can go on behind it. */
#include "rt.h"

static volatile u32 tt, pc, npc;

void on_trap(struct sparc_frame *frame)
{
    tt = frame->tt;
    pc = frame->pc;
    npc = frame->npc;
    if (tt == 0x90)
        frame->psr |= PSR_PS; /* back to supervisor mode */
    skip(frame);
}

/* Runs `code`, whose instruction at `1:` must trap. */
#define TRAPS(what, type, code, ...) \
    do { \
        u32 at_; \
        tt = 0xffff; \
        __asm__ volatile("sethi %%hi(1f), %0\n\tor %0, %%lo(1f), %0\n\t" code "\n\tnop" \
                         : "=&r"(at_) : __VA_ARGS__ : "memory", "cc", "g2", "g3", "o7"); \
        print(what ", tt 0x%x: ", (word)tt); \
        print(tt == (type) && pc == at_ ? "ok\n" : "wrong\n"); \
        n_failures += tt != (type) || pc != at_; \
    } while (0)

static void memory(void)
{
    TRAPS("load word, odd address", 0x07, "1: ld [%1], %%g2", "r"(0x40000001));
    TRAPS("load word, half-word address", 0x07, "1: ld [%1], %%g2", "r"(0x40000002));
    TRAPS("load half-word, odd address", 0x07, "1: lduh [%1], %%g2", "r"(0x40000001));
    TRAPS("load double word, word address", 0x07, "1: ldd [%1], %%g2", "r"(0x40000004));
    TRAPS("store word, odd address", 0x07, "1: st %%g2, [%1]", "r"(0x40000003));
    TRAPS("swap, odd address", 0x07, "1: swap [%1], %%g2", "r"(0x40000003));
    TRAPS("jump to an odd address", 0x07, "1: jmp %1\n\tnop", "r"(0x40000001));
}

static void instructions(void)
{
    TRAPS("unimp", 0x02, "1: unimp 0", "r"(0));
    TRAPS("floating point off", 0x04, "1: fadds %%f0, %%f1, %%f2", "r"(0));
    TRAPS("load of a floating-point register", 0x04, "1: ld [%1], %%f0", "r"(0x40000000));
    TRAPS("coprocessor", 0x24, "1: .word 0x81b00000", "r"(0));
    TRAPS("division by zero", 0x2a, "wr %%g0, 0, %%y\n\tnop\n\tnop\n\tnop\n1: udiv %1, %%g0, %%g2", "r"(7));
    TRAPS("signed division by zero", 0x2a, "1: sdiv %1, %%g0, %%g2", "r"(7));
    TRAPS("tagged overflow: tag", 0x0a, "1: taddcctv %1, 1, %%g2", "r"(4));
    TRAPS("tagged overflow: sum", 0x0a, "1: taddcctv %1, %1, %%g2", "r"(0x7ffffffc));
    TRAPS("ta 5", 0x85, "1: ta 5", "r"(0));
    TRAPS("ta 0x7f", 0xff, "1: ta 0x7f", "r"(0));
    TRAPS("te taken", 0x83, "cmp %1, 7\n1: te 3", "r"(7));
}

static void not_taken(void)
{
    tt = 0xffff;
    u32 sum;
    __asm__ volatile("cmp %1, 8\n\tte 3\n\ttaddcctv %1, 4, %0" : "=r"(sum) : "r"(12) : "cc");
    expect("te not taken", tt, 0xffff);
    expect("taddcctv without overflow", sum, 16);
}

/* In a delay slot pc is the slot, and npc where the branch goes. */
static void delay_slot(void)
{
    u32 slot, target;
    __asm__ volatile("sethi %%hi(1f), %0\n\tor %0, %%lo(1f), %0\n\tsethi %%hi(2f), %1\n\tor %1, %%lo(2f), %1\n\t"
                     "ba 2f\n1:\tta 9\n\tunimp 0\n2:\tnop" : "=&r"(slot), "=&r"(target)::"memory", "cc");
    expect("slot: trap type", tt, 0x89);
    expect("slot: pc", pc, slot);
    expect("slot: npc", npc, target);
}

static void annulled(void)
{
    u32 value = 0;
    tt = 0xffff;
    __asm__ volatile("ba,a 1f\n\tta 9\n1:\tcmp %%g0, 1\n\tbe,a 2f\n\tta 9\n2:\tbne,a 3f\n\tadd %0, 5, %0\n\tunimp 0\n3:\tnop"
                     : "+r"(value)::"cc");
    expect("annulled slots do not trap", tt, 0xffff);
    expect("taken slot of an annulling branch", value, 5);
}

/* In user mode: privileged instructions, and the way back by a trap instruction. */
static void user_mode(void)
{
    u32 psr = RD("psr"), seen;
    WR("psr", psr & ~(u32)PSR_S);
    __asm__ volatile("rd %%psr, %%g0" ::: "memory");
    seen = tt;
    __asm__ volatile("ta 0x10" ::: "memory");
    expect("rd %psr in user mode", seen, 0x03);
    expect("trap from user mode", tt, 0x90);
}

int test_main(void)
{
    memory();
    instructions();
    not_taken();
    delay_slot();
    annulled();
    user_mode();
    return (int)n_failures;
}
