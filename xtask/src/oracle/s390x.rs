//! Random instructions of the s390x target, and random system states, run by us and on QEMU and Hercules.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::riscv::pipe;
use crate::{need, root, run as sh, say};

const INSTRUCTIONS: &str = "oracles/qemu_s390x.py";

/// Compares `count` instructions on QEMU 7.2; a fifth as many with a model after the manual; and system states, a twentieth, on QEMU and, if
/// it is installed, on Hercules 3.13.
///
/// # Errors
/// When something is not installed, or two sides differ.
pub(super) fn run(count: u64, program: &Path) -> Result<()> {
    need("python3", "Debian's python3")?;
    need("qemu-system-s390x", "Debian's qemu-system-misc")?;
    need("s390x-linux-gnu-gcc", "Debian's gcc-s390x-linux-gnu")?;
    let (all, fifth, states) = (count.to_string(), (count / 5).to_string(), (count / 20).to_string());
    say("instructions on QEMU");
    pipe("s390x", &["1", &all], &[INSTRUCTIONS])?;
    say("instructions by a model after the manual");
    pipe("s390x", &["2", &fifth], &[INSTRUCTIONS, "--manual"])?;
    say("system states on QEMU");
    system(program, &states, &[])?;
    if need("hercules", "Debian's hercules").is_err() {
        say("Hercules is not installed (Debian: hercules); going on without it");
        return Ok(());
    }
    say("system states on Hercules");
    system(program, &states, &["--hercules"])
}

fn system(program: &Path, count: &str, more: &[&str]) -> Result<()> {
    let script = root().join("oracles/qemu_s390x_system.py");
    sh(Command::new("python3").arg(script).arg(program).args(["--count", count]).args(more))
}
