/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The processor is where the boot protocol says, in the mode that the start code made. */
#include "rt.h"

int test_main(void)
{
    word cr0, cr4;
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    print("hello in %u bits\n", (u32)sizeof(word) * 8);
    print("cr0 %x cr4 %x\n", (u32)cr0, (u32)cr4);
    u32 r[4];
    cpuid(1, 0, r);
    print("apic id %u\n", r[1] >> 24);
    return 0;
}
