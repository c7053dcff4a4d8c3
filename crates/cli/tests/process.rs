//! The `polyarch` process from outside: start-up errors, exit codes, sockets, rude clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const BIN: &str = env!("CARGO_BIN_EXE_polyarch");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guests/demo/bin/demo-riscv64.elf");
/// A stopped machine without devices of ours.
const BARE: [&str; 7] = ["-S", "-display", "none", "-nodefaults", "-bios", "none", "-M"];

fn run(arguments: &[&str]) -> Output {
    Command::new(BIN).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("polyarch-test-{name}-{}", std::process::id()))
}

/// A running emulator that is ended with the test.
struct Guest(Child);

impl Drop for Guest {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(socket: &std::path::Path) -> Guest {
    let device = format!("unix:{},server,nowait", socket.display());
    let mut command = Command::new(BIN);
    command.arg("riscv64").args(BARE).args(["virt", "-qmp", &device]).stderr(Stdio::null());
    Guest(command.spawn().unwrap())
}

fn connect(socket: &std::path::Path) -> UnixStream {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        match UnixStream::connect(socket) {
            Ok(stream) => {
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                return stream;
            }
            Err(e) if Instant::now() > end => panic!("{e}"),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Sends a line and returns the reply to it.
fn ask(reader: &mut BufReader<UnixStream>, line: &str) -> String {
    reader.get_mut().write_all(line.as_bytes()).unwrap();
    let mut reply = String::new();
    reader.read_line(&mut reply).unwrap();
    reply.trim_end().to_string()
}

/// A client past its negotiation.
fn client(socket: &std::path::Path) -> BufReader<UnixStream> {
    let mut reader = BufReader::new(connect(socket));
    let mut greeting = String::new();
    reader.read_line(&mut greeting).unwrap();
    assert!(greeting.starts_with("{\"QMP\": "), "{greeting}");
    assert_eq!(ask(&mut reader, r#"{"execute":"qmp_capabilities"}"#), r#"{"return": {}}"#);
    reader
}

#[test]
fn start_up_errors_say_what_is_wrong_and_end_with_1() {
    let table: &[(&[&str], &str)] = &[
        (&["riscv64", "-foo"], "qemu-system-riscv64: -foo: invalid option\n"),
        (&["riscv64", "-vnc", ":1"], "qemu-system-riscv64: -vnc :1: VNC support is disabled\n"),
        (
            &["riscv64", "-overcommit", "mem-lock=x"],
            "qemu-system-riscv64: -overcommit mem-lock=x: Parameter 'mem-lock' expects 'on' or 'off'\n",
        ),
        (
            &["riscv64", "-smbios", "type=1"],
            "qemu-system-riscv64: -smbios: this option of QEMU is not supported here\n",
        ),
        (&["riscv64", "-M", "virt", "-cpu", "nope"], "qemu-system-riscv64: unable to find CPU model 'nope'\n"),
        (
            &["riscv64", "-M", "virt", "-smp", "9"],
            "qemu-system-riscv64: Invalid SMP CPUs 9. The max CPUs supported by machine 'virt' is 8\n",
        ),
        (
            &["riscv64", "-d", "int,zebra"],
            "qemu-system-riscv64: -d int,zebra: there is no log item 'zebra'; items are: in_asm,",
        ),
        (&["riscv64", "-M", "virt", "-d", "int", "-D", "a%x"], "-D a%x: Bad logfile format: a%x"),
        (&["riscv64", "-M", "virt", "-bios", "/nowhere/fw.bin"], "could not load '/nowhere/fw.bin'"),
        (&["riscv64", "-global", "rv64"], "-global rv64: Invalid parameter 'rv64'"),
        (&["riscv64", "-M", "virt", "-global", "riscv-cpu.zebra=on"], "zebra"),
        (&["x86_64", "--numa", "zebra"], "qemu-system-x86_64: --numa zebra: Invalid parameter 'zebra'\n"),
        // In order: what is wrong with the first of them comes first, and with the CPU before that.
        (&["s390x", "-numa", "node", "-numa", "zebra"], "-numa node: NUMA is not supported by this machine-type\n"),
        (&["x86_64", "-cpu", "nope", "-numa", "zebra"], "unable to find CPU model 'nope'\n"),
        (&["riscv64", "-gdb", "tcp:1"], "qemu-system-riscv64: -gdb tcp:1: 'tcp:1' is no address: give tcp:"),
        (
            &[
                "riscv64",
                "-M",
                "virt",
                "-bios",
                "none",
                "-device",
                concat!("loader,file=", env!("CARGO_BIN_EXE_polyarch")),
            ],
            "; this machine needs RISC-V (machine 243)",
        ),
        (&["riscv64", "-accel", "kvm"], "qemu-system-riscv64: -machine accel=kvm: No accelerator found\n"),
        (&["riscv64", "-M", "virt", "-kernel", "/nowhere/_NO_FILE_"], "/nowhere/_NO_FILE_"),
        (&["riscv64", "-M", "virt", "-S", "-qmp", "unix:/nowhere/s,server,nowait"], "Failed to bind socket"),
        (&["topology", "-smp", "2,foo=1"], "polyarch: -smp 2,foo=1: Invalid parameter 'foo'\n"),
        (&["demo", "--target", "vax"], "there is no demo for target 'vax'"),
    ];
    for (arguments, want) in table {
        let output = run(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(want), "{arguments:?}: {text}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn help_and_lists_end_with_0() {
    let table: &[(&[&str], &str)] = &[
        (&["riscv64", "-h"], "QEMU emulator version 4.2.0 "),
        (&["riscv32", "--version"], "QEMU emulator version 4.2.0 "),
        (&["riscv64", "-M", "help"], "RISC-V VirtIO board"),
        (&["riscv64", "-cpu", "?"], "sifive-u54"),
        (&["riscv64", "-accel", "help"], "tcg"),
        (&["riscv64", "-device", "help"], "rv64-riscv-cpu"),
        (&["riscv64", "-d", "help"], "guest_errors"),
        (&["s390x", "-watchdog", "help"], "diag288"),
        (&["riscv64", "-L", "help"], "/usr/share/qemu"),
        (&["--help"], "topology"),
        (&["topology", "--smp", "sockets=2,cores=2", "--numa", "node,cpus=0-1", "--numa", "node,cpus=2-3"], "node 1"),
        (&["topology", "-smp", "4", "--format", "svg"], "<svg"),
        (&["topology", "-smp", "4", "--format", "hwloc"], "<topology"),
        (&["completions", "bash"], "polyarch"),
    ];
    for (arguments, want) in table {
        let output = run(arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(want), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn it_answers_to_the_name_of_qemu() {
    let folder = scratch("name");
    std::fs::create_dir_all(&folder).unwrap();
    let link = folder.join("qemu-system-riscv64");
    std::os::unix::fs::symlink(BIN, &link).unwrap();
    let output = Command::new(&link).args(["-M", "nope"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("qemu-system-riscv64: -M nope: unsupported machine type\n"), "{text}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_guest_talks_and_its_exit_code_is_ours() {
    let output =
        run(&["riscv64", "-M", "polyarch", "-smp", "2", "-display", "none", "-serial", "stdio", "-kernel", DEMO]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("all is well"), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_log_goes_to_its_file() {
    let pattern = scratch("log-%d").display().to_string();
    let items = "in_asm,op,op_opt,int,nochain,guest_errors,unimp";
    let mut command = Command::new(BIN);
    command.args(["riscv64", "-M", "polyarch", "-display", "none", "-nodefaults", "-kernel", DEMO]);
    let mut child = command.args(["-d", items, "-D", &pattern]).spawn().unwrap();
    let name = pattern.replace("%d", &child.id().to_string());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let log = std::fs::read_to_string(&name).unwrap();
    std::fs::remove_file(&name).unwrap();
    assert!(log.contains("\nIN:\n0x") && log.contains("OP:\n") && log.contains("OP after passes:\n"));
    assert!(!log.contains("Trace "), "items that nobody asked for are logged");
}

#[test]
fn the_monitor_chooses_what_is_logged() {
    let mut child = Command::new(BIN)
        .args(["riscv64", "-M", "virt", "-bios", "none", "-S", "-display", "none", "-nodefaults", "-monitor", "stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(b"log zebra\rlog exec,int\rlogfile a%x\rlog help\rquit\r").unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    for want in ["Error: there is no log item 'zebra'", "Error: Bad logfile format: a%x", "in_asm          guest"] {
        assert!(text.contains(want), "{text}");
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_trap_handler_that_traps_holds_up_nobody() {
    let socket = scratch("storm");
    let device = format!("unix:{},server,nowait", socket.display());
    let mut command = Command::new(BIN);
    // Nothing is loaded: every hart traps for ever.
    let options = ["riscv64", "-M", "polyarch", "-smp", "64", "-display", "none", "-nodefaults", "-qmp", &device];
    let _guest = Guest(command.args(options).spawn().unwrap());
    let mut reader = client(&socket);
    assert_eq!(ask(&mut reader, r#"{"execute":"system_reset"}"#), r#"{"return": {}}"#);
    let mut event = String::new();
    reader.read_line(&mut event).unwrap();
    assert!(event.contains("\"RESET\""), "{event}");
}

#[test]
fn ctrl_a_reaches_the_monitor_and_ends_the_machine() {
    let mut child = Command::new(BIN)
        .args(["riscv64", "-M", "virt", "-bios", "none", "-S", "-nographic"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(b"\x01cinfo status\r\x01x").unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("(qemu) info status\r\n"), "{text}");
    assert!(text.contains("VM status: paused (prelaunch)\r\n"), "{text}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_guest_that_does_not_read_is_not_typed_at_for_ever() {
    let mut command = Command::new(BIN);
    command.args(["riscv64", "-M", "polyarch", "-display", "none", "-nodefaults", "-serial", "stdio"]);
    // Nothing is loaded: the hart traps for ever.
    let mut guest = Guest(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
    let mut stdin = guest.0.stdin.take().unwrap();
    let (send, taken) = std::sync::mpsc::channel();
    std::thread::spawn(move || while stdin.write_all(&[b'y'; 1 << 16]).is_ok() && send.send(()).is_ok() {});
    let chunks = std::iter::from_fn(|| taken.recv_timeout(Duration::from_secs(2)).ok()).take(1000).count();
    assert!(chunks < 1000, "it took 64 MiB that nobody reads");
}

#[test]
fn a_guest_waits_for_those_who_read_what_it_prints() {
    let socket = scratch("prints");
    let device = format!("unix:{},server,nowait", socket.display());
    let mut command = Command::new(BIN);
    command.args(["riscv64", "-M", "virt", "-bios", "none", "-display", "none", "-nodefaults", "-serial", "stdio"]);
    // lui a0, 0x10000; sb a1, (a0); addi t0, t0, 1; j .-8
    for code in ["addr=0x80000000,data=0x00b5002310000537", "addr=0x80000008,data=0xff9ff06f00128293"] {
        command.args(["-device", &format!("loader,data-len=8,{code}")]);
    }
    command.args(["-device", "loader,addr=0x80000000,cpu-num=0", "-qmp", &device]);
    let mut guest = Guest(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    let mut reader = client(&socket);
    let printed = r#"{"execute":"human-monitor-command","arguments":{"command-line":"p $t0"}}"#;
    let mut last = String::new();
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = ask(&mut reader, printed);
        if now == last {
            break;
        }
        assert!(Instant::now() < end, "it prints on and on: {now}");
        last = now;
    }
    let mut stdout = guest.0.stdout.take().unwrap();
    stdout.read_exact(&mut vec![0; 4 << 20]).unwrap();
    assert_ne!(ask(&mut reader, printed), last, "it goes on when it is read");
}

/// Sends a packet to the gdb server and returns the bytes of its acknowledgement and answer.
fn packet(gdb: &mut UnixStream, body: &str) -> String {
    let sum = body.bytes().fold(0u8, u8::wrapping_add);
    gdb.write_all(format!("${body}#{sum:02x}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !(answer.len() > 3 && answer[answer.len() - 3] == b'#') {
        let mut byte = [0];
        gdb.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn a_cpu_in_the_place_of_another_has_its_breakpoints() {
    let (monitor, debugger) = (scratch("swap-qmp"), scratch("swap-gdb"));
    let device = |path: &std::path::Path| format!("unix:{},server,nowait", path.display());
    let mut command = Command::new(BIN);
    command.args(["riscv64", "-M", "polyarch", "-smp", "1,maxcpus=2", "-S", "-display", "none", "-nodefaults"]);
    command.args(["-qmp", &device(&monitor), "-gdb", &device(&debugger)]);
    let _guest = Guest(command.spawn().unwrap());
    let mut reader = client(&monitor);
    let mut gdb = connect(&debugger);
    assert_eq!(packet(&mut gdb, "Z0,0,4"), "+$OK#9a");
    let place = r#""id":"c","socket-id":1,"core-id":0,"thread-id":0"#;
    let add = format!(r#"{{"execute":"device_add","arguments":{{"driver":"rv64-riscv-cpu",{place}}}}}"#);
    assert_eq!(ask(&mut reader, &add), r#"{"return": {}}"#);
    let del = r#"{"execute":"device_del","arguments":{"id":"c"}}"#;
    assert!(ask(&mut reader, &format!("{del}{add}")).contains("DEVICE_DELETED"));
    for _ in 0..2 {
        assert_eq!(ask(&mut reader, ""), r#"{"return": {}}"#);
    }
    // All CPUs begin at 0; only the new one goes.
    assert!(packet(&mut gdb, "vCont;c:2").contains("T05thread:02;swbreak:;"));
}

#[test]
fn quit_removes_the_socket() {
    let socket = scratch("quit");
    let mut guest = start(&socket);
    let mut reader = client(&socket);
    assert_eq!(ask(&mut reader, r#"{"execute":"quit","id":1}"#), r#"{"return": {}, "id": 1}"#);
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("\"event\": \"SHUTDOWN\", \"data\": {\"guest\": false, \"reason\": \"host-qmp-quit\"}"),
        "{rest}"
    );
    assert_eq!(guest.0.wait().unwrap().code(), Some(0));
    assert!(!socket.exists());
}

#[test]
fn rude_clients_harm_nobody() {
    let socket = scratch("rude");
    let _guest = start(&socket);
    for n in 0..300u32 {
        let mut stream = connect(&socket);
        let bytes: Vec<u8> = (0..n).map(|i| (i * 7 + n * 13) as u8).collect();
        // The server may hang up in between.
        let _ = stream.write_all(&bytes);
    }
    let mut flood = connect(&socket);
    flood.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    // Each bracket is answered, and nobody reads the answers: sooner or later the server reads no more.
    let blocked = (0..2000).any(|_| flood.write_all(&[b']'; 1 << 16]).is_err());
    assert!(blocked, "the server took 128 MiB of garbage without being read from");
    drop(flood);
    let mut reader = client(&socket);
    let status = ask(&mut reader, r#"{"execute":"query-status"}"#);
    assert_eq!(status, r#"{"return": {"status": "prelaunch", "singlestep": false, "running": false}}"#);
}

#[test]
fn preconfig_ends_with_the_error_of_the_machine() {
    let pidfile = scratch("pidfile");
    let mut child = Command::new(BIN)
        .args([
            "riscv64",
            "-M",
            "polyarch",
            "-m",
            "64",
            "-smp",
            "2",
            "-S",
            "-preconfig",
            "-display",
            "none",
            "-qmp",
            "stdio",
            "-pidfile",
        ])
        .arg(&pidfile)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = concat!(
        r#"{"execute":"qmp_capabilities"}"#,
        r#"{"execute":"set-numa-node","arguments":{"type":"node","nodeid":1}}"#,
        r#"{"execute":"x-exit-preconfig"}"#
    );
    child.stdin.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out.matches(r#"{"return": {}}"#).count(), 3, "{out}");
    assert!(err.contains("numa: Node ID missing: 0"), "{err}");
    assert!(!pidfile.exists());
    assert_eq!(output.status.code(), Some(1));
}

/// The options with which the runner of kvm-unit-tests and libvirt start QEMU.
#[test]
fn options_of_programs_that_start_qemu_are_taken() {
    let guest = |path: &str| format!("{}/../../guests/tests/{path}", env!("CARGO_MANIFEST_DIR"));
    let kernel = guest("x86/bin/hello-x86_64.elf");
    let runner = "x86_64 --no-reboot -nodefaults -device pc-testdev -device isa-debug-exit,iobase=0xf4,iosize=0x4 -vnc none \
                  -serial stdio -machine accel=tcg -smp 1 -append x -kernel";
    let output = run(&runner.split_whitespace().chain([kernel.as_str()]).collect::<Vec<_>>());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty());
    // The runner tries a kernel that is not there first, and looks for these words.
    for target in ["x86_64", "s390x", "ppc64", "riscv64"] {
        let output = run(&[target, "-display", "none", "-serial", "stdio", "-kernel", "_NO_FILE_4Uhere_"]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("could not load kernel '_NO_FILE_4Uhere_'"), "{text}");
    }
    let libvirt = "riscv64 -msg timestamp=on -overcommit mem-lock=off -realtime mlock=off -sandbox on,obsolete=deny \
                   -no-user-config -version";
    assert_eq!(run(&libvirt.split_whitespace().collect::<Vec<_>>()).status.code(), Some(0));
}
