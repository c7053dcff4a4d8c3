//! Debug events of BookE, and the hypervisor's decrementer.
//!
//! Power ISA 2.07B, Book III-E, chapter 10, "Debug Facilities"; Power ISA 3.0B, Book III, 7.4, "Hypervisor Decrementer".

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use interp::Interp;
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

type M = Machine<Ppc32, Interp>;

const IDM: u64 = 1 << 30;
const ICMP: u64 = 1 << 27;
const BRT: u64 = 1 << 26;
const IRPT: u64 = 1 << 25;
const TRAP: u64 = 1 << 24;
const IAC1: u64 = 1 << 23;
const IAC2: u64 = 1 << 22;
const RET: u64 = 1 << 15;
const IDE: u64 = 1 << 31;
/// Where debug interrupts go.
const HANDLER: u64 = 0xd00;
const NOP: u32 = 0x6000_0000;

fn bench<T: Target<State = State, Model = Model>>(xlen: u32, cpu: &str, code: &[u32]) -> Machine<T, Interp> {
    let bench = Bench::<T> {
        name: "",
        kind: Kind::new(Model::new(xlen, cpu).unwrap()),
        endian: Endian::Big,
        prepare: |_: &mut Ctx<T>| {},
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let machine = bench.machine();
    let words: Vec<(u128, u32)> = code.iter().map(|w| (u128::from(*w), 4)).collect();
    machine.ram.write_bytes(CODE - RAM_BASE, &bench.bytes(&words).concat());
    machine
}

/// A CPU with everything mapped to itself, and these events.
fn machine(cpu: &str, msr: u64, dbcr0: u64, code: &[u32]) -> M {
    let mut m = bench::<Ppc32>(32, cpu, code);
    if let Some(entry) = m.cpu.ctx().state.tlb.get_mut(512) {
        entry.words = [1 << 31 | 22 << 7, 0, 0x3f];
    }
    m.cpu.flush();
    set(&mut m, &[("ivor15", HANDLER), ("ivor6", 0x700), ("ivor8", 0xc00), ("dbcr0", IDM | dbcr0)]);
    m.cpu.ctx().state.msr = msr;
    m
}

fn set<T: Target<State = State, Model = Model>>(machine: &mut Machine<T, Interp>, values: &[(&str, u64)]) {
    for &(name, value) in values {
        let at = machine.register(name).unwrap();
        machine.cpu.set_register(at, value.into()).unwrap();
    }
}

fn get<T: Target<State = State, Model = Model>>(machine: &Machine<T, Interp>, name: &str) -> u64 {
    machine.cpu.register(machine.register(name).unwrap()).unwrap() as u64
}

/// Runs until the handler or the end of the code is reached.
fn run(m: &mut M, end: u64) -> u64 {
    for _ in 0..20 {
        m.cpu.step();
        if m.cpu.pc() == end || m.cpu.pc() < 0x1000 {
            break;
        }
    }
    m.cpu.pc()
}

#[test]
fn each_instruction_or_none_is_a_step() {
    // li r3, 1; li r4, 2
    let code = [0x3860_0001, 0x3880_0002];
    let mut m = machine("e500v2_v30", msr::DE | msr::CE, ICMP, &code);
    m.cpu.step();
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "csrr0"), get(&m, "r3"), get(&m, "r4")), (HANDLER, CODE + 4, 1, 0));
    assert_eq!((get(&m, "dbsr"), get(&m, "csrr1")), (ICMP, msr::DE | msr::CE));
    assert_eq!(get(&m, "msr") & (msr::DE | msr::CE), 0);
    // While MSR.DE is 0 nothing is noted.
    let mut m = machine("e500v2_v30", 0, ICMP, &code);
    assert_eq!((run(&mut m, CODE + 8), get(&m, "dbsr")), (CODE + 8, 0));
}

#[test]
fn an_e500mc_keeps_the_way_back_apart() {
    let mut m = machine("e500mc", msr::DE | msr::CE, ICMP, &[NOP, NOP]);
    m.cpu.step();
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "dsrr0"), get(&m, "dsrr1")), (HANDLER, CODE + 4, msr::DE | msr::CE));
    assert_eq!((get(&m, "csrr0"), get(&m, "msr") & (msr::DE | msr::CE)), (0, msr::CE));
}

