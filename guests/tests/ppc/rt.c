/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(peek8(CCSR + 0x4505) & 0x20))
        ;
    poke8(CCSR + 0x4500, (u8)c);
}

/* Pin 0 switches the board off. */
void stop(u32 code)
{
    print("[%u failures]\n", (word)code);
    poke32(CCSR + 0xff000, 0x80000000);
    poke32(CCSR + 0xff008, 0x80000000);
    for (;;)
        ;
}

void expect(const char *what, word is, word must)
{
    print("%s: ", what);
    if (is == must) {
        print("ok\n");
    } else {
        print("0x%x, but must be 0x%x\n", is, must);
        n_failures++;
    }
}

__attribute__((weak)) void on_trap(struct frame *frame, u32 number)
{
    print("unexpected interrupt %u at 0x%x, MSR 0x%x, ESR 0x%x, DEAR 0x%x\n", (word)number, (word)frame->pc, (word)frame->msr,
          (word)GET(SPR_ESR), (word)GET(SPR_DEAR));
    stop(99);
}
