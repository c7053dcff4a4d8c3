//! HTIF: the host-target interface of the RISC-V simulator Spike and of the boards that follow it.
//!
//! Two 64-bit words, found by the ELF symbols `tohost` and `fromhost`. A command is device << 56 | command << 48 | payload
//! (`fesvr` of riscv-isa-sim; riscv-pk `machine/htif.c`). Device 0, command 0 with an odd payload ends the run with exit code payload >> 1; device 1 is
//! the console: command 1 writes a character, command 0 asks for one, which is answered in `fromhost` when it has come.
//!
//! A 32-bit guest writes a word as two halves, in either order; the second half makes the command. Guests that never write
//! the upper half (old riscv-tests repeat their store of the lower one) are understood at the second store.
//! An even payload of device 0, command 0 is the address of eight 64-bit words: the number of a system call of the Linux ABI and
//! its arguments; the first word takes the result. `write` to standard output and error and `exit` are served, as the programs of
//! riscv-tests/benchmarks ask for; others fail with ENOSYS.

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Dma, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::sink::Sink;
use crate::state;

const PART: &str = "htif";
const DEVICE_SYSTEM: u64 = 0;
const DEVICE_CONSOLE: u64 = 1;
/// Linux's generic system call numbers (`include/uapi/asm-generic/unistd.h`).
const SYS_WRITE: u64 = 64;
const SYS_EXIT: u64 = 93;
/// Linux error numbers, as system calls return them.
const EBADF: u64 = -9i64 as u64;
const ENOSYS: u64 = -38i64 as u64;
/// Most bytes that one `write` takes; it may write less than it is asked to.
const MAX_WRITE: u64 = 0x1_0000;
const CONSOLE_GETCHAR: u64 = 0;
const CONSOLE_PUTCHAR: u64 = 1;
const PAYLOAD: u64 = (1 << 48) - 1;
/// Console answers carry this bit beside the character, so that a NUL isn't taken for "nothing".
const CHARACTER: u64 = 0x100;
/// How many received characters wait for the guest to ask.
const INPUT: usize = 64;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    tohost: u64,
    fromhost: u64,
    /// Which halves of `tohost` were written since the last command: bit 0 the lower, bit 1 the upper.
    halves: u8,
    /// A request for a character waits.
    asked: bool,
    input: VecDeque<u8>,
    /// Console answers that wait until the guest has taken the one in `fromhost`.
    answers: VecDeque<u64>,
}

struct Inner {
    power: Power,
    sink: Box<dyn Sink>,
    dma: Dma,
    s: State,
}

impl Inner {
    fn command(&mut self) {
        let value = std::mem::take(&mut self.s.tohost);
        self.s.halves = 0;
        let (device, command, payload) = (value >> 56, value >> 48 & 0xff, value & PAYLOAD);
        match (device, command) {
            (DEVICE_SYSTEM, 0) if payload & 1 != 0 => {
                self.power.request(PowerRequest::Shutdown { code: (payload >> 1) as u32 });
            }
            (DEVICE_SYSTEM, 0) if payload != 0 => {
                self.system_call(payload);
                self.s.fromhost = 1;
            }
            (DEVICE_CONSOLE, CONSOLE_PUTCHAR) => {
                self.sink.write(&[payload as u8]);
                self.answer(CONSOLE_PUTCHAR, payload as u8);
            }
            (DEVICE_CONSOLE, CONSOLE_GETCHAR) => {
                self.s.asked = true;
                self.offer();
            }
            _ => {}
        }
    }

    /// Serves the system call whose eight words are at `address`.
    fn system_call(&mut self, address: u64) {
        let mut bytes = [0; 64];
        self.dma.read(address, &mut bytes);
        let word = |n: usize| u64::from_le_bytes(bytes[8 * n..][..8].try_into().expect("eight bytes"));
        let result = match word(0) {
            SYS_WRITE if matches!(word(1), 1 | 2) => {
                let mut text = vec![0; word(3).min(MAX_WRITE) as usize];
                self.dma.read(word(2), &mut text);
                self.sink.write(&text);
                text.len() as u64
            }
            SYS_WRITE => EBADF,
            SYS_EXIT => {
                self.power.request(PowerRequest::Shutdown { code: word(1) as u32 });
                0
            }
            _ => ENOSYS,
        };
        // Words outside RAM get no answer.
        let _ = self.dma.write(address, &result.to_le_bytes());
    }

