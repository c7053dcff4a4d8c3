//! i8042: the keyboard controller, with a keyboard and a PS/2 mouse that nobody touches, the A20 gate and the reset line.
//!
//! IBM Personal System/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller" and "Keyboard", "Auxiliary
//! Device". Offset 0 is port 0x60, offset 4 port 0x64.

use std::collections::VecDeque;

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::a20::A20Gate;
use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "i8042";
/// Bytes that wait for the processor at most.
const QUEUE: usize = 256;

/// Bits of the controller command byte.
mod mode {
    pub(super) const KBD_INT: u8 = 1 << 0;
    pub(super) const AUX_INT: u8 = 1 << 1;
    pub(super) const SYSTEM: u8 = 1 << 2;
    pub(super) const KBD_OFF: u8 = 1 << 4;
    pub(super) const AUX_OFF: u8 = 1 << 5;
}

/// Bits of the status register.
mod status {
    pub(super) const FULL: u8 = 1 << 0;
    pub(super) const SYSTEM: u8 = 1 << 2;
    pub(super) const COMMAND: u8 = 1 << 3;
    pub(super) const UNLOCKED: u8 = 1 << 4;
    pub(super) const AUX_FULL: u8 = 1 << 5;
}

/// Bits of the output port: the reset line (active low), A20, and both interrupts.
mod out {
    pub(super) const NO_RESET: u8 = 1 << 0;
    pub(super) const A20: u8 = 1 << 1;
    pub(super) const IRQ1: u8 = 1 << 4;
    pub(super) const IRQ12: u8 = 1 << 5;
}

const ACK: u8 = 0xfa;
const RESEND: u8 = 0xfe;
const TEST_PASSED: u8 = 0xaa;

/// Who put a byte into the output buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Source {
    Keyboard,
    Mouse,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    mode: u8,
    /// Output port, less the interrupts.
    port: u8,
    /// A command that waits for its byte at port 0x60; 0 none.
    command: u8,
    /// The last write was a command.
    was_command: bool,
    queue: VecDeque<(u8, Source)>,
    /// A command of the keyboard or mouse that waits for its byte; 0 none.
    keyboard: u8,
    mouse: u8,
    scan_set: u8,
    /// Resolution and sample rate of the mouse, and whether it reports.
    resolution: u8,
    rate: u8,
    reporting: bool,
}

impl Default for State {
    fn default() -> State {
        State {
            mode: mode::KBD_INT | mode::AUX_INT,
            port: out::NO_RESET | out::A20,
            command: 0,
            was_command: false,
            queue: VecDeque::new(),
            keyboard: 0,
            mouse: 0,
            scan_set: 2,
            resolution: 2,
            rate: 100,
            reporting: false,
        }
    }
}

/// The controller.
pub struct I8042 {
    keyboard: Line,
    mouse: Line,
    gate: A20Gate,
    power: Power,
    s: State,
}

impl I8042 {
    /// A controller with these interrupts, which opens `gate` and resets by `power`.
    pub fn new(keyboard: Line, mouse: Line, gate: A20Gate, power: Power) -> I8042 {
        I8042 { keyboard, mouse, gate, power, s: State::default() }
    }

    fn put(&mut self, byte: u8, source: Source) {
        if self.s.queue.len() < QUEUE {
            self.s.queue.push_back((byte, source));
        }
    }

    fn answer(&mut self, bytes: &[u8], source: Source) {
        bytes.iter().for_each(|&byte| self.put(byte, source));
    }

    /// Bytes of a device whose clock the controller holds don't come.
    fn front(&self) -> Option<(u8, Source)> {
        let &(byte, source) = self.s.queue.front()?;
        let off = if source == Source::Keyboard { mode::KBD_OFF } else { mode::AUX_OFF };
        (self.s.mode & off == 0).then_some((byte, source))
    }

    fn update(&self) {
        let from = self.front().map(|(_, source)| source);
        self.keyboard.set(from == Some(Source::Keyboard) && self.s.mode & mode::KBD_INT != 0);
        self.mouse.set(from == Some(Source::Mouse) && self.s.mode & mode::AUX_INT != 0);
    }

