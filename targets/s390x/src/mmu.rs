//! Prefixing, dynamic address translation, protection (PoP, "Storage").

use bits::{Endian, field};
use cpu::{Access, Mode, Translation};
use uop::Width;

use crate::access;
use crate::ext::Ext;
use crate::keys;
use crate::mode::{self, Parts};
use crate::per;
use crate::psw;
use crate::shared::Machine;
use crate::state::State;
use crate::trace::control;
use crate::trap::{Cpu, Fault, code};

/// Address spaces: real addresses, then the spaces of control registers 1, 7 and 13.
pub(crate) const REAL: u8 = 0;
/// Primary space.
pub(crate) const PRIMARY: u8 = 1;
/// Secondary space.
pub(crate) const SECONDARY: u8 = 2;
/// Home space.
pub(crate) const HOME: u8 = 3;
/// The space of the first operand in the access-register mode; there, the mode's.
pub(crate) const FIRST: u8 = 4;
/// The space of the second operand in the access-register mode.
pub(crate) const SECOND: u8 = 5;
/// How many there are.
pub(crate) const N_SPACES: usize = 6;
/// Bits 62 and 63 of the translation-exception identification in the access-register mode.
pub(crate) const IN_ACCESS_SPACE: u64 = 1;

/// CR0: AFP registers and binary floating point.
pub(crate) const CR0_AFP: u64 = 1 << 18;
/// CR0: vector instructions.
const CR0_VECTOR: u64 = 1 << 17;
/// CR0: low-address protection.
const CR0_LOW_PROTECTION: u64 = 1 << 28;
/// CR0: fetch-protection override.
const CR0_FETCH_OVERRIDE: u64 = 1 << 25;
/// CR0: storage-protection override.
const CR0_STORAGE_OVERRIDE: u64 = 1 << 24;
/// CR0: instruction-execution protection.
const CR0_EXECUTION: u64 = 1 << 20;
/// CR0: enhanced DAT.
const CR0_EDAT: u64 = 1 << 23;

const PAGE: u64 = 4096;
/// Entries: DAT protection.
const ENTRY_PROTECTED: u64 = 0x200;
/// Region- and segment-table entries: invalid.
const ENTRY_INVALID: u64 = 0x20;
/// Region-third- and segment-table entries: a frame instead of a table.
const ENTRY_FRAME: u64 = 0x400;
/// Entries of frames and pages: instructions may not be fetched.
const NO_EXECUTE: u64 = 0x100;
/// Page-table entries: invalid.
const PAGE_INVALID: u64 = 0x400;
/// Page-table entries: must be zero.
const PAGE_RESERVED: u64 = 0x800;
/// ASCE: real space.
const ASCE_REAL: u64 = 0x20;
/// Segment-table entries: common to all spaces.
const ENTRY_COMMON: u64 = 0x10;
/// ASCE: private space.
const ASCE_PRIVATE: u64 = 0x100;

/// The mode that the state stands for.
pub(crate) fn mode(cpu: &Cpu) -> Mode {
    let s = &cpu.state;
    let space = match (s.psw_mask & psw::DAT != 0, s.psw_mask >> psw::ASC_SHIFT & 3) {
        (false, _) => REAL,
        (true, 1) => FIRST,
        (true, 2) => SECONDARY,
        (true, 3) => HOME,
        (true, _) => PRIMARY,
    };
    let parts = Parts {
        address_bits: psw::address_bits(s.psw_mask),
        problem: s.psw_mask & psw::PROBLEM != 0,
        space,
        afp: s.cr[0] & CR0_AFP != 0,
        vector: s.cr[0] & CR0_AFP != 0 && s.cr[0] & CR0_VECTOR != 0,
        overflow: s.psw_mask & psw::FIXED_OVERFLOW != 0,
        traces_branches: s.cr[12] & control::BRANCH != 0,
        traces_modes: s.cr[12] & control::MODE != 0,
    };
    parts.pack() | if per::watches(s) { mode::PER } else { 0 }
}

/// The address space of an access: instructions come from the primary space unless the home space is chosen.
pub(crate) fn space(mode: Mode, access: Access) -> u8 {
    match (mode::space(mode), access) {
        (SECONDARY | FIRST, Access::Fetch) => PRIMARY,
        (space, _) => space,
    }
}

/// The absolute address of a real one ("Prefixing").
pub(crate) fn prefixed(state: &State, real: u64) -> u64 {
    let prefix = u64::from(state.prefix);
    match real & !0x1fff {
        0 => real | prefix,
        base if base == prefix => real & 0x1fff,
        _ => real,
    }
}

