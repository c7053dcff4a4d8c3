/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Which bits of the CSRs can be written, which CSRs are missing or read-only, what one register does to another. Bits about which
 * QEMU 7.2 differs from the manual, and those of the hypervisor extension that its default CPU has, are masked.
 */
#include "modes.h"

void on_trap(struct frame *frame, word cause, word tval)
{
    note_trap(frame, cause, tval);
}

#define BITS(name, mask)                                                                                  \
    do {                                                                                                  \
        word ones_, zeros_;                                                                               \
        last.cause = NO_TRAP;                                                                             \
        CSR_WRITE(name, ~(word)0);                                                                        \
        ones_ = CSR_READ(name);                                                                           \
        CSR_WRITE(name, 0);                                                                               \
        zeros_ = CSR_READ(name);                                                                          \
        print("%s: ones 0x%x, zeros 0x%x", name, ones_ & (word)(mask), zeros_ & (word)(mask));           \
        print(last.cause == NO_TRAP ? "\n" : ", trap %u\n", last.cause);                                  \
    } while (0)

#define TRY(what)                                                                                         \
    do {                                                                                                  \
        last.cause = NO_TRAP;                                                                             \
        __asm__ volatile(".option push\n\t.option norvc\n\t" what "\n\t.option pop" ::: "t0", "memory"); \
        if (last.cause == NO_TRAP)                                                                        \
            print("%s: no trap\n", what);                                                                 \
        else                                                                                              \
            print("%s: cause %u, tval 0x%x\n", what, last.cause, last.tval);                              \
    } while (0)

