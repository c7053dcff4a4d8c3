//! The `polyarch` command: `polyarch TARGET [QEMU options]`, also started as `qemu-system-TARGET`; `demo`, `topology`,
//! `completions`.
//!
//! Reading order: `options` (the table), `draft` (what they mean together), `consoles` and `wiring` (who talks on which device),
//! `run` (the main loop), `debugger` (gdb).

mod channel;
mod consoles;
mod daemon;
mod debugger;
mod demo;
mod draft;
mod fatal;
mod options;
mod run;
mod subcommands;
mod topology_command;
mod tty;
mod wiring;

use std::process::ExitCode;

use draft::Draft;
use fatal::Fatal;

/// One line for the user.
#[allow(clippy::print_stderr, reason = "the command line talks to its user")]
pub(crate) fn say_error(text: &str) {
    eprintln!("{text}");
}

/// Text that was asked for. A reader that went away is no error.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    let own = arguments.first().map_or("polyarch", |path| path.rsplit('/').next().unwrap_or(path));
    let (target, rest) = match own.strip_prefix("qemu-system-") {
        Some(target) => (Some(target), 1),
        None => (arguments.get(1).map(String::as_str).filter(|name| machine::targets::find(name).is_some()), 2),
    };
    let Some(target) = target else { return subcommands::run(&arguments) };
    // Messages look the same under both names: scripts look for QEMU's.
    let program = format!("qemu-system-{target}");
    match emulate(&program, target, &arguments[rest..]) {
        Ok(code) => ExitCode::from(code as u8),
        Err(e) => {
            say_error(&format!("{program}: {}", e.text));
            if let Some(hint) = &e.hint {
                say_error(hint);
            }
            ExitCode::from(1)
        }
    }
}

/// Runs a target with QEMU's options.
fn emulate(program: &str, target: &str, arguments: &[String]) -> Result<i32, Fatal> {
    let known = || {
        let names: Vec<&str> = machine::targets::TARGETS.iter().map(|t| t.name).collect();
        Fatal::new(format!("there is no target '{target}'")).hint(format!("Targets are: {}", names.join(" ")))
    };
    let target = machine::targets::find(target).ok_or_else(known)?;
    let mut draft = Draft::new(program.to_string(), target);
    if let Some(text) = options::parse(arguments, &mut draft)? {
        say(&text);
        return Ok(0);
    }
    if let Some(text) = draft.listing()? {
        say(&text);
        return Ok(0);
    }
    run::run(program, draft.finish()?)
}
