/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The registers of CPUs that come and go, as software finds them: the bitmap, then those of selector, flags and commands. */
#include "rt.h"

enum { BASE = 0xaf00, SELECTOR = 0, FLAGS = 4, COMMAND = 5, DATA = 8, LEN = 12, N = 4 };

static void show(const char *what)
{
    print("%s:", what);
    for (u32 at = 0; at < LEN; at++)
        print(" %x", in8(BASE + at));
    print(", %x %x %x\n", in32(BASE), in32(BASE + FLAGS), in32(BASE + DATA));
}

int test_main(void)
{
    show("bitmap");
    print("its end: %x\n", in8(BASE + 31));
    /* Nothing but 0 in the first byte switches. */
    out8(BASE, 1);
    out8(BASE + 1, 0);
    out32(BASE + 4, 0);
    show("still the bitmap");
    out32(BASE, 0);
    show("registers");
    for (u32 n = 0; n < N; n++) {
        out32(BASE + SELECTOR, n);
        print("CPU %u: %x\n", n, in8(BASE + FLAGS));
    }
    out8(BASE + COMMAND, 0);
    show("no event, the last CPU stays selected");
    out32(BASE + SELECTOR, N);
    show("beyond the last CPU");
    /* What is written there changes nothing. */
    out8(BASE + COMMAND, 1);
    out32(BASE + SELECTOR, 1);
    show("back");
    out8(BASE + COMMAND, 1);
    show("the event's number is written");
    out32(BASE + DATA, 0x103);
    out8(BASE + COMMAND, 2);
    out32(BASE + DATA, 0x80);
    show("and what has become of it");
    out8(BASE + COMMAND, 0x40);
    show("an unknown command");
    /* Flags of events that have not happened, and ejection of the first CPU, which stays. */
    out8(BASE + FLAGS, 2);
    out8(BASE + FLAGS, 4);
    out32(BASE + SELECTOR, 0);
    out8(BASE + COMMAND, 0);
    out8(BASE + FLAGS, 8);
    show("the first CPU");
    out8(BASE + SELECTOR, 2);
    show("selected by a byte");
    out8(BASE + 1, 7);
    out8(BASE + 6, 7);
    show("ports between");
    return 0;
}
