//! The machine's shape as STORE SYSTEM INFORMATION 15.1.x stores it (PoP, "SYSIB 15.1.x").
//!
//! Nesting level 1 is a CPU. Where cores have several threads, cores are the innermost containers; dies follow where sockets have
//! several, then sockets, then NUMA nodes where there are several and no socket belongs to two. A machine without any of that has
//! one container a socket.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use devices::percpu::Started;
use topology::Smp;

/// What is encoded.
pub(crate) struct Shape {
    /// The container of each CPU, numbered across the machine, from the innermost level to the outermost.
    levels: Vec<Vec<u32>>,
    present: Started,
    /// The shape that the guest has been told of.
    reported: AtomicU64,
    /// Whether CPUs are polarized vertically.
    vertical: AtomicBool,
}

/// Offset of the first entry.
const LIST: usize = 16;
/// CPU entries, byte 4: the CPU is dedicated, and its vertical polarization is high.
const DEDICATED: u8 = 4;
const HIGH: u8 = 3;
/// Byte 5: what CPUs of virtual machines are, by QEMU from 8.2 on: an integrated facility for Linux.
const IFL: u8 = 3;
/// CPUs that one entry has room for.
const MASK: u32 = 64;

impl Shape {
    /// The shape of a machine whose CPUs belong to these NUMA nodes, as far as they do.
    pub(crate) fn new(smp: Smp, nodes: &[Option<u16>], present: Started) -> Shape {
        let (core, die) = (smp.threads.max(1), smp.threads.max(1) * smp.cores.max(1));
        let socket = die * smp.dies.max(1);
        let by = |size: u32| (0..smp.maxcpus).map(|cpu| cpu / size).collect::<Vec<u32>>();
        let mut levels = Vec::new();
        if core > 1 {
            levels.push(by(core));
        }
        if smp.dies > 1 {
            levels.push(by(die));
        }
        let sockets = by(socket);
        let node = |cpu: u32| u32::from(nodes.get(cpu as usize).copied().flatten().unwrap_or(0));
        let of: Vec<u32> = (0..smp.maxcpus).map(node).collect();
        let whole = (0..smp.maxcpus).all(|cpu| node(cpu) == node(cpu / socket * socket));
        levels.push(sockets);
        if whole && of.iter().any(|n| *n != of[0]) {
            levels.push(of);
        }
        // The guest need not be told of the CPUs that the machine begins with.
        let reported = AtomicU64::new(fingerprint(0..smp.cpus));
        Shape { levels, present, reported, vertical: AtomicBool::new(false) }
    }

    fn all(&self) -> Vec<u32> {
        (0..self.levels[0].len() as u32).collect()
    }

    fn here(&self, cpu: u32) -> bool {
        self.present.get(cpu as usize)
    }

    /// A number that changes when CPUs come or go, or are polarized otherwise.
    fn fingerprint(&self) -> u64 {
        let cpus = fingerprint(self.all().into_iter().filter(|&n| self.here(n)));
        if self.vertical.load(Ordering::Acquire) { !cpus } else { cpus }
    }

    /// The containers of a level that hold these CPUs.
    fn groups(&self, level: usize, cpus: &[u32]) -> BTreeMap<u32, Vec<u32>> {
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        cpus.iter().for_each(|&cpu| groups.entry(self.levels[level][cpu as usize]).or_default().push(cpu));
        groups
    }

    /// Bytes 4 to 9: magnitudes 6 to 1, the most entries that a container of each level holds.
    fn magnitudes(&self, shown: usize, block: &mut [u8]) {
        for level in 0..shown {
            let inside = |cpus: &Vec<u32>| match level {
                0 => cpus.len(),
                _ => self.groups(level - 1, cpus).len(),
            };
            block[9 - level] = self.groups(level, &self.all()).values().map(inside).max().unwrap_or(0) as u8;
        }
        block[9 - shown] = self.groups(shown - 1, &self.all()).len() as u8;
    }

    fn containers(&self, shown: usize, cpus: &[u32], block: &mut Vec<u8>) {
        let Some(level) = shown.checked_sub(1) else { return self.entries(cpus, block) };
        for (number, inside) in self.groups(level, cpus).values().enumerate() {
            if inside.iter().any(|&cpu| self.here(cpu)) {
                block.extend([shown as u8, 0, 0, 0, 0, 0, 0, number as u8 + 1]);
                self.containers(level, inside, block);
            }
        }
    }

