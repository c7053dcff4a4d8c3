//! docs/isa/*.md: the instructions of each target, from its decode tables. `POLYARCH_BLESS=1` (or `cargo xtask matrix`) writes them.

use std::fmt::Write;

use decode::{Insn, mnemonic};
use riscv::insn;

/// Chapters of the RISC-V manual and their tables.
const RISCV: &[(&str, &[riscv::lift::Insn])] = &[
    ("RV32I and RV64I", insn::rv_i::INSNS),
    ("Zifencei", insn::rv_zifencei::INSNS),
    ("Zicsr", insn::rv_zicsr::INSNS),
    ("M", insn::rv_m::INSNS),
    ("A", insn::rv_a::INSNS),
    ("F", insn::rv_f::INSNS),
    ("D", insn::rv_d::INSNS),
    ("C", insn::rv_c::INSNS),
    ("Zba", insn::rv_zba::INSNS),
    ("Zbb", insn::rv_zbb::INSNS),
    ("Zbc", insn::rv_zbc::INSNS),
    ("Zbs", insn::rv_zbs::INSNS),
    ("Zicond", insn::rv_zicond::INSNS),
    ("Zicbom, Zicbop, Zicboz", insn::rv_zicbo::INSNS),
    ("Privileged", insn::rv_priv::INSNS),
];

/// V8's tables, by the sections of the manual's appendix B.
const SPARC_V8: &[(&str, &[sparc::lift::Insn])] = &[
    ("Arithmetic, logic, shifts, windows", sparc::insn::alu::INSNS),
    ("Control transfer", sparc::insn::control::INSNS),
    ("Loads and stores", sparc::insn::memory::INSNS),
    ("Floating point", sparc::insn::fp::INSNS),
    ("State registers, alternate spaces, coprocessor", sparc::v8::insn::INSNS),
];

/// V9's tables, by groups of the manual's appendix A.
const SPARC_V9: &[(&str, &[sparc::v9::lift::Insn])] = &[
    ("Arithmetic, logic, shifts, conditional moves", sparc::v9::insn::alu::INSNS),
    ("Control transfer", sparc::v9::insn::branch::INSNS),
    ("Loads and stores, alternate spaces", sparc::v9::insn::memory::INSNS),
    ("Floating point", sparc::v9::insn::float::INSNS),
    ("Floating-point conversions", sparc::v9::insn::float::CONVERSIONS),
    ("VIS", sparc::v9::insn::vis::INSNS),
    ("Windows, traps, state registers", sparc::v9::insn::system::INSNS),
];

/// PowerPC's tables, by the books and chapters of the Power ISA, and what chips have of their own.
const PPC: &[(&str, &[ppc::lift::Insn])] = &[
    ("Branches and system calls", ppc::insn::branch::INSNS),
    ("Fixed-point loads", ppc::insn::load::INSNS),
    ("Fixed-point stores, caches", ppc::insn::store::INSNS),
    ("Fixed-point arithmetic, compares, traps", ppc::insn::arith::INSNS),
    ("Fixed-point logic, condition register", ppc::insn::logic::INSNS),
    ("Rotates and shifts", ppc::insn::rotate::INSNS),
    ("System", ppc::insn::system::INSNS),
    ("Servers since 2.07", ppc::insn::server::INSNS),
    ("Embedded", ppc::insn::embedded::INSNS),
    ("TLBs of the 440 and 40x", ppc::insn::tlb4xx::INSNS),
    ("Multiply-accumulate", ppc::insn::mac::INSNS),
    ("POWER, of the 601", ppc::insn::power::INSNS),
    ("Signal processing engine", ppc::insn::spe::INSNS),
    ("Embedded floating point", ppc::insn::spe_fp::INSNS),
    ("Loads and stores of the signal processing engine", ppc::insn::spe_mem::INSNS),
    ("Floating point", ppc::insn::fp::INSNS),
    ("Decimal floating point", ppc::insn::dfp::INSNS),
    ("Floating-point loads and stores", ppc::insn::fp_mem::INSNS),
    ("Vectors", ppc::insn::vector::INSNS),
    ("Vectors of 2.07 and 3.0", ppc::insn::vector_new::INSNS),
    ("Vector-scalar", ppc::insn::vsx::INSNS),
    ("Quad precision", ppc::insn::vsx::QUAD),
    ("Vector-scalar loads, stores and moves", ppc::insn::vsx_mem::INSNS),
];

fn page<L>(title: &str, chapters: &[(&str, &[Insn<L>])]) -> String {
    let total: usize = chapters.iter().map(|(_, rows)| rows.len()).sum();
    let mut page = format!("# Instructions of {title}\n\nWritten by `cargo xtask matrix`; don't edit. {total} rows.\n");
    for (chapter, rows) in chapters {
        let mut names: Vec<String> = Vec::new();
        for row in *rows {
            let name = format!("`{}`", mnemonic(row.name));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let _ = writeln!(page, "\n## {chapter}\n");
        let mut line = String::new();
        for (i, name) in names.iter().enumerate() {
            let end = if i + 1 == names.len() { "" } else { "," };
            if line.len() + name.len() > 110 {
                let _ = writeln!(page, "{}", line.trim_end());
                line.clear();
            }
            line += &format!("{name}{end} ");
        }
        let _ = writeln!(page, "{}", line.trim_end());
    }
    page
}

#[test]
fn riscv_is_listed() {
    let tables: usize = insn::TABLES.iter().map(|rows| rows.len()).sum();
    assert_eq!(RISCV.iter().map(|(_, rows)| rows.len()).sum::<usize>(), tables, "a table is missing here");
    check("riscv.md", &page("RV32 and RV64", RISCV));
}

#[test]
fn ppc_is_listed() {
    let tables: usize = ppc::insn::TABLES.iter().map(|rows| rows.len()).sum();
    assert_eq!(PPC.iter().map(|(_, rows)| rows.len()).sum::<usize>(), tables, "a table is missing here");
    check("ppc.md", &page("PowerPC", PPC));
}

#[test]
fn sparc_v8_is_listed() {
    let tables: usize = sparc::insn::V8.iter().map(|rows| rows.len()).sum();
    assert_eq!(SPARC_V8.iter().map(|(_, rows)| rows.len()).sum::<usize>(), tables, "a table is missing here");
    check("sparc-v8.md", &page("SPARC V8", SPARC_V8));
}

#[test]
fn sparc_v9_is_listed() {
    let tables: usize = sparc::v9::insn::TABLES.iter().map(|rows| rows.len()).sum();
    assert_eq!(SPARC_V9.iter().map(|(_, rows)| rows.len()).sum::<usize>(), tables, "a table is missing here");
    check("sparc-v9.md", &page("SPARC V9", SPARC_V9));
}

/// Compares a page with the one that is kept, or writes it.
fn check(name: &str, fresh: &str) {
    let path = xtask::root().join("docs/isa").join(name);
    if std::env::var_os("POLYARCH_BLESS").is_some() {
        std::fs::write(&path, fresh).expect("docs/isa can be written");
    } else {
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, fresh, "docs/isa/{name} is stale: run `cargo xtask matrix`");
    }
}
