//! The cases of `tests/insn`, on four models, and of `tests/insn/models`, which are for other models alone, on the interpreter and on the reference evaluator.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind, Target};
use decode::{Bits, Decoder, Index, mnemonic};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use mips::cp0::Cp0;
use mips::ext::{Ext, ExtSet};
use mips::model::{Model, models};
use mips::{Mips, Mips64, Mips64el, insn};
use testkit::insn::{Bench, Case, parse_file, trials};

/// EBase; nothing is there.
const VECTORS: u64 = 0xffff_ffff_8001_8000;
/// Where debug exceptions go without a probe, and what stands for their code.
const DEBUG_VECTOR: u64 = 0xffff_ffff_bfc0_0480;
const DEBUG: u64 = 256;
/// Coprocessor 1 usable, error level (no translation of low addresses), 64-bit segments, 64-bit floating-point registers.
const STATUS: u32 = 1 << 29 | 1 << 2 | 0xe0 | 1 << 26;

/// Views of other registers, and what changes by itself.
const IGNORED: &[&str] = &[
    "count", "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0",
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra",
];

/// Where the decoder looks first.
const INDEX: Index = Index { w16: &[], w32: &[Bits(0, 6), Bits(26, 6)], w48: &[] };

fn prepare<T: Target<State = Cp0, Model = Model>>(ctx: &mut Ctx<T>) {
    ctx.state.status = if ctx.model().is_64() { STATUS } else { STATUS & !0xe0 };
    if !ctx.model().has(Ext::Fpu) {
        ctx.state.status &= !(1 << 29);
    }
    ctx.state.ebase = VECTORS;
    if ctx.model().has(Ext::Dsp) {
        ctx.state.status |= 1 << 24;
    }
    if ctx.model().has(Ext::Msa) {
        ctx.state.config5 |= 1 << 27;
    }
}

/// The exception's code; [`DEBUG`] for one that enters debug mode.
fn trap<T: Target<State = Cp0, Model = Model>>(ctx: &Ctx<T>) -> Option<u64> {
    if ctx.pc() == DEBUG_VECTOR & bits::mask(ctx.model().width()) {
        return Some(DEBUG);
    }
    // Release 1 has no EBase.
    let base = if ctx.model().has(Ext::R2) { VECTORS } else { 0xffff_ffff_8000_0000 };
    let is_vector = ctx.pc() & !0xfff == base & bits::mask(ctx.model().width());
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

/// The models that have lines, by the name that stands before a line; those of folder `models` run that folder alone.
const MODELS: [(&str, u32, Endian, &str); 8] = [
    ("mips", 32, Endian::Big, "24Kf"),
    ("dsp", 32, Endian::Big, "74Kf"),
    ("mips64", 64, Endian::Big, "MIPS64R2-generic"),
    ("r6", 64, Endian::Little, "I6400"),
    ("mt", 32, Endian::Big, "34Kf"),
    ("4kc", 32, Endian::Big, "4Kc"),
    ("p5600", 32, Endian::Big, "P5600"),
    ("dsp64", 64, Endian::Big, "mips64dspr2"),
];
const N_EVERYWHERE: usize = 4;

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let special = dir.join("models");
    let mut list = vec![every_row(dir)];
    for (n, (name, width, endian, cpu)) in MODELS.into_iter().enumerate() {
        let model = Model::parse(width, endian, cpu).expect("the table names models that exist");
        match name {
            "dsp" => list.push(coverage_of(dir, name, &model, ExtSet::of(&[Ext::Dsp, Ext::DspR2]).bits())),
            "mt" => list.push(coverage_of(&special, name, &model, ExtSet::of(&[Ext::Mt]).bits())),
            _ if n < N_EVERYWHERE => list.push(coverage_of(dir, name, &model, 0)),
            _ => {}
        }
        for folder in if n < N_EVERYWHERE { vec![dir, &special] } else { vec![special.as_path()] } {
            list.extend(match (width, endian) {
                (32, _) => trials::<Mips, E>(folder, &bench(name, model)),
                (_, Endian::Big) => trials::<Mips64, E>(folder, &bench(name, model)),
                (_, Endian::Little) => trials::<Mips64el, E>(folder, &bench(name, model)),
            });
        }
    }
    list
}

/// Each instruction that the model has and that needs one of `exts`, 0 standing for all, must have a case for it.
fn coverage_of(dir: &Path, name: &'static str, model: &Model, exts: u128) -> Trial {
    let (dir, features) = (dir.to_owned(), model.exts().bits());
    let is_asked = move |row: &&mips::lift::Insn| exts == 0 || row.guard.all & exts != 0;
    Trial::test(format!("every instruction of {name} has a case"), move || {
        let texts = texts(&dir, name).map_err(Failed::from)?;
        let rows = insn::TABLES.iter().flat_map(|t| t.iter()).filter(|row| row.guard.holds(features)).filter(is_asked);
        let names = rows.map(|row| mnemonic(row.name));
        let missing: Vec<String> = names.filter(|m| !texts.contains(m)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

/// Each row of the tables that some model has must have a case on one of [`MODELS`].
fn every_row(dir: &Path) -> Trial {
    let dirs = [dir.to_owned(), dir.join("models")];
    Trial::test("every row of the tables has a case", move || {
        let mut found = HashSet::new();
        for (name, width, endian, cpu) in MODELS {
            let model = Model::parse(width, endian, cpu).expect("the table names models that exist");
            let decoder = Decoder::new(insn::TABLES, model.exts().bits(), INDEX);
            for case in dirs.iter().map(|dir| cases(dir, name)).collect::<Result<Vec<_>, _>>()?.concat() {
                let rows = case.words.iter().filter_map(|(bits, _)| decoder.decode(*bits as u64, 32));
                found.extend(rows.map(std::ptr::from_ref));
            }
        }
        let features: Vec<u128> = [(32, Endian::Big), (64, Endian::Big)]
            .into_iter()
            .flat_map(|(width, endian)| models(width).into_iter().map(move |row| (width, endian, row.name)))
            .filter_map(|(width, endian, name)| Some(Model::parse(width, endian, name).ok()?.exts().bits()))
            .collect();
        let rows = insn::TABLES.iter().flat_map(|t| t.iter());
        let missing: Vec<String> = rows
            .filter(|row| features.iter().any(|f| row.guard.holds(*f)) && !found.contains(&std::ptr::from_ref(*row)))
            .map(|row| format!("{} {}", mnemonic(row.name), row.operands))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

/// The cases of a folder for a variant.
fn cases(dir: &Path, variant: &str) -> Result<Vec<Case>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| e.to_string())? {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.extension().is_none_or(|e| e != "insn") {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        let cases = parse_file(&text).map_err(|e| e.to_string())?;
        found.extend(cases.into_iter().filter(|c| c.variant.as_deref().is_none_or(|v| v == variant)));
    }
    Ok(found)
}

/// The mnemonics of all cases for a variant.
fn texts(dir: &Path, variant: &str) -> Result<HashSet<String>, String> {
    let cases = cases(dir, variant)?;
    let words = cases.iter().flat_map(|case| case.text.split("; "));
    Ok(words.filter_map(|t| Some(t.split(' ').next()?.to_owned())).collect())
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
