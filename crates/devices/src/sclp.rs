//! The service-call logical processor of a mainframe: configuration, and the console by events.
//!
//! IBM publishes no manual of it; commands, codes and layouts are those that Linux (`drivers/s390/char/sclp*.h`) and z/VM's guests use.
//! Numbers are big-endian. A block begins with its length (2 bytes), a function code, three bytes of control, and the response code (2).

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;

use crate::ebcdic::{ascii, ebcdic};
use crate::percpu::Started;
use crate::sink::Sink;

/// What the configuration looks like.
#[derive(Clone)]
pub struct SclpConfig {
    /// Bytes of RAM.
    pub ram: u64,
    /// CPUs there may be.
    pub max_cpus: u32,
    /// Which CPUs are there.
    pub present: Started,
}

/// Response codes.
mod response {
    pub(super) const READ_COMPLETE: u16 = 0x0010;
    pub(super) const COMPLETE: u16 = 0x0020;
    pub(super) const INVALID_COMMAND: u16 = 0x01f0;
    pub(super) const INSUFFICIENT_LENGTH: u16 = 0x0300;
    pub(super) const INVALID_FUNCTION: u16 = 0x40f0;
    pub(super) const BOUNDARY: u16 = 0x0100;
    pub(super) const ALREADY: u16 = 0x0120;
    pub(super) const INVALID_CPU: u16 = 0x09f0;
    pub(super) const NOTHING_STORED: u16 = 0x60f0;
    pub(super) const INVALID_MASK: u16 = 0x70f0;
    pub(super) const BUFFER_SYNTAX: u16 = 0x73f0;
    pub(super) const INVALID_MASK_LENGTH: u16 = 0x74f0;
    pub(super) const TOO_SHORT: u16 = 0x75f0;
}

/// Types of events.
mod event {
    /// Commands that an operator has typed.
    pub(super) const COMMAND: u8 = 0x01;
    /// Messages in lines.
    pub(super) const MESSAGE: u8 = 0x02;
    /// The configuration has changed.
    pub(super) const CONFIGURATION: u8 = 0x04;
    /// Messages in lines that are urgent.
    pub(super) const URGENT: u8 = 0x09;
    /// The ASCII console (a VT220).
    pub(super) const ASCII: u8 = 0x1a;
    /// The guest is asked to shut down.
    pub(super) const QUIESCE: u8 = 0x1d;
}

/// The bit of an event type in a mask.
const fn mask(kind: u8) -> u32 {
    1 << (32 - kind as u32)
}

/// A response code, and the CPU that is configured or deconfigured by the command.
type Done = (u16, Option<(u32, bool)>);

/// Offset of the CPU entries in what READ SCP INFO stores.
const ENTRIES: usize = 128;
/// Bytes of a CPU entry.
const ENTRY: usize = 16;
/// Offset of the first event buffer or of the masks in a block.
const BODY: usize = 8;
/// Bytes of an event buffer's header: length, type, flags, reserved.
const EVENT_HEADER: usize = 6;
/// Characters that wait for the guest at most.
const ROOM: usize = 4096;

struct State {
    config: SclpConfig,
    /// The ASCII console, if there is one.
    sink: Option<Box<dyn Sink>>,
    /// The line console, if there is one.
    lines_sink: Option<Box<dyn Sink>>,
    wire: Line,
    /// What the guest takes, by its event mask.
    receive: u32,
    typed: VecDeque<u8>,
    /// What has been typed at the line console.
    commands: VecDeque<u8>,
    quiesce: bool,
    /// CPUs have come that the guest has not been told of.
    changed: bool,
    /// CPUs that stand by: the guest has given them back.
    standby: Vec<bool>,
    /// The parameter of the signal that is pending.
    signal: Option<u32>,
}

/// The service processor. Clones are the same one.
#[derive(Clone)]
pub struct Sclp(Arc<Mutex<State>>);

