//! SSE2 and FMA3 scalar instructions.

use std::arch::asm;

use softfloat::{Env, F32, F64, Flags, Float, Negate, Relation, Rounding};

use crate::draw::{self, Rng};
use crate::{ROUNDINGS, Tally, x86_flags};

type Ours = fn([u64; 3], &mut Env) -> u64;
type Host = fn([u64; 3], u32) -> (u64, u32);

struct Op {
    name: &'static str,
    single: bool,
    ours: Ours,
    host: Host,
}

/// Runs one instruction between loading and storing MXCSR; returns its result and the six flags.
macro_rules! instruction {
    ($text:literal, $x:ident, $csr:ident) => {{
        let mut control: u32 = $csr;
        let saved: u32 = 0x1f80;
        let mut a = f64::from_bits($x[0]);
        let (b, c) = (f64::from_bits($x[1]), f64::from_bits($x[2]));
        // SAFETY: the instruction works on registers given to it; MXCSR is put back to its usual value.
        unsafe {
            asm!(
                "ldmxcsr [{control}]", $text, "stmxcsr [{control}]", "ldmxcsr [{saved}]",
                a = inout(xmm_reg) a, b = in(xmm_reg) b, c = in(xmm_reg) c,
                control = in(reg) &mut control, saved = in(reg) &saved,
            );
        }
        let _ = (b, c);
        (a.to_bits(), control & 0x3f)
    }};
    (int $text:literal, $x:ident, $csr:ident) => {{
        let mut control: u32 = $csr;
        let saved: u32 = 0x1f80;
        let a = f64::from_bits($x[0]);
        let b = f64::from_bits($x[1]);
        let result: u64;
        // SAFETY: as above; the instruction's result is in a general register.
        unsafe {
            asm!(
                "ldmxcsr [{control}]", $text, "stmxcsr [{control}]", "ldmxcsr [{saved}]",
                a = in(xmm_reg) a, b = in(xmm_reg) b, r = out(reg) result,
                control = in(reg) &mut control, saved = in(reg) &saved,
            );
        }
        let _ = b;
        (result, control & 0x3f)
    }};
}

macro_rules! op {
    ($list:ident $name:literal $single:literal, |$x:ident, $env:ident| $ours:expr, $text:literal) => {
        $list.push(Op { name: $name, single: $single, ours: |$x, $env| $ours, host: |x, csr| instruction!($text, x, csr) })
    };
    ($list:ident $name:literal $single:literal, |$x:ident, $env:ident| $ours:expr, int $text:literal) => {
        $list.push(Op {
            name: $name,
            single: $single,
            ours: |$x, $env| $ours,
            host: |x, csr| instruction!(int $text, x, csr),
        })
    };
}

/// ZF, PF, CF in bits 2-0 as `COMISD` and `UCOMISD` set them.
fn comis(relation: Relation) -> u64 {
    match relation {
        Relation::Unordered => 0b111,
        Relation::Greater => 0b000,
        Relation::Less => 0b001,
        Relation::Equal => 0b100,
    }
}

fn arithmetic(list: &mut Vec<Op>) {
    op!(list "addss" true, |x, e| softfloat::add::<F32>(x[0] as u32, x[1] as u32, e).into(), "addss {a}, {b} # {c}");
    op!(list "subss" true, |x, e| softfloat::sub::<F32>(x[0] as u32, x[1] as u32, e).into(), "subss {a}, {b} # {c}");
    op!(list "mulss" true, |x, e| softfloat::mul::<F32>(x[0] as u32, x[1] as u32, e).into(), "mulss {a}, {b} # {c}");
    op!(list "divss" true, |x, e| softfloat::div::<F32>(x[0] as u32, x[1] as u32, e).into(), "divss {a}, {b} # {c}");
    op!(list "sqrtss" true, |x, e| softfloat::sqrt::<F32>(x[0] as u32, e).into(), "sqrtss {a}, {a} # {b} {c}");
    op!(list "cvtss2sd" true, |x, e| softfloat::convert::<F32, F64>(x[0] as u32, e), "cvtss2sd {a}, {a} # {b} {c}");
    op!(list "addsd" false, |x, e| softfloat::add::<F64>(x[0], x[1], e), "addsd {a}, {b} # {c}");
    op!(list "subsd" false, |x, e| softfloat::sub::<F64>(x[0], x[1], e), "subsd {a}, {b} # {c}");
    op!(list "mulsd" false, |x, e| softfloat::mul::<F64>(x[0], x[1], e), "mulsd {a}, {b} # {c}");
    op!(list "divsd" false, |x, e| softfloat::div::<F64>(x[0], x[1], e), "divsd {a}, {b} # {c}");
    op!(list "sqrtsd" false, |x, e| softfloat::sqrt::<F64>(x[0], e), "sqrtsd {a}, {a} # {b} {c}");
    op!(list "roundsd" false, |x, e| {
        let value = softfloat::round_to_integral::<F64>(x[0], e.rounding, true, e);
        e.flags = e.flags.without(Flags::DENORMAL);
        value
    }, "roundsd {a}, {a}, 4 # {b} {c}");
    op!(list "cvtsd2ss" false, |x, e| {
        let upper = x[0] & 0xffff_ffff_0000_0000;
        upper | u64::from(softfloat::convert::<F64, F32>(x[0], e))
    }, "cvtsd2ss {a}, {a} # {b} {c}");
}

