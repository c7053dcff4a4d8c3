//! The protocol, packet by packet, against a machine of two made-up CPUs.

mod fake;

use cpu::{Exit, Watch};
use fake::{Call, Client, Fake};
use gdb::{Action, State, Stop};

#[test]
fn connecting_stops_the_machine_and_settles_what_both_can_do() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.machine.take_calls(), [Call::Stop]);
    let features = c.ask("qSupported:multiprocess+;swbreak+;hwbreak+;xmlRegisters=i386");
    for feature in ["PacketSize=010000", "multiprocess+", "vContSupported+", "QStartNoAckMode+", "swbreak+", "hwbreak+"]
    {
        assert!(features.split(';').any(|f| f == feature), "{feature} is not in {features}");
    }
    assert!(!features.contains("fork"), "{features}");
    assert!(features.contains("qXfer:features:read+"), "{features}");
    assert_eq!(c.ask("vMustReplyEmpty"), "");
    assert_eq!(c.ask("QStartNoAckMode"), "OK");
    assert_eq!(c.raw(b"$?#3f"), fake::packet(b"T05thread:p01.01;"), "no acknowledgement any more");
    assert_eq!(c.ask("qC"), "QCp1.1");
    assert_eq!(c.ask("vCont?"), "vCont;c;C;s;S;r");
    assert_eq!(c.ask("qAttached"), "1");
}

#[test]
fn the_description_comes_in_pieces() {
    let mut c = Client::connected(Fake::little());
    let mut xml = String::new();
    loop {
        let piece = c.ask(&format!("qXfer:features:read:target.xml:{:x},100", xml.len()));
        let (more, text) = piece.split_at(1);
        xml.push_str(text);
        if more == "l" {
            break;
        }
        assert!(text.len() <= 0x100);
    }
    for part in [
        "<architecture>riscv:rv64</architecture>",
        "<feature name=\"org.gnu.gdb.riscv.cpu\">",
        "<reg name=\"r1\" bitsize=\"64\" regnum=\"1\" type=\"int\" group=\"general\"/>",
        "<reg name=\"pc\" bitsize=\"64\" regnum=\"3\" type=\"code_ptr\" group=\"general\"/>",
        "<feature name=\"org.gnu.gdb.riscv.csr\">",
        "<reg name=\"status\" bitsize=\"32\" regnum=\"70\" type=\"int\" group=\"system\"/>",
        "<reg name=\"v0\" bitsize=\"128\" regnum=\"80\" type=\"uint128\" group=\"vector\"/>",
    ] {
        assert!(xml.contains(part), "{part} is not in {xml}");
    }
    assert!(xml.ends_with("</target>\n"));
    assert_eq!(c.ask("qXfer:features:read:other.xml:0,100"), "E00");
}

#[test]
fn registers_in_target_byte_order() {
    let mut c = Client::connected(Fake::little());
    c.machine.cpus[0].set(1, 0x1122_3344_5566_7788);
    assert_eq!(c.ask("g"), "0000000000000000887766554433221100000000000000000010000000000000");
    assert_eq!(c.ask("p1"), "8877665544332211");
    assert_eq!(c.ask("P46=78563412"), "OK");
    assert_eq!((c.machine.cpus[0].get(4), c.ask("p46").as_str()), (0x1234_5678, "78563412"));
    assert_eq!(c.ask("P50=000102030405060708090a0b0c0d0e0f"), "OK");
    assert_eq!(c.machine.cpus[0].get(5), 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100);
    assert_eq!(c.ask("P3=0020000000000000"), "OK");
    assert_eq!(c.machine.cpus[0].pc, 0x2000);

    let mut c = Client::connected(Fake::big());
    c.machine.cpus[0].set(1, 0x1122_3344_5566_7788);
    assert_eq!(c.ask("p1"), "1122334455667788");
    assert_eq!(c.ask("P46=12345678"), "OK");
    assert_eq!(c.machine.cpus[0].get(4), 0x1234_5678);
    assert_eq!(c.ask("P50=000102030405060708090a0b0c0d0e0f"), "OK");
    assert_eq!(c.machine.cpus[0].get(5), 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f);
}

