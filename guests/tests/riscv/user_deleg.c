/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Three privilege levels: machine mode delegates exceptions and the supervisor's interrupts; user code under Sv39 or Sv32
 * makes system calls and faults that supervisor code sees; what is not delegated comes to machine mode.
 */
#include "rt.h"

enum { SCAUSE_ILLEGAL = 2, BREAKPOINT = 3, ECALL_U = 8, ECALL_S = 9, FETCH_PAGE = 12, LOAD_PAGE = 13, STORE_PAGE = 15 };
enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

extern char supervisor_vector[], user_code[], user_end[];

#if __riscv_xlen == 64
#define USER_BASE 0x40000000
#define SATP_MODE ((word)8 << 60)
#define VPN(va) (((va) >> 30) & 511)
#else
#define USER_BASE 0x40000000
#define SATP_MODE ((word)1 << 31)
#define VPN(va) ((va) >> 22)
#endif

static word root[4096 / sizeof(word)] __attribute__((aligned(4096)));
static word middle[4096 / sizeof(word)] __attribute__((aligned(4096)));
static word leaf[4096 / sizeof(word)] __attribute__((aligned(4096)));
static u32 code_page[1024] __attribute__((aligned(4096)));
static u32 data_page[1024] __attribute__((aligned(4096)));
u64 supervisor_stack[256];

/* What came to machine mode, and when to leave it for good. */
static u32 n_machine;
static word machine_cause;

static word pte(const void *page, word flags)
{
    return (word)page >> 12 << 10 | flags;
}

static void build_tables(void)
{
    /* The test's own RAM, for the supervisor alone: one big page. */
    word own = 0x80000000;
    root[VPN(own)] = own >> 12 << 10 | V | R | W | X | A | D;
    /* Devices: the supervisor prints. */
    word low = __riscv_xlen == 64 ? 0 : 0x10000000;
    root[VPN(low)] = low >> 12 << 10 | V | R | W | A | D;
    /* User pages: 0 code, 1 data, 2 read-only data, 3 nothing, 4 supervisor's. */
    word *table = leaf;
    if (__riscv_xlen == 64) {
        root[VPN((word)USER_BASE)] = pte(middle, V);
        middle[0] = pte(leaf, V);
    } else {
        root[VPN((word)USER_BASE)] = pte(leaf, V);
    }
    table[0] = pte(code_page, V | R | X | U | A | D);
    table[1] = pte(data_page, V | R | W | U | A | D);
    table[2] = pte(data_page, V | R | U | A | D);
    table[4] = pte(data_page, V | R | W | A | D);
}

void on_trap(struct frame *frame, word cause, word tval)
{
    (void)tval;
    n_machine++;
    machine_cause = cause;
    print("machine: cause %u from mode %u\n", cause, (CSR_READ("mstatus") & MSTATUS_MPP) >> 11);
    if (cause == ECALL_S) {
        word why = frame->x[17]; /* a7 */
        if (why == 0) {
            expect("traps to machine mode", n_machine, 3);
            stop(n_failures);
        }
        CSR_SET("mip", IP_STIP);
    }
    frame->x[0] += 4;
}

/* Supervisor's traps; `epc` is advanced over the 4-byte instruction unless it is an interrupt or says otherwise. */
word on_supervisor(word cause, word epc, word tval, word a0)
{
    if (cause & INTERRUPT) {
        print("supervisor: interrupt %u\n", cause & ~INTERRUPT);
        CSR_CLEAR("sie", IP_STIP);
        return epc;
    }
    print("supervisor: cause %u at user + 0x%x", cause, epc - USER_BASE);
    if (cause == LOAD_PAGE || cause == STORE_PAGE || cause == FETCH_PAGE)
        print(", address user + 0x%x", tval - USER_BASE);
    else if (cause == ECALL_U)
        print(", a0 %u", a0);
    print(", SPP %u\n", CSR_READ("sstatus") >> 8 & 1);
    if (cause == FETCH_PAGE)
        return a0; /* the user says where to go on */
    if (cause == ECALL_U && a0 == 0) { /* a timer interrupt: asked of machine mode, taken when the user runs again */
        CSR_SET("sie", IP_STIP);
        __asm__ volatile("li a7, 1\n\tecall" ::: "a7", "memory");
        expect("STIP is pending", CSR_READ("sip") & IP_STIP, IP_STIP);
        expect("and not taken in supervisor mode with SIE 0", CSR_READ("sie") & IP_STIP, IP_STIP);
    }
    if (cause == ECALL_U && a0 == 9) {
        expect("user's data", data_page[0], 1234);
        expect("supervisor can't see user pages without SUM", CSR_READ("sstatus") >> 18 & 1, 0);
        __asm__ volatile("li a7, 0\n\tecall" ::: "a7", "memory");
    }
    return epc + 4;
}

