//! System state outside the register file, and what keeps the mode in step with it.
//!
//! SPARC Architecture Manual V9, "Privileged Registers"; UltraSPARC Architecture 2005 for HPSTATE and its like.

use cpu::Ctx;
use serde::{Deserialize, Serialize};

use super::ext::{self, Ext};
use super::mmu::Mmus;
use super::mode::{self, Field};
use super::state::{FPRS, MODE};
use super::target::Sparc64;
use crate::model::Model;

/// Fields of PSTATE ("Processor State (PSTATE) Register"; AG, MG, IG and RED as on UltraSPARC I and II).
#[allow(missing_docs, reason = "the manual's names")]
pub mod pstate {
    pub const AG: u64 = 1 << 0;
    pub const IE: u64 = 1 << 1;
    pub const PRIV: u64 = 1 << 2;
    pub const AM: u64 = 1 << 3;
    pub const PEF: u64 = 1 << 4;
    pub const RED: u64 = 1 << 5;
    pub const MM: u64 = 3 << 6;
    pub const TLE: u64 = 1 << 8;
    pub const CLE: u64 = 1 << 9;
    pub const MG: u64 = 1 << 10;
    pub const IG: u64 = 1 << 11;
    /// All that can be written.
    pub const ALL: u64 = 0xfff;
}

/// Fields of HPSTATE (UltraSPARC Architecture 2005, "Hyperprivileged State (HPSTATE) Register").
#[allow(missing_docs, reason = "the manual's names")]
pub mod hpstate {
    pub const HPRIV: u64 = 1 << 2;
    pub const RED: u64 = 1 << 5;
    pub const ALL: u64 = 1 << 11 | 1 << 10 | RED | HPRIV | 1;
}

/// What a trap level holds.
#[derive(Clone, Copy, Default, Debug, Serialize, Deserialize)]
pub struct Level {
    /// TSTATE.
    pub tstate: u64,
    /// TPC.
    pub tpc: u64,
    /// TNPC.
    pub tnpc: u64,
    /// TT.
    pub tt: u16,
    /// HTSTATE.
    pub htstate: u64,
}

/// Trap levels, TL 0 included, of the model that has most.
pub const LEVELS: usize = 8;

/// A counter of processor or system cycles.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Counter {
    /// What is added to the cycles since the clock's zero.
    pub offset: u64,
    /// NPT: unprivileged software must not read it.
    pub npt: bool,
    /// The compare register: INT_DIS in bit 63.
    pub compare: u64,
    /// The match has been seen.
    pub matched: bool,
}

/// INT_DIS of compare registers.
pub const INT_DIS: u64 = 1 << 63;

impl Default for Counter {
    fn default() -> Counter {
        Counter { offset: 0, npt: true, compare: INT_DIS, matched: false }
    }
}

/// Interrupt vectors: reception and dispatch ("Interrupt Handling").
#[derive(Clone, Copy, Default, Debug, Serialize, Deserialize)]
pub struct Vectors {
    /// BUSY of the receive register.
    pub busy: bool,
    /// The trap of what was received has not been taken.
    pub pending: bool,
    /// Incoming data.
    pub data: [u64; 3],
    /// Lines whose vector has been taken, until they fall.
    pub seen: u64,
    /// The level that [`crate::irq::WAIT`] had when it was last looked at.
    pub wait: bool,
    /// Outgoing data.
    pub outgoing: [u64; 3],
}

/// System state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sys {
    /// PSTATE.
    pub pstate: u64,
    /// TL.
    pub tl: u32,
    /// The trap levels.
    pub levels: [Level; LEVELS],
    /// TBA.
    pub tba: u64,
    /// PIL.
    pub pil: u8,
    /// WSTATE.
    pub wstate: u8,
    /// SOFTINT.
    pub softint: u32,
    /// TICK.
    pub tick: Counter,
    /// STICK.
    pub stick: Counter,
    /// FSR without the condition fields; see [`super::fp`].
    pub fsr: u64,
    /// HPSTATE.
    pub hpstate: u64,
    /// HTBA.
    pub htba: u64,
    /// HINTP.
    pub hintp: u64,
    /// HSTICK_CMPR.
    pub hstick: Counter,
    /// PCR, PIC, DCR: kept, without effect.
    pub others: [u64; 3],
    /// Whether this is a sun4v CPU.
    pub sun4v: bool,
    /// LSU control register.
    pub lsu: u64,
    /// The MMUs.
    pub mmu: Mmus,
    /// Interrupt vectors.
    pub vectors: Vectors,
    /// Scratchpad registers of sun4v, for privileged and for hyperprivileged software.
    pub scratchpad: [u64; 8],
    /// The latter.
    pub hyper_scratchpad: [u64; 8],
    /// Head and tail pointers of sun4v's queues.
    pub queues: [u64; 8],
}

