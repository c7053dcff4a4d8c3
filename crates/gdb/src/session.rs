//! One client's conversation: bytes in, bytes out, and what the machine is to do.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;

use cpu::{Cpu, Watch};
use gdbstub::common::{Signal, Tid};
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::stub::{DisconnectReason, GdbStub, GdbStubError, MultiThreadStopReason};
use gdbstub::target::ext::breakpoints::WatchKind;

use crate::bridge::{Bridge, INVALID, Resume, Wire};
use crate::debuggee::{Debuggee, Stop};
use crate::description::Description;
use crate::link::{self, Link, PACKET_SIZE, Received};
use crate::memory_access::Addressing;
use crate::stops::{Kind, Stops};

type Reason = MultiThreadStopReason<u64>;

/// Where the conversation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// There is no client, or it has left; the connection is to be closed.
    Ended,
    /// The client has the word; CPUs are to stay where they are.
    Stopped,
    /// The client waits for a stop.
    Running,
}

/// A debugging session, independent of how its bytes travel.
///
/// All methods must be called while every CPU stands between two instructions.
pub struct Session {
    link: Link,
    state: State,
    /// Room for gdbstub to work in.
    buffer: Vec<u8>,
    /// The last packet sent, for a client that wants it again.
    last: Vec<u8>,
    no_ack: bool,
    multiprocess: bool,
    /// The CPU that register and memory packets mean (`Hg`).
    current: usize,
    /// The CPU that old-style steps mean (`Hc`).
    stepping: Option<usize>,
    addressing: Addressing,
    stops: Stops,
    description: Option<Description>,
    resume: Option<Resume>,
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

/// What a fresh stub is to do.
enum Task<'a> {
    Packet(&'a [u8]),
    Report(Reason),
}

/// What came of it.
struct Outcome {
    reply: Vec<u8>,
    resume: Option<Resume>,
    left: Option<DisconnectReason>,
}

impl Session {
    /// A session without a client.
    pub fn new() -> Session {
        Session {
            link: Link::new(),
            state: State::Ended,
            buffer: vec![0; PACKET_SIZE],
            last: Vec::new(),
            no_ack: false,
            multiprocess: false,
            current: 0,
            stepping: None,
            addressing: Addressing::Virtual,
            stops: Stops::default(),
            description: None,
            resume: None,
        }
    }

    /// Where the conversation stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// A client has come: stops the machine and starts afresh.
    pub fn connect(&mut self, machine: &mut dyn Debuggee) {
        self.stops.clear(machine);
        *self = Session { buffer: std::mem::take(&mut self.buffer), state: State::Stopped, ..Session::new() };
        self.buffer.resize(PACKET_SIZE, 0);
        self.current = (0..machine.n_cpus()).find(|i| machine.cpu(*i).is_some()).unwrap_or(0);
        machine.stop();
    }

    /// The connection is gone. Takes breakpoints back; a stopped machine stays stopped, for the next client.
    pub fn disconnect(&mut self, machine: &mut dyn Debuggee) {
        self.stops.clear(machine);
        self.state = State::Ended;
        self.resume = None;
    }

    /// Sets the client's breakpoints and watchpoints on a CPU that has just been plugged in.
    pub fn arm(&self, cpu: &mut dyn Cpu) {
        self.stops.arm(cpu);
    }

    /// Takes bytes from the client and returns those to send back.
    pub fn feed(&mut self, bytes: &[u8], machine: &mut dyn Debuggee) -> Vec<u8> {
        let mut out = Vec::new();
        for byte in bytes {
            if self.state == State::Ended {
                break;
            }
            if let Some(received) = self.link.push(*byte) {
                self.receive(&received, machine, &mut out);
            }
        }
        out
    }

    /// Tells the client that the machine has stopped, if it waits for that; returns the bytes to send.
    ///
    /// A step that stays inside the range that the client wants to pass as a whole is not told: the machine is resumed instead.
    pub fn report_stop(&mut self, stop: Stop, machine: &mut dyn Debuggee) -> Vec<u8> {
        if let (Stop::Exited(code), State::Stopped | State::Running) = (stop, self.state) {
            self.state = State::Ended;
            return self.send(link::packet(format!("W{code:02x}").as_bytes()));
        }
        if self.state != State::Running {
            return Vec::new();
        }
        if let (Stop::Step { cpu }, Some(resume)) = (stop, &self.resume)
            && within_range(resume, cpu, machine)
            && !self.stands_on_breakpoint(cpu, machine)
        {
            machine.resume(&resume.plan);
            return Vec::new();
        }
        let reason = self.reason(stop, machine);
        self.report(reason, machine)
    }

