/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Console, registers after start, deep calls through the register windows, multiplication and division, exit. */
#include "rt.h"

static __attribute__((noinline)) u32 depth(u32 n, u32 a, u32 b, u32 c)
{
    if (!n)
        return a ^ b ^ c;
    u32 below = depth(n - 1, a + n, b ^ n, c * 3 + n);
    return below + a + (b ^ n) * c;
}

static __attribute__((noinline)) u32 flat(u32 n, u32 a, u32 b, u32 c)
{
    u32 as[64], bs[64], cs[64];
    for (u32 i = n; i; i--) {
        as[i] = a, bs[i] = b, cs[i] = c;
        a += i, b ^= i, c = c * 3 + i;
    }
    u32 value = a ^ b ^ c;
    for (u32 i = 1; i <= n; i++)
        value += as[i] + (bs[i] ^ i) * cs[i];
    return value;
}

int test_main(void)
{
    print("hello, world\n");
    expect("psr.S", RD("psr") & PSR_S, PSR_S);
    expect("implementation", RD("psr") >> 28, 15);
    expect("processor index", RD("asr17") >> 28, 0);
    for (u32 n = 1; n < 60; n += 13)
        expect("deep calls", depth(n, 7, 11, 13), flat(n, 7, 11, 13));
    u64 product = (u64)0x89abcdef * 0xfedcba98;
    print("product 0x%x%x\n", (word)(product >> 32), (word)product);
    volatile u32 divisor = 12345;
    print("quotient %u, remainder %u\n", (word)(0xfedcba98 / divisor), (word)(0xfedcba98 % divisor));
    u32 sum = 0;
    for (u32 i = 1; i <= 1000; i++)
        sum += i * i;
    print("sum of the first 1000 squares: %u\n", (word)sum);
    return (int)n_failures;
}
