/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Traps of all synchronous classes, with their TINs. TriCore Architecture Manual, volume 1, "Trap System". */
#include "rt.h"

NO_OTHER_CORES
NO_INTERRUPTS

__asm__("leaf: ret");

static u32 areas_left(void)
{
    u32 n = 0;
    for (u32 link = MFCR(FCX); link; link = peek32((link >> 16 << 28) | (link & 0xffff) << 6))
        n++;
    return n;
}

static void contexts(void)
{
    u32 fcx = MFCR(FCX), lcx = MFCR(LCX), psw = MFCR(PSW), pcxi = MFCR(PCXI), left = areas_left();

    MTCR(LCX, fcx);
    expect("FCD: a call takes the limit's area", TRY("call leaf"), 0x301);
    MTCR(LCX, lcx);
    expect("and goes on", MFCR(FCX), fcx);
    MTCR(PSW, (psw & ~0x7fu) | PSW_CDE | 0x7d);
    expect("CDO: a counter of one bit", TRY("call leaf"), 0x302);
    MTCR(PSW, (psw & ~0x7fu) | PSW_CDE | 0x7f);
    expect("counting is off", TRY("call leaf"), 0);
    MTCR(PSW, (psw & ~0x7fu) | PSW_CDE);
    expect("CDU: return from where nobody called", TRY("ret"), 0x303);
    MTCR(PSW, psw | 0x7f);
    MTCR(PCXI, 0);
    expect("CSU: no context", TRY("ret"), 0x305);
    MTCR(PCXI, pcxi);
    __asm__ volatile("svlcx" ::: "memory");
    expect("CTYP: a lower context", TRY("ret"), 0x306);
    __asm__ volatile("rslcx" ::: "memory");
    MTCR(PSW, (psw & ~0x7fu) | PSW_CDE | 2);
    expect("NEST: RFE within calls", TRY("rfe"), 0x307);
    MTCR(PSW, psw);
    expect("no area is lost", areas_left(), left);

    spare_contexts = fcx;
    MTCR(FCX, 0);
    expect("FCU: no area for a call", TRY("call leaf"), 0x304);
    MTCR(PSW, psw);
    expect("no area was taken", MFCR(FCX), fcx);
}

/* Class 1: what a task may not do. */
static void write_psw(void) { __asm__ volatile("mov %%d0, 0; mtcr 0xfe04, %%d0" ::: "memory", "a5"); }
static void take_interrupts(void) { __asm__ volatile("enable; disable" ::: "memory", "a5"); }
static void reach_device(void) { __asm__ volatile("movh.a %%a2, 0xf000; ld.w %%d0, [%%a2]0x10" ::: "memory", "a5"); }
static void write_global(void) { __asm__ volatile("mov.aa %%a0, %%a2" ::: "memory", "a5"); }

/* The trap of `code` with another PSW.IO and without PSW.GW. System call 1 makes us supervisor again. */
static u32 user_trap(u32 io, void (*code)(void))
{
    trap_seen = 0;
    MTCR(PSW, (MFCR(PSW) & ~(u32)(PSW_IO | PSW_GW)) | io << 10);
    code();
    __asm__ volatile("syscall 1" ::: "memory", "a5");
    return trap_seen;
}

static void privileges(void)
{
    expect("PRIV: MTCR by User-1", user_trap(1, write_psw), 0x101);
    expect("PRIV: ENABLE by User-0", user_trap(0, take_interrupts), 0x101);
    expect("ENABLE by User-1", user_trap(1, take_interrupts), 0);
    expect("MPP: User-0 in the peripherals", user_trap(0, reach_device), 0x105);
    expect("User-1 may", user_trap(1, reach_device), 0);
    expect("GRWP: A0 without PSW.GW", user_trap(2, write_global), 0x107);
}

static void instructions(void)
{
    u32 psw = MFCR(PSW);

    expect("IOPC", TRY(".word 0x0fc0000d"), 0x201);
    expect("UOPC: no MMU", TRY(".word 0x00400075"), 0x202);
    expect("OPD: an odd pair", TRY(".word 0x1201324b"), 0x203);
    expect("ALN: a word at an odd address", TRY("movh.a %%a2, 0xd000; ld.w %%d0, [%%a2]1"), 0x204);
    expect("a word at an even address", TRY("movh.a %%a2, 0xd000; ld.w %%d0, [%%a2]2"), 0);
    expect("ALN: an address register", TRY("movh.a %%a2, 0xd000; ld.a %%a3, [%%a2]2"), 0x204);
    expect("ALN: a word of a peripheral", TRY("movh.a %%a2, 0xf000; ld.w %%d0, [%%a2]18"), 0x204);
    expect("ALN: SWAP.W", TRY("movh.a %%a2, 0xd000; swap.w [%%a2]2, %%d0"), 0x204);
    expect("ALN: LDMST", TRY("movh.a %%a2, 0xd000; ldmst [%%a2]2, %%e0"), 0x204);
    expect("ALN: a context", TRY("movh.a %%a2, 0xd000; ldlcx [%%a2]8"), 0x204);
    expect("DSE: nothing there", TRY("movh.a %%a2, 0x4000; ld.w %%d0, [%%a2]0"), 0x402);
    expect("trapv: nothing to trap", TRY("rstv; trapv"), 0);
    expect("OVF", TRY("mov %%d0, -1; sh %%d0, %%d0, -1; add %%d0, 1; trapv"), 0x501);
    expect("SOVF", TRY("mov %%d0, 0; add %%d0, 1; trapsv"), 0x502);
    expect("SYSCALL", TRY("rstv; syscall 42"), 0x62a);
    expect("its PSW comes back", MFCR(PSW) & ~0xf8000000u, psw & ~0xf8000000u);
}

int test_main(void)
{
    contexts();
    privileges();
    instructions();
    return result();
}
