/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(peek8(PORT + 0x3f8 + 5) & 0x20))
        ;
    poke8(PORT + 0x3f8, (u8)c);
}

#ifndef MIPSSIM
/* A word in the bridge's byte order, which is little. */
static u32 little(u32 v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
#else
    return v;
#endif
}

/* The bridge swaps data of others on a big-endian board, but not its own. */
static void pci_write(u32 address, u32 value)
{
    poke32(BRIDGE + 0xcf8, little(0x80000000 | address));
    poke32(BRIDGE + 0xcfc, value);
}

/* PIIX4, function 3: registers of power management at port 0x1000; then soft off. */
static void switch_off(void)
{
    pci_write(10 << 11 | 3 << 8 | 0x40, 0x1000);
    pci_write(10 << 11 | 3 << 8 | 0x80, 1);
    u16 soft_off = 1 << 13;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    soft_off = 1 << 5;
#endif
    *(volatile u16 *)(PORT + 0x1004) = soft_off;
}
#else
static void switch_off(void) {}
#endif

void stop(u32 code)
{
    print("[%u failures]\n", (word)code);
    switch_off();
    PUT(C0_STATUS, STATUS_BASE);
    for (;;)
        __asm__ volatile("wait");
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

__attribute__((weak)) void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    print("unexpected exception: vector 0x%x, Cause 0x%x, EPC 0x%x, BadVAddr 0x%x\n", frame->x[26], (word)cause, frame->x[0],
          badvaddr);
    stop(99);
}
