//! AURIX's system control unit: watchdogs' ENDINIT protection, trap requests and software reset.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapter "System Control Unit (SCU)": "Watchdog Timers (WDT)", "Reset Control Unit (RCU)", "NMI Trap
//! Generation".
//! Watchdogs don't count: nothing here runs out. Other registers hold what is written.

use std::collections::BTreeMap;

use memory::{Device, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

/// Size of the register block in bytes.
pub const SCU_SIZE: u64 = 0x400;

const PART: &str = "aurix_scu";
const ID: u32 = 0x00c0_c001;

/// Register offsets, "SCU Registers".
mod reg {
    pub(super) const ID: u64 = 0x08;
    pub(super) const SWRSTCON: u64 = 0x60;
    /// The safety watchdog's CON0.
    pub(super) const WDTS: u64 = 0xf0;
    /// CON0 of the cores' watchdogs.
    pub(super) const WDTCPU: [u64; 3] = [0x100, 0x10c, 0x118];
    pub(super) const TRAPSTAT: u64 = 0x124;
    pub(super) const TRAPSET: u64 = 0x128;
    pub(super) const TRAPCLR: u64 = 0x12c;
    pub(super) const TRAPDIS: u64 = 0x130;
}

/// Sources of trap requests: ESR0T, ESR1T, SMUT ("Trap Status Register").
const TRAPS: u32 = 0b1011;

/// SWRSTCON: software asks for a reset.
const SWRSTREQ: u32 = 1 << 1;
/// WDTxCON0: ENDINIT, LCK; the password above, the reload value in the upper half.
const ENDINIT: u32 = 1 << 0;
const LCK: u32 = 1 << 1;
const PASSWORD: u32 = 0xfffc;
/// Bits of the password that are read inverted.
const INVERTED: u32 = 0xfc;
/// "Reset value: FFFC 000EH".
const WDT_RESET: u32 = 0xfffc_000e;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// Safety, then one for each core; passwords as they have to be written.
    wdt: [u32; 4],
    /// TRAPSTAT.
    traps: u32,
    /// TRAPDIS: none may ask before software says so.
    traps_off: u32,
    plain: BTreeMap<u16, u32>,
}

impl State {
    fn new() -> State {
        State { wdt: [WDT_RESET ^ INVERTED; 4], traps: 0, traps_off: TRAPS, plain: BTreeMap::new() }
    }
}

/// What the unit tells the cores.
pub struct ScuWires {
    /// Each core is asked to take the trap that can't be held off.
    pub nmi: Box<dyn Fn() + Send + Sync>,
    /// ENDINIT of a watchdog: 0 is the safety watchdog, 1 that of core 0.
    pub endinit: Box<dyn Fn(usize, bool) + Send + Sync>,
}

/// The unit.
pub struct AurixScu {
    power: Power,
    wires: ScuWires,
    s: State,
}

fn watchdog(offset: u64) -> Option<usize> {
    std::iter::once(reg::WDTS).chain(reg::WDTCPU).position(|at| at == offset)
}

impl AurixScu {
    /// A unit that reports to `power` and to the cores.
    pub fn new(power: Power, wires: ScuWires) -> AurixScu {
        AurixScu { power, wires, s: State::new() }
    }

    fn tell_endinit(&self) {
        for (n, wdt) in self.s.wdt.iter().enumerate() {
            (self.wires.endinit)(n, wdt & ENDINIT != 0);
        }
    }

    /// Changes TRAPSTAT and TRAPDIS: a flag that comes up, and is not disabled, is a request to all cores ("NMI Trap Generation").
    fn change_traps(&mut self, traps: u32, off: u32) {
        let asked = self.s.traps & !self.s.traps_off;
        (self.s.traps, self.s.traps_off) = (traps & TRAPS, off & TRAPS);
        if self.s.traps & !self.s.traps_off & !asked != 0 {
            (self.wires.nmi)();
        }
    }

    /// Whether registers that ENDINIT protects may be written: one core's bit is clear.
    fn is_open(&self) -> bool {
        self.s.wdt[1..].iter().any(|wdt| wdt & ENDINIT == 0)
    }

    /// "Password Access to WDTxCON0" unlocks, "Modify Access" sets ENDINIT and a new password, and locks again.
    fn write_watchdog(&mut self, n: usize, value: u32) {
        let wdt = &mut self.s.wdt[n];
        if *wdt & LCK == 0 {
            if value & LCK != 0 {
                *wdt = value;
            }
        } else if value & PASSWORD == *wdt & PASSWORD && value & (LCK | ENDINIT) == ENDINIT {
            *wdt &= !LCK;
        }
        self.tell_endinit();
    }
}

