//! The dispatchable-unit control table (PoP, "Dispatchable-Unit Control Table"), and the instructions that it governs: TRAP, BRANCH AND SET
//! AUTHORITY. BRANCH IN SUBSPACE GROUP is in [`crate::subspace`].

use bits::Endian;
use cpu::Access;
use uop::Width;

use crate::access::word;
use crate::keys;
use crate::mmu;
use crate::psw;
use crate::spaces::{self, Operand};
use crate::state;
use crate::system::{general, set_general, set_word};
use crate::trace::Trace;
use crate::trap::{self, Cpu, Fault, Out, code};

type Args = [u64; 4];

const SPECIAL: Fault = Fault::program(code::SPECIAL_OPERATION);

/// Places in the table.
pub(crate) mod at {
    /// Base-ASTE origin.
    pub(crate) const BASE: u64 = 0;
    /// Whether the subspace is active, and its ASTE's origin.
    pub(crate) const SUBSPACE: u64 = 4;
    /// The sequence number of the subspace's ASTE.
    pub(crate) const SUBSPACE_SEQUENCE: u64 = 12;
    /// PSW-key mask, PSW key, reduced authority, problem state.
    pub(super) const AUTHORITY: u64 = 20;
    /// The return address of BRANCH AND SET AUTHORITY.
    pub(super) const RETURN: u64 = 32;
    /// The trap-control-block address, and whether traps are enabled.
    pub(super) const TRAP: u64 = 44;
}

/// The real address of the table.
pub(crate) fn origin(cpu: &Cpu) -> u64 {
    cpu.state.cr[2] & 0x7fff_ffc0
}

/// Stores a word in the table, which no key protects. It has been read before, so that it is there.
pub(crate) fn store(cpu: &mut Cpu, place: u64, value: u32) {
    let absolute = mmu::real(cpu, origin(cpu) + place);
    keys::record(cpu, (absolute / 4096) as usize, keys::STORED);
    // Where nothing can be stored, there is nobody to tell.
    let _ = cpu.phys_write(absolute, value.into(), Width::W32, Endian::Big);
}

/// Bits of the authority word.
mod authority {
    pub(super) const KEY: u32 = 0xf0;
    pub(super) const REDUCED: u32 = 8;
    pub(super) const PROBLEM: u32 = 1;
}

/// The instruction address with the basic-addressing-mode bit before it, or all of it in the 64-bit mode: what links are made of.
pub(crate) fn link(cpu: &Cpu, next: u64) -> u64 {
    let basic = cpu.state.psw_mask & psw::BASIC;
    if psw::address_bits(cpu.state.psw_mask) == 64 { next } else { next | basic }
}

/// Sets a register to a link: in the 64-bit mode all of it, else its low word.
pub(crate) fn set_link(cpu: &mut Cpu, n: u64, value: u64) {
    if psw::address_bits(cpu.state.psw_mask) == 64 { set_general(cpu, n, value) } else { set_word(cpu, n, value) }
}

/// The addressing mode and the address that a link leads to: the 64-bit mode stays, others are set.
pub(crate) fn follow(cpu: &Cpu, link: u64) -> (u64, u64) {
    const MODES: u64 = psw::EXTENDED | psw::BASIC;
    if psw::address_bits(cpu.state.psw_mask) == 64 { (MODES, link) } else { (link & psw::BASIC, link & 0x7fff_ffff) }
}

/// BRANCH AND SET AUTHORITY: both registers' numbers, the next instruction's address; where to go on.
pub(crate) fn set_authority(cpu: &mut Cpu, [r1, r2, next, _]: Args) -> Out {
    mmu::check_low(cpu, origin(cpu))?;
    let place = origin(cpu);
    let authority = word(cpu, place + at::AUTHORITY)?;
    if (authority & authority::REDUCED == 0) == (r2 == 0) {
        return Err(SPECIAL);
    }
    if authority & authority::REDUCED == 0 { reduce(cpu, [r1, r2, next]) } else { restore(cpu, r1, next, authority) }
}

/// From the base-authority state to the reduced one: key and key mask from the first register, the address from the second.
fn reduce(cpu: &mut Cpu, [r1, r2, next]: [u64; 3]) -> Out {
    let (given, mask) = (general(cpu, r1), trap::psw_mask(cpu));
    let key = spaces::named_key(cpu, given)?;
    let (modes, target) = follow(cpu, general(cpu, r2));
    let mut trace = Trace::new(cpu);
    trace.branch(cpu, psw::address_bits(modes), target)?;
    trace.make(cpu);
    let key_mask = cpu.state.cr[3] & 0xffff_0000;
    let problem = if mask & psw::PROBLEM != 0 { authority::PROBLEM } else { 0 };
    let saved = key_mask as u32 | u32::from(spaces::psw_key(cpu)) << 4 | authority::REDUCED | problem;
    let returns = link(cpu, next);
    store(cpu, at::AUTHORITY, saved);
    store(cpu, at::RETURN, (returns >> 32) as u32);
    store(cpu, at::RETURN + 4, returns as u32);
    cpu.state.cr[3] = cpu.state.cr[3] & !0xffff_0000 | key_mask & given;
    let others = mask & !(psw::KEY | psw::EXTENDED | psw::BASIC);
    trap::set_psw_mask(cpu, others | u64::from(key) << psw::KEY_SHIFT | psw::PROBLEM | modes);
    Ok(target & bits::mask(psw::address_bits(modes)))
}