impl Sys {
    /// The state after power-on.
    pub fn new(model: &Model) -> Sys {
        Sys {
            pstate: pstate::PEF | pstate::RED | pstate::PRIV | pstate::AG,
            tl: model.maxtl(),
            levels: [Level::default(); LEVELS],
            tba: 0,
            pil: 0,
            wstate: 0,
            softint: 0,
            tick: Counter::default(),
            stick: Counter::default(),
            fsr: 0,
            hpstate: if ext::of(model).has(Ext::Sun4v) { hpstate::HPRIV | hpstate::RED } else { 0 },
            htba: 0,
            hintp: 0,
            hstick: Counter::default(),
            others: [0; 3],
            sun4v: ext::of(model).has(Ext::Sun4v),
            lsu: 0,
            mmu: Mmus::default(),
            vectors: Vectors::default(),
            scratchpad: [0; 8],
            hyper_scratchpad: [0; 8],
            queues: [0; 8],
        }
    }

    /// 0 user, 1 privileged, 2 hyperprivileged.
    pub fn privilege(&self) -> u32 {
        match () {
            () if self.sun4v && self.hpstate & hpstate::HPRIV != 0 => 2,
            () if self.pstate & pstate::PRIV != 0 => 1,
            () => 0,
        }
    }
}

/// The mode, as the register holds it.
pub(crate) fn mode(ctx: &Ctx<Sparc64>) -> u32 {
    ctx.reg(MODE) as u32
}

/// Changes a field of the mode.
pub(crate) fn put_mode(ctx: &mut Ctx<Sparc64>, field: Field, value: u32) {
    let new = field.with(mode(ctx), value);
    ctx.set_reg(MODE, new.into());
}

/// CWP.
pub(crate) fn cwp(ctx: &Ctx<Sparc64>) -> u32 {
    mode::CWP.of(mode(ctx))
}

/// Writes PSTATE and what depends on it.
pub(crate) fn set_pstate(ctx: &mut Ctx<Sparc64>, value: u64) {
    let old = ctx.state.pstate;
    ctx.state.pstate = value & pstate::ALL;
    if ctx.state.sun4v {
        ctx.state.pstate &= !(pstate::AG | pstate::MG | pstate::IG | pstate::RED);
    }
    if (old ^ value) & pstate::RED != 0 {
        super::mmu::flush(ctx);
    }
    sync_mode(ctx);
}

/// Brings the fields of the mode that follow other registers up to date.
pub(crate) fn sync_mode(ctx: &mut Ctx<Sparc64>) {
    let (state, old) = (&ctx.state, mode(ctx));
    let bit = |mask: u64| u32::from(state.pstate & mask != 0);
    let globals = match () {
        () if state.sun4v => mode::GLOBALS.of(old),
        () if state.pstate & pstate::IG != 0 => 3,
        () if state.pstate & pstate::MG != 0 => 2,
        () => bit(pstate::AG),
    };
    let fp_on = bit(pstate::PEF) & (ctx.reg(FPRS) >> 2 & 1) as u32;
    let fields = [
        (mode::GLOBALS, globals),
        (mode::PRIVILEGE, state.privilege()),
        (mode::TRAPPED, u32::from(state.tl > 0)),
        (mode::FP_ON, fp_on),
        (mode::AM, bit(pstate::AM)),
        (mode::CLE, bit(pstate::CLE)),
    ];
    let new = fields.into_iter().fold(old, |all, (field, value)| field.with(all, value));
    ctx.set_reg(MODE, new.into());
}

/// Chooses window `cwp`, which must be one that the model has: for boards and tests that set a CPU up.
pub fn put_window(ctx: &mut Ctx<Sparc64>, cwp: u32) {
    super::window::put_cwp(ctx, cwp);
}

/// Makes all windows clean, and all but the current one and the next free, as a system does that starts: for tests that set a CPU up.
pub fn put_all_windows(ctx: &mut Ctx<Sparc64>) {
    let windows = u64::from(ctx.model().windows());
    super::window::put_clean(ctx, windows - 1);
    super::window::put_counts(ctx, (windows - 2, 0));
}

/// Writes PSTATE: for boards and tests that set a CPU up.
pub fn put_pstate(ctx: &mut Ctx<Sparc64>, value: u64) {
    set_pstate(ctx, value);
}
