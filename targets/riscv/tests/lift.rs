//! What single cases can't show: extensions that are missing, floating-point state, jump targets, instructions in a row.

use std::sync::Arc;

use bits::Endian;
use cpu::{Code, Cpu, Ctx, Kind, Lifted, Target};
use interp::Interp;
use riscv::csr::{Csrs, Priv, mstatus};
use riscv::ext::Ext;
use riscv::model::Model;
use riscv::{Riscv32, Riscv64, insn, state};
use testkit::insn::{Bench, CODE, DATA, Machine, RAM_BASE};

const VECTOR: u64 = 0x1_8000;
const CLEAN: u64 = 2;

fn bench<T: Target<State = Csrs, Model = Model>>(model: Model) -> Bench<T> {
    Bench {
        name: "",
        kind: Kind::new(model),
        endian: Endian::Little,
        prepare: |ctx: &mut Ctx<T>| {
            ctx.state.mtvec = VECTOR;
            ctx.state.mstatus.put(mstatus::FS, mstatus::FS_DIRTY);
        },
        trap: |ctx| (ctx.pc() == VECTOR).then_some(ctx.state.mcause),
        ignored: &[],
        trap_changes: &[],
    }
}

/// An RV64 hart with these instructions at its pc.
fn rv64(properties: &[(&str, &str)], code: &[u32]) -> Machine<Riscv64, Interp> {
    let machine = bench(Model::new(64, "rv64", properties).expect("the model has these properties")).machine();
    let bytes: Vec<u8> = code.iter().flat_map(|w| w.to_le_bytes()).collect();
    machine.ram.write_bytes(CODE - RAM_BASE, &bytes);
    machine
}

/// Runs `steps` instructions; the cause of the trap in which the last has ended.
fn steps(machine: &mut Machine<Riscv64, Interp>, steps: u32) -> Option<u64> {
    for _ in 0..steps {
        machine.cpu.step();
    }
    let ctx = machine.cpu.ctx();
    (ctx.pc() == VECTOR).then_some(ctx.state.mcause)
}

#[test]
fn rows_are_illegal_without_their_extension() {
    let groups: &[(&str, &str, u64)] = &[
        ("m", "mul", 0x02c5_8533),
        ("a", "amoadd.w", 0x00c5_a52f),
        ("zba", "sh1add", 0x20c5_a533),
        ("zbb", "andn", 0x40c5_f533),
        ("zbc", "clmul", 0x0ac5_9533),
        ("zbs", "bset", 0x28c5_9533),
        ("zicond", "czero.eqz", 0x0ec5_d533),
        ("zicbom", "cbo.clean", 0x0015_a00f),
        ("zicboz", "cbo.zero", 0x0045_a00f),
    ];
    for (property, name, bits) in groups {
        let run = |value| steps(&mut rv64(&[(property, value)], &[*bits as u32]), 1);
        assert_ne!(run("on"), Some(2), "{name} with its extension");
        assert_eq!(run("off"), Some(2), "{name} without its extension");
    }
    let without_fp = [("d", "off"), ("f", "off")];
    assert_eq!(steps(&mut rv64(&without_fp, &[0x00c5_f553]), 1), Some(2), "fadd.s without F");
    assert_eq!(steps(&mut rv64(&[("d", "off")], &[0x02c5_f553]), 1), Some(2), "fadd.d without D");
    assert_eq!(steps(&mut rv64(&[("d", "off")], &[0x00c5_f553]), 1), None, "fadd.s without D");
    assert_eq!(steps(&mut rv64(&[("c", "off")], &[0x952e_952e]), 1), Some(2), "c.add without C");
}

#[test]
fn every_row_is_guarded_by_an_extension_or_belongs_to_the_base() {
    let fp = 1 << Ext::F as u32 | 1 << Ext::D as u32;
    for row in insn::TABLES.iter().flat_map(|t| t.iter()) {
        let name = row.name;
        let is_fp = ["f", "c_f"].iter().any(|p| name.starts_with(p)) && !name.starts_with("fence");
        assert_eq!(row.guard.all & fp != 0, is_fp, "{name}");
        assert_eq!(row.guard.all >> Ext::C as u32 & 1 != 0, row.pattern.width == 16, "{name}");
    }
}

