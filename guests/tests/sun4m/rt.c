/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

void console_put(char c)
{
    while (!(device_read8((u32)SERIAL + SERIAL_CONTROL) & 4))
        ;
    device_write8((u32)SERIAL + SERIAL_DATA, (u8)c);
}

void stop(u32 code)
{
    print("exit %u\n", (word)code);
    device_write8(POWER, 1);
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

void sparc_trap(struct sparc_frame *frame)
{
    on_trap(frame);
}

__attribute__((weak)) void on_trap(struct sparc_frame *frame)
{
    print("unexpected trap 0x%x at 0x%x\n", (word)frame->tt, (word)frame->pc);
    stop(99);
}

__attribute__((weak)) void other_main(u32 cpu)
{
    (void)cpu;
    for (;;)
        ;
}

/* Each processor comes here. */
void begin(u32 cpu)
{
    if (cpu)
        other_main(cpu);
    serial_write(5, 0x68); /* eight bits, transmitter on */
    stop((u32)test_main());
}
