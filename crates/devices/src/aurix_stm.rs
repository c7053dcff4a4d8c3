//! AURIX's system timer: 64 bits that count from power-on, and two comparators.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapter "System Timer (STM)".

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of the register block in bytes.
pub const STM_SIZE: u64 = 0x100;

const PART: &str = "aurix_stm";
/// ID of module 0x68, type 0xc0.
const ID: u32 = 0x0068_c001;

/// Register offsets, "STM Registers".
mod reg {
    pub(super) const CLC: u64 = 0x00;
    pub(super) const ID: u64 = 0x08;
    pub(super) const TIM0: u64 = 0x10;
    pub(super) const TIM6: u64 = 0x28;
    pub(super) const CAP: u64 = 0x2c;
    pub(super) const CMP0: u64 = 0x30;
    pub(super) const CMP1: u64 = 0x34;
    pub(super) const CMCON: u64 = 0x38;
    pub(super) const ICR: u64 = 0x3c;
    pub(super) const ISCR: u64 = 0x40;
    pub(super) const TIM0SV: u64 = 0x50;
    pub(super) const CAPSV: u64 = 0x54;
}

/// The lowest bit of the counter in TIM0 to TIM6.
const SHIFTS: [u32; 7] = [0, 4, 8, 12, 16, 20, 32];
/// Bits of ICR for comparator 0; those of comparator 1 are four higher.
const EN: u32 = 1 << 0;
const IR: u32 = 1 << 1;
const OS: u32 = 1 << 2;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    clc: u32,
    cap: u32,
    cmp: [u32; 2],
    cmcon: u32,
    icr: u32,
    /// When each comparator will match next.
    next: [Option<Nanos>; 2],
}

/// A system timer. Time is that of the machine: reset doesn't stop it.
pub struct AurixStm {
    /// Nanoseconds a tick.
    tick: u64,
    outputs: [Line; 2],
    s: State,
}

impl AurixStm {
    /// A timer whose counter goes up every `tick` nanoseconds, not 0; `outputs` are STMIR0 and STMIR1.
    pub fn new(tick: u64, outputs: [Line; 2]) -> AurixStm {
        let mut stm = AurixStm { tick, outputs, s: State::default() };
        stm.plan(0);
        stm
    }

    /// When comparator `n` matches, behind `now`: MSIZE + 1 bits of the counter from MSTART on become those of CMP.
    fn match_after(&self, n: usize, now: Nanos) -> Option<Nanos> {
        let field = self.s.cmcon >> (16 * n);
        let (size, start) = (field & 31, field >> 8 & 31);
        let mask = u64::MAX >> (63 - size);
        let count = now / self.tick;
        let part = count >> start;
        let ahead = u64::from(self.s.cmp[n]).wrapping_sub(part) & mask;
        let ahead = if ahead == 0 { mask + 1 } else { ahead };
        part.checked_add(ahead)?.checked_mul(1 << start)?.checked_mul(self.tick)
    }

    fn plan(&mut self, now: Nanos) {
        self.s.next = [0, 1].map(|n| self.match_after(n, now));
    }

    /// Comparators that have matched by `now`.
    fn catch_up(&mut self, now: Nanos) {
        for n in 0..2 {
            if self.s.next[n].is_some_and(|at| at <= now) {
                self.s.next[n] = self.match_after(n, now);
                self.request(n);
            }
        }
    }

    fn request(&mut self, n: usize) {
        self.s.icr |= IR << (4 * n);
        let field = self.s.icr >> (4 * n);
        if field & EN != 0 {
            let output = &self.outputs[usize::from(field & OS != 0)];
            output.raise();
            output.lower();
        }
    }
}

