//! `cargo xtask bench`: guest MIPS of ours beside qemu-system, with a folder of bare-metal benchmarks.
//!
//! The folder holds kernels, start code and `tools/compare.py`, which lets the two programs take turns on the same image. What it lacks comes
//! from `guests/bench`: start code, and how the two programs run it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{need, output, release_program, root, say};

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
        None => release_program()?,
    };
    let folder = stage(&args.bench_dir.canonicalize()?)?;
    let script = folder.join("tools/compare.py");
    // Images of targets whose cross compiler is missing can't be made; those of the others can.
    let make = |more: &[String]| output(Command::new("make").arg("-k").arg("-C").arg(&folder).args(more));
    let make = make(&["bare".to_owned()]).and(make(&["tricore".to_owned()])).and(make(&own_variables()));
    if make.is_err() {
        say("some images could not be built (cross compilers missing?); going on with the others");
    }
    let mut table = String::new();
    for arch in &args.arch {
        let runs = args.runs.to_string();
        let mut compare = Command::new("python3");
        compare.arg(&script).arg("--polyarch").arg(&polyarch).args(["--arch", arch, "--runs", &runs]);
        let text = output(compare.args(["--kernels", &kernels(&args.kernels, arch)]))?;
        say(text.trim_end());
        table += &text;
    }
    if let Some(path) = &args.update {
        let old = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        std::fs::write(path, replace(&old, &table).with_context(|| path.display().to_string())?)?;
    }
    Ok(())
}

/// The kernels there are for TriCore: in assembly, since no compiler is to be had.
const TRICORE: [&str; 4] = ["alu", "fib", "sieve", "bytes"];

/// Those of `wanted` that the folder has for a target.
fn kernels(wanted: &str, arch: &str) -> String {
    let has = |kernel: &&str| arch != "tricore" || TRICORE.contains(kernel);
    wanted.split(',').filter(has).collect::<Vec<_>>().join(",")
}

/// A target that the folder has no image for: name, program of QEMU, machine type and options, start code, where it is linked, byte order.
struct Own {
    arch: &'static str,
    /// `GUESTS` stands for the folder of that name.
    options: &'static str,
    start: &'static str,
    base: &'static str,
    order: &'static str,
    /// The flat image is given in place of firmware; the name that both programs know the target by.
    flat: Option<&'static str>,
}

const OWN: &[Own] = &[
    Own { arch: "i386", options: "-M pc", start: "own/x86.S", base: "0x100000", order: "little", flat: None },
    Own { arch: "x86_64", options: "-M pc", start: "own/x86.S", base: "0x100000", order: "little", flat: None },
    Own {
        arch: "mipsel",
        options: "-M malta",
        start: "rt/bare_mips.S -DUART=0x180003f8 -DHALT=0x1f000500",
        base: "0x80010000",
        order: "little",
        flat: None,
    },
    Own {
        arch: "mips64",
        options: "-M malta -cpu MIPS64R2-generic",
        start: "own/mips64.S -DUART=0x180003f8 -DHALT=0x1f000500",
        base: "0xffffffff80010000",
        order: "big",
        flat: None,
    },
    Own {
        arch: "sparc64",
        options: "-M sun4u -bios GUESTS/tests/sparc64/bin/rom.bin",
        start: "own/sun4u.S",
        base: "0x100000",
        order: "big",
        flat: None,
    },
    // The same target's row of the folder, 32-bit code on a server, is left out.
    Own {
        arch: "ppc",
        options: "-M ppce500 -cpu e500mc",
        start: "own/ppce500.S",
        base: "0x10000",
        order: "big",
        flat: None,
    },
    Own {
        arch: "ppc64",
        options: "-M pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off -cpu power8",
        start: "own/ppc64.S",
        base: "0",
        order: "big",
        flat: Some("ppc64"),
    },
    Own {
        arch: "ppc64le",
        options: "-M pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off -cpu power8",
        start: "own/ppc64.S",
        base: "0",
        order: "little",
        flat: Some("ppc64"),
    },
];

impl Own {
    /// The variable of the Makefile that describes its images.
    fn variable(&self) -> String {
        format!("BARE_{0}-own={0}|{1}|{2}", self.arch, self.start, self.base)
    }

