/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The channel subsystem: subchannels are found, enabled and started; channel programs in both formats; status, interruptions. */
#include "rt.h"

struct schib {
    u32 parameter, flags, path1, path2, path3, path4, path5;
    u32 scsw[3];
    u32 measurement[2], model;
};

struct orb {
    u32 parameter, flags, program, priority, more[4];
};

static struct schib schib __attribute__((aligned(8)));
static struct orb orb __attribute__((aligned(8)));
static u32 irb[24] __attribute__((aligned(8)));
static u64 ccws[8] __attribute__((aligned(8)));
static u8 buffer[4096] __attribute__((aligned(4096)));
static u32 device;
static volatile u32 taken, kinds;

void on_event(u32 kind, struct frame *frame)
{
    taken++;
    kinds |= 1 << kind;
    frame->mask &= ~(PSW_WAIT | PSW_IO);
}

#define CHANNEL(name, insn, ...)                                                                  \
    static u32 name(u32 id)                                                                       \
    {                                                                                             \
        register u64 r1 __asm__("1") = id;                                                        \
        u32 cc;                                                                                   \
        __asm__ volatile(insn "\n\tipm %0\n\tsrl %0, 28" : "=d"(cc) : "d"(r1), ##__VA_ARGS__ : "cc", "memory"); \
        return cc;                                                                                \
    }
CHANNEL(stsch, "stsch %2", "Q"(schib))
CHANNEL(msch, "msch %2", "Q"(schib))
CHANNEL(ssch, "ssch %2", "Q"(orb))
CHANNEL(tsch, "tsch %2", "Q"(irb))
CHANNEL(hsch, "hsch")
CHANNEL(csch, "csch")
CHANNEL(rsch, "rsch")
CHANNEL(xsch, "xsch")

static void show_schib(const char *what)
{
    stsch(device);
    print("%s: parameter %x, flags %x, %x %x %x %x %x, status %x %x %x\n", what, (word)schib.parameter, (word)schib.flags,
          (word)schib.path1, (word)schib.path2, (word)schib.path3, (word)schib.path4, (word)schib.path5, (word)schib.scsw[0],
          (word)schib.scsw[1], (word)schib.scsw[2]);
}

static void show_irb(u32 cc)
{
    print("  test: cc %u, status %x, program %x, %x, extended %x %x\n", (word)cc, (word)irb[0], (word)(irb[1] ? irb[1] - (word)ccws : 0),
          (word)irb[2], (word)irb[3], (word)irb[8]);
}

static void find(void)
{
    u32 n;
    for (n = 0; n < 8; n++) {
        u32 cc = stsch(0x10000 | n);
        if (cc == 3)
            break;
        if (schib.flags & 0x10000 && !device)
            device = 0x10000 | n;
        print("subchannel %u: cc %u, device number valid %u, %x\n", (word)n, (word)cc, (word)(schib.flags >> 16 & 1), (word)(schib.flags & 0xffff));
    }
    print("end at %u; another set: cc %u\n", (word)n, (word)stsch(0x30000));
    print("wrong identification: 0x%x 0x%x\n",
          (word)TRY("lghi %%r1, 0\n\tstsch %0", OUT("=Q"(schib))), (word)TRY("llilf %%r1, 0x1010000\n\tstsch %0", OUT("=Q"(schib))));
    print("unaligned: 0x%x\n", (word)TRY("llilf %%r1, 0x10000\n\tla %%r2, %0\n\tstsch 2(%%r2)", OUT("=Q"(schib))));
    show_schib("after reset");
}

static void check_modify(void)
{
    orb.program = (word)ccws;
    orb.flags = 0x0080ff00;
    print("start while not enabled: cc %u\n", (word)ssch(device));
    print("test while not enabled: cc %u\n", (word)tsch(device));
    stsch(device);
    schib.flags |= 1u << 30;
    print("reserved bit: 0x%x\n", (word)TRY("lgr %%r1, %1\n\tmsch %0", OUT("=Q"(schib)), "a"((u64)device), "m"(schib)));
    stsch(device);
    schib.parameter = 0x12345678;
    schib.flags |= 0x00800000 | 3 << 27;
    print("enable: cc %u\n", (word)msch(device));
    show_schib("enabled");
    print("modify none: cc %u\n", (word)msch(0x1ffff));
    print("nothing pending: cc %u\n", (word)tsch(device));
}

static u64 ccw1(u32 code, u32 flags, u32 count, word at) { return (u64)code << 56 | (u64)flags << 48 | (u64)count << 32 | at; }
static u64 ccw0(u32 code, u32 flags, u32 count, word at) { return (u64)code << 56 | (u64)at << 32 | (u64)flags << 24 | count; }

static void run(const char *what, u32 flags)
{
    orb.parameter = 0xabcd0000;
    orb.flags = flags;
    orb.program = (word)ccws;
    u32 cc = ssch(device);
    print("%s: cc %u\n", what, (word)cc);
    show_irb(tsch(device));
    print("  data %X, again: cc %u\n", *(u64 *)buffer, (word)tsch(device));
    *(u64 *)buffer = 0;
}

static void check_programs(void)
{
    ccws[0] = ccw0(0xe4, 0x20, 8, (word)buffer);
    run("sense id, format 0", 0x0000ff00);
    ccws[0] = ccw1(0xe4, 0x20, 8, (word)buffer);
    run("sense id", 0x0080ff00);
    ccws[0] = ccw1(0xe4, 0x20, 7, (word)buffer);
    run("sense id, exact length", 0x0080ff00);
    ccws[0] = ccw1(0xe4, 0x20, 64, (word)buffer);
    run("sense id, long", 0x0080ff00);
    ccws[0] = ccw1(0xe4, 0x30, 8, (word)buffer);
    run("sense id, skipped", 0x0080ff00);
    ccws[0] = ccw1(3, 0x60, 1, (word)buffer);
    ccws[1] = ccw1(0xe4, 0x20, 8, (word)buffer);
    run("no-operation, chained", 0x0080ff00);
    ccws[1] = ccw1(8, 0, 0, (word)&ccws[3]);
    ccws[3] = ccw1(0xe4, 0x20, 8, (word)buffer);
    run("transfer in channel", 0x0080ff00);
    ccws[0] = ccw1(0xfe, 0x20, 8, (word)buffer);
    run("a command that no device has", 0x0080ff00);
    ccws[0] = ccw1(4, 0x20, 32, (word)buffer);
    run("sense", 0x0080ff00);
    ccws[0] = ccw1(0, 0x20, 8, (word)buffer);
    run("command 0", 0x0080ff00);
    ccws[0] = ccw1(0xe4, 0x20, 8, (word)buffer);
    run("suspend not allowed", 0x0080ff00);
    ccws[0] = ccw1(0xe4, 0x20, 0, (word)buffer);
    run("count 0", 0x0080ff00);
    ccws[0] = ccw1(8, 0, 0, (word)&ccws[0]);
    run("first is a transfer", 0x0080ff00);
}

/* Takes what may have been left behind. */
static void drain(void)
{
    u64 words;
    SET_CONTROL(6, 0xff000000);
    while (CC("tpi %1", OUT(, "=Q"(words))))
        ;
}

static void check_interruptions(void)
{
    drain();
    ccws[0] = ccw1(0xe4, 0x20, 8, (word)buffer);
    orb.flags = 0x0080ff00;
    ssch(device);
    SET_CONTROL(6, 0);
    u64 words = 0;
    print("pending, masked: cc %u\n", (word)CC("tpi %1", OUT(, "=Q"(words))));
    SET_CONTROL(6, 0xff000000);
    print("pending: cc %u", (word)CC("tpi %1", OUT(, "=Q"(words))));
    print(" %X\n", words);
    print("not any more: cc %u\n", (word)CC("tpi %1", OUT(, "=Q"(words))));
    show_irb(tsch(device));
    ssch(device);
    print("a second start: cc %u\n", (word)ssch(device));
    wait_for(PSW_IO);
    print("I/O interruption: %x parameter %x word %x\n", (word)LOW32(0xb8), (word)LOW32(0xbc), (word)LOW32(0xc0));
    expect("taken", taken, 1);
    expect("an I/O interruption", kinds, 1 << IO);
    show_irb(tsch(device));
    ssch(device);
    LOW32(0xb8) = LOW32(0xbc) = LOW32(0xc0) = 0;
    print("to the prefix area: cc %u", (word)CC("tpi 0", OUT()));
    print(" %x %x %x\n", (word)LOW32(0xb8), (word)LOW32(0xbc), (word)LOW32(0xc0));
    show_irb(tsch(device));
}

static void check_functions(void)
{
    print("resume: cc %u, cancel: cc %u\n", (word)rsch(device), (word)xsch(device));
    u32 cc = hsch(device);
    print("halt: cc %u, test: cc %u, status %x\n", (word)cc, (word)tsch(device), (word)irb[0]);
    cc = csch(device);
    print("clear: cc %u, test: cc %u, status %x\n", (word)cc, (word)tsch(device), (word)irb[0]);
    ssch(device);
    print("with status pending: resume cc %u, cancel cc %u, halt cc %u\n", (word)rsch(device), (word)xsch(device), (word)hsch(device));
    stsch(device);
    print("modify cc %u\n", (word)msch(device));
    tsch(device);
    u32 report;
    print("channel report: cc %u", (word)CC("stcrw %1", OUT(, "=Q"(report))));
    print(" %x\n", (word)report);
    print("no such subchannel: %u %u %u %u %u\n", (word)hsch(0x1fff0), (word)csch(0x1fff0), (word)rsch(0x1fff0), (word)xsch(0x1fff0),
          (word)ssch(0x1fff0));
    orb.flags = 0x0080ff00 | 0x02;
    print("reserved bit of the request: 0x%x\n", (word)TRY("lgr %%r1, %0\n\tssch %1", OUT(), "a"((u64)device), "Q"(orb)));
    stsch(device);
    schib.flags &= ~0x00800000u;
    print("disable: cc %u\n", (word)msch(device));
}

static u32 chsc(u32 length, u32 command, const char *what)
{
    for (u32 i = 0; i < sizeof buffer; i++)
        buffer[i] = 0;
    *(u32 *)buffer = length << 16 | command;
    u32 cc;
    __asm__ volatile(".insn rre, 0xb25f0000, %1, 0\n\tipm %0\n\tsrl %0, 28" : "=d"(cc) : "a"(buffer) : "cc", "memory");
    print("%s: cc %u, response %x\n", what, (word)cc, (word)*(u32 *)(buffer + length));
    return cc;
}

static void check_call(void)
{
    chsc(16, 0x10, "characteristics");
    for (u32 i = 16; i < 4096; i += 4)
        if (*(u32 *)(buffer + i))
            print("  %u: %x\n", (word)i, (word)*(u32 *)(buffer + i));
    chsc(16, 0x7777, "no such command");
    chsc(16, 0x0002, "channel path description");
    chsc(16, 0x0004, "subchannel description");
    chsc(16, 0x0031, "facility control");
    print("unaligned: 0x%x\n", (word)TRY(".insn rre, 0xb25f0000, %0, 0", OUT(), "a"(buffer + 8)));
}

int test_main(void)
{
    find();
    check_modify();
    check_programs();
    check_interruptions();
    check_functions();
    check_call();
    return (int)n_failures;
}
