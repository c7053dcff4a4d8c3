//! The CBUS FPGA of the Malta board: switches, displays, soft reset.
//!
//! MIPS Technologies, MIPS Malta User's Manual (MD00048), "Malta Peripheral Bus (CBUS)": "Status", "Display Devices", "Reset Control",
//! "General Purpose I/O", "I2C Interface". The I2C bus has no device; its wires are pulled up.

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "malta_fpga";
/// Size of the registers in bytes.
pub const MALTA_FPGA_SIZE: u64 = 0x10_0000;
/// Written to SOFTRES: reset the board.
const GORESET: u32 = 0x42;
const SOFTRES: u64 = 0x500;
const GPINP: u64 = 0xa08;
/// ASCIIWORD and ASCIIPOS: the display does not read back.
const DISPLAY: std::ops::Range<u64> = 0x410..0x458;
/// BIGEND of STATUS.
const BIGEND: u32 = 1 << 1;

/// Register, value after reset, writable bits.
const TABLE: [(u64, u32, u32); 20] = [
    // SWITCH, STATUS, JMPRS
    (0x200, 0, 0),
    (0x208, 0x10, 0),
    (0x210, 0, 0),
    // LEDBAR, ASCIIWORD, ASCIIPOS0 to 7
    (0x408, 0, 0xff),
    (0x410, 0, 0xffff_ffff),
    (0x418, 0, 0xff),
    (0x420, 0, 0xff),
    (0x428, 0, 0xff),
    (0x430, 0, 0xff),
    (0x438, 0, 0xff),
    (0x440, 0, 0xff),
    (0x448, 0, 0xff),
    (0x450, 0, 0xff),
    // BRKRES
    (0x508, 0x0a, 0xff),
    // GPOUT, GPINP
    (0xa00, 0, 0xff),
    (0xa08, 0, 0),
    // I2CINP, I2COE, I2COUT, I2CSEL
    (0xb00, 3, 0),
    (0xb08, 0, 3),
    (0xb10, 3, 0xffff_ffff),
    (0xb18, 1, 1),
];

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    registers: Vec<u32>,
}

impl State {
    fn new() -> State {
        State { registers: TABLE.iter().map(|row| row.1).collect() }
    }
}

/// The FPGA.
pub struct MaltaFpga {
    big_endian: bool,
    power: Power,
    s: State,
}

impl MaltaFpga {
    /// An FPGA on a board that is strapped to that byte order; soft reset goes to `power`.
    pub fn new(big_endian: bool, power: Power) -> MaltaFpga {
        MaltaFpga { big_endian, power, s: State::new() }
    }

    /// The eight characters of the display, from left to right.
    pub fn display(&self) -> [u8; 8] {
        let mut text = [0; 8];
        for (n, byte) in text.iter_mut().enumerate() {
            *byte = self.s.registers[5 + n] as u8;
        }
        text
    }
}

impl Device for MaltaFpga {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let found = |offset: u64| TABLE.binary_search_by_key(&offset, |row| row.0).ok();
        let Some(n) = found(offset).filter(|_| !DISPLAY.contains(&offset)) else { return 0 };
        // As in QEMU, the inputs are what I2COUT drives while I2CSEL gives it the pins.
        let n = if offset == GPINP && self.s.registers[n + 4] & 1 != 0 { n + 3 } else { n };
        let strap = if offset == 0x208 && self.big_endian { BIGEND } else { 0 };
        u64::from(self.s.registers[n] | strap) & (u64::MAX >> (64 - 8 * size.clamp(1, 8)))
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        let value = value as u32;
        if offset == SOFTRES && value == GORESET {
            self.power.request(PowerRequest::Reset);
        }
        let Ok(n) = TABLE.binary_search_by_key(&offset, |row| row.0) else { return };
        self.s.registers[n] = self.s.registers[n] & !TABLE[n].2 | value & TABLE[n].2;
    }

    fn reset(&mut self) {
        self.s = State::new();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "registers", s.registers.len(), TABLE.len())?;
        self.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn registers() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let mut fpga = MaltaFpga::new(true, Power::new(move |asked| log.lock().push(asked)));
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!((fpga.read(0x208, 4, 0), fpga.read(0x508, 4, 0), fpga.read(0x10, 4, 0)), (0x12, 0x0a, 0));
        for (n, byte) in b"POLYARCH".iter().enumerate() {
            fpga.write(0x418 + 8 * n as u64, 4, u64::from(*byte), 0);
        }
        assert_eq!(fpga.display(), *b"POLYARCH");
        fpga.write(0x200, 4, 9, 0);
        fpga.write(0x500, 4, 9, 0);
        assert_eq!((fpga.read(0x200, 4, 0), seen.lock().len()), (0, 0));
        fpga.write(0x500, 4, 0x42, 0);
        assert_eq!(*seen.lock(), [PowerRequest::Reset]);
    }
}