#[test]
fn floating_point_is_illegal_while_fs_is_off() {
    for bits in [0x00c5_f553, 0x0005_a507, 0x00a5_a027, 0xe005_0553, 0x0000_2188, 0xa0c5_a553] {
        let mut machine = rv64(&[], &[bits]);
        machine.cpu.ctx().state.mstatus.put(mstatus::FS, mstatus::FS_OFF);
        assert_eq!(steps(&mut machine, 1), Some(2), "{bits:#x}");
    }
}

#[test]
fn writes_of_floating_point_state_make_it_dirty() {
    // Encoding, what it writes, FS after it.
    let cases: &[(u32, &str, u64)] = &[
        (0x0005_a507, "flw fa0, 0(a1)", mstatus::FS_DIRTY),
        (0x0000_2188, "c.fld fa0, 0(a1)", mstatus::FS_DIRTY),
        (0xf005_8553, "fmv.w.x fa0, a1", mstatus::FS_DIRTY),
        (0x20c5_8553, "fsgnj.s fa0, fa1, fa2", mstatus::FS_DIRTY),
        (0x00c5_f553, "fadd.s fa0, fa1, fa2", mstatus::FS_DIRTY),
        (0xc005_f553, "fcvt.w.s a0, fa1: inexact", mstatus::FS_DIRTY),
        (0x00a5_a027, "fsw fa0, 0(a1)", CLEAN),
        (0xe005_8553, "fmv.x.w a0, fa1", CLEAN),
        (0xa0c5_a553, "feq.s a0, fa1, fa2: no exception", CLEAN),
    ];
    for (bits, text, after) in cases {
        let mut machine = rv64(&[], &[*bits]);
        let ctx = machine.cpu.ctx();
        ctx.state.mstatus.put(mstatus::FS, CLEAN);
        ctx.set_reg(state::x(11), DATA);
        ctx.set_reg(state::f(11), 0xffff_ffff_3fc0_0000);
        ctx.set_reg(state::f(12), 0xffff_ffff_3fc0_0000);
        assert_eq!(steps(&mut machine, 1), None, "{text}");
        assert_eq!(machine.cpu.ctx().state.mstatus.get(mstatus::FS), *after, "{text}");
    }
    // A load that faults writes nothing.
    let mut machine = rv64(&[], &[0x0005_a507]);
    machine.cpu.ctx().state.mstatus.put(mstatus::FS, CLEAN);
    assert_eq!(steps(&mut machine, 1), Some(5));
    assert_eq!(machine.cpu.ctx().state.mstatus.get(mstatus::FS), CLEAN);
}

#[test]
fn a_row_of_floating_point_instructions_runs_on_from_clean_state() {
    // fmv.w.x fa0, a0; fadd.s fa1, fa0, fa0; fmul.s fa2, fa1, fa1; fcvt.w.s a1, fa2
    let mut machine = rv64(&[], &[0xf005_0553, 0x00a5_75d3, 0x10b5_f653, 0xc006_75d3]);
    let ctx = machine.cpu.ctx();
    ctx.state.mstatus.put(mstatus::FS, CLEAN);
    ctx.set_reg(state::x(10), u64::from(1.5f32.to_bits()));
    machine.cpu.run(4);
    let ctx = machine.cpu.ctx();
    assert_eq!((ctx.reg(state::x(11)), ctx.pc()), (9, CODE + 16));
}

#[test]
fn jumps_without_c_trap_on_themselves() {
    let no_c = [("c", "off")];
    // jal ra, .+6; jalr ra, 2(zero); beq zero, zero, .+6
    for (bits, target) in [(0x0060_00ef, CODE + 6), (0x0020_00e7, 2), (0x0000_0363, CODE + 6)] {
        let mut machine = rv64(&no_c, &[bits]);
        assert_eq!(steps(&mut machine, 1), Some(0), "{bits:#x}");
        let ctx = machine.cpu.ctx();
        assert_eq!((ctx.state.mepc, ctx.state.mtval), (CODE, target), "{bits:#x}");
        assert_eq!(ctx.reg(state::x(1)), 0, "{bits:#x} links nothing");
    }
    // bne zero, zero, .+6 is not taken; jalr ra, 5(zero) clears bit 0.
    let mut machine = rv64(&no_c, &[0x0000_1363, 0x0050_00e7]);
    assert_eq!(steps(&mut machine, 1), None);
    assert_eq!(machine.cpu.pc(), CODE + 4);
    machine.cpu.step();
    assert_eq!((machine.cpu.pc(), machine.cpu.ctx().reg(state::x(1))), (4, CODE + 8));
}

