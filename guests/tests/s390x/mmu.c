/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dynamic address translation: tables of all levels, faults with what they store, invalidation, address spaces, LRA, real space. */
#include "rt.h"

#define INVALID_ENTRY 0x20ull
#define INVALID_PAGE 0x400ull
#define PROTECTED 0x200ull

static u64 first[2048] __attribute__((aligned(4096)));
static u64 second[2048] __attribute__((aligned(4096)));
static u64 third[2048] __attribute__((aligned(4096)));
static u64 segments[2048] __attribute__((aligned(4096)));
static u64 pages[2][256] __attribute__((aligned(2048)));
static u64 other_segments[2048] __attribute__((aligned(4096)));
static u64 other_pages[256] __attribute__((aligned(2048)));
static u8 data[4][4096] __attribute__((aligned(4096)));

/* Segments that map themselves, by a page table for the second MiB and frames otherwise. */
static void make_tables(void)
{
    for (u32 i = 0; i < 2048; i++) {
        first[i] = second[i] = third[i] = INVALID_ENTRY | 3;
        first[i] |= 0xc;
        second[i] |= 8;
        third[i] |= 4;
        segments[i] = other_segments[i] = INVALID_ENTRY;
    }
    first[0] = (word)second | 0xc | 3;
    second[0] = (word)third | 8 | 3;
    third[0] = (word)segments | 4 | 3;
    for (u32 i = 0; i < 256; i++) {
        pages[0][i] = i * 4096ull;
        pages[1][i] = 0x100000 + i * 4096ull;
        other_pages[i] = i * 4096ull;
    }
    segments[0] = (word)pages[0];
    segments[1] = (word)pages[1];
    other_segments[0] = (word)other_pages;
}

static void dat_on(void) { __asm__ volatile("stosm %0, 4" : "=Q"(*(u8 *)data[3]) : : "memory"); }
static void dat_off(void) { __asm__ volatile("stnsm %0, 0xfb" : "=Q"(*(u8 *)data[3]) : : "memory"); }

/* With DAT on; a program interruption leaves it off. */
#define DAT(what, insns, inputs...)                                                               \
    do {                                                                                          \
        LOW64(0xa8) = 0;                                                                          \
        LOW8(0xa0) = 0x77;                                                                        \
        dat_on();                                                                                 \
        u32 code_ = TRY(insns, OUT("=m"(scratch)), inputs);                                       \
        dat_off();                                                                                \
        print("%s: 0x%x", what, (word)code_);                                                     \
        if (code_)                                                                                \
            print(", length %u, identification %X, old PSW at it %u", (word)program_ilc, (u64)program_tei, \
                  (word)(program_address == origin));                                             \
        print("\n");                                                                              \
    } while (0)
#define AT "larl %%r1, 7f\n\tstgrl %%r1, origin\n7:\t"

volatile u64 origin, scratch;

static void check_faults(void)
{
    SET_CONTROL(1, (word)segments | 3);
    DAT("mapped", AT "lg %%r3, 0(%1)", "a"(data[0]));
    DAT("segment translation", AT "lg %%r3, 0(%1)", "a"(0x234567));
    DAT("segment translation, store", AT "stg %%r3, 0(%1)", "a"(0x234567));
    pages[1][5] |= INVALID_PAGE;
    DAT("page translation", AT "lg %%r3, 0(%1)", "a"(0x105123));
    DAT("page translation, store", AT "mvi 0(%1), 1", "a"(0x105123));
    DAT("page translation, move from", AT "mvc 0(8, %2), 0(%1)", "a"(0x105123), "a"(0x106000));
    DAT("page translation, move to", AT "mvc 0(8, %1), 0(%2)", "a"(0x105123), "a"(0x106000));
    DAT("page translation, over the end", AT "lg %%r3, 0(%1)", "a"(0x104ffc));
    pages[1][5] = 0x105000 | PROTECTED;
    DAT("protected, load", AT "lg %%r3, 0(%1)", "a"(0x105123));
    DAT("protected, store", AT "stg %%r3, 0(%1)", "a"(0x105123));
    DAT("protected, store byte", AT "mvi 8(%1), 0", "a"(0x105123));
    pages[1][5] = 0x105000 | 0x800;
    DAT("page entry with bit 52", AT "lg %%r3, 0(%1)", "a"(0x105123));
    pages[1][5] = 0x7fff000000 | 0;
    DAT("frame without storage", AT "lg %%r3, 0(%1)", "a"(0x105123));
    pages[1][5] = 0x105000;
    segments[1] |= PROTECTED;
    DAT("protected segment", AT "stg %%r3, 0(%1)", "a"(0x105123));
    segments[1] &= ~PROTECTED;
    DAT("asce type", AT "lg %%r3, 0(%1)", "a"(0x80001000));
    SET_CONTROL(1, (word)segments);
    DAT("beyond a table of 512", AT "lg %%r3, 0(%1)", "a"(0x20001000));
}

