/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

volatile u32 trap_seen, trap_pc, spare_contexts;
static u32 n_checks, first_failure;

#ifdef AURIX
/* ASCLIN0. */
void console_put(char c) { poke32(0xf0000644, (u8)c); }

/* The safety watchdog's password allows a software reset, which ends the machine. */
void stop(u32 code)
{
    print(code ? "[check %u failed]\n" : "[ok]\n", (word)code);
    u32 password = (peek32(0xf00360f0) ^ 0xfc) & ~3u;
    poke32(0xf00360f0, password | 1);
    poke32(0xf00360f0, password | 2);
    poke32(0xf0036060, 2);
    for (;;)
        ;
}
#else
/* The board has no console. */
void console_put(char c) { (void)c; }

void stop(u32 code)
{
    poke32(0xf0000000, code);
    for (;;)
        ;
}
#endif

void expect(const char *what, u32 is, u32 must)
{
    n_checks++;
    print(is == must ? "%s: ok\n" : "%s: 0x%x, but must be 0x%x\n", what, (word)is, (word)must);
    if (is != must && !first_failure)
        first_failure = n_checks;
}

int result(void) { return (int)first_failure; }

/* PSW in the area of the interrupted task: behind the lower context that rt.S has saved. */
static volatile u32 *saved_psw(void)
{
    u32 lower = MFCR(PCXI), upper = peek32((lower >> 16 << 28) | (lower & 0xffff) << 6);
    return (volatile u32 *)((upper >> 16 << 28 | (upper & 0xffff) << 6) + 4);
}

/* System calls, FCD and asynchronous traps (NMI, DAE) return behind what has raised them, all others to it. */
u32 on_trap(u32 class, u32 tin, u32 pc)
{
    if (class == 6 && tin == 1) {
        *saved_psw() |= 2 << 10 | PSW_GW;
        return pc;
    }
    trap_seen = class << 8 | tin;
    trap_pc = pc;
    if (class >= 6 || (class == 3 && tin == 1) || (class == 4 && tin == 3))
        return pc;
    return pc + (*(volatile u16 *)pc & 1 ? 4 : 2);
}
