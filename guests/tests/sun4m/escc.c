/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The serial controller: status and registers, transmitter interrupts, pending bits, reset of what is pending. */
#include "rt.h"

static volatile u32 taken, last_level, rr3, system_pending;
static volatile u32 quiet;

/* WR0 commands. */
enum { RESET_TX_PENDING = 0x28 };

void on_trap(struct sparc_frame *frame)
{
    taken++;
    last_level = frame->tt - TT_INTERRUPT;
    rr3 = serial_read(3);
    system_pending = device_read(SYSTEM_INTERRUPTS + SYS_PENDING);
    if (quiet)
        device_write8((u32)SERIAL + SERIAL_CONTROL, RESET_TX_PENDING);
    else
        frame->psr |= PSR_PIL;
}

static void await(u32 n)
{
    for (volatile u32 i = 0; i < 1000000 && taken != n; i++)
        ;
}

static void wait(void)
{
    for (volatile u32 i = 0; i < 20000; i++)
        ;
}

static void registers(void)
{
    expect("transmitter empty", serial_read(0) & 4, 4);
    expect("no character", serial_read(0) & 1, 0);
    expect("all sent", serial_read(1) & 1, 1);
    serial_write(12, 0x34);
    serial_write(13, 0x12);
    expect("time constant, low", serial_read(12), 0x34);
    expect("time constant, high", serial_read(13), 0x12);
}

static void transmitter(void)
{
    u32 seen[4];
    device_write(SYSTEM_INTERRUPTS + SYS_TARGET, 0);
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_SET, INT_MASK_ALL | INT_SERIAL);
    serial_write(9, 8);
    serial_write(1, 2);
    quiet = 1;
    set_pil(11);
    device_write8((u32)SERIAL + SERIAL_DATA, '.');
    wait();
    seen[0] = taken;
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_CLEAR, INT_MASK_ALL | INT_SERIAL);
    await(1);
    seen[1] = taken;
    wait();
    seen[2] = taken;
    device_write8((u32)SERIAL + SERIAL_DATA, '.');
    await(2);
    seen[3] = taken;
    u32 level = last_level, in_handler = rr3, pending = system_pending & INT_SERIAL;
    serial_write(1, 0);
    device_write8((u32)SERIAL + SERIAL_CONTROL, RESET_TX_PENDING);
    print("\n");
    expect("masked in the controller", seen[0], 0);
    expect("comes when it is not", seen[1], 1);
    expect("once", seen[2], 1);
    expect("again for the next character", seen[3], 2);
    expect("level", level, 12);
    expect("pending: transmitter of channel A", in_handler, 0x10);
    expect("pending in the system's register", pending, INT_SERIAL);
    set_pil(15);
}

/* A handler that leaves the interrupt: it is still there. */
static void level_sensitive(void)
{
    u32 seen[2];
    quiet = 0;
    taken = 0;
    serial_write(9, 8);
    serial_write(1, 2);
    device_write8((u32)SERIAL + SERIAL_DATA, '.');
    set_pil(11);
    await(1);
    seen[0] = taken;
    set_pil(11);
    await(2);
    seen[1] = taken;
    serial_write(1, 0);
    set_pil(15);
    print("\n");
    expect("one", seen[0], 1);
    expect("another", seen[1], 2);
}

int test_main(void)
{
    registers();
    transmitter();
    level_sensitive();
    return (int)n_failures;
}