/// Where a walk has come to: an absolute address, and whether DAT protection applies.
struct Walked {
    absolute: u64,
    protected: bool,
    /// Whether the entry forbids fetches of instructions.
    no_execute: bool,
}

/// Why a walk has ended early: the exception, and the real address of the segment- or page-table entry that says invalid.
pub(crate) struct Miss {
    pub(crate) fault: Fault,
    pub(crate) entry: Option<u64>,
}

impl From<Fault> for Miss {
    fn from(fault: Fault) -> Miss {
        Miss { fault, entry: None }
    }
}

fn read(cpu: &mut Cpu, real: u64) -> Result<u64, Fault> {
    let at = prefixed(&cpu.state, real);
    cpu.phys_read(at, Width::W64, Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))
}

/// The address-space-control element of a space.
pub(crate) fn asce(state: &State, space: u8) -> u64 {
    match space {
        SECONDARY => state.cr[7],
        HOME => state.cr[13],
        _ => state.cr[1],
    }
}

/// Levels of tables from the highest: lowest bit of the index, exception.
const LEVELS: [(u32, u32); 4] =
    [(20, code::SEGMENT), (31, code::REGION_THIRD), (42, code::REGION_SECOND), (53, code::REGION_FIRST)];

/// Walks the tables ("Dynamic Address Translation"). `id` is the translation-exception identification.
fn walk(cpu: &mut Cpu, address: u64, asce: u64, id: u64) -> Result<Walked, Miss> {
    if asce & ASCE_REAL != 0 {
        return Ok(Walked { absolute: prefixed(&cpu.state, address), protected: false, no_execute: false });
    }
    let raise = |code| Fault::Program { code, arg: id };
    let specification = || Miss::from(raise(code::TRANSLATION));
    let mut level = (asce >> 2 & 3) as usize;
    if level < 3 && address >> (LEVELS[level].0 + 11) != 0 {
        return Err(raise(code::ASCE_TYPE).into());
    }
    let (mut table, mut first, mut last) = (asce & !(PAGE - 1), 0, asce & 3);
    let mut protected = false;
    let edat = cpu.state.cr[0] & CR0_EDAT != 0 && cpu.model().has(Ext::Edat1);
    loop {
        let (shift, code) = LEVELS[level];
        let index = field(address, shift, 11);
        if index >> 9 < first || index >> 9 > last {
            return Err(raise(code).into());
        }
        let at = table + index * 8;
        let entry = read(cpu, at)?;
        if entry & ENTRY_INVALID != 0 {
            return Err(Miss { fault: raise(code), entry: (level == 0).then_some(at) });
        }
        let common = level == 0 && entry & ENTRY_COMMON != 0;
        if (entry >> 2 & 3) as usize != level || common && asce & ASCE_PRIVATE != 0 {
            return Err(specification());
        }
        protected |= edat && entry & ENTRY_PROTECTED != 0;
        let frames = level == 0 && edat || level == 1 && edat && cpu.model().has(Ext::Edat2);
        if frames && entry & ENTRY_FRAME != 0 {
            let mask = (1u64 << shift) - 1;
            let no_execute = entry & NO_EXECUTE != 0;
            return Ok(Walked { absolute: entry & !mask | address & mask, protected, no_execute });
        }
        if level == 0 {
            protected |= entry & ENTRY_PROTECTED != 0;
            table = entry & !0x7ff;
            break;
        }
        level -= 1;
        (table, first, last) = (entry & !(PAGE - 1), entry >> 6 & 3, entry & 3);
    }
    let at = table + field(address, 12, 8) * 8;
    let entry = read(cpu, at)?;
    if entry & PAGE_INVALID != 0 {
        return Err(Miss { fault: raise(code::PAGE), entry: Some(at) });
    }
    if entry & PAGE_RESERVED != 0 {
        return Err(specification());
    }
    let real = entry & !(PAGE - 1) | address & (PAGE - 1);
    let protected = protected || entry & ENTRY_PROTECTED != 0;
    Ok(Walked { absolute: prefixed(&cpu.state, real), protected, no_execute: entry & NO_EXECUTE != 0 })
}

/// Whether low-address protection covers an effective address ("Low-Address Protection").
fn is_low(address: u64) -> bool {
    address & !0x11ff == 0
}

