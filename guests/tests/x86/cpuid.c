/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What CPUID says on every CPU, in the form of hwloc-gather-cpuid: mask and inputs, then EAX to EDX. CPUs take turns. */
#include "rt.h"

static volatile u32 turn;

static void line(u32 mask, u32 leaf, u32 sub)
{
    u32 r[4];
    cpuid(leaf, sub, r);
    print("%x %x %x %x %x => %x %x %x %x\n", mask, leaf, 0, sub, 0, r[0], r[1], r[2], r[3]);
}

static void leaves(u32 first)
{
    static const struct {
        u32 leaf, subs;
    } with_subs[] = {{4, 5}, {7, 2}, {0xb, 3}, {0xd, 3}, {0x1f, 4}, {0x8000001d, 5}};
    u32 r[4];
    cpuid(first, 0, r);
    u32 last = r[0];
    if (last < first || last > first + 0x40)
        last = first;
    for (u32 leaf = first; leaf <= last; leaf++) {
        u32 subs = 0;
        for (u32 n = 0; n < sizeof with_subs / sizeof *with_subs; n++)
            if (with_subs[n].leaf == leaf)
                subs = with_subs[n].subs;
        if (!subs)
            line(1, leaf, 0);
        for (u32 sub = 0; sub < subs; sub++)
            line(5, leaf, sub);
    }
}

static void dump(u32 cpu)
{
    while (turn != cpu)
        __asm__ volatile("pause");
    print("pu %u\n", cpu);
    leaves(0);
    leaves(0x80000000);
    turn = cpu + 1;
}

void other_main(u32 cpu)
{
    dump(cpu);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

int test_main(void)
{
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    const u8 *madt = acpi_table("APIC");
    u32 n_cpus = 0, len = madt ? *(const u32 *)(madt + 4) : 0;
    for (u32 at = 44; at < len; at += madt[at + 1])
        n_cpus += madt[at] == 0 && (madt[at + 4] & 1);
    start_others(n_cpus - 1);
    dump(0);
    while (turn != n_cpus)
        __asm__ volatile("pause");
    return 0;
}
