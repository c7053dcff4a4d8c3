//! Ancillary state registers, privileged and hyperprivileged registers: what a number reads and writes.
//!
//! SPARC Architecture Manual V9, "Read State Register", "Write State Register", "Read Privileged Register", "Write Privileged Register";
//! UltraSPARC I/II User's Manual, "Ancillary State Registers"; UltraSPARC Architecture 2005 for the hyperprivileged ones.

use cpu::Ctx;

use crate::model::Model;

use super::mode;
use super::state::{CLEANWIN, FPRS, OTHERWIN};
use super::sys::{self, Counter, INT_DIS, hpstate};
use super::target::Sparc64;
use super::timer;
use super::trap::{self, Fault, tt};
use super::window;

type Args = [u64; 4];
type Out = Result<u64, Fault>;

/// Bits of SOFTINT: TICK's, levels 1 to 15, STICK's.
const SOFTINT: u32 = 0x1_ffff;

/// Numbers of ancillary state registers.
#[allow(missing_docs, reason = "the manual's names")]
pub mod asr {
    pub const Y: u64 = 0;
    pub const CCR: u64 = 2;
    pub const ASI: u64 = 3;
    pub const TICK: u64 = 4;
    pub const PC: u64 = 5;
    pub const FPRS: u64 = 6;
    pub const PCR: u64 = 16;
    pub const PIC: u64 = 17;
    pub const DCR: u64 = 18;
    pub const GSR: u64 = 19;
    pub const SOFTINT_SET: u64 = 20;
    pub const SOFTINT_CLR: u64 = 21;
    pub const SOFTINT: u64 = 22;
    pub const TICK_CMPR: u64 = 23;
    pub const STICK: u64 = 24;
    pub const STICK_CMPR: u64 = 25;
}

/// Helper: CCR.
pub(crate) fn read_ccr(ctx: &mut Ctx<Sparc64>, _: Args) -> Out {
    Ok(trap::ccr(ctx))
}

/// FPRS with its parts that are elsewhere.
pub(crate) fn fprs(ctx: &Ctx<Sparc64>) -> u64 {
    ctx.reg(FPRS) & 4 | u64::from(mode::FP_DIRTY.of(sys::mode(ctx)))
}

/// Writes FPRS.
pub(crate) fn set_fprs(ctx: &mut Ctx<Sparc64>, value: u64) {
    ctx.set_reg(FPRS, value & 4);
    sys::put_mode(ctx, mode::FP_DIRTY, value as u32 & 3);
    sys::sync_mode(ctx);
}

/// Helper: reads an ancillary state register that the lifter doesn't read itself.
pub(crate) fn read_asr(ctx: &mut Ctx<Sparc64>, [n, ..]: Args) -> Out {
    let is_user = ctx.state.privilege() == 0;
    let counter = match n {
        asr::TICK => Some(ctx.state.tick),
        asr::STICK => Some(ctx.state.stick),
        _ => None,
    };
    if let Some(counter) = counter {
        // "An attempt by nonprivileged software to read TICK when TICK.NPT = 1 causes privileged_action".
        if counter.npt && is_user {
            return Err(Fault::new(tt::PRIVILEGED_ACTION));
        }
        return Ok(timer::read(ctx, &counter));
    }
    if is_user && n >= asr::PCR && n != asr::GSR {
        return Err(Fault::new(if n == asr::PIC { tt::PRIVILEGED_ACTION } else { tt::PRIVILEGED_OPCODE }));
    }
    Ok(match n {
        asr::CCR => trap::ccr(ctx),
        asr::FPRS => fprs(ctx),
        asr::PCR..=asr::DCR => ctx.state.others[(n - asr::PCR) as usize],
        asr::SOFTINT => {
            timer::update(ctx);
            ctx.state.softint.into()
        }
        asr::TICK_CMPR => ctx.state.tick.compare,
        asr::STICK_CMPR => ctx.state.stick.compare,
        _ => return Err(Fault::new(tt::ILLEGAL)),
    })
}

/// Helper: writes one.
pub(crate) fn write_asr(ctx: &mut Ctx<Sparc64>, [n, value, ..]: Args) -> Out {
    if ctx.state.privilege() == 0 && n >= asr::PCR && n != asr::GSR {
        return Err(Fault::new(if n == asr::PIC { tt::PRIVILEGED_ACTION } else { tt::PRIVILEGED_OPCODE }));
    }
    match n {
        asr::CCR => trap::set_ccr(ctx, value),
        asr::ASI => sys::put_mode(ctx, mode::ASI, value as u32),
        asr::FPRS => set_fprs(ctx, value),
        asr::PCR..=asr::DCR => ctx.state.others[(n - asr::PCR) as usize] = value,
        asr::SOFTINT_SET => ctx.state.softint |= value as u32 & SOFTINT,
        asr::SOFTINT_CLR => ctx.state.softint &= !(value as u32),
        asr::SOFTINT => ctx.state.softint = value as u32 & SOFTINT,
        asr::TICK_CMPR => {
            timer::update(ctx);
            set_compare(&mut ctx.state.tick, value);
            timer::arm(ctx);
        }
        asr::STICK => {
            let count = timer::cycles(ctx);
            set_count(&mut ctx.state.stick, count, value);
        }
        asr::STICK_CMPR => {
            timer::update(ctx);
            set_compare(&mut ctx.state.stick, value);
            timer::arm(ctx);
        }
        _ => return Err(Fault::new(tt::ILLEGAL)),
    }
    Ok(0)
}

