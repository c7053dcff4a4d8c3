//! What the cores of a chip and its peripherals share beside memory.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapters "CPU Subsystem" (boot halt, local views of scratchpads) and "Interrupt Router".

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};

/// The part of one core.
#[derive(Default)]
pub struct Core {
    /// The priority number that its interrupt control unit shows, while [`crate::irq::ICU`] is up.
    pub pipn: AtomicU8,
    /// Where it begins when it is let go.
    pub pc: AtomicU32,
    /// It waits since reset to be let go by [`crate::irq::RUN`].
    pub halted: AtomicBool,
    /// ENDINIT of its watchdog: registers that it protects keep what they have.
    pub endinit: AtomicBool,
}

/// A chip with several cores. Core 0 runs from reset, the others wait ("boot halt mode"); segments 12 and 13 are each core's own scratchpads.
pub struct Chip {
    /// The cores, by number.
    pub cores: Vec<Core>,
    /// ENDINIT of the safety watchdog.
    pub safety_endinit: AtomicBool,
}

/// Where core 0's scratchpads are for all cores; those of the next ones are a segment lower each.
const SCRATCHPADS: u64 = 0x7000_0000;
/// From a core's data to its program scratchpad.
const PROGRAM: u64 = 0x10_0000;

impl Chip {
    /// A chip of `n` cores, at most three.
    pub fn new(n: usize) -> Chip {
        Chip { cores: (0..n).map(|_| Core::default()).collect(), safety_endinit: AtomicBool::new(false) }
    }

    /// The address for all cores of what core `n` sees at `address`.
    pub fn global(&self, n: u32, address: u64) -> u64 {
        let data = SCRATCHPADS - (u64::from(n) << 28) + (address & 0xfff_ffff);
        match address >> 28 {
            0xc => data + PROGRAM,
            0xd => data,
            _ => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_core_has_scratchpads_of_its_own() {
        let chip = Chip::new(3);
        assert_eq!(chip.global(0, 0xd000_1234), 0x7000_1234);
        assert_eq!(chip.global(2, 0xd000_1234), 0x5000_1234);
        assert_eq!(chip.global(1, 0xc000_0010), 0x6010_0010);
        assert_eq!(chip.global(1, 0x8000_0010), 0x8000_0010);
    }
}
