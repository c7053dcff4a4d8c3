//! PRCI: clocks and resets of SiFive's chips.
//!
//! FE310-G000 Manual v3p2, chapter "Power, Reset, Clock, Interrupt (PRCI)", and FU540-C000 Manual v1p0, chapter "Clocking
//! and Reset". Guests program these registers and wait for their ready and lock bits; ours are ready at once. The
//! programmed frequencies have no effect.

use memory::{Device, Nanos, Size};

use crate::state;

/// Oscillators: enabled, and running.
const EN: u32 = 1 << 30;
const RDY: u32 = 1 << 31;
/// PLLs: locked.
const LOCK: u32 = 1 << 31;

/// One 32-bit register: its name in the manual, offset, value after reset, bits that a guest can write, bits that read 1.
struct Register {
    offset: u64,
    reset: u32,
    writable: u32,
    ones: u32,
}

const fn register(offset: u64, reset: u32, writable: u32, ones: u32) -> Register {
    Register { offset, reset, writable, ones }
}

/// FE310: `hfrosccfg`, `hfxosccfg`, `pllcfg` (refsel and bypass after reset), `plloutdiv` (divide by 1).
static E_REGISTERS: [Register; 4] = [
    register(0x00, EN | RDY, EN | 0x001f_003f, RDY),
    register(0x04, EN | RDY, EN, RDY),
    register(0x08, 1 << 17 | 1 << 18 | LOCK, 0x0007_0ff7, LOCK),
    register(0x0c, 1 << 8, 0x13f, 0),
];

/// A PLL of the FU540: divr, divf, divq, range, bypass. The feedback path (fse) is internal: "valid setting is 1".
const PLLCFG0: u32 = 0x3f | 0x1ff << 6 | 7 << 15 | 7 << 18 | 1 << 24;
const FSE: u32 = 1 << 25;
/// After reset: divr 1, divf 31, divq 3, fse.
const PLLCFG0_RESET: u32 = 1 | 31 << 6 | 3 << 15 | FSE | LOCK;

/// FU540: `hfxosccfg`, `corepllcfg0`, `ddrpllcfg0`, `ddrpllcfg1`, `gemgxlpllcfg0`, `gemgxlpllcfg1`, `coreclksel` (hfclk),
/// `devicesresetreg`, `clkmuxstatusreg`.
static U_REGISTERS: [Register; 9] = [
    register(0x00, EN | RDY, EN, RDY),
    register(0x04, PLLCFG0_RESET, PLLCFG0, FSE | LOCK),
    register(0x0c, PLLCFG0_RESET, PLLCFG0, FSE | LOCK),
    register(0x10, 0, 1 << 31, 0),
    register(0x1c, PLLCFG0_RESET, PLLCFG0, FSE | LOCK),
    register(0x20, 0, 1 << 31, 0),
    register(0x24, 1, 1, 0),
    register(0x28, 0, 0x2f, 0),
    register(0x2c, 0, 0, 0),
];

#[derive(Clone, Debug)]
struct Bank {
    values: Vec<u32>,
    registers: &'static [Register],
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "+{:#04x}", self.offset)
    }
}

impl Bank {
    fn new(registers: &'static [Register]) -> Bank {
        Bank { values: registers.iter().map(|r| r.reset).collect(), registers }
    }

    fn find(&self, offset: u64, size: Size) -> Option<usize> {
        self.registers.iter().position(|r| size == 4 && r.offset == offset)
    }

    fn read(&self, offset: u64, size: Size) -> u64 {
        self.find(offset, size).map_or(0, |i| u64::from(self.values[i]))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64) {
        if let Some(i) = self.find(offset, size) {
            self.values[i] = value as u32 & self.registers[i].writable | self.registers[i].ones;
        }
    }

    fn restore(&mut self, part: &str, bytes: &[u8]) -> Result<(), String> {
        let values: Vec<u32> = state::restore(part, bytes)?;
        state::same_len(part, "registers", values.len(), self.registers.len())?;
        self.values = values;
        Ok(())
    }
}

/// Makes a device of a register table.
macro_rules! prci {
    ($(#[$doc:meta])* $name:ident, $part:literal, $registers:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Bank);

        impl $name {
            /// The registers after power-on.
            pub fn new() -> $name {
                $name(Bank::new(&$registers))
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }

        impl Device for $name {
            fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
                self.0.read(offset, size)
            }

            fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
                self.0.write(offset, size, value);
            }

            fn reset(&mut self) {
                self.0 = Bank::new(&$registers);
            }

            fn save(&self) -> Vec<u8> {
                state::save($part, &self.0.values)
            }

            fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
                self.0.restore($part, bytes)
            }
        }
    };
}

prci! {
    /// The PRCI of the FE310 (board `sifive_e`).
    SifiveEPrci, "sifive_e_prci", E_REGISTERS
}

prci! {
    /// The PRCI of the FU540 (board `sifive_u`).
    SifiveUPrci, "sifive_u_prci", U_REGISTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every firmware does: program, then wait for the top bit.
    #[test]
    fn always_ready() {
        let mut e = SifiveEPrci::new();
        for offset in [0, 4, 8] {
            e.write(offset, 4, 0, 0);
            assert_eq!(e.read(offset, 4, 0), 1 << 31, "{offset:#x}");
        }
        let mut u = SifiveUPrci::default();
        for offset in [0, 4, 0xc, 0x1c] {
            u.write(offset, 4, 0, 0);
            assert_eq!(u.read(offset, 4, 0) >> 31, 1, "{offset:#x}");
        }
    }

    #[test]
    fn reset_values_and_bits() {
        let mut u = SifiveUPrci::new();
        let reset = [(0x00, 0xc000_0000), (0x04, 0x8201_87c1), (0x24, 1), (0x28, 0), (0x2c, 0), (0x08, 0)];
        for (offset, value) in reset {
            assert_eq!(u.read(offset, 4, 0), value, "{offset:#x}");
        }
        u.write(0x28, 4, 0xffff_ffff, 0);
        u.write(0x24, 4, 0, 0);
        u.write(0x2c, 4, 7, 0);
        u.write(0x28, 1, 0, 0);
        assert_eq!((u.read(0x28, 4, 0), u.read(0x24, 4, 0), u.read(0x2c, 4, 0), u.read(0x28, 8, 0)), (0x2f, 0, 0, 0));
        let saved = u.save();
        u.reset();
        assert_eq!(u.read(0x24, 4, 0), 1);
        u.restore(&saved).unwrap();
        assert_eq!(u.read(0x28, 4, 0), 0x2f);
        assert!(SifiveEPrci::new().restore(&saved).unwrap_err().contains("belongs to a 'sifive_u_prci'"));
        assert_eq!(SifiveEPrci::new().read(8, 4, 0), 0x8006_0000);
    }
}
