/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The supervisor's timer of Sstc: who may set it, what it does to STIP, and that it ends wfi when nothing else happens. */
#include "modes.h"

#define STIMECMP "0x14d"
#define STIMECMPH "0x15d"
enum { COUNTEREN_TM = 2 };

static volatile u32 n_interrupts;

static u64 now(void)
{
#if __riscv_xlen == 64
    return CSR_READ("time");
#else
    for (;;) {
        u32 high = CSR_READ("timeh"), low = CSR_READ("time");
        if (CSR_READ("timeh") == high)
            return (u64)high << 32 | low;
    }
#endif
}

static void set_timer(u64 at)
{
#if __riscv_xlen == 64
    CSR_WRITE(STIMECMP, at);
#else
    CSR_WRITE(STIMECMPH, 0xffffffff);
    CSR_WRITE(STIMECMP, (word)at);
    CSR_WRITE(STIMECMPH, (word)(at >> 32));
#endif
}

static void enable(int on)
{
#if __riscv_xlen == 64
    CSR_WRITE("0x30a", on ? (word)1 << 63 : 0);
#else
    CSR_WRITE("0x31a", on ? (word)1 << 31 : 0);
#endif
}

void on_trap(struct frame *frame, word cause, word tval)
{
    if (cause == (INTERRUPT | 5)) {
        n_interrupts++;
        set_timer(~0ull);
        return;
    }
    note_trap(frame, cause, tval);
}

static void touch(void)
{
    CSR_READ(STIMECMP);
}

static void access(const char *what, word mode)
{
    run_in(mode, touch);
    if (last.cause == NO_TRAP)
        print("%s: no trap\n", what);
    else
        print("%s: cause %u, tval 0x%x\n", what, last.cause, last.tval);
}

static void wait(void)
{
    u64 at = now() + 2 * TICKS_PER_MS;
    set_timer(at);
    while (!(CSR_READ("sip") & IP_STIP))
        __asm__ volatile("wfi");
    expect("wfi waits long enough", now() >= at, 1);
    set_timer(~0ull);
}

static void be_interrupted(void)
{
    u64 at = now() + 2 * TICKS_PER_MS;
    set_timer(at);
    while (!n_interrupts)
        ;
    expect("a busy loop is interrupted, not before its time", now() >= at, 1);
    set_timer(now() + 2 * TICKS_PER_MS);
    while (n_interrupts < 2)
        __asm__ volatile("wfi");
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    open_memory();
    set_mtimecmp(0, ~0ull);
    CSR_WRITE("mcounteren", 0);
    enable(0);
    access("S-mode, all off", MODE_S);
    enable(1);
    access("S-mode, STCE", MODE_S);
    enable(0);
    CSR_WRITE("mcounteren", COUNTEREN_TM);
    access("S-mode, TM", MODE_S);
    enable(1);
    access("S-mode, STCE and TM", MODE_S);
    access("U-mode", MODE_U);
    enable(0);
    set_timer(0);
    CSR_WRITE("mip", 0);
    expect("STIP while it is off", CSR_READ("mip") & IP_STIP, 0);
    CSR_SET("mip", IP_STIP);
    expect("software sets STIP then", CSR_READ("mip") & IP_STIP, IP_STIP);
    CSR_WRITE("mip", 0);
    enable(1);
    set_timer(~0ull);
    expect("STIP with the time far away", CSR_READ("mip") & IP_STIP, 0);
    CSR_SET("mip", IP_STIP);
    expect("software can't set STIP any more", CSR_READ("mip") & IP_STIP, 0);
    set_timer(0);
    expect("STIP with the time past", CSR_READ("mip") & IP_STIP, IP_STIP);
    CSR_CLEAR("mip", IP_STIP);
    expect("nor clear it", CSR_READ("mip") & IP_STIP, IP_STIP);
    set_timer(~0ull);
    CSR_WRITE("mideleg", IP_STIP);
    CSR_WRITE("mie", IP_STIP);
    run_in(MODE_S, wait);
    CSR_WRITE("mideleg", 0);
    run_in(MODE_S, be_interrupted);
    expect("interrupts", n_interrupts, 2);
    return (int)n_failures;
}
