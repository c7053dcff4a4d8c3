//! What single cases can't show: delay slots stepped through and stopped at, windows, traps and interrupts, the MMU, what is lifted.

use bits::Endian;
use cpu::{Code, Cpu, Exit, Info, Kind, Lifted, Target};
use expect_test::{Expect, expect};
use interp::Interp;
use sparc::model::Model;
use sparc::v8::state::psr;
use sparc::v8::trap::{ERROR_MODE, SHUT_DOWN};
use sparc::{Sparc32, irq};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

const VECTOR: u32 = 0x1_8000;
const NOP: u32 = 0x0100_0000;

fn bench(cpu: &str) -> Bench<Sparc32> {
    Bench {
        name: "",
        kind: Kind::new(Model::parse(32, cpu).expect("there is this model")),
        endian: Endian::Big,
        prepare: |ctx| {
            ctx.state.psr = psr::S | psr::ET | psr::EF;
            ctx.state.tbr = VECTOR;
        },
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    }
}

fn put(machine: &Machine<Sparc32, Interp>, address: u64, code: &[u32]) {
    let bytes: Vec<u8> = code.iter().flat_map(|w| w.to_be_bytes()).collect();
    machine.ram.write_bytes(address - RAM_BASE, &bytes);
}

/// A CPU with these instructions at its pc.
fn machine(code: &[u32]) -> Machine<Sparc32, Interp> {
    let machine = bench("LEON3").machine();
    put(&machine, CODE, code);
    machine
}

fn get(machine: &Machine<Sparc32, Interp>, name: &str) -> u64 {
    let at = machine.register(name).expect("there is this register");
    machine.cpu.register(at).expect("it can be read") as u64
}

fn set(machine: &mut Machine<Sparc32, Interp>, name: &str, value: u64) {
    let at = machine.register(name).expect("there is this register");
    machine.cpu.set_register(at, value.into()).expect("it can be written");
}

/// pc and npc, as the schema shows them.
fn info(machine: &Machine<Sparc32, Interp>) -> (u64, u64) {
    match machine.cpu.info() {
        Info::Sparc { pc, npc } => (pc, npc),
        other => panic!("{other:?}"),
    }
}

/// `call .+0x10; add %g1, 1, %g1; nop; nop; target: retl; add %g1, 2, %g1`
const CALL: [u32; 6] = [0x4000_0004, 0x8200_6001, NOP, NOP, 0x81c3_e008, 0x8200_6002];

#[test]
fn single_steps_stand_in_delay_slots() {
    let mut m = machine(&CALL);
    let mut seen = Vec::new();
    for _ in 0..4 {
        m.cpu.step();
        seen.push((info(&m).0 - CODE, info(&m).1 - CODE, get(&m, "g1")));
    }
    assert_eq!(seen, [(4, 16, 0), (16, 20, 1), (20, 8, 1), (8, 12, 3)]);
}

#[test]
fn a_breakpoint_on_a_slot_stops_in_front_of_it() {
    let mut m = machine(&CALL);
    m.cpu.insert_breakpoint(CODE + 4);
    m.cpu.insert_breakpoint(CODE + 8);
    assert_eq!(m.cpu.run(100), Exit::Breakpoint);
    assert_eq!((info(&m), get(&m, "g1")), ((CODE + 4, CODE + 16), 0));
    m.cpu.step();
    assert_eq!(m.cpu.run(100), Exit::Breakpoint);
    assert_eq!((info(&m), get(&m, "g1")), ((CODE + 8, CODE + 12), 3));
}

#[test]
fn a_budget_ends_between_branch_and_slot() {
    let mut m = machine(&CALL);
    assert_eq!(m.cpu.run(1), Exit::Budget);
    assert_eq!((info(&m), m.cpu.executed()), ((CODE + 4, CODE + 16), 1));
    assert_eq!(m.cpu.run(2), Exit::Budget);
    assert_eq!((info(&m), m.cpu.executed()), ((CODE + 20, CODE + 8), 3));
}

