//! Address spaces by their numbers (PoP, "ASN Translation", "ASN Authorization", "PC-Number Translation"): SET SECONDARY ASN, PROGRAM TRANSFER,
//! PROGRAM CALL, LOAD ADDRESS SPACE PARAMETERS, and what PROGRAM RETURN has of them. ASN-and-LX reuse is not installed.

use crate::access::{self, word};
use crate::linkage;
use crate::psw;
use crate::storage;
use crate::subspace;
use crate::system::{set_general, set_word};
use crate::trace::{Origin, Trace};
use crate::trap::{self, Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

const SPECIAL: Fault = Fault::program(code::SPECIAL_OPERATION);
const PRIVILEGED: Fault = Fault::program(code::PRIVILEGED);
/// CR14: ASNs may be translated.
const CR14_TRANSLATION: u64 = 1 << 19;
/// Where a primary ASTE has the designation of its linkage table.
const LINKAGE_TABLE: u64 = 24;
/// The linkage-table designation: subsystem linkage.
const LINKAGE: u32 = 0x8000_0000;
/// An address-space-control element: switches from or to the space are events.
const ASCE_SWITCH: u64 = 0x40;

/// What an ASN-second-table entry says of its space.
#[derive(Clone, Copy)]
struct Space {
    /// The entry's real address.
    entry: u64,
    asn: u16,
    /// Authorization index.
    index: u16,
    asce: u64,
    /// The authority table, and its length in units of four bytes, less one.
    table: u64,
    length: u16,
}

impl Space {
    /// The space whose entry is at a real address.
    fn at(cpu: &mut Cpu, entry: u64, asn: u16, invalid: Fault) -> Result<Space, Fault> {
        let (first, second) = (word(cpu, entry)?, word(cpu, entry + 4)?);
        if first >> 31 != 0 {
            return Err(invalid);
        }
        let asce = u64::from(word(cpu, entry + 8)?) << 32 | u64::from(word(cpu, entry + 12)?);
        let table = u64::from(first & 0x7fff_fffc);
        Ok(Space { entry, asn, index: (second >> 16) as u16, asce, table, length: (second >> 4 & 0xfff) as u16 })
    }

    /// The space, or the subspace that is active in it.
    fn replaced(self, cpu: &mut Cpu) -> Result<Space, Fault> {
        Ok(Space { asce: subspace::replace(cpu, self.asce, self.entry)?, ..self })
    }

    /// Primary and secondary authority that an authorization index has in the space.
    fn authority(&self, cpu: &mut Cpu, index: u16) -> Result<(bool, bool), Fault> {
        if index >> 4 > self.length {
            return Ok((false, false));
        }
        access::authority(cpu, self.table, index)
    }
}

/// Translates an ASN ("ASN-Translation Process").
fn translate(cpu: &mut Cpu, asn: u16) -> Result<Space, Fault> {
    let fault = |code| Fault::Program { code, arg: asn.into() };
    let first = word(cpu, ((cpu.state.cr[14] & 0x7_ffff) << 12) + u64::from(asn >> 6) * 4)?;
    if first >> 31 != 0 {
        return Err(fault(code::AFX_TRANSLATION));
    }
    if first & 0x3f != 0 {
        return Err(Fault::program(code::ASN_SPECIFICATION));
    }
    Space::at(cpu, u64::from(first & 0x7fff_ffc0) + u64::from(asn & 63) * 64, asn, fault(code::ASX_TRANSLATION))
}

/// The same where control register 14 must allow it.
fn allowed_translate(cpu: &mut Cpu, asn: u16) -> Result<Space, Fault> {
    if cpu.state.cr[14] & CR14_TRANSLATION == 0 { Err(SPECIAL) } else { translate(cpu, asn) }
}

fn authorization_index(cpu: &Cpu) -> u16 {
    (cpu.state.cr[4] >> 16) as u16
}

fn primary_asn(cpu: &Cpu) -> u16 {
    cpu.state.cr[4] as u16
}

/// Replaces bits `shift` to `shift + 15` of a control register.
fn set_half(cpu: &mut Cpu, number: usize, shift: u32, value: u16) {
    let cr = &mut cpu.state.cr[number];
    *cr = *cr & !(0xffff << shift) | u64::from(value) << shift;
}

/// Makes a space the primary one.
fn enter_primary(cpu: &mut Cpu, space: &Space) {
    set_half(cpu, 4, 16, space.index);
    set_half(cpu, 4, 0, space.asn);
    cpu.state.cr[1] = space.asce;
    cpu.state.cr[5] = cpu.state.cr[5] & !0xffff_ffff | space.entry;
}

/// Makes a space the secondary one.
fn enter_secondary(cpu: &mut Cpu, asn: u16, asce: u64) {
    set_half(cpu, 3, 0, asn);
    cpu.state.cr[7] = asce;
    cpu.flush_tlb();
}

/// Ends an instruction that has switched from a space at `next`, with an event if one of both spaces asks for it (PoP, "Space-Switch Event").
fn switched(cpu: &mut Cpu, old: (u16, u64), next: u64) -> Out {
    let both = old.1 | cpu.state.cr[1];
    event(cpu, old, both, next)
}

/// A space-switch event, if control bits ask for it or there is a program event; it tells an ASN and whether its space asks.
fn event(cpu: &mut Cpu, (asn, asce): (u16, u64), controls: u64, next: u64) -> Out {
    let control = if asce & ASCE_SWITCH != 0 { 1 << 31 } else { 0 };
    let arg = control | u64::from(asn);
    if controls & ASCE_SWITCH == 0 {
        cpu.state.per.note_switch(arg);
        return Ok(next);
    }
    Err(Fault::Completed { code: code::SPACE_SWITCH, arg, next })
}

/// Ends an instruction that has set the PSW's address-space control at `next`, with an event if it has switched to or from the home space and a space
/// asks for it (PoP, "Space-Switch Event"); `old` is the PSW's mask half before.
pub(crate) fn switched_home(cpu: &mut Cpu, old: u64, next: u64) -> Out {
    let is_home = |mask: u64| mask & psw::ASC == psw::ASC;
    let (from, to) = (is_home(old), is_home(cpu.state.psw_mask));
    if old & psw::DAT == 0 || from == to {
        return Ok(next);
    }
    let (primary, home) = (cpu.state.cr[1], cpu.state.cr[13]);
    let (asn, asce) = if to { (primary_asn(cpu), primary) } else { (0, home) };
    event(cpu, (asn, asce), primary | home, next)
}

/// SET SECONDARY ASN.
pub(crate) fn set_secondary(cpu: &mut Cpu, [asn, ..]: Args) -> Out {
    if cpu.state.psw_mask & psw::DAT == 0 || cpu.state.cr[14] & CR14_TRANSLATION == 0 {
        return Err(SPECIAL);
    }
    let asn = asn as u16;
    let mut trace = Trace::new(cpu);
    trace.secondary(cpu, asn)?;
    if asn == primary_asn(cpu) {
        trace.make(cpu);
        let asce = cpu.state.cr[1];
        enter_secondary(cpu, asn, asce);
        return Ok(0);
    }
    let (space, index) = (translate(cpu, asn)?, authorization_index(cpu));
    if !space.authority(cpu, index)?.1 {
        return Err(Fault::Program { code: code::SECONDARY_AUTHORITY, arg: asn.into() });
    }
    let space = space.replaced(cpu)?;
    trace.make(cpu);
    enter_secondary(cpu, asn, space.asce);
    Ok(0)
}

/// The linkage-table designation of the primary space; subsystems must be linked.
fn linkage_table(cpu: &mut Cpu) -> Result<u32, Fault> {
    let entry = cpu.state.cr[5] & 0x7fff_ffc0;
    let designation = word(cpu, entry + LINKAGE_TABLE)?;
    if designation & LINKAGE == 0 { Err(SPECIAL) } else { Ok(designation) }
}

/// PROGRAM TRANSFER: both registers' values; where to go on.
pub(crate) fn program_transfer(cpu: &mut Cpu, [first, second, ..]: Args) -> Out {
    let mask = cpu.state.psw_mask;
    if mask & psw::DAT == 0 || mask & psw::ASC != 0 {
        return Err(SPECIAL);
    }
    let mut trace = Trace::new(cpu);
    trace.transfer(cpu, first as u16, second)?;
    linkage_table(cpu)?;
    let wide = psw::address_bits(mask) == 64;
    let (problem, target) = (second & 1 != 0, if wide { second & !1 } else { second & 0x7fff_fffe });
    let modes = if wide { psw::EXTENDED | psw::BASIC } else { second & psw::BASIC };
    if mask & psw::PROBLEM != 0 && !problem {
        return Err(PRIVILEGED);
    }
    if modes == 0 && target >> 24 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let asn = first as u16;
    let old = (primary_asn(cpu), cpu.state.cr[1]);
    let mut next = Ok(target);
    if asn == old.0 {
        trace.make(cpu);
    } else {
        let (space, index) = (allowed_translate(cpu, asn)?, authorization_index(cpu));
        if !space.authority(cpu, index)?.0 {
            return Err(Fault::Program { code: code::PRIMARY_AUTHORITY, arg: asn.into() });
        }
        let space = space.replaced(cpu)?;
        trace.make(cpu);
        enter_primary(cpu, &space);
        next = switched(cpu, old, target);
    }
    let keys = (cpu.state.cr[3] >> 16 & first >> 16) as u16;
    set_half(cpu, 3, 16, keys);
    let asce = cpu.state.cr[1];
    enter_secondary(cpu, asn, asce);
    let state = if problem { psw::PROBLEM } else { 0 };
    cpu.state.psw_mask = mask & !(psw::PROBLEM | psw::EXTENDED | psw::BASIC) | state | modes;
    next
}

/// An entry-table entry, word by word.
type Entry = [u32; 8];

/// The fifth word of an entry-table entry.
mod entry {
    pub(super) const STACKS: u32 = 0x8000_0000;
    pub(super) const WIDE: u32 = 0x4000_0000;
    pub(super) const SETS_KEY: u32 = 0x1000_0000;
    pub(super) const SETS_MASK: u32 = 0x0800_0000;
    pub(super) const SETS_INDEX: u32 = 0x0400_0000;
    pub(super) const ACCESS_REGISTERS: u32 = 0x0200_0000;
    pub(super) const SECONDARY_NEW: u32 = 0x0100_0000;
}

/// Finds the entry-table entry of a PC number ("PC-Number-Translation Process").
fn find_entry(cpu: &mut Cpu, number: u64) -> Result<Entry, Fault> {
    let fault = |code| Fault::Program { code, arg: number };
    let designation = linkage_table(cpu)?;
    let (linkage, index) = (number >> 8, number & 0xff);
    if linkage >> 5 > u64::from(designation & 0x7f) {
        return Err(fault(code::LX_TRANSLATION));
    }
    let table = word(cpu, u64::from(designation & 0x7fff_ff80) + linkage * 4)?;
    if table >> 31 != 0 || index >> 2 > u64::from(table & 0x3f) {
        return Err(fault(if table >> 31 != 0 { code::LX_TRANSLATION } else { code::EX_TRANSLATION }));
    }
    let at = u64::from(table & 0x7fff_ffc0) + index * 32;
    let mut entry = [0; 8];
    for (n, place) in (0..).step_by(4).zip(&mut entry) {
        *place = word(cpu, at + n)?;
    }
    Ok(entry)
}

/// PROGRAM CALL: PC number, next instruction's address; where to go on.
pub(crate) fn program_call(cpu: &mut Cpu, [number, next, ..]: Args) -> Out {
    let mask = cpu.state.psw_mask;
    if mask & psw::DAT == 0 || mask >> psw::ASC_SHIFT & 3 > 1 {
        return Err(SPECIAL);
    }
    let number = number & 0xf_ffff;
    let from = Origin::new(cpu, next);
    let mut trace = Trace::new(cpu);
    trace.call(cpu, from, number)?;
    let entry = find_entry(cpu, number)?;
    let (flags, stacks) = (entry[4], entry[4] & entry::STACKS != 0);
    check_call(cpu, &entry, stacks)?;
    let asn = entry[2] as u16;
    let old = (primary_asn(cpu), cpu.state.cr[1]);
    let space = if asn == 0 { None } else { Some(called_space(cpu, &entry, asn)?) };
    let wide = flags & entry::WIDE != 0;
    let target =
        if wide { u64::from(entry[0]) << 32 | u64::from(entry[1] & !1) } else { u64::from(entry[1] & 0x7fff_fffe) };
    let modes = if wide { psw::EXTENDED | psw::BASIC } else { u64::from(entry[1]) & psw::BASIC };
    if stacks {
        // The called space: its number and a part of its sequence number, zero where the space stays; and whether the 64-bit mode is entered.
        let id = match &space {
            Some(space) => u64::from(space.asn) << 48 | u64::from(word(cpu, space.entry + 20)? & 0xffff) << 32,
            None => 0,
        };
        let mode = u64::from(wide) << 31;
        trace.mode(cpu, from, psw::address_bits(modes))?;
        linkage::push_call(cpu, next, id | mode | number)?;
        trace.make(cpu);
        stacking_state(cpu, &entry);
    } else {
        trace.make(cpu);
        basic_state(cpu, &entry, next);
    }
    let problem = if entry[1] & 1 != 0 { psw::PROBLEM } else { 0 };
    cpu.state.psw_mask = cpu.state.psw_mask & !(psw::PROBLEM | psw::EXTENDED | psw::BASIC) | problem | modes;
    let result = match &space {
        None => Ok(target),
        Some(space) => {
            enter_primary(cpu, space);
            switched(cpu, old, target)
        }
    };
    let to_new = space.is_none() || stacks && flags & entry::SECONDARY_NEW != 0;
    let (asn, asce) = if to_new { (primary_asn(cpu), cpu.state.cr[1]) } else { old };
    enter_secondary(cpu, asn, asce);
    result
}

/// Whether the entry may be called so: by this key mask in the problem state, in this addressing mode.
fn check_call(cpu: &Cpu, entry: &Entry, stacks: bool) -> Result<(), Fault> {
    let (mask, wide) = (cpu.state.psw_mask, entry[4] & entry::WIDE != 0);
    let from_wide = psw::address_bits(mask) == 64;
    // A basic call does not change between the 64-bit mode and others, nor is it for the access-register mode.
    if !stacks && (wide != from_wide || mask & psw::ASC != 0) {
        return Err(SPECIAL);
    }
    if !wide && entry[1] >> 31 == 0 && entry[1] >> 24 != 0 {
        return Err(Fault::program(code::PC_SPECIFICATION));
    }
    let allowed = mask & psw::PROBLEM == 0 || cpu.state.cr[3] >> 16 & u64::from(entry[2] >> 16) != 0;
    if allowed { Ok(()) } else { Err(PRIVILEGED) }
}

/// The space that is called; the entry has the address of its ASTE.
fn called_space(cpu: &mut Cpu, entry: &Entry, asn: u16) -> Result<Space, Fault> {
    if cpu.state.cr[14] & CR14_TRANSLATION == 0 {
        return Err(SPECIAL);
    }
    let invalid = Fault::Program { code: code::ASX_TRANSLATION, arg: asn.into() };
    Space::at(cpu, u64::from(entry[5] & 0x7fff_ffc0), asn, invalid)?.replaced(cpu)
}

/// What a basic call changes: link information in register 14, the entry parameter in 4, the old key mask in 3, to which the entry's is added.
fn basic_state(cpu: &mut Cpu, entry: &Entry, next: u64) {
    let mask = cpu.state.psw_mask;
    let problem = u64::from(mask & psw::PROBLEM != 0);
    let old = cpu.state.cr[3] >> 16 & 0xffff;
    set_word(cpu, 3, old << 16 | u64::from(primary_asn(cpu)));
    if psw::address_bits(mask) == 64 {
        set_general(cpu, 14, next | problem);
        set_general(cpu, 4, u64::from(entry[6]) << 32 | u64::from(entry[7]));
    } else {
        set_word(cpu, 14, mask & psw::BASIC | next | problem);
        set_word(cpu, 4, entry[7].into());
    }
    set_half(cpu, 3, 16, old as u16 | (entry[3] >> 16) as u16);
}

/// What a stacking call changes beside addressing mode and address.
fn stacking_state(cpu: &mut Cpu, entry: &Entry) {
    let flags = entry[4];
    if flags & entry::SETS_KEY != 0 {
        let key = u64::from(flags >> 20 & 15);
        let mask = trap::psw_mask(cpu) & !psw::KEY | key << psw::KEY_SHIFT;
        trap::set_psw_mask(cpu, mask);
    }
    let (old, new) = ((cpu.state.cr[3] >> 16) as u16, (entry[3] >> 16) as u16);
    set_half(cpu, 3, 16, if flags & entry::SETS_MASK != 0 { new } else { old | new });
    if flags & entry::SETS_INDEX != 0 {
        set_half(cpu, 8, 16, flags as u16);
    }
    let asc = u64::from(flags & entry::ACCESS_REGISTERS != 0);
    cpu.state.psw_mask = cpu.state.psw_mask & !psw::ASC | asc << psw::ASC_SHIFT;
    if flags & entry::WIDE != 0 {
        set_general(cpu, 4, u64::from(entry[6]) << 32 | u64::from(entry[7]));
    } else {
        set_word(cpu, 4, entry[7].into());
    }
}

/// The spaces to which PROGRAM RETURN goes back.
pub(crate) struct Returning {
    keys: u64,
    primary: Option<Space>,
    secondary: (u16, u64),
    old: (u16, u64),
}

/// Looks up the spaces of a state entry: key mask, secondary ASN, extended authorization index and primary ASN in one.
pub(crate) fn returning(cpu: &mut Cpu, keys: u64) -> Result<Returning, Fault> {
    let (primary_asn, secondary_asn) = (keys as u16, (keys >> 32) as u16);
    let old = (self::primary_asn(cpu), cpu.state.cr[1]);
    let primary = if primary_asn == old.0 { None } else { Some(allowed_translate(cpu, primary_asn)?.replaced(cpu)?) };
    let asce = primary.map_or(old.1, |space| space.asce);
    let secondary = if secondary_asn == primary_asn {
        asce
    } else {
        let index = primary.map_or(authorization_index(cpu), |space| space.index);
        let space = allowed_translate(cpu, secondary_asn)?;
        if !space.authority(cpu, index)?.1 {
            return Err(Fault::Program { code: code::SECONDARY_AUTHORITY, arg: secondary_asn.into() });
        }
        space.replaced(cpu)?.asce
    };
    Ok(Returning { keys, primary, secondary: (secondary_asn, secondary), old })
}

impl Returning {
    /// Goes back to them.
    pub(crate) fn enter(&self, cpu: &mut Cpu) {
        set_half(cpu, 3, 16, (self.keys >> 48) as u16);
        set_half(cpu, 8, 16, (self.keys >> 16) as u16);
        if let Some(space) = &self.primary {
            enter_primary(cpu, space);
        }
        enter_secondary(cpu, self.secondary.0, self.secondary.1);
    }

    /// Ends the instruction at `next`, perhaps with an event.
    pub(crate) fn end(&self, cpu: &mut Cpu, next: u64) -> Out {
        if self.primary.is_some() { switched(cpu, self.old, next) } else { Ok(next) }
    }
}

/// LOAD ADDRESS SPACE PARAMETERS: the parameters' address, and what to do (bit 61 translates all ASNs, 62 takes the authorization index given, 63 needs no
/// authority). The condition code tells what is not available.
pub(crate) fn load_parameters(cpu: &mut Cpu, [address, how, ..]: Args) -> Out {
    const ALL: u64 = 4;
    const GIVEN: u64 = 2;
    const UNCHECKED: u64 = 1;
    if cpu.state.cr[14] & CR14_TRANSLATION == 0 {
        return Err(SPECIAL);
    }
    if !address.is_multiple_of(8) {
        return Err(Fault::SPECIFICATION);
    }
    let mut bytes = [0; 8];
    storage::read(cpu, address, &mut bytes)?;
    let [keys, secondary_asn, index, asn] = [0, 2, 4, 6].map(|at| u16::from_be_bytes([bytes[at], bytes[at + 1]]));
    let (old_asn, old_secondary) = (primary_asn(cpu), cpu.state.cr[3] as u16);
    let missing = |cpu: &mut Cpu, cc: u64, fault: Fault| match fault {
        Fault::Program {
            code: code::AFX_TRANSLATION | code::ASX_TRANSLATION | code::ASTE_VALIDITY | code::ASTE_SEQUENCE,
            ..
        } => {
            set_cc(cpu, cc);
            Ok(0)
        }
        fault => Err(fault),
    };
    let primary = if how & ALL != 0 || asn != old_asn {
        match translate(cpu, asn).and_then(|space| space.replaced(cpu)) {
            Ok(space) if (space.asce | cpu.state.cr[1]) & ASCE_SWITCH != 0 => {
                set_cc(cpu, 3);
                return Ok(0);
            }
            Ok(space) => Some(space),
            Err(fault) => return missing(cpu, 1, fault),
        }
    } else {
        None
    };
    let found = primary.map_or(authorization_index(cpu), |space| space.index);
    let index = if how & GIVEN != 0 { index } else { found };
    let asce = primary.map_or(cpu.state.cr[1], |space| space.asce);
    let secondary = if secondary_asn == asn {
        asce
    } else if how & ALL == 0 && secondary_asn == old_secondary && (how & UNCHECKED != 0) {
        cpu.state.cr[7]
    } else {
        match translate(cpu, secondary_asn) {
            Ok(space) => {
                if how & UNCHECKED == 0 && !space.authority(cpu, index)?.1 {
                    set_cc(cpu, 2);
                    return Ok(0);
                }
                match space.replaced(cpu) {
                    Ok(space) => space.asce,
                    Err(fault) => return missing(cpu, 2, fault),
                }
            }
            Err(fault) => return missing(cpu, 2, fault),
        }
    };
    if let Some(space) = primary {
        enter_primary(cpu, &space);
    }
    set_half(cpu, 4, 16, index);
    set_half(cpu, 3, 16, keys);
    enter_secondary(cpu, secondary_asn, secondary);
    set_cc(cpu, 0);
    Ok(0)
}
