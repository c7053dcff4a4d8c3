/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Each trap an instruction can cause: type, address, what TSTATE keeps, that the handler can go on behind it, traps within traps. */
#include "rt.h"

static volatile word tt, pc, npc, tstate, tl, pstate, nested_tt, nested_tl, nest;

void on_trap(word type, word at)
{
    if (RDPR("tl") == 2) {
        nested_tt = type;
        nested_tl = RDPR("tl");
        skip();
        return;
    }
    tt = type;
    pc = at;
    npc = RDPR("tnpc");
    tstate = RDPR("tstate");
    tl = RDPR("tl");
    pstate = RDPR("pstate");
    if (nest)
        __asm__ volatile("ta 0x11" ::: "memory", "g1", "g2", "g3", "g4", "g5"); /* the inner handler has the same globals */
    if (tt == 0x110)
        WRPR("tstate", tstate | P_PRIV << 8); /* back to privileged mode */
    skip();
}

/* Runs `code`, whose instruction at `1:` must trap. */
#define TRAPS(what, type, code, ...) \
    do { \
        word at_; \
        tt = 0xffff; \
        __asm__ volatile("sethi %%hi(1f), %0\n\tor %0, %%lo(1f), %0\n\t" code "\n\tnop" \
                         : "=&r"(at_) : __VA_ARGS__ : "memory", "cc", "g4", "g5", "o7"); \
        print(what ", tt 0x%x: ", tt); \
        print(tt == (type) && pc == at_ ? "ok\n" : "wrong\n"); \
        n_failures += tt != (type) || pc != at_; \
    } while (0)

static u64 place[4] __attribute__((aligned(32)));

static void memory(void)
{
    word p = (word)place;
    TRAPS("load word, odd address", 0x34, "1: ld [%1], %%g4", "r"(p + 1));
    TRAPS("load half-word, odd address", 0x34, "1: lduh [%1], %%g4", "r"(p + 1));
    TRAPS("load extended word, word address", 0x34, "1: ldx [%1], %%g4", "r"(p + 4));
    TRAPS("load double word, word address", 0x34, "1: ldd [%1], %%g4", "r"(p + 4));
    TRAPS("store extended word, word address", 0x34, "1: stx %%g4, [%1]", "r"(p + 4));
    TRAPS("cas, odd address", 0x34, "1: cas [%1], %%g4, %%g5", "r"(p + 1));
    TRAPS("casx, word address", 0x34, "1: casx [%1], %%g4, %%g5", "r"(p + 4));
    TRAPS("swap, odd address", 0x34, "1: swap [%1], %%g4", "r"(p + 1));
    TRAPS("jump to an odd address", 0x34, "1: jmp %1\n\tnop", "r"(p + 1));
}

static void instructions(void)
{
    TRAPS("illtrap", 0x10, "1: .word 0", "r"(0));
    TRAPS("reserved fcn of done", 0x10, "1: .word 0x8bf00000", "r"(0));
    TRAPS("division by zero", 0x28, "1: udivx %1, %%g0, %%g4", "r"(7));
    TRAPS("signed division by zero", 0x28, "1: sdivx %1, %%g0, %%g4", "r"(7));
    TRAPS("32-bit division by zero", 0x28, "wr %%g0, 0, %%y\n1: udiv %1, %%g0, %%g4", "r"(7));
    TRAPS("tagged overflow: tag", 0x23, "1: taddcctv %1, 1, %%g4", "r"(4));
    TRAPS("tagged overflow: sum", 0x23, "1: taddcctv %1, %1, %%g4", "r"(0x7ffffffc));
    TRAPS("ta 5", 0x105, "1: ta 5", "r"(0));
    TRAPS("ta 0x7f", 0x17f, "1: ta 0x7f", "r"(0));
    TRAPS("te %%xcc taken", 0x103, "cmp %1, 7\n1: te %%xcc, 3", "r"(7));
    TRAPS("ta with a register", 0x109, "1: ta %1 + 2", "r"(7));
    WRPR("pstate", P_PRIV);
    TRAPS("floating point off", 0x20, "1: .word 0x81a00821", "r"(0));
    TRAPS("load of a floating-point register", 0x20, "1: .word 0xc1000000 | 4 << 14", "r"(0));
    WRPR("pstate", P_PRIV | P_PEF);
}

static void not_taken(void)
{
    tt = 0xffff;
    word sum;
    __asm__ volatile("cmp %1, 8\n\tte %%icc, 3\n\ttaddcctv %1, 4, %0" : "=r"(sum) : "r"(12) : "cc");
    expect("te not taken", tt, 0xffff);
    expect("taddcctv without overflow", sum, 16);
}

