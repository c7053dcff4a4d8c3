//! `cargo xtask bless`: rewrites expected output. The difference is reviewed like any other change.

use anyhow::Result;

use crate::{cargo, tidy};

/// Environment variables that make tests write what they got: expect-test's, and that of `.insn` files and transcripts.
const SWITCHES: [&str; 2] = ["UPDATE_EXPECT", "POLYARCH_BLESS"];

/// Runs the tests with the switches on, then updates tidy's ratchet. Tests that fail for another reason still fail.
///
/// # Errors
/// When a test fails all the same.
pub fn run() -> Result<()> {
    let mut test = cargo();
    test.args(["test", "--workspace", "--no-fail-fast"]);
    for switch in SWITCHES {
        test.env(switch, "1");
    }
    crate::run(&mut test)?;
    tidy::run(&tidy::Args { bless: true })
}
