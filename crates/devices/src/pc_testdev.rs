//! `pc-testdev`: what test programs for PCs find beside a PC, as QEMU's device of that name has it: ports that keep what is written to
//! them (0xe0 to 0xe3, and again by bytes at 0xe8), a port that unmaps a page on other emulators (0xe4), a wire to each of 24
//! interrupts (from 0x2000 on), and memory that is none (from 0xff00_0000 on).

use memory::{Device, Line, Nanos, Size};

use crate::state;

/// The ports that keep a number.
#[derive(Default)]
pub struct TestPorts {
    value: u32,
}

/// The bits that `size` bytes at port `offset` are in, and how far they are from the lowest.
fn lane(offset: u64, size: Size) -> (u32, u32) {
    let shift = 8 * (offset as u32 & 3);
    ((u32::MAX >> (32 - 8 * size.clamp(1, 4))) << shift, shift)
}

impl Device for TestPorts {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let (mask, shift) = lane(offset, size);
        u64::from((self.value & mask) >> shift)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let (mask, shift) = lane(offset, size);
        self.value = self.value & !mask | (value as u32) << shift & mask;
    }

    fn reset(&mut self) {}

    fn save(&self) -> Vec<u8> {
        state::save("pc-testdev", &self.value)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.value = state::restore("pc-testdev", bytes)?;
        Ok(())
    }
}

/// A port a wire: what is written is its level.
pub struct TestInterrupts {
    lines: Vec<Line>,
}

impl TestInterrupts {
    /// Ports for these wires.
    pub fn new(lines: Vec<Line>) -> TestInterrupts {
        TestInterrupts { lines }
    }
}

impl Device for TestInterrupts {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        if let Some(line) = self.lines.get(offset as usize) {
            line.set(value != 0);
        }
    }

    fn reset(&mut self) {
        self.lines.iter().for_each(|line| line.set(false));
    }
}

/// Memory whose every access is one to a device.
pub struct TestMemory {
    bytes: Vec<u8>,
}

impl TestMemory {
    /// Its length in bytes.
    pub const LEN: u64 = 0x1_0000;
}

impl Default for TestMemory {
    fn default() -> TestMemory {
        TestMemory { bytes: vec![0; TestMemory::LEN as usize] }
    }
}

impl Device for TestMemory {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let at = offset as usize;
        let bytes = self.bytes.get(at..at + size as usize).unwrap_or_default();
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let at = offset as usize;
        if let Some(bytes) = self.bytes.get_mut(at..at + size as usize) {
            bytes.copy_from_slice(&value.to_le_bytes()[..size as usize]);
        }
    }

    fn reset(&mut self) {}

    fn save(&self) -> Vec<u8> {
        state::save("pc-testdev-memory", &self.bytes)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let bytes: Vec<u8> = state::restore("pc-testdev-memory", bytes)?;
        state::same_len("pc-testdev-memory", "bytes", bytes.len(), self.bytes.len())?;
        self.bytes = bytes;
        Ok(())
    }
}

/// A port that takes anything and does nothing: guest pages can't be unmapped from the host here.
pub struct FlushPage;

impl Device for FlushPage {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn numbers_are_kept_by_bytes() {
        let mut ports = TestPorts::default();
        ports.write(0, 4, 0x1122_3344, 0);
        ports.write(1, 1, 0xaa, 0);
        assert_eq!((ports.read(0, 4, 0), ports.read(2, 2, 0)), (0x1122_aa44, 0x1122));
        let mut other = TestPorts::default();
        other.restore(&ports.save()).unwrap();
        assert_eq!(other.read(0, 4, 0), 0x1122_aa44);

        let mut memory = TestMemory::default();
        memory.write(8, 8, 0x0102_0304_0506_0708, 0);
        assert_eq!((memory.read(8, 1, 0), memory.read(12, 4, 0)), (8, 0x0102_0304));
        assert_eq!(memory.read(TestMemory::LEN - 1, 8, 0), 0);
        let mut copy = TestMemory::default();
        copy.restore(&memory.save()).unwrap();
        assert_eq!(copy.read(8, 8, 0), 0x0102_0304_0506_0708);
    }

    #[test]
    fn wires_follow_ports() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let line = |n: u32| {
            let log = Arc::clone(&log);
            Line::new(move |level| log.lock().push((n, level)))
        };
        let mut ports = TestInterrupts::new(vec![line(0), line(1)]);
        ports.write(1, 1, 1, 0);
        ports.write(1, 1, 0, 0);
        ports.write(9, 1, 1, 0);
        assert_eq!(*log.lock(), [(1, true), (1, false)]);
    }
}
