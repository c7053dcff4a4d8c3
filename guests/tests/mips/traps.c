/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Exceptions with what they leave in coprocessor 0, also in delay slots, and from user mode. What QEMU 7.2 does otherwise than the
 * manual is left out: EPC of a misaligned LL, coprocessor 2, the slot of a branch that can never be taken.
 */
#include "rt.h"

static struct {
    u32 n, cause, status;
    word vector, epc, badvaddr;
} last;

/* The SYSCALL with which `in_user` comes back. */
extern char end_of_user[] __attribute__((weak));

void on_trap(struct frame *frame, u32 cause, word badvaddr)
{
    if (frame->x[0] == (word)end_of_user) {
        /* Back to kernel mode: ERET leaves UM alone. */
        PUT(C0_STATUS, STATUS_BASE | STATUS_EXL);
        skip(frame, cause);
        return;
    }
    last.n++;
    last.cause = cause;
    last.status = GET(C0_STATUS);
    last.vector = frame->x[26];
    last.epc = frame->x[0];
    last.badvaddr = badvaddr;
    skip(frame, cause);
}

static void report(const char *what, word here)
{
    if (!last.n) {
        print("%s: no exception\n", what);
        return;
    }
    u32 code = last.cause >> 2 & 31;
    print("%s: code %u, BD %u, EPC + %u, vector 0x%x, EXL %u, UM %u", what, (word)code, (word)(last.cause >> 31),
          last.epc - here, last.vector, (word)(last.status >> 1 & 1), (word)(last.status >> 4 & 1));
    if (code == EXC_CPU)
        print(", CE %u", (word)(last.cause >> 28 & 3));
    if (code == EXC_ADEL || code == EXC_ADES || code == EXC_TLBL || code == EXC_TLBS)
        print(", BadVAddr 0x%x", last.badvaddr & 0xffffffff);
    print(last.n > 1 ? ", %u times\n" : "\n", (word)last.n);
}

#define CLOBBERED "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "$31", \
                  "hi", "lo", "memory"
#if __mips == 64
#define ADDRESS "dla"
#else
#define ADDRESS "la"
#endif

/* Runs code and says what came of it; EPC counts from the code's start. */
#define TRY(what, code)                                                                                      \
    do {                                                                                                     \
        word here_;                                                                                          \
        last.n = 0;                                                                                          \
        __asm__ volatile(".set push\n\t.set noreorder\n\t.set noat\n\t" ADDRESS " %0, 9f\n9:\t" code         \
                         "\n\tnop\n\t.set pop" : "=&r"(here_)::CLOBBERED, "$1");                                   \
        report(what, here_);                                                                                 \
    } while (0)

static void exceptions(void)
{
    TRY("syscall", "syscall");
    TRY("break", "break");
    TRY("reserved", ".word 0x7000003e");
    TRY("trap if equal", "teq $0, $0");
    TRY("trap not taken", "tne $0, $0");
    TRY("tgei", "tgei $0, -1");
    TRY("tltiu", "tltiu $0, -1");
    TRY("overflow of add", "lui $2, 0x7fff\n\tori $2, 0xffff\n\tadd $3, $2, $2");
    TRY("overflow of addi", "lui $2, 0x7fff\n\tori $2, 0xffff\n\taddi $3, $2, 1");
    TRY("overflow of sub", "lui $2, 0x8000\n\tli $4, 1\n\tsub $3, $2, $4");
    TRY("addu does not overflow", "lui $2, 0x7fff\n\tori $2, 0xffff\n\taddu $3, $2, $2");
    TRY("misaligned lw", "lui $2, 0x8020\n\tlw $3, 2($2)");
    TRY("misaligned lh", "lui $2, 0x8020\n\tlh $3, 1($2)");
    TRY("misaligned sw", "lui $2, 0x8020\n\tsw $3, 1($2)");
    TRY("coprocessor 1", ".word 0x44020000");
#if __mips == 64
    TRY("dadd", "li $2, -1\n\tdsrl $2, $2, 1\n\tdadd $3, $2, $2");
    TRY("misaligned ld", "lui $2, 0x8020\n\tld $3, 4($2)");
    TRY("address outside the segments", "li $2, 1\n\tdsll $2, $2, 61\n\tlw $3, 0($2)");
#endif
}

