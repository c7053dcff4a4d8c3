//! Development tasks, as a library so that the workspace's tests can use them: the guest programs and their expected
//! output ([`guests`]), the house rules ([`tidy`], [`layers`]).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub mod bench;
pub mod bless;
pub mod ci;
pub mod guests;
pub mod jumps;
pub mod layers;
pub mod machine;
pub mod matrix;
pub mod oracle;
pub mod tidy;

/// Names of the tasks, in the order of the help.
pub const TASKS: &[&str] = &["ci", "tidy", "layers", "guests", "oracle", "bless", "bench", "jumps", "matrix", "help"];

/// The workspace's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// Builds the emulator as users do: where it is.
///
/// # Errors
/// When it can't be built.
pub fn release_program() -> Result<PathBuf> {
    run(cargo().args(["build", "--release", "--package", "cli"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(root().join(target).join("release/polyarch"))
}

/// Runs `command` in the terminal.
///
/// # Errors
/// When it can't be started or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    say(&format!("$ {shown}"));
    let status = command.status().with_context(|| format!("can't start {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// Runs `command` and takes its standard output.
///
/// # Errors
/// When it can't be started or fails.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.output().with_context(|| format!("can't start {shown}"))?;
    if !output.status.success() {
        bail!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{shown} prints no UTF-8"))
}

/// Complains about a program that is not installed, and says where to get it.
///
/// # Errors
/// When it isn't on `PATH`.
pub fn need(program: &str, from: &str) -> Result<()> {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    if !found {
        bail!("{program} is not installed; it comes with {from}");
    }
    Ok(())
}

/// A command of cargo in the workspace, with the cargo that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|w| w.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// A line for whoever started the task.
#[expect(clippy::print_stdout, reason = "a program for the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

/// A line on standard error.
#[expect(clippy::print_stderr, reason = "a program for the terminal")]
pub fn complain(line: &str) {
    eprintln!("{line}");
}
