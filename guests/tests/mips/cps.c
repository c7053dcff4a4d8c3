/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A coherent processing system: Coherence Manager, Cluster Power Controller and Global Interrupt Controller bring up all CPUs, which
 * then signal each other and are woken by the controller's timer. */
#include "rt.h"

enum { CPUS = 4, SOON = 200000 };

#define GCR (KSEG1 + 0x1fbf8000)
#define GIC (KSEG1 + 0x1bdc0000)
#define CPC (KSEG1 + 0x1bde0000)

/* Coherence Manager: global registers, those of the own core, those of another. */
enum { CONFIG = 0, BASE = 8, REV = 0x30, GIC_BASE = 0x80, CPC_BASE = 0x88, GIC_STATUS = 0xd0, CPC_STATUS = 0xf0, L2_CONFIG = 0x130 };
enum { LOCAL = 0x2000, OTHER = 0x4000, CL_CONFIG = 0x10, CL_OTHER = 0x18, RESET_BASE = 0x20 };
/* Power controller, per core. */
enum { VP_STOP = 0x20, VP_RUN = 0x28, VP_RUNNING = 0x30 };
/* Interrupt controller: shared, local. */
enum {
    SH_CONFIG = 0, COUNTER = 0x10, COUNTER_HI = 0x14, POL = 0x100, TRIG = 0x180, DUAL = 0x200, WEDGE = 0x280, RMASK = 0x300,
    SMASK = 0x380, MASK = 0x400, PEND = 0x480, MAP_PIN = 0x500, MAP_VP = 0x2000,
};
enum {
    VL = 0x8000, VO = 0xc000, VL_CTL = 0, VL_PEND = 4, VL_MASK = 8, VL_RMASK = 0xc, VL_SMASK = 0x10, VL_COMPARE_MAP = 0x44,
    VL_TIMER_MAP = 0x48, VL_OTHER = 0x80, VL_IDENT = 0x88, VL_COMPARE = 0xa0, VL_COMPARE_HI = 0xa4,
};

static volatile u32 n_started, turn, n_ipis[CPUS], n_ticks[CPUS], ident[CPUS], other[CPUS];

/* Begins at a page, as reset vectors must. */
extern char secondary[];
__asm__(".section .text.secondary, \"ax\"\n\t.balign 4096\n\t.globl secondary\nsecondary:\n\t.set push\n\t.set noreorder\n\t"
#if __mips == 64
        "lui $25, %highest(_start)\n\tdaddiu $25, $25, %higher(_start)\n\tdsll $25, $25, 16\n\tdaddiu $25, $25, %hi(_start)\n\t"
        "dsll $25, $25, 16\n\tdaddiu $25, $25, %lo(_start)\n\t"
#else
        "lui $25, %hi(_start)\n\taddiu $25, $25, %lo(_start)\n\t"
#endif
        "jr $25\n\tnop\n\t.set pop\n\t.previous");

static word gcr(word at) { return *(volatile word *)(GCR + at); }
static void set_gcr(word at, word value) { *(volatile word *)(GCR + at) = value; }
static u32 gic(word at) { return peek32(GIC + at); }
static void set_gic(word at, u32 value) { poke32(GIC + at, value); }
static void show(const char *what, word value) { print("%s: 0x%x\n", what, value); }

static word own_number(void) { return GET(C0_EBASE) & 0x3ff; }

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    word cpu = own_number();
    u32 pending = cause & GET(C0_STATUS) & STATUS_IM;

    if (cause >> 2 & 31) {
        print("CPU %u: exception %u at 0x%x, 0x%x\n", cpu, (word)(cause >> 2 & 31), frame->x[0], badvaddr);
        stop(98);
    }
    if (pending & CAUSE_IP0 << 3) { /* pin 1: another CPU */
        set_gic(WEDGE, 40 + (u32)cpu);
        n_ipis[cpu]++;
    }
    if (pending & CAUSE_IP0 << 4) { /* pin 2: the timer */
        set_gic(VL + VL_COMPARE, gic(COUNTER) - 1);
        n_ticks[cpu]++;
    }
}

