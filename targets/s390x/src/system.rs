//! What control instructions do: PSW, control registers, storage keys, translation, identification, signals.
//!
//! PoP, "Control Instructions".

use bits::Endian;
use cpu::Access;
use uop::{Mem, Width};

use crate::asn;
use crate::mmu;
use crate::per;
use crate::psw;
use crate::signal;
use crate::state;
use crate::storage;
use crate::trap::{self, Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

const PRIVILEGED: Fault = Fault::program(code::PRIVILEGED);

/// General register `n`.
pub(crate) fn general(cpu: &Cpu, n: u64) -> u64 {
    cpu.reg(state::r(n as u8 & 15))
}

/// Writes general register `n`.
pub(crate) fn set_general(cpu: &mut Cpu, n: u64, value: u64) {
    cpu.set_reg(state::r(n as u8 & 15), value);
}

/// Writes bits 32 to 63 of general register `n`.
pub(crate) fn set_word(cpu: &mut Cpu, n: u64, value: u64) {
    let old = general(cpu, n);
    set_general(cpu, n, old & !0xffff_ffff | value & 0xffff_ffff);
}

fn is_problem(cpu: &Cpu) -> bool {
    cpu.state.psw_mask & psw::PROBLEM != 0
}

/// The program mask.
pub(crate) fn program_mask(cpu: &mut Cpu, _: Args) -> Out {
    Ok(cpu.state.psw_mask >> psw::PROGRAM_MASK_SHIFT & 15)
}

/// SET PROGRAM MASK: bits 2 to 7 of the low word.
pub(crate) fn set_program_mask(cpu: &mut Cpu, [value, ..]: Args) -> Out {
    let mask = cpu.state.psw_mask & !psw::PROGRAM_MASK | (value >> 24 & 15) << psw::PROGRAM_MASK_SHIFT;
    cpu.state.psw_mask = mask;
    set_cc(cpu, value >> 28 & 3);
    Ok(0)
}

/// The mask half of the PSW without condition code.
pub(crate) fn psw_mask_value(cpu: &mut Cpu, _: Args) -> Out {
    Ok(cpu.state.psw_mask)
}

/// LOAD PSW EXTENDED.
pub(crate) fn lpswe(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let mut bytes = [0; 16];
    storage::read(cpu, address, &mut bytes)?;
    let value = u128::from_be_bytes(bytes);
    Ok(trap::load_psw(cpu, (value >> 64) as u64, value as u64))
}

/// LOAD PSW: a short one, whose bit 12 must be one.
pub(crate) fn lpsw(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let word = cpu.load(address, Mem::be(Width::W64))?;
    if word & psw::SHORT == 0 {
        return Err(Fault::SPECIFICATION);
    }
    let (mask, address) = psw::from_short(word);
    Ok(trap::load_psw(cpu, mask, address))
}

/// Replaces the system mask. One that makes the PSW invalid is an exception at once, with this instruction's length (PoP, "Early Exception
/// Recognition").
fn replace_system_mask(cpu: &mut Cpu, byte: u64, next: u64) -> Out {
    cpu.state.psw_mask = cpu.state.psw_mask & !(0xff << 56) | byte << 56;
    if psw::is_invalid(cpu.state.psw_mask, 0) {
        return Err(Fault::Completed { code: code::SPECIFICATION, arg: 0, next });
    }
    Ok(0)
}

/// SET SYSTEM MASK: addresses of the operand and of the next instruction; control register 0 may forbid it.
pub(crate) fn set_system_mask(cpu: &mut Cpu, [address, next, ..]: Args) -> Out {
    if cpu.state.cr[0] & 1 << 30 != 0 {
        return Err(Fault::program(code::SPECIAL_OPERATION));
    }
    let mut byte = [0];
    storage::read(cpu, address, &mut byte)?;
    replace_system_mask(cpu, byte[0].into(), next)
}

/// STORE THEN AND SYSTEM MASK, STORE THEN OR SYSTEM MASK.
pub(crate) fn store_system_mask(cpu: &mut Cpu, [address, operand, or, next]: Args) -> Out {
    let old = cpu.state.psw_mask >> 56;
    storage::write(cpu, address, &[old as u8])?;
    replace_system_mask(cpu, if or != 0 { old | operand } else { old & operand }, next)
}

/// SET PSW KEY FROM ADDRESS: in the problem state, keys that control register 3 allows.
pub(crate) fn set_key(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let key = address >> 4 & 15;
    if is_problem(cpu) && cpu.state.cr[3] >> (31 - key) & 1 == 0 {
        return Err(PRIVILEGED);
    }
    let mask = trap::psw_mask(cpu) & !psw::KEY | key << psw::KEY_SHIFT;
    trap::set_psw_mask(cpu, mask);
    Ok(0)
}

/// INSERT PSW KEY: the key in bits 56 to 59; in the problem state, with extraction authority.
pub(crate) fn insert_key(cpu: &mut Cpu, _: Args) -> Out {
    if is_problem(cpu) && cpu.state.cr[0] & 1 << 27 == 0 {
        return Err(PRIVILEGED);
    }
    Ok((cpu.state.psw_mask >> psw::KEY_SHIFT & 15) << 4)
}

/// SET ADDRESS SPACE CONTROL: 0 primary, 1 secondary, 2 access registers, 3 home; the next instruction's address, where to go on. DAT and the
/// secondary-space control must be on.
pub(crate) fn set_space(cpu: &mut Cpu, [address, next, ..]: Args) -> Out {
    if cpu.state.psw_mask & psw::DAT == 0 || cpu.state.cr[0] & 1 << 26 == 0 {
        return Err(Fault::program(code::SPECIAL_OPERATION));
    }
    let asc = match address >> 8 & 15 {
        0 => 0,
        1 => 2,
        2 => 1,
        3 if is_problem(cpu) => return Err(PRIVILEGED),
        3 => 3,
        _ => return Err(Fault::SPECIFICATION),
    };
    let old = cpu.state.psw_mask;
    cpu.state.psw_mask = old & !psw::ASC | asc << psw::ASC_SHIFT;
    asn::switched_home(cpu, old, next)
}

/// INSERT ADDRESS SPACE CONTROL: the same numbers; also the condition code.
pub(crate) fn insert_space(cpu: &mut Cpu, _: Args) -> Out {
    if cpu.state.psw_mask & psw::DAT == 0 {
        return Err(Fault::program(code::SPECIAL_OPERATION));
    }
    if is_problem(cpu) && cpu.state.cr[0] & 1 << 27 == 0 {
        return Err(PRIVILEGED);
    }
    let space = [0, 2, 1, 3][(cpu.state.psw_mask >> psw::ASC_SHIFT & 3) as usize];
    set_cc(cpu, space);
    Ok(space)
}

fn change_addressing(cpu: &mut Cpu, bits: u64) {
    let modes = match bits {
        64 => psw::EXTENDED | psw::BASIC,
        31 => psw::BASIC,
        _ => 0,
    };
    cpu.state.psw_mask = cpu.state.psw_mask & !(psw::EXTENDED | psw::BASIC) | modes;
}

/// New addressing mode and instruction address, as BSM and BASSM find them in a register.
pub(crate) fn branch_set_mode(cpu: &mut Cpu, [target, ..]: Args) -> Out {
    let (bits, address) = match target {
        t if t & 1 != 0 => (64, t & !1),
        t if t & 0x8000_0000 != 0 => (31, t & 0x7fff_ffff),
        t => (24, t & 0xff_ffff),
    };
    change_addressing(cpu, bits);
    Ok(address)
}

/// SET ADDRESSING MODE.
pub(crate) fn set_addressing(cpu: &mut Cpu, [bits, ..]: Args) -> Out {
    change_addressing(cpu, bits);
    Ok(0)
}

fn numbers(from: u64, to: u64) -> impl Iterator<Item = usize> {
    (0..=to.wrapping_sub(from) & 15).map(move |i| (from + i) as usize & 15)
}

/// LOAD CONTROL: first, last, address, bytes each.
pub(crate) fn load_control(cpu: &mut Cpu, [from, to, address, size]: Args) -> Out {
    let size = size as usize;
    let mut bytes = [0; 128];
    let n = numbers(from, to).count();
    storage::read(cpu, address, &mut bytes[..n * size])?;
    for (number, cell) in numbers(from, to).zip(bytes.chunks(size)) {
        let value = cell.iter().fold(0, |all, b| all << 8 | u64::from(*b));
        let old = cpu.state.cr[number];
        cpu.state.cr[number] = if size == 4 { old & !0xffff_ffff | value } else { value };
    }
    cpu.flush_tlb();
    Ok(0)
}

/// STORE CONTROL.
pub(crate) fn store_control(cpu: &mut Cpu, [from, to, address, size]: Args) -> Out {
    let size = size as usize;
    let bytes: Vec<u8> = numbers(from, to).flat_map(|n| cpu.state.cr[n].to_be_bytes()[8 - size..].to_vec()).collect();
    storage::write(cpu, address, &bytes)?;
    Ok(0)
}

/// SET PREFIX: there must be storage.
pub(crate) fn set_prefix(cpu: &mut Cpu, [value, ..]: Args) -> Out {
    let prefix = value & 0x7fff_e000;
    let there = |at: u64| cpu.bus().ram_page(at).is_some();
    if !there(prefix) || !there(prefix + 4096) {
        return Err(Fault::program(code::ADDRESSING));
    }
    cpu.state.prefix = prefix as u32;
    cpu.flush_tlb();
    Ok(0)
}

/// The prefix.
pub(crate) fn prefix(cpu: &mut Cpu, _: Args) -> Out {
    Ok(cpu.state.prefix.into())
}

/// The CPU's address.
pub(crate) fn cpu_address(cpu: &mut Cpu, _: Args) -> Out {
    Ok(u64::from(cpu.index()) & 0xffff)
}

/// The CPU's identification.
pub(crate) fn cpu_id(cpu: &mut Cpu, _: Args) -> Out {
    Ok(cpu.model().cpu_id(cpu.index()))
}

/// STORE FACILITY LIST: 32 bits at real address 200.
pub(crate) fn stfl(cpu: &mut Cpu, _: Args) -> Out {
    let at = mmu::real(cpu, 0xc8);
    let value = cpu.model().facility_list()[0] >> 32;
    cpu.phys_write(at, value, Width::W32, Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))?;
    Ok(0)
}

