//! The linkage stack (PoP, "Linkage Stack"): BRANCH AND STACK, PROGRAM RETURN, and what looks at the last state entry or modifies it.
//!
//! The stack lies in the home space, in sections that begin with a header entry and end with a trailer entry; control register 15 holds the
//! address of the last entry's descriptor. No key protects it.

use cpu::Access;
use uop::Width;

use crate::asn;
use crate::mmu;
use crate::psw;
use crate::state;
use crate::system::{general, set_general, set_word};
use crate::trace::{Origin, Return, Trace};
use crate::trap::{self, Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// Bytes of a state entry, its descriptor included.
const ENTRY: u64 = 296;
/// Bytes of a descriptor, which ends every entry.
const DESCRIPTOR: u64 = 8;
/// Where the next entry's size is in a descriptor.
const NEXT_SIZE: u64 = 4;
/// The last bit of a header's or trailer's address: there is such a section.
const VALID: u64 = 1;

/// Types of entries.
mod kind {
    pub(super) const HEADER: u8 = 0x09;
    pub(super) const BRANCH: u8 = 0x0c;
    pub(super) const CALL: u8 = 0x0d;
}

/// Places in a state entry ("Linkage-Stack State Entries").
mod at {
    pub(super) const KEYS: usize = 128;
    pub(super) const MASK: usize = 136;
    pub(super) const CALLED: usize = 144;
    pub(super) const MODIFIABLE: usize = 152;
    pub(super) const ADDRESS: usize = 168;
    /// From here to the access registers nothing is stored.
    pub(super) const GAP: usize = 176;
    pub(super) const ACCESS: usize = 224;
}

/// An entry descriptor.
#[derive(Clone, Copy)]
struct Descriptor {
    /// Unstack suppression.
    stays: bool,
    kind: u8,
    section: u8,
    /// Remaining free space of the section behind the entry.
    free: u16,
}

impl Descriptor {
    fn decode(word: u64) -> Descriptor {
        let kind = (word >> 56) as u8;
        Descriptor { stays: kind >> 7 != 0, kind: kind & 0x7f, section: (word >> 48) as u8, free: (word >> 32) as u16 }
    }

    fn encode(self) -> u64 {
        u64::from(self.stays) << 63
            | u64::from(self.kind) << 56
            | u64::from(self.section) << 48
            | u64::from(self.free) << 32
    }
}

/// Translates a byte of the stack: its absolute address.
fn place(cpu: &mut Cpu, address: u64, access: Access) -> Result<u64, Fault> {
    let phys = mmu::translate_with(cpu, address, access, mmu::HOME, 0)?.phys;
    cpu.bus().ram_page(phys).ok_or(Fault::program(code::ADDRESSING))?;
    Ok(phys)
}

/// A doubleword of the stack.
fn word(cpu: &mut Cpu, address: u64) -> Out {
    let phys = place(cpu, address, Access::Read)?;
    cpu.phys_read(phys, Width::W64, bits::Endian::Big).map_err(|_| Fault::program(code::ADDRESSING))
}

fn descriptor(cpu: &mut Cpu, address: u64) -> Result<Descriptor, Fault> {
    word(cpu, address).map(Descriptor::decode)
}

/// Looks whether doublewords of the stack can be stored.
fn check(cpu: &mut Cpu, address: u64, len: u64) -> Result<(), Fault> {
    for n in (0..len).step_by(8) {
        place(cpu, address.wrapping_add(n), Access::Write)?;
    }
    Ok(())
}

/// Stores in the stack what [`check`] has looked at.
fn store(cpu: &mut Cpu, address: u64, bytes: &[u8]) -> Result<(), Fault> {
    for (n, part) in (0..).step_by(8).zip(bytes.chunks(8)) {
        let phys = place(cpu, address.wrapping_add(n), Access::Write)?;
        cpu.phys_write_bytes(phys, part).map_err(|_| Fault::program(code::ADDRESSING))?;
    }
    Ok(())
}

/// The instructions of the stack need DAT and, but for those that only look, the primary or the access-register mode.
fn check_mode(cpu: &Cpu, also_home: bool) -> Result<(), Fault> {
    let asc = cpu.state.psw_mask >> psw::ASC_SHIFT & 3;
    let allowed = asc < 2 || asc == 3 && also_home;
    let right = cpu.state.psw_mask & psw::DAT != 0 && allowed;
    if right { Ok(()) } else { Err(Fault::program(code::SPECIAL_OPERATION)) }
}

/// Addressing mode and address in one, as registers and the stack hold them: bit 63 tells the 64-bit mode, else bit 32 the 31-bit mode.
pub(crate) fn with_mode(mask: u64, address: u64) -> u64 {
    match psw::address_bits(mask) {
        64 => address | 1,
        31 => address & 0x7fff_ffff | 0x8000_0000,
        _ => address & 0xff_ffff,
    }
}

/// The mode bits of the PSW, and the address, of such a value.
pub(crate) fn mode_of(value: u64) -> (u64, u64) {
    match value {
        v if v & 1 != 0 => (psw::EXTENDED | psw::BASIC, v & !1),
        v if v & 0x8000_0000 != 0 => (psw::BASIC, v & 0x7fff_ffff),
        v => (0, v & 0xff_ffff),
    }
}

/// BRANCH AND STACK: both registers' numbers, the next instruction's address; where to go on.
pub(crate) fn branch_and_stack(cpu: &mut Cpu, [r1, r2, next, _]: Args) -> Out {
    check_mode(cpu, false)?;
    let mask = trap::psw_mask(cpu);
    let limit = bits::mask(psw::address_bits(mask));
    let target = if r2 == 0 { next } else { general(cpu, r2) & limit };
    let returns = if r1 == 0 { with_mode(mask, next) } else { general(cpu, r1) };
    let mut trace = Trace::new(cpu);
    if r2 != 0 {
        trace.branch(cpu, psw::address_bits(mask), target)?;
    }
    push(cpu, kind::BRANCH, returns, with_mode(mask, target))?;
    trace.make(cpu);
    Ok(target)
}

/// Forms a state entry of a program call.
pub(crate) fn push_call(cpu: &mut Cpu, next: u64, called: u64) -> Result<(), Fault> {
    let returns = with_mode(cpu.state.psw_mask, next);
    push(cpu, kind::CALL, returns, called)
}

/// Forms a state entry ("Stacking Process"), all or nothing.
fn push(cpu: &mut Cpu, kind: u8, returns: u64, called: u64) -> Result<(), Fault> {
    let old = cpu.state.cr[15] & !7;
    let (mut last, mut section) = (old, descriptor(cpu, old)?);
    let mut backward = None;
    if u64::from(section.free) < ENTRY {
        if section.free & 7 != 0 {
            return Err(Fault::program(code::STACK_SPECIFICATION));
        }
        let forward = word(cpu, old.wrapping_add(DESCRIPTOR + u64::from(section.free)))?;
        if forward & VALID == 0 {
            return Err(Fault::program(code::STACK_FULL));
        }
        last = forward & !7;
        section = descriptor(cpu, last)?;
        if u64::from(section.free) < ENTRY {
            return Err(Fault::program(code::STACK_SPECIFICATION));
        }
        backward = Some(last.wrapping_sub(8));
        check(cpu, last.wrapping_sub(8), 8)?;
    }
    let new = last.wrapping_add(DESCRIPTOR);
    check(cpu, new, ENTRY)?;
    let phys = place(cpu, last.wrapping_add(NEXT_SIZE), Access::Write)?;
    let bytes =
        entry(cpu, Descriptor { stays: false, kind, free: section.free - ENTRY as u16, ..section }, returns, called);
    if let Some(address) = backward {
        store(cpu, address, &(old | VALID).to_be_bytes())?;
    }
    let (state, access) = (&bytes[..at::GAP], &bytes[at::ACCESS..]);
    store(cpu, new, state)?;
    store(cpu, new.wrapping_add(at::ACCESS as u64), access)?;
    let size = (ENTRY as u16).to_be_bytes();
    cpu.phys_write_bytes(phys, &size).map_err(|_| Fault::program(code::ADDRESSING))?;
    cpu.state.cr[15] = last.wrapping_add(ENTRY);
    Ok(())
}

/// What a state entry holds.
fn entry(cpu: &Cpu, descriptor: Descriptor, returns: u64, called: u64) -> [u8; ENTRY as usize] {
    let mut bytes = [0; ENTRY as usize];
    let mut put = |at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_be_bytes());
    for n in 0..16 {
        put(8 * n, cpu.reg(state::r(n as u8)));
    }
    let cr = &cpu.state.cr;
    let half = |value: u64, shift: u32| value >> shift & 0xffff;
    put(at::KEYS, half(cr[3], 16) << 48 | half(cr[3], 0) << 32 | half(cr[8], 16) << 16 | half(cr[4], 0));
    let (modes, address) = mode_of(returns);
    put(at::MASK, trap::psw_mask(cpu) & !(psw::EXTENDED | psw::BASIC) | modes);
    put(at::CALLED, called);
    put(at::ADDRESS, address);
    for n in (0..16).step_by(2) {
        put(at::ACCESS + 4 * n, cpu.reg(state::a(n as u8)) << 32 | cpu.reg(state::a(n as u8 + 1)));
    }
    put((ENTRY - DESCRIPTOR) as usize, descriptor.encode());
    bytes
}