/// Whether low-address protection keeps stores from an effective address; the element is that of its space.
pub(crate) fn is_low_protected(cpu: &Cpu, address: u64, asce: Option<u64>) -> bool {
    let private = asce.is_some_and(|asce| asce & ASCE_PRIVATE != 0);
    cpu.state.cr[0] & CR0_LOW_PROTECTION != 0 && !private && is_low(address)
}

/// Whether storage at an effective address may be fetched from whatever its key ("Fetch-Protection-Override Control").
pub(crate) fn is_fetch_overridden(cpu: &Cpu, address: u64, asce: Option<u64>) -> bool {
    let private = asce.is_some_and(|asce| asce & ASCE_PRIVATE != 0);
    cpu.state.cr[0] & CR0_FETCH_OVERRIDE != 0 && !private && address < 2048
}

/// Low-address protection of what is stored at a real address without regard to keys.
pub(crate) fn check_low(cpu: &Cpu, address: u64) -> Result<(), Fault> {
    let id = identification(address, Access::Write, REAL);
    if is_low_protected(cpu, address, None) { Err(protection(cpu, id, LOW)) } else { Ok(()) }
}

/// The same of a block that is to be cleared.
pub(crate) fn check_low_block(cpu: &Cpu, address: u64) -> Result<(), Fault> {
    check_low(cpu, address & !(PAGE - 1))
}

/// The address-space-control element of a space, and whether nothing may be stored in it; `None` for real addresses.
pub(crate) fn element(cpu: &mut Cpu, space: u8) -> Result<(Option<u64>, bool), Fault> {
    match space {
        REAL => Ok((None, false)),
        FIRST | SECOND => {
            cpu.state.fault_register = access::register_of(cpu, space);
            let space = access::operand(cpu, space)?;
            Ok((Some(space.asce), space.fetch_only))
        }
        _ => Ok((Some(asce(&cpu.state, space)), false)),
    }
}

/// Bits 54 to 55 and 62 to 63 of the translation-exception identification, beside the page address.
fn identification(address: u64, access: Access, space: u8) -> u64 {
    let way = if access == Access::Write { 0x400 } else { 0x800 };
    let space = match space {
        SECONDARY => 2,
        HOME => 3,
        FIRST | SECOND => IN_ACCESS_SPACE,
        _ => 0,
    };
    address & !(PAGE - 1) | way | space
}

/// Bits 56, 60 and 61 of the identification tell which protection it was (PoP, "Enhanced Suppression on Protection"): low-address protection, key-controlled
/// protection, DAT protection; the first and the last, that instructions may not be executed; the last two, an access list.
const LOW: u64 = 0x80;
const KEY: u64 = 0x08;
const TABLE: u64 = 0x04;

/// A protection exception: identification, and which protection it was. The first facility tells that of DAT and of access lists alone.
fn protection(cpu: &Cpu, id: u64, which: u64) -> Fault {
    let told = match which {
        which if cpu.model().has(Ext::Esop2) => which,
        which if which & TABLE != 0 => which & !LOW,
        _ => 0,
    };
    Fault::Program { code: code::PROTECTION, arg: id | told }
}

/// Translates an address.
pub(crate) fn translate(cpu: &mut Cpu, address: u64, access: Access, space: u8) -> Result<Translation, Fault> {
    let access_key = (cpu.state.psw_mask >> psw::KEY_SHIFT & 0xf) as u8;
    translate_with(cpu, address, access, space, access_key)
}

/// Translates an address for an access with a key of its own.
pub(crate) fn translate_with(
    cpu: &mut Cpu,
    address: u64,
    access: Access,
    space: u8,
    access_key: u8,
) -> Result<Translation, Fault> {
    let id = identification(address, access, space);
    let low = cpu.state.cr[0] & CR0_LOW_PROTECTION != 0 && address < 2 * PAGE;
    let (asce, fetch_only) = element(cpu, space)?;
    if access == Access::Write && is_low_protected(cpu, address, asce) {
        return Err(protection(cpu, id, LOW));
    }
    let walked = match asce {
        None => Walked { absolute: prefixed(&cpu.state, address), protected: false, no_execute: false },
        Some(asce) => walk(cpu, address, asce, id).map_err(|miss| miss.fault)?,
    };
    if access == Access::Write && fetch_only {
        // PoP, "Access-List-Controlled Protection".
        return Err(protection(cpu, id, KEY | TABLE));
    }
    if access == Access::Fetch && walked.no_execute && executes_by_entry(cpu) {
        // PoP, "Instruction-Execution Protection".
        return Err(protection(cpu, id, LOW | TABLE));
    }
    if access == Access::Write && walked.protected {
        return Err(protection(cpu, id, TABLE));
    }
    let (read, write) = access_by(cpu, walked.absolute, access_key);
    let overridden = !read && access != Access::Write && is_fetch_overridden(cpu, address, asce);
    if access == Access::Write && !write || access != Access::Write && !read && !overridden {
        // What is no storage has no key.
        let there = cpu.bus().ram_page(walked.absolute).is_some();
        return Err(if there { protection(cpu, id, KEY) } else { Fault::program(code::ADDRESSING) });
    }
    // The first store to a page comes here, so that it is recorded.
    let changed = note_use(cpu, walked.absolute, access);
    let write = write && !walked.protected && changed && !(low && access != Access::Write);
    let passing = matches!(space, FIRST | SECOND) || low && access == Access::Write || overridden;
    Ok(Translation { phys: walked.absolute, read, write, cache: !passing })
}