#[test]
fn all_registers_at_once_but_not_those_that_cannot_be_written() {
    let mut c = Client::connected(Fake::little());
    let values = ["ffffffffffffffff", "0200000000000000", "0300000000000000", "0400000000000000"].concat();
    assert_eq!(c.ask(&format!("G{values}")), "OK");
    let cpu = &c.machine.cpus[0];
    assert_eq!((cpu.get(0), cpu.get(1), cpu.get(2), cpu.pc), (0, 2, 3, 4));
    assert_eq!(c.ask("G0500"), "OK", "less than a register changes nothing");
    assert_eq!(c.machine.cpus[0].get(0), 0);
    assert_eq!(c.ask("P0=0100000000000000"), "E14");
    assert_eq!(c.ask("p63"), "E14");
}

#[test]
fn threads_are_cpus() {
    let mut c = Client::connected(Fake::little());
    c.machine.cpus[1].halted = true;
    c.machine.cpus[1].set(1, 7);
    assert_eq!(c.ask("qfThreadInfo"), "m01,02");
    assert_eq!(c.ask("qsThreadInfo"), "l");
    assert_eq!(unhex(&c.ask("qThreadExtraInfo,1")), "CPU#0 [running]");
    assert_eq!(unhex(&c.ask("qThreadExtraInfo,2")), "CPU#1 [halted]");
    assert_eq!((c.ask("T2"), c.ask("T3")), ("OK".to_owned(), "E01".to_owned()));
    assert_eq!(c.ask("Hg2"), "OK");
    assert_eq!(c.ask("p1"), "0700000000000000");
    assert_eq!(c.ask("Hg3"), "E22");
    assert_eq!(c.ask("Hg0"), "OK");
    assert_eq!(c.ask("p1"), "0700000000000000", "any thread is the one before");
    c.ask("qSupported:multiprocess+");
    assert_eq!(c.ask("qfThreadInfo"), "mp01.01,p01.02");
    assert_eq!(c.ask("Hgp1.1"), "OK");
    assert_eq!(c.ask("p1"), "0000000000000000");
}

#[test]
fn memory_by_virtual_address() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.ask("M40001ffe,4:01020304"), "OK", "two pages, far apart in physical memory");
    assert_eq!(c.ask("m40001ffd,6"), "000102030400");
    assert_eq!(c.machine.flushes(), [1, 1]);
    let mut bytes = [0; 2];
    c.machine.space.read_bytes(0x8000_1ffe, &mut bytes);
    assert_eq!(bytes, [1, 2]);
    c.machine.space.read_bytes(0x8000_3000, &mut bytes);
    assert_eq!(bytes, [3, 4]);
    assert_eq!(c.raw_body(b"X40001ffe,2:}\x03}]"), b"OK", "binary, with escapes");
    assert_eq!(c.ask("m40001ffe,2"), "237d");
    assert_eq!(c.ask("m1000,4"), "E14", "not translated");
    assert_eq!(c.ask("m40002ffe,4"), "0000", "as much as there is");
    assert_eq!(c.ask("M1000,1:00"), "E14");
    assert_eq!(c.ask("m40001ffe,0"), "");
    assert_eq!(c.ask("m40001000,ffffffffffff"), "E22");
    assert_eq!(c.ask("mffffffffffffffff,8"), "E14");
}

#[test]
fn memory_by_physical_address_and_devices() {
    let mut c = Client::connected(Fake::big());
    assert_eq!(c.ask("qqemu.PhyMemMode"), "0");
    assert_eq!(c.ask("Qqemu.PhyMemMode:1"), "OK");
    assert_eq!(c.ask("qqemu.PhyMemMode"), "1");
    assert_eq!(c.ask("M80000000,2:abcd"), "OK");
    assert_eq!(c.ask("m80000000,3"), "abcd00");
    assert_eq!(c.ask("M1004,4:00000042"), "OK", "one access of four bytes");
    assert_eq!(c.machine.device_writes(), [(4, 4, 0x42)]);
    assert_eq!(c.ask("m1004,2"), "0042", "one access of two bytes");
    assert_eq!(c.ask("m5000,4"), "E14", "nothing there");
    assert_eq!(c.ask("Qqemu.PhyMemMode:0"), "OK");
    assert_eq!(c.ask("m80000000,2"), "E14");
}