#[test]
fn a_taken_branch_is_an_event_before_it_is_taken() {
    // nop; bdnz +8; nop; b .+8
    let code = [NOP, 0x4200_0008, NOP, 0x4800_0008];
    let mut m = machine("e500v2_v30", msr::DE, BRT, &code);
    set(&mut m, &[("ctr", 2)]);
    assert_eq!(run(&mut m, 0), HANDLER);
    assert_eq!((get(&m, "csrr0"), get(&m, "ctr"), get(&m, "dbsr")), (CODE + 4, 2, BRT));
    // One that is not taken is none, and counts.
    let mut m = machine("e500v2_v30", msr::DE, BRT, &code);
    set(&mut m, &[("ctr", 1)]);
    assert_eq!(run(&mut m, 0), HANDLER);
    assert_eq!((get(&m, "csrr0"), get(&m, "ctr")), (CODE + 12, 0));
}

#[test]
fn addresses_of_instructions_are_compared() {
    let code = [NOP, 0x3860_0001, NOP, NOP];
    let mut m = machine("440epb", msr::DE, IAC1, &code);
    m.cpu.ctx().state.tlb[0].words = [1 << 9 | 9 << 4, 0, 0x3f];
    m.cpu.flush();
    set(&mut m, &[("iac1", CODE + 4)]);
    assert_eq!(run(&mut m, CODE + 16), HANDLER);
    assert_eq!((get(&m, "csrr0"), get(&m, "r3"), get(&m, "dbsr")), (CODE + 4, 0, IAC1));
    for (dbcr1, events, at) in [
        // An inclusive range of IAC1 and IAC2, and an exclusive one.
        (2 << 22, IAC1, Some(CODE + 8)),
        (3 << 22, IAC1, Some(CODE)),
        // IAC2 alone; only problem state; only supervisor state.
        (0, IAC2, Some(CODE + 12)),
        (3 << 30, IAC1, None),
        (2 << 30, IAC1, Some(CODE + 8)),
    ] {
        let mut m = machine("e500v2_v30", msr::DE, events, &code);
        set(&mut m, &[("iac1", CODE + 8), ("iac2", CODE + 12), ("dbcr1", dbcr1)]);
        let end = run(&mut m, CODE + 16);
        assert_eq!((end == HANDLER).then(|| get(&m, "csrr0")), at, "{dbcr1:#x}");
    }
}

#[test]
fn data_addresses_are_compared() {
    // lwz r7, 0(r8); lwz r7, 4(r8); stw r7, 4(r8)
    let code = [0x80e8_0000, 0x80e8_0004, 0x90e8_0004];
    const DAC1R: u64 = 1 << 19;
    const DAC1W: u64 = 1 << 18;
    for (event, at) in [(DAC1R, CODE + 4), (DAC1W, CODE + 8)] {
        let mut m = machine("e500v2_v30", msr::DE, event, &code);
        m.ram.write_bytes(DATA - RAM_BASE, &[0, 0, 0, 1, 0, 0, 0, 2]);
        set(&mut m, &[("r8", DATA), ("dac1", DATA + 4)]);
        assert_eq!(run(&mut m, CODE + 12), HANDLER);
        assert_eq!((get(&m, "csrr0"), get(&m, "dbsr")), (at, event));
        assert_eq!(get(&m, "r7"), if event == DAC1R { 1 } else { 2 }, "the access itself is not made");
    }
    // With MSR.DE = 0 the access is made, and remembered; the interrupt comes with MSR.DE. mtmsr r9
    let code = [code[0], code[1], 0x7d20_0124, NOP];
    let mut m = machine("e500v2_v30", 0, DAC1R, &code);
    set(&mut m, &[("r8", DATA), ("dac1", DATA + 4), ("r9", msr::DE)]);
    assert_eq!(run(&mut m, CODE + 16), HANDLER);
    assert_eq!((get(&m, "csrr0"), get(&m, "dbsr")), (CODE + 12, DAC1R | IDE));
}

#[test]
fn traps_interrupts_and_returns_are_events() {
    // trap; sc; rfi
    let (trap, sc, rfi) = (0x7fe0_0008, 0x4400_0002, 0x4c00_0064);
    let mut m = machine("e500v2_v30", msr::DE, TRAP, &[trap]);
    assert_eq!((run(&mut m, 0), get(&m, "csrr0"), get(&m, "dbsr")), (HANDLER, CODE, TRAP));
    let mut m = machine("e500v2_v30", 0, TRAP, &[trap]);
    assert_eq!((run(&mut m, 0), get(&m, "srr0"), get(&m, "dbsr")), (0x700, CODE, TRAP | IDE));
    let mut m = machine("e500v2_v30", msr::DE, IRPT, &[sc]);
    m.cpu.step();
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "csrr0"), get(&m, "srr0")), (HANDLER, 0xc00, CODE + 4));
    let mut m = machine("e500v2_v30", msr::DE, RET, &[rfi]);
    assert_eq!((run(&mut m, 0), get(&m, "csrr0"), get(&m, "dbsr")), (HANDLER, CODE, RET));
    // The registers hold what is written, and nothing happens, without IDM.
    let mut m = machine("e500v2_v30", msr::DE, IAC1, &[NOP, NOP]);
    set(&mut m, &[("dbcr0", IAC1), ("iac1", CODE)]);
    assert_eq!((run(&mut m, CODE + 8), get(&m, "dbsr")), (CODE + 8, 0));
}

