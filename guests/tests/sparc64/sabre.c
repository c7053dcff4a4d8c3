/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The host bridge's interrupts: mapping and clear registers, the UART's interrupt as an interrupt vector, dispatch; its IOMMU's
 * registers. */
#include "rt.h"

enum { SERIAL_INO = 0x2b, IGN = 0x1f };
#define MAP(ino) (SABRE + 0x1000 + ((ino) & 31) * 8)
#define CLEAR(ino) (SABRE + 0x1800 + ((ino) & 31) * 8)
#define PCI_MAP(slot) (SABRE + 0xc00 + (slot) * 8)
#define IOMMU_CONTROL (SABRE + 0x200)
#define IOMMU_TSB (SABRE + 0x208)
enum { VALID = 1u << 31, BUSY = 0x20 };
enum { A_RECEIVE = 0x49, A_INTR = 0x7f };

static volatile word taken, last_tt, data0, data1, status_in_handler, iir;
/* What the handler does with the UART: 0 nothing, 1 reads its cause (which ends a transmitter interrupt). */
static volatile word quiet;

void on_trap(word type, word pc)
{
    (void)pc;
    taken++;
    last_tt = type;
    data0 = LDXA(A_INTR, 0x40);
    data1 = LDXA(A_INTR, 0x50);
    status_in_handler = LDXA(A_RECEIVE, 0);
    if (quiet)
        iir = phys_read8(UART + 2) & 0xf;
    STXA(A_RECEIVE, 0, 0);
}

static void await(word n)
{
    for (volatile word i = 0; i < 1000000 && taken != n; i++)
        ;
}

static void interrupts(word on) { WRPR("pstate", P_PRIV | P_PEF | (on ? P_IE : 0)); }

static void map_registers(void)
{
    expect("serial's mapping", LDXA(ASI_PHYS, MAP(SERIAL_INO)), IGN << 6 | SERIAL_INO);
    expect("ethernet's mapping", LDXA(ASI_PHYS, MAP(0x21)), IGN << 6 | 0x21);
    expect("bus A slot 1", LDXA(ASI_PHYS, PCI_MAP(1)), IGN << 6 | 4);
    expect("bus B slot 2", LDXA(ASI_PHYS, PCI_MAP(6)), IGN << 6 | 0x18);
    STXA(ASI_PHYS, MAP(SERIAL_INO), 0xffffffff);
    expect("valid can be set", LDXA(ASI_PHYS, MAP(SERIAL_INO)) & VALID, VALID);
    expect("the number can't", LDXA(ASI_PHYS, MAP(SERIAL_INO)) & 0x7ff, IGN << 6 | SERIAL_INO);
    STXA(ASI_PHYS, MAP(SERIAL_INO), 0);
}

static void iommu(void)
{
    STXA(ASI_PHYS, IOMMU_TSB, 0x12340000);
    expect("tsb", LDXA(ASI_PHYS, IOMMU_TSB), 0x12340000);
    STXA(ASI_PHYS, IOMMU_CONTROL, 0x20000);
    expect("control", LDXA(ASI_PHYS, IOMMU_CONTROL), 0x20000);
    STXA(ASI_PHYS, SABRE + 0x210, 0);
    STXA(ASI_PHYS, IOMMU_CONTROL, 0);
}

static void wait(void)
{
    for (volatile word i = 0; i < 100000; i++)
        ;
}

/* The transmitter is empty: its interrupt is up as soon as it is enabled. Printing would raise it again, and so waits. */
static void serial(void)
{
    word seen[6], busy;
    interrupts(1);
    quiet = 1;
    phys_write8(UART + 1, 2);
    wait();
    seen[0] = taken;
    STXA(ASI_PHYS, MAP(SERIAL_INO), VALID);
    await(1);
    seen[1] = taken;
    wait();
    seen[2] = taken;
    STXA(ASI_PHYS, CLEAR(SERIAL_INO), 0);
    wait();
    seen[3] = taken;
    interrupts(0);
    phys_write8(UART + 1, 0);
    phys_write8(UART + 1, 2);
    wait();
    seen[4] = taken;
    busy = LDXA(A_RECEIVE, 0) & BUSY;
    interrupts(1);
    await(2);
    seen[5] = taken;
    STXA(ASI_PHYS, CLEAR(SERIAL_INO), 0);
    phys_write8(UART + 1, 0);
    expect("not valid: no interrupt", seen[0], 0);
    expect("valid: one interrupt", seen[1], 1);
    expect("trap type", last_tt, 0x60);
    expect("first data word", data0, IGN << 6 | SERIAL_INO);
    expect("second data word", data1, 0);
    expect("busy in the handler", status_in_handler & BUSY, BUSY);
    expect("cause", iir, 2);
    expect("not again before it is cleared", seen[2], 1);
    expect("nor behind it: the line is down", seen[3], 1);
    expect("pstate.ie masks", seen[4], 1);
    expect("but the CPU has it", busy, BUSY);
    expect("it comes later", seen[5], 2);
}

/* A handler that leaves the device alone: the interrupt comes again each time it is cleared. */
static void level(void)
{
    word seen[3];
    quiet = 0;
    taken = 0;
    phys_write8(UART + 1, 2);
    await(1);
    seen[0] = taken;
    STXA(ASI_PHYS, CLEAR(SERIAL_INO), 0);
    await(2);
    seen[1] = taken;
    phys_write8(UART + 1, 0);
    STXA(ASI_PHYS, CLEAR(SERIAL_INO), 0);
    wait();
    seen[2] = taken;
    STXA(ASI_PHYS, MAP(SERIAL_INO), 0);
    interrupts(0);
    expect("interrupt", seen[0], 1);
    expect("still up: again", seen[1], 2);
    expect("down: no more", seen[2], 2);
}

int test_main(void)
{
    map_registers();
    iommu();
    serial();
    level();
    return (int)n_failures;
}
