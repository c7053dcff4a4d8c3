//! Moves between address spaces and with other access keys, and CHECKSUM (PoP, "MOVE TO PRIMARY" and its kin, "CHECKSUM").

use cpu::Access;

use crate::mmu;
use crate::per;
use crate::psw;
use crate::storage;
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

const PAGE: u64 = 4096;
/// CR0: secondary-space control.
const CR0_SECONDARY: u64 = 1 << 26;
const SPECIAL: Fault = Fault::program(code::SPECIAL_OPERATION);
const PRIVILEGED: Fault = Fault::program(code::PRIVILEGED);

/// An operand: address, space, access key, and which bits of addresses count.
#[derive(Clone, Copy)]
pub(crate) struct Operand {
    pub(crate) address: u64,
    pub(crate) space: u8,
    pub(crate) key: u8,
    pub(crate) mask: u64,
}

/// What of an operand lies in one page.
struct Part {
    address: u64,
    absolute: u64,
    len: usize,
}

impl Operand {
    /// An operand whose addresses the addressing mode cuts.
    fn new(cpu: &Cpu, address: u64, space: u8, key: u8) -> Operand {
        Operand { address, space, key, mask: storage::address_mask(cpu) }
    }

    /// Where its bytes are, page by page.
    fn parts(self, cpu: &mut Cpu, len: usize, access: Access) -> Result<Vec<Part>, Fault> {
        let (mut at, mut parts) = (0, Vec::new());
        while at < len {
            let address = self.address.wrapping_add(at as u64) & self.mask;
            let n = ((PAGE - address % PAGE) as usize).min(len - at);
            let absolute = mmu::translate_with(cpu, address, access, self.space, self.key)?.phys;
            if cpu.bus().ram_page(absolute).is_none_or(|page| access == Access::Write && !page.writable) {
                return Err(Fault::program(code::ADDRESSING));
            }
            parts.push(Part { address, absolute, len: n });
            at += n;
        }
        Ok(parts)
    }

    /// Reads its bytes.
    pub(crate) fn read(self, cpu: &mut Cpu, bytes: &mut [u8], access: Access) -> Result<(), Fault> {
        let mut at = 0;
        for part in self.parts(cpu, bytes.len(), access)? {
            cpu.bus().read_bytes(part.absolute, &mut bytes[at..at + part.len]);
            at += part.len;
        }
        Ok(())
    }

    /// Whether so many bytes can be stored.
    pub(crate) fn check(self, cpu: &mut Cpu, len: usize) -> Result<(), Fault> {
        self.parts(cpu, len, Access::Write).map(drop)
    }

    /// Stores its bytes, all or none.
    pub(crate) fn write(self, cpu: &mut Cpu, bytes: &[u8]) -> Result<(), Fault> {
        let mut at = 0;
        for part in self.parts(cpu, bytes.len(), Access::Write)? {
            let done = cpu.phys_write_bytes(part.absolute, &bytes[at..at + part.len]);
            done.map_err(|_| Fault::program(code::ADDRESSING))?;
            per::stored(cpu, part.address, part.len as u64, self.space);
            at += part.len;
        }
        Ok(())
    }
}

/// Moves bytes, all or none.
fn copy(cpu: &mut Cpu, to: Operand, from: Operand, len: usize) -> Result<(), Fault> {
    let mut bytes = vec![0; len];
    from.read(cpu, &mut bytes, Access::Read)?;
    to.write(cpu, &bytes)
}

/// The key of the PSW.
pub(crate) fn psw_key(cpu: &Cpu) -> u8 {
    (cpu.state.psw_mask >> psw::KEY_SHIFT & 15) as u8
}

/// A key that the program names: in the problem state, control register 3 must allow it.
pub(crate) fn named_key(cpu: &Cpu, key: u64) -> Result<u8, Fault> {
    let key = (key >> 4 & 15) as u8;
    let allowed = cpu.state.psw_mask & psw::PROBLEM == 0 || cpu.state.cr[3] >> (31 - key) & 1 != 0;
    if allowed { Ok(key) } else { Err(PRIVILEGED) }
}

/// Moves as many bytes as a register says, but at most `most`; the condition code says whether it were more.
fn copy_true(cpu: &mut Cpu, to: Operand, from: Operand, r: u64, most: u64) -> Out {
    let full = general(cpu, r);
    let len = if storage::address_mask(cpu) == u64::MAX { full } else { full & 0xffff_ffff };
    copy(cpu, to, from, len.min(most) as usize)?;
    set_cc(cpu, if len > most { 3 } else { 0 });
    Ok(0)
}

