/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Decrementer with and without auto-reload, time base, waiting. Fixed-interval timer and watchdog are left out: on QEMU 7.2's ppce500 neither sets its status, whatever
 * bit of the time base TCR selects. targets/ppc/tests/timers.rs has them. */
#include "rt.h"

#define TSR_DIS (1u << 27)
#define TCR_DIE (1u << 26)
#define TCR_ARE (1u << 22)

static volatile u32 n_dec;

void on_trap(struct frame *frame, u32 number)
{
    if (number == DECREMENTER) {
        n_dec++;
        PUT(SPR_TSR, TSR_DIS);
        if (n_dec == 3)
            PUT(SPR_TCR, GET(SPR_TCR) & ~TCR_ARE);
    } else {
        print("interrupt %u at 0x%x\n", (word)number, (word)frame->pc);
        stop(98);
    }
}

static u64 timebase(void)
{
    u32 high, low, again;
    do {
        high = GET(269);
        low = GET(268);
        again = GET(269);
    } while (high != again);
    return (u64)high << 32 | low;
}

/* Whether `*n` gets to `count` before the time base has gone on by four thousand million. */
static int reaches(volatile u32 *n, u32 count)
{
    u64 start = timebase();
    while (*n < count && timebase() - start < 4000000000u)
        ;
    return *n >= count;
}

int test_main(word cpu, word dtb)
{
    (void)cpu;
    (void)dtb;
    u64 before = timebase();
    expect("the time base goes on", timebase() > before || timebase() > before, 1);
    PUT(284, 0);
    PUT(285, 5);
    PUT(284, 0xfff00000);
    while ((u32)timebase() > 0xfff00000)
        ;
    expect("it carries", (word)(timebase() >> 32), 6);
    PUT(SPR_DEC, 1000);
    while (!(GET(SPR_TSR) & TSR_DIS))
        ;
    PUT(SPR_TSR, TSR_DIS);
    expect("status is cleared by ones", GET(SPR_TSR) & TSR_DIS, 0);
    set_msr(get_msr() | MSR_EE | MSR_CE);
    PUT(SPR_TCR, TCR_DIE);
    PUT(SPR_DEC, 20000);
    expect("decrementer interrupts", reaches(&n_dec, 1), 1);
    PUT(SPR_DECAR, 50000);
    PUT(SPR_TCR, TCR_DIE | TCR_ARE);
    PUT(SPR_DEC, 100);
    expect("it is loaded again", reaches(&n_dec, 3), 1);
    PUT(SPR_TCR, 0);
    set_msr(get_msr() & ~(MSR_EE | MSR_CE));
    PUT(SPR_TSR, 0xffffffff);
    /* Waiting: MSR.WE until the decrementer interrupts. */
    n_dec = 0;
    PUT(SPR_TCR, TCR_DIE);
    PUT(SPR_DEC, 4000000);
    while (!n_dec)
        set_msr(get_msr() | MSR_EE | 1u << 18);
    expect("waiting ends", n_dec, 1);
    return (int)n_failures;
}
