//! Little-endian mode, 32-bit mode of 64-bit CPUs, enabled floating-point exceptions, interrupts and returns.

use bits::Endian;
use cpu::{Cpu, Ctx, Kind, Target};
use interp::Interp;
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

fn machine<T: Target<State = State, Model = Model>>(
    xlen: u32,
    cpu: &str,
    msr: u64,
    endian: Endian,
    code: &[u64],
) -> Machine<T, Interp> {
    let bench = Bench::<T> {
        name: "",
        kind: Kind::new(Model::new(xlen, cpu).unwrap()),
        endian,
        prepare: |_: &mut Ctx<T>| {},
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let mut machine = bench.machine();
    machine.cpu.ctx().state.msr = msr;
    let words: Vec<(u128, u32)> = code.iter().map(|w| (u128::from(*w), 4)).collect();
    machine.ram.write_bytes(CODE - RAM_BASE, &bench.bytes(&words).concat());
    machine
}

fn set<T: Target<State = State, Model = Model>>(machine: &mut Machine<T, Interp>, name: &str, value: u128) {
    let at = machine.register(name).unwrap();
    machine.cpu.set_register(at, value).unwrap();
}

fn get<T: Target<State = State, Model = Model>>(machine: &Machine<T, Interp>, name: &str) -> u128 {
    machine.cpu.register(machine.register(name).unwrap()).unwrap()
}

#[test]
fn little_endian_mode_reads_code_and_data() {
    // lwz r3, 0(r5); lwbrx r4, 0, r5; stw r3, 4(r5)
    let code = [0x8065_0000, 0x7c80_2c2c, 0x9065_0004];
    let mut m = machine::<Ppc64>(64, "power8", msr::SF | msr::HV | msr::LE, Endian::Little, &code);
    m.ram.write_bytes(DATA - RAM_BASE, &[1, 2, 3, 4]);
    set(&mut m, "r5", DATA.into());
    for _ in 0..3 {
        m.cpu.step();
    }
    assert_eq!((get(&m, "r3"), get(&m, "r4")), (0x0403_0201, 0x0102_0304));
    let mut bytes = [0; 4];
    m.ram.read_bytes(DATA - RAM_BASE + 4, &mut bytes);
    assert_eq!(bytes, [1, 2, 3, 4]);
}

#[test]
fn without_sf_addresses_and_counts_have_32_bits() {
    // lwz r3, 16(r5); bdnz .-4
    let mut m = machine::<Ppc64>(64, "970", msr::HV, Endian::Big, &[0x8065_0010, 0x4200_fffc]);
    m.ram.write_bytes(DATA - RAM_BASE, &[0, 0, 0, 7]);
    set(&mut m, "r5", (0xdead_beef_0000_0000 | (DATA - 16)).into());
    set(&mut m, "ctr", 0x5_0000_0001);
    m.cpu.step();
    assert_eq!(get(&m, "r3"), 7);
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "ctr")), (CODE + 8, 0x5_0000_0000), "the low word of CTR is 0");
}

#[test]
fn an_enabled_division_by_zero_interrupts_and_leaves_the_target() {
    let state = msr::FP | msr::FE0 | msr::FE1;
    let mut m = machine::<Ppc32>(32, "7400", state, Endian::Big, &[0xfc22_1824]); // fdiv f1, f2, f3
    set(&mut m, "f1", 5);
    set(&mut m, "f2", 1f64.to_bits().into());
    set(&mut m, "fpscr", 1 << 4);
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "srr0"), get(&m, "f1")), (0x700, CODE.into(), 5));
    assert_eq!(get(&m, "srr1") as u64 & 0x783f_0000, 1 << 20);
    assert_eq!(get(&m, "fpscr") as u64 & 0xc400_0000, 0xc400_0000, "FX, FEX, ZX");
}

#[test]
fn a_system_call_comes_back() {
    let mut m = machine::<Ppc32>(32, "750", msr::EE | msr::PR | msr::ME, Endian::Big, &[0x4400_0002]); // sc
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "srr0"), get(&m, "msr")), (0xc00, u128::from(CODE) + 4, msr::ME.into()));
    // rfi, put where the call has come from.
    m.ram.write_bytes(CODE - RAM_BASE, &0x4c00_0064u32.to_be_bytes());
    m.cpu.set_pc(CODE);
    m.cpu.flush();
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "msr")), (CODE + 4, (msr::EE | msr::PR | msr::ME).into()));
}

