//! Channel programs: chains of channel-command words.
//!
//! z/Architecture Principles of Operation, "Execution of I/O Operations": "Channel-Command Word", "Command Code", "Designation of Storage
//! Area", "Chaining", "Program-Controlled Interruption", "CCW Indirect Data Addressing", "Modified CCW Indirect Data Addressing",
//! "Suspension of Channel-Program Execution".

use memory::Dma;

use crate::css::{CcwDevice, Ending, fill, word};

/// Device status.
pub(crate) mod device {
    pub(crate) const CHANNEL_END: u8 = 0x08;
    pub(crate) const DEVICE_END: u8 = 0x04;
    pub(crate) const UNIT_CHECK: u8 = 0x02;
}

/// Subchannel status.
pub(crate) mod sub {
    pub(crate) const PROGRAM_CONTROLLED: u8 = 0x80;
    pub(crate) const INCORRECT_LENGTH: u8 = 0x40;
    pub(crate) const PROGRAM_CHECK: u8 = 0x20;
}

/// Bits of the operation-request block's second word.
mod request {
    pub(super) const SUSPEND: u32 = 1 << 27;
    pub(super) const FORMAT_1: u32 = 1 << 23;
    pub(super) const IDAW_64: u32 = 1 << 17;
    pub(super) const IDAW_2K: u32 = 1 << 16;
    pub(super) const MIDA: u32 = 1 << 6;
}

/// Commands that every device has.
mod general {
    pub(super) const NO_OPERATION: u8 = 0x03;
    pub(super) const SENSE: u8 = 0x04;
    pub(super) const TRANSFER: u8 = 0x08;
    pub(super) const SENSE_ID: u8 = 0xe4;
    /// Bytes of sense identification: room for command-information words, of which there are none.
    pub(super) const SENSE_ID_LEN: usize = 256;
    pub(super) const SENSE_LEN: usize = 32;
}

/// Words of a program at most, against loops.
const MOST: u32 = 4096;
/// Data of one command at most.
const MOST_DATA: usize = 1 << 24;
/// Sense byte 0: command reject.
const COMMAND_REJECT: u8 = 0x80;

/// A program on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    /// Second word of the operation-request block.
    pub(crate) flags: u32,
    /// Address of the next channel-command word.
    pub(crate) at: u32,
}

/// What executing has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) device: u8,
    pub(crate) sub: u8,
    /// What is left of the last word's count.
    pub(crate) left: u16,
    /// The program waits for RESUME SUBCHANNEL.
    pub(crate) suspended: bool,
}

/// A device and the sense that it holds.
pub(crate) struct Unit<'a> {
    pub(crate) device: &'a mut dyn CcwDevice,
    pub(crate) sense: &'a mut u8,
}

/// A channel-command word.
#[derive(Clone, Copy)]
struct Ccw {
    code: u8,
    flags: u8,
    count: u16,
    address: u32,
    /// What follows it.
    next: u32,
}

impl Ccw {
    const CHAIN_DATA: u8 = 0x80;
    const CHAIN_COMMAND: u8 = 0x40;
    const SUPPRESS: u8 = 0x20;
    const SKIP: u8 = 0x10;
    const PROGRAM_CONTROLLED: u8 = 0x08;
    const INDIRECT: u8 = 0x04;
    const SUSPEND: u8 = 0x02;
    const MODIFIED: u8 = 0x01;
}

/// A part of a data area.
#[derive(Clone, Copy)]
struct Part {
    address: u64,
    len: usize,
    skip: bool,
}

/// A condition that ends the program: program check.
struct Check;

