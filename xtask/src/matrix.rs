//! `cargo xtask matrix`: docs/conformance.md and docs/isa/, from test files and from runs. Nothing in them is typed in.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::guests::Run;
use crate::machine::boot;
use crate::{cargo, release_program, root, run as sh, say};

/// What `cargo xtask matrix` understands.
#[derive(clap::Args)]
pub struct Args {
    /// The program that runs the guests; without it, a release build is made
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// All targets, and where below `targets/` their instruction tests are.
const TARGETS: [(&str, &str); 14] = [
    ("i386", "x86/tests"),
    ("x86_64", "x86/tests"),
    ("sparc", "sparc/tests/insn/v8"),
    ("sparc64", "sparc/tests/insn/v9"),
    ("ppc", "ppc/tests"),
    ("ppc64", "ppc/tests"),
    ("mips", "mips/tests"),
    ("mipsel", "mips/tests"),
    ("mips64", "mips/tests"),
    ("mips64el", "mips/tests"),
    ("tricore", "tricore/tests"),
    ("s390x", "s390x/tests"),
    ("riscv32", "riscv/tests"),
    ("riscv64", "riscv/tests"),
];

const HEAD: &str = "\
# Conformance

Written by `cargo xtask matrix`; don't edit. \"Passed\" is what the run that wrote this page saw.
";

/// Writes both.
///
/// # Errors
/// When a file can't be read or written.
pub fn run(args: &Args) -> Result<()> {
    let bin = match &args.bin {
        Some(path) => path.clone(),
        None => release_program()?,
    };
    let mut page = HEAD.to_owned();
    for (target, folder) in TARGETS {
        let _ = writeln!(page, "\n## {target}\n\n| suite | passed | total |\n|---|---|---|");
        let runs: Vec<Run> = Run::all().filter(|r| r.arch.target == target).collect();
        let failures: Vec<String> = runs.iter().filter_map(|r| failure(&bin, r)).collect();
        let passed = runs.len() - failures.len();
        let _ =
            writeln!(page, "| guest programs, output as on qemu-system (`guests/tests`) | {passed} | {} |", runs.len());
        for (chapter, cases) in insn_files(folder)? {
            let _ =
                writeln!(page, "| `.insn` cases, {chapter} (each fails `cargo test` if it does) | {cases} | {cases} |");
        }
        if !failures.is_empty() {
            let _ = writeln!(page, "\nGaps:\n\n{}", failures.join("\n"));
        }
    }
    write(&root().join("docs/conformance.md"), &page)?;
    // The lists of instructions are compared with the decode tables by a test, which also writes them.
    sh(cargo().args(["test", "--package", "tests", "--test", "isa"]).env("POLYARCH_BLESS", "1"))
}

/// A line about a run whose output is not the expected one.
fn failure(bin: &Path, run: &Run) -> Option<String> {
    if !bin.is_file() {
        return Some(format!("- {}: not run, {} is not built", run.name(), bin.file_name()?.display()));
    }
    let options = [vec![run.arch.target.to_owned()], run.options()].concat();
    let golden = std::fs::read_to_string(run.golden()).unwrap_or_default();
    match boot(bin, &options, Duration::from_secs(60), run.last_line()) {
        Ok(outcome) if outcome.golden() == golden => None,
        Ok(outcome) => Some(format!("- {}: other output, {}", run.name(), outcome.end())),
        Err(error) => Some(format!("- {}: {}", run.name(), error.to_string().lines().next().unwrap_or_default())),
    }
}

/// The chapters of a target's instruction tests, and the cases in each. A folder within stands for a variant of the target.
fn insn_files(folder: &str) -> Result<BTreeMap<String, usize>> {
    let mut chapters = BTreeMap::new();
    let top = root().join("targets").join(folder);
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "insn") {
                let text = std::fs::read_to_string(&path)?;
                let cases = text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).count();
                let name = path.strip_prefix(&top).unwrap_or(&path).with_extension("");
                let name = name.to_string_lossy();
                chapters.insert(name.strip_prefix("insn/").unwrap_or(&name).to_owned(), cases);
            }
        }
    }
    Ok(chapters)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)?;
    say(&path.display().to_string());
    Ok(())
}