    fn receive(&mut self, received: &Received, machine: &mut dyn Debuggee, out: &mut Vec<u8>) {
        match received {
            Received::Nack if !self.no_ack => out.extend(&self.last),
            Received::Garbled if !self.no_ack => out.push(b'-'),
            Received::Nack | Received::Garbled => {}
            Received::Interrupt if self.state == State::Running => {
                machine.stop();
                let reason = self.signal(Signal::SIGINT, self.current, machine);
                out.extend(self.report(reason, machine));
            }
            Received::Interrupt => {}
            Received::TooLong => {
                self.acknowledge(out);
                out.extend(self.send(error()));
            }
            Received::Packet(packet) => {
                self.acknowledge(out);
                let reply = self.packet(packet, machine);
                out.extend(self.send(reply));
            }
        }
    }

    fn acknowledge(&self, out: &mut Vec<u8>) {
        if !self.no_ack {
            out.push(b'+');
        }
    }

    fn send(&mut self, reply: Vec<u8>) -> Vec<u8> {
        if !reply.is_empty() {
            self.last.clone_from(&reply);
        }
        reply
    }

    /// Carries out a packet; what gdbstub doesn't know, or would end the session for, is seen to here.
    fn packet(&mut self, packet: &[u8], machine: &mut dyn Debuggee) -> Vec<u8> {
        match link::body(packet) {
            [b'm', rest @ ..] if asks_too_much(rest) => error(),
            [b'H', op, thread @ ..] => self.select(*op, thread, machine),
            [b'c' | b'C' | b's' | b'S', ..] => match self.modern(link::body(packet), machine) {
                Some(modern) => self.hand_over(&link::packet(&modern), machine),
                None => error(),
            },
            b"qC" => link::packet(format!("QC{}", self.thread(self.current)).as_bytes()),
            b"qSupported" => self.hand_over(&link::packet(b"qSupported:swbreak+"), machine),
            b"qqemu.PhyMemMode" => link::packet(if self.addressing == Addressing::Physical { b"1" } else { b"0" }),
            [b'Q', rest @ ..] if rest.starts_with(b"qemu.PhyMemMode:") => self.set_addressing(rest),
            body => {
                let starts_no_ack = body == b"QStartNoAckMode";
                if body.starts_with(b"qSupported:") {
                    self.multiprocess = body.split(|b| matches!(b, b':' | b';')).any(|f| f == b"multiprocess+");
                }
                let reply = self.hand_over(packet, machine);
                self.no_ack |= starts_no_ack;
                reply
            }
        }
    }

    /// `Hg` and `Hc`.
    fn select(&mut self, op: u8, thread: &[u8], machine: &mut dyn Debuggee) -> Vec<u8> {
        let Some(thread) = parse_thread(thread) else { return error() };
        let cpu = match thread {
            Thread::Cpu(cpu) if machine.cpu(cpu).is_some() => Some(cpu),
            Thread::Cpu(_) => return error(),
            Thread::Any | Thread::All => None,
        };
        match op {
            b'g' => self.current = cpu.unwrap_or(self.current),
            b'c' => self.stepping = cpu,
            _ => return error(),
        }
        link::packet(b"OK")
    }

    /// The `vCont` packet that an old-style `c`, `C`, `s` or `S` means; the signal is the guest's own business.
    fn modern(&self, body: &[u8], machine: &mut dyn Debuggee) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(body).ok()?;
        let address = match text.as_bytes()[0] {
            b'C' | b'S' => text.split_once(';').map_or("", |(_, address)| address),
            _ => &text[1..],
        };
        let cpu = self.stepping.unwrap_or(self.current);
        if !address.is_empty() {
            machine.cpu(cpu)?.set_pc(u64::from_str_radix(address, 16).ok()?);
        }
        let continues = body[0].eq_ignore_ascii_case(&b'c');
        let modern = if continues { "vCont;c".to_owned() } else { format!("vCont;s:{};c", self.thread(cpu)) };
        Some(modern.into_bytes())
    }

