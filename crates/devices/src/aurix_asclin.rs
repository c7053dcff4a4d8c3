//! AURIX's asynchronous serial interface, as a UART.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapter "Asynchronous Serial Interface (ASCLIN)". Characters are sent at the moment they are
//! written; the receiver has a FIFO of 16. Bit timing, frames, LIN and SPI registers hold what is written.

use std::collections::{BTreeMap, VecDeque};

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::sink::Sink;
use crate::state;

/// Size of the register block in bytes.
pub const ASCLIN_SIZE: u64 = 0x100;

const PART: &str = "aurix_asclin";
const FIFO: usize = 16;

/// Register offsets, "ASCLIN Registers".
mod reg {
    pub(super) const ID: u64 = 0x08;
    pub(super) const TXFIFOCON: u64 = 0x0c;
    pub(super) const RXFIFOCON: u64 = 0x10;
    pub(super) const FLAGS: u64 = 0x34;
    pub(super) const FLAGSSET: u64 = 0x38;
    pub(super) const FLAGSCLEAR: u64 = 0x3c;
    pub(super) const FLAGSENABLE: u64 = 0x40;
    pub(super) const TXDATA: u64 = 0x44;
    pub(super) const RXDATA: u64 = 0x48;
    pub(super) const RXDATAD: u64 = 0x50;
}

const ID: u32 = 0x00c1_c001;
/// FIFO control: emptied by FLUSH, used with ENI or ENO.
const FLUSH: u32 = 1 << 0;
const ENABLE: u32 = 1 << 1;
const FILL: u32 = 16;
/// FLAGS: transmission completed, receive FIFO level, transmit FIFO level.
const TC: u32 = 1 << 17;
const RFL: u32 = 1 << 28;
const TFL: u32 = 1 << 31;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    flags: u32,
    enable: u32,
    tx: u32,
    rx: u32,
    received: VecDeque<u8>,
    /// Registers that hold what is written.
    plain: BTreeMap<u16, u32>,
}

/// The interface.
pub struct AurixAsclin {
    tx_request: Line,
    rx_request: Line,
    sink: Box<dyn Sink>,
    s: State,
}

impl AurixAsclin {
    /// A UART that sends to `sink`; its service requests for transmission and reception are pulses.
    pub fn new(tx_request: Line, rx_request: Line, sink: Box<dyn Sink>) -> AurixAsclin {
        AurixAsclin { tx_request, rx_request, sink, s: State::default() }
    }

    /// Sets flags, and requests service for those that are enabled.
    fn flag(&mut self, flags: u32) {
        self.s.flags |= flags;
        let asked = flags & self.s.enable;
        for (line, mask) in [(&self.tx_request, TC | TFL), (&self.rx_request, RFL)] {
            if asked & mask != 0 {
                line.raise();
                line.lower();
            }
        }
    }
}

impl Device for AurixAsclin {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if size != 4 && !(offset == reg::RXDATA && size == 1) {
            return 0;
        }
        let value = match offset {
            reg::ID => ID,
            reg::TXFIFOCON => self.s.tx,
            reg::RXFIFOCON => self.s.rx | (self.s.received.len() as u32) << FILL,
            reg::FLAGS => self.s.flags,
            reg::FLAGSENABLE => self.s.enable,
            reg::RXDATA => self.s.received.pop_front().map_or(0, u32::from),
            reg::RXDATAD => self.s.received.front().map_or(0, |byte| u32::from(*byte)),
            _ => self.s.plain.get(&(offset as u16)).copied().unwrap_or(0),
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size != 4 && offset != reg::TXDATA {
            return;
        }
        let value = value as u32;
        match offset {
            reg::TXFIFOCON => self.s.tx = value & !FLUSH & 0xfff,
            reg::RXFIFOCON => {
                self.s.rx = value & !FLUSH & 0x8000_0fff;
                if value & FLUSH != 0 {
                    self.s.received.clear();
                }
            }
            reg::FLAGSSET => self.flag(value),
            reg::FLAGSCLEAR => self.s.flags &= !value,
            reg::FLAGSENABLE => self.s.enable = value,
            reg::TXDATA if self.s.tx & ENABLE != 0 => {
                self.sink.write(&[value as u8]);
                self.flag(TC | TFL);
            }
            reg::ID | reg::FLAGS | reg::TXDATA | reg::RXDATA | reg::RXDATAD => {}
            _ => _ = self.s.plain.insert(offset as u16, value),
        }
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        if self.s.rx & ENABLE == 0 {
            return 0;
        }
        let n = bytes.len().min(FIFO - self.s.received.len());
        self.s.received.extend(&bytes[..n]);
        if n > 0 {
            self.flag(RFL);
        }
        n
    }

    fn reset(&mut self) {
        self.s = State::default();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        if s.received.len() > FIFO {
            return Err(format!("{PART}: the saved state has {} received bytes, at most {FIFO} fit", s.received.len()));
        }
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;

    #[test]
    fn characters_go_out_once_the_fifo_is_enabled() {
        let out = Capture::default();
        let mut uart = AurixAsclin::new(Line::unconnected(), Line::unconnected(), Box::new(out.clone()));
        uart.write(reg::TXDATA, 4, u64::from(b'a'), 0);
        uart.write(reg::TXFIFOCON, 4, u64::from(ENABLE | FLUSH), 0);
        uart.write(reg::TXDATA, 4, u64::from(b'b'), 0);
        uart.write(reg::TXDATA, 1, u64::from(b'c'), 0);
        assert_eq!(out.text(), "bc");
        assert_eq!(uart.read(reg::FLAGS, 4, 0) as u32, TC | TFL);
        uart.write(reg::FLAGSCLEAR, 4, u64::from(TC), 0);
        assert_eq!(uart.read(reg::FLAGS, 4, 0) as u32, TFL);
    }

    #[test]
    fn received_characters_wait_in_the_fifo() {
        let mut uart = AurixAsclin::new(Line::unconnected(), Line::unconnected(), Box::new(Capture::default()));
        assert_eq!(uart.receive(b"x", 0), 0);
        uart.write(reg::RXFIFOCON, 4, u64::from(ENABLE), 0);
        assert_eq!(uart.receive(&[b'x'; 20], 0), FIFO);
        assert_eq!(uart.read(reg::RXFIFOCON, 4, 0) >> FILL, 16);
        assert_eq!(uart.read(reg::RXDATA, 4, 0), u64::from(b'x'));
        assert_eq!(uart.read(reg::RXFIFOCON, 4, 0) >> FILL, 15);
    }
}