/// MOVE TO PRIMARY, MOVE TO SECONDARY: addresses, both registers' numbers (in one), which.
pub(crate) fn move_space(cpu: &mut Cpu, [first, second, registers, to_secondary]: Args) -> Out {
    let (r1, r3) = (registers >> 4, registers & 15);
    let asc = cpu.state.psw_mask >> psw::ASC_SHIFT & 3;
    let dat = cpu.state.psw_mask & psw::DAT != 0;
    if !dat || cpu.state.cr[0] & CR0_SECONDARY == 0 || !matches!(asc, 0 | 2) {
        return Err(SPECIAL);
    }
    let named = general(cpu, r3);
    let (named, own) = (named_key(cpu, named)?, psw_key(cpu));
    let (primary, secondary) = match to_secondary {
        0 => (first, second),
        _ => (second, first),
    };
    let primary = Operand::new(cpu, primary, mmu::PRIMARY, own);
    let secondary = Operand::new(cpu, secondary, mmu::SECONDARY, named);
    let (to, from) = if to_secondary == 0 { (primary, secondary) } else { (secondary, primary) };
    copy_true(cpu, to, from, r1, 256)
}

/// MOVE WITH KEY: addresses, both registers' numbers (in one). The second operand has the key.
pub(crate) fn move_key(cpu: &mut Cpu, [first, second, registers, _]: Args) -> Out {
    let named = general(cpu, registers & 15);
    let (key, own) = (named_key(cpu, named)?, psw_key(cpu));
    let (to, from) = (storage::first(cpu), storage::second(cpu));
    let (to, from) = (Operand::new(cpu, first, to, own), Operand::new(cpu, second, from, key));
    copy_true(cpu, to, from, registers >> 4, 256)
}

/// MOVE WITH SOURCE KEY, MOVE WITH DESTINATION KEY: addresses, which; length and key in registers 0 and 1.
pub(crate) fn move_one_key(cpu: &mut Cpu, [first, second, destination, _]: Args) -> Out {
    let named = general(cpu, 1);
    let (key, own) = (named_key(cpu, named)?, psw_key(cpu));
    let spaces = (storage::first(cpu), storage::second(cpu));
    let len = (general(cpu, 0) & 0xff) as usize + 1;
    let (to, from) = if destination != 0 { (key, own) } else { (own, key) };
    let to = Operand::new(cpu, first, spaces.0, to);
    copy(cpu, to, Operand::new(cpu, second, spaces.1, from), len)?;
    Ok(0)
}

/// The key that an operand-access control of MVCOS gives.
fn control_key(cpu: &Cpu, oac: u64) -> Result<u8, Fault> {
    const KEY_GIVEN: u64 = 2;
    if oac & KEY_GIVEN != 0 { named_key(cpu, oac >> 8) } else { Ok(psw_key(cpu)) }
}

/// The space that it gives.
fn control_space(cpu: &Cpu, oac: u64) -> u8 {
    const SPACE_GIVEN: u64 = 1;
    let own = cpu.state.psw_mask >> psw::ASC_SHIFT & 3;
    let asc = if oac & SPACE_GIVEN != 0 { oac >> 6 & 3 } else { own };
    match asc {
        2 => mmu::SECONDARY,
        3 => mmu::HOME,
        _ => mmu::PRIMARY,
    }
}

/// MOVE WITH OPTIONAL SPECIFICATIONS: addresses, register of the length; controls in register 0.
pub(crate) fn move_optional(cpu: &mut Cpu, [first, second, r3, _]: Args) -> Out {
    if cpu.state.psw_mask & psw::DAT == 0 {
        return Err(SPECIAL);
    }
    let controls = general(cpu, 0);
    let (oac1, oac2) = (controls >> 16 & 0xffff, controls & 0xffff);
    // The home space is not for the problem state to store in.
    let problem = cpu.state.psw_mask & psw::PROBLEM != 0;
    let homeward = oac1 & 1 != 0 && oac1 >> 6 & 3 == 3;
    if problem && homeward {
        return Err(SPECIAL);
    }
    let (to_space, from_space) = (control_space(cpu, oac1), control_space(cpu, oac2));
    if cpu.state.cr[0] & CR0_SECONDARY == 0 && (to_space == mmu::SECONDARY || from_space == mmu::SECONDARY) {
        return Err(SPECIAL);
    }
    let (to_key, from_key) = (control_key(cpu, oac1)?, control_key(cpu, oac2)?);
    let to = Operand::new(cpu, first, to_space, to_key);
    let from = Operand::new(cpu, second, from_space, from_key);
    copy_true(cpu, to, from, r3, PAGE)
}

