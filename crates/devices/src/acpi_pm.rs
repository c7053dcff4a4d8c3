//! Power management of PCs as ACPI describes it: the fixed registers, with the timer, general-purpose events, and the APM ports.
//!
//! ACPI Specification 6.3, "ACPI Hardware Specification"; Intel 82371AB (PIIX4), "Power Management I/O Space Registers"; ICH9 data sheet,
//! "Power Management I/O Registers". Both chips have the fixed registers at the same offsets; general-purpose events and the enable
//! register of system management interrupts differ.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "acpi_pm";
/// The timer in Hz.
const TIMER_HZ: u128 = 3_579_545;
const SECOND: u128 = 1_000_000_000;
/// Bytes of a bank of general-purpose event registers: four of status, four to enable.
const GPE_BYTES: usize = 16;

/// Bits of PM1 status and enable.
mod pm1 {
    pub(super) const TIMER: u16 = 1 << 0;
    pub(super) const POWER_BUTTON: u16 = 1 << 8;
    /// Status bits that can be set at all.
    pub(super) const STATUS: u16 = 0xcf31;
    pub(super) const ENABLE: u16 = 0x0721;
    /// In PM1 control.
    pub(super) const SCI_EN: u16 = 1 << 0;
    pub(super) const SLP_EN: u16 = 1 << 13;
}

/// How a chip differs from others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PmChip {
    /// Where, in the power management space, general-purpose events are; `None` when elsewhere.
    pub gpe: Option<u64>,
    /// Bytes of general-purpose event registers, status and enable together.
    pub gpe_len: u64,
    /// Where the enable register of system management interrupts is, and its value that the guest can't change.
    pub smi_enable: (u64, u32),
}

impl PmChip {
    /// PIIX4: events are at a place of the board's own.
    pub const PIIX4: PmChip = PmChip { gpe: None, gpe_len: 4, smi_enable: (0x28, 0) };
    /// ICH9. APMC_EN is on: there is no system management mode for firmware to set up.
    pub const ICH9: PmChip = PmChip { gpe: Some(0x20), gpe_len: 16, smi_enable: (0x30, 0x20) };
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    status: u16,
    enable: u16,
    control: u16,
    gpe: [u8; GPE_BYTES],
    /// Until when overflows of the timer have been noted.
    noted: Nanos,
    apm_control: u8,
    apm_status: u8,
    smi_enable: u32,
}

struct Inner {
    chip: PmChip,
    sci: Line,
    power: Power,
    s: State,
}

/// The timer's count.
fn count(now: Nanos) -> u64 {
    (u128::from(now) * TIMER_HZ / SECOND) as u64
}

impl Inner {
    /// Notes that bit 23 of the timer has changed since the last look.
    fn note_timer(&mut self, now: Nanos) {
        if count(now) >> 23 != count(self.s.noted) >> 23 {
            self.s.status |= pm1::TIMER;
        }
        self.s.noted = now;
    }

    fn update(&self) {
        let half = self.chip.gpe_len as usize / 2;
        let (raised, enabled) = self.s.gpe[..2 * half].split_at(half);
        let events = raised.iter().zip(enabled).any(|(s, e)| s & e != 0);
        let on = self.s.control & pm1::SCI_EN != 0;
        self.sci.set(on && (self.s.status & self.s.enable & (pm1::TIMER | pm1::POWER_BUTTON | 0x600) != 0 || events));
    }

    fn read_byte(&mut self, offset: u64, now: Nanos) -> u8 {
        let (smi, _) = self.chip.smi_enable;
        let word = |value: u64, at: u64| (value >> (8 * (offset - at))) as u8;
        match offset {
            0..2 => {
                self.note_timer(now);
                word(self.s.status.into(), 0)
            }
            2..4 => word(self.s.enable.into(), 2),
            4..6 => word(self.s.control.into(), 4),
            8..12 => word(count(now) & 0xff_ffff, 8),
            _ if (smi..smi + 4).contains(&offset) => word(self.s.smi_enable.into(), smi),
            _ => self.gpe_at(offset).map_or(0, |n| self.s.gpe[n]),
        }
    }

    fn gpe_at(&self, offset: u64) -> Option<usize> {
        let at = offset.checked_sub(self.chip.gpe?)?;
        (at < self.chip.gpe_len).then_some(at as usize)
    }

