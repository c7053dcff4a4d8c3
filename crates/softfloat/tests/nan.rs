//! NaNs, guest by guest. Operands: a and b are quiet, s and t signalling, each with its own payload.

use softfloat::*;

/// Quiet and signalling where the leading fraction bit is one for quiet.
const QA: u32 = 0x7fc0_000a;
const QB: u32 = 0xffc0_000b;
const QC: u32 = 0x7fc0_000c;
const SA: u32 = 0x7f80_001a;
const SB: u32 = 0xff80_001b;
const SC: u32 = 0x7f80_001c;
const ONE: u32 = 0x3f80_0000;
const INF: u32 = 0x7f80_0000;
const QUIET: u32 = 0x0040_0000;

fn sum(env: Env, a: u32, b: u32) -> (u32, Flags) {
    let mut env = env;
    let bits = add::<F32>(a, b, &mut env);
    (bits, env.flags)
}

fn fused(env: Env, [a, b, c]: [u32; 3]) -> (u32, Flags) {
    let mut env = env;
    let bits = fma::<F32>(a, b, c, Negate::NONE, &mut env);
    (bits, env.flags)
}

/// Each guest's default NaN in single and double precision.
#[test]
fn default_nans() {
    let cases: &[(NanPolicy, u32, u64)] = &[
        (NanPolicy::RISCV, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
        (NanPolicy::SSE, 0xffc0_0000, 0xfff8_0000_0000_0000),
        (NanPolicy::POWERPC, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
        (NanPolicy::SPARC, 0x7fff_ffff, 0x7fff_ffff_ffff_ffff),
        (NanPolicy::MIPS_LEGACY, 0x7fbf_ffff, 0x7ff7_ffff_ffff_ffff),
        (NanPolicy::MIPS_2008, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
        (NanPolicy::S390X, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
        (NanPolicy::TRICORE, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
    ];
    for (policy, single, double) in cases {
        assert_eq!(policy.default_nan::<F32>(), *single, "{}", policy.name);
        assert_eq!(policy.default_nan::<F64>(), *double, "{}", policy.name);
        assert_eq!(class::<F32>(*single, policy), Class::QuietNan, "{}", policy.name);
    }
    assert_eq!(NanPolicy::X87.default_nan::<X87>(), 0xffff_c000_0000_0000_0000);
    assert_eq!(NanPolicy::S390X.default_nan::<F128>(), 0x7fff_8000 << 96);
}

/// The NaN that a sum of two hands on: rows are guests, columns pairs of operands.
#[test]
fn two_operands() {
    let pairs = [(QA, ONE), (ONE, QB), (QA, QB), (SA, QB), (QA, SB), (SA, SB), (SA, ONE)];
    let default = 0x7fc0_0000;
    let (sa, sb) = (SA | QUIET, SB | QUIET);
    let cases: &[(Env, [u32; 7])] = &[
        (Env::RISCV, [default; 7]),
        (Env::TRICORE, [default; 7]),
        (Env::SSE, [QA, QB, QA, sa, QA, sa, sa]),
        (Env::POWERPC, [QA, QB, QA, sa, QA, sa, sa]),
        (Env::SPARC, [QA, QB, QB, sa, sb, sb, sa]),
        (Env::S390X, [QA, QB, QA, sa, sb, sa, sa]),
        (Env::MIPS_2008, [QA, QB, QA, sa, sb, sa, sa]),
        // x87: the quiet one of a mixed pair, else the larger significand.
        (Env::X87, [QA, QB, QB, QB, QA, sb, sa]),
    ];
    for (env, expected) in cases {
        for ((a, b), expected) in pairs.into_iter().zip(expected) {
            let signals = [a, b].iter().any(|&x| is_signalling::<F32>(x, env.nan));
            let flags = if signals { Flags::INVALID | Flags::VXSNAN } else { Flags::NONE };
            assert_eq!(sum(*env, a, b), (*expected, flags), "{} {a:x} {b:x}", env.nan.name);
        }
    }
}

/// Intel SDM Vol. 1, "Rules for Handling NaNs": of equal significands the positive is taken.
#[test]
fn x87_takes_the_positive_of_equals() {
    assert_eq!(sum(Env::X87, QA | 1 << 31, QA).0, QA);
    assert_eq!(sum(Env::X87, QA, QA | 1 << 31).0, QA);
}

/// MIPS before 2008: a set leading bit means signalling, and such an operand makes the default NaN.
#[test]
fn mips_legacy_reads_the_bit_the_other_way_round() {
    let (quiet, signalling) = (0x7f80_000a, 0x7fc0_000a);
    assert_eq!(sum(Env::MIPS_LEGACY, quiet, ONE), (quiet, Flags::NONE));
    assert_eq!(sum(Env::MIPS_LEGACY, quiet, signalling), (0x7fbf_ffff, Flags::INVALID | Flags::VXSNAN));
    let mut env = Env::MIPS_LEGACY;
    // The payload is lost in the narrower format, and what is left would be an infinity.
    assert_eq!(convert::<F64, F32>(0x7ff0_0000_0000_0001, &mut env), 0x7fbf_ffff);
    assert_eq!(env.flags, Flags::NONE);
}

#[test]
fn three_operands() {
    let triples = [[QA, QB, QC], [ONE, QB, QC], [QA, ONE, SC], [QA, SB, SC], [ONE, SB, QC]];
    let default = 0x7fc0_0000;
    let (sb, sc) = (SB | QUIET, SC | QUIET);
    let cases: &[(Env, [u32; 5])] = &[
        (Env::RISCV, [default; 5]),
        (Env::SSE, [QA, QB, QA, QA, sb]),
        (Env::POWERPC, [QA, QC, QA, QA, QC]),
        (Env::SPARC, [QC, QC, sc, sc, sb]),
        (Env::S390X, [QA, QB, sc, sb, sb]),
        (Env::MIPS_2008, [QC, QC, sc, sc, sb]),
    ];
    for (env, expected) in cases {
        for (x, expected) in triples.into_iter().zip(expected) {
            assert_eq!(fused(*env, x).0, *expected, "{} {x:x?}", env.nan.name);
        }
    }
}

#[test]
fn infinity_times_zero_plus_nan() {
    let vximz = Flags::INVALID | Flags::VXIMZ;
    let cases = [
        (Env::RISCV, 0x7fc0_0000, vximz),
        (Env::SSE, QC, Flags::NONE),
        (Env::POWERPC, QC, vximz),
        (Env::SPARC, QC, vximz),
        (Env::MIPS_2008, QC, vximz),
        (Env::S390X, 0x7fc0_0000, vximz),
        (Env::TRICORE, 0x7fc0_0002, vximz),
    ];
    for (env, expected, flags) in cases {
        assert_eq!(fused(env, [INF, 0, QC]), (expected, flags), "{}", env.nan.name);
        assert_eq!(fused(env, [0, INF, ONE]).1, vximz, "{}", env.nan.name);
    }
}

/// TriCore Architecture Vol. 1: the low bits of a generated NaN tell its cause.
#[test]
fn tricore_tells_the_cause() {
    let mut env = Env::TRICORE;
    let minus_one = ONE | 1 << 31;
    assert_eq!(sub::<F32>(INF, INF, &mut env), 0x7fc0_0001);
    assert_eq!(mul::<F32>(INF, 0, &mut env), 0x7fc0_0002);
    assert_eq!(sqrt::<F32>(minus_one, &mut env), 0x7fc0_0004);
    assert_eq!(div::<F32>(0, 0, &mut env), 0x7fc0_0008);
    assert_eq!(div::<F32>(INF, INF, &mut env), 0x7fc0_0008);
    assert_eq!(add::<F32>(SA, ONE, &mut env), 0x7fc0_0000);
}

/// Payloads are left-aligned between formats; PowerPC `lfs` leaves a signalling NaN as it is.
#[test]
fn conversions_keep_payloads() {
    let mut env = Env::SSE;
    assert_eq!(convert::<F32, F64>(QB, &mut env), 0xfff8_0001_6000_0000);
    assert_eq!(convert::<F64, F32>(0xfff8_0001_7fff_ffff, &mut env), QB);
    assert_eq!(convert::<F32, X87>(QA, &mut env), 0x7fff_c000_0a00_0000_0000);
    assert_eq!(env.flags, Flags::NONE);
    assert_eq!(convert::<F32, F64>(SB, &mut env), 0xfff8_0003_6000_0000);
    assert_eq!(env.flags, Flags::INVALID | Flags::VXSNAN);
    assert_eq!(convert_silent::<F32, F64>(SB, &Env::POWERPC), 0xfff0_0003_6000_0000);
    assert_eq!(convert_silent::<F32, F64>(1, &Env::POWERPC), 2f64.powi(-149).to_bits());
}

/// Subtraction and negated products keep a NaN operand's sign; `neg` and `abs` do not care what they work on.
#[test]
fn signs_of_nans() {
    let mut env = Env::SSE;
    assert_eq!(sub::<F32>(ONE, QB, &mut env), QB);
    assert_eq!(fma::<F32>(QA, ONE, ONE, Negate::PRODUCT, &mut env), QA);
    assert_eq!(neg::<F32>(SA), SA | 1 << 31);
    assert_eq!(abs::<F32>(SB), SB & !(1 << 31));
    assert_eq!(neg::<X87>(1 << 79), 0);
}
