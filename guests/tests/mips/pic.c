/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The board's parts: bridge, interrupt controllers, timer, clock, serial port; interrupts through to the CPU. */
#include "rt.h"

static volatile u32 n_interrupts, vectors_seen[4];

static u8 in(u32 port) { return peek8(PORT + port); }
static void out(u32 port, u8 value) { poke8(PORT + port, value); }

static u32 little(u32 v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
#else
    return v;
#endif
}

static void end_of_interrupt(u32 irq)
{
    if (irq >= 8)
        out(0xa0, 0x20);
    out(0x20, 0x20);
}

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    (void)frame;
    (void)badvaddr;
    if (cause >> 2 & 31 || !(cause & CAUSE_IP0 << 2)) {
        print("unexpected Cause 0x%x\n", (word)cause);
        stop(98);
    }
    u32 vector = little(peek32(BRIDGE + 0xc34)) & 0xff;
    if (n_interrupts < 4)
        vectors_seen[n_interrupts] = vector;
    n_interrupts++;
    switch (vector & 15) {
    case 0: out(0x21, in(0x21) | 1); break;
    case 4: in(0x3f8 + 2); break;
    case 8: out(0x70, 12); in(0x71); break;
    }
    end_of_interrupt(vector & 15);
}

static void set_up(void)
{
    static const u8 words[] = { 0x11, 0x20, 4, 1 };

    for (u32 chip = 0; chip < 2; chip++) {
        u32 port = chip ? 0xa0 : 0x20;
        out(port, words[0]);
        out(port + 1, (u8)(words[1] + 8 * chip));
        out(port + 1, chip ? 2 : 4);
        out(port + 1, words[3]);
        out(port + 1, 0xff);
    }
    expect("masks", (word)in(0x21) << 8 | in(0xa1), 0xffff);
    expect("requests in service", (out(0x20, 0x0b), in(0x20)), 0);
}

static void open_window(void)
{
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 << 2 | STATUS_IE);
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    PUT(C0_STATUS, STATUS_BASE);
}

static void wait_for(u32 n)
{
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 << 2 | STATUS_IE);
    while (n_interrupts < n)
        ;
    PUT(C0_STATUS, STATUS_BASE);
}

static void bridge(void)
{
    expect("registers' place", little(peek32(BRIDGE + 0x68)), 0xdf);
    expect("ports' place", little(peek32(BRIDGE + 0x48)), 0xc0);
    poke32(BRIDGE + 0xcf8, little(0x80000000));
    expect("bridge on PCI", little(peek32(BRIDGE + 0xcfc)), 0x462011ab);
    poke32(BRIDGE + 0xcf8, little(0x80000000 | 10 << 11));
    expect("PIIX4 on PCI", peek32(BRIDGE + 0xcfc), 0x71108086);
    poke32(BRIDGE + 0xcf8, little(0x80000000 | 10 << 11 | 3 << 8));
    expect("its function 3", peek32(BRIDGE + 0xcfc), 0x71138086);
    poke32(BRIDGE + 0xcf8, little(0x80000000 | 12 << 11));
    expect("empty slot", peek32(BRIDGE + 0xcfc), 0xffffffff);
    expect("revision", peek32(KSEG1 + 0x1fc00010), 0x420);
    expect("status says the byte order", peek32(KSEG1 + 0x1f000208) >> 1 & 1, little(1) != 1);
}

static void timer(void)
{
    u32 first, second;

    out(0x43, 0x34); /* counter 0, both bytes, rate generator */
    out(0x40, 0xff);
    out(0x40, 0xff);
    out(0x43, 0xe2); /* read back the status of counter 0 */
    u8 status = in(0x40);
    expect("status of counter 0", status & 0x3f, 0x34);
    out(0x43, 0);
    first = in(0x40);
    first |= (u32)in(0x40) << 8;
    do {
        out(0x43, 0);
        second = in(0x40);
        second |= (u32)in(0x40) << 8;
    } while (second == first);
    expect("counts down", second < first, 1);
    n_interrupts = 0;
    out(0x21, 0xfe);
    out(0x43, 0x30); /* interrupt on terminal count */
    out(0x40, 0xe8);
    out(0x40, 3);
    wait_for(1);
    expect("vector of the timer", vectors_seen[0], 0x20);
    expect("interrupts of the timer", n_interrupts, 1);
}

static u32 clock_byte(u8 index)
{
    out(0x70, index);
    return in(0x71);
}

static void clock(void)
{
    u32 before;

    n_interrupts = 0;
    out(0x21, 0xfb);
    out(0xa1, 0xfe);
    expect("battery", clock_byte(13), 0x80);
    expect("month", clock_byte(8) - 1 < 0x12, 1);
    clock_byte(12);
    out(0x70, 11);
    out(0x71, 0x42); /* periodic interrupts, 24 hours */
    wait_for(2);
    out(0x70, 11);
    out(0x71, 2);
    expect("vector of the clock", vectors_seen[0], 0x28);
    expect("and again", vectors_seen[1], 0x28);
    out(0x70, 0x40);
    out(0x71, 0x5a);
    expect("memory", clock_byte(0x40), 0x5a);
    before = clock_byte(0);
    while (clock_byte(0) == before)
        ;
    expect("seconds go on", 1, 1);
    out(0xa1, 0xff);
}

/* Transmitter empty. */
static void serial(void)
{
    while (!(in(0x3f8 + 5) & 0x40))
        ;
    n_interrupts = 0;
    out(0x21, 0xef);
    out(0x3f8 + 4, 8);
    out(0x3f8 + 1, 2);
    wait_for(1);
    out(0x3f8 + 1, 0);
    expect("vector of the serial port", vectors_seen[0], 0x24);
    out(0x3f8 + 7, 0x77);
    expect("scratch register", in(0x3f8 + 7), 0x77);
    out(0x21, 0xff);
    open_window();
}

int test_main(word cpu)
{
    if (cpu)
        return 0;
    bridge();
    set_up();
    timer();
    clock();
    serial();
    return (int)n_failures;
}
