//! Breakpoints of CPUs that are no embedded ones: IABR, DABR with DABRX, CIABR, DAWR with DAWRX.
//!
//! MPC750 and MPC7450 user's manuals, "Instruction Address Breakpoint Register", "Data Address Breakpoint Register"; Power ISA 2.06B and 2.07B, Book III-S, chapter 8.

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use interp::Interp;
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

/// lwz r7, 0(r8); lwz r7, 4(r8); stw r7, 8(r8); nop
const ACCESSES: [u32; 4] = [0x80e8_0000, 0x80e8_0004, 0x90e8_0008, 0x6000_0000];
/// li r3, 1; li r4, 2; li r5, 3
const THREE: [u32; 3] = [0x3860_0001, 0x3880_0002, 0x38a0_0003];
const DSI: u64 = 0x300;
const TRACE: u64 = 0xd00;
const IABR_VECTOR: u64 = 0x1300;
/// DSISR: a breakpoint; a store.
const MATCH: u64 = 0x0040_0000;
const STORE: u64 = 0x0200_0000;

fn machine<T: Target<State = State, Model = Model>>(
    xlen: u32,
    cpu: &str,
    msr: u64,
    code: &[u32],
    values: &[(&str, u64)],
) -> Machine<T, Interp> {
    let bench = Bench::<T> {
        name: "",
        kind: Kind::new(Model::new(xlen, cpu).unwrap()),
        endian: Endian::Big,
        prepare: |_: &mut Ctx<T>| {},
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let mut machine = bench.machine();
    let words: Vec<(u128, u32)> = code.iter().map(|w| (u128::from(*w), 4)).collect();
    machine.ram.write_bytes(CODE - RAM_BASE, &bench.bytes(&words).concat());
    machine.cpu.ctx().state.msr = msr;
    for &(name, value) in [("r8", DATA)].iter().chain(values) {
        let at = machine.register(name).unwrap();
        machine.cpu.set_register(at, value.into()).unwrap();
    }
    machine
}

fn get<T: Target<State = State, Model = Model>>(machine: &Machine<T, Interp>, name: &str) -> u64 {
    machine.cpu.register(machine.register(name).unwrap()).unwrap() as u64
}

/// Runs until a vector is reached, at most `steps` instructions: the vector, or 0, and SRR0.
fn run<T: Target<State = State, Model = Model>>(machine: &mut Machine<T, Interp>, steps: u32) -> (u64, u64) {
    for _ in 0..steps {
        machine.cpu.step();
        if machine.cpu.pc() < 0x2000 {
            return (machine.cpu.pc(), get(machine, "srr0"));
        }
    }
    (0, 0)
}

#[test]
fn iabr_interrupts_before_its_instruction() {
    for (cpu, iabr, hit) in [
        ("750_v3.1", (CODE + 4) | 2, true),
        ("7450_v2.1", (CODE + 4) | 2, true),
        // It is off; it wants translation, which is off. A 603 doesn't look at that.
        ("750_v3.1", CODE + 4, false),
        ("750_v3.1", (CODE + 4) | 3, false),
        ("603e_v4.1", (CODE + 4) | 3, true),
        // Elsewhere.
        ("750_v3.1", (CODE + 0x100) | 2, false),
    ] {
        let mut m = machine::<Ppc32>(32, cpu, msr::ME, &THREE, &[("iabr", iabr)]);
        let expected = if hit { (IABR_VECTOR, CODE + 4) } else { (0, 0) };
        assert_eq!(run(&mut m, 3), expected, "{cpu} {iabr:#x}");
        assert_eq!((get(&m, "r3"), get(&m, "r4")), (1, if hit { 0 } else { 2 }));
    }
}

#[test]
fn a_write_of_iabr_counts_at_once() {
    // mtspr IABR, r9
    let code = [0x7d32_fba6, THREE[0], THREE[1]];
    let mut m = machine::<Ppc32>(32, "750_v3.1", msr::ME, &code, &[("r9", (CODE + 8) | 2)]);
    assert_eq!((run(&mut m, 4), get(&m, "r3"), get(&m, "r4")), ((IABR_VECTOR, CODE + 8), 1, 0));
}

#[test]
fn dabr_interrupts_before_accesses_to_its_doubleword() {
    for (dabr, found) in [
        (DATA | 1, Some((CODE, DATA, MATCH))),
        ((DATA + 8) | 2, Some((CODE + 8, DATA + 8, MATCH | STORE))),
        // Only stores of the first, only loads of the second doubleword: there are none. Translated ones: neither.
        (DATA | 2, None),
        ((DATA + 8) | 1, None),
        (DATA | 7, None),
    ] {
        let mut m = machine::<Ppc32>(32, "7450_v2.1", msr::ME, &ACCESSES, &[("dabr", dabr)]);
        match found {
            Some((at, dar, dsisr)) => {
                assert_eq!(run(&mut m, 4), (DSI, at), "{dabr:#x}");
                assert_eq!((get(&m, "dar"), get(&m, "dsisr")), (dar, dsisr));
            }
            None => assert_eq!(run(&mut m, 4), (0, 0), "{dabr:#x}"),
        }
    }
    // The 750 has no such register.
    let mut m = machine::<Ppc32>(32, "750_v3.1", msr::ME, &ACCESSES, &[("dabr", DATA | 3)]);
    assert_eq!(run(&mut m, 4), (0, 0));
}

#[test]
fn dabrx_says_in_which_states() {
    const HYPERVISOR: u64 = 4;
    const PRIVILEGED: u64 = 2;
    const EITHER: u64 = 8;
    for (dabr, dabrx, hit) in [
        (DATA | 1, HYPERVISOR, true),
        (DATA | 1, PRIVILEGED, false),
        (DATA | 1, 0, false),
        (DATA | 5, HYPERVISOR, false),
        (DATA | 5, HYPERVISOR | EITHER, true),
    ] {
        let values = [("dabr", dabr), ("dabrx", dabrx)];
        let mut m = machine::<Ppc64>(64, "power7", msr::SF | msr::HV | msr::ME, &ACCESSES, &values);
        assert_eq!(run(&mut m, 4), if hit { (DSI, CODE) } else { (0, 0) }, "{dabr:#x} {dabrx:#x}");
    }
}

#[test]
fn dawr_watches_some_doublewords() {
    const DR: u64 = 1 << 5;
    const DW: u64 = 1 << 6;
    const ONE_MORE: u64 = 1 << 10;
    for (dawr, dawrx, at) in [
        (DATA, DR | 4, CODE),
        (DATA, DW | 4, 0),
        (DATA, DW | ONE_MORE | 4, CODE + 8),
        (DATA - 8, DR | ONE_MORE | 4, CODE),
        (DATA - 8, DR | 4, 0),
        (DATA, DR | 3, 0),
        (DATA, DR | 1 << 4 | 4, 0),
    ] {
        let values = [("dawr", dawr), ("dawrx", dawrx)];
        let mut m = machine::<Ppc64>(64, "power8", msr::SF | msr::HV | msr::ME, &ACCESSES, &values);
        assert_eq!(run(&mut m, 4), if at != 0 { (DSI, at) } else { (0, 0) }, "{dawr:#x} {dawrx:#x}");
    }
}

#[test]
fn ciabr_traces_behind_its_instruction() {
    for (ciabr, hit) in [((CODE + 4) | 3, true), ((CODE + 4) | 2, false), ((CODE + 4) | 1, false), (CODE + 4, false)] {
        let mut m = machine::<Ppc64>(64, "power8", msr::SF | msr::HV | msr::ME, &THREE, &[("ciabr", ciabr)]);
        assert_eq!(run(&mut m, 3), if hit { (TRACE, CODE + 8) } else { (0, 0) }, "{ciabr:#x}");
        if hit {
            assert_eq!((get(&m, "r4"), get(&m, "r5")), (2, 0));
            assert_eq!(get(&m, "srr1") & 0x783f_0000, 0x4010_0000);
        }
    }
}
