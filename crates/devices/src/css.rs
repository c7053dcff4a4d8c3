//! The channel subsystem of a mainframe, with devices that are reached through subchannels.
//!
//! z/Architecture Principles of Operation, "I/O Overview" to "I/O Interruptions". A channel program is executed as soon as it is started;
//! its end is then pending as status. There is one channel path, and one subchannel a device. What commands do stands in [`crate::ccw`].

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Dma, Line, Nanos, Size};
use parking_lot::Mutex;

use crate::ccw::{Program, Unit, device, sub};
use crate::chsc;

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Done, with so many bytes of the data area used.
    Done(usize),
    /// All of the data area is used up, and the device would have given or taken more.
    More(usize),
    /// The device doesn't know the command.
    Reject,
    /// The data area is too short, or the parameters make no sense.
    Incorrect,
}

/// A device behind a subchannel.
pub trait CcwDevice: Send {
    /// Control-unit type and model, as SENSE ID tells them.
    fn identity(&self) -> (u16, u8);

    /// Executes a command that isn't one of the general ones. `data` is the data area: what the program gives to a writing command, and
    /// room for what a reading one gives.
    fn command(&mut self, code: u8, data: &mut [u8]) -> Ending;

    /// The guest says that a queue has work: what is to be told it then.
    fn notify(&mut self, queue: u32, dma: &Dma) -> i64;

    /// Back to the state after power-on.
    fn reset(&mut self);

    /// Characters for a port of the device: how many it takes.
    fn receive(&mut self, port: usize, bytes: &[u8], dma: &Dma) -> usize {
        let _ = (port, bytes, dma);
        0
    }

    /// Whether the device wants the guest's attention; asked once for each time.
    fn take_attention(&mut self) -> bool {
        false
    }
}

/// Bits of the subchannel-status word's first word.
mod control {
    pub(super) const START: u32 = 1 << 14;
    pub(super) const HALT: u32 = 1 << 13;
    pub(super) const CLEAR: u32 = 1 << 12;
    pub(super) const SUSPENDED: u32 = 1 << 5;
    pub(super) const ALERT: u32 = 1 << 4;
    pub(super) const INTERMEDIATE: u32 = 1 << 3;
    pub(super) const PRIMARY: u32 = 1 << 2;
    pub(super) const SECONDARY: u32 = 1 << 1;
    pub(super) const PENDING: u32 = 1;
    /// Function control, activity control, status control.
    pub(super) const ALL: u32 = 0x7000 | 0x0fe0 | 0x001f;
    /// What comes from the operation-request block: key, suspend control, format, prefetch, initial status, address limit, suppression
    /// of the interruption when suspended.
    pub(super) const FROM_REQUEST: u32 = 0xf8f8_0000;
}

/// Bits of the operation-request block's second word.
mod request {
    /// Suppress the interruption when suspended.
    pub(super) const QUIET: u32 = 1 << 19;
    /// The first path.
    pub(super) const FIRST_PATH: u32 = 1 << 15;
    /// What must be zero: transport mode, and bits 26 to 30.
    pub(super) const RESERVED: u32 = 1 << 18 | 0x3e;
}

/// Bits of the path-management-control word's second and seventh word.
mod path {
    pub(super) const ENABLED: u32 = 1 << 23;
    pub(super) const VALID: u32 = 1 << 16;
    pub(super) const SUBCLASS: u32 = 7 << 27;
    /// Measurement-block update.
    pub(super) const MEASURE: u32 = 2 << 19;
    /// What MODIFY SUBCHANNEL may change: subclass, enabled, limit, measurement, multipath.
    pub(super) const CHANGEABLE: u32 = SUBCLASS | ENABLED | 3 << 21 | 3 << 19 | 1 << 18;
    /// What must be zero.
    pub(super) const RESERVED: u32 = 0xc300_0000;
    /// Seventh word: format of the measurement block, concurrent sense.
    pub(super) const BLOCK_FORMAT: u32 = 4;
    pub(super) const CONCURRENT_SENSE: u32 = 1;
    /// What of it must be zero; extended measurement too, which there is not.
    pub(super) const RESERVED_LAST: u32 = 0xff1f_fffa;
}

