/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Task switches: by far jumps and calls, task gates, IRET; what they save, and what they refuse. */
#include "rt.h"

struct tss {
    u16 link, r0;
    u32 esp0;
    u16 ss0, r1;
    u32 esp1;
    u16 ss1, r2;
    u32 esp2;
    u16 ss2, r3;
    u32 cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    u16 es, r4, cs, r5, ss, r6, ds, r7, fs, r8, gs, r9, ldt, r10, trap, iomap;
} __attribute__((packed));

enum { MAIN = 0x20, OTHER = 0x28, GATE = 0x30, LDT = 0x38, SHORT_CODE = 0x40, SHORT_STACK = 0x48, OLD = 0x50, ENTRIES = 16 };

static volatile u64 table[ENTRIES] __attribute__((aligned(16)));
static u64 local[4] __attribute__((aligned(16)));
struct tss main_tss;
static struct tss other_tss;
static u16 old_tss[22];
static u8 stack[4096] __attribute__((aligned(16)));
volatile u32 vector, error, by_task, main_resume;
u32 resume;

struct gate {
    u16 low, selector;
    u8 zero, attr;
    u16 high;
} __attribute__((packed));
extern struct {
    u16 limit;
    u32 base;
} __attribute__((packed)) idt_pointer;

static u64 descriptor(u32 base, u32 limit, u8 attr)
{
    return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)attr << 40 | (u64)(limit >> 16 & 15) << 48 | (u64)(base >> 24) << 56;
}

static struct gate *gate(u32 n) { return (struct gate *)idt_pointer.base + n; }

static void task_gate(u32 n, u16 selector) { *gate(n) = (struct gate){0, selector, 0, 0x85, 0}; }

extern u8 other_task[], other_again[], short_task[];

static u16 task(void)
{
    u16 v;
    __asm__ volatile("str %0" : "=r"(v));
    return v;
}

void on_trap(struct frame *f)
{
    if (f->flags >> 17 & 1) {
        u32 *more = (u32 *)(f + 1);
        print("  from virtual-8086 mode: vector %x at %x:%x, sp %x:%x, es %x ds %x fs %x gs %x, task %x\n", f->vector, f->cs & 0xffff, f->pc,
              more[1] & 0xffff, more[0], more[2] & 0xffff, more[3] & 0xffff, more[4] & 0xffff, more[5] & 0xffff, task());
        __asm__ volatile("pushf\n\torl $0x4000, (%%esp)\n\tpopf\n\tiret" ::: "memory");
    }
    vector = f->vector;
    error = f->error;
    f->pc = resume;
}

/* Runs code; a fault goes on behind it. */
#define TRY(what, code, ...) \
    do { \
        vector = 999, error = 0; \
        __asm__ volatile("movl $1f, resume\n\t" code "\n1:" : : __VA_ARGS__ : "eax", "ecx", "edx", "memory", "cc"); \
        print("%s: vector %u error %x, task %x, NT %x\n", what, vector, error, task(), eflags() >> 14 & 1); \
    } while (0)

static u32 eflags(void)
{
    u32 v;
    __asm__ volatile("pushf\n\tpop %0" : "=r"(v));
    return v;
}

/* What the other task does: notes what it sees, and goes back. An error code is on its stack where `with_code` is 1. */
volatile u32 with_code, code_seen, other_flags, other_cr0, other_link, other_ax;
__asm__(".text\nother_task:\n"
        "1: mov %eax, other_ax\n\tpushf\n\tpopl other_flags\n\tmov %cr0, %eax\n\tmov %eax, other_cr0\n\tincl by_task\n\t"
        "cmpl $0, main_resume\n\tje 3f\n\tmov main_resume, %edx\n\tmov %edx, main_tss + 32\n\tmovl $0, main_resume\n"
        "3: cmpl $0, with_code\n\tje 2f\n\tpopl code_seen\n"
        "2: movl $0x12345678, %ecx\n\tiret\nother_again:\n\tjmp 1b\n"
        ".code16\nshort_task:\n1: addr32 incl by_task\n\tmov $0x5678, %cx\n\tiret\n\tjmp 1b\n.code32\n");

