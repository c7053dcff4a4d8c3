/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Address translation, scheme by scheme: permissions of pages for loads, stores and fetches of each mode, accessed and dirty bits,
 * superpages, reserved bits, addresses that are none, fences. Loads and stores are made by machine mode with MPRV. Left out: tables
 * where there is no memory, which are page faults on QEMU 7.2 and access faults in the manual.
 */
#include "modes.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128, ALL = V | R | W | X | A | D };
enum { PAGE = 4096, ENTRIES = PAGE / sizeof(word) };

struct scheme {
    const char *name;
    u32 mode, levels;
};

#if __riscv_xlen == 64
enum { MODE_SHIFT = 60, INDEX_BITS = 9, ASID_SHIFT = 44 };
static const struct scheme schemes[] = { { "Sv39", 8, 3 }, { "Sv48", 9, 4 }, { "Sv57", 10, 5 } };
#else
enum { MODE_SHIFT = 31, INDEX_BITS = 10, ASID_SHIFT = 22 };
static const struct scheme schemes[] = { { "Sv32", 1, 2 } };
#endif

static word tables[6][ENTRIES] __attribute__((aligned(4096)));
static u32 page[2][PAGE / 4] __attribute__((aligned(4096)));
static const struct scheme *scheme;
/* Where a fetch test comes back. */
extern char fetch_back[];
static volatile int fetching;

void on_trap(struct frame *frame, word cause, word tval)
{
    if (!fetching) {
        note_trap(frame, cause, tval);
        return;
    }
    fetching = 0;
    last.cause = cause;
    last.tval = tval;
    set_mpp(MODE_M);
    frame->x[0] = (word)fetch_back;
}

/* Index 1 in each table but the last, where it is 3. */
static word address(void)
{
    word a = 3 << 12;
    for (u32 level = 1; level < scheme->levels; level++)
        a |= (word)1 << (12 + level * INDEX_BITS);
    return a;
}

static word pte(const void *to, word flags)
{
    return (word)to >> 12 << 10 | flags;
}

/* The entry that maps the test's address at `level`; tables[0] is the last table. */
static word *entry(u32 level)
{
    return &tables[level][level ? 1 : 3];
}

