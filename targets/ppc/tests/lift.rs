//! Whatever the word, the model and the mode: lifting gives a well-formed block and never panics.

use cpu::{Code, Kind, Lifted, Target};
use decode::Insn;
use ppc::lift::Handler;
use ppc::model::Model;
use ppc::{Ppc32, Ppc64, insn, mode};
use uop::Builder;

/// One model of each family that differs.
const MODELS_32: &[&str] =
    &["601", "603", "604", "750", "755", "7400", "7450", "403gc", "405", "440ep", "e200", "e500v1", "e500", "e500mc"];
const MODELS_64: &[&str] = &["7400", "e500", "970", "power5+", "power7", "power8", "power9", "e5500", "e6500"];

/// Random numbers (splitmix64, Steele, Lea and Flood 2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

fn lift_all<T: Target<Model = Model>>(model: Model) {
    let kind = Kind::<T>::new(model);
    let rows: Vec<&Insn<Handler>> = insn::TABLES.iter().flat_map(|t| t.iter()).collect();
    let mut state = 7;
    for n in 0..40_000 {
        let row = rows[n % rows.len()];
        let bits = if n % 8 == 0 { random(&mut state) } else { row.pattern.fill(random(&mut state)) } as u32;
        let any = random(&mut state) as u32;
        // Only 64-bit CPUs have 64-bit mode and hypervisor state.
        let wide = if kind.model().has(ppc::ext::Ext::Wide) { u32::MAX } else { !(mode::SF | mode::HV) };
        let mode = any & (0x3ff | mode::SE | mode::BE | mode::DEBUG) & wide;
        let bytes = if mode & mode::LE != 0 { bits.to_le_bytes() } else { bits.to_be_bytes() };
        let code = Code { pc: 0x1_0000, offset: 0, bytes: &bytes, mode, alone: n % 3 == 0 };
        let builder = Builder::new(kind.layout());
        builder.begin_insn(0, 0);
        let lifted = T::lift(kind.lifter(), &builder, code);
        if matches!(lifted, Lifted::Next(_)) {
            builder.exit(uop::Exit::Jump { pc: 0x1_0004 });
        }
        let block = builder.finish(0x1_0000, 4);
        uop::verify(&block, kind.layout()).unwrap_or_else(|e| panic!("{bits:#010x} in mode {mode:#x}: {e}"));
        let _ = T::disassemble(kind.lifter(), code);
    }
}

#[test]
fn words_lift_to_blocks_on_32_bits() {
    for name in MODELS_32 {
        lift_all::<Ppc32>(Model::new(32, name).unwrap());
    }
}

#[test]
fn words_lift_to_blocks_on_64_bits() {
    for name in MODELS_64 {
        lift_all::<Ppc64>(Model::new(64, name).unwrap());
    }
}

#[test]
fn all_models_can_be_made() {
    for xlen in [32, 64] {
        assert_eq!(ppc::model::models(xlen).count(), if xlen == 32 { 407 } else { 437 });
        for row in ppc::model::models(xlen) {
            Model::new(xlen, row.name).unwrap();
        }
    }
}
