//! The UART of LEON systems.
//!
//! GRLIB IP Core User's Manual, 2020.4, chapter "APBUART - AMBA APB UART Serial Interface". Characters are sent at the moment
//! they are written, so the transmitter is always empty; the receiver has a FIFO.

use std::collections::VecDeque;

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::sink::Sink;
use crate::state;

/// Size of the register block in bytes.
pub const APBUART_SIZE: u64 = 0x14;

const PART: &str = "grlib_apbuart";
/// Depth of the receive FIFO: what the counter in the status register can show.
const FIFO: usize = 32;

/// Register offsets, "Registers".
mod reg {
    pub(super) const DATA: u64 = 0x0;
    pub(super) const STATUS: u64 = 0x4;
    pub(super) const CONTROL: u64 = 0x8;
    pub(super) const SCALER: u64 = 0xc;
}

/// Bits of the status register.
mod status {
    pub(super) const DATA_READY: u32 = 1 << 0;
    pub(super) const SHIFT_EMPTY: u32 = 1 << 1;
    pub(super) const FIFO_EMPTY: u32 = 1 << 2;
    pub(super) const RX_HALF_FULL: u32 = 1 << 8;
    pub(super) const RX_FULL: u32 = 1 << 10;
    pub(super) const RX_COUNT: u32 = 26;
}

/// Bits of the control register.
mod control {
    pub(super) const RX_ENABLE: u32 = 1 << 0;
    pub(super) const TX_ENABLE: u32 = 1 << 1;
    pub(super) const RX_INTERRUPT: u32 = 1 << 2;
    pub(super) const TX_INTERRUPT: u32 = 1 << 3;
    /// Bits that software may set; the highest says that FIFOs are there.
    pub(super) const KEPT: u32 = 0x7fff;
    pub(super) const FIFOS: u32 = 1 << 31;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    control: u32,
    scaler: u32,
    rx: VecDeque<u8>,
}

/// The UART. Its interrupt is a pulse for each character.
pub struct ApbUart {
    irq: Line,
    sink: Box<dyn Sink>,
    s: State,
}

impl ApbUart {
    /// A UART that interrupts over `irq` and sends to `sink`.
    pub fn new(irq: Line, sink: Box<dyn Sink>) -> ApbUart {
        ApbUart { irq, sink, s: State::default() }
    }

    fn status(&self) -> u32 {
        let n = self.s.rx.len();
        let mut value = status::SHIFT_EMPTY | status::FIFO_EMPTY | (n.min(FIFO) as u32) << status::RX_COUNT;
        for (on, bit) in
            [(n > 0, status::DATA_READY), (n >= FIFO / 2, status::RX_HALF_FULL), (n >= FIFO, status::RX_FULL)]
        {
            value |= if on { bit } else { 0 };
        }
        value
    }

    fn pulse(&self) {
        self.irq.raise();
        self.irq.lower();
    }

    fn send(&mut self, byte: u8) {
        if self.s.control & control::TX_ENABLE == 0 {
            return;
        }
        self.sink.write(&[byte]);
        if self.s.control & control::TX_INTERRUPT != 0 {
            self.pulse();
        }
    }
}

/// The register at `offset` and the lowest bit of it that is accessed; registers are big-endian words, bytes of them may be
/// accessed alone.
fn word_of(offset: u64, size: Size) -> Option<(u64, u32)> {
    match size {
        4 if offset.is_multiple_of(4) => Some((offset, 0)),
        1 => Some((offset & !3, 8 * (3 - (offset & 3) as u32))),
        _ => None,
    }
}

impl Device for ApbUart {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let Some((register, shift)) = word_of(offset, size) else { return 0 };
        let value = match register {
            // Only the byte itself takes a character out.
            reg::DATA if shift == 0 => self.s.rx.pop_front().map_or(0, u32::from),
            reg::STATUS => self.status(),
            reg::CONTROL => self.s.control | control::FIFOS,
            reg::SCALER => self.s.scaler,
            _ => 0,
        };
        let value = u64::from(value >> shift);
        if size == 1 { value & 0xff } else { value }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let Some((register, shift)) = word_of(offset, size) else { return };
        if shift != 0 {
            return;
        }
        let value = if size == 1 { value as u32 & 0xff } else { value as u32 };
        match register {
            reg::DATA => self.send(value as u8),
            reg::CONTROL => self.s.control = value & control::KEPT,
            reg::SCALER => self.s.scaler = value & 0xfff,
            // Writing the status register clears error bits, of which there are none.
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.s = State::default();
        self.irq.lower();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        if self.s.control & control::RX_ENABLE == 0 {
            return 0;
        }
        let n = bytes.len().min(FIFO - self.s.rx.len());
        self.s.rx.extend(&bytes[..n]);
        if n > 0 && self.s.control & control::RX_INTERRUPT != 0 {
            self.pulse();
        }
        n
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        if s.rx.len() > FIFO {
            return Err(format!("{PART}: the saved state has {} received bytes, at most {FIFO} fit", s.rx.len()));
        }
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::sink::Capture;

    #[test]
    fn sends_when_enabled() {
        let (out, pulses) = (Capture::new(), Arc::new(AtomicU32::new(0)));
        let count = pulses.clone();
        let line = Line::new(move |level| {
            if level {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut uart = ApbUart::new(line, Box::new(out.clone()));
        uart.write(reg::DATA, 4, 0x61, 0);
        uart.write(reg::CONTROL, 4, 3, 0);
        uart.write(reg::DATA, 4, 0x62, 0);
        uart.write(reg::DATA + 3, 1, 0x63, 0);
        assert_eq!((out.text().as_str(), pulses.load(Ordering::Relaxed)), ("bc", 0));
        uart.write(reg::CONTROL, 4, 0xa, 0);
        uart.write(reg::DATA, 4, 0x64, 0);
        assert_eq!((out.text().as_str(), pulses.load(Ordering::Relaxed)), ("bcd", 1));
        assert_eq!(uart.read(reg::STATUS, 4, 0), 6);
    }

    #[test]
    fn receives_when_enabled() {
        let mut uart = ApbUart::new(Line::unconnected(), Box::new(Capture::new()));
        assert_eq!(uart.receive(b"x", 0), 0);
        uart.write(reg::CONTROL, 4, 1, 0);
        assert_eq!(uart.receive(&[b'y'; 40], 0), FIFO);
        assert_eq!(uart.read(reg::STATUS, 4, 0), 0x8000_0507);
        let saved = uart.save();
        assert_eq!(uart.read(reg::DATA, 4, 0), u64::from(b'y'));
        uart.reset();
        assert_eq!(uart.read(reg::STATUS, 4, 0), 6);
        uart.restore(&saved).unwrap();
        assert_eq!((uart.read(reg::DATA + 3, 1, 0), uart.read(reg::CONTROL, 4, 0)), (u64::from(b'y'), 0x8000_0001));
    }
}
