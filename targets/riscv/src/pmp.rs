//! Physical memory protection: the entries, their address ranges, and the check of an access.
//!
//! Privileged Architecture 20240411, "Physical Memory Protection". The granularity is 4 bytes (G = 0).

use cpu::Access;
use serde::{Deserialize, Serialize};

/// Entries that a hart with PMP has.
pub const N_ENTRIES: usize = 16;

const R: u8 = 1 << 0;
const W: u8 = 1 << 1;
const X: u8 = 1 << 2;
const A_SHIFT: u32 = 3;
const L: u8 = 1 << 7;
/// The fields of a configuration byte; the others are read-only zero.
const CFG_MASK: u8 = R | W | X | 3 << A_SHIFT | L;

/// Values of the A field.
const OFF: u8 = 0;
const TOR: u8 = 1;
const NA4: u8 = 2;

/// What may be done with a piece of physical memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rights {
    /// Loads.
    pub read: bool,
    /// Stores.
    pub write: bool,
    /// Fetches.
    pub execute: bool,
}

impl Rights {
    /// Everything.
    pub const ALL: Rights = Rights { read: true, write: true, execute: true };
    /// Nothing.
    pub const NONE: Rights = Rights { read: false, write: false, execute: false };

    /// Whether `access` is allowed.
    pub const fn allow(self, access: Access) -> bool {
        match access {
            Access::Read => self.read,
            Access::Write => self.write,
            Access::Fetch => self.execute,
        }
    }

    const fn of_cfg(cfg: u8) -> Rights {
        Rights { read: cfg & R != 0, write: cfg & W != 0, execute: cfg & X != 0 }
    }
}

/// What the entries say of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The rights at the address.
    pub rights: Rights,
    /// Whether they hold for the whole 4 KiB page around it.
    pub whole_page: bool,
}

/// The registers `pmpcfg0` to `pmpcfg3` and `pmpaddr0` to `pmpaddr15`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Pmp {
    cfg: [u8; N_ENTRIES],
    addr: [u64; N_ENTRIES],
}

impl Pmp {
    /// The configuration byte of entry `i`.
    pub fn cfg(&self, i: usize) -> u8 {
        self.cfg[i]
    }

    /// Writes the configuration byte of entry `i`, unless the entry is locked. The reserved combination R=0, W=1 loses its W.
    pub fn set_cfg(&mut self, i: usize, cfg: u8) {
        if self.cfg[i] & L == 0 {
            let reserved = cfg & (R | W) == W;
            self.cfg[i] = cfg & CFG_MASK & !(if reserved { W } else { 0 });
        }
    }

    /// The address register of entry `i`.
    pub fn addr(&self, i: usize) -> u64 {
        self.addr[i]
    }

    /// Writes the address register of entry `i` (bits 55:2 of an address on RV64, 33:2 on RV32: the caller masks), unless the entry
    /// is locked, or the next one is and is the top of a range that begins here.
    pub fn set_addr(&mut self, i: usize, addr: u64) {
        let next_locked = self.cfg.get(i + 1).is_some_and(|&c| c & L != 0 && mode(c) == TOR);
        if self.cfg[i] & L == 0 && !next_locked {
            self.addr[i] = addr;
        }
    }

    /// First and last address that entry `i` matches.
    fn range(&self, i: usize) -> Option<(u64, u64)> {
        let addr = self.addr[i];
        match mode(self.cfg[i]) {
            OFF => None,
            TOR => {
                let from = if i == 0 { 0 } else { self.addr[i - 1] };
                (from < addr).then(|| (from << 2, (addr << 2) - 1))
            }
            NA4 => Some((addr << 2, (addr << 2) + 3)),
            _ => {
                let low = addr.trailing_ones() + 3;
                let size_less_1 = bits::mask(low);
                Some((addr << 2 & !size_less_1, addr << 2 & !size_less_1 | size_less_1))
            }
        }
    }

    /// The rights of an access to `len` bytes at physical address `phys`, made with the rights of M-mode (`machine`) or of S- and
    /// U-mode. An entry that matches some of the bytes and not all denies the access.
    pub fn check(&self, phys: u64, len: u64, machine: bool) -> Verdict {
        let (first, last) = (phys & !0xfff, phys | 0xfff);
        let mut whole_page = true;
        for i in 0..N_ENTRIES {
            let Some((from, to)) = self.range(i) else { continue };
            if from > last || to < first {
                continue;
            }
            whole_page &= from <= first && last <= to;
            let end = phys + (len - 1);
            if end < from || to < phys {
                continue;
            }
            if phys < from || to < end {
                return Verdict { rights: Rights::NONE, whole_page };
            }
            let open = machine && self.cfg[i] & L == 0;
            return Verdict { rights: if open { Rights::ALL } else { Rights::of_cfg(self.cfg[i]) }, whole_page };
        }
        Verdict { rights: if machine { Rights::ALL } else { Rights::NONE }, whole_page }
    }
}

