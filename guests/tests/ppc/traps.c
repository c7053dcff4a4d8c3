/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Interrupts with what they leave behind, from both states. */
#include "rt.h"

/* QEMU leaves the reasons that classic CPUs show in SRR1 there, too, and they come back as MSR.CE; ME can't be set on it. */
#define SRR1_LEFT (MSR_ME | 0xe0000)

static struct {
    u32 n, number, pc, msr, esr, dear;
} last;

/* The system call with which `in_user` comes back. */
extern char end_of_user[];

void on_trap(struct frame *frame, u32 number)
{
    if (frame->pc == (u32)end_of_user + 4 && number == SYSTEM_CALL) {
        frame->msr &= ~MSR_PR;
        return;
    }
    last.n++;
    last.number = number;
    last.pc = frame->pc;
    last.msr = frame->msr;
    last.esr = GET(SPR_ESR);
    last.dear = GET(SPR_DEAR);
    if (number != SYSTEM_CALL)
        frame->pc += 4;
}

static void report(const char *what, u32 here)
{
    if (!last.n) {
        print("%s: no interrupt\n", what);
        return;
    }
    print("%s: IVOR%u, pc + %u, MSR 0x%x", what, (word)last.number, (word)(last.pc - here), (word)(last.msr & ~SRR1_LEFT));
    if (last.number == PROGRAM || last.number == DATA_STORAGE || last.number == DATA_TLB || last.number == SPE_UNAVAILABLE)
        print(", ESR 0x%x", (word)last.esr);
    if (last.number == DATA_STORAGE || last.number == DATA_TLB)
        print(", DEAR 0x%x", (word)last.dear);
    print(last.n > 1 ? ", %u times\n" : "\n", (word)last.n);
}

/* Runs code and says what came of it; pc counts from the code's start. */
#define TRY(what, code)                                                                                          \
    do {                                                                                                         \
        u32 here_;                                                                                               \
        last.n = 0;                                                                                              \
        __asm__ volatile("lis %0, 9f@ha\n\taddi %0, %0, 9f@l\n9:\t" code "\n\tnop" : "=&b"(here_)::"r3", "r4", "r5", \
                         "cr0", "ctr", "lr", "memory");                                                          \
        report(what, here_);                                                                                     \
    } while (0)

static void supervisor(void)
{
    TRY("system call", "sc");
    TRY("trap", "tw 31, 3, 3");
    TRY("trap that is not taken", "li 3, 1\n\ttwi 6, 3, 1");
    TRY("illegal instruction", ".long 0");
    TRY("another one", ".long 0x7c0007ff");
    TRY("floating point", ".long 0xfc00002a");
    TRY("load of floating point", ".long 0xc8030000");
    TRY("SPE", ".long 0x10642a00");
    TRY("load of SPE", ".long 0x10600b01");
    TRY("read where nothing is mapped", "lis 3, 0xd000\n\tlwz 4, 8(3)");
    TRY("write where nothing is mapped", "lis 3, 0xd000\n\tstw 4, 12(3)");
    TRY("atomic store where nothing is mapped", "lis 3, 0xd000\n\tlwarx 4, 0, 3");
    TRY("dcbz where nothing is mapped", "lis 3, 0xd000\n\tdcbz 0, 3");
    TRY("several registers from where nothing is mapped", "lis 3, 0xd000\n\tlmw 30, 0(3)");
    TRY("access across pages", "lis 3, 0x400\n\tlwz 4, -2(3)");
}

__asm__(".pushsection .text\n"
        "user_syscall:\tsc\n\tblr\n"
        "user_mfmsr:\tmfmsr 3\n\tblr\n"
        "user_mtspr:\tmtspr 272, 3\n\tblr\n"
        "user_mfpvr:\tmfpvr 3\n\tblr\n"
        "user_tlbwe:\ttlbwe\n\tblr\n"
        "user_rfi:\trfi\n\tblr\n"
        "user_wrteei:\twrteei 1\n\tblr\n"
        "user_timebase:\t.long 0x7c6c42e6\n\tblr\n"
        "user_sprg:\tmfspr 3, 260\n\tblr\n"
        "user_fine:\tli 3, 7\n\tblr\n"
        ".popsection");
extern char user_syscall[], user_mfmsr[], user_mtspr[], user_mfpvr[], user_tlbwe[], user_rfi[], user_wrteei[], user_timebase[], user_sprg[], user_fine[];

/* Calls a piece in problem state; it returns to the system call. */
static __attribute__((noinline, noclone)) void in_user(const char *what, char *piece)
{
    last.n = 0;
    __asm__ volatile("mtspr 26, %0\n\tmfmsr 3\n\tori 3, 3, 0x4000\n\tmtspr 27, 3\n\tlis 3, end_of_user@ha\n\t"
                     "addi 3, 3, end_of_user@l\n\tmtlr 3\n\trfi\n.globl end_of_user\nend_of_user:\tsc\n\tnop" ::"r"(piece)
                     : "r3", "r4", "r5", "lr", "ctr", "cr0", "memory");
    report(what, (u32)piece);
}

static void user(void)
{
    in_user("user: nothing", user_fine);
    in_user("user: system call", user_syscall);
    in_user("user: mfmsr", user_mfmsr);
    in_user("user: mtspr", user_mtspr);
    in_user("user: mfpvr", user_mfpvr);
    in_user("user: tlbwe", user_tlbwe);
    in_user("user: rfi", user_rfi);
    in_user("user: wrteei", user_wrteei);
    in_user("user: time base", user_timebase);
    in_user("user: SPRG4", user_sprg);
}

int test_main(word cpu, word dtb)
{
    (void)cpu;
    (void)dtb;
    supervisor();
    user();
    return (int)n_failures;
}
