//! Breakpoints and watchpoints that the client has set, on all CPUs alike.

use cpu::{Cpu, Watch};

use crate::Debuggee;

/// The two packets that set breakpoints; to the CPUs they are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Software,
    Hardware,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Watchpoint {
    address: u64,
    len: u64,
    access: Watch,
}

/// All that the client has set.
#[derive(Default)]
pub(crate) struct Stops {
    breakpoints: Vec<(u64, Kind)>,
    watchpoints: Vec<Watchpoint>,
}

impl Stops {
    pub(crate) fn insert_breakpoint(&mut self, machine: &mut dyn Debuggee, address: u64, kind: Kind) {
        if !self.breakpoints.contains(&(address, kind)) {
            self.breakpoints.push((address, kind));
        }
        each_cpu(machine, |cpu| cpu.insert_breakpoint(address));
    }

    pub(crate) fn remove_breakpoint(&mut self, machine: &mut dyn Debuggee, address: u64, kind: Kind) -> bool {
        let before = self.breakpoints.len();
        self.breakpoints.retain(|b| *b != (address, kind));
        // The other kind may still want it.
        if self.breakpoint_at(address).is_none() {
            each_cpu(machine, |cpu| {
                cpu.remove_breakpoint(address);
            });
        }
        self.breakpoints.len() < before
    }

    /// The kind of breakpoint at an address, if there is one.
    pub(crate) fn breakpoint_at(&self, address: u64) -> Option<Kind> {
        self.breakpoints.iter().find(|(a, _)| *a == address).map(|(_, kind)| *kind)
    }

    pub(crate) fn insert_watchpoint(&mut self, machine: &mut dyn Debuggee, address: u64, len: u64, access: Watch) {
        let watchpoint = Watchpoint { address, len, access };
        if !self.watchpoints.contains(&watchpoint) {
            self.watchpoints.push(watchpoint);
            each_cpu(machine, |cpu| cpu.insert_watchpoint(address, len, access));
        }
    }

    pub(crate) fn remove_watchpoint(
        &mut self,
        machine: &mut dyn Debuggee,
        address: u64,
        len: u64,
        access: Watch,
    ) -> bool {
        let watchpoint = Watchpoint { address, len, access };
        let Some(at) = self.watchpoints.iter().position(|w| *w == watchpoint) else { return false };
        self.watchpoints.remove(at);
        each_cpu(machine, |cpu| {
            cpu.remove_watchpoint(address, len, access);
        });
        true
    }

    /// The watched address and the watchpoint's own kind for an access at `address`: gdb finds its watchpoint by an address inside it,
    /// and a wide access may begin before it.
    pub(crate) fn watched(&self, address: u64, access: Watch) -> (u64, Watch) {
        const WIDEST_ACCESS: u64 = 64;
        let inside = |w: &&Watchpoint| address.wrapping_sub(w.address) < w.len;
        let soon = |w: &&Watchpoint| w.address.wrapping_sub(address) < WIDEST_ACCESS;
        let fits = |w: &&Watchpoint| w.access == access || w.access == Watch::Access || access == Watch::Access;
        let all = || self.watchpoints.iter().filter(fits);
        match (all().find(inside), all().filter(soon).min_by_key(|w| w.address.wrapping_sub(address))) {
            (Some(w), _) => (address, w.access),
            (None, Some(w)) => (w.address, w.access),
            (None, None) => (address, access),
        }
    }

    /// Sets everything on a CPU that has been plugged in.
    pub(crate) fn arm(&self, cpu: &mut dyn Cpu) {
        for (address, _) in &self.breakpoints {
            cpu.insert_breakpoint(*address);
        }
        for w in &self.watchpoints {
            cpu.insert_watchpoint(w.address, w.len, w.access);
        }
    }

    /// Takes everything back.
    pub(crate) fn clear(&mut self, machine: &mut dyn Debuggee) {
        for (address, kind) in std::mem::take(&mut self.breakpoints) {
            self.remove_breakpoint(machine, address, kind);
        }
        for w in self.watchpoints.clone() {
            self.remove_watchpoint(machine, w.address, w.len, w.access);
        }
    }
}

fn each_cpu(machine: &mut dyn Debuggee, mut f: impl FnMut(&mut dyn Cpu)) {
    for i in 0..machine.n_cpus() {
        if let Some(cpu) = machine.cpu(i) {
            f(cpu);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_access_is_shown_where_it_is_watched() {
        let watchpoints = vec![
            Watchpoint { address: 0x1004, len: 4, access: Watch::Write },
            Watchpoint { address: 0x2000, len: 8, access: Watch::Access },
        ];
        let stops = Stops { breakpoints: Vec::new(), watchpoints };
        assert_eq!(stops.watched(0x1000, Watch::Write), (0x1004, Watch::Write));
        assert_eq!(stops.watched(0x1006, Watch::Write), (0x1006, Watch::Write));
        assert_eq!(stops.watched(0x2004, Watch::Read), (0x2004, Watch::Access));
        assert_eq!(stops.watched(0x9000, Watch::Read), (0x9000, Watch::Read));
    }
}
