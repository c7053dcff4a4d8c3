//! Address translation: the page walk of Sv32, Sv39, Sv48 and Sv57, permissions, accessed and dirty bits, and protection of what
//! comes out.
//!
//! Privileged Architecture 20240411, "Virtual Address Translation Process" and the chapters of the four schemes, "Svnapot",
//! "Svpbmt". Accessed and dirty bits are set by the hart.

use cpu::{Access, Mode, Translation};
use uop::Width;

use crate::csr::{Csrs, Priv, mstatus};
use crate::ext::Ext;
use crate::hart::Hart;
use crate::mode;
use crate::model::{Model, PrivVersion};
use crate::pmp::{Rights, Verdict};
use crate::trap::Trap;

/// Address spaces: the mode whose rights an access has in bits 1:0, and MXR in bit 2.
pub(crate) const N_SPACES: usize = 8;
/// Bits 1:0 of a space: S-mode that may access pages of U-mode (SUM). The other values are the encodings of the modes.
const S_WITH_SUM: u8 = 2;
const MXR: u8 = 4;

const PAGE_SHIFT: u32 = 12;

/// Bits of a page-table entry.
const PTE_V: u64 = 1 << 0;
const PTE_R: u64 = 1 << 1;
const PTE_W: u64 = 1 << 2;
const PTE_X: u64 = 1 << 3;
const PTE_U: u64 = 1 << 4;
const PTE_A: u64 = 1 << 6;
const PTE_D: u64 = 1 << 7;
const PTE_PPN_SHIFT: u32 = 10;
/// Bits of entries with 64 bits: physical page number, reserved bits, memory type, contiguity.
const PTE_PPN: (u32, u32) = (10, 44);
const PTE_RESERVED: (u32, u32) = (54, 7);
const PTE_PBMT: (u32, u32) = (61, 2);
const PTE_N: u64 = 1 << 63;

/// `menvcfg`: Svpbmt is there for S-mode.
pub(crate) const PBMTE: u64 = 1 << 62;

/// A translation scheme.
#[derive(PartialEq, Eq, Debug)]
struct Scheme {
    ext: Ext,
    /// The MODE field of `satp`, and the VM field of `mstatus` in version 1.9.1.
    satp_mode: u64,
    vm_1_09: u64,
    levels: u32,
    /// Bits of an address that one level translates.
    index_bits: u32,
    /// Bits of a virtual address; those above must equal the highest one, where XLEN has such.
    virtual_bits: u32,
    pte: Width,
}

/// The schemes of "Supervisor Address Translation and Protection (satp) Register".
static SCHEMES: [Scheme; 4] = [
    Scheme { ext: Ext::Sv32, satp_mode: 1, vm_1_09: 8, levels: 2, index_bits: 10, virtual_bits: 32, pte: Width::W32 },
    Scheme { ext: Ext::Sv39, satp_mode: 8, vm_1_09: 9, levels: 3, index_bits: 9, virtual_bits: 39, pte: Width::W64 },
    Scheme { ext: Ext::Sv48, satp_mode: 9, vm_1_09: 10, levels: 4, index_bits: 9, virtual_bits: 48, pte: Width::W64 },
    Scheme { ext: Ext::Sv57, satp_mode: 10, vm_1_09: 11, levels: 5, index_bits: 9, virtual_bits: 57, pte: Width::W64 },
];

/// The fields of `satp`: MODE, and the bits that exist.
fn satp_mode_field(model: &Model) -> (u32, u32) {
    if model.xlen() == 32 { (31, 1) } else { (60, 4) }
}

/// The physical page number in `satp`.
fn satp_ppn_bits(model: &Model) -> u32 {
    if model.xlen() == 32 { 22 } else { 44 }
}

/// What `satp` becomes when `value` is written; `None` leaves it as it is, which a mode that the hart hasn't got does.
pub(crate) fn legal_satp(model: &Model, value: u64) -> Option<u64> {
    if !model.has_mmu() {
        return None;
    }
    if model.priv_version() == PrivVersion::V1_09_1 {
        return Some(value & bits::mask(if model.xlen() == 32 { 22 } else { 38 }));
    }
    let (lo, len) = satp_mode_field(model);
    let mode = bits::field(value, lo, len);
    let known = mode == 0 || SCHEMES.iter().any(|s| s.satp_mode == mode && model.has(s.ext));
    known.then_some(value)
}