impl Program {
    /// Executes commands until the program ends or is suspended; [`Program::at`] stands behind the last word used. A program that is
    /// resumed begins with the word that has suspended it.
    pub(crate) fn run(&mut self, unit: &mut Unit<'_>, dma: &Dma) -> Outcome {
        let mut outcome = Outcome::default();
        for n in 0..MOST {
            let from = self.at;
            let Ok(ccw) = self.next(dma, n == 0, false) else { break };
            outcome.sub |= if ccw.flags & Ccw::PROGRAM_CONTROLLED != 0 { sub::PROGRAM_CONTROLLED } else { 0 };
            if ccw.flags & Ccw::SUSPEND != 0 {
                if self.flags & request::SUSPEND == 0 {
                    break;
                }
                self.at = from;
                return Outcome { suspended: true, ..outcome };
            }
            match self.command(ccw, unit, dma) {
                Err(Check) => break,
                Ok(Step::Chain) => {}
                Ok(Step::End(device, sub, left)) => {
                    return Outcome { device, sub: outcome.sub | sub, left, ..outcome };
                }
            }
        }
        Outcome { sub: outcome.sub | sub::PROGRAM_CHECK, ..outcome }
    }

    fn format_1(&self) -> bool {
        self.flags & request::FORMAT_1 != 0
    }

    fn fetch(&mut self, dma: &Dma) -> Result<Ccw, Check> {
        let limit = if self.format_1() { 0x7fff_ffff } else { 0xff_ffff };
        if self.at & 7 != 0 || self.at > limit {
            return Err(Check);
        }
        let mut b = [0; 8];
        dma.read(u64::from(self.at), &mut b);
        self.at = self.at.wrapping_add(8);
        let next = self.at;
        Ok(if self.format_1() {
            if b[4] & 0x80 != 0 {
                return Err(Check);
            }
            Ccw { code: b[0], flags: b[1], count: u16::from_be_bytes([b[2], b[3]]), address: word(&b, 4), next }
        } else {
            let count = u16::from_be_bytes([b[6], b[7]]);
            Ccw { code: b[0], flags: b[4] & !Ccw::MODIFIED, count, address: word(&b, 0) & 0xff_ffff, next }
        })
    }

    /// The next word that isn't a transfer in channel. `chained`: it goes on with the data of the one before.
    fn next(&mut self, dma: &Dma, first: bool, chained: bool) -> Result<Ccw, Check> {
        let mut may_transfer = !first;
        loop {
            let ccw = self.fetch(dma)?;
            if ccw.code & 0xf == general::TRANSFER {
                let exact = ccw.code == general::TRANSFER && ccw.flags == 0 && ccw.count == 0;
                if !may_transfer || self.format_1() && !exact {
                    return Err(Check);
                }
                (self.at, may_transfer) = (ccw.address, false);
                continue;
            }
            let zero = ccw.count == 0 && (!self.format_1() || chained || ccw.flags & Ccw::CHAIN_DATA != 0);
            let modified = ccw.flags & Ccw::MODIFIED != 0 && self.flags & request::MIDA == 0;
            if !chained && ccw.code & 0xf == 0 || zero || modified {
                return Err(Check);
            }
            return Ok(ccw);
        }
    }

    /// Executes a command with all its data.
    fn command(&mut self, first: Ccw, unit: &mut Unit<'_>, dma: &Dma) -> Result<Step, Check> {
        let (mut parts, mut words) = (self.parts(first, dma)?, vec![first]);
        let mut total = usize::from(first.count);
        while words.last().is_some_and(|ccw| ccw.flags & Ccw::CHAIN_DATA != 0) {
            let more = self.next(dma, false, true)?;
            parts.extend(self.parts(more, dma)?);
            total += usize::from(more.count);
            words.push(more);
            if total > MOST_DATA || words.len() > MOST as usize {
                return Err(Check);
            }
        }
        let mut data = vec![0; total];
        let writes = first.code & 1 != 0;
        // What a reading command finds there counts for some devices: virtio's read the number of a queue before they tell its size.
        each(&parts, &mut data, |part, data| {
            dma.read(part.address, data);
            true
        });
        let (used, more) = match execute(first.code, &mut data, unit) {
            Ending::Done(n) => (n, false),
            Ending::More(n) => (n, true),
            Ending::Reject => {
                *unit.sense = COMMAND_REJECT;
                return Ok(Step::End(device::UNIT_CHECK, 0, 0));
            }
            Ending::Incorrect => return Err(Check),
        };
        let stored =
            writes || each(&parts, &mut data[..used], |part, data| part.skip || dma.write(part.address, data).is_ok());
        if !stored {
            return Err(Check);
        }
        Ok(self.end(&words, used, total, more))
    }