/* CCR, ASI, PSTATE and CWP go into TSTATE. */
static void saved_state(void)
{
    word asi = RD("asi");
    WR("asi", 0x5a);
    __asm__ volatile("addcc %0, %0, %%g0\n\tta 1" ::"r"(1ul << 63) : "cc", "memory");
    WR("asi", asi);
    expect("ccr in tstate", tstate >> 32, 0x74);
    expect("asi in tstate", tstate >> 24 & 0xff, 0x5a);
    expect("pstate in tstate", tstate >> 8 & 0xfff, P_PRIV | P_PEF);
    expect("trap level", tl, 1);
    expect("pstate in the handler", pstate, P_PRIV | P_PEF | P_AG);
    word ccr;
    __asm__ volatile("wr %%g0, 0xa5, %%ccr\n\tta 1\n\trd %%ccr, %0" : "=r"(ccr)::"cc", "memory");
    expect("ccr comes back", ccr, 0xa5);
}

/* In a delay slot pc is the slot, and npc where the branch goes. */
static void delay_slot(void)
{
    word slot, target;
    __asm__ volatile("sethi %%hi(1f), %0\n\tor %0, %%lo(1f), %0\n\tsethi %%hi(2f), %1\n\tor %1, %%lo(2f), %1\n\t"
                     "ba,pt %%xcc, 2f\n1:\tta 9\n\t.word 0\n2:\tnop" : "=&r"(slot), "=&r"(target)::"memory", "cc");
    expect("slot: trap type", tt, 0x109);
    expect("slot: pc", pc, slot);
    expect("slot: npc", npc, target);
}

static void annulled(void)
{
    word value = 0;
    tt = 0xffff;
    __asm__ volatile("ba,a,pt %%xcc, 1f\n\tta 9\n1:\tcmp %%g0, 1\n\tbe,a,pn %%icc, 2f\n\tta 9\n2:\tbrz,a,pt %%g0, 3f\n\tadd %0, 5, %0\n\t"
                     ".word 0\n3:\tbrnz,a,pn %%g0, 4f\n\tta 9\n4:\tnop"
                     : "+r"(value)::"cc");
    expect("annulled slots do not trap", tt, 0xffff);
    expect("taken slot of an annulling branch", value, 5);
}

/* A trap within a trap goes one level up and through the other half of the table. */
static void within_a_trap(void)
{
    nest = 1;
    __asm__ volatile("ta 7" ::: "memory");
    nest = 0;
    expect("outer trap", tt, 0x107);
    expect("inner trap", nested_tt, 0x111);
    expect("its level", nested_tl, 2);
    expect("level afterwards", RDPR("tl"), 0);
}

/* Alternate globals are registers of their own. */
static void globals(void)
{
    word normal, alternate;
    __asm__ volatile("mov 0x123, %%g4\n\twrpr %%g0, %2, %%pstate\n\tmov 0x456, %%g4\n\tmov %%g4, %%o5\n\t"
                     "wrpr %%g0, %3, %%pstate\n\tmov %%g4, %0\n\tmov %%o5, %1"
                     : "=r"(normal), "=r"(alternate) : "i"(P_PRIV | P_PEF | P_AG), "i"(P_PRIV | P_PEF) : "g4", "o5");
    expect("normal %g4", normal, 0x123);
    expect("alternate %g4", alternate, 0x456);
}

/* In user mode: privileged instructions, and the way back by a trap instruction. */
static void user_mode(void)
{
    word seen[3];
    WRPR("pstate", P_PEF);
    __asm__ volatile("rdpr %%pstate, %%g0" ::: "memory");
    seen[0] = tt;
    __asm__ volatile("ldxa [%%g0] 0x45, %%g0" ::: "memory");
    seen[1] = tt;
    __asm__ volatile("retry" ::: "memory");
    seen[2] = tt;
    __asm__ volatile("ta 0x10" ::: "memory");
    expect("rdpr in user mode", seen[0], 0x11);
    expect("restricted asi in user mode", seen[1], 0x37);
    expect("retry in user mode", seen[2], 0x11);
    expect("trap from user mode", tt, 0x110);
    expect("pstate of user mode in tstate", tstate >> 8 & 0xfff, P_PEF);
}

int test_main(void)
{
    memory();
    instructions();
    not_taken();
    saved_state();
    delay_slot();
    annulled();
    within_a_trap();
    globals();
    user_mode();
    return (int)n_failures;
}