/// Whether `vm` is a value of `mstatus.VM` in version 1.9.1 that the hart has.
pub(crate) fn legal_vm_1_09(model: &Model, vm: u64) -> bool {
    vm == 0 || model.has_mmu() && SCHEMES.iter().any(|s| s.vm_1_09 == vm && model.has(s.ext))
}

/// The scheme in force for S- and U-mode, and the root table's address.
fn scheme<H: Hart + ?Sized>(hart: &H) -> Option<(&'static Scheme, u64)> {
    let (csrs, model) = (hart.csrs(), hart.model());
    let root = bits::field(csrs.satp, 0, satp_ppn_bits(model)) << PAGE_SHIFT;
    if !model.has_s() {
        return None;
    }
    let scheme = if model.priv_version() == PrivVersion::V1_09_1 {
        let vm = csrs.mstatus.get(mstatus::VM);
        SCHEMES.iter().find(|s| s.vm_1_09 == vm)
    } else {
        let (lo, len) = satp_mode_field(model);
        let mode = bits::field(csrs.satp, lo, len);
        SCHEMES.iter().find(|s| s.satp_mode == mode)
    };
    scheme.map(|s| (s, root))
}

/// The mode in which the hart is, see [`crate::mode`].
pub(crate) fn mode<H: Hart + ?Sized>(hart: &H) -> Mode {
    let csrs = hart.csrs();
    let fs = csrs.mstatus.get(mstatus::FS);
    mode::pack(csrs.prv as u32, data_space(hart), fs != mstatus::FS_OFF, fs == mstatus::FS_DIRTY)
}

/// The space of ordinary loads and stores.
fn data_space<H: Hart + ?Sized>(hart: &H) -> u8 {
    let csrs = hart.csrs();
    let prv = csrs.data_priv();
    // PUM of version 1.9.1 stands where SUM stands, and means the opposite.
    let sum = csrs.mstatus.has(mstatus::SUM) != (hart.model().priv_version() == PrivVersion::V1_09_1);
    let mxr = if csrs.mstatus.has(mstatus::MXR) { MXR } else { 0 };
    match prv {
        Priv::M => Priv::M as u8,
        Priv::S if sum => S_WITH_SUM | mxr,
        _ => prv as u8 | mxr,
    }
}

/// The space of accesses in `mode`.
pub(crate) fn space(mode: Mode, access: Access) -> u8 {
    if access == Access::Fetch { mode::privilege(mode) as u8 } else { mode::space(mode) }
}

/// What an access wants, and with whose rights.
#[derive(Clone, Copy)]
struct Request {
    address: u64,
    access: Access,
    prv: Priv,
    sum: bool,
    mxr: bool,
}

impl Request {
    fn new(address: u64, access: Access, space: u8) -> Request {
        let (prv, sum) = match space & 3 {
            S_WITH_SUM => (Priv::S, true),
            n => (Priv::from_bits(u64::from(n)).unwrap_or(Priv::M), false),
        };
        Request { address, access, prv, sum, mxr: space & MXR != 0 }
    }

    fn page_fault(&self) -> Trap {
        Trap::page_fault(self.address, self.access)
    }

    fn access_fault(&self) -> Trap {
        Trap::access_fault(self.address, self.access)
    }

    /// What a leaf entry allows ("Virtual Address Translation Process", steps 5 to 8, without A and D).
    fn rights(&self, pte: u64) -> Rights {
        let user_page = pte & PTE_U != 0;
        let reachable = match self.prv {
            Priv::U => user_page,
            _ => !user_page || self.sum && self.access != Access::Fetch,
        };
        if !reachable {
            return Rights::NONE;
        }
        Rights {
            read: pte & PTE_R != 0 || self.mxr && pte & PTE_X != 0,
            write: pte & PTE_W != 0,
            execute: pte & PTE_X != 0,
        }
    }
}

/// Where a page is, and what its entry allows.
struct Leaf {
    phys: u64,
    rights: Rights,
    dirty: bool,
}

/// The addresses between which superpages have been translated since the soft TLB was last emptied. The TLB holds them in pieces of
/// 4 KiB, so that a fence for one address in there must drop more than one piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Superpages {
    first: u64,
    last: u64,
}

