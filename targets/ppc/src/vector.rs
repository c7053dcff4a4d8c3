//! What vector instructions do to whole registers.
//!
//! AltiVec Technology Programming Environments Manual, chapter 6. Elements are counted as the manual counts: 0 is the leftmost.

use bits::sign_extend;
use cpu::Ctx;
use softfloat::{Env, F32, Negate, Rounding};

use crate::format::W;
use crate::state::vs;
use crate::target::Ppc;
use crate::trap::Trap;

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// VSCR: something has been saturated; non-Java mode (denormals are zeros).
const SAT: u32 = 1;
const NJ: u32 = 1 << 16;

/// The value of vector register `n`.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, n: u32) -> u128 {
    u128::from(ctx.reg(vs(32 + n, 0))) << 64 | u128::from(ctx.reg(vs(32 + n, 1)))
}

/// Writes vector register `n`.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, n: u32, value: u128) {
    ctx.set_reg(vs(32 + n, 0), (value >> 64) as u64);
    ctx.set_reg(vs(32 + n, 1), value as u64);
}

/// Element `i` of `bits` bits.
pub(crate) fn get(v: u128, bits: u32, i: u32) -> u64 {
    (v >> (128 - bits * (i + 1))) as u64 & bits::mask(bits)
}

/// The same as a signed number.
pub(crate) fn signed(v: u128, bits: u32, i: u32) -> i64 {
    sign_extend(get(v, bits, i), bits) as i64
}

/// A register from its elements.
pub(crate) fn collect(bits: u32, element: impl FnMut(u32) -> u64) -> u128 {
    (0..128 / bits).map(element).fold(0, |all, e| all << bits | u128::from(e & bits::mask(bits)))
}

/// An operation, its operands and whether it saturates.
struct Op {
    a: u128,
    b: u128,
    c: u128,
    f: W,
    env: Env,
    sat: bool,
}

