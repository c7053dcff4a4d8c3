/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(phys_read8(UART + 5) & 0x20))
        ;
    phys_write8(UART, (u8)c);
}

/* Configuration space of the PCI bus is little-endian. */
static void config_write16(u32 bus, u32 device, u32 function, u32 reg, word v)
{
    word a = CONFIG + (bus << 16 | device << 11 | function << 8 | reg);
    __asm__ volatile("stha %0, [%1] %2" ::"r"(v), "r"(a), "i"(ASI_PHYS_LITTLE) : "memory");
}

/* The power switch is behind the bridge to bus A (1.1) and the EBus bridge (1.0 there), whose ports have to be opened first: they
 * begin at 0. Bit 24 switches off. */
void stop(u32 code)
{
    print("exit %u\n", (word)code);
    config_write16(0, 1, 1, 0x18, 0x0100);
    config_write16(0, 1, 1, 0x1a, 1);
    config_write16(0, 1, 1, 0x1c, 0xf000);
    config_write16(0, 1, 1, 0x04, 7);
    config_write16(1, 1, 0, 0x14, 0);
    config_write16(1, 1, 0, 0x16, 0);
    config_write16(1, 1, 0, 0x04, 7);
    __asm__ volatile("stwa %0, [%1] %2" ::"r"(1ul << 24), "r"(POWER), "i"(ASI_PHYS) : "memory");
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

void sparc_trap(word stack, word type, word pc)
{
    (void)stack;
    on_trap(type, pc);
}

__attribute__((weak)) void on_trap(word type, word pc)
{
    print("unexpected trap 0x%x at 0x%x, level %u\n", type, pc, RDPR("tl"));
    stop(99);
}
