/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The console, the registers that a partition may read, and calls that concern nothing else. */
#include "rt.h"

int test_main(const u8 *dtb)
{
    static u8 pages[3 * 4096] __attribute__((aligned(4096)));
    print("hello from a partition\n");
    expect("devicetree", *(const u32 *)dtb, 0xd00dfeed);
    expect("pvr", GET(287) >> 16, 0x4e);
    expect("msr", get_msr() & ~0x1000ull, MSR_SF);
    expect("sprg0", (u64)(i64)call(H_SET_SPRG0, 0x123456789, 0, 0, 0), 0);
    expect("sprg0", GET(272), 0x123456789);
    for (u32 i = 0; i < 4096; i++)
        pages[i] = (u8)i;
    u8 *page = pages;
    expect("copy", (u64)(i64)call(H_PAGE_INIT, 1 << 14, (u64)(page + 4096), (u64)page, 0), 0);
    expect("copied", page[4096 + 77], 77);
    expect("zero", (u64)(i64)call(H_PAGE_INIT, 1 << 15, (u64)(page + 4096), 0, 0), 0);
    expect("zeroed", page[4096 + 77], 0);
    expect("both", (u64)(i64)call(H_PAGE_INIT, 3 << 14, (u64)(page + 4096), (u64)page, 0), 0);
    expect("copied again", page[4096 + 77], 77);
    expect("not a page", (u64)(i64)call(H_PAGE_INIT, 1 << 15, (u64)page + 123, 0, 0), -4ull);
    expect("no such call", (u64)(i64)call(0xfffc, 0, 0, 0, 0), -2ull);
    expect("too long", (u64)(i64)call(H_PUT_TERM_CHAR, 0, 17, 0, 0), -4ull);
    u32 clock[7] = {0};
    expect("time of day", (u64)(i64)rtas(0x2001, 0, 8, clock), 0);
    expect("a plausible year", clock[0] > 2000 && clock[0] < 2200, 1);
    u32 state[1] = {0};
    expect("cpu 0", (u64)(i64)rtas(0x2005, 1, 2, state), 0);
    expect("is not stopped", state[0], 2);
    state[0] = 99;
    expect("cpu 99", (u64)(i64)rtas(0x2005, 1, 2, state), -3ull);
    u64 before = GET(268);
    while (GET(268) == before)
        ;
    print("the time base runs\n");
    return 0;
}
