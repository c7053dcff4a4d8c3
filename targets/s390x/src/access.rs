//! Access-register translation (PoP, "Access-Register-Translation Process"): from an access-list-entry token to the
//! address-space-control element of the space it names.
//!
//! In the access-register mode each storage operand lies in the space that the access register of its base register's number specifies. The
//! lifter notes those numbers before an instruction's first access ([`note`]); [`mmu::FIRST`] and [`mmu::SECOND`] stand for the operands' spaces.
//! Translations by way of them are not kept, so that nothing has to be forgotten when access registers or lists change.

use bits::Endian;
use uop::Width;

use crate::mmu;
use crate::state;
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// ALETs with a meaning of their own.
pub(crate) const ALET_PRIMARY: u32 = 0;
pub(crate) const ALET_SECONDARY: u32 = 1;
/// What must be zero in an ALET; whether the list is the primary one.
const ALET_RESERVED: u32 = 0xfe00_0000;
const ALET_PRIMARY_LIST: u32 = 0x0100_0000;

/// Access-list entry, first word: invalid, fetch only, private.
const ALE_INVALID: u32 = 0x8000_0000;
const ALE_FETCH_ONLY: u32 = 0x0200_0000;
const ALE_PRIVATE: u32 = 0x0100_0000;

/// A space that an access register specifies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Space {
    /// Its address-space-control element.
    pub(crate) asce: u64,
    /// Nothing may be stored by way of this entry.
    pub(crate) fetch_only: bool,
}

pub(crate) fn word(cpu: &mut Cpu, real: u64) -> Result<u32, Fault> {
    let at = mmu::prefixed(&cpu.state, real);
    let value = cpu.phys_read(at, Width::W32, Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))?;
    Ok(value as u32)
}

/// Notes the access registers of the operands: their numbers.
pub(crate) fn note(cpu: &mut Cpu, [first, second, ..]: Args) -> Out {
    cpu.state.operand_registers = [first as u8 & 15, second as u8 & 15];
    Ok(0)
}

/// The access register by which a space is reached.
pub(crate) fn register_of(cpu: &Cpu, space: u8) -> u8 {
    cpu.state.operand_registers[usize::from(space == mmu::SECOND)]
}

/// The ALET in access register `n`; number 0 stands for the primary space.
pub(crate) fn alet(cpu: &Cpu, n: u8) -> u32 {
    if n == 0 { ALET_PRIMARY } else { cpu.reg(state::a(n)) as u32 }
}

/// The authority that control register 8 gives: the extended authorization index.
fn extended_index(cpu: &Cpu) -> u16 {
    (cpu.state.cr[8] >> 16) as u16
}

/// What an ALET has led to: the access-list entry's first word, and the real address of its ASN-second-table entry.
pub(crate) struct Found {
    head: u32,
    pub(crate) entry: u64,
}

/// Follows an ALET, other than 0 and 1, to a valid ASN-second-table entry; who may use it is another matter. BRANCH IN SUBSPACE GROUP does not look at the
/// entry's sequence number (`special`).
pub(crate) fn find_entry(cpu: &mut Cpu, alet: u32, n: u8, special: bool) -> Result<Found, Fault> {
    let fault = |code| Fault::Program { code, arg: n.into() };
    if alet & ALET_RESERVED != 0 {
        return Err(fault(code::ALET_SPECIFICATION));
    }
    // The designation of the list is in the dispatchable unit's control table or in the primary ASTE.
    let place = if alet & ALET_PRIMARY_LIST != 0 { cpu.state.cr[5] } else { cpu.state.cr[2] };
    let designation = word(cpu, (place & 0x7fff_ffc0) + 16)?;
    let number = u64::from(alet & 0xffff);
    if number >> 3 > u64::from(designation & 0x7f) {
        return Err(fault(code::ALEN_TRANSLATION));
    }
    let entry = u64::from(designation & 0x7fff_ff80) + 16 * number;
    let head = word(cpu, entry)?;
    if head & ALE_INVALID != 0 {
        return Err(fault(code::ALEN_TRANSLATION));
    }
    if !special && head >> 16 & 0xff != alet >> 16 & 0xff {
        return Err(fault(code::ALE_SEQUENCE));
    }
    let (aste, sequence) = (u64::from(word(cpu, entry + 8)? & 0x7fff_ffc0), word(cpu, entry + 12)?);
    if word(cpu, aste)? & 0x8000_0000 != 0 {
        return Err(fault(code::ASTE_VALIDITY));
    }
    if word(cpu, aste + 20)? != sequence {
        return Err(fault(code::ASTE_SEQUENCE));
    }
    Ok(Found { head, entry: aste })
}

