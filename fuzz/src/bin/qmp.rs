//! Lines of a QMP client, in pieces of all sizes: each request gets one reply, whatever it is.

use std::process::ExitCode;

use fuzz::Random;
use machine::{Machine, MachineConfig};
use qmp::command::{Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;
use topology::SmpOptions;

fn machine(board: &str) -> Machine {
    let target = machine::targets::find("riscv64").expect("a target of ours");
    let mut config = MachineConfig::new(target, Some(board)).expect("a board of ours");
    if board != "none" {
        config.smp = SmpOptions { cpus: Some(2), maxcpus: Some(4), ..SmpOptions::default() };
        config.boot.bios = Some("none".into());
    }
    config.stopped = true;
    Machine::new(config).expect("the machine can be built")
}

/// The requests of the transcripts that the tests replay, each transcript one conversation.
fn good() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/qmp");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut texts: Vec<String> = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
    texts.sort();
    let mut good = Vec::new();
    for text in texts {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("-> ")).collect();
        for part in lines.chunks(6) {
            good.push(format!("{{\"execute\":\"qmp_capabilities\"}}\n{}\n", part.join("\n")).into_bytes());
        }
    }
    good
}

fn main() -> ExitCode {
    let environment = Environment::default();
    fuzz::main("qmp", &good(), |input| {
        let mut random = Random::new(input.len() as u64);
        let board = ["none", "virt", "polyarch"][random.below(3)];
        let mut machine = machine(board);
        let mut session = Session::new(Style::Compact);
        let _ = session.greeting();
        let mut rest = input;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((1 + random.below(200)).min(rest.len()));
            rest = after;
            session.feed(piece);
            while session.has_work() {
                let mut context =
                    Context { machine: &mut machine, environment: &environment, after: Default::default() };
                let reply = session.answer(&mut context).expect("a request that waits is answered");
                let bare = reply.starts_with("{\"return\":") || reply.starts_with("{\"error\":");
                assert!(bare || reply.starts_with("{\"id\":"), "{reply}");
                // Stopped again at once, so that no guest runs.
                machine.stop();
                machine.take_events();
            }
        }
    })
}
