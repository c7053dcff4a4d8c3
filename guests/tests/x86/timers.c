/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Interrupts of the 8254 through the 8259A and through the I/O APIC, and of the local APIC's timer. */
#include "rt.h"

static volatile u32 count[256];
static u32 through_pic;

void on_trap(struct frame *f)
{
    if (f->vector < 32) {
        print("exception %u at %X\n", (u32)f->vector, (u64)f->pc);
        stop(1000);
    }
    count[f->vector]++;
    if (through_pic)
        out8(0x20, 0x20);
    else
        apic_write(APIC_EOI, 0);
}

static void pit(u32 mode, u32 n)
{
    out8(0x43, (u8)(0x30 | mode << 1));
    out8(0x40, (u8)n);
    out8(0x40, (u8)(n >> 8));
}

static void io_apic(u32 at, u32 value)
{
    *(volatile u32 *)0xfec00000 = at;
    *(volatile u32 *)0xfec00010 = value;
}

static void wait_for(u32 vector, u32 n)
{
    while (count[vector] < n)
        nap();
    print("vector %x came %u times\n", vector, n);
}

int test_main(void)
{
    /* Initialise both controllers: vectors 0x20 and 0x28, only interrupt 0. */
    static const u8 words[][2] = {{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0xa0, 0x11},
                                  {0xa1, 0x28}, {0xa1, 2}, {0xa1, 1}, {0xa1, 0xff}, {0x21, 0xfe}};
    for (u32 n = 0; n < sizeof words / 2; n++)
        out8(words[n][0], words[n][1]);
    through_pic = 1;
    pit(2, 11932);
    wait_for(0x20, 5);
    expect("mask", in8(0x21), 0xfe);
    out8(0x21, 0xff);
    through_pic = 0;
    u32 before = count[0x20];
    /* The same by pin 2 of the I/O APIC. */
    apic_write(APIC_SVR, 0x1ff);
    apic_write(APIC_LINT0, 0x10000);
    io_apic(0x15, 0);
    io_apic(0x14, 0x41);
    wait_for(0x41, 5);
    io_apic(0x14, 0x10000);
    expect("nothing more from the 8259A", count[0x20], before);
    /* Once, then again and again. */
    apic_write(APIC_DIVIDE, 0xb);
    apic_write(APIC_TIMER, 0x50);
    apic_write(APIC_COUNT, 1000000);
    wait_for(0x50, 1);
    expect("count of a timer that has run out", apic_read(APIC_NOW), 0);
    apic_write(APIC_TIMER, 0x20051);
    apic_write(APIC_COUNT, 1000000);
    wait_for(0x51, 5);
    apic_write(APIC_TIMER, 0x10000);
    /* A vector below the task's priority waits. */
    apic_write(APIC_TPR, 0x60);
    apic_write(APIC_ICR, 0x40052);
    __asm__ volatile("sti\n\tnop\n\tcli" ::: "memory");
    expect("held by the task priority", count[0x52], 0);
    apic_write(APIC_TPR, 0);
    while (!count[0x52])
        __asm__ volatile("sti\n\tnop\n\tcli" ::: "memory");
    expect("then taken", count[0x52], 1);
    return 0;
}
