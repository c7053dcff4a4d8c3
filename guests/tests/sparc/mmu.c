/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The reference MMU: tables of three levels, access permissions, fault registers, referenced and modified bits, probe, contexts. */
#include <rt.h> /* that of whoever includes this */

enum { MMU_CONTROL = 0x000, MMU_TABLE = 0x100, MMU_CONTEXT = 0x200, MMU_STATUS = 0x300, MMU_ADDRESS = 0x400 };
enum { ET_TABLE = 1, ET_PAGE = 2, REFERENCED = 1 << 5, MODIFIED = 1 << 6 };
/* Permissions: user and supervisor may read; read and write; read and execute; all; execute; supervisor alone may write; ... */
enum { R = 0, RW = 1, RX = 2, RWX = 3, X = 4, R_RW = 5, S_RX = 6, S_RWX = 7 };

static u32 contexts[256] __attribute__((aligned(1024)));
static u32 regions[256] __attribute__((aligned(1024))), others[256] __attribute__((aligned(1024)));
static u32 segments[64] __attribute__((aligned(256)));
static u32 pages[64] __attribute__((aligned(256)));
static u32 frames[4][1024] __attribute__((aligned(4096)));

/* Where the test's own region lies: 16 MiB of virtual addresses from here on. */
enum { BASE = 0x50000000 };

static volatile u32 tt, status, address;

void on_trap(struct sparc_frame *frame)
{
    tt = frame->tt;
    address = ASI_LOAD(ASI_MMU, MMU_ADDRESS);
    status = ASI_LOAD(ASI_MMU, MMU_STATUS);
    if (tt == 0x90)
        frame->psr |= PSR_PS;
    if (tt == 0x01) { /* a jump to where nothing can be fetched: back to the caller */
        frame->pc = frame->g[0];
        frame->npc = frame->pc + 4;
    } else {
        skip(frame);
    }
}

static u32 pte(u32 physical, u32 acc) { return (physical & ~0xfffu) >> 4 | acc << 2 | ET_PAGE; }
static u32 ptd(const void *table) { return (u32)table >> 4 | ET_TABLE; }
static void flush(void) { ASI_STORE(ASI_FLUSH_PROBE, 0x400, 0); }

static u32 load(u32 a)
{
    u32 value = 0;
    tt = 0;
    __asm__ volatile("ld [%1], %0" : "+r"(value) : "r"(a) : "memory");
    return value;
}

static void store(u32 a, u32 value)
{
    tt = 0;
    __asm__ volatile("st %1, [%0]" ::"r"(a), "r"(value) : "memory");
}

static void map(u32 n, u32 entry)
{
    pages[n] = entry;
    flush();
}

static void set_up(void)
{
    contexts[0] = ptd(regions);
    contexts[1] = ptd(others);
    /* RAM and devices as they are: 16 MiB a region, supervisor alone. */
    for (u32 n = 0; n < 256; n++)
        regions[n] = others[n] = n == RAM >> 24 || n >= 0x80 ? pte(n << 24, S_RWX) : 0;
    regions[BASE >> 24] = ptd(segments);
    segments[0] = ptd(pages);
    segments[1] = pte(RAM, R_RW);
    ASI_STORE(ASI_MMU, MMU_TABLE, (u32)contexts >> 4);
    ASI_STORE(ASI_MMU, MMU_CONTEXT, 0);
    flush();
    frames[0][0] = 0x11223344;
    frames[1][0] = 0x55667788;
    ASI_STORE(ASI_MMU, MMU_CONTROL, 1);
    expect("enabled", ASI_LOAD(ASI_MMU, MMU_CONTROL) & 1, 1);
    expect("context table", ASI_LOAD(ASI_MMU, MMU_TABLE), (u32)contexts >> 4);
}

