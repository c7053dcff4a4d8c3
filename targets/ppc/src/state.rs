//! The register file, and the state beside it.

use serde::{Deserialize, Serialize};
use uop::{Reg, Width};

use crate::model::Model;

/// First slot of the condition register: a slot for each of its eight fields.
const CR0: u16 = 32;
/// XER.SO, OV, CA, OV32, CA32.
pub const SO: Reg = Reg(40);
/// XER.OV.
pub const OV: Reg = Reg(41);
/// XER.CA.
pub const CA: Reg = Reg(42);
/// XER.OV32 (Power ISA 3.0).
pub const OV32: Reg = Reg(43);
/// XER.CA32 (Power ISA 3.0).
pub const CA32: Reg = Reg(44);
/// The rest of XER: the byte count, and bits that mean nothing.
pub const XER_REST: Reg = Reg(45);
/// Link register.
pub const LR: Reg = Reg(46);
/// Count register.
pub const CTR: Reg = Reg(47);
/// Not 0 while floating-point operations may be done on the host.
pub const FP_OK: Reg = Reg(48);
/// FPSCR, but for what [`FPL_OP`] says.
pub const FPSCR: Reg = Reg(49);
/// The last floating-point instruction, if FPRF, FR and FI of FPSCR are still to be found out from its operands; else 0.
pub const FPL_OP: Reg = Reg(50);
/// Its operands.
pub const FPL_A: Reg = Reg(51);
/// The second operand.
pub const FPL_B: Reg = Reg(52);
/// The third operand.
pub const FPL_C: Reg = Reg(53);
/// Always 1.
pub const ALWAYS: Reg = Reg(54);
/// The 601's MQ.
pub const MQ: Reg = Reg(55);
/// First slot of the floating-point registers.
pub(crate) const F0: u16 = 56;
/// First slot of the lower halves of vector-scalar registers 0 to 31; the vector registers follow.
pub(crate) const V0: u16 = 88;
/// First slot of the upper words of general registers, which the signal processing engine has.
pub(crate) const H0: u16 = V0 + 96;
/// Number of slots.
pub const N_REGS: u16 = H0 + 32;

/// The upper word of general register `n` on CPUs of 32 bits with a signal processing engine.
pub const fn high(n: u32) -> Reg {
    Reg(H0 + n as u16)
}

/// General register `n`.
pub const fn g(n: u32) -> Reg {
    Reg(n as u16)
}

/// Field `n` of CR: its four bits, of which the lowest is 1 where it differs from XER.SO. So a comparison, which copies SO, need not
/// read it, and those few instructions that change SO turn that bit over in all fields.
pub const fn crf(n: u32) -> Reg {
    Reg(CR0 + n as u16)
}

/// Floating-point register `n`; the upper half of vector-scalar register `n`.
pub const fn f(n: u32) -> Reg {
    Reg(F0 + n as u16)
}

/// Half of vector-scalar register `n`: 0 is the upper one. Registers 32 to 63 are the vector registers.
pub const fn vs(n: u32, half: u32) -> Reg {
    match (n < 32, half) {
        (true, 0) => f(n),
        (true, _) => Reg(V0 + n as u16),
        (false, half) => Reg(V0 + 32 + ((n - 32) * 2 + half) as u16),
    }
}