impl Op {
    /// A number cut to the range of an element.
    fn clamp(&mut self, value: i128, bits: u32, is_signed: bool) -> u64 {
        let (low, high) =
            if is_signed { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
        self.sat |= value < low || value > high;
        value.clamp(low, high) as u64
    }

    /// Sums or differences of elements, saturated.
    fn saturated(&mut self, bits: u32, is_signed: bool, op: fn(i128, i128) -> i128) -> u128 {
        let (a, b) = (self.a, self.b);
        let number = |v, i| if is_signed { i128::from(signed(v, bits, i)) } else { i128::from(get(v, bits, i)) };
        collect(bits, |i| self.clamp(op(number(a, i), number(b, i)), bits, is_signed))
    }

    fn each(&self, bits: u32, op: impl Fn(u64, u64) -> u64) -> u128 {
        collect(bits, |i| op(get(self.a, bits, i), get(self.b, bits, i)))
    }

    fn each_s(&self, bits: u32, op: impl Fn(i64, i64) -> i64) -> u128 {
        collect(bits, |i| op(signed(self.a, bits, i), signed(self.b, bits, i)) as u64)
    }

    /// Products of every second element, from `first` on.
    fn products(&self, bits: u32, first: u32, is_signed: bool) -> u128 {
        collect(2 * bits, |i| {
            let n = 2 * i + first;
            if is_signed {
                (signed(self.a, bits, n) * signed(self.b, bits, n)) as u64
            } else {
                get(self.a, bits, n) * get(self.b, bits, n)
            }
        })
    }

    /// Elements of both, in turn, from element `first` on.
    fn merge(&self, bits: u32, first: u32) -> u128 {
        collect(bits, |i| get(if i % 2 == 0 { self.a } else { self.b }, bits, first + i / 2))
    }

    /// Elements of `a` and then of `b` in half the width.
    fn pack(&mut self, bits: u32, from_signed: bool, to_signed: bool) -> u128 {
        let (a, b, n) = (self.a, self.b, 128 / bits);
        collect(bits / 2, |i| {
            let (v, i) = if i < n { (a, i) } else { (b, i - n) };
            let value = if from_signed { i128::from(signed(v, bits, i)) } else { i128::from(get(v, bits, i)) };
            self.clamp(value, bits / 2, to_signed)
        })
    }

    fn floats(&mut self, mut op: impl FnMut(u32, u32, u32, &mut Env) -> u32) -> u128 {
        let (a, b, c) = (self.a, self.b, self.c);
        collect(32, |i| op(get(a, 32, i) as u32, get(b, 32, i) as u32, get(c, 32, i) as u32, &mut self.env).into())
    }

    /// Elements of all ones where `op` holds.
    fn test(&self, bits: u32, op: impl Fn(u32) -> bool) -> u128 {
        collect(bits, |i| if op(i) { u64::MAX } else { 0 })
    }
}

/// Carries out the instruction `bits`; CR6's bits for a comparison.
pub(crate) fn run<T: Ppc>(ctx: &mut Ctx<T>, [bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let mut env = Env::POWERPC;
    env.flush_inputs = ctx.state.vscr & NJ != 0;
    env.flush_outputs = env.flush_inputs;
    let [a, b, c] = [f.ra(), f.rb(), f.mb()].map(|n| read(ctx, n));
    let mut op = Op { a, b, c, f, env, sat: false };
    let xo = f.0 & 0x7ff;
    match xo {
        1540 => {
            let scr = ctx.state.vscr;
            write(ctx, f.rt(), scr.into());
            return Ok(0);
        }
        1604 => {
            ctx.state.vscr = b as u32 & (SAT | NJ);
            return Ok(0);
        }
        _ => {}
    }
    let value = if xo & 0x3f >= 32 {
        three(&mut op, xo & 0x3f)
    } else if xo & 0x3f == 6 {
        compare(&mut op, xo & 0x3ff)
    } else {
        arithmetic(&mut op, xo)
            .or_else(|| shift(&op, xo))
            .or_else(|| float(&mut op, xo))
            .unwrap_or_else(|| permute(&mut op, xo))
    };
    write(ctx, f.rt(), value);
    if op.sat {
        ctx.state.vscr |= SAT;
    }
    // vcmpbfp never says that all are true.
    let all = value == u128::MAX && xo & 0x3ff != 966;
    Ok(u64::from(all) << 3 | u64::from(value == 0) << 1)
}

/// Width of the elements by two bits of the opcode: bytes, half words, words.
fn width(code: u32) -> u32 {
    8 << (code >> 6 & 3)
}

/// Sums, differences, extremes, averages, products.
fn arithmetic(op: &mut Op, xo: u32) -> Option<u128> {
    let w = width(xo);
    let is_signed = xo & 0x100 != 0;
    Some(match xo {
        0 | 64 | 128 => op.each(w, u64::wrapping_add),
        1024 | 1088 | 1152 => op.each(w, u64::wrapping_sub),
        384 => op.each(32, |x, y| (x + y) >> 32),
        1408 => op.each(32, |x, y| u64::from(x >= y)),
        512 | 576 | 640 | 768 | 832 | 896 => op.saturated(w, is_signed, |x, y| x + y),
        1536 | 1600 | 1664 | 1792 | 1856 | 1920 => op.saturated(w, is_signed, |x, y| x - y),
        2 | 66 | 130 => op.each(w, u64::max),
        258 | 322 | 386 => op.each_s(w, i64::max),
        514 | 578 | 642 => op.each(w, u64::min),
        770 | 834 | 898 => op.each_s(w, i64::min),
        1026 | 1090 | 1154 => op.each(w, |x, y| (x + y + 1) >> 1),
        1282 | 1346 | 1410 => op.each_s(w, |x, y| (x + y + 1) >> 1),
        8 | 72 | 264 | 328 => op.products(w, 1, is_signed),
        520 | 584 | 776 | 840 => op.products(w, 0, is_signed),
        1544 | 1800 | 1608 | 1672 | 1928 => sums(op, xo),
        _ => return None,
    })
}

/// Sums across elements.
fn sums(op: &mut Op, xo: u32) -> u128 {
    let (a, b) = (op.a, op.b);
    let total = |range: std::ops::Range<u32>, bits| range.map(|i| i128::from(signed(a, bits, i))).sum::<i128>();
    match xo {
        1544 => collect(32, |i| {
            let sum: u64 = (4 * i..4 * i + 4).map(|n| get(a, 8, n)).sum();
            op.clamp(i128::from(get(b, 32, i)) + i128::from(sum), 32, false)
        }),
        1800 => collect(32, |i| op.clamp(i128::from(signed(b, 32, i)) + total(4 * i..4 * i + 4, 8), 32, true)),
        1608 => collect(32, |i| op.clamp(i128::from(signed(b, 32, i)) + total(2 * i..2 * i + 2, 16), 32, true)),
        1672 => collect(64, |i| {
            let sum = i128::from(signed(b, 32, 2 * i + 1)) + total(2 * i..2 * i + 2, 32);
            op.clamp(sum, 32, true) & 0xffff_ffff
        }),
        _ => u128::from(op.clamp(i128::from(signed(b, 32, 3)) + total(0..4, 32), 32, true) & 0xffff_ffff),
    }
}

/// Rotations and shifts of elements and of whole registers.
fn shift(op: &Op, xo: u32) -> Option<u128> {
    let w = width(xo);
    let count = |y: u64| (y & u64::from(w - 1)) as u32;
    let (bits, octets) = ((op.b & 7) as u32, (op.b >> 3 & 15) as u32 * 8);
    Some(match xo {
        4 | 68 | 132 => op.each(w, |x, y| x << count(y) | x >> ((w - count(y)) % w)),
        260 | 324 | 388 => op.each(w, |x, y| x << count(y)),
        516 | 580 | 644 => op.each(w, |x, y| x >> count(y)),
        772 | 836 | 900 => op.each_s(w, |x, y| x >> count(y as u64)),
        452 => op.a << bits,
        708 => op.a >> bits,
        1036 => op.a << octets,
        1100 => op.a >> octets,
        _ => return None,
    })
}

const ONE: u32 = 0x3f80_0000;

/// Single-precision arithmetic: rounded to nearest, no exceptions.
fn float(op: &mut Op, xo: u32) -> Option<u128> {
    let scale = op.f.ra() as i32;
    let whole =
        |r: Rounding| move |_: u32, b: u32, _: u32, e: &mut Env| softfloat::round_to_integral::<F32>(b, r, false, e);
    Some(match xo {
        10 => op.floats(|a, b, _, e| softfloat::add::<F32>(a, b, e)),
        74 => op.floats(|a, b, _, e| softfloat::sub::<F32>(a, b, e)),
        266 => op.floats(|_, b, _, e| softfloat::div::<F32>(ONE, b, e)),
        330 => op.floats(|_, b, _, e| {
            let root = softfloat::sqrt::<F32>(b, e);
            softfloat::div::<F32>(ONE, root, e)
        }),
        394 => op.floats(|_, b, _, e| estimate(b, e, f32::exp2)),
        458 => op.floats(|_, b, _, e| estimate(b, e, f32::log2)),
        522 => op.floats(whole(Rounding::NearestEven)),
        586 => op.floats(whole(Rounding::TowardZero)),
        650 => op.floats(whole(Rounding::Up)),
        714 => op.floats(whole(Rounding::Down)),
        778 => op.floats(|_, b, _, e| {
            let value = softfloat::from_int::<F32, u32>(b, e);
            softfloat::scalb::<F32>(value, -scale, e)
        }),
        842 => op.floats(|_, b, _, e| {
            let value = softfloat::from_int::<F32, i32>(b as i32, e);
            softfloat::scalb::<F32>(value, -scale, e)
        }),
        906 | 970 => to_integers(op, xo == 970, scale),
        1034 => op.floats(|a, b, _, e| extreme(a, b, e, true)),
        1098 => op.floats(|a, b, _, e| extreme(a, b, e, false)),
        _ => return None,
    })
}

/// A denormal operand counts as zero in non-Java mode.
fn flushed(v: u32, env: &Env) -> u32 {
    if env.flush_inputs && v & 0x7f80_0000 == 0 { v & 1 << 31 } else { v }
}

/// An estimate by the host's function, which is good enough for what the manual asks; NaNs are ours.
fn estimate(b: u32, env: &mut Env, function: fn(f32) -> f32) -> u32 {
    if softfloat::is_nan::<F32>(b) {
        return b | 1 << 22;
    }
    let result = function(f32::from_bits(flushed(b, env)));
    if result.is_nan() { 0x7fc0_0000 } else { flushed(result.to_bits(), env) }
}

/// The greater or smaller of two; a NaN wins, the first one first, and +0 is greater than −0.
fn extreme(a: u32, b: u32, env: &mut Env, greater: bool) -> u32 {
    if softfloat::is_nan::<F32>(a) || softfloat::is_nan::<F32>(b) {
        return softfloat::add::<F32>(a, b, env);
    }
    let (a, b) = (flushed(a, env), flushed(b, env));
    let order = |v: u32| if v >> 31 != 0 { !v as i32 ^ i32::MIN } else { v as i32 };
    if (order(a) > order(b)) == greater { a } else { b }
}

fn to_integers(op: &mut Op, is_signed: bool, scale: i32) -> u128 {
    let b = op.b;
    collect(32, |i| {
        let value = get(b, 32, i) as u32;
        // A NaN gives 0 and does not count as saturated.
        if softfloat::is_nan::<F32>(value) {
            return 0;
        }
        let scaled = f64::from(f32::from_bits(value)) * f64::from(scale).exp2();
        let mut env = Env::POWERPC;
        let result = softfloat::to_int::<softfloat::F64, i64>(scaled.to_bits(), Rounding::TowardZero, &mut env);
        op.clamp(result.saturate(0).into(), 32, is_signed)
    })
}

/// Merges, packs, unpacks, splats.
fn permute(op: &mut Op, xo: u32) -> u128 {
    let w = width(xo);
    let (a, b, f) = (op.a, op.b, op.f);
    let immediate = sign_extend(f.ra().into(), 5);
    match xo {
        12 | 76 | 140 => op.merge(w, 0),
        268 | 332 | 396 => op.merge(w, 64 / w),
        524 | 588 | 652 => collect(w, |_| get(b, w, f.ra() % (128 / w))),
        780 | 844 | 908 => collect(w, |_| immediate),
        14 | 78 => collect(w, |i| {
            let n = 64 / w;
            get(if i < n { a } else { b }, 2 * w, i % n)
        }),
        142 | 206 => op.pack(16 << (xo >> 6 & 1), false, false),
        270 | 334 => op.pack(16 << (xo >> 6 & 1), true, false),
        398 | 462 => op.pack(16 << (xo >> 6 & 1), true, true),
        526 | 590 | 654 | 718 => {
            let from = if xo & 0x40 != 0 { 16 } else { 8 };
            let first = if xo & 0x80 != 0 { 64 / from } else { 0 };
            collect(2 * from, |i| signed(b, from, first + i) as u64)
        }
        782 => collect(16, |i| {
            let v = get(if i < 4 { a } else { b }, 32, i % 4);
            v >> 9 & 0xfc00 | v >> 6 & 0x3e0 | v >> 3 & 0x1f
        }),
        846 | 974 => collect(32, |i| {
            let v = get(b, 16, i + if xo == 974 { 4 } else { 0 });
            let alpha = if v >> 15 != 0 { 0xff } else { 0 };
            alpha << 24 | (v >> 10 & 31) << 16 | (v >> 5 & 31) << 8 | v & 31
        }),
        _ => 0,
    }
}

/// Instructions of three operands.
fn three(op: &mut Op, xo: u32) -> u128 {
    let (a, b, c) = (op.a, op.b, op.c);
    let wide_s = |i: u32| i128::from(signed(a, 16, i)) * i128::from(signed(b, 16, i));
    let wide_u = |i: u32| i128::from(get(a, 16, i)) * i128::from(get(b, 16, i));
    match xo {
        32 | 33 => collect(16, |i| {
            let round = if xo == 33 { 0x4000 } else { 0 };
            op.clamp(((wide_s(i) + round) >> 15) + i128::from(signed(c, 16, i)), 16, true)
        }),
        34 => collect(16, |i| get(a, 16, i) * get(b, 16, i) + get(c, 16, i)),
        36 | 37 => collect(32, |i| {
            let part = |n: u32| {
                let first = if xo == 37 { signed(a, 8, n) } else { get(a, 8, n) as i64 };
                first * get(b, 8, n) as i64
            };
            (4 * i..4 * i + 4).map(part).sum::<i64>().wrapping_add(get(c, 32, i) as i64) as u64
        }),
        38 => collect(32, |i| (wide_u(2 * i) + wide_u(2 * i + 1) + i128::from(get(c, 32, i))) as u64),
        39 => collect(32, |i| op.clamp(wide_u(2 * i) + wide_u(2 * i + 1) + i128::from(get(c, 32, i)), 32, false)),
        40 => collect(32, |i| (wide_s(2 * i) + wide_s(2 * i + 1) + i128::from(signed(c, 32, i))) as u64),
        41 => collect(32, |i| op.clamp(wide_s(2 * i) + wide_s(2 * i + 1) + i128::from(signed(c, 32, i)), 32, true)),
        43 => collect(8, |i| {
            let n = get(c, 8, i) as u32 & 31;
            get(if n < 16 { a } else { b }, 8, n % 16)
        }),
        44 => {
            let n = op.f.mb() & 15;
            collect(8, |i| if i + n < 16 { get(a, 8, i + n) } else { get(b, 8, i + n - 16) })
        }
        46 => op.floats(|a, b, c, e| softfloat::fma::<F32>(a, c, b, Negate::NONE, e)),
        _ => op.floats(|a, b, c, e| {
            let value = softfloat::fma::<F32>(a, c, b, Negate::ADDEND, e);
            if softfloat::is_nan::<F32>(value) { value } else { value ^ 1 << 31 }
        }),
    }
}

/// Comparisons.
fn compare(op: &mut Op, xo: u32) -> u128 {
    let (a, b, w) = (op.a, op.b, width(xo));
    let env = op.env;
    let against = |i: u32, y: u32| softfloat::compare_quiet::<F32>(get(a, 32, i) as u32, y, &mut env.clone());
    let relation = |i: u32| against(i, get(b, 32, i) as u32);
    match xo {
        6 | 70 | 134 => op.test(w, |i| get(a, w, i) == get(b, w, i)),
        518 | 582 | 646 => op.test(w, |i| get(a, w, i) > get(b, w, i)),
        774 | 838 | 902 => op.test(w, |i| signed(a, w, i) > signed(b, w, i)),
        198 => op.test(32, |i| relation(i).is_eq()),
        454 => op.test(32, |i| !relation(i).is_unordered() && !relation(i).is_lt()),
        710 => op.test(32, |i| !relation(i).is_unordered() && !relation(i).is_le()),
        _ => collect(32, |i| {
            let above = relation(i);
            let below = against(i, softfloat::neg::<F32>(get(b, 32, i) as u32));
            let over = above.is_unordered() || !above.is_le();
            let under = below.is_unordered() || below.is_lt();
            u64::from(over) << 31 | u64::from(under) << 30
        }),
    }
}

/// How many bytes the element of a `lvebx`, `stvehx`... has.
fn element_bits(f: W) -> u32 {
    8 << (f.0 >> 6 & 3)
}

/// Helper: puts an element where its bytes are in the quadword: value, offset, instruction.
pub(crate) fn set_element<T: Ppc>(ctx: &mut Ctx<T>, [value, offset, bits, _]: Args) -> Out {
    let f = W(bits as u32);
    let w = element_bits(f);
    let little = T::mode(ctx) & crate::mode::LE != 0;
    let i = place(offset as u32, w, little);
    let shift = 128 - w * (i + 1);
    let old = read(ctx, f.rt()) & !(u128::from(bits::mask(w)) << shift);
    write(ctx, f.rt(), old | u128::from(value) << shift);
    Ok(0)
}

/// Helper: the element that belongs to an offset in the quadword: offset, instruction.
pub(crate) fn get_element<T: Ppc>(ctx: &mut Ctx<T>, [offset, bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let w = element_bits(f);
    let little = T::mode(ctx) & crate::mode::LE != 0;
    Ok(get(read(ctx, f.rt()), w, place(offset as u32, w, little)))
}

fn place(offset: u32, w: u32, little: bool) -> u32 {
    let i = offset * 8 / w;
    if little { 128 / w - 1 - i } else { i }
}
