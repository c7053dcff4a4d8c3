/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(peek32(UART + UART_STATUS) & 4))
        ;
    poke32(UART, (u8)c);
}

void stop(u32 code)
{
    print("exit %u\n", (word)code);
    halt();
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

void sparc_trap(struct sparc_frame *frame)
{
    on_trap(frame);
}

__attribute__((weak)) void on_trap(struct sparc_frame *frame)
{
    print("unexpected trap 0x%x at 0x%x\n", (word)frame->tt, (word)frame->pc);
    stop(99);
}
