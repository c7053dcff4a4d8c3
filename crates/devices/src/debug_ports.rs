//! Ports by which guests talk to whoever debugs them: characters, and the exit.
//!
//! QEMU documentation, "isa-debugcon" and "isa-debug-exit": the first reads 0xe9 where it is, so that firmware finds it; what is written to the
//! second ends the emulator with exit code 2 n + 1.

use memory::{Device, Nanos, Size};

use crate::power::{Power, PowerRequest};
use crate::sink::Sink;

/// A port whose bytes are characters.
pub struct DebugCon {
    sink: Box<dyn Sink>,
    /// What it reads.
    readback: u8,
}

impl DebugCon {
    /// A port whose characters go to `sink`, and that reads `readback`.
    pub fn new(sink: Box<dyn Sink>, readback: u8) -> DebugCon {
        DebugCon { sink, readback }
    }
}

impl Device for DebugCon {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        u64::from(self.readback)
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        self.sink.write(&[value as u8]);
    }

    fn reset(&mut self) {}
}

/// A port that ends the emulator.
pub struct DebugExit {
    power: Power,
}

impl DebugExit {
    /// A port that asks `power` for the end.
    pub fn new(power: Power) -> DebugExit {
        DebugExit { power }
    }
}

impl Device for DebugExit {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        self.power.request(PowerRequest::Shutdown { code: (value as u32) << 1 | 1 });
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;
    use crate::sink::Capture;

    #[test]
    fn characters_and_exit_codes() {
        let capture = Capture::new();
        let mut con = DebugCon::new(Box::new(capture.clone()), 0xe9);
        con.write(0, 1, b'x'.into(), 0);
        assert_eq!((con.read(0, 1, 0), capture.take()), (0xe9, b"x".to_vec()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        DebugExit::new(Power::new(move |a| log.lock().push(a))).write(0, 4, 0x10, 0);
        assert_eq!(*asked.lock(), [PowerRequest::Shutdown { code: 0x21 }]);
    }
}
