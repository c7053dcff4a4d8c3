//! Page walks on a memory of a few words.

use cpu::Access::{self, Fetch, Read, Write};

use super::*;
use crate::hart::fake::Fake;

const ROOT: u64 = 0x8000_1000;
const MIDDLE: u64 = 0x8000_2000;
const LAST: u64 = 0x8000_3000;
const ALL: u64 = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
/// Spaces.
const USER: u8 = 0;
const SUPERVISOR: u8 = 1;
const MACHINE: u8 = 3;

fn pte(phys: u64, flags: u64) -> u64 {
    phys >> 2 | flags
}

/// Sv39 with the address 0x4020_3xxx mapped by `leaf` in the last of three tables.
fn sv39(leaf: u64) -> Fake {
    let mut hart = Fake::new(64, "rv64,pmp=off,svnapot=on,svpbmt=on");
    hart.csrs.satp = 8 << 60 | ROOT >> 12;
    hart.memory.insert(ROOT + 8, pte(MIDDLE, PTE_V));
    hart.memory.insert(MIDDLE + 8, pte(LAST, PTE_V));
    hart.memory.insert(LAST + 8 * 3, leaf);
    hart
}

const VIRT: u64 = 0x4020_3456;

fn walk(hart: &mut Fake, access: Access, space: u8) -> Result<u64, Trap> {
    translate(hart, VIRT, access, space).map(|t| t.phys)
}

#[test]
fn three_levels() {
    let mut hart = sv39(pte(0x9000_0000, ALL));
    let t = translate(&mut hart, VIRT, Read, SUPERVISOR).unwrap();
    assert_eq!(t, Translation { phys: 0x9000_0456, read: true, write: true, cache: true });
    assert_eq!(walk(&mut hart, Read, MACHINE), Ok(VIRT), "M-mode is not translated");
    assert_eq!(translate_debug(&hart, VIRT, |_, _| None), Some(VIRT));
    hart.csrs.prv = Priv::S;
    let memory = hart.memory.clone();
    assert_eq!(translate_debug(&hart, VIRT, |at, _| memory.get(&at).copied()), Some(0x9000_0456));
    assert_eq!(translate_debug(&hart, 0, |at, _| memory.get(&at).copied()), None);
}

#[test]
fn superpages() {
    let mut hart = sv39(0);
    hart.memory.insert(MIDDLE + 8, pte(0x9020_0000, ALL));
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x9020_3456));
    hart.memory.insert(MIDDLE + 8, pte(0x9020_1000, ALL));
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Err(Trap::page_fault(VIRT, Read)), "misaligned");
    hart.memory.insert(ROOT + 8, pte(0x1_0000_0000, ALL));
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x1_0020_3456));
}

#[test]
fn a_fence_for_an_address_drops_all_of_a_superpage() {
    let mut hart = sv39(pte(0x9000_0000, ALL));
    walk(&mut hart, Read, SUPERVISOR).unwrap();
    sfence_page(&mut hart, [VIRT, 0, 0, 0]).unwrap();
    assert_eq!(hart.flushes, [Some(VIRT)]);
    hart.memory.insert(MIDDLE + 8, pte(0x9020_0000, ALL));
    walk(&mut hart, Read, SUPERVISOR).unwrap();
    sfence_page(&mut hart, [0x4020_0000, 0, 0, 0]).unwrap();
    sfence_page(&mut hart, [0x4020_0000, 0, 0, 0]).unwrap();
    assert_eq!(hart.flushes, [Some(VIRT), None, Some(0x4020_0000)]);
    hart.csrs.prv = Priv::S;
    hart.csrs.mstatus.put(mstatus::TVM, 1);
    assert_eq!(sfence_all(&mut hart, [7; 4]), Err(Trap::illegal(7)));
    assert_eq!(sfence_page(&mut hart, [0, 7, 0, 0]), Err(Trap::illegal(7)));
}

