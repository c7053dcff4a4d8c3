//! The same session of a real gdb with ours and with qemu-system. Its answers must be equal, word for word.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::guests::Run;
use crate::{need, release_program, say};

/// Commands after connecting. Addresses and instructions are those of the committed program, the same on both sides.
const RISCV: &[&str] = &[
    "info threads",
    "p/x $a0",
    "break *0x80000000",
    "continue",
    "p/x $pc",
    "stepi",
    "p/x $pc",
    "stepi",
    "stepi",
    "p/x $pc",
    "p/x $mtvec",
    "x/4xw 0x80000000",
    "set $s3 = 0x1234",
    "p/x $s3",
    "set {int}0x80010000 = 0x5678",
    "p/x {int}0x80010000",
    "stepi 6",
    "info registers s3 sp pc",
    // The first two words that the test pushes.
    "watch *(long long*)($sp - 8)",
    "continue",
    "info registers sp pc",
    "continue",
    "info registers sp pc",
    "delete",
    "hbreak *0x80000030",
    "set $pc = 0x80000024",
    "info registers pc",
];

/// The same for MIPS; `ENTRY` is where the program begins. What comes before is the boot ROM, of which each has its own.
const MIPS_SESSION: &[&str] = &[
    "info threads",
    "p/x $pc",
    "break *ENTRY",
    "continue",
    "info registers a0 a2 a3 sp pc",
    "stepi 3",
    "info registers pc a0 sp",
    "x/4i $pc",
    "set $s3 = 0x1234",
    "p/x $s3",
    "set $hi = 0x5678",
    "set $lo = 0x9abc",
    "info registers hi lo s3",
    "set {int}0x80200000 = 0x5678",
    "p/x {int}0x80200000",
    // Through the delay slot of the call of the main program and into it. Registers that gdb names by itself where there is no
    // description (sr, bad, fsr), and what the boot ROM has left in temporaries, are left out.
    "stepi 12",
    "info registers v0 v1 a0 a1 a2 a3 s0 s1 s2 s3 s4 s5 s6 s7 gp sp pc hi lo",
    "stepi",
    "info registers pc sp",
    "stepi",
    "info registers pc sp",
    "stepi",
    "info registers pc sp",
    "stepi",
    "info registers pc sp",
    "delete",
    "watch *(int*)($sp - 8)",
    "continue",
    "info registers sp pc ra",
    "set $pc = ENTRY",
    "info registers pc",
];

/// What is asked, with the address at which the program begins.
fn with_entry(run: &Run, list: &[&str]) -> Result<Vec<String>> {
    let elf = std::fs::read(run.binary())?;
    let order = |bytes: &[u8]| {
        let digits = |b: &mut dyn Iterator<Item = &u8>| b.fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        if elf[5] == 1 { digits(&mut bytes.iter().rev()) } else { digits(&mut bytes.iter()) }
    };
    let entry = if elf[4] == 2 { order(&elf[0x18..0x20]) } else { order(&elf[0x18..0x1c]) };
    Ok(list.iter().map(|line| line.replace("ENTRY", &format!("{entry:#x}"))).collect())
}

/// All but FSR, of which QEMU 7.2 does not know the FPU's version.
const ALL: &str = "info registers g0 g1 g2 g3 g4 g5 g6 g7 o0 o1 o2 o3 o4 o5 sp o7 l0 l1 l2 l3 l4 l5 l6 l7 i0 i1 i2 i3 i4 i5 fp i7 \
                   y psr wim tbr pc npc csr";
/// LEON3: reset, the program's first instructions, all registers, a call stepped through with its delay slot.
const SPARC: &[&str] = &[
    "info threads",
    "info registers pc npc",
    "break *0x40000000",
    "continue",
    "stepi",
    "p/x $pc",
    "stepi 4",
    ALL,
    "x/8xw 0x40000000",
    "x/4i $pc",
    "set $l3 = 0x1234",
    "p/x $l3",
    "set $f4 = 1.5",
    "p $f4",
    "p $d4",
    "set {int}0x40100000 = 0x5678",
    "p/x {int}0x40100000",
    "stepi 76",
    "info registers pc npc psr wim tbr y",
    "stepi",
    "info registers pc npc",
    "stepi",
    "info registers pc npc o7",
    "stepi",
    "info registers pc npc o7",
    "stepi 40",
    ALL,
    "info registers f0 f4 f5 f31 d4",
    "delete",
    "hbreak *0x40000010",
    "set $pc = 0x40000008",
    "info registers pc npc",
];
/// The same on sun4u.
const SPARC64: &[&str] = &[
    "info threads",
    "info registers pc npc",
    "break *0x100000",
    "continue",
    "stepi",
    "p/x $pc",
    "stepi 4",
    "info registers",
    "x/8xw 0x100000",
    "x/4i $pc",
    "set $l3 = 0x123456789",
    "p/x $l3",
    "set $f4 = 1.5",
    "p $f4",
    "set $f32 = 2.25",
    "p $f32",
    "set {int}0x180000 = 0x5678",
    "p/x {int}0x180000",
    "stepi 16",
    "info registers pc npc state fprs",
    "stepi",
    "info registers pc npc",
    "stepi",
    "info registers pc npc o7",
    "stepi 40",
    "info registers",
    "delete",
    "hbreak *0x100010",
    "set $pc = 0x100008",
    "info registers pc npc",
];

