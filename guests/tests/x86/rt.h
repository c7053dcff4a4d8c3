/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the test programs stand on: paging, exceptions, console, exit, and the other CPUs of a PC. */
#ifndef RT_H
#define RT_H

#include "print.h"

/* What an exception leaves. */
struct frame {
#ifdef __x86_64__
    word r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
#else
    word rdi, rsi, rbp, rsp, rbx, rdx, rcx, rax;
#endif
    word vector, error, pc, cs, flags;
};

int test_main(void);
/* The other CPUs come here. */
void other_main(u32 cpu);
/* Called for each exception and interrupt; the default prints it and ends the machine. */
void on_trap(struct frame *frame);

void stop(u32 code) __attribute__((noreturn));
void expect(const char *what, u64 is, u64 must);
extern u32 n_failures;

#define LAPIC 0xfee00000u
enum { APIC_ID = 0x20, APIC_TPR = 0x80, APIC_EOI = 0xb0, APIC_SVR = 0xf0, APIC_ICR = 0x300, APIC_ICR2 = 0x310,
       APIC_TIMER = 0x320, APIC_LINT0 = 0x350, APIC_COUNT = 0x380, APIC_NOW = 0x390, APIC_DIVIDE = 0x3e0 };

static inline u32 apic_read(u32 at) { return *(volatile u32 *)(word)(LAPIC + at); }
static inline void apic_write(u32 at, u32 v) { *(volatile u32 *)(word)(LAPIC + at) = v; }
static inline void out8(u16 port, u8 v) { __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
static inline void out16(u16 port, u16 v) { __asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port)); }
static inline void out32(u16 port, u32 v) { __asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port)); }
static inline u8 in8(u16 port) { u8 v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline u32 in32(u16 port) { u32 v; __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
    __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
}
/* Waits for an interrupt, with interrupts on meanwhile. */
static inline void nap(void) { __asm__ volatile("sti\n\thlt\n\tcli" ::: "memory"); }

/* Finds ACPI's table of that name; null if there is none. */
const u8 *acpi_table(const char *name);
u8 byte_sum(const u8 *from, u32 len);
/* Starts all other CPUs and waits for `n` of them. */
void start_others(u32 n);
extern volatile u32 n_started;

#endif
