/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The MT ASE of the 34Kf: virtual processing elements are set up from the first one by MFTR and MTTR, run together, are stopped by DVPE,
 * and signal each other by their Cause registers. */
#include "rt.h"

enum { CPUS = 4, ROUNDS = 5000 };

#define MFTC0(reg, sel) \
    ({ u32 v_; __asm__ volatile(".set push\n\t.set mt\n\tmftc0 %0, $" TEXT(reg) ", " TEXT(sel) "\n\t.set pop" : "=r"(v_)::"memory"); v_; })
#define MTTC0(reg, sel, value) \
    __asm__ volatile(".set push\n\t.set mt\n\tmttc0 %0, $" TEXT(reg) ", " TEXT(sel) "\n\tehb\n\t.set pop" ::"r"((u32)(value)) : "memory")
#define MFTGPR(reg) \
    ({ u32 v_; __asm__ volatile(".set push\n\t.set mt\n\tmftgpr %0, $" TEXT(reg) "\n\t.set pop" : "=r"(v_)::"memory"); v_; })
#define MTTGPR(reg, value) \
    __asm__ volatile(".set push\n\t.set mt\n\tmttgpr %0, $" TEXT(reg) "\n\t.set pop" ::"r"((u32)(value)) : "memory")

enum { VPC = 2, EVP = 1, VPA = 1, MVP = 2, ACTIVE = 1 << 13, ALLOCATABLE = 1 << 15, IXMT = 1 << 10 };

static volatile u32 n_started, ready[CPUS], done[CPUS], n_soft[CPUS], guarded, counter[CPUS], go;

static u32 dvpe(void)
{
    u32 old;
    __asm__ volatile(".set push\n\t.set mt\n\tdvpe %0\n\tehb\n\t.set pop" : "=r"(old)::"memory");
    return old;
}

static void evpe(void) { __asm__ volatile(".set push\n\t.set mt\n\tevpe\n\tehb\n\t.set pop" ::: "memory"); }

static void show(const char *what, word value) { print("%s: 0x%x\n", what, value); }

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    word cpu = GET(C0_EBASE) & 0x3ff;

    if (cause >> 2 & 31) {
        print("CPU %u: exception %u at vector 0x%x, 0x%x\n", cpu, (word)(cause >> 2 & 31), frame->x[26], badvaddr);
        skip(frame, cause);
        return;
    }
    PUT(C0_CAUSE, cause & ~(3 * CAUSE_IP0));
    n_soft[cpu]++;
}

static void show_own(void)
{
    show("MVPControl", C0_READ(0, 1));
    show("MVPConf0", C0_READ(0, 2));
    show("MVPConf1", C0_READ(0, 3));
    show("VPEControl", C0_READ(1, 1));
    show("VPEConf0", C0_READ(1, 2));
    show("VPEConf1", C0_READ(1, 3));
    show("YQMask", C0_READ(1, 4));
    show("VPESchedule", C0_READ(1, 5));
    show("VPEScheFBack", C0_READ(1, 6));
    show("VPEOpt", C0_READ(1, 7));
    show("TCStatus", C0_READ(2, 1));
    show("TCBind", C0_READ(2, 2));
    show("TCHalt", C0_READ(2, 4));
    show("TCContext", C0_READ(2, 5));
    show("TCSchedule", C0_READ(2, 6));
    show("TCScheFBack", C0_READ(2, 7));
    show("SRSConf0", C0_READ(6, 1));
    show("SRSConf1", C0_READ(6, 2));
    show("SRSConf4", C0_READ(6, 5));
    show("SRSCtl", C0_READ(12, 2));
#define ONES(text, reg, sel) C0_WRITE(reg, sel, 0xffffffff); show(text ", ones", C0_READ(reg, sel)); C0_WRITE(reg, sel, 0)
    ONES("VPEConf1", 1, 3);
    ONES("YQMask", 1, 4);
    ONES("VPESchedule", 1, 5);
    ONES("VPEScheFBack", 1, 6);
    ONES("VPEOpt", 1, 7);
    ONES("TCContext", 2, 5);
    ONES("TCSchedule", 2, 6);
    ONES("TCScheFBack", 2, 7);
    ONES("VPEControl", 1, 1);
    ONES("SRSConf0", 6, 1);
    ONES("SRSConf4", 6, 5);
    C0_WRITE(2, 1, 0xffffe7ff); /* TKSU 0: stays in kernel mode */
    show("TCStatus, ones", C0_READ(2, 1));
    show("Status, after that", C0_READ(12, 0));
    show("EntryHi, after that", C0_READ(10, 0));
    C0_WRITE(2, 1, ACTIVE);
    show("TCStatus, active", C0_READ(2, 1));
    show("Status, after that", C0_READ(12, 0));
    C0_WRITE(10, 0, 0x5a);
    show("TCStatus, ASID 5a", C0_READ(2, 1));
    C0_WRITE(10, 0, 0);
    C0_WRITE(0, 1, VPC | EVP);
    show("MVPControl, VPC", C0_READ(0, 1));
    ONES("VPEConf1, VPC", 1, 3);
    C0_WRITE(2, 2, 0xffffffff);
    show("TCBind, ones", C0_READ(2, 2));
    C0_WRITE(2, 2, 0);
    show("TCBind, zeros", C0_READ(2, 2));
    C0_WRITE(0, 1, EVP);
    show("MVPControl, EVP", C0_READ(0, 1));
}