#[test]
fn rv32e_has_sixteen_registers() {
    let properties = [("i", "off"), ("e", "on"), ("d", "off"), ("f", "off"), ("a", "off")];
    let model = Model::new(32, "rv32", &properties).expect("RV32EMC is a model");
    let kind: Arc<Kind<Riscv32>> = Kind::new(model);
    // add a5, a4, a3; add a6, a4, a3; add a0, a6, a0; c.mv s2, a0; sw a6, 0(a0)
    for (bits, legal) in
        [(0x00d7_07b3u32, true), (0x00d7_0833, false), (0x00a8_0533, false), (0x892a, false), (0x0105_2023, false)]
    {
        let builder = uop::Builder::new(kind.layout());
        builder.begin_insn(0, 0);
        let bytes = bits.to_le_bytes();
        let code = Code {
            pc: CODE,
            offset: 0,
            bytes: &bytes,
            mode: riscv::mode::pack(Priv::M as u32, 3, false, false),
            alone: false,
        };
        let lifted = Riscv32::lift(kind.lifter(), &builder, code);
        assert_eq!(matches!(lifted, Lifted::Next(_)), legal, "{bits:#x}");
    }
}

#[test]
fn a_cut_off_instruction_asks_for_more() {
    let kind: Arc<Kind<Riscv64>> = Kind::new(Model::new(64, "rv64", &[]).expect("rv64 is a model"));
    let lift = |bytes: &[u8]| {
        let builder = uop::Builder::new(kind.layout());
        builder.begin_insn(0, 0);
        Riscv64::lift(kind.lifter(), &builder, Code { pc: CODE, offset: 0, bytes, mode: 3, alone: false })
    };
    assert_eq!(lift(&[0x33, 0x85]), Lifted::More);
    assert_eq!(lift(&[0x33, 0x85, 0xc5]), Lifted::More);
    assert_eq!(lift(&[0x33]), Lifted::More);
    assert_eq!(lift(&[0x33, 0x85, 0xc5, 0x02]), Lifted::Next(4));
    assert_eq!(lift(&[0x2e, 0x95]), Lifted::Next(2));
}

#[test]
fn cache_block_instructions_below_m_mode_need_their_enable() {
    const CBZE: u64 = 1 << 7;
    for (prv, menvcfg, senvcfg, expected) in [
        (Priv::M, 0, 0, None),
        (Priv::S, 0, 0, Some(2)),
        (Priv::S, CBZE, 0, None),
        (Priv::U, CBZE, 0, Some(2)),
        (Priv::U, 0, CBZE, Some(2)),
        (Priv::U, CBZE, CBZE, None),
    ] {
        // Without PMP, lower modes may reach all memory.
        let mut machine = rv64(&[("zicboz", "on"), ("pmp", "off")], &[0x0045_a00f]);
        let ctx = machine.cpu.ctx();
        ctx.state.prv = prv;
        (ctx.state.menvcfg, ctx.state.senvcfg) = (menvcfg, senvcfg);
        ctx.set_reg(state::x(11), DATA);
        assert_eq!(steps(&mut machine, 1), expected, "{prv:?}, menvcfg {menvcfg:#x}, senvcfg {senvcfg:#x}");
    }
}

#[test]
fn a_loop_runs_as_blocks() {
    // addi a0, a0, 1; add a1, a1, a0; bne a0, a2, .-8
    let mut machine = rv64(&[], &[0x0015_0513, 0x00a5_85b3, 0xfec5_1ce3]);
    machine.cpu.ctx().set_reg(state::x(12), 1000);
    machine.cpu.run(3000);
    let ctx = machine.cpu.ctx();
    assert_eq!((ctx.reg(state::x(11)), ctx.pc()), (500_500, CODE + 12));
}
