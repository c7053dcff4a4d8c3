//! The channel subsystem of a mainframe, with devices that are reached through subchannels.
//!
//! z/Architecture Principles of Operation, "I/O Overview" to "I/O Interruptions". A channel program is executed as soon as it is started;
//! its end is then pending as status. There is one channel path, and one subchannel a device.

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Dma, Line, Nanos, Size};
use parking_lot::Mutex;

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Done, with so many bytes of the data area used.
    Done(usize),
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

    /// Whether the device wants the guest's attention; asked once for each time.
    fn take_attention(&mut self) -> bool {
        false
    }
}

/// Status bits of the subchannel-status word's first word.
mod control {
    pub(super) const START: u32 = 1 << 14;
    pub(super) const HALT: u32 = 1 << 13;
    pub(super) const CLEAR: u32 = 1 << 12;
    pub(super) const ALERT: u32 = 1 << 4;
    pub(super) const PRIMARY: u32 = 1 << 2;
    pub(super) const SECONDARY: u32 = 1 << 1;
    pub(super) const PENDING: u32 = 1;
    /// Function control, activity control, status control.
    pub(super) const ALL: u32 = 0x7000 | 0x0fe0 | 0x001f;
}

/// Bits of the path-management-control word's second word.
mod path {
    pub(super) const ENABLED: u32 = 1 << 23;
    pub(super) const VALID: u32 = 1 << 16;
    pub(super) const SUBCLASS: u32 = 7 << 27;
    /// What MODIFY SUBCHANNEL may change: subclass, enabled, limit, measurement, multipath.
    pub(super) const CHANGEABLE: u32 = SUBCLASS | ENABLED | 3 << 25 | 3 << 19 | 1 << 18;
    /// What must be zero.
    pub(super) const RESERVED: u32 = 1 << 30 | 1 << 31;
}

const CHANNEL_END: u8 = 0x08;
const DEVICE_END: u8 = 0x04;
const UNIT_CHECK: u8 = 0x02;
const PROGRAM_CHECK: u8 = 0x20;
const INCORRECT_LENGTH: u8 = 0x40;

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
}

struct State {
    subchannels: Vec<Subchannel>,
    /// One for each interruption subclass.
    lines: Vec<Line>,
    reports: VecDeque<u32>,
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

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |all, b| all << 8 | u32::from(*b))
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

impl Css {
    /// A channel subsystem without devices, whose I/O interruptions of subclass n go to `lines[n]`.
    pub fn new(lines: Vec<Line>, dma: Dma) -> Css {
        Css(Arc::new(Mutex::new(State { subchannels: Vec::new(), lines, reports: VecDeque::new(), dma })))
    }

