//! The exit device of QEMU's TriCore test board: a word that ends the machine with the number written to it.
//!
//! QEMU, `tests/tcg/tricore`, says how its programs use it: 0 is success.

use memory::{Device, Nanos, Size};

use crate::power::{Power, PowerRequest};

/// Bytes it takes.
pub const TRICORE_TEST_SIZE: u64 = 4;

/// The device.
pub struct TricoreTest {
    power: Power,
}

impl TricoreTest {
    /// A device that reports to `power`.
    pub fn new(power: Power) -> TricoreTest {
        TricoreTest { power }
    }
}

impl Device for TricoreTest {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        // A process's exit code has 8 bits.
        self.power.request(PowerRequest::Shutdown { code: value as u32 & 0xff });
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[test]
    fn a_write_ends_the_machine() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let mut test = TricoreTest::new(Power::new(move |r| log.lock().push(r)));
        test.write(0, 4, 3, 0);
        assert_eq!(*seen.lock(), [PowerRequest::Shutdown { code: 3 }]);
        assert_eq!(test.read(0, 4, 0), 0);
    }
}
