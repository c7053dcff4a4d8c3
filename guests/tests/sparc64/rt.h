/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: privileged mode of a sun4u machine, console, traps, exit. */
#ifndef RT_H
#define RT_H

#include "print.h"

/* Physical addresses: host bridge, configuration space and ports of the PCI bus. */
#define SABRE 0x1fe00000000ul
#define CONFIG 0x1fe01000000ul
#define PCI_IO 0x1fe02000000ul
#define UART (PCI_IO + 0x3f8)
#define POWER (PCI_IO + 0x7240)

/* Fields of PSTATE. */
enum { P_AG = 1, P_IE = 2, P_PRIV = 4, P_AM = 8, P_PEF = 16, P_RED = 32, P_TLE = 0x100, P_CLE = 0x200, P_MG = 0x400, P_IG = 0x800 };

#define RDPR(name) ({ word rd_; __asm__ volatile("rdpr %%" name ", %0" : "=r"(rd_)); rd_; })
#define WRPR(name, value) __asm__ volatile("wrpr %0, 0, %%" name ::"r"((word)(value)) : "memory")
#define RD(name) ({ word rd_; __asm__ volatile("rd %%" name ", %0" : "=r"(rd_)); rd_; })
#define WR(name, value) __asm__ volatile("wr %0, 0, %%" name ::"r"((word)(value)) : "memory")
#define LDXA(asi, address) \
    ({ word ld_; __asm__ volatile("ldxa [%1] %2, %0" : "=r"(ld_) : "r"((word)(address)), "i"(asi) : "memory"); ld_; })
#define STXA(asi, address, value) \
    __asm__ volatile("stxa %0, [%1] %2\n\tmembar #Sync" ::"r"((word)(value)), "r"((word)(address)), "i"(asi) : "memory")

/* Accesses to physical addresses, whether the MMU is on or not: without side effects on caches, big- and little-endian. */
#define ASI_PHYS 0x15
#define ASI_PHYS_LITTLE 0x1d
static inline u8 phys_read8(word a)
{
    word v;
    __asm__ volatile("lduba [%1] %2, %0" : "=r"(v) : "r"(a), "i"(ASI_PHYS) : "memory");
    return (u8)v;
}
static inline void phys_write8(word a, u8 v)
{
    __asm__ volatile("stba %0, [%1] %2" ::"r"((word)v), "r"(a), "i"(ASI_PHYS) : "memory");
}

int test_main(void);

/* Called for each trap but those of windows, at trap level 1; the default prints it and ends the machine. */
void on_trap(word type, word pc);

/* In on_trap: goes on behind the instruction that has trapped. */
static inline void skip(void)
{
    word npc = RDPR("tnpc");
    WRPR("tpc", npc);
    WRPR("tnpc", npc + 4);
}

void stop(u32 code) __attribute__((noreturn));

/* Prints "what: ok", or what was expected, and counts failures. */
void expect(const char *what, word is, word must);
extern u32 n_failures;

#endif
