//! `cargo xtask oracle`: comparisons with programs that are not ours. `cargo test` needs none of them: what they say is kept
//! in the tree as expected output.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::guests::{ARCHS, Run, build_demo_on_virt};
use crate::machine::boot;
use crate::{cargo, need, release_program, root, run as sh, say};

mod gdb;
mod mips;
mod ppc;
mod riscv;
mod s390x;
mod sparc;
mod tricore;

/// What `cargo xtask oracle` understands.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Guest programs on qemu-system (Debian: qemu-system-misc): is their recorded output still what it prints?
    Guests {
        /// Write what it prints
        #[arg(long)]
        record: bool,
        /// Only runs whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// Our arithmetic against Berkeley SoftFloat, built from source (a C compiler), with RISC-V's and SSE's NaN rules
    Softfloat,
    /// Random instructions of the riscv target on QEMU (Debian: qemu-system-misc, python3), and on unicorn if PyPI's is there
    Riscv {
        /// Instructions for each width and oracle
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Random instructions of the sparc targets on QEMU (Debian: qemu-system-sparc, python3)
    Sparc {
        /// V8: cases of one to five instructions; V9: instructions
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Random instructions of the s390x target, and system states, on QEMU (Debian: qemu-system-misc, gcc-s390x-linux-gnu, python3), and on Hercules if it is there
    S390x {
        /// Instructions on QEMU; fewer elsewhere
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Random instructions of the mips targets on QEMU (Debian: qemu-system-mips, python3)
    Mips {
        /// Cases for each target and model
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Random instructions of the x86 target on the host's CPU (an x86-64 under Linux, cc, python3), and on unicorn if PyPI's is there
    X86 {
        /// Instructions for each width and oracle
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Random instructions of the ppc target on unicorn (PyPI's) and QEMU (Debian: qemu-system-ppc), of its server side on QEMU
    Ppc {
        /// Cases of 32 bits, and as many of 64 bits in each mode; a tenth as many of POWER, of multiply-accumulate instructions and of the signal processing engine
        #[arg(long, default_value_t = 20_000)]
        count: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Random instructions of the tricore target on unicorn (python3, PyPI's unicorn) and QEMU (Debian: qemu-system-misc)
    Tricore {
        /// Cases for each model
        #[arg(long, default_value_t = 20_000)]
        count: u64,
        /// A qemu-system-tricore of version 10, which has TriCore 1.6.2
        #[arg(long)]
        qemu: Option<PathBuf>,
    },
    /// The QEMU project's own client as ours (python3, PyPI's qemu.qmp), and QMP transcripts of a real QEMU 4.2
    Qmp {
        /// A program that replays transcripts
        #[arg(long)]
        replay: Option<PathBuf>,
        /// Targets, separated by commas
        #[arg(long, default_value = "riscv64,riscv32", value_delimiter = ',')]
        target: Vec<String>,
        /// Random and mutated lines to send
        #[arg(long, default_value_t = 20_000)]
        storm: u64,
        /// Random machines, commands and broken lines to compare with an installed QEMU's answers (Debian: qemu-system-x86, -ppc, -misc, ...)
        #[arg(long, default_value_t = 0)]
        diff: u64,
    },
    /// One session of gdb-multiarch (Debian: gdb-multiarch) with ours and with qemu-system: same answers?
    Gdb,
}

const LIMIT: Duration = Duration::from_secs(60);

/// Runs a comparison.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub fn run(args: &Args) -> Result<()> {
    match &args.what {
        What::Guests { record, only } => guests(*record, only.as_deref()),
        What::Softfloat => softfloat(),
        What::Riscv { count } => riscv::run(*count),
        What::Sparc { count } => sparc::run(*count),
        What::S390x { count } => s390x::run(*count, &release_program()?),
        What::Mips { count } => mips::run(*count),
        What::Ppc { count, seed } => ppc::run(*count, *seed),
        What::Tricore { count, qemu } => tricore::run(*count, qemu.as_deref()),
        What::X86 { count } => x86(*count),
        What::Qmp { replay, target, storm, diff } => qmp(replay.as_deref(), target, *storm, *diff),
        What::Gdb => gdb::run(),
    }
}

fn x86(count: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    need("cc", "Debian's gcc")?;
    let count = count.to_string();
    for bits in ["64", "32"] {
        say(&format!("the host's CPU, {bits}-bit code"));
        riscv::pipe("x86", &[bits, "1", &count], &["oracles/native_x86.py"])?;
    }
    let unicorn = Command::new("python3").args(["-c", "import unicorn"]).status().is_ok_and(|s| s.success());
    for bits in if unicorn { &["64", "32", "16"][..] } else { &[] } {
        say(&format!("unicorn, {bits}-bit code"));
        riscv::pipe("x86", &[bits, "2", &count], &["oracles/unicorn_x86.py"])?;
    }
    Ok(())
}

/// A package of its own, since it builds C code.
fn softfloat() -> Result<()> {
    need("cc", "Debian's gcc")?;
    for rules in ["riscv", "sse"] {
        let mut oracle = cargo();
        oracle.current_dir(root().join("oracles/softfloat"));
        sh(oracle.args(["run", "--no-default-features", "--features", rules]))?;
    }
    Ok(())
}

fn guests(record: bool, only: Option<&str>) -> Result<()> {
    let mut wrong = Vec::new();
    let on_qemu = Run::all().filter(Run::is_on_qemu);
    for run in on_qemu.filter(|run| only.is_none_or(|only| run.name().contains(only))) {
        let emulator = format!("qemu-system-{}", run.arch.target);
        need(&emulator, "a qemu-system package of Debian")?;
        let got =
            boot(Path::new(&emulator), &run.options(), LIMIT, run.last_line()).with_context(|| run.name())?.golden();
        let golden = run.golden();
        if record {
            std::fs::create_dir_all(golden.parent().context("goldens have a folder")?)?;
            std::fs::write(&golden, &got)?;
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != got {
            wrong.push(run.name());
        }
        say(&format!("{}: {}", run.name(), got.lines().last().unwrap_or_default()));
    }
    if only.is_none() {
        demo_on_virt()?;
    }
    if !wrong.is_empty() {
        bail!("{emulator} prints something else than was recorded: {}", wrong.join(", "), emulator = "qemu-system");
    }
    Ok(())
}

/// The demo is written for our own board; its program, if not the board, can be checked on the `virt` machine.
fn demo_on_virt() -> Result<()> {
    for arch in ARCHS.iter().filter(|arch| arch.folder == "riscv") {
        let binary = build_demo_on_virt(arch)?.display().to_string();
        let options = ["-M", "virt", "-bios", "none", "-nographic", "-smp", "8", "-kernel", &binary].map(str::to_owned);
        let outcome = boot(Path::new(&format!("qemu-system-{}", arch.target)), &options, LIMIT, None)?;
        if outcome.exit != Some(0) {
            bail!("the demo fails on qemu-system-{}:\n{}", arch.target, outcome.console);
        }
        say(&format!("demo on virt, {}: exit 0", arch.target));
    }
    Ok(())
}

fn qmp(replay: Option<&Path>, targets: &[String], storm: u64, diff: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    let bin = release_program()?;
    if diff > 0 {
        need("qemu-system-s390x", "Debian's qemu-system-misc")?;
        sh(Command::new("python3").arg(root().join("oracles/qmp_diff.py")).arg(&bin).arg(diff.to_string()))?;
    }
    for target in targets {
        sh(Command::new("python3").arg(root().join("oracles/qmp_client.py")).arg(&bin).arg(target))?;
        let script = root().join("oracles/qmp_storm.py");
        sh(Command::new("python3").arg(script).arg(&bin).arg(target).arg(storm.to_string()))?;
        let Some(replay) = replay else { continue };
        sh(Command::new(replay).arg("--bin").arg(&bin).args(["--target", target]))?;
    }
    Ok(())
}

/// A test program by name.
fn program(name: &str, target: &str) -> Result<Run> {
    let run = Run::all().find(|run| run.test.name == name && run.arch.target == target);
    run.with_context(|| format!("no guest program {name} for {target}"))
}