static void slots(void)
{
    TRY("slot of a taken branch", "b 1f\n\tsyscall\n\tnop\n1:");
    TRY("slot of a branch not taken", "li $2, 1\n\tbeqz $2, 1f\n\tbreak\n\tnop\n1:");
    TRY("slot of a likely branch, taken", "beql $0, $0, 1f\n\tsyscall\n\tnop\n1:");
    TRY("slot of a likely branch, not taken", "li $2, 1\n\tbeqzl $2, 1f\n\tsyscall\n\tnop\n1:");
    TRY("slot of a call", ADDRESS " $25, 1f\n\tjalr $25\n\tteq $0, $0\n1:");
    TRY("load in a slot", "lui $2, 0x8020\n\tb 1f\n\tlw $3, 3($2)\n\tnop\n1:");
    TRY("slot that changes what was compared", "li $2, 1\n\tbeqz $2, 1f\n\taddiu $2, $2, -1\n\tbeqz $2, 1f\n\tnop\n\tsyscall\n1:");
}

/* A link register is written although the slot traps. */
static void links(void)
{
    word got, must;

    last.n = 0;
    __asm__ volatile(".set push\n\t.set noreorder\n\t" ADDRESS " %1, 2f\n\t" ADDRESS " $25, 1f\n\tjalr $25\n\tsyscall\n"
                     "2:\tnop\n1:\tmove %0, $31\n\t.set pop" : "=&r"(got), "=&r"(must)::CLOBBERED);
    expect("link of a call whose slot traps", got, must);
}

/* In user mode kseg0 can't be reached, so only instructions that stay inside one page of useg would run: TLB entry 0 maps it. */
static void map_user(word text)
{
    u32 frame = (u32)(text & 0x1fffe000) >> 6;

    for (u32 i = 0; i < 16; i++) {
        PUT(C0_INDEX, i);
        PUT_WORD(C0_ENTRYHI, KSEG0 + ((word)i << 13));
        PUT_WORD(C0_ENTRYLO0, 0);
        PUT_WORD(C0_ENTRYLO1, 0);
        PUT(C0_PAGEMASK, 0);
        __asm__ volatile("tlbwi\n\tehb" ::: "memory");
    }
    PUT(C0_INDEX, 0);
    PUT_WORD(C0_ENTRYHI, 0x400000);
    PUT_WORD(C0_ENTRYLO0, frame | 3 << 3 | 7);
    PUT_WORD(C0_ENTRYLO1, (frame + 0x40) | 3 << 3 | 7);
    __asm__ volatile("tlbwi\n\tehb" ::: "memory");
}

/* The pieces that run in user mode, in two pages of their own; each ends by SYSCALL at end_of_user. */
__asm__(".pushsection .text\n\t.set push\n\t.set noreorder\n\t.balign 8192\n"
        "user_text:\n"
        "user_syscall:\tsyscall\n\tjr $31\n\tnop\n"
        "user_mfc0:\tmfc0 $2, $12\n\tjr $31\n\tnop\n"
        "user_eret:\teret\n\tjr $31\n\tnop\n"
        "user_tlbwi:\ttlbwi\n\tjr $31\n\tnop\n"
        "user_kseg0:\tlui $2, 0x8020\n\tlw $2, 0($2)\n\tjr $31\n\tnop\n"
        "user_kseg1:\tlui $2, 0xa020\n\tsw $2, 0($2)\n\tjr $31\n\tnop\n"
        "user_rdhwr:\t.word 0x7c02003b\n\tjr $31\n\tnop\n"
        "user_fine:\tli $2, 7\n\tjr $31\n\tnop\n\t"
        ".balign 4096\n\t.set pop\n\t.popsection");
extern char user_text[], user_syscall[], user_mfc0[], user_eret[], user_tlbwi[], user_kseg0[], user_kseg1[], user_rdhwr[],
    user_fine[];

/* Calls a piece in user mode; $31 leads to the SYSCALL, which is reached through an exception of its own: it lies in kseg0. */
static __attribute__((noinline, noclone)) void in_user(const char *what, char *piece)
{
    word entry = 0x400000 + (word)(piece - user_text);

    last.n = 0;
    PUT_WORD(C0_EPC, entry);
    PUT(C0_STATUS, STATUS_BASE | STATUS_UM | STATUS_EXL);
    __asm__ volatile(".set push\n\t.set noreorder\n\t" ADDRESS " $31, end_of_user\n\teret\n"
                     ".globl end_of_user\nend_of_user:\tnop\n\tnop\n\t.set pop" ::: CLOBBERED);
    report(what, entry);
}

static void user(void)
{
    map_user((word)user_text);
    in_user("nothing", user_fine);
    in_user("syscall", user_syscall);
    in_user("mfc0", user_mfc0);
    in_user("eret", user_eret);
    in_user("tlbwi", user_tlbwi);
    in_user("load from kseg0", user_kseg0);
    in_user("store to kseg1", user_kseg1);
    in_user("rdhwr that is not enabled", user_rdhwr);
}

int test_main(word cpu)
{
    if (cpu)
        return 0;
    exceptions();
    slots();
    links();
    user();
    return (int)n_failures;
}
