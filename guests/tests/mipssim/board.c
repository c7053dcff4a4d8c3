/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The serial port's registers, and its interrupt on hardware interrupt 2. */
#include "rt.h"

enum { RBR = 0, IER = 1, IIR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
enum { IER_DATA = 1, IER_EMPTY = 2, LCR_DLAB = 0x80, LCR_8N1 = 3, MCR_LOOP = 0x10, LSR_DATA = 1 };

static volatile u32 n_interrupts, causes[4], reasons[4];

static u8 in(u32 n) { return peek8(PORT + 0x3f8 + n); }
static void out(u32 n, u8 value) { poke8(PORT + 0x3f8 + n, value); }

/* Reading IIR acknowledges an empty transmitter; reading the data does the other. */
void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    (void)badvaddr;
    if (cause >> 2 & 31) {
        print("unexpected Cause 0x%x at 0x%x\n", (word)cause, frame->x[0]);
        stop(98);
    }
    u8 reason = in(IIR) & 0xf;
    if (n_interrupts < 4) {
        causes[n_interrupts] = cause & 0xfc00;
        reasons[n_interrupts] = reason;
    }
    n_interrupts++;
    if (reason == 4)
        in(RBR);
}

static void open_window(void)
{
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 << 4 | STATUS_IE);
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    PUT(C0_STATUS, STATUS_BASE);
}

/* What is found out while the port can't print. */
struct found {
    u32 interrupts, cause, reason;
};

static struct found found(void)
{
    n_interrupts = 0;
    open_window();
    return (struct found){ n_interrupts, causes[0], reasons[0] };
}

static void expect_interrupt(const char *what, struct found is, u32 reason)
{
    expect(what, is.interrupts, 1);
    expect("through", is.cause, CAUSE_IP0 << 4);
    expect("because", is.reason, reason);
}

static void drain(void)
{
    while (!(in(LSR) & 0x40))
        ;
}

static void check_registers(void)
{
    out(SCR, 0x5a);
    expect("scratch", in(SCR), 0x5a);
    drain();
    out(LCR, LCR_DLAB | LCR_8N1);
    u8 low = in(0), high = in(1);
    out(0, 0x34);
    out(1, 0x12);
    word divisor = (word)in(1) << 8 | in(0);
    out(0, low);
    out(1, high);
    out(LCR, LCR_8N1);
    expect("divisor", divisor, 0x1234);
    expect("line control", in(LCR), LCR_8N1);
    expect("divisor of reset", (word)high << 8 | low, 12);
}

static void check_loop(void)
{
    drain();
    out(MCR, MCR_LOOP | 0xf);
    u32 lines = in(MSR) & 0xf0;
    in(MSR);
    out(RBR, 0x99);
    while (!(in(LSR) & LSR_DATA))
        ;
    u32 data = in(RBR);
    out(RBR, 0x66);
    while (!(in(LSR) & LSR_DATA))
        ;
    out(IER, IER_DATA);
    struct found received = found();
    out(IER, 0);
    out(MCR, 8);
    expect("modem lines in a loop", lines, 0xf0);
    expect("data in a loop", data, 0x99);
    expect_interrupt("data interrupt", received, 4);
}

static void check_empty(void)
{
    drain();
    in(IIR);
    out(IER, IER_EMPTY);
    struct found empty = found(), again = found();
    out(IER, 0);
    expect_interrupt("an empty transmitter interrupts", empty, 2);
    expect("once", again.interrupts, 0);
}

int test_main(word cpu)
{
    if (cpu)
        return 0;
    check_registers();
    check_loop();
    check_empty();
    return (int)n_failures;
}
