//! A machine of two made-up CPUs, and a client that speaks in packets.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::Arc;

use bits::Endian;
use cpu::{Cpu, Exit, Group, Info, Lines, Register, RegisterError, RestoreError, Watch};
use gdb::{Debuggee, Plan, Session, State, Stop};
use memory::{AddressSpace, Device, DeviceEndian, Nanos, Ram, SharedDevice, Size};

static TABLE: [Register; 6] = [
    Register { name: "r0", bits: 64, group: Group::General, gdb: Some(0), gdb_type: "int" },
    Register { name: "r1", bits: 64, group: Group::General, gdb: Some(1), gdb_type: "int" },
    Register { name: "r2", bits: 64, group: Group::General, gdb: Some(2), gdb_type: "int" },
    Register { name: "pc", bits: 64, group: Group::General, gdb: Some(3), gdb_type: "code_ptr" },
    Register { name: "status", bits: 32, group: Group::System, gdb: Some(70), gdb_type: "int" },
    Register { name: "v0", bits: 128, group: Group::Vector, gdb: Some(80), gdb_type: "uint128" },
];

/// A CPU of four general registers, the first of which is always 0, that runs nothing. Virtual pages 0x40001 and 0x40002 are the
/// physical pages 0x80001 and 0x80003.
pub(crate) struct FakeCpu {
    values: [u128; 6],
    pub(crate) pc: u64,
    pub(crate) halted: bool,
    pub(crate) breakpoints: Vec<u64>,
    pub(crate) watchpoints: Vec<(u64, u64, Watch)>,
    pub(crate) flushes: usize,
}

impl FakeCpu {
    pub(crate) fn new() -> FakeCpu {
        let (breakpoints, watchpoints) = (Vec::new(), Vec::new());
        FakeCpu { values: [0; 6], pc: 0x1000, halted: false, breakpoints, watchpoints, flushes: 0 }
    }

    pub(crate) fn get(&self, index: usize) -> u128 {
        self.values[index]
    }

    pub(crate) fn set(&mut self, index: usize, value: u128) {
        self.values[index] = value;
    }
}

impl Cpu for FakeCpu {
    fn info(&self) -> Info {
        Info::Riscv { pc: self.pc }
    }

    fn registers(&self) -> &'static [Register] {
        &TABLE
    }

    fn register(&self, index: usize) -> Result<u128, RegisterError> {
        match index {
            3 => Ok(self.pc.into()),
            _ => self.values.get(index).copied().ok_or(RegisterError::Unknown(index)),
        }
    }

    fn set_register(&mut self, index: usize, value: u128) -> Result<(), RegisterError> {
        match index {
            0 => return Err(RegisterError::ReadOnly("r0")),
            3 => self.pc = value as u64,
            _ => *self.values.get_mut(index).ok_or(RegisterError::Unknown(index))? = value,
        }
        Ok(())
    }

    fn pc(&self) -> u64 {
        self.pc
    }

    fn set_pc(&mut self, pc: u64) {
        self.pc = pc;
    }

    fn run(&mut self, _: u64) -> Exit {
        Exit::Budget
    }

    fn step(&mut self) -> Exit {
        self.pc += 4;
        Exit::Budget
    }

    fn executed(&self) -> u64 {
        0
    }

    fn begin_round(&mut self) {}

    fn reset(&mut self) {}

    fn lines(&self) -> Arc<Lines> {
        Arc::default()
    }

    fn halted(&self) -> bool {
        self.halted
    }

    fn set_halted(&mut self, halted: bool) {
        self.halted = halted;
    }

    fn has_work(&self) -> bool {
        false
    }

    fn show_translations(&self) -> Option<String> {
        None
    }

    fn translate_debug(&self, address: u64) -> Option<u64> {
        match address >> 12 {
            0x40001 => Some(0x8000_1000 | (address & 0xfff)),
            0x40002 => Some(0x8000_3000 | (address & 0xfff)),
            _ => None,
        }
    }

    fn insert_breakpoint(&mut self, address: u64) {
        if !self.breakpoints.contains(&address) {
            self.breakpoints.push(address);
        }
    }

    fn remove_breakpoint(&mut self, address: u64) -> bool {
        let before = self.breakpoints.len();
        self.breakpoints.retain(|b| *b != address);
        self.breakpoints.len() < before
    }

    fn insert_watchpoint(&mut self, address: u64, len: u64, access: Watch) {
        self.watchpoints.push((address, len, access));
    }

    fn remove_watchpoint(&mut self, address: u64, len: u64, access: Watch) -> bool {
        let at = self.watchpoints.iter().position(|w| *w == (address, len, access));
        at.map(|at| self.watchpoints.remove(at)).is_some()
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn restore(&mut self, _: &[u8]) -> Result<(), RestoreError> {
        Ok(())
    }

    fn flush(&mut self) {
        self.flushes += 1;
    }
}

/// A device whose registers read as what was written last, and that remembers how it was written.
#[derive(Default)]
pub(crate) struct Echo(Vec<(u64, Size, u64)>);

impl Device for Echo {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        self.0.last().map_or(0, |(_, _, value)| *value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        self.0.push((offset, size, value));
    }

    fn reset(&mut self) {}
}

/// What the session has asked of the machine.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Call {
    Resume(Plan),
    Stop,
    Detach,
    Kill,
}