#[test]
fn breakpoints_of_both_kinds_are_on_all_cpus() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.ask("Z0,1008,4"), "OK");
    assert_eq!(c.ask("Z1,1008,4"), "OK");
    assert!(c.machine.cpus.iter().all(|cpu| cpu.breakpoints == [0x1008]));
    assert_eq!(c.ask("z0,1008,4"), "OK");
    assert!(c.machine.cpus.iter().all(|cpu| cpu.breakpoints == [0x1008]), "the other one is still there");
    assert_eq!(c.ask("z0,1008,4"), "E16", "there is no such breakpoint");
    assert_eq!(c.send("vCont;c"), "");
    c.machine.cpus[1].pc = 0x1008;
    assert_eq!(c.stop(Stop::from_exit(1, &Exit::Breakpoint).unwrap()), "T05thread:02;hwbreak:;");
    assert_eq!(c.ask("qC"), "QC2");
    assert_eq!(c.ask("z1,1008,4"), "OK");
    assert!(c.machine.cpus.iter().all(|cpu| cpu.breakpoints.is_empty()));
    assert_eq!(c.ask("Z0,2000,2"), "OK");
    c.send("vCont;c");
    c.machine.cpus[0].pc = 0x2000;
    assert_eq!(c.stop(Stop::Breakpoint { cpu: 0 }), "T05thread:01;swbreak:;");
}

#[test]
fn watchpoints() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.ask("Z2,3004,4"), "OK");
    assert_eq!(c.ask("Z3,4000,8"), "OK");
    assert_eq!(c.ask("Z4,5000,1"), "OK");
    assert_eq!(c.ask("Z2,5000,0"), "E16");
    let all = [(0x3004, 4, Watch::Write), (0x4000, 8, Watch::Read), (0x5000, 1, Watch::Access)];
    assert!(c.machine.cpus.iter().all(|cpu| cpu.watchpoints == all));
    let hit = |address, access| Stop::from_exit(1, &Exit::Watchpoint { address, access }).unwrap();
    for (stop, reply) in [
        (hit(0x3000, Watch::Write), "T05thread:02;watch:3004;"),
        (hit(0x4004, Watch::Read), "T05thread:02;rwatch:4004;"),
        (hit(0x5000, Watch::Write), "T05thread:02;awatch:5000;"),
    ] {
        c.send("vCont;c");
        assert_eq!(c.stop(stop), reply);
    }
    assert_eq!(c.ask("z3,4000,8"), "OK");
    assert_eq!(c.ask("z3,4000,8"), "E16");
    assert!(c.machine.cpus.iter().all(|cpu| cpu.watchpoints == [all[0], all[2]]));
}

#[test]
fn stepping_and_scheduler_locking() {
    use Action::{Continue, Stay, Step};
    let mut c = Client::connected(Fake::little());
    c.ask("qSupported:multiprocess+");
    c.machine.take_calls();
    for (packet, first, second) in [
        ("vCont;s:p1.1;c:p1.-1", Step, Continue),
        ("vCont;s:p1.2;c", Continue, Step),
        ("vCont;s:p1.2", Stay, Step),
        ("vCont;c:p1.1", Continue, Stay),
        ("vCont;C05:p1.1;c", Continue, Continue),
        ("vCont;s:p1.1;s:p1.2", Step, Step),
        ("c", Continue, Continue),
        ("C05", Continue, Continue),
        ("s", Step, Continue),
        ("S05;1234", Step, Continue),
    ] {
        assert_eq!(c.send(packet), "", "{packet}");
        assert_eq!(c.session.state(), State::Running);
        let Some(Call::Resume(plan)) = c.machine.take_calls().pop() else { panic!("{packet} resumes nothing") };
        assert_eq!((plan.action(0), plan.action(1)), (first, second), "{packet}");
        let stop = if plan.steps().any(|cpu| cpu == 1) { Stop::Step { cpu: 1 } } else { Stop::Step { cpu: 0 } };
        let thread = if stop == (Stop::Step { cpu: 1 }) { "p01.02" } else { "p01.01" };
        assert_eq!(c.stop(stop), format!("T05thread:{thread};"));
        assert_eq!(c.session.state(), State::Stopped);
        c.ask("Hgp1.1");
    }
    assert_eq!(c.machine.cpus[0].pc, 0x1234);
    assert_eq!(c.stop(Stop::Step { cpu: 0 }), "", "nobody waits for it");
}

