//! The cases of `tests/insn`, on RV32 and RV64, on the interpreter and on the reference evaluator.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind, Target};
use decode::mnemonic;
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use riscv::csr::{Csrs, Priv, mstatus};
use riscv::model::Model;
use riscv::{Riscv32, Riscv64, insn};
use testkit::insn::{Bench, parse_file, trials};

/// Where traps go: nothing is there.
const VECTOR: u64 = 0x1_8000;

/// Everything that is implemented.
const ALL: &[(&str, &str)] =
    &[("zicond", "on"), ("zicbom", "on"), ("zicboz", "on"), ("zicbop", "on"), ("Zihintpause", "on")];

/// Registers that change by themselves, and views of others.
const IGNORED: &[&str] = &[
    "cycle",
    "instret",
    "time",
    "mcycle",
    "minstret",
    "cycleh",
    "instreth",
    "timeh",
    "mcycleh",
    "minstreth",
    "fcsr",
    "sstatus",
];

fn prepare<T: Target<State = Csrs>>(ctx: &mut Ctx<T>) {
    ctx.state.prv = Priv::M;
    ctx.state.mtvec = VECTOR;
    ctx.state.mstatus.put(mstatus::FS, mstatus::FS_DIRTY);
}

fn trap<T: Target<State = Csrs>>(ctx: &Ctx<T>) -> Option<u64> {
    (ctx.pc() == VECTOR).then_some(ctx.state.mcause)
}

fn bench<T>(name: &'static str, model: Model) -> Arc<Bench<T>>
where
    T: Target<State = Csrs, Model = Model>,
{
    Arc::new(Bench {
        name,
        kind: Kind::new(model),
        endian: Endian::Little,
        prepare: prepare::<T>,
        trap: trap::<T>,
        ignored: IGNORED,
        trap_changes: &["mstatus", "mepc", "mcause", "mtval", "priv"],
    })
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let model = |xlen, name: &str| Model::new(xlen, name, ALL).expect("the model has these properties");
    let mut list = vec![coverage(dir, "rv64", &model(64, "rv64")), coverage(dir, "rv32", &model(32, "rv32"))];
    list.extend(trials::<Riscv64, E>(dir, &bench("rv64", model(64, "rv64"))));
    list.extend(trials::<Riscv32, E>(dir, &bench("rv32", model(32, "rv32"))));
    list
}

/// Each instruction that the model has must have a case.
fn coverage(dir: &Path, name: &'static str, model: &Model) -> Trial {
    let (dir, features) = (dir.to_owned(), model.exts().bits());
    Trial::test(format!("every instruction of {name} has a case"), move || {
        let texts = texts(&dir, name).map_err(Failed::from)?;
        let rows = insn::TABLES.iter().flat_map(|t| t.iter()).filter(|row| row.guard.holds(features));
        let has_case = |mnemonic: &str| {
            let order = format!("{mnemonic}.");
            texts.iter().any(|t| t == mnemonic || mnemonic.starts_with(['a', 'l', 's']) && t.starts_with(&order))
        };
        let missing: Vec<String> = rows.map(|row| mnemonic(row.name)).filter(|m| !has_case(m)).collect();
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
