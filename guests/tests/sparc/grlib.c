/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What software for GRLIB looks at first: plug and play areas of AHB and APB, cache control, configuration registers; then each core by
 * the address found: UART, timers, interrupt controller with its multiprocessor registers. */
#include "rt.h"

enum { AHB_PNP = 0xfffff000, AHB_SLAVES = 0xfffff800, APB_SIZE = 8, AHB_SIZE = 32 };
enum { GAISLER = 1 };

/* Vendor, device, version, interrupt of an identification register. */
static void show(const char *kind, u32 n, u32 id)
{
    print("%s %u: vendor 0x%x device 0x%x version %u interrupt %u\n", kind, (word)n, (word)(id >> 24), (word)(id >> 12 & 0xfff),
          (word)(id >> 5 & 31), (word)(id & 31));
}

/* AHB bank address registers: a bridge's leads to the APB area of what is behind it. */
static u32 find_apb(void)
{
    u32 bridge = 0;
    for (u32 n = 0; n < 64; n++) {
        u32 id = peek32((word)AHB_PNP + n * AHB_SIZE);
        if (id)
            show("ahb master", n, id);
    }
    for (u32 n = 0; n < 63; n++) {
        u32 entry = (u32)AHB_SLAVES + n * AHB_SIZE, id = peek32(entry);
        if (!id)
            continue;
        show("ahb slave", n, id);
        for (u32 bar = 0; bar < 4; bar++) {
            u32 b = peek32(entry + 16 + bar * 4);
            if (b)
                print("  bank 0x%x\n", (word)b);
        }
        if (id >> 24 == GAISLER && (id >> 12 & 0xfff) == 6)
            bridge = peek32(entry + 16) & 0xfff00000;
    }
    return bridge;
}

static u32 find_core(u32 bridge, u32 device)
{
    u32 found = 0;
    for (u32 n = 0; n < 512; n++) {
        u32 id = peek32(bridge + 0xff000 + n * APB_SIZE), bar = peek32(bridge + 0xff000 + n * APB_SIZE + 4);
        if (!id)
            continue;
        if (device == 0) {
            show("apb", n, id);
            print("  bank 0x%x\n", (word)bar);
        } else if (id >> 24 == GAISLER && (id >> 12 & 0xfff) == device && !found) {
            found = bridge | (bar >> 20 & 0xfff) << 8;
        }
    }
    return found;
}

static void processor(void)
{
    print("asr17 0x%x\n", (word)RD("asr17"));
    print("cache control 0x%x\n", (word)ASI_LOAD(2, 0));
    ASI_STORE(2, 0, 0x0080000f);
    print("caches enabled: 0x%x\n", (word)ASI_LOAD(2, 0));
    ASI_STORE(2, 0, 0);
    print("disabled: 0x%x\n", (word)ASI_LOAD(2, 0));
    /* Flushes of both caches. */
    ASI_STORE(0x10, 0, 0);
    ASI_STORE(0x11, 0, 0);
    __asm__ volatile("flush %%g0" ::: "memory");
}

static void uart(u32 base)
{
    expect("uart status: empty", peek32(base + 4) & 7, 6);
    expect("both directions on", peek32(base + 8) & 3, 3);
}

static void timers(u32 base)
{
    print("configuration 0x%x\n", (word)peek32(base + 8));
    poke32(base + 4, 39);
    print("scaler reload %u\n", (word)peek32(base + 4));
    for (u32 n = 0; n < 2; n++) {
        u32 t = base + 16 + 16 * n;
        poke32(t + 8, 0);
        poke32(t, 0x1000);
        poke32(t + 4, 0x2000);
        expect("reload", peek32(t + 4), 0x2000);
        poke32(t + 8, T_LOAD);
        poke32(t + 8, T_ENABLE);
        u32 first = peek32(t);
        for (volatile u32 i = 0; i < 10000; i++)
            ;
        expect("counts down", peek32(t) <= first, 1);
        poke32(t + 8, 0);
        print("control %u\n", (word)peek32(t + 8));
    }
}

static volatile u32 taken, order[4];

void on_trap(struct sparc_frame *frame)
{
    if (frame->tt >> 4 != 1) {
        print("unexpected trap 0x%x at 0x%x\n", (word)frame->tt, (word)frame->pc);
        stop(99);
    }
    order[taken++ & 3] = frame->tt;
}

static void irqmp(u32 base)
{
    print("mp status 0x%x\n", (word)peek32(base + 0x10));
    print("level 0x%x, pending 0x%x, broadcast 0x%x\n", (word)peek32(base), (word)peek32(base + 4), (word)peek32(base + 0x14));
    poke32(base + 0x40, 0xfffe);
    expect("mask", peek32(base + 0x40), 0xfffe);
    /* The processor's force register. */
    poke32(base + 0x80, 1 << 3);
    expect("forced for processor 0", peek32(base + 0x80) & 0xfffe, 1 << 3);
    set_pil(2);
    for (volatile u32 i = 0; i < 10000 && !taken; i++)
        ;
    set_pil(15);
    expect("taken", taken, 1);
    expect("level 3", order[0], TT_INTERRUPT + 3);
    expect("not forced any more", peek32(base + 0x80) & 0xfffe, 0);
    poke32(base + 0x80, 1 << 4);
    poke32(base + 0x80, 1 << 20); /* the upper half clears */
    expect("cleared by the upper half", peek32(base + 0x80) & 0xfffe, 0);
    /* Priority levels: 5 at level 1 comes before 9 at level 0. */
    poke32(base, 1 << 5);
    poke32(base + 8, 1 << 5 | 1 << 9);
    taken = 0;
    set_pil(4);
    for (volatile u32 i = 0; i < 10000 && taken < 2; i++)
        ;
    set_pil(15);
    print("%u taken: 0x%x 0x%x\n", (word)taken, (word)order[0], (word)order[1]);
    poke32(base, 0);
    poke32(base + 12, 0xfffe);
    poke32(base + 0x40, 0);
}

int test_main(void)
{
    u32 bridge = find_apb();
    print("apb at 0x%x\n", (word)bridge);
    find_core(bridge, 0);
    u32 u = find_core(bridge, 0x00c), i = find_core(bridge, 0x00d), t = find_core(bridge, 0x011);
    print("uart 0x%x, irqmp 0x%x, timer 0x%x\n", (word)u, (word)i, (word)t);
    processor();
    uart(u);
    timers(t);
    irqmp(i);
    return (int)n_failures;
}
