//! Debug registers and single step (SDM volume 3B, "Debug, Branch Profile, TSC, and Intel Resource Director Technology Features").

use cpu::Access;

use crate::state::{State, bit};
use crate::trap::{Cpu, Fault, Out};

/// Bits of DR6.
pub(crate) mod dr6 {
    /// An access to a debug register was about to be made.
    pub(crate) const BD: u64 = 1 << 13;
    /// Single step.
    pub(crate) const BS: u64 = 1 << 14;
    /// A task whose TSS has the T bit.
    pub(crate) const BT: u64 = 1 << 15;
}

/// DR7: accesses to debug registers raise #DB.
const GD: u64 = 1 << 13;

/// What a breakpoint waits for: the R/W field of DR7.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Execute,
    Write,
    Port,
    Access,
}

fn kind(dr7: u64, n: usize) -> Kind {
    [Kind::Execute, Kind::Write, Kind::Port, Kind::Access][(dr7 >> (16 + 4 * n) & 3) as usize]
}

/// Bytes of breakpoint `n`: LEN 0, 1, 3, 2 is 1, 2, 4, 8.
fn bytes(dr7: u64, n: usize) -> u64 {
    [1, 2, 8, 4][(dr7 >> (18 + 4 * n) & 3) as usize]
}

fn is_enabled(dr7: u64, n: usize) -> bool {
    dr7 >> (2 * n) & 3 != 0
}

/// Whether any breakpoint is enabled.
pub(crate) fn any(s: &State) -> bool {
    s.dr[7] & 0xff != 0
}

/// The breakpoints (a bit each) of the kinds that `wanted` picks and that `address` to `address + len` touches; none unless one of them
/// is enabled.
fn hits(s: &State, address: u64, len: u64, wanted: impl Fn(Kind) -> bool) -> u64 {
    let dr7 = s.dr[7];
    let mut bits = 0;
    let mut enabled = false;
    for n in (0..4).filter(|n| wanted(kind(dr7, *n))) {
        let size = bytes(dr7, n);
        let start = s.dr[n] & !(size - 1);
        let touches = address.wrapping_sub(start) < size || start.wrapping_sub(address) < len;
        if touches {
            bits |= 1 << n;
            enabled |= is_enabled(dr7, n);
        }
    }
    if enabled { bits } else { 0 }
}

/// Before an instruction, while the mode asks for it: instruction breakpoints, RF, single step.
pub(crate) fn begin(cpu: &mut Cpu, [pc, ..]: [u64; 4]) -> Out {
    let s = &mut cpu.state;
    if s.eflags & bit::RF == 0 && !s.shadow_ss {
        let found = hits(s, pc, 1, |k| k == Kind::Execute);
        if found != 0 {
            return Err(Fault::Breakpoint { bits: found });
        }
    }
    s.eflags &= !bit::RF;
    if s.eflags & bit::TF != 0 {
        s.debug_trap |= dr6::BS;
    }
    Ok(0)
}

/// Notes a data access: its trap comes behind the instruction. Whether the page may be kept in the TLB.
pub(crate) fn note_access(cpu: &mut Cpu, address: u64, access: Access) -> bool {
    if !any(&cpu.state) || access == Access::Fetch {
        return true;
    }
    let data = |k: Kind| k == Kind::Access || k == Kind::Write;
    let page = address & !0xfff;
    if hits(&cpu.state, page, 0x1000, data) == 0 {
        return true;
    }
    let wanted = |k: Kind| k == Kind::Access || k == Kind::Write && access == Access::Write;
    let len = cpu.access_len().into();
    cpu.state.debug_trap |= hits(&cpu.state, address, len, wanted);
    false
}

/// Notes an access to a port.
pub(crate) fn note_port(cpu: &mut Cpu, port: u64, len: u64) {
    if cpu.state.cr4 & bit::DE != 0 && any(&cpu.state) {
        cpu.state.debug_trap |= hits(&cpu.state, port, len, |k| k == Kind::Port);
    }
}

/// #DB before an access to a debug register while DR7.GD is set; #UD for DR4 and DR5 with CR4.DE.
fn check(cpu: &Cpu, n: usize) -> Result<usize, Fault> {
    let alias = n == 4 || n == 5;
    if alias && cpu.state.cr4 & bit::DE != 0 {
        return Err(Fault::UD);
    }
    if cpu.state.dr[7] & GD != 0 {
        return Err(Fault::Breakpoint { bits: dr6::BD });
    }
    Ok(if alias { n + 2 } else { n })
}

/// MOV from debug register `n`.
pub(crate) fn read(cpu: &mut Cpu, n: usize) -> Out {
    let n = check(cpu, n)?;
    Ok(cpu.state.dr[n])
}

/// MOV to debug register `n`.
pub(crate) fn write(cpu: &mut Cpu, n: usize, value: u64) -> Out {
    let n = check(cpu, n)?;
    if n > 3 && value >> 32 != 0 {
        return Err(Fault::GP0);
    }
    cpu.state.dr[n] = match n {
        6 => value & 0xe00f | 0xffff_0ff0,
        7 => value & 0xffff_2bff | 0x400,
        _ => value,
    };
    // Pages with data breakpoints are kept out of the TLB.
    cpu.flush_tlb();
    Ok(0)
}

/// Puts the reasons of a #DB into DR6, and lets the handler use the debug registers.
pub(crate) fn deliver(cpu: &mut Cpu, bits: u64) {
    let s = &mut cpu.state;
    if bits & 15 != 0 {
        s.dr[6] &= !15;
    }
    s.dr[6] |= bits & 0xffff;
    s.dr[7] &= !GD;
}

/// A switch to another task: local breakpoints are disabled, and the T bit of its TSS asks for a trap.
pub(crate) fn task_switch(cpu: &mut Cpu, t: bool) {
    cpu.state.dr[7] &= !0x155;
    if t {
        cpu.state.debug_trap |= dr6::BT;
    }
    cpu.flush_tlb();
}
