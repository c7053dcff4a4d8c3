//! Tests of the local APICs: two to four units on a bus.

use memory::{Device, Line};

use super::*;
use crate::state::testing::Probe;

struct Wires {
    intr: Probe,
    nmi: Probe,
    init: Probe,
    startup: Probe,
}

fn bus(ids: &[u32]) -> (Apics, Vec<Wires>) {
    let wires: Vec<Wires> = ids
        .iter()
        .map(|_| Wires {
            intr: Probe::default(),
            nmi: Probe::default(),
            init: Probe::default(),
            startup: Probe::default(),
        })
        .collect();
    let lines = |w: &Wires| ApicLines {
        intr: w.intr.line(),
        nmi: w.nmi.line(),
        init: w.init.line(),
        startup: w.startup.line(),
    };
    let apics = Apics::new(ids.iter().copied().zip(wires.iter().map(lines)), |_| true);
    for n in 0..ids.len() {
        apics.page(n).write(0xf0, 4, 0x1ff, 0);
    }
    (apics, wires)
}

fn high(wires: &[Wires]) -> Vec<usize> {
    (0..wires.len()).filter(|&n| wires[n].intr.high()).collect()
}

#[test]
fn priorities_and_ends() {
    let (apics, wires) = bus(&[0]);
    let mut page = apics.page(0);
    for vector in [0x31, 0x52, 0x58] {
        page.write(0x300, 4, 0x4_0000 | vector, 0);
    }
    assert_eq!(page.read(0x210, 4, 0) | page.read(0x220, 4, 0) << 32, 0x0104_0000_0002_0000);
    assert_eq!(apics.acknowledge(0), Some(0x58));
    assert!(!wires[0].intr.high(), "the same class waits");
    assert_eq!(page.read(0xa0, 4, 0), 0x50);
    page.write(0xb0, 4, 0, 0);
    assert_eq!((wires[0].intr.high(), apics.acknowledge(0)), (true, Some(0x52)));
    page.write(0x80, 4, 0x60, 0);
    page.write(0xb0, 4, 0, 0);
    assert!(!wires[0].intr.high(), "the task's priority holds it");
    assert_eq!(apics.acknowledge(0), Some(0xff), "spurious");
    page.write(0x80, 4, 0, 0);
    assert_eq!(apics.acknowledge(0), Some(0x31));
}

#[test]
fn destinations() {
    let (apics, wires) = bus(&[0, 1, 4, 5]);
    let send = |dest: u64, low: u64| {
        apics.page(0).write(0x310, 4, dest << 24, 0);
        apics.page(0).write(0x300, 4, low, 0);
        let hit = high(&wires);
        for &n in &hit {
            apics.acknowledge(n);
            apics.page(n).write(0xb0, 4, 0, 0);
        }
        hit
    };
    assert_eq!(send(4, 0x40), [2]);
    assert_eq!(send(2, 0x40), []);
    assert_eq!(send(0xff, 0x40), [0, 1, 2, 3]);
    assert_eq!(send(0, 0x8_0040), [0, 1, 2, 3]);
    assert_eq!(send(0, 0xc_0040), [1, 2, 3]);
    for n in 0..4 {
        apics.page(n).write(0xd0, 4, 0x0100_0000 << n, 0);
    }
    assert_eq!(send(0b1010, 0x840), [1, 3]);
    assert_eq!(send(0b1010, 0x940), [1], "lowest priority");
    for n in 0..4 {
        apics.page(n).write(0xe0, 4, 0x0fff_ffff, 0);
        apics.page(n).write(0xd0, 4, [0x1100_0000, 0x1200_0000, 0x2100_0000, 0x2200_0000][n], 0);
    }
    assert_eq!(send(0x23, 0x840), [2, 3], "clusters");
    assert_eq!(send(0, 0x0f), [], "illegal vector");
    apics.page(0).write(0x280, 4, 0, 0);
    assert_eq!(apics.page(0).read(0x280, 4, 0), 0x20);
}

