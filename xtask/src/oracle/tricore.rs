//! Random instructions of the tricore target, run by us and replayed on unicorn and QEMU.

use std::path::Path;

use anyhow::Result;

use super::riscv::pipe;
use crate::{need, say};

/// Compares `count` cases of TriCore 1.3 on unicorn, of 1.6.1 on QEMU 7.2, and of 1.6.2 on `qemu`, a later one.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64, qemu: Option<&Path>) -> Result<()> {
    need("python3", "Debian's python3")?;
    need("qemu-system-tricore", "Debian's qemu-system-misc")?;
    let count = count.to_string();
    say("TriCore 1.3 on unicorn");
    pipe("tricore", &["1", &count, "tc1796"], &["oracles/unicorn_tricore.py"])?;
    say("TriCore 1.6.1 on QEMU 7.2");
    pipe("tricore", &["2", &count, "tc27x"], &["oracles/qemu_tricore.py", "tc27x"])?;
    let Some(qemu) = qemu else {
        say("no --qemu of version 10: going on without TriCore 1.6.2");
        return Ok(());
    };
    say("TriCore 1.6.2 on QEMU 10");
    let qemu = qemu.display().to_string();
    pipe("tricore", &["3", &count, "tc37x"], &["oracles/qemu_tricore.py", "tc37x", &qemu])
}
