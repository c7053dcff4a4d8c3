//! x87 instructions.

use std::arch::asm;

use softfloat::{Env, Flags, Float, Precision, X87};

use crate::draw::{self, Rng};
use crate::{ROUNDINGS, Tally, x86_flags};

type Ours = fn(u128, u128, &mut Env) -> (u128, Option<softfloat::Remainder<u128>>);
type Host = fn(u128, u128, u16) -> (u128, u16);

struct Op {
    name: &'static str,
    ours: Ours,
    host: Host,
}

/// Loads b and a, runs the instruction with ST(0) = a and ST(1) = b, and returns ST(0) and the status word.
macro_rules! op {
    ($name:literal, |$a:ident, $b:ident, $env:ident| $ours:expr, $text:literal) => {
        Op {
            name: $name,
            ours: |$a, $b, $env| $ours,
            host: |a, b, control| {
                let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
                let mut result = [0u8; 16];
                let status: u16;
                // SAFETY: the operands are ten bytes in arrays of sixteen; the register stack is empty before and after.
                unsafe {
                    asm!(
                        "fninit", "fldcw [{control}]", "fld tbyte ptr [{b}]", "fld tbyte ptr [{a}]", "fnclex",
                        $text, "fnstsw ax", "fstp tbyte ptr [{r}]", "fninit",
                        a = in(reg) a.as_ptr(), b = in(reg) b.as_ptr(), r = in(reg) result.as_mut_ptr(),
                        control = in(reg) &control, out("ax") status,
                        out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                        out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                    );
                }
                (u128::from_le_bytes(result), status)
            },
        }
    };
}

fn list() -> Vec<Op> {
    vec![
        op!("fadd", |a, b, e| (softfloat::add::<X87>(a, b, e), None), "fadd st(0), st(1)"),
        op!("fsub", |a, b, e| (softfloat::sub::<X87>(a, b, e), None), "fsub st(0), st(1)"),
        op!("fmul", |a, b, e| (softfloat::mul::<X87>(a, b, e), None), "fmul st(0), st(1)"),
        op!("fdiv", |a, b, e| (softfloat::div::<X87>(a, b, e), None), "fdiv st(0), st(1)"),
        op!("fsqrt", |a, _b, e| (softfloat::sqrt::<X87>(a, e), None), "fsqrt"),
        op!("frndint", |a, _b, e| (softfloat::round_to_integral::<X87>(a, e.rounding, true, e), None), "frndint"),
        op!("fprem", |a, b, e| remainder(softfloat::rem_partial::<X87>(a, b, false, e)), "fprem"),
        op!("fprem1", |a, b, e| remainder(softfloat::rem_partial::<X87>(a, b, true, e)), "fprem1"),
    ]
}

fn remainder(value: softfloat::Remainder<u128>) -> (u128, Option<softfloat::Remainder<u128>>) {
    (value.value, Some(value))
}

/// Compares all instructions in all modes.
pub fn compare(cases: u64, rng: &mut Rng, tally: &mut Tally) {
    for op in list() {
        for mode in 0..12 {
            compare_in(&op, mode, cases, rng, tally);
        }
    }
}

/// Now and then an encoding that only the x87 has: J bit and exponent at odds.
fn operand(bits: u128, rng: &mut Rng) -> u128 {
    if rng.below(16) == 0 { bits ^ 1 << 63 } else { bits }
}

/// One instruction in one of the modes: four rounding directions times three precisions.
fn compare_in(op: &Op, mode: usize, cases: u64, rng: &mut Rng, tally: &mut Tally) {
    let (precision, pc) = [(Precision::Single, 0), (Precision::Double, 2), (Precision::Extended, 3)][mode / 4];
    let control = 0x3f | (pc << 8) | ((mode & 3) as u16) << 10;
    let env = Env { rounding: ROUNDINGS[mode & 3], precision, flags: Flags::NONE, ..Env::X87 };
    for case in 0..cases {
        let x =
            if case % 8 == 0 { draw::special_operands(&X87::FORMAT, rng) } else { draw::operands(&X87::FORMAT, rng) };
        let (a, b) = (operand(x[0], rng), operand(x[1], rng));
        let mut ours = env;
        let (result, rem) = (op.ours)(a, b, &mut ours);
        let (host, status) = (op.host)(a, b, control);
        let (mut flags, mut host_flags) = (x86_flags(ours.flags), u32::from(status) & 0x3f);
        // C1 tells which way an inexact result was rounded.
        if flags & host_flags & 0x20 != 0 {
            flags |= u32::from(ours.flags.contains(Flags::ROUNDED_UP)) << 9;
            host_flags |= u32::from(status) & 0x200;
        }
        if let Some(rem) = rem.filter(|_| flags & 1 == 0) {
            flags |= u32::from(rem.partial) << 10;
            host_flags |= u32::from(status) & 0x400;
            let numbers = !softfloat::is_nan::<X87>(result);
            if numbers && !rem.partial {
                // The quotient's low bits, 2 to 0, are in C0, C3, C1.
                let q = rem.quotient as u32;
                flags |= (q >> 2 & 1) << 8 | (q >> 1 & 1) << 14 | (q & 1) << 9;
                host_flags |= u32::from(status) & 0x4300;
            }
        }
        tally.count(op.name, ((result, flags), (host, host_flags)), || {
            format!("{:?} {precision:?} {a:020x} {b:020x}", env.rounding)
        });
    }
}
