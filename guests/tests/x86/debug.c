/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Debug exceptions: single step behind each kind of instruction, breakpoints of all kinds, and what DR6 and the saved flags say. QEMU 7.2 knows neither
 * RF nor general detection, takes addresses of breakpoints that are not aligned as they are, and fails on some that hit twice: none of that is here. */
#include "rt.h"

enum { TF = 1 << 8, DE = 8 };

static struct {
    u32 vector, error, flags;
    word pc, dr6;
} saw[64];
static volatile u32 n_saw;
word base, resume;
u8 data[64] __attribute__((aligned(64)));

#define READ(reg) ({ word v_; __asm__ volatile("mov %%" reg ", %0" : "=r"(v_)); v_; })
#define WRITE(reg, v) __asm__ volatile("mov %0, %%" reg ::"r"((word)(v)) : "memory")

void on_trap(struct frame *f)
{
    if (n_saw < 64) {
        saw[n_saw].vector = (u32)f->vector;
        saw[n_saw].error = (u32)f->error;
        saw[n_saw].flags = (u32)f->flags;
        saw[n_saw].pc = f->pc;
        saw[n_saw].dr6 = READ("dr6");
        n_saw++;
    }
    WRITE("dr6", 0);
    if (f->vector == 0 || f->vector == 5 || f->vector == 6 || f->vector == 13 || f->vector == 14)
        f->pc = resume;
}

static void tell(const char *what)
{
    print("%s: %u\n", what, n_saw);
    for (u32 n = 0; n < n_saw; n++)
        print("  vector %u at %x, dr6 %x, flags %x\n", saw[n].vector, (u32)(saw[n].pc - base),
              saw[n].vector == 1 ? (u32)saw[n].dr6 : 0, saw[n].flags & TF);
}

#ifdef __x86_64__
#define PUSHF "pushfq\n\t"
#define POPF "popfq\n\t"
#define LABEL(label, to) "movq $" label ", " to "\n\t"
#define SP "%%rsp"
#define A "%%rax"
#define REGS "rax", "rcx", "rdx", "rbx", "rsi", "rdi"
#else
#define PUSHF "pushf\n\t"
#define POPF "popf\n\t"
#define LABEL(label, to) "movl $" label ", " to "\n\t"
#define SP "%%esp"
#define A "%%eax"
#define REGS "eax", "ecx", "edx", "ebx", "esi", "edi"
#endif

/* Runs code with or without TF; offsets are from its first byte, and faults go on behind it. */
#define RUN(what, tf, code) \
    do { \
        n_saw = 0; \
        WRITE("dr6", 0); \
        __asm__ volatile(LABEL("8f", "base") LABEL("9f", "resume") \
            "cld\n\t" PUSHF "orl %0, (" SP ")\n\t" POPF "8: " code "\n\t9: " PUSHF "andl $~0x100, (" SP ")\n\t" POPF \
            : : "i"(tf) : REGS, "memory", "cc"); \
        tell(what); \
    } while (0)
#define STEP(what, code) RUN("step: " what, TF, code)