#[test]
fn npc_and_pc_can_be_set_as_debuggers_do() {
    let mut m = machine(&[0x8200_6001, NOP, NOP, NOP, 0x8200_6002]);
    set(&mut m, "pc", CODE);
    set(&mut m, "npc", CODE + 16);
    m.cpu.run(2);
    assert_eq!((get(&m, "g1"), info(&m)), (3, (CODE + 20, CODE + 24)));
}

#[test]
fn a_trap_in_a_slot_saves_both_addresses() {
    // call .+0x10; ld [%g1 + 1], %g2: misaligned, in one block.
    let mut m = machine(&[0x4000_0004, 0xc400_6001]);
    put(&m, u64::from(VECTOR) + 0x70, &[0x3080_0000]);
    set(&mut m, "g1", DATA);
    m.cpu.run(3);
    assert_eq!((get(&m, "l1"), get(&m, "l2")), (CODE + 4, CODE + 16));
    assert_eq!((get(&m, "tbr"), get(&m, "psr") & 0xff), (u64::from(VECTOR) + 0x70, 0xc7));
}

#[test]
fn rett_goes_back_into_a_delay_slot() {
    let mut m = machine(&[NOP; 16]);
    // jmpl %l1, %g0; rett %l2
    put(&m, CODE + 0x800, &[0x81c4_4000, 0x81cc_8000]);
    put(&m, CODE + 0x40, &[0x8200_6001]);
    set(&mut m, "psr", u64::from(psr::S | psr::PS | 7));
    set(&mut m, "pc", CODE + 0x800);
    set(&mut m, "npc", CODE + 0x800 + 4);
    set(&mut m, "wim", 0);
    set(&mut m, "l1", CODE + 0x40);
    set(&mut m, "l2", CODE + 0x20);
    m.cpu.run(3);
    assert_eq!((info(&m), get(&m, "g1")), ((CODE + 0x20, CODE + 0x24), 1));
    assert_eq!(get(&m, "psr") & 0xff, u64::from(psr::S | psr::PS | psr::ET));
}

#[test]
fn windows_go_round() {
    // save %sp, -96, %sp; as many as there are.
    let mut m = machine(&[0x9de3_bfa0; 8]);
    set(&mut m, "wim", 0);
    set(&mut m, "sp", 0x2_1000);
    set(&mut m, "o0", 5);
    m.cpu.run(1);
    assert_eq!((get(&m, "fp"), get(&m, "sp"), get(&m, "i0")), (0x2_1000, 0x2_1000 - 96, 5));
    m.cpu.run(7);
    assert_eq!((get(&m, "psr") & 31, get(&m, "sp")), (0, 0x2_1000 - 8 * 96));
}

#[test]
fn traps_while_traps_are_off_are_the_end() {
    for (code, why) in [(0, ERROR_MODE), (0x91d0_2000, SHUT_DOWN), (0x91d0_2001, ERROR_MODE)] {
        let mut m = machine(&[code]);
        set(&mut m, "psr", u64::from(psr::S));
        assert_eq!(m.cpu.run(10), Exit::Stuck(why), "{code:#x}");
    }
}

#[test]
fn interrupts_pass_pil_and_level_15_passes_always() {
    let mut m = machine(&[NOP; 16]);
    set(&mut m, "psr", u64::from(psr::S | psr::ET | 9 << psr::PIL));
    let lines = m.cpu.lines();
    lines.set(9, true);
    m.cpu.run(1);
    assert_eq!(info(&m), (CODE + 4, CODE + 8));
    lines.set(10, true);
    m.cpu.step();
    assert_eq!(info(&m).0, u64::from(VECTOR) + 0x1a0);
    assert_eq!((get(&m, "l1"), get(&m, "l2")), (CODE + 4, CODE + 8));
    set(&mut m, "psr", u64::from(psr::S | psr::ET | 15 << psr::PIL));
    lines.set(irq::LEVEL15, true);
    m.cpu.step();
    assert_eq!(info(&m).0, u64::from(VECTOR) + 0x1f0);
}