impl Device for AurixStm {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        if size != 4 {
            return 0;
        }
        self.catch_up(now);
        let count = now / self.tick;
        let value = match offset {
            reg::CLC => self.s.clc,
            reg::ID => ID,
            reg::TIM0..=reg::TIM6 if offset.is_multiple_of(4) => {
                // "CAP captures TIM[63:32] whenever one of TIM0 to TIM5 is read".
                if offset != reg::TIM6 {
                    self.s.cap = (count >> 32) as u32;
                }
                (count >> SHIFTS[(offset - reg::TIM0) as usize / 4]) as u32
            }
            reg::TIM0SV => {
                self.s.cap = (count >> 32) as u32;
                count as u32
            }
            reg::CAP | reg::CAPSV => self.s.cap,
            reg::CMP0 | reg::CMP1 => self.s.cmp[usize::from(offset == reg::CMP1)],
            reg::CMCON => self.s.cmcon,
            reg::ICR => self.s.icr,
            _ => 0,
        };
        u64::from(value)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if size != 4 {
            return;
        }
        self.catch_up(now);
        let value = value as u32;
        match offset {
            reg::CLC => self.s.clc = value & 0x8,
            reg::CMP0 | reg::CMP1 => self.s.cmp[usize::from(offset == reg::CMP1)] = value,
            reg::CMCON => self.s.cmcon = value & 0x1f1f_1f1f,
            reg::ICR => self.s.icr = self.s.icr & (IR | IR << 4) | value & !(IR | IR << 4) & 0x77,
            // Bits 0 and 2 take requests back, 1 and 3 make them.
            reg::ISCR => {
                for n in 0..2 {
                    match value >> (2 * n) & 3 {
                        1 => self.s.icr &= !(IR << (4 * n)),
                        2 => self.request(n),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        if matches!(offset, reg::CMP0 | reg::CMP1 | reg::CMCON) {
            self.plan(now);
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.catch_up(now);
    }

    /// Only comparators that interrupt are worth waking up for; flags are brought up to date when they are read.
    fn deadline(&self) -> Option<Nanos> {
        (0..2).filter(|n| self.s.icr >> (4 * n) & EN != 0).filter_map(|n| self.s.next[n]).min()
    }

    fn reset(&mut self) {
        self.s = State::default();
        self.plan(0);
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn stm() -> (AurixStm, Arc<[AtomicU32; 2]>) {
        let fired = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let line = |n: usize| {
            let fired = fired.clone();
            Line::new(move |level| _ = fired[n].fetch_add(level.into(), Ordering::Relaxed))
        };
        (AurixStm::new(10, [line(0), line(1)]), fired)
    }

    #[test]
    fn a_comparator_of_32_bits_matches_once_a_round() {
        let (mut stm, fired) = stm();
        stm.write(reg::CMCON, 4, 31, 1000);
        stm.write(reg::CMP0, 4, 150, 1000);
        assert_eq!(stm.deadline(), None, "it does not interrupt");
        stm.write(reg::ICR, 4, u64::from(EN), 1000);
        assert_eq!(stm.deadline(), Some(1500));
        stm.tick(1500);
        assert_eq!(fired[0].load(Ordering::Relaxed), 1);
        // The other comparator, of one bit after reset, matches all the time.
        let of_first = |stm: &mut AurixStm, now| stm.read(reg::ICR, 4, now) as u32 & 15;
        assert_eq!(of_first(&mut stm, 1500), EN | IR);
        assert_eq!(stm.deadline(), Some(1500 + (10 << 32)));
        stm.write(reg::ISCR, 4, 1, 1600);
        assert_eq!(of_first(&mut stm, 1600), EN);
    }

    #[test]
    fn comparators_look_at_part_of_the_counter_and_choose_an_output() {
        let (mut stm, fired) = stm();
        // Bits 11 to 8 of the counter are 5.
        stm.write(reg::CMCON, 4, (3 | 8 << 8) << 16, 0);
        stm.write(reg::CMP1, 4, 5, 0);
        stm.write(reg::ICR, 4, u64::from((EN | OS) << 4), 0);
        assert_eq!(stm.deadline(), Some(5 * 256 * 10));
        stm.tick(5 * 256 * 10);
        assert_eq!([0, 1].map(|n| fired[n].load(Ordering::Relaxed)), [0, 1]);
        assert_eq!(stm.deadline(), Some((5 + 16) * 256 * 10));
    }

    #[test]
    fn the_counter_is_read_in_parts() {
        let (mut stm, _) = stm();
        let now = 0x12_3456_789a * 10;
        assert_eq!(stm.read(reg::TIM0, 4, now), 0x3456_789a);
        assert_eq!(stm.read(reg::CAP, 4, now + (20 << 32)), 0x12, "captured with TIM0");
        assert_eq!(stm.read(reg::TIM0 + 4, 4, now), 0x2345_6789);
        assert_eq!(stm.read(reg::TIM6, 4, now), 0x12);
    }
}