/* As an operating system starts a VPE. */
static void start(u32 n)
{
    u32 was = dvpe();
    expect("DVPE tells what was", was & EVP, EVP);
    C0_WRITE(0, 1, C0_READ(0, 1) | VPC);
    C0_WRITE(1, 1, n);
    show("TCBind", MFTC0(2, 2));
    show("TCStatus", MFTC0(2, 1));
    show("TCHalt", MFTC0(2, 4));
    show("VPEConf0", MFTC0(1, 2));
    show("VPEControl", MFTC0(1, 1));
    show("Status", MFTC0(12, 0));
    show("EBase", MFTC0(15, 1));
    show("TCRestart", MFTC0(2, 3));
    show("Config", MFTC0(16, 0) & 0x7fff);
    show("EntryHi", MFTC0(10, 0));
    MTTC0(2, 4, 1);
    MTTC0(2, 2, n);
    MTTC0(1, 2, MFTC0(1, 2) & ~VPA);
    MTTC0(2, 3, 0x80000000 | n << 2);
    show("TCRestart, written", MFTC0(2, 3));
    extern char _start[];
    MTTC0(2, 3, (u32)_start);
    MTTGPR(28, 0x1000 + n);
    show("r28, written", MFTGPR(28));
    MTTC0(2, 5, 0xabc0 + n);
    MTTC0(12, 0, 0);
    MTTC0(13, 0, 0);
    MTTC0(2, 1, (MFTC0(2, 1) & ~IXMT) | ACTIVE | ALLOCATABLE);
    show("TCStatus, written", MFTC0(2, 1));
    MTTC0(2, 4, 0);
    MTTC0(1, 2, MFTC0(1, 2) | VPA);
    show("VPEConf0, written", MFTC0(1, 2));
    C0_WRITE(0, 1, C0_READ(0, 1) & ~VPC);
    evpe();
}

static u32 swap(volatile u32 *p, u32 n)
{
    u32 old, new;
    __asm__ volatile(".set push\n\t.set noreorder\n"
                     "1:\tll %0, %2\n\tmove %1, %3\n\tsc %1, %2\n\tbeqz %1, 1b\n\tsync\n\t.set pop"
                     : "=&r"(old), "=&r"(new), "+m"(*p) : "r"(n) : "memory");
    return old;
}

static void work(word cpu)
{
    static volatile u32 lock;

    for (u32 i = 0; i < ROUNDS; i++) {
        while (swap(&lock, 1))
            ;
        guarded++;
        __asm__ volatile("sync" ::: "memory");
        lock = 0;
    }
    ready[cpu] = 1;
    PUT(C0_STATUS, CAUSE_IP0 * 2 | STATUS_IE);
    while (!n_soft[cpu])
        __asm__ volatile("wait");
    PUT(C0_STATUS, 0);
    done[cpu] = 1;
    while (go)
        counter[cpu]++;
}

static void interrupt(u32 n)
{
    dvpe();
    C0_WRITE(1, 1, n);
    MTTC0(13, 0, MFTC0(13, 0) | CAUSE_IP0 * 2);
    evpe();
}

int test_main(word cpu)
{
    if (cpu) {
        n_started++;
        work(cpu);
        return 0;
    }
    go = 1;
    show_own();
    expect("nobody else runs", n_started, 0);
    for (u32 n = 1; n < CPUS; n++) {
        start(n);
        while (n_started != n)
            ;
    }
    for (u32 n = 1; n < CPUS; n++) {
        while (!ready[n])
            ;
        interrupt(n);
        while (!done[n])
            ;
        expect("a software interrupt", n_soft[n], 1);
    }
    expect("counted under the lock", guarded, (CPUS - 1) * ROUNDS);
    while (!counter[1] || !counter[2] || !counter[3])
        ;
    dvpe();
    u32 first[CPUS];
    for (u32 n = 1; n < CPUS; n++)
        first[n] = counter[n];
    for (volatile u32 i = 0; i < 100000; i++)
        ;
    for (u32 n = 1; n < CPUS; n++)
        expect("stopped by DVPE", counter[n], first[n]);
    C0_WRITE(1, 1, 2);
    u32 pc = MFTC0(2, 3);
    expect("TCRestart is in the loop", pc >= 0x80100000 && pc < 0x80110000, 1);
    C0_WRITE(1, 1, 3);
    MTTC0(2, 4, 1); /* stays halted */
    evpe();
    while (counter[1] == first[1] || counter[2] == first[2])
        ;
    expect("halted by TCHalt", counter[3] - first[3] < 2, 1);
    u32 r;
    __asm__ volatile(".set push\n\t.set mt\n\tli %0, -2\n\tyield %0, %0\n\t.set pop" : "=r"(r)::"memory");
    show("YIELD -2", r);
    __asm__ volatile(".set push\n\t.set mt\n\tli %0, 3\n\tyield %0, %0\n\t.set pop" : "=r"(r)::"memory");
    show("VPEControl after YIELD 3", C0_READ(1, 1));
    go = 0;
    return (int)n_failures;
}
