//! SiFive's test finisher: lets a guest switch the machine off or reset it.
//!
//! SiFive FU540-C000 Manual v1p0 names it only in its memory map; the values are those of the devicetree binding
//! `sifive,test0` / `sifive,test1` that Linux's `syscon-poweroff` and `syscon-reboot` write.

use memory::{Device, Nanos, Size};

use crate::power::{Power, PowerRequest};

/// Written to offset 0: success, exit code 0.
pub const FINISHER_PASS: u16 = 0x5555;
/// Written to offset 0: failure; the exit code is in the upper 16 bits.
pub const FINISHER_FAIL: u16 = 0x3333;
/// Written to offset 0: reset the machine.
pub const FINISHER_RESET: u16 = 0x7777;

/// The finisher: one 32-bit register at offset 0.
pub struct SifiveTest {
    power: Power,
}

impl SifiveTest {
    /// A finisher that reports to `power`.
    pub fn new(power: Power) -> SifiveTest {
        SifiveTest { power }
    }
}

impl Device for SifiveTest {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if offset != 0 || size < 2 {
            return;
        }
        // A 16-bit store has no room for a code.
        let code = if size == 2 { 0 } else { (value >> 16) as u32 & 0xffff };
        match value as u16 {
            FINISHER_PASS => self.power.request(PowerRequest::Shutdown { code: 0 }),
            FINISHER_FAIL => self.power.request(PowerRequest::Shutdown { code }),
            FINISHER_RESET => self.power.request(PowerRequest::Reset),
            _ => {}
        }
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn requests() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let mut test = SifiveTest::new(Power::new(move |r| log.lock().push(r)));
        for (offset, size, value) in [
            (0, 4, 0x5555),
            (0, 4, 0x2a_3333),
            (0, 2, 0x7777),
            (0, 2, 0x1_3333),
            (4, 4, 0x5555),
            (0, 1, 0x55),
            (0, 4, 0x1234),
        ] {
            test.write(offset, size, value, 0);
        }
        use PowerRequest::{Reset, Shutdown};
        assert_eq!(*seen.lock(), [Shutdown { code: 0 }, Shutdown { code: 42 }, Reset, Shutdown { code: 0 }]);
        assert_eq!(test.read(0, 4, 0), 0);
    }
}
