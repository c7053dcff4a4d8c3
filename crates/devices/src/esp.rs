//! The SCSI controller of sun4m systems, with an empty bus: NCR53C90A and its relatives.
//!
//! NCR 53C90A/53C90B Enhanced SCSI Processor Data Manual, chapters "Register Set" and "Commands". Every selection times out.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "esp";
/// Registers stand four bytes apart.
const STRIDE: u64 = 4;
/// Size of the register block in bytes.
pub const ESP_SIZE: u64 = 16 * STRIDE;

/// Registers that have a meaning of their own.
mod reg {
    pub(super) const FIFO: usize = 2;
    pub(super) const COMMAND: usize = 3;
    pub(super) const STATUS: usize = 4;
    pub(super) const INTERRUPT: usize = 5;
    pub(super) const STEP: usize = 6;
    pub(super) const FLAGS: usize = 7;
    pub(super) const CONFIG1: usize = 8;
}

/// Status: an interrupt is pending.
const STATUS_INTERRUPT: u8 = 0x80;
/// Interrupts.
const FUNCTION_COMPLETE: u8 = 0x08;
const DISCONNECTED: u8 = 0x20;
const BUS_RESET: u8 = 0x80;
/// Configuration 1: a bus reset is not reported.
const NO_RESET_REPORT: u8 = 0x40;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    registers: [u8; 16],
    status: u8,
    interrupt: u8,
    step: u8,
    fifo: u8,
}

/// The controller.
pub struct Esp {
    irq: Line,
    s: State,
}

impl Esp {
    /// A controller that interrupts over `irq`.
    pub fn new(irq: Line) -> Esp {
        Esp { irq, s: State::default() }
    }

    fn interrupt(&mut self, bits: u8) {
        self.s.interrupt |= bits;
        self.s.status |= STATUS_INTERRUPT;
        self.irq.raise();
    }

    /// "Command Register"; bit 7 asks for DMA, which never gets to anything.
    fn command(&mut self, value: u8) {
        match value & 0x7f {
            // Flush FIFO.
            0x01 => self.s.fifo = 0,
            // Reset chip.
            0x02 => self.reset(),
            // Reset bus.
            0x03 if self.s.registers[reg::CONFIG1] & NO_RESET_REPORT == 0 => self.interrupt(BUS_RESET),
            // Initiator steps, message accepted.
            0x10..=0x12 => self.interrupt(FUNCTION_COMPLETE),
            // Select with and without attention, ATN3: nobody answers.
            0x41..=0x43 | 0x46 => {
                self.s.step = 0;
                self.interrupt(DISCONNECTED);
            }
            _ => {}
        }
    }
}

impl Device for Esp {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let n = (offset / STRIDE) as usize;
        if size != 1 || !offset.is_multiple_of(STRIDE) || n > 15 {
            return 0;
        }
        let value = match n {
            reg::FIFO => {
                self.s.fifo = self.s.fifo.saturating_sub(1);
                0
            }
            reg::STATUS => self.s.status,
            // "Reading the interrupt register" clears interrupt, status and step.
            reg::INTERRUPT => {
                let value = std::mem::take(&mut self.s.interrupt);
                self.s.status &= !STATUS_INTERRUPT;
                self.s.step = 0;
                self.irq.lower();
                value
            }
            reg::STEP => self.s.step,
            reg::FLAGS => self.s.fifo,
            _ => self.s.registers[n],
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let n = (offset / STRIDE) as usize;
        if size != 1 || !offset.is_multiple_of(STRIDE) || n > 15 {
            return;
        }
        match n {
            reg::FIFO => self.s.fifo = (self.s.fifo + 1).min(16),
            // Writable under these numbers are others: select ID, time-out, period, offset, clock.
            reg::STATUS..=reg::FLAGS => {}
            _ => self.s.registers[n] = value as u8,
        }
        if n == reg::COMMAND {
            self.command(value as u8);
        }
    }

    fn reset(&mut self) {
        self.s = State::default();
        self.irq.lower();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        if s.fifo > 16 {
            return Err(format!("{PART}: the saved state has {} bytes in a FIFO of 16", s.fifo));
        }
        self.s = s;
        self.irq.set(self.s.interrupt != 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    #[test]
    fn nobody_answers() {
        let irq = Probe::default();
        let mut esp = Esp::new(irq.line());
        esp.write(4 * 3, 1, 3, 0);
        assert_eq!((irq.high(), esp.read(4 * 5, 1, 0), irq.high()), (true, 0x80, false));
        esp.write(4 * 8, 1, 0x47, 0);
        esp.write(4 * 3, 1, 3, 0);
        assert!(!irq.high());
        esp.write(4 * 2, 1, 0xc0, 0);
        esp.write(4 * 3, 1, 0x42, 0);
        assert_eq!((irq.high(), esp.read(4 * 4, 1, 0), esp.read(4 * 7, 1, 0)), (true, 0x80, 1));
        let saved = esp.save();
        assert_eq!((esp.read(4 * 5, 1, 0), esp.read(4 * 4, 1, 0), irq.high()), (0x20, 0, false));
        esp.restore(&saved).unwrap();
        assert!(irq.high());
        esp.write(4 * 3, 1, 2, 0);
        assert_eq!((irq.high(), esp.read(4 * 8, 1, 0)), (false, 0));
    }
}