/// The space of an ALET. Each exception names access register `n` (`arg`).
pub(crate) fn translate(cpu: &mut Cpu, alet: u32, eax: u16, n: u8) -> Result<Space, Fault> {
    match alet {
        ALET_PRIMARY => return Ok(Space { asce: cpu.state.cr[1], fetch_only: false }),
        ALET_SECONDARY => return Ok(Space { asce: cpu.state.cr[7], fetch_only: false }),
        _ => {}
    }
    let Found { head, entry } = find_entry(cpu, alet, n, false)?;
    let entry_index = head as u16;
    if head & ALE_PRIVATE != 0 && entry_index != eax && !is_authorized(cpu, entry, eax)? {
        return Err(Fault::Program { code: code::EXTENDED_AUTHORITY, arg: n.into() });
    }
    let asce = u64::from(word(cpu, entry + 8)?) << 32 | u64::from(word(cpu, entry + 12)?);
    Ok(Space { asce, fetch_only: head & ALE_FETCH_ONLY != 0 })
}

/// Whether the space's authority table gives an index secondary authority.
fn is_authorized(cpu: &mut Cpu, aste: u64, index: u16) -> Result<bool, Fault> {
    let (first, length) = (word(cpu, aste)?, u64::from(word(cpu, aste + 4)? >> 4 & 0xfff));
    if u64::from(index >> 4) > length {
        return Ok(false);
    }
    authority(cpu, u64::from(first & 0x7fff_fffc), index).map(|(_, secondary)| secondary)
}

/// Primary and secondary authority of an index in the table at a real address.
pub(crate) fn authority(cpu: &mut Cpu, table: u64, index: u16) -> Result<(bool, bool), Fault> {
    let at = mmu::prefixed(&cpu.state, table + u64::from(index >> 2));
    let byte = cpu.phys_read(at, Width::W8, Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))?;
    let pair = byte >> (6 - 2 * (index & 3)) & 3;
    Ok((pair & 2 != 0, pair & 1 != 0))
}

/// The space of an operand.
pub(crate) fn operand(cpu: &mut Cpu, space: u8) -> Result<Space, Fault> {
    let n = register_of(cpu, space);
    let (alet, eax) = (alet(cpu, n), extended_index(cpu));
    translate(cpu, alet, eax, n)
}

/// EXTRACT AND SET EXTENDED AUTHORITY: the old index comes to the left of the new one, which control register 8 gets.
pub(crate) fn exchange_authority(cpu: &mut Cpu, [word, ..]: Args) -> Out {
    let old = u64::from(extended_index(cpu));
    cpu.state.cr[8] = cpu.state.cr[8] & !0xffff_0000 | (word & 0xffff) << 16;
    Ok(old << 16 | word & 0xffff)
}

/// TEST ACCESS: the ALET, the extended authorization index in a general register's value.
pub(crate) fn test(cpu: &mut Cpu, [alet, index, ..]: Args) -> Out {
    let alet = alet as u32;
    let code = match alet {
        ALET_PRIMARY => 0,
        ALET_SECONDARY => 3,
        _ => match translate(cpu, alet, (index >> 16) as u16, 0) {
            Ok(_) if alet & ALET_PRIMARY_LIST != 0 => 2,
            Ok(_) => 1,
            Err(fault @ Fault::Program { code: code::ADDRESSING, .. }) => return Err(fault),
            Err(_) => 3,
        },
    };
    set_cc(cpu, code);
    Ok(0)
}