fn put(block: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(to) = block.get_mut(at..at + bytes.len()) {
        to.copy_from_slice(bytes);
    }
}

fn number(block: &[u8], at: usize, len: usize) -> u32 {
    block.iter().skip(at).take(len).fold(0, |all, b| all << 8 | u32::from(*b))
}

impl Sclp {
    /// A service processor whose ASCII console writes to `sink` and whose line console to `lines`, each of which may be missing, and which holds `wire` up while a
    /// service signal is pending.
    pub fn new(config: SclpConfig, sink: Option<Box<dyn Sink>>, lines: Option<Box<dyn Sink>>, wire: Line) -> Sclp {
        let (present, standby) = (config.present.clone(), vec![false; config.max_cpus as usize]);
        let sclp = Sclp(Arc::new(Mutex::new(State {
            config,
            sink,
            lines_sink: lines,
            wire,
            receive: 0,
            typed: VecDeque::new(),
            commands: VecDeque::new(),
            quiesce: false,
            changed: false,
            standby,
            signal: None,
        })));
        let told = Arc::downgrade(&sclp.0);
        present.tell(Line::new(move |_| {
            if let Some(state) = told.upgrade() {
                let mut state = state.lock();
                state.changed = true;
                state.tell();
            }
        }));
        sclp
    }

    /// The line console's keyboard.
    pub fn line_console(&self) -> LineConsole {
        LineConsole(self.clone())
    }

    /// Carries out a command on the block, whose address is `address`; a service signal follows. A CPU that is configured or
    /// deconfigured by it is told: its address, and whether it is configured now.
    pub fn call(&self, command: u32, address: u32, block: &mut [u8]) -> Option<(u32, bool)> {
        let mut state = self.0.lock();
        let (code, cpu) = state.command(command, address, block);
        put(block, 6, &code.to_be_bytes());
        state.raise(address & !7);
        cpu
    }

    /// Takes the signal that is pending: its parameter.
    pub fn take_signal(&self) -> Option<u32> {
        let mut state = self.0.lock();
        state.wire.lower();
        state.signal.take()
    }

    /// Asks the guest to shut down, if it listens.
    pub fn quiesce(&self) {
        let mut state = self.0.lock();
        state.quiesce = true;
        state.tell();
    }
}

impl State {
    /// Raises a signal for the block at that address (0: none), with bit 31 while events wait.
    fn raise(&mut self, address: u32) {
        let parameter = address | u32::from(self.waits());
        if parameter != 0 {
            self.signal = Some(self.signal.unwrap_or(0) | parameter);
            self.wire.raise();
        }
    }

    fn tell(&mut self) {
        if self.waits() {
            self.raise(0);
        }
    }

    fn waits(&self) -> bool {
        self.waiting(self.receive).is_some()
    }

    /// The event that waits and is wanted.
    fn waiting(&self, wanted: u32) -> Option<u8> {
        let line = self.commands.contains(&b'\n');
        let events = [
            (event::ASCII, !self.typed.is_empty()),
            (event::COMMAND, line),
            (event::QUIESCE, self.quiesce),
            (event::CONFIGURATION, self.changed),
        ];
        events.into_iter().find(|&(kind, there)| there && wanted & mask(kind) != 0).map(|(kind, _)| kind)
    }

    fn command(&mut self, command: u32, address: u32, block: &mut [u8]) -> Done {
        const CONFIGURE: u32 = 0x0011_0001;
        const DECONFIGURE: u32 = 0x0010_0001;
        // The block may have been cut there.
        let len = block.len().max(number(block, 0, 2) as usize);
        let crosses = address as usize % 4096 + len > 4096;
        // The third byte tells variants apart that are the same here, or names a CPU.
        let code = match command & 0xffff_00ff {
            0x0002_0001 | 0x0012_0001 | 0x0001_0001 if crosses => response::BOUNDARY,
            0x0002_0001 | 0x0012_0001 => self.read_info(block),
            0x0001_0001 => self.read_cpus(block),
            what @ (CONFIGURE | DECONFIGURE) => return self.configure(command >> 8 & 0xff, what == CONFIGURE),
            0x0076_0005 | 0x0077_0005 | 0x0078_0005 if crosses => response::BOUNDARY,
            0x0076_0005 => self.write_events(block),
            0x0077_0005 => self.read_events(block),
            0x0078_0005 => self.write_mask(block),
            _ => response::INVALID_COMMAND,
        };
        (code, None)
    }

