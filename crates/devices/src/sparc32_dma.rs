//! The DMA channels of sun4m systems, one for SCSI and one for Ethernet: their registers, and the interrupt that passes
//! through them. The chips behind them have nothing to transfer.
//!
//! NCR89C100 (master I/O controller) Data Manual, chapter "DMA2"; Sun, "DMA2 ASIC", section "D_CSR".

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of the register block in bytes.
pub const DMA_SIZE: u64 = 0x10;

const PART: &str = "sparc32_dma";

/// Bits of the control and status register.
mod csr {
    /// The version of the part.
    pub(super) const VERSION: u32 = 0xa000_0000;
    /// The chip behind interrupts.
    pub(super) const INTERRUPT: u32 = 1 << 0;
    pub(super) const INTERRUPT_ENABLE: u32 = 1 << 4;
    pub(super) const WRITABLE: u32 = 0x0fff_ffd8;
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// Control, address, byte count, test.
    words: [u32; 4],
    interrupt: bool,
}

struct Inner {
    irq: Line,
    s: State,
}

impl Inner {
    fn update(&self) {
        self.irq.set(self.s.interrupt && self.s.words[0] & csr::INTERRUPT_ENABLE != 0);
    }
}

/// A channel. Clones are handles of the same one.
#[derive(Clone)]
pub struct Sparc32Dma(Arc<Mutex<Inner>>);

impl Sparc32Dma {
    /// A channel that interrupts over `irq`.
    pub fn new(irq: Line) -> Sparc32Dma {
        Sparc32Dma(Arc::new(Mutex::new(Inner { irq, s: State::default() })))
    }

    /// The wire on which the chip behind interrupts.
    pub fn line(&self) -> Line {
        let inner = self.0.clone();
        Line::new(move |level| {
            let mut inner = inner.lock();
            inner.s.interrupt = level;
            inner.update();
        })
    }
}

impl Device for Sparc32Dma {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.lock();
        let value = match (offset, size) {
            (0, 4) => inner.s.words[0] | csr::VERSION | if inner.s.interrupt { csr::INTERRUPT } else { 0 },
            (4 | 8 | 12, 4) => inner.s.words[(offset / 4) as usize],
            _ => 0,
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        match (offset, size) {
            (0, 4) => inner.s.words[0] = value as u32 & csr::WRITABLE,
            (4 | 8 | 12, 4) => inner.s.words[(offset / 4) as usize] = value as u32,
            _ => {}
        }
        inner.update();
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s.words = [0; 4];
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        inner.s = state::restore(PART, bytes)?;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    #[test]
    fn interrupts_pass_when_enabled() {
        let irq = Probe::default();
        let mut dma = Sparc32Dma::new(irq.line());
        let chip = dma.line();
        chip.raise();
        assert_eq!((irq.high(), dma.read(0, 4, 0)), (false, 0xa000_0001));
        dma.write(0, 4, 0x10, 0);
        assert_eq!((irq.high(), dma.read(0, 4, 0)), (true, 0xa000_0011));
        dma.write(4, 4, 0xfc00_1000, 0);
        let saved = dma.save();
        dma.reset();
        assert_eq!((irq.high(), dma.read(4, 4, 0)), (false, 0));
        dma.restore(&saved).unwrap();
        assert_eq!((irq.high(), dma.read(4, 4, 0)), (true, 0xfc00_1000));
        chip.lower();
        assert!(!irq.high());
    }
}
