/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The decrementer: it interrupts when it gets below 0, again and again until it is written, and wakes a CPU that has ceded. */
#include "rt.h"

static volatile u32 ticks;
static volatile u64 step;

void on_trap(struct frame *frame, u64 vector)
{
    (void)frame;
    if (vector != 0x900) {
        print("interrupt %x at %X\n", (word)vector, frame->pc);
        stop();
    }
    ticks++;
    PUT(22, step);
}

int test_main(const u8 *dtb)
{
    (void)dtb;
    /* The large decrementer of POWER9: 56 bits. */
    PUT(22, 0x7fffffffffffff);
    u64 dec = GET(22);
    expect("large", dec > 0x7ffff000000000 && dec <= 0x7fffffffffffff, 1);
    PUT(22, 0x80000000000000);
    expect("no interrupt while EE is 0", ticks, 0);
    step = 1000000;
    set_msr(get_msr() | MSR_EE | MSR_RI);
    expect("pending one taken", ticks, 1);
    while (ticks < 4)
        ;
    set_msr(get_msr() & ~MSR_EE);
    expect("four", ticks, 4);
    step = 0x7fffffffffffff;
    PUT(22, 2000000);
    u64 start = GET(268);
    call(H_CEDE, 0, 0, 0, 0);
    expect("woken", ticks, 5);
    expect("not too early", GET(268) - start >= 2000000, 1);
    expect("EE", get_msr() & MSR_EE, MSR_EE);
    return 0;
}
