/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Console, registers after start, deep calls through the register windows, multiplication and division, exit. */
#include "rt.h"

static __attribute__((noinline)) word depth(word n, word a, word b, word c)
{
    if (!n)
        return a ^ b ^ c;
    word below = depth(n - 1, a + n, b ^ n, c * 3 + n);
    return below + a + (b ^ n) * c;
}

static __attribute__((noinline)) word flat(word n, word a, word b, word c)
{
    word as[64], bs[64], cs[64];
    for (word i = n; i; i--) {
        as[i] = a, bs[i] = b, cs[i] = c;
        a += i, b ^= i, c = c * 3 + i;
    }
    word value = a ^ b ^ c;
    for (word i = 1; i <= n; i++)
        value += as[i] + (bs[i] ^ i) * cs[i];
    return value;
}

static void registers(void)
{
    expect("pstate", RDPR("pstate"), P_PEF | P_PRIV);
    expect("tl", RDPR("tl"), 0);
    expect("cleanwin", RDPR("cleanwin"), 7);
    word ver = RDPR("ver");
    expect("windows", ver & 31, 7);
    expect("trap levels", ver >> 8 & 0xff, 5);
    expect("manufacturer", ver >> 48, 0x17);
    print("ver 0x%x\n", ver);
    expect("windows in use", RDPR("cansave") + RDPR("canrestore") + RDPR("otherwin"), 6);
}

int test_main(void)
{
    print("hello, world\n");
    registers();
    for (word n = 1; n < 60; n += 13)
        expect("deep calls", depth(n, 7, 11, 13), flat(n, 7, 11, 13));
    volatile u64 a = 0x123456789abcdef, b = 0xfedcba9876543210;
    print("product 0x%x\n", a * b);
    print("quotient %u, remainder %u\n", b / (a >> 20), b % (a >> 20));
    print("signed quotient 0x%x\n", (word)((long)b / 12345));
    u64 sum = 0;
    for (u64 i = 1; i <= 1000; i++)
        sum += i * i * i;
    print("sum of the first 1000 cubes: %u\n", sum);
    return (int)n_failures;
}