/// The targets, a package with their emulator, and what is asked.
const SESSIONS: [(&str, &str, &[&str]); 8] = [
    ("riscv64", "Debian's qemu-system-misc", RISCV),
    ("riscv32", "Debian's qemu-system-misc", RISCV),
    ("mips", "Debian's qemu-system-mips", MIPS_SESSION),
    ("mipsel", "Debian's qemu-system-mips", MIPS_SESSION),
    ("mips64", "Debian's qemu-system-mips", MIPS_SESSION),
    ("mips64el", "Debian's qemu-system-mips", MIPS_SESSION),
    ("sparc", "Debian's qemu-system-sparc", SPARC),
    ("sparc64", "Debian's qemu-system-sparc", SPARC64),
];

/// Runs the sessions on both.
///
/// # Errors
/// When a program is missing, doesn't answer, or the answers differ.
pub(super) fn run() -> Result<()> {
    need("gdb-multiarch", "Debian's gdb-multiarch")?;
    let ours = release_program()?;
    for (target, package, commands) in SESSIONS {
        let theirs = format!("qemu-system-{target}");
        need(&theirs, package)?;
        let run = super::program("hello", target)?;
        let a = session(&ours, Some(target), &run, commands)?;
        let b = session(&PathBuf::from(theirs), None, &run, commands)?;
        if a != b {
            bail!("gdb sees different machines on {target}.\nOurs:\n{a}\nqemu-system:\n{b}");
        }
        say(&format!("gdb on {target}: {} lines of answers, all equal", a.lines().count()));
    }
    Ok(())
}

fn session(emulator: &Path, target: Option<&str>, run: &Run, commands: &[&str]) -> Result<String> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut child = Command::new(emulator)
        .args(target)
        .args(run.options())
        .args(["-S", "-gdb", &format!("tcp:127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("can't start {}", emulator.display()))?;
    let answers = listen(port, &mut child).and_then(|()| gdb(port, run, commands));
    // It may have ended by itself: the guest's last act is to switch the machine off.
    let _ = child.kill();
    child.wait()?;
    answers
}

fn listen(port: u16, child: &mut Child) -> Result<()> {
    let begin = Instant::now();
    // Not connected: some stubs serve one client only.
    while !listening(port)? {
        if let Some(status) = child.try_wait()? {
            bail!("the emulator ended before gdb could connect: {status}");
        }
        if begin.elapsed() > Duration::from_secs(10) {
            bail!("nobody listens on port {port}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Whether a socket listens on `port` of this machine, by Linux's own list.
fn listening(port: u16) -> Result<bool> {
    let wanted = format!(":{port:04X}");
    let list =
        std::fs::read_to_string("/proc/net/tcp")? + &std::fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
    Ok(list.lines().any(|line| {
        let mut words = line.split_whitespace().skip(1);
        let local = words.next().unwrap_or_default();
        local.ends_with(&wanted) && words.nth(1) == Some("0A")
    }))
}

fn gdb(port: u16, run: &Run, commands: &[&str]) -> Result<String> {
    let mut gdb = Command::new("timeout");
    gdb.args(["30", "gdb-multiarch", "-nx", "-q", "-batch", "-ex", "set pagination off", "-ex", "set confirm off"]);
    gdb.arg(run.binary()).args(["-ex", &format!("target remote 127.0.0.1:{port}")]);
    for command in &with_entry(run, commands)? {
        gdb.args(["-ex", &format!("echo > {command}\\n"), "-ex", command]);
    }
    // Its exit status is that of the last command, which may well be an error that both sides have to give.
    let output = gdb.stdin(Stdio::null()).stderr(Stdio::null()).output().context("can't start gdb-multiarch")?;
    let text = String::from_utf8_lossy(&output.stdout);
    // What a thread is called is the emulator's choice.
    let kept = text.lines().filter(|l| !l.contains("Thread ") && !l.contains("Remote debugging"));
    Ok(kept.collect::<Vec<_>>().join("\n"))
}
