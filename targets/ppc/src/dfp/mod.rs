//! Decimal floating point.
//!
//! Power ISA 3.0B, Book I, chapter 5 "Decimal Floating-Point". Opcode 59 has operands of 64 bits, opcode 63 of 128 in pairs of
//! registers.

mod arithmetic;
mod tests_of;

use cpu::Ctx;
use softfloat::Flags;
use softfloat::decimal::{EXTENDED, Env, Format, Kind, LONG, Mode, Number};

use crate::format::W;
use crate::fp::{self, bit};
use crate::state::f as fpr;
use crate::target::Ppc;
use crate::trap::Trap;

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// A register, or a pair of them.
fn read<T: Ppc>(ctx: &Ctx<T>, n: u32, format: &Format) -> u128 {
    let high = u128::from(ctx.reg(fpr(n)));
    if format.bits == 64 { high } else { high << 64 | u128::from(ctx.reg(fpr(n | 1))) }
}

fn write<T: Ppc>(ctx: &mut Ctx<T>, n: u32, bits: u32, value: u128) {
    if bits == 64 {
        ctx.set_reg(fpr(n), value as u64);
    } else {
        ctx.set_reg(fpr(n), (value >> 64) as u64);
        ctx.set_reg(fpr(n | 1), value as u64);
    }
}

/// A result in the target register: its bits, how many, and FPRF.
struct Done {
    value: u128,
    bits: u32,
    fprf: Option<u64>,
}

/// FPRF of a number ("DFP result flags").
fn class(format: &Format, n: &Number) -> u64 {
    let code = match n.kind {
        Kind::Quiet => 0x11,
        Kind::Signalling => 0x01,
        Kind::Infinite if n.negative => 0x09,
        Kind::Infinite => 0x05,
        Kind::Finite if n.digits.is_zero() => 0x02 | u64::from(n.negative) << 4,
        Kind::Finite => {
            let subnormal = n.adjusted() < format.emin();
            let sign = if n.negative { 0x08 } else { 0x04 };
            sign | u64::from(subnormal) << 4
        }
    };
    code << 12
}

/// Helper: an instruction: its bits; a CR field.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let format = if bits >> 26 == 59 { &LONG } else { &EXTENDED };
    let scr = fp::fpscr(ctx);
    let mut env = Env {
        mode: Mode::of(scr >> 32),
        flags: Flags::NONE,
        wrap_overflow: scr & bit::OE != 0,
        wrap_underflow: scr & bit::UE != 0,
    };
    let raw = [f.ra(), f.rb()].map(|n| (ctx.reg(fpr(n)), read(ctx, n, format)));
    if let Some(code) = tests_of::field(f, format, raw, &mut env) {
        let mut new = fp::causes(env.flags);
        // As with binary numbers, VE keeps VXVC away from a signalling NaN.
        if new & 1 << 24 != 0 && scr & bit::VE != 0 {
            new &= !(1 << 19);
        }
        fp::set_fpscr(ctx, fp::raise(scr & !(0xf << 12) | code << 12, new));
        return Ok(code);
    }
    if let Some((value, width)) = arithmetic::moved(f, format, raw) {
        write(ctx, f.rt(), width, value);
        return Ok(0);
    }
    let done = arithmetic::operate(f, format, raw, &mut env);
    let keep = fp::suppressed(scr, env.flags);
    let mut new = fp::raise(scr, fp::causes(env.flags)) & !(bit::FR | bit::FI);
    if !keep {
        if env.flags.intersects(Flags::INEXACT) {
            new |= bit::FI | if env.flags.intersects(Flags::ROUNDED_UP) { bit::FR } else { 0 };
        }
        new = done.fprf.map_or(new, |class| new & !bit::FPRF | class);
        write(ctx, f.rt(), done.bits, done.value);
    }
    fp::set_fpscr(ctx, new);
    Ok(0)
}
