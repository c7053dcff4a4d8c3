/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The system timer's interrupt, at a priority number above 63; masking by CCPN; nesting. */
#include "board.h"

NO_OTHER_CORES

enum { PRIORITY = 200, HIGHER = 255, LOWER = 20 };

static volatile u32 fired, last, nested, in_handler;

void on_interrupt(u32 priority)
{
    last = priority;
    fired++;
    if (priority == PRIORITY) {
        poke32(STM(0) + STM_ISCR, 1);
        in_handler = 1;
        /* A higher one comes through, a lower one waits. */
        poke32(SRC + SRC_GPSR, HIGHER | SRC_SRE | SRC_SETR);
        poke32(SRC + SRC_GPSR + 4, LOWER | SRC_SRE | SRC_SETR);
        __asm__ volatile("enable; nop; nop; disable" ::: "memory");
        in_handler = 0;
    } else if (in_handler) {
        nested = priority;
    }
}

static void wait_for(u32 n)
{
    while (fired < n)
        __asm__ volatile("wait; enable; nop; disable" ::: "memory");
}

int test_main(void)
{
    u32 start = peek32(STM(0) + STM_TIM0);

    poke32(SRC + SRC_STM0SR0, PRIORITY | SRC_SRE);
    poke32(STM(0) + STM_CMCON, 31);
    poke32(STM(0) + STM_CMP0, start + 20000);
    poke32(STM(0) + STM_ISCR, 1);
    poke32(STM(0) + STM_ICR, 1);
    wait_for(3);
    expect("the timer was not early", peek32(STM(0) + STM_TIM0) - start >= 20000, 1);
    expect("a higher priority interrupts the handler", nested, HIGHER);
    expect("a lower one comes after it", last, LOWER);
    expect("three interrupts", fired, 3);
    expect("requests are gone", (peek32(SRC + SRC_STM0SR0) | peek32(SRC + SRC_GPSR) | peek32(SRC + SRC_GPSR + 4)) & SRC_SRR, 0);
    expect("CCPN is 0 again", MFCR(ICR) & 0xff, 0);

    MTCR(ICR, LOWER);
    poke32(SRC + SRC_GPSR, LOWER | SRC_SRE | SRC_SETR);
    __asm__ volatile("enable; nop; disable" ::: "memory");
    expect("an equal priority waits", fired, 3);
    expect("and is shown", MFCR(ICR) >> 16 & 0xff, LOWER);
    MTCR(ICR, LOWER - 1);
    __asm__ volatile("enable; nop; disable" ::: "memory");
    expect("until CCPN is lower", fired, 4);
    return result();
}