    /// How a command ends whose device has used so many bytes.
    fn end(&mut self, words: &[Ccw], used: usize, total: usize, more: bool) -> Step {
        let mut end = 0;
        let reaches = |ccw: &&Ccw| {
            end += usize::from(ccw.count);
            used < end || used == total && end == total
        };
        let last = words.iter().find(reaches).unwrap_or(&words[words.len() - 1]);
        let left = (end - used) as u16;
        self.at = last.next;
        let unchained = last.flags & Ccw::CHAIN_DATA == 0;
        let wrong = (left != 0 || more) && !(unchained && last.flags & Ccw::SUPPRESS != 0);
        if unchained && !wrong && last.flags & Ccw::CHAIN_COMMAND != 0 {
            return Step::Chain;
        }
        Step::End(device::CHANNEL_END | device::DEVICE_END, if wrong { sub::INCORRECT_LENGTH } else { 0 }, left)
    }

    /// The parts of a word's data area.
    fn parts(&self, ccw: Ccw, dma: &Dma) -> Result<Vec<Part>, Check> {
        let skip = ccw.flags & Ccw::SKIP != 0;
        let count = usize::from(ccw.count);
        if ccw.flags & Ccw::MODIFIED != 0 {
            return modified(ccw, dma);
        }
        if ccw.flags & Ccw::INDIRECT != 0 {
            return self.indirect(ccw, dma);
        }
        Ok(vec![Part { address: ccw.address.into(), len: count, skip }])
    }

    /// Indirect-data-address words: each but the first begins at a block's boundary.
    fn indirect(&self, ccw: Ccw, dma: &Dma) -> Result<Vec<Part>, Check> {
        let wide = self.flags & request::IDAW_64 != 0;
        let block = if wide && self.flags & request::IDAW_2K == 0 { 4096 } else { 2048 };
        let size = if wide { 8 } else { 4 };
        if !ccw.address.is_multiple_of(size) {
            return Err(Check);
        }
        let (mut parts, mut left, mut at) = (Vec::new(), usize::from(ccw.count), u64::from(ccw.address));
        while left > 0 {
            let mut bytes = [0; 8];
            dma.read(at, &mut bytes[8 - size as usize..]);
            let address = u64::from_be_bytes(bytes);
            if !wide && address >> 31 != 0 || !parts.is_empty() && !address.is_multiple_of(block) {
                return Err(Check);
            }
            let len = left.min((block - address % block) as usize);
            parts.push(Part { address, len, skip: ccw.flags & Ccw::SKIP != 0 });
            (left, at) = (left - len, at + u64::from(size));
        }
        Ok(parts)
    }
}

/// Modified indirect-data-address words: flags, count, address; none crosses a 4 KiB boundary.
fn modified(ccw: Ccw, dma: &Dma) -> Result<Vec<Part>, Check> {
    const LAST: u8 = 0x80;
    const SKIP: u8 = 0x40;
    if ccw.flags & Ccw::INDIRECT != 0 || !ccw.address.is_multiple_of(16) {
        return Err(Check);
    }
    let (mut parts, mut left, mut at) = (Vec::new(), usize::from(ccw.count), u64::from(ccw.address));
    while left > 0 {
        let mut b = [0; 16];
        dma.read(at, &mut b);
        let len = usize::from(u16::from_be_bytes([b[6], b[7]]));
        let address = u64::from(word(&b, 8)) << 32 | u64::from(word(&b, 12));
        let last = b[5] & LAST != 0;
        if b[..5] != [0; 5] || len == 0 || len > left || last != (len == left) || address % 4096 + len as u64 > 4096 {
            return Err(Check);
        }
        parts.push(Part { address, len, skip: (ccw.flags & Ccw::SKIP != 0) || b[5] & SKIP != 0 });
        (left, at) = (left - len, at + 16);
    }
    Ok(parts)
}