    /// Adds a device; its number is that of its subchannel.
    pub fn add(&self, device: Box<dyn CcwDevice>) {
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
        });
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
        let flags = word(schib, 4);
        if flags & path::RESERVED != 0 {
            return None;
        }
        let s = subchannel!(state, schid);
        if s.status[0] & control::PENDING != 0 {
            return Some(1);
        }
        s.parameter = word(schib, 0);
        s.flags = s.flags & !path::CHANGEABLE | flags & path::CHANGEABLE;
        Some(0)
    }

    /// START SUBCHANNEL: executes the channel program.
    pub fn start(&self, schid: u32, orb: &[u8; 32]) -> Option<u64> {
        let mut state = self.0.lock();
        let State { subchannels, dma, .. } = &mut *state;
        // Bits 5, 13 to 15 and 25 to 30 of the second word must be zero; so must the leftmost bit of the program's address.
        if word(orb, 4) & 0x0400_007e != 0 || word(orb, 8) >> 31 != 0 {
            return None;
        }
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
        s.parameter = word(orb, 0);
        s.run(orb, dma);
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
            if s.status[2] >> 24 & u32::from(UNIT_CHECK) != 0 {
                // Extended-status word: one byte of sense stands in the extended-control word.
                irb[32] = s.sense;
            }
            s.status = [s.status[0] & !control::ALL, 0, 0];
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
        s.status = [s.status[0] & !control::ALL | function | status, 0, 0];
        s.interrupts = true;
        state.update();
        Some(0)
    }

    /// RESUME SUBCHANNEL, CANCEL SUBCHANNEL: no program is ever under way.
    pub fn resume(&self, schid: u32) -> Option<u64> {
        let mut state = self.0.lock();
        let s = subchannel!(state, schid);
        let pending = s.status[0] & control::PENDING != 0;
        Some(if s.flags & path::ENABLED == 0 { 3 } else { 2 - u64::from(pending) })
    }

    /// STORE CHANNEL REPORT WORD.
    pub fn report(&self, report: &mut u32) -> u64 {
        let next = self.0.lock().reports.pop_front();
        *report = next.unwrap_or(0);
        u64::from(next.is_none())
    }

    /// CHANNEL SUBSYSTEM CALL: the request's length and command; the response goes behind the request.
    pub fn call(&self, block: &mut [u8; 4096]) -> u64 {
        const CHARACTERISTICS: u32 = 0x0010;
        const UNKNOWN: u32 = 0x0004;
        const MALFORMED: u32 = 0x0003;
        const DONE: u32 = 0x0001;
        let (len, command) = ((word(block, 0) >> 16) as usize, word(block, 0) & 0xffff);
        if !(16..=4080).contains(&len) || len % 8 != 0 {
            return 3;
        }
        let (code, size) = match command {
            CHARACTERISTICS if len != 16 => (MALFORMED, 8),
            CHARACTERISTICS => (DONE, 4080),
            _ => (UNKNOWN, 8),
        };
        let size = size.min(4096 - len);
        block[len..len + size].fill(0);
        put(block, len, (size as u32) << 16 | code);
        0
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
        (schib[14], schib[15]) = (FIRST, FIRST);
        for (n, value) in self.status.into_iter().enumerate() {
            put(schib, 28 + n * 4, value);
        }
    }

    /// Executes a channel program to its end.
    fn run(&mut self, orb: &[u8; 32], dma: &Dma) {
        /// Commands of a program at most, against loops.
        const MOST: u32 = 4096;
        let flags = word(orb, 4);
        let format1 = flags >> 23 & 1 != 0;
        let mut at = word(orb, 8);
        let (mut device, mut sub, mut left) = (CHANNEL_END | DEVICE_END, 0, 0);
        for n in 0..=MOST {
            let mut bytes = [0; 8];
            dma.read(u64::from(at), &mut bytes);
            let ccw = Ccw::decode(&bytes, format1);
            at = at.wrapping_add(8);
            if ccw.code & 0xf == 8 {
                // Transfer in channel.
                at = ccw.address;
                if n < MOST {
                    continue;
                }
            }
            if n == MOST || ccw.code & 0xf == 0 {
                (device, sub) = (0, PROGRAM_CHECK);
                break;
            }
            let (ending, count) = self.execute(ccw, dma);
            left = count;
            match ending {
                Ending::Done(_) if ccw.flags & Ccw::CHAIN_COMMAND != 0 => continue,
                Ending::Done(_) if count != 0 && ccw.flags & (Ccw::SUPPRESS | Ccw::CHAIN_DATA) == 0 => {
                    sub = INCORRECT_LENGTH;
                }
                Ending::Done(_) => {}
                Ending::Reject => {
                    device |= UNIT_CHECK;
                    self.sense = 0x80;
                }
                Ending::Incorrect => (device, sub) = (0, PROGRAM_CHECK),
            }
            break;
        }
        let alert = if device & UNIT_CHECK != 0 || sub != 0 { control::ALERT } else { 0 };
        let head = flags & 0xf000_0000 | if format1 { 1 << 23 } else { 0 };
        let state = control::START | control::PRIMARY | control::SECONDARY | control::PENDING | alert;
        self.status = [head | state, at, u32::from(device) << 24 | u32::from(sub) << 16 | u32::from(left)];
        self.interrupts = true;
    }

    /// Executes a command; what is left of its count.
    fn execute(&mut self, ccw: Ccw, dma: &Dma) -> (Ending, u16) {
        const NO_OPERATION: u8 = 0x03;
        const SENSE: u8 = 0x04;
        const SENSE_ID: u8 = 0xe4;
        let mut data = vec![0; usize::from(ccw.count)];
        let writes = ccw.code & 1 != 0;
        if writes {
            dma.read(u64::from(ccw.address), &mut data);
        }
        let ending = match ccw.code {
            NO_OPERATION => Ending::Done(data.len()),
            SENSE => {
                let sense = [std::mem::take(&mut self.sense)];
                Ending::Done(fill(&mut data, &[&sense[..], &[0; 31]].concat()))
            }
            SENSE_ID => {
                let (kind, model) = self.device.identity();
                let [high, low] = kind.to_be_bytes();
                Ending::Done(fill(&mut data, &[0xff, high, low, model, 0, 0, 0]))
            }
            code => self.device.command(code, &mut data),
        };
        let Ending::Done(n) = ending else { return (ending, ccw.count) };
        if !writes && ccw.flags & Ccw::SKIP == 0 && dma.write(u64::from(ccw.address), &data[..n]).is_err() {
            return (Ending::Incorrect, ccw.count);
        }
        (ending, ccw.count - n as u16)
    }
}

/// Puts as much into `data` as there is room for; how much.
pub(crate) fn fill(data: &mut [u8], bytes: &[u8]) -> usize {
    let n = data.len().min(bytes.len());
    data[..n].copy_from_slice(&bytes[..n]);
    n
}

/// A channel-command word.
#[derive(Clone, Copy)]
struct Ccw {
    code: u8,
    flags: u8,
    count: u16,
    address: u32,
}

impl Ccw {
    const CHAIN_DATA: u8 = 0x80;
    const CHAIN_COMMAND: u8 = 0x40;
    const SUPPRESS: u8 = 0x20;
    const SKIP: u8 = 0x10;

    fn decode(b: &[u8; 8], format1: bool) -> Ccw {
        if format1 {
            let count = u16::from_be_bytes([b[2], b[3]]);
            return Ccw { code: b[0], flags: b[1], count, address: word(b, 4) & 0x7fff_ffff };
        }
        Ccw { code: b[0], flags: b[4], count: u16::from_be_bytes([b[6], b[7]]), address: word(b, 0) & 0xff_ffff }
    }
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
        }
        state.reports.clear();
        state.update();
    }
}
