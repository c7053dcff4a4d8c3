/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The console works, and the machine switches itself off. */
#include "rt.h"

int test_main(word cpu)
{
    if (cpu)
        return 0;
    print("Hello, %u bits\n", (word)(8 * sizeof(word)));
    expect("divide", (word)divide(1000000007, 97, 0), 10309278);
    return (int)n_failures;
}