static void check_pages(void)
{
    map(0, pte((u32)frames[0], RW));
    map(1, pte((u32)frames[1], R));
    expect("load through a page", load(BASE), 0x11223344);
    expect("referenced", pages[0] & (REFERENCED | MODIFIED), REFERENCED);
    store(BASE + 4, 0xcafe);
    expect("store through it", frames[0][1], 0xcafe);
    expect("modified", pages[0] & (REFERENCED | MODIFIED), REFERENCED | MODIFIED);
    expect("the next page", load(BASE + 0x1000), 0x55667788);
    map(1, pte((u32)frames[2], R));
    frames[2][0] = 0x99aabbcc;
    expect("another frame after a flush", load(BASE + 0x1000), 0x99aabbcc);
    expect("a segment of 256 KiB", load(BASE + 0x40000 + ((u32)frames[0] & 0x3ffff)), *(u32 *)(RAM + ((u32)frames[0] & 0x3ffff)));
}

static void check_faults(void)
{
    store(BASE + 0x1000, 1);
    expect("store to a read-only page", tt, 0x09);
    expect("fault type: protection", status >> 2 & 7, 2);
    expect("access type: store to supervisor data", status >> 5 & 7, 5);
    expect("fault address", address & ~0xfffu, BASE + 0x1000);
    load(BASE + 0x2000);
    expect("load from an invalid page", tt, 0x09);
    expect("fault type: invalid address", status >> 2 & 7, 1);
    expect("access type: load from supervisor data", status >> 5 & 7, 1);
    load(0x60000000);
    expect("load from an invalid region", tt, 0x09);
    expect("level 1", status >> 8 & 3, 1);
    map(3, pte((u32)frames[3], X));
    load(BASE + 0x3000);
    expect("load from an execute-only page", tt, 0x09);
}

/* Calls an address; comes back behind the call when nothing can be fetched there. */
static void call(u32 a)
{
    tt = 0;
    __asm__ volatile("sethi %%hi(1f), %%g1\n\tor %%g1, %%lo(1f), %%g1\n\tjmpl %0, %%o7\n\tnop\n1:\tnop"
                     ::"r"(a) : "g1", "o7", "memory");
}

static void check_fetch(void)
{
    frames[3][0] = 0x81c3e008; /* retl */
    frames[3][1] = 0x01000000; /* nop */
    __asm__ volatile("flush %0" ::"r"(frames[3]) : "memory");
    call(BASE + 0x3000);
    expect("code on an execute-only page", tt, 0);
    map(3, pte((u32)frames[3], RW));
    call(BASE + 0x3000);
    expect("code on a page without execution", tt, 0x01);
    expect("fault type: protection", status >> 2 & 7, 2);
}

static void check_probe(void)
{
    expect("probe finds the entry", ASI_LOAD(ASI_FLUSH_PROBE, (BASE + 0x1000) | 0x400) & ~REFERENCED, pages[1] & ~REFERENCED);
    expect("probe of nothing", ASI_LOAD(ASI_FLUSH_PROBE, (BASE + 0x2000) | 0x400), 0);
    expect("probe of a region", ASI_LOAD(ASI_FLUSH_PROBE, RAM | 0x400) & 3, ET_PAGE);
}

static void check_contexts(void)
{
    ASI_STORE(ASI_MMU, MMU_CONTEXT, 1);
    load(BASE);
    expect("another context does not see it", tt, 0x09);
    ASI_STORE(ASI_MMU, MMU_CONTEXT, 0);
    expect("the first one does", load(BASE), 0x11223344);
}

static void check_no_fault(void)
{
    ASI_STORE(ASI_MMU, MMU_CONTROL, 3);
    expect("no-fault: value", load(BASE + 0x2000), 0);
    expect("no-fault: no trap", tt, 0);
    expect("no-fault: status", ASI_LOAD(ASI_MMU, MMU_STATUS) >> 2 & 7, 1);
    ASI_STORE(ASI_MMU, MMU_CONTROL, 1);
}

int test_main(void)
{
    set_up();
    check_pages();
    check_faults();
    check_fetch();
    check_probe();
    check_contexts();
    check_no_fault();
    ASI_STORE(ASI_MMU, MMU_CONTROL, 0);
    expect("off again", ASI_LOAD(ASI_MMU, MMU_CONTROL) & 1, 0);
    return (int)n_failures;
}
