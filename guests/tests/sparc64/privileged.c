/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Random privileged instructions on random privileged state: what each leaves behind, a line for each. What must not differ between machines
 * (the time, what lies in windows) is kept out.
 *
 * A case sets the registers, executes one instruction and traps, by that instruction or behind it; the handler notes everything.
 */
#include "rt.h"

#ifndef CASES
#define CASES 400
#endif

/* Registers that a case sets, in the order of the setup below. */
enum { CANSAVE, CANRESTORE, OTHERWIN, CLEANWIN, WSTATE, PIL, TL, TSTATE, TPC, TNPC, TT, ASI, Y, FPRS, GSR, SOFTINT, CCR, CWP, PSTATE, G1,
       G3, N_IN };
u64 in[N_IN];

/* What the handler notes. */
enum { O_TT, O_TSTATE, O_TPC, O_TNPC, O_TL, O_PSTATE, O_CWP, O_CANSAVE, O_CANRESTORE, O_OTHERWIN, O_CLEANWIN, O_WSTATE, O_PIL, O_Y, O_FPRS,
       O_SOFTINT, O_G2, O_AG2, O_MG2, O_IG2, O_LOWER_TT, O_LOWER_TSTATE, O_LOWER_TPC, O_GSR, N_OUT };
u64 out[N_OUT];
extern u32 slot[], landing[];
extern char case_traps[], sparc_traps[];
void run_case(void);

#define FROM(n, op) " ldx [%g4 + 8 * " #n "], %g1\n " op "\n"
#define KEEP(n, op) " " op ", %g1\n stx %g1, [%g4 + 8 * " #n "]\n"

__asm__(
    ".register %g2, #scratch\n.register %g3, #scratch\n"
    ".macro stand what, count\n .rept \\count\n ba,a,pt %xcc, \\what\n .balign 32\n .endr\n .endm\n"
    ".section .text.traps, \"ax\"\n.balign 32768\n.globl case_traps\ncase_traps: stand note, 0x400\n"
    ".macro addr symbol\n sethi %hi(\\symbol), %g4\n or %g4, %lo(\\symbol), %g4\n .endm\n"
    ".macro globals bits\n wrpr %g0, \\bits, %pstate\n addr in\n ldx [%g4 + 8 * 20], %g3\n clr %g2\n ldx [%g4 + 8 * 19], %g1\n .endm\n"
    ".text\n.globl run_case\nrun_case:\n"
    " addr base\n rdpr %cwp, %g1\n stx %g1, [%g4]\n addr in\n"
    FROM(0, "wrpr %g1, 0, %cansave") FROM(1, "wrpr %g1, 0, %canrestore") FROM(2, "wrpr %g1, 0, %otherwin") FROM(3, "wrpr %g1, 0, %cleanwin")
    FROM(4, "wrpr %g1, 0, %wstate") FROM(5, "wrpr %g1, 0, %pil") FROM(6, "wrpr %g1, 0, %tl")
    " brz,pn %g1, 1f\n nop\n"
    FROM(7, "wrpr %g1, 0, %tstate") FROM(8, "wrpr %g1, 0, %tpc") FROM(9, "wrpr %g1, 0, %tnpc") FROM(10, "wrpr %g1, 0, %tt")
    "1: wr %g0, 4, %fprs\n" FROM(14, "wr %g1, 0, %asr19") FROM(13, "wr %g1, 0, %fprs")
    FROM(11, "wr %g1, 0, %asi") FROM(12, "wr %g1, 0, %y") FROM(15, "wr %g1, 0, %asr22")
    FROM(17, "wrpr %g1, 0, %cwp")
    " globals 0x15\n globals 0x414\n globals 0x814\n globals 0x14\n"
    " addr in\n ldx [%g4 + 8 * 18], %g5\n ldx [%g4 + 8 * 16], %g4\n wr %g4, 0, %ccr\n wrpr %g5, 0, %pstate\n"
    ".globl slot\nslot: nop\n ta 1\n ta 3\n"
    ".globl landing\nlanding: ta 2\n ta 4\n ta 5\n ta 6\n"
    ".macro g2of n, bits\n wrpr %g0, \\bits, %pstate\n addr out\n stx %g2, [%g4 + 8 * (\\n)]\n .endm\n"
    "note: addr out\n"
    KEEP(0, "rdpr %tt") KEEP(1, "rdpr %tstate") KEEP(2, "rdpr %tpc") KEEP(3, "rdpr %tnpc") KEEP(4, "rdpr %tl") KEEP(5, "rdpr %pstate")
    KEEP(6, "rdpr %cwp") KEEP(7, "rdpr %cansave") KEEP(8, "rdpr %canrestore") KEEP(9, "rdpr %otherwin") KEEP(10, "rdpr %cleanwin")
    KEEP(11, "rdpr %wstate") KEEP(12, "rdpr %pil") KEEP(13, "rd %y") KEEP(14, "rd %fprs") KEEP(15, "rd %asr22")
    " wr %g0, 4, %fprs\n" KEEP(23, "rd %asr19")
    " rdpr %tl, %g1\n dec %g1\n wrpr %g1, 0, %tl\n brz,pn %g1, 2f\n nop\n"
    KEEP(20, "rdpr %tt") KEEP(21, "rdpr %tstate") KEEP(22, "rdpr %tpc")
    "2: g2of 17, 0x15\n g2of 18, 0x414\n g2of 19, 0x814\n g2of 16, 0x14\n"
    " wrpr %g0, 0, %tl\n wrpr %g0, 6, %cansave\n wrpr %g0, 0, %canrestore\n wrpr %g0, 0, %otherwin\n wrpr %g0, 7, %cleanwin\n"
    " wrpr %g0, 0, %wstate\n wrpr %g0, 0, %pil\n wr %g0, 0, %asr22\n wr %g0, 0x80, %asi\n addr base\n ldx [%g4], %g1\n wrpr %g1, 0, %cwp\n"
    " retl\n nop\n"
    ".bss\n.balign 8\nbase: .space 8\n.text\n");

