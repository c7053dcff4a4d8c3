//! Random instructions of the riscv target, run by us and replayed on QEMU (and on unicorn, where it is installed).

use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::{cargo, need, output, root, say};

/// Chapters that QEMU 7.2 knows all of.
const ON_QEMU: &str = "i,m,a,f,d,c,zba,zbb,zbc,zbs";

/// Compares `count` instructions for each register width.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    let with_unicorn = output(Command::new("python3").args(["-c", "import unicorn"])).is_ok();
    if !with_unicorn {
        say("unicorn is not installed (PyPI: unicorn); going on with QEMU alone");
    }
    for xlen in ["64", "32"] {
        let emulator = format!("qemu-system-riscv{xlen}");
        need(&emulator, "Debian's qemu-system-misc")?;
        replay(xlen, count, &["--only", ON_QEMU], &["oracles/qemu_riscv.py", &emulator])?;
        if with_unicorn {
            replay(xlen, count, &[], &["oracles/unicorn_riscv.py"])?;
        }
    }
    Ok(())
}

/// Pipes our cases into a script that replays them.
fn replay(xlen: &str, count: u64, more: &[&str], script: &[&str]) -> Result<()> {
    say(&format!("riscv{xlen}: {count} instructions on {}", script[0]));
    let count = count.to_string();
    let all: Vec<&str> = ["--xlen", xlen, "--count", &count].into_iter().chain(more.iter().copied()).collect();
    pipe("riscv", &all, script)
}

/// Pipes the cases of a target's example `oracle_cases` into a script that replays them.
pub(super) fn pipe(target: &str, options: &[&str], script: &[&str]) -> Result<()> {
    pipe_example(target, "oracle_cases", options, script)
}

/// The same for another example.
pub(super) fn pipe_example(target: &str, example: &str, options: &[&str], script: &[&str]) -> Result<()> {
    let mut python = Command::new("python3");
    python.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let replayed = feed(target, example, options, python.args(script))?.status;
    if !replayed.success() {
        bail!("{} finds differences: {replayed}", script[0]);
    }
    Ok(())
}

/// Feeds the cases of an example to a script, and gives what that says and how it ends.
///
/// # Errors
/// When the cases can't be made, or the script can't be started.
pub(super) fn feed(target: &str, example: &str, options: &[&str], script: &mut Command) -> Result<Output> {
    let mut cases = cargo();
    cases.args(["run", "--quiet", "--release", "--package", target, "--example", example, "--"]).args(options);
    let mut cases = cases.stdout(Stdio::piped()).spawn().context("can't start cargo")?;
    let pipe = cases.stdout.take().context("cases have an output")?;
    let replayed = script.current_dir(root()).stdin(pipe).output();
    let made = cases.wait()?;
    if !made.success() {
        bail!("the cases could not be made: {made}");
    }
    replayed.context("can't start python3")
}
