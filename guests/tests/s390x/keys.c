/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Storage keys with both overrides and keys of several blocks, low-address protection of what addresses blocks, and the exceptions of control
 * instructions whose operands are wrong. QEMU checks no keys: what must be stands here by the manual (z/Architecture Principles of Operation,
 * "Protection", "Control Instructions"). */
#include "rt.h"

#define LOW_PROTECTION (1ull << 28)
#define FETCH_OVERRIDE (1ull << 25)
#define STORAGE_OVERRIDE (1ull << 24)
#define BLOCKS 0x3fe000ull
#define NOWHERE 0x7fffe000ull
enum { PRIVILEGED = 2, PROTECTION = 4, ADDRESSING = 5, SPECIFICATION = 6, SPECIAL = 0x13 };

static u8 page[4096] __attribute__((aligned(4096)));

static void set_key(word address, u32 key)
{
    __asm__ volatile("sske %0, %1" : : "d"(key), "a"(address) : "memory");
}

static u32 key_of(word address)
{
    u32 key = 0;
    __asm__ volatile("iske %0, %1" : "+d"(key) : "a"(address));
    return key & 0xf8;
}

#define BY_KEY(key, insn, address) \
    TRY("spka " #key "0(0)\n\t" insn "\n\tspka 0(0)", OUT(), "a"((word)(address)))
#define FETCH(key, address) BY_KEY(key, "llgc %%r2, 0(%0)", address)
#define STORE(key, address) BY_KEY(key, "mvi 0(%0), 1", address)

static u32 tprot(word address, word key)
{
    return CC("tprot 0(%1), 0(%2)", OUT(), "a"(address), "a"(key));
}

static void check_overrides(void)
{
    u64 cr0 = control(0);
    set_key((word)page, 0x30);
    expect("store with its key", STORE(0x3, page), 0);
    expect("store with another key", STORE(0x4, page), PROTECTION);
    expect("fetch with another key", FETCH(0x4, page), 0);
    set_key((word)page, 0x98);
    expect("fetch with another key, protected", FETCH(0x4, page), PROTECTION);
    expect("test protection", tprot((word)page, 0x40), 2);
    SET_CONTROL(0, cr0 | STORAGE_OVERRIDE);
    expect("storage override, fetch", FETCH(0x4, page), 0);
    expect("storage override, store", STORE(0x4, page), 0);
    expect("storage override, test protection", tprot((word)page, 0x40), 0);
    set_key((word)page, 0x88);
    expect("storage override, key 8", FETCH(0x4, page), PROTECTION);
    SET_CONTROL(0, cr0);
    set_key((word)page, 0);
    set_key(0, 0x38);
    expect("fetch from block 0", FETCH(0x4, 16), PROTECTION);
    SET_CONTROL(0, cr0 | FETCH_OVERRIDE);
    expect("fetch override", FETCH(0x4, 16), 0);
    expect("fetch override, second half", FETCH(0x4, 2048), PROTECTION);
    expect("fetch override, test protection", tprot(16, 0x40), 1);
    expect("fetch override, test protection, second half", tprot(2048, 0x40), 2);
    expect("fetch override, store", STORE(0x4, 16), PROTECTION);
    SET_CONTROL(0, cr0);
    set_key(0, 0);
}

/* SSKE with modifiers: the condition code; what becomes of both registers. */
#define SSKE(modifiers, key, address) CC(".insn rrf, 0xb22b0000, %1, %2, " #modifiers ", 0", OUT(, "+d"(key), "+a"(address)))

static void check_blocks(void)
{
    word key = 0x50, address = BLOCKS;
    SSKE(1, key, address);
    expect("blocks up to", address, BLOCKS + 0x2000);
    expect("block before", key_of(BLOCKS - 0x1000), 0);
    expect("first block", key_of(BLOCKS), 0x50);
    expect("last block", key_of(BLOCKS + 0x1000), 0x50);
    expect("block behind", key_of(BLOCKS + 0x2000), 0);
    key = 0x60, address = BLOCKS;
    expect("blocks, conditionally", SSKE(5, key, address), 3);
    expect("last block then", key_of(BLOCKS + 0x1000), 0x60);
    key = 0x64, address = BLOCKS;
    expect("reference bit need not be equal", SSKE(4, key, address), 0);
    expect("old key", key & ~0x200ull, 0x6064);
    key = 0x70, address = BLOCKS;
    expect("another key", SSKE(4, key, address), 1);
    expect("new key", key_of(BLOCKS), 0x70);
}

static void check_low_addresses(void)
{
    u64 cr0 = control(0);
    SET_CONTROL(0, cr0 | LOW_PROTECTION);
    expect("low address, store", TRY("lghi %%r2, 0x1100\n\tmvi 0(%%r2), 1", OUT()), PROTECTION);
    expect("low address, stpx", TRY("stpx 8(0)", OUT()), PROTECTION);
    expect("low address, stap", TRY("stap 8(0)", OUT()), PROTECTION);
    expect("low address, stidp", TRY("stidp 8(0)", OUT()), PROTECTION);
    expect("low address, test block", TRY("lghi %%r0, 0\n\ttb 0, %0", OUT(), "a"(4096ull)), PROTECTION);
    expect("low address, clear frame", TRY("pfmf %0, %1", OUT(), "d"(0x10000ull), "a"(4096ull)), PROTECTION);
    page[7] = 7;
    expect("test block", TRY("lghi %%r0, 0\n\ttb 0, %0", OUT(), "a"((word)page)), 0);
    expect("which is clear", page[7], 0);
    SET_CONTROL(0, cr0);
}

#define WRONG(what, code, insns, inputs...) expect(what, TRY(insns, OUT(), inputs), code)

static void check_operands(void)
{
    WRONG("stpx", SPECIFICATION, "stpx 1(%0)", "a"((word)page));
    WRONG("stap", SPECIFICATION, "stap 1(%0)", "a"((word)page));
    WRONG("stidp", SPECIFICATION, "stidp 4(%0)", "a"((word)page));
    WRONG("stfle", SPECIFICATION, "lghi %%r0, 0\n\tstfle 4(%0)", "a"((word)page));
    WRONG("stpx nowhere", ADDRESSING, "stpx 0(%0)", "a"(NOWHERE));
    WRONG("iske nowhere", ADDRESSING, "iske %%r2, %0", "a"(NOWHERE));
    WRONG("rrbe nowhere", ADDRESSING, "rrbe %%r2, %0", "a"(NOWHERE));
    WRONG("tb nowhere", ADDRESSING, "lghi %%r0, 0\n\ttb 0, %0", "a"(NOWHERE));
    WRONG("ivsk without DAT", SPECIAL, "ivsk %%r2, %0", "a"((word)page));
    WRONG("sac without DAT", SPECIAL, "sac 0x400(0)");
    WRONG("pfmf, reserved bit", SPECIFICATION, "pfmf %0, %1", "d"(0x80000ull), "a"((word)page));
    WRONG("pfmf, frame size", SPECIFICATION, "pfmf %0, %1", "d"(0x13000ull), "a"((word)page));
    WRONG("stsi, page", SPECIFICATION, "llilf %%r0, 0x10000001\n\tlghi %%r1, 1\n\tstsi 8(%0)", "a"((word)page));
    WRONG("stsi, register 1", SPECIFICATION, "llilf %%r0, 0x10000001\n\tllilf %%r1, 0x10001\n\tstsi 0(%0)", "a"((word)page));
    WRONG("diagnose 0x318", SPECIFICATION, "diag %%r2, %%r3, 0x318");
}

/* DIAGNOSE 0x308: subcode, address. */
#define LOAD(subcode, address) TRY("diag %1, %0, 0x308", OUT(), "d"((word)(subcode)), "d"((word)(address)))

static void check_load(void)
{
    static const u64 unknown[] = { 2, 7, 0x101, 0xffff, 0x10001, -1ull };
    for (u32 i = 0; i < sizeof unknown / sizeof *unknown; i++)
        expect("diagnose 0x308, subcode", LOAD(unknown[i], 0), SPECIFICATION);
    register u64 even __asm__("6") = (word)page + 8;
    WRONG("diagnose 0x308, alignment", SPECIFICATION, "lghi %%r2, 5\n\tdiag %0, %%r2, 0x308", "d"(even));
    even = NOWHERE;
    WRONG("diagnose 0x308, nowhere", ADDRESSING, "lghi %%r2, 6\n\tdiag %0, %%r2, 0x308", "d"(even));
    register u64 odd __asm__("7") = (word)page;
    WRONG("diagnose 0x308, odd register", SPECIFICATION, "lghi %%r2, 5\n\tdiag %0, %%r2, 0x308", "d"(odd));
}

int test_main(void)
{
    check_overrides();
    check_blocks();
    check_low_addresses();
    check_operands();
    check_load();
    if (!n_failures)
        print("keys: all is well\n");
    return (int)n_failures;
}
