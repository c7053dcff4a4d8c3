/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The TLBs by the MAS registers: misses that are filled, sizes, processes, both address spaces, rights, search, invalidation. */
#include "rt.h"

#define MAS0 624
#define MAS1 625
#define MAS2 626
#define MAS3 627
#define MAS4 628
#define MAS6 630
#define MAS7 944
#define MMUCSR0 1012
#define V (1u << 31)
#define IPROT (1u << 30)
#define TS (1u << 12)
#define RIGHTS_ALL 0x3f
#define UX 0x20
#define SX 0x10
#define UW 0x08
#define SW 0x04
#define UR 0x02
#define SR 0x01

static u8 memory[0x8000] __attribute__((aligned(0x4000)));
static struct {
    u32 n, number, esr, dear, mas0, mas1, mas2, mas3, mas6;
} last;
/* What a miss is filled with, if it is. */
static u32 fill_with;

static void write_entry(u32 mas0, u32 mas1, u32 mas2, u32 mas3)
{
    PUT(MAS0, mas0);
    PUT(MAS1, mas1);
    PUT(MAS2, mas2);
    PUT(MAS3, mas3);
    PUT(MAS7, 0);
    __asm__ volatile("isync\n\ttlbwe\n\tisync\n\tmsync" ::: "memory");
}

void on_trap(struct frame *frame, u32 number)
{
    last.n++;
    last.number = number;
    last.esr = GET(SPR_ESR);
    last.dear = GET(SPR_DEAR);
    last.mas0 = GET(MAS0);
    last.mas1 = GET(MAS1);
    last.mas2 = GET(MAS2);
    last.mas3 = GET(MAS3);
    last.mas6 = GET(MAS6);
    if ((number == DATA_TLB || number == INSTRUCTION_TLB) && fill_with) {
        /* What the miss has left in the registers is an entry but for where it leads. */
        PUT(MAS3, fill_with | RIGHTS_ALL);
        __asm__ volatile("isync\n\ttlbwe\n\tisync\n\tmsync" ::: "memory");
        return;
    }
    if (number != DATA_TLB && number != DATA_STORAGE) {
        print("interrupt %u at 0x%x\n", (word)number, (word)frame->pc);
        stop(97);
    }
    frame->pc += 4;
}

static void report(const char *what)
{
    if (!last.n)
        print("%s: no interrupt\n", what);
    else if (last.number == DATA_TLB)
        print("%s: miss, ESR 0x%x, DEAR 0x%x, MAS1 0x%x, MAS2 0x%x, MAS3 0x%x, MAS6 0x%x, TLB %u\n", what, (word)last.esr,
              (word)last.dear, (word)last.mas1, (word)last.mas2, (word)last.mas3, (word)last.mas6, (word)(last.mas0 >> 28));
    else
        print("%s: IVOR%u, ESR 0x%x, DEAR 0x%x\n", what, (word)last.number, (word)last.esr, (word)last.dear);
    last.n = 0;
}

static u32 load(u32 at)
{
    u32 v = 0xdead;
    __asm__ volatile("lwz %0, 0(%1)" : "+r"(v) : "b"(at) : "memory");
    return v;
}

static void store(u32 at, u32 v)
{
    __asm__ volatile("stw %0, 0(%1)" ::"r"(v), "b"(at) : "memory");
}

static void misses(void)
{
    u32 real = (u32)memory;

    PUT(MAS4, 1u << 7);
    PUT(SPR_PID, 5);
    load(0x40000010);
    report("load");
    store(0x40001020, 1);
    report("store");
    PUT(MAS4, 1u << 28 | 2u << 7 | 0xa);
    load(0x40000010);
    report("load with other defaults");
    PUT(MAS4, 1u << 7);
    fill_with = real;
    store(0x40000010, 0x12345678);
    report("filled");
    expect("the store has come through", load(real + 0x10), 0x12345678);
    expect("it is there now", load(0x40000010), 0x12345678);
    expect("without a miss", last.n, 0);
    PUT(SPR_PID, 6);
    fill_with = real + 0x1000;
    store(0x40000010, 77);
    report("another process");
    expect("it has its own page", load(real + 0x1010), 77);
    PUT(SPR_PID, 5);
    expect("the first one, too", load(0x40000010), 0x12345678);
    expect("without a miss", last.n, 0);
    fill_with = 0;
}

