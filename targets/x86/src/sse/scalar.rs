//! Scalar arithmetic, which the host may do where that is exact.

use iced_x86::OpKind;
use uop::{FastFp, Width};

use softfloat::{self as sf, F32, F64, Rounding};

use super::{Fp, fp, number};
use crate::flags::Op;
use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift};
use crate::state::{self, FP_OK};
use crate::trap::{Cpu, Out};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Addss |l| arithmetic(l, Width::W32, 0, FastFp::Add32);
    Addsd |l| arithmetic(l, Width::W64, 1, FastFp::Add64);
    Subss |l| arithmetic(l, Width::W32, 2, FastFp::Sub32);
    Subsd |l| arithmetic(l, Width::W64, 3, FastFp::Sub64);
    Mulss |l| arithmetic(l, Width::W32, 4, FastFp::Mul32);
    Mulsd |l| arithmetic(l, Width::W64, 5, FastFp::Mul64);
    Divss |l| arithmetic(l, Width::W32, 6, FastFp::Div32);
    Divsd |l| arithmetic(l, Width::W64, 7, FastFp::Div64);
    Sqrtss |l| root(l, Width::W32, 8, FastFp::Sqrt32);
    Sqrtsd |l| root(l, Width::W64, 9, FastFp::Sqrt64);
    Cvtsi2sd from_integer;
    Cvtsi2ss from_integer;
    Cvtsd2si |l| to_integer(l, true, false);
    Cvttsd2si |l| to_integer(l, true, true);
    Cvtss2si |l| to_integer(l, false, false);
    Cvttss2si |l| to_integer(l, false, true);
    Comisd |l| compare(l, true, false);
    Ucomisd |l| compare(l, true, true);
    Comiss |l| compare(l, false, false);
    Ucomiss |l| compare(l, false, true);
};

fn arithmetic(l: &Lift<'_>, w: Width, op: u64, fast: FastFp) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let reg = state::xmm(number(l.insn.op0_register()), 0);
    let b = l.source(1, false).0;
    let old = l.ir.get(reg);
    if w == Width::W64 {
        l.ir.set(reg, l.ir.call_fast(helper::SCALAR, &[old, b, l.k(op)], fast, FP_OK));
    } else {
        let (x, y) = (old & l.k(0xffff_ffff), b & l.k(0xffff_ffff));
        let v = l.ir.call_fast(helper::SCALAR, &[x, y, l.k(op)], fast, FP_OK);
        l.ir.set(reg, old.deposit(0, 32, v));
    }
    Flow::Next
}

fn root(l: &Lift<'_>, w: Width, op: u64, fast: FastFp) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let reg = state::xmm(number(l.insn.op0_register()), 0);
    let b = l.source(1, false).0;
    if w == Width::W64 {
        l.ir.set(reg, l.ir.call_fast(helper::SCALAR, &[b, b, l.k(op)], fast, FP_OK));
    } else {
        let y = b & l.k(0xffff_ffff);
        let v = l.ir.call_fast(helper::SCALAR, &[y, y, l.k(op)], fast, FP_OK);
        l.ir.set(reg, l.ir.get(reg).deposit(0, 32, v));
    }
    Flow::Next
}

/// The helper of arithmetic: operands, operation.
pub(crate) fn run(cpu: &mut Cpu, [a, b, op, _]: [u64; 4]) -> Out {
    let mut f = Fp::of(cpu.reg(state::MXCSR));
    let (x, y) = (a as u32, b as u32);
    let result = match op {
        0 => fp::add32(&mut f, x, y).into(),
        1 => fp::add64(&mut f, a, b),
        2 => fp::sub32(&mut f, x, y).into(),
        3 => fp::sub64(&mut f, a, b),
        4 => fp::mul32(&mut f, x, y).into(),
        5 => fp::mul64(&mut f, a, b),
        6 => fp::div32(&mut f, x, y).into(),
        7 => fp::div64(&mut f, a, b),
        8 => fp::sqrt32(&mut f, x, y).into(),
        _ => fp::sqrt64(&mut f, a, b),
    };
    f.finish(cpu)?;
    Ok(result)
}