    /// Puts an answer where the guest will look. A guest that never looks loses nothing but old answers.
    fn answer(&mut self, command: u64, byte: u8) {
        let value = DEVICE_CONSOLE << 56 | command << 48 | CHARACTER | u64::from(byte);
        if self.s.fromhost == 0 || command == CONSOLE_PUTCHAR && self.s.fromhost >> 48 == value >> 48 {
            self.s.fromhost = value;
        } else if command == CONSOLE_GETCHAR {
            self.s.answers.push_back(value);
        }
    }

    /// Answers a waiting request for a character if there is one.
    fn offer(&mut self) {
        if !self.s.asked || self.s.answers.len() >= INPUT {
            return;
        }
        if let Some(byte) = self.s.input.pop_front() {
            self.s.asked = false;
            self.answer(CONSOLE_GETCHAR, byte);
        }
    }
}

/// Makes the two words, which share one state: map each over 8 bytes of RAM.
///
/// The console writes to `sink`, system calls find their arguments by `dma`; the end of the run goes to `power`. Input is given to [`Tohost`], which also saves and
/// restores for both.
pub fn htif(sink: Box<dyn Sink>, power: Power, dma: Dma) -> (Tohost, Fromhost) {
    let inner = Arc::new(Mutex::new(Inner { power, sink, dma, s: State::default() }));
    (Tohost(inner.clone()), Fromhost(inner))
}

/// The word `tohost`.
pub struct Tohost(Arc<Mutex<Inner>>);

/// The word `fromhost`.
pub struct Fromhost(Arc<Mutex<Inner>>);

/// Reads part of a 64-bit word.
fn part(word: u64, offset: u64, size: Size) -> u64 {
    if offset >= 8 {
        return 0;
    }
    let value = word >> (offset * 8);
    if size >= 8 { value } else { value & ((1 << (size * 8)) - 1) }
}

/// Replaces a half of a 64-bit word, or all of it.
fn merge(word: u64, offset: u64, size: Size, value: u64) -> Option<u64> {
    match (offset, size) {
        (0, 8) => Some(value),
        (0, 4) => Some(word >> 32 << 32 | value & 0xffff_ffff),
        (4, 4) => Some(word & 0xffff_ffff | value << 32),
        _ => None,
    }
}

impl Device for Tohost {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        part(self.0.lock().s.tohost, offset, size)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        let Some(word) = merge(inner.s.tohost, offset, size, value) else { return };
        let half = match (offset, size) {
            (_, 8) => 0b11,
            (0, _) => 0b01,
            _ => 0b10,
        };
        let again = inner.s.halves & half & 0b01 != 0;
        inner.s.tohost = word;
        inner.s.halves |= half;
        if inner.s.halves == 0b11 || again {
            inner.command();
        }
    }

    fn reset(&mut self) {
        self.0.lock().s = State::default();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let mut inner = self.0.lock();
        let n = bytes.len().min(INPUT - inner.s.input.len());
        inner.s.input.extend(&bytes[..n]);
        inner.offer();
        n
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        if s.input.len() > INPUT || s.answers.len() > INPUT {
            return Err(format!("{PART}: the saved state has more than {INPUT} characters waiting"));
        }
        self.0.lock().s = s;
        Ok(())
    }
}

