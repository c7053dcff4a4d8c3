/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Three cores: core 0 lets the others go, they count together, take a lock in turns and interrupt each other. */
#include "board.h"

enum { ROUNDS = 1000, CALL = 77 };

/* In RAM that all see; C's own variables are each core's. */
struct shared {
    volatile u32 id[3], started[3], own[3], called[3];
    volatile u32 counter, bits, lock, guarded, finished;
};
#define shared ((struct shared *)LMU)

static u32 swap(volatile u32 *p, u32 n)
{
    __asm__ volatile("mov.a %%a2, %1; swap.w [%%a2]0, %0" : "+r"(n) : "r"(p) : "memory");
    return n;
}

static void add(volatile u32 *p, u32 n)
{
    __asm__ volatile("mov.a %%a2, %0; 1:; ld.w %%d1, [%%a2]0; add %%d0, %%d1, %1; mov %%d2, %%d1; cmpswap.w [%%a2]0, %%e0;"
                     "jne %%d0, %%d2, 1b" ::"r"(p), "r"(n) : "memory");
}

/* LDMST sets the bits under a mask. */
static void set_bit(volatile u32 *p, u32 bit)
{
    __asm__ volatile("mov.a %%a2, %0; mov %%d0, %1; mov %%d1, %1; ldmst [%%a2]0, %%e0" ::"r"(p), "r"(1u << bit) : "memory");
}

static void work(u32 core)
{
    for (u32 i = 0; i < ROUNDS; i++) {
        add(&shared->counter, 1);
        while (swap(&shared->lock, 1))
            ;
        shared->guarded++;
        swap(&shared->lock, 0);
        set_bit(&shared->bits, (i % 8) * 3 + core);
    }
    add(&shared->finished, 1);
}

void on_interrupt(u32 priority)
{
    shared->called[MFCR(CORE_ID)] = priority;
}

void secondary_main(u32 core)
{
    shared->id[core] = MFCR(CORE_ID);
    *(volatile u32 *)0xd0003f00 = 0x1000 + core; /* the core's own scratchpad */
    shared->started[core] = 1;
    work(core);
    while (!shared->called[core])
        __asm__ volatile("wait; enable; nop; disable" ::: "memory");
    add(&shared->finished, 1);
}

static void let_go(u32 core)
{
    expect("it waits", peek32(CSFR(core, DBGSR)) & 6, 2);
    poke32(CSFR(core, CORE_PC), (u32)secondary_start);
    poke32(CSFR(core, DBGSR), 2 << 1);
    while (!shared->started[core])
        ;
    expect("it runs", peek32(CSFR(core, DBGSR)) & 6, 0);
    expect("CORE_ID", shared->id[core], core);
}

int test_main(void)
{
    *(volatile u32 *)0xd0003f00 = 0x1000;
    let_go(1);
    let_go(2);
    work(0);
    while (shared->finished < 3)
        ;
    expect("CMPSWAP.W counts", shared->counter, 3 * ROUNDS);
    expect("SWAP.W locks", shared->guarded, 3 * ROUNDS);
    expect("LDMST loses no bit", shared->bits, 0xffffff);
    expect("core 0's scratchpad", peek32(0x70003f00), 0x1000);
    expect("core 1's scratchpad", peek32(0x60003f00), 0x1001);
    expect("core 2's scratchpad", peek32(0x50003f00), 0x1002);
    for (u32 core = 1; core < 3; core++)
        poke32(SRC + SRC_GPSR + 4 * core, CALL * core | SRC_SRE | core << SRC_TOS | SRC_SETR);
    while (shared->finished < 5)
        ;
    expect("core 1 was interrupted", shared->called[1], CALL);
    expect("core 2 was interrupted", shared->called[2], 2 * CALL);
    expect("core 0 was not", shared->called[0], 0);
    return result();
}
