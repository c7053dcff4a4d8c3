/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Timer unit and interrupt controller: pending and mask, force and clear, levels, acknowledgement, power-down. */
#include "rt.h"

enum { TIMER_IRQ = 6 };

static volatile u32 taken, last_tt, pending_in_handler, stop_timer;

void on_trap(struct sparc_frame *frame)
{
    taken++;
    last_tt = frame->tt;
    pending_in_handler = peek32(IRQMP + IRQ_PENDING);
    if (stop_timer)
        poke32(TIMER + TIMER1 + 8, 0);
}

/* An interrupt may take some time to come. */
static void await(u32 n)
{
    for (volatile u32 i = 0; i < 1000000 && taken != n; i++)
        ;
}

static void check_registers(void)
{
    expect("configuration: timers", peek32(TIMER + TIMER_CONFIG) & 7, 2);
    expect("configuration: interrupt", peek32(TIMER + TIMER_CONFIG) >> 3 & 31, TIMER_IRQ);
    expect("configuration: separate interrupts", peek32(TIMER + TIMER_CONFIG) >> 8 & 1, 1);
    poke32(IRQMP + IRQ_MASK, 0xfffe);
    expect("mask keeps 1 to 15", peek32(IRQMP + IRQ_MASK), 0xfffe);
    poke32(IRQMP + IRQ_MASK, 0);
}

static void check_forced(void)
{
    poke32(IRQMP + IRQ_MASK, 1 << 5);
    poke32(IRQMP + IRQ_FORCE, 1 << 5);
    expect("level 15 masks", taken, 0);
    set_pil(5);
    expect("its own level masks", taken, 0);
    set_pil(4);
    await(1);
    expect("a lower one does not", taken, 1);
    expect("trap type", last_tt, TT_INTERRUPT + 5);
    set_pil(15);
    expect("forced bit is taken back", peek32(IRQMP + IRQ_FORCE), 0);
    poke32(IRQMP + IRQ_FORCE, 1 << 15);
    expect("masked in the controller", taken, 1);
    poke32(IRQMP + IRQ_MASK, 1 << 15);
    await(2);
    expect("level 15 comes whatever the processor's level", taken, 2);
    expect("trap type 15", last_tt, TT_INTERRUPT + 15);
    poke32(IRQMP + IRQ_MASK, 0);
}

/* A tick each microsecond. */
static void start(u32 counter, u32 reload, u32 control)
{
    poke32(TIMER + TIMER_SCALER, 39);
    poke32(TIMER + TIMER1, counter);
    poke32(TIMER + TIMER1 + 4, reload);
    poke32(TIMER + TIMER1 + 8, control);
}

static void check_once(void)
{
    taken = 0;
    start(0, 2000, T_ENABLE | T_LOAD | T_INTERRUPT);
    while (!(peek32(IRQMP + IRQ_PENDING) & 1 << TIMER_IRQ))
        ;
    expect("not taken while masked", taken, 0);
    expect("timer's pending bit", peek32(TIMER + TIMER1 + 8) & T_PENDING, T_PENDING);
    poke32(IRQMP + IRQ_CLEAR, 1 << TIMER_IRQ);
    expect("cleared", peek32(IRQMP + IRQ_PENDING) & 1 << TIMER_IRQ, 0);
    poke32(TIMER + TIMER1 + 8, T_PENDING);
    expect("timer stands", peek32(TIMER + TIMER1 + 8) & T_ENABLE, 0);
}

static void check_periodic(void)
{
    taken = 0;
    poke32(IRQMP + IRQ_MASK, 1 << TIMER_IRQ);
    start(0, 1000, T_ENABLE | T_RESTART | T_LOAD | T_INTERRUPT);
    set_pil(0);
    while (taken < 5)
        ;
    set_pil(15);
    expect("trap type of the timer", last_tt, TT_INTERRUPT + TIMER_IRQ);
    expect("acknowledged on entry", pending_in_handler & 1 << TIMER_IRQ, 0);
    poke32(TIMER + TIMER1 + 8, 0);
    poke32(IRQMP + IRQ_CLEAR, 0xfffe);
}

/* Power-down ends when an interrupt comes. */
static void check_power_down(void)
{
    taken = 0;
    stop_timer = 1;
    start(0, 3000, T_ENABLE | T_LOAD | T_INTERRUPT);
    set_pil(0);
    while (!taken)
        __asm__ volatile("wr %%g0, %%asr19" ::: "memory");
    set_pil(15);
    expect("power-down ends", taken, 1);
}

int test_main(void)
{
    check_registers();
    check_forced();
    check_once();
    check_periodic();
    check_power_down();
    return (int)n_failures;
}
