//! Masks, access rules and side effects of the CSRs.

use super::{Access, Denied, Priv, mstatus, name};
use crate::hart::fake::Fake;
use crate::state::{FP_OK_DYN, FP_OK_NX};

fn rv64() -> Fake {
    Fake::new(64, "rv64")
}

#[test]
fn writable_bits() {
    let table: &[(&str, u64)] = &[
        ("medeleg", 0xb3ff),
        ("mideleg", 0x222),
        ("mie", 0xaaa),
        ("mip", 0x222),
        ("mcounteren", 0xffff_ffff),
        ("scounteren", 0xffff_ffff),
        ("mcountinhibit", 5),
        ("menvcfg", 1 << 63 | 1),
        ("senvcfg", 1),
        ("mepc", !1),
        ("sepc", !1),
        ("mscratch", u64::MAX),
        ("sscratch", u64::MAX),
        ("mcause", u64::MAX),
        ("stval", u64::MAX),
        ("pmpaddr0", (1 << 54) - 1),
        ("pmpaddr15", (1 << 54) - 1),
        ("tselect", 0),
        ("tdata1", 0),
        ("mhpmcounter3", 0),
        ("mhpmevent31", 0),
    ];
    for &(csr, mask) in table {
        assert_eq!(rv64().bits_of(csr), (mask, 0), "{csr}");
    }
    let mut hart = rv64();
    assert_eq!(hart.bits_of("mstatus"), (0x8000_000a_007e_79aa, 0xa_0000_0000));
    assert_eq!(hart.bits_of("sstatus"), (0x8000_0002_000c_6122, 0x2_0000_0000));
}

#[test]
fn halves_on_rv32() {
    let mut hart = Fake::new(32, "rv32");
    hart.write("mcycleh", 0x1234_5678);
    hart.write("mcycle", 0xffff_fff0);
    assert_eq!(hart.read("mcycleh"), 0x1234_5678);
    hart.executed += 100;
    assert_eq!(hart.read("cycleh"), 0x1234_5679, "the carry");
    assert_eq!(hart.bits_of("menvcfgh"), (1 << 31, 0));
    assert_eq!(hart.bits_of("mstatush"), (0, 0));
    hart.write("stimecmp", 5);
    hart.write("stimecmph", 6);
    assert_eq!(hart.csrs.stimecmp, 0x6_0000_0005);
    assert_eq!(hart.bits_of("mstatus"), (0x807e_79aa, 0));
    assert_eq!(rv64().access("cycleh", Access::Read), Err(Denied));
    assert_eq!(rv64().access("pmpcfg1", Access::Read), Err(Denied));
}

#[test]
fn read_only_and_missing_registers() {
    let mut hart = rv64();
    assert_eq!(hart.read("mhartid"), 3);
    assert_eq!(hart.access("mhartid", Access::Write(0)), Err(Denied));
    assert_eq!(hart.access("cycle", Access::Set(0)), Err(Denied), "setting no bits is a write, too");
    assert_eq!(super::access(&mut hart, 0x7c0, Access::Read), Err(Denied));
    assert_eq!(Fake::new(64, "sifive-e51").access("satp", Access::Read), Err(Denied));
    assert_eq!(Fake::new(64, "sifive-u54").access("menvcfg", Access::Read), Err(Denied));
    assert_eq!(Fake::new(64, "rv64,f=off,d=off").access("fcsr", Access::Read), Err(Denied));
    assert_eq!(Fake::new(64, "rv64,pmp=off").access("pmpcfg0", Access::Read), Err(Denied));
    hart.write("misa", 0);
    assert_eq!(hart.read("misa"), 0x8000_0000_0014_112d);
}

#[test]
fn privilege() {
    let mut hart = rv64();
    hart.csrs.prv = Priv::S;
    assert_eq!(hart.access("mscratch", Access::Read), Err(Denied));
    assert_eq!(hart.access("sscratch", Access::Write(7)), Ok(0));
    assert_eq!(hart.access("satp", Access::Read), Ok(0));
    hart.csrs.mstatus.put(mstatus::TVM, 1);
    assert_eq!(hart.access("satp", Access::Read), Err(Denied));
    hart.csrs.prv = Priv::M;
    assert_eq!(hart.access("satp", Access::Read), Ok(0), "TVM is for S-mode");
    hart.csrs.prv = Priv::U;
    assert_eq!(hart.access("sscratch", Access::Read), Err(Denied));
}

