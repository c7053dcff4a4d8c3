//! What `polyarch` can do beside running a target: `demo`, `topology`, `completions`, and its own help.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::demo::DemoArguments;
use crate::topology_command::TopologyArguments;

/// A multi-architecture CPU and machine emulator with QEMU's options and its machine protocol.
///
/// To run a guest name its architecture first, then give QEMU's options: polyarch riscv64 -M virt -kernel FILE -nographic.
/// `polyarch riscv64 -help` lists them.
#[derive(Parser)]
#[command(name = "polyarch", version, arg_required_else_help = true, after_help = targets())]
struct Polyarch {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Boot the built-in guest on a machine of 2 sockets, 2 dies, 2 cores, 2 threads and 2 NUMA nodes, and look at it.
    Demo(DemoArguments),
    /// Show a machine of these -smp and -numa options as a drawing.
    Topology(TopologyArguments),
    /// Print a script that completes the command line in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

fn targets() -> String {
    let names: Vec<&str> = machine::targets::TARGETS.iter().map(|target| target.name).collect();
    format!("Targets: {}", names.join(" "))
}

/// Runs `polyarch SUBCOMMAND`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let command = match Polyarch::try_parse_from(with_double_dashes(arguments)) {
        Ok(polyarch) => polyarch.command,
        Err(e) => {
            // The text goes to a terminal or a pipe that may be gone.
            let _ = e.print();
            return ExitCode::from(e.exit_code() as u8);
        }
    };
    let result = match command {
        Command::Demo(arguments) => crate::demo::run(&arguments),
        Command::Topology(arguments) => crate::topology_command::run(&arguments),
        Command::Completions { shell } => {
            crate::say(&completions(shell));
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            crate::say_error(&format!("polyarch: {}", e.text));
            e.hint.iter().for_each(|hint| crate::say_error(hint));
            ExitCode::from(1)
        }
    }
}

/// QEMU's options have one dash here, too: `-smp` reads as `--smp`.
fn with_double_dashes(arguments: &[String]) -> Vec<String> {
    let double = |a: &String| match a.strip_prefix('-') {
        Some(rest) if rest.len() > 1 && !rest.starts_with('-') => format!("-{a}"),
        _ => a.clone(),
    };
    arguments.iter().map(double).collect()
}

/// The completion script: the subcommands, and for each target QEMU's options from the same table as their parser.
fn completions(shell: clap_complete::Shell) -> String {
    let mut command = Polyarch::command();
    for target in &machine::targets::TARGETS {
        let mut guest = clap::Command::new(target.name).about(format!("Run a {} guest", target.name));
        for row in crate::options::rows().filter(|row| row.names[0] != "h" && row.names[0].len() > 1) {
            let takes = matches!(row.action, crate::options::Action::Value(_));
            let action = if takes { clap::ArgAction::Append } else { clap::ArgAction::SetTrue };
            guest = guest.arg(clap::Arg::new(row.names[0]).long(row.names[0]).help(row.help).action(action));
        }
        command = command.subcommand(guest.disable_help_flag(true).disable_version_flag(true));
    }
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, "polyarch", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Polyarch::command().debug_assert();
        let arguments = ["polyarch", "topology", "-smp", "4", "-", "--format", "svg"].map(str::to_string);
        assert_eq!(with_double_dashes(&arguments)[2..6], ["--smp", "4", "-", "--format"]);
    }

    #[test]
    fn completions_know_targets_and_options() {
        let text = completions(clap_complete::Shell::Bash);
        assert!(text.contains("riscv64") && text.contains("--smp") && text.contains("topology"));
    }
}
