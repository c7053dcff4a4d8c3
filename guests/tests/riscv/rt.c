/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"
#include "fdt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(peek8(UART + 5) & 0x20))
        ;
    poke8(UART, (u8)c);
}

void stop(u32 code)
{
    poke32(FINISHER, code ? code << 16 | 0x3333 : 0x5555);
    for (;;)
        __asm__ volatile("wfi");
}

u64 mtime(void)
{
    for (;;) {
        u32 high = peek32(CLINT + CLINT_MTIME + 4), low = peek32(CLINT + CLINT_MTIME);
        if (peek32(CLINT + CLINT_MTIME + 4) == high)
            return (u64)high << 32 | low;
    }
}

void set_mtimecmp(word hart, u64 at)
{
    word reg = CLINT + CLINT_MTIMECMP + 8 * hart;
    poke32(reg + 4, 0xffffffff);
    poke32(reg, (u32)at);
    poke32(reg + 4, (u32)(at >> 32));
}

void set_ipi(word hart, u32 level)
{
    poke32(CLINT + 4 * hart, level);
}

u32 count_harts(const void *dtb)
{
    struct fdt_walk walk;
    struct fdt_property property;
    u32 n = 0;

    fdt_start(&walk, dtb);
    for (;;) {
        enum fdt_token token = fdt_next(&walk, &property);
        if (token == FDT_END || token == FDT_ERROR)
            return n;
        if (token == FDT_NODE && walk.depth == 3 && str_equal(walk.path[1], "cpus") && str_after(walk.path[2], "cpu@"))
            n++;
    }
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

__attribute__((weak)) void on_trap(struct frame *frame, word cause, word tval)
{
    print("unexpected trap: mcause 0x%x, mepc 0x%x, mtval 0x%x\n", cause, frame->x[0], tval);
    stop(99);
}
