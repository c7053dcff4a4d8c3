/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The console works, the devicetree is there, the controllers say what they are, and the machine switches itself off. */
#include "rt.h"

int test_main(word cpu, word dtb)
{
    print("Hello, CPU %u\n", cpu);
    expect("devicetree", peek32(dtb), 0xd00dfeed);
    expect("processor version", GET(287), 0x80210030);
    expect("number of the CPU", GET(SPR_PIR), 0);
    print("TLB0CFG 0x%x, TLB1CFG 0x%x\n", (word)GET(688), (word)GET(689));
    print("MPIC: features 0x%x, configuration 0x%x, spurious vector 0x%x\n", (word)peek32(MPIC + 0x1000), (word)peek32(MPIC + 0x1020),
          (word)peek32(MPIC + 0x10e0));
    print("MPIC: block 0x%x, vendor 0x%x\n", (word)peek32(MPIC), (word)peek32(MPIC + 0x1080));
    print("MPIC: source 0 0x%x to 0x%x, source 42 0x%x, IPI 0x%x, timer 0x%x to 0x%x\n", (word)peek32(MPIC + 0x10000),
          (word)peek32(MPIC + 0x10010), (word)peek32(MPIC + 0x10540), (word)peek32(MPIC + 0x10a0), (word)peek32(MPIC + 0x1120), (word)peek32(MPIC + 0x1130));
    print("MPIC: task priority 0x%x, who am I 0x%x, acknowledge 0x%x\n", (word)peek32(MPIC + 0x20080), (word)peek32(MPIC + 0x20090),
          (word)peek32(MPIC + 0x200a0));
    print("utilities: PVR 0x%x, SVR 0x%x\n", (word)peek32(CCSR + 0xe00a0), (word)peek32(CCSR + 0xe00a4));
    print("MSR 0x%x\n", (word)get_msr());
    set_msr(0xffffffff & ~(MSR_EE | MSR_CE | MSR_PR | MSR_IS | MSR_DS | 1u << 18 | 1u << 9));
    /* QEMU has neither ME in mtmsr nor the performance monitor's PMM. */
    print("MSR with all bits that there are 0x%x\n", (word)(get_msr() & ~(MSR_ME | 4)));
    return (int)n_failures;
}