    fn set_addressing(&mut self, request: &[u8]) -> Vec<u8> {
        self.addressing = match request.last() {
            Some(b'1') => Addressing::Physical,
            Some(b'0') => Addressing::Virtual,
            _ => return error(),
        };
        link::packet(b"OK")
    }

    /// Has gdbstub carry out a packet.
    fn hand_over(&mut self, packet: &[u8], machine: &mut dyn Debuggee) -> Vec<u8> {
        let outcome = self.with_stub(Task::Packet(packet), machine).unwrap_or_else(|_| Outcome {
            reply: error(),
            resume: None,
            left: None,
        });
        if let Some(resume) = outcome.resume {
            self.state = State::Running;
            machine.resume(&resume.plan);
            self.resume = Some(resume);
        }
        match outcome.left {
            Some(DisconnectReason::Kill) => {
                self.disconnect(machine);
                machine.kill();
                // `k` has no answer, `vKill` has.
                if link::body(packet).starts_with(b"vKill") { link::packet(b"OK") } else { Vec::new() }
            }
            Some(_) => {
                self.disconnect(machine);
                machine.detach();
                outcome.reply
            }
            None => outcome.reply,
        }
    }

    fn report(&mut self, reason: Reason, machine: &mut dyn Debuggee) -> Vec<u8> {
        self.state = State::Stopped;
        self.resume = None;
        let outcome = self.with_stub(Task::Report(reason), machine);
        let reply = outcome.expect("a stop that the bridge supports can always be told").reply;
        self.send(reply)
    }

    /// Makes a stub, tells it what the client has settled before, and gives it the task.
    fn with_stub(
        &mut self,
        task: Task<'_>,
        machine: &mut dyn Debuggee,
    ) -> Result<Outcome, GdbStubError<Infallible, Infallible>> {
        let mut settled = Vec::new();
        if self.multiprocess {
            settled.push(link::packet(b"qSupported:multiprocess+"));
        }
        settled.push(link::packet(format!("Hg{}", self.thread(self.current)).as_bytes()));
        if matches!(task, Task::Report(_)) {
            settled.push(link::packet(b"vCont;c"));
        }
        let description = self.description.get_or_insert_with(|| describe(machine));
        let wire = RefCell::new(Vec::new());
        let stub = GdbStub::builder(Wire(&wire)).with_packet_buffer(&mut self.buffer).build();
        let mut bridge = Bridge::new(machine, description, &mut self.stops, self.addressing);
        let mut stub = stub.expect("there is a buffer").run_state_machine(&mut bridge)?;
        for packet in settled {
            stub = push(stub, &mut bridge, &packet)?;
        }
        bridge.resume = None;
        wire.borrow_mut().clear();
        let stub = match (task, stub) {
            (Task::Packet(packet), stub) => push(stub, &mut bridge, packet)?,
            (Task::Report(reason), GdbStubStateMachine::Running(stub)) => stub.report_stop(&mut bridge, reason)?,
            (Task::Report(_), _) => unreachable!("vCont has been told"),
        };
        let left = match &stub {
            GdbStubStateMachine::Disconnected(stub) => Some(stub.get_reason()),
            _ => None,
        };
        let resume = bridge.resume.take();
        drop(stub);
        let mut reply = wire.into_inner();
        // The stub acknowledges packets too.
        if reply.first() == Some(&b'+') {
            reply.remove(0);
        }
        Ok(Outcome { reply, resume, left })
    }

    /// A CPU's thread as the client writes it.
    fn thread(&self, cpu: usize) -> String {
        let mut text = String::from(if self.multiprocess { "p1." } else { "" });
        let _ = write!(text, "{:x}", cpu + 1);
        text
    }

    fn stands_on_breakpoint(&self, cpu: usize, machine: &mut dyn Debuggee) -> bool {
        machine.cpu(cpu).is_some_and(|cpu| self.stops.breakpoint_at(cpu.pc()).is_some())
    }

