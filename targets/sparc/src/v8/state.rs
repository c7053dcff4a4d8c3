//! State that is not in the register file: PSR, TBR, FSR, the MMU's registers.

use cpu::Ctx;
use serde::{Deserialize, Serialize};

use super::Sparc32;
use crate::cc::{self, kind};
use crate::fpu::{self, FpState};
use crate::model::Model;
use crate::state::{CC_A, CC_B, CC_KIND, CWP, WIM, mark};

/// Fields of the PSR ("Processor State Register").
pub mod psr {
    /// Enable traps.
    pub const ET: u32 = 1 << 5;
    /// The supervisor bit before the last trap.
    pub const PS: u32 = 1 << 6;
    /// Supervisor.
    pub const S: u32 = 1 << 7;
    /// Lowest bit of the interrupt level.
    pub const PIL: u32 = 8;
    /// The FPU is enabled.
    pub const EF: u32 = 1 << 12;
    /// Lowest bit of the integer condition codes.
    pub const ICC: u32 = 20;
    /// What can be written beside the condition codes and CWP. There is no coprocessor, so that EC stays 0.
    pub const WRITABLE: u32 = EF | 15 << PIL | S | PS | ET;
}

/// The supervisor state of a CPU.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    /// PSR without implementation, version, condition codes and CWP, which stand in the register file.
    pub psr: u32,
    /// TBR.
    pub tbr: u32,
    /// FSR without fcc; cexc and ftt count only while no operation's are pending.
    pub fsr: u32,
    /// The CPU has been started since reset.
    pub started: bool,
    /// LEON: it is in power-down, and the board knows.
    pub powered_down: bool,
    /// Control register of the MMU: what can be written of it.
    pub mmu_control: u32,
    /// Context table pointer.
    pub mmu_table: u32,
    /// Context.
    pub mmu_context: u32,
    /// Fault status.
    pub mmu_status: u32,
    /// Fault address.
    pub mmu_address: u32,
    /// LEON: cache control.
    pub cache_control: u32,
}

impl State {
    /// The state after power-on ("Reset Trap"): supervisor, traps disabled.
    pub fn new(model: &Model) -> State {
        State {
            psr: psr::S | psr::PS,
            tbr: 0,
            fsr: 0,
            started: false,
            powered_down: false,
            mmu_control: model.mmu_masks()[0],
            mmu_table: 0,
            mmu_context: 0,
            mmu_status: 0,
            mmu_address: 0,
            cache_control: 0,
        }
    }

    /// Whether a bit of the PSR is set.
    pub fn has(&self, bit: u32) -> bool {
        self.psr & bit != 0
    }

    /// The interrupt level.
    pub fn pil(&self) -> u32 {
        self.psr >> psr::PIL & 15
    }
}

/// The current window, which a damaged snapshot may have put beyond those that there are.
pub fn cwp(ctx: &Ctx<Sparc32>) -> u16 {
    (ctx.reg(CWP) % u64::from(ctx.model().windows())) as u16
}

/// Writes WIM; bits of windows that are not there stay 0.
pub fn write_wim(ctx: &mut Ctx<Sparc32>, value: u32) {
    let windows = ctx.model().windows();
    let wim = u64::from(value) & bits::mask(windows);
    ctx.set_reg(WIM, wim);
    (0..windows).for_each(|n| ctx.set_reg(mark(n as u16), u64::from(bits::bit(wim, n))));
}

/// The whole PSR.
pub fn read_psr(ctx: &Ctx<Sparc32>) -> u32 {
    let icc = cc::evaluate(ctx.reg(CC_KIND), ctx.reg(CC_A), ctx.reg(CC_B)) as u32 & 15;
    ctx.model().iu_version() as u32 | icc << psr::ICC | ctx.state.psr | u32::from(cwp(ctx))
}

/// Writes the PSR; CWP must be a window's number.
pub fn write_psr(ctx: &mut Ctx<Sparc32>, value: u32) {
    ctx.state.psr = value & psr::WRITABLE;
    ctx.set_reg(CWP, u64::from(value & 31));
    set_icc(ctx, value >> psr::ICC & 15);
}

/// Writes the integer condition codes.
pub fn set_icc(ctx: &mut Ctx<Sparc32>, icc: u32) {
    ctx.set_reg(CC_KIND, kind::FLAGS);
    ctx.set_reg(CC_A, icc.into());
}

impl FpState for State {
    fn fsr(&self) -> u32 {
        self.fsr
    }

    fn set_fsr(&mut self, value: u32) {
        self.fsr = value;
    }
}

/// The whole FSR.
pub fn read_fsr(ctx: &Ctx<Sparc32>) -> u32 {
    ctx.model().fpu_version() | fpu::read_fsr(ctx)
}

/// Writes the FSR as LDFSR does.
pub fn write_fsr(ctx: &mut Ctx<Sparc32>, value: u32) {
    fpu::write_fsr(ctx, value);
}
