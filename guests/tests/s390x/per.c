/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Program-event recording: instruction fetches, branches, stores, with other program interruptions and supervisor calls. */
#include "rt.h"

u64 cell[16] __attribute__((aligned(256)));
volatile u64 origin;

void on_event(u32 kind, struct frame *frame)
{
    (void)kind;
    frame->mask = PSW_64;
}

/* Events of instructions between labels 7 and 8, in the range of control registers 10 and 11. */
static void watch(const char *what, u64 events, u64 first, u64 last)
{
    SET_CONTROL(10, first);
    SET_CONTROL(11, last);
    SET_CONTROL(9, events);
    print("%s: ", what);
}

static void show(u32 code)
{
    print("code 0x%x", (word)code);
    if (code & 0x80)
        print(", events 0x%x, at +%u, old PSW at +%u", (word)LOW8(0x96), (word)(LOW64(0x98) - origin), (word)(program_address - origin));
    print("\n");
}

#define PER(insns)                                                                                \
    show(TRY("larl %%r1, 7f\n\tstgrl %%r1, origin\n\tlarl %%r2, cell\n\tlarl %%r1, 5f\n\tlpswe 0(%%r1)\n\t.balign 8\n" \
             "5:\t.quad 0x4000000180000000, 7f\n7:\t" insns "\n8:\tlarl %%r1, 6f\n\tlpswe 0(%%r1)\n\t.balign 8\n"     \
             "6:\t.quad 0x0000000180000000, 1f",                                                  \
             OUT()))

int test_main(void)
{
    watch("none", 0, 0, ~0ull);
    PER("lghi %%r3, 1");
    watch("fetch", 0x40000000, 0, ~0ull);
    PER("lghi %%r3, 1");
    watch("fetch elsewhere", 0x40000000, 0x100, 0x200);
    PER("lghi %%r3, 1");
    watch("branch not taken", 0x80000000, 0, ~0ull);
    PER("lghi %%r3, 1\n\tltgr %%r3, %%r3\n\tjz 9f\n\tnopr\n9:\tnopr");
    watch("branch into a range", 0x80800000, 0x100, 0x200);
    PER("lghi %%r3, 1\n\tj 9f\n\tnopr\n\tnopr\n9:\tlghi %%r3, 2");
    watch("store", 0x20000000, (word)cell, (word)cell + 7);
    PER("lghi %%r3, 1\n\tstg %%r3, 8(%%r2)\n\tstg %%r3, 0(%%r2)\n\tlghi %%r3, 2");
    watch("store of bytes", 0x20000000, (word)cell + 2, (word)cell + 2);
    PER("mvc 0(4, %%r2), 8(%%r2)");
    watch("store beside", 0x20000000, (word)cell + 4, (word)cell + 5);
    PER("mvc 0(4, %%r2), 8(%%r2)");
    watch("range that wraps", 0x40000000, ~0ull - 10, (word)cell);
    PER("lghi %%r3, 1");
    watch("fetch again", 0x40000000, 0, ~0ull);
    PER("llihf %%r1, 0x7fff");
    SET_CONTROL(9, 0);
    return (int)n_failures;
}
