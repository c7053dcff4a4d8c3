/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Code that changes: other functions, the block at work, the next instruction, an instruction over a page's end, data beside code. */
#include "rt.h"

enum { RET = 0x8067, PAGE = 4096 };

static u32 buffer[3 * PAGE / 4] __attribute__((aligned(4096)));

static u32 li_a0(u32 value)
{
    return value << 20 | 0x513; /* addi a0, zero, value */
}

static void fence_i(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

static word call(void *code)
{
    return ((word(*)(void))code)();
}

static void rewritten(void)
{
    word sum = 0;
    buffer[1] = RET;
    for (u32 i = 0; i < 100; i++) {
        buffer[0] = li_a0(i);
        fence_i();
        sum += call(buffer);
    }
    expect("a function rewritten 100 times", sum, 4950);
}

/* Code that writes the instruction 12 bytes on, then fences, then meets it. */
static void changes_itself(void)
{
    word result, value = li_a0(42);

    __asm__ volatile(".option push\n\t.option norvc\n\t"
                     "la t0, 1f\n\tsw %1, 0(t0)\n\tfence.i\n"
                     "1:\tli a0, 7\n\t.option pop\n\tmv %0, a0"
                     : "=r"(result)
                     : "r"(value)
                     : "t0", "a0", "memory");
    expect("the next instruction", result, 42);
}

/* A loop that adds 1, 2, 3...: each round adds one to the immediate of its own addition. */
static void loop_in_motion(void)
{
    word sum;

    __asm__ volatile(".option push\n\t.option norvc\n\t"
                     "li %0, 0\n\tli t1, 10\n\tla t0, 1f\n"
                     "1:\taddi %0, %0, 1\n\t"
                     "lui t2, 0x100\n\tlw t3, 0(t0)\n\tadd t3, t3, t2\n\tsw t3, 0(t0)\n\t"
                     "addi t1, t1, -1\n\tfence.i\n\tbnez t1, 1b\n\t.option pop"
                     : "=&r"(sum)::"t0", "t1", "t2", "t3", "memory");
    expect("a loop that changes itself", sum, 55);
}

/* A 4-byte instruction, half on one page and half on the next; the second half changes. */
static void over_the_page(void)
{
    u8 *at = (u8 *)buffer + PAGE - 2;
    word sum = 0;

    for (u32 round = 0; round < 4; round++) {
        u32 insn = li_a0(100 + round);
        at[0] = (u8)insn, at[1] = (u8)(insn >> 8);
        at[2] = (u8)(insn >> 16), at[3] = (u8)(insn >> 24);
        at[4] = 0x82, at[5] = 0x80; /* c.jr ra */
        fence_i();
        sum += call(at);
    }
    expect("an instruction over a page's end", sum, 406);
    u16 *half = (u16 *)(at + 2);
    *half = (u16)(li_a0(555) >> 16);
    fence_i();
    expect("its second half alone", call(at), 555);
}

/* Stores beside running code must be right, however slow. */
static void data_beside_code(void)
{
    u32 *code = &buffer[2 * PAGE / 4], *data = code + 16;
    word sum = 0;

    code[0] = 0x0002a503; /* lw a0, 0(t0) */
    code[1] = 0x00150513; /* addi a0, a0, 1 */
    code[2] = 0x00a2a023; /* sw a0, 0(t0) */
    code[3] = RET;
    fence_i();
    *data = 0;
    for (u32 i = 0; i < 1000; i++) {
        register u32 *t0 __asm__("t0") = data;
        register word a0 __asm__("a0");
        __asm__ volatile("jalr %2" : "=r"(a0) : "r"(t0), "r"(code) : "ra", "memory");
        sum += a0;
    }
    expect("data beside code", *data, 1000);
    expect("what it returned", sum, 500500);
}

/* The same address, code by turns through two other functions, so that links between blocks have to go. */
static void two_faces(void)
{
    u32 *f = &buffer[200];
    word sum = 0, must = 0;

    for (u32 i = 0; i < 50; i++) {
        f[0] = li_a0(1);
        f[1] = i % 2 ? 0x00350513 : 0x00351513; /* addi a0, a0, 3 or slli a0, a0, 3 */
        f[2] = RET;
        fence_i();
        sum = (sum * 3 + call(f)) & 0xffff;
        must = (must * 3 + (i % 2 ? 4 : 8)) & 0xffff;
    }
    expect("one address, two functions by turns", sum, must);
}

int test_main(word hart, const void *dtb)
{
    (void)dtb;
    if (hart)
        return 0;
    rewritten();
    changes_itself();
    loop_in_motion();
    over_the_page();
    data_beside_code();
    two_faces();
    return (int)n_failures;
}
