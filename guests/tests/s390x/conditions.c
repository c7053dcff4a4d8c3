/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What instructions that lead out of the CPU refuse, and what they answer then: floating-point registers that are off, MOVE PAGE, STORE SYSTEM
 * INFORMATION, SERVICE CALL, the channel subsystem, SIGNAL PROCESSOR, DIAGNOSE with the watchdog. What must be stands here by the manual
 * (z/Architecture Principles of Operation), and for what IBM has published none of by QEMU 4.2. The machine has two CPUs, a watchdog that
 * restarts, and is called "kvm-unit-test". */
#include "rt.h"

enum { PRIVILEGED = 2, ADDRESSING = 5, SPECIFICATION = 6, DATA = 7, PAGE_TRANSLATION = 0x11, OPERAND = 0x15 };

static u8 page[4096] __attribute__((aligned(4096)));
static u8 twice[8192] __attribute__((aligned(8192)));

static void clear(u8 *at, u32 n)
{
    while (n--)
        *at++ = 0;
}

/* PoP, "Floating-Point-Support Instructions": those that only move need no more than their registers. */
static void check_floating_point(void)
{
    SET_CONTROL(0, control(0) & ~0x40000ull);
    expect("ldgr 0", TRY("ldgr %%f0, %%r2", OUT(), "d"(0)), 0);
    expect("lgdr 6", TRY("lgdr %%r2, %%f6", OUT(), "d"(0)), 0);
    expect("lzdr 4", TRY("lzdr %%f4", OUT(), "d"(0)), 0);
    expect("lzer 2", TRY("lzer %%f2", OUT(), "d"(0)), 0);
    expect("lpdfr 0, 2", TRY("lpdfr %%f0, %%f2", OUT(), "d"(0)), 0);
    expect("lndfr 0, 2", TRY("lndfr %%f0, %%f2", OUT(), "d"(0)), 0);
    expect("lcdfr 0, 2", TRY("lcdfr %%f0, %%f2", OUT(), "d"(0)), 0);
    expect("cpsdr 0, 2, 4", TRY("cpsdr %%f0, %%f2, %%f4", OUT(), "d"(0)), 0);
    expect("ldgr 1", TRY("ldgr %%f1, %%r2", OUT(), "d"(0)), DATA);
    expect("its data-exception code", LOW32(0x90), 1);
    expect("lgdr 8", TRY("lgdr %%r2, %%f8", OUT(), "d"(0)), DATA);
    expect("lpdfr 0, 9", TRY("lpdfr %%f0, %%f9", OUT(), "d"(0)), DATA);
    expect("cpsdr 0, 2, 5", TRY("cpsdr %%f0, %%f5, %%f2", OUT(), "d"(0)), DATA);
    expect("lzxr 1", TRY("lzxr %%f1", OUT(), "d"(0)), DATA);
    expect("its data-exception code", LOW32(0x90), 1);
    expect("efpc", TRY("efpc %%r2", OUT(), "d"(0)), DATA);
    expect("its data-exception code", LOW32(0x90), 2);
}

/* One segment of 1 MiB pages below 16 MiB, one to one. */
static u64 segments[2048] __attribute__((aligned(4096))), pages[16][256] __attribute__((aligned(2048)));

static u32 move_page(u8 *to, u8 *from)
{
    register u8 *r6 __asm__("6") = to;
    register u8 *r9 __asm__("9") = from;
    *(volatile u8 *)(low(0xa2)) = 0x55;
    return TRY("lghi %%r0, 0\n\tptlb\n\tstosm 0x500(0), 4\n\tmvpg %0, %1\n\tstnsm 0x500(0), 0xfb", OUT(), "d"(r6), "d"(r9));
}

static void check_move_page(void)
{
    for (u32 i = 0; i < 2048; i++)
        segments[i] = i < 16 ? (word)pages[i] : 0x20;
    for (u32 i = 0; i < 4096; i++)
        pages[i / 256][i % 256] = (word)i << 12;
    SET_CONTROL(1, (word)segments | 3);
    expect("both pages are there", move_page(twice, page), 0);
    u64 *entry = &pages[(word)page >> 20][(word)page >> 12 & 255];
    *entry |= 0x400;
    expect("no second page", move_page(twice, page), PAGE_TRANSLATION);
    expect("the operands told of", *(volatile u8 *)(low(0xa2)), 0x69);
    expect("no page, another instruction",
           TRY("ptlb\n\tstosm 0x500(0), 4\n\tllgc %%r2, 0(%0)\n\tstnsm 0x500(0), 0xfb", OUT(), "a"(page)), PAGE_TRANSLATION);
    expect("nothing told of operands", *(volatile u8 *)(low(0xa2)), 0);
    *entry &= ~0x400ull;
}