    fn status(&self) -> u8 {
        let full = match self.s.queue.front() {
            None => 0,
            Some((_, Source::Keyboard)) => status::FULL,
            Some((_, Source::Mouse)) => status::FULL | status::AUX_FULL,
        };
        let system = if self.s.mode & mode::SYSTEM != 0 { status::SYSTEM } else { 0 };
        let command = if self.s.was_command { status::COMMAND } else { 0 };
        full | system | command | status::UNLOCKED
    }

    fn output_port(&self) -> u8 {
        let irq = |source, bit| if self.front().is_some_and(|(_, from)| from == source) { bit } else { 0 };
        self.s.port | irq(Source::Keyboard, out::IRQ1) | irq(Source::Mouse, out::IRQ12)
    }

    fn set_output_port(&mut self, value: u8) {
        self.s.port = value & (out::NO_RESET | out::A20);
        self.gate.set(value & out::A20 != 0);
        if value & out::NO_RESET == 0 {
            self.power.request(PowerRequest::Reset);
        }
    }

    /// A command to the controller.
    fn command(&mut self, value: u8) {
        self.s.command = 0;
        match value {
            0x20 => self.put(self.s.mode, Source::Keyboard),
            0x60 | 0xd1..=0xd4 => self.s.command = value,
            0xa7 => self.s.mode |= mode::AUX_OFF,
            0xa8 => self.s.mode &= !mode::AUX_OFF,
            // Interface tests: no error.
            0xa9 | 0xab => self.put(0, Source::Keyboard),
            0xaa => {
                self.s.mode |= mode::SYSTEM;
                self.put(0x55, Source::Keyboard);
            }
            0xad => self.s.mode |= mode::KBD_OFF,
            0xae => self.s.mode &= !mode::KBD_OFF,
            // Input port: not locked.
            0xc0 => self.put(0x80, Source::Keyboard),
            0xd0 => self.put(self.output_port(), Source::Keyboard),
            // Gate A20 by itself, as HP's Vectra had it.
            0xdd | 0xdf => self.set_output_port(self.s.port & !out::A20 | value & out::A20),
            // Bits of the output port that are 0 are pulsed; the lowest is the reset line.
            0xf0..=0xff if value & 1 == 0 => self.power.request(PowerRequest::Reset),
            _ => {}
        }
    }

    fn data(&mut self, value: u8) {
        match std::mem::take(&mut self.s.command) {
            0x60 => self.s.mode = value,
            0xd1 => self.set_output_port(value),
            0xd2 => self.put(value, Source::Keyboard),
            0xd3 => self.put(value, Source::Mouse),
            0xd4 => self.mouse_command(value),
            _ => {
                self.s.mode &= !mode::KBD_OFF;
                self.keyboard_command(value);
            }
        }
    }

    fn keyboard_command(&mut self, value: u8) {
        let from = Source::Keyboard;
        match std::mem::take(&mut self.s.keyboard) {
            0 => {}
            0xf0 if value == 0 => return self.answer(&[ACK, self.s.scan_set], from),
            0xf0 if value <= 3 => {
                self.s.scan_set = value;
                return self.put(ACK, from);
            }
            // Lamps, typematic rate.
            _ => return self.put(ACK, from),
        }
        match value {
            0xed | 0xf0 | 0xf3 => {
                self.s.keyboard = value;
                self.put(ACK, from);
            }
            0xee => self.put(0xee, from),
            0xf2 => self.answer(&[ACK, 0xab, 0x83], from),
            0xf4..=0xfa => {
                if matches!(value, 0xf5 | 0xf6) {
                    self.s.scan_set = 2;
                }
                self.put(ACK, from);
            }
            0xff => {
                self.s.scan_set = 2;
                self.answer(&[ACK, TEST_PASSED], from);
            }
            _ => self.put(RESEND, from),
        }
    }