/// Name and width of each slot, for general registers of this width.
pub fn file(xlen: Width) -> Vec<(String, Width)> {
    let mut file: Vec<(String, Width)> = (0..32).map(|n| (format!("r{n}"), xlen)).collect();
    file.extend((0..8).map(|n| (format!("cr{n}"), Width::W64)));
    for name in ["xer_so", "xer_ov", "xer_ca", "xer_ov32", "xer_ca32"] {
        file.push((name.to_owned(), Width::W1));
    }
    let rest = [("xer_rest", Width::W32), ("lr", xlen), ("ctr", xlen), ("fp_ok", Width::W64), ("fpscr", Width::W64)];
    file.extend(rest.map(|(name, width)| (name.to_owned(), width)));
    let last = [("fpl_op", Width::W32), ("fpl_a", Width::W64), ("fpl_b", Width::W64), ("fpl_c", Width::W64)];
    file.extend(last.map(|(name, width)| (name.to_owned(), width)));
    file.push(("always".to_owned(), Width::W64));
    file.push(("mq".to_owned(), Width::W32));
    file.extend((0..32).map(|n| (format!("f{n}"), Width::W64)));
    file.extend((0..32).map(|n| (format!("vs{n}_low"), Width::W64)));
    file.extend((0..64).map(|n| (format!("v{}_{}", n / 2, ["high", "low"][n % 2]), Width::W64)));
    file.extend((0..32).map(|n| (format!("r{n}_upper"), Width::W32)));
    file
}

/// Bits of MSR, counted from the lowest (Power ISA, Book III-S, "Machine State Register").
pub mod msr {
    /// 64-bit mode.
    pub const SF: u64 = 1 << 63;
    /// Hypervisor state.
    pub const HV: u64 = 1 << 60;
    /// 64-bit mode of BookE (CM).
    pub const CM: u64 = 1 << 31;
    /// User cache locks enabled (e500).
    pub const UCLE: u64 = 1 << 26;
    /// Performance monitor marks (e500).
    pub const PMM: u64 = 1 << 2;
    /// Vector unit available; SPE available on e500.
    pub const VEC: u64 = 1 << 25;
    /// Transactional memory available.
    pub const TM: u64 = 1 << 32;
    /// Vector-scalar unit available.
    pub const VSX: u64 = 1 << 23;
    /// Power management (classic); wait state (40x, BookE).
    pub const POW: u64 = 1 << 18;
    /// Temporary GPRs of the 603.
    pub const TGPR: u64 = 1 << 17;
    /// Critical interrupts enabled (40x, BookE).
    pub const CE: u64 = 1 << 17;
    /// Exceptions are taken in little-endian mode (classic).
    pub const ILE: u64 = 1 << 16;
    /// External interrupts enabled.
    pub const EE: u64 = 1 << 15;
    /// Problem state.
    pub const PR: u64 = 1 << 14;
    /// Floating point available.
    pub const FP: u64 = 1 << 13;
    /// Machine check enabled.
    pub const ME: u64 = 1 << 12;
    /// Floating-point exception mode 0.
    pub const FE0: u64 = 1 << 11;
    /// Single-step trace.
    pub const SE: u64 = 1 << 10;
    /// Branch trace.
    pub const BE: u64 = 1 << 9;
    /// Debug interrupts enabled (BookE).
    pub const DE: u64 = 1 << 9;
    /// Floating-point exception mode 1.
    pub const FE1: u64 = 1 << 8;
    /// Exception prefix (classic): vectors at 0xfff0_0000.
    pub const IP: u64 = 1 << 6;
    /// Instructions are translated; instruction address space on BookE.
    pub const IR: u64 = 1 << 5;
    /// Data accesses are translated; data address space on BookE.
    pub const DR: u64 = 1 << 4;
    /// Recoverable interrupt.
    pub const RI: u64 = 1 << 1;
    /// Little-endian mode.
    pub const LE: u64 = 1 << 0;
}

