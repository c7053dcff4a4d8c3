/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The MMUs on: misses that software fills, TSB pointers, protection, contexts, page sizes, demap, fault registers. */
#include "rt.h"

#define TTE_V (1ul << 63)
#define TTE_SIZE(n) ((word)(n) << 61)
#define TTE_NFO (1ul << 60)
enum { TTE_L = 1 << 6, TTE_CP = 1 << 5, TTE_CV = 1 << 4, TTE_E = 1 << 3, TTE_P = 1 << 2, TTE_W = 1 << 1, TTE_G = 1 };
enum { LSU_ON = 0xf, LSU_MMUS = 0xc };
enum { A_LSU = 0x45, A_IMMU = 0x50, A_ITLB_IN = 0x54, A_IDEMAP = 0x57, A_DMMU = 0x58, A_TSB8 = 0x59, A_TSB64 = 0x5a,
       A_DTLB_IN = 0x5c, A_DTLB_ACCESS = 0x5d, A_DTLB_TAG = 0x5e, A_DDEMAP = 0x5f };
enum { R_TAG_TARGET = 0, R_PRIMARY = 8, R_SECONDARY = 16, R_SFSR = 0x18, R_SFAR = 0x20, R_TSB = 0x28, R_TAG_ACCESS = 0x30 };
enum { PAGE = 0x2000 };

static u64 pages[4][PAGE / 8] __attribute__((aligned(4 * 0x2000)));
static volatile u32 code_page[PAGE / 4] __attribute__((aligned(0x2000)));

/* What the handler saw. */
static volatile word n_traps, tt, tag_access, tag_target, tsb8, tsb64, sfsr, sfar, user_result;
/* What it puts into the TLB on a miss; 0: it skips the instruction. */
static volatile word fill;

void on_trap(word type, word pc)
{
    (void)pc;
    n_traps++;
    tt = type;
    if (type >> 2 == 0x64 >> 2) {
        tag_access = LDXA(A_IMMU, R_TAG_ACCESS);
        if (fill)
            STXA(A_ITLB_IN, 0, fill);
        return;
    }
    tag_access = LDXA(A_DMMU, R_TAG_ACCESS);
    tag_target = LDXA(A_DMMU, R_TAG_TARGET);
    tsb8 = LDXA(A_TSB8, 0);
    tsb64 = LDXA(A_TSB64, 0);
    sfsr = LDXA(A_DMMU, R_SFSR);
    sfar = LDXA(A_DMMU, R_SFAR);
    if (type >> 2 == 0x6c >> 2 && fill) {
        STXA(A_DDEMAP, (tag_access & ~0x1ffful), 0);
        STXA(A_DMMU, R_TAG_ACCESS, tag_access);
    }
    if (fill && type != 0x30 && type < 0x100)
        STXA(A_DTLB_IN, 0, fill);
    else
        skip();
}

static word load(word a)
{
    word v = 0x5555;
    __asm__ volatile("ldx [%1], %0" : "+r"(v) : "r"(a) : "memory");
    return v;
}

static void store(word a, word v) { __asm__ volatile("stx %0, [%1]" ::"r"(v), "r"(a) : "memory"); }

static word physical(const void *p) { return (word)p; }

static void map(word va, word context, word data)
{
    STXA(A_DMMU, R_TAG_ACCESS, va | context);
    STXA(A_DTLB_IN, 0, data);
}

/* Page, primary context. */
static void demap_page(word va) { STXA(A_DDEMAP, va, 0); }

static void start(void)
{
    word all = TTE_V | TTE_SIZE(3) | TTE_L | TTE_CP | TTE_CV | TTE_P | TTE_W | TTE_G;
    STXA(A_DMMU, R_TAG_ACCESS, 0);
    STXA(A_DTLB_IN, 0, all);
    STXA(A_IMMU, R_TAG_ACCESS, 0);
    STXA(A_ITLB_IN, 0, all);
    STXA(A_DMMU, R_PRIMARY, 0);
    STXA(A_DMMU, R_SECONDARY, 0);
    STXA(A_DMMU, R_SFSR, 0);
    STXA(A_LSU, 0, LSU_ON);
    print("MMUs on\n");
    expect("lsu control", LDXA(A_LSU, 0) & LSU_MMUS, LSU_MMUS);
}

