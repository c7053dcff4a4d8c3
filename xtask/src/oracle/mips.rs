//! Random instructions of the four mips targets, run by us and replayed on QEMU.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{need, root, say};

/// A run: target, CPU model, Status.FR, which instructions (all that need no extension where nothing stands), and one of how many of the cases
/// that are asked for.
type Run = (&'static str, &'static str, &'static str, &'static str, u64);

/// A model of each release, all tables; coprocessor 0 and the TLB of each; the DSP ASE and MSA in both byte orders.
const RUNS: [Run; 13] = [
    ("mips", "24Kf", "0", "", 1),
    ("mipsel", "P5600", "1", "", 1),
    ("mips64", "MIPS64R2-generic", "1", "", 1),
    ("mips64el", "I6400", "1", "", 1),
    ("mips", "24Kf", "0", "cp0", 10),
    ("mipsel", "P5600", "1", "cp0", 10),
    ("mips64", "MIPS64R2-generic", "1", "cp0", 10),
    ("mips64", "24Kf", "0", "cp0", 10),
    ("mips64el", "I6400", "1", "cp0", 10),
    ("mips", "74Kf", "0", "dsp", 5),
    ("mipsel", "74Kf", "0", "dsp", 5),
    ("mips", "P5600", "1", "msa", 5),
    ("mips64el", "I6400", "1", "msa", 5),
];

/// Compares `count` cases, or a part of them, for each of [`RUNS`], and the lines of `.insn` files.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    for (target, cpu, fr, only, part) in RUNS {
        need(&format!("qemu-system-{target}"), "Debian's qemu-system-mips")?;
        let count = (count / part).max(1).to_string();
        say(&format!("{target}, {cpu}: {count} cases {only}"));
        let mut options = vec!["--target", target, "--cpu", cpu, "--fr", fr, "--count", &count];
        if !only.is_empty() {
            options.extend(["--only", only]);
        }
        super::riscv::pipe("mips", &options, &["oracles/qemu_mips.py"])?;
    }
    say("the lines of .insn files");
    let folder = root().join("targets/mips/tests/insn");
    let mut files: Vec<_> = std::fs::read_dir(&folder)?.map(|f| f.map(|f| f.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == "insn"));
    files.extend(["models/threads.insn", "models/more.insn"].map(|file| folder.join(file)));
    files.sort();
    let lines = Command::new("python3").current_dir(root()).arg("oracles/qemu_mips_insn.py").args(files).status()?;
    if !lines.success() {
        bail!("QEMU does not answer as the lines say: {lines}");
    }
    Ok(())
}