/// STORE FACILITY LIST EXTENDED: as many doublewords as register 0 says.
pub(crate) fn stfle(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let list = cpu.model().facility_list();
    let wanted = (general(cpu, 0) & 0xff) as usize + 1;
    let bytes: Vec<u8> = list.iter().take(wanted).flat_map(|d| d.to_be_bytes()).collect();
    storage::write(cpu, address, &bytes)?;
    let zero = general(cpu, 0);
    set_general(cpu, 0, zero & !0xff | (list.len() as u64 - 1));
    set_cc(cpu, if wanted < list.len() { 3 } else { 0 });
    Ok(0)
}

/// Forgets all translations.
pub(crate) fn purge(cpu: &mut Cpu, _: Args) -> Out {
    cpu.flush_tlb();
    Ok(0)
}

/// INVALIDATE PAGE TABLE ENTRY: page-table origin, page address, number of further entries (if a register is named).
pub(crate) fn ipte(cpu: &mut Cpu, [table, address, more, r3]: Args) -> Out {
    let more = if r3 == 0 { 0 } else { more & 0xff };
    let first = address >> 12 & 0xff;
    if first + more > 255 {
        return Err(Fault::SPECIFICATION);
    }
    for index in first..=first + more {
        mark_invalid(cpu, (table & !0x7ff) + index * 8, 0x400)?;
    }
    purge_all(cpu);
    Ok(0)
}

