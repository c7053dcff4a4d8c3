/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* CLINT: mtime runs, mtimecmp raises and lowers mip.MTIP, the interrupt comes where and when it has to, wfi waits for it. */
#include "rt.h"

static volatile u32 n_interrupts;
static volatile word last_cause, last_epc;
static volatile u64 taken_at;

void on_trap(struct frame *frame, word cause, word tval)
{
    (void)tval;
    taken_at = mtime();
    n_interrupts++;
    last_cause = cause;
    last_epc = frame->x[0];
    set_mtimecmp(0, ~0ull);
}

static void check_pending(void)
{
    set_mtimecmp(0, ~0ull);
    expect("MTIP with mtimecmp far away", CSR_READ("mip") & IP_MTIP, 0);
    set_mtimecmp(0, 0);
    expect("MTIP with mtimecmp 0", CSR_READ("mip") & IP_MTIP, IP_MTIP);
    set_mtimecmp(0, ~0ull);
    expect("MTIP is gone", CSR_READ("mip") & IP_MTIP, 0);
    set_mtimecmp(0, 0);
    CSR_CLEAR("mip", IP_MTIP);
    expect("MTIP can't be cleared by software", CSR_READ("mip") & IP_MTIP, IP_MTIP);
    set_mtimecmp(0, ~0ull);
}

/* With MIE on, at the instruction after the one that enabled it. */
static void check_taken(void)
{
    word here;

    CSR_WRITE("mie", IP_MTIP);
    set_mtimecmp(0, 0);
    expect("nothing comes while mstatus.MIE is 0", n_interrupts, 0);
    __asm__ volatile("la %0, 1f\n\tcsrsi mstatus, 8\n1:\tnop\n\tcsrci mstatus, 8" : "=&r"(here)::"memory");
    expect("interrupts", n_interrupts, 1);
    expect("mcause", last_cause, INTERRUPT | MTI);
    expect("mepc", last_epc, here);
}

static void check_in_time(void)
{
    u64 at = mtime() + 2 * TICKS_PER_MS;

    n_interrupts = 0;
    set_mtimecmp(0, at);
    CSR_SET("mstatus", MSTATUS_MIE);
    while (!n_interrupts)
        ;
    CSR_CLEAR("mstatus", MSTATUS_MIE);
    expect("a busy loop is interrupted", n_interrupts, 1);
    expect("not before its time", taken_at >= at, 1);
}

/* wfi goes on when an interrupt is pending that mie names, whether or not it is taken. */
static void check_wfi(void)
{
    u64 at = mtime() + 2 * TICKS_PER_MS;

    n_interrupts = 0;
    set_mtimecmp(0, at);
    while (!(CSR_READ("mip") & IP_MTIP))
        __asm__ volatile("wfi");
    expect("wfi ends without an interrupt taken", n_interrupts, 0);
    expect("wfi waits long enough", mtime() >= at, 1);
    set_mtimecmp(0, ~0ull);
}

static void vectored_table(void) __attribute__((naked, aligned(256), used));
static void vectored_table(void)
{
    __asm__ volatile(".option push\n\t.option norvc\n\t"
                     "j vector\n\tj vector\n\tj vector\n\tj vector\n\tj vector\n\tj vector\n\tj vector\n\t"
                     "j 1f\n\t.option pop\n"
                     "1:\taddi s11, s11, 1\n\tj vector");
}

static void check_vectored(void)
{
    word direct = CSR_READ("mtvec");
    register word entries __asm__("s11") = 0;

    CSR_WRITE("mtvec", (word)vectored_table | 1);
    n_interrupts = 0;
    set_mtimecmp(0, 0);
    __asm__ volatile("csrsi mstatus, 8\n\tnop\n\tcsrci mstatus, 8" : "+r"(entries)::"memory");
    CSR_WRITE("mtvec", direct);
    expect("vectored: interrupts", n_interrupts, 1);
    expect("vectored: entered at 4 x cause", entries, 1);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    u64 first = mtime(), second = first;
    while (second == first)
        second = mtime();
    expect("mtime runs forward", second > first, 1);
    check_pending();
    check_taken();
    check_in_time();
    check_wfi();
    check_vectored();
    return (int)n_failures;
}