static void set_other(void)
{
    other_tss = (struct tss){0};
    other_tss.eip = (u32)other_task;
    other_tss.esp = (u32)stack + sizeof stack;
    other_tss.eflags = 2;
    other_tss.cs = 8;
    other_tss.ss = other_tss.ds = other_tss.es = other_tss.fs = other_tss.gs = 0x10;
    other_tss.eax = 0x1111;
    other_tss.iomap = sizeof other_tss;
    __asm__ volatile("mov %%cr3, %0" : "=r"(other_tss.cr3));
    table[OTHER / 8] = descriptor((u32)&other_tss, sizeof other_tss - 1, 0x89);
    by_task = 0;
}

static void told(const char *what)
{
    print("%s: %u times, link %x, flags %x, TS %u, eax %x, code %x\n", what, by_task, other_tss.link, other_flags & 0x7700,
          other_cr0 >> 3 & 1, other_ax, code_seen);
    print("  types %x %x, saved ecx %x, next at %x\n", (u32)(table[MAIN / 8] >> 40) & 255, (u32)(table[OTHER / 8] >> 40) & 255,
          other_tss.ecx, (int)(other_tss.eip - (u32)other_again));
    print("  of the first: flags %x, cs %x ss %x ds %x\n", main_tss.eflags & 0x7700, main_tss.cs, main_tss.ss, main_tss.ds);
    __asm__ volatile("clts");
}

static void switches(void)
{
    set_other();
    TRY("lcall", "lcall $0x28, $0");
    told("lcall");
    TRY("lcall again", "lcall $0x28, $0");
    told("lcall again");
    set_other();
    table[GATE / 8] = (u64)OTHER << 16 | 0x85ull << 40;
    TRY("lcall to a gate", "lcall $0x30, $0");
    told("gate");
    set_other();
    task_gate(0x40, OTHER);
    TRY("int", "int $0x40");
    told("int");
    TRY("int again", "int $0x40");
    told("int again");
    /* Exceptions with and without an error code. */
    set_other();
    struct gate was = *gate(6);
    task_gate(6, OTHER);
    TRY("ud2", "movl $1f, main_resume\n\tud2");
    *gate(6) = was;
    told("ud2");
    set_other();
    was = *gate(13);
    task_gate(13, OTHER);
    with_code = 1;
    TRY("general protection", "movl $1f, main_resume\n\tmov $0x1234, %%eax\n\tmov %%eax, %%ds");
    told("general protection");
    gate(13)->attr = 5;
    struct gate df = *gate(8);
    task_gate(8, OTHER);
    TRY("double fault", "movl $1f, main_resume\n\tmov $0x1234, %%eax\n\tmov %%eax, %%ds");
    told("double fault");
    with_code = 0;
    *gate(13) = was;
    *gate(8) = df;
}

/* The way from virtual-8086 mode leaves the data segments without a descriptor. */
extern u8 with_segments[];
u32 usual_entry;
__asm__("with_segments:\n\tpush %eax\n\tmov $0x10, %eax\n\tmov %eax, %ds\n\tmov %eax, %es\n\tpop %eax\n\tjmp *usual_entry\n");

