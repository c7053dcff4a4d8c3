//! `cargo xtask bench`: guest MIPS of ours beside qemu-system, with a folder of bare-metal benchmarks.
//!
//! The folder holds kernels, start code and `tools/compare.py`, which lets the two programs take turns on the same image.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cargo, need, output, root, run as sh, say};

/// What `cargo xtask bench` understands.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the benchmarks: kernels, Makefile, tools/compare.py
    #[arg(long)]
    bench_dir: PathBuf,
    /// Targets, separated by commas
    #[arg(long, default_value = "riscv64,riscv32", value_delimiter = ',')]
    arch: Vec<String>,
    /// Kernels, separated by commas
    #[arg(long, default_value = "alu,fib,sieve,mix,bytes,fp")]
    kernels: String,
    /// Runs of each, of which the median counts
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// The program to measure; without it, a release build is made
    #[arg(long)]
    polyarch: Option<PathBuf>,
    /// Put the figures into this file, between its markers
    #[arg(long)]
    update: Option<PathBuf>,
}

const BEGIN: &str = "<!-- figures: cargo xtask bench --update -->";
const END: &str = "<!-- end of figures -->";

/// Measures, prints, and keeps the figures if asked to.
///
/// # Errors
/// When something is not installed, a build fails, or the comparison does.
pub fn run(args: &Args) -> Result<()> {
    need("python3", "Debian's python3")?;
    let script = args.bench_dir.join("tools/compare.py");
    if !script.is_file() {
        bail!("{} is not there: --bench-dir names a folder with kernels and tools/compare.py", script.display());
    }
    let polyarch = match &args.polyarch {
        Some(path) => path.canonicalize().with_context(|| format!("--polyarch {}", path.display()))?,
        None => build()?,
    };
    // Images of targets whose cross compiler is missing can't be made; those of the others can.
    let make = output(Command::new("make").arg("-k").arg("-C").arg(&args.bench_dir).arg("bare"));
    if make.is_err() {
        say("some images could not be built (cross compilers missing?); going on with the others");
    }
    let mut table = String::new();
    for arch in &args.arch {
        let runs = args.runs.to_string();
        let mut compare = Command::new("python3");
        compare.arg(&script).arg("--polyarch").arg(&polyarch).args(["--arch", arch, "--runs", &runs]);
        let text = output(compare.args(["--kernels", &args.kernels]))?;
        say(text.trim_end());
        table += &text;
    }
    if let Some(path) = &args.update {
        let old = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        std::fs::write(path, replace(&old, &table).with_context(|| path.display().to_string())?)?;
    }
    Ok(())
}

fn build() -> Result<PathBuf> {
    sh(cargo().args(["build", "--release", "--package", "cli"]))?;
    Ok(root().join("target/release/polyarch"))
}

/// `old` with `table` as a code block between the markers.
fn replace(old: &str, table: &str) -> Result<String> {
    let (head, rest) = old.split_once(BEGIN).with_context(|| format!("no line {BEGIN:?}"))?;
    let (_, tail) = rest.split_once(END).with_context(|| format!("no line {END:?}"))?;
    Ok(format!("{head}{BEGIN}\n```\n{table}```\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_go_between_the_markers() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let new = replace(&old, "1 2\n").expect("markers are there");
        assert_eq!(new, format!("a\n{BEGIN}\n```\n1 2\n```\n{END}\nb\n"));
        assert!(replace("nothing", "x").is_err());
    }
}