    /// CONFIGURE CPU, DECONFIGURE CPU.
    fn configure(&mut self, cpu: u32, on: bool) -> Done {
        if !self.config.present.get(cpu as usize) {
            return (response::INVALID_CPU, None);
        }
        match self.standby.get_mut(cpu as usize) {
            Some(standby) if *standby == on => {
                *standby = !on;
                (response::COMPLETE, Some((cpu, on)))
            }
            _ => (response::ALREADY, None),
        }
    }

    /// The CPUs that are configured, or that stand by.
    fn cpus(&self, standby: bool) -> Vec<u32> {
        let here = |n: &u32| self.config.present.get(*n as usize) && self.standby[*n as usize] == standby;
        (0..self.config.max_cpus).filter(here).collect()
    }

    fn put_cpus(block: &mut [u8], at: usize, cpus: &[u32]) -> u16 {
        if block.len() < at + cpus.len() * ENTRY {
            return response::INSUFFICIENT_LENGTH;
        }
        for (n, cpu) in cpus.iter().enumerate() {
            // Address; no special features; type 0 is a general-purpose CPU.
            let mut entry = [0; ENTRY];
            entry[0] = *cpu as u8;
            put(block, at + n * ENTRY, &entry);
        }
        response::READ_COMPLETE
    }

    /// READ SCP INFO: storage in increments, CPUs, what else there is.
    fn read_info(&self, block: &mut [u8]) -> u16 {
        /// CPU information may be read; CPUs may be configured and deconfigured.
        const FACILITIES: u64 = 1 << 59 | 1 << 58;
        /// The number of increments must fit 15 bits.
        const MOST: u64 = 0x7fff;
        if block.len() < ENTRIES {
            return response::INSUFFICIENT_LENGTH;
        }
        let mut shift = 20;
        while self.config.ram >> shift > MOST {
            shift += 1;
        }
        let increments = (self.config.ram >> shift) as u16;
        let megabytes = 1u64 << (shift - 20);
        put(block, 8, &increments.to_be_bytes());
        match u8::try_from(megabytes) {
            Ok(size) => put(block, 10, &[size]),
            Err(_) => put(block, 100, &(megabytes as u32).to_be_bytes()),
        }
        let cpus = self.cpus(false);
        put(block, 16, &(cpus.len() as u16).to_be_bytes());
        put(block, 18, &(ENTRIES as u16).to_be_bytes());
        // The load parameter: blanks.
        put(block, 24, &[0x40; 8]);
        put(block, 48, &FACILITIES.to_be_bytes());
        put(block, 120, &(self.config.max_cpus as u16 - 1).to_be_bytes());
        State::put_cpus(block, ENTRIES, &cpus)
    }

    /// READ CPU INFO: configured CPUs from offset 24 on, then those that stand by.
    fn read_cpus(&self, block: &mut [u8]) -> u16 {
        const AT: usize = 24;
        if block.len() < AT {
            return response::INSUFFICIENT_LENGTH;
        }
        let (configured, standby) = (self.cpus(false), self.cpus(true));
        let behind = AT + configured.len() * ENTRY;
        let numbers = [configured.len(), AT, standby.len(), behind];
        numbers.iter().enumerate().for_each(|(n, value)| put(block, 8 + 2 * n, &(*value as u16).to_be_bytes()));
        State::put_cpus(block, AT, &[configured, standby].concat())
    }