impl Default for Superpages {
    fn default() -> Superpages {
        Superpages { first: u64::MAX, last: 0 }
    }
}

impl Superpages {
    fn add(&mut self, address: u64, size_bits: u32) {
        self.first = self.first.min(address & !bits::mask(size_bits));
        self.last = self.last.max(address | bits::mask(size_bits));
    }

    fn contains(&self, address: u64) -> bool {
        self.first <= address && address <= self.last
    }
}

/// Forgets all translations.
pub(crate) fn flush<H: Hart + ?Sized>(hart: &mut H) {
    hart.csrs_mut().superpages = Superpages::default();
    hart.flush_tlb();
}

fn sfence_denied<H: Hart>(hart: &H) -> bool {
    hart.csrs().prv == Priv::S && hart.csrs().mstatus.has(mstatus::TVM)
}

/// Helper: `sfence.vma` for all addresses. What it says of address-space identifiers is not used: the TLB holds one space only.
pub(crate) fn sfence_all<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    if sfence_denied(hart) {
        return Err(Trap::illegal(bits));
    }
    flush(hart);
    Ok(0)
}

/// Helper: `sfence.vma` for one address.
pub(crate) fn sfence_page<H: Hart>(hart: &mut H, [address, bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    if sfence_denied(hart) {
        return Err(Trap::illegal(bits));
    }
    if hart.csrs().superpages.contains(address) {
        flush(hart)
    } else {
        hart.flush_tlb_page(address)
    }
    Ok(0)
}

/// Translates an address as `cpu::Target::translate` does.
pub(crate) fn translate<H: Hart + ?Sized>(
    hart: &mut H,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    let request = Request::new(address, access, space);
    let paged = if request.prv == Priv::M { None } else { scheme(hart) };
    let leaf = match paged {
        None => Leaf { phys: address, rights: Rights::ALL, dirty: true },
        Some((scheme, root)) => walk(hart, &request, scheme, root)?,
    };
    let verdict = protection(hart, leaf.phys, hart.access_len().into(), request.prv);
    if !verdict.rights.allow(access) {
        return Err(request.access_fault());
    }
    Ok(Translation {
        phys: leaf.phys,
        read: leaf.rights.read && verdict.rights.read,
        write: leaf.rights.write && leaf.dirty && verdict.rights.write,
        cache: verdict.whole_page,
    })
}

/// What PMP says of a physical address.
fn protection<H: Hart + ?Sized>(hart: &H, phys: u64, len: u64, prv: Priv) -> Verdict {
    if !hart.model().has_pmp() {
        return Verdict { rights: Rights::ALL, whole_page: true };
    }
    hart.csrs().pmp.check(phys, len, prv == Priv::M)
}

/// An entry met on a walk.
enum Step {
    /// It points to the next table.
    Table(u64),
    /// It maps a page: the physical address, and the size of the page as a power of 2.
    Page(u64, u32),
    /// It is void or breaks a rule.
    Invalid,
}

/// What `pte`, found at `level` (0 is the last), says of `address`.
fn step(csrs: &Csrs, model: &Model, scheme: &Scheme, pte: u64, level: u32, address: u64) -> Step {
    let is_leaf = pte & (PTE_R | PTE_X) != 0;
    if pte & PTE_V == 0 || pte & (PTE_R | PTE_W) == PTE_W {
        return Step::Invalid;
    }
    let mut ppn = pte >> PTE_PPN_SHIFT;
    let mut napot = false;
    if scheme.pte == Width::W64 {
        let pbmt = bits::field(pte, PTE_PBMT.0, PTE_PBMT.1);
        let pbmt_on = model.has(Ext::Svpbmt) && csrs.menvcfg & PBMTE != 0;
        let type_ok = pbmt == 0 || pbmt_on && is_leaf && pbmt != 3;
        napot = pte & PTE_N != 0;
        if bits::field(pte, PTE_RESERVED.0, PTE_RESERVED.1) != 0 || !type_ok || napot && !model.has(Ext::Svnapot) {
            return Step::Invalid;
        }
        ppn = bits::field(pte, PTE_PPN.0, PTE_PPN.1);
    }
    if !is_leaf {
        let reserved = pte & (PTE_U | PTE_A | PTE_D) != 0 || napot;
        return if reserved || level == 0 { Step::Invalid } else { Step::Table(ppn << PAGE_SHIFT) };
    }
    let mut offset_bits = PAGE_SHIFT + level * scheme.index_bits;
    if napot {
        // The only contiguity there is: 16 pages, told by 8 in the low four bits of the page number.
        if level != 0 || ppn & 0xf != 8 {
            return Step::Invalid;
        }
        offset_bits += 4;
        ppn &= !0xf;
    }
    let base = ppn << PAGE_SHIFT;
    let offset = bits::mask(offset_bits);
    if base & offset != 0 { Step::Invalid } else { Step::Page(base | address & offset, offset_bits) }
}

/// The address of the entry for `address` in the table at `table`.
fn entry(scheme: &Scheme, table: u64, level: u32, address: u64) -> u64 {
    let index = bits::field(address, PAGE_SHIFT + level * scheme.index_bits, scheme.index_bits);
    table + index * u64::from(scheme.pte.bytes())
}

fn canonical(scheme: &Scheme, address: u64) -> bool {
    scheme.pte == Width::W32 || bits::sign_extend(address, scheme.virtual_bits) == address
}

/// Walks the tables, sets accessed and dirty bits, checks permissions.
fn walk<H: Hart + ?Sized>(hart: &mut H, request: &Request, scheme: &Scheme, root: u64) -> Result<Leaf, Trap> {
    if !canonical(scheme, request.address) {
        return Err(request.page_fault());
    }
    let (mut table, mut level) = (root, scheme.levels - 1);
    loop {
        let at = entry(scheme, table, level, request.address);
        if !protection(hart, at, scheme.pte.bytes().into(), Priv::S).rights.read {
            return Err(request.access_fault());
        }
        let pte = hart.phys_read(at, scheme.pte).ok_or_else(|| request.access_fault())?;
        match step(hart.csrs(), hart.model(), scheme, pte, level, request.address) {
            Step::Invalid => return Err(request.page_fault()),
            Step::Table(next) => (table, level) = (next, level - 1),
            Step::Page(phys, size) => {
                let rights = request.rights(pte);
                if !rights.allow(request.access) {
                    return Err(request.page_fault());
                }
                if size > PAGE_SHIFT {
                    hart.csrs_mut().superpages.add(request.address, size);
                }
                match mark(hart, request, at, pte, scheme.pte)? {
                    Some(pte) => return Ok(Leaf { phys, rights, dirty: pte & PTE_D != 0 }),
                    // Somebody has changed the entry: begin again.
                    None => (table, level) = (root, scheme.levels - 1),
                }
            }
        }
    }
}

/// Sets the accessed bit of the entry at `at`, for stores the dirty bit, too ("step 9"); the new entry, or `None` when it has changed.
fn mark<H: Hart + ?Sized>(
    hart: &mut H,
    request: &Request,
    at: u64,
    pte: u64,
    width: Width,
) -> Result<Option<u64>, Trap> {
    let new = pte | PTE_A | if request.access == Access::Write { PTE_D } else { 0 };
    if new == pte {
        return Ok(Some(pte));
    }
    if !protection(hart, at, width.bytes().into(), Priv::S).rights.write {
        return Err(request.access_fault());
    }
    let done = hart.phys_replace(at, pte, new, width).ok_or_else(|| request.access_fault())?;
    Ok(done.then_some(new))
}

/// Translates for a debugger, with the tables of S- and U-mode where they are in force: nothing is checked or changed.
///
/// `read` reads physical memory, since a debugger may only look.
pub(crate) fn translate_debug<H: Hart + ?Sized>(
    hart: &H,
    address: u64,
    read: impl Fn(u64, Width) -> Option<u64>,
) -> Option<u64> {
    let paged = if hart.csrs().data_priv() == Priv::M { None } else { scheme(hart) };
    let Some((scheme, root)) = paged else { return Some(address) };
    if !canonical(scheme, address) {
        return None;
    }
    let (mut table, mut level) = (root, scheme.levels - 1);
    loop {
        let pte = read(entry(scheme, table, level, address), scheme.pte)?;
        match step(hart.csrs(), hart.model(), scheme, pte, level, address) {
            Step::Invalid => return None,
            Step::Table(next) => (table, level) = (next, level - 1),
            Step::Page(phys, _) => return Some(phys),
        }
    }
}

#[cfg(test)]
mod tests;