#[test]
fn permissions() {
    const R: u64 = PTE_R;
    const W: u64 = PTE_W;
    const X: u64 = PTE_X;
    const U: u64 = PTE_U;
    let sum = S_WITH_SUM;
    let table: &[(u64, Access, u8, bool)] = &[
        (R, Read, SUPERVISOR, true),
        (R, Write, SUPERVISOR, false),
        (R, Fetch, SUPERVISOR, false),
        (R | W, Write, SUPERVISOR, true),
        (X, Fetch, SUPERVISOR, true),
        (X, Read, SUPERVISOR, false),
        (X, Read, SUPERVISOR | MXR, true),
        (X, Write, SUPERVISOR | MXR, false),
        (R, Read, USER, false),
        (R | U, Read, USER, true),
        (X | U, Read, USER | MXR, true),
        (R | U, Read, SUPERVISOR, false),
        (R | U, Read, sum, true),
        (R | W | U, Write, sum, true),
        (X | U, Fetch, sum, false),
        (X | U, Fetch, SUPERVISOR, false),
        (X | U, Fetch, USER, true),
        (X, Fetch, USER, false),
        // Reserved: writable but not readable.
        (W, Write, SUPERVISOR, false),
        (W | X, Fetch, SUPERVISOR, false),
    ];
    for &(flags, access, space, allowed) in table {
        let mut hart = sv39(pte(0x9000_0000, flags | PTE_V | PTE_A | PTE_D));
        let wanted = if allowed { Ok(0x9000_0456) } else { Err(Trap::page_fault(VIRT, access)) };
        assert_eq!(walk(&mut hart, access, space), wanted, "{flags:#x} {access:?} {space}");
    }
}

#[test]
fn accessed_and_dirty() {
    let clean = pte(0x9000_0000, ALL & !(PTE_A | PTE_D));
    let mut hart = sv39(clean);
    let t = translate(&mut hart, VIRT, Read, SUPERVISOR).unwrap();
    assert_eq!(hart.memory[&(LAST + 24)], clean | PTE_A);
    assert!(t.read && !t.write, "the first store must come back to set D");
    let t = translate(&mut hart, VIRT, Write, SUPERVISOR).unwrap();
    assert_eq!(hart.memory[&(LAST + 24)], clean | PTE_A | PTE_D);
    assert!(t.write);
    // A refused access leaves the entry alone.
    let mut hart = sv39(clean);
    walk(&mut hart, Read, USER).unwrap_err();
    assert_eq!(hart.memory[&(LAST + 24)], clean);
}

#[test]
fn reserved_bits() {
    let leaf = pte(0x9000_0000, ALL);
    let fault = Err(Trap::page_fault(VIRT, Read));
    assert_eq!(walk(&mut sv39(leaf & !PTE_V), Read, SUPERVISOR), fault);
    assert_eq!(walk(&mut sv39(leaf | 1 << 54), Read, SUPERVISOR), fault);
    assert_eq!(walk(&mut sv39(leaf | 1 << 61), Read, SUPERVISOR), fault, "PBMTE is off");
    assert_eq!(walk(&mut sv39(leaf & !(PTE_R | PTE_W | PTE_X)), Read, SUPERVISOR), fault, "a table at the last level");
    for flag in [PTE_A, PTE_D, PTE_U, 1 << 61, PTE_N] {
        let mut hart = sv39(leaf);
        hart.memory.insert(MIDDLE + 8, pte(LAST, PTE_V) | flag);
        assert_eq!(walk(&mut hart, Read, SUPERVISOR), fault, "bit {flag:#x} in a pointer");
    }
    let mut hart = sv39(leaf | 1 << 61);
    hart.csrs.menvcfg = PBMTE;
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x9000_0456));
    let mut plain = sv39(leaf | PTE_N);
    plain.model = Model::parse(64, "rv64").unwrap();
    assert!(walk(&mut plain, Read, SUPERVISOR).is_err());
}

#[test]
fn contiguity() {
    let mut hart = sv39(pte(0x9000_8000, ALL) | PTE_N);
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x9000_3456));
    assert!(walk(&mut sv39(pte(0x9000_4000, ALL) | PTE_N), Read, SUPERVISOR).is_err(), "only 64 KiB");
}

#[test]
fn addresses_must_be_canonical() {
    let mut hart = sv39(pte(0x9000_0000, ALL));
    let bad = VIRT | 1 << 39;
    assert_eq!(translate(&mut hart, bad, Fetch, SUPERVISOR), Err(Trap::page_fault(bad, Fetch)));
    // The upper half is canonical, and unmapped here.
    let high = 0xffff_ffff_ffff_f000;
    hart.memory.insert(ROOT + 8 * 511, pte(0, ALL));
    assert_eq!(translate(&mut hart, high, Read, SUPERVISOR).map(|t| t.phys), Ok(0x3fff_f000));
}

#[test]
fn nothing_at_a_table_is_an_access_fault() {
    let mut hart = sv39(0);
    hart.memory.remove(&(MIDDLE + 8));
    assert_eq!(walk(&mut hart, Write, SUPERVISOR), Err(Trap::access_fault(VIRT, Write)));
}