struct Subchannel {
    device: Box<dyn CcwDevice>,
    number: u16,
    parameter: u32,
    flags: u32,
    /// Subchannel-status word.
    status: [u32; 3],
    sense: u8,
    /// An interruption is pending.
    interrupts: bool,
    /// Seventh word of the path-management-control word.
    last: u32,
    /// Index and address of the measurement block.
    block: (u16, u64),
    /// A program that has been suspended.
    suspended: Option<Program>,
}

/// SET CHANNEL MONITOR: where measurement blocks are, while they are updated.
#[derive(Clone, Copy, Default)]
struct Monitor {
    origin: Option<u64>,
}

struct State {
    subchannels: Vec<Subchannel>,
    /// One for each interruption subclass.
    lines: Vec<Line>,
    reports: VecDeque<u32>,
    /// Up while a report waits that nobody has been told of.
    report: Line,
    monitor: Monitor,
    dma: Dma,
}

/// The channel subsystem. Clones are the same one.
#[derive(Clone)]
pub struct Css(Arc<Mutex<State>>);

/// Where a subchannel is: an index, if the subsystem-identification word names one that is there; `None` if it is malformed.
fn place(schid: u32, count: usize) -> Option<Result<usize, u64>> {
    // Bits 13 and 14 select a set of subchannels: there is one.
    if schid >> 16 & 1 == 0 || schid >> 19 != 0 {
        return None;
    }
    let index = (schid & 0xffff) as usize;
    Some(if schid >> 17 & 3 == 0 && index < count { Ok(index) } else { Err(3) })
}

/// Finds the subchannel or leaves with a condition code.
macro_rules! subchannel {
    ($state:ident, $schid:expr) => {
        match place($schid, $state.subchannels.len())? {
            Ok(index) => &mut $state.subchannels[index],
            Err(cc) => return Some(cc),
        }
    };
}

pub(crate) fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |all, b| all << 8 | u32::from(*b))
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

impl Css {
    /// A channel subsystem without devices, whose I/O interruptions of subclass n go to `lines[n]`.
    /// `report` is up while a channel report waits that nobody has been told of.
    pub fn new(lines: Vec<Line>, report: Line, dma: Dma) -> Css {
        let (reports, monitor) = (VecDeque::new(), Monitor::default());
        Css(Arc::new(Mutex::new(State { subchannels: Vec::new(), lines, reports, report, monitor, dma })))
    }

    /// Adds a device; its number is that of its subchannel.
    pub fn add(&self, device: Box<dyn CcwDevice>) -> u16 {
        let mut state = self.0.lock();
        let number = state.subchannels.len() as u16;
        let flags = path::VALID;
        state.subchannels.push(Subchannel {
            device,
            number,
            parameter: 0,
            flags,
            status: [0; 3],
            sense: 0,
            interrupts: false,
            last: 0,
            block: (0, 0),
            suspended: None,
        });
        number
    }

    /// What hands characters to a port of the device behind that subchannel.
    pub fn input(&self, subchannel: u16, port: usize) -> CcwInput {
        CcwInput { css: self.clone(), subchannel, port }
    }

    /// STORE SUBCHANNEL.
    pub fn store(&self, schid: u32, schib: &mut [u8; 52]) -> Option<u64> {
        let mut state = self.0.lock();
        subchannel!(state, schid).schib(schib);
        Some(0)
    }

    /// MODIFY SUBCHANNEL.
    pub fn modify(&self, schid: u32, schib: &[u8; 52]) -> Option<u64> {
        let mut state = self.0.lock();
        let (flags, last) = (word(schib, 4), word(schib, 24));
        let block = u64::from(word(schib, 40)) << 32 | u64::from(word(schib, 44));
        let crooked = last & path::BLOCK_FORMAT != 0 && block & 0x3f != 0;
        if flags & path::RESERVED != 0 || last & path::RESERVED_LAST != 0 || crooked {
            return None;
        }
        let s = subchannel!(state, schid);
        if s.status[0] & control::PENDING != 0 {
            return Some(1);
        }
        if s.suspended.is_some() {
            return Some(2);
        }
        s.parameter = word(schib, 0);
        s.flags = s.flags & !path::CHANGEABLE | flags & path::CHANGEABLE;
        s.last = last & (path::BLOCK_FORMAT | path::CONCURRENT_SENSE);
        s.block = ((word(schib, 12) >> 16) as u16, block);
        Some(0)
    }

