/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* All CPUs: found in ACPI's tables, started by INIT and start-up, counted, timed, and called by interprocessor interrupts. */
#include "rt.h"

enum { ROUNDS = 10000, MOST = 16, TICKS = 3 };

static volatile u32 counter, ready, called[MOST], ticks[MOST], ids[MOST];
static volatile u32 lock, under_lock;

static u32 number_of(u32 id)
{
    for (u32 n = 0; n < MOST; n++)
        if (ids[n] == id)
            return n;
    return MOST;
}

void on_trap(struct frame *f)
{
    u32 me = number_of(apic_read(APIC_ID) >> 24);
    if (f->vector == 0x40)
        ticks[me]++;
    else if (f->vector == 0x41)
        called[me]++;
    else {
        print("exception %u at %X\n", (u32)f->vector, (u64)f->pc);
        stop(1000);
    }
    apic_write(APIC_EOI, 0);
}

static void work(u32 cpu)
{
    apic_write(APIC_SVR, 0x1ff);
    ids[cpu] = apic_read(APIC_ID) >> 24;
    for (u32 n = 0; n < ROUNDS; n++)
        __sync_fetch_and_add(&counter, 1);
    for (u32 n = 0; n < ROUNDS / 10; n++) {
        while (__sync_lock_test_and_set(&lock, 1))
            __asm__ volatile("pause");
        under_lock = under_lock + 1;
        __sync_lock_release(&lock);
    }
    apic_write(APIC_DIVIDE, 0xb);
    apic_write(APIC_TIMER, 0x20040);
    apic_write(APIC_COUNT, 1000000);
    while (ticks[cpu] < TICKS)
        nap();
    apic_write(APIC_TIMER, 0x10000);
    __sync_fetch_and_add(&ready, 1);
}

void other_main(u32 cpu)
{
    work(cpu);
    for (;;)
        nap();
}

int test_main(void)
{
    /* Firmware may have left the 8254 going. */
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    const u8 *madt = acpi_table("APIC");
    if (!madt) {
        print("no MADT\n");
        return 1;
    }
    u32 len = *(const u32 *)(madt + 4), n_cpus = 0, n_io = 0;
    expect("sum of the MADT", byte_sum(madt, len), 0);
    expect("address of local APICs", *(const u32 *)(madt + 36), LAPIC);
    u32 found[MOST];
    for (u32 at = 44; at < len; at += madt[at + 1]) {
        if (madt[at] == 0 && madt[at + 4] & 1 && n_cpus < MOST)
            found[n_cpus++] = madt[at + 3];
        if (madt[at] == 1)
            n_io++;
    }
    print("%u CPUs, %u I/O APIC\n", n_cpus, n_io);
    for (u32 n = 0; n < n_cpus; n++)
        print(" APIC %u", found[n]);
    print("\n");
    const u8 *fadt = acpi_table("FACP");
    expect("sum of the FADT", byte_sum(fadt, *(const u32 *)(fadt + 4)), 0);
    expect("timer port", *(const u32 *)(fadt + 76) - *(const u32 *)(fadt + 56), 8);
    const u8 *dsdt = (const u8 *)(word) * (const u32 *)(fadt + 40);
    expect("sum of the DSDT", byte_sum(dsdt, *(const u32 *)(dsdt + 4)), 0);
    expect("HPET", acpi_table("HPET") != 0, 1);
    start_others(n_cpus - 1);
    work(0);
    while (ready < n_cpus)
        __asm__ volatile("pause");
    expect("started", n_started, n_cpus - 1);
    expect("counted", counter, n_cpus * ROUNDS);
    expect("under the lock", under_lock, n_cpus * (ROUNDS / 10));
    /* To all others, then to one after the other. */
    apic_write(APIC_ICR2, 0);
    apic_write(APIC_ICR, 0xc0041);
    for (u32 n = 1; n < n_cpus; n++) {
        while (apic_read(APIC_ICR) & 0x1000)
            ;
        apic_write(APIC_ICR2, ids[n] << 24);
        apic_write(APIC_ICR, 0x41);
        while (called[n] < 1)
            __asm__ volatile("pause");
    }
    for (u32 n = 0; n < n_cpus; n++) {
        u32 seen = 0;
        for (u32 k = 0; k < n_cpus; k++)
            seen += ids[k] == found[n];
        expect("each APIC ID once", seen, 1);
    }
    expect("nobody called the caller", called[0], 0);
    return 0;
}
