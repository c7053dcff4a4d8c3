//! Memory protection of TriCore 1.3 and 1.6, accesses to address 0 and to nothing, and the return from a breakpoint trap.

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use interp::Interp;
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};
use tricore::Tricore;
use tricore::model::Model;
use tricore::state;

const VECTORS: u32 = 0x1_8000;
/// The free list: one area, far from the data that are protected.
const AREA: u64 = DATA + 0x8000;
const PROTEN: u32 = 2;
/// ld.w d1, [a2] and st.w [a2], d1.
const LOAD: [u8; 2] = [0x54, 0x21];
const STORE: [u8; 2] = [0x74, 0x21];
/// nop; rfm.
const NOP: [u8; 2] = [0, 0];
const RFM: [u8; 4] = [0x0d, 0x00, 0x40, 0x01];

fn prepare(ctx: &mut Ctx<Tricore>) {
    ctx.state.btv = VECTORS;
    ctx.set_reg(state::FCX, AREA >> 6);
}

fn machine(model: &str) -> Machine<Tricore, Interp> {
    let bench = Bench::<Tricore> {
        name: "protection",
        kind: Kind::new(Model::parse(model).expect("the model is there")),
        endian: Endian::Little,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    bench.machine()
}

/// Runs one instruction with A2 at `address`: class and TIN of the trap, or `None`.
fn step(machine: &mut Machine<Tricore, Interp>, code: &[u8], address: u64) -> Option<(u64, u64)> {
    machine.ram.write_bytes(CODE - RAM_BASE, code);
    machine.cpu.flush();
    machine.cpu.set_pc(CODE);
    machine.cpu.ctx().set_reg(state::a(2), address);
    machine.cpu.step();
    let at = machine.cpu.pc().wrapping_sub(VECTORS.into());
    (at < 0x100).then(|| (at >> 5, machine.cpu.ctx().reg(state::d(15))))
}

fn set(machine: &mut Machine<Tricore, Interp>, registers: &[(u16, u64)]) {
    machine.cpu.ctx().state.plain.extend(registers.iter().map(|&(offset, value)| (offset, value as u32)));
    machine.cpu.ctx().state.syscon = PROTEN;
}

/// Everything in code and the context area is allowed; data as the test says.
fn open_1_3(set: u16) -> Vec<(u16, u64)> {
    let (data, code, modes) = (0xc000 + 0x400 * set, 0xd000 + 0x400 * set, 0x80 * set);
    vec![
        (code, RAM_BASE),
        (code + 4, DATA),
        (0xe200 + modes, 1 << 7),
        // Range 0 is read, range 1 is read and written: the context area is there.
        (data, DATA),
        (data + 4, DATA + 0x100),
        (data + 8, AREA),
        (data + 12, AREA + 0x40),
        (0xe000 + modes, 1 << 6 | 0b11 << 14),
    ]
}

#[test]
fn ranges_of_a_set_of_1_3_say_what_is_allowed() {
    let run = |code: &[u8], address: u64| {
        let mut machine = machine("tc1796");
        set(&mut machine, &open_1_3(0));
        step(&mut machine, code, address)
    };
    assert_eq!(run(&LOAD, DATA), None);
    assert_eq!(run(&LOAD, DATA + 0xfc), None);
    assert_eq!(run(&LOAD, DATA + 0xfe), Some((1, 2)), "MPR: two bytes lie behind the range");
    assert_eq!(run(&LOAD, DATA + 0x100), Some((1, 2)));
    assert_eq!(run(&STORE, DATA), Some((1, 3)), "MPW");
    assert_eq!(run(&STORE, AREA), None);
}

#[test]
fn psw_prs_chooses_the_set_of_1_3() {
    let mut machine = machine("tc1796");
    let mut registers = open_1_3(1);
    // In set 0 nothing may be executed, but data be written: a trap's handler runs in set 0.
    registers.extend([(0xc000, AREA), (0xc004, AREA + 0x40), (0xe000, 1 << 7 | 1 << 6)]);
    set(&mut machine, &registers);
    let psw = machine.cpu.ctx().reg(state::PSW);
    machine.cpu.ctx().set_reg(state::PSW, psw | 1 << 12);
    assert_eq!(step(&mut machine, &LOAD, DATA), None);
    machine.cpu.ctx().set_reg(state::PSW, psw);
    assert_eq!(step(&mut machine, &NOP, 0), Some((1, 4)), "MPX");
}

#[test]
fn address_0_is_never_data() {
    for model in ["tc1796", "tc37x"] {
        let mut machine = machine(model);
        assert_eq!(step(&mut machine, &LOAD, 0), Some((1, 6)), "MPN");
    }
}

/// Stores to the absolute address 0x40, where nothing is: bytes to double words, and contexts.
const ABSOLUTE_STORES: [u32; 9] = [
    0x1000_0225,
    0x1800_0225,
    0x1000_02a5,
    0x1400_02a5,
    0x1800_02a5,
    0x1c00_02a5,
    0x1000_0265,
    0x1000_0215,
    0x1400_0215,
];

#[test]
fn a_store_to_nothing_traps_when_it_is_over() {
    for (code, model) in
        ABSOLUTE_STORES.iter().flat_map(|code| ["tc1796", "tc37x"].map(|model| (code.to_le_bytes(), model)))
    {
        let mut machine = machine(model);
        assert_eq!(step(&mut machine, &code, 0), None, "{code:x?}");
        assert_eq!(machine.cpu.pc(), CODE + 4);
        if model == "tc37x" {
            let noted = [0x9018, 0x901c].map(|offset| machine.cpu.ctx().state.plain.get(&offset).copied());
            assert_eq!(noted, [Some(8), Some(0x40)], "DATR.SBE and DEADD: {code:x?}");
        }
        machine.cpu.step();
        assert_eq!(machine.cpu.pc(), u64::from(VECTORS) + (4 << 5), "class 4");
        let ctx = machine.cpu.ctx();
        assert_eq!((ctx.reg(state::d(15)), ctx.reg(state::a(11))), (3, CODE + 4), "DAE");
    }
}

#[test]
fn rfm_goes_back_once() {
    let mut machine = machine("tc37x");
    machine.cpu.ctx().state.plain.insert(0xfd44, DATA as u32);
    let words: Vec<u8> = [0x123u32, 0xb81, 0x2_0040, 0x1_0080].into_iter().flat_map(u32::to_le_bytes).collect();
    machine.ram.write_bytes(DATA - RAM_BASE, &words);
    machine.cpu.ctx().set_reg(state::a(11), 0x1_0400);
    assert_eq!(step(&mut machine, &RFM, 0), None);
    let ctx = machine.cpu.ctx();
    let found = [state::PCXI, state::PSW, state::a(10), state::a(11)].map(|reg| ctx.reg(reg));
    assert_eq!((found, ctx.pc()), ([0x123, 0xb81, 0x2_0040, 0x1_0080], 0x1_0400));
    assert_eq!(step(&mut machine, &RFM, 0), None);
    assert_eq!(machine.cpu.pc(), CODE + 4, "no breakpoint trap is at work any more");
}