/* splitmix64 (Steele, Lea and Flood 2014). */
static u64 seed = 1;
static u64 next(void)
{
    u64 z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}
static u64 below(u64 n) { return next() % n; }

/* No interrupts, RED_state or little-endian traps, and the sets of globals one at a time. */
static u64 random_pstate(u64 always)
{
    static const u64 sets[] = { 0, 0, P_AG, P_MG, P_IG };
    return (next() & (P_PRIV | P_AM | P_PEF | P_CLE)) | always | sets[below(5)];
}

static u64 random_tstate(void) { return (next() & 0xff) << 32 | (next() & 0xff) << 24 | random_pstate(0) << 8 | below(8); }

enum { RD_G2 = 2 << 25, RS1_G1 = 1 << 14, RS2_G3 = 3, IMM = 1 << 13 };
#define OP3(op, op3) ((u32)(op) << 30 | (u32)(op3) << 19)

/* What may be read: all but the time; what may be written: all that leaves the handler where it is. */
static u32 privileged_register(u32 op3, int write)
{
    static const u8 read[] = { 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31, 16, 20 };
    static const u8 written[] = { 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 31, 16, 20 };
    if (write)
        return OP3(2, op3) | (u32)written[below(sizeof written)] << 25 | RS1_G1 | RS2_G3;
    return OP3(2, op3) | RD_G2 | (u32)read[below(sizeof read)] << 14;
}

static u32 state_register(int write)
{
    static const u8 numbers[] = { 0, 2, 3, 5, 6, 19, 22, 1, 7, 15 };
    static const u8 written[] = { 0, 2, 3, 6, 19, 20, 21, 22, 1, 5 };
    if (write)
        return OP3(2, 0x30) | (u32)written[below(sizeof written)] << 25 | RS1_G1 | RS2_G3;
    return OP3(2, 0x28) | RD_G2 | (u32)numbers[below(sizeof numbers - 1)] << 14;
}

static u32 instruction(void)
{
    switch (below(12)) {
    case 0: return OP3(2, 0x3c) | RD_G2 | RS1_G1 | RS2_G3; /* save */
    case 1: return OP3(2, 0x3d) | RD_G2 | RS1_G1 | RS2_G3; /* restore */
    case 2: return OP3(2, 0x2b); /* flushw */
    case 3: return OP3(2, 0x31) | (u32)below(2) << 25; /* saved, restored */
    case 4: return OP3(2, 0x3e) | (u32)below(2) << 25; /* done, retry */
    case 5: return OP3(2, 0x39) | RS1_G1 | IMM; /* return */
    case 6:
    case 7: return privileged_register(0x2a, 0);
    case 8:
    case 9: return privileged_register(0x32, 1);
    case 10: return state_register(0);
    default: return state_register(1);
    }
}