static void other_kinds(void)
{
    /* A task of 16 bits. */
    set_other();
    table[SHORT_CODE / 8] = descriptor((u32)short_task, 0xffff, 0x9b);
    table[SHORT_STACK / 8] = descriptor((u32)stack, sizeof stack - 1, 0x93);
    table[OLD / 8] = descriptor((u32)old_tss, sizeof old_tss - 1, 0x81);
    old_tss[8] = 2;
    old_tss[13] = sizeof stack;
    old_tss[17] = old_tss[20] = 0x10;
    old_tss[18] = SHORT_CODE;
    old_tss[19] = SHORT_STACK;
    TRY("a task of 16 bits", "lcall $0x50, $0");
    print("  %u times, link %x, type %x, flags %x, cx %x, ip %x\n", by_task, old_tss[0], (u32)(table[OLD / 8] >> 40) & 255, old_tss[8] & 0x7700,
          old_tss[10], old_tss[7]);
    /* One in virtual-8086 mode. */
    set_other();
    other_tss.eflags = 0x20002;
    other_tss.cs = 0x100;
    other_tss.eip = 0x1000;
    other_tss.ss = 0x200, other_tss.esp = 0x800;
    other_tss.ds = 0x301, other_tss.es = 0x302, other_tss.fs = 0x303, other_tss.gs = 0x304;
    other_tss.esp0 = (u32)stack + sizeof stack, other_tss.ss0 = 0x10;
    *(volatile u16 *)0x2000 = 0x0b0f;
    struct gate was = *gate(6);
    usual_entry = was.low | (u32)was.high << 16;
    gate(6)->low = (u16)(u32)with_segments;
    gate(6)->high = (u16)((u32)with_segments >> 16);
    TRY("virtual-8086 mode", "lcall $0x28, $0");
    *gate(6) = was;
    told("virtual-8086 mode");
}

static void faults(void)
{
    set_other();
    TRY("far jump to a busy task", "ljmp $0x20, $0");
    table[OTHER / 8] &= ~(1ull << 47);
    TRY("not present", "lcall $0x28, $0");
    set_other();
    table[OTHER / 8] = descriptor((u32)&other_tss, 0x66, 0x89);
    TRY("too short", "lcall $0x28, $0");
    set_other();
    TRY("by a local selector", "lcall $0x2c, $0");
    TRY("ltr of a busy task", "mov $0x20, %%eax\n\tltr %%ax");
    TRY("ltr of code", "mov $8, %%eax\n\tltr %%ax");
    TRY("ltr beyond the table", "mov $0x1000, %%eax\n\tltr %%ax");
    TRY("lldt of a task", "mov $0x20, %%eax\n\tlldt %%ax");
    TRY("iret to a task that is not busy",
        "movw $0x28, main_tss\n\tpushf\n\torl $0x4000, (%%esp)\n\tpopf\n\tiret");
    __asm__ volatile("pushf\n\tandl $~0x4000, (%%esp)\n\tpopf" ::: "memory", "cc");
    task_gate(0x40, 8);
    TRY("task gate of code", "int $0x40");
    task_gate(0x40, 0);
    TRY("task gate of nothing", "int $0x40");
    task_gate(0x40, MAIN);
    TRY("task gate of a busy task", "int $0x40");
    gate(0x40)->attr = 5;
    TRY("gate not present", "int $0x40");
    gate(0x40)->attr = 0x8c;
    TRY("call gate in the IDT", "int $0x40");
    TRY("beyond the IDT: none", "nop");
}

int test_main(void)
{
    struct {
        u16 limit;
        u32 base;
    } __attribute__((packed)) pointer = {sizeof table - 1, (u32)&table}, old;
    __asm__ volatile("sgdt %0" : "=m"(old));
    for (u32 n = 0; n < 4; n++)
        table[n] = ((u64 *)old.base)[n];
    table[MAIN / 8] = descriptor((u32)&main_tss, sizeof main_tss - 1, 0x89);
    table[LDT / 8] = descriptor((u32)local, sizeof local - 1, 0x82);
    __asm__ volatile("lgdt %0\n\tltr %1" : : "m"(pointer), "r"((u16)MAIN) : "memory");
    __asm__ volatile("mov %%cr3, %0" : "=r"(main_tss.cr3));
    print("ltr: type %x\n", (u32)(table[MAIN / 8] >> 40) & 255);
    switches();
    other_kinds();
    faults();
    return 0;
}
