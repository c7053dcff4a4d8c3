/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* XGETBV 1, CR8 by LOCK, protection keys, MPX with XSAVE, and five levels of page tables. */
#include "rt.h"

static volatile u32 vector, error, armed;
static volatile word address;

#define TRY(insn, ...) \
    do { \
        vector = 999, error = 0, armed = 1; \
        __asm__ volatile("lea 1f(%%rip), %%r11\n\t" insn "\n1:" : : __VA_ARGS__ : "r10", "r11", "memory", "cc"); \
        armed = 0; \
    } while (0)

void on_trap(struct frame *f)
{
    vector = (u32)f->vector;
    error = (u32)f->error;
    if (vector == 14)
        __asm__ volatile("mov %%cr2, %0" : "=r"(address));
    if (!armed) {
        print("exception %u at %X\n", vector, (u64)f->pc);
        stop(1000);
    }
    f->pc = f->r11;
}

static void saw(const char *what)
{
    print("%s: vector %u error %x\n", what, vector, error);
}

static u64 cr4(u64 set)
{
    u64 v;
    __asm__ volatile("mov %%cr4, %0" : "=r"(v));
    v |= set;
    __asm__ volatile("mov %0, %%cr4" ::"r"(v));
    return v;
}

static void xsetbv(u32 v) { __asm__ volatile("xsetbv" ::"a"(v), "d"(0), "c"(0)); }

static u32 xgetbv(u32 n)
{
    u32 low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(n));
    return low;
}

