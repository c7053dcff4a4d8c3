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
use sparc::v9::{state, sys, trap};
use testkit::insn::{Bench, parse_file, trials};

/// Where traps go: nothing is there.
const TBA: u64 = 0x1_8000;

/// Registers that a trap changes: it enters another level, other globals, and may enter another window.
const TRAP_CHANGES: &[&str] = &[
    "g1", "g2", "g3", "g4", "g5", "g6", "g7", "o0", "o1", "o2", "o3", "o4", "o5", "sp", "o7", "l0", "l1", "l2", "l3",
    "l4", "l5", "l6", "l7", "i0", "i1", "i2", "i3", "i4", "i5", "fp", "i7", "pstate", "cwp", "tl", "tt", "tpc", "tnpc",
    "tstate", "dsfsr", "dsfar", "dtag", "fsr", "gl", "asi", "ccr", "hpstate",
];

fn prepare(ctx: &mut Ctx<Sparc64>) {
    ctx.state.tl = 0;
    ctx.state.tba = TBA;
    ctx.set_reg(state::FPRS, 4);
    sys::put_window(ctx, 0);
    sys::put_all_windows(ctx);
    sys::put_pstate(ctx, 0x14);
}

fn trap(ctx: &Ctx<Sparc64>) -> Option<u64> {
    (TBA..TBA + 0x8000).contains(&ctx.pc()).then(|| trap::current_tt(ctx))
}

type Prepare = fn(&mut Ctx<Sparc64>);

/// UltraSPARC with all extensions; and a sun4v CPU, in hyperprivileged mode, for what it has more.
fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let mut list = Vec::new();
    let sun4v = dir.join("sun4v");
    let benches: [(_, _, _, Prepare); 2] = [
        ("v9", "TI UltraSparc IIi,+float128", vec![dir], prepare),
        ("sun4v", "Sun UltraSparc T1,+float128", vec![dir, &sun4v], prepare_sun4v),
    ];
    for (name, model, dirs, prepare) in benches {
        let model = Model::parse(64, model).expect("the model has this property");
        list.push(coverage(name, &dirs, &model));
        let bench = Bench {
            name,
            kind: Kind::new(model),
            endian: Endian::Big,
            prepare,
            trap,
            ignored: &["npc", "state"],
            trap_changes: TRAP_CHANGES,
        };
        let own = dirs.last().expect("each has its folder");
        list.extend(trials::<Sparc64, E>(own, &Arc::new(bench)));
    }
    list
}

fn prepare_sun4v(ctx: &mut Ctx<Sparc64>) {
    prepare(ctx);
    ctx.state.htba = TBA;
    ctx.state.hpstate = sys::hpstate::HPRIV;
    sys::put_pstate(ctx, 0x14);
}

/// Each instruction that the model has must have a case.
fn coverage(name: &str, dirs: &[&Path], model: &Model) -> Trial {
    let lifter = Lifter::new(model);
    let dirs: Vec<_> = dirs.iter().map(|dir| (*dir).to_owned()).collect();
    Trial::test(format!("every instruction of {name} has a case"), move || {
        let found: Result<Vec<_>, _> = dirs.iter().map(|dir| rows(dir, &lifter)).collect();
        let found = found.map_err(Failed::from)?.concat();
        let rows = lifter.decoder.rows().iter().filter(|row| !found.contains(&row.pattern));
        let missing: Vec<String> = rows.map(|row| format!("{} {}", mnemonic(row.name), row.operands)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

/// The patterns of the rows that have cases.
fn rows(dir: &Path, lifter: &Lifter) -> Result<Vec<Pattern>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| e.to_string())? {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
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