#[test]
fn power_down_waits_for_an_interrupt() {
    // wr %g0, %asr19
    let mut m = machine(&[0xa780_0000, 0x8200_6001]);
    set(&mut m, "psr", u64::from(psr::S));
    assert_eq!(m.cpu.run(10), Exit::Halted);
    assert!(m.cpu.halted() && !m.cpu.has_work());
    m.cpu.lines().set(3, true);
    assert!(m.cpu.has_work());
    m.cpu.run(1);
    assert_eq!((m.cpu.halted(), get(&m, "g1")), (false, 1));
}

/// Tables for the page at 0x4000_0000: context 0 at the data, then three levels; the page is the code's.
fn map(m: &Machine<Sparc32, Interp>, pte: u32) {
    let pointer = |at: u64| (at >> 4) as u32 | 1;
    put(m, DATA, &[pointer(DATA + 0x400)]);
    put(m, DATA + 0x400 + 4 * 0x40, &[pointer(DATA + 0x800)]);
    put(m, DATA + 0x800, &[pointer(DATA + 0x900)]);
    put(m, DATA + 0x900, &[(CODE >> 12 << 8) as u32 | pte]);
    // A region of its own for what runs: a page of 16 MiB at 0.
    put(m, DATA + 0x400, &[3 << 2 | 2]);
}

#[test]
fn the_mmu_walks_three_levels_and_reports_faults() {
    // Set the table pointer and the enable bit; load; store.
    let code = [
        0xc2a0_8080, // sta %g1, [%g2] 4
        0xc6a0_0080, // sta %g3, [%g0] 4
        0xc801_4000, // ld [%g5], %g4
        0xc821_4000, // st %g4, [%g5]
    ];
    let mut m = machine(&code);
    let pte = 5 << 2 | 2;
    map(&m, pte);
    for (name, value) in [("g1", DATA >> 4), ("g2", 0x100), ("g3", 1), ("g5", 0x4000_0000)] {
        set(&mut m, name, value);
    }
    m.cpu.run(3);
    assert_eq!(get(&m, "g4") as u32, code[0]);
    let entry = |m: &Machine<Sparc32, Interp>| {
        let mut bytes = [0; 4];
        m.ram.read_bytes(DATA + 0x900 - RAM_BASE, &mut bytes);
        u32::from_be_bytes(bytes) & 0xff
    };
    assert_eq!(entry(&m), pte | 1 << 5, "referenced");
    assert_eq!(m.cpu.translate_debug(0x4000_0123), Some(CODE + 0x123));
    set(&mut m, "g4", code[0].into());
    m.cpu.run(1);
    assert_eq!((info(&m).0, entry(&m)), (CODE + 16, pte | 3 << 5), "referenced and modified");
    // Read-only now, and still known to the TLB as it was, until it is flushed.
    map(&m, 2);
    set(&mut m, "pc", CODE + 12);
    set(&mut m, "npc", CODE + 12 + 4);
    m.cpu.flush();
    m.cpu.step();
    assert_eq!(info(&m).0, u64::from(VECTOR) + 0x90);
    let state = &m.cpu.ctx().state;
    // Store to supervisor data, protection, level 3, address valid.
    assert_eq!((state.mmu_status, state.mmu_address), (5 << 5 | 3 << 8 | 2 << 2 | 2, 0x4000_0000));
}

fn lifted(code: &[u32], mode: u32) -> String {
    let kind = Kind::<Sparc32>::new(Model::parse(32, "LEON3").expect("there is this model"));
    let bytes: Vec<u8> = code.iter().flat_map(|w| w.to_be_bytes()).collect();
    let builder = uop::Builder::new(kind.layout());
    let mut len = 0;
    while !builder.has_exit() && len < bytes.len() as u32 {
        builder.begin_insn(len as i32, 0);
        let mode = builder.mode().unwrap_or(mode);
        let (pc, offset) = (0x4000 + u64::from(len), len as i32);
        let code = Code { pc, offset, bytes: &bytes[len as usize..], mode, alone: false };
        match Sparc32::lift(kind.lifter(), &builder, code) {
            Lifted::Next(n) | Lifted::End(n) => len += n,
            Lifted::More => panic!("the instructions are there"),
        }
    }
    if !builder.has_exit() {
        builder.exit(uop::Exit::Jump { pc: 0x4000 + u64::from(len) });
    }
    let block = builder.finish(0x4000, len);
    uop::verify(&block, kind.layout()).expect("lifting makes well-formed blocks");
    let mut block = block;
    uop::pass::run(&mut block, kind.layout());
    uop::text(&block, kind.layout())
}

