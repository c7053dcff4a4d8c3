//! GPIO of SiFive's FE310 and FU540.
//!
//! SiFive FE310-G000 Manual v3p2, chapter "General Purpose Input/Output Controller (GPIO)"; FU540-C000 Manual v1p0, the same
//! chapter with 16 pins. Each pin has an interrupt of its own.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "sifive_gpio";

/// The registers in order of their addresses, four bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[expect(dead_code, reason = "the data sheet's whole list: some registers only keep their value")]
enum Reg {
    InputVal,
    InputEn,
    OutputEn,
    OutputVal,
    Pue,
    Ds,
    RiseIe,
    RiseIp,
    FallIe,
    FallIp,
    HighIe,
    HighIp,
    LowIe,
    LowIp,
    IofEn,
    IofSel,
    OutXor,
}

use Reg::*;

const N_REGISTERS: usize = 17;
/// Interrupt enables and their pending bits.
const INTERRUPTS: [(Reg, Reg); 4] = [(RiseIe, RiseIp), (FallIe, FallIp), (HighIe, HighIp), (LowIe, LowIp)];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    registers: [u32; N_REGISTERS],
    /// Levels that others drive into the pins, and which pins are driven.
    driven: u32,
    levels: u32,
}

struct Inner {
    irqs: Vec<Line>,
    outputs: Vec<Line>,
    s: State,
}

impl Inner {
    fn get(&self, reg: Reg) -> u32 {
        self.s.registers[reg as usize]
    }

    fn mask(&self) -> u32 {
        u32::MAX >> (32 - self.irqs.len())
    }

    /// What the pins carry: our output, else the outside's level, else the pull-up.
    fn pins(&self) -> u32 {
        let output = self.get(OutputVal) ^ self.get(OutXor);
        let outside = self.s.driven & self.s.levels | !self.s.driven & self.get(Pue);
        self.get(OutputEn) & output | !self.get(OutputEn) & outside
    }

    /// Follows a change of pins or registers: input values, edges, levels, wires.
    fn update(&mut self) {
        let pins = self.pins() & self.mask();
        let (before, seen) = (self.get(InputVal), pins & self.get(InputEn));
        self.s.registers[InputVal as usize] = seen;
        self.s.registers[RiseIp as usize] |= seen & !before;
        self.s.registers[FallIp as usize] |= before & !seen;
        self.s.registers[HighIp as usize] |= seen;
        // A pin whose input is off reads low.
        self.s.registers[LowIp as usize] |= !seen & self.mask();
        self.drive(pins);
    }

    fn drive(&self, pins: u32) {
        let wanted = INTERRUPTS.iter().fold(0, |all, &(ie, ip)| all | self.get(ie) & self.get(ip));
        for (pin, (irq, output)) in self.irqs.iter().zip(&self.outputs).enumerate() {
            irq.set(wanted >> pin & 1 != 0);
            output.set((self.get(OutputEn) & pins) >> pin & 1 != 0);
        }
    }

    fn write(&mut self, index: usize, value: u32) {
        let value = value & self.mask();
        if index == InputVal as usize {
            return;
        }
        let pending = INTERRUPTS.iter().any(|&(_, ip)| ip as usize == index);
        // Pending bits are cleared by writing 1.
        let new = if pending { self.s.registers[index] & !value } else { value };
        self.s.registers[index] = new;
        self.update();
    }
}

/// The controller. Clones are handles of the same one.
#[derive(Clone)]
pub struct SifiveGpio(Arc<Mutex<Inner>>);

impl SifiveGpio {
    /// A controller with a pin for each interrupt wire in `irqs`; `outputs` follow the pins that are driven by us.
    ///
    /// # Panics
    /// If there aren't 1 to 32 pins, or as many outputs: the board is wrong.
    pub fn new(irqs: Vec<Line>, outputs: Vec<Line>) -> SifiveGpio {
        assert!((1..=32).contains(&irqs.len()) && irqs.len() == outputs.len(), "a GPIO has 1 to 32 pins");
        SifiveGpio(Arc::new(Mutex::new(Inner { irqs, outputs, s: State::default() })))
    }