static void wrmsr(u32 n, u64 v)
{
    __asm__ volatile("wrmsr" ::"c"(n), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

extern u64 pds[];

static void cr8(void)
{
    u64 is;
    __asm__ volatile("mov %1, %%rax\n\t.byte 0xf0, 0x0f, 0x22, 0xc0\n\tmov %%cr8, %0" : "=r"(is) : "r"(5ul) : "rax");
    print("cr8 %X, task priority %x\n", is, apic_read(APIC_TPR));
    __asm__ volatile("mov %1, %%cr8\n\t.byte 0xf0, 0x0f, 0x20, 0xc0\n\tmov %%rax, %0" : "=r"(is) : "r"(9ul) : "rax");
    print("cr8 %X\n", is);
    __asm__ volatile("mov %0, %%cr8" ::"r"(0ul));
}

static void wrpkru(u32 v) { __asm__ volatile("wrpkru" ::"a"(v), "c"(0), "d"(0) : "memory"); }

static void keys(void)
{
    TRY("wrpkru", "a"(0), "c"(0), "d"(0));
    saw("wrpkru while CR4.PKE is 0");
    cr4(1 << 22);
    u32 r[4];
    cpuid(7, 0, r);
    print("ospke %u\n", (r[2] >> 4) & 1);
    TRY("wrpkru", "a"(0), "c"(0), "d"(1));
    saw("wrpkru with edx");
    TRY("rdpkru", "c"(1));
    saw("rdpkru with ecx");
    /* 64 MiB has key 3. */
    pds[32] |= 3ul << 59;
    __asm__ volatile("invlpg (%0)" ::"r"(64ul << 20) : "memory");
    for (u32 rights = 0; rights < 4; rights++) {
        wrpkru(rights << 6);
        u32 low, high = 7;
        __asm__ volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
        print("pkru %x %x\n", low, high);
        TRY("movb (%0), %%r10b", "r"((64ul << 20) + rights));
        saw("  read");
        TRY("movb %%r10b, (%0)", "r"((64ul << 20) + rights));
        saw("  write");
        u64 cr0;
        __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
        __asm__ volatile("mov %0, %%cr0" ::"r"(cr0 & ~0x10000ul));
        TRY("movb %%r10b, (%0)", "r"((64ul << 20) + rights));
        saw("  write without WP");
        __asm__ volatile("mov %0, %%cr0" ::"r"(cr0));
    }
    pds[32] = (64ul << 20) | 0x87;
    wrpkru(0x1234c);
}

static u8 area[4096] __attribute__((aligned(64)));
#define WORD(at) (*(u64 *)(area + (at)))

static void xsave(u32 what)
{
    for (u32 n = 0; n < sizeof area; n++)
        area[n] = 0;
    __asm__ volatile("xsave %0" : "+m"(area) : "a"(what), "d"(0) : "memory");
}

static void xrstor(u32 what) { __asm__ volatile("xrstor %0" ::"m"(area), "a"(what), "d"(0) : "memory"); }

static void bounds(const char *what)
{
    u64 v[4];
    /* QEMU takes a displacement of this instruction for code, too. */
    __asm__ volatile("bndmov %%bnd0, (%0)\n\tbndmov %%bnd1, (%1)" ::"a"(v), "c"(v + 2) : "memory");
    print("%s: %X %X, %X %X\n", what, v[0], v[1], v[2], v[3]);
}

static void branch(void)
{
    __asm__ volatile("bndmk 0x10(%0), %%bnd0\n\tbnd jmp 1f\n1:" ::"r"(0x5000ul));
    bounds("after bnd jmp");
    __asm__ volatile("bndmk 0x10(%0), %%bnd0\n\tjmp 1f\n1:" ::"r"(0x5000ul));
    bounds("after a short jmp");
    __asm__ volatile("bndmk 0x10(%0), %%bnd0\n\t.byte 0xe9, 0, 0, 0, 0" ::"r"(0x5000ul));
    bounds("after jmp");
    __asm__ volatile("bndmk 0x10(%0), %%bnd0\n\tcmp %0, %0\n\tjne 1f\n1:" ::"r"(0x5000ul) : "cc");
    bounds("after jne");
}

static u64 bound_table[64] __attribute__((aligned(64)));

static void tables(void)
{
    /* The directory at 32 MiB, and where QEMU looks for it. */
    u64 *directory[] = {(u64 *)(32ul << 20), (u64 *)(32ul << 12)};
    for (u32 n = 0; n < 2; n++) {
        directory[n][0] = 0;
        directory[n][1] = (word)bound_table | 1;
    }
    wrmsr(0xd90, (32ul << 20) | 3);
    TRY("bndmk 0xfff(%0), %%bnd1\n\tbndstx %%bnd1, 0x40(%1,%2)", "r"(0x7000ul), "r"(0x100000ul), "r"(0x1234ul));
    saw("bndstx");
    print("%X %X %X\n", bound_table[32], bound_table[33], bound_table[34]);
    TRY("bndldx 0x40(%0,%1), %%bnd0", "r"(0x100000ul), "r"(0x1234ul));
    bounds("bndldx of the same pointer");
    TRY("bndldx 0x40(%0,%1), %%bnd0", "r"(0ul), "r"(0x1234ul));
    saw("bndldx without a table");
    xsave(0x10);
    print("status %x\n", (u32)WORD(1032) & 3);
}

static void mpx(void)
{
    cr4(1 << 18);
    TRY("xsetbv", "a"(9), "d"(0), "c"(0));
    saw("xcr0 with half of MPX");
    xsetbv(0x21b);
    print("xcr0 %x\n", xgetbv(0));
    TRY("bndmk 0x10(%0), %%bnd0\n\tbndcl %1, %%bnd0", "r"(0x5000ul), "r"(0ul));
    saw("bndcl while off");
    wrmsr(0xd90, 3);
    print("in use %x\n", xgetbv(1));
    __asm__ volatile("bndmk 0x10(%0,%1), %%bnd0\n\tbndmk (,%1,2), %%bnd1" ::"r"(0x5000ul), "r"(0x100ul));
    bounds("bndmk");
    print("in use %x\n", xgetbv(1));
    TRY("bndcl %0, %%bnd0", "r"(0x5000ul));
    saw("bndcl of the first");
    TRY("bndcl -1(%0), %%bnd0", "r"(0x5000ul));
    saw("bndcl below");
    TRY("bndcu %0, %%bnd0", "r"(0x5110ul));
    saw("bndcu of the last");
    TRY("bndcu %0, %%bnd0", "r"(0x5111ul));
    saw("bndcu above");
    TRY("bndcn %0, %%bnd0", "r"(0x5111ul));
    saw("bndcn above");
    __asm__ volatile("bndmov %%bnd0, %%bnd2\n\tbndmov %%bnd1, %%bnd0\n\tbndmov %%bnd2, %%bnd1" ::);
    bounds("exchanged");
    xsave(0x21b);
    print("xstate_bv %X bounds %X %X csr %X %X pkru %X\n", WORD(512), WORD(960), WORD(968), WORD(1024), WORD(1032), WORD(2688));
    WORD(968) = 0x77;
    WORD(2688) = 0x30;
    xrstor(0x218);
    bounds("restored");
    u32 low, high;
    __asm__ volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
    print("pkru %x\n", low);
    WORD(512) &= ~0x208ul;
    xrstor(0x208);
    bounds("initial");
    __asm__ volatile("rdpkru" : "=a"(low), "=d"(high) : "c"(0));
    print("pkru %x\n", low);
    tables();
    wrmsr(0xd90, 1);
    branch();
    wrmsr(0xd90, 3);
    branch();
    wrmsr(0xd90, 0);
}

static u64 pml5[512] __attribute__((aligned(4096)));

/* Out of long mode, and back into it with other tables. */
static void five_levels(void)
{
    u64 four;
    __asm__ volatile("mov %%cr3, %0" : "=r"(four));
    pml5[0] = pml5[1] = four | 7;
    __asm__ volatile("push $0x08\n\tlea 1f(%%rip), %%rax\n\tpush %%rax\n\tlretq\n\t.code32\n"
                     "1:\tmov %%cr0, %%eax\n\tbtr $31, %%eax\n\tmov %%eax, %%cr0\n\tmov %%ecx, %%cr3\n\t"
                     "mov %%cr4, %%eax\n\tbts $12, %%eax\n\tmov %%eax, %%cr4\n\t"
                     "mov %%cr0, %%eax\n\tbts $31, %%eax\n\tmov %%eax, %%cr0\n\t"
                     "ljmp $0x18, $2f\n\t.code64\n2:"
                     :
                     : "c"((word)pml5)
                     : "rax", "memory", "cc");
}

static void la57(void)
{
    static volatile u64 mark = 0x1122334455667788ull;
    u64 high = 1ul << 48;
    TRY("mov (%0), %%r10", "r"((word)&mark + high));
    saw("2^48 with four levels");
    u64 v = cr4(0);
    TRY("mov %0, %%cr4", "r"(v | 1 << 12));
    saw("LA57 in long mode");
    five_levels();
    print("2^48 with five: %X\n", *(volatile u64 *)((word)&mark + high));
    TRY("mov (%0), %%r10", "r"((1ul << 55) + 8));
    saw("2^55");
    print("%X\n", (u64)address);
    TRY("mov (%0), %%r10", "r"(1ul << 56));
    saw("2^56");
    TRY("mov (%0), %%r10", "r"(~0ul << 56));
    saw("-2^56");
    print("%X\n", (u64)address);
}

int test_main(void)
{
    cr8();
    keys();
    mpx();
    la57();
    return 0;
}
