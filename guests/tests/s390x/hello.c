/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Console, state after the start, storage keys, clocks that run, exit. */
#include "rt.h"

int test_main(void)
{
    print("hello, world\n");
    expect("cpu address", cpu_address(), 0);
    expect("control register 0", control(0) & ~0x20000ull, 0xe0);
    expect("control register 14", control(14), 0xc2000000);
    u32 prefix, high, low;
    __asm__ volatile("stpx %0" : "=Q"(prefix));
    expect("prefix", prefix, 0);
    __asm__ volatile("epsw %0, %1" : "=d"(high), "=d"(low));
    expect("psw, left", high & 0xffffcfff, 1);
    expect("psw, right", low, 0x80000000);
    u64 a = clock(), b;
    do
        b = clock();
    while (a == b);
    expect("clock runs forwards", b > a, 1);
    u64 t0, t1;
    __asm__ volatile("stpt %0" : "=Q"(t0));
    __asm__ volatile("stpt %0" : "=Q"(t1));
    expect("CPU timer does not run forwards", (i32)(t0 >= t1), 1);
    u64 product_high, product_low = 0x89abcdef01234567;
    register u64 r4 __asm__("4") = 0, r5 __asm__("5") = product_low;
    __asm__("mlgr %%r4, %2" : "+d"(r4), "+d"(r5) : "d"(0xfedcba9876543210ull));
    product_high = r4;
    print("product 0x%X %X\n", product_high, (u64)r5);
    return (int)n_failures;
}