static void misses(void)
{
    pages[0][5] = 0x1234567890;
    STXA(A_DMMU, R_TSB, 0x40000000 | 1);
    fill = TTE_V | physical(pages[0]) | TTE_CP | TTE_P | TTE_W;
    n_traps = 0;
    expect("load through a filled miss", load(0x12346000 + 40), 0x1234567890);
    expect("trap type", tt, 0x68);
    expect("one miss", n_traps, 1);
    expect("tag access", tag_access, 0x12346000);
    expect("tag target", tag_target, 0x12346000 >> 22);
    expect("8 KiB pointer", tsb8, 0x40000000 | (0x12346000 >> 9 & 0x3ff0));
    expect("64 KiB pointer", tsb64, 0x40000000 | (0x12346000 >> 12 & 0x3ff0));
    store(0x12346000 + 8, 99);
    expect("store", pages[0][1], 99);
    expect("no other miss", n_traps, 1);
    demap_page(0x12346000);
    expect("after demap", load(0x12346008), 99);
    expect("another miss", n_traps, 2);
    demap_page(0x12346000);
    STXA(A_DMMU, R_TSB, 0x40000000 | 0x1000 | 2);
    load(0x12346008);
    expect("split: 8 KiB pointer", tsb8, 0x40000000 | (0x12346000 >> 9 & 0x7ff0));
    expect("split: 64 KiB pointer", tsb64, 0x40000000 | 0x8000 | (0x12346000 >> 12 & 0x7ff0));
    demap_page(0x12346000);
    fill = 0;
    expect("nothing to fill: skipped", load(0x12346008), 0x5555);
}

static void protection(void)
{
    map(0x20000000, 0, TTE_V | physical(pages[1]) | TTE_CP | TTE_P);
    pages[1][0] = 7;
    fill = 0;
    n_traps = 0;
    expect("read-only: load", load(0x20000000), 7);
    store(0x20000000, 8);
    expect("read-only: store", tt, 0x6c);
    expect("one trap", n_traps, 1);
    expect("nothing was stored", pages[1][0], 7);
    expect("sfar", sfar, 0x20000000);
    expect("sfsr: valid, write, privileged", sfsr & 0xf, 0xd);
    fill = TTE_V | physical(pages[1]) | TTE_CP | TTE_P | TTE_W;
    store(0x20000000, 8);
    expect("after it was made writable", pages[1][0], 8);
    fill = 0;
    STXA(A_DMMU, R_SFSR, 0);
    __asm__ volatile("ldxa [%0] 0x10, %%g0" ::"r"(0x20000000ul) : "memory");
    expect("privileged page as user", tt, 0x30);
    expect("fault type", sfsr >> 7 & 0x7f, 1);
    expect("fault address", sfar, 0x20000000);
    demap_page(0x20000000);
    tt = 0;
    map(0x20000000, 0, TTE_V | physical(pages[1]) | TTE_CP | TTE_W);
    __asm__ volatile("ldxa [%1] 0x10, %0" : "=r"(user_result) : "r"(0x20000000ul) : "memory");
    expect("user page as user", user_result, 8);
    expect("without a trap", tt, 0);
    demap_page(0x20000000);
}

static word load_secondary(word a)
{
    word v = 0x5555;
    __asm__ volatile("ldxa [%1] 0x81, %0" : "+r"(v) : "r"(a) : "memory");
    return v;
}