#[test]
fn protection_guards_pages_and_tables() {
    let mut hart = sv39(pte(0x9000_0000, ALL & !PTE_D));
    hart.model = Model::parse(64, "rv64").unwrap();
    let denied = |access| Err(Trap::access_fault(VIRT, access));
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), denied(Read), "no entry matches the tables");
    // Tables: read only. Everything else: all.
    hart.csrs.pmp.set_addr(0, (0x8000_0000 | 0x7fff) >> 2);
    hart.csrs.pmp.set_cfg(0, 0x19);
    hart.csrs.pmp.set_addr(1, u64::MAX >> 10);
    hart.csrs.pmp.set_cfg(1, 0x1f);
    assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x9000_0456));
    assert_eq!(walk(&mut hart, Write, SUPERVISOR), denied(Write), "the dirty bit can't be set");
    hart.csrs.pmp.set_cfg(0, 0x1b);
    let t = translate(&mut hart, VIRT, Write, SUPERVISOR).unwrap();
    assert!(t.cache && t.write);
    // 4 bytes of the page are out of reach: the rest is not to be remembered as a whole page.
    hart.csrs.pmp.set_addr(0, 0x9000_0100 >> 2);
    hart.csrs.pmp.set_cfg(0, 0x10);
    let t = translate(&mut hart, VIRT, Write, SUPERVISOR).unwrap();
    assert!(!t.cache);
    let bad = VIRT & !0xfff | 0x100;
    assert_eq!(translate(&mut hart, bad, Read, SUPERVISOR), Err(Trap::access_fault(bad, Read)));
}

#[test]
fn sv32() {
    let mut hart = Fake::new(32, "rv32,pmp=off");
    hart.csrs.satp = 1 << 31 | ROOT >> 12;
    hart.memory.insert(ROOT + 4 * 0x3ff, pte(LAST, PTE_V));
    hart.memory.insert(LAST + 4 * 2, pte(0x3_9000_0000, ALL));
    let address = 0xffc0_2abc;
    let t = translate(&mut hart, address, Write, SUPERVISOR).unwrap();
    assert_eq!(t.phys, 0x3_9000_0abc, "34 bits");
    hart.memory.insert(ROOT + 4 * 0x3ff, pte(0x8040_0000, ALL));
    assert_eq!(translate(&mut hart, address, Write, SUPERVISOR).unwrap().phys, 0x8040_2abc);
}

#[test]
fn sv48_and_sv57_have_more_levels() {
    for (mode, levels) in [(9, 4), (10, 5)] {
        let mut hart = sv39(pte(0x9000_0000, ALL));
        let tables: Vec<u64> = (1..levels - 2).map(|n| 0x8001_0000 + n * 0x1000).chain([ROOT]).collect();
        for pair in tables.windows(2) {
            hart.memory.insert(pair[0], pte(pair[1], PTE_V));
        }
        hart.csrs.satp = mode << 60 | tables[0] >> 12;
        assert_eq!(walk(&mut hart, Read, SUPERVISOR), Ok(0x9000_0456), "{levels} levels");
    }
}

#[test]
fn version_1_9_1_chooses_by_mstatus() {
    let mut hart = Fake::new(64, "rv64gcsu-v1.9.1,pmp=off");
    hart.memory = sv39(pte(0x9000_0000, ALL | PTE_U)).memory;
    hart.csrs.satp = ROOT >> 12;
    assert_eq!(walk(&mut hart, Read, USER), Ok(VIRT));
    hart.csrs.mstatus.put(mstatus::VM, 9);
    assert_eq!(walk(&mut hart, Read, USER), Ok(0x9000_0456));
    hart.csrs.prv = Priv::S;
    assert_eq!(data_space(&hart), S_WITH_SUM, "PUM is off: user pages are open");
    hart.csrs.mstatus.put(mstatus::SUM, 1);
    assert_eq!(data_space(&hart), SUPERVISOR);
}

#[test]
fn modes_tell_spaces() {
    let mut hart = sv39(0);
    let data = |hart: &Fake| space(mode(hart), Read);
    assert_eq!(data(&hart), MACHINE);
    hart.csrs.mstatus.put(mstatus::MPRV, 1);
    assert_eq!(data(&hart), USER, "MPP is U");
    assert_eq!(space(mode(&hart), Fetch), MACHINE);
    hart.csrs.mstatus.put(mstatus::MPP, 1);
    hart.csrs.mstatus.put(mstatus::MXR, 1);
    assert_eq!(data(&hart), SUPERVISOR | MXR);
    hart.csrs.mstatus.put(mstatus::SUM, 1);
    assert_eq!(data(&hart), S_WITH_SUM | MXR);
    hart.csrs.prv = Priv::U;
    assert_eq!((data(&hart), space(mode(&hart), Fetch)), (USER | MXR, USER), "MPRV is for M-mode");
}