/// What is not in the register file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Machine state register.
    pub msr: u64,
    /// Special-purpose registers that merely hold what was written, by number.
    pub sprs: Vec<u64>,
    /// Segment registers.
    pub sr: [u32; 16],
    /// Segment lookaside buffer: ESID and VSID parts.
    pub slb: Vec<(u64, u64)>,
    /// What is added to the board's time base.
    pub tb_offset: u64,
    /// Time base at which the decrementer gets below 0.
    pub dec_end: u64,
    /// The decrementer has been written and has not interrupted since.
    pub dec_armed: bool,
    /// The same of the hypervisor's decrementer.
    pub hdec_end: u64,
    /// See [`State::hdec_end`].
    pub hdec_armed: bool,
    /// TLB entries that software has written.
    pub tlb: Vec<crate::softtlb::Entry>,
    /// The way of a TLB that is replaced next.
    pub next_way: u32,
    /// Temporary general registers of the 603: those that MSR.TGPR hides.
    pub tgpr: [u32; 4],
    /// The timers of embedded CPUs.
    pub timers: crate::booke_timer::Timers,
    /// The CPU waits until its board lets it go.
    pub parked: bool,
    /// SPE's accumulator.
    pub acc: u64,
    /// The instruction at work is traced: bits of SRR1 that say why.
    pub traced: Option<u64>,
    /// A power-saving instruction has been executed: the next event is a system reset interrupt.
    pub napping: bool,
    /// Vector status and control register.
    pub vscr: u32,
    /// Ticks of the time base in a second.
    pub timebase_hz: u32,
    /// The CPU is one of a partition: there is no hypervisor state.
    pub in_partition: bool,
    /// It runs nothing until its partition starts it.
    pub stopped: bool,
    /// H_CEDE: it waits for an interrupt or H_PROD.
    pub ceded: bool,
    /// H_JOIN: it waits for H_PROD alone.
    pub joined: bool,
    /// H_PROD has come before it waits.
    pub prodded: bool,
    /// A system reset interrupt is pending.
    pub reset_pending: bool,
    /// A directed privileged doorbell is pending.
    pub doorbell: bool,
    /// Where random numbers stand.
    pub random: u64,
    /// What `lqarx` has loaded beside the doubleword that is reserved.
    pub reserved_second: u64,
    /// Real address of the virtual processor area; 0 if there is none.
    pub vpa: u64,
    /// Of the SLB shadow buffer.
    pub slb_shadow: u64,
    /// Of the dispatch trace log, and its size.
    pub dispatch_log: (u64, u32),
}

impl State {
    /// After power-on.
    pub fn new(model: &Model) -> State {
        State {
            msr: 0,
            sprs: vec![0; 1024],
            sr: [0; 16],
            slb: vec![(0, 0); model.slb_entries()],
            tb_offset: 0,
            dec_end: 0,
            dec_armed: false,
            hdec_end: 0,
            hdec_armed: false,
            tlb: crate::softtlb::empty(model),
            next_way: 0,
            tgpr: [0; 4],
            timers: Default::default(),
            parked: false,
            acc: 0,
            traced: None,
            napping: false,
            vscr: 0,
            timebase_hz: model.timebase_hz(),
            in_partition: false,
            stopped: false,
            ceded: false,
            joined: false,
            prodded: false,
            reset_pending: false,
            doorbell: false,
            random: 0,
            reserved_second: 0,
            vpa: 0,
            slb_shadow: 0,
            dispatch_log: (0, 0),
        }
    }

    /// The SPR numbered `n`, where it merely holds a value.
    pub fn spr(&self, n: u32) -> u64 {
        self.sprs.get(n as usize).copied().unwrap_or(0)
    }

    /// Writes it.
    pub fn set_spr(&mut self, n: u32, value: u64) {
        if let Some(slot) = self.sprs.get_mut(n as usize) {
            *slot = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file(Width::W32);
        assert_eq!(file.len(), usize::from(N_REGS));
        let name = |r: Reg| file[r.index()].0.as_str();
        assert_eq!([name(g(31)), name(crf(6)), name(CA), name(CTR)], ["r31", "cr6", "xer_ca", "ctr"]);
        assert_eq!([name(FPL_C), name(f(31)), name(vs(0, 1))], ["fpl_c", "f31", "vs0_low"]);
        assert_eq!([name(vs(32, 0)), name(vs(63, 1)), name(FPSCR)], ["v0_high", "v31_low", "fpscr"]);
    }
}
