/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;
volatile u32 program_code, program_ilc;
volatile u64 program_tei, program_address, program_mask;
volatile u64 resume_address;

static volatile u32 signals;
static u8 block[4096] __attribute__((aligned(4096)));
static char line[256];
static u32 filled;

void wait_for(u64 mask)
{
    u64 psw[2] = {mask | PSW_WAIT | PSW_64, 0};
    __asm__ volatile("larl %%r1, 1f\n\tstg %%r1, 8(%0)\n\tlpswe 0(%0)\n1:" : : "a"(psw) : "memory", "cc", "1");
}

u32 service_call(u32 command, void *sccb)
{
    u64 cr0 = control(0);
    u32 cc;
    SET_CONTROL(0, (cr0 & ~0xec00ull) | 0x200);
    u32 before = signals;
    do {
        __asm__ volatile(".insn rre, 0xb2200000, %1, %2\n\tipm %0\n\tsrl %0, 28" : "=d"(cc) : "d"(command), "a"(sccb) : "memory", "cc");
    } while (cc == 2);
    if (cc)
        return cc;
    while (signals == before)
        wait_for(PSW_EXTERNAL);
    SET_CONTROL(0, cr0);
    return ((u8 *)sccb)[6] << 8 | ((u8 *)sccb)[7];
}

static void clear(u8 *at, u32 n)
{
    while (n--)
        *at++ = 0;
}

static void flush(void)
{
    clear(block, 16);
    block[0] = (14 + filled) >> 8, block[1] = 14 + filled;
    block[8] = (6 + filled) >> 8, block[9] = 6 + filled;
    block[10] = 0x1a;
    for (u32 i = 0; i < filled; i++)
        block[14 + i] = line[i];
    filled = 0;
    service_call(0x00760005, block);
}

void console_put(char c)
{
    line[filled++] = c;
    if (c == '\n' || filled == sizeof line)
        flush();
}

void stop(u32 code)
{
    print("exit %u\n", (word)code);
    for (;;)
        __asm__ volatile("larl %%r1, 1f\n\tlpswe 0(%%r1)\n\t.balign 8\n1:\t.quad 0x0002000180000000, 0xfff" : : : "1");
}

void expect(const char *what, word is, word must)
{
    print("%s: ", what);
    if (is == must) {
        print("ok\n");
    } else {
        print("0x%x, but must be 0x%x\n", is, must);
        n_failures++;
    }
}

__attribute__((weak)) void on_event(u32 kind, struct frame *frame)
{
    print("unexpected interruption %u at 0x%x\n", (word)kind, frame->address);
    stop(99);
}

void on_interruption(u32 kind, struct frame *frame)
{
    if (kind == EXTERNAL && LOW16(0x86) == 0x2401) {
        signals++;
        frame->mask &= ~(PSW_WAIT | PSW_EXTERNAL);
        return;
    }
    if (kind != PROGRAM) {
        on_event(kind, frame);
        return;
    }
    program_code = LOW16(0x8e);
    program_ilc = LOW8(0x8d);
    program_tei = LOW64(0xa8);
    program_address = frame->address;
    program_mask = frame->mask;
    if (!resume_address) {
        print("unexpected program interruption 0x%x at 0x%x\n", (word)program_code, frame->address);
        stop(98);
    }
    frame->mask = PSW_64;
    frame->address = resume_address;
}

u32 sigp(u32 cpu, u32 order, u64 parameter, u32 *status)
{
    register u64 r2 __asm__("2") = 0;
    register u64 r3 __asm__("3") = parameter;
    u32 cc;
    __asm__ volatile("sigp %%r2, %3, 0(%4)\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "+d"(r2), "+d"(r3)
                     : "d"((u64)cpu), "a"((u64)order) : "cc", "memory");
    if (status)
        *status = (u32)r2;
    return cc;
}

static u8 areas[8][16384] __attribute__((aligned(8192)));
static u8 stacks[8][16384] __attribute__((aligned(16)));
extern u64 new_psws[12];
void cpu_begin(void);

void *prefix_area(u32 cpu)
{
    u8 *area = areas[cpu];
    for (u32 i = 0; i < 12; i++)
        *(u64 *)(area + LC_RESTART_NEW + 8 * i) = new_psws[i];
    *(u64 *)(area + LC_STACK) = (word)stacks[cpu] + sizeof stacks[cpu] - 160;
    return area;
}

void cpu_start(u32 cpu, void (*function)(void))
{
    u8 *area = prefix_area(cpu);
    *(u64 *)(area + LC_FUNCTION) = (word)function;
    *(u64 *)(area + LC_RESTART_NEW + 8) = (word)cpu_begin;
    u32 status;
    while (sigp(cpu, 0x0b, 0, &status) == 2)
        ;
    while (sigp(cpu, 0x0d, (word)area, &status) == 2)
        ;
    while (sigp(cpu, 0x06, 0, &status) == 2)
        ;
}

void rt_main(void)
{
    clear(block, 28);
    block[1] = 28;
    block[11] = 4;
    /* We send to the ASCII console and receive nothing. */
    *(u32 *)(block + 16) = 0x00000040;
    service_call(0x00780005, block);
    stop(test_main());
}
