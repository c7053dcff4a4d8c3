//! The serial controller of Sun workstations and Macintoshes: two channels, A and B.
//!
//! Zilog SCC/ESCC User Manual, UM010903, chapters "Register Descriptions" and "Interfacing". Characters are sent at the moment
//! they are written, so the transmitter is always empty; modem lines are always there. A channel of a Sun's second controller
//! has a keyboard, which answers what "Type 5 keyboard" ones answer.

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::sink::Sink;
use crate::state;

const PART: &str = "escc";
/// Characters a channel keeps; the chip has three, and waits no longer for its reader.
const FIFO: usize = 16;
const A: usize = 0;

/// Bits of read register 0.
mod rr0 {
    pub(super) const RX_AVAILABLE: u8 = 1 << 0;
    pub(super) const TX_EMPTY: u8 = 1 << 2;
    pub(super) const DCD: u8 = 1 << 3;
    pub(super) const CTS: u8 = 1 << 5;
    pub(super) const TX_UNDERRUN: u8 = 1 << 6;
}

/// Bits of write registers.
mod wr {
    /// 1: "Transmit Interrupt Enable".
    pub(super) const TX_INTERRUPT: u8 = 1 << 1;
    /// 1: "Receive Interrupt Modes"; 3 of them are wanted.
    pub(super) const RX_INTERRUPT: u8 = 3 << 3;
    /// 3: "Receiver Enable".
    pub(super) const RX_ENABLE: u8 = 1 << 0;
    /// 9: "Master Interrupt Enable".
    pub(super) const MASTER: u8 = 1 << 3;
    /// 9: which of both channels are to be reset.
    pub(super) const RESET_B: u8 = 1 << 6;
    pub(super) const RESET_A: u8 = 2 << 6;
    pub(super) const RESET_BOTH: u8 = 3 << 6;
}

/// What stands at the other end of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Peer {
    /// A terminal, or nothing.
    #[default]
    Terminal,
    /// A Sun keyboard.
    Keyboard,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Channel {
    /// The register that the next access of the control address means.
    pointer: u8,
    registers: [u8; 16],
    rx: VecDeque<u8>,
    /// The transmitter has become empty, and nobody has reacted yet.
    tx_pending: bool,
}

impl Channel {
    fn rx_pending(&self) -> bool {
        !self.rx.is_empty() && self.registers[1] & wr::RX_INTERRUPT != 0
    }

    fn reset(&mut self) {
        *self = Channel::default();
        // "Reset Conditions".
        self.registers[11] = 8;
        self.registers[14] = 0x30;
        self.registers[15] = 0xf8;
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    channels: [Channel; 2],
    /// Write registers 2 and 9 are the chip's.
    vector: u8,
    control: u8,
}

struct Inner {
    irq: Line,
    sinks: [Box<dyn Sink>; 2],
    peers: [Peer; 2],
    s: State,
}

impl Inner {
    fn reset(&mut self) {
        self.s.channels.iter_mut().for_each(Channel::reset);
        (self.s.vector, self.s.control) = (0, 0);
        self.update();
    }

    /// Read register 3: receive, transmit and external interrupts of A, then of B.
    fn pending(&self) -> u8 {
        let of = |c: &Channel| u8::from(c.rx_pending()) << 2 | u8::from(c.tx_pending) << 1;
        of(&self.s.channels[0]) << 3 | of(&self.s.channels[1])
    }

    /// "Interrupt Vector Modified by status", of the highest source.
    fn modified_vector(&self) -> u8 {
        let pending = self.pending();
        let status = [(5, 6), (4, 4), (2, 2), (1, 0)].into_iter().find(|(bit, _)| pending >> bit & 1 != 0);
        self.s.vector & 0xf1 | status.map_or(0b011, |(_, status)| status) << 1
    }

    fn update(&self) {
        self.irq.set(self.pending() != 0 && self.s.control & wr::MASTER != 0);
    }