    fn reason(&mut self, stop: Stop, machine: &mut dyn Debuggee) -> Reason {
        match stop {
            Stop::Step { cpu } if self.stands_on_breakpoint(cpu, machine) => self.breakpoint(cpu, machine),
            Stop::Step { cpu } => self.signal(Signal::SIGTRAP, cpu, machine),
            Stop::Breakpoint { cpu } => self.breakpoint(cpu, machine),
            Stop::Watchpoint { cpu, address, access } => {
                self.current = cpu;
                let (addr, access) = self.stops.watched(address, access);
                let kind = match access {
                    Watch::Read => WatchKind::Read,
                    Watch::Write => WatchKind::Write,
                    Watch::Access => WatchKind::ReadWrite,
                };
                Reason::Watch { tid: tid(cpu), kind, addr }
            }
            Stop::Paused => self.signal(Signal::SIGINT, self.current, machine),
            Stop::Shutdown => self.signal(Signal::SIGQUIT, self.current, machine),
            Stop::Watchdog => self.signal(Signal::SIGALRM, self.current, machine),
            Stop::IoError => self.signal(Signal::SIGIO, self.current, machine),
            Stop::Stuck { cpu } => self.signal(Signal::SIGABRT, cpu, machine),
            Stop::Exited(code) => Reason::Exited(code),
        }
    }

    /// A breakpoint that has been taken back meanwhile is told as well: the client knows how to ignore it.
    fn breakpoint(&mut self, cpu: usize, machine: &mut dyn Debuggee) -> Reason {
        self.current = cpu;
        let kind = machine.cpu(cpu).and_then(|cpu| self.stops.breakpoint_at(cpu.pc()));
        match kind {
            Some(Kind::Hardware) => Reason::HwBreak(tid(cpu)),
            Some(Kind::Software) | None => Reason::SwBreak(tid(cpu)),
        }
    }

    /// A signal on that CPU, or on another one if it has been unplugged.
    fn signal(&mut self, signal: Signal, cpu: usize, machine: &mut dyn Debuggee) -> Reason {
        let n = machine.n_cpus();
        let plugged = |i: &usize| machine.cpu(*i).is_some();
        self.current = std::iter::once(cpu).chain(0..n).find(plugged).unwrap_or(cpu);
        Reason::SignalWithThread { tid: tid(self.current), signal }
    }
}

type Stub<'a, 'm, 'w> = GdbStubStateMachine<'a, Bridge<'m>, Wire<'w>>;

/// Hands a whole packet to a stub.
fn push<'a, 'm, 'w>(
    mut stub: Stub<'a, 'm, 'w>,
    bridge: &mut Bridge<'m>,
    packet: &[u8],
) -> Result<Stub<'a, 'm, 'w>, GdbStubError<Infallible, Infallible>> {
    for byte in packet {
        stub = match stub {
            GdbStubStateMachine::Idle(stub) => stub.incoming_data(bridge, *byte)?,
            GdbStubStateMachine::Running(stub) => stub.incoming_data(bridge, *byte)?,
            over => over,
        };
    }
    Ok(stub)
}

fn describe(machine: &mut dyn Debuggee) -> Description {
    let table = (0..machine.n_cpus()).find_map(|i| machine.cpu(i).map(|cpu| cpu.registers())).unwrap_or_default();
    Description::new(machine.architecture(), machine.endian(), table)
}

fn within_range(resume: &Resume, cpu: usize, machine: &mut dyn Debuggee) -> bool {
    let Some(pc) = machine.cpu(cpu).map(|cpu| cpu.pc()) else { return false };
    resume.ranges.iter().any(|range| range.cpu == cpu && (range.start..range.end).contains(&pc))
}

fn tid(cpu: usize) -> Tid {
    Tid::MIN.saturating_add(cpu)
}

fn error() -> Vec<u8> {
    link::packet(format!("E{INVALID:02x}").as_bytes())
}

/// Whether the answer to `m` with these arguments would not fit a packet.
fn asks_too_much(arguments: &[u8]) -> bool {
    let len = arguments.splitn(2, |b| *b == b',').nth(1).and_then(|len| std::str::from_utf8(len).ok());
    let len = len.and_then(|len| usize::from_str_radix(len, 16).ok());
    len.is_none_or(|len| len > (PACKET_SIZE - 4) / 2)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Thread {
    All,
    Any,
    Cpu(usize),
}

/// A thread-id: `p` with process and thread, or the thread alone.
fn parse_thread(text: &[u8]) -> Option<Thread> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match text.strip_prefix('p') {
        Some(text) => text.split_once('.').map_or("-1", |(_, thread)| thread),
        None => text,
    };
    match text {
        "-1" => Some(Thread::All),
        _ => match usize::from_str_radix(text, 16).ok()? {
            0 => Some(Thread::Any),
            n => Some(Thread::Cpu(n - 1)),
        },
    }
}