__asm__(".pushsection .text\n"
        ".balign 4\n"
        "supervisor_vector:\n"
        "   csrrw sp, sscratch, sp\n"
        "   addi sp, sp, -128\n"
        ".set slot, 0\n"
        ".irp r, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7\n"
#if __riscv_xlen == 64
        "   sd \\r, slot(sp)\n"
        ".set slot, slot + 8\n"
#else
        "   sw \\r, slot(sp)\n"
        ".set slot, slot + 4\n"
#endif
        ".endr\n"
        "   mv a3, a0\n"
        "   csrr a0, scause\n"
        "   csrr a1, sepc\n"
        "   csrr a2, stval\n"
        "   call on_supervisor\n"
        "   csrw sepc, a0\n"
        ".set slot, 0\n"
        ".irp r, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7\n"
#if __riscv_xlen == 64
        "   ld \\r, slot(sp)\n"
        ".set slot, slot + 8\n"
#else
        "   lw \\r, slot(sp)\n"
        ".set slot, slot + 4\n"
#endif
        ".endr\n"
        "   addi sp, sp, 128\n"
        "   csrrw sp, sscratch, sp\n"
        "   sret\n"
        /* What user mode runs; copied to a page of its own. All instructions have 4 bytes. */
        ".option push\n"
        ".option norvc\n"
        "user_code:\n"
        "   li a0, 1\n"
        "   ecall\n"
        "   lui s0, 0x40001\n" /* data */
        "   li t0, 1234\n"
        "   sw t0, 0(s0)\n"
        "   lui s1, 0x40002\n" /* the same, read-only */
        "   lw a0, 0(s1)\n"
        "   ecall\n"
        "   sw t0, 0(s1)\n"    /* store to a read-only page */
        "   lui s1, 0x40003\n"
        "   lw t1, 8(s1)\n"    /* load from nothing */
        "   lui s1, 0x40004\n"
        "   lw t1, 0(s1)\n"    /* load from the supervisor's */
        "   lui s1, 0x40000\n"
        "   sw t0, 0(s1)\n"    /* store to code */
        "   auipc a0, 0\n"
        "   addi a0, a0, 16\n" /* the fetch fault below comes back behind the jump */
        "   lui s1, 0x40001\n"
        "   jr s1\n"           /* fetch from data */
        "   csrr t0, sstatus\n" /* privileged: illegal, delegated */
        "   ebreak\n"          /* not delegated */
        "   li a0, 0\n"
        "   ecall\n"           /* asks for an interrupt */
        "   li a0, 9\n"
        "   ecall\n"           /* ends */
        "   j .\n"
        "user_end:\n"
        ".option pop\n"
        ".popsection\n");

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    build_tables();
    for (u32 i = 0; i < (u32)(user_end - user_code) / 4; i++)
        code_page[i] = ((u32 *)user_code)[i];
    __asm__ volatile("fence.i");
    CSR_WRITE("pmpaddr0", ~(word)0 >> (__riscv_xlen == 64 ? 10 : 1)); /* everything */
    CSR_WRITE("pmpcfg0", 0x1f);
    CSR_WRITE("medeleg", 1 << SCAUSE_ILLEGAL | 1 << ECALL_U | 1 << FETCH_PAGE | 1 << LOAD_PAGE | 1 << STORE_PAGE);
    CSR_WRITE("mideleg", IP_STIP);
    expect("medeleg", CSR_READ("medeleg") >> BREAKPOINT & 1, 0);
    expect("mideleg", CSR_READ("mideleg") & IP_STIP, IP_STIP);
    CSR_WRITE("stvec", supervisor_vector);
    CSR_WRITE("sscratch", &supervisor_stack[256]);
    CSR_WRITE("satp", SATP_MODE | (word)root >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
    CSR_CLEAR("mstatus", MSTATUS_MPP);
    CSR_WRITE("mepc", USER_BASE);
    __asm__ volatile("mret");
    return 1;
}
