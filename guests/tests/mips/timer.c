/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Count and Compare, software interrupts, and when interrupts are taken. */
#include "rt.h"

enum { SOON = 2000000 }; /* counts: enough for a busy host not to be late */

static volatile u32 n_interrupts, last_cause, taken_at;
static volatile word last_vector, last_epc;

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    (void)badvaddr;
    u32 pending = cause & GET(C0_STATUS) & STATUS_IM;

    taken_at = GET(C0_COUNT);
    n_interrupts++;
    last_cause = cause;
    last_vector = frame->x[26];
    last_epc = frame->x[0];
    if (cause >> 2 & 31) {
        print("exception %u\n", (word)(cause >> 2 & 31));
        stop(98);
    }
    if (pending & CAUSE_IP7)
        PUT(C0_COMPARE, GET(C0_COMPARE)); /* acknowledges */
    PUT(C0_CAUSE, cause & ~(3 * CAUSE_IP0) & CAUSE_IV);
}

static void listen(u32 mask)
{
    PUT(C0_STATUS, STATUS_BASE | mask);
}

/* With IE on for a moment. */
static void open_window(void)
{
    u32 status = GET(C0_STATUS);
    PUT(C0_STATUS, status | STATUS_IE);
    __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    PUT(C0_STATUS, status);
}

static void check_count(void)
{
    u32 first = GET(C0_COUNT), second = first;

    while (second == first)
        second = GET(C0_COUNT);
    expect("Count runs forward", second - first < 0x80000000, 1);
    PUT(C0_COUNT, 0x12345678);
    expect("Count can be written", GET(C0_COUNT) - 0x12345678 < 0x1000000, 1);
}

static void check_pending(void)
{
    u32 at = GET(C0_COUNT) + SOON;

    PUT(C0_COMPARE, at);
    expect("Compare keeps its value", GET(C0_COMPARE), at);
    expect("IP7 before its time", GET(C0_CAUSE) & CAUSE_IP7, 0);
    while (!(GET(C0_CAUSE) & CAUSE_IP7))
        ;
    expect("not before its time", GET(C0_COUNT) - at < 0x80000000, 1);
    expect("TI with IP7", GET(C0_CAUSE) & CAUSE_TI, CAUSE_TI);
    expect("nothing is taken with IE 0", n_interrupts, 0);
    PUT(C0_COMPARE, GET(C0_COUNT) + 0x40000000);
    expect("a write of Compare ends it", GET(C0_CAUSE) & (CAUSE_IP7 | CAUSE_TI), 0);
}

static void check_taken(void)
{
    u32 at = GET(C0_COUNT) + SOON;

    listen(CAUSE_IP7);
    PUT(C0_COMPARE, at);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP7 | STATUS_IE);
    while (!n_interrupts)
        ;
    PUT(C0_STATUS, STATUS_BASE);
    expect("a busy loop is interrupted", n_interrupts, 1);
    expect("not before its time", taken_at - at < 0x80000000, 1);
    expect("Cause says interrupt 7", last_cause & (CAUSE_IP7 | 0x7c), CAUSE_IP7);
    expect("vector", last_vector, 0x180);
}

static void check_wait(void)
{
    u32 at = GET(C0_COUNT) + SOON;

    n_interrupts = 0;
    PUT(C0_COMPARE, at);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP7 | STATUS_IE);
    while (!n_interrupts)
        __asm__ volatile("wait");
    PUT(C0_STATUS, STATUS_BASE);
    expect("wait waits long enough", GET(C0_COUNT) - at < 0x80000000, 1);
}

static void check_software(void)
{
    for (u32 n = 0; n < 2; n++) {
        n_interrupts = 0;
        listen(CAUSE_IP0 << n);
        PUT(C0_CAUSE, CAUSE_IP0 << (1 - n));
        open_window();
        expect("masked software interrupt", n_interrupts, 0);
        PUT(C0_CAUSE, CAUSE_IP0 << n);
        open_window();
        expect("software interrupt", n_interrupts, 1);
        expect("its Cause", last_cause & 0x37c, CAUSE_IP0 << n);
        PUT(C0_CAUSE, 0);
    }
}

static void check_special_vector(void)
{
    n_interrupts = 0;
    listen(CAUSE_IP0);
    PUT(C0_CAUSE, CAUSE_IV | CAUSE_IP0);
    open_window();
    expect("interrupts with IV", n_interrupts, 1);
    expect("vector with IV", last_vector, 0x200);
    PUT(C0_CAUSE, 0);
}

static void check_levels(void)
{
    n_interrupts = 0;
    PUT(C0_CAUSE, CAUSE_IP0);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 | STATUS_IE | STATUS_EXL);
    __asm__ volatile("nop\n\tnop");
    expect("nothing is taken with EXL 1", n_interrupts, 0);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 | STATUS_IE | 4);
    __asm__ volatile("nop\n\tnop");
    expect("nothing is taken with ERL 1", n_interrupts, 0);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0);
    __asm__ volatile("ei\n\tehb\n\tnop\n\tdi\n\tehb");
    expect("EI and DI", n_interrupts, 1);
}

int test_main(word cpu)
{
    if (cpu)
        return 0;
    PUT(C0_COMPARE, GET(C0_COUNT) + 0x40000000);
    check_count();
    PUT(C0_COMPARE, GET(C0_COUNT) + 0x40000000);
    check_pending();
    check_taken();
    check_wait();
    check_software();
    check_special_vector();
    check_levels();
    return (int)n_failures;
}