/// Back to the base-authority state, as the table says.
fn restore(cpu: &mut Cpu, r1: u64, next: u64, authority: u32) -> Out {
    let place = origin(cpu) + at::RETURN;
    let returns = u64::from(word(cpu, place)?) << 32 | u64::from(word(cpu, place + 4)?);
    let (modes, target) = follow(cpu, returns);
    let mut trace = Trace::new(cpu);
    trace.branch(cpu, psw::address_bits(modes), target)?;
    trace.make(cpu);
    if r1 != 0 {
        let value = link(cpu, next);
        set_link(cpu, r1, value);
    }
    store(cpu, at::AUTHORITY, authority & !authority::REDUCED);
    cpu.state.cr[3] = cpu.state.cr[3] & !0xffff_0000 | u64::from(authority & 0xffff_0000);
    let others = trap::psw_mask(cpu) & !(psw::KEY | psw::PROBLEM | psw::EXTENDED | psw::BASIC);
    let key = u64::from(authority & authority::KEY) << (psw::KEY_SHIFT - 4);
    let problem = if authority & authority::PROBLEM != 0 { psw::PROBLEM } else { 0 };
    // A return address that the 24-bit mode does not have makes the PSW invalid.
    Ok(trap::load_psw(cpu, others | key | problem | modes, target))
}

/// The trap control block: places, and bits of its first word.
mod block {
    pub(super) const SAVE_AREA: u64 = 12;
    pub(super) const PROGRAM: u64 = 20;
    /// The PSW is saved with 16 bytes.
    pub(super) const WIDE_PSW: u32 = 0x4_0000;
    /// General registers are saved with 64 bits.
    pub(super) const WIDE_REGISTERS: u32 = 0x2_0000;
}

/// Traps are enabled.
const TRAP_ENABLED: u32 = 1;

/// TRAP: the flags that are saved, the second operand's address, the next instruction's address; where to go on.
pub(crate) fn trap(cpu: &mut Cpu, [flags, operand, next, _]: Args) -> Out {
    let mask = trap::psw_mask(cpu);
    if mask & psw::DAT == 0 || mask >> psw::ASC_SHIFT & 3 > 1 {
        return Err(SPECIAL);
    }
    let enabled = word(cpu, origin(cpu) + at::TRAP)?;
    if enabled & TRAP_ENABLED == 0 {
        return Err(SPECIAL);
    }
    let control = u64::from(enabled & 0x7fff_fff8);
    let kind = home_word(cpu, control)?;
    let area = u64::from(home_word(cpu, control + block::SAVE_AREA)? & 0x7fff_fff8);
    let program = u64::from(home_word(cpu, control + block::PROGRAM)? & 0x7fff_ffff);
    let saved = save_area(cpu, kind, [flags, operand, next]);
    let place = in_home(cpu, area);
    place.check(cpu, saved.len())?;
    if kind & block::WIDE_PSW == 0 && mask & psw::EXTENDED != 0 {
        return Err(SPECIAL);
    }
    let mut trace = Trace::new(cpu);
    trace.branch(cpu, 31, program)?;
    trace.make(cpu);
    place.write(cpu, &saved)?;
    set_link(cpu, 15, control);
    // The trap program runs in the primary space with addresses of 31 bits.
    trap::set_psw_mask(cpu, mask & !(psw::ASC | psw::EXTENDED) | psw::BASIC);
    Ok(program)
}

/// An operand in the home space, with an address of 31 bits in all modes.
fn in_home(cpu: &Cpu, address: u64) -> Operand {
    Operand { address, space: mmu::HOME, key: spaces::psw_key(cpu), mask: 0x7fff_ffff }
}

fn home_word(cpu: &mut Cpu, address: u64) -> Result<u32, Fault> {
    let mut bytes = [0; 4];
    in_home(cpu, address).read(cpu, &mut bytes, Access::Read)?;
    Ok(u32::from_be_bytes(bytes))
}

/// What is stored in the trap save area (PoP, "TRAP").
fn save_area(cpu: &Cpu, kind: u32, [flags, operand, next]: [u64; 3]) -> Vec<u8> {
    let mask = trap::psw_mask(cpu);
    let mut words = vec![flags as u32, 0, operand as u32 & 0x7fff_ffff, cpu.reg(state::a(15)) as u32];
    let (high, low) = if kind & block::WIDE_PSW != 0 {
        (mask, next)
    } else {
        // Bits 0 to 32 of the PSW, bit 12 one, and the address behind them.
        (mask & !0x7fff_ffff | psw::SHORT | next & 0x7fff_ffff, 0)
    };
    words.extend([high, low].into_iter().flat_map(|double| [(double >> 32) as u32, double as u32]));
    for n in 0..16 {
        let value = general(cpu, n);
        if kind & block::WIDE_REGISTERS != 0 {
            words.push((value >> 32) as u32);
        }
        words.push(value as u32);
    }
    words.into_iter().flat_map(u32::to_be_bytes).collect()
}
