/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Program interruptions with their codes, lengths and old PSWs; supervisor and monitor calls; restart of the own CPU. */
#include "rt.h"

static volatile u32 calls, call_code;
static volatile u64 call_address;

void on_event(u32 kind, struct frame *frame)
{
    calls++;
    if (kind == SVC) {
        call_code = LOW32(0x88);
        call_address = frame->address;
    }
    if (kind == RESTART)
        call_code = 0xee;
    frame->mask = PSW_64;
}

/* Code, length, and where the old PSW points to, counted from the first instruction. */
#define SHOW(what, insns, inputs...)                                                          \
    do {                                                                                     \
        u32 code_ = TRY("larl %%r1, 7f\n\tstgrl %%r1, origin\n\tlghi %%r1, 0\n7:\t" insns, OUT(), inputs); \
        print("%s: code 0x%x, length %u", what, (word)code_, (word)(code_ ? program_ilc : 0)); \
        if (code_)                                                                           \
            print(", old PSW %X at +%u", (u64)program_mask & ~0x300000000000ull, (word)(program_address - origin)); \
        print("\n");                                                                         \
    } while (0)

volatile u64 origin;
u64 cell[8] __attribute__((aligned(256)));

static void check_codes(void)
{
    SHOW("no instruction", ".long 0x00000000");
    SHOW("no instruction, 4 bytes", ".long 0xb2fe0000");
    SHOW("no instruction, 6 bytes", ".short 0xe3ff, 0, 0x00ff");
    SHOW("execute of execute", "exrl 0, 6f\n\tj 1f\n6:\tex 0, 0(0)");
    SHOW("execute of nothing", "exrl 0, 6f\n\tj 1f\n6:\t.long 0");
    SHOW("addressing", "llihf %%r1, 0x7fff\n\tlg %%r1, 0(%%r1)");
    SHOW("addressing, store", "llihf %%r1, 0x7fff\n\tstg %%r1, 0(%%r1)");
    SHOW("specification, odd pair", "lghi %%r1, 0\n\t.short 0x1d31");
    SHOW("specification, alignment", "larl %%r1, cell\n\tcs %%r2, %%r3, 2(%%r1)");
    SHOW("divide", "lghi %%r1, 0\n\tlghi %%r2, 0\n\tlghi %%r3, 1\n\tdr %%r2, %%r1");
    SHOW("divide, 64 bits", "lghi %%r1, 0\n\tlghi %%r3, 1\n\tdsgr %%r2, %%r1");
    SHOW("compare and trap", "lghi %%r1, 1\n\tcgit %%r1, 1, 8");
    SHOW("data code", "larl %%r1, cell\n\tlgf %%r1, 0x90(0)\n\tlghi %%r1, 1\n\tcgit %%r1, 1, 8");
    print("data exception code 0x%x\n", (word)LOW32(0x90));
    SHOW("overflow off", "llilf %%r1, 0x7fffffff\n\tahi %%r1, 1");
    SHOW("prefix without storage", "larl %%r1, 6f\n\tspx 0(%%r1)\n\tj 1f\n\t.balign 4\n6:\t.long 0x7fffe000");
    SHOW("sckpf", "lghi %%r0, -1\n\tsckpf");
    SHOW("stsi reserved", "llilf %%r0, 0x10000100\n\tlghi %%r1, 1\n\tstsi 0(%%r1)");
}

/* In the problem state. */
#define PROBLEM_TRY(what, insns, inputs...) \
    SHOW(what, "larl %%r1, 5f\n\tlpswe 0(%%r1)\n\t.balign 8\n5:\t.quad 0x0001000180000000, 6f\n6:\t" insns, inputs)

static void check_privileged(void)
{
    PROBLEM_TRY("ssm", "ssm 0");
    PROBLEM_TRY("lctlg", "lctlg 0, 0, 0");
    PROBLEM_TRY("stctg", "stctg 0, 0, 0");
    PROBLEM_TRY("lpswe", "lpswe 0");
    PROBLEM_TRY("stpx", "stpx 0");
    PROBLEM_TRY("stap", "stap 0");
    PROBLEM_TRY("stidp", "stidp 0");
    PROBLEM_TRY("sske", "sske 0, 0");
    PROBLEM_TRY("iske", "iske 0, 0");
    PROBLEM_TRY("rrbe", "rrbe 0, 0");
    PROBLEM_TRY("ptlb", "ptlb");
    PROBLEM_TRY("sck", "sck 0");
    PROBLEM_TRY("sckc", "sckc 0");
    PROBLEM_TRY("stpt", "stpt 0");
    PROBLEM_TRY("sigp", "sigp 0, 0, 1");
    PROBLEM_TRY("stsch", "stsch 0");
    PROBLEM_TRY("tpi", "tpi 0");
    PROBLEM_TRY("diag", "diag 0, 0, 0x44");
    PROBLEM_TRY("lra", "lra 0, 0");
    PROBLEM_TRY("tb", "tb 0, 0");
    PROBLEM_TRY("stosm", "stosm 0, 0");
    PROBLEM_TRY("spka 0", "spka 0");
    PROBLEM_TRY("stsi", "lghi %%r0, 0\n\tlghi %%r1, 0\n\tstsi 0");
    PROBLEM_TRY("stfl", "stfl 0");
    PROBLEM_TRY("servc", ".insn rre, 0xb2200000, %%r1, %%r1");
    PROBLEM_TRY("stck is free", "larl %%r1, cell\n\tstck 0(%%r1)\n\t.long 0");
}

static void check_calls(void)
{
    __asm__ volatile("svc 0x5a\n1:\tlarl %%r1, 1b\n\tstgrl %%r1, origin" : : : "1", "memory");
    print("supervisor call 0x%x, old PSW behind it: %u\n", (word)call_code, (word)(call_address == origin));
    __asm__ volatile("exrl %0, 1f\n\tj 2f\n1:\tsvc 0\n2:" : : "a"(0x77) : "memory");
    print("supervisor call 0x%x by execute\n", (word)call_code);
    SHOW("monitor call off", "mc 7, 3");
    SET_CONTROL(8, 0xffff);
    SHOW("monitor call", "lghi %%r1, 0x123\n\tmc 0x456(%%r1), 5");
    print("class %u, code 0x%X\n", (word)LOW16(0x94), (u64)LOW64(0xb0));
    SHOW("monitor call, class 16", "mc 0, 16");
    SET_CONTROL(8, 0);
    u32 n = calls;
    u32 status;
    u32 cc = sigp(0, 6, 0, &status);
    print("restart of the own CPU: cc %u, taken %u\n", (word)cc, (word)(calls - n));
}

static void check_protection(void)
{
    SET_CONTROL(0, control(0) | 0x10000000);
    SHOW("low address", "sth %%r1, 0x100(%%r0)");
    SHOW("low address, second page", "sthy %%r1, 0x10f0(%%r0)");
    SHOW("not low", "sth %%r1, 0x4f0(%%r0)");
    SET_CONTROL(0, control(0) & ~0x10000000ull);
}

int test_main(void)
{
    check_codes();
    check_privileged();
    check_calls();
    check_protection();
    return (int)n_failures;
}
