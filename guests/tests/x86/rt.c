/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

enum { COM1 = 0x3f8, PM1_CONTROL = 64, SLP_EN = 1 << 13 };

u32 n_failures;
volatile u32 n_started;
extern u8 entries[], trampoline[], trampoline_end[];

struct gate {
    u16 low, selector;
    u8 ist, attr;
    u16 mid;
#ifdef __x86_64__
    u32 high, zero;
#endif
} __attribute__((packed));

static struct gate idt[256];
struct {
    u16 limit;
    word base;
} __attribute__((packed)) idt_pointer = {sizeof idt - 1, (word)idt};

void console_put(char c)
{
    if (c == '\n')
        console_put('\r');
    while (!(in8(COM1 + 5) & 0x20))
        ;
    out8(COM1, (u8)c);
}

void expect(const char *what, u64 is, u64 must)
{
    if (is == must) {
        print("%s: ok\n", what);
        return;
    }
    print("%s: %X, not %X\n", what, is, must);
    n_failures++;
}

__attribute__((weak)) void on_trap(struct frame *f)
{
    print("exception %u, error %x at %X\n", (u32)f->vector, (u32)f->error, (u64)f->pc);
    stop(1000);
}

__attribute__((weak)) void other_main(u32 cpu)
{
    (void)cpu;
}

void rt_trap(struct frame *f)
{
    on_trap(f);
}

static void set_gates(void)
{
    for (u32 n = 0; n < 256; n++) {
        word at = (word)entries + 16 * n;
        struct gate *g = &idt[n];
        g->low = (u16)at;
        g->mid = (u16)(at >> 16);
        g->attr = 0x8e;
#ifdef __x86_64__
        g->selector = 0x18;
        g->high = (u32)(at >> 32);
#else
        g->selector = 0x08;
#endif
    }
}

void rt_main(u32 cpu)
{
    if (cpu == 0) {
        set_gates();
        stop((u32)test_main() + n_failures);
    }
    __sync_fetch_and_add(&n_started, 1);
    other_main(cpu);
}

u8 byte_sum(const u8 *from, u32 len)
{
    u8 sum = 0;
    while (len--)
        sum += *from++;
    return sum;
}

static int same(const u8 *a, const char *b, u32 len)
{
    for (u32 n = 0; n < len; n++)
        if (a[n] != (u8)b[n])
            return 0;
    return 1;
}

static u32 word_at(const u8 *p)
{
    return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

const u8 *acpi_table(const char *name)
{
    const u8 *rsdp = 0;
    for (word at = 0xe0000; at < 0x100000 && !rsdp; at += 16)
        if (same((const u8 *)at, "RSD PTR ", 8) && byte_sum((const u8 *)at, 20) == 0)
            rsdp = (const u8 *)at;
    if (!rsdp)
        return 0;
    const u8 *rsdt = (const u8 *)(word)word_at(rsdp + 16);
    for (u32 at = 36; at < word_at(rsdt + 4); at += 4) {
        const u8 *table = (const u8 *)(word)word_at(rsdt + at);
        if (same(table, name, 4))
            return table;
    }
    return 0;
}

/* Waits about so many microseconds by the 8254's channel 2. */
static void delay(u32 us)
{
    u32 count = us * 1193 / 1000 + 1;
    out8(0x61, (u8)((in8(0x61) & ~2) | 1));
    out8(0x43, 0xb0);
    out8(0x42, (u8)count);
    out8(0x42, (u8)(count >> 8));
    while (!(in8(0x61) & 0x20))
        ;
}

void start_others(u32 n)
{
    for (u32 i = 0; trampoline + i < trampoline_end; i++)
        ((volatile u8 *)0x8000)[i] = trampoline[i];
    apic_write(APIC_SVR, 0x1ff);
    apic_write(APIC_ICR2, 0);
    apic_write(APIC_ICR, 0xc4500);
    delay(10000);
    apic_write(APIC_ICR, 0xc4608);
    delay(200);
    apic_write(APIC_ICR, 0xc4608);
    while (n_started < n)
        ;
}

/* Soft off: sleep type 0 on QEMU's chips. */
void stop(u32 code)
{
    print("%u failures\n", code);
    const u8 *fadt = acpi_table("FACP");
    if (fadt)
        out16((u16)word_at(fadt + PM1_CONTROL), SLP_EN);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}