/// Whether entries may forbid fetches of instructions.
fn executes_by_entry(cpu: &Cpu) -> bool {
    cpu.state.cr[0] & CR0_EXECUTION != 0 && cpu.model().has(Ext::Iep)
}

const REFERENCE: u8 = 4;
const CHANGE: u8 = 2;

/// Records an access in the block's storage key ("Storage Key"); whether a change is recorded there now.
fn note_use(cpu: &Cpu, absolute: u64, access: Access) -> bool {
    let bits = if access == Access::Write { REFERENCE | CHANGE } else { REFERENCE };
    let n = (absolute / PAGE) as usize;
    let Some(old) = cpu.shared::<Machine>().and_then(|machine| machine.key(n)) else { return true };
    if old & bits != bits {
        keys::record(cpu, n, bits);
    }
    (old | bits) & CHANGE != 0
}

/// Whether an access key may read and write a block ("Key-Controlled Protection").
pub(crate) fn access_by(cpu: &Cpu, absolute: u64, access_key: u8) -> (bool, bool) {
    let key = keys::storage_key(cpu, (absolute / PAGE) as usize);
    // PoP, "Storage-Protection-Override Control": key 9 keeps nobody out.
    let overridden = key >> 4 == 9 && cpu.state.cr[0] & CR0_STORAGE_OVERRIDE != 0;
    let matches = access_key == 0 || access_key == key >> 4 || overridden;
    (matches || key & 8 == 0, matches)
}

/// Translates as a debugger does.
pub(crate) fn translate_debug(cpu: &Cpu, address: u64) -> Option<u64> {
    let space = space(mode(cpu), Access::Read);
    if space == REAL {
        return Some(prefixed(&cpu.state, address));
    }
    let asce = asce(&cpu.state, space);
    if asce & ASCE_REAL != 0 {
        return Some(prefixed(&cpu.state, address));
    }
    let read = |real: u64| {
        let at = prefixed(&cpu.state, real);
        let page = cpu.bus().ram_page(at)?;
        let mut bytes = [0; 8];
        page.ram.read_bytes(page.offset + at % PAGE, &mut bytes);
        Some(u64::from_be_bytes(bytes))
    };
    let mut table = asce & !(PAGE - 1);
    for level in (0..=(asce >> 2 & 3) as usize).rev() {
        let shift = LEVELS[level].0;
        let entry = read(table + field(address, shift, 11) * 8)?;
        if entry & ENTRY_INVALID != 0 {
            return None;
        }
        if level < 2 && entry & ENTRY_FRAME != 0 {
            let mask = (1u64 << shift) - 1;
            return Some(entry & !mask | address & mask);
        }
        table = entry & !if level == 0 { 0x7ff } else { PAGE - 1 };
    }
    let entry = read(table + field(address, 12, 8) * 8)?;
    (entry & PAGE_INVALID == 0).then(|| prefixed(&cpu.state, entry & !(PAGE - 1) | address & (PAGE - 1)))
}

/// The absolute address of a real one, for helpers that address storage so.
pub(crate) fn real(cpu: &Cpu, address: u64) -> u64 {
    prefixed(&cpu.state, address)
}

/// Translates for LOAD REAL ADDRESS and its kin, without protection: the real address or the exception.
pub(crate) fn load_real(cpu: &mut Cpu, address: u64, space: u8) -> Result<(u64, bool), Miss> {
    let (asce, _) = element(cpu, space)?;
    let Some(asce) = asce else { return Ok((address, false)) };
    let walked = walk(cpu, address, asce, 0)?;
    // Prefixing is its own inverse.
    Ok((prefixed(&cpu.state, walked.absolute), walked.protected))
}