#[test]
fn privileged_instructions_and_units_that_are_off() {
    let run = |word, state| {
        let mut m = machine::<Ppc32>(32, "7400", state, Endian::Big, &[word]);
        m.cpu.step();
        (m.cpu.pc(), get(&m, "srr1") as u64 & 0x783f_0000)
    };
    assert_eq!(run(0x7c60_00a6, msr::PR), (0x700, 1 << 18), "mfmsr in problem state");
    assert_eq!(run(0x7c7a_02a6, msr::PR), (0x700, 1 << 18), "mfsrr0 in problem state");
    assert_eq!(run(0xfc22_182a, 0), (0x800, 0), "fadd without MSR.FP");
    assert_eq!(run(0x1021_1840, 0), (0xf20, 0), "a vector instruction without MSR.VEC");
    assert_eq!(run(0, 0), (0x700, 1 << 19), "an illegal instruction");
}

/// Where the page at [`DATA`] is mapped to.
const MAPPED: u64 = DATA + 0x1000;
/// lwz r3, 0(r5); stw r3, 4(r5)
const LOAD_AND_STORE: [u64; 2] = [0x8065_0000, 0x9065_0004];

#[test]
fn hashed_page_table_of_32_bits() {
    let mut m = machine::<Ppc32>(32, "750", msr::DR | msr::ME, Endian::Big, &LOAD_AND_STORE);
    set(&mut m, "sdr1", 0x1_0000);
    m.cpu.ctx().state.sr[0] = 0x100;
    // Page 0x20 of segment 0x100: its group is number 0x120.
    let entry = 0x1_0000 + 0x120 * 64 + 8;
    let pte = [0x8000_8000u32, MAPPED as u32 | 2].map(u32::to_be_bytes).concat();
    m.ram.write_bytes(entry - RAM_BASE, &pte);
    m.ram.write_bytes(MAPPED - RAM_BASE, &[0, 0, 0, 9]);
    set(&mut m, "r5", DATA.into());
    m.cpu.step();
    assert_eq!(get(&m, "r3"), 9);
    let mut second = [0; 4];
    m.ram.read_bytes(entry + 4 - RAM_BASE, &mut second);
    assert_eq!(u32::from_be_bytes(second) & 0x180, 0x100, "referenced, not changed");
    m.cpu.step();
    m.ram.read_bytes(entry + 4 - RAM_BASE, &mut second);
    assert_eq!(u32::from_be_bytes(second) & 0x180, 0x180, "changed");
    // The next page is not there.
    m.cpu.set_pc(CODE + 4);
    set(&mut m, "r5", u128::from(DATA) + 0x1000);
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "dar")), (0x300, u128::from(DATA) + 0x1004));
    assert_eq!(get(&m, "dsisr"), 0x4200_0000, "no translation, a store");
}

#[test]
fn blocks_come_before_pages() {
    let mut m = machine::<Ppc32>(32, "750", msr::DR | msr::ME, Endian::Big, &LOAD_AND_STORE);
    // 128 KiB at 0x4002_0000 are at 0x2_0000, read-only.
    set(&mut m, "dbat0u", 0x4002_0002);
    set(&mut m, "dbat0l", 0x0002_0001);
    m.ram.write_bytes(DATA - RAM_BASE, &[0, 0, 0, 5]);
    set(&mut m, "r5", 0x4002_0000);
    m.cpu.step();
    assert_eq!(get(&m, "r3"), 5);
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "dsisr")), (0x300, 0x0a00_0000), "protection, a store");
}

#[test]
fn segments_and_pages_of_64_bits() {
    let state = msr::SF | msr::DR | msr::ME;
    let mut m = machine::<Ppc64>(64, "power8", state, Endian::Big, &LOAD_AND_STORE);
    m.cpu.ctx().state.slb[3] = (1 << 27, 0x2a0 << 12);
    // Page 0x20 of segment 0x2a0: its group is number 0x280 of a table at 0.
    let entry = 0x280 * 128;
    let pte = [0x2a_0001u64, MAPPED | 2].map(u64::to_be_bytes).concat();
    m.ram.write_bytes(entry - RAM_BASE, &pte);
    m.ram.write_bytes(MAPPED - RAM_BASE, &[0, 0, 0, 9]);
    set(&mut m, "r5", DATA.into());
    m.cpu.step();
    assert_eq!(get(&m, "r3"), 9);
    m.cpu.step();
    let mut word = [0; 4];
    m.ram.read_bytes(MAPPED + 4 - RAM_BASE, &mut word);
    assert_eq!(word, [0, 0, 0, 9]);
    // No segment.
    m.cpu.set_pc(CODE);
    set(&mut m, "r5", 0x1000_0000);
    m.cpu.step();
    assert_eq!((m.cpu.pc(), get(&m, "dar")), (0x380, 0x1000_0000));
}
