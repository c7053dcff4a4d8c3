//! The cases of `tests/insn/v8`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind};
use decode::{Pattern, mnemonic};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use sparc::lift::Lifter;
use sparc::model::Model;
use sparc::v8::state::psr;
use sparc::{Sparc32, insn};
use testkit::insn::{Bench, parse_file, trials};

/// Where traps go: nothing is there.
const VECTOR: u32 = 0x1_8000;

/// Registers that a trap changes, for it enters another window.
const TRAP_CHANGES: &[&str] = &[
    "o0", "o1", "o2", "o3", "o4", "o5", "sp", "o7", "l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "i0", "i1", "i2",
    "i3", "i4", "i5", "fp", "i7", "psr", "tbr",
];

fn prepare(ctx: &mut Ctx<Sparc32>) {
    ctx.state.psr = psr::S | psr::ET | psr::EF;
    ctx.state.tbr = VECTOR;
}

fn trap(ctx: &Ctx<Sparc32>) -> Option<u64> {
    let vector = ctx.pc() & !0xfff == u64::from(VECTOR);
    vector.then_some(u64::from(ctx.state.tbr >> 4 & 0xff))
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let model = Model::parse(32, "LEON3,+float128").expect("the model has this property");
    let mut list = vec![coverage(dir, &model)];
    let bench = Bench {
        name: "v8",
        kind: Kind::new(model),
        endian: Endian::Big,
        prepare,
        trap,
        ignored: &["npc"],
        trap_changes: TRAP_CHANGES,
    };
    list.extend(trials::<Sparc32, E>(dir, &Arc::new(bench)));
    list
}

/// Each instruction that the model has must have a case.
fn coverage(dir: &Path, model: &Model) -> Trial {
    let (dir, lifter) = (dir.to_owned(), Lifter::new(model, insn::V8));
    Trial::test("every instruction of v8 has a case", move || {
        let found = rows(&dir, &lifter).map_err(Failed::from)?;
        let missing: Vec<String> = lifter
            .decoder()
            .rows()
            .iter()
            .filter(|row| !found.contains(&row.pattern))
            .map(|row| mnemonic(row.name))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

/// The patterns of the rows that have cases.
fn rows(dir: &Path, lifter: &Lifter) -> Result<Vec<Pattern>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| e.to_string())? {
        let text = std::fs::read_to_string(entry.map_err(|e| e.to_string())?.path()).map_err(|e| e.to_string())?;
        let cases = parse_file(&text).map_err(|e| e.to_string())?;
        let words = cases.iter().flat_map(|case| &case.words);
        found.extend(words.filter_map(|(bits, len)| Some(lifter.decoder().decode(*bits as u64, len * 8)?.pattern)));
    }
    Ok(found)
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn/v8");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
