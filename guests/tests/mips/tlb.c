/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The TLB: entries by index and at random, page sizes, ASIDs, and the exceptions of what misses, is invalid or read-only. */
#include "rt.h"

enum { FRAME = 0x400000, PAGE = 4096 }; /* physical memory that nobody else uses */
enum { VALID = 2, DIRTY = 4, GLOBAL = 1, CACHED = 3 << 3 };
#if __mips == 64
#define ADDRESS "dla"
#define MTC "dmtc0"
#else
#define ADDRESS "la"
#define MTC "mtc0"
#endif
enum { C0_TLBWI, C0_TLBWR, C0_TLBP, C0_TLBR };

static volatile struct {
    u32 n, cause;
    word vector, badvaddr, context, hi;
} last;

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    last.n++;
    last.cause = cause;
    last.vector = frame->x[26];
    last.badvaddr = badvaddr;
    last.context = GET_WORD(C0_CONTEXT);
    last.hi = GET_WORD(C0_ENTRYHI);
    skip(frame, cause);
}

static void tlb(u32 what)
{
    switch (what) {
    case C0_TLBWI: __asm__ volatile("ehb\n\ttlbwi\n\tehb" ::: "memory"); break;
    case C0_TLBWR: __asm__ volatile("ehb\n\ttlbwr\n\tehb" ::: "memory"); break;
    case C0_TLBP: __asm__ volatile("ehb\n\ttlbp\n\tehb" ::: "memory"); break;
    case C0_TLBR: __asm__ volatile("ehb\n\ttlbr\n\tehb" ::: "memory"); break;
    }
}

static void entry(u32 index, word hi, u32 mask, word lo0, word lo1)
{
    PUT(C0_INDEX, index);
    PUT_WORD(C0_ENTRYHI, hi);
    PUT(C0_PAGEMASK, mask);
    PUT_WORD(C0_ENTRYLO0, lo0);
    PUT_WORD(C0_ENTRYLO1, lo1);
    tlb(C0_TLBWI);
}

static word lo(word physical, u32 flags)
{
    return physical >> 12 << 6 | CACHED | flags;
}

static void clear(void)
{
    for (u32 i = 0; i < 16; i++)
        entry(i, KSEG0 + ((word)i << 13), 0, 0, 0);
}

static void report(const char *what)
{
    u32 code = last.cause >> 2 & 31;

    if (!last.n)
        print("%s: fine\n", what);
    else
        print("%s: code %u, vector 0x%x, BadVAddr 0x%x, Context 0x%x, EntryHi 0x%x\n", what, (word)code, last.vector,
              last.badvaddr & 0xffffffff, last.context & 0x7fffff, last.hi & 0xffffffff);
    last.n = 0;
}

/* Accesses that are in no delay slot: the handler goes on behind the instruction. */
static u32 load_word(word at)
{
    u32 got = 0;
    __asm__ volatile(".set push\n\t.set noreorder\n\tnop\n\tlw %0, 0(%1)\n\tnop\n\t.set pop" : "+r"(got) : "r"(at) : "memory");
    return got;
}

static void store_word(word at, u32 value)
{
    __asm__ volatile(".set push\n\t.set noreorder\n\tnop\n\tsw %0, 0(%1)\n\tnop\n\t.set pop" ::"r"(value), "r"(at) : "memory");
}

static void load(const char *what, word at, u32 must)
{
    u32 got = load_word(at);
    if (!last.n)
        expect(what, got, must);
    else
        report(what);
    last.n = 0;
}

static void store(const char *what, word at, u32 value)
{
    store_word(at, value);
    report(what);
}

static void misses(void)
{
    load("load that misses", 0x401234, 0);
    store("store that misses", 0x800ff0, 1);
    load("load from kseg2", (word)(long)(int)0xc0012340, 0);
    /* With EXL set EPC stays as it is; the handler goes on 4 behind it. */
    PUT(C0_STATUS, STATUS_BASE | STATUS_EXL);
    __asm__ volatile(".set push\n\t.set noreorder\n\t.set noat\n\t" ADDRESS " $2, 9f - 4\n\t" MTC " $2, $14\n\tehb\n\t"
                     "lw $2, 0(%0)\n\tnop\n\tnop\n9:\tnop\n\t.set pop" ::"r"((word)0x401234) : "$1", "$2", "memory");
    PUT(C0_STATUS, STATUS_BASE);
    print("with EXL: vector 0x%x, code %u\n", last.vector, (word)(last.cause >> 2 & 31));
    last.n = 0;
}

