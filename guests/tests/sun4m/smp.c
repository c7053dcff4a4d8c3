/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Processors start by an interrupt; interrupts from one to another by the controller's set registers, one level or many; locks; each
 * processor's timer and its own interrupt registers; the target of system interrupts. */
#include "rt.h"

enum { MAX = 4 };

static volatile u32 here[MAX], taken[MAX][16], go, done[MAX], count, lock;

static u32 me(void)
{
    u32 sp;
    extern char stacks[];
    __asm__("mov %%sp, %0" : "=r"(sp));
    return (sp - (u32)stacks) >> 14;
}

static void raise(u32 cpu, u32 level) { device_write((u32)INTERRUPTS + cpu * 0x1000 + INT_SET, 0x10000u << level); }

void on_trap(struct sparc_frame *frame)
{
    u32 level = frame->tt - TT_INTERRUPT, cpu = me();
    if (level > 15) {
        print("processor %u: unexpected trap 0x%x at 0x%x\n", (word)cpu, (word)frame->tt, (word)frame->pc);
        stop(99);
    }
    u32 base = (u32)INTERRUPTS + cpu * 0x1000;
    u32 soft = device_read(base + INT_PENDING) & 0x10000u << level;
    if (soft)
        device_write(base + INT_CLEAR, soft);
    else if (level == 14)
        (void)device_read((u32)COUNTERS + cpu * 0x1000);
    else
        (void)device_read(SYSTEM_COUNTER);
    taken[cpu][level]++;
}

static void take_lock(void)
{
    u32 old;
    do
        __asm__ volatile("ldstub [%1], %0" : "=r"(old) : "r"(&lock) : "memory");
    while (old);
}

static void work(u32 cpu)
{
    for (u32 i = 0; i < 500; i++) {
        take_lock();
        count = count + 1;
        __asm__ volatile("stbar\n\tstb %%g0, [%0]" ::"r"(&lock) : "memory");
    }
    done[cpu] = 1;
}

void other_main(u32 cpu)
{
    device_write((u32)INTERRUPTS + cpu * 0x1000 + INT_CLEAR, 0xfffe0000);
    here[cpu] = 1;
    set_pil(0);
    while (!go)
        ;
    work(cpu);
    for (;;)
        ;
}

static u32 await(volatile u32 *word, u32 value)
{
    for (volatile u32 i = 0; i < 20000000 && *word != value; i++)
        ;
    return *word;
}

int test_main(void)
{
    for (u32 cpu = 1; cpu < MAX; cpu++) {
        expect("waits until it is woken", here[cpu], 0);
        raise(cpu, 1);
        expect("processor is there", await(&here[cpu], 1), 1);
    }
    for (u32 cpu = 1; cpu < MAX; cpu++) {
        for (u32 level = 1; level < 15; level++) {
            raise(cpu, level);
            if (await(&taken[cpu][level], 1) != 1)
                expect("interrupt from processor 0", level, 0);
        }
        expect("nothing pending", device_read((u32)INTERRUPTS + cpu * 0x1000 + INT_PENDING), 0);
    }
    for (u32 level = 1; level < 15; level++)
        if (taken[0][level])
            expect("none for processor 0", level, 0);
    go = 1;
    work(0);
    for (u32 cpu = 1; cpu < MAX; cpu++)
        expect("done", await(&done[cpu], 1), 1);
    expect("counted under the lock", count, 500 * MAX);
    device_write((u32)COUNTERS + 2 * 0x1000 + T_LIMIT, 1001 << 9);
    for (volatile u32 i = 0; i < 20000000 && taken[2][14] < 4; i++)
        ;
    device_write((u32)COUNTERS + 2 * 0x1000 + T_LIMIT, 0);
    expect("processor 2 has a timer", taken[2][14] >= 4, 1);
    expect("of its own", taken[1][14] + taken[3][14], 2);
    device_write(SYSTEM_INTERRUPTS + SYS_TARGET, 3);
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_CLEAR, INT_MASK_ALL | INT_TIMER);
    device_write(SYSTEM_COUNTER + T_LIMIT, 1001 << 9);
    for (volatile u32 i = 0; i < 20000000 && taken[3][10] < 3; i++)
        ;
    device_write(SYSTEM_INTERRUPTS + SYS_MASK_SET, INT_TIMER);
    expect("processor 3 is the target", taken[3][10] >= 3, 1);
    expect("and no other", taken[0][10] + taken[1][10] + taken[2][10], 2);
    return (int)n_failures;
}
