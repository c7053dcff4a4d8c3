//! Delegation, entry, return, and the order of interrupts.

use super::{Trap, cause, deliver, interrupt, irq, mret, pending, sret, wfi};
use crate::csr::{Priv, mstatus};
use crate::hart::fake::Fake;

fn rv64(prv: Priv) -> Fake {
    let mut hart = Fake::new(64, "rv64");
    hart.csrs.prv = prv;
    hart.csrs.mtvec = 0x1000;
    hart.csrs.stvec = 0x2000;
    hart.pc = 0x4444;
    hart
}

#[test]
fn exceptions_go_to_machine_mode() {
    let mut hart = rv64(Priv::U);
    hart.csrs.mstatus.put(mstatus::MIE, 1);
    hart.csrs.mtvec = 0x1001;
    deliver(&mut hart, Trap::illegal(0xdead));
    assert_eq!((hart.csrs.mcause, hart.csrs.mepc, hart.csrs.mtval), (2, 0x4444, 0xdead));
    assert_eq!((hart.pc, hart.csrs.prv), (0x1000, Priv::M), "vectors are for interrupts");
    let s = hart.csrs.mstatus;
    assert_eq!((s.get(mstatus::MIE), s.get(mstatus::MPIE), s.get(mstatus::MPP)), (0, 1, 0));
}

#[test]
fn delegated_exceptions_go_to_supervisor_mode_unless_they_come_from_machine_mode() {
    let mut hart = rv64(Priv::S);
    hart.csrs.medeleg = 1 << cause::LOAD_PAGE;
    hart.csrs.mstatus.put(mstatus::SIE, 1);
    deliver(&mut hart, Trap::page_fault(0x777, cpu::Access::Read));
    assert_eq!((hart.csrs.scause, hart.csrs.sepc, hart.csrs.stval), (13, 0x4444, 0x777));
    assert_eq!((hart.pc, hart.csrs.prv), (0x2000, Priv::S));
    let s = hart.csrs.mstatus;
    assert_eq!((s.get(mstatus::SIE), s.get(mstatus::SPIE), s.get(mstatus::SPP)), (0, 1, 1));

    let mut hart = rv64(Priv::M);
    hart.csrs.medeleg = 1 << cause::LOAD_PAGE;
    deliver(&mut hart, Trap::page_fault(0x777, cpu::Access::Read));
    assert_eq!((hart.csrs.prv, hart.csrs.mcause, hart.pc), (Priv::M, 13, 0x1000));
}

#[test]
fn interrupts_set_the_top_bit_and_use_vectors() {
    let mut hart = rv64(Priv::S);
    hart.csrs.mtvec = 0x1001;
    deliver(&mut hart, Trap::Interrupt(irq::MTI));
    assert_eq!((hart.csrs.mcause, hart.pc), (1 << 63 | 7, 0x1000 + 28));
    assert_eq!(hart.csrs.mtval, 0);
    let mut hart = Fake::new(32, "rv32");
    deliver(&mut hart, Trap::Interrupt(irq::MEI));
    assert_eq!(hart.csrs.mcause, 0x8000_000b);
}

#[test]
fn the_order_of_interrupts() {
    let mut hart = rv64(Priv::U);
    hart.lines = irq::MACHINE;
    hart.csrs.mip = irq::SUPERVISOR;
    for n in irq::PRIORITY {
        hart.csrs.mie = u64::MAX;
        assert_eq!(interrupt(&hart), Some(Trap::Interrupt(n)));
        hart.lines &= !(1 << n);
        hart.csrs.mip &= !(1 << n);
    }
    assert_eq!(interrupt(&hart), None);
    hart.csrs.mip = 1 << irq::SSI;
    hart.lines = 1 << irq::MTI | 1 << irq::SEI;
    hart.csrs.mideleg = 1 << irq::SEI;
    assert_eq!(interrupt(&hart), Some(Trap::Interrupt(irq::MTI)), "those for M-mode first");
    hart.lines = 1 << irq::SEI;
    assert_eq!(interrupt(&hart), Some(Trap::Interrupt(irq::SSI)), "even a lesser one");
}