static void masks(void)
{
    BITS("medeleg", 0xb3ff);
    BITS("mideleg", 0x333);
    BITS("mie", 0xbbb);
    CSR_WRITE("mie", 0);
    BITS("mip", 0xbbb);
    BITS("mscratch", ~(word)0);
    BITS("mepc", ~(word)1);
    BITS("mcause", 15);
    BITS("mtval", ~(word)0);
    BITS("mcounteren", 7);
    BITS("mcountinhibit", 5);
    BITS("stvec", 0);
    BITS("scounteren", 7);
    BITS("sscratch", ~(word)0);
    BITS("sepc", ~(word)1);
    BITS("scause", 15);
    BITS("stval", ~(word)0);
    BITS("pmpaddr0", ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    BITS("pmpaddr15", ~(word)0 >> (__riscv_xlen == 64 ? 10 : 0));
    BITS("0x30a", 1); /* menvcfg */
    BITS("0x10a", 1); /* senvcfg */
#if __riscv_xlen == 32
    BITS("0x310", 0x30); /* mstatush: SBE, MBE */
    BITS("0x31a", 0x80000000); /* menvcfgh: STCE */
    CSR_WRITE("0x31a", 0);
#endif
    BITS("satp", ~(word)0);
    BITS("tdata1", 0);
}

static void status(void)
{
    /* Of all that the default CPU of QEMU has beyond ours: MPV, GVA, VS; and UXL is read-only here. */
    word known = ~(word)((u64)0xc3 << 32 | 3 << 9);
    word s;

    print("mstatus after reset: 0x%x\n", CSR_READ("mstatus") & known);
    CSR_WRITE("mstatus", ~(word)0 & ~STATUS_MPRV);
    print("mstatus, ones: 0x%x\n", CSR_READ("mstatus") & known);
    s = CSR_READ("sstatus");
    print("sstatus: 0x%x\n", s & known);
    CSR_WRITE("sstatus", 0);
    print("mstatus after sstatus = 0: 0x%x\n", CSR_READ("mstatus") & known);
    CSR_WRITE("mstatus", 0);
    print("mstatus, zeros: 0x%x\n", CSR_READ("mstatus") & known);
    for (word fs = 0; fs < 4; fs++) {
        CSR_WRITE("mstatus", fs << 13);
        s = CSR_READ("mstatus");
        print("FS %u: SD %u\n", s >> 13 & 3, s >> (__riscv_xlen - 1));
    }
    CSR_WRITE("mstatus", 0);
    TRY("csrr t0, fflags");
    TRY("csrw frm, zero");
    CSR_WRITE("mstatus", 1 << 13);
    TRY("csrr t0, fcsr");
    print("FS after a read: %u\n", CSR_READ("mstatus") >> 13 & 3);
    TRY("csrwi frm, 3");
    print("FS after a write: %u\n", CSR_READ("mstatus") >> 13 & 3);
    TRY("csrwi fflags, 17");
    print("fcsr 0x%x\n", CSR_READ("fcsr"));
    CSR_WRITE("fcsr", ~(word)0);
    print("fcsr 0x%x, frm %u, fflags 0x%x\n", CSR_READ("fcsr"), CSR_READ("frm"), CSR_READ("fflags"));
}

static void access(void)
{
    TRY("csrr t0, 0x7c0");
    TRY("csrr t0, 0x5c0");
    TRY("csrr t0, 0x9c0");
    TRY("csrw 0x7c0, zero");
    TRY("csrr t0, 0x3c0");
    TRY("csrr t0, 0x007");
    TRY("csrr t0, mhartid");
    TRY("csrs mhartid, zero");
    TRY("csrw mhartid, zero");
    TRY("csrsi mhartid, 0");
    TRY("csrsi mhartid, 1");
    TRY("csrr t0, mvendorid");
    TRY("csrr t0, mconfigptr");
#if __riscv_xlen == 64
    TRY("csrr t0, cycleh");
    TRY("csrr t0, pmpcfg1");
    TRY("csrr t0, pmpcfg3");
    TRY("csrr t0, 0x31a");
#else
    TRY("csrr t0, cycleh");
    TRY("csrr t0, pmpcfg1");
    TRY("csrr t0, pmpcfg3");
#endif
    TRY("csrr t0, pmpcfg2");
    TRY("csrr t0, pmpcfg4");
    TRY("csrr t0, pmpaddr15");
    TRY("csrr t0, pmpaddr16");
    print("misa 0x%x\n", CSR_READ("misa") & ~(word)0x80); /* H */
    CSR_WRITE("misa", 0);
    print("misa 0x%x\n", CSR_READ("misa") & ~(word)0x80);
    print("mhartid %u\n", CSR_READ("mhartid"));
}

/* The value that csrrw, csrrs, csrrc and their immediate forms read and leave. */
static void read_and_write(void)
{
    word old;
#define STEP(insn, value)                                                                    \
    __asm__ volatile(insn " %0, mscratch, %1" : "=r"(old) : "r"((word)(value)) : "memory"); \
    print(insn " 0x%x: read 0x%x, left 0x%x\n", (word)(value), old, CSR_READ("mscratch"))
#define STEP_IMM(insn, value)                                                      \
    __asm__ volatile(insn " %0, mscratch, %1" : "=r"(old) : "i"(value) : "memory"); \
    print(insn " %u: read 0x%x, left 0x%x\n", (word)value, old, CSR_READ("mscratch"))
    STEP("csrrw", 0x1234);
    STEP("csrrs", 0xf0);
    STEP("csrrc", 0x1010);
    STEP_IMM("csrrwi", 21);
    STEP_IMM("csrrsi", 10);
    STEP_IMM("csrrci", 3);
    __asm__ volatile("csrrw %0, mscratch, %0" : "=r"(old) : "0"((word)77) : "memory");
    print("csrrw with one register: read %u, left %u\n", old, CSR_READ("mscratch"));
}

static void views(void)
{
    CSR_WRITE("mie", 0xaaa);
    CSR_WRITE("mip", 0x222);
    CSR_WRITE("mideleg", 0);
    print("nothing delegated: sie 0x%x, sip 0x%x\n", CSR_READ("sie") & 0x222, CSR_READ("sip") & 0x222);
    CSR_WRITE("sie", 0);
    print("mie 0x%x\n", CSR_READ("mie") & 0xaaa);
    CSR_WRITE("mideleg", 0x202);
    print("SSI and SEI delegated: sie 0x%x, sip 0x%x\n", CSR_READ("sie") & 0x222, CSR_READ("sip") & 0x222);
    CSR_WRITE("sie", 0);
    CSR_WRITE("sip", 0);
    print("cleared: mie 0x%x, mip 0x%x\n", CSR_READ("mie") & 0xaaa, CSR_READ("mip") & 0xaaa);
    CSR_WRITE("sie", ~(word)0);
    CSR_WRITE("sip", ~(word)0);
    print("set: mie 0x%x, mip 0x%x\n", CSR_READ("mie") & 0xaaa, CSR_READ("mip") & 0xaaa);
    CSR_WRITE("mie", 0);
    CSR_WRITE("mip", 0);
    CSR_WRITE("mideleg", 0);
    word vector = CSR_READ("mtvec");
    CSR_WRITE("stvec", vector | 1);
    CSR_WRITE("stvec", 2);
    print("stvec keeps its value when the mode is reserved: %u\n", CSR_READ("stvec") == (vector | 1));
}

static void translation(void)
{
#if __riscv_xlen == 64
    static const u8 modes[] = { 8, 9, 10, 1, 7, 11, 15, 0 };
    enum { MODE_SHIFT = 60 };
#else
    static const u8 modes[] = { 1, 0 };
    enum { MODE_SHIFT = 31 };
#endif
    for (u32 i = 0; i < sizeof modes; i++) {
        CSR_WRITE("satp", (word)modes[i] << MODE_SHIFT | 0x123);
        print("satp mode %u: 0x%x\n", modes[i], CSR_READ("satp"));
    }
    CSR_WRITE("satp", 0);
}

static void protection(void)
{
    CSR_WRITE("pmpaddr4", 0x1000);
    CSR_WRITE("pmpaddr5", 0x2000);
    CSR_WRITE("pmpaddr6", 0x3000);
    word shift = __riscv_xlen == 64 ? 40 : 8;
#if __riscv_xlen == 64
#define CFG "pmpcfg0"
#else
#define CFG "pmpcfg1"
#endif
    CSR_WRITE(CFG, (word)0x89 << shift); /* entry 5: locked, top of range, readable */
    print("configuration 0x%x\n", CSR_READ(CFG));
    CSR_WRITE(CFG, 0);
    print("locked: 0x%x\n", CSR_READ(CFG));
    CSR_WRITE("pmpaddr4", 1);
    CSR_WRITE("pmpaddr5", 2);
    CSR_WRITE("pmpaddr6", 3);
    print("addresses 0x%x 0x%x 0x%x\n", CSR_READ("pmpaddr4"), CSR_READ("pmpaddr5"), CSR_READ("pmpaddr6"));
    CSR_WRITE(CFG, (word)0x1f << (shift + 8));
    print("the next entry is free: 0x%x\n", CSR_READ(CFG));
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    set_mtimecmp(0, ~0ull);
    status();
    CSR_WRITE("mstatus", 0);
    masks();
    access();
    read_and_write();
    views();
    translation();
    protection();
    return 0;
}
