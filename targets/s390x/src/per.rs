//! Program-event recording (PoP, "Program-Event Recording").
//!
//! While the PSW asks for it, each instruction is evaluated on the spot, so that its events are known when it has ended.

use uop::Width;

use crate::execute;
use crate::mmu;
use crate::psw;
use crate::state::State;
use crate::target::Single;
use crate::trap::{self, Cpu, Fault, Out, code};

/// Events that control register 9 chooses, and bits of the PER code that tells them.
mod event {
    pub(super) const BRANCH: (u64, u8) = (0x8000_0000, 0x80);
    pub(super) const FETCH: (u64, u8) = (0x4000_0000, 0x40);
    pub(super) const STORE: (u64, u8) = (0x2000_0000, 0x20);
    pub(super) const STORE_REAL: (u64, u8) = (0x0800_0000, 0x28);
    /// The PER code's bit of an instruction that has not been executed for that.
    pub(super) const NULLIFIED: u8 = 0x01;
    pub(super) const ALL: u64 = BRANCH.0 | FETCH.0 | STORE.0 | STORE_REAL.0;
}

/// Control register 9: branches count only where they lead into the range.
const BRANCH_ADDRESS: u64 = 0x0080_0000;
/// Control register 9: instructions in the range are nullified.
const NULLIFY: u64 = 0x0100_0000;
/// Control register 9: stores count only in spaces whose address-space-control element says so.
const STORE_SPACE: u64 = 0x0020_0000;
/// An address-space-control element: storage-alteration events.
const ASCE_EVENTS: u64 = 0x80;

/// Where the PER code, the address and the access identification are stored.
const PER_CODE: u64 = 0x96;
const PER_ADDRESS: u64 = 0x98;

/// What has been seen of the instruction at work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// The PER code; 0 while nothing has.
    code: u8,
    /// Addressing-and-translation-mode identification, and which space a store was to.
    mode: u8,
    /// Address of the instruction.
    address: u64,
    /// It has switched spaces: the argument of the space-switch event that a program event brings with it.
    switched: Option<u64>,
}

impl Seen {
    /// Notes that the instruction has switched from one space to another, and would say so with this argument.
    pub(crate) fn note_switch(&mut self, arg: u64) {
        self.switched = Some(arg);
    }
}

/// Whether instructions must be watched.
pub(crate) fn watches(state: &State) -> bool {
    state.psw_mask & psw::PER != 0 && state.cr[9] & event::ALL != 0
}

/// Whether an address lies in the range of control registers 10 and 11, which may wrap.
fn in_range(state: &State, address: u64) -> bool {
    let (first, last) = (state.cr[10], state.cr[11]);
    if first <= last { (first..=last).contains(&address) } else { address >= first || address <= last }
}

/// Whether any of so many bytes does.
fn touches(state: &State, address: u64, len: u64) -> bool {
    in_range(state, address) || (1..len).any(|n| in_range(state, address.wrapping_add(n)))
}

fn wants(state: &State, bit: u64) -> bool {
    watches(state) && state.cr[9] & bit != 0
}

/// Notes a store of an instruction that is being watched.
pub(crate) fn stored(cpu: &mut Cpu, address: u64, len: u64, space: u8) {
    if !wants(&cpu.state, event::STORE.0) || !touches(&cpu.state, address, len) {
        return;
    }
    let chosen = space == mmu::REAL || mmu::asce(&cpu.state, space) & ASCE_EVENTS != 0;
    if cpu.state.cr[9] & STORE_SPACE != 0 && !chosen {
        return;
    }
    let identification = match space {
        mmu::SECONDARY => 2,
        mmu::HOME => 3,
        mmu::FIRST | mmu::SECOND => 1,
        _ => 0,
    };
    let seen = &mut cpu.state.per;
    seen.code |= event::STORE.1;
    seen.mode = seen.mode & !3 | identification;
}

/// Notes STORE USING REAL ADDRESS.
pub(crate) fn stored_real(cpu: &mut Cpu) {
    if wants(&cpu.state, event::STORE_REAL.0) {
        cpu.state.per.code |= event::STORE_REAL.1;
    }
}

