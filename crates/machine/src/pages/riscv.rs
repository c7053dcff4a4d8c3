//! What `satp` maps (RISC-V Privileged Architecture, "Supervisor Address Translation and Protection (satp) Register", Sv32 to Sv57).

use super::{LIMIT, Page};

const VALID: u64 = 1;
/// R, W and X: an entry with any of them is a page.
const LEAF: u64 = 0b1110;

struct Walk<'a> {
    read: &'a dyn Fn(u64, usize) -> u64,
    out: Vec<Page>,
    left: usize,
    /// Bytes of an entry.
    size: usize,
    /// Bits of a virtual address that index a table.
    index: u32,
}

impl Walk<'_> {
    fn table(&mut self, table: u64, virt: u64, level: u32) {
        let shift = 12 + self.index * level;
        for n in 0..1u64 << self.index {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let entry = (self.read)(table + n * self.size as u64, self.size);
            let number = if self.size == 4 { entry >> 10 } else { entry >> 10 & 0xfff_ffff_ffff };
            let (virt, physical) = (virt | n << shift, number << 12);
            match (entry & VALID != 0, entry & LEAF != 0) {
                (false, _) => {}
                (true, true) => {
                    self.out.push(Page { virt, physical, len: 1 << shift, entry, rights: entry });
                }
                (true, false) if level > 0 => self.table(physical, virt, level - 1),
                (true, false) => {}
            }
        }
    }
}

/// Everything that is mapped; `None` when addresses are not translated. `read` reads so many bytes at a physical address.
pub(crate) fn mapped(satp: u64, bits: u32, read: &dyn Fn(u64, usize) -> u64) -> Option<Vec<Page>> {
    // MODE: the levels of tables that it stands for.
    let (levels, number, size, index) = match (bits, satp >> 31 & 1, satp >> 60) {
        (32, 1, _) => (2, satp & 0x3f_ffff, 4, 10),
        (64, _, mode @ 8..=10) => (mode as u32 - 5, satp & 0xfff_ffff_ffff, 8, 9),
        _ => return None,
    };
    let mut walk = Walk { read, out: Vec::new(), left: LIMIT, size, index };
    walk.table(number << 12, 0, levels - 1);
    let width = 12 + index * levels;
    if bits == 64 {
        for page in &mut walk.out {
            page.virt = bits::sign_extend(page.virt, width);
        }
    }
    Some(walk.out)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn found(satp: u64, bits: u32, entries: &[(u64, u64)]) -> Vec<(u64, u64, u64)> {
        let memory: HashMap<u64, u64> = entries.iter().copied().collect();
        let pages = mapped(satp, bits, &|address, _| memory.get(&address).copied().unwrap_or(0)).unwrap();
        pages.iter().map(|page| (page.virt, page.physical, page.len)).collect()
    }

    #[test]
    fn schemes() {
        assert_eq!(mapped(0, 64, &|_, _| 0), None);
        assert_eq!(mapped(0x7fff_ffff, 32, &|_, _| 0), None);
        let sv39 = [(0x1000, 0xcf), (0x1ff8, 0x801), (0x2008, 0x1000cf)];
        let high = 0xffff_ffff_c000_0000u64;
        assert_eq!(found(8 << 60 | 1, 64, &sv39), [(0, 0, 1 << 30), (high + (1 << 21), 0x40_0000, 1 << 21)]);
        let sv32 = [(0x1004, 0x801), (0x2000, 0x3cf)];
        assert_eq!(found(1 << 31 | 1, 32, &sv32), [(1 << 22, 0, 1 << 12)]);
    }

    #[test]
    fn circular_tables_end() {
        assert_eq!(found(8 << 60 | 1, 64, &(0..512).map(|n| (0x1000 + 8 * n, 0x401)).collect::<Vec<_>>()), []);
    }
}