fn integers(list: &mut Vec<Op>) {
    op!(list "cvtsd2si" false,
        |x, e| softfloat::to_int::<F64, i64>(x[0], e.rounding, e).or(i64::MIN) as u64, int "cvtsd2si {r}, {a} # {b}");
    op!(list "cvttsd2si" false,
        |x, e| softfloat::to_int::<F64, i64>(x[0], Rounding::TowardZero, e).or(i64::MIN) as u64,
        int "cvttsd2si {r}, {a} # {b}");
    op!(list "cvtss2si" true,
        |x, e| u64::from(softfloat::to_int::<F32, i32>(x[0] as u32, e.rounding, e).or(i32::MIN) as u32),
        int "cvtss2si {r:e}, {a} # {b}");
    op!(list "ucomisd" false, |x, e| comis(softfloat::compare_quiet::<F64>(x[0], x[1], e)),
        int "ucomisd {a}, {b}
             pushfq
             pop {r}");
    op!(list "comisd" false, |x, e| comis(softfloat::compare_signalling::<F64>(x[0], x[1], e)),
        int "comisd {a}, {b}
             pushfq
             pop {r}");
}

/// In the 213 forms the second operand is the multiplicand, the first the multiplier: that decides between NaNs.
fn fused(list: &mut Vec<Op>) {
    op!(list "vfmadd213sd" false,
        |x, e| softfloat::fma::<F64>(x[1], x[0], x[2], Negate::NONE, e), "vfmadd213sd {a}, {b}, {c}");
    op!(list "vfnmsub213sd" false,
        |x, e| softfloat::fma::<F64>(x[1], x[0], x[2], Negate::BOTH, e), "vfnmsub213sd {a}, {b}, {c}");
    op!(list "vfmsub213ss" true,
        |x, e| softfloat::fma::<F32>(x[1] as u32, x[0] as u32, x[2] as u32, Negate::ADDEND, e).into(),
        "vfmsub213ss {a}, {b}, {c}");
    op!(list "vfnmadd213ss" true,
        |x, e| softfloat::fma::<F32>(x[1] as u32, x[0] as u32, x[2] as u32, Negate::PRODUCT, e).into(),
        "vfnmadd213ss {a}, {b}, {c}");
}

/// Compares all instructions in all modes.
pub fn compare(cases: u64, rng: &mut Rng, tally: &mut Tally) {
    let mut list = Vec::new();
    arithmetic(&mut list);
    integers(&mut list);
    if std::arch::is_x86_feature_detected!("fma") {
        fused(&mut list);
    }
    for op in &list {
        for mode in 0..16 {
            compare_in(op, mode, cases, rng, tally);
        }
    }
}

/// One instruction in one of the modes: bits 1-0 rounding, bit 2 DAZ, bit 3 FTZ.
fn compare_in(op: &Op, mode: u32, cases: u64, rng: &mut Rng, tally: &mut Tally) {
    let format = if op.single { F32::FORMAT } else { F64::FORMAT };
    let (daz, ftz) = (mode >> 2 & 1, mode >> 3 & 1);
    let control = 0x1f80 | (mode & 3) << 13 | daz << 6 | ftz << 15;
    let env = Env {
        rounding: ROUNDINGS[(mode & 3) as usize],
        flush_inputs: daz == 1,
        flush_outputs: ftz == 1,
        flags: Flags::NONE,
        ..Env::SSE
    };
    for case in 0..cases {
        let x = if case % 8 == 0 { draw::special_operands(&format, rng) } else { draw::operands(&format, rng) };
        let x = x.map(|bits| bits as u64);
        let mut ours = env;
        let result = (op.ours)(x, &mut ours);
        let mut host = (op.host)(x, control);
        if op.name.contains("comis") {
            // CF is bit 0, PF bit 2, ZF bit 6 of the flags register.
            host.0 = (host.0 & 1) | (host.0 >> 1 & 2) | (host.0 >> 4 & 4);
        }
        tally.count(op.name, ((result, x86_flags(ours.flags)), host), || format!("mode {mode:04b} {x:x?}"));
    }
}