    /// The wire into pin `pin`; the pin counts as driven from its first use.
    ///
    /// # Panics
    /// If there is no such pin: the board is wrong.
    pub fn line(&self, pin: u32) -> Line {
        let n = self.0.lock().irqs.len();
        assert!((pin as usize) < n, "this GPIO has pins 0 to {}, not {pin}", n - 1);
        let inner = self.0.clone();
        Line::new(move |level| {
            let mut inner = inner.lock();
            inner.s.driven |= 1 << pin;
            inner.s.levels = inner.s.levels & !(1 << pin) | u32::from(level) << pin;
            inner.update();
        })
    }
}

fn index(offset: u64, size: Size) -> Option<usize> {
    (size == 4 && offset.is_multiple_of(4) && offset < 4 * N_REGISTERS as u64).then_some((offset / 4) as usize)
}

impl Device for SifiveGpio {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        index(offset, size).map_or(0, |index| u64::from(self.0.lock().s.registers[index]))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if let Some(index) = index(offset, size) {
            self.0.lock().write(index, value as u32);
        }
    }

    /// The outside's levels stay, since others drive them.
    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s.registers = Default::default();
        inner.drive(0);
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s = state::restore(PART, bytes)?;
        let mut inner = self.0.lock();
        inner.s = s;
        inner.drive(inner.pins());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench(pins: usize) -> (SifiveGpio, Vec<Probe>, Vec<Probe>) {
        let probes = || (0..pins).map(|_| Probe::default()).collect::<Vec<_>>();
        let lines = |probes: &[Probe]| probes.iter().map(Probe::line).collect();
        let (irqs, outputs) = (probes(), probes());
        (SifiveGpio::new(lines(&irqs), lines(&outputs)), irqs, outputs)
    }

    fn rd(gpio: &mut SifiveGpio, reg: Reg) -> u64 {
        gpio.read(reg as u64 * 4, 4, 0)
    }

    fn wr(gpio: &mut SifiveGpio, reg: Reg, value: u64) {
        gpio.write(reg as u64 * 4, 4, value, 0);
    }

    #[test]
    fn outputs_with_inversion() {
        let (mut g, _, out) = bench(16);
        wr(&mut g, OutputVal, 0b01);
        assert!(!out[0].high());
        wr(&mut g, OutputEn, 0b11);
        wr(&mut g, OutXor, 0b10);
        assert!(out[0].high() && out[1].high() && !out[2].high());
        wr(&mut g, InputEn, 0b101);
        assert_eq!(rd(&mut g, InputVal), 0b001);
        wr(&mut g, OutputVal, 0xffff_ffff);
        assert_eq!(rd(&mut g, OutputVal), 0xffff);
    }

    #[test]
    fn edges_and_levels() {
        let (mut g, irq, _) = bench(32);
        let pin = g.line(3);
        wr(&mut g, InputEn, 1 << 3);
        wr(&mut g, RiseIe, 1 << 3);
        pin.raise();
        assert!(irq[3].high());
        assert_eq!((rd(&mut g, InputVal), rd(&mut g, RiseIp), rd(&mut g, FallIp)), (8, 8, 0));
        wr(&mut g, RiseIp, 8);
        assert!(!irq[3].high());
        wr(&mut g, HighIe, 8);
        assert!(irq[3].high());
        wr(&mut g, HighIp, 8);
        assert!(irq[3].high(), "still high: pending again");
        pin.lower();
        wr(&mut g, HighIp, 8);
        assert_eq!((irq[3].high(), rd(&mut g, FallIp), rd(&mut g, LowIp)), (false, 8, 0xffff_ffff));
        wr(&mut g, LowIp, 0xffff_ffff);
        assert_eq!(rd(&mut g, LowIp), 0xffff_ffff, "all pins are low");
        g.reset();
        assert_eq!(rd(&mut g, LowIp), 0);
    }

    #[test]
    fn pull_ups_disabled_inputs_and_snapshot() {
        let (mut g, _, _) = bench(32);
        g.line(1).raise();
        wr(&mut g, Pue, 1);
        assert_eq!(rd(&mut g, InputVal), 0);
        wr(&mut g, InputEn, 0xf);
        assert_eq!(rd(&mut g, InputVal), 0b11);
        let saved = g.save();
        g.reset();
        assert_eq!(rd(&mut g, InputEn), 0);
        g.restore(&saved).unwrap();
        wr(&mut g, InputVal, 0);
        assert_eq!(rd(&mut g, InputVal), 0b11);
        assert_eq!((g.read(4, 1, 0), g.read(0x44, 4, 0)), (0, 0));
        assert!(g.restore(&saved[..5]).is_err());
    }
}
