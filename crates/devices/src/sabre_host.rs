//! The registers of UltraSPARC-IIi's host bridge: interrupts, IOMMU, reset control.
//!
//! UltraSPARC-IIi User's Manual (805-0087), "Interrupt Handling", "Mondo Dispatch Overview", "Interrupt Mapping Registers", "Clear Interrupt
//! Registers", "IOMMU Registers", "Reset_Control Register".
//!
//! Each of 64 interrupt numbers goes from idle to received when its wire is up, and on to pending when it is sent to the processor, which
//! happens only while its mapping register is valid. There it stays until software writes its clear register. Nothing on these boards does
//! DMA, so that the IOMMU is its registers.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

/// Size of the register block in bytes.
pub const SABRE_HOST_SIZE: u64 = 0x1_0000;
/// Number of the serial port's interrupt.
pub const SERIAL_INO: u32 = 0x2b;

const PART: &str = "sabre";
/// Interrupt group number, which all mapping registers have.
const IGN: u64 = 0x1f << 6;
/// Valid bit of mapping registers.
const VALID: u64 = 1 << 31;
/// PCI interrupts are those below; each mapping register has four of them.
const OBIO: u32 = 32;

/// Bits of the reset control register: power-on reset was the cause; software's resets.
mod reset_control {
    pub(super) const POR: u64 = 1 << 31;
    pub(super) const SOFT_POR: u64 = 1 << 30;
    pub(super) const SOFT_XIR: u64 = 1 << 29;
    /// Causes, which writing a 1 clears.
    pub(super) const CAUSES: u64 = POR | 1 << 28 | 1 << 27;
}