const fn mode(cfg: u8) -> u8 {
    cfg >> A_SHIFT & 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAPOT: u8 = 3;

    fn pmp(entries: &[(u8, u64)]) -> Pmp {
        let mut pmp = Pmp::default();
        for (i, &(cfg, addr)) in entries.iter().enumerate() {
            pmp.set_addr(i, addr);
            pmp.set_cfg(i, cfg);
        }
        pmp
    }

    #[test]
    fn napot_of_all_ones_is_everything() {
        let p = pmp(&[(NAPOT << 3 | R | X, (1 << 54) - 1)]);
        assert_eq!(p.range(0), Some((0, (1 << 57) - 1)));
        let v = p.check(0x8000_0000, 4, false);
        assert_eq!(v, Verdict { rights: Rights { write: false, ..Rights::ALL }, whole_page: true });
        assert_eq!(p.check(0x8000_0000, 4, true).rights, Rights::ALL);
    }

    #[test]
    fn napot_sizes() {
        assert_eq!(pmp(&[(NAPOT << 3, 0x2000_0000)]).range(0), Some((0x8000_0000, 0x8000_0007)));
        assert_eq!(pmp(&[(NAPOT << 3, 0x2000_01ff)]).range(0), Some((0x8000_0000, 0x8000_0fff)));
        assert_eq!(pmp(&[(NA4 << 3, 0x2000_0001)]).range(0), Some((0x8000_0004, 0x8000_0007)));
    }

    #[test]
    fn top_of_range_starts_at_the_entry_before() {
        let p = pmp(&[(OFF, 0x2000_0000), (TOR << 3 | R, 0x2000_0400), (TOR << 3 | R | W, 0x2000_0400)]);
        assert_eq!(p.range(1), Some((0x8000_0000, 0x8000_0fff)));
        assert_eq!(p.range(2), None, "an empty range matches nothing");
        assert!(p.check(0x8000_0ffc, 4, false).rights.read);
        assert_eq!(p.check(0x8000_1000, 4, false).rights, Rights::NONE);
        assert_eq!(pmp(&[(TOR << 3 | R, 4)]).range(0), Some((0, 15)));
    }

    #[test]
    fn the_lowest_entry_wins_and_parts_of_pages_are_told() {
        let p = pmp(&[(NA4 << 3, 0x2000_0001), (NAPOT << 3 | R | W, 0x2000_01ff)]);
        assert_eq!(p.check(0x8000_0004, 4, false), Verdict { rights: Rights::NONE, whole_page: false });
        assert_eq!(
            p.check(0x8000_0008, 4, false),
            Verdict { rights: Rights { execute: false, ..Rights::ALL }, whole_page: false }
        );
        assert!(p.check(0x8000_1000, 4, true).whole_page);
    }

    #[test]
    fn an_access_that_is_matched_in_part_fails() {
        let p = pmp(&[(NA4 << 3 | R, 0x2000_0001), (NAPOT << 3 | R | W, 0x2000_01ff)]);
        assert_eq!(p.check(0x8000_0000, 8, false).rights, Rights::NONE);
        assert_eq!(p.check(0x8000_0000, 8, true).rights, Rights::NONE, "in M-mode, too");
        assert!(p.check(0x8000_0000, 4, false).rights.read);
        assert!(p.check(0x8000_0004, 4, false).rights.read);
        assert!(p.check(0x8000_0008, 8, false).rights.write);
    }

    #[test]
    fn locked_entries_bind_machine_mode_and_stay() {
        let mut p = pmp(&[(OFF, 0x1000), (L | TOR << 3 | R, 0x2000)]);
        assert!(!p.check(0x4000, 4, true).rights.write);
        p.set_cfg(1, 0);
        p.set_addr(1, 0);
        p.set_addr(0, 0);
        assert_eq!((p.cfg(1), p.addr(1), p.addr(0)), (L | TOR << 3 | R, 0x2000, 0x1000));
        p.set_cfg(0, NA4 << 3);
        assert_eq!(p.cfg(0), NA4 << 3, "the entry below a locked range is not locked itself");
    }

    #[test]
    fn reserved_fields() {
        let mut p = Pmp::default();
        p.set_cfg(0, 0x62);
        assert_eq!(p.cfg(0), 0, "bits 5 and 6 and W without R");
    }

    #[test]
    fn nothing_configured_shuts_out_supervisor_and_user() {
        assert_eq!(Pmp::default().check(0, 4, false), Verdict { rights: Rights::NONE, whole_page: true });
        assert_eq!(Pmp::default().check(0, 4, true), Verdict { rights: Rights::ALL, whole_page: true });
    }
}
