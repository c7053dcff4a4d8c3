//! Runs an emulator as a child process: its console, its exit code, a limit on its time.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a guest has printed, and how the emulator ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Console output, with line ends as plain newlines.
    pub console: String,
    /// Exit code of the process; `None` for a guest that waits for ever when it is done, for want of a way to switch off.
    pub exit: Option<i32>,
}

impl Outcome {
    /// The form of golden files: the console, then a line `[exit 0]` or `[waits]`.
    pub fn golden(&self) -> String {
        let newline = if self.console.is_empty() || self.console.ends_with('\n') { "" } else { "\n" };
        format!("{}{newline}[{}]\n", self.console, self.end())
    }

    /// How it ended, in words: `exit 0`, `waits`.
    pub fn end(&self) -> String {
        self.exit.map_or_else(|| "waits".to_owned(), |code| format!("exit {code}"))
    }
}

/// Runs `program` with `options` until it ends by itself, or is ended behind a line of the console that ends with `last`.
///
/// # Errors
/// When it can't be started, is ended by a signal, or takes longer than `limit` (it is then killed).
pub fn boot(program: &Path, options: &[String], limit: Duration, last: Option<&'static str>) -> Result<Outcome> {
    let mut child = Command::new(program)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("can't start {}", program.display()))?;
    let done = Arc::new(AtomicBool::new(false));
    let out = drain(child.stdout.take(), last.map(|line| (line, Arc::clone(&done))));
    let errors = drain(child.stderr.take(), None);
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if done.load(Ordering::Acquire) {
            child.kill()?;
            child.wait()?;
            return Ok(Outcome { console: out.join().unwrap_or_default().replace('\r', ""), exit: None });
        }
        if begin.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            let console = out.join().unwrap_or_default();
            let name = program.file_name().unwrap_or_default().display();
            bail!("{name} has not ended after {limit:?}; console so far:\n{console}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let (console, errors) = (out.join().unwrap_or_default(), errors.join().unwrap_or_default());
    let exit = status.code().with_context(|| format!("{}: {status}\n{console}{errors}", program.display()))?;
    if exit != 0 && console.is_empty() {
        bail!("{}: {status}\n{errors}", program.display());
    }
    Ok(Outcome { console: console.replace('\r', ""), exit: Some(exit) })
}

/// Reads to the end on a thread of its own; behind a line that ends with `last` it says so.
fn drain(
    pipe: Option<impl Read + Send + 'static>,
    last: Option<(&'static str, Arc<AtomicBool>)>,
) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let Some(mut pipe) = pipe.map(BufReader::new) else { return String::new() };
        // What was read before an error is still worth showing.
        while let Ok(1..) = pipe.read_until(b'\n', &mut bytes) {
            if let Some((line, done)) = &last
                && bytes.trim_ascii_end().ends_with(line.as_bytes())
            {
                done.store(true, Ordering::Release);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
