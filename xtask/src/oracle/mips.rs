//! Random instructions of the four mips targets, run by us and replayed on QEMU.

use anyhow::Result;

use crate::{need, say};

/// Targets, CPU models, and Status.FR. QEMU's gdb server shows only the low halves of floating-point registers on 32-bit targets, so
/// that those run with FR = 0 there.
const RUNS: [(&str, &str, &str); 5] = [
    ("mips", "24Kf", "0"),
    ("mipsel", "24Kf", "0"),
    ("mips64", "MIPS64R2-generic", "1"),
    ("mips64", "24Kf", "1"),
    ("mips64el", "I6400", "1"),
];

/// Compares `count` cases for each of them, and a tenth as many of coprocessor 0 and the TLB.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    for (target, cpu, fr) in RUNS {
        need(&format!("qemu-system-{target}"), "Debian's qemu-system-mips")?;
        say(&format!("{target}, {cpu}: {count} cases"));
        let options = ["--target", target, "--cpu", cpu, "--fr", fr, "--count"];
        let script = ["oracles/qemu_mips.py"];
        let (all, tenth) = (count.to_string(), (count / 10).to_string());
        super::riscv::pipe("mips", &[&options[..], &[&all]].concat(), &script)?;
        super::riscv::pipe("mips", &[&options[..], &[&tenth, "--only", "cp0"]].concat(), &script)?;
    }
    Ok(())
}
