//! The cases of `tests/insn`, on three models, on the interpreter and on the reference evaluator.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind, Target};
use decode::mnemonic;
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use mips::cp0::Cp0;
use mips::ext::{Ext, ExtSet};
use mips::model::Model;
use mips::{Mips, Mips64, Mips64el, insn};
use testkit::insn::{Bench, parse_file, trials};

/// EBase; nothing is there.
const VECTORS: u64 = 0xffff_ffff_8001_8000;
/// Coprocessor 1 usable, error level (no translation of low addresses), 64-bit segments, 64-bit floating-point registers.
const STATUS: u32 = 1 << 29 | 1 << 2 | 0xe0 | 1 << 26;

/// Views of other registers, and what changes by itself.
const IGNORED: &[&str] = &[
    "count", "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0",
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra",
];

/// Rows without a case of their own. A step of WAIT waits (`guests/tests/mips/timer.c` has it), the MT ASE wants a processor with several
/// elements (`mt.c` there). SDBBP enters debug mode, no variant here is without a floating-point unit or has the DSP ASE in 64 bits: these
/// are only lifted, on all models (`lift.rs`).
const NO_CASE: &[&str] =
    &["wait", "sdbbp", "dvpe", "evpe", "dmt", "emt", "mftr", "mttr", "fork", "yield.", "movci.unusable", "dsp64.any"];

fn prepare<T: Target<State = Cp0, Model = Model>>(ctx: &mut Ctx<T>) {
    ctx.state.status = if ctx.model().is_64() { STATUS } else { STATUS & !0xe0 };
    ctx.state.ebase = VECTORS;
    if ctx.model().has(Ext::Dsp) {
        ctx.state.status |= 1 << 24;
    }
    if ctx.model().has(Ext::Msa) {
        ctx.state.config5 |= 1 << 27;
    }
}

fn trap<T: Target<State = Cp0, Model = Model>>(ctx: &Ctx<T>) -> Option<u64> {
    let is_vector = ctx.pc() & !0xfff == VECTORS & bits::mask(ctx.model().width());
    is_vector.then_some(u64::from(ctx.state.cause >> 2 & 31))
}

fn bench<T>(name: &'static str, model: Model) -> Arc<Bench<T>>
where
    T: Target<State = Cp0, Model = Model>,
{
    Arc::new(Bench {
        name,
        endian: model.endian(),
        kind: Kind::new(model),
        prepare: prepare::<T>,
        trap: trap::<T>,
        ignored: IGNORED,
        trap_changes: &["status", "cause", "epc", "badvaddr", "context", "entryhi", "fcsr"],
    })
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let model =
        |width, endian, name: &str| Model::parse(width, endian, name).expect("the tests name models that exist");
    let (narrow, wide) = (model(32, Endian::Big, "24Kf"), model(64, Endian::Big, "MIPS64R2-generic"));
    let r6 = model(64, Endian::Little, "I6400");
    let dsp = model(32, Endian::Big, "74Kf");
    let mut list = vec![
        coverage_of(dir, "dsp", &dsp, ExtSet::of(&[Ext::Dsp, Ext::DspR2]).bits()),
        coverage(dir, "mips", &narrow),
        coverage(dir, "mips64", &wide),
        coverage(dir, "r6", &r6),
    ];
    list.extend(trials::<Mips, E>(dir, &bench("mips", narrow)));
    list.extend(trials::<Mips, E>(dir, &bench("dsp", dsp)));
    list.extend(trials::<Mips64, E>(dir, &bench("mips64", wide)));
    list.extend(trials::<Mips64el, E>(dir, &bench("r6", r6)));
    list
}

/// Each instruction that the model has must have a case.
fn coverage(dir: &Path, name: &'static str, model: &Model) -> Trial {
    coverage_of(dir, name, model, 0)
}

/// The same for the instructions that need one of `exts`; 0 stands for all.
fn coverage_of(dir: &Path, name: &'static str, model: &Model, exts: u128) -> Trial {
    let (dir, features) = (dir.to_owned(), model.exts().bits());
    let is_asked = move |row: &&mips::lift::Insn| exts == 0 || row.guard.all & exts != 0;
    Trial::test(format!("every instruction of {name} has a case"), move || {
        let texts = texts(&dir, name).map_err(Failed::from)?;
        let rows = insn::TABLES.iter().flat_map(|t| t.iter()).filter(|row| row.guard.holds(features)).filter(is_asked);
        let names = rows.map(|row| mnemonic(row.name)).filter(|m| !NO_CASE.contains(&m.as_str()));
        let missing: Vec<String> = names.filter(|m| !texts.contains(m)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

/// The mnemonics of all cases for a variant.
fn texts(dir: &Path, variant: &str) -> Result<HashSet<String>, String> {
    let mut found = HashSet::new();
    for entry in std::fs::read_dir(dir).map_err(|e| e.to_string())? {
        let text = std::fs::read_to_string(entry.map_err(|e| e.to_string())?.path()).map_err(|e| e.to_string())?;
        let cases = parse_file(&text).map_err(|e| e.to_string())?;
        for case in cases.iter().filter(|c| c.variant.as_deref().is_none_or(|v| v == variant)) {
            found.extend(case.text.split("; ").filter_map(|t| Some(t.split(' ').next()?.to_owned())));
        }
    }
    Ok(found)
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
