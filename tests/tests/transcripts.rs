//! QMP transcripts: `tests/qmp/*.qmp`. What a client sends, what it must get back.
//!
//! ```text
//! # A comment.
//! @ riscv64 virt -smp 2 -m 64M
//! -> {"execute": "qmp_capabilities"}
//! <- {"return": {}}
//! ```
//!
//! `@` names target, board and options; the machine is built and doesn't run. Replies are compared as JSON values, in which a host's
//! own (thread ids) is masked. A line `->` may hold anything, JSON or not. `POLYARCH_BLESS=1` writes the replies anew.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use machine::Machine;
use qmp::command::{Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;
use serde_json::Value;
use tests::Setup;

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("qmp");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "qmp"));
    paths.sort();
    let trial = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || check(&path).map_err(|e| Failed::from(format!("{e:#}"))))
    };
    let mut trials: Vec<Trial> = paths.into_iter().map(trial).collect();
    trials.push(Trial::test("differences are found", || differences().map_err(|e| Failed::from(format!("{e:#}")))));
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path)?;
    let mut client = None;
    let mut fresh = String::new();
    for line in text.lines() {
        if let Some(options) = line.strip_prefix("@ ") {
            client = Some(Client::new(options).with_context(|| line.to_owned())?);
        }
        if !line.starts_with("<- ") {
            fresh += &format!("{line}\n");
        }
        if let Some(request) = line.strip_prefix("-> ") {
            let client = client.as_mut().context("a request before the line with the machine")?;
            for reply in client.ask(request)? {
                fresh += &format!("<- {reply}\n");
            }
        }
    }
    ensure!(fresh.contains("\n<- "), "nothing is asked");
    if std::env::var_os("POLYARCH_BLESS").is_some() {
        std::fs::write(path, fresh)?;
        return Ok(());
    }
    compare(&fresh, &text)
}

/// Line by line; replies as values.
fn compare(ours: &str, theirs: &str) -> Result<()> {
    let mut theirs_left = theirs.lines();
    let mut asked = "";
    for line in ours.lines() {
        let expected = theirs_left.next().unwrap_or("nothing more");
        if line.starts_with("-> ") {
            asked = line;
        }
        let equal = match (line.strip_prefix("<- "), expected.strip_prefix("<- ")) {
            (Some(a), Some(b)) => {
                serde_json::from_str::<Value>(a)? == serde_json::from_str::<Value>(b).context(expected.to_owned())?
            }
            _ => line == expected,
        };
        ensure!(equal, "{asked}\n  got      {line}\n  expected {expected}");
    }
    ensure!(theirs_left.next().is_none(), "after {asked} more was expected");
    Ok(())
}

/// The comparison itself: order of members is free, all else counts.
fn differences() -> Result<()> {
    let good = "-> {}\n<- {\"a\": 1, \"b\": 2}\n";
    compare(good, "-> {}\n<- {\"b\": 2, \"a\": 1}\n")?;
    for bad in ["-> {}\n<- {\"a\": 1}\n", "-> {}\n", "-> {}\n<- {\"a\": 1, \"b\": 3}\n", &format!("{good}<- {{}}\n")] {
        ensure!(compare(good, bad).is_err(), "not found: {bad}");
    }
    Ok(())
}

struct Client {
    machine: Machine,
    session: Session,
    environment: Environment,
}

impl Client {
    /// A client of the machine that `options` describe: `riscv64 virt -smp 2`.
    fn new(options: &str) -> Result<Client> {
        let words: Vec<&str> = options.split_whitespace().collect();
        let (target, board) = (words.first().context("no target")?, words.get(1).context("no board")?);
        let mut setup = Setup::new(target, board);
        let mut numa = Vec::new();
        for option in words[2..].chunks(2) {
            let value = option.get(1).with_context(|| format!("{} without a value", option[0]))?;
            match option[0] {
                "-smp" => setup.smp = value,
                "-m" => setup.mem = value,
                "-numa" => numa.push(*value),
                other => anyhow::bail!("{other} is not known here: -smp, -m, -numa are"),
            }
        }
        setup.numa = &numa;
        let mut config = setup.config()?;
        config.stopped = true;
        let machine = Machine::new(config)?;
        Ok(Client { machine, session: Session::new(Style::Compact), environment: Environment::default() })
    }

    fn ask(&mut self, request: &str) -> Result<Vec<Value>> {
        self.session.feed(format!("{request}\n").as_bytes());
        let mut replies = Vec::new();
        while self.session.has_work() {
            let mut context =
                Context { machine: &mut self.machine, environment: &self.environment, after: Default::default() };
            if let Some(reply) = self.session.answer(&mut context) {
                replies.push(mask(serde_json::from_str(&reply).with_context(|| reply.clone())?));
            }
        }
        Ok(replies)
    }
}

/// Replaces what is the host's own.
fn mask(value: Value) -> Value {
    match value {
        // The thread of a place in the topology is no host's.
        Value::Object(members) if !members.contains_key("core-id") => {
            let members = members.into_iter().map(|(key, value)| {
                let own = key == "thread-id" || key == "thread_id";
                let value = if own && value.is_number() { Value::from("<tid>") } else { mask(value) };
                (key, value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(mask).collect()),
        other => other,
    }
}
