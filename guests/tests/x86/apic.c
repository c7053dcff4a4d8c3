/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The local APIC and the I/O APIC: interrupts to oneself, errors, priorities, NMI, timer modes; edges and levels by the wires of pc-testdev. */
#include "rt.h"

enum { APIC_ISR = 0x100, APIC_TMR = 0x180, APIC_IRR = 0x200, APIC_ESR = 0x280, APIC_LDR = 0xd0, APIC_DFR = 0xe0, APIC_LVR = 0x30,
       APIC_PPR = 0xa0, APIC_ERROR = 0x370, APIC_LINT1 = 0x360 };

static volatile u32 count[256], order[64], n_order, no_eoi, last_isr;

void on_trap(struct frame *f)
{
    count[f->vector]++;
    if (n_order < 64)
        order[n_order++] = (u32)f->vector;
    if (f->vector == 2)
        return;
    if (f->vector < 32) {
        print("exception %u error %x at %X\n", (u32)f->vector, (u32)f->error, (u64)f->pc);
        stop(1000);
    }
    last_isr = apic_read(APIC_ISR + (u32)(f->vector / 32) * 16);
    if (!no_eoi)
        apic_write(APIC_EOI, 0);
}

static void forget(void)
{
    for (u32 n = 0; n < 256; n++)
        count[n] = 0;
    n_order = 0;
}

/* Lets interrupts in for a while. */
static void let_in(void)
{
    for (u32 n = 0; n < 200; n++)
        __asm__ volatile("sti\n\tnop\n\tnop\n\tcli" ::: "memory");
}

static void tell(const char *what)
{
    print("%s:", what);
    for (u32 n = 0; n < n_order; n++)
        print(" %x", order[n]);
    print("\n");
    forget();
}

static u64 rdmsr(u32 n)
{
    u32 low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(n));
    return (u64)high << 32 | low;
}

static void wrmsr(u32 n, u64 v) { __asm__ volatile("wrmsr" ::"c"(n), "a"((u32)v), "d"((u32)(v >> 32)) : "memory"); }

static void ipi(u32 low) { apic_write(APIC_ICR, low); }

enum { SELF = 1 << 18, ALL = 2 << 18, OTHERS = 3 << 18, NMI = 4 << 8, LOWEST = 1 << 8, LOGICAL = 1 << 11, ASSERT = 1 << 14 };

static void messages(void)
{
    print("version %x, id %x\n", apic_read(APIC_LVR), apic_read(APIC_ID) >> 24);
    ipi(SELF | ASSERT | 0x41);
    print("request %x\n", apic_read(APIC_IRR + 0x20));
    let_in();
    tell("to self");
    ipi(ALL | ASSERT | 0x42);
    let_in();
    tell("to all");
    ipi(OTHERS | ASSERT | 0x43);
    let_in();
    tell("to all others");
    apic_write(APIC_ICR2, 0);
    ipi(ASSERT | 0x44);
    let_in();
    tell("to APIC ID 0");
    apic_write(APIC_ICR2, 0xff000000);
    ipi(ASSERT | 0x45);
    let_in();
    tell("to 0xff");
    apic_write(APIC_ICR2, 0x05000000);
    ipi(ASSERT | 0x46);
    let_in();
    tell("to nobody");
    apic_write(APIC_DFR, 0xffffffff);
    apic_write(APIC_LDR, 0x02000000);
    apic_write(APIC_ICR2, 0x06000000);
    ipi(ASSERT | LOGICAL | 0x47);
    let_in();
    tell("logical, flat");
    apic_write(APIC_ICR2, 0x05000000);
    ipi(ASSERT | LOGICAL | 0x48);
    let_in();
    tell("logical, flat, another");
    apic_write(APIC_DFR, 0x0fffffff);
    apic_write(APIC_LDR, 0x12000000);
    apic_write(APIC_ICR2, 0x13000000);
    ipi(ASSERT | LOGICAL | LOWEST | 0x49);
    let_in();
    tell("logical, cluster, lowest priority");
    apic_write(APIC_ICR2, 0x23000000);
    ipi(ASSERT | LOGICAL | 0x4a);
    let_in();
    tell("logical, another cluster");
    apic_write(APIC_DFR, 0xffffffff);
    apic_write(APIC_ICR2, 0);
    ipi(NMI | ASSERT);
    let_in();
    tell("NMI");
    ipi(NMI | SELF | ASSERT);
    tell("NMI to self");
}

static void priorities(void)
{
    ipi(SELF | 0x51), ipi(SELF | 0x71), ipi(SELF | 0x61), ipi(SELF | 0x72);
    let_in();
    tell("highest first");
    for (u32 tpr = 0x50; tpr <= 0x80; tpr += 0x10) {
        apic_write(APIC_TPR, tpr);
        ipi(SELF | 0x65);
        let_in();
        print("task priority %x, processor priority %x\n", tpr, apic_read(APIC_PPR));
        tell("  came");
        apic_write(APIC_TPR, 0);
        let_in();
        tell("  then");
    }
    no_eoi = 1;
    ipi(SELF | 0x81);
    let_in();
    print("in service %x, processor priority %x\n", apic_read(APIC_ISR + 0x40), apic_read(APIC_PPR));
    ipi(SELF | 0x82), ipi(SELF | 0x91);
    let_in();
    tell("above and beside");
    print("in service %x, requests %x\n", apic_read(APIC_ISR + 0x40), apic_read(APIC_IRR + 0x40));
    apic_write(APIC_EOI, 0);
    apic_write(APIC_EOI, 0);
    no_eoi = 0;
    let_in();
    tell("after both ends");
    apic_write(APIC_SVR, 0xff);
    print("disabled by software: local vectors masked: %x\n", apic_read(APIC_TIMER) >> 16 & 1);
    apic_write(APIC_SVR, 0x1ff);
}

