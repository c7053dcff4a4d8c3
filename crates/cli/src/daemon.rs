//! `-daemonize`: the process goes to the background when clients can connect, and only then does the command end.
//!
//! The command starts itself a second time, in a session of its own, and waits for one byte on that process's standard output.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::fs::Mode;

use crate::fatal::Fatal;

/// Tells the second process that it is one.
const MARK: &str = "POLYARCH_DAEMON";
const READY: u8 = 0;

/// What a process with `-daemonize` is.
pub(crate) enum Role {
    /// The one that the user has started; the other one is up. The exit code.
    Front(i32),
    /// The one that stays.
    Back,
}

/// Starts the process that stays, or finds that this is the one.
///
/// # Errors
/// It can't be started.
pub(crate) fn begin() -> Result<Role, Fatal> {
    if std::env::var_os(MARK).is_some() {
        let fault = |e: rustix::io::Errno| Fatal::new(format!("-daemonize: no session of its own: {e}"));
        rustix::process::setsid().map_err(fault)?;
        // What it makes is not for others, as with other daemons.
        rustix::process::umask(Mode::WGRP | Mode::RWXO);
        return Ok(Role::Back);
    }
    let fault = |e: std::io::Error| Fatal::new(format!("-daemonize: {e}"));
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let mut child = Command::new(std::env::current_exe().map_err(fault)?)
        .arg0(name)
        .args(arguments)
        .env(MARK, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fault)?;
    let mut byte = [READY + 1];
    let told = child.stdout.take().is_some_and(|mut pipe| pipe.read_exact(&mut byte).is_ok());
    if told && byte == [READY] {
        return Ok(Role::Front(0));
    }
    // It has said itself what is wrong.
    Ok(Role::Front(child.wait().map_err(fault)?.code().filter(|&code| code != 0).unwrap_or(1)))
}

/// Lets the first process end, and lets go of its terminal and directory.
///
/// # Errors
/// There is no `/dev/null`.
pub(crate) fn ready() -> Result<(), Fatal> {
    let fault = |e: std::io::Error| Fatal::new(format!("-daemonize: {e}"));
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").map_err(fault)?;
    std::env::set_current_dir("/").map_err(fault)?;
    let mut out = std::io::stdout();
    out.write_all(&[READY]).and_then(|()| out.flush()).map_err(fault)?;
    rustix::stdio::dup2_stdout(&null).and_then(|()| rustix::stdio::dup2_stderr(&null)).map_err(|e| fault(e.into()))
}
