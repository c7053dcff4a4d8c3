//! Runs an emulator as a child process: its console, its exit code, a limit on its time.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a guest has printed, and how the emulator ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Console output, with line ends as plain newlines.
    pub console: String,
    /// Exit code of the process.
    pub exit: i32,
}

impl Outcome {
    /// The form of golden files: the console, then a line `[exit 0]`.
    pub fn golden(&self) -> String {
        let newline = if self.console.is_empty() || self.console.ends_with('\n') { "" } else { "\n" };
        format!("{}{newline}[exit {}]\n", self.console, self.exit)
    }
}

/// Runs `program` with `options` until it ends by itself.
///
/// # Errors
/// When it can't be started, is ended by a signal, or takes longer than `limit` (it is then killed).
pub fn boot(program: &Path, options: &[String], limit: Duration) -> Result<Outcome> {
    let mut child = Command::new(program)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("can't start {}", program.display()))?;
    let out = drain(child.stdout.take());
    let errors = drain(child.stderr.take());
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
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
    Ok(Outcome { console: console.replace('\r', ""), exit })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