/// Sets a bit of a table entry at a real address, which storage key and low-address protection may forbid.
fn mark_invalid(cpu: &mut Cpu, entry: u64, bit: u64) -> Result<(), Fault> {
    let at = mmu::translate(cpu, entry, Access::Write, mmu::REAL)?.phys;
    let addressing = |_| Fault::program(code::ADDRESSING);
    let old = cpu.phys_read(at, Width::W64, Endian::Big).map_err(addressing)?;
    cpu.phys_write(at, old | bit, Width::W64, Endian::Big).map_err(addressing)
}

/// No CPU goes on with translations that are there now.
fn purge_all(cpu: &mut Cpu) {
    cpu.flush_tlb();
    let board = cpu.board();
    if signal::machine(&board).is_some_and(|machine| machine.purge_others(cpu.index())) {
        cpu.yield_turn();
    }
}

/// INVALIDATE DAT TABLE ENTRY: table origin and type, effective address and count; or clearing by ASCE.
pub(crate) fn idte(cpu: &mut Cpu, [table, address, ..]: Args) -> Out {
    // Bits 44 to 51.
    if address & 0xf_f000 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    if address & 0x800 == 0 {
        let shift = [20, 31, 42, 53][(table >> 2 & 3) as usize];
        let first = address >> shift & 0x7ff;
        for index in first..=first + (address & 0x7ff) {
            mark_invalid(cpu, (table & !0xfff) + (index & 0x7ff) * 8, 0x20)?;
        }
    }
    purge_all(cpu);
    Ok(0)
}

