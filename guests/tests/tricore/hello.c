/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Arithmetic as C sees it, and the machine ends with an exit code. */
#include "rt.h"

static volatile u32 seven = 7;

int test_main(void)
{
    print("Hello, %u bits\n", (word)(8 * sizeof(word)));
    expect("divide", (u32)divide(1000000007, 97, 0), 10309278);
    expect("multiply", seven * 0x12345679u, 0x7f6e5d4f);
    expect("remainder", 1000u % seven, 6);
    expect("signed", (u32)(-1000 / (int)seven), (u32)-142);
    expect("shift", 0x80000000u >> seven, 0x1000000);
    return result();
}
