/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Secure virtual machines: a guest in the same address space, what it is intercepted at, events, permission maps, nested paging. */
#include "rt.h"

static u8 block[4096] __attribute__((aligned(4096)));
static u8 host_area[4096] __attribute__((aligned(4096)));
static u8 io_map[3 * 4096] __attribute__((aligned(4096)));
static u8 msr_map[2 * 4096] __attribute__((aligned(4096)));
static u8 guest_stack[4096] __attribute__((aligned(16)));
static u64 tables[6][512] __attribute__((aligned(4096)));
extern u64 pds[];

#define B8(at) (*(volatile u8 *)(block + (at)))
#define B16(at) (*(volatile u16 *)(block + (at)))
#define B32(at) (*(volatile u32 *)(block + (at)))
#define B64(at) (*(volatile u64 *)(block + (at)))

enum { MISC1 = 0x0c, MISC2 = 0x10, INT_CTL = 0x60, INT_VECTOR = 0x64, EXIT = 0x70, INFO1 = 0x78, INFO2 = 0x80, INT_INFO = 0x88,
       NESTED = 0x90, EVENT = 0xa8, NESTED_CR3 = 0xb0, CR0 = 0x558, CR2 = 0x640, DR7 = 0x560, FLAGS = 0x570, RIP = 0x578, RSP = 0x5d8,
       RAX = 0x5f8 };

static volatile u32 traps;

void on_trap(struct frame *f)
{
    traps++;
    print("  trap %u error %x flags %x\n", (u32)f->vector, (u32)f->error, (u32)f->flags & 0x200);
    if (f->vector == 6)
        f->pc += 2;
    if (f->vector >= 0x30)
        apic_write(APIC_EOI, 0);
}

static u64 rdmsr(u32 n)
{
    u32 low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(n));
    return low | (u64)high << 32;
}