/// Whether an instruction is a branch: one that goes elsewhere has branched.
fn branches(bits: u64, width: u32) -> bool {
    let first = (bits >> (8 * width - 8)) as u8;
    let nibble = (bits >> (8 * width - 16) & 15) as u8;
    let last = bits as u8;
    match first {
        0x05..=0x07 | 0x0b..=0x0d | 0x45..=0x47 | 0x4d | 0x84..=0x87 => true,
        0xa7 => (4..=7).contains(&nibble),
        0xc0 => matches!(nibble, 4 | 5),
        0xcc => nibble == 6,
        0xe3 => matches!(last, 0x46 | 0x47),
        0xeb => matches!(last, 0x44 | 0x45),
        0xec => {
            matches!(last, 0x44 | 0x45 | 0x64 | 0x65 | 0x76 | 0x77 | 0x7c..=0x7f | 0xe4 | 0xe5 | 0xf6 | 0xf7 | 0xfc..=0xff)
        }
        // Branch and stack, branch in subspace group, branch and set authority; program transfer and call; program return.
        // Resume program, trap.
        0xb2 => matches!(bits >> 16 & 0xff, 0x18 | 0x28 | 0x40 | 0x58 | 0x5a | 0x77 | 0xff),
        0x01 => matches!(last, 0x01 | 0xff),
        // The execute instructions: what they execute decides, and it alone can lead elsewhere.
        0x44 | 0xc6 => true,
        _ => false,
    }
}

/// Executes the instruction at `pc` and looks for events: its address, encoding and length. Where to go on.
pub(crate) fn step(cpu: &mut Cpu, [pc, bits, width, _]: [u64; 4]) -> Out {
    let mode = mmu::mode(cpu);
    let width = width as u32;
    let mask = cpu.state.psw_mask;
    // PSW bits 31, 1, 32, 5, 16 and 17.
    let identification =
        (mask >> 32 & 1) << 7 | 1 << 6 | (mask >> 31 & 1) << 5 | (mask >> 58 & 1) << 4 | (mask >> 46 & 3) << 2;
    cpu.state.per = Seen { code: 0, mode: identification as u8, address: pc, switched: None };
    if wants(&cpu.state, event::FETCH.0) && in_range(&cpu.state, pc) {
        cpu.state.per.code = event::FETCH.1;
        if cpu.state.cr[9] & NULLIFY != 0 {
            cpu.state.per.code |= event::NULLIFIED;
            return Err(Fault::Event { next: pc });
        }
    }
    let fallthrough = pc.wrapping_add(width.into()) & bits::mask(crate::mode::address_bits(mode));
    let watched = wants(&cpu.state, event::BRANCH.0);
    let branch = watched && branches(bits, width);
    let one = Single { pc, bits, width, ilc: width, origin: pc, mode: mode & !crate::mode::PER };
    let next = execute::evaluate(cpu, one)?;
    if branch && next != fallthrough && (cpu.state.cr[9] & BRANCH_ADDRESS == 0 || in_range(&cpu.state, next)) {
        cpu.state.per.code |= event::BRANCH.1;
    }
    match cpu.state.per {
        Seen { code: 0, .. } => Ok(next),
        // PoP, "Space-Switch Event": where a program event is to be told, so is that.
        Seen { switched: Some(arg), .. } => Err(Fault::Completed { code: code::SPACE_SWITCH, arg, next }),
        _ => Err(Fault::Event { next }),
    }
}

/// Takes the events seen: what they add to the code of a program interruption. They are stored then.
pub(crate) fn report(cpu: &mut Cpu) -> u32 {
    let seen = std::mem::take(&mut cpu.state.per);
    if seen.code == 0 {
        return 0;
    }
    trap::store(cpu, PER_CODE, u64::from(seen.code) << 8 | u64::from(seen.mode), Width::W16);
    trap::store(cpu, PER_ADDRESS, seen.address, Width::W64);
    code::PER
}

/// Whether anything has been seen.
pub(crate) fn pending(cpu: &Cpu) -> bool {
    cpu.state.per.code != 0
}
