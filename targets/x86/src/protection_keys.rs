//! Protection keys for user pages (SDM volume 3A, "Protection Keys"): RDPKRU, WRPKRU, and what the register forbids.

use uop::Width;

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift};
use crate::state::{self, bit};
use crate::trap::{Cpu, Fault, Out};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Rdpkru @F7_ECX.3 |l| access(l, 0);
    Wrpkru @F7_ECX.3 |l| access(l, 1);
};

fn access(l: &Lift<'_>, write: u64) -> Flow {
    l.ir.call(helper::PKRU, &[l.k(write)]);
    Flow::Next
}

/// RDPKRU (0) and WRPKRU (1).
pub(crate) fn run(cpu: &mut Cpu, [write, ..]: [u64; 4]) -> Out {
    if cpu.state.cr4 & bit::PKE == 0 {
        return Err(Fault::UD);
    }
    let low = |reg| Width::W32.cut(cpu.reg(reg));
    if low(state::RCX) != 0 || write != 0 && low(state::RDX) != 0 {
        return Err(Fault::GP0);
    }
    if write != 0 {
        let value = low(state::RAX) as u32;
        set(cpu, value);
    } else {
        cpu.set_reg(state::RAX, cpu.state.pkru.into());
        cpu.set_reg(state::RDX, 0);
    }
    Ok(0)
}

/// Sets PKRU; the TLB has what the old one allowed.
pub(crate) fn set(cpu: &mut Cpu, value: u32) {
    if std::mem::replace(&mut cpu.state.pkru, value) != value && cpu.state.cr4 & bit::PKE != 0 {
        cpu.flush_tlb();
    }
}

/// Whether data of a user page with key `key` may not be read, and not be written: supervisors write where CR0.WP is 0.
pub(crate) fn forbids(cpu: &Cpu, key: u64, user: bool) -> (bool, bool) {
    let s = &cpu.state;
    if s.cr4 & bit::PKE == 0 || s.efer & bit::LMA == 0 {
        return (false, false);
    }
    let rights = s.pkru >> (2 * (key & 15));
    let all = rights & 1 != 0;
    (all, all || rights & 2 != 0 && (user || s.cr0 & bit::WP != 0))
}