static void check_levels(void)
{
    SET_CONTROL(1, (word)third | 4 | 3);
    DAT("region third", AT "lg %%r3, 0(%1)", "a"(0x105123));
    DAT("region third translation", AT "lg %%r3, 0(%1)", "a"(0x80005123));
    DAT("region third, asce type", AT "lg %%r3, 0(%1)", "a"(0x40000005123));
    SET_CONTROL(1, (word)second | 8 | 3);
    DAT("region second", AT "lg %%r3, 0(%1)", "a"(0x105123));
    DAT("region second translation", AT "lg %%r3, 0(%1)", "a"(0x40000005123));
    DAT("region second, asce type", AT "lg %%r3, 0(%1)", "a"(0x20000000005123));
    SET_CONTROL(1, (word)first | 0xc | 3);
    DAT("region first", AT "lg %%r3, 0(%1)", "a"(0x105123));
    DAT("region first translation", AT "lg %%r3, 0(%1)", "a"(0xff20000000005123));
    third[1] = (word)segments | 8 | 3;
    DAT("wrong table type", AT "lg %%r3, 0(%1)", "a"(0x80105123));
    third[1] = (word)segments | 4 | 3 | 0x40;
    DAT("below the table's offset", AT "lg %%r3, 0(%1)", "a"(0x80105123));
    third[1] = (word)segments | 4;
    DAT("beyond the table's length", AT "lg %%r3, 0(%1)", "a"(0xa0005123));
    third[1] = (word)segments | 4 | 3;
    DAT("mapped twice", AT "lg %%r3, 0(%1)", "a"(0x80105123));
    SET_CONTROL(1, (word)segments | 3);
}

static u32 lra(u64 address, u64 *real)
{
    u64 r1 = 0x1111111111111111;
    u32 cc;
    dat_on();
    __asm__ volatile("lrag %0, 0(%2)\n\tipm %1\n\tsrl %1, 28" : "+d"(r1), "=d"(cc) : "a"(address) : "cc");
    dat_off();
    *real = r1;
    return cc;
}

static void check_lra(void)
{
    u64 real;
    static const u64 addresses[] = {0x105678, 0x1fffff};
    pages[1][6] |= INVALID_PAGE;
    for (u32 i = 0; i < 2; i++) {
        u32 cc = lra(addresses[i], &real);
        print("real address of 0x%x: cc %u, %X\n", addresses[i], (word)cc, real);
    }
    pages[1][6] &= ~INVALID_PAGE;
    u32 prefix = (word)prefix_area(1);
    __asm__ volatile("spx %0" : : "Q"(prefix) : "memory");
    u32 cc = lra(0x105678, &real);
    print("with a prefix: cc %u, %X\n", (word)cc, real);
    prefix = 0;
    __asm__ volatile("spx %0" : : "Q"(prefix) : "memory");
}