#[test]
fn a_range_is_stepped_without_a_word() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.send("vCont;r1000,1010:1;c"), "");
    for pc in [0x1004, 0x100c] {
        c.machine.take_calls();
        c.machine.cpus[0].pc = pc;
        assert_eq!(c.stop(Stop::Step { cpu: 0 }), "");
        assert!(matches!(c.machine.take_calls()[..], [Call::Resume(_)]));
        assert_eq!(c.session.state(), State::Running);
    }
    c.machine.cpus[0].pc = 0x1010;
    assert_eq!(c.stop(Stop::Step { cpu: 0 }), "T05thread:01;");
    c.ask("Z0,1004,4");
    c.send("vCont;r1000,1010:1;c");
    c.machine.cpus[0].pc = 0x1004;
    assert_eq!(c.stop(Stop::Step { cpu: 0 }), "T05thread:01;swbreak:;", "but a breakpoint counts");
}

#[test]
fn interrupts_and_other_reasons_to_stop() {
    let mut c = Client::connected(Fake::little());
    c.machine.take_calls();
    assert_eq!(c.raw(b"\x03"), b"", "already stopped");
    c.send("vCont;c");
    assert_eq!(c.raw(b"\x03"), fake::packet(b"T02thread:01;"));
    assert!(matches!(c.machine.take_calls()[..], [Call::Resume(_), Call::Stop]));
    for (stop, reply) in [
        (Stop::Paused, "T02thread:01;"),
        (Stop::Shutdown, "T03thread:01;"),
        (Stop::Watchdog, "T0ethread:01;"),
        (Stop::IoError, "T17thread:01;"),
        (Stop::from_exit(1, &Exit::Stuck("triple fault")).unwrap(), "T06thread:02;"),
    ] {
        c.send("vCont;c");
        assert_eq!(c.stop(stop), reply);
        c.ask("Hg1");
    }
    assert_eq!([Exit::Budget, Exit::Halted, Exit::Kicked].map(|e| Stop::from_exit(0, &e)), [None; 3]);
    assert_eq!(c.stop(Stop::Exited(3)), "W03");
    assert_eq!(c.session.state(), State::Ended);
}

#[test]
fn the_monitor() {
    let mut c = Client::connected(Fake::little());
    let command: String = "info cpus".bytes().map(|b| format!("{b:02x}")).collect();
    let answer = c.raw(&fake::packet(format!("qRcmd,{command}").as_bytes()));
    let bodies = fake::bodies(&answer[1..]);
    assert_eq!((unhex(&bodies[0][1..]), bodies[1].as_str()), ("did info cpus\n".to_owned(), "OK"));
    c.machine.monitor_says = "x".repeat(3000);
    let answer = c.raw(&fake::packet(b"qRcmd,71"));
    let bodies = fake::bodies(&answer[1..]);
    assert_eq!(bodies.len(), 4, "long answers come in pieces");
    let text: String = bodies[..3].iter().map(|body| unhex(&body[1..])).collect();
    assert_eq!(text, c.machine.monitor_says);
}

#[test]
fn leaving() {
    for (packet, reply, call) in
        [("D;1", "OK", Call::Detach), ("D", "OK", Call::Detach), ("vKill;1", "OK", Call::Kill), ("k", "", Call::Kill)]
    {
        let mut c = Client::connected(Fake::little());
        c.ask("Z0,1008,4");
        c.ask("Z2,3000,4");
        c.machine.take_calls();
        assert_eq!(c.send(packet), reply);
        assert_eq!(c.machine.take_calls(), [call]);
        assert_eq!(c.session.state(), State::Ended);
        assert!(c.machine.cpus.iter().all(|cpu| cpu.breakpoints.is_empty() && cpu.watchpoints.is_empty()));
        assert_eq!(c.raw(b"$g#67"), b"", "nobody is there");
    }
    let mut c = Client::connected(Fake::little());
    c.ask("Z0,1008,4");
    c.ask("QStartNoAckMode");
    c.machine.take_calls();
    c.session.disconnect(&mut c.machine);
    assert_eq!(c.machine.take_calls(), [], "a stopped machine stays stopped");
    assert!(c.machine.cpus[0].breakpoints.is_empty());
    c.session.connect(&mut c.machine);
    assert_eq!(
        c.raw(b"$?#3f"),
        [b"+", &fake::packet(b"T05thread:01;")[..]].concat(),
        "the next client settles things anew"
    );
}

