/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Asynchronous traps, what the data trap registers say of them, and ENDINIT protection of core registers. TriCore Architecture Manual, volume 1,
 * "Trap System" and "ENDINIT Protection"; AURIX TC27x D-Step User's Manual, "NMI Trap Generation" and "DMI Registers". */
#include "board.h"

NO_INTERRUPTS

#define DSTR 0x9010
#define DATR 0x9018
#define DEADD 0x901c
#define SMACON 0x900c
enum { NOTHING = 0x40000000, SBE = 1 << 3, LBE = 1 << 2, MPE = 1 << 19, ALN = 1 << 24 };
enum { NMI = 0x700, DAE = 0x403 };

/* In RAM that all see: what core 1 tells. */
struct shared {
    volatile u32 waits, woken, seen;
};
#define shared ((struct shared *)LMU)

void secondary_main(u32 core)
{
    (void)core;
    trap_seen = 0;
    shared->waits = 1;
    __asm__ volatile("wait" ::: "memory");
    shared->seen = trap_seen;
    shared->woken = 1;
}

static void stores(void)
{
    u32 a;

    trap_seen = 0;
    __asm__ volatile("movh.a %%a2, 0x4000; st.w [%%a2+]4, %%d0; dsync; mov.d %0, %%a2" : "=r"(a)::"memory");
    expect("DAE: a store to nothing", trap_seen, DAE);
    expect("the store is over", a, NOTHING + 4);
    expect("DATR.SBE", MFCR(DATR), SBE);
    expect("DEADD", MFCR(DEADD), NOTHING);
    expect("DSE: a load from nothing", TRY("movh.a %%a2, 0x4000; ld.w %%d0, [%%a2]16"), 0x402);
    expect("the first error stays", MFCR(DEADD), NOTHING);
    expect("and is alone", MFCR(DSTR), 0);
    MTCR(DATR, 0);
    TRY("movh.a %%a2, 0x4000; ld.w %%d0, [%%a2]16");
    expect("DSTR.LBE", MFCR(DSTR), LBE);
    expect("DEADD of the load", MFCR(DEADD), NOTHING + 16);
    MTCR(DSTR, 0);
    TRY("movh.a %%a2, 0xd000; ld.w %%d0, [%%a2]1");
    expect("DSTR.ALN", MFCR(DSTR), ALN);
    expect("DEADD of the misaligned one", MFCR(DEADD), 0xd0000001);
    MTCR(DSTR, 0);
    expect("MPN", TRY("mov.a %%a2, 0; st.w [%%a2]0, %%d0"), 0x106);
    expect("DSTR.MPE", MFCR(DSTR), MPE);
    MTCR(DSTR, 0);
}

/* Both cores take each request; core 1 wakes by it. */
static void requests(void)
{
    shared->waits = shared->woken = shared->seen = 0;
    poke32(CSFR(1, CORE_PC), (u32)secondary_start);
    poke32(CSFR(1, DBGSR), 2 << 1);
    while (!shared->waits)
        ;
    trap_seen = 0;
    poke32(SCU_TRAPSET, SMUT);
    expect("a request that is disabled", trap_seen, 0);
    expect("TRAPSTAT", peek32(SCU_TRAPSTAT), SMUT);
    poke32(SCU_TRAPCLR, SMUT);
    expect("TRAPCLR", peek32(SCU_TRAPSTAT), 0);
    poke32(SCU_TRAPDIS, peek32(SCU_TRAPDIS) & ~(u32)(SMUT | ESR1T));
    expect("nothing is left over", trap_seen, 0);
    poke32(SCU_TRAPSET, SMUT);
    __asm__ volatile("dsync" ::: "memory");
    expect("NMI", trap_seen, NMI);
    while (!shared->woken)
        ;
    expect("NMI of core 1, which waited", shared->seen, NMI);
    trap_seen = 0;
    poke32(SCU_TRAPSET, SMUT);
    __asm__ volatile("dsync" ::: "memory");
    expect("its flag is up already", trap_seen, 0);
    poke32(SCU_TRAPSET, ESR1T);
    __asm__ volatile("dsync" ::: "memory");
    expect("NMI by another source", trap_seen, NMI);
    poke32(SCU_TRAPCLR, SMUT | ESR1T);
    expect("no flag is up", peek32(SCU_TRAPSTAT), 0);
}

/* Sets a watchdog's ENDINIT. */
static void set_endinit(u32 watchdog, u32 on)
{
    u32 password = (peek32(watchdog) ^ 0xfc) & ~3u;
    poke32(watchdog, password | 1);
    poke32(watchdog, password | 2 | on);
}

static void protection(void)
{
    u32 btv = MFCR(BTV), smacon = MFCR(SMACON), disabled = peek32(SCU_TRAPDIS);

    set_endinit(SCU_WDTCPU0, 1);
    MTCR(BTV, btv + 0x1000);
    expect("BTV is protected", MFCR(BTV), btv);
    MTCR(SMACON, smacon ^ 1);
    expect("SMACON is not", MFCR(SMACON), smacon ^ 1);
    poke32(SCU_TRAPDIS, disabled ^ ESR0T);
    expect("TRAPDIS is not: core 1 is in its initialization", peek32(SCU_TRAPDIS), disabled ^ ESR0T);
    set_endinit(SCU_WDTS, 1);
    MTCR(SMACON, smacon);
    expect("SMACON is protected", MFCR(SMACON), smacon ^ 1);
    set_endinit(SCU_WDTCPU0, 0);
    MTCR(BTV, btv + 0x1000);
    expect("BTV is not", MFCR(BTV), btv + 0x1000);
    MTCR(BTV, btv);
}

int test_main(void)
{
    stores();
    requests();
    protection();
    return result();
}
