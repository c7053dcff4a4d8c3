//! Small parts of Freescale's e500 chips: global utilities, general-purpose pins, and the table from which CPUs are let go.
//!
//! MPC8544E Reference Manual, chapter 19, "Global Utilities"; QorIQ reference manuals, "General Purpose I/O"; ePAPR 1.1, 5.5, "Symmetric Multiprocessing (SMP) Boot
//! Requirements". Registers are big-endian.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

/// Global utilities: version registers, and the reset.
pub struct Guts {
    pvr: u32,
    svr: u32,
    power: Power,
}

/// Bytes of their registers.
pub const GUTS_SIZE: u64 = 0x1000;
const PVR: u64 = 0xa0;
const SVR: u64 = 0xa4;
const RSTCR: u64 = 0xb0;
/// RSTCR: a hard reset is asked for.
const HRESET_REQ: u64 = 2;

impl Guts {
    /// The utilities of a chip with these versions.
    pub fn new(pvr: u32, svr: u32, power: Power) -> Guts {
        Guts { pvr, svr, power }
    }
}

impl Device for Guts {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        match (offset, size) {
            (PVR, 4) => self.pvr.into(),
            (SVR, 4) => self.svr.into(),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if offset == RSTCR && size == 4 && value & HRESET_REQ != 0 {
            self.power.request(PowerRequest::Reset);
        }
    }

    fn reset(&mut self) {}
}

const GPIO_PART: &str = "gpio";
/// Bytes of the pins' registers.
pub const GPIO_SIZE: u64 = 0x1000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct GpioState {
    direction: u32,
    open_drain: u32,
    data: u32,
    events: u32,
    mask: u32,
    edges: u32,
}

/// General-purpose pins; pin 0 is the highest bit. Nothing drives them from outside.
pub struct Gpio {
    outputs: Vec<(u32, Line)>,
    s: GpioState,
}

impl Gpio {
    /// Pins of which these outputs, by number, lead somewhere.
    pub fn new(outputs: Vec<(u32, Line)>) -> Gpio {
        Gpio { outputs, s: GpioState::default() }
    }

    fn write_data(&mut self, value: u32) {
        let changed = self.s.data ^ value;
        self.s.data = value;
        for (pin, line) in &self.outputs {
            let bit = 1 << (31 - pin);
            if changed & self.s.direction & bit != 0 {
                line.set(value & bit != 0);
            }
        }
    }
}

impl Device for Gpio {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let value = match offset {
            _ if size != 4 => 0,
            0x00 => self.s.direction,
            0x04 => self.s.open_drain,
            0x08 => self.s.data,
            0x0c => self.s.events,
            0x10 => self.s.mask,
            0x14 => self.s.edges,
            _ => 0,
        };
        value.into()
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let value = value as u32;
        match offset {
            _ if size != 4 => {}
            0x00 => self.s.direction = value,
            0x04 => self.s.open_drain = value,
            0x08 => self.write_data(value),
            0x0c => self.s.events &= !value,
            0x10 => self.s.mask = value,
            0x14 => self.s.edges = value,
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.s = GpioState::default();
    }

    fn save(&self) -> Vec<u8> {
        state::save(GPIO_PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(GPIO_PART, bytes)?;
        Ok(())
    }
}

const SPIN_PART: &str = "spin table";
/// Bytes of a CPU's entry.
const ENTRY: usize = 32;

/// Where a waiting CPU is sent: its number, the entry's address, and what r3 is to be.
pub type Release = Box<dyn Fn(usize, u64, u64) + Send>;

/// The spin table: for each CPU an address, r3, and its number. A CPU goes as soon as bit 0 of its address is 0.
pub struct SpinTable {
    release: Release,
    bytes: Vec<u8>,
}

impl SpinTable {
    /// A table for so many CPUs, which are let go by `release`.
    pub fn new(n_cpus: usize, release: Release) -> SpinTable {
        let mut table = SpinTable { release, bytes: vec![0; n_cpus * ENTRY] };
        table.reset();
        table
    }

    fn field(&self, at: usize) -> u64 {
        self.bytes[at..at + 8].iter().fold(0, |all, &byte| all << 8 | u64::from(byte))
    }
}

impl Device for SpinTable {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let at = offset as usize;
        let bytes = self.bytes.get(at..at + size as usize).unwrap_or(&[]);
        bytes.iter().fold(0, |all, &byte| all << 8 | u64::from(byte))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let (at, size) = (offset as usize, size as usize);
        let Some(bytes) = self.bytes.get_mut(at..at + size) else { return };
        bytes.copy_from_slice(&value.to_be_bytes()[8 - size..]);
        let (cpu, first) = (at / ENTRY, at / ENTRY * ENTRY);
        // The address is complete when its lower half has been written.
        let address = self.field(first);
        if at < first + 8 && address & 1 == 0 {
            self.bytes[first + 20..first + 24].copy_from_slice(&(cpu as u32).to_be_bytes());
            (self.release)(cpu, address, self.field(first + 8));
        }
    }

    fn reset(&mut self) {
        self.bytes.fill(0);
        for (n, entry) in self.bytes.chunks_exact_mut(ENTRY).enumerate() {
            // Held. r3 is the number until somebody says otherwise; PIR is at 20 bytes.
            entry[7] = 1;
            entry[12..16].copy_from_slice(&(n as u32).to_be_bytes());
            entry[20..24].copy_from_slice(&(n as u32).to_be_bytes());
        }
    }

    fn save(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        state::same_len(SPIN_PART, "bytes", bytes.len(), self.bytes.len())?;
        self.bytes = bytes.to_vec();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn a_cpu_goes_when_its_address_is_even() {
        let gone = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&gone);
        let mut table = SpinTable::new(2, Box::new(move |cpu, pc, r3| note.lock().push((cpu, pc, r3))));
        assert_eq!((table.read(32, 8, 0), table.read(40, 8, 0), table.read(52, 4, 0)), (1, 1, 1));
        table.write(32 + 12, 4, 7, 0);
        table.write(32, 4, 0, 0);
        assert!(gone.lock().is_empty());
        table.write(36, 4, 0x10_0000, 0);
        assert_eq!(*gone.lock(), [(1, 0x10_0000, 7)]);
        table.write(64, 8, 0, 0);
        assert_eq!(table.read(64, 8, 0), 0);
    }

    #[test]
    fn pins_that_are_outputs_drive_their_lines() {
        let level = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&level);
        let mut gpio = Gpio::new(vec![(0, Line::new(move |up| *seen.lock() = Some(up)))]);
        gpio.write(8, 4, 0x8000_0000, 0);
        gpio.write(8, 4, 0, 0);
        assert_eq!(*level.lock(), None);
        gpio.write(0, 4, 0x8000_0000, 0);
        gpio.write(8, 4, 0xffff_ffff, 0);
        assert_eq!((*level.lock(), gpio.read(8, 4, 0)), (Some(true), 0xffff_ffff));
    }
}
