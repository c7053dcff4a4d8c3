/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Translation: a segment and entries of the hashed page table, then a radix tree. */
#include "rt.h"

static volatile u64 seen, srr1, dar, dsisr, resume_msr;

void on_trap(struct frame *frame, u64 vector)
{
    seen = vector;
    srr1 = frame->msr;
    dar = GET(19);
    dsisr = GET(18);
    frame->pc = vector == 0x400 || vector == 0x480 ? frame->lr : frame->pc + 4;
    frame->msr = resume_msr;
}

static u64 with(u64 bits, u64 address, u64 value, u32 store)
{
    u64 old = get_msr();
    seen = 0;
    resume_msr = old;
    __asm__ volatile("mtmsrd %3\n\tisync\n\tcmpwi %2, 0\n\tbne 1f\n\tld %0, 0(%1)\n\tb 2f\n1:\tstd %0, 0(%1)\n2:\tmtmsrd %4\n\tisync"
                     : "+r"(value)
                     : "b"(address), "r"(store), "r"(old | bits), "r"(old)
                     : "memory", "cr0");
    return value;
}

static u64 page[2 * 512] __attribute__((aligned(4096)));

static void faults(const char *what, u64 vector, u64 address, u64 why)
{
    print("%s: ", what);
    expect("vector", seen, vector);
    expect("  dar", dar, address);
    expect("  dsisr", dsisr, why);
}

#define EA 0x12340000ull
#define VSID 0x5a5a5ull

static void hash(void)
{
    u64 regs[9];
    /* 256 MiB, 4 KiB pages, both keys 0. */
    __asm__ volatile("slbmte %0, %1\n\tisync" ::"r"(VSID << 12), "r"((EA & ~0xfffffffull) | 1 << 27 | 1));
    with(MSR_DR, EA, 0, 0);
    faults("no entry", 0x300, EA, 0x40000000);
    u64 index = (VSID ^ ((EA >> 12) & 0xffff)) & 0x3ff;
    u64 first = VSID << 12 | ((EA >> 23) & 0x1f) << 7 | 1;
    u64 second = (u64)page | 0x10 | 2;
    regs[0] = H_ENTER;
    regs[1] = 0;
    /* The table has more groups than that; find its size by trying. */
    u64 mask = 0;
    for (u32 shift = 25; shift > 17 && !mask; shift--) {
        u64 probe[9] = {H_READ, 0, ((1ull << (shift - 4)) - 1)};
        hcall(probe);
        if ((i32)probe[0] == 0)
            mask = (1ull << (shift - 7)) - 1;
    }
    expect("groups", mask != 0, 1);
    index = ((VSID ^ ((EA >> 12) & 0xffff)) & mask) << 3;
    regs[2] = index;
    regs[3] = first;
    regs[4] = second;
    hcall(regs);
    expect("entered", regs[0], 0);
    expect("where", regs[1], index);
    page[0] = 0x1122334455667788;
    expect("loaded", with(MSR_DR, EA, 0, 0), 0x1122334455667788);
    expect("no interrupt", seen, 0);
    u64 read[9] = {H_READ, 0, index};
    hcall(read);
    expect("referenced", read[2] & 0x180, 0x100);
    with(MSR_DR, EA + 8, 42, 1);
    expect("stored", page[1], 42);
    read[0] = H_READ;
    read[1] = 0;
    read[2] = index;
    hcall(read);
    expect("changed", read[2] & 0x180, 0x180);
    expect("protected", (u64)(i64)call(H_PROTECT, 3, index, 0, 0), 0);
    with(MSR_DR, EA + 8, 43, 1);
    faults("read-only", 0x300, EA + 8, 0x0a000000);
    expect("another", (u64)(i64)call(H_REMOVE, 1ull << 31, index, first ^ 0x80, 0), (u64)(i64)-7);
    expect("removed", (u64)(i64)call(H_REMOVE, 0, index, 0, 0), 0);
    with(MSR_DR, EA, 0, 0);
    faults("removed", 0x300, EA, 0x40000000);
    u64 bulk[9] = {H_ENTER, 0, index, first, second};
    hcall(bulk);
    expect("entered again", bulk[0], 0);
    u64 remove[9] = {H_BULK_REMOVE, 1ull << 62 | 2ull << 56 | index, first & ~0x7full, 1ull << 62 | 2ull << 56 | index, first & ~0x7full, 3ull << 62};
    hcall(remove);
    expect("bulk", remove[0], 0);
    expect("done", remove[1] >> 60, 8);
    expect("not found", remove[3] >> 60, 9);
    expect("outside", (u64)(i64)call(H_REMOVE, 0, ~0ull >> 8, 0, 0), (u64)(i64)-4);
}