fn check(code: &[u32], mode: u32, expected: Expect) {
    expected.assert_eq(&lifted(code, mode));
}

#[test]
fn save_moves_nothing() {
    check(
        &[0x9de3_bfa0],
        0x4180,
        expect![[r#"
            0x4000:
              v0:w32 = get mark.w7
              v1:w32 = const 0x0
              v2:w1 = ne.w32 v0, v1
              raise_if v2, 5, 0x0
              v4:w32 = get o6.w0
              v5:w32 = const 0xffffffa0
              v6:w32 = add v4, v5
              v7:w8 = const 0x7
              set cwp, v7
              set o6.w7, v6
              jump 0x4004 mode 0x4187
        "#]],
    );
}

#[test]
fn a_comparison_and_its_branch_are_one() {
    // subcc %o0, 1, %o0; bl 0x3ff0; ld [%o1], %o2
    check(
        &[0x90a2_2001, 0x06bf_fffb, 0xd402_4000],
        0x4180,
        expect![[r#"
            0x4000:
              v0:w32 = get o0.w0
              v1:w32 = const 0x1
              v2:w32 = sub v0, v1
              set o0.w0, v2
              set cc_a, v0
              set cc_b, v1
            0x4004:
              v6:w1 = lt_s.w32 v0, v1
              v7:w32 = const 0x3ff0
              v8:w32 = const 0x400c
              v9:w32 = select v6, v7, v8
              set npc, v9
            0x4008: aux 0x1
              v11:w32 = get o1.w0
              v12:w32 = load.w32.be.aligned v11
              set o2.w0, v12
              branch v6, 0x3ff0, 0x400c
        "#]],
    );
}

#[test]
fn an_annulled_slot_is_a_block_of_its_own() {
    // bl,a 0x3ff0; ld [%o1], %o2: the branch, then the slot.
    check(
        &[0x26bf_fffc, 0xd402_4000],
        0x4180,
        expect![[r#"
            0x4000:
              v0:w32 = get cc_a
              v1:w32 = get cc_b
              v2:w1 = lt_s.w32 v0, v1
              branch v2, 0x4000, 0x4008 mode 0x4180 taken 0x41c0
        "#]],
    );
    check(
        &[0x26bf_fffc, 0xd402_4000],
        0x41c0,
        expect![[r#"
            0x4004: aux 0xffffffee
              v0:w32 = get o1.w0
              v1:w32 = load.w32.be.aligned v0
              set o2.w0, v1
              jump 0x3ff0 mode 0x4180
        "#]],
    );
}

#[test]
fn models_are_those_of_qemu() {
    for model in sparc::model::models(32) {
        let parsed = Model::parse(32, model.name).expect("it is in the list");
        assert_eq!(Model::parse(32, &model.name.replace(' ', "-")), Ok(parsed));
    }
    let text = |text: &str| Model::parse(32, text).map(|_| ()).unwrap_err().to_string();
    assert_eq!(text("nope"), "unable to find CPU model 'nope'");
    assert_eq!(text("LEON3,foo=1"), "Property '.foo' not found");
    assert_eq!(text("LEON3,nwindows=33"), "Property LEON3.nwindows doesn't take value 33 (minimum: 3, maximum: 32)");
    assert_eq!(Model::parse(32, "LEON3,nwindows=32").map(|m| m.windows()), Ok(32));
    assert!(!Model::parse(32, "LEON3,-fsqrt").expect("a flag").has(sparc::ext::Ext::Fsqrt));
}
