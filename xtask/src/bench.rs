//! `cargo xtask bench`: guest MIPS of ours beside qemu-system, with a folder of bare-metal benchmarks.
//!
//! The folder holds kernels, start code and `tools/compare.py`, which lets the two programs take turns on the same image. What it lacks comes
//! from `guests/bench`: start code, and how the two programs run it.

use std::path::{Path, PathBuf};
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

/// Images that the folder's Makefile does not know, in its notation: name, architecture, start code in `guests/bench`, address.
const IMAGES: [(&str, &str, &str, &str); 1] = [("sparc64-sun4u", "sparc64", "sun4u.S", "0x100000")];

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
    let folder = assemble(&args.bench_dir)?;
    let script = folder.join("tools/compare.py");
    build_images(&folder);
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

/// `target/bench`: what is in `from`, and what `guests/bench` adds to it. Images are built there.
fn assemble(from: &Path) -> Result<PathBuf> {
    let (from, to) = (from.canonicalize()?, root().join("target/bench"));
    std::fs::create_dir_all(&to)?;
    for name in ["Makefile", "counts.json", "src", "rt", "tools", "tricore"] {
        let link = to.join(name);
        // Of an earlier run, maybe with another folder.
        let _ = std::fs::remove_file(&link);
        if from.join(name).exists() {
            std::os::unix::fs::symlink(from.join(name), &link).with_context(|| link.display().to_string())?;
        }
    }
    let guests = root().join("guests");
    let more =
        std::fs::read_to_string(guests.join("bench/peers.json"))?.replace("GUESTS", &guests.display().to_string());
    let own = std::fs::read_to_string(from.join("peers-system.json"))?;
    std::fs::write(to.join("peers-system.json"), join_lists(&own, &more)?)?;
    Ok(to)
}

/// Two lists of JSON as one.
fn join_lists(a: &str, b: &str) -> Result<String> {
    let list = |text: &str| serde_json::from_str::<Vec<serde_json::Value>>(text).context("a list of peers");
    Ok(serde_json::to_string_pretty(&[list(a)?, list(b)?].concat())?)
}

fn build_images(folder: &Path) {
    let make = |more: &[String]| output(Command::new("make").arg("-k").arg("-C").arg(folder).arg("bare").args(more));
    let ours = IMAGES.map(|(name, arch, start, base)| {
        let start = root().join("guests/bench").join(start);
        make(&[format!("BARES={name}"), "PCS=".to_owned(), format!("BARE_{name}={arch}|{}|{base}", start.display())])
    });
    // Images of targets whose cross compiler is missing can't be made; those of the others can.
    if make(&[]).is_err() || ours.iter().any(Result::is_err) {
        say("some images could not be built (cross compilers missing?); going on with the others");
    }
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
    fn lists_of_peers_are_joined() {
        let joined = join_lists(r#"[{"a": 1}]"#, r#"[{"b": 2}, 3]"#).expect("two lists");
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&joined).expect("a list").len(), 3);
        assert!(join_lists("[]", "{}").is_err());
    }

    #[test]
    fn figures_go_between_the_markers() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let new = replace(&old, "1 2\n").expect("markers are there");
        assert_eq!(new, format!("a\n{BEGIN}\n```\n1 2\n```\n{END}\nb\n"));
        assert!(replace("nothing", "x").is_err());
    }
}