static void show_all(void)
{
    show("GCR_CONFIG", gcr(CONFIG));
    show("GCR_BASE", gcr(BASE));
    show("GCR_REV", gcr(REV));
    show("GCR_GIC_STATUS", gcr(GIC_STATUS));
    show("GCR_CPC_STATUS", gcr(CPC_STATUS));
    show("GCR_L2_CONFIG", gcr(L2_CONFIG));
    show("GCR_CL_CONFIG", gcr(LOCAL + CL_CONFIG));
    show("GCR_CO_CONFIG", gcr(OTHER + CL_CONFIG));
    show("GCR_CL_OTHER", gcr(LOCAL + CL_OTHER));
    show("GCR_CL_RESET_BASE", gcr(LOCAL + RESET_BASE));
    show("GCR_CO_RESET_BASE", gcr(OTHER + RESET_BASE));
    show("GCR_GIC_BASE", gcr(GIC_BASE));
    show("GCR_CPC_BASE", gcr(CPC_BASE));
    show("CMGCRBase", (word)C0_READ_WORD(15, 3));
    set_gcr(GIC_BASE, 0x1bdc0001);
    set_gcr(CPC_BASE, 0x1bde0001);
    show("GCR_GIC_BASE", gcr(GIC_BASE));
    show("GCR_CPC_BASE", gcr(CPC_BASE));
    show("GIC_SH_CONFIG", gic(SH_CONFIG));
    show("GIC_SH_MASK", gic(MASK));
    show("GIC_SH_PEND", gic(PEND) & ~8u); /* but for the timer behind the 8259A */
    show("GIC_MAP_PIN 3", gic(MAP_PIN + 4 * 3));
    show("GIC_MAP_VP 3", gic(MAP_VP + 0x20 * 3));
    show("GIC_VL_CTL", gic(VL + VL_CTL));
    show("GIC_VL_PEND", gic(VL + VL_PEND));
    show("GIC_VL_MASK", gic(VL + VL_MASK));
    show("GIC_VL_COMPARE_MAP", gic(VL + VL_COMPARE_MAP));
    show("GIC_VL_TIMER_MAP", gic(VL + VL_TIMER_MAP));
    show("GIC_VL_IDENT", gic(VL + VL_IDENT));
    show("GIC_VL_COMPARE", gic(VL + VL_COMPARE));
    show("GIC_VL_COMPARE_HI", gic(VL + VL_COMPARE_HI));
    show("GIC_VL_OTHER", gic(VL + VL_OTHER));
    show("CPC running", *(volatile u32 *)(CPC + LOCAL + VP_RUNNING));
    set_gic(VL + VL_RMASK, 0xffffffff);
    show("GIC_VL_MASK, reset", gic(VL + VL_MASK));
    set_gic(VL + VL_SMASK, 0xffffffff);
    show("GIC_VL_MASK, set", gic(VL + VL_MASK));
    set_gic(VL + VL_COMPARE_MAP, 0xffffffff);
    show("GIC_VL_COMPARE_MAP, ones", gic(VL + VL_COMPARE_MAP));
    set_gic(VL + VL_CTL, 0xffffffff);
    show("GIC_VL_CTL, ones", gic(VL + VL_CTL));
    set_gic(MAP_PIN + 4 * 9, 0xffffffff);
    show("GIC_MAP_PIN, ones", gic(MAP_PIN + 4 * 9));
    set_gic(MAP_VP + 0x20 * 9, 4);
    show("GIC_MAP_VP, 4", gic(MAP_VP + 0x20 * 9));
    set_gic(SMASK, 0x300);
    set_gic(RMASK, 0x100);
    show("GIC_SH_MASK", gic(MASK));
    set_gic(RMASK, 0x300);
    set_gic(POL, 0xf0f0f0f0);
    set_gic(TRIG, 0x0ff00ff0);
    set_gic(DUAL, 0x12345678);
    show("GIC_SH_POL", gic(POL));
    show("GIC_SH_TRIG", gic(TRIG));
    show("GIC_SH_DUAL", gic(DUAL));
    set_gic(VL + VL_OTHER, 2);
    show("GIC_VL_OTHER, 2", gic(VL + VL_OTHER));
    show("GIC_VO_IDENT", gic(VO + VL_IDENT));
    set_gcr(LOCAL + CL_OTHER, 0x10000);
    show("GCR_CL_OTHER, 1 << 16", gcr(LOCAL + CL_OTHER));
    set_gcr(LOCAL + CL_OTHER, 2);
    show("GCR_CL_OTHER, 2", gcr(LOCAL + CL_OTHER));
    set_gcr(OTHER + RESET_BASE, (word)-1);
    show("GCR_CO_RESET_BASE, ones", gcr(OTHER + RESET_BASE));
    set_gcr(LOCAL + CL_OTHER, 7);
    show("GCR_CL_OTHER, 7", gcr(LOCAL + CL_OTHER));
    set_gcr(LOCAL + CL_OTHER, 0);
    set_gcr(L2_CONFIG, (word)-1);
    show("GCR_L2_CONFIG, ones", gcr(L2_CONFIG));
    set_gcr(L2_CONFIG, 0);
}

