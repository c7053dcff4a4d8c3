//! The cases of `tests/insn/v9`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind};
use decode::{Pattern, mnemonic};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use sparc::Sparc64;
use sparc::model::Model;
use sparc::v9::lift::Lifter;
use sparc::v9::{mode, state, sys, trap};
use testkit::insn::{Bench, parse_file, trials};

/// Where traps go: nothing is there.
const TBA: u64 = 0x1_8000;

/// Registers that a trap changes: it enters another level, other globals, and may enter another window.
const TRAP_CHANGES: &[&str] = &[
    "g1", "g2", "g3", "g4", "g5", "g6", "g7", "o0", "o1", "o2", "o3", "o4", "o5", "sp", "o7", "l0", "l1", "l2", "l3",
    "l4", "l5", "l6", "l7", "i0", "i1", "i2", "i3", "i4", "i5", "fp", "i7", "pstate", "cwp", "tl", "tt", "tpc", "tnpc",
    "tstate", "dsfsr", "dsfar", "dtag", "fsr", "gl", "asi", "ccr",
];

fn prepare(ctx: &mut Ctx<Sparc64>) {
    ctx.state.tl = 0;
    ctx.state.tba = TBA;
    ctx.set_reg(state::FPRS, 4);
    ctx.set_reg(state::MODE, mode::CWP.with(ctx.reg(state::MODE) as u32, 0).into());
    sys::put_pstate(ctx, 0x14);
}

fn trap(ctx: &Ctx<Sparc64>) -> Option<u64> {
    (TBA..TBA + 0x8000).contains(&ctx.pc()).then(|| trap::current_tt(ctx))
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let model = Model::parse(64, "TI UltraSparc IIi,+float128").expect("the model has this property");
    let mut list = vec![coverage(dir, &model)];
    let bench = Bench {
        name: "v9",
        kind: Kind::new(model),
        endian: Endian::Big,
        prepare,
        trap,
        ignored: &["npc", "state"],
        trap_changes: TRAP_CHANGES,
    };
    list.extend(trials::<Sparc64, E>(dir, &Arc::new(bench)));
    list
}

/// Each instruction that the model has must have a case.
fn coverage(dir: &Path, model: &Model) -> Trial {
    let (dir, lifter) = (dir.to_owned(), Lifter::new(model));
    Trial::test("every instruction of v9 has a case", move || {
        let found = rows(&dir, &lifter).map_err(Failed::from)?;
        let rows = lifter.decoder.rows().iter().filter(|row| !found.contains(&row.pattern));
        let missing: Vec<String> = rows.map(|row| format!("{} {}", mnemonic(row.name), row.operands)).collect();
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
        found.extend(words.filter_map(|(bits, len)| Some(lifter.decoder.decode(*bits as u64, len * 8)?.pattern)));
    }
    Ok(found)
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn/v9");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