    fn write_gpe(&mut self, n: usize, value: u8) {
        let is_status = n < self.chip.gpe_len as usize / 2;
        let byte = &mut self.s.gpe[n];
        *byte = if is_status { *byte & !value } else { value };
    }

    fn write_byte(&mut self, offset: u64, value: u8, now: Nanos) {
        let (smi, fixed) = self.chip.smi_enable;
        let put = |have: u16, at: u64, mask: u16| {
            let shift = 8 * (offset - at);
            have & !(0xff << shift) | u16::from(value) << shift & mask
        };
        match offset {
            0..2 => {
                self.note_timer(now);
                self.s.status &= !(u16::from(value) << (8 * offset) & pm1::STATUS);
            }
            2..4 => {
                self.note_timer(now);
                self.s.enable = put(self.s.enable, 2, pm1::ENABLE);
            }
            4..6 => {
                let control = put(self.s.control, 4, 0xffff);
                // SLP_EN reads 0 and begins the state that SLP_TYP names: 0 is soft off in the tables of these boards.
                self.s.control = control & !pm1::SLP_EN;
                if control & pm1::SLP_EN != 0 && control >> 10 & 7 == 0 {
                    self.power.request(PowerRequest::Shutdown { code: 0 });
                }
            }
            _ if (smi..smi + 4).contains(&offset) => {
                let shift = 8 * (offset - smi);
                self.s.smi_enable = self.s.smi_enable & !(0xff << shift) | u32::from(value) << shift | fixed;
            }
            _ => {
                if let Some(n) = self.gpe_at(offset) {
                    self.write_gpe(n, value);
                }
            }
        }
    }
}

/// The registers. Clones are the same ones.
#[derive(Clone)]
pub struct AcpiPm(Arc<Mutex<Inner>>);

impl AcpiPm {
    /// Registers as after power-on: events interrupt by `sci`, soft off goes to `power`.
    pub fn new(chip: PmChip, sci: Line, power: Power) -> AcpiPm {
        let s = State { smi_enable: chip.smi_enable.1, ..State::default() };
        AcpiPm(Arc::new(Mutex::new(Inner { chip, sci, power, s })))
    }

    /// Puts the machine into ACPI mode, as firmware does before it starts an operating system.
    pub fn enable_acpi(&self) {
        self.0.lock().s.control |= pm1::SCI_EN;
    }

    /// The power button is pressed.
    pub fn press_power_button(&self) {
        let mut inner = self.0.lock();
        inner.s.status |= pm1::POWER_BUTTON;
        inner.update();
    }

    /// General-purpose event `n` happens.
    pub fn raise_event(&self, n: usize) {
        let mut inner = self.0.lock();
        if n / 8 < inner.chip.gpe_len as usize / 2 {
            inner.s.gpe[n / 8] |= 1 << (n % 8);
        }
        inner.update();
    }

    /// General-purpose events as ports of their own, where the chip has them elsewhere.
    pub fn events(&self) -> PmEvents {
        PmEvents(self.clone())
    }

    /// The APM ports, 0xb2 and 0xb3.
    pub fn apm(&self) -> ApmPorts {
        ApmPorts(self.clone())
    }
}

impl Device for AcpiPm {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let mut inner = self.0.lock();
        if offset == 8 && size == 4 {
            return count(now) & 0xff_ffff;
        }
        (0..u64::from(size)).fold(0, |value, n| value | u64::from(inner.read_byte(offset + n, now)) << (8 * n))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let mut inner = self.0.lock();
        (0..u64::from(size)).for_each(|n| inner.write_byte(offset + n, (value >> (8 * n)) as u8, now));
        inner.update();
    }

    fn tick(&mut self, now: Nanos) {
        let mut inner = self.0.lock();
        inner.note_timer(now);
        inner.update();
    }

    fn deadline(&self) -> Option<Nanos> {
        let inner = self.0.lock();
        let wanted = inner.s.enable & pm1::TIMER != 0 && inner.s.status & pm1::TIMER == 0;
        let next = u128::from((count(inner.s.noted) >> 23) + 1) << 23;
        wanted.then(|| (next * SECOND).div_ceil(TIMER_HZ) as Nanos)
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        let noted = inner.s.noted;
        inner.s = State { noted, smi_enable: inner.chip.smi_enable.1, ..State::default() };
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.0.lock();
        inner.s = state::restore(PART, bytes)?;
        inner.update();
        Ok(())
    }
}

/// General-purpose events at ports of their own.
pub struct PmEvents(AcpiPm);

