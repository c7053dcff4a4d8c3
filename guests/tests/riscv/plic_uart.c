/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* PLIC and 16550: priorities, threshold, enables, claim and complete, transmitter and (by loopback) receiver interrupts. */
#include "rt.h"

enum { IRQ = 10 };
enum { PRIORITY = PLIC + 4 * IRQ, PENDING = PLIC + 0x1000, ENABLE = PLIC + 0x2000 };
enum { THRESHOLD = PLIC + 0x200000, CLAIM = PLIC + 0x200004 }; /* context 0: hart 0, machine mode */
enum { RBR = UART, IER = UART + 1, IIR = UART + 2, LCR = UART + 3, MCR = UART + 4, LSR = UART + 5, SCR = UART + 7 };
enum { IER_RX = 1, IER_TX = 2, MCR_LOOP = 0x10, MCR_OUT2 = 8 };

static volatile u32 n_interrupts, claimed, cause_seen, iir_seen;

void on_trap(struct frame *frame, word cause, word tval)
{
    (void)frame, (void)tval;
    n_interrupts++;
    cause_seen = cause == (INTERRUPT | MEI);
    claimed = peek32(CLAIM);
    iir_seen = peek8(IIR) & 0xf;
    poke8(IER, 0);
    if (claimed)
        poke32(CLAIM, claimed);
}

/* Interrupts on for a moment; how many came. */
static u32 window(void)
{
    n_interrupts = 0;
    __asm__ volatile("csrsi mstatus, 8\n\tnop\n\tnop\n\tcsrci mstatus, 8" ::: "memory");
    return n_interrupts;
}

static u32 pending(void)
{
    return peek32(PENDING) >> IRQ & 1;
}

static void settle(void)
{
    while ((peek8(LSR) & 0x60) != 0x60)
        ;
}

static void gates(void)
{
    settle();
    poke32(ENABLE, 0);
    poke32(PRIORITY, 0);
    poke32(THRESHOLD, 0);
    poke8(IER, IER_TX);
    expect("pending whatever is enabled", pending(), 1);
    expect("not enabled, priority 0: MEIP", CSR_READ("mip") & IP_MEIP, 0);
    poke32(ENABLE, 1 << IRQ);
    expect("enabled, priority 0: MEIP", CSR_READ("mip") & IP_MEIP, 0);
    poke32(PRIORITY, 3);
    expect("priority 3: MEIP", CSR_READ("mip") & IP_MEIP, IP_MEIP);
    poke32(THRESHOLD, 3);
    expect("threshold 3: MEIP", CSR_READ("mip") & IP_MEIP, 0);
    poke32(THRESHOLD, 2);
    expect("threshold 2: MEIP", CSR_READ("mip") & IP_MEIP, IP_MEIP);
    poke32(THRESHOLD, 0);
    expect("priority reads back", peek32(PRIORITY), 3);
    expect("enable reads back", peek32(ENABLE), 1 << IRQ);
}

static void transmitter(void)
{
    expect("transmitter: one interrupt", window(), 1);
    expect("cause", cause_seen, 1);
    expect("claimed", claimed, IRQ);
    expect("IIR", iir_seen, 2);
    expect("none left to claim", peek32(CLAIM), 0);
    expect("no second one", window(), 0);
}

/* A claimed interrupt is not pending. Nothing is printed in between: each byte would raise the line again. */
static void claim_by_hand(void)
{
    settle();
    poke8(IER, IER_TX);
    u32 id = peek32(CLAIM), still = pending();
    word in_service = CSR_READ("mip") & IP_MEIP;
    peek8(IIR);
    poke8(IER, 0);
    poke32(CLAIM, id);
    word after = CSR_READ("mip") & IP_MEIP;
    expect("claim by hand", id, IRQ);
    expect("claimed, not pending", still, 0);
    expect("MEIP while in service", in_service, 0);
    expect("completed, line low: MEIP", after, 0);
}

static void receiver(void)
{
    settle();
    poke8(MCR, MCR_LOOP | MCR_OUT2);
    poke8(IER, IER_RX);
    poke8(RBR, 'x');
    u32 spins = 0;
    while (!(peek8(LSR) & 1) && spins < 1000000)
        spins++;
    u32 came = window();
    u8 got = peek8(RBR);
    poke8(MCR, MCR_OUT2);
    expect("receiver: interrupts", came, 1);
    expect("IIR", iir_seen, 4);
    expect("byte", got, 'x');
    expect("no more data", peek8(LSR) & 1, 0);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    poke8(SCR, 0x5a);
    expect("scratch register", peek8(SCR), 0x5a);
    poke8(LCR, 3);
    CSR_WRITE("mie", IP_MEIP);
    gates();
    transmitter();
    claim_by_hand();
    receiver();
    return (int)n_failures;
}