#[test]
fn counters_are_enabled_mode_by_mode() {
    let mut hart = rv64();
    hart.csrs.prv = Priv::S;
    assert_eq!(hart.access("time", Access::Read), Err(Denied));
    hart.csrs.mcounteren = 1 << 1;
    hart.time = 99;
    assert_eq!(hart.access("time", Access::Read), Ok(99));
    hart.csrs.prv = Priv::U;
    assert_eq!(hart.access("time", Access::Read), Err(Denied));
    hart.csrs.scounteren = 1 << 1;
    assert_eq!(hart.access("time", Access::Read), Ok(99));
    assert_eq!(hart.access("cycle", Access::Read), Err(Denied));
    // Without S-mode there is no `scounteren`.
    let mut hart = Fake::new(64, "sifive-e51");
    (hart.csrs.prv, hart.csrs.mcounteren) = (Priv::U, 1);
    assert!(hart.access("cycle", Access::Read).is_ok());
}

#[test]
fn a_written_counter_shows_the_value_to_the_next_instruction() {
    let mut hart = rv64();
    hart.executed = 1000;
    hart.write("minstret", 5);
    assert_eq!(hart.read("minstret"), 5);
    assert_eq!(hart.read("instret"), 6);
    hart.write("mcountinhibit", 4);
    let stopped = hart.read("instret");
    hart.executed += 10;
    assert_eq!(hart.read("instret"), stopped);
    let cycle = hart.read("cycle");
    assert_eq!(hart.read("cycle"), cycle + 1, "the other counter runs");
    hart.write("minstret", 77);
    assert_eq!(hart.read("minstret"), 77);
    hart.write("mcountinhibit", 0);
    assert_eq!(hart.read("minstret"), 77);
    assert_eq!(hart.read("minstret"), 78);
}

#[test]
fn the_floating_point_unit_gates_and_gets_dirty() {
    let mut hart = rv64();
    assert_eq!(hart.access("fcsr", Access::Read), Err(Denied));
    hart.csrs.mstatus.put(mstatus::FS, 1);
    hart.write("fcsr", 0xfff);
    assert_eq!((hart.read("fflags"), hart.read("frm"), hart.read("fcsr")), (0x1f, 7, 0xff));
    assert_eq!(hart.csrs.mstatus.get(mstatus::FS), mstatus::FS_DIRTY);
    assert_eq!(hart.file[FP_OK_NX.index()], 1);
    assert_eq!(hart.file[FP_OK_DYN.index()], 0);
    hart.write("frm", 0);
    assert_eq!(hart.file[FP_OK_DYN.index()], 1);
    let clean = hart.read("mstatus") & !mstatus::FS.mask() | 2 << 13;
    hart.write("mstatus", clean);
    assert_eq!(hart.file[FP_OK_NX.index()], 0, "the next operation must mark the unit dirty again");
    assert_eq!(hart.read("sstatus") >> 63, 0, "SD tells of dirty units only");
}

#[test]
fn reserved_modes_are_not_taken() {
    let mut hart = rv64();
    hart.write("mstatus", 3 << 11);
    hart.write("mstatus", 2 << 11);
    assert_eq!(hart.csrs.mstatus.get(mstatus::MPP), 3, "mode 2 is reserved");
    hart.write("mstatus", 0);
    assert_eq!(hart.csrs.mstatus.get(mstatus::MPP), 0);
    let mut hart = Fake::new(64, "sifive-e51");
    hart.write("mstatus", 1 << 11);
    assert_eq!(hart.csrs.mstatus.get(mstatus::MPP), 0, "there is no S-mode");
    let mut hart = Fake::new(64, "rv64,s=off,u=off");
    assert_eq!(hart.bits_of("mstatus"), (0x8000_0000_0000_7888, 0x1800), "M-mode is all there is");
    hart.write("mtvec", 0x8000_0001);
    hart.write("mtvec", 0x9000_0002);
    assert_eq!(hart.read("mtvec"), 0x8000_0001);
}

