/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* CPUs in the states that management shows: 0 operates, 2 has stopped, 3 is in check-stop since its program new PSW is invalid, 4 is
 * not configured. At last 1 asks for the program to be loaded again, and loads until the machine is reset. */
#include "rt.h"

static volatile u32 here, told;
static u8 block[4096] __attribute__((aligned(4096)));

static void spin(void)
{
    here = 1;
    for (;;)
        ;
}

static void give_up(void)
{
    here = 1;
    /* Bit 12 of a PSW must be zero; the exception that says so finds it again. */
    LOW64(0x1d0) = 0x0008000180000000;
    __asm__ volatile(".insn e, 0x0000");
    for (;;)
        ;
}

static void load(void)
{
    register word none __asm__("2") = 0;
    register word subcode __asm__("4") = 3;
    here = 1;
    while (!told)
        ;
    __asm__ volatile("diag %0, %1, 0x308" : : "r"(none), "r"(subcode) : "memory");
    for (;;)
        ;
}

static void start(u32 cpu, void (*function)(void))
{
    here = 0;
    cpu_start(cpu, function);
    while (!here)
        ;
}

int test_main(void)
{
    u32 status;
    start(1, load);
    start(2, spin);
    while (sigp(2, 0x05, 0, &status) == 2)
        ;
    start(3, give_up);
    /* DECONFIGURE CPU 4. */
    for (u32 i = 0; i < sizeof block; i++)
        block[i] = 0;
    block[1] = 16;
    print("deconfigured: 0x%x\n", (word)service_call(0x00100001 | 4 << 8, block));
    while (sigp(3, 0x01, 0, &status) != 1 || !(status & 0x10))
        ;
    print("sense of CPU 2, 3, 4: %u", (word)sigp(2, 0x01, 0, &status));
    print(" 0x%x", (word)status);
    print(", %u", (word)sigp(3, 0x01, 0, &status));
    print(" 0x%x", (word)status);
    print(", %u\n", (word)sigp(4, 0x01, 0, &status));
    told = 1;
    for (;;)
        ;
}