/// Registers that are kept and have no effect: offset, what can be written.
const KEPT: [(u64, u64); 6] = [
    // IOMMU control, TSB base.
    (0x200, 0xff_ffff),
    (0x208, 0x1ff_ffff_e000),
    // PCI control and status, diagnostics, target address space, DVMA write synchronisation.
    (0x2000, 0xffff_ffff_ffff_ffff),
    (0x2020, 0xff),
    (0x2028, 0xff),
    (0x1c20, 0),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Stage {
    Idle,
    Received,
    Pending,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    stages: Vec<Stage>,
    wires: u64,
    /// Pending ones that the processor has not taken yet.
    sent: u64,
    valid_pci: u8,
    valid_obio: u32,
    kept: [u64; KEPT.len()],
    reset_control: u64,
}

impl State {
    fn new() -> State {
        State {
            stages: vec![Stage::Idle; 64],
            wires: 0,
            sent: 0,
            valid_pci: 0,
            valid_obio: 0,
            kept: [0; KEPT.len()],
            reset_control: reset_control::POR,
        }
    }

    fn is_valid(&self, ino: u32) -> bool {
        if ino < OBIO { self.valid_pci >> (ino / 4) & 1 != 0 } else { self.valid_obio >> (ino - OBIO) & 1 != 0 }
    }
}

struct Inner {
    lines: Vec<Line>,
    power: Power,
    s: State,
}

impl Inner {
    /// Brings all interrupts as far as they come by themselves.
    fn update(&mut self) {
        for ino in 0..64u32 {
            let (bit, valid) = (1 << ino, self.s.is_valid(ino));
            let up = self.s.wires & bit != 0;
            let stage = &mut self.s.stages[ino as usize];
            *stage = match *stage {
                Stage::Idle | Stage::Received if up && valid => {
                    self.s.sent |= bit;
                    Stage::Pending
                }
                Stage::Idle | Stage::Received if up => Stage::Received,
                Stage::Received => Stage::Idle,
                // Not valid any more before the processor has taken it.
                Stage::Pending if !valid && self.s.sent & bit != 0 => {
                    self.s.sent &= !bit;
                    if up { Stage::Received } else { Stage::Idle }
                }
                other => other,
            };
            self.lines[ino as usize].set(self.s.sent & bit != 0);
        }
    }

    fn set_wire(&mut self, ino: u32, level: bool) {
        let wires = if level { self.s.wires | 1 << ino } else { self.s.wires & !(1 << ino) };
        if wires != self.s.wires {
            self.s.wires = wires;
            self.update();
        }
    }

    fn taken(&mut self, ino: u32) -> u64 {
        self.s.sent &= !(1u64.checked_shl(ino).unwrap_or(0));
        self.update();
        IGN | u64::from(ino)
    }

    /// "Interrupt State Diagnostic Registers": two bits for each interrupt.
    fn diagnostic(&self, from: usize) -> u64 {
        let code = |stage: &Stage| match stage {
            Stage::Idle => 0,
            Stage::Received => 1,
            Stage::Pending => 3u64,
        };
        self.s.stages[from..from + 32].iter().rev().fold(0, |all, stage| all << 2 | code(stage))
    }

    fn read(&self, offset: u64) -> u64 {
        let valid = |on: bool| if on { VALID } else { 0 };
        match offset {
            0xc00..0xc40 => {
                let slot = offset >> 3 & 7;
                valid(self.s.valid_pci >> slot & 1 != 0) | IGN | slot << 2
            }
            0x1000..0x1100 => {
                let n = offset >> 3 & 31;
                valid(self.s.valid_obio >> n & 1 != 0) | IGN | u64::from(OBIO) | n
            }
            0xa800 => self.diagnostic(0),
            0xa808 => self.diagnostic(32),
            0xf020 => self.s.reset_control,
            _ => KEPT.iter().position(|&(at, _)| at == offset).map_or(0, |n| self.s.kept[n]),
        }
    }

    fn write(&mut self, offset: u64, value: u64) {
        let on = value & VALID != 0;
        match offset {
            0xc00..0xc40 => {
                let bit = 1 << (offset >> 3 & 7);
                self.s.valid_pci = if on { self.s.valid_pci | bit } else { self.s.valid_pci & !bit };
                self.update();
            }
            0x1000..0x1100 => {
                let bit = 1 << (offset >> 3 & 31);
                self.s.valid_obio = if on { self.s.valid_obio | bit } else { self.s.valid_obio & !bit };
                self.update();
            }
            0x1400..0x1500 => self.clear(offset >> 3 & 31, value),
            0x1800..0x1900 => self.clear(32 + (offset >> 3 & 31), value),
            0xf020 => self.reset_by_software(value),
            _ => {
                if let Some(n) = KEPT.iter().position(|&(at, _)| at == offset) {
                    self.s.kept[n] = value & KEPT[n].1;
                }
            }
        }
    }

    /// "Clear Interrupt Registers": the stage that software says.
    fn clear(&mut self, ino: u64, value: u64) {
        self.s.sent &= !(1 << ino);
        self.s.stages[ino as usize] = match value & 3 {
            0 => Stage::Idle,
            3 => Stage::Pending,
            _ => Stage::Received,
        };
        self.update();
    }

    fn reset_by_software(&mut self, value: u64) {
        self.s.reset_control &= !(value & reset_control::CAUSES);
        if value & (reset_control::SOFT_POR | reset_control::SOFT_XIR) != 0 {
            self.power.request(PowerRequest::Reset);
        }
    }
}

/// The register block. Clones are the same bridge: one is mapped, others hand out wires and acknowledge.
#[derive(Clone)]
pub struct SabreHost(Arc<Mutex<Inner>>);

impl SabreHost {
    /// A bridge that sends interrupt `n` by `lines[n]`, of which there are 64.
    pub fn new(lines: Vec<Line>, power: Power) -> SabreHost {
        assert_eq!(lines.len(), 64, "interrupt numbers have six bits");
        SabreHost(Arc::new(Mutex::new(Inner { lines, power, s: State::new() })))
    }

    /// The wire of interrupt `ino`, level-sensitive.
    pub fn line(&self, ino: u32) -> Line {
        let inner = Arc::clone(&self.0);
        Line::new(move |level| inner.lock().set_wire(ino, level))
    }

    /// What the processor does when it takes an interrupt: its line falls, and it is told the vector.
    pub fn acknowledge(&self) -> Arc<dyn Fn(u32, u32) -> u64 + Send + Sync> {
        let inner = Arc::clone(&self.0);
        Arc::new(move |_, ino| inner.lock().taken(ino))
    }
}

impl Device for SabreHost {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let value = self.0.lock().read(offset & !7);
        match size {
            8 => value,
            4 if offset & 4 == 0 => value >> 32,
            4 => value & 0xffff_ffff,
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        match size {
            8 => inner.write(offset & !7, value),
            // What can be written but in halves lies in the lower one.
            4 if offset & 4 != 0 => {
                let high = inner.read(offset & !7) & !0xffff_ffff;
                inner.write(offset & !7, high | value);
            }
            _ => {}
        }
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State::new();
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, state)?;
        state::same_len(PART, "interrupts", s.stages.len(), 64)?;
        let mut inner = self.0.lock();
        inner.s = s;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bridge() -> (SabreHost, Probe) {
        let probe = Probe::default();
        let mut lines = vec![Line::unconnected(); 64];
        lines[SERIAL_INO as usize] = probe.line();
        (SabreHost::new(lines, Power::unconnected()), probe)
    }

    const MAP: u64 = 0x1058;
    const CLEAR: u64 = 0x1858;

    #[test]
    fn an_interrupt_comes_once_until_it_is_cleared() {
        let (mut bridge, probe) = bridge();
        let wire = bridge.line(SERIAL_INO);
        wire.raise();
        assert!(!probe.high(), "not valid");
        assert_eq!(bridge.read(0xa808, 8, 0), 1 << 22);
        bridge.write(MAP, 8, VALID, 0);
        assert_eq!(bridge.read(MAP, 8, 0), VALID | 0x7eb);
        assert!(probe.high());
        assert_eq!(bridge.acknowledge()(0, SERIAL_INO), 0x7eb);
        assert!(!probe.high());
        wire.lower();
        wire.raise();
        assert!(!probe.high(), "pending still");
        assert_eq!(bridge.read(0xa808, 8, 0), 3 << 22);
        bridge.write(CLEAR, 8, 0, 0);
        assert!(probe.high(), "the wire is up");
        wire.lower();
        bridge.acknowledge()(0, SERIAL_INO);
        bridge.write(CLEAR + 4, 4, 0, 0);
        assert!(!probe.high());
        assert_eq!(bridge.read(0xa808, 8, 0), 0);
    }

    #[test]
    fn registers_have_halves() {
        let (mut bridge, _) = bridge();
        bridge.write(0x208, 8, 0x1_2345_6000, 0);
        assert_eq!((bridge.read(0x208, 4, 0), bridge.read(0x20c, 4, 0)), (1, 0x2345_6000));
        assert_eq!(bridge.read(0xc08, 8, 0), 0x7c4);
        let saved = bridge.save();
        bridge.reset();
        assert_eq!(bridge.read(0x208, 8, 0), 0);
        bridge.restore(&saved).unwrap();
        assert_eq!(bridge.read(0x208, 8, 0), 0x1_2345_6000);
    }
}