    /// CPU entries: level 0; polarization (a dedicated CPU's is high where it is vertical); type; origin; mask.
    fn entries(&self, cpus: &[u32], block: &mut Vec<u8>) {
        let mut masks: BTreeMap<u32, u64> = BTreeMap::new();
        for &cpu in cpus.iter().filter(|&&cpu| self.here(cpu)) {
            *masks.entry(cpu / MASK * MASK).or_default() |= 1 << (63 - cpu % MASK);
        }
        for (origin, mask) in masks {
            block.extend([0, 0, 0, 0, if self.vertical.load(Ordering::Acquire) { DEDICATED | HIGH } else { 0 }, IFL]);
            block.extend((origin as u16).to_be_bytes());
            block.extend(mask.to_be_bytes());
        }
    }
}

fn fingerprint(cpus: impl Iterator<Item = u32>) -> u64 {
    cpus.fold(1, |all, n| all.rotate_left(7).wrapping_mul(0x100_0000_01b3) ^ u64::from(n + 1))
}

impl s390x::shared::Topology for Shape {
    fn block(&self, nesting: u32) -> Option<Vec<u8>> {
        let most = self.levels.len() as u32 + 1;
        if nesting < 2 || nesting > most {
            return None;
        }
        let shown = nesting as usize - 1;
        let mut block = vec![0; LIST];
        self.magnitudes(shown, &mut block);
        block[11] = most as u8;
        self.containers(shown, &self.all(), &mut block);
        // What doesn't fit is not told of.
        block.truncate(4096);
        let len = (block.len() as u16).to_be_bytes();
        block[2..4].copy_from_slice(&len);
        self.reported.store(self.fingerprint(), Ordering::Release);
        Some(block)
    }

    fn changed(&self) -> bool {
        let now = self.fingerprint();
        self.reported.swap(now, Ordering::AcqRel) != now
    }

    fn polarize(&self, vertical: bool) -> bool {
        self.vertical.swap(vertical, Ordering::AcqRel) != vertical
    }

    fn reset(&self) {
        self.vertical.store(false, Ordering::Release);
        self.reported.store(self.fingerprint(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use s390x::shared::Topology;

    fn smp() -> Smp {
        Smp { cpus: 16, maxcpus: 16, sockets: 2, dies: 2, cores: 2, threads: 2 }
    }

    #[test]
    fn the_tree_is_found() {
        let present = Started::new(16);
        (0..16).filter(|n| *n != 5).for_each(|n| present.set(n, true));
        let shape = Shape::new(smp(), &[], present);
        assert_eq!((shape.block(1), shape.block(5)), (None, None));
        let flat = shape.block(2).unwrap();
        assert_eq!(flat[4..12], [0, 0, 0, 0, 8, 2, 0, 4]);
        // Eight cores of a container and a CPU entry each.
        assert_eq!(flat.len(), LIST + 8 * (8 + 16));
        assert_eq!(flat[LIST + 8..LIST + 16], [0, 0, 0, 0, 0, IFL, 0, 0]);
        let full = shape.block(4).unwrap();
        assert_eq!(full[4..12], [0, 0, 2, 2, 2, 2, 0, 4]);
        assert_eq!(full.len(), LIST + 2 * 8 + 4 * 8 + 8 * (8 + 16));
        assert_eq!((full[16], full[24], full[32]), (3, 2, 1));
        assert_eq!(full[48..56], 0xc000_0000_0000_0000u64.to_be_bytes());
    }

    #[test]
    fn nodes_are_the_outermost_level() {
        let present = Started::new(16);
        (0..8).for_each(|n| present.set(n, true));
        let nodes: Vec<Option<u16>> = (0..16).map(|n| Some(u16::from(n < 8))).collect();
        let shape = Shape::new(smp(), &nodes, present.clone());
        let full = shape.block(5).unwrap();
        assert_eq!(full[4..12], [0, 2, 1, 2, 2, 2, 0, 5]);
        // Socket 0 is the first in node 1, whose number is the second.
        assert_eq!((full[16], full[23], full[24], full[31]), (4, 2, 3, 1));
        assert!(!shape.changed());
        present.set(9, true);
        assert!(shape.changed() && !shape.changed());
    }
}