    /// WRITE EVENT DATA: event buffers, each of which is marked when it is accepted.
    fn write_events(&mut self, block: &mut [u8]) -> u16 {
        let mut at = BODY;
        while at < block.len() {
            let len = number(block, at, 2) as usize;
            if len < EVENT_HEADER || at + len > block.len() {
                return response::BUFFER_SYNTAX;
            }
            let kind = block[at + 2];
            let body = &block[at + EVENT_HEADER..at + len];
            match (kind, &mut self.sink) {
                (event::ASCII, Some(sink)) => sink.write(body),
                (event::MESSAGE | event::URGENT, _) if self.lines_sink.is_some() => self.write_lines(body),
                _ => return response::INVALID_FUNCTION,
            }
            block[at + 3] |= 0x80;
            at += len;
        }
        response::COMPLETE
    }

    /// The text objects of a message's data block (MDB), in EBCDIC.
    fn write_lines(&mut self, body: &[u8]) {
        /// Length, type, tag ("MDB ") and revision.
        const HEAD: usize = 12;
        const OBJECT_TEXT: u32 = 4;
        let total = body.len().min(number(body, 0, 2) as usize);
        let mut at = HEAD;
        while at + 4 <= total {
            let len = number(body, at, 2) as usize;
            if len < 4 || at + len > total {
                return;
            }
            if number(body, at + 2, 2) == OBJECT_TEXT && len >= 10 {
                let text: Vec<u8> = body[at + 10..at + len].iter().map(|&c| ascii(c)).collect();
                if let Some(sink) = &mut self.lines_sink {
                    sink.write(&text);
                    sink.write(b"\n");
                }
            }
            at += len;
        }
    }

    /// READ EVENT DATA: one event that waits and is wanted.
    fn read_events(&mut self, block: &mut [u8]) -> u16 {
        let wanted = match block[2] {
            0 => self.receive,
            1 => number(block, BODY, 4) & self.receive,
            _ => return response::INVALID_FUNCTION,
        };
        let Some(kind) = self.waiting(wanted) else { return response::NOTHING_STORED };
        let room = block.len().saturating_sub(BODY + EVENT_HEADER);
        let Some(body) = self.event(kind, room) else { return response::TOO_SHORT };
        let len = EVENT_HEADER + body.len();
        put(block, BODY, &(len as u16).to_be_bytes());
        put(block, BODY + 2, &[kind, 0, 0, 0]);
        put(block, BODY + EVENT_HEADER, &body);
        let all = BODY + len;
        if block[5] & 0x80 != 0 {
            put(block, 0, &(all as u16).to_be_bytes());
        }
        response::COMPLETE
    }

    /// The body of an event that waits, which does so no longer; `None` if there is no room for it.
    fn event(&mut self, kind: u8, room: usize) -> Option<Vec<u8>> {
        match kind {
            event::ASCII if room >= 2 => {
                let n = self.typed.len().min(room - 1);
                // A 0 says that characters follow.
                Some(std::iter::once(0).chain(self.typed.drain(..n)).collect())
            }
            event::COMMAND if room >= COMMAND_HEAD => {
                let end = self.commands.iter().position(|c| *c == b'\n')?;
                let line: Vec<u8> = self.commands.drain(..=end).take(end).collect();
                Some(command_body(&line[..line.len().min(room - COMMAND_HEAD).min(200)]))
            }
            event::QUIESCE if room >= 3 => {
                self.quiesce = false;
                // No time limit, in seconds.
                Some(vec![0, 0, 1])
            }
            event::CONFIGURATION if room >= 2 => {
                self.changed = false;
                // CPUs have changed.
                Some(vec![0, 1])
            }
            _ => None,
        }
    }

