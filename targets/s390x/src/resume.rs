//! RESUME PROGRAM (PoP, "RESUME PROGRAM").

use cpu::Access;

use crate::asn;
use crate::mmu;
use crate::psw;
use crate::spaces::{self, Operand};
use crate::state;
use crate::storage;
use crate::system::{set_general, set_word};
use crate::trace::{Origin, Trace};
use crate::trap::{self, Cpu, Fault, Out, code};

/// Flags of the parameter list: the PSW has 16 bytes, the general register has 64 bits, its halves lie apart.
mod flag {
    pub(super) const WIDE_PSW: u16 = 4;
    pub(super) const WIDE_REGISTER: u16 = 2;
    pub(super) const APART: u16 = 1;
    pub(super) const RESERVED: u16 = 0xfff8;
}

/// Halfwords of the parameter list that follows the instruction.
struct List {
    flags: u16,
    psw: u16,
    access: u16,
    general: u16,
    high: u16,
}

impl List {
    fn fetch(cpu: &mut Cpu, address: u64) -> Result<List, Fault> {
        let space = mmu::space(mmu::mode(cpu), Access::Fetch);
        let (key, mask) = (spaces::psw_key(cpu), storage::address_mask(cpu));
        let mut half = |n: u64| {
            let mut bytes = [0; 2];
            let place = Operand { address: address.wrapping_add(2 * n), space, key, mask };
            place.read(cpu, &mut bytes, Access::Fetch)?;
            Ok(u16::from_be_bytes(bytes))
        };
        let flags = half(0)?;
        if flags & flag::RESERVED != 0 {
            return Err(Fault::SPECIFICATION);
        }
        let apart = flags & (flag::WIDE_REGISTER | flag::APART) == flag::WIDE_REGISTER | flag::APART;
        Ok(List { flags, psw: half(1)?, access: half(2)?, general: half(3)?, high: if apart { half(4)? } else { 0 } })
    }
}

fn number<const N: usize>(cpu: &mut Cpu, base: u64, offset: u16) -> Out {
    let mut bytes = [0; N];
    storage::read(cpu, base.wrapping_add(offset.into()) & storage::address_mask(cpu), &mut bytes)?;
    Ok(bytes.iter().fold(0, |all, b| all << 8 | u64::from(*b)))
}

/// The general register's new value.
enum General {
    Word(u64),
    All(u64),
}

/// RESUME PROGRAM: register, second operand's address, that of the parameter list, that of the next instruction; where to go on.
pub(crate) fn perform(cpu: &mut Cpu, [b2, base, list, next]: [u64; 4]) -> Out {
    let list = List::fetch(cpu, list)?;
    let wide = list.flags & flag::WIDE_PSW != 0;
    let fields = number::<8>(cpu, base, list.psw)?;
    let address = if wide { number::<8>(cpu, base, list.psw.wrapping_add(8))? } else { fields & 0x7fff_ffff };
    let access = number::<4>(cpu, base, list.access)?;
    let general = match list.flags & (flag::WIDE_REGISTER | flag::APART) {
        flag::WIDE_REGISTER => General::All(number::<8>(cpu, base, list.general)?),
        0 | flag::APART => General::Word(number::<4>(cpu, base, list.general)?),
        _ => {
            let low = number::<4>(cpu, base, list.general)?;
            General::All(number::<4>(cpu, base, list.high)? << 32 | low)
        }
    };
    // Bits 16 to 23, 31 and 32 of the PSW are those of the field.
    const REPLACED: u64 = psw::ASC | psw::CC | psw::PROGRAM_MASK | psw::EXTENDED | psw::BASIC;
    let old = trap::psw_mask(cpu);
    let new = old & !REPLACED | fields & REPLACED;
    let mut trace = Trace::new(cpu);
    trace.mode_branch(cpu, Origin::new(cpu, next), psw::address_bits(new), address)?;
    if new & psw::DAT != 0 && new & psw::PROBLEM != 0 && new & psw::ASC == psw::ASC {
        return Err(Fault::program(code::PRIVILEGED));
    }
    // Of the 16 bytes, those between the addressing mode and the address are zero.
    let reserved = wide && fields & (psw::BASIC - 1) != 0;
    if reserved || psw::is_invalid(new, address) || address & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    trace.make(cpu);
    trap::set_psw_mask(cpu, new);
    cpu.set_reg(state::a(b2 as u8), access);
    match general {
        General::Word(value) => set_word(cpu, b2, value),
        General::All(value) => set_general(cpu, b2, value),
    }
    asn::switched_home(cpu, old, address)
}
