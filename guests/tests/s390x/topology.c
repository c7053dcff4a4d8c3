/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What STORE SYSTEM INFORMATION 15.1.2 to 15.1.6 tells of the topology: a line for each entry, indented by its nesting. */
#include "rt.h"

static u8 block[4096] __attribute__((aligned(4096)));

static u32 stsi(u32 second)
{
    register u64 r0 __asm__("0") = 0xf0000001;
    register u64 r1 __asm__("1") = second;
    u32 cc;
    __asm__ volatile("stsi 0(%3)\n\tipm %0\n\tsrl %0, 28" : "=d"(cc), "+d"(r0), "+d"(r1) : "a"(block) : "cc", "memory");
    return cc;
}

static void show(u32 nesting)
{
    u32 cc = stsi(nesting);
    print("15.1.%u: cc %u\n", (word)nesting, (word)cc);
    if (cc)
        return;
    u32 length = block[2] << 8 | block[3];
    print("magnitudes %u %u %u %u %u %u, levels %u\n", (word)block[4], (word)block[5], (word)block[6], (word)block[7],
          (word)block[8], (word)block[9], (word)block[11]);
    for (u32 at = 16; at < length;) {
        for (u32 i = block[at]; i < nesting; i++)
            print(" ");
        if (block[at]) {
            print("level %u, container %u\n", (word)block[at], (word)block[at + 7]);
            at += 8;
        } else {
            print("CPUs from %u, flags %u: %X\n", (word)(block[at + 6] << 8 | block[at + 7]), (word)block[at + 4], *(u64 *)(block + at + 8));
            at += 16;
        }
    }
}

/* The condition code, and the reason code above it. */
static u32 ptf(u32 function)
{
    u64 r1 = function;
    u32 cc = CC("ptf %1", OUT(, "+d"(r1)));
    return (u32)(r1 & 0xff00) | cc;
}

static void function(const char *name, u32 number)
{
    print("%s: 0x%x\n", name, (word)ptf(number));
}

int test_main(void)
{
    function("changed", 2);
    for (u32 nesting = 1; nesting <= 6; nesting++)
        show(nesting);
    function("horizontal", 0);
    function("vertical", 1);
    function("vertical again", 1);
    function("changed", 2);
    show(2);
    function("changed again", 2);
    function("horizontal again", 0);
    print("no such function: 0x%x\n", (word)TRY("lghi %%r1, 3\n\tptf %%r1", OUT()));
    return (int)n_failures;
}
