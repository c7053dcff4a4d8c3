//! System control of Sun's machines: software reset and power-off.
//!
//! NCR89C105 (slave I/O controller) Data Manual, chapters "Auxiliary I/O Registers" and "System Status and Control Register".

use memory::{Device, Nanos, Size};

use crate::power::{Power, PowerRequest};

/// The system control register, 32 bits: bit 0 resets the machine.
pub struct SystemControl {
    power: Power,
}

impl SystemControl {
    /// A register that asks over `power`.
    pub fn new(power: Power) -> SystemControl {
        SystemControl { power }
    }
}

impl Device for SystemControl {
    /// Nothing tells why the machine was reset.
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if (offset, size) == (0, 4) && value & 1 != 0 {
            self.power.request(PowerRequest::Reset);
        }
    }

    fn reset(&mut self) {}
}

/// The second auxiliary register, which is also the power-down register: bit 0 switches the machine off.
pub struct PowerDown {
    power: Power,
}

impl PowerDown {
    /// A register that asks over `power`.
    pub fn new(power: Power) -> PowerDown {
        PowerDown { power }
    }
}

impl Device for PowerDown {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if (offset, size) == (0, 1) && value & 1 != 0 {
            self.power.request(PowerRequest::Shutdown { code: 0 });
        }
    }

    fn reset(&mut self) {}
}

/// The power register of sun4u machines, 32 bits behind the EBus: bit 24 switches the machine off.
///
/// Sun, Ultra 5 and 10 Service Manual, "Power-down".
pub struct EbusPower {
    power: Power,
}

impl EbusPower {
    /// A register that asks over `power`.
    pub fn new(power: Power) -> EbusPower {
        EbusPower { power }
    }
}

impl Device for EbusPower {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if (offset, size) == (0, 4) && value & 1 << 24 != 0 {
            self.power.request(PowerRequest::Shutdown { code: 0 });
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
        let list = seen.clone();
        let power = Power::new(move |request| list.lock().push(request));
        let (mut control, mut down) = (SystemControl::new(power.clone()), PowerDown::new(power));
        control.write(0, 4, 2, 0);
        control.write(0, 4, 1, 0);
        down.write(0, 1, 0, 0);
        down.write(0, 1, 1, 0);
        assert_eq!(*seen.lock(), [PowerRequest::Reset, PowerRequest::Shutdown { code: 0 }]);
        let list = seen.clone();
        let mut ebus = EbusPower::new(Power::new(move |request| list.lock().push(request)));
        ebus.write(0, 4, 1, 0);
        ebus.write(0, 4, 0x100_0000, 0);
        assert_eq!((seen.lock().len(), ebus.read(0, 4, 0)), (3, 0));
        assert_eq!((control.read(0, 4, 0), down.read(0, 1, 0)), (0, 0));
    }
}