#[test]
fn hdec_interrupts_into_hypervisor_state() {
    const HDICE: u64 = 1;
    for (msr, hdice, taken) in [
        (msr::SF, HDICE, true),
        (msr::SF, 0, false),
        (msr::SF | msr::HV, HDICE, false),
        (msr::SF | msr::HV | msr::EE, HDICE, true),
    ] {
        let mut m = bench::<Ppc64>(64, "power8", &[NOP, NOP]);
        m.cpu.ctx().state.msr = msr | msr::RI;
        set(&mut m, &[("lpcr", hdice), ("hdec", 0xffff_fff0)]);
        m.cpu.step();
        let expected = if taken { (0x980, CODE, msr | msr::RI) } else { (CODE + 4, 0, 0) };
        assert_eq!((m.cpu.pc(), get(&m, "hsrr0"), get(&m, "hsrr1")), expected, "{msr:#x}");
        if taken {
            let now = m.cpu.ctx().state.msr;
            assert_eq!(now, msr::SF | msr::HV | msr::RI, "EE is off, RI as before");
            assert_eq!(get(&m, "srr0"), 0);
        }
    }
}

/// A 405 with these debug registers, run until the handler or for four instructions: where it was interrupted, and DBSR.
fn on_405(msr: u64, code: &[u32], values: &[(&str, u64)]) -> Option<(u64, u64)> {
    const HANDLER: u64 = 0x2000;
    let mut m = bench::<Ppc32>(32, "405d4", code);
    set(&mut m, values);
    set(&mut m, &[("r8", DATA)]);
    m.cpu.ctx().state.msr = msr;
    for _ in 0..4 {
        m.cpu.step();
        if m.cpu.pc() == HANDLER {
            return Some((get(&m, "srr2"), get(&m, "dbsr")));
        }
    }
    None
}

#[test]
fn the_405_has_its_own_registers() {
    // lwz r7, 0(r8); stw r7, 4(r8); nop; trap
    let code = [0x80e8_0000, 0x90e8_0004, NOP, 0x7fe0_0008];
    let bit = |n: u32| 1u64 << (31 - n);
    for (dbcr0, dbcr1, other, expected) in [
        (bit(4), 0, ("iac1", 0), Some((CODE + 4, bit(0)))),
        (bit(9), 0, ("iac2", CODE + 4), Some((CODE + 4, bit(6)))),
        (bit(12), 0, ("iac3", CODE + 8), Some((CODE + 8, bit(12)))),
        // From IAC1, which is 0, up to IAC2; and what is not there.
        (bit(8) | bit(10), 0, ("iac2", CODE + 4), Some((CODE, bit(5)))),
        (bit(8) | bit(10) | bit(11), 0, ("iac2", CODE + 4), Some((CODE + 4, bit(5)))),
        (0, bit(0), ("dac1", DATA), Some((CODE, bit(7)))),
        (0, bit(0), ("dac1", DATA + 1), None),
        (0, bit(0) | 2 << 26, ("dac1", DATA + 1), Some((CODE, bit(7)))),
        (0, bit(3), ("dac2", DATA + 4), Some((CODE + 4, bit(10)))),
        (0, bit(1), ("dac2", DATA + 4), None),
        (bit(7), 0, ("iac1", 0), Some((CODE + 12, bit(3)))),
    ] {
        let values = [("dbcr0", IDM | dbcr0), ("dbcr1", dbcr1), other];
        assert_eq!(on_405(msr::DE, &code, &values), expected, "{dbcr0:#x} {dbcr1:#x}");
    }
    // Without IDM nothing.
    assert_eq!(on_405(msr::DE, &code[..3], &[("dbcr0", bit(9)), ("iac2", CODE + 4)]), None);
    // While MSR.DE is 0 it is remembered. mtmsr r9
    let code = [NOP, 0x7d20_0124, NOP];
    let values = [("dbcr0", IDM | bit(8)), ("iac1", CODE), ("r9", msr::DE)];
    assert_eq!(on_405(0, &code, &values), Some((CODE + 8, bit(5) | bit(11))));
}
