/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Exceptions: vector, error code, address, and where execution goes on. */
#include "rt.h"

static volatile u32 vector, error;
static volatile word address;

#ifdef __x86_64__
#define RESUME "lea 1f(%%rip), %%rcx\n\t"
#else
#define RESUME "mov $1f, %%ecx\n\t"
#endif
/* Runs one instruction; if it faults, execution goes on behind it. */
#define TRY(insn, ...) \
    do { \
        vector = 999; \
        __asm__ volatile(RESUME insn "\n1:" : : __VA_ARGS__ : "rcx", "rdx", "memory", "cc"); \
    } while (0)

void on_trap(struct frame *f)
{
    vector = (u32)f->vector;
    error = (u32)f->error;
    if (vector == 14)
        __asm__ volatile("mov %%cr2, %0" : "=r"(address));
    if (vector != 3 && vector != 4)
        f->pc = f->rcx;
}

static void saw(const char *what, u32 v, u32 e)
{
    print("%s: vector %u error %x\n", what, vector, error);
    if (vector != v || error != e)
        n_failures++;
}

#ifdef __x86_64__
extern u64 pds[];
#define LEAF(n) pds[(n) * 2]
#else
extern u32 page_directory[];
#define LEAF(n) page_directory[n]
#endif

int test_main(void)
{
    TRY("xor %%edx, %%edx\n\tdivl %0", "m"((u32){0}), "a"(1));
    saw("division by 0", 0, 0);
    TRY("int3");
    saw("int3", 3, 0);
    TRY("ud2");
    saw("ud2", 6, 0);
    TRY("mov %%ax, %%ds", "a"(0x1234));
    saw("selector beyond the table", 13, 0x1234 & 0xfffc);
    TRY("int $0x40");
    saw("int 0x40", 0x40, 0);
    /* 64 MiB and 68 MiB: not there; read-only. */
    LEAF(16) &= ~(word)1;
    LEAF(17) &= ~(word)2;
    __asm__ volatile("invlpg (%0)\n\tinvlpg (%1)" ::"r"(16ul << 22), "r"(17ul << 22) : "memory");
    TRY("movb (%0), %%dl", "r"((16ul << 22) + 5));
    saw("read of nothing", 14, 0);
    expect("cr2", address, (16ul << 22) + 5);
    TRY("movb %%dl, (%0)", "r"((16ul << 22) + 7));
    saw("write to nothing", 14, 2);
    TRY("movb (%0), %%dl", "r"(17ul << 22));
    expect("read-only page is read", vector, 999);
    TRY("movb %%dl, (%0)", "r"((17ul << 22) + 9));
    saw("write to a read-only page", 14, 3);
    expect("cr2", address, (17ul << 22) + 9);
    expect("accessed", (LEAF(17) >> 5) & 3, 1);
    LEAF(17) |= 2;
    __asm__ volatile("invlpg (%0)" ::"r"(17ul << 22) : "memory");
    TRY("movb %%dl, (%0)", "r"((17ul << 22) + 9));
    expect("dirty", (LEAF(17) >> 5) & 3, 3);
    TRY("ljmp *(%0)", "r"(&(struct { u32 at; u16 sel; } __attribute__((packed))){0, 0}));
    saw("far jump to selector 0", 13, 0);
#ifdef __x86_64__
    TRY("movb (%0), %%dl", "r"(1ul << 63));
    saw("non-canonical address", 13, 0);
#endif
    return 0;
}