fn from_integer(l: &Lift<'_>) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let wide = l.mnemonic() == iced_x86::Mnemonic::Cvtsi2sd;
    let w = if l.insn.op1_kind() == OpKind::Register {
        l.width_of(1)
    } else {
        crate::lift::width(l.insn.memory_size().size())
    };
    let v = l.read(1, w);
    let reg = state::xmm(number(l.insn.op0_register()), 0);
    let what = l.k(u64::from(wide));
    let v64 = v.sext(Width::W64);
    if wide {
        let fast = if w == Width::W32 { FastFp::FromI32To64 } else { FastFp::FromI64To64 };
        let arg = if w == Width::W32 { v.zext(Width::W64) } else { v };
        let kind = l.k(1 | if w == Width::W32 { 2 } else { 0 });
        l.ir.set(reg, l.ir.call_fast(helper::FROM_INTEGER, &[arg, kind], fast, FP_OK));
    } else {
        let result = l.ir.call(helper::FROM_INTEGER, &[v64, what]);
        l.ir.set(reg, l.ir.get(reg).deposit(0, 32, result));
    }
    Flow::Next
}

/// The helper of CVTSI2SD and CVTSI2SS: number; bit 0 double, bit 1 the number has 32 bits.
pub(crate) fn from(cpu: &mut Cpu, [v, what, ..]: [u64; 4]) -> Out {
    let mut f = Fp::of(cpu.reg(state::MXCSR));
    let v = if what & 2 != 0 { i64::from(v as i32) } else { v as i64 };
    let result = if what & 1 != 0 {
        sf::from_int::<F64, i64>(v, &mut f.env)
    } else {
        sf::from_int::<F32, i64>(v, &mut f.env).into()
    };
    f.finish(cpu)?;
    Ok(result)
}

pub(super) fn to_integer(l: &Lift<'_>, wide: bool, cut: bool) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let v = l.source(1, false).0;
    let w = l.width_of(0);
    let what = l.k(u64::from(wide) | u64::from(cut) << 1 | u64::from(w == Width::W64) << 2);
    let result = if wide && cut {
        let fast = if w == Width::W64 { FastFp::TruncToI64From64 } else { FastFp::TruncToI32From64 };
        l.ir.call_fast(helper::TO_INTEGER, &[v, what], fast, FP_OK)
    } else {
        l.ir.call(helper::TO_INTEGER, &[v, what])
    };
    l.set_gpr(l.insn.op0_register(), result.trunc(w));
    Flow::Next
}

/// The helper of CVTSD2SI and the like: number; bit 0 double, bit 1 towards zero, bit 2 to 64 bits.
pub(crate) fn to(cpu: &mut Cpu, [v, what, ..]: [u64; 4]) -> Out {
    let mut f = Fp::of(cpu.reg(state::MXCSR));
    let rounding = if what & 2 != 0 { Rounding::TowardZero } else { f.env.rounding };
    let env = &mut f.env;
    let result = match (what & 1 != 0, what & 4 != 0) {
        (true, true) => sf::to_int::<F64, i64>(v, rounding, env).or(i64::MIN) as u64,
        (true, false) => (sf::to_int::<F64, i32>(v, rounding, env).or(i32::MIN) as u32).into(),
        (false, true) => sf::to_int::<F32, i64>(v as u32, rounding, env).or(i64::MIN) as u64,
        (false, false) => (sf::to_int::<F32, i32>(v as u32, rounding, env).or(i32::MIN) as u32).into(),
    };
    f.finish(cpu)?;
    Ok(result)
}

pub(super) fn compare(l: &Lift<'_>, wide: bool, quiet: bool) -> Flow {
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let b = l.source(1, false).0;
    let a = l.xmm(number(l.insn.op0_register())).0;
    let what = l.k(u64::from(wide) | u64::from(quiet) << 1);
    let bits = l.ir.call(helper::COMPARE, &[a, b, what]);
    l.set_flags(Op::Flags, Width::W8, bits, None, None);
    Flow::Next
}

/// The helper of COMISD and the like: operands; bit 0 double, bit 1 quiet.
pub(crate) fn relation(cpu: &mut Cpu, [a, b, what, _]: [u64; 4]) -> Out {
    if what & 1 != 0 {
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        if x.is_normal() && y.is_normal() {
            return Ok(if x < y {
                1
            } else if x == y {
                0x40
            } else {
                0
            });
        }
    }
    let mut f = Fp::of(cpu.reg(state::MXCSR));
    let bits = fp::compare(&mut f, a, b, what & 1 != 0, what & 2 != 0);
    f.finish(cpu)?;
    Ok(bits)
}

/// MOVMSKPS and the like: halves, bits of a lane.
pub(crate) fn move_mask(_: &mut Cpu, [low, high, bits, _]: [u64; 4]) -> Out {
    let v = u128::from(high) << 64 | u128::from(low);
    let bits = bits as u32;
    Ok((0..128 / bits).fold(0, |sum, n| sum | ((v >> (n * bits + bits - 1)) as u64 & 1) << n))
}
