//! Each row of the instruction tables has a case in `tests/insn*`, on a model that has it.

use std::path::Path;

use ppc::insn;
use ppc::lift::Insn;
use ppc::model::Model;
use testkit::insn::parse_file;

/// Variants of the cases, with the models they run on: as in `tests/insn.rs`.
const MODELS: [(&str, u32, &str); 8] = [
    ("ppc", 32, "7400"),
    ("e500", 32, "e500v2_v30"),
    ("ppc601", 32, "601_v2"),
    ("ppc603", 32, "603e_v4"),
    ("ppc405", 32, "405d4"),
    ("ppc_fe", 32, "7400"),
    ("power8", 64, "power8"),
    ("ppc64", 64, "power9"),
];

/// The words of all cases, with the features of the CPU each is for.
fn words() -> Vec<(u64, u128)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folders = std::fs::read_dir(tests).unwrap().map(|e| e.unwrap().path());
    let files = folders.filter(|f| f.is_dir()).flat_map(|f| std::fs::read_dir(f).unwrap().map(|e| e.unwrap().path()));
    let cases = files.flat_map(|f| parse_file(&std::fs::read_to_string(f).unwrap()).unwrap());
    cases
        .flat_map(|case| {
            let variant = case.variant.unwrap_or("ppc".to_owned());
            let found = MODELS.iter().find(|(name, ..)| *name == variant);
            let (_, xlen, model) = found.unwrap_or_else(|| panic!("no variant is called {variant}"));
            let exts = Model::new(*xlen, model).unwrap().exts().bits();
            case.words.into_iter().map(move |(word, _)| (word as u64, exts))
        })
        .collect()
}

#[test]
fn each_row_has_a_case() {
    let words = words();
    let rows = insn::TABLES.iter().flat_map(|table| table.iter());
    let covered = |row: &&Insn| {
        let (pattern, guard) = (row.pattern, row.guard);
        words.iter().any(|&(word, exts)| {
            word & pattern.mask == pattern.value && exts & guard.all == guard.all && exts & guard.none == 0
        })
    };
    let missing: Vec<&str> = rows.filter(|row| !covered(row)).map(|row| row.name).collect();
    assert_eq!(missing, [""; 0]);
}
