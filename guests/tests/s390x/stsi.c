/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the machine says of itself: identification, facilities, STORE SYSTEM INFORMATION. */
#include "rt.h"

static u8 block[4096] __attribute__((aligned(4096)));

static u32 stsi(u32 function, u32 first, u32 second)
{
    register u64 r0 __asm__("0") = function << 28 | first;
    register u64 r1 __asm__("1") = second;
    u32 cc;
    __asm__ volatile("stsi 0(%3)\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "+d"(r0), "+d"(r1) : "a"(block) : "cc", "memory");
    if (!function)
        print("highest function code word 0x%x\n", (word)(u32)r0);
    return cc;
}

static void show(u32 function, u32 first, u32 second)
{
    for (u32 i = 0; i < sizeof block; i++)
        block[i] = 0xaa;
    u32 cc = stsi(function, first, second);
    print("stsi %u.%u.%u: cc %u\n", (word)function, (word)first, (word)second, (word)cc);
    if (cc || !function)
        return;
    for (u32 i = 0; i < sizeof block; i += 8) {
        u64 value = *(u64 *)(block + i);
        /* Model-dependent: version and UUID. */
        if (value && !(i >= 2304 && i < 2400))
            print("  %u: %X\n", (word)i, value);
    }
}

static void check_facilities(void)
{
    u64 list[8];
    for (u32 i = 0; i < 8; i++)
        list[i] = 0;
    register u64 r0 __asm__("0") = 7;
    u32 cc;
    __asm__ volatile("stfle %1\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "=Q"(list), "+d"(r0) : : "cc", "memory");
    print("stfle: cc %u, doublewords %u\n", (word)cc, (word)(r0 & 0xff));
    expect("stfl agrees", ({ __asm__ volatile("stfl 0" : : : "memory"); LOW32(0xc8); }), list[0] >> 32);
    r0 = 0;
    __asm__ volatile("stfle %1\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "=Q"(list), "+d"(r0) : : "cc", "memory");
    print("stfle of one doubleword: cc %u, doublewords %u\n", (word)cc, (word)(r0 & 0xff));
}

int test_main(void)
{
    u64 id;
    __asm__ volatile("stidp %0" : "=Q"(id));
    print("identification %X\n", id);
    check_facilities();
    show(0, 0, 0);
    show(1, 1, 1);
    show(1, 1, 2);
    show(1, 2, 1);
    show(1, 2, 2);
    show(2, 2, 1);
    show(2, 2, 2);
    show(3, 2, 2);
    show(3, 2, 3);
    show(4, 1, 1);
    print("not a page: 0x%x\n", (word)TRY("llilf %%r0, 0x10000001\n\tlghi %%r1, 1\n\tstsi 8(%0)", OUT(), "a"(block)));
    print("reserved bits of register 0: 0x%x\n", (word)TRY("llilf %%r0, 0x11000001\n\tlghi %%r1, 1\n\tstsi 0(%0)", OUT(), "a"(block)));
    print("reserved bits of register 1: 0x%x\n", (word)TRY("llilf %%r0, 0x10000001\n\tllilf %%r1, 0x10001\n\tstsi 0(%0)", OUT(), "a"(block)));
    return (int)n_failures;
}