    /// START SUBCHANNEL: executes the channel program.
    pub fn start(&self, schid: u32, orb: &[u8; 32]) -> Option<u64> {
        let mut state = self.0.lock();
        let State { subchannels, dma, monitor, .. } = &mut *state;
        if word(orb, 4) & request::RESERVED != 0 || word(orb, 8) >> 31 != 0 {
            return None;
        }
        let s = match place(schid, subchannels.len())? {
            Ok(index) => &mut subchannels[index],
            Err(cc) => return Some(cc),
        };
        if s.flags & path::ENABLED == 0 || word(orb, 4) & request::FIRST_PATH == 0 {
            return Some(3);
        }
        if s.status[0] & control::PENDING != 0 {
            return Some(1);
        }
        if s.suspended.is_some() {
            return Some(2);
        }
        s.parameter = word(orb, 0);
        s.measure(*monitor, dma);
        s.run(Program { flags: word(orb, 4), at: word(orb, 8) }, dma);
        state.update();
        Some(0)
    }

    /// TEST SUBCHANNEL: the status, which is cleared.
    pub fn test(&self, schid: u32, irb: &mut [u8; 96]) -> Option<u64> {
        let mut state = self.0.lock();
        let s = subchannel!(state, schid);
        if s.flags & path::ENABLED == 0 {
            return Some(3);
        }
        let pending = s.status[0] & control::PENDING != 0;
        for (n, value) in s.status.into_iter().enumerate() {
            put(irb, n * 4, value);
        }
        if pending {
            // Extended-status word: the first path was used last.
            irb[13] = 0x80;
            if s.status[2] >> 24 & u32::from(device::UNIT_CHECK) != 0 && s.last & path::CONCURRENT_SENSE != 0 {
                // Concurrent sense: one byte of it stands in the extended-control word.
                put(irb, 0, s.status[0] | 1 << 17);
                put(irb, 16, 1 << 24 | 32 << 8);
                irb[32] = std::mem::take(&mut s.sense);
            }
            // A program that has been suspended still is.
            let stays = if s.suspended.is_some() { control::START | control::SUSPENDED } else { 0 };
            s.status = [s.status[0] & (!control::ALL | stays), 0, 0];
            s.interrupts = false;
        }
        state.update();
        Some(u64::from(!pending))
    }

    /// HALT SUBCHANNEL.
    pub fn halt(&self, schid: u32) -> Option<u64> {
        self.end(schid, control::HALT, control::PENDING)
    }

    /// CLEAR SUBCHANNEL.
    pub fn clear(&self, schid: u32) -> Option<u64> {
        self.end(schid, control::CLEAR, control::PENDING)
    }

    fn end(&self, schid: u32, function: u32, status: u32) -> Option<u64> {
        let mut state = self.0.lock();
        let s = subchannel!(state, schid);
        if s.flags & path::ENABLED == 0 {
            return Some(3);
        }
        if function == control::HALT && s.status[0] & control::PENDING != 0 {
            return Some(1);
        }
        // A program that is halted stays the subchannel's function beside the halt; clearing forgets it.
        let halted =
            if function == control::HALT && s.suspended.is_some() { control::START | control::PRIMARY } else { 0 };
        s.suspended = None;
        s.status = [s.status[0] & !control::ALL | function | status | halted, 0, 0];
        s.interrupts = true;
        state.update();
        Some(0)
    }

    /// RESUME SUBCHANNEL: goes on with a program that has been suspended.
    pub fn resume(&self, schid: u32) -> Option<u64> {
        let mut state = self.0.lock();
        let State { subchannels, dma, monitor, .. } = &mut *state;
        let s = match place(schid, subchannels.len())? {
            Ok(index) => &mut subchannels[index],
            Err(cc) => return Some(cc),
        };
        if s.flags & path::ENABLED == 0 {
            return Some(3);
        }
        if s.status[0] & control::PENDING != 0 {
            return Some(1);
        }
        let Some(program) = s.suspended.take() else { return Some(2) };
        s.measure(*monitor, dma);
        s.run(program, dma);
        state.update();
        Some(0)
    }