/// The last state entry.
struct Last {
    /// Where it begins.
    start: u64,
    kind: u8,
}

/// Finds the last state entry; `unstacks` says that it is to be removed, which it may forbid.
fn last(cpu: &mut Cpu, unstacks: bool) -> Result<Last, Fault> {
    let mut at = cpu.state.cr[15] & !7;
    let mut found = descriptor(cpu, at)?;
    let refused =
        |found: Descriptor| if unstacks && found.stays { Err(Fault::program(code::STACK_OPERATION)) } else { Ok(()) };
    if found.kind == kind::HEADER {
        refused(found)?;
        let backward = word(cpu, at.wrapping_sub(8))?;
        if backward & VALID == 0 {
            return Err(Fault::program(code::STACK_EMPTY));
        }
        at = backward & !7;
        found = descriptor(cpu, at)?;
        if found.kind == kind::HEADER {
            return Err(Fault::program(code::STACK_SPECIFICATION));
        }
    }
    if !matches!(found.kind, kind::BRANCH | kind::CALL) {
        return Err(Fault::program(code::STACK_TYPE));
    }
    refused(found)?;
    Ok(Last { start: at.wrapping_sub(ENTRY - DESCRIPTOR), kind: found.kind })
}

impl Last {
    /// A doubleword of the entry.
    fn word(&self, cpu: &mut Cpu, at: usize) -> Out {
        word(cpu, self.start.wrapping_add(at as u64))
    }
}