    /// WRITE EVENT MASK: what the guest receives and sends; what we receive and send is stored behind.
    fn write_mask(&mut self, block: &mut [u8]) -> u16 {
        let len = number(block, 10, 2) as usize;
        if len == 0 || len > 1021 {
            return response::INVALID_MASK_LENGTH;
        }
        if block.len() < 12 + 4 * len {
            return response::INVALID_MASK;
        }
        // Masks shorter or longer than four bytes are filled up with zeros or cut.
        self.receive = (0..4).fold(0, |all, i| all << 8 | if i < len { u32::from(block[12 + i]) } else { 0 });
        let with = |there: bool, masks: u32| if there { masks } else { 0 };
        let ascii = with(self.sink.is_some(), mask(event::ASCII));
        let lines = |masks| with(self.lines_sink.is_some(), masks);
        let takes = ascii | lines(mask(event::MESSAGE) | mask(event::URGENT));
        let sends = ascii | mask(event::QUIESCE) | mask(event::CONFIGURATION) | lines(mask(event::COMMAND));
        for (at, value) in [(12 + 2 * len, takes), (12 + 3 * len, sends)] {
            for (i, byte) in value.to_be_bytes().into_iter().chain(std::iter::repeat(0)).take(len).enumerate() {
                block[at + i] = byte;
            }
        }
        self.tell();
        response::COMPLETE
    }
}

/// Bytes of a command event's body before its text.
const COMMAND_HEAD: usize = 16;

/// An operator's command, as a message unit (0x1310) around a control-point unit (0x1212) around a text command (0x1320) around a
/// self-defining text message (0x31) with one text (0x30), in EBCDIC.
fn command_body(line: &[u8]) -> Vec<u8> {
    let mut body: Vec<u8> = line.iter().map(|c| ebcdic(*c)).collect();
    for kind in [0x30, 0x31] {
        body.splice(0..0, [body.len() as u8 + 2, kind]);
    }
    for id in [0x1320_u16, 0x1212, 0x1310] {
        let len = (body.len() + 4) as u16;
        body.splice(0..0, len.to_be_bytes().into_iter().chain(id.to_be_bytes()));
    }
    body
}

/// What is typed at the line console.
pub struct LineConsole(Sclp);

impl Device for LineConsole {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let mut state = self.0.0.lock();
        let n = bytes.len().min(ROOM - state.commands.len());
        state.commands.extend(bytes[..n].iter().map(|c| if *c == b'\r' { b'\n' } else { *c }));
        state.tell();
        n
    }
}

impl Device for Sclp {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        let mut state = self.0.lock();
        state.receive = 0;
        state.typed.clear();
        state.commands.clear();
        (state.quiesce, state.changed) = (false, false);
        state.standby.fill(false);
        state.signal = None;
        state.wire.lower();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let mut state = self.0.lock();
        let n = bytes.len().min(ROOM - state.typed.len());
        state.typed.extend(&bytes[..n]);
        state.tell();
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::{Capture, NullSink};

    fn without_console() -> Sclp {
        let config = SclpConfig { ram: 1 << 20, max_cpus: 1, present: Started::new(1) };
        Sclp::new(config, None, None, Line::unconnected())
    }

    #[test]
    fn without_a_console_there_are_no_characters() {
        let sclp = without_console();
        let mut block = [0; 28];
        put(&mut block, 10, &[0, 4]);
        sclp.call(0x0078_0005, 0x8000, &mut block);
        let rest = mask(event::QUIESCE) | mask(event::CONFIGURATION);
        assert_eq!((number(&block, 20, 4), number(&block, 24, 4)), (0, rest));
        let mut block = vec![0, 16, 0, 0, 0, 0, 0, 0, 0, 8, event::ASCII, 0, 0, 0, b'h', b'i'];
        sclp.call(0x0076_0005, 0x8000, &mut block);
        assert_eq!(block[6..8], [0x40, 0xf0]);
    }

    #[test]
    fn a_block_that_crosses_a_page_is_refused() {
        let sclp = without_console();
        // As long as the page allows, and longer by its header: only the page's part is there.
        for (address, len, there, wanted) in [
            (0x8000, 4096, 4096, 0x10),
            (0x8000, 4104, 4096, 0x100),
            (0x8f80, 256, 128, 0x100),
            (0x8000, 65_535, 4096, 0x100),
        ] {
            let mut block = vec![0; there];
            put(&mut block, 0, &(len as u16).to_be_bytes());
            sclp.call(0x0002_0001, address, &mut block);
            assert_eq!(number(&block, 6, 2), wanted, "{address:#x} {len}");
        }
    }