/// COMPARE AND REPLACE DAT TABLE ENTRY: registers with old and new entry, with table and address.
pub(crate) fn crdte(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    let (table, address) = (general(cpu, r2), general(cpu, r2 + 1));
    // Designation type: 0 a page table, 4 to 7 a segment table to a region-first table.
    let (origin, index) = match table >> 2 & 7 {
        0 => (table & !0x7ff, address >> 12 & 0xff),
        kind @ 4..=7 => (table & !0xfff, address >> [20, 31, 42, 53][kind as usize - 4] & 0x7ff),
        _ => return Err(Fault::SPECIFICATION),
    };
    let at = mmu::translate(cpu, origin + index * 8, Access::Write, mmu::REAL)?.phys;
    let (old, new) = (general(cpu, r1), general(cpu, r1 + 1));
    let addressing = |_| Fault::program(code::ADDRESSING);
    if cpu.phys_compare_exchange(at, old, new, Width::W64, Endian::Big).map_err(addressing)? {
        purge_all(cpu);
        set_cc(cpu, 0);
    } else {
        let found = cpu.phys_read(at, Width::W64, Endian::Big).map_err(addressing)?;
        set_general(cpu, r1, found);
        set_cc(cpu, 1);
    }
    Ok(0)
}

/// COMPARE AND SWAP AND PURGE.
pub(crate) fn csp(cpu: &mut Cpu, [r1, second, size, _]: Args) -> Out {
    let mask = storage::address_mask(cpu);
    let width = if size == 8 { Width::W64 } else { Width::W32 };
    let address = second & !(size - 1) & mask;
    let mem = Mem::be(width);
    let space = storage::first(cpu);
    let phys = cpu.translate_store(address, size, space)?;
    let expected = general(cpu, r1) & width.mask();
    let new = general(cpu, r1 + 1) & width.mask();
    let done = cpu.phys_compare_exchange(phys, expected, new, width, Endian::Big);
    if done.map_err(|_| Fault::program(code::ADDRESSING))? {
        set_cc(cpu, 0);
        if second & 3 != 0 {
            purge_all(cpu);
        }
    } else {
        let old = cpu.load(address, mem)?;
        if size == 8 {
            set_general(cpu, r1, old)
        } else {
            set_word(cpu, r1, old)
        }
        set_cc(cpu, 1);
    }
    Ok(0)
}

/// The space of an operand that is translated whether DAT is on or not; `access` is its number in the access-register mode.
fn translated_space(cpu: &Cpu, access: u8) -> u8 {
    match cpu.state.psw_mask >> psw::ASC_SHIFT & 3 {
        1 => access,
        2 => mmu::SECONDARY,
        3 => mmu::HOME,
        _ => mmu::PRIMARY,
    }
}