    /// CANCEL SUBCHANNEL: no program is ever about to begin.
    pub fn cancel(&self, schid: u32) -> Option<u64> {
        let mut state = self.0.lock();
        let s = subchannel!(state, schid);
        let pending = s.status[0] & control::PENDING != 0;
        Some(if s.flags & path::ENABLED == 0 { 3 } else { 2 - u64::from(pending) })
    }

    /// SET CHANNEL MONITOR: registers 1 and 2.
    pub fn monitor(&self, controls: u64, origin: u64) -> Option<u64> {
        const UPDATE: u64 = 2;
        const RESERVED: u64 = 0x0fff_fffc;
        if controls & RESERVED != 0 || controls & UPDATE != 0 && origin & 0x1f != 0 {
            return None;
        }
        self.0.lock().monitor = Monitor { origin: (controls & UPDATE != 0).then_some(origin) };
        Some(0)
    }

    /// RESET CHANNEL PATH: register 1. There is one path, whose reset is reported.
    pub fn reset_path(&self, path: u32) -> Option<u64> {
        const RESERVED: u32 = 0xff00_ff00;
        /// Solicited; a channel path; initialized.
        const REPORT: u32 = 0x4000_0000 | 4 << 24 | 2 << 16;
        if path & RESERVED != 0 || path >> 16 != 0 {
            return None;
        }
        if path & 0xff != 0 {
            return Some(3);
        }
        let mut state = self.0.lock();
        state.reports.push_back(REPORT);
        state.report.raise();
        Some(0)
    }

    /// Somebody is told of the report that waits; whether there is one.
    pub fn take_report(&self) -> bool {
        let state = self.0.lock();
        state.report.lower();
        !state.reports.is_empty()
    }

    /// STORE CHANNEL REPORT WORD.
    pub fn report(&self, report: &mut u32) -> u64 {
        let next = self.0.lock().reports.pop_front();
        *report = next.unwrap_or(0);
        u64::from(next.is_none())
    }

    /// CHANNEL SUBSYSTEM CALL.
    pub fn call(&self, block: &mut [u8; 4096]) -> Option<u64> {
        chsc::call(block)
    }

    /// Takes the pending interruption of the highest priority: identification, parameter, identification of the interruption.
    pub fn take_interruption(&self, subclasses: u8) -> Option<[u32; 3]> {
        let mut state = self.0.lock();
        let wanted = |s: &&mut Subchannel| s.waits() && subclasses << s.subclass() & 0x80 != 0;
        let s = state.subchannels.iter_mut().filter(wanted).min_by_key(|s| s.subclass())?;
        s.interrupts = false;
        let words = [1 << 16 | u32::from(s.number), s.parameter, s.subclass() << 27];
        state.update();
        Some(words)
    }

    /// A queue of the virtio device behind a subchannel has work.
    pub fn notify(&self, schid: u32, queue: u32) -> i64 {
        const INVALID: i64 = -22;
        let mut state = self.0.lock();
        let State { subchannels, dma, .. } = &mut *state;
        let Some(Ok(index)) = place(schid, subchannels.len()) else { return INVALID };
        let s = &mut subchannels[index];
        let answer = s.device.notify(queue, dma);
        s.attend();
        state.update();
        answer
    }

    /// Looks whether devices want attention.
    pub fn poll(&self) {
        let mut state = self.0.lock();
        state.subchannels.iter_mut().for_each(Subchannel::attend);
        state.update();
    }
}

/// Hands characters to a port of a device behind a subchannel; otherwise nothing.
pub struct CcwInput {
    css: Css,
    subchannel: u16,
    port: usize,
}

impl Device for CcwInput {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let mut state = self.css.0.lock();
        let State { subchannels, dma, .. } = &mut *state;
        let Some(s) = subchannels.get_mut(usize::from(self.subchannel)) else { return 0 };
        let taken = s.device.receive(self.port, bytes, dma);
        s.attend();
        state.update();
        taken
    }
}

impl State {
    /// Drives the lines as interruptions are pending.
    fn update(&mut self) {
        for (subclass, line) in self.lines.iter().enumerate() {
            line.set(self.subchannels.iter().any(|s| s.waits() && s.subclass() == subclass as u32));
        }
    }
}