static void steps(void)
{
    STEP("nop", "nop\n\tnop\n\tnop");
    STEP("cpuid", "mov $0, %%eax\n\tcpuid");
    STEP("in", "in $0x61, %%al\n\tnop");
    STEP("out", "out %%al, $0x80\n\tnop");
    STEP("jmp", "jmp 1f\n\tnop\n1: nop");
    STEP("call and ret", "call 1f\n\tjmp 2f\n1: ret\n2: nop");
    STEP("loop", "mov $2, %%ecx\n1: loop 1b");
    STEP("rep movsb", "mov $data, %%esi\n\tmov $data + 8, %%edi\n\tmov $3, %%ecx\n\trep movsb\n\tnop");
    STEP("rep of nothing", "mov $data, %%esi\n\tmov $data + 8, %%edi\n\tmov $0, %%ecx\n\trep movsb\n\tnop");
    STEP("mov from cr0", "mov %%cr0, " A "\n\tnop");
    STEP("mov to cr0", "mov %%cr0, " A "\n\tmov " A ", %%cr0\n\tnop");
    STEP("mov to cr3", "mov %%cr3, " A "\n\tmov " A ", %%cr3\n\tnop");
    STEP("mov from dr7", "mov %%dr7, " A "\n\tnop");
    STEP("mov ss", "mov %%ss, %%eax\n\tmov %%eax, %%ss\n\tnop\n\tnop");
    STEP("mov ss twice", "mov %%ss, %%eax\n\tmov %%eax, %%ss\n\tmov %%eax, %%ss\n\tnop\n\tnop");
    STEP("mov ss, int3", "mov %%ss, %%eax\n\tmov %%eax, %%ss\n\tint3\n\tnop");
    STEP("int3", "int3\n\tnop");
    STEP("int", "int $0x40\n\tnop");
    STEP("ud2", "ud2");
    STEP("div by 0", "xor %%ecx, %%ecx\n\tdiv %%ecx");
    STEP("popf without TF", PUSHF "andl $~0x100, (" SP ")\n\t" POPF "nop\n\tnop");
    STEP("pushf and popf", PUSHF POPF "nop");
    STEP("lmsw", "smsw %%ax\n\tlmsw %%ax\n\tnop");
    STEP("xchg", "xchg %%eax, data\n\tnop");
    STEP("lock cmpxchg", "mov data, %%eax\n\tlock cmpxchg %%eax, data\n\tnop");
    STEP("lgdt and sgdt", "sub $16, " SP "\n\tsgdt (" SP ")\n\tlgdt (" SP ")\n\tadd $16, " SP);
    STEP("rdmsr", "mov $0x277, %%ecx\n\trdmsr\n\tnop");
    STEP("wbinvd", "wbinvd\n\tnop");
    STEP("invlpg", "invlpg data\n\tnop");
    STEP("clts", "clts\n\tnop");
    STEP("fninit", "fninit\n\tfld1\n\tfstp %%st(0)\n\tnop");
#ifndef __x86_64__
    STEP("into", "xor %%eax, %%eax\n\tinto\n\tnop");
    STEP("into taken", "mov $0x7f, %%al\n\tinc %%al\n\tinto\n\tnop");
    STEP("push and pop ss", "push %%ss\n\tpop %%ss\n\tnop\n\tnop");
    STEP("far call", "push %%cs\n\tcall 1f\n\tjmp 2f\n1: lret\n2: nop");
    STEP("iret", "pushf\n\tpush %%cs\n\tpush $1f\n\tiret\n1: nop\n\tnop");
    STEP("iret that clears TF", "pushf\n\tandl $~0x100, (%%esp)\n\tpush %%cs\n\tpush $1f\n\tiret\n1: nop\n\tnop");
    STEP("bound", "sub $8, %%esp\n\tmovl $0, (%%esp)\n\tmovl $9, 4(%%esp)\n\tmov $3, %%eax\n\tbound %%eax, (%%esp)\n\tadd $8, %%esp");
#else
    STEP("iretq", "mov %%rsp, %%rcx\n\tmov %%ss, %%eax\n\tpush %%rax\n\tpush %%rcx\n\tpushfq\n\tmov %%cs, %%eax\n\tpush %%rax\n\t"
                  "push $1f\n\tiretq\n1: nop\n\tnop");
    STEP("swapgs", "swapgs\n\tswapgs\n\tnop");
    STEP("mov to cr8", "xor %%eax, %%eax\n\tmov %%rax, %%cr8\n\tnop");
#endif
}

/* What a breakpoint is: bits of DR7. */
#define ON(n) (3u << 2 * (n))
#define IS(n, kind, len) ((kind) << (16 + 4 * (n)) | (len) << (18 + 4 * (n)))
enum { EXECUTE, STORE, PORT, ACCESS };
enum { ONE, TWO, EIGHT, FOUR };

static void at(u32 n, word address)
{
    switch (n) {
    case 0: WRITE("dr0", address); break;
    case 1: WRITE("dr1", address); break;
    case 2: WRITE("dr2", address); break;
    default: WRITE("dr3", address);
    }
}

