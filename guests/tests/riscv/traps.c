/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Exceptions with what they leave in the CSRs, which interrupts are taken in which mode, and what trap entries and returns do to
 * mstatus. What QEMU 7.2 does otherwise than the manual is left out: the order of simultaneous interrupts, MPRV after returns,
 * atomic accesses that fault as loads.
 */
#include "modes.h"

enum { NOTHING = 0x8000000 }; /* no RAM and no device */

static u32 n_taken;
static word taken; /* a bit for each */

void on_trap(struct frame *frame, word cause, word tval)
{
    if (!(cause & INTERRUPT)) {
        note_trap(frame, cause, tval);
        return;
    }
    cause &= ~INTERRUPT;
    n_taken++;
    taken |= (word)1 << cause;
    if (cause == MSI)
        set_ipi(0, 0);
    else if (cause == MTI)
        set_mtimecmp(0, ~0ull);
    else
        CSR_CLEAR("mip", (word)1 << cause);
}

/* Runs one instruction and says what came of it. */
#define TRY(what, code)                                                                                         \
    do {                                                                                                        \
        word here_;                                                                                             \
        last.cause = NO_TRAP;                                                                                   \
        __asm__ volatile("la %0, 9f\n\t.option push\n\t.option norvc\n\t.balign 4\n9:\t" code "\n\t.option pop" \
                         : "=&r"(here_)::CALLER_SAVED);                                                         \
        report(what, here_);                                                                                    \
    } while (0)

static void report(const char *what, word here)
{
    if (last.cause == NO_TRAP)
        print("%s: no trap\n", what);
    else
        print("%s: cause %u, tval 0x%x, epc + %u, from mode %u\n", what, last.cause, last.tval, last.epc - here, last.mode);
}

static void exceptions(void)
{
    TRY("all zeros", ".half 0\n\tnop");
    TRY("all ones", ".word 0xffffffff");
    TRY("reserved compressed", ".half 0x2000 | 0x8000\n\tnop"); /* quadrant 0, funct3 101 is a store in D; 100 is reserved */
    TRY("reserved funct3 of a load", ".word 0x00007003");
    TRY("CSR that does not exist", ".word 0x7c002573");
    TRY("write of a read-only CSR", "csrw mhartid, zero");
    TRY("ebreak", "ebreak");
    TRY("c.ebreak", ".half 0x9002\n\tnop");
    TRY("ecall", "ecall");
    TRY("load from nothing", "li t0, 0x8000000\n\tlw t1, 4(t0)");
    TRY("store to nothing", "li t0, 0x8000000\n\tsw t1, 8(t0)");
    TRY("lr from nothing", "li t0, 0x8000000\n\tlr.w t1, (t0)");
    TRY("misaligned lr", "addi t0, sp, -63\n\tlr.w t1, (t0)");
}

static void jump_to_nothing(void)
{
    ((void (*)(void))(word)NOTHING)();
}

static void fetches(void)
{
    last.cause = NO_TRAP;
    jump_to_nothing();
    print("fetch from nothing: cause %u, tval 0x%x, epc 0x%x\n", last.cause, last.tval, last.epc);
}

static void privileged(void)
{
    TRY("  ecall", "ecall");
    TRY("  ebreak", "ebreak");
    TRY("  mret", "mret");
    TRY("  csrr mscratch", "csrr t0, mscratch");
    TRY("  csrr sscratch", "csrr t0, sscratch");
    TRY("  csrr satp", "csrr t0, satp");
    TRY("  csrr cycle", "csrr t0, cycle");
    TRY("  csrr time", "csrr t0, time");
    TRY("  sfence.vma", "sfence.vma");
    TRY("  csrr fcsr", "csrr t0, fcsr");
}

static void waits(void)
{
    TRY("  wfi", "wfi");
}

static void run_both(const char *what, void (*f)(void))
{
    print("%s, S-mode\n", what);
    run_in(MODE_S, f);
    print("%s, U-mode\n", what);
    run_in(MODE_U, f);
}

