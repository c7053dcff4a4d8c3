/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The service processor: what it says of the configuration, events and their masks, blocks that it refuses. */
#include "rt.h"

static u8 block[8192] __attribute__((aligned(8192)));

static void fresh(u32 length)
{
    for (u32 i = 0; i < sizeof block; i++)
        block[i] = 0;
    block[0] = length >> 8, block[1] = length;
}

static void show(const char *what, u32 command, u32 length)
{
    fresh(length);
    print("%s: response 0x%x\n", what, (word)service_call(command, block));
}

static void dump(u32 from, u32 to)
{
    for (u32 i = from; i < to; i += 4)
        if (*(u32 *)(block + i))
            print("  %u: %x\n", (word)i, (word)*(u32 *)(block + i));
}

static void check_information(void)
{
    show("read scp info", 0x00020001, 4096);
    print("increments %u of %u MiB, CPUs %u at %u, entry %x %x %x\n", (word)(block[8] << 8 | block[9]), (word)block[10],
          (word)(block[16] << 8 | block[17]), (word)(block[18] << 8 | block[19]), (word)*(u32 *)(block + 128),
          (word)*(u32 *)(block + 144), (word)*(u32 *)(block + 160));
    print("load parameter %X, facilities %X, highest CPU %u\n", *(u64 *)(block + 24), *(u64 *)(block + 48) & 0x0800000000000000,
          (word)(block[120] << 8 | block[121]));
    show("the forced one", 0x00120001, 4096);
    show("too short", 0x00020001, 64);
    show("room for one CPU", 0x00020001, 144);
    show("read cpu info", 0x00010001, 4096);
    /* Where CPUs that stand by would be listed is left out. */
    block[14] = block[15] = 0;
    dump(8, 80);
    show("read cpu info, too short", 0x00010001, 20);
    show("read cpu info, room for one", 0x00010001, 40);
}

static void mask(u32 length, u32 receive, u32 send, u32 size)
{
    fresh(size);
    block[10] = length >> 8, block[11] = length;
    *(u32 *)(block + 12) = receive;
    *(u32 *)(block + 12 + length) = send;
    u32 code = service_call(0x00780005, block);
    print("write event mask of %u in %u: response 0x%x, %x %x\n", (word)length, (word)size, (word)code,
          (word)*(u32 *)(block + 12 + 2 * length), (word)*(u32 *)(block + 12 + 3 * length));
}

static void check_events(void)
{
    mask(0, 0, 0, 28);
    mask(4, 0, 0x40, 28);
    mask(8, 0, 0x40, 44);
    show("no event", 0x00770005, 4096);
    fresh(4096);
    block[2] = 7;
    print("read event data, bad function: 0x%x\n", (word)service_call(0x00770005, block));
    show("write event data, nothing", 0x00760005, 8);
    fresh(16);
    block[9] = 20, block[10] = 0x1a;
    print("event longer than the block: 0x%x\n", (word)service_call(0x00760005, block));
    fresh(16);
    block[9] = 8, block[10] = 0x3f;
    print("event that nobody takes: 0x%x\n", (word)service_call(0x00760005, block));
    fresh(16);
    block[9] = 8, block[10] = 0x1a, block[14] = 'o', block[15] = '\n';
    u32 code = service_call(0x00760005, block);
    print("event accepted: 0x%x, flags %x\n", (word)code, (word)block[11]);
    mask(4, 0, 0x40, 28);
}

static void check_refused(void)
{
    show("storage information", 0x00040001, 4096);
    show("attach storage", 0x00080001, 16);
    show("assign storage", 0x000d0001, 16);
    show("no such command", 0x00ff0001, 8);
    show("no such command, class", 0x00020777, 8);
    fresh(4096);
    print("not aligned: 0x%x\n", (word)TRY(".insn rre, 0xb2200000, %0, %1", OUT(), "d"(0x00020001), "a"(block + 4)));
    print("in the prefix area: 0x%x\n", (word)TRY(".insn rre, 0xb2200000, %0, %1", OUT(), "d"(0x00020001), "a"(0x1000)));
    print("no storage: 0x%x\n", (word)TRY(".insn rre, 0xb2200000, %0, %1", OUT(), "d"(0x00020001), "a"(0x7f000000)));
    fresh(7);
    print("length 7: 0x%x\n", (word)TRY(".insn rre, 0xb2200000, %0, %1", OUT(), "d"(0x00020001), "a"(block)));
    fresh(0);
    block[4096 - 128] = 1, block[4096 - 127] = 0;
    print("over a page's end: 0x%x\n", (word)service_call(0x00020001, block + 4096 - 128));
}

int test_main(void)
{
    check_information();
    check_events();
    check_refused();
    return (int)n_failures;
}
