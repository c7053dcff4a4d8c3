/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* TICK and its compare register, SOFTINT, the processor's interrupt level. */
#include "rt.h"

enum { TICK_INT = 1 };

static volatile word taken, last_tt, softint_in_handler;

void on_trap(word type, word pc)
{
    (void)pc;
    taken++;
    last_tt = type;
    softint_in_handler = RD("asr22");
    WR("asr21", softint_in_handler);
}

static void await(word n)
{
    for (volatile word i = 0; i < 100000000 && taken != n; i++)
        ;
}

static void interrupts(word on) { WRPR("pstate", P_PRIV | P_PEF | (on ? P_IE : 0)); }

static void check_registers(void)
{
    word before = RDPR("tick"), after;
    for (volatile word i = 0; i < 100000; i++)
        ;
    after = RDPR("tick");
    expect("tick goes on", after > before, 1);
    expect("tick: unprivileged may not read", RDPR("tick") >> 63, 1);
    WRPR("tick", 0);
    expect("tick: unprivileged may read", RDPR("tick") >> 63, 0);
    expect("tick from 0", RDPR("tick") < 1000000000, 1);
    expect("rd %tick is rdpr %tick", RD("tick") - RDPR("tick") + 100000000 < 200000000, 1);
    WR("asr23", 1ul << 63);
    expect("tick_compare", RD("asr23"), 1ul << 63);
}

static void check_softint(void)
{
    WR("asr22", 0);
    WR("asr20", 1 << 5);
    expect("softint set", RD("asr22"), 1 << 5);
    WR("asr20", 1 << 9);
    expect("both", RD("asr22"), 1 << 5 | 1 << 9);
    WR("asr21", 1 << 9);
    expect("one is cleared", RD("asr22"), 1 << 5);
    WRPR("pil", 15);
    interrupts(1);
    expect("level 15 masks", taken, 0);
    WRPR("pil", 5);
    expect("its own level masks", taken, 0);
    interrupts(0);
    WRPR("pil", 0);
    expect("ie masks", taken, 0);
    interrupts(1);
    await(1);
    expect("it comes", taken, 1);
    expect("trap type", last_tt, 0x45);
    expect("softint in the handler", softint_in_handler, 1 << 5);
    WR("asr20", 1 << 3 | 1 << 12);
    await(2);
    expect("the higher one first", last_tt, 0x4c);
    expect("both are there", softint_in_handler, 1 << 3 | 1 << 12);
    interrupts(0);
    expect("softint afterwards", RD("asr22"), 0);
}

static void check_tick(void)
{
    taken = 0;
    WRPR("pil", 13);
    WRPR("tick", 0);
    WR("asr23", 200000);
    interrupts(1);
    await(1);
    word now = RDPR("tick");
    interrupts(0);
    expect("tick compare interrupts", taken, 1);
    expect("trap type of level 14", last_tt, 0x4e);
    expect("tick_int", softint_in_handler, TICK_INT);
    expect("not before its time", now >= 200000, 1);
    for (word n = 2; n < 6; n++) {
        WR("asr23", RDPR("tick") + 100000);
        interrupts(1);
        await(n);
        interrupts(0);
    }
    expect("and again", taken, 5);
    WR("asr23", (RDPR("tick") + 50000) | 1ul << 63);
    interrupts(1);
    for (word end = RDPR("tick") + 200000; RDPR("tick") < end;)
        ;
    interrupts(0);
    expect("int_dis", taken, 5);
    WRPR("pil", 14);
    WR("asr23", RDPR("tick") + 50000);
    interrupts(1);
    for (volatile word i = 0; i < 100000000 && !(RD("asr22") & TICK_INT); i++)
        ;
    interrupts(0);
    expect("level 14 masks", taken, 5);
    expect("but softint says so", RD("asr22") & TICK_INT, TICK_INT);
    WR("asr21", TICK_INT);
    WRPR("pil", 0);
}

int test_main(void)
{
    check_registers();
    check_softint();
    check_tick();
    return (int)n_failures;
}