/// Applies `to` to the parts of an area and their share of the data, as far as that goes; whether all said yes.
fn each(parts: &[Part], mut data: &mut [u8], mut to: impl FnMut(Part, &mut [u8]) -> bool) -> bool {
    for part in parts {
        let (here, rest) = data.split_at_mut(part.len.min(data.len()));
        if !here.is_empty() && !to(*part, here) {
            return false;
        }
        data = rest;
    }
    true
}

/// What follows a command.
enum Step {
    /// The next command.
    Chain,
    /// The program's end: device status, subchannel status, what is left of the count.
    End(u8, u8, u16),
}

fn execute(code: u8, data: &mut [u8], unit: &mut Unit<'_>) -> Ending {
    match code {
        general::NO_OPERATION => Ending::Done(data.len()),
        general::SENSE => {
            let mut sense = [0; general::SENSE_LEN];
            sense[0] = std::mem::take(unit.sense);
            given(data, &sense)
        }
        general::SENSE_ID => {
            let (kind, model) = unit.device.identity();
            let [high, low] = kind.to_be_bytes();
            let mut id = [0; general::SENSE_ID_LEN];
            id[..4].copy_from_slice(&[0xff, high, low, model]);
            given(data, &id)
        }
        code => unit.device.command(code, data),
    }
}