    /// Two rows of the table of peers.
    fn peers(&self) -> String {
        let Own { arch, order, flat, .. } = self;
        let options = self.options.replace("GUESTS", &root().join("guests").display().to_string());
        let target = flat.unwrap_or(arch);
        let (copy, image) = match flat {
            Some(_) => (" && powerpc64-linux-gnu-objcopy -O binary {tmp} {tmp}.bin", "-bios {tmp}.bin"),
            None => ("", "-kernel {tmp}"),
        };
        let row = |name: &str, program: &str| {
            format!(
                "{{\"name\": \"{name}\", \"base\": true, \"needs\": \"{{out}}/bare/{arch}-own-{{kernel}}.elf\", \
                 \"archs\": {{\"{arch}\": \"\"}}, \"prep\": [\"python3 tools/patch_n.py {{out}}/bare/{arch}-own-{{kernel}}.elf \
                 {{tmp}} {{n}} {order}{copy}\"], \"cmd\": \"{program} {options} {image} -nographic -monitor none -no-reboot\", \
                 \"any_status\": true}}"
            )
        };
        format!(
            "{},\n{}",
            row("qemu-system", &format!("qemu-system-{target}")),
            row("polyarch", &format!("POLYARCH {target}"))
        )
    }
}

/// What makes the Makefile build our own images, and no others: variables and goals.
fn own_variables() -> Vec<String> {
    let bares = OWN.iter().map(|own| format!("{}-own", own.arch)).collect::<Vec<_>>().join(" ");
    let all = OWN.iter().map(Own::variable).chain([format!("BARES={bares}"), "PCS=".to_owned()]);
    // A kernel that only x86 has is not among those of all targets.
    let x86 = ["i386", "x86_64"].map(|arch| format!("out/bare/{arch}-own-flags.elf"));
    all.chain(["bare".to_owned()]).chain(x86).collect()
}

/// A folder like that of the benchmarks, with our start code and targets besides, to build and measure in.
fn stage(bench: &std::path::Path) -> Result<PathBuf> {
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    for entry in std::fs::read_dir(bench)? {
        let name = entry?.file_name();
        let link = folder.join(&name);
        // `tricore/assemble.py` writes beside the folder that it lies in.
        if !["out", "peers-system.json", "tricore"].contains(&&*name.to_string_lossy()) && !link.exists() {
            std::os::unix::fs::symlink(bench.join(&name), &link).with_context(|| link.display().to_string())?;
        }
    }
    let tricore = folder.join("tricore");
    if !tricore.exists() {
        std::fs::create_dir_all(tricore.join("hex"))?;
        for file in ["assemble.py"].into_iter().map(String::from).chain(TRICORE.map(|k| format!("hex/{k}.hex"))) {
            let from = bench.join("tricore").join(&file);
            let text = std::fs::read(&from).with_context(|| from.display().to_string())?;
            std::fs::write(tricore.join(&file), text)?;
        }
    }
    let own = folder.join("own");
    if !own.exists() {
        std::os::unix::fs::symlink(root().join("guests/bench"), &own)?;
    }
    let peers = std::fs::read_to_string(bench.join("peers-system.json"))?;
    let rows: Vec<String> = OWN.iter().map(Own::peers).collect();
    std::fs::write(folder.join("peers-system.json"), with_rows(&without_own(&peers)?, &rows)?)?;
    Ok(folder)
}

/// The table of peers without what it has for targets of which we have rows ourselves: figures are told apart by target alone.
fn without_own(peers: &str) -> Result<String> {
    let mut rows: Vec<serde_json::Value> = serde_json::from_str(peers).context("the table of peers")?;
    for archs in rows.iter_mut().filter_map(|row| row.get_mut("archs")?.as_object_mut()) {
        archs.retain(|arch, _| OWN.iter().all(|own| own.arch != arch));
    }
    rows.retain(|row| row["archs"].as_object().is_none_or(|archs| !archs.is_empty()));
    Ok(serde_json::to_string(&rows)?)
}

/// A JSON array with more elements at its end.
fn with_rows(array: &str, rows: &[String]) -> Result<String> {
    let open = array.trim_end().strip_suffix(']').context("the table of peers is no array")?;
    Ok(format!("{},\n{}\n]\n", open.trim_end(), rows.join(",\n")))
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
    fn rows_go_to_the_end_of_an_array() {
        assert_eq!(with_rows("[\n {}\n]\n", &["{1}".to_owned()]).expect("an array"), "[\n {},\n{1}\n]\n");
        assert!(with_rows("{}", &[]).is_err());
    }

    #[test]
    fn own_rows_replace_others() {
        let peers =
            r#"[{"name": "a", "archs": {"ppc": ""}}, {"name": "b", "archs": {"ppc": "", "mips": "x"}}, {"name": "c"}]"#;
        let kept = without_own(peers).expect("JSON");
        let rows: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
        assert_eq!(rows, serde_json::json!([{"name": "b", "archs": {"mips": "x"}}, {"name": "c"}]));
    }

    #[test]
    fn figures_go_between_the_markers() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let new = replace(&old, "1 2\n").expect("markers are there");
        assert_eq!(new, format!("a\n{BEGIN}\n```\n1 2\n```\n{END}\nb\n"));
        assert!(replace("nothing", "x").is_err());
    }
}
