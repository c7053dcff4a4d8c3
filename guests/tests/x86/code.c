/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Instructions that store into the next ones, which are fetched when they have completed (SDM, volume 3, "Self-Modifying Code"; QEMU, as CPUs
 * since the Pentium do, needs no jump between). */
#include "rt.h"

#ifdef __x86_64__
#define R(name) "%%r" #name
#define LEA(label, reg) "leaq " label "(%%rip), " reg
#define WORD "8"
#else
#define R(name) "%%e" #name
#define LEA(label, reg) "leal " label ", " reg
#define WORD "4"
#endif

/* Patches the instruction at 2: and gives what it has loaded: 1 when it was fetched too early. EDI points to it, ESI to the patch. */
#define PATCH(store)                                                                            \
    ({                                                                                         \
        u32 result_;                                                                           \
        __asm__ volatile("jmp 4f\n3:\tmovl $7, %%eax\n\tnop\n\tnop\n\tnop\n"                    \
                         "4:\t" LEA("2f", R(di)) "\n\t" LEA("3b", R(si)) "\n\tmov " R(sp) ", " R(bx) "\n\tcld\n\t" store \
                         "\n2:\tmovl $1, %%eax\n\tnop\n\tnop\n\tnop\n\tmov " R(bx) ", " R(sp)   \
                         : "=a"(result_)::"memory", "cc", "ebx", "ecx", "edx", "esi", "edi");   \
        result_;                                                                               \
    })

static u32 called(u32 times)
{
    u32 sum = 0;
    __asm__ volatile("1:\tcall 2f\n\tadd %%eax, %0\n\tpush " R(cx) "\n\t" LEA("2f", R(di)) "\n\t" LEA("3f", R(si)) "\n\t"
                     "mov $5, %%ecx\n\trep movsb\n\tpop " R(cx) "\n\tdec %%ecx\n\tjnz 1b\n\tjmp 4f\n"
                     "2:\tmovl $1, %%eax\n\tret\n3:\tmovl $100, %%eax\n4:"
                     : "+b"(sum), "+c"(times)::"eax", "esi", "edi", "memory", "cc");
    return sum;
}

int test_main(void)
{
    expect("MOV", PATCH("movb $7, 1(" R(di) ")"), 7);
    expect("MOVS", PATCH("movsl\n\tmovsb"), 7);
    expect("REP MOVSB", PATCH("mov $5, %%ecx\n\trep movsb"), 7);
    expect("REP MOVSL", PATCH("mov $2, %%ecx\n\trep movsl"), 7);
    expect("REP STOSB", PATCH("inc " R(di) "\n\tmov $1, %%ecx\n\tmov $7, %%al\n\trep stosb"), 7);
    expect("PUSH", PATCH("lea " WORD "(" R(di) "), " R(sp) "\n\tpush (" R(si) ")"), 7);
    expect("POP to memory", PATCH("push (" R(si) ")\n\tpop (" R(di) ")"), 7);
    expect("CMPXCHG8B", PATCH("mov (" R(di) "), %%eax\n\tmov 4(" R(di) "), %%edx\n\tpush " R(bx) "\n\tmov (" R(si) "), %%ebx\n\t"
                              "mov 4(" R(si) "), %%ecx\n\tlock cmpxchg8b (" R(di) ")\n\tpop " R(bx)), 7);
    expect("FISTP", PATCH("fildll (" R(si) ")\n\tfistpll (" R(di) ")"), 7);
    expect("BTS", PATCH("btsl $9, (" R(di) ")\n\tbtsl $10, (" R(di) ")"), 7);
    expect("XCHG", PATCH("mov (" R(si) "), %%eax\n\txchg %%eax, (" R(di) ")\n\tmov 4(" R(si) "), %%eax\n\txchg %%eax, 4(" R(di) ")"), 7);
    expect("a function that has changed", called(4), 301);
    return n_failures;
}