static void wait_for(volatile u32 *what, u32 value)
{
    while (*what != value)
        ;
}

/* What each CPU does: routes its interrupts, waits for an IPI and a tick asleep, and passes the turn on. */
static void work(word cpu)
{
    ident[cpu] = gic(VL + VL_IDENT);
    set_gic(VL + VL_OTHER, (u32)(cpu + 1) % CPUS);
    other[cpu] = gic(VO + VL_IDENT);
    set_gic(MAP_PIN + 4 * (40 + (u32)cpu), 0x80000001);
    set_gic(MAP_VP + 0x20 * (40 + (u32)cpu), 1u << cpu);
    set_gic(SMASK + 4, 1u << (8 + cpu));
    set_gic(VL + VL_COMPARE_MAP, 0x80000002);
    set_gic(VL + VL_SMASK, 2);
    wait_for(&turn, (u32)cpu);
    PUT(C0_STATUS, STATUS_BASE | CAUSE_IP0 << 3 | CAUSE_IP0 << 4 | STATUS_IE);
    set_gic(WEDGE, 0x80000000 | (40 + (u32)cpu));
    while (!n_ipis[cpu])
        ;
    set_gic(VL + VL_COMPARE, gic(COUNTER) + SOON);
    while (!n_ticks[cpu])
        __asm__ volatile("wait");
    PUT(C0_STATUS, STATUS_BASE);
    __asm__ volatile("sync");
    turn = (u32)cpu + 1;
}

int test_main(word cpu)
{
    if (cpu) {
        __asm__ volatile(".set push\n\t.set noreorder\n1:\tll $2, %0\n\taddiu $2, $2, 1\n\tsc $2, %0\n\tbeqz $2, 1b\n\tnop\n\t.set pop"
                         : "+m"(n_started)::"$2", "memory");
        work(cpu);
        return 0;
    }
    show_all();
    expect("nobody else runs", n_started, 0);
    for (word n = 1; n < CPUS; n++) {
        set_gcr(LOCAL + CL_OTHER, n);
        set_gcr(OTHER + RESET_BASE, (word)secondary);
        *(volatile word *)(CPC + LOCAL + VP_RUN) = (word)1 << n;
        wait_for(&n_started, (u32)n);
    }
    show("CPC running", *(volatile u32 *)(CPC + LOCAL + VP_RUNNING));
    work(0);
    wait_for(&turn, CPUS);
    for (word n = 0; n < CPUS; n++) {
        print("CPU %u: %u interrupt of a CPU, of the timer: %u, ident %u, next %u\n", n, (word)n_ipis[n], (word)(n_ticks[n] != 0), (word)ident[n],
              (word)other[n]);
    }
    *(volatile word *)(CPC + LOCAL + VP_STOP) = 1 << 3;
    show("CPC running", *(volatile u32 *)(CPC + LOCAL + VP_RUNNING));
    n_started = turn = 0;
    *(volatile word *)(CPC + LOCAL + VP_RUN) = 1 << 3;
    wait_for(&n_started, 1);
    expect("a CPU starts again", n_started, 1);
    return (int)n_failures;
}
