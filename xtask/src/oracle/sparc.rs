//! Random instructions of the sparc target, run by us and replayed on QEMU.

use anyhow::Result;

use crate::need;

/// Compares `count` V8 cases on the LEON3 board, and as many V9 instructions on sun4u.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    need("qemu-system-sparc", "Debian's qemu-system-sparc")?;
    let more = ["--count", &count.to_string(), "--cpu", "LEON3,+float128"];
    super::riscv::pipe("sparc", &more, &["oracles/qemu_sparc.py", "qemu-system-sparc"])?;
    need("qemu-system-sparc64", "Debian's qemu-system-sparc")?;
    let more = ["--count", &count.to_string()];
    super::riscv::pipe_example("sparc", "oracle_v9", &more, &["oracles/qemu_sparc64.py", "qemu-system-sparc64"])
}