/// What a state entry goes back to, for tracing.
fn returning_to(words: &[u64; ENTRY as usize / 8]) -> Return {
    Return { mask: words[at::MASK / 8], address: words[at::ADDRESS / 8], asn: words[at::KEYS / 8] as u16 }
}

/// PROGRAM RETURN: the next instruction's address; where to go on ("Unstacking Process").
pub(crate) fn program_return(cpu: &mut Cpu, [next, ..]: Args) -> Out {
    check_mode(cpu, false)?;
    let last = last(cpu, true)?;
    let mut words = [0; ENTRY as usize / 8];
    for (n, word) in words.iter_mut().enumerate() {
        *word = last.word(cpu, 8 * n)?;
    }
    let before = last.start.wrapping_sub(DESCRIPTOR);
    let size = place(cpu, before.wrapping_add(NEXT_SIZE), Access::Write)?;
    let keys = words[at::KEYS / 8];
    let (from, to) = (Origin::new(cpu, next), returning_to(&words));
    let mut trace = Trace::new(cpu);
    match last.kind {
        kind::CALL => trace.returns(cpu, from, &to)?,
        _ => trace.mode(cpu, from, psw::address_bits(to.mask))?,
    }
    let spaces = if last.kind == kind::CALL { Some(asn::returning(cpu, keys)?) } else { None };
    cpu.phys_write_bytes(size, &[0; 2]).map_err(|_| Fault::program(code::ADDRESSING))?;
    trace.make(cpu);
    for n in 2..15 {
        cpu.set_reg(state::r(n), words[usize::from(n)]);
        let pair = words[at::ACCESS / 8 + usize::from(n) / 2];
        cpu.set_reg(state::a(n), if n & 1 == 0 { pair >> 32 } else { pair & 0xffff_ffff });
    }
    cpu.state.cr[15] = before;
    // The PER mask stays.
    let mask = words[at::MASK / 8] & !psw::PER | cpu.state.psw_mask & psw::PER;
    let next = trap::load_psw(cpu, mask, words[at::ADDRESS / 8]);
    cpu.flush_tlb();
    match spaces {
        Some(spaces) => {
            spaces.enter(cpu);
            spaces.end(cpu, next)
        }
        None => Ok(next),
    }
}

