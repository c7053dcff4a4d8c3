/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Console, hart number, the base and extensions that both emulators have, devicetree, exit. */
#include "rt.h"
#include "fdt.h"

int test_main(word hart, const void *dtb)
{
    if (hart)
        return 0;
    word misa = CSR_READ("misa"), must = 0;
    for (const char *e = "IMAFDCSU"; *e; e++)
        must |= (word)1 << (*e - 'A');
    print("hello, world\n");
    expect("mhartid", CSR_READ("mhartid"), hart);
    expect("misa has IMAFDCSU", misa & must, must);
    expect("misa base", misa >> (__riscv_xlen - 2), __riscv_xlen == 64 ? 2 : 1);
    expect("mstatus.MIE after reset", CSR_READ("mstatus") & MSTATUS_MIE, 0);
    expect("devicetree magic", be32(dtb), 0xd00dfeed);
    expect("harts in the devicetree", count_harts(dtb), 1);
    u32 sum = 0;
    for (u32 i = 1; i <= 1000; i++)
        sum += i * i;
    print("sum of the first 1000 squares: %u\n", (word)sum);
    return (int)n_failures;
}
