//! Subspace groups (PoP, "Subspace-Group Facility"): BRANCH IN SUBSPACE GROUP, and the replacement of the base space by the subspace that is active.

use crate::access::{self, word};
use crate::mmu;
use crate::psw;
use crate::system::general;
use crate::trace::Trace;
use crate::trap::{Cpu, Fault, Out, code};
use crate::unit;

type Args = [u64; 4];

const SPECIAL: Fault = Fault::program(code::SPECIAL_OPERATION);
/// The dispatchable-unit control table: the subspace is active.
const ACTIVE: u32 = 0x8000_0000;
/// An ASN-second-table entry, first word: it is the base space of a group.
const BASE_SPACE: u32 = 1;
/// The same, it is invalid.
const INVALID: u32 = 0x8000_0000;
/// An address-space-control element: the space belongs to a subspace group.
const ASCE_GROUP: u64 = 0x200;
/// An address-space-control element: space-switch and storage-alteration events, which stay as they are.
const ASCE_EVENTS: u64 = 0xc0;

/// Where an ASN-second-table entry may begin.
const ORIGIN: u32 = 0x7fff_ffc0;

/// The address-space-control element of an ASN-second-table entry.
fn element(cpu: &mut Cpu, entry: u64) -> Result<u64, Fault> {
    Ok(u64::from(word(cpu, entry + 8)?) << 32 | u64::from(word(cpu, entry + 12)?))
}

/// The subspace that was entered last: its entry must be valid and the same as then. Exceptions name access register `n`.
fn last(cpu: &mut Cpu, entry: u64, n: u8) -> Result<u64, Fault> {
    let fault = |code| Fault::Program { code, arg: n.into() };
    let place = unit::origin(cpu) + unit::at::SUBSPACE_SEQUENCE;
    let expected = word(cpu, place)?;
    if word(cpu, entry)? & INVALID != 0 {
        return Err(fault(code::ASTE_VALIDITY));
    }
    if word(cpu, entry + 20)? != expected {
        return Err(fault(code::ASTE_SEQUENCE));
    }
    element(cpu, entry)
}

/// Replaces an address-space-control element that an ASN has led to, if it is that of the unit's base space and a subspace is active (PoP,
/// "Subspace-Replacement Operations").
pub(crate) fn replace(cpu: &mut Cpu, asce: u64, entry: u64) -> Out {
    if asce & ASCE_GROUP == 0 {
        return Ok(asce);
    }
    let place = unit::origin(cpu);
    let (base, subspace) = (word(cpu, place + unit::at::BASE)?, word(cpu, place + unit::at::SUBSPACE)?);
    if subspace & ACTIVE == 0 || u64::from(base & ORIGIN) != entry {
        return Ok(asce);
    }
    let found = last(cpu, (subspace & ORIGIN).into(), 0)?;
    Ok(asce & ASCE_EVENTS | found & !ASCE_EVENTS)
}

/// Where a branch leads: the new primary space, and what the table is to say of the subspace then.
struct Destination {
    asce: u64,
    subspace: u32,
    /// Its sequence number, if the table is to have a new one.
    sequence: Option<u32>,
}

/// Looks up the space of an ALET: 0 is the base space, 1 the subspace that was entered last.
fn destination(cpu: &mut Cpu, alet: u32, n: u8) -> Result<Destination, Fault> {
    let place = unit::origin(cpu);
    let base = word(cpu, place + unit::at::BASE)? & ORIGIN;
    let subspace = word(cpu, place + unit::at::SUBSPACE)?;
    if (cpu.state.cr[5] & u64::from(ORIGIN)) != base.into() {
        return Err(SPECIAL);
    }
    let events = cpu.state.cr[1] & ASCE_EVENTS;
    match alet {
        access::ALET_PRIMARY => {
            let asce = element(cpu, base.into())?;
            Ok(Destination { asce, subspace: subspace & !ACTIVE, sequence: None })
        }
        access::ALET_SECONDARY => {
            let entry = subspace & ORIGIN;
            if entry == 0 {
                return Err(SPECIAL);
            }
            let asce = last(cpu, entry.into(), n)? & !ASCE_EVENTS | events;
            Ok(Destination { asce, subspace: subspace | ACTIVE, sequence: None })
        }
        _ => {
            let entry = access::find_entry(cpu, alet, n, true)?.entry;
            let asce = element(cpu, entry)?;
            if entry == base.into() {
                return Ok(Destination { asce, subspace: subspace & !ACTIVE, sequence: None });
            }
            if asce & ASCE_GROUP == 0 || word(cpu, entry)? & BASE_SPACE != 0 {
                return Err(SPECIAL);
            }
            let sequence = Some(word(cpu, entry + 20)?);
            Ok(Destination { asce: asce & !ASCE_EVENTS | events, subspace: ACTIVE | entry as u32, sequence })
        }
    }
}

/// BRANCH IN SUBSPACE GROUP: both registers' numbers, the next instruction's address; where to go on.
pub(crate) fn branch(cpu: &mut Cpu, [r1, r2, next, _]: Args) -> Out {
    if cpu.state.psw_mask & psw::DAT == 0 {
        return Err(SPECIAL);
    }
    let alet = access::alet(cpu, r2 as u8);
    let (modes, target) = unit::follow(cpu, general(cpu, r2));
    let mut trace = Trace::new(cpu);
    trace.subspace(cpu, alet, psw::address_bits(modes), target)?;
    mmu::check_low(cpu, unit::origin(cpu))?;
    let to = destination(cpu, alet, r2 as u8)?;
    trace.make(cpu);
    if r1 != 0 {
        let value = unit::link(cpu, next);
        unit::set_link(cpu, r1, value);
    }
    unit::store(cpu, unit::at::SUBSPACE, to.subspace);
    if let Some(sequence) = to.sequence {
        unit::store(cpu, unit::at::SUBSPACE_SEQUENCE, sequence);
    }
    cpu.state.cr[1] = to.asce;
    cpu.state.cr[7] = to.asce;
    // The secondary ASN becomes the primary one.
    cpu.state.cr[3] = cpu.state.cr[3] & !0xffff | cpu.state.cr[4] & 0xffff;
    cpu.state.psw_mask = cpu.state.psw_mask & !(psw::EXTENDED | psw::BASIC) | modes;
    cpu.flush_tlb();
    Ok(target & bits::mask(psw::address_bits(modes)))
}