#[test]
fn satp_takes_schemes_that_exist() {
    let mut hart = rv64();
    hart.write("satp", 8 << 60 | 5 << 44 | 0x80000);
    assert_eq!(hart.read("satp"), 8 << 60 | 5 << 44 | 0x80000);
    assert_eq!(hart.flushes, [None]);
    hart.write("satp", 7 << 60);
    assert_eq!(hart.read("satp") >> 60, 8, "a write with an unknown mode has no effect");
    let mut hart = Fake::new(64, "rv64,sv48=off,sv57=off");
    hart.write("satp", 9 << 60);
    assert_eq!(hart.read("satp"), 0);
    let mut hart = Fake::new(64, "rv64,mmu=off");
    hart.write("satp", 8 << 60);
    assert_eq!(hart.read("satp"), 0);
    assert_eq!(Fake::new(32, "rv32").bits_of("satp"), (0xffff_ffff, 0));
}

#[test]
fn supervisor_views_follow_delegation() {
    let mut hart = rv64();
    hart.write("mie", 0xaaa);
    hart.write("mip", 0x222);
    assert_eq!((hart.read("sie"), hart.read("sip")), (0, 0));
    hart.write("mideleg", 0x202);
    assert_eq!((hart.read("sie"), hart.read("sip")), (0x202, 0x202));
    hart.write("sip", 0);
    assert_eq!(hart.read("mip"), 0x220, "of the pending bits S-mode clears SSIP alone");
    hart.write("sie", 0);
    assert_eq!(hart.read("mie"), 0x8a8);
}

#[test]
fn the_external_line_is_not_written_back() {
    let mut hart = rv64();
    hart.lines = 1 << 9 | 1 << 7;
    assert_eq!(hart.access("mip", Access::Set(2)), Ok(0x280));
    hart.lines = 0;
    assert_eq!(hart.read("mip"), 2);
    hart.write("mip", 1 << 9);
    assert_eq!(hart.read("mip"), 1 << 9, "software can hold it pending, too");
}

#[test]
fn sstc() {
    let mut hart = rv64();
    hart.write("stimecmp", 100);
    hart.time = 200;
    assert_eq!(hart.read("mip"), 0, "off");
    hart.write("menvcfg", 1 << 63);
    assert_eq!(hart.read("mip"), 1 << 5);
    hart.write("mip", 0);
    assert_eq!(hart.read("mip"), 1 << 5, "STIP is no longer software's");
    hart.csrs.prv = Priv::S;
    assert_eq!(hart.access("stimecmp", Access::Read), Err(Denied), "TM");
    hart.csrs.mcounteren = 2;
    hart.write("stimecmp", 201);
    hart.csrs.prv = Priv::M;
    assert_eq!(hart.read("mip"), 0);
    assert_eq!(Fake::new(64, "rv64,sstc=off").access("stimecmp", Access::Read), Err(Denied));
}

#[test]
fn pmp_registers() {
    let mut hart = rv64();
    hart.write("pmpcfg2", 0x9f00_0000_0000_001f);
    assert_eq!(hart.read("pmpcfg2"), 0x9f00_0000_0000_001f);
    assert_eq!((hart.csrs.pmp.cfg(8), hart.csrs.pmp.cfg(15)), (0x1f, 0x9f));
    hart.write("pmpcfg2", 0);
    assert_eq!(hart.read("pmpcfg2"), 0x9f00_0000_0000_0000, "entry 15 is locked");
    hart.write("pmpaddr15", 1);
    assert_eq!(hart.read("pmpaddr15"), 0);
    let mut hart = Fake::new(32, "rv32");
    hart.write("pmpcfg3", 0x1f00_0000);
    assert_eq!(hart.csrs.pmp.cfg(15), 0x1f);
}

#[test]
fn version_1_9_1() {
    let mut hart = Fake::new(64, "rv64gcsu-v1.9.1");
    hart.write("mstatus", 9 << 24);
    assert_eq!(hart.csrs.mstatus.get(mstatus::VM), 9);
    hart.write("mstatus", 31 << 24);
    assert_eq!(hart.csrs.mstatus.get(mstatus::VM), 9, "no such scheme");
    hart.write("mcountinhibit", 7);
    assert_eq!(hart.csrs.scounteren, 7, "0x320 is mucounteren");
    assert_eq!(hart.access("mcounteren", Access::Read), Err(Denied));
    assert_eq!(hart.bits_of("satp"), ((1 << 38) - 1, 0));
}

#[test]
fn names() {
    let by_number = [(0x300, "mstatus"), (0xc1f, "hpmcounter31"), (0xb83, "mhpmcounter3h"), (0x3bf, "pmpaddr15")];
    for (number, wanted) in by_number {
        assert_eq!(name(number).as_deref(), Some(wanted));
    }
    assert_eq!(name(0x7c0), None);
}