static void wrmsr(u32 n, u64 v)
{
    __asm__ volatile("wrmsr" ::"c"(n), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static void segment(u32 at, u16 selector, u16 attr)
{
    B16(at) = selector;
    B16(at + 2) = attr;
    B32(at + 4) = 0xffffffff;
    B64(at + 8) = 0;
}

static void prepare(void (*code)(void))
{
    u64 v;
    struct {
        u16 limit;
        u64 base;
    } __attribute__((packed)) table;
    for (u32 n = 0; n < sizeof block; n++)
        block[n] = 0;
    B32(MISC1) = 1u << 31;
    B32(MISC2) = 3;
    B64(0x40) = (word)io_map;
    B64(0x48) = (word)msr_map;
    B32(0x58) = 1;
    segment(0x400, 0x10, 0xc93);
    segment(0x410, 0x18, 0xa9b);
    segment(0x420, 0x10, 0xc93);
    segment(0x430, 0x10, 0xc93);
    __asm__ volatile("sgdt %0" : "=m"(table));
    B32(0x464) = table.limit;
    B64(0x468) = table.base;
    __asm__ volatile("sidt %0" : "=m"(table));
    B32(0x484) = table.limit;
    B64(0x488) = table.base;
    B64(0x4d0) = rdmsr(0xc0000080);
    __asm__ volatile("mov %%cr4, %0" : "=r"(v));
    B64(0x548) = v;
    __asm__ volatile("mov %%cr3, %0" : "=r"(v));
    B64(0x550) = v;
    __asm__ volatile("mov %%cr0, %0" : "=r"(v));
    B64(CR0) = v;
    B64(DR7) = 0x400;
    B64(0x568) = 0xffff0ff0;
    B64(FLAGS) = 2;
    B64(RIP) = (word)code;
    B64(RSP) = (word)guest_stack + sizeof guest_stack - 16;
}

/* Runs the guest until it is left. RCX and RDX are the guest's too. */
static void run(const char *what)
{
    u64 c = 0, d = 0;
    __asm__ volatile("push %%rbp\n\tclgi\n\tsti\n\tvmload\n\tvmrun\n\tvmsave\n\tcli\n\tstgi\n\tpop %%rbp"
                     : "+c"(c), "+d"(d)
                     : "a"((word)block)
                     : "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    print("%s: exit %x", what, B32(EXIT));
    if (B32(EXIT) + 1)
        /* QEMU leaves the address size of ports out. */
        print(" info %X rax %X cpl %u", B64(INFO1) & (B32(EXIT) == 0x7b ? ~0x380ul : ~0ul), B64(RAX), B8(0x4cb));
    print("\n");
}

#define GUEST(name, code) \
    void name(void); \
    __asm__(".text\n.globl " #name "\n" #name ":\n\t" code "\n\tvmmcall\n\thlt\n")

GUEST(calls, "mov $0x1234, %eax");
GUEST(identifies, "cpuid");
GUEST(halts, "hlt");
GUEST(reads_msr, "mov $0xc0000081, %ecx\n\trdmsr\n\tinc %ecx\n\trdmsr");
GUEST(writes_port, "mov $0x99, %eax\n\tout %al, $0x80\n\tout %eax, $0x84\n\tin $0x85, %ax");
GUEST(undefined, "ud2");
GUEST(faults, "mov $0x5555000000, %rax\n\tmovb $1, (%rax)");
GUEST(writes_cr, "mov %cr3, %rax\n\tmov %rax, %cr3");
GUEST(changes_cr0, "mov %cr0, %rax\n\tbtc $1, %rax\n\tmov %rax, %cr0\n\tbtc $30, %rax\n\tmov %rax, %cr0");
GUEST(task_priority, "mov $7, %eax\n\tmov %rax, %cr8\n\txor %eax, %eax\n\tmov %cr8, %rax");
GUEST(waits, "sti\n\tnop\n\tnop\n\tmov $0x77, %eax");
GUEST(falls, "push $0\n\tpush $0\n\tlidt (%rsp)\n\tud2");
GUEST(reads_far, "mov $0x4000123, %eax\n\tmovb (%rax), %al");
GUEST(writes_far, "mov $0x4200456, %eax\n\tmovb %al, (%rax)");
GUEST(time, "rdtsc");

static void intercepts(void)
{
    prepare(calls);
    run("vmmcall");
    print("  after the code %u\n", B64(RIP) - (word)calls == 5);
    prepare(identifies);
    B32(MISC1) |= 1 << 18;
    run("cpuid");
    prepare(halts);
    B32(MISC1) |= 1 << 24;
    run("hlt");
    prepare(reads_msr);
    B32(MISC1) |= 1 << 28;
    /* The read bit of 0xc000_0082. */
    msr_map[0x800 + 0x82 / 4] = 1 << (0x82 % 4 * 2);
    run("rdmsr");
    prepare(writes_port);
    B32(MISC1) |= 1 << 27;
    io_map[0x10] = 1 << 7;
    run("out 0x87 is in the map");
    print("  next +%u\n", (u32)(B64(INFO2) - (word)writes_port));
    io_map[0x10] = 1 << 6;
    run("again");
    print("  next +%u\n", (u32)(B64(INFO2) - (word)writes_port));
    io_map[0x10] = 0;
    prepare(undefined);
    B32(8) = 1 << 6;
    run("ud2");
    prepare(undefined);
    run("ud2 in the guest");
    prepare(faults);
    B32(8) = 1 << 14;
    B64(CR2) = 0x1111;
    run("page fault");
    print("  address %X cr2 %X\n", B64(INFO2), B64(CR2));
    prepare(writes_cr);
    B16(0) = 1 << 3;
    run("read of cr3");
    prepare(writes_cr);
    B16(2) = 1 << 3;
    run("write of cr3");
    prepare(changes_cr0);
    B32(MISC1) |= 1 << 5;
    run("change of cr0");
    prepare(falls);
    run("shutdown");
    prepare(calls);
    B32(0x58) = 0;
    run("no asid");
    prepare(calls);
    B32(MISC2) = 0;
    run("vmrun not intercepted");
    prepare(time);
    B32(MISC1) |= 1 << 14;
    run("rdtsc");
}

static void events(void)
{
    prepare(calls);
    B64(EVENT) = 1u << 31 | 1 << 11 | 3 << 8 | 13 | 0x1230ull << 32;
    run("injected #GP");
    print("  still valid %u\n", B32(EVENT) >> 31);
    prepare(calls);
    B64(EVENT) = 1u << 31 | 0x45;
    run("injected interrupt");
    prepare(calls);
    B64(EVENT) = 1u << 31 | 1 << 8 | 5;
    run("reserved type");
    prepare(waits);
    B32(INT_CTL) = 1 << 8 | 9 << 16 | 1 << 24 | 3;
    B32(INT_VECTOR) = 0x46;
    run("virtual interrupt");
    print("  control %x\n", B32(INT_CTL) & 0xf0f);
    prepare(waits);
    B32(INT_CTL) = 1 << 8 | 9 << 16 | 1 << 24 | 12;
    B32(INT_VECTOR) = 0x46;
    run("of low priority");
    print("  control %x\n", B32(INT_CTL) & 0xf0f);
    prepare(waits);
    B32(MISC1) |= 1 << 4;
    B32(INT_CTL) = 1 << 8 | 9 << 16 | 1 << 20 | 12;
    run("virtual interrupt's window");
    print("  control %x\n", B32(INT_CTL) & 0xf0f);
    prepare(task_priority);
    B32(INT_CTL) = 1 << 24;
    run("cr8");
    print("  virtual %x real %x\n", B32(INT_CTL) & 0xff, apic_read(APIC_TPR));
    /* A message to itself waits until the guest runs. */
    apic_write(APIC_SVR, 0x1ff);
    traps = 0;
    prepare(waits);
    B32(MISC1) |= 1;
    B32(INT_CTL) = 1 << 24;
    apic_write(APIC_ICR, 0x40047);
    run("interrupt");
    __asm__ volatile("sti\n\tnop\n\tnop\n\tcli");
    print("  taken %u\n", traps);
}

static void nested(void)
{
    u64 *top = tables[0], *next = tables[1];
    top[0] = (word)next | 7;
    for (u32 n = 0; n < 4; n++) {
        next[n] = (word)tables[2 + n] | 7;
        for (u32 k = 0; k < 512; k++)
            tables[2 + n][k] = (u64)(n * 512 + k) << 21 | 0x87;
    }
    /* The APIC stays where it is; 64 MiB is missing, 66 MiB is not to be written, 68 MiB is 70 MiB. */
    tables[2][32] = 0;
    tables[2][33] &= ~2ul;
    prepare(reads_far);
    B64(NESTED) = 1;
    B64(NESTED_CR3) = (word)top;
    B64(0x668) = 0x0007040600070406;
    run("nested read");
    print("  address %X\n", B64(INFO2));
    prepare(writes_far);
    B64(NESTED) = 1;
    B64(NESTED_CR3) = (word)top;
    B64(0x668) = 0x0007040600070406;
    run("nested write");
    print("  address %X\n", B64(INFO2));
    tables[2][33] |= 2;
    run("again");
    print("  accessed and dirty %x, the guest's %x\n", (u32)(tables[2][33] >> 5) & 3, (u32)(pds[33] >> 5) & 3);
    /* The guest's own tables can't be read. */
    u64 part = (word)pds >> 21;
    u64 was = tables[2][part];
    static u64 small[512] __attribute__((aligned(4096)));
    for (u32 n = 0; n < 512; n++)
        small[n] = (part << 21) + n * 4096ul + 7;
    small[((word)pds >> 12) & 511] = 0;
    tables[2][part] = (word)small | 7;
    prepare(reads_far);
    B64(NESTED) = 1;
    B64(NESTED_CR3) = (word)top;
    B64(0x668) = 0x0007040600070406;
    run("nested walk");
    print("  is the table's %u\n", B64(INFO2) >> 12 == (word)pds >> 12);
    tables[2][part] = was;
}

int test_main(void)
{
    u32 r[4];
    cpuid(0x80000001, 0, r);
    print("svm %u\n", (r[2] >> 2) & 1);
    wrmsr(0xc0000080, rdmsr(0xc0000080) | 1 << 12);
    wrmsr(0xc0010117, (word)host_area);
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    intercepts();
    events();
    nested();
    return 0;
}
