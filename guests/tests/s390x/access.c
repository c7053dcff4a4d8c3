/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The access-register mode: operands of two spaces, lists of both kinds, authority, and each exception with what it stores. QEMU takes the primary space for all of it: what must be stands here by the manual (z/Architecture Principles of
 * Operation, "Access-Register-Translation Process", "TEST ACCESS"). */
#include "rt.h"

#define INVALID_ENTRY 0x20ull
#define SPACES 3
#define AT 0x190000ull

static u64 segments[SPACES][2048] __attribute__((aligned(4096)));
static u64 pages[SPACES][2][256] __attribute__((aligned(2048)));
static u8 data[SPACES][4096] __attribute__((aligned(4096)));

struct ale {
    u32 head, zero, aste, sequence;
};
struct aste {
    u32 authority, index_length, asce[2], list, sequence, rest[10];
};
static struct ale own_list[16] __attribute__((aligned(128))), primary_list[8] __attribute__((aligned(128)));
static struct aste second_space __attribute__((aligned(64))), primary_space __attribute__((aligned(64)));
static u32 unit_table[16] __attribute__((aligned(64)));
static u8 authority_table[16] __attribute__((aligned(4)));
static u8 mask_byte;

#define FETCH_ONLY 0x02000000u
#define PRIVATE 0x01000000u
#define ASCE(n) ((word)segments[n] | 3)

/* Spaces that map themselves but for the page at AT, which is `data` of the space. */
static void make_spaces(void)
{
    for (u32 s = 0; s < SPACES; s++) {
        for (u32 i = 0; i < 2048; i++)
            segments[s][i] = INVALID_ENTRY;
        for (u32 i = 0; i < 256; i++) {
            pages[s][0][i] = i * 4096ull;
            pages[s][1][i] = 0x100000 + i * 4096ull;
        }
        pages[s][1][0x90] = (word)data[s];
        segments[s][0] = (word)pages[s][0];
        segments[s][1] = (word)pages[s][1];
    }
    SET_CONTROL(1, ASCE(0));
    SET_CONTROL(7, ASCE(1));
    SET_CONTROL(13, ASCE(0));
    SET_CONTROL(0, control(0) | 0x04000000);
}

static void entry(struct ale *ale, u32 flags, u32 sequence, u32 index)
{
    ale->head = flags | sequence << 16 | index;
    ale->aste = (word)&second_space;
    ale->sequence = 77;
}

static void make_lists(void)
{
    for (u32 i = 0; i < 16; i++)
        own_list[i].head = 0x80000000;
    for (u32 i = 0; i < 8; i++)
        primary_list[i].head = 0x80000000;
    second_space.authority = (word)authority_table;
    second_space.asce[0] = ASCE(2) >> 32;
    second_space.asce[1] = (u32)ASCE(2);
    second_space.sequence = 77;
    entry(&own_list[2], 0, 5, 0);
    entry(&own_list[3], FETCH_ONLY, 0, 0);
    entry(&own_list[4], PRIVATE, 0, 9);
    entry(&primary_list[6], 0, 1, 0);
    unit_table[4] = (word)own_list | 1;
    primary_space.list = (word)primary_list;
    SET_CONTROL(2, (word)unit_table);
    SET_CONTROL(5, (word)&primary_space);
    SET_CONTROL(8, 0);
}

static void on(void) { __asm__ volatile("stosm %0, 4" : "=Q"(mask_byte) : : "memory"); }
static void off(void) { __asm__ volatile("stnsm %0, 0xfb" : "=Q"(mask_byte) : : "memory"); }

/* Access registers 4 and 5 hold the ALETs; register 4 and 5 the addresses. */
#define ACCESS(a4, a5, insns, outputs...)                                                           \
    ({                                                                                            \
        LOW64(0xa8) = 0, LOW8(0xa0) = 0x77;                                                       \
        __asm__ volatile("sar %%a4, %0\n\tsar %%a5, %1" : : "d"(a4), "d"(a5));                    \
        on();                                                                                     \
        register u64 r4 __asm__("4") = AT;                                                        \
        register u64 r5 __asm__("5") = AT + 0x100;                                                \
        u32 code_ = TRY("sacf 0x200\n\t" insns "\n\tsacf 0", OUT(outputs "+a"(r4), "+a"(r5)), "d"(0)); \
        off();                                                                                    \
        code_;                                                                                    \
    })
#define NONE

static void fill(void)
{
    for (u32 s = 0; s < SPACES; s++)
        for (u32 i = 0; i < 4096; i++)
            data[s][i] = (u8)(0x10 * (s + 1) + (i >> 8));
}