/* Bits that registers have. */
static const u64 privileged_bits[16] = {
    ~3ul, ~3ul, 0xff0f0fff1f, 0x1ff, 0, 0, 0, 0, 15, 7, 7, 7, 7, 7, 0x3f, ~0ul,
};
static const u64 state_bits[24] = {
    0xffffffff, ~0ul, 0xff, 0xff, 0, ~0ul, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xffffffff060000ff, 0xfffe, 0xfffe, 0xfffe, 0,
};

static void set_up(u32 bits)
{
    u64 windows = 6, take;
    in[CANSAVE] = take = below(windows + 1);
    in[CANRESTORE] = below(windows - take + 1);
    in[OTHERWIN] = windows - take - in[CANRESTORE];
    in[CLEANWIN] = below(4) ? 7 : in[CANRESTORE] + below(8 - in[CANRESTORE]);
    in[WSTATE] = next() & 0x3f;
    in[PIL] = next() & 15;
    in[TL] = below(3);
    in[TSTATE] = random_tstate();
    in[TPC] = (u64)landing + below(2) * 4;
    in[TNPC] = in[TPC] + 4 + below(2) * 4;
    in[TT] = next() & 0x1ff;
    in[ASI] = next() & 0xff;
    in[Y] = next() & 0xffffffff;
    in[FPRS] = next() & 7;
    in[GSR] = next() & 0xffffffff060000ff;
    in[SOFTINT] = next() & 0xfffe;
    in[CCR] = next() & 0xff;
    in[CWP] = below(8);
    in[PSTATE] = random_pstate(below(8) ? P_PRIV : 0);
    in[G1] = below(2) ? next() & 0xff : next();
    in[G3] = below(2) ? 0 : next() & 0xf;
    if (bits == (OP3(2, 0x39) | RS1_G1 | IMM))
        in[G1] = (u64)landing;
    if ((bits & 0xc1f80000) == OP3(2, 0x3e) && !in[TL])
        in[TL] = 1;
    /* Counts that there can be, and no bits that are not there. */
    u32 op3 = bits >> 19 & 0x3f, rd = bits >> 25 & 31;
    u64 there = op3 == 0x32 && rd < 16 ? privileged_bits[rd] : op3 == 0x30 && rd < 24 ? state_bits[rd] : ~0ul;
    in[G1] &= there, in[G3] &= there;
    /* SOFTINT from user mode is an illegal instruction to some and a privileged one to others. */
    if ((op3 == 0x30 && rd >= 20) || (op3 == 0x28 && (bits >> 14 & 31) >= 20))
        in[PSTATE] |= P_PRIV;
    /* SAVED and RESTORED with counts of which nothing can be taken; trap registers that are not there. */
    if (op3 == 0x31 && !in[OTHERWIN] && !in[rd ? CANSAVE : CANRESTORE])
        in[OTHERWIN] = 1, in[rd ? CANRESTORE : CANSAVE]--;
    if (!in[TL] && ((op3 == 0x2a && (bits >> 14 & 31) < 4) || (op3 == 0x32 && rd < 4)))
        in[TL] = 1;
}

static void show(u32 n, u32 bits)
{
    static const u8 hexes[] = { O_TT, O_TSTATE, O_TPC, O_TNPC, O_PSTATE, O_WSTATE, O_PIL, O_Y, O_FPRS, O_SOFTINT, O_G2, O_AG2, O_MG2, O_IG2,
                                O_LOWER_TT, O_LOWER_TSTATE, O_LOWER_TPC, O_GSR };
    print("%u 0x%x tl %u+%u windows %u%u%u%u at %u:", (word)n, (word)bits, in[TL], out[O_TL] - in[TL], out[O_CANSAVE], out[O_CANRESTORE],
          out[O_OTHERWIN], out[O_CLEANWIN], out[O_CWP]);
    for (u32 i = 0; i < sizeof hexes; i++)
        print(" 0x%x", out[hexes[i]]);
    print("\n");
}

int test_main(void)
{
    for (u32 n = 0; n < CASES; n++) {
        u32 bits = instruction();
        set_up(bits);
        for (u32 i = 0; i < N_OUT; i++)
            out[i] = 0;
        *(volatile u32 *)slot = bits;
        __asm__ volatile("flush %0" ::"r"(slot) : "memory");
        __asm__ volatile("flushw" ::: "memory");
        WRPR("tba", case_traps);
        run_case();
        WRPR("tba", sparc_traps);
        show(n, bits);
    }
    return (int)n_failures;
}
