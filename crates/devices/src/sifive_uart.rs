//! The UART of SiFive's FE310 and FU540.
//!
//! SiFive FU540-C000 Manual v1p0, chapter "Universal Asynchronous Receiver/Transmitter (UART)"; FE310-G000 Manual, the same
//! chapter. Characters are sent at the moment they are written, so the transmit FIFO is always empty.

use std::collections::VecDeque;

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::sink::Sink;
use crate::state;

const PART: &str = "sifive_uart";
/// Depth of the receive FIFO.
const FIFO: usize = 8;
/// `rxdata`: the FIFO was empty.
const EMPTY: u32 = 1 << 31;
/// `ie` and `ip`: the transmit watermark.
const TXWM: u32 = 1 << 0;
/// `ie` and `ip`: the receive watermark.
const RXWM: u32 = 1 << 1;

/// Register offsets.
mod reg {
    pub(super) const TXDATA: u64 = 0x00;
    pub(super) const RXDATA: u64 = 0x04;
    pub(super) const TXCTRL: u64 = 0x08;
    pub(super) const RXCTRL: u64 = 0x0c;
    pub(super) const IE: u64 = 0x10;
    pub(super) const IP: u64 = 0x14;
    pub(super) const DIV: u64 = 0x18;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    txctrl: u32,
    rxctrl: u32,
    ie: u32,
    div: u32,
    rx: VecDeque<u8>,
}

/// The UART.
pub struct SifiveUart {
    irq: Line,
    sink: Box<dyn Sink>,
    s: State,
}

impl SifiveUart {
    /// A UART that interrupts over `irq` and sends to `sink`.
    pub fn new(irq: Line, sink: Box<dyn Sink>) -> SifiveUart {
        SifiveUart { irq, sink, s: State::default() }
    }

    /// `ip`: entries in the transmit FIFO (none) strictly below `txcnt`, in the receive FIFO strictly above `rxcnt`.
    fn ip(&self) -> u32 {
        let watermark = |ctrl: u32| (ctrl >> 16 & 7) as usize;
        let tx = if watermark(self.s.txctrl) > 0 { TXWM } else { 0 };
        let rx = if self.s.rx.len() > watermark(self.s.rxctrl) { RXWM } else { 0 };
        tx | rx
    }

    fn update(&self) {
        self.irq.set(self.ip() & self.s.ie != 0);
    }
}

impl Device for SifiveUart {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if size != 4 {
            return 0;
        }
        let value = match offset {
            // Bit 31 would say that the FIFO is full.
            reg::TXDATA => 0,
            reg::RXDATA => self.s.rx.pop_front().map_or(EMPTY, u32::from),
            reg::TXCTRL => self.s.txctrl,
            reg::RXCTRL => self.s.rxctrl,
            reg::IE => self.s.ie,
            reg::IP => self.ip(),
            reg::DIV => self.s.div,
            _ => 0,
        };
        self.update();
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size != 4 {
            return;
        }
        let value32 = value as u32;
        match offset {
            reg::TXDATA => self.sink.write(&[value as u8]),
            // txen, nstop, txcnt.
            reg::TXCTRL => self.s.txctrl = value32 & 0x7_0003,
            // rxen, rxcnt.
            reg::RXCTRL => self.s.rxctrl = value32 & 0x7_0001,
            reg::IE => self.s.ie = value32 & (TXWM | RXWM),
            reg::DIV => self.s.div = value32 & 0xffff,
            _ => {}
        }
        self.update();
    }

    fn reset(&mut self) {
        self.s = State::default();
        self.update();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let n = bytes.len().min(FIFO - self.s.rx.len());
        self.s.rx.extend(&bytes[..n]);
        self.update();
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
        self.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;
    use crate::state::testing::Probe;

    fn bench() -> (SifiveUart, Probe, Capture) {
        let (irq, out) = (Probe::default(), Capture::new());
        (SifiveUart::new(irq.line(), Box::new(out.clone())), irq, out)
    }

    #[test]
    fn characters_both_ways() {
        let (mut u, _, out) = bench();
        for byte in b"ok" {
            assert_eq!(u.read(0, 4, 0), 0);
            u.write(0, 4, u64::from(*byte), 0);
        }
        assert_eq!(out.text(), "ok");
        assert_eq!(u.read(4, 4, 0), 0x8000_0000);
        assert_eq!(u.receive(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 0), 8);
        assert_eq!((u.read(4, 4, 0), u.receive(&[9], 0), u.receive(&[9], 0)), (1, 1, 0));
    }

    #[test]
    fn watermarks() {
        let (mut u, irq, _) = bench();
        u.write(0x10, 4, 3, 0);
        assert!(!irq.high());
        u.write(0x08, 4, 0x1_0001, 0);
        assert!(irq.high());
        assert_eq!(u.read(0x14, 4, 0), 1);
        u.write(0x08, 4, 1, 0);
        u.write(0x0c, 4, 0x2_0001, 0);
        u.receive(b"ab", 0);
        assert!(!irq.high());
        u.receive(b"c", 0);
        assert_eq!((irq.high(), u.read(0x14, 4, 0)), (true, 2));
        u.read(4, 4, 0);
        assert!(!irq.high());
    }

    #[test]
    fn registers_keep_their_bits() {
        let (mut u, _, _) = bench();
        let want = [(0x08, 0x7_0003), (0x0c, 0x7_0001), (0x10, 3), (0x18, 0xffff), (0x1c, 0)];
        for (offset, bits) in want {
            u.write(offset, 4, u64::MAX, 0);
            assert_eq!(u.read(offset, 4, 0), bits, "{offset:#x}");
            assert_eq!(u.read(offset, 1, 0), 0);
        }
        let saved = u.save();
        u.reset();
        assert_eq!(u.read(0x18, 4, 0), 0);
        u.restore(&saved).unwrap();
        assert_eq!(u.read(0x18, 4, 0), 0xffff);
        assert!(u.restore(&saved[1..]).is_err());
    }
}