static u32 stsi(u32 zero, u32 one)
{
    register u64 r0 __asm__("0") = zero;
    register u64 r1 __asm__("1") = one;
    u32 cc;
    __asm__ volatile("stsi 0(%3)\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "+d"(r0) : "d"(r1), "a"(page) : "cc", "memory");
    return cc;
}

static void check_information(void)
{
    expect("no such function", stsi(0x70000000, 0x10000), 3);
    expect("reserved bits", TRY("llilf %%r0, 0x10000100\n\tlghi %%r1, 0\n\tstsi 0(%0)", OUT(), "a"(page)), SPECIFICATION);
    expect("level 2", stsi(0x20000002, 2), 0);
    expect("dedicated CPUs", *(u16 *)(page + 72), *(u16 *)(page + 38));
    expect("no multithreading", *(u64 *)(page + 64), 0);
    expect("level 3", stsi(0x30000002, 2), 0);
    /* "kvm-unit" */
    expect("the name", *(u64 *)(page + 44), 0x92a59460a49589a3);
    /* "KVM/Linux       " */
    expect("the control program", *(u64 *)(page + 56), 0xd2e5d461d38995a4);
    expect("its second half", *(u64 *)(page + 64), 0xa740404040404040);
}

static u32 service(u32 command, u8 *block, u32 length)
{
    clear(block, 16);
    block[0] = length >> 8, block[1] = length;
    return service_call(command, block);
}

static void check_service_processor(void)
{
    expect("a page", service(0x00020001, twice, 4096), 0x10);
    expect("more than a page", service(0x00020001, twice, 4097), 0x100);
    expect("much more", service(0x00010001, twice, 65535), 0x100);
    expect("events, more than a page", service(0x00760005, twice, 5000), 0x100);
    expect("no such command, whatever the length", service(0x00ff0001, twice, 8192), 0x1f0);
    clear(twice, 8);
    twice[1] = 7;
    expect("less than a header", TRY(".insn rre, 0xb2200000, %0, %1", OUT(), "d"(0x00020001), "a"(twice)), SPECIFICATION);
}

static u32 chsc(u32 length)
{
    clear(page, 4096);
    *(u32 *)page = length << 16 | 0x10;
    return TRY(".insn rre, 0xb25f0000, %0, 0", OUT(), "a"(page));
}

#define SUBCHANNEL(insn)                                                                                                 \
    static u32 insn(u32 *block)                                                                                         \
    {                                                                                                                   \
        register u64 r1 __asm__("1") = 0x10000;                                                                         \
        u32 cc;                                                                                                         \
        __asm__ volatile(#insn " 0(%2)\n\tipm %0\n\tsrl %0, 28" : "=d"(cc) : "d"(r1), "a"(block) : "cc", "memory");     \
        return cc;                                                                                                      \
    }
SUBCHANNEL(stsch)
SUBCHANNEL(msch)

static void check_channel_subsystem(void)
{
    static const u32 bad[] = {0, 8, 15, 20, 4089, 4096, 65528};
    for (u32 i = 0; i < sizeof bad / 4; i++)
        expect("a request of no length", chsc(bad[i]), OPERAND);
    expect("a request of the right length", chsc(16), 0);
    expect("its answer", *(u32 *)(page + 16), 0x0ff00001);
    expect("a long request", chsc(4088), 0);
    expect("its answer", *(u32 *)(page + 4088), 0x00080003);
    u32 *schib = (u32 *)twice;
    u32 cc = stsch(schib);
    expect("a subchannel", cc, 0);
    schib[6] |= 0x00e00000;
    cc = msch(schib);
    expect("is modified", cc, 0);
    cc = stsch(schib);
    expect("a type that can't be changed", schib[6], 0);
}

static volatile u32 begun;

static void second(void)
{
    SET_CONTROL(1, 0x42000);
    begun = 1;
    for (;;)
        ;
}

/* An order is not for long: nobody is busy for who sends the next one, and what it does is there. */
static void check_orders(void)
{
    u32 status = 0;
    for (u32 i = 0; i < 20; i++) {
        begun = 0;
        cpu_start(1, second);
        while (!begun)
            ;
        u32 cc = sigp(1, 0x0b, 0, &status);
        *(volatile u64 *)(twice + 0x180) = 0x55;
        cc |= sigp(1, 0x0e, (word)twice, &status);
        if (cc || *(volatile u64 *)(twice + 0x180) != 0xe0 || *(volatile u64 *)(twice + 0x188))
            expect("status after a reset", cc, *(volatile u64 *)(twice + 0x180));
        cc = sigp(1, 0x01, 0, &status);
        if (cc != 1 || status != 0x40)
            expect("stopped after a reset", cc, 1);
    }
}

static void waiter(void)
{
    begun = 1;
    for (;;)
        wait_for(PSW_EXTERNAL);
}

/* PoP, "Sense Running Status". */
static void check_running(void)
{
    u32 status = 0;
    expect("the own CPU runs", sigp(0, 0x15, 0, &status), 0);
    begun = 0;
    cpu_start(1, second);
    while (!begun)
        ;
    expect("another runs", sigp(1, 0x15, 0, &status), 0);
    begun = 0;
    cpu_start(1, waiter);
    u32 cc = 0;
    for (u32 i = 0; i < 100000 && !cc; i++)
        cc = sigp(1, 0x15, 0, &status);
    expect("one that waits does not run", cc, 1);
    expect("its status", status, 0x400);
    sigp(1, 0x05, 0, &status);
    expect("one that is stopped does not run", sigp(1, 0x15, 0, &status), 1);
    expect("its status", status, 0x400);
}

static void check_signals(void)
{
    u32 status;
    for (u32 i = 0; i < 4096; i++)
        page[i] = 0x55;
    expect("additional status", sigp(1, 0x17, (word)page, &status), 0);
    while (sigp(1, 0x01, 0, &status) == 2)
        ;
    expect("is stored", page[0], 0);
    page[0] = 0x55;
    expect("at no boundary", sigp(1, 0x17, (word)page + 512, &status), 1);
    expect("its status", status, 0x100);
    expect("with a length", sigp(1, 0x17, (word)page | 10, &status), 1);
    expect("its status", status, 0x100);
    expect("nothing is stored", page[0] == 0x55 && page[512] == 0x55, 1);
}

#define WATCHDOG(function, seconds, action)                                                                        \
    TRY("lgr %%r2, %0\n\tlgr %%r3, %1\n\tdiag %%r2, %2, 0x288", OUT(), "d"((u64)(function)), "d"((u64)(seconds)), "d"((u64)(action)))

static volatile u32 restarts;

void on_event(u32 kind, struct frame *frame)
{
    restarts += kind == RESTART;
    frame->mask &= ~(PSW_WAIT | PSW_EXTERNAL);
}

static void check_diagnose(void)
{
    expect("no such diagnose", TRY("diag 2, 4, 0x10", OUT(), "d"(0)), SPECIFICATION);
    u64 answer = 1;
    expect("no such hypercall", TRY("lghi %%r1, 7\n\tdiag 2, 4, 0x500", OUT(), "d"(0)), SPECIFICATION);
    expect("words of old", TRY("lghi %%r1, 0\n\tlghi %%r2, 1\n\tdiag 2, 4, 0x500\n\tlgr %0, %%r2", OUT("=d"(answer))), 0);
    expect("their answer", answer, 0);
    expect("words outside storage", TRY("lghi %%r1, 0\n\tlghi %%r2, -8\n\tdiag 2, 4, 0x500\n\tlgr %0, %%r2", OUT("=d"(answer))), 0);
    expect("their answer", answer, -22ull);
    expect("watchdog, odd register", TRY("diag 1, 2, 0x288", OUT(), "d"(0)), SPECIFICATION);
    expect("watchdog, no such action", WATCHDOG(0, 15, 42), SPECIFICATION);
    expect("watchdog, no such function", WATCHDOG(42, 15, 0), SPECIFICATION);
    expect("watchdog, not set", WATCHDOG(2, 15, 0), SPECIFICATION);
    expect("watchdog, too short", WATCHDOG(0, 14, 0), SPECIFICATION);
    expect("watchdog, problem state",
           TRY("larl %%r1, 5f\n\tlpswe 0(%%r1)\n\t.balign 8\n5:\t.quad 0x0001000180000000, 6f\n6:\tdiag 2, 4, 0x288", OUT(), "d"(0)), PRIVILEGED);
    expect("watchdog, set", WATCHDOG(0, 15, 0), 0);
    expect("watchdog, changed", WATCHDOG(1, 30, 0), 0);
    expect("watchdog, cancelled", WATCHDOG(2, 0, 0), 0);
    u64 begin = clock();
    expect("watchdog, set again", WATCHDOG(0, 15, 0), 0);
    wait_for(PSW_EXTERNAL);
    expect("restarts", restarts, 1);
    expect("after 15 seconds", (clock() - begin) / 4096000000ull, 15);
    expect("no longer set", WATCHDOG(1, 30, 0), SPECIFICATION);
}

int test_main(void)
{
    check_floating_point();
    check_move_page();
    check_information();
    check_service_processor();
    check_channel_subsystem();
    check_orders();
    check_running();
    check_signals();
    check_diagnose();
    if (!n_failures)
        print("conditions: all is well\n");
    return (int)n_failures;
}