/// MOVE PAGE: both addresses, both registers' numbers; controls in register 0.
pub(crate) fn move_page(cpu: &mut Cpu, [first, second, registers, ..]: Args) -> Out {
    const RESERVED: u64 = 0xf000;
    const FIRST_KEY: u64 = 0x800;
    const SECOND_KEY: u64 = 0x400;
    const TELL: u64 = 0x100;
    let controls = general(cpu, 0);
    if controls & RESERVED != 0 || controls & (FIRST_KEY | SECOND_KEY) == FIRST_KEY | SECOND_KEY {
        return Err(Fault::SPECIFICATION);
    }
    let own = psw_key(cpu);
    let key = if controls & (FIRST_KEY | SECOND_KEY) != 0 { named_key(cpu, controls)? } else { own };
    let (to_key, from_key) = match controls & (FIRST_KEY | SECOND_KEY) {
        FIRST_KEY => (key, own),
        SECOND_KEY => (own, key),
        _ => (own, own),
    };
    let mask = storage::address_mask(cpu) & !(PAGE - 1);
    let to = Operand::new(cpu, first & mask, storage::first(cpu), to_key);
    let from = Operand::new(cpu, second & mask, storage::second(cpu), from_key);
    let absent = |fault: &Fault| controls & TELL != 0 && matches!(fault, Fault::Program { code: code::PAGE, .. });
    // PoP, "MOVE PAGE": a page that isn't there may be told of by the condition code.
    for (operand, access, cc) in [(from, Access::Read, 2), (to, Access::Write, 1)] {
        match operand.parts(cpu, PAGE as usize, access) {
            Err(fault) if absent(&fault) => {
                set_cc(cpu, cc);
                return Ok(0);
            }
            Err(fault) => {
                cpu.state.operand_access = registers as u8;
                return Err(fault);
            }
            Ok(_) => {}
        }
    }
    copy(cpu, to, from, PAGE as usize)?;
    set_cc(cpu, 0);
    Ok(0)
}

/// CR0: extraction authority.
const CR0_EXTRACTION: u64 = 1 << 27;

/// What may be extracted: with DAT alone, in the problem state with authority alone.
fn may_extract(cpu: &Cpu) -> Result<(), Fault> {
    if cpu.state.psw_mask & psw::DAT == 0 {
        return Err(SPECIAL);
    }
    let problem = cpu.state.psw_mask & psw::PROBLEM != 0;
    if problem && cpu.state.cr[0] & CR0_EXTRACTION == 0 { Err(PRIVILEGED) } else { Ok(()) }
}

/// EXTRACT PRIMARY ASN, EXTRACT SECONDARY ASN: number of the control register.
pub(crate) fn extract_asn(cpu: &mut Cpu, [number, ..]: Args) -> Out {
    may_extract(cpu)?;
    Ok(cpu.state.cr[number as usize & 15] & 0xffff)
}

/// INSERT VIRTUAL STORAGE KEY: access-control bits and fetch protection.
pub(crate) fn virtual_key(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    may_extract(cpu)?;
    let space = storage::first(cpu);
    let (real, _) = mmu::load_real(cpu, address, space).map_err(|miss| miss.fault)?;
    let absolute = mmu::real(cpu, real);
    cpu.bus().ram_page(absolute).ok_or(Fault::program(code::ADDRESSING))?;
    Ok(u64::from(crate::keys::storage_key(cpu, (absolute / PAGE) as usize) & 0xf8))
}

/// CHECKSUM: both registers' numbers. A part is done at a time.
pub(crate) fn checksum(cpu: &mut Cpu, [r1, r2, ..]: Args) -> Out {
    const PART: u64 = 8192;
    let mask = storage::address_mask(cpu);
    let wide = mask == u64::MAX;
    let length_mask = if wide { u64::MAX } else { 0xffff_ffff };
    let (address, len) = (general(cpu, r2) & mask, general(cpu, r2 + 1) & length_mask);
    let n = len.min(PART);
    let mut bytes = vec![0; n as usize];
    storage::read(cpu, address, &mut bytes)?;
    let words = bytes.chunks(4).map(|c| c.iter().fold(0, |all, b| all << 8 | u64::from(*b)) << (8 * (4 - c.len())));
    let mut sum = words.fold(general(cpu, r1) & 0xffff_ffff, u64::wrapping_add);
    while sum >> 32 != 0 {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
    }
    set_word(cpu, r1, sum);
    let (next, left) = (address.wrapping_add(n) & mask, len - n);
    if wide {
        set_general(cpu, r2, next);
        set_general(cpu, r2 + 1, left);
    } else {
        set_word(cpu, r2, next);
        set_word(cpu, r2 + 1, left);
    }
    set_cc(cpu, if left == 0 { 0 } else { 3 });
    Ok(0)
}