impl Subchannel {
    fn subclass(&self) -> u32 {
        self.flags >> 27 & 7
    }

    fn waits(&self) -> bool {
        self.interrupts && self.flags & path::ENABLED != 0
    }

    /// Makes an alert of the device's wish for attention.
    fn attend(&mut self) {
        if self.device.take_attention() {
            self.status[0] |= control::ALERT | control::PENDING;
            self.interrupts = true;
        }
    }

    /// The subchannel-information block: path-management-control word, status word, nothing model-dependent.
    fn schib(&self, schib: &mut [u8; 52]) {
        /// The first path, which is the only one, is installed, available, and was used last.
        const FIRST: u8 = 0x80;
        schib.fill(0);
        put(schib, 0, self.parameter);
        put(schib, 4, self.flags | u32::from(self.number));
        // Masks: logical paths, not operational, last used, installed; then operational, available.
        (schib[8], schib[11]) = (FIRST, FIRST);
        schib[12..14].copy_from_slice(&self.block.0.to_be_bytes());
        (schib[14], schib[15]) = (0xff, FIRST);
        put(schib, 24, self.last);
        put(schib, 40, (self.block.1 >> 32) as u32);
        put(schib, 44, self.block.1 as u32);
        for (n, value) in self.status.into_iter().enumerate() {
            put(schib, 28 + n * 4, value);
        }
    }

    /// Counts a start or resumption in the measurement block ("Measurement-Block-Update Facility").
    fn measure(&self, monitor: Monitor, dma: &Dma) {
        let Some(origin) = monitor.origin else { return };
        if self.flags & path::MEASURE == 0 {
            return;
        }
        if self.last & path::BLOCK_FORMAT != 0 {
            let mut count = [0; 4];
            dma.read(self.block.1, &mut count);
            let _ = dma.write(self.block.1, &u32::from_be_bytes(count).wrapping_add(1).to_be_bytes());
        } else {
            let at = origin.wrapping_add(32 * u64::from(self.block.0));
            let mut count = [0; 2];
            dma.read(at, &mut count);
            let _ = dma.write(at, &u16::from_be_bytes(count).wrapping_add(1).to_be_bytes());
        }
    }

    /// Executes a channel program until it ends or is suspended; what has become of it is pending then.
    fn run(&mut self, mut program: Program, dma: &Dma) {
        let flags = program.flags;
        let mut unit = Unit { device: &mut *self.device, sense: &mut self.sense };
        let outcome = program.run(&mut unit, dma);
        let head = flags & control::FROM_REQUEST | control::START;
        let early = if outcome.sub & sub::PROGRAM_CONTROLLED != 0 { control::INTERMEDIATE } else { 0 };
        let codes = |device: u8| u32::from(device) << 24 | u32::from(outcome.sub) << 16 | u32::from(outcome.left);
        if outcome.suspended {
            let tells = flags & request::QUIET == 0;
            let status = if tells { control::INTERMEDIATE | control::PENDING } else { 0 };
            self.status = [head | control::SUSPENDED | status, program.at.wrapping_add(8), codes(0)];
            (self.suspended, self.interrupts) = (Some(program), tells);
            return;
        }
        let odd = outcome.sub & !sub::PROGRAM_CONTROLLED != 0 || outcome.device & device::UNIT_CHECK != 0;
        let alert = if odd { control::ALERT } else { 0 };
        let state = control::PRIMARY | control::SECONDARY | control::PENDING | alert | early;
        self.status = [head | state, program.at, codes(outcome.device)];
        self.interrupts = true;
    }
}

/// Puts as much into `data` as there is room for; how much.
pub(crate) fn fill(data: &mut [u8], bytes: &[u8]) -> usize {
    let n = data.len().min(bytes.len());
    data[..n].copy_from_slice(&bytes[..n]);
    n
}

impl Device for Css {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        let mut state = self.0.lock();
        for s in &mut state.subchannels {
            s.device.reset();
            (s.parameter, s.flags, s.status, s.sense, s.interrupts) = (0, path::VALID, [0; 3], 0, false);
            (s.last, s.block, s.suspended) = (0, (0, 0), None);
        }
        state.reports.clear();
        state.report.lower();
        state.monitor = Monitor::default();
        state.update();
    }
}