    fn mouse_command(&mut self, value: u8) {
        let from = Source::Mouse;
        match std::mem::take(&mut self.s.mouse) {
            0 => {}
            0xe8 => {
                self.s.resolution = value;
                return self.put(ACK, from);
            }
            _ => {
                self.s.rate = value;
                return self.put(ACK, from);
            }
        }
        match value {
            0xe8 | 0xf3 => {
                self.s.mouse = value;
                self.put(ACK, from);
            }
            0xe9 => {
                let flags = u8::from(self.s.reporting) << 5;
                self.answer(&[ACK, flags, self.s.resolution, self.s.rate], from);
            }
            // Read data: no movement.
            0xeb => self.answer(&[ACK, 8, 0, 0], from),
            0xf2 => self.answer(&[ACK, 0], from),
            0xf4 | 0xf5 => {
                self.s.reporting = value == 0xf4;
                self.put(ACK, from);
            }
            0xe6 | 0xe7 | 0xea | 0xec | 0xee | 0xf0 => self.put(ACK, from),
            0xf6 | 0xff => {
                (self.s.reporting, self.s.resolution, self.s.rate) = (false, 2, 100);
                self.answer(if value == 0xff { &[ACK, TEST_PASSED, 0] } else { &[ACK] }, from);
            }
            _ => self.put(RESEND, from),
        }
    }
}

impl Device for I8042 {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        match offset {
            0 => {
                let byte = self.s.queue.pop_front().map_or(0, |(byte, _)| byte);
                // Between two bytes the interrupt falls.
                self.keyboard.lower();
                self.mouse.lower();
                self.update();
                u64::from(byte)
            }
            4 => u64::from(self.status()),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        match offset {
            0 => self.data(value as u8),
            4 => self.command(value as u8),
            _ => return,
        }
        self.s.was_command = offset == 4;
        self.update();
    }

    fn reset(&mut self) {
        self.s = State::default();
        self.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        self.s.queue.truncate(QUEUE);
        self.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;
    use crate::state::testing::Probe;

    fn controller() -> (I8042, [Probe; 3], Arc<Mutex<u32>>) {
        let probes = [Probe::default(), Probe::default(), Probe::default()];
        let resets = Arc::new(Mutex::new(0));
        let count = resets.clone();
        let gate = A20Gate::new(vec![probes[2].line()]);
        let power = Power::new(move |_| *count.lock() += 1);
        (I8042::new(probes[0].line(), probes[1].line(), gate, power), probes, resets)
    }

    fn bytes(c: &mut I8042) -> Vec<u64> {
        let mut out = Vec::new();
        while c.read(4, 1, 0) & 1 != 0 {
            out.push(c.read(0, 1, 0));
        }
        out
    }

    #[test]
    fn devices_answer() {
        let (mut c, [kbd, aux, _], _) = controller();
        c.write(4, 1, 0xaa, 0);
        assert_eq!(bytes(&mut c), [0x55]);
        c.write(0, 1, 0xff, 0);
        assert!(kbd.high());
        assert_eq!((bytes(&mut c), kbd.high()), (vec![0xfa, 0xaa], false));
        c.write(0, 1, 0xf2, 0);
        assert_eq!(bytes(&mut c), [0xfa, 0xab, 0x83]);
        c.write(4, 1, 0xd4, 0);
        c.write(0, 1, 0xf2, 0);
        assert_eq!((c.read(4, 1, 0) & 0x21, aux.high()), (0x21, true));
        assert_eq!(bytes(&mut c), [0xfa, 0]);
        c.write(4, 1, 0xd4, 0);
        c.write(0, 1, 0xe9, 0);
        assert_eq!(bytes(&mut c), [0xfa, 0, 2, 100]);
    }

    #[test]
    fn gate_and_reset_line() {
        let (mut c, [.., a20_off], resets) = controller();
        c.write(4, 1, 0xd1, 0);
        c.write(0, 1, 0xdd, 0);
        assert!(a20_off.high());
        c.write(4, 1, 0xd0, 0);
        assert_eq!(bytes(&mut c), [1]);
        c.write(4, 1, 0xdf, 0);
        assert!(!a20_off.high());
        c.write(4, 1, 0xfe, 0);
        assert_eq!(*resets.lock(), 1);
        let saved = c.save();
        assert!(c.restore(&saved).is_ok() && c.restore(&[0]).is_err());
    }
}
