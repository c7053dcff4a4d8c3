//! A block of plain registers: words that keep what is written into the bits that exist, and do nothing else.
//!
//! Parts of which firmware only checks that they are there, or that have no effect here (an IOMMU that nobody's DMA goes
//! through, a memory controller, the colour tables of a display nobody sees), are tables for this.

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "registers";

/// One register of a block.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Its offset in bytes.
    pub offset: u64,
    /// Its value after reset.
    pub reset: u32,
    /// The bits that software may write.
    pub writable: u32,
}

impl Word {
    /// A register of 32 bits that keeps everything.
    pub const fn kept(offset: u64, reset: u32) -> Word {
        Word { offset, reset, writable: u32::MAX }
    }

    /// A register that can't be written.
    pub const fn fixed(offset: u64, value: u32) -> Word {
        Word { offset, reset: value, writable: 0 }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    values: Vec<u32>,
}

/// The block. Registers are `size` bytes wide and accessed as a whole; other offsets read 0.
pub struct Registers {
    size: Size,
    table: Vec<Word>,
    s: State,
}

impl Registers {
    /// Registers of `size` bytes (1, 2 or 4).
    pub fn new(size: Size, table: &[Word]) -> Registers {
        let values = table.iter().map(|word| word.reset).collect();
        Registers { size, table: table.to_vec(), s: State { values } }
    }

    fn index(&self, offset: u64, size: Size) -> Option<usize> {
        self.table.iter().position(|word| word.offset == offset && size == self.size)
    }
}

impl Device for Registers {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        self.index(offset, size).map_or(0, |n| u64::from(self.s.values[n]) & (u64::MAX >> (64 - 8 * size)))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if let Some(n) = self.index(offset, size) {
            let writable = self.table[n].writable;
            self.s.values[n] = self.s.values[n] & !writable | value as u32 & writable;
        }
    }

    fn reset(&mut self) {
        self.s.values = self.table.iter().map(|word| word.reset).collect();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "registers", s.values.len(), self.table.len())?;
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_that_exist_are_kept() {
        let table = [Word::kept(0, 5), Word { offset: 8, reset: 0xff00_0000, writable: 0xff }, Word::fixed(12, 3)];
        let mut block = Registers::new(4, &table);
        for offset in [0, 4, 8, 12] {
            block.write(offset, 4, 0x1234_5678, 0);
            block.write(offset, 2, 0, 0);
        }
        assert_eq!([0, 4, 8, 12].map(|o| block.read(o, 4, 0)), [0x1234_5678, 0, 0xff00_0078, 3]);
        let saved = block.save();
        block.reset();
        assert_eq!(block.read(0, 4, 0), 5);
        block.restore(&saved).unwrap();
        assert_eq!((block.read(0, 4, 0), block.read(0, 1, 0)), (0x1234_5678, 0));
    }
}