fn set_compare(counter: &mut Counter, value: u64) {
    counter.compare = value;
    counter.matched = false;
}

fn set_count(counter: &mut Counter, now: u64, value: u64) {
    counter.offset = (value & !INT_DIS).wrapping_sub(now);
    counter.npt = value & INT_DIS != 0;
}

/// VER: with MAXTL and MAXWIN.
pub(crate) fn ver(model: &Model) -> u64 {
    model.iu_version() | u64::from(model.maxtl()) << 8 | u64::from(model.windows() - 1)
}

/// Helper: RDPR. At TL 0, where the manual has an illegal_instruction for trap registers, there is one more set of them: OpenBIOS, which
/// knows but QEMU, saves and restores it.
pub(crate) fn read_pr(ctx: &mut Ctx<Sparc64>, [n, ..]: Args) -> Out {
    let (tl, level) = (ctx.state.tl, ctx.state.levels[ctx.state.tl as usize]);
    Ok(match n {
        0 => level.tpc,
        1 => level.tnpc,
        2 => level.tstate,
        3 => level.tt.into(),
        4 => timer::read(ctx, &ctx.state.tick),
        5 => ctx.state.tba,
        6 => ctx.state.pstate,
        7 => tl.into(),
        8 => ctx.state.pil.into(),
        9 => sys::cwp(ctx).into(),
        10 => window::counts(ctx).0,
        11 => window::counts(ctx).1,
        12 => ctx.reg(CLEANWIN),
        13 => ctx.reg(OTHERWIN),
        14 => ctx.state.wstate.into(),
        16 if ctx.state.sun4v => mode::GLOBALS.of(sys::mode(ctx)).into(),
        31 => ver(ctx.model()),
        _ => return Err(Fault::new(tt::ILLEGAL)),
    })
}

/// Helper: WRPR. Window registers are cut to what the model has.
pub(crate) fn write_pr(ctx: &mut Ctx<Sparc64>, [n, value, ..]: Args) -> Out {
    let tl = ctx.state.tl as usize;
    let windows = u64::from(ctx.model().windows());
    let count = value & 0x1f;
    let count = if count < windows { count } else { count % windows };
    match n {
        0 => ctx.state.levels[tl].tpc = value & !3,
        1 => ctx.state.levels[tl].tnpc = value & !3,
        2 => ctx.state.levels[tl].tstate = value & tstate_mask(ctx),
        3 => ctx.state.levels[tl].tt = value as u16 & 0x1ff,
        4 => {
            let now = timer::cycles(ctx);
            set_count(&mut ctx.state.tick, now, value);
        }
        5 => ctx.state.tba = value & !0x7fff,
        6 => sys::set_pstate(ctx, value),
        7 => {
            ctx.state.tl = (value as u32 & 7).min(ctx.model().maxtl());
            sys::sync_mode(ctx);
        }
        8 => ctx.state.pil = value as u8 & 15,
        9 => window::put_cwp(ctx, count as u32),
        10 => window::put_counts(ctx, (count, window::counts(ctx).1)),
        11 => window::put_counts(ctx, (window::counts(ctx).0, count)),
        12 => window::put_clean(ctx, count),
        13 => ctx.set_reg(OTHERWIN, count),
        14 => ctx.state.wstate = value as u8 & 0x3f,
        16 if ctx.state.sun4v => sys::put_mode(ctx, mode::GLOBALS, (value as u32 & 7).min(3)),
        _ => return Err(Fault::new(tt::ILLEGAL)),
    }
    Ok(0)
}

/// GL, CCR, ASI, PSTATE, CWP.
fn tstate_mask(ctx: &Ctx<Sparc64>) -> u64 {
    if ctx.state.sun4v { 7 << 40 | 0xff_ff0f_ff1f } else { 0xff_ff0f_ff1f }
}

/// Helper: RDHPR.
pub(crate) fn read_hpr(ctx: &mut Ctx<Sparc64>, [n, ..]: Args) -> Out {
    Ok(match n {
        0 => ctx.state.hpstate,
        1 if ctx.state.tl > 0 => ctx.state.levels[ctx.state.tl as usize].htstate,
        3 => ctx.state.hintp,
        5 => ctx.state.htba,
        6 => ver(ctx.model()),
        31 => ctx.state.hstick.compare,
        _ => return Err(Fault::new(tt::ILLEGAL)),
    })
}

/// Helper: WRHPR.
pub(crate) fn write_hpr(ctx: &mut Ctx<Sparc64>, [n, value, ..]: Args) -> Out {
    match n {
        0 => {
            ctx.state.hpstate = value & hpstate::ALL;
            sys::sync_mode(ctx);
        }
        1 if ctx.state.tl > 0 => ctx.state.levels[ctx.state.tl as usize].htstate = value & hpstate::ALL,
        3 => ctx.state.hintp = value & 1,
        5 => ctx.state.htba = value & !0x3fff,
        31 => set_compare(&mut ctx.state.hstick, value),
        _ => return Err(Fault::new(tt::ILLEGAL)),
    }
    Ok(0)
}
