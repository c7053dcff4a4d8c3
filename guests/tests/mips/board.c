/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Malta's configuration space and CBUS registers as they read, what a kernel is given at its start, and soft reset. */
#include "rt.h"

#define FPGA (KSEG1 + 0x1f000000)
#define MARK (KSEG1 + 0x00f00000)
#define WAS_RESET 0x600dcafe
enum { SOFTRES = 0x500, GORESET = 0x42 };

static u32 little(u32 v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
#else
    return v;
#endif
}

/* The bridge swaps data of others on a big-endian board, but not its own. */
static u32 own(u32 address, u32 v) { return address >> 8 ? v : little(v); }

static u32 config(u32 address)
{
    poke32(BRIDGE + 0xcf8, little(0x80000000 | address));
    return own(address, peek32(BRIDGE + 0xcfc));
}

static void configure(u32 address, u32 value)
{
    poke32(BRIDGE + 0xcf8, little(0x80000000 | address));
    poke32(BRIDGE + 0xcfc, own(address, value));
}

/* Each register, and what stays of ones that are written to it. */
static void registers(const char *what, u32 function, const u8 *list, u32 n)
{
    print("%s:", what);
    for (u32 i = 0; i < n; i++) {
        u32 before = config(function | list[i]);
        configure(function | list[i], 0xffffffff);
        u32 after = config(function | list[i]);
        configure(function | list[i], before);
        print(" 0x%x: 0x%x/0x%x", (word)list[i], (word)before, (word)after);
    }
    print("\n");
}

static void pci(void)
{
    static const u8 bridge[] = { 0x00, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x2c, 0x30, 0x3c };
    static const u8 isa[] = { 0x00, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30 };
    static const u8 power[] = { 0x00, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30, 0x3c };

    registers("bridge", 0, bridge, sizeof bridge);
    registers("ISA bridge", 10 << 11, isa, sizeof isa);
    registers("power management", 10 << 11 | 3 << 8, power, sizeof power);
}

static void fpga(void)
{
    static const u16 list[] = { 0x200, 0x208, 0x210, 0x408, 0x410, 0x418, 0x420, 0x450, 0x508, 0xa00, 0xa08, 0xb08, 0xb10, 0xb18 };

    for (u32 i = 0; i < sizeof list / 2; i++) {
        u32 before = peek32(FPGA + list[i]);
        poke32(FPGA + list[i], 0xa5a5a5a5);
        print("FPGA 0x%x: 0x%x, 0x%x\n", (word)list[i], (word)before, (word)peek32(FPGA + list[i]));
    }
}

static void strings(const char *what, u32 table)
{
    for (u32 i = *what == 'a'; i < 16; i++) {
        u32 text = ((volatile u32 *)(word)(long)(int)table)[i];
        /* The name of the kernel's file is not the same everywhere; a seed of QEMU 7 comes last. */
        if (!text || *(volatile u8 *)(long)(int)text == 'r')
            break;
        print("%s %u: %s\n", what, (word)i, (const char *)(long)(int)text);
    }
}

/* What the start code does not touch comes through as it was at the entry. */
int with_arguments(word cpu, word argv, word envp, word memsize) __asm__("test_main");

int with_arguments(word cpu, word argv, word envp, word memsize)
{
    if (cpu)
        return 0;
    if (peek32(MARK) == WAS_RESET) {
        poke32(MARK, 0);
        print("after the reset LEDBAR is 0x%x\n", (word)peek32(FPGA + 0x408));
        return 0;
    }
    print("argv 0x%x, envp 0x%x, memory 0x%x\n", argv, envp, memsize);
    strings("argument", (u32)argv);
    strings("variable", (u32)envp);
    pci();
    fpga();
    poke32(FPGA + SOFTRES, 1);
    print("not reset yet\n");
    poke32(MARK, WAS_RESET);
    poke32(FPGA + SOFTRES, GORESET);
    for (;;)
        ;
}