static void searching(void)
{
    PUT(MAS6, 6u << 16);
    __asm__ volatile("tlbsx 0, %0" ::"b"(0x40000010) : "memory");
    print("found: TLB %u, MAS1 0x%x, MAS2 0x%x, rights 0x%x\n", (word)(GET(MAS0) >> 28), (word)GET(MAS1), (word)GET(MAS2),
          (word)(GET(MAS3) & 0xfff));
    PUT(MAS6, 7u << 16 | 1);
    __asm__ volatile("tlbsx 0, %0" ::"b"(0x40000010) : "memory");
    print("not found: TLB %u, MAS1 0x%x, MAS2 0x%x, MAS3 0x%x\n", (word)(GET(MAS0) >> 28), (word)GET(MAS1), (word)GET(MAS2),
          (word)GET(MAS3));
    PUT(MAS0, 1u << 28);
    __asm__ volatile("tlbre" ::: "memory");
    print("TLB1, entry 0: MAS1 0x%x, MAS2 0x%x, MAS3 0x%x\n", (word)GET(MAS1), (word)GET(MAS2), (word)GET(MAS3));
}

static void sizes(void)
{
    u32 real = (u32)memory;

    write_entry(1u << 28 | 5 << 16, V | 2u << 8, 0x50000000, real | RIGHTS_ALL);
    store(real + 0x3ffc, 0xabcd);
    expect("end of a page of 16 KiB", load(0x50003ffc), 0xabcd);
    load(0x50004000);
    report("behind it");
    write_entry(1u << 28 | 5 << 16, V | IPROT | TS | 2u << 8, 0x50000000, real | RIGHTS_ALL);
    load(0x50000000);
    report("a page of the other address space");
    set_msr(get_msr() | MSR_DS);
    /* The stack and the data are in the first space: nothing but registers until it is back. */
    u32 v;
    __asm__ volatile("lwz %0, 0(%1)\n\tmfmsr 5\n\txori 5, 5, 0x10\n\tmtmsr 5\n\tisync" : "=&r"(v) : "b"(0x50003ffc) : "r5", "memory");
    expect("from that space it is there", v, 0xabcd);
}

static void rights(void)
{
    static const struct {
        const char *name;
        u32 bits;
    } cases[] = { { "SR", SR }, { "SW", SW }, { "SR SW", SR | SW }, { "UR UW", UR | UW }, { "SX", SX } };
    u32 real = (u32)memory;

    for (u32 i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_entry(1u << 28 | 6 << 16, V | 1u << 8, 0x60000000, real | cases[i].bits);
        print("%s\n", cases[i].name);
        load(0x60000004);
        report("  load");
        store(0x60000004, 1);
        report("  store");
    }
}

static void invalidation(void)
{
    u32 real = (u32)memory;

    write_entry(1u << 28 | 7 << 16, V | IPROT | 1u << 8, 0x70000000, real | RIGHTS_ALL);
    write_entry(1u << 28 | 10 << 16, V | 1u << 8, 0x70001000, real | RIGHTS_ALL);
    fill_with = real;
    load(0x70002000);
    fill_with = 0;
    report("a page in TLB0");
    __asm__ volatile("tlbivax 0, %0\n\ttlbsync\n\tmsync\n\tisync" ::"b"(0x70002000) : "memory");
    load(0x70002000);
    report("it is gone");
    __asm__ volatile("tlbivax 0, %0\n\ttlbsync\n\tmsync\n\tisync" ::"b"(0x70001008) : "memory");
    load(0x70001000);
    report("so is one in TLB1");
    PUT(MMUCSR0, 2);
    __asm__ volatile("isync" ::: "memory");
    load(0x70000000);
    report("a protected one stays");
}

int test_main(word cpu, word dtb)
{
    (void)cpu;
    (void)dtb;
    /* The page where all this runs must survive. */
    PUT(MAS0, 1u << 28);
    __asm__ volatile("tlbre" ::: "memory");
    PUT(MAS1, GET(MAS1) | IPROT);
    __asm__ volatile("tlbwe\n\tisync" ::: "memory");
    misses();
    searching();
    sizes();
    rights();
    invalidation();
    return (int)n_failures;
}
