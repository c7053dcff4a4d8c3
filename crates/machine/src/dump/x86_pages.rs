//! What the page tables of an x86 CPU map (Intel SDM volume 3, "Paging": 32-bit, PAE and 4-level).

use loader::corefile::Segment;

/// Entries that are looked at before the tables are taken for circular: a guest may point them at themselves.
const LIMIT: usize = 1 << 22;

/// The control registers that say how tables are read.
#[derive(Clone, Copy)]
pub(super) struct Paging {
    pub(super) cr3: u64,
    pub(super) cr4: u64,
    pub(super) efer: u64,
}

/// Physical addresses in an entry of 64 bits.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const PRESENT: u64 = 1;
const LARGE: u64 = 1 << 7;

struct Walk<'a> {
    read: &'a dyn Fn(u64, usize) -> u64,
    out: Vec<Segment>,
    left: usize,
}

impl Walk<'_> {
    /// Notes that `len` bytes at `virt` are those at `physical`, as part of the last segment where they continue it.
    fn note(&mut self, virt: u64, physical: u64, len: u64) {
        match self.out.last_mut() {
            Some(s) if s.virt == Some(virt.wrapping_sub(s.len)) && s.physical.wrapping_add(s.len) == physical => {
                s.len += len;
            }
            _ => self.out.push(Segment { physical, virt: Some(virt), len }),
        }
    }

    /// Goes through a table of `count` entries of 8 bytes, each of which spans `1 << shift` bytes.
    fn wide(&mut self, table: u64, count: u64, virt: u64, shift: u32) {
        for n in 0..count {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let (entry, mut at) = ((self.read)(table + 8 * n, 8), virt | n << shift);
            if shift == 39 && at >> 47 & 1 != 0 {
                at |= 0xffff_0000_0000_0000;
            }
            let last = shift == 12 || (entry & LARGE != 0 && (shift == 21 || (shift == 30 && count == 512)));
            match entry & PRESENT != 0 {
                true if last => self.note(at, entry & ADDRESS & !((1 << shift) - 1), 1 << shift),
                true => self.wide(entry & ADDRESS, 512, at, shift - 9),
                false => {}
            }
        }
    }

    /// Goes through a page directory of 32-bit entries.
    fn narrow(&mut self, directory: u64, large_pages: bool) {
        for n in 0..1024 {
            let (entry, virt) = ((self.read)(directory + 4 * n, 4), n << 22);
            if entry & PRESENT == 0 {
                continue;
            }
            if entry & LARGE != 0 && large_pages {
                // PSE-36: bits 39 to 32 of the address are in bits 20 to 13.
                self.note(virt, entry & 0xffc0_0000 | (entry >> 13 & 0xff) << 32, 1 << 22);
                continue;
            }
            for m in 0..1024 {
                let page = (self.read)((entry & 0xffff_f000) + 4 * m, 4);
                if page & PRESENT != 0 {
                    self.note(virt | m << 12, page & 0xffff_f000, 4096);
                }
            }
        }
    }
}

/// Everything that is mapped, in the order of virtual addresses. `read` reads so many bytes at a physical address.
pub(super) fn mapped(paging: Paging, read: &dyn Fn(u64, usize) -> u64) -> Vec<Segment> {
    let Paging { cr3, cr4, efer } = paging;
    let mut walk = Walk { read, out: Vec::new(), left: LIMIT };
    match (efer >> 10 & 1 != 0, cr4 >> 5 & 1 != 0) {
        (true, _) => walk.wide(cr3 & ADDRESS, 512, 0, 39),
        (false, true) => walk.wide(cr3 & 0xffff_ffe0, 4, 0, 30),
        (false, false) => walk.narrow(cr3 & 0xffff_f000, cr4 >> 4 & 1 != 0),
    }
    walk.out
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn check(paging: Paging, entries: &[(u64, u64)], expected: &[(u64, u64, u64)]) {
        let memory: HashMap<u64, u64> = entries.iter().copied().collect();
        let found = mapped(paging, &|address, _| memory.get(&address).copied().unwrap_or(0));
        let found: Vec<_> = found.iter().map(|s| (s.virt.unwrap(), s.physical, s.len)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tables_of_all_kinds() {
        let paging = |cr4, efer| Paging { cr3: 0x1000, cr4, efer };
        let four_levels =
            [(0x1ff8, 0x2003), (0x2000, 0x3003), (0x3000, 0x4003), (0x3008, 0x20_0083), (0x4ff8, 0x1f_f003)];
        let top = 0xffff_ff80_0000_0000;
        check(paging(0x20, 0x400), &four_levels, &[(top + 0x1f_f000, 0x1f_f000, 0x20_1000)]);
        check(paging(0x20, 0), &[(0x1008, 0x2001), (0x2000, 0x40_0083)], &[(0x4000_0000, 0x40_0000, 0x20_0000)]);
        let pse = [(0x1000, 0x2003), (0x2004, 0x9003), (0x1004, 0x0040_2083)];
        check(paging(0x10, 0), &pse, &[(0x1000, 0x9000, 0x1000), (0x40_0000, 0x1_0040_0000, 0x40_0000)]);
    }

    #[test]
    fn tables_that_point_at_themselves_end() {
        let found = mapped(Paging { cr3: 0x1000, cr4: 0x20, efer: 0x400 }, &|_, _| 0x1003);
        assert!(!found.is_empty());
    }
}
