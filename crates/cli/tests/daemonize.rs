//! `-daemonize`: the command ends when clients can connect, and what it has started goes on.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};

fn polyarch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polyarch"));
    command.args(["riscv64", "-M", "none", "-S", "-nodefaults", "-display", "none"]);
    command
}

#[test]
fn clients_can_connect_when_the_command_has_ended() {
    let path = |name: &str| std::env::temp_dir().join(format!("polyarch-daemon-{name}-{}", std::process::id()));
    let (socket, pidfile) = (path("qmp"), path("pid"));
    let monitor = format!("unix:{},server,nowait", socket.display());
    let status = polyarch().args(["-qmp", &monitor, "-daemonize", "-pidfile"]).arg(&pidfile).status().unwrap();
    assert!(status.success(), "{status}");
    let pid: u32 = std::fs::read_to_string(&pidfile).unwrap().trim().parse().unwrap();
    assert_ne!(pid, std::process::id());

    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.write_all(b"{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"quit\"}\n").unwrap();
    let lines: Vec<String> = BufReader::new(stream).lines().map_while(Result::ok).collect();
    assert!(lines.iter().any(|line| line.contains("SHUTDOWN")), "{lines:?}");
    let begin = Instant::now();
    while pidfile.exists() && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!pidfile.exists(), "it goes on after quit");
    let _ = std::fs::remove_file(socket);
}

#[test]
fn faults_reach_the_command() {
    let fault = |options: &[&str]| {
        let output = polyarch().args(options).arg("-daemonize").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = fault(&["-qmp", "unix:/nonexistent/qmp,server,nowait"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("Failed to bind socket to /nonexistent/qmp"), "{text}");
    let (code, text) = fault(&["-qmp", "stdio"]);
    assert_eq!((code, text.as_str()), (Some(1), "qemu-system-riscv64: -qmp stdio: cannot use stdio with -daemonize\n"));
}