/// A device gives these bytes.
fn given(data: &mut [u8], bytes: &[u8]) -> Ending {
    let n = fill(data, bytes);
    if n < bytes.len() { Ending::More(n) } else { Ending::Done(n) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memory::{AddressSpace, Ram};

    use super::*;

    /// Takes what is written by command 1, gives it by command 2.
    #[derive(Default)]
    struct Tape(Vec<u8>);

    impl CcwDevice for Tape {
        fn identity(&self) -> (u16, u8) {
            (0x3490, 0x10)
        }
        fn command(&mut self, code: u8, data: &mut [u8]) -> Ending {
            match code {
                1 => {
                    self.0 = data.to_vec();
                    Ending::Done(data.len())
                }
                2 => given(data, &self.0),
                _ => Ending::Reject,
            }
        }
        fn notify(&mut self, _: u32, _: &Dma) -> i64 {
            0
        }
        fn reset(&mut self) {}
    }

    struct Bench {
        space: Arc<AddressSpace>,
        dma: Dma,
        tape: Tape,
        sense: u8,
    }

    impl Bench {
        fn new() -> Bench {
            let mut space = AddressSpace::new();
            space.map_ram("ram", 0, &Arc::new(Ram::new(0x10000).unwrap())).unwrap();
            let (space, dma) = (Arc::new(space), Dma::default());
            dma.connect(&space);
            Bench { space, dma, tape: Tape::default(), sense: 0 }
        }

        fn put(&self, at: u64, words: &[u64]) {
            let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_be_bytes()).collect();
            self.dma.write(at, &bytes).unwrap();
        }

        fn get(&self, at: u64, len: usize) -> Vec<u8> {
            let mut bytes = vec![0; len];
            self.space.read_bytes(at, &mut bytes);
            bytes
        }

        fn run(&mut self, flags: u32) -> (Outcome, u32) {
            let mut program = Program { flags: flags | request::FORMAT_1, at: 0x1000 };
            let mut unit = Unit { device: &mut self.tape, sense: &mut self.sense };
            let outcome = program.run(&mut unit, &self.dma);
            (outcome, program.at)
        }
    }

    fn ccw(code: u64, flags: u64, count: u64, address: u64) -> u64 {
        code << 56 | flags << 48 | count << 32 | address
    }

    const ENDED: u8 = device::CHANNEL_END | device::DEVICE_END;

    #[test]
    fn data_is_chained_and_counted() {
        let mut bench = Bench::new();
        bench.put(0x2000, &[0x0102_0304_0506_0708]);
        bench.put(0x1000, &[ccw(1, 0x40, 8, 0x2000), ccw(2, 0x80, 4, 0x3000), ccw(0, 0, 4, 0x3100)]);
        let (outcome, at) = bench.run(0);
        assert_eq!((outcome.device, outcome.sub, outcome.left, at), (ENDED, 0, 0, 0x1018));
        assert_eq!((bench.get(0x3000, 5), bench.get(0x3100, 4)), (vec![1, 2, 3, 4, 0], vec![5, 6, 7, 8]));
        // Room for more than there is is a wrong length, unless that is suppressed.
        bench.put(0x1000, &[ccw(2, 0, 100, 0x3000)]);
        assert_eq!((bench.run(0).0.sub, bench.run(0).0.left), (sub::INCORRECT_LENGTH, 92));
        bench.put(0x1000, &[ccw(2, 0x20, 100, 0x3000)]);
        assert_eq!(bench.run(0).0.sub, 0);
        // So is room for less.
        bench.put(0x1000, &[ccw(2, 0, 7, 0x3000)]);
        assert_eq!((bench.run(0).0.sub, bench.run(0).0.left), (sub::INCORRECT_LENGTH, 0));
    }

    #[test]
    fn areas_are_indirect() {
        let mut bench = Bench::new();
        bench.tape.0 = (0..=255).collect();
        // Two words of 31 bits: the first block ends after 16 bytes.
        bench.put(0x1000, &[ccw(2, 0x24, 32, 0x1800)]);
        bench.put(0x1800, &[0x0000_27f0_0000_3000]);
        assert_eq!(bench.run(0).0.sub, 0);
        assert_eq!((bench.get(0x27f0, 1), bench.get(0x300f, 1)), (vec![0], vec![31]));
        // The second word must designate a block's start.
        bench.put(0x1800, &[0x0000_27f0_0000_3008]);
        assert_eq!(bench.run(0).0.sub, sub::PROGRAM_CHECK);
        // Modified words tell their length, and may skip.
        bench.put(0x1000, &[ccw(2, 0x21, 32, 0x1800)]);
        bench.put(0x1800, &[0x0000_0000_0040_0010, 0x4000, 0x0000_0000_0080_0010, 0x4100]);
        assert_eq!(bench.run(request::MIDA).0.sub, 0);
        assert_eq!((bench.get(0x4001, 1), bench.get(0x4100, 1)), (vec![0], vec![16]));
        assert_eq!(bench.run(0).0.sub, sub::PROGRAM_CHECK);
    }

    #[test]
    fn programs_are_suspended_and_checked() {
        let mut bench = Bench::new();
        bench.put(0x1000, &[ccw(3, 0x60, 1, 0), ccw(3, 0x22, 1, 0)]);
        let (outcome, at) = bench.run(request::SUSPEND);
        assert!(outcome.suspended && at == 0x1008);
        assert_eq!(bench.run(0).0.sub, sub::PROGRAM_CHECK);
        bench.put(0x1000, &[ccw(8, 0, 0, 0x1000)]);
        assert_eq!(bench.run(0).0.sub, sub::PROGRAM_CHECK);
        bench.put(0x1000, &[ccw(3, 0x60, 1, 0), ccw(8, 0, 0, 0x1000)]);
        assert_eq!(bench.run(0).0.sub, sub::PROGRAM_CHECK, "a loop ends");
        bench.put(0x1000, &[ccw(0x77, 0x20, 1, 0)]);
        let outcome = bench.run(0).0;
        assert_eq!((outcome.device, bench.sense), (device::UNIT_CHECK, COMMAND_REJECT));
    }
}