static void check_moves(void)
{
    u64 value = 0;
    fill();
    expect("load, ALET 0", ACCESS(0, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    expect(" value", value, 0x1010101010101010);
    expect("load, ALET 1", ACCESS(1, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    expect(" value", value, 0x2020202020202020);
    expect("load by the list", ACCESS(0x00050002, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    expect(" value", value, 0x3030303030303030);
    expect("load by the primary list", ACCESS(0x01010006, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    expect(" value", value, 0x3030303030303030);
    expect("move between spaces", ACCESS(1, 0x00050002, "mvc 0(8, %%r4), 0(%%r5)", NONE), 0);
    expect(" there", *(u64 *)data[1], 0x3131313131313131);
    expect(" not here", *(u64 *)data[0], 0x1010101010101010);
    expect("exclusive or", ACCESS(1, 0, "xc 8(8, %%r4), 0(%%r5)", NONE), 0);
    expect(" there", *(u64 *)(data[1] + 8), 0x2020202020202020 ^ 0x1111111111111111);
    expect("compare", ACCESS(0x00050002, 0, "clc 0(8, %%r4), 0(%%r5)\n\tlghi %0, 0\n\tipm %0\n\tsrlg %0, %0, 28", "=&d"(value),), 0);
    expect(" code", value, 2);
    fill();
    expect("move string", ACCESS(0x00050002, 1, "lghi %%r0, 0x22\n\tmvi 0x10(%%r5), 0x22\n\tmvst %%r4, %%r5", NONE), 0);
    expect(" there", *(u64 *)(data[2] + 8), 0x2121212121212121);
    expect(" the end", data[2][16], 0x22);
    fill();
    expect("store and load multiple", ACCESS(0x00050002, 0, "stmg %%r4, %%r5, 0(%%r4)", NONE), 0);
    expect(" there", *(u64 *)(data[2] + 8), AT + 0x100);
    expect("load address extended", ACCESS(0x00050002, 0, "lae %%r3, 0(%%r4)\n\tear %0, %%a3", "=&d"(value),), 0);
    expect(" ALET", (u32)value, 0x00050002);
}

static void check_exceptions(void)
{
    u64 value;
    struct {
        const char *what;
        u32 alet, code;
    } cases[] = {
        {"reserved bits", 0x02050002, 0x28}, {"beyond the list", 0x00000010, 0x29}, {"invalid entry", 0x00000005, 0x29},
        {"entry's sequence", 0x00040002, 0x2a},  {"private entry", 0x00000004, 0x2d},
    };
    for (u32 i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(cases[i].what, ACCESS(cases[i].alet, 0, "lg %0, 0(%%r4)", "=&d"(value),), cases[i].code);
        expect(" register", LOW8(0xa0), 4);
    }
    second_space.sequence = 78;
    expect("space's sequence", ACCESS(0x00050002, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0x2c);
    second_space.sequence = 77;
    second_space.authority |= 0x80000000;
    expect("invalid space", ACCESS(0x00050002, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0x2b);
    second_space.authority &= 0x7fffffff;
    expect("fetch-only entry, load", ACCESS(3, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    expect("fetch-only entry, store", ACCESS(0, 3, "stg %%r4, 0(%%r5)", NONE), 4);
    /* Bits 60 and 61: it is the access list's protection. */
    expect(" identification", LOW64(0xa8), AT | 0x40d);
    expect(" register", LOW8(0xa0), 5);
    pages[2][1][0x90] |= 0x400;
    expect("page translation", ACCESS(0, 0x00050002, "mvc 0(8, %%r4), 0(%%r5)", NONE), 0x11);
    expect(" identification", LOW64(0xa8), AT | 0x801);
    expect(" register", LOW8(0xa0), 5);
    pages[2][1][0x90] &= ~0x400ull;
    SET_CONTROL(8, 9ull << 16);
    expect("private entry, its index", ACCESS(4, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    SET_CONTROL(8, 6ull << 16);
    authority_table[1] = 0x04;
    expect("private entry, authority", ACCESS(4, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0);
    authority_table[1] = 0x08;
    expect("private entry, primary authority alone", ACCESS(4, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0x2d);
    SET_CONTROL(8, 16ull << 16);
    expect("private entry, beyond the table", ACCESS(4, 0, "lg %0, 0(%%r4)", "=&d"(value),), 0x2d);
    SET_CONTROL(8, 0);
}

static u32 test_access(u32 alet, u64 eax)
{
    __asm__ volatile("sar %%a4, %0" : : "d"(alet));
    return CC("tar %%a4, %1", , "d"(eax << 16));
}

static void check_tests(void)
{
    expect("test access, ALET 0", test_access(0, 0), 0);
    expect("test access, ALET 1", test_access(1, 0), 3);
    expect("test access, own list", test_access(0x00050002, 0), 1);
    expect("test access, primary list", test_access(0x01010006, 0), 2);
    expect("test access, invalid", test_access(0x00000005, 0), 3);
    expect("test access, private", test_access(4, 0), 3);
    expect("test access, private, its index", test_access(4, 9), 1);
    u64 real;
    __asm__ volatile("sar %%a4, %0" : : "d"(0x00050002));
    on();
    register u64 r4 __asm__("4") = AT + 5;
    __asm__ volatile("sacf 0x200\n\tlrag %0, 0(%1)\n\tsacf 0" : "=&d"(real) : "a"(r4) : "cc");
    off();
    expect("load real address", real, (word)data[2] + 5);
}

int test_main(void)
{
    make_spaces();
    make_lists();
    check_moves();
    check_exceptions();
    check_tests();
    if (!n_failures)
        print("access registers: all is well\n");
    return (int)n_failures;
}
