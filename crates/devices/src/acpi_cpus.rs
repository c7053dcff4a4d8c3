//! The registers by which a PC's guest learns of CPUs that come and go, and gives them back.
//!
//! QEMU, `docs/specs/acpi_cpu_hotplug.txt`: "ACPI CPU hotplug interface". After power-on there is a bitmap of the CPUs that are there (the
//! legacy interface); a 0 written to its first byte switches to the registers of CPU selector, flags and commands, for good.

use std::sync::Arc;

use memory::{Device, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::acpi_pm::AcpiPm;
use crate::percpu::Started;
use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "acpi_cpus";
/// The general-purpose event that tells of CPUs.
pub const CPU_EVENT: usize = 2;
/// Ports of the interface: those of the bitmap.
pub const CPU_PORTS: u16 = 32;
/// Ports of the registers.
pub const CPU_REGISTERS: u8 = 12;

/// Registers.
mod reg {
    pub(super) const SELECTOR: u64 = 0;
    pub(super) const FLAGS: u64 = 4;
    pub(super) const COMMAND: u64 = 5;
    pub(super) const DATA: u64 = 8;
}

/// Bits of the flags.
mod flag {
    pub(super) const ENABLED: u64 = 1;
    pub(super) const INSERTED: u64 = 2;
    pub(super) const REMOVE: u64 = 4;
    /// Written: take it out.
    pub(super) const EJECT: u64 = 8;
}

/// Commands.
mod command {
    pub(super) const NEXT_WITH_EVENT: u8 = 0;
    pub(super) const OST_EVENT: u8 = 1;
    pub(super) const OST_STATUS: u8 = 2;
    /// Commands from here on don't exist.
    pub(super) const END: u8 = 3;
}

/// What a guest has said of a CPU by `_OST`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OspmStatus {
    /// The event that it is about.
    pub event: u32,
    /// What has become of it.
    pub status: u32,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Cpu {
    inserted: bool,
    to_remove: bool,
    said: OspmStatus,
}

#[derive(Clone, Serialize, Deserialize)]
struct State {
    modern: bool,
    selector: u32,
    command: u8,
    cpus: Vec<Cpu>,
}

struct Inner {
    s: State,
    apic_ids: Vec<u32>,
    started: Started,
    power: Power,
}

/// The registers. Clones are the same ones.
#[derive(Clone)]
pub struct AcpiCpus {
    inner: Arc<Mutex<Inner>>,
    pm: AcpiPm,
}

impl Inner {
    /// A byte of the bitmap, by APIC ID.
    fn present(&self, byte: u64) -> u8 {
        let first = byte as u32 * 8;
        let there = |id: u32| self.apic_ids.iter().position(|have| *have == id).is_some_and(|n| self.started.get(n));
        (0..8).map(|bit| u8::from(there(first + bit)) << bit).sum()
    }

    fn read(&self, offset: u64) -> u64 {
        let n = self.s.selector as usize;
        let Some(cpu) = self.s.cpus.get(n) else { return 0 };
        let bit = |yes: bool, flag: u64| if yes { flag } else { 0 };
        match offset {
            reg::FLAGS => {
                bit(self.started.get(n), flag::ENABLED)
                    | bit(cpu.inserted, flag::INSERTED)
                    | bit(cpu.to_remove, flag::REMOVE)
            }
            reg::DATA if self.s.command == command::NEXT_WITH_EVENT => self.s.selector.into(),
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, value: u64) {
        if offset == reg::SELECTOR {
            self.s.selector = value as u32;
            return;
        }
        let n = self.s.selector as usize;
        let Some(cpu) = self.s.cpus.get_mut(n) else { return };
        match offset {
            // One at a time, the lowest bit first.
            reg::FLAGS if value & flag::INSERTED != 0 => cpu.inserted = false,
            reg::FLAGS if value & flag::REMOVE != 0 => cpu.to_remove = false,
            reg::FLAGS if value & flag::EJECT != 0 && n != 0 && self.started.get(n) => {
                self.power.request(PowerRequest::CoreGivenUp { slot: n });
            }
            reg::COMMAND if value < command::END.into() => {
                self.s.command = value as u8;
                if self.s.command == command::NEXT_WITH_EVENT {
                    self.select_next();
                }
            }
            reg::DATA => match self.s.command {
                command::OST_EVENT => cpu.said.event = value as u32,
                command::OST_STATUS => {
                    cpu.said.status = value as u32;
                    let OspmStatus { event, status } = cpu.said;
                    self.power.request(PowerRequest::OspmStatus { slot: n, event, status });
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// Selects the next CPU with an event, from the selected one on; none if there is no event.
    fn select_next(&mut self) {
        let (n, len) = (self.s.selector as usize, self.s.cpus.len());
        let next = (n..len).chain(0..n).find(|at| self.s.cpus[*at].inserted || self.s.cpus[*at].to_remove);
        self.s.selector = next.unwrap_or(n) as u32;
    }
}

impl AcpiCpus {
    /// Registers for CPUs with these APIC IDs: those in `started` are there. Events go to `pm`, what the guest gives back to `power`.
    pub fn new(apic_ids: Vec<u32>, started: Started, pm: AcpiPm, power: Power) -> AcpiCpus {
        let cpus = vec![Cpu::default(); apic_ids.len()];
        let s = State { modern: false, selector: 0, command: 0, cpus };
        AcpiCpus { inner: Arc::new(Mutex::new(Inner { s, apic_ids, started, power })), pm }
    }

    /// CPU `n` has come: the guest is told.
    pub fn plugged(&self, n: usize) {
        {
            let mut inner = self.inner.lock();
            let beyond_bitmap = inner.apic_ids.get(n).is_some_and(|id| *id >= u32::from(CPU_PORTS) * 8);
            inner.s.modern |= beyond_bitmap;
            if let Some(cpu) = inner.s.cpus.get_mut(n) {
                cpu.inserted = true;
            }
        }
        self.pm.raise_event(CPU_EVENT);
    }

    /// Asks the guest to give CPU `n` back; `false` if it uses the bitmap, which can't tell it.
    pub fn ask_back(&self, n: usize) -> bool {
        {
            let mut inner = self.inner.lock();
            if !inner.s.modern {
                return false;
            }
            if let Some(cpu) = inner.s.cpus.get_mut(n) {
                cpu.to_remove = true;
            }
        }
        self.pm.raise_event(CPU_EVENT);
        true
    }

    /// What the guest has said of each CPU; nothing while it uses the bitmap.
    pub fn ospm_status(&self) -> Vec<OspmStatus> {
        let inner = self.inner.lock();
        let cpus = if inner.s.modern { &inner.s.cpus[..] } else { &[] };
        cpus.iter().map(|cpu| cpu.said).collect()
    }
}

impl Device for AcpiCpus {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let inner = self.inner.lock();
        if inner.s.modern {
            return if offset < CPU_REGISTERS.into() { inner.read(offset) } else { u64::MAX };
        }
        (0..u64::from(size)).fold(0, |value, n| value | u64::from(inner.present(offset + n)) << (8 * n))
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        let mut inner = self.inner.lock();
        if inner.s.modern {
            inner.write(offset, value);
        } else if offset == 0 && value & 0xff == 0 {
            inner.s.modern = true;
        }
    }

    // As on QEMU, a reset changes nothing: the guest's tables write the selector before they use it.
    fn reset(&mut self) {}

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.inner.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut inner = self.inner.lock();
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "CPUs", s.cpus.len(), inner.s.cpus.len())?;
        inner.s = s;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acpi_pm::PmChip;
    use crate::state::testing::Probe;

    fn parts() -> (AcpiCpus, AcpiPm, Probe, Arc<Mutex<Vec<PowerRequest>>>) {
        let (probe, asked) = (Probe::default(), Arc::new(Mutex::new(Vec::new())));
        let log = asked.clone();
        let power = Power::new(move |request| log.lock().push(request));
        let started = Started::new(4);
        started.set(0, true);
        started.set(2, true);
        let pm = AcpiPm::new(PmChip::PIIX4, probe.line(), power.clone());
        (AcpiCpus::new(vec![0, 1, 8, 9], started, pm.clone(), power), pm, probe, asked)
    }

    #[test]
    fn the_bitmap_goes_by_apic_id_until_it_is_written() {
        let (mut cpus, ..) = parts();
        assert_eq!((cpus.read(0, 1, 0), cpus.read(0, 4, 0), cpus.read(31, 1, 0)), (1, 0x101, 0));
        assert!(!cpus.ask_back(2));
        cpus.write(1, 1, 0, 0);
        cpus.write(0, 1, 1, 0);
        assert_eq!(cpus.read(0, 1, 0), 1);
        cpus.write(0, 4, 0, 0);
        assert_eq!((cpus.read(0, 4, 0), cpus.read(4, 1, 0), cpus.read(16, 1, 0) & 0xff), (0, 1, 0xff));
    }

    #[test]
    fn a_cpu_comes_and_goes() {
        let (mut cpus, pm, sci, asked) = parts();
        pm.enable_acpi();
        pm.events().write(2, 1, 4, 0);
        cpus.write(0, 4, 0, 0);
        cpus.plugged(2);
        assert!(sci.high());
        // The scan finds it, and nothing once it is acknowledged.
        cpus.write(5, 1, 0, 0);
        assert_eq!((cpus.read(8, 4, 0), cpus.read(4, 1, 0)), (2, 3));
        cpus.write(4, 1, 2, 0);
        cpus.write(5, 1, 0, 0);
        assert_eq!((cpus.read(8, 4, 0), cpus.read(4, 1, 0)), (2, 1));
        assert!(cpus.ask_back(2));
        cpus.write(0, 4, 3, 0);
        cpus.write(5, 1, 0, 0);
        assert_eq!((cpus.read(8, 4, 0), cpus.read(4, 1, 0)), (2, 5));
        cpus.write(4, 1, 4, 0);
        cpus.write(4, 1, 8, 0);
        assert_eq!(*asked.lock(), [PowerRequest::CoreGivenUp { slot: 2 }]);
        // The first one can't go.
        cpus.write(0, 4, 0, 0);
        cpus.write(4, 1, 8, 0);
        assert_eq!(asked.lock().len(), 1);
    }

    #[test]
    fn what_the_guest_says_is_passed_on() {
        let (mut cpus, _, _, asked) = parts();
        assert_eq!(cpus.ospm_status(), []);
        for (at, size, value) in
            [(0, 4, 0), (0, 4, 1), (5, 1, 1), (8, 4, 0x103), (5, 1, 2), (8, 4, 0x81), (5, 1, 7), (8, 4, 1)]
        {
            cpus.write(at, size, value, 0);
        }
        let said = |status| PowerRequest::OspmStatus { slot: 1, event: 0x103, status };
        // An unknown command changes nothing.
        assert_eq!(*asked.lock(), [said(0x81), said(1)]);
        assert_eq!(cpus.ospm_status()[1], OspmStatus { event: 0x103, status: 1 });
        // A selector beyond the last CPU selects none.
        cpus.write(0, 4, 4, 0);
        cpus.write(8, 4, 5, 0);
        assert_eq!((cpus.read(4, 1, 0), asked.lock().len()), (0, 2));
    }

    #[test]
    fn snapshots() {
        let (mut cpus, ..) = parts();
        cpus.write(0, 4, 0, 0);
        cpus.plugged(3);
        let saved = cpus.save();
        let (mut other, ..) = parts();
        other.restore(&saved).unwrap();
        other.write(5, 1, 0, 0);
        assert_eq!((other.read(8, 4, 0), other.read(4, 1, 0)), (3, 2));
    }
}