    fn read_control(&mut self, n: usize) -> u8 {
        let register = std::mem::take(&mut self.s.channels[n].pointer);
        let channel = &self.s.channels[n];
        match register {
            0 | 4 => {
                let rx = if channel.rx.is_empty() { 0 } else { rr0::RX_AVAILABLE };
                rx | rr0::TX_EMPTY | rr0::DCD | rr0::CTS | rr0::TX_UNDERRUN
            }
            // All sent; the residue code of whole characters.
            1 | 5 => 0x07,
            2 | 6 => {
                if n == A {
                    self.s.vector
                } else {
                    self.modified_vector()
                }
            }
            3 | 7 if n == A => self.pending(),
            8 => self.read_data(n),
            12 | 13 => channel.registers[usize::from(register)],
            15 | 11 => channel.registers[15],
            _ => 0,
        }
    }

    fn write_control(&mut self, n: usize, value: u8) {
        let register = std::mem::take(&mut self.s.channels[n].pointer);
        match register {
            0 => self.command(n, value),
            2 => self.s.vector = value,
            8 => self.write_data(n, value),
            9 => {
                self.s.control = value & 0x3f;
                match value & wr::RESET_BOTH {
                    wr::RESET_BOTH => self.reset(),
                    wr::RESET_A => self.s.channels[0].reset(),
                    wr::RESET_B => self.s.channels[1].reset(),
                    _ => {}
                }
            }
            _ => self.s.channels[n].registers[usize::from(register)] = value,
        }
        self.update();
    }

    /// Write register 0: the register that comes next, and a command.
    fn command(&mut self, n: usize, value: u8) {
        let channel = &mut self.s.channels[n];
        channel.pointer = value & 7;
        match value >> 3 & 7 {
            // "Point High".
            1 => channel.pointer |= 8,
            // "Reset Transmit Interrupt Pending".
            5 => channel.tx_pending = false,
            _ => {}
        }
    }

    fn read_data(&mut self, n: usize) -> u8 {
        let byte = self.s.channels[n].rx.pop_front().unwrap_or(0);
        self.update();
        byte
    }

    fn write_data(&mut self, n: usize, byte: u8) {
        match self.peers[n] {
            Peer::Terminal => self.sinks[n].write(&[byte]),
            Peer::Keyboard => self.answer(n, byte),
        }
        let channel = &mut self.s.channels[n];
        channel.tx_pending = channel.registers[1] & wr::TX_INTERRUPT != 0;
        self.update();
    }

    /// A keyboard's answers to commands: reset, and layout.
    fn answer(&mut self, n: usize, command: u8) {
        let answer: &[u8] = match command {
            0x01 => &[0xff, 0x04, 0x7f],
            0x0f => &[0xfe, 0x21],
            _ => return,
        };
        self.s.channels[n].rx.extend(answer);
        self.s.channels[n].rx.truncate(FIFO);
    }

    fn receive(&mut self, n: usize, bytes: &[u8]) -> usize {
        let channel = &mut self.s.channels[n];
        if channel.registers[3] & wr::RX_ENABLE == 0 {
            return 0;
        }
        let taken = bytes.len().min(FIFO.saturating_sub(channel.rx.len()));
        channel.rx.extend(&bytes[..taken]);
        self.update();
        taken
    }
}

/// The controller. Addresses are Sun's: control and data of B, then of A, every other byte. Clones are handles of the same
/// one; what is typed goes to channel A.
#[derive(Clone)]
pub struct Escc(Arc<Mutex<Inner>>);

/// Size of the register block in bytes.
pub const ESCC_SIZE: u64 = 8;

/// Channel B of a controller, for what is typed there; it has no registers.
pub struct EsccB(Escc);

impl Escc {
    /// A controller that interrupts over `irq`, with the sinks of A and B and what stands at their ends.
    pub fn new(irq: Line, sinks: [Box<dyn Sink>; 2], peers: [Peer; 2]) -> Escc {
        let s = State { channels: Default::default(), vector: 0, control: 0 };
        let mut inner = Inner { irq, sinks, peers, s };
        inner.reset();
        Escc(Arc::new(Mutex::new(inner)))
    }

