//! The cases of `tests/insn`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Kind};
use decode::{Bits, Decoder, Index, Pattern};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use testkit::insn::{Bench, parse_file, trials};
use tricore::lift::Handler;
use tricore::model::Model;
use tricore::{Tricore, insn};

/// Where traps go.
const VECTORS: u32 = 0x1_8000;

fn prepare(ctx: &mut Ctx<Tricore>) {
    ctx.state.btv = VECTORS;
    ctx.state.isp = 0x2_1100;
}

/// Class and TIN of a trap that has been taken: there are no others at these addresses.
fn trap(ctx: &Ctx<Tricore>) -> Option<u64> {
    let at = ctx.pc().checked_sub(VECTORS.into())?;
    (at < 0x100).then(|| at >> 5 << 8 | ctx.reg(tricore::state::d(15)) & 0xff)
}

/// Rows without a case: no oracle has MULMS.H.
const NO_CASE: &[&str] = &["mulms_h"];

/// Each row that the model has must have a case.
fn coverage(dir: &Path, name: &'static str) -> Trial {
    let dir = dir.to_owned();
    Trial::test(format!("every row of {name} has a case"), move || {
        let index = Index { w16: &[Bits(0, 8)], w32: &[Bits(1, 7)], w48: &[] };
        let features = Model::parse(name).map_err(|e| Failed::from(e.to_string()))?.version().features();
        let decoder = Decoder::new(insn::TABLES, features, index);
        let found = patterns(&dir, name, &decoder).map_err(Failed::from)?;
        let missing = decoder.rows().iter().filter(|row| !found.contains(&row.pattern) && !NO_CASE.contains(&row.name));
        let missing: Vec<String> = missing.map(|row| format!("{} {}", row.name, row.operands)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join("; ")))) }
    })
}

/// The patterns of the rows that have cases.
fn patterns(dir: &Path, variant: &str, decoder: &Decoder<Handler>) -> Result<Vec<Pattern>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| e.to_string())? {
        let text = std::fs::read_to_string(entry.map_err(|e| e.to_string())?.path()).map_err(|e| e.to_string())?;
        for case in parse_file(&text).map_err(|e| e.to_string())? {
            if case.variant.as_deref().is_none_or(|v| v == variant) {
                let rows = case.words.iter().filter_map(|&(bits, len)| decoder.decode(bits as u64, len * 8));
                found.extend(rows.map(|row| row.pattern));
            }
        }
    }
    Ok(found)
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    let bench = |name, model| {
        Arc::new(Bench::<Tricore> {
            name,
            kind: Kind::new(Model::parse(model).expect("the model is there")),
            endian: Endian::Little,
            prepare,
            trap,
            ignored: &[],
            trap_changes: &["psw", "a10", "a11", "d15", "pcxi", "fcx"],
        })
    };
    let mut list = vec![coverage(&dir, "tc1796"), coverage(&dir, "tc37x")];
    list.extend(trials::<Tricore, Interp>(&dir, &bench("tc1796", "tc1796")));
    list.extend(trials::<Tricore, Interp>(&dir, &bench("tc37x", "tc37x")));
    libtest_mimic::run(&Arguments::from_args(), list).exit();
}