#define WATCH(what, dr7, code) \
    do { \
        WRITE("dr7", dr7); \
        RUN(what, 0, code); \
        WRITE("dr7", 0); \
    } while (0)

static void accesses(void)
{
    at(0, (word)data + 8);
    WATCH("write, 1 byte: store", ON(0) | IS(0, STORE, ONE), "movb $1, data + 8\n\tnop");
    WATCH("write, 1 byte: load", ON(0) | IS(0, STORE, ONE), "movb data + 8, %%al\n\tnop");
    WATCH("write, 1 byte: store beside", ON(0) | IS(0, STORE, ONE), "movb $1, data + 9\n\tmovb $1, data + 7\n\tnop");
    WATCH("write, 1 byte: store of 4 over it", ON(0) | IS(0, STORE, ONE), "movl $1, data + 5\n\tnop");
    WATCH("write, 4 bytes: each of 6", ON(0) | IS(0, STORE, FOUR),
          "movb $1, data + 7\n\tmovb $1, data + 8\n\tmovb $1, data + 9\n\tmovb $1, data + 10\n\tmovb $1, data + 11\n\tmovb $1, data + 12\n\tnop");
    WATCH("access, 2 bytes: load", ON(0) | IS(0, ACCESS, TWO), "movw data + 8, %%ax\n\tnop");
    WATCH("access, 2 bytes: store", ON(0) | IS(0, ACCESS, TWO), "movw %%ax, data + 8\n\tnop");
    WATCH("access: add", ON(0) | IS(0, ACCESS, FOUR), "addl $1, data + 8\n\tnop");
    WATCH("write: rep stosb", ON(0) | IS(0, STORE, TWO), "mov $data + 6, %%edi\n\tmov $6, %%ecx\n\trep stosb\n\tnop");
    WATCH("access: rep movsb", ON(0) | IS(0, ACCESS, ONE),
          "mov $data + 6, %%esi\n\tmov $data + 32, %%edi\n\tmov $6, %%ecx\n\trep movsb\n\tnop");
    WATCH("write: push", ON(0) | IS(0, STORE, FOUR), "mov " SP ", " A "\n\tmov $data + 16, %%esp\n\tpush " A "\n\tpush " A "\n\tmov " A ", " SP);
    WATCH("off", IS(0, STORE, FOUR), "movl $1, data + 8\n\tnop");
}

static void ports(void)
{
    at(0, 0xe1);
    WRITE("cr4", READ("cr4") | DE);
    WATCH("in", ON(0) | IS(0, PORT, ONE), "in $0xe1, %%al\n\tnop");
    WATCH("out", ON(0) | IS(0, PORT, ONE), "out %%al, $0xe1\n\tnop");
    WATCH("in beside", ON(0) | IS(0, PORT, ONE), "in $0xe2, %%al\n\tin $0xe0, %%al\n\tnop");
    WATCH("in of 2 bytes over it", ON(0) | IS(0, PORT, ONE), "in $0xe0, %%ax\n\tnop");
    RUN("dr4 with DE", 0, "mov %%dr4, " A);
    RUN("dr5 with DE", 0, "mov " A ", %%dr5");
    WRITE("cr4", READ("cr4") & ~(word)DE);
    WRITE("dr6", 0);
    expect("dr4 is dr6", READ("dr4") == READ("dr6"), 1);
    expect("dr5 is dr7", READ("dr5") == READ("dr7"), 1);
}

static void values(void)
{
    WRITE("dr7", 0);
    print("dr7 %x\n", (u32)READ("dr7"));
#ifdef __x86_64__
    RUN("dr6 beyond 32 bits", 0, "mov $1, %%eax\n\tshl $32, %%rax\n\tmov %%rax, %%dr6");
    RUN("dr7 beyond 32 bits", 0, "mov $1, %%eax\n\tshl $32, %%rax\n\tmov %%rax, %%dr7");
#endif
}

int test_main(void)
{
    steps();
    accesses();
    ports();
    values();
    return 0;
}