    /// Where what is typed for channel B goes.
    pub fn channel_b(&self) -> EsccB {
        EsccB(self.clone())
    }
}

impl Device for Escc {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let mut inner = self.0.lock();
        let value = match (offset, size) {
            (0, 1) => inner.read_control(1),
            (2, 1) => inner.read_data(1),
            (4, 1) => inner.read_control(0),
            (6, 1) => inner.read_data(0),
            _ => 0,
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        match (offset, size) {
            (0, 1) => inner.write_control(1, value as u8),
            (2, 1) => inner.write_data(1, value as u8),
            (4, 1) => inner.write_control(0, value as u8),
            (6, 1) => inner.write_data(0, value as u8),
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.0.lock().reset();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        self.0.lock().receive(0, bytes)
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        if s.channels.iter().any(|channel| channel.rx.len() > FIFO || channel.pointer > 15) {
            return Err(format!("{PART}: the saved state has channels that can't be"));
        }
        let mut inner = self.0.lock();
        inner.s = s;
        inner.update();
        Ok(())
    }
}

impl Device for EsccB {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        self.0.0.lock().receive(1, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;
    use crate::state::testing::Probe;

    fn bench(peers: [Peer; 2]) -> (Escc, Probe, [Capture; 2]) {
        let (irq, out) = (Probe::default(), [Capture::new(), Capture::new()]);
        let sinks: [Box<dyn Sink>; 2] = [Box::new(out[0].clone()), Box::new(out[1].clone())];
        (Escc::new(irq.line(), sinks, peers), irq, out)
    }

    fn set(escc: &mut Escc, at: u64, register: u64, value: u64) {
        escc.write(at, 1, register & 7 | (register >> 3) << 3, 0);
        escc.write(at, 1, value, 0);
    }

    #[test]
    fn characters_both_ways() {
        let (mut escc, irq, out) = bench(Default::default());
        escc.write(6, 1, 0x61, 0);
        escc.write(2, 1, 0x62, 0);
        assert_eq!((out[0].text().as_str(), out[1].text().as_str()), ("a", "b"));
        assert_eq!((escc.receive(b"x", 0), escc.read(4, 1, 0)), (0, 0x6c));
        set(&mut escc, 4, 3, 1);
        assert_eq!((escc.receive(b"xy", 0), escc.read(4, 1, 0), irq.high()), (2, 0x6d, false));
        set(&mut escc, 4, 1, 0x10);
        assert!(!irq.high());
        set(&mut escc, 4, 9, 8);
        assert!(irq.high());
        escc.write(4, 1, 3, 0);
        assert_eq!(escc.read(4, 1, 0), 0x20);
        escc.write(0, 1, 2, 0);
        assert_eq!(escc.read(0, 1, 0), 0x0c);
        assert_eq!((escc.read(6, 1, 0), escc.read(6, 1, 0), irq.high()), (0x78, 0x79, false));
        set(&mut escc, 0, 3, 1);
        assert_eq!((escc.channel_b().receive(b"z", 0), escc.read(2, 1, 0)), (1, 0x7a));
    }

    #[test]
    fn transmit_interrupts_and_resets() {
        let (mut escc, irq, _) = bench(Default::default());
        set(&mut escc, 0, 1, 2);
        set(&mut escc, 0, 9, 8);
        escc.write(2, 1, 0x61, 0);
        assert!(irq.high());
        escc.write(0, 1, 0x28, 0);
        assert!(!irq.high());
        set(&mut escc, 0, 12, 0x55);
        let saved = escc.save();
        set(&mut escc, 0, 9, 0xc0);
        escc.write(0, 1, 0x0c, 0);
        assert_eq!(escc.read(0, 1, 0), 0);
        escc.restore(&saved).unwrap();
        escc.write(0, 1, 0x0c, 0);
        assert_eq!(escc.read(0, 1, 0), 0x55);
    }

    #[test]
    fn keyboard_answers() {
        let (mut escc, _, out) = bench([Peer::Keyboard, Peer::Terminal]);
        escc.write(6, 1, 1, 0);
        escc.write(6, 1, 0x0f, 0);
        escc.write(6, 1, 0x0a, 0);
        assert_eq!([0; 6].map(|_| escc.read(6, 1, 0)), [0xff, 4, 0x7f, 0xfe, 0x21, 0]);
        assert_eq!(out[0].text(), "");
    }
}
