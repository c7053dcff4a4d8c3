/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The board as the demo sees it: `-M polyarch` of docs/polyarch-board.md, the same on every architecture.
 *
 * With -DBOARD_VIRT the same program runs on the RISC-V `virt` machine (CLINT and test finisher in place of per-CPU block
 * and exit device), so that it can be tried on a second emulator.
 */
#ifndef BOARD_H
#define BOARD_H

#include "types.h"

/* The most CPUs that the board may have. */
enum { MAX_CPUS = 4096 };

static inline void poke8(word address, u8 value) { *(volatile u8 *)address = value; }
static inline u8 peek8(word address) { return *(volatile u8 *)address; }
static inline void poke32(word address, u32 value) { *(volatile u32 *)address = value; }
static inline u32 peek32(word address) { return *(volatile u32 *)address; }

/* 64-bit registers: whole where the machine can, else in halves, the lower half at the lower address. */
static inline u64 peek64(word address)
{
#if __SIZEOF_POINTER__ == 8
    return *(volatile u64 *)address;
#else
    for (;;) {
        u32 high = peek32(address + 4), low = peek32(address);
        if (peek32(address + 4) == high)
            return (u64)high << 32 | low;
    }
#endif
}

static inline void poke64(word address, u64 value)
{
#if __SIZEOF_POINTER__ == 8
    *(volatile u64 *)address = value;
#else
    poke32(address + 4, 0xffffffff); /* no time between the halves is one that was not asked for */
    poke32(address, (u32)value);
    poke32(address + 4, (u32)(value >> 32));
#endif
}

/* Where devices are seen: on MIPS in kseg1, unmapped and uncached. */
#ifdef __mips__
#define DEVICES ((word)(long)(int)0xa0000000)
#else
#define DEVICES ((word)0)
#endif

#define UART (DEVICES + 0x10000000) /* 16550 on both boards */
enum { UART_THR = 0, UART_LSR = 5, UART_LSR_THRE = 0x20 };
enum { EXIT_PASS = 0x5555, EXIT_FAIL = 0x3333 };

#ifdef BOARD_VIRT
enum { EXIT_DEVICE = 0x100000, CLINT = 0x2000000, NS_PER_TICK = 100 };
static inline void board_ipi(u32 cpu, u32 level) { poke32(CLINT + 4 * (word)cpu, level); }
static inline u64 board_time_ns(u32 cpu) { return (void)cpu, peek64(CLINT + 0xbff8) * NS_PER_TICK; }
static inline void board_timer_in(u32 cpu, u32 ns)
{
    poke64(CLINT + 0x4000 + 8 * (word)cpu, peek64(CLINT + 0xbff8) + ns / NS_PER_TICK);
}
static inline void board_timer_off(u32 cpu) { poke64(CLINT + 0x4000 + 8 * (word)cpu, ~0ull); }
#else
#define EXIT_DEVICE (DEVICES + 0x10001000)
#define PER_CPU (DEVICES + 0x10100000)
enum { PER_CPU_STRIDE = 0x20 };
enum { PC_IPI = 0x00, PC_WAIT = 0x04, PC_COMPARE = 0x08, PC_TIME = 0x10 };
static inline word per_cpu(u32 cpu) { return PER_CPU + (word)cpu * PER_CPU_STRIDE; }
static inline void board_ipi(u32 cpu, u32 level) { poke32(per_cpu(cpu) + PC_IPI, level); }
static inline u64 board_time_ns(u32 cpu) { return peek64(per_cpu(cpu) + PC_TIME); }
static inline void board_timer_in(u32 cpu, u32 ns) { poke64(per_cpu(cpu) + PC_COMPARE, board_time_ns(cpu) + ns); }
static inline void board_timer_off(u32 cpu) { poke64(per_cpu(cpu) + PC_COMPARE, ~0ull); }
#endif

static inline void board_exit(u32 code) { poke32(EXIT_DEVICE, code ? code << 16 | EXIT_FAIL : EXIT_PASS); }

#endif
