/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Physical memory protection: what each kind of entry matches, which entry wins, locked entries, and page tables out of reach.
 * Loads and stores of U-mode and S-mode are made by machine mode with MPRV.
 */
#include "modes.h"

enum { PMP_R = 1, PMP_W = 2, PMP_X = 4, TOR = 1 << 3, NA4 = 2 << 3, NAPOT = 3 << 3, LOCKED = 0x80, RWX = 7 };
enum { PAGE = 4096, V = 1, ENTRIES = PAGE / sizeof(word) };

/* A quarter each: accesses, a locked piece, a page table, a page. */
static u32 area[4][PAGE / 4] __attribute__((aligned(16384)));
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

static void set_address(u32 i, word value)
{
    switch (i) {
    case 0: CSR_WRITE("pmpaddr0", value); break;
    case 1: CSR_WRITE("pmpaddr1", value); break;
    case 2: CSR_WRITE("pmpaddr2", value); break;
    case 3: CSR_WRITE("pmpaddr3", value); break;
    }
}

/* The configuration of entries 0 to 3; entry 3 of the first register is the last that tests use. */
static void configure(u32 cfg)
{
    CSR_WRITE("pmpcfg0", cfg);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static word napot(const void *at, word size)
{
    return (word)at >> 2 | (size / 8 - 1);
}

static char outcome(void)
{
    static volatile word cause;
    cause = last.cause;
    if (cause == NO_TRAP || cause == CAUSE_ECALL_U || cause == CAUSE_ECALL_S)
        return '+';
    return cause == CAUSE_FETCH_ACCESS || cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS ? 'a' : '?';
}

static char load(word mode, const volatile void *at)
{
    word value = 0;
    last.cause = NO_TRAP;
    set_mpp(mode);
    __asm__ volatile("csrs mstatus, %1\n\tlw %0, (%2)\n\tcsrc mstatus, %1" : "+r"(value) : "r"(STATUS_MPRV), "r"(at) : "memory");
    return outcome();
}

static char store(word mode, volatile void *at)
{
    last.cause = NO_TRAP;
    set_mpp(mode);
    __asm__ volatile("csrs mstatus, %0\n\tsw zero, (%1)\n\tcsrc mstatus, %0" ::"r"(STATUS_MPRV), "r"(at) : "memory");
    return outcome();
}

static __attribute__((noinline, noclone)) char fetch(word mode, const volatile void *at)
{
    last.cause = NO_TRAP;
    set_mpp(mode);
    fetching = 1;
    __asm__ volatile("csrw mepc, %0\n\tmret\n\t.balign 4\n.globl fetch_back\nfetch_back:" ::"r"(at) : CALLER_SAVED);
    return outcome();
}

static void all_accesses(volatile u32 *at)
{
    print(" U %c", load(MODE_U, at));
    print("%c", store(MODE_U, at + 1));
    print("%c", fetch(MODE_U, at));
    print(" S %c", load(MODE_S, at));
    print("%c", store(MODE_S, at + 1));
    print("%c", fetch(MODE_S, at));
    print(" M %c", load(MODE_M, at));
    print("%c\n", store(MODE_M, at + 1));
}

static void permissions(void)
{
    /* No fetch: QEMU 7.2 refuses the mret to a mode that could fetch nothing. */
    print("no entry: U %c", load(MODE_U, area[0]));
    print("%c", store(MODE_U, &area[0][1]));
    print(" S %c", load(MODE_S, area[0]));
    print("%c\n", store(MODE_S, &area[0][1]));
    set_address(0, napot(area[0], PAGE));
    for (u32 rights = 0; rights < 8; rights++) {
        if ((rights & (PMP_R | PMP_W)) == PMP_W)
            continue;
        configure(NAPOT | rights);
        print("%c%c%c:", rights & PMP_R ? 'r' : '-', rights & PMP_W ? 'w' : '-', rights & PMP_X ? 'x' : '-');
        all_accesses(area[0]);
    }
    print("elsewhere:");
    all_accesses(area[1]);
    configure(NAPOT | PMP_R);
    load(MODE_U, area[0]);
    store(MODE_U, &area[0][3]);
    print("store: cause %u, tval %s\n", last.cause, last.tval == (word)&area[0][3] ? "ok" : "wrong");
    load(MODE_U, &area[1][5]);
    print("load: cause %u, tval %s\n", last.cause, last.tval == (word)&area[1][5] ? "ok" : "wrong");
    fetch(MODE_U, area[0]);
    print("fetch: cause %u, tval %s\n", last.cause, last.tval == (word)area[0] ? "ok" : "wrong");
}

/* Which words of the first 512 bytes U-mode may load. */
static void map(const char *what)
{
    print("%s:", what);
    char old = 0;
    for (u32 i = 0; i < 128; i++) {
        char now = load(MODE_U, &area[0][i]);
        if (now != old)
            print(" %c from 0x%x", now, i * 4);
        old = now;
    }
    print("\n");
}

static void ranges(void)
{
    set_address(1, napot(area, 16384));
    for (word size = 8; size <= 256; size *= 2) {
        set_address(0, napot(&area[0][64], size));
        configure(NAPOT | (NAPOT | RWX) << 8);
        print("%3u bytes, ", size);
        map("NAPOT");
    }
    set_address(0, (word)&area[0][17] >> 2);
    configure(NA4 | (NAPOT | RWX) << 8);
    map("NA4");
    configure(NA4 | PMP_R);
    map("NA4 alone");
    set_address(0, (word)&area[0][20] >> 2);
    set_address(1, (word)&area[0][50] >> 2);
    set_address(2, napot(area, 16384));
    configure(TOR << 8 | (NAPOT | RWX) << 16);
    map("TOR");
    configure((TOR | PMP_R) << 8);
    map("TOR alone");
    configure(TOR | PMP_R);
    map("TOR from 0");
    configure((TOR | PMP_R) | TOR << 8 | (NAPOT | RWX) << 16);
    map("two of them");
    set_address(1, (word)&area[0][10] >> 2);
    configure(TOR << 8 | (NAPOT | RWX) << 16);
    map("an empty range");
    set_address(0, napot(&area[0][16], 64));
    set_address(1, napot(&area[0][0], 256));
    set_address(2, napot(&area[0][0], 512));
    configure((NAPOT | PMP_R) | NAPOT << 8 | (NAPOT | PMP_R) << 16);
    map("the first match counts");
    configure(0);
    set_address(0, ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    configure(NAPOT | PMP_R);
    map("everything");
}

/* Double words of which an entry matches a half. */
static void edges(void)
{
#if __riscv_xlen == 64
    set_address(0, (word)&area[0][17] >> 2);
    set_address(1, napot(area, 16384));
    configure((NA4 | RWX) | (NAPOT | RWX) << 8);
    for (word mode = MODE_U; mode <= MODE_M; mode++) {
        if (mode == 2)
            continue;
        for (u32 i = 14; i <= 18; i += 2) {
            word value = 0;
            last.cause = NO_TRAP;
            set_mpp(mode);
            __asm__ volatile("csrs mstatus, %1\n\tld %0, (%2)\n\tcsrc mstatus, %1"
                             : "+r"(value) : "r"(STATUS_MPRV), "r"(&area[0][i]) : "memory");
            print("%c", outcome());
            last.cause = NO_TRAP;
            __asm__ volatile("csrs mstatus, %0\n\tsd zero, (%1)\n\tcsrc mstatus, %0" ::"r"(STATUS_MPRV), "r"(&area[0][i]) : "memory");
            print("%c ", outcome());
        }
    }
    print("\n");
#endif
}

static void tables(void)
{
    word *table = (word *)area[2];
    word top = (word)area >> (__riscv_xlen == 64 ? 30 : 22);
    for (u32 i = 0; i < ENTRIES; i++)
        table[i] = 0;
    table[top & (ENTRIES - 1)] = top << (__riscv_xlen == 64 ? 28 : 20) | 0xcf;
    configure(0);
    CSR_WRITE("satp", (__riscv_xlen == 64 ? (word)8 << 60 : (word)1 << 31) | (word)table >> 12);
    set_address(0, napot(table, PAGE));
    set_address(1, ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    configure((NAPOT | PMP_R) | (NAPOT | RWX) << 8);
    print("readable table: %c", load(MODE_S, area[3]));
    print("%c", store(MODE_S, &area[3][1]));
    print("%c\n", fetch(MODE_S, area[3]));
    configure(NAPOT | (NAPOT | RWX) << 8);
    print("table out of reach: %c", load(MODE_S, area[3]));
    print(" %u", last.cause);
    print(" %c", store(MODE_S, &area[3][1]));
    print(" %u", last.cause);
    print(" %c", fetch(MODE_S, area[3]));
    print(" %u\n", last.cause);
    configure(NAPOT | PMP_X | (NAPOT | RWX) << 8);
    print("table to be executed only: %c\n", load(MODE_S, area[3]));
    CSR_WRITE("satp", 0);
}

static void locks(void)
{
    set_address(0, napot(area[1], PAGE));
    set_address(1, ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    area[1][0] = 0x73;
    configure((NAPOT | PMP_R) | (NAPOT | RWX) << 8);
    print("not locked:");
    all_accesses(area[1]);
    configure((LOCKED | NAPOT | PMP_R) | (NAPOT | RWX) << 8);
    print("locked:");
    all_accesses(area[1]);
    configure((NAPOT | RWX) | (NAPOT | RWX) << 8);
    set_address(0, 0);
    print("still locked:");
    all_accesses(area[1]);
    print("beside it:");
    all_accesses(area[0]);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    for (u32 i = 0; i < 4; i++)
        area[i][0] = 0x73; /* ecall */
    permissions();
    ranges();
    edges();
    tables();
    locks();
    return 0;
}
