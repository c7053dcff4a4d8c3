//! `cargo xtask jumps`: whether every handler of the engine in a release build goes on by a jump.
//!
//! A handler ends by calling the next one. The compiler makes that a jump unless something of the handler's stack frame may still be in use;
//! then it is a call, frames pile up, and nobody notices but the cache. Debug builds return after each handler, so no test sees it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{need, output, release_program, say};

/// What `cargo xtask jumps` understands.
#[derive(clap::Args)]
pub struct Args {
    /// The program to look at; without it, a release build is made
    #[arg(long)]
    program: Option<PathBuf>,
}

/// Looks at the program's machine code.
///
/// # Errors
/// When a handler ends in a call, there are no handlers, or objdump is missing.
pub fn run(args: &Args) -> Result<()> {
    need("objdump", "Debian's binutils")?;
    let program = match &args.program {
        Some(path) => path.clone(),
        None => release_program()?,
    };
    let text =
        output(Command::new("objdump").args(["--disassemble", "--no-show-raw-insn", "--demangle"]).arg(&program))?;
    let (seen, bad) = check(&text);
    if seen == 0 {
        bail!("{} has no handlers in it: is it stripped, or no x86-64 program?", program.display());
    }
    if !bad.is_empty() {
        bail!("{} of {seen} handlers end in a call:\n{}", bad.len(), bad.join("\n"));
    }
    say(&format!("all {seen} handlers go on by a jump"));
    Ok(())
}

/// What the names of handlers have in them.
const HANDLERS: &str = "interp::handlers::";
/// Functions of that module that are no handlers, and may end as they like.
const OTHERS: [&str; 1] = ["::apply"];

/// How many handlers there are in a disassembly, and those that end in an indirect call: nothing but the frame is put away between it and
/// the return.
fn check(text: &str) -> (usize, Vec<String>) {
    let (mut seen, mut bad) = (0, Vec::new());
    let mut name = None;
    let mut called = false;
    for line in text.lines() {
        if let Some(symbol) = line.strip_suffix(">:") {
            let symbol = symbol.split_once('<').map_or("", |(_, symbol)| symbol);
            name = (symbol.contains(HANDLERS) && !OTHERS.iter().any(|o| symbol.contains(o))).then(|| symbol.to_owned());
            seen += usize::from(name.is_some());
            called = false;
            continue;
        }
        let (Some(function), Some((_, insn))) = (&name, line.split_once(":\t")) else { continue };
        let insn = insn.trim();
        let puts_away = insn.starts_with("pop") || insn.starts_with("add") && insn.ends_with(",%rsp");
        if insn.starts_with("ret") && called {
            bad.push(function.clone());
        }
        called = insn.starts_with("call") && insn.contains('*') || called && puts_away;
    }
    bad.dedup();
    (seen, bad)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn calls_before_a_return_are_found() {
        let jumps = "0 <interp::handlers::alu::bin>:\n 1:\tcall   *0x8(%rdi)\n 2:\tmov    %rax,%rbx\n 3:\tpop    %rbx\n 4:\tjmp    *(%rsi)\n 5:\tret\n";
        assert_eq!(check(jumps), (1, vec![]));
        let calls = "0 <interp::handlers::memory::call>:\n 1:\tcall   *0x20(%rbx)\n 2:\tadd    $0x20,%rsp\n 3:\tpop    %rbx\n 4:\tret\n";
        assert_eq!(check(calls), (1, vec!["interp::handlers::memory::call".to_owned()]));
        assert_eq!(check(&calls.replace("interp", "other")), (0, vec![]));
    }
}
