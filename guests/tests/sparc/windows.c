/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Register windows below calls deeper than there are windows: what each call holds in its locals survives traps taken at every depth, going
 * down and coming back, and traps whose handlers call as deep themselves. */
#include "rt.h"

enum { HELD = 8 };

static volatile u32 taken, seed = 0x1234567, depth_of_handler;

static u32 next(u32 x) { return x * 1664525 + 1013904223; }

/* Calls itself `n` times; a trap before and behind each call. The sum of what all calls hold: wrong if a window is lost. */
static __attribute__((noinline)) u32 down(u32 n, u32 x, u32 traps)
{
    u32 held[HELD];
    for (u32 i = 0; i < HELD; i++)
        held[i] = x = next(x + seed);
    if (traps)
        __asm__ volatile("ta 5" ::: "memory");
    u32 sum = n ? down(n - 1, x, traps) : 0;
    if (traps)
        __asm__ volatile("ta 6" ::: "memory");
    for (u32 i = 0; i < HELD; i++)
        sum = next(sum ^ held[i]);
    return sum;
}

/* The same without calls. */
static u32 flat(u32 n, u32 x)
{
    static u32 held[64][HELD];
    for (u32 k = 0; k <= n; k++)
        for (u32 i = 0; i < HELD; i++)
            held[k][i] = x = next(x + seed);
    u32 sum = 0;
    for (u32 k = n + 1; k-- > 0;)
        for (u32 i = 0; i < HELD; i++)
            sum = next(sum ^ held[k][i]);
    return sum;
}

void on_trap(struct sparc_frame *frame)
{
    u32 depth = depth_of_handler;
    taken++;
    if (frame->tt != 0x85 && frame->tt != 0x86)
        expect("type of trap", frame->tt, 0x85);
    if (depth && down(depth, taken, 0) != flat(depth, taken))
        expect("windows of the handler", 0, 1);
    skip(frame);
}

int test_main(void)
{
    for (u32 n = 1; n < 40; n++)
        if (down(n, n, 0) != flat(n, n))
            expect("windows without traps, depth", n, 0);
    expect("no trap yet", taken, 0);
    for (u32 n = 1; n < 40; n++)
        if (down(n, n, 1) != flat(n, n))
            expect("windows with traps, depth", n, 0);
    expect("two traps for each call", taken, 2 * (40 * 41 / 2 - 1));
    for (depth_of_handler = 1; depth_of_handler < 20; depth_of_handler++) {
        taken = 0;
        expect("windows with traps whose handler goes down", down(11, 3, 1), flat(11, 3));
        expect("traps", taken, 24);
    }
    return (int)n_failures;
}