/// EXTRACT STACKED REGISTERS: both registers' numbers, whether general registers have all their bits.
pub(crate) fn extract_registers(cpu: &mut Cpu, [r1, r2, long, _]: Args) -> Out {
    check_mode(cpu, true)?;
    let last = last(cpu, false)?;
    let numbers: Vec<u8> = (0..=r2.wrapping_sub(r1) & 15).map(|n| ((r1 + n) & 15) as u8).collect();
    let mut values = Vec::with_capacity(numbers.len());
    for &n in &numbers {
        let pair = last.word(cpu, at::ACCESS + 8 * usize::from(n / 2))?;
        values.push((last.word(cpu, 8 * usize::from(n))?, if n & 1 == 0 { pair >> 32 } else { pair & 0xffff_ffff }));
    }
    for (n, (value, access)) in numbers.into_iter().zip(values) {
        if long != 0 {
            set_general(cpu, n.into(), value);
        } else {
            set_word(cpu, n.into(), value);
        }
        cpu.set_reg(state::a(n), access);
    }
    Ok(0)
}

/// EXTRACT STACKED STATE: an even register, the code in the second one's value. The condition code tells the entry's type.
pub(crate) fn extract_state(cpu: &mut Cpu, [r1, code, ..]: Args) -> Out {
    // Code 5 goes with ASN-and-LX reuse, which no CPU of ours has.
    const LONGEST: u64 = 4;
    check_mode(cpu, true)?;
    let code = code & 0xff;
    if r1 & 1 != 0 || code > LONGEST {
        return Err(Fault::SPECIFICATION);
    }
    let last = last(cpu, false)?;
    match code {
        1 => {
            let (mask, address) = (last.word(cpu, at::MASK)?, last.word(cpu, at::ADDRESS)?);
            // PoP, "EXTRACT STACKED STATE": a short PSW, whose last bit is one where the address does not fit.
            let fits = address >> 31 == 0;
            set_word(cpu, r1, (mask >> 32) | psw::SHORT >> 32);
            set_word(cpu, r1 + 1, mask & psw::BASIC | address & 0x7fff_ffff | u64::from(!fits));
        }
        4 => {
            let (mask, address) = (last.word(cpu, at::MASK)?, last.word(cpu, at::ADDRESS)?);
            set_general(cpu, r1, mask);
            set_general(cpu, r1 + 1, address);
        }
        _ => {
            let value = last.word(cpu, [at::KEYS, 0, at::CALLED, at::MODIFIABLE][code as usize])?;
            set_word(cpu, r1, value >> 32);
            set_word(cpu, r1 + 1, value & 0xffff_ffff);
        }
    }
    set_cc(cpu, u64::from(last.kind == kind::CALL));
    Ok(0)
}

/// MODIFY STACKED STATE: an even register.
pub(crate) fn modify_state(cpu: &mut Cpu, [r1, ..]: Args) -> Out {
    check_mode(cpu, true)?;
    if r1 & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let last = last(cpu, false)?;
    let value = general(cpu, r1) << 32 | general(cpu, r1 + 1) & 0xffff_ffff;
    store(cpu, last.start.wrapping_add(at::MODIFIABLE as u64), &value.to_be_bytes())?;
    Ok(0)
}