static u64 process_table[512] __attribute__((aligned(4096)));
static u64 root[8192] __attribute__((aligned(65536)));
static u64 level2[512] __attribute__((aligned(4096))), level3[512] __attribute__((aligned(4096))), level4[512] __attribute__((aligned(4096)));

static void radix(void)
{
    /* 52 bits: 13, 9, 9 and 9 bits. RTS is 21. */
    process_table[0] = 2ull << 61 | (u64)root | 5 << 5 | 13;
    root[0] = 1ull << 63 | (u64)level2 | 9;
    level2[0] = 1ull << 63 | (u64)level3 | 9;
    /* The first 2 MiB pages one to one, privileged, all rights, referenced and changed. */
    for (u64 n = 0; n < 16; n++)
        level3[n] = 3ull << 62 | n << 21 | 0x18f;
    level3[0x91] = 1ull << 63 | (u64)level4 | 9;
    expect("registered", (u64)(i64)call(H_REGISTER_PROC_TBL, 0x10 | 0x08 | 0x04 | 0x01, (u64)process_table, 0, 0), 0);
    with(MSR_DR, EA, 0, 0);
    faults("no entry", 0x300, EA, 0x40000000);
    level4[(EA >> 12) & 511] = 3ull << 62 | (u64)page | 0xe;
    __asm__ volatile("ptesync" ::: "memory");
    expect("loaded", with(MSR_DR, EA, 0, 0), page[0]);
    expect("referenced", level4[(EA >> 12) & 511] & 0x180, 0x100);
    with(MSR_DR, EA + 16, 77, 1);
    expect("stored", page[2], 77);
    expect("changed", level4[(EA >> 12) & 511] & 0x180, 0x180);
    level4[((EA >> 12) + 1) & 511] = 3ull << 62 | (u64)page | 0x1cc;
    __asm__ volatile("ptesync" ::: "memory");
    with(MSR_DR, EA + 0x1000, 78, 1);
    faults("read-only", 0x300, EA + 0x1000, 0x0a000000);
    with(MSR_DR, 0x4000000000000000ull, 0, 0);
    print("%s: ", "quadrant 1");
    expect("vector", seen, 0x380);
    with(MSR_DR, 0x0008000000000000ull, 0, 0);
    faults("far", 0x300, 0x0008000000000000ull, 0x40000000);
    /* Through the tree with instructions, too. */
    u64 old = get_msr();
    set_msr(old | MSR_IR | MSR_DR);
    page[3] = 99;
    set_msr(old);
    expect("translated", page[3], 99);
    /* Invalidations are the guest's own. */
    level4[(EA >> 12) & 511] = 0;
    __asm__ volatile(".machine push\n\t.machine power9\n\tptesync\n\ttlbie %0, %1, 0, 1, 1\n\t.machine pop\n\teieio\n\ttlbsync\n\tptesync" ::"r"(EA), "r"(0ull) : "memory");
    with(MSR_DR, EA, 0, 0);
    faults("invalidated", 0x300, EA, 0x40000000);
}

int test_main(const u8 *dtb)
{
    (void)dtb;
    hash();
    radix();
    return 0;
}
