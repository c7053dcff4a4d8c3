//! Arithmetic that is too rare or too big for micro-ops: with carry and condition codes, tagged, MULScc, 32-bit division.

use cpu::Ctx;

use super::state::{CC_A, Y};
use super::target::Sparc64;
use super::trap::{Fault, ccr, set_ccr, tt};

/// What [`arith_cc`] is to do.
#[allow(missing_docs, reason = "mnemonics")]
pub mod what {
    pub const ADDC: u64 = 0;
    pub const SUBC: u64 = 1;
    pub const TADD: u64 = 2;
    pub const TSUB: u64 = 3;
    pub const TADDTV: u64 = 4;
    pub const TSUBTV: u64 = 5;
    pub const MULS: u64 = 6;
    pub const UDIV: u64 = 0;
    pub const SDIV: u64 = 1;
}

/// Result and n, z, v, c of `a + b + carry` or `a - b - carry` in so many bits.
fn flags(a: u64, b: u64, carry: u64, is_sub: bool, width: u32) -> u64 {
    let mask = bits::mask(width);
    let (a, b) = (a & mask, b & mask);
    let top = |v: u64| v >> (width - 1) & 1;
    let (r, c, v) = if is_sub {
        let r = a.wrapping_sub(b).wrapping_sub(carry) & mask;
        (r, top(!a & b | (!a | b) & r), top((a ^ b) & (a ^ r)))
    } else {
        let r = a.wrapping_add(b).wrapping_add(carry) & mask;
        (r, top(a & b | (a | b) & !r), top((a ^ r) & (b ^ r)))
    };
    top(r) << 3 | u64::from(r == 0) << 2 | v << 1 | c
}

/// Helper: see [`what`]. The condition codes become CCR.
pub(crate) fn arith_cc(ctx: &mut Ctx<Sparc64>, [a, b, what, _]: [u64; 4]) -> Result<u64, Fault> {
    if what == what::MULS {
        return Ok(mulscc(ctx, a, b));
    }
    let is_sub = what & 1 != 0;
    let carry = if what <= what::SUBC { ccr(ctx) & 1 } else { 0 };
    let r = if is_sub { a.wrapping_sub(b).wrapping_sub(carry) } else { a.wrapping_add(b).wrapping_add(carry) };
    let mut icc = flags(a, b, carry, is_sub, 32);
    if what >= what::TADD && (a | b) & 3 != 0 {
        icc |= 2;
    }
    if what >= what::TADDTV && icc & 2 != 0 {
        return Err(Fault::new(tt::TAG_OVERFLOW));
    }
    set_ccr(ctx, flags(a, b, carry, is_sub, 64) << 4 | icc);
    Ok(r)
}

/// MULScc ("Multiply Step"): the upper half of the result is undefined; here it is the carry of the sum of both words.
fn mulscc(ctx: &mut Ctx<Sparc64>, a: u64, b: u64) -> u64 {
    let (old, y) = (ccr(ctx), ctx.reg(Y));
    let sign = (old >> 3 ^ old >> 1) & 1;
    let first = (a & 0xffff_ffff) >> 1 | sign << 31;
    let second = if y & 1 != 0 { b & 0xffff_ffff } else { 0 };
    let r = first.wrapping_add(second);
    ctx.set_reg(Y, (y & 0xffff_ffff) >> 1 | (a & 1) << 31);
    let ccr = flags(first, second, 0, false, 64) << 4 | flags(first, second, 0, false, 32);
    set_ccr(ctx, ccr);
    debug_assert_eq!(ctx.reg(CC_A), ccr);
    r
}

/// Helper: 64 by 32 bits; the quotient as it goes to rd, which saturates, or (bit 1 of `what`) whether it has done so.
pub(crate) fn divide(_: &mut Ctx<Sparc64>, [dividend, divisor, what, _]: [u64; 4]) -> Result<u64, Fault> {
    Ok(if what & 1 == what::UDIV {
        let divisor = divisor & 0xffff_ffff;
        let q = dividend.checked_div(divisor).unwrap_or(0);
        let (q, overflow) = if q > 0xffff_ffff { (0xffff_ffff, true) } else { (q, false) };
        if what & 2 != 0 { u64::from(overflow) } else { q }
    } else {
        let (n, d) = (i128::from(dividend as i64), i128::from(divisor as i32));
        let q = n.checked_div(d).unwrap_or(0);
        let cut = q.clamp(i128::from(i32::MIN), i128::from(i32::MAX));
        if what & 2 != 0 { u64::from(cut != q) } else { cut as i64 as u64 }
    })
}
