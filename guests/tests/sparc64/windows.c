/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Register windows: which trap comes, in which window its handler stands, and what the window registers are then and afterwards. */
#include "rt.h"

/* What the handlers note: trap type, TSTATE.CWP and CWP. */
struct note {
    u16 tt, old_cwp, cwp, unused;
};
struct note notes[32];
word n_notes;

/* A trap table with handlers that note what they see. The window traps' ones use %g1 and %g4 of the alternate globals. */
__asm__(
    ".macro note_it\n"
    "sethi %hi(n_notes), %g1\n ldx [%g1 + %lo(n_notes)], %g4\n inc %g4\n stx %g4, [%g1 + %lo(n_notes)]\n"
    "sllx %g4, 3, %g4\n sethi %hi(notes - 8), %g1\n or %g1, %lo(notes - 8), %g1\n add %g1, %g4, %g1\n"
    "rdpr %tt, %g4\n sth %g4, [%g1]\n rdpr %tstate, %g4\n and %g4, 31, %g4\n sth %g4, [%g1 + 2]\n"
    "rdpr %cwp, %g4\n sth %g4, [%g1 + 4]\n"
    ".endm\n"
    ".macro far what, count\n .rept \\count\n ba,a,pt %xcc, \\what\n .balign 32\n .endr\n .endm\n"
    ".macro far4 what, count\n .rept \\count\n ba,a,pt %xcc, \\what\n .balign 128\n .endr\n .endm\n"
    ".macro noting_half\n"
    "far noting_other, 0x24\n far4 noting_clean, 1\n far noting_other, 0x80-0x28\n"
    "far4 noting_spill, 16\n far4 noting_fill, 16\n far noting_other, 0x200-0x100\n"
    ".endm\n"
    ".section .text.traps, \"ax\"\n .balign 32768\n"
    "noting_traps: noting_half\n noting_half\n"
    "noting_clean:\n note_it\n rdpr %cleanwin, %g1\n inc %g1\n wrpr %g1, 0, %cleanwin\n retry\n"
    "noting_spill:\n note_it\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n stx %l\\n, [%sp + 2047 + \\n * 8]\n stx %i\\n, [%sp + 2047 + \\n * 8 + 64]\n .endr\n"
    "saved\n retry\n"
    "noting_fill:\n note_it\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n ldx [%sp + 2047 + \\n * 8], %l\\n\n ldx [%sp + 2047 + \\n * 8 + 64], %i\\n\n .endr\n"
    "restored\n retry\n"
    "noting_other:\n note_it\n done\n"
    ".text\n");
extern char noting_traps[], sparc_traps[];

static void show(const char *what)
{
    print("%s: cansave %u, canrestore %u, otherwin %u, cleanwin %u\n", what, RDPR("cansave"), RDPR("canrestore"), RDPR("otherwin"),
          RDPR("cleanwin"));
    for (word i = 0; i < n_notes && i < 32; i++) {
        word back = (notes[i].old_cwp - notes[i].cwp) & 7;
        print("  trap 0x%x, %u windows on\n", (word)notes[i].tt, (8 - back) & 7);
    }
    n_notes = 0;
}

/* Some calls deep and back. */
static __attribute__((noinline)) word deep(word n)
{
    word value = n ? deep(n - 1) * 3 + n : 1;
    __asm__ volatile("" : "+r"(value));
    return value;
}

static word expected(word n)
{
    word value = 1;
    for (word i = 1; i <= n; i++)
        value = value * 3 + i;
    return value;
}

/* With all windows free again but the current one. */
static void fresh(word wstate, word otherwin)
{
    __asm__ volatile("flushw" ::: "memory");
    n_notes = 0;
    WRPR("wstate", wstate);
    WRPR("otherwin", otherwin);
    WRPR("canrestore", 0);
    WRPR("cansave", 6 - otherwin);
    WRPR("cleanwin", 7);
}

/* The numbers that come and go are printed by a caller that has as few windows as possible. */
static __attribute__((noinline)) void run(const char *what, word wstate, word otherwin, word n)
{
    fresh(wstate, otherwin);
    WRPR("tba", noting_traps);
    word value = deep(n);
    WRPR("tba", sparc_traps);
    word seen = n_notes;
    WRPR("wstate", 0);
    if (RDPR("otherwin")) {
        WRPR("cansave", RDPR("cansave") + RDPR("otherwin"));
        WRPR("otherwin", 0);
    }
    n_notes = 0;
    print("%s: %u traps", what, seen);
    for (word i = 0; i < seen && i < 32; i++)
        print(" 0x%x+%u", (word)notes[i].tt, (notes[i].cwp - notes[i].old_cwp) & 7);
    print("\n");
    expect("value", value, expected(n));
}

static __attribute__((noinline)) void clean(void)
{
    fresh(0, 0);
    WRPR("cleanwin", 2);
    WRPR("tba", noting_traps);
    word value = deep(4);
    WRPR("tba", sparc_traps);
    word seen = n_notes, now = RDPR("cleanwin");
    n_notes = 0;
    print("clean windows: %u traps", seen);
    for (word i = 0; i < seen && i < 32; i++)
        print(" 0x%x+%u", (word)notes[i].tt, (notes[i].cwp - notes[i].old_cwp) & 7);
    print(", cleanwin %u\n", now);
    expect("value", value, expected(4));
}

static __attribute__((noinline)) word flush_below(word n)
{
    if (n) {
        word below = flush_below(n - 1);
        __asm__ volatile("" : "+r"(below));
        return below + 1;
    }
    WRPR("tba", noting_traps);
    __asm__ volatile("flushw" ::: "memory");
    WRPR("tba", sparc_traps);
    show("flushw");
    return 0;
}

/* RETURN in a delay slot's company: the fill trap of a RETURN, and the window it leads to. */
static void returns(void)
{
    fresh(0, 0);
    word value;
    __asm__ volatile("wrpr %1, 0, %%tba\n\tsave %%sp, -192, %%sp\n\tflushw\n\tsethi %%hi(1f), %%l0\n\tor %%l0, %%lo(1f), %%l0\n\t"
                     "return %%l0\n\tmov 77, %%o0\n1:\twrpr %2, 0, %%tba\n\tmov %%o0, %0"
                     : "=r"(value) : "r"(noting_traps), "r"(sparc_traps) : "memory", "o0", "l0");
    expect("slot of return in the caller's window", value, 77);
    show("return");
}

int test_main(void)
{
    run("no trap", 0, 0, 4);
    run("spill and fill", 0, 0, 9);
    run("normal vector 3", 3, 0, 9);
    run("other vector 5", 5 << 3 | 2, 2, 5);
    clean();
    fresh(0, 0);
    flush_below(3);
    returns();
    return (int)n_failures;
}