    /// A general object, then two lines: length, type, flags and reserved bytes before the text.
    #[test]
    fn lines_are_written() {
        let out = Capture::new();
        let config = SclpConfig { ram: 1 << 20, max_cpus: 1, present: Started::new(1) };
        let sclp = Sclp::new(config, None, Some(Box::new(out.clone())), Line::unconnected());
        let mut objects = vec![0; 56];
        put(&mut objects, 0, &[0, 56, 0, 1]);
        for text in [[0xc8, 0x89], [0xd6, 0x92]] {
            objects.extend([0, 12, 0, 4, 0x10, 0, 0, 0, 0, 0]);
            objects.extend(text);
        }
        let len = objects.len() as u8;
        let mut block = vec![0, len + 26, 0, 0, 0, 0, 0, 0, 0, len + 18, event::MESSAGE, 0, 0, 0];
        block.extend([0, len + 12, 0, 1, 0xd4, 0xc4, 0xc2, 0x40, 0, 0, 0, 1]);
        block.extend(objects);
        sclp.call(0x0076_0005, 0x8000, &mut block);
        assert_eq!((block[6], block[7], block[11]), (0, 0x20, 0x80));
        assert_eq!(out.text(), "Hi\nOk\n");
    }

    fn make() -> (Sclp, Capture) {
        let present = Started::new(4);
        present.set(0, true);
        present.set(2, true);
        let config = SclpConfig { ram: 512 << 20, max_cpus: 4, present };
        let out = Capture::new();
        (Sclp::new(config, Some(Box::new(out.clone())), Some(Box::new(NullSink)), Line::unconnected()), out)
    }

    #[test]
    fn information_names_storage_and_cpus() {
        let (sclp, _) = make();
        let mut block = [0; 4096];
        sclp.call(0x0002_0001, 0x8000, &mut block);
        assert_eq!(block[6..8], [0x00, 0x10]);
        assert_eq!((number(&block, 8, 2), block[10]), (512, 1));
        assert_eq!((number(&block, 16, 2), number(&block, 18, 2)), (2, 128));
        assert_eq!((block[128], block[144]), (0, 2));
        assert_eq!(sclp.take_signal(), Some(0x8000));
        assert_eq!(sclp.take_signal(), None);
    }

    #[test]
    fn console_writes_and_reads() {
        let (mut sclp, out) = make();
        let mut block = [0; 28];
        put(&mut block, 10, &[0, 4]);
        put(&mut block, 12, &mask(event::ASCII).to_be_bytes());
        sclp.call(0x0078_0005, 0x8000, &mut block);
        assert_eq!(block[6..8], [0x00, 0x20]);
        assert_ne!(number(&block, 20, 4) & mask(event::ASCII), 0);
        let mut block = vec![0, 16, 0, 0, 0, 0, 0, 0, 0, 8, event::ASCII, 0, 0, 0, b'h', b'i'];
        sclp.call(0x0076_0005, 0x8000, &mut block);
        assert_eq!((block[6], block[7], block[11]), (0, 0x20, 0x80));
        assert_eq!(out.text(), "hi");
        sclp.take_signal();
        assert_eq!(sclp.receive(b"x", 0), 1);
        assert_eq!(sclp.take_signal(), Some(1));
        let mut block = [0; 64];
        sclp.call(0x0077_0005, 0x8000, &mut block);
        assert_eq!(block[8..16], [0, 8, event::ASCII, 0, 0, 0, 0, b'x']);
        let mut block = [0; 64];
        sclp.call(0x0077_0005, 0x8000, &mut block);
        assert_eq!(block[6..8], [0x60, 0xf0]);
    }
}
