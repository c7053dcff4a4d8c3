//! What the page tables of an x86 CPU map (Intel SDM volume 3, "Paging": 32-bit, PAE, 4-level and 5-level).

use cpu::Cpu;

use super::{LIMIT, Page, register};

/// The control registers that say how tables are read.
#[derive(Clone, Copy)]
pub(crate) struct Paging {
    pub(crate) cr3: u64,
    pub(crate) cr4: u64,
    pub(crate) efer: u64,
}

impl Paging {
    /// Those of a CPU, if it translates addresses.
    pub(crate) fn of(cpu: &dyn Cpu) -> Option<Paging> {
        let get = |name: &str| register(cpu, &[name]);
        (get("cr0") >> 31 & 1 != 0).then(|| Paging { cr3: get("cr3"), cr4: get("cr4"), efer: get("efer") })
    }
}

/// Physical addresses in an entry of 64 bits.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const PRESENT: u64 = 1;
const LARGE: u64 = 1 << 7;
/// Bits that a page has only if all tables above it have them: writable, user.
const RIGHTS: u64 = 0b110;

struct Walk<'a> {
    read: &'a dyn Fn(u64, usize) -> u64,
    out: Vec<Page>,
    left: usize,
}

/// The table that is being read.
#[derive(Clone, Copy)]
struct Table {
    address: u64,
    /// Entries.
    count: u64,
    /// Virtual address of the first one.
    virt: u64,
    /// Each spans `1 << shift` bytes.
    shift: u32,
    /// What the tables above allow.
    allowed: u64,
}

impl Walk<'_> {
    /// Goes through a table of entries of 8 bytes.
    fn wide(&mut self, table: Table) {
        let Table { shift, .. } = table;
        for n in 0..table.count {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let (entry, virt) = ((self.read)(table.address + 8 * n, 8), table.virt | n << shift);
            if entry & PRESENT == 0 {
                continue;
            }
            let allowed = table.allowed & entry;
            if shift == 12 || (entry & LARGE != 0 && (shift == 21 || (shift == 30 && table.count == 512))) {
                let physical = entry & ADDRESS & !((1 << shift) - 1);
                self.out.push(Page { virt, physical, len: 1 << shift, entry, rights: entry & (allowed | !RIGHTS) });
            } else {
                // The four entries at the top of PAE's tables have no rights of their own.
                let allowed = if table.count == 4 { table.allowed } else { allowed };
                self.wide(Table { address: entry & ADDRESS, count: 512, virt, shift: shift - 9, allowed });
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
                let physical = entry & 0xffc0_0000 | (entry >> 13 & 0xff) << 32;
                self.out.push(Page { virt, physical, len: 1 << 22, entry, rights: entry });
                continue;
            }
            for m in 0..1024 {
                let page = (self.read)((entry & 0xffff_f000) + 4 * m, 4);
                if page & PRESENT != 0 {
                    let (virt, physical) = (virt | m << 12, page & 0xffff_f000);
                    self.out.push(Page { virt, physical, len: 4096, entry: page, rights: page & (entry | !RIGHTS) });
                }
            }
        }
    }
}

/// Everything that is mapped, in the order of virtual addresses. `read` reads so many bytes at a physical address.
pub(crate) fn mapped(paging: Paging, read: &dyn Fn(u64, usize) -> u64) -> Vec<Page> {
    let Paging { cr3, cr4, efer } = paging;
    let mut walk = Walk { read, out: Vec::new(), left: LIMIT };
    let top = |mask: u64, count, shift| Table { address: cr3 & mask, count, virt: 0, shift, allowed: u64::MAX };
    let five_levels = cr4 >> 12 & 1 != 0;
    match (efer >> 10 & 1 != 0, cr4 >> 5 & 1 != 0) {
        (true, _) => {
            let shift = if five_levels { 48 } else { 39 };
            walk.wide(top(ADDRESS, 512, shift));
            for page in &mut walk.out {
                page.virt = bits::sign_extend(page.virt, shift + 9);
            }
        }
        (false, true) => walk.wide(top(0xffff_ffe0, 4, 30)),
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
        let found: Vec<_> = found.iter().map(|page| (page.virt, page.physical, page.len)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tables_of_all_kinds() {
        let paging = |cr4, efer| Paging { cr3: 0x1000, cr4, efer };
        let four_levels =
            [(0x1ff8, 0x2003), (0x2000, 0x3003), (0x3000, 0x4003), (0x3008, 0x20_0083), (0x4ff8, 0x1f_f003)];
        let top = 0xffff_ff80_0000_0000;
        let pages = [(top + 0x1f_f000, 0x1f_f000, 0x1000), (top + 0x20_0000, 0x20_0000, 0x20_0000)];
        check(paging(0x20, 0x400), &four_levels, &pages);
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