static void errors(void)
{
    apic_write(APIC_ERROR, 0x31);
    apic_write(APIC_ESR, 0);
    print("errors %x\n", apic_read(APIC_ESR));
    apic_write(APIC_ERROR, 0x10031);
    print("error vector %x, timer %x\n", apic_read(APIC_ERROR), apic_read(APIC_TIMER));
}

static void timer(void)
{
    apic_write(APIC_DIVIDE, 0xb);
    apic_write(APIC_TIMER, 0x50);
    apic_write(APIC_COUNT, 100000);
    while (!count[0x50])
        nap();
    tell("once");
    expect("stands still", apic_read(APIC_NOW), 0);
    let_in();
    tell("not again");
    apic_write(APIC_TIMER, 0x10050);
    apic_write(APIC_COUNT, 1000);
    while (apic_read(APIC_NOW))
        ;
    let_in();
    tell("masked");
    apic_write(APIC_TIMER, 0x20052);
    apic_write(APIC_COUNT, 100000);
    while (count[0x52] < 4)
        nap();
    expect("counts on", apic_read(APIC_COUNT), 100000);
    apic_write(APIC_COUNT, 0);
    let_in();
    forget();
    let_in();
    tell("stopped");
    expect("count", apic_read(APIC_NOW), 0);
    apic_write(APIC_DIVIDE, 0);
    apic_write(APIC_TIMER, 0x50);
    apic_write(APIC_COUNT, 0xffffffff);
    u32 a = apic_read(APIC_NOW), b = apic_read(APIC_NOW);
    expect("it falls", a >= b && a > 0xf0000000, 1);
    apic_write(APIC_COUNT, 0);
    apic_write(APIC_TIMER, 0x10000);
}

static u32 io_read(u32 at)
{
    *(volatile u32 *)0xfec00000 = at;
    return *(volatile u32 *)0xfec00010;
}

static void io_write(u32 at, u32 value)
{
    *(volatile u32 *)0xfec00000 = at;
    *(volatile u32 *)0xfec00010 = value;
}

static void route(u32 pin, u32 low, u32 high)
{
    io_write(0x11 + 2 * pin, high);
    io_write(0x10 + 2 * pin, low);
}

static void wire(u32 pin, u8 level) { out8((u16)(0x2000 + pin), level); }

enum { LEVEL = 1 << 15, MASKED = 1 << 16 };

static void io_apic(void)
{
    print("I/O APIC: version %x, pin 14 %x\n", io_read(1), io_read(0x2c));
    route(14, 0x78, 0);
    wire(14, 1), wire(14, 0);
    let_in();
    tell("edge");
    route(14, MASKED | 0x78, 0);
    wire(14, 1), wire(14, 0);
    route(14, 0x78, 0);
    let_in();
    tell("edge at a masked pin");
    route(14, LEVEL | 0x79, 0);
    wire(14, 1);
    print("entry %x\n", io_read(0x2c));
    no_eoi = 1;
    let_in();
    tell("level");
    print("entry %x, trigger mode %x\n", io_read(0x2c), apic_read(APIC_TMR + 0x30));
    wire(14, 0);
    apic_write(APIC_EOI, 0);
    print("entry after its end %x\n", io_read(0x2c));
    let_in();
    tell("lowered before its end");
    wire(14, 1);
    let_in();
    apic_write(APIC_EOI, 0);
    print("entry %x\n", io_read(0x2c));
    let_in();
    tell("again while it is up");
    wire(14, 0);
    apic_write(APIC_EOI, 0);
    no_eoi = 0;
    wire(14, 1);
    route(15, LEVEL | 0x79, 0);
    route(14, LEVEL | MASKED | 0x79, 0);
    let_in();
    wire(14, 0);
    tell("masked with a request pending");
    route(14, LEVEL | 0x7a, 0);
    wire(14, 1);
    print("entry %x\n", io_read(0x2c));
    route(14, 0x7a, 0);
    print("entry that was made an edge %x\n", io_read(0x2c));
    wire(14, 0);
    let_in();
    tell("and came");
    route(14, LEVEL | LOGICAL | 0x7b, 0x02000000);
    apic_write(APIC_LDR, 0x02000000);
    wire(14, 1), wire(14, 0);
    let_in();
    tell("by logical destination");
    route(14, NMI, 0);
    wire(14, 1), wire(14, 0);
    let_in();
    tell("NMI");
    route(14, MASKED, 0), route(15, MASKED, 0);
}

static void base(void)
{
    u64 v = rdmsr(0x1b);
    print("base %X\n", v);
    wrmsr(0x1b, v & ~0x800ull);
    u32 r[4];
    cpuid(1, 0, r);
    print("off: cpuid %x\n", r[3] >> 9 & 1);
    wrmsr(0x1b, v);
    print("on: id %x, spurious %x\n", apic_read(APIC_ID) >> 24, apic_read(APIC_SVR) & 0x1ff);
}

int test_main(void)
{
    out8(0x21, 0xff), out8(0xa1, 0xff);
    apic_write(APIC_SVR, 0x1ff);
    messages();
    priorities();
    errors();
    timer();
    io_apic();
    base();
    return 0;
}