#[test]
fn global_enables_count_in_their_own_mode() {
    let table = [
        // mode, MIE, SIE, delegated, taken
        (Priv::M, false, true, false, false),
        (Priv::M, true, false, false, true),
        (Priv::M, true, true, true, false),
        (Priv::S, false, false, false, true),
        (Priv::S, false, false, true, false),
        (Priv::S, false, true, true, true),
        (Priv::U, false, false, true, true),
    ];
    for (prv, mie, sie, delegated, taken) in table {
        let mut hart = rv64(prv);
        hart.csrs.mie = 1 << irq::SSI;
        hart.csrs.mip = 1 << irq::SSI;
        hart.csrs.mideleg = if delegated { 1 << irq::SSI } else { 0 };
        hart.csrs.mstatus.put(mstatus::MIE, mie.into());
        hart.csrs.mstatus.put(mstatus::SIE, sie.into());
        assert_eq!(interrupt(&hart).is_some(), taken, "{prv:?} MIE {mie} SIE {sie} delegated {delegated}");
        assert_ne!(pending(&hart), 0, "a waiting hart wakes up in any case");
    }
}

#[test]
fn returns() {
    let mut hart = rv64(Priv::M);
    hart.csrs.mepc = 0x8002;
    for (field, value) in [(mstatus::MPP, 1), (mstatus::MPIE, 1), (mstatus::MPRV, 1)] {
        hart.csrs.mstatus.put(field, value);
    }
    assert_eq!(mret(&mut hart, [0; 4]), Ok(0x8002));
    let s = hart.csrs.mstatus;
    assert_eq!((s.get(mstatus::MIE), s.get(mstatus::MPIE), s.get(mstatus::MPP)), (1, 1, 0));
    assert_eq!((hart.csrs.prv, s.get(mstatus::MPRV)), (Priv::S, 0));

    hart.csrs.sepc = 0x9000;
    hart.csrs.mstatus.put(mstatus::SPP, 0);
    assert_eq!(sret(&mut hart, [0; 4]), Ok(0x9000));
    assert_eq!((hart.csrs.prv, hart.csrs.mstatus.get(mstatus::SPIE)), (Priv::U, 1));
}

#[test]
fn a_return_to_machine_mode_keeps_mprv() {
    let mut hart = rv64(Priv::M);
    hart.csrs.mstatus.put(mstatus::MPP, 3);
    hart.csrs.mstatus.put(mstatus::MPRV, 1);
    mret(&mut hart, [0; 4]).unwrap();
    assert_eq!((hart.csrs.prv, hart.csrs.mstatus.get(mstatus::MPRV)), (Priv::M, 1));
    assert_eq!(hart.csrs.mstatus.get(mstatus::MPP), 0);
    // Before version 1.12 no return cleared it.
    let mut old = Fake::new(64, "sifive-u54");
    old.csrs.mstatus.put(mstatus::MPRV, 1);
    mret(&mut old, [0; 4]).unwrap();
    assert_eq!((old.csrs.prv, old.csrs.mstatus.get(mstatus::MPRV)), (Priv::U, 1));
}

#[test]
fn traps_on_privileged_instructions() {
    let mut hart = rv64(Priv::S);
    hart.csrs.mstatus.put(mstatus::TSR, 1);
    assert_eq!(sret(&mut hart, [0x1020_0073, 0, 0, 0]), Err(Trap::illegal(0x1020_0073)));
    assert_eq!(wfi(&mut hart, [1; 4]), Ok(0));
    hart.csrs.mstatus.put(mstatus::TW, 1);
    assert_eq!(wfi(&mut hart, [1; 4]), Err(Trap::illegal(1)));
    hart.csrs.prv = Priv::M;
    assert_eq!(wfi(&mut hart, [1; 4]), Ok(0));
    assert!(sret(&mut hart, [0; 4]).is_ok());
}