static void fence(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void build(word leaf)
{
    for (u32 level = scheme->levels - 1; level; level--)
        *entry(level) = pte(tables[level - 1], V);
    *entry(0) = leaf;
    CSR_WRITE("satp", (word)scheme->mode << MODE_SHIFT | (word)tables[scheme->levels - 1] >> 12);
    fence();
}

/* Accesses with the rights of `mode` and with `bits` (SUM, MXR) in mstatus. */
static word load(word mode, word bits, word at)
{
    word value = 0;
    last.cause = NO_TRAP;
    set_mpp(mode);
    CSR_SET("mstatus", bits);
    __asm__ volatile("csrs mstatus, %1\n\tlw %0, (%2)\n\tcsrc mstatus, %1" : "+r"(value) : "r"(STATUS_MPRV), "r"(at) : "memory");
    CSR_CLEAR("mstatus", STATUS_SUM | STATUS_MXR);
    return value;
}

static void store(word mode, word bits, word at, word value)
{
    last.cause = NO_TRAP;
    set_mpp(mode);
    CSR_SET("mstatus", bits);
    __asm__ volatile("csrs mstatus, %1\n\tsw %0, (%2)\n\tcsrc mstatus, %1" ::"r"(value), "r"(STATUS_MPRV), "r"(at) : "memory");
    CSR_CLEAR("mstatus", STATUS_SUM | STATUS_MXR);
}

/* The page begins with a call. */
static __attribute__((noinline, noclone)) void fetch(word mode, word bits, word at)
{
    last.cause = NO_TRAP;
    set_mpp(mode);
    CSR_SET("mstatus", bits);
    fetching = 1;
    __asm__ volatile("csrw mepc, %0\n\tmret\n\t.balign 4\n.globl fetch_back\nfetch_back:" ::"r"(at) : CALLER_SAVED);
    CSR_CLEAR("mstatus", STATUS_SUM | STATUS_MXR);
}

/* What came of an access: done, page fault, access fault, or something else. */
static char outcome(void)
{
    switch (last.cause) {
    case NO_TRAP:
    case CAUSE_ECALL_U:
    case CAUSE_ECALL_S:
        return '+';
    case CAUSE_FETCH_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
        return 'p';
    case CAUSE_FETCH_ACCESS:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS:
        return 'a';
    default:
        return '?';
    }
}

static void all_accesses(word mode, word bits, word at)
{
    load(mode, bits, at);
    print("%c", outcome());
    store(mode, bits, at + 8, 1);
    print("%c", outcome());
    fetch(mode, bits, at);
    print("%c", outcome());
}

static void permissions(void)
{
    static const word bits[] = { 0, STATUS_SUM, STATUS_MXR, STATUS_SUM | STATUS_MXR };
    print("load, store, fetch in U-mode and S-mode, with nothing, SUM, MXR, both\n");
    for (word flags = 0; flags < 16; flags++) {
        build(pte(page[0], flags << 1 | V | A | D));
        print("%c%c%c%c ", flags & 1 ? 'r' : '-', flags & 2 ? 'w' : '-', flags & 4 ? 'x' : '-', flags & 8 ? 'u' : '-');
        for (word mode = MODE_U; mode <= MODE_S; mode++) {
            for (u32 i = 0; i < 4; i++) {
                print(" ");
                all_accesses(mode, bits[i], address());
            }
            print(" ");
        }
        print("\n");
    }
}

static void accessed_and_dirty(void)
{
    for (u32 which = 0; which < 6; which++) {
        word flags = ALL & ~(which & 1 ? A | D : D);
        build(pte(page[0], flags));
        if (which < 2)
            load(MODE_S, 0, address());
        else if (which < 4)
            store(MODE_S, 0, address(), 0x73);
        else
            fetch(MODE_S, 0, address());
        print("%s, A %u, D 0: ", which < 2 ? "load" : which < 4 ? "store" : "fetch", !(which & 1));
        print("%c, then A %u, D %u\n", outcome(), *entry(0) >> 6 & 1, *entry(0) >> 7 & 1);
    }
    build(pte(page[0], ALL & ~D));
    load(MODE_S, 0, address());
    store(MODE_S, 0, address(), 0x73);
    print("store after a load: %c, D %u\n", outcome(), *entry(0) >> 7 & 1);
    build(pte(page[0], V | R));
    store(MODE_S, 0, address(), 0x73);
    print("refused store: %c, A %u, D %u\n", outcome(), *entry(0) >> 6 & 1, *entry(0) >> 7 & 1);
    build(pte(page[0], V | R));
    load(MODE_U, 0, address());
    print("refused load: %c, A %u, D %u\n", outcome(), *entry(0) >> 6 & 1, *entry(0) >> 7 & 1);
}

/* A fault's details. */
static void report(const char *what, word at)
{
    print("%s: ", what);
    if (last.cause == NO_TRAP)
        print("no trap\n");
    else
        print("cause %u, tval + 0x%x\n", last.cause, last.tval - at);
}

static void superpages(void)
{
    for (u32 level = 1; level < scheme->levels; level++) {
        u32 size_bits = 12 + level * INDEX_BITS;
        word base = (word)page >> size_bits << size_bits;
        word at = (address() >> size_bits << size_bits) + ((word)page[0] - base);
        build(0);
        *entry(level) = pte((void *)base, ALL);
        fence();
        page[0][1] = 0x1234 + level;
        print("level %u: value 0x%x, ", level, load(MODE_S, 0, at + 4));
        all_accesses(MODE_S, 0, at);
        for (u32 bit = 12; bit < size_bits; bit += 5) {
            *entry(level) = pte((void *)(base | (word)1 << bit), ALL);
            fence();
            load(MODE_S, 0, at);
            print(" %c", outcome());
        }
        print("\n");
        /* One fence for any address of a superpage is good for all of it. */
        *entry(level) = pte((void *)base, ALL);
        fence();
        load(MODE_S, 0, at);
        *entry(level) = 0;
        __asm__ volatile("sfence.vma %0" ::"r"(at ^ 0x4000) : "memory");
        load(MODE_S, 0, at);
        report("after a fence", at);
    }
}

static void invalid(void)
{
    static const word pointer_bits[] = { 0, A, D, U, 1 << 5, 1 << 8, 1 << 9 };
    build(pte(page[0], ALL & ~V));
    load(MODE_S, 0, address());
    report("not valid", address());
    build(pte(tables[5], V));
    load(MODE_S, 0, address());
    report("pointer in the last table", address());
    print("bits of pointers:");
    for (u32 i = 0; i < sizeof pointer_bits / sizeof pointer_bits[0]; i++) {
        build(pte(page[0], ALL));
        *entry(1) |= pointer_bits[i];
        fence();
        load(MODE_S, 0, address());
        print(" %c", outcome());
    }
    print("\nsoftware's and global bits of a page:");
    for (u32 bit = 5; bit < 10; bit += 3) {
        build(pte(page[0], ALL | 1 << bit));
        load(MODE_S, 0, address());
        print(" %c", outcome());
    }
#if __riscv_xlen == 64
    print("\nupper bits of a page:");
    for (u32 bit = 54; bit < 64; bit++) {
        build(pte(page[0], ALL) | (word)1 << bit);
        load(MODE_S, 0, address());
        print(" %c", outcome());
    }
    print("\nupper bits of a pointer:");
    for (u32 bit = 54; bit < 64; bit++) {
        build(pte(page[0], ALL));
        *entry(1) |= (word)1 << bit;
        fence();
        load(MODE_S, 0, address());
        print(" %c", outcome());
    }
    print("\naddress bits:");
    for (u32 bit = 12 + scheme->levels * INDEX_BITS - 1; bit < 64; bit++) {
        build(pte(page[0], ALL));
        load(MODE_S, 0, address() | (word)1 << bit);
        print(" %c", outcome());
    }
#endif
    print("\n");
    build(pte((void *)0x8000000, ALL));
    load(MODE_S, 0, address() + 4);
    report("nothing behind a page", address());
}

static void two_pages(void)
{
    word at = address();
    build(pte(page[0], ALL));
    tables[0][4] = 0;
    fence();
    load(MODE_S, 0, at + PAGE - 2);
    report("load into an unmapped page", at);
    store(MODE_S, 0, at + PAGE - 2, ~(word)0);
    report("store into an unmapped page", at);
    tables[0][4] = pte(page[1], V | R | A | D);
    fence();
    page[0][PAGE / 4 - 1] = 0x11112222;
    page[1][0] = 0x33334444;
    print("load over two pages: 0x%x\n", load(MODE_S, 0, at + PAGE - 2));
    store(MODE_S, 0, at + PAGE - 2, ~(word)0);
    report("store into a read-only page", at);
    print("nothing is stored: 0x%x\n", page[0][PAGE / 4 - 1]);
    tables[0][4] = pte(page[1], ALL);
    fence();
    store(MODE_S, 0, at + PAGE - 2, 0x55556666);
    print("store over two pages: 0x%x 0x%x\n", page[0][PAGE / 4 - 1], page[1][0]);
    tables[0][4] = 0;
}

static void fences(void)
{
    word at = address();
    page[0][1] = 10;
    page[1][1] = 11;
    build(pte(page[0], ALL));
    print("first %u,", load(MODE_S, 0, at + 4));
    *entry(0) = pte(page[1], ALL);
    __asm__ volatile("sfence.vma %0" ::"r"(at) : "memory");
    print(" fence for the address %u,", load(MODE_S, 0, at + 4));
    *entry(0) = pte(page[0], ALL);
    __asm__ volatile("sfence.vma %0, %1" ::"r"(at), "r"((word)0) : "memory");
    print(" for address and space %u,", load(MODE_S, 0, at + 4));
    *entry(0) = pte(page[1], ALL);
    __asm__ volatile("sfence.vma zero, %0" ::"r"((word)0) : "memory");
    print(" for a space %u,", load(MODE_S, 0, at + 4));
    /* Another root table under another identifier needs none. */
    tables[5][0] = 0;
    for (u32 i = 0; i < ENTRIES; i++)
        tables[5][i] = tables[scheme->levels - 1][i];
    word old = CSR_READ("satp");
    tables[5][1] = 0;
    CSR_WRITE("satp", (word)scheme->mode << MODE_SHIFT | (word)1 << ASID_SHIFT | (word)tables[5] >> 12);
    load(MODE_S, 0, at + 4);
    print(" other space %c,", outcome());
    CSR_WRITE("satp", old);
    print(" back %u,", load(MODE_S, 0, at + 4));
    CSR_WRITE("satp", 0);
    load(MODE_S, 0, (word)&page[0][1]);
    print(" bare %c\n", outcome());
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    open_memory();
    for (u32 i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        scheme = &schemes[i];
        page[0][0] = page[1][0] = 0x73; /* ecall */
        print("== %s\n", scheme->name);
        permissions();
        accessed_and_dirty();
        superpages();
        page[0][0] = page[1][0] = 0x73;
        invalid();
        two_pages();
        fences();
        CSR_WRITE("satp", 0);
        for (u32 t = 0; t < 6; t++)
            for (u32 e = 0; e < ENTRIES; e++)
                tables[t][e] = 0;
    }
    return 0;
}