static void pages(void)
{
    poke32(KSEG0 + FRAME + 8, 0x11111111);
    poke32(KSEG0 + FRAME + 8 * PAGE + 8, 0x22222222);
    entry(3, 0x400000 | 5, 0, lo(FRAME, VALID | DIRTY), lo(FRAME + 8 * PAGE, VALID));
    load("even page", 0x400008, 0x11111111);
    load("odd page", 0x401008, 0x22222222);
    store("store to the even page", 0x400008, 0x33333333);
    expect("it arrives", peek32(KSEG0 + FRAME + 8), 0x33333333);
    store("store to the read-only page", 0x401008, 1);
    PUT_WORD(C0_ENTRYHI, 6);
    load("other ASID", 0x400008, 0);
    entry(3, 0x400000 | 5, 0, lo(FRAME, VALID | DIRTY | GLOBAL), lo(FRAME, GLOBAL));
    PUT_WORD(C0_ENTRYHI, 6);
    load("other ASID, global", 0x400008, 0x33333333);
    load("invalid page", 0x401008, 0);
    store("store to the invalid page", 0x401008, 0);
    /* 16 KiB each. */
    entry(3, 0x800000 | 6, 0x6000, lo(FRAME, VALID), lo(FRAME + 8 * PAGE, VALID));
    load("old entry is gone", 0x400008, 0);
    load("even page of 16 KiB", 0x800008, 0x33333333);
    load("odd page of 16 KiB", 0x804008, 0x22222222);
    load("behind the pair", 0x808008, 0);
}

static void probes(void)
{
    clear();
    entry(7, 0x600000 | 9, 0, lo(FRAME, VALID | GLOBAL), lo(FRAME + PAGE, VALID));
    PUT_WORD(C0_ENTRYHI, 0x600000 | 9);
    tlb(C0_TLBP);
    expect("probe finds it", GET(C0_INDEX), 7);
    PUT_WORD(C0_ENTRYHI, 0x602000 | 9);
    tlb(C0_TLBP);
    expect("probe finds nothing", GET(C0_INDEX) >> 31, 1);
    PUT(C0_INDEX, 7);
    tlb(C0_TLBR);
    expect("EntryHi", GET_WORD(C0_ENTRYHI), 0x600009);
    /* An entry is global if both halves say so. */
    expect("EntryLo0", GET_WORD(C0_ENTRYLO0), lo(FRAME, VALID));
    expect("EntryLo1", GET_WORD(C0_ENTRYLO1), lo(FRAME + PAGE, VALID));
    expect("PageMask", GET(C0_PAGEMASK) & 0x1fffe000, 0);
    PUT(C0_WIRED, 14);
    PUT_WORD(C0_ENTRYHI, 0xa00000 | 9);
    PUT_WORD(C0_ENTRYLO0, lo(FRAME, VALID));
    PUT_WORD(C0_ENTRYLO1, lo(FRAME, VALID));
    tlb(C0_TLBWR);
    tlb(C0_TLBP);
    expect("random entry spares the wired ones", GET(C0_INDEX) >= 14, 1);
    PUT(C0_WIRED, 0);
}

/* Code in a mapped page, then other code in the same page. */
static void fetches(void)
{
    volatile u32 *code = (volatile u32 *)(KSEG0 + FRAME);

    clear();
    entry(0, 0x400000, 0, lo(FRAME, VALID | DIRTY | GLOBAL), lo(FRAME + PAGE, VALID | DIRTY | GLOBAL));
    for (u32 n = 1; n <= 2; n++) {
        code[0] = 0x03e00008;      /* jr $31 */
        code[1] = 0x24020000 | n;  /* li $2, n */
        __asm__ volatile("sync\n\tsynci 0(%0)\n\tsync" ::"r"(code) : "memory");
        expect("mapped code", ((word(*)(void))0x400000)(), n);
    }
    entry(0, 0x400000, 0, lo(FRAME + PAGE, VALID | DIRTY | GLOBAL), lo(FRAME, VALID | DIRTY | GLOBAL));
    code[0x400] = 0x03e00008;
    code[0x401] = 0x24020009;
    expect("another frame at the same address", ((word(*)(void))0x400000)(), 9);
    expect("the first one at the next page", ((word(*)(void))0x401000)(), 2);
}

int test_main(word cpu)
{
    if (cpu)
        return 0;
    clear();
    PUT_WORD(C0_ENTRYHI, 5);
    misses();
    pages();
    probes();
    fetches();
    return (int)n_failures;
}
