/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Interrupts: vectors, SRR0 and SRR1, DAR and DSISR, units and facilities that are off. */
#include "rt.h"

static volatile u64 seen, srr1, dar, dsisr;
static volatile u64 resume_msr;

void on_trap(struct frame *frame, u64 vector)
{
    seen = vector;
    srr1 = frame->msr;
    dar = GET(19);
    dsisr = GET(18);
    /* System calls are behind the instruction already. */
    if (vector != 0xc00)
        frame->pc += 4;
    frame->msr = resume_msr;
}

/* Runs an instruction with an MSR, and an address in register 3; it must interrupt. */
#define TRY(what, msr, insn, vector, reason)                                                                       \
    do {                                                                                                           \
        register u64 place_ __asm__("3") = (u64)places + 2;                                                        \
        seen = 0;                                                                                                  \
        resume_msr = get_msr();                                                                                    \
        __asm__ volatile("mtspr 27, %1\n\tbl 1f\n1:\tmflr 4\n\taddi 4, 4, 16\n\tmtspr 26, 4\n\trfid\n\t" insn      \
                         : "+r"(place_)                                                                            \
                         : "r"(msr)                                                                                \
                         : "memory", "lr", "ctr", "r0", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",   \
                           "cr0");                                                                                 \
        expect(what " vector", seen, vector);                                                                      \
        expect(what " srr1", srr1 & 0x783f0000, reason);                                                           \
    } while (0)

static u64 places[4];

int test_main(const u8 *dtb)
{
    (void)dtb;
    u64 msr = get_msr();
    TRY("illegal", msr, ".long 0", 0x700, 0x80000);
    TRY("trap", msr, "trap", 0x700, 0x20000);
    TRY("system call", msr, "sc", 0xc00, 0);
    TRY("floating point", msr & ~MSR_FP, ".long 0xfc22182a", 0x800, 0);
    TRY("vectors", msr & ~MSR_VEC, ".long 0x10000484", 0xf20, 0);
    TRY("vector-scalar", msr & ~MSR_VSX, ".long 0xf0000490", 0xf40, 0);
    TRY("transaction", msr & ~MSR_TM, ".long 0x7c00051d", 0xf60, 0);
    expect("facility", GET(153) >> 56, 5);
    TRY("reservation", msr, "lwarx 5, 0, 3", 0x600, 0);
    expect("its address", dar - (u64)places, 2);
    /* Problem state has translation on, and there is no segment. */
    TRY("problem state", msr | MSR_PR, "nop", 0x480, 0);
    TRY("data segment", msr | MSR_DR, "lwz 5, 0(3)", 0x380, 0);
    expect("its address", dar - (u64)places, 2);
    TRY("hypervisor's register", msr, "mfspr 5, 318", 0x700, 0x40000);
    return 0;
}