static void check_invalidation(void)
{
    pages[1][7] = (word)data[0];
    *(u64 *)data[0] = 0x1111, *(u64 *)data[1] = 0x2222;
    u64 a, b, c;
    dat_on();
    a = *(volatile u64 *)low(0x107000);
    *(volatile u64 *)&pages[1][7] = (word)data[1];
    __asm__ volatile("ptlb" : : : "memory");
    b = *(volatile u64 *)low(0x107000);
    __asm__ volatile("ipte %0, %1" : : "a"(pages[1]), "a"(0x107000) : "memory");
    dat_off();
    print("before and after purge: 0x%x 0x%x, entry invalidated %X\n", a, b, (u64)(pages[1][7] & 0xfff));
    DAT("invalidated page", AT "lg %%r3, 0(%1)", "a"(0x107000));
    pages[1][7] = (word)data[0];
    dat_on();
    c = *(volatile u64 *)low(0x107000);
    __asm__ volatile(".insn rrf, 0xb98e0000, %0, %1, %2, 0" : : "a"((word)segments), "a"(0x100000), "a"(0) : "memory");
    dat_off();
    print("found again 0x%x; segment entry %X\n", c, (u64)(segments[1] & 0xfff));
    DAT("invalidated segment", AT "lg %%r3, 0(%1)", "a"(0x107000));
    segments[1] &= ~INVALID_ENTRY;
    u64 old = pages[1][7], new = (word)data[1];
    register u64 r2 __asm__("2") = old, r3 __asm__("3") = new;
    dat_on();
    __asm__ volatile("cspg %%r2, %2" : "+d"(r2), "+d"(r3) : "a"((word)&pages[1][7] | 1) : "cc", "memory");
    c = *(volatile u64 *)low(0x107000);
    dat_off();
    print("compare and swap and purge: 0x%x\n", c);
    pages[1][7] = 0x107000;
}

static void check_spaces(void)
{
    SET_CONTROL(7, (word)other_segments | 3);
    SET_CONTROL(13, (word)other_segments | 3);
    SET_CONTROL(0, control(0) | 0x04000000);
    pages[0][0x90] = (word)data[0];
    other_pages[0x90] = (word)data[1];
    *(u64 *)data[0] = 0x1111, *(u64 *)data[1] = 0x2222;
    u64 p, s, h;
    dat_on();
    p = *(volatile u64 *)low(0x90000);
    __asm__ volatile("sacf 0x100\n\tlg %0, 0(%1)\n\tsacf 0" : "=d"(s) : "a"(0x90000) : "memory");
    __asm__ volatile("sacf 0x300\n\tlg %0, 0(%1)\n\tsacf 0" : "=d"(h) : "a"(0x90000) : "memory");
    u32 cc1, cc2;
    __asm__ volatile("mvcp 8(%2, %1), 0(%1), %3\n\tipm %0\n\tsrl %0, 28" : "=d"(cc1) : "a"(0x90000), "d"(8), "d"(0) : "cc", "memory");
    __asm__ volatile("mvcs 16(%2, %1), 0(%1), %3\n\tipm %0\n\tsrl %0, 28" : "=d"(cc2) : "a"(0x90000), "d"(8), "d"(0) : "cc", "memory");
    dat_off();
    print("primary 0x%x, secondary 0x%x, home 0x%x\n", p, s, h);
    print("to primary: cc %u, 0x%x; to secondary: cc %u, 0x%x\n", (word)cc1, ((u64 *)data[0])[1], (word)cc2, ((u64 *)data[1])[2]);
    other_pages[0x91] |= INVALID_PAGE;
    DAT("secondary space", "sacf 0x100\n\t" AT "lg %%r3, 0(%1)", "a"(0x91008));
    DAT("home space, store", "sacf 0x300\n\t" AT "stg %%r3, 0(%1)", "a"(0x91008));
    pages[0][0x90] = 0x90000;
    other_pages[0x90] = 0x90000;
}

static void check_real_space(void)
{
    u64 a;
    *(volatile u64 *)low(0x110000) = 0x5555;
    SET_CONTROL(1, 0x20);
    dat_on();
    a = *(volatile u64 *)low(0x110000);
    dat_off();
    print("real space: 0x%x\n", a);
    SET_CONTROL(1, (word)segments | 3);
}

int test_main(void)
{
    make_tables();
    check_faults();
    check_levels();
    check_lra();
    check_invalidation();
    check_spaces();
    check_real_space();
    return (int)n_failures;
}