impl Device for PmEvents {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.0.0.lock();
        let byte = |n: u64| inner.s.gpe.get((offset + n) as usize).copied().unwrap_or(0);
        (0..u64::from(size)).fold(0, |value, n| value | u64::from(byte(n)) << (8 * n))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let mut inner = self.0.0.lock();
        let len = inner.chip.gpe_len;
        for n in (0..u64::from(size)).filter(|n| offset + n < len) {
            inner.write_gpe((offset + n) as usize, (value >> (8 * n)) as u8);
        }
        inner.update();
    }

    fn reset(&mut self) {}
}

/// APM's control and status ports: what is written to the first calls system management software, which here only turns ACPI on and off.
pub struct ApmPorts(AcpiPm);

impl ApmPorts {
    /// The command by which an operating system takes power management over.
    pub const ACPI_ENABLE: u8 = 0xf1;
    /// The command by which it gives it back.
    pub const ACPI_DISABLE: u8 = 0xf0;
}

impl Device for ApmPorts {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        let inner = self.0.0.lock();
        u64::from(if offset == 0 { inner.s.apm_control } else { inner.s.apm_status })
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        let mut inner = self.0.0.lock();
        if offset != 0 {
            inner.s.apm_status = value as u8;
            return;
        }
        inner.s.apm_control = value as u8;
        match value as u8 {
            ApmPorts::ACPI_ENABLE => inner.s.control |= pm1::SCI_EN,
            ApmPorts::ACPI_DISABLE => inner.s.control &= !pm1::SCI_EN,
            _ => {}
        }
        inner.update();
    }

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn pm(chip: PmChip) -> (AcpiPm, Probe, Arc<Mutex<Vec<PowerRequest>>>) {
        let (probe, asked) = (Probe::default(), Arc::new(Mutex::new(Vec::new())));
        let log = asked.clone();
        (AcpiPm::new(chip, probe.line(), Power::new(move |a| log.lock().push(a))), probe, asked)
    }

    #[test]
    fn soft_off_and_control() {
        let (mut pm, _, asked) = pm(PmChip::PIIX4);
        pm.apm().write(0, 1, 0xf1, 0);
        assert_eq!(pm.read(4, 2, 0), 1);
        pm.write(4, 2, 0x1401, 0);
        assert_eq!((pm.read(4, 2, 0), asked.lock().len()), (0x1401, 0));
        pm.write(4, 2, 0x2001, 0);
        assert_eq!(*asked.lock(), [PowerRequest::Shutdown { code: 0 }]);
        pm.apm().write(0, 1, 0xf0, 0);
        assert_eq!(pm.read(4, 2, 0) & 1, 0);
    }

    #[test]
    fn timer_overflows_interrupt() {
        let (mut pm, sci, _) = pm(PmChip::ICH9);
        pm.enable_acpi();
        assert_eq!(pm.read(8, 4, 1_000_000_000), 3_579_545);
        assert_eq!(pm.deadline(), None);
        pm.write(2, 2, 1, 1_000_000_000);
        let at = pm.deadline().unwrap();
        assert_eq!(count(at) & 0xff_ffff, 1 << 23);
        pm.tick(at - 1);
        assert!(!sci.high());
        pm.tick(at);
        assert!(sci.high());
        pm.write(0, 2, 1, at);
        assert!(!sci.high());
        assert!(pm.deadline().unwrap() > at);
    }

    #[test]
    fn events_and_button() {
        let (mut pm, sci, _) = pm(PmChip::PIIX4);
        pm.enable_acpi();
        let mut events = pm.events();
        events.write(2, 1, 4, 0);
        pm.raise_event(2);
        assert_eq!((sci.high(), events.read(0, 4, 0)), (true, 0x0004_0004));
        events.write(0, 1, 4, 0);
        assert!(!sci.high());
        pm.write(2, 2, 0x100, 0);
        pm.press_power_button();
        assert!(sci.high());
        let (mut ich, sci, _) = self::pm(PmChip::ICH9);
        ich.enable_acpi();
        ich.write(0x28, 1, 2, 0);
        ich.raise_event(1);
        assert!(sci.high());
        assert_eq!(ich.read(0x30, 4, 0) & 0x20, 0x20);
        ich.write(0x30, 4, 0, 0);
        assert_eq!(ich.read(0x30, 4, 0) & 0x20, 0x20);
    }
}
