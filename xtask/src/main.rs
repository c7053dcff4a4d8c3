//! Development tasks: `cargo xtask TASK`; `cargo xtask help` lists them.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, bless, ci, guests, jumps, layers, matrix, oracle, tidy};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks of Polyarch", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// What has to pass before a merge: format, clippy, tidy, layers, all tests
    Ci,
    /// House rules that neither compiler nor clippy knows
    Tidy(tidy::Args),
    /// Compares the crates' dependencies with the layers of the design
    Layers,
    /// Rebuilds the guest programs with the cross compilers, or checks that the committed ones are up to date
    Guests(guests::Args),
    /// Compares us with independent programs: QEMU, gdb, other implementations
    Oracle(oracle::Args),
    /// Rewrites the expected output of tests; review the difference
    Bless,
    /// Guest MIPS of ours beside qemu-system on the same bare-metal images
    Bench(bench::Args),
    /// Whether the engine's handlers in a release build go on by jumps
    Jumps(jumps::Args),
    /// Writes docs/conformance.md and docs/isa/ from the tables and test files
    Matrix(matrix::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Ci => ci::run(),
        Task::Tidy(args) => tidy::run(&args),
        Task::Layers => layers::run(),
        Task::Guests(args) => guests::run(&args),
        Task::Oracle(args) => oracle::run(&args),
        Task::Bless => bless::run(),
        Task::Bench(args) => bench::run(&args),
        Task::Jumps(args) => jumps::run(&args),
        Task::Matrix(args) => matrix::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            xtask::complain(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