#[test]
fn x2apic() {
    let (apics, wires) = bus(&[0, 0x112]);
    for n in 0..2 {
        apics.page(n).write(BASE_AT, 8, 0xfee0_0c00, 0);
    }
    let mut page = apics.page(0);
    assert_eq!(apics.page(1).read(0x810, 8, 0), 0x112);
    assert_eq!(apics.page(1).read(0x868, 8, 0), 0x11_0004);
    page.write(0x980, 8, 0x112 << 32 | 0x41, 0);
    assert_eq!(high(&wires), [1]);
    assert_eq!(apics.acknowledge(1), Some(0x41));
    page.write(0x980, 8, 0x11_0004 << 32 | 0x0852, 0);
    assert_eq!(apics.acknowledge(1), Some(0x52));
    page.write(0x9f8, 8, 0x61, 0);
    assert_eq!(apics.acknowledge(0), Some(0x61));
    assert_eq!(page.read(0x980, 8, 0), 0x11_0004 << 32 | 0x0852);
}

#[test]
fn start_up_of_another_processor() {
    let (apics, wires) = bus(&[0, 1]);
    let mut page = apics.page(0);
    page.write(0x300, 4, 0xc_4500, 0);
    assert!(wires[1].init.high() && !wires[0].init.high());
    apics.acknowledge_init(1);
    assert!(!wires[1].init.high());
    page.write(0x300, 4, 0xc_8500, 0);
    assert!(!wires[1].init.high(), "de-assert does nothing");
    page.write(0x300, 4, 0xc_4608, 0);
    assert!(wires[1].startup.high());
    assert_eq!(apics.acknowledge_startup(1), 8);
    assert!(!wires[1].startup.high());
    page.write(0x310, 4, 1 << 24, 0);
    page.write(0x300, 4, 0x400, 0);
    assert!(wires[1].nmi.high());
    apics.acknowledge_nmi(1);
    assert!(!wires[1].nmi.high());
}

#[test]
fn timer() {
    let (apics, wires) = bus(&[0]);
    let mut page = apics.page(0);
    page.write(0x3e0, 4, 0xb, 0);
    page.write(0x320, 4, 0x30, 0);
    page.write(0x380, 4, 1000, 500);
    assert_eq!((page.read(0x390, 4, 900), page.deadline()), (600, Some(1500)));
    page.tick(1500);
    assert_eq!((apics.acknowledge(0), page.deadline(), page.read(0x390, 4, 2000)), (Some(0x30), None, 0));
    page.write(0xb0, 4, 0, 2000);
    // Periodic, divided by 16.
    page.write(0x320, 4, 0x2_0030, 2000);
    page.write(0x3e0, 4, 3, 2000);
    page.write(0x380, 4, 100, 2000);
    assert_eq!(page.deadline(), Some(3600));
    page.tick(3700);
    assert_eq!((wires[0].intr.high(), page.deadline()), (true, Some(5200)));
    assert_eq!(apics.acknowledge(0), Some(0x30));
    page.write(0xb0, 4, 0, 3700);
    // At a time.
    page.write(0x320, 4, 0x4_0030, 3700);
    assert_eq!(page.deadline(), None);
    page.write(0x380, 4, 100, 3700);
    page.write(DEADLINE_AT, 8, 9000, 3700);
    assert_eq!((page.read(DEADLINE_AT, 8, 3700), page.deadline()), (9000, Some(9000)));
    page.tick(9000);
    assert_eq!((wires[0].intr.high(), page.read(DEADLINE_AT, 8, 9000)), (true, 0));
}

#[test]
fn pins() {
    let (apics, wires) = bus(&[0, 1]);
    let pic = apics.pic_line();
    pic.raise();
    assert_eq!((high(&wires), apics.acknowledge(0)), (vec![0], None));
    pic.lower();
    assert_eq!(high(&wires), []);
    apics.page(0).write(0x350, 4, 0x1_0700, 0);
    pic.raise();
    assert_eq!(high(&wires), []);
    apics.page(1).write(0x360, 4, 0x400, 0);
    apics.nmi_line().raise();
    assert!(wires[1].nmi.high() && !wires[0].nmi.high());
    let _: Line = apics.nmi_line();
    let saved = apics.page(0).save();
    apics.page(0).reset();
    assert!(apics.page(0).restore(&saved).is_ok());
    assert_eq!(apics.page(0).read(0x350, 4, 0), 0x1_0700);
}
