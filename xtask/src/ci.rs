//! `cargo xtask ci`: the checks of `.ci/run`, which a developer runs before a merge.

use anyhow::Result;

use crate::{cargo, layers, tidy};

/// Runs all checks, the cheap ones first.
///
/// # Errors
/// The first check that fails.
pub fn run() -> Result<()> {
    crate::run(cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run(&tidy::Args::default())?;
    layers::run()?;
    crate::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    crate::run(cargo().args(["test", "--workspace"]))
}