pub(crate) struct Fake {
    endian: Endian,
    pub(crate) cpus: [FakeCpu; 2],
    /// A CPU that has been unplugged.
    pub(crate) absent: Option<usize>,
    pub(crate) space: AddressSpace,
    device: Arc<parking_lot::Mutex<Echo>>,
    pub(crate) monitor_says: String,
    calls: Vec<Call>,
}

impl Fake {
    pub(crate) fn little() -> Fake {
        Fake::new(Endian::Little)
    }

    pub(crate) fn big() -> Fake {
        Fake::new(Endian::Big)
    }

    /// 12 KiB of RAM at 0x8000_0000, 4 KiB at 0x8000_3000, a device at 0x1000.
    fn new(endian: Endian) -> Fake {
        let mut space = AddressSpace::new();
        space.map_ram("low", 0x8000_0000, &Arc::new(Ram::new(0x3000).unwrap())).unwrap();
        space.map_ram("high", 0x8000_3000, &Arc::new(Ram::new(0x1000).unwrap())).unwrap();
        let device = Arc::new(parking_lot::Mutex::new(Echo::default()));
        let shared: SharedDevice = device.clone();
        space.map_device("echo", 0x1000, 0x100, DeviceEndian::Native, &shared).unwrap();
        let cpus = [FakeCpu::new(), FakeCpu::new()];
        Fake { endian, cpus, absent: None, space, device, monitor_says: String::new(), calls: Vec::new() }
    }

    pub(crate) fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    pub(crate) fn flushes(&self) -> [usize; 2] {
        [self.cpus[0].flushes, self.cpus[1].flushes]
    }

    pub(crate) fn device_writes(&self) -> Vec<(u64, Size, u64)> {
        self.device.lock().0.clone()
    }
}

impl Debuggee for Fake {
    fn architecture(&self) -> &str {
        "riscv:rv64"
    }

    fn endian(&self) -> Endian {
        self.endian
    }

    fn n_cpus(&self) -> usize {
        self.cpus.len()
    }

    fn cpu(&mut self, index: usize) -> Option<&mut dyn Cpu> {
        let cpu = self.cpus.get_mut(index).filter(|_| self.absent != Some(index))?;
        Some(cpu)
    }

    fn memory(&self) -> &AddressSpace {
        &self.space
    }

    fn now(&self) -> Nanos {
        0
    }

    fn resume(&mut self, plan: &Plan) {
        self.calls.push(Call::Resume(plan.clone()));
    }

    fn stop(&mut self) {
        self.calls.push(Call::Stop);
    }

    fn monitor(&mut self, command: &str) -> String {
        if self.monitor_says.is_empty() { format!("did {command}\n") } else { self.monitor_says.clone() }
    }

    fn detach(&mut self) {
        self.calls.push(Call::Detach);
    }

    fn kill(&mut self) {
        self.calls.push(Call::Kill);
    }
}

/// A client, in the same thread as the server.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) machine: Fake,
    acks: bool,
}

impl Client {
    pub(crate) fn connected(mut machine: Fake) -> Client {
        let mut session = Session::new();
        session.connect(&mut machine);
        Client { session, machine, acks: true }
    }

    /// Sends bytes as they are; returns bytes as they come.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.session.feed(bytes, &mut self.machine)
    }

    /// Sends a packet; returns the body of the answer.
    pub(crate) fn raw_body(&mut self, body: &[u8]) -> Vec<u8> {
        let mut answer = self.raw(&packet(body));
        if self.acks {
            assert_eq!(answer.remove(0), b'+', "{}", String::from_utf8_lossy(body));
        }
        self.acks &= body != b"QStartNoAckMode";
        bodies(&answer).pop().unwrap_or_default().into_bytes()
    }

    /// Sends a packet; returns the body of the answer, if there is one.
    pub(crate) fn send(&mut self, body: &str) -> String {
        String::from_utf8(self.raw_body(body.as_bytes())).unwrap()
    }

    /// Sends a packet that leaves the machine stopped; returns the body of the answer.
    pub(crate) fn ask(&mut self, body: &str) -> String {
        let answer = self.send(body);
        assert_eq!(self.session.state(), State::Stopped, "{body}");
        answer
    }

    /// Reports a stop; returns the body of what the client is told.
    pub(crate) fn stop(&mut self, stop: Stop) -> String {
        let bytes = self.session.report_stop(stop, &mut self.machine);
        bodies(&bytes).pop().unwrap_or_default()
    }
}

/// A packet around a body.
pub(crate) fn packet(body: &[u8]) -> Vec<u8> {
    let sum = body.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    [b"$", body, format!("#{sum:02x}").as_bytes()].concat()
}

/// The bodies of whole packets, their checksums compared, escapes resolved.
pub(crate) fn bodies(mut bytes: &[u8]) -> Vec<String> {
    let mut bodies = Vec::new();
    while !bytes.is_empty() {
        assert_eq!(bytes[0], b'$', "{}", String::from_utf8_lossy(bytes));
        let end = bytes.iter().position(|b| *b == b'#').unwrap();
        let body = &bytes[1..end];
        assert_eq!(bytes[..end + 3], packet(body));
        let mut text = Vec::new();
        let mut rest = body.iter();
        while let Some(byte) = rest.next() {
            text.push(if *byte == b'}' { rest.next().unwrap() ^ 0x20 } else { *byte });
        }
        bodies.push(String::from_utf8_lossy(&text).into_owned());
        bytes = &bytes[end + 3..];
    }
    bodies
}