static void modes(void)
{
    CSR_CLEAR("mstatus", MSTATUS_FS);
    CSR_WRITE("mcounteren", 0);
    CSR_WRITE("scounteren", 0);
    run_both("all off", privileged);
    CSR_WRITE("mcounteren", 7);
    CSR_SET("mstatus", STATUS_TVM);
    run_both("mcounteren, TVM", privileged);
    CSR_WRITE("scounteren", 3);
    CSR_CLEAR("mstatus", STATUS_TVM);
    CSR_SET("mstatus", MSTATUS_FS);
    run_both("scounteren, FS", privileged);
    CSR_SET("mstatus", STATUS_TW);
    run_both("TW", waits);
    CSR_CLEAR("mstatus", STATUS_TW);
}

/* sret from S-mode to `sret_target` in U-mode, which comes back by a call. */
static void supervisor_return(void)
{
    word there;
    __asm__ volatile("la %0, 1f\n\tcsrw sepc, %0\n\tsret\n1:" : "=&r"(there)::"memory");
}

static void returns(void)
{
    word s;

    CSR_WRITE("mstatus", MSTATUS_MPP | MSTATUS_MPIE | STATUS_MPRV);
    __asm__ volatile("la %0, 1f\n\tcsrw mepc, %0\n\tmret\n1:" : "=&r"(s)::"memory");
    s = CSR_READ("mstatus");
    print("mret to M: MIE %u, MPIE %u, MPP %u, MPRV %u\n", s >> 3 & 1, s >> 7 & 1, s >> 11 & 3, s >> 17 & 1);
    CSR_WRITE("mstatus", 0);
    run_in(MODE_S, supervisor_return);
    s = CSR_READ("mstatus");
    print("sret to U: SIE %u, SPIE %u, SPP %u\n", s >> 1 & 1, s >> 5 & 1, s >> 8 & 1);
    CSR_WRITE("mstatus", 1 << 8 | 1 << 5); /* SPP, SPIE */
    run_in(MODE_S, supervisor_return);
    s = CSR_READ("mstatus");
    print("sret to S: SIE %u, SPIE %u, SPP %u\n", s >> 1 & 1, s >> 5 & 1, s >> 8 & 1);
    CSR_WRITE("mstatus", STATUS_TSR);
    run_in(MODE_S, supervisor_return);
    print("sret with TSR: cause %u, tval 0x%x\n", last.cause, last.tval);
    CSR_WRITE("mstatus", 0);
    run_in(MODE_U, supervisor_return);
    print("sret in U-mode: cause %u, tval 0x%x\n", last.cause, last.tval);
}

static __attribute__((noinline)) void nothing(void)
{
    __asm__ volatile("nop");
}

static void take(const char *what, word mode, word delegated)
{
    n_taken = 0;
    taken = 0;
    CSR_WRITE("mstatus", 0);
    CSR_WRITE("mideleg", delegated);
    CSR_WRITE("mie", 0xaaa);
    CSR_WRITE("mip", 0x222);
    set_ipi(0, 1);
    set_mtimecmp(0, 0);
    if (mode == MODE_M) {
        CSR_SET("mstatus", MSTATUS_MIE);
        __asm__ volatile("nop\n\tnop");
        CSR_CLEAR("mstatus", MSTATUS_MIE);
    } else {
        run_in(mode, nothing);
    }
    CSR_WRITE("mie", 0);
    print("%s: %u interrupts, 0x%x, left 0x%x\n", what, n_taken, taken, CSR_READ("mip") & 0xaaa);
    CSR_WRITE("mip", 0);
    set_ipi(0, 0);
    set_mtimecmp(0, ~0ull);
    CSR_WRITE("mideleg", 0);
}