impl Device for AurixScu {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if size != 4 {
            return 0;
        }
        let value = match offset {
            reg::ID => ID,
            reg::TRAPSTAT => self.s.traps,
            reg::TRAPDIS => self.s.traps_off,
            reg::TRAPSET | reg::TRAPCLR => 0,
            _ => match watchdog(offset) {
                Some(n) => self.s.wdt[n] ^ INVERTED,
                None => self.s.plain.get(&(offset as u16)).copied().unwrap_or(0),
            },
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size != 4 {
            return;
        }
        let value = value as u32;
        match (offset, watchdog(offset)) {
            (_, Some(n)) => self.write_watchdog(n, value),
            // Protected by the safety watchdog's ENDINIT.
            (reg::SWRSTCON, _) => {
                if value & SWRSTREQ != 0 && self.s.wdt[0] & ENDINIT == 0 {
                    self.power.request(PowerRequest::Reset);
                }
            }
            (reg::TRAPSET, _) => self.change_traps(self.s.traps | value, self.s.traps_off),
            (reg::TRAPCLR, _) => self.change_traps(self.s.traps & !value, self.s.traps_off),
            (reg::TRAPDIS, _) if self.is_open() => self.change_traps(self.s.traps, value),
            (reg::ID | reg::TRAPSTAT | reg::TRAPDIS, _) => {}
            _ => _ = self.s.plain.insert(offset as u16, value),
        }
    }

    fn reset(&mut self) {
        self.s = State::new();
        self.tell_endinit();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        self.tell_endinit();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    fn deaf() -> ScuWires {
        ScuWires { nmi: Box::new(|| ()), endinit: Box::new(|_, _| ()) }
    }

    #[test]
    fn a_flag_that_comes_up_is_one_request() {
        let asked = Arc::new(Mutex::new(0));
        let count = asked.clone();
        let wires = ScuWires { nmi: Box::new(move || *count.lock() += 1), ..deaf() };
        let mut scu = AurixScu::new(Power::new(|_| ()), wires);
        let mut write = |offset, value| {
            scu.write(offset, 4, value, 0);
            (std::mem::take(&mut *asked.lock()), scu.read(reg::TRAPSTAT, 4, 0))
        };
        assert_eq!(write(reg::TRAPSET, 0xff), (0, TRAPS.into()), "all sources are disabled, and there are three");
        assert_eq!(write(reg::TRAPDIS, 3), (1, TRAPS.into()), "one that waited");
        assert_eq!(write(reg::TRAPSET, 8), (0, TRAPS.into()), "it is up");
        assert_eq!(write(reg::TRAPCLR, 8), (0, 3));
        assert_eq!(write(reg::TRAPSET, 8), (1, TRAPS.into()));
    }

    #[test]
    fn reset_needs_endinit_and_endinit_the_password() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let mut scu = AurixScu::new(Power::new(move |r| log.lock().push(r)), deaf());
        let reset = |scu: &mut AurixScu| scu.write(reg::SWRSTCON, 4, u64::from(SWRSTREQ), 0);
        // ENDINIT is off after reset; here it is set, as start-up code does.
        let con0 = scu.read(reg::WDTS, 4, 0) as u32;
        assert_eq!(con0, WDT_RESET);
        scu.write(reg::WDTS, 4, u64::from(con0 & !LCK | ENDINIT), 0);
        assert_eq!(scu.read(reg::WDTS, 4, 0) as u32 & LCK, LCK, "the password is read inverted");
        let password = con0 ^ INVERTED;
        scu.write(reg::WDTS, 4, u64::from(password & !LCK | ENDINIT), 0);
        scu.write(reg::WDTS, 4, u64::from(password | ENDINIT | LCK), 0);
        reset(&mut scu);
        assert!(seen.lock().is_empty());
        scu.write(reg::WDTS, 4, u64::from(password & !LCK | ENDINIT), 0);
        scu.write(reg::WDTS, 4, u64::from(password & !ENDINIT | LCK), 0);
        assert_eq!(scu.read(reg::WDTS, 4, 0) as u32 & (LCK | ENDINIT), LCK);
        reset(&mut scu);
        assert_eq!(*seen.lock(), [PowerRequest::Reset]);
    }
}
