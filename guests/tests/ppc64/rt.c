/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "rt.h"

u32 n_failures;

i32 call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
    u64 regs[9] = {number, a, b, c, d};
    hcall(regs);
    return (i32)regs[0];
}

void console_put(char c)
{
    call(H_PUT_TERM_CHAR, 0, 1, (u64)(u8)c << 56, 0);
}

i32 rtas(u32 token, u32 n_args, u32 n_rets, u32 *words)
{
    /* On the stack: several CPUs may call at once. */
    u32 block[16];
    block[0] = token;
    block[1] = n_args;
    block[2] = n_rets;
    for (u32 i = 0; i < n_args; i++)
        block[3 + i] = words[i];
    call(H_RTAS, (u64)block, 0, 0, 0);
    for (u32 i = 1; i < n_rets; i++)
        words[i - 1] = block[3 + n_args + i];
    return (i32)block[3 + n_args];
}

void expect(const char *what, u64 is, u64 must)
{
    if (is == must) {
        print("%s: %X ok\n", what, is);
    } else {
        print("%s: %X, not %X\n", what, is, must);
        n_failures++;
    }
}

void stop(void)
{
    u32 mask[2] = {0xffffffff, 0xffffffff};
    print("failures: %u\n", (word)n_failures);
    rtas(0x2003, 2, 1, mask);
    for (;;)
        ;
}

/* For programs that have none of their own. */
__attribute__((weak)) void on_trap(struct frame *frame, u64 vector)
{
    print("interrupt %x at %X, msr %X\n", (word)vector, frame->pc, frame->msr);
    stop();
}

__attribute__((weak)) void secondary_main(u64 number)
{
    (void)number;
    for (;;)
        ;
}