/* Supervisor's vector: notes and goes on. */
extern char supervisor_vector[];
word s_notes[6]; /* t1, scause, sepc, stval, sstatus, number of traps */
__asm__(".pushsection .text\n\t.balign 4\nsupervisor_vector:\n\t"
        "csrw sscratch, t0\n\tla t0, s_notes\n\t"
#if __riscv_xlen == 64
        "sd t1, 0(t0)\n\tcsrr t1, scause\n\tsd t1, 8(t0)\n\tcsrr t1, sepc\n\tsd t1, 16(t0)\n\tcsrr t1, stval\n\tsd t1, 24(t0)\n\t"
        "csrr t1, sstatus\n\tsd t1, 32(t0)\n\tld t1, 40(t0)\n\taddi t1, t1, 1\n\tsd t1, 40(t0)\n\t"
#else
        "sw t1, 0(t0)\n\tcsrr t1, scause\n\tsw t1, 4(t0)\n\tcsrr t1, sepc\n\tsw t1, 8(t0)\n\tcsrr t1, stval\n\tsw t1, 12(t0)\n\t"
        "csrr t1, sstatus\n\tsw t1, 16(t0)\n\tlw t1, 20(t0)\n\taddi t1, t1, 1\n\tsw t1, 20(t0)\n\t"
#endif
        /* Interrupts: off. Exceptions: behind the instruction, which has four bytes here. */
        "csrr t1, scause\n\tbgez t1, 1f\n\tcsrw sie, zero\n\tj 2f\n"
        "1:\tcsrr t1, sepc\n\taddi t1, t1, 4\n\tcsrw sepc, t1\n"
        "2:\t"
#if __riscv_xlen == 64
        "ld t1, 0(t0)\n\t"
#else
        "lw t1, 0(t0)\n\t"
#endif
        "csrr t0, sscratch\n\tsret\n\t.popsection\n");

static void s_report(const char *what)
{
    word s = s_notes[4], cause = s_notes[1];
    print("%s: %u traps, interrupt %u, code %u, stval 0x%x, SIE %u, SPIE %u, SPP %u\n", what, s_notes[5],
          cause >> (__riscv_xlen - 1), cause & 0xff, s_notes[3], s >> 1 & 1, s >> 5 & 1, s >> 8 & 1);
    s_notes[5] = 0;
}

static void illegal(void)
{
    __asm__ volatile(".option push\n\t.option norvc\n\t.word 0xffffffff\n\t.option pop");
}

static void breakpoint(void)
{
    __asm__ volatile(".option push\n\t.option norvc\n\tebreak\n\t.option pop");
}

static void bad_load(void)
{
    __asm__ volatile(".option push\n\t.option norvc\n\tli t0, 0x8000000\n\tlw t0, 16(t0)\n\t.option pop" ::: "t0");
}

static void delegated(void)
{
    CSR_WRITE("stvec", supervisor_vector);
    CSR_WRITE("medeleg", 1 << CAUSE_ILLEGAL | 1 << CAUSE_BREAKPOINT | 1 << CAUSE_LOAD_ACCESS);
    CSR_WRITE("mstatus", MSTATUS_SIE);
    run_in(MODE_U, illegal);
    s_report("illegal in U-mode");
    run_in(MODE_S, illegal);
    s_report("illegal in S-mode");
    run_in(MODE_S, breakpoint);
    s_report("ebreak in S-mode");
    run_in(MODE_U, bad_load);
    s_report("load in U-mode");
    TRY("illegal in M-mode is not delegated", ".word 0xffffffff");
    /* Interrupts of S-mode. */
    CSR_WRITE("mideleg", 0x222);
    static const word bits[] = { 1 << 1, 1 << 5, 1 << 9 };
    for (u32 i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        CSR_WRITE("mie", bits[i]);
        CSR_WRITE("mip", bits[i]);
        CSR_WRITE("mstatus", 0);
        run_in(MODE_S, nothing);
        print("pending 0x%x, SIE 0: %u traps\n", bits[i], s_notes[5]);
        CSR_WRITE("mstatus", MSTATUS_SIE);
        run_in(MODE_S, nothing);
        s_report("  SIE 1");
        CSR_WRITE("mie", bits[i]);
        CSR_WRITE("mstatus", 0);
        run_in(MODE_U, nothing);
        s_report("  U-mode");
        CSR_WRITE("mip", 0);
    }
    CSR_WRITE("medeleg", 0);
    CSR_WRITE("mideleg", 0);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    set_mtimecmp(0, ~0ull);
    open_memory();
    exceptions();
    fetches();
    modes();
    returns();
    take("M-mode", MODE_M, 0);
    take("S-mode", MODE_S, 0);
    take("U-mode", MODE_U, 0);
    take("M-mode, S interrupts delegated", MODE_M, 0x222);
    delegated();
    return 0;
}
