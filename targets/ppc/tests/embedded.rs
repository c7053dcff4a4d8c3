//! TLBs that software fills (603, 440, 405), and trace.

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use interp::Interp;
use ppc::Ppc32;
use ppc::model::Model;
use ppc::state::msr;
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

type M = Machine<Ppc32, Interp>;

fn machine(cpu: &str, msr: u64, code: &[u32]) -> M {
    let bench = Bench::<Ppc32> {
        name: "",
        kind: Kind::new(Model::new(32, cpu).unwrap()),
        endian: Endian::Big,
        prepare: |_: &mut Ctx<Ppc32>| {},
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let mut machine = bench.machine();
    machine.cpu.ctx().state.msr = msr;
    let words: Vec<(u128, u32)> = code.iter().map(|w| (u128::from(*w), 4)).collect();
    machine.ram.write_bytes(CODE - RAM_BASE, &bench.bytes(&words).concat());
    machine.ram.write_bytes(DATA - RAM_BASE, &0x1234_5678u32.to_be_bytes());
    machine
}

fn set(machine: &mut M, values: &[(&str, u64)]) {
    for &(name, value) in values {
        let at = machine.register(name).unwrap();
        machine.cpu.set_register(at, value.into()).unwrap();
    }
}

fn get(machine: &M, name: &str) -> u64 {
    machine.cpu.register(machine.register(name).unwrap()).unwrap() as u64
}

fn steps(machine: &mut M, n: u32) {
    for _ in 0..n {
        machine.cpu.step();
    }
}

/// lwz r7, 0(r8); stw r7, 0(r8).
const LOAD: u32 = 0x80e8_0000;
const STORE: u32 = 0x90e8_0000;

const fn tlb(xo: u32, rt: u32, ra: u32, rb: u32) -> u32 {
    31 << 26 | rt << 21 | ra << 16 | rb << 11 | xo << 1
}

#[test]
fn a_603_is_told_where_to_look_and_loads_what_it_is_given() {
    let page = 0x2000_3000;
    let mut m = machine("603e", msr::DR, &[LOAD]);
    set(&mut m, &[("r8", page + 8), ("sdr1", 0x0040_0001), ("r0", 77), ("cr", 0x5000_0000)]);
    steps(&mut m, 1);
    assert_eq!((m.cpu.pc(), get(&m, "srr0"), get(&m, "dmiss")), (0x1100, CODE, page + 8));
    assert_eq!(get(&m, "dcmp"), 1 << 31 | page >> 22 & 63);
    let hash = page >> 12 & 0xffff;
    assert_eq!(
        (get(&m, "hash1"), get(&m, "hash2") & 0x7_ffc0),
        (0x40_0000 | (hash & 0x7ff) << 6, (!hash & 0x7ff) << 6)
    );
    assert_eq!(get(&m, "srr1") >> 28, 5, "CR0");
    assert_eq!((get(&m, "r0"), get(&m, "msr") & msr::TGPR), (0, msr::TGPR), "the temporary registers");
    // tlbld r8, then the load again: the page is clean, so that a store has its own miss.
    let mut m = machine("603e", 0, &[tlb(978, 0, 0, 8), LOAD, STORE]);
    let rpa = DATA & 0xffff_f000 | 2;
    set(&mut m, &[("r8", page | DATA & 0xfff), ("dcmp", 1 << 31 | page >> 22 & 63), ("rpa", rpa), ("srr1", 0)]);
    steps(&mut m, 1);
    m.cpu.ctx().state.msr = msr::DR;
    steps(&mut m, 1);
    assert_eq!((m.cpu.pc(), get(&m, "r7")), (CODE + 8, 0x1234_5678));
    steps(&mut m, 1);
    assert_eq!((m.cpu.pc(), get(&m, "srr1") >> 16 & 15), (0x1200, 1), "a store, way 0, key 0");
}

#[test]
fn a_440_takes_entries_by_words() {
    let code = [tlb(978, 3, 4, 0), tlb(978, 5, 4, 1), tlb(978, 6, 4, 2), LOAD, tlb(914, 9, 0, 8) | 1, STORE];
    let mut m = machine("440epb", 0, &code);
    // All of memory where it is: 256 MiB, supervisor.
    m.cpu.ctx().state.tlb[0].words = [1 << 9 | 9 << 4, 0, 7];
    m.cpu.flush();
    let at = 0x4000_0000 | DATA & 0xfff;
    set(&mut m, &[("r3", 0x4000_0210), ("r4", 17), ("r5", DATA & 0xffff_f000), ("r6", 1), ("r8", at), ("ivpr", 0)]);
    steps(&mut m, 5);
    assert_eq!((get(&m, "r7"), get(&m, "r9"), get(&m, "cr") >> 28), (0x1234_5678, 17, 2));
    steps(&mut m, 1);
    assert_eq!((get(&m, "srr0"), get(&m, "esr"), get(&m, "dear")), (CODE + 20, 1 << 23, at), "read only");
    set(&mut m, &[("pid", 3)]);
    m.cpu.ctx().state.tlb[17].tid = 4;
    m.cpu.flush();
    m.cpu.set_pc(CODE + 12);
    set(&mut m, &[("ivor13", 0x40)]);
    steps(&mut m, 1);
    assert_eq!((m.cpu.pc(), get(&m, "dear")), (0x40, at), "another process");
}

#[test]
fn a_405_has_zones() {
    let code = [tlb(978, 3, 4, 0), tlb(978, 5, 4, 1), LOAD, STORE];
    let mut m = machine("405gpr", 0, &code);
    let (at, page) = (0x4000_0000 | DATA & 0xfff, DATA & 0xffff_f000);
    // 4 KiB, valid; zone 1, neither EX nor WR.
    set(&mut m, &[("r3", 0x4000_00c0), ("r4", 5), ("r5", page | 1 << 4), ("r8", at)]);
    steps(&mut m, 2);
    m.cpu.ctx().state.msr = msr::DR;
    m.cpu.flush();
    steps(&mut m, 1);
    assert_eq!(get(&m, "r7"), 0x1234_5678);
    steps(&mut m, 1);
    assert_eq!((m.cpu.pc(), get(&m, "esr"), get(&m, "dear")), (0x300, 1 << 23, at), "it must not be written");
    let again = |m: &mut M, zpr, state| {
        m.cpu.ctx().state.msr = state;
        set(m, &[("zpr", zpr)]);
        m.cpu.flush();
        m.cpu.set_pc(CODE + 12);
        steps(m, 1);
        (m.cpu.pc(), get(m, "esr"))
    };
    assert_eq!(again(&mut m, 3 << 28, msr::DR), (CODE + 16, 1 << 23), "zone field 3 allows all");
    assert_eq!(again(&mut m, 0, msr::DR | msr::PR), (0x300, 1 << 23 | 1 << 22), "zone field 0 shuts users out");
}

#[test]
fn instructions_and_branches_are_traced() {
    // addi r3, r3, 1; b .-4
    let mut m = machine("750", msr::SE, &[0x3863_0001, 0x4bff_fffc]);
    steps(&mut m, 2);
    assert_eq!((m.cpu.pc(), get(&m, "srr0"), get(&m, "srr1")), (0xd00, CODE + 4, msr::SE));
    let mut m = machine("750", msr::BE, &[0x3863_0001, 0x4bff_fffc]);
    steps(&mut m, 3);
    assert_eq!((m.cpu.pc(), get(&m, "srr0"), get(&m, "r3")), (0xd00, CODE, 1));
}

/// The texts are those of qemu-system-ppc 7.2 for the same entries.
#[test]
fn translations_are_shown_as_on_qemu() {
    let mut m = machine("440epb", 0, &[LOAD]);
    m.cpu.ctx().state.tlb[3].words = [0x4000_0000 | 1 << 9 | 1 << 8 | 3 << 4, 0x1001, 0x3f | 0xa00];
    m.cpu.ctx().state.tlb[3].tid = 9;
    let head = "\nTLB:\nEffective          Physical           Size PID   Prot     Attr\n";
    let line = "0x0000000040000000 0x0000000100000000  64k 9     0000007f 00000a01\n";
    let text = m.cpu.show_translations().unwrap();
    assert!(text.starts_with(head) && text.ends_with(line), "{text}");
    let mut m = machine("e500mc", 0, &[LOAD]);
    // TLB1, entry 0: 64 MiB, all rights, M and E.
    m.cpu.ctx().state.tlb[512].words = [1 << 31 | 16 << 7, 0x0800_0005, 0x1_0400_003f];
    let text = m.cpu.show_translations().unwrap();
    let line = "0x0000000008000000 0x0000000104000000  64M 0     0  SRWXURWX --M-E U----\n";
    assert!(text.starts_with("\nTLB0:\nEffective ") && text.ends_with(line), "{text}");
    let mut m = machine("603e", 0, &[tlb(978, 0, 0, 8)]);
    set(&mut m, &[("r8", 0x4000_2000), ("dcmp", 1 << 31), ("rpa", 0x2), ("srr1", 0), ("sdr1", 0x0040_0001)]);
    steps(&mut m, 1);
    let text = m.cpu.show_translations().unwrap();
    assert!(text.starts_with("HTAB base = 0x400000\nHTAB mask = 0x1ffff\n\nSegment registers:\n00 T=0 Ks=0 Kp=0 N=0 "));
    assert!(text.contains("\ndata TLB 02/64 way:0 valid [40002000 40003000]\n"), "{text}");
}