static void contexts(void)
{
    pages[0][0] = 100;
    pages[1][0] = 101;
    pages[2][0] = 102;
    map(0x30000000, 0, TTE_V | physical(pages[0]) | TTE_CP | TTE_P | TTE_W);
    map(0x30000000, 5, TTE_V | physical(pages[1]) | TTE_CP | TTE_P | TTE_W);
    map(0x30000000, 6, TTE_V | physical(pages[2]) | TTE_CP | TTE_P | TTE_W);
    fill = 0;
    n_traps = 0;
    expect("context 0", load(0x30000000), 100);
    STXA(A_DMMU, R_PRIMARY, 5);
    expect("context 5", load(0x30000000), 101);
    STXA(A_DMMU, R_SECONDARY, 6);
    expect("secondary context 6", load_secondary(0x30000000), 102);
    STXA(A_DMMU, R_PRIMARY, 6);
    expect("context 6", load(0x30000000), 102);
    expect("no misses", n_traps, 0);
    STXA(A_DMMU, R_PRIMARY, 7);
    load(0x30000000);
    expect("context 7", tt, 0x68);
    expect("its tag access", tag_access, 0x30000007);
    expect("its tag target", tag_target, 7ul << 48 | 0x30000000 >> 22);
    STXA(A_DMMU, R_PRIMARY, 5);
    /* Demap context, primary. */
    STXA(A_DDEMAP, 0x40, 0);
    n_traps = 0;
    load(0x30000000);
    expect("demapped context misses", n_traps, 1);
    STXA(A_DMMU, R_PRIMARY, 6);
    expect("others do not", load(0x30000000), 102);
    STXA(A_DMMU, R_PRIMARY, 0);
    expect("context 0 is there too", load(0x30000000), 100);
    expect("no more misses", n_traps, 1);
}

static void sizes(void)
{
    for (word n = 0; n < 4; n++) {
        word bytes = (word)PAGE << 3 * n, va = 0x50000000;
        map(va, 0, TTE_V | TTE_SIZE(n) | TTE_CP | TTE_P | TTE_W);
        fill = 0;
        n_traps = 0;
        word at_end = load(va + bytes - 8);
        expect("end of a page", at_end, load(bytes - 8));
        expect("no miss", n_traps, 0);
        load(va + bytes);
        expect("behind it", n_traps, 1);
        demap_page(va);
    }
}

/* `retl; mov 42, %o0`, through a page that only the instruction MMU knows. */
static void fetches(void)
{
    code_page[0] = 0x81c3e008;
    code_page[1] = 0x9010202a;
    __asm__ volatile("flush %0" ::"r"(code_page) : "memory");
    fill = TTE_V | (word)code_page | TTE_CP | TTE_P;
    n_traps = 0;
    word value = ((word(*)(void))0x60000000ul)();
    expect("fetched through a filled miss", value, 42);
    expect("trap type", tt, 0x64);
    expect("tag access of the instruction MMU", tag_access, 0x60000000);
    value = ((word(*)(void))0x60000000ul)();
    expect("once", n_traps, 1);
    STXA(A_IDEMAP, 0x60000000, 0);
    value = ((word(*)(void))0x60000000ul)();
    expect("again after demap", n_traps, 2);
}

static void entries(void)
{
    STXA(A_DMMU, R_TAG_ACCESS, 0x70000000 | 3);
    STXA(A_DTLB_ACCESS, 40 << 3, TTE_V | physical(pages[3]) | TTE_CP | TTE_P | TTE_W);
    expect("tag of entry 40", LDXA(A_DTLB_TAG, 40 << 3), 0x70000003);
    expect("data of entry 40", LDXA(A_DTLB_ACCESS, 40 << 3) & 0x80000000ffffe000, TTE_V | physical(pages[3]));
    pages[3][0] = 33;
    STXA(A_DMMU, R_SECONDARY, 3);
    expect("it translates", load_secondary(0x70000000), 33);
    STXA(A_DTLB_ACCESS, 40 << 3, 0);
    n_traps = 0;
    fill = 0;
    load_secondary(0x70000000);
    expect("it is gone", n_traps, 1);
}

int test_main(void)
{
    start();
    misses();
    protection();
    contexts();
    sizes();
    fetches();
    entries();
    STXA(A_LSU, 0, 0);
    return (int)n_failures;
}
