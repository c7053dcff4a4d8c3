//! The machine's shape as STORE SYSTEM INFORMATION 15.1.x stores it (PoP, "SYSIB 15.1.x").
//!
//! Nesting level 1 is a CPU. Sockets are containers of CPUs; where sockets have several dies, dies are, and sockets hold dies; where cores
//! have several threads, cores are the innermost containers. QEMU's boards have no dies, so that there the levels are those of -smp.

use devices::percpu::Started;
use topology::Smp;

/// What is encoded.
pub(crate) struct Shape {
    pub(crate) smp: Smp,
    pub(crate) present: Started,
}

/// Offset of the first entry.
const LIST: usize = 16;
/// CPUs that one entry has room for.
const MASK: u32 = 64;

impl Shape {
    /// Containers from the innermost to the outermost: CPUs that each holds.
    fn levels(&self) -> Vec<u32> {
        let smp = &self.smp;
        let (core, die) = (smp.threads.max(1), smp.threads.max(1) * smp.cores.max(1));
        let socket = die * smp.dies.max(1);
        let mut levels = Vec::new();
        if core > 1 {
            levels.push(core);
        }
        if smp.dies > 1 {
            levels.push(die);
        }
        levels.push(socket);
        levels
    }

    fn here(&self, cpu: u32) -> bool {
        cpu < self.smp.maxcpus && self.present.get(cpu as usize)
    }

    /// A number that changes when CPUs come.
    pub(crate) fn fingerprint(&self) -> u64 {
        let cpus = (0..self.smp.maxcpus).filter(|&n| self.here(n));
        cpus.fold(1, |all, n| all.rotate_left(7).wrapping_mul(0x100_0000_01b3) ^ u64::from(n + 1))
    }

    /// The block with so many nesting levels; `None` where the machine has not so many, or where it isn't a nesting.
    pub(crate) fn encode(&self, nesting: u32) -> Option<Vec<u8>> {
        let levels = self.levels();
        let most = levels.len() as u32 + 1;
        if nesting < 2 || nesting > most {
            return None;
        }
        let shown = &levels[..nesting as usize - 1];
        let mut block = vec![0; LIST];
        self.magnitudes(shown, &mut block);
        block[11] = most as u8;
        self.containers(shown, 0, self.smp.maxcpus, &mut block);
        let len = (block.len() as u16).to_be_bytes();
        block[2..4].copy_from_slice(&len);
        Some(block)
    }

    /// Bytes 4 to 9: magnitudes 6 to 1, the most entries that a container of each level holds.
    fn magnitudes(&self, shown: &[u32], block: &mut [u8]) {
        let all = self.smp.maxcpus;
        let mut below = 1;
        for (level, &size) in shown.iter().enumerate() {
            block[9 - level] = (size / below) as u8;
            below = size;
        }
        block[9 - shown.len()] = all.div_ceil(below) as u8;
    }

    fn containers(&self, shown: &[u32], first: u32, end: u32, block: &mut Vec<u8>) {
        let Some((&size, inner)) = shown.split_last() else { return self.cpus(first, end, block) };
        for (number, from) in (first..end).step_by(size as usize).enumerate() {
            let to = (from + size).min(end);
            if !(from..to).any(|cpu| self.here(cpu)) {
                continue;
            }
            block.extend([shown.len() as u8, 0, 0, 0, 0, 0, 0, number as u8 + 1]);
            self.containers(inner, from, to, block);
        }
    }

    /// CPU entries: level 0; horizontal polarization; type; origin; mask.
    fn cpus(&self, first: u32, end: u32, block: &mut Vec<u8>) {
        let mut origin = first / MASK * MASK;
        while origin < end {
            let range = (origin.max(first)..(origin + MASK).min(end)).filter(|&cpu| self.here(cpu));
            let mask = range.fold(0u64, |mask, cpu| mask | 1 << (63 - (cpu - origin)));
            if mask != 0 {
                block.extend([0; 6]);
                block.extend((origin as u16).to_be_bytes());
                block.extend(mask.to_be_bytes());
            }
            origin += MASK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_found() {
        let smp = Smp { cpus: 16, maxcpus: 16, sockets: 2, dies: 2, cores: 2, threads: 2 };
        let present = Started::new(16);
        (0..16).filter(|n| *n != 5).for_each(|n| present.set(n, true));
        let shape = Shape { smp, present };
        assert_eq!((shape.encode(1), shape.encode(5)), (None, None));
        let flat = shape.encode(2).unwrap();
        assert_eq!(flat[4..12], [0, 0, 0, 0, 8, 2, 0, 4]);
        // Eight cores of a container and a CPU entry each.
        assert_eq!(flat.len(), LIST + 8 * (8 + 16));
        let full = shape.encode(4).unwrap();
        assert_eq!(full[4..12], [0, 0, 2, 2, 2, 2, 0, 4]);
        assert_eq!(full.len(), LIST + 2 * 8 + 4 * 8 + 8 * (8 + 16));
        assert_eq!((full[16], full[24], full[32]), (3, 2, 1));
        assert_eq!(full[48..56], 0xc000_0000_0000_0000u64.to_be_bytes());
    }
}