#[test]
fn a_cpu_that_comes_later_gets_the_breakpoints() {
    let mut c = Client::connected(Fake::little());
    c.ask("Z0,1008,4");
    c.ask("Z4,5000,1");
    let mut new = fake::FakeCpu::new();
    c.session.arm(&mut new);
    assert_eq!((&new.breakpoints[..], &new.watchpoints[..]), (&[0x1008][..], &[(0x5000, 1, Watch::Access)][..]));
    c.machine.absent = Some(0);
    assert_eq!(c.ask("qfThreadInfo"), "m02");
    assert_eq!(c.ask("g"), "E22", "its CPU has gone");
    c.send("vCont;c");
    assert_eq!(c.stop(Stop::Paused), "T02thread:02;");
}

#[test]
fn bad_packets_are_refused_and_do_no_harm() {
    let mut c = Client::connected(Fake::little());
    assert_eq!(c.raw(b"$g#00"), b"-", "wrong checksum");
    assert_eq!(c.raw(b"$g#zz"), b"-");
    let reply = c.raw(b"$qC#b4");
    assert_eq!(reply, b"+$QC1#c5");
    assert_eq!(c.raw(b"-"), b"$QC1#c5", "again");
    for bad in [
        "m",
        "mxyz,1q",
        "m1000",
        "Mzz",
        "M10,4:1",
        "Z0",
        "Z0,zz,zz",
        "z9,0,0",
        "P",
        "P1",
        "pzz",
        "Hg",
        "Hgzz",
        "Hx1",
        "vCont;",
        "vCont;s",
        "vCont;q:1",
        "vCont;s:-1",
        "vCont;r1:1",
        "T",
        "Tzz",
        "qXfer:features:read:target.xml",
        "qRcmd,z",
        "qThreadExtraInfo,",
        "X10,4",
        "s zz",
        "vKill;zz",
        "Qqemu.PhyMemMode:7",
        "G0",
    ] {
        let reply = c.send(bad);
        assert!(reply.starts_with('E') || reply.is_empty() || reply == "OK", "{bad}: {reply}");
        assert_eq!(c.session.state(), State::Stopped, "{bad}");
        assert_eq!(c.ask("qfThreadInfo"), "m01,02", "after {bad}");
    }
    assert_eq!(c.ask("Hg2"), "OK");
    c.send("vCont;s");
    assert_eq!(c.ask("qC"), "QC2", "what was settled is still so");
    let mut long = vec![b'M'];
    long.resize(0x1_0100, b'0');
    assert_eq!(c.raw_body(&long), b"E22");
}

#[test]
fn noise_never_ends_a_session() {
    let mut c = Client::connected(Fake::little());
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let words: [&[u8]; 38] = [
        b"m",
        b"M",
        b"X",
        b"g",
        b"G",
        b"p",
        b"P",
        b"Z0",
        b"z2",
        b"Z4",
        b"H",
        b"Hg",
        b"Hc",
        b"T",
        b"?",
        b"qC",
        b"vCont",
        b"c",
        b"s",
        b";",
        b":",
        b",",
        b"=",
        b"1",
        b"2",
        b"40001ffe",
        b"ffffffffffffffff",
        b"-1",
        b"p1.2",
        b"p",
        b"}",
        b"qRcmd",
        b"qXfer:features:read:target.xml",
        b"qThreadExtraInfo",
        b"qSupported",
        b"00000000000000000000",
        b"zz",
        b"\xff\x00",
    ];
    for _ in 0..20_000 {
        let body: Vec<u8> = (0..1 + draw(6)).flat_map(|_| words[draw(words.len())].to_vec()).collect();
        c.raw_body(&body);
        if c.session.state() == State::Running {
            c.stop(Stop::Step { cpu: draw(2) });
            c.stop(Stop::Paused);
        }
        assert_eq!(c.session.state(), State::Stopped, "after {}", String::from_utf8_lossy(&body));
    }
    c.ask("qSupported:multiprocess-");
    assert_eq!(c.ask("qfThreadInfo"), "m01,02");
}

fn unhex(hex: &str) -> String {
    let bytes = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}