impl Device for Fromhost {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        part(self.0.lock().s.fromhost, offset, size)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        if let Some(word) = merge(inner.s.fromhost, offset, size, value) {
            inner.s.fromhost = word;
            if word == 0 {
                inner.s.fromhost = inner.s.answers.pop_front().unwrap_or(0);
            }
        }
    }

    /// The state is [`Tohost`]'s to reset.
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;

    type Log = Arc<Mutex<Vec<PowerRequest>>>;

    fn bench() -> (Tohost, Fromhost, Capture, Log) {
        let (out, log) = (Capture::new(), Log::default());
        let seen = log.clone();
        let (to, from) = htif(Box::new(out.clone()), Power::new(move |r| seen.lock().push(r)), Dma::default());
        (to, from, out, log)
    }

    #[test]
    fn exit_codes() {
        let (mut to, _, _, log) = bench();
        to.write(0, 8, 1, 0);
        to.write(0, 8, 42 << 1 | 1, 0);
        to.write(0, 8, 0, 0);
        assert_eq!(*log.lock(), [PowerRequest::Shutdown { code: 0 }, PowerRequest::Shutdown { code: 42 }]);
        assert_eq!(to.read(0, 8, 0), 0);
    }

    #[test]
    fn halves_in_either_order_and_the_old_loop() {
        let (mut to, mut from, out, log) = bench();
        to.write(0, 4, u64::from(b'a'), 0);
        assert_eq!(to.read(0, 4, 0), u64::from(b'a'));
        to.write(4, 4, 0x0101_0000, 0);
        to.write(4, 4, 0x0101_0000, 0);
        to.write(0, 4, u64::from(b'b'), 0);
        assert_eq!(out.text(), "ab");
        assert_eq!(from.read(0, 8, 0), 0x0101_0000_0000_0162);
        assert_eq!(from.read(4, 4, 0), 0x0101_0000);
        to.write(0, 4, 7, 0);
        assert!(log.lock().is_empty());
        to.write(0, 4, 7, 0);
        assert_eq!(*log.lock(), [PowerRequest::Shutdown { code: 3 }]);
    }

    #[test]
    fn characters_come_when_asked_for() {
        let (mut to, mut from, _, _) = bench();
        to.write(0, 8, 1 << 56, 0);
        assert_eq!(from.read(0, 8, 0), 0);
        assert_eq!(to.receive(b"xyz", 0), 3);
        assert_eq!(from.read(0, 8, 0), 1 << 56 | 0x100 | u64::from(b'x'));
        to.write(0, 8, 1 << 56, 0);
        assert_eq!(from.read(0, 1, 0), u64::from(b'x'), "not overwritten");
        from.write(0, 8, 0, 0);
        assert_eq!(from.read(0, 1, 0), u64::from(b'y'));
        from.write(0, 8, 0, 0);
        assert_eq!(from.read(0, 8, 0), 0);
        assert_eq!(to.receive(&[0; 100], 0), 63);
    }

    #[test]
    fn system_calls() {
        let (out, log) = (Capture::new(), Log::default());
        let (seen, dma) = (log.clone(), Dma::default());
        let (mut to, mut from) = htif(Box::new(out.clone()), Power::new(move |r| seen.lock().push(r)), dma.clone());
        let ram = Arc::new(memory::Ram::new(memory::PAGE_SIZE).unwrap());
        let mut space = memory::AddressSpace::new();
        space.map_ram("ram", 0, &ram).unwrap();
        let space = Arc::new(space);
        dma.connect(&space);
        ram.write_bytes(0x100, b"hello");
        let mut call = |words: [u64; 4]| {
            words.iter().enumerate().for_each(|(n, word)| ram.write(0x40 + 8 * n as u64, 8, *word));
            to.write(0, 8, 0x40, 0);
            ram.read(0x40, 8)
        };
        assert_eq!(call([SYS_WRITE, 1, 0x100, 5]), 5);
        assert_eq!(from.read(0, 8, 0), 1);
        assert_eq!(call([SYS_WRITE, 7, 0x100, 5]), EBADF);
        assert_eq!(call([1000, 0, 0, 0]), ENOSYS);
        assert_eq!(call([SYS_WRITE, 2, 0xf000_0000, u64::MAX]), MAX_WRITE, "what isn't RAM reads as zeros");
        call([SYS_EXIT, 3, 0, 0]);
        assert!(out.text().starts_with("hello\0"));
        assert_eq!(*log.lock(), [PowerRequest::Shutdown { code: 3 }]);
    }

    #[test]
    fn snapshot() {
        let (mut to, _, _, _) = bench();
        to.receive(b"k", 0);
        let saved = to.save();
        let (mut to, mut from, _, _) = bench();
        to.restore(&saved).unwrap();
        to.write(0, 8, 1 << 56, 0);
        assert_eq!(from.read(0, 1, 0), u64::from(b'k'));
        to.reset();
        assert_eq!(from.read(0, 8, 0), 0);
        assert!(to.restore(&[1, 2, 3]).is_err());
    }
}