/// LOAD REAL ADDRESS: the condition code tells where translation has ended.
pub(crate) fn lra(cpu: &mut Cpu, [address, r1, long, _]: Args) -> Out {
    let space = translated_space(cpu, mmu::FIRST);
    let wide = long != 0 || mmu_bits(cpu) == 64;
    let miss = match mmu::load_real(cpu, address, space) {
        Ok((real, _)) => {
            if wide {
                set_general(cpu, r1, real);
            } else if real >> 31 != 0 {
                return Err(Fault::program(code::SPECIAL_OPERATION));
            } else {
                set_word(cpu, r1, real);
            }
            set_cc(cpu, 0);
            return Ok(0);
        }
        Err(miss) => miss,
    };
    let Fault::Program { code, .. } = miss.fault else { return Err(miss.fault) };
    match (code, miss.entry) {
        // PoP: the address of the entry that is invalid, where the register has room for it.
        (code::SEGMENT | code::PAGE, Some(entry)) if wide || entry >> 31 == 0 => {
            if wide {
                set_general(cpu, r1, entry);
            } else {
                set_word(cpu, r1, entry);
            }
            set_cc(cpu, if code == code::SEGMENT { 1 } else { 2 });
        }
        // Otherwise bit 32 is one, and the interruption code stands in bits 48 to 63.
        (
            code::SEGMENT
            | code::PAGE
            | code::ALET_SPECIFICATION..=code::EXTENDED_AUTHORITY
            | code::ASCE_TYPE..=code::REGION_THIRD,
            _,
        ) => {
            set_word(cpu, r1, 0x8000_0000 | u64::from(code));
            set_cc(cpu, 3);
        }
        _ => return Err(miss.fault),
    }
    Ok(0)
}

fn mmu_bits(cpu: &Cpu) -> u32 {
    psw::address_bits(cpu.state.psw_mask)
}

/// STORE REAL ADDRESS: of the second operand, without DAT as well.
pub(crate) fn strag(cpu: &mut Cpu, [to, address, ..]: Args) -> Out {
    let space = translated_space(cpu, mmu::SECOND);
    let (real, _) = mmu::load_real(cpu, address, space).map_err(|miss| miss.fault)?;
    storage::write(cpu, to, &real.to_be_bytes())?;
    Ok(0)
}

/// TEST PROTECTION: 0 may be fetched and stored, 1 fetched, 2 neither, 3 no translation.
pub(crate) fn tprot(cpu: &mut Cpu, [address, second, ..]: Args) -> Out {
    let space = storage::first(cpu);
    let (real, protected) = match mmu::load_real(cpu, address, space).map_err(|miss| miss.fault) {
        Ok(found) => found,
        Err(Fault::Program { code, .. }) if code != code::ADDRESSING && code != code::TRANSLATION => {
            set_cc(cpu, 3);
            return Ok(0);
        }
        Err(fault) => return Err(fault),
    };
    let absolute = mmu::real(cpu, real);
    if cpu.bus().ram_page(absolute).is_none() {
        return Err(Fault::program(code::ADDRESSING));
    }
    let (read, write) = mmu::access_by(cpu, absolute, (second >> 4 & 15) as u8);
    let (asce, fetch_only) = mmu::element(cpu, space)?;
    let read = read || mmu::is_fetch_overridden(cpu, address, asce);
    let protected = protected || fetch_only || mmu::is_low_protected(cpu, address, asce);
    set_cc(cpu, if !read { 2 } else { u64::from(!write || protected) });
    Ok(0)
}

/// LOAD USING REAL ADDRESS.
pub(crate) fn load_real(cpu: &mut Cpu, [address, size, ..]: Args) -> Out {
    let at = mmu::translate(cpu, address, Access::Read, mmu::REAL)?.phys;
    let width = if size == 8 { Width::W64 } else { Width::W32 };
    cpu.phys_read(at, width, Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))
}

/// STORE USING REAL ADDRESS.
pub(crate) fn store_real(cpu: &mut Cpu, [address, value, size, _]: Args) -> Out {
    let phys = mmu::translate(cpu, address, Access::Write, mmu::REAL)?.phys;
    let width = if size == 8 { Width::W64 } else { Width::W32 };
    let done = cpu.phys_write(phys, value & width.mask(), width, Endian::Big);
    done.map_err(|_| Fault::program(code::ADDRESSING))?;
    per::stored_real(cpu);
    Ok(0)
}

/// LOAD PROGRAM PARAMETER: it is for samplers of the CPU's work, of which there are none.
pub(crate) fn load_program_parameter(cpu: &mut Cpu, [value, ..]: Args) -> Out {
    cpu.state.program_parameter = value;
    Ok(0)
}

/// MONITOR CALL.
pub(crate) fn monitor_call(cpu: &mut Cpu, [class, monitor, ..]: Args) -> Out {
    if cpu.state.cr[8] >> (15 - class) & 1 != 0 {
        return Err(Fault::Program { code: code::MONITOR, arg: class << 56 | monitor & bits::mask(56) });
    }
    Ok(0)
}
