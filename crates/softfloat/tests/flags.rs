//! Exceptions, tininess, flushing, wrapping and precision control: what the manuals say, case by case.

use softfloat::*;

const ONE: u32 = 0x3f80_0000;
const MIN_NORMAL: u32 = 0x0080_0000;
const MIN_SUBNORMAL: u32 = 1;
const MAX: u32 = 0x7f7f_ffff;
const INF: u32 = 0x7f80_0000;
const QNAN: u32 = 0x7fc0_0000;
const SNAN: u32 = 0x7f80_0001;
const MINUS: u32 = 0x8000_0000;

/// Result and flags of an operation in an environment.
fn run<B>(env: Env, op: impl FnOnce(&mut Env) -> B) -> (B, Flags) {
    let mut env = env;
    let bits = op(&mut env);
    (bits, env.flags)
}

fn union(all: &[Flags]) -> Flags {
    all.iter().fold(Flags::NONE, |sum, &flags| sum | flags)
}

/// Flags without the facts about rounding, which have tests of their own.
fn exceptions(flags: Flags) -> Flags {
    flags.without(Flags::TINY | Flags::ROUNDED_UP)
}

#[test]
fn invalid_operations_name_their_cause() {
    type Op = fn(&mut Env) -> u32;
    let cases: &[(&str, Op, Flags)] = &[
        ("inf - inf", |e| sub::<F32>(INF, INF, e), Flags::VXISI),
        ("inf + -inf", |e| add::<F32>(INF, INF | MINUS, e), Flags::VXISI),
        ("inf / inf", |e| div::<F32>(INF, INF, e), Flags::VXIDI),
        ("0 / 0", |e| div::<F32>(0, MINUS, e), Flags::VXZDZ),
        ("inf * 0", |e| mul::<F32>(INF, 0, e), Flags::VXIMZ),
        ("0 * inf + 1", |e| fma::<F32>(0, INF, ONE, Negate::NONE, e), Flags::VXIMZ),
        ("inf * 1 - inf", |e| fma::<F32>(INF, ONE, INF, Negate::ADDEND, e), Flags::VXISI),
        ("sqrt -1", |e| sqrt::<F32>(ONE | MINUS, e), Flags::VXSQRT),
        ("sqrt -inf", |e| sqrt::<F32>(INF | MINUS, e), Flags::VXSQRT),
        ("inf rem 1", |e| rem_nearest::<F32>(INF, ONE, e).value, Flags::VXREM),
        ("1 rem 0", |e| rem_truncated::<F32>(ONE, 0, e).value, Flags::VXREM),
        ("snan + 1", |e| add::<F32>(SNAN, ONE, e), Flags::VXSNAN),
        ("snan to double", |e| convert::<F32, F64>(SNAN, e) as u32 | QNAN, Flags::VXSNAN),
        ("integral snan", |e| round_to_integral::<F32>(SNAN, Rounding::Up, false, e), Flags::VXSNAN),
    ];
    for &(name, op, cause) in cases {
        assert_eq!(run(Env::RISCV, op), (QNAN, Flags::INVALID | cause), "{name}");
    }
    let (bits, flags) = run(Env::POWERPC, |e| fma::<F32>(INF, 0, SNAN, Negate::NONE, e));
    assert_eq!((bits, flags), (SNAN | QNAN, union(&[Flags::INVALID, Flags::VXSNAN, Flags::VXIMZ])));
}

#[test]
fn quiet_nans_and_infinities_raise_nothing() {
    type Op = fn(&mut Env) -> u32;
    let cases: &[(&str, Op, u32)] = &[
        ("qnan + snan-free", |e| add::<F32>(QNAN, ONE, e), QNAN),
        ("inf + 1", |e| add::<F32>(INF, ONE, e), INF),
        ("1 / inf", |e| div::<F32>(ONE | MINUS, INF, e), MINUS),
        ("inf / 0", |e| div::<F32>(INF, MINUS, e), INF | MINUS),
        ("sqrt -0", |e| sqrt::<F32>(MINUS, e), MINUS),
        ("sqrt inf", |e| sqrt::<F32>(INF, e), INF),
        ("inf * inf - 1", |e| fma::<F32>(INF, INF, ONE, Negate::ADDEND, e), INF),
        ("1 rem inf", |e| rem_nearest::<F32>(ONE, INF, e).value, ONE),
        ("sqrt qnan", |e| sqrt::<F32>(QNAN | MINUS, e), QNAN),
    ];
    for &(name, op, expected) in cases {
        assert_eq!(run(Env::RISCV, op), (expected, Flags::NONE), "{name}");
    }
    assert_eq!(run(Env::RISCV, |e| div::<F32>(ONE | MINUS, 0, e)), (INF | MINUS, Flags::DIV_BY_ZERO));
    assert_eq!(run(Env::RISCV, |e| logb::<F32>(MINUS, e)), (INF | MINUS, Flags::DIV_BY_ZERO));
    assert_eq!(run(Env::RISCV, |e| logb::<F32>(MIN_SUBNORMAL, e)), ((-149f32).to_bits(), Flags::DENORMAL));
}

/// IEEE 754-2019, 6.3: an exact zero sum is +0, or -0 when rounding down.
#[test]
fn zero_sums_have_the_sign_of_the_rounding() {
    for (rounding, zero) in
        [(Rounding::NearestEven, 0), (Rounding::Up, 0), (Rounding::ToOdd, 0), (Rounding::Down, MINUS)]
    {
        let env = Env::RISCV.with_rounding(rounding);
        assert_eq!(run(env, |e| sub::<F32>(ONE, ONE, e)), (zero, Flags::NONE), "{rounding:?}");
        assert_eq!(run(env, |e| add::<F32>(0, MINUS, e)), (zero, Flags::NONE), "{rounding:?}");
        assert_eq!(run(env, |e| fma::<F32>(ONE, ONE, ONE, Negate::ADDEND, e)), (zero, Flags::NONE), "{rounding:?}");
        assert_eq!(run(env, |e| add::<F32>(MINUS, MINUS, e)), (MINUS, Flags::NONE), "{rounding:?}");
    }
}

#[test]
fn overflow_follows_the_rounding() {
    let raised = Flags::OVERFLOW | Flags::INEXACT;
    let cases = [
        (Rounding::NearestEven, INF, INF | MINUS),
        (Rounding::NearestAway, INF, INF | MINUS),
        (Rounding::TowardZero, MAX, MAX | MINUS),
        (Rounding::ToOdd, MAX, MAX | MINUS),
        (Rounding::Up, INF, MAX | MINUS),
        (Rounding::Down, MAX, INF | MINUS),
    ];
    for (rounding, positive, negative) in cases {
        let env = Env::RISCV.with_rounding(rounding);
        let (bits, flags) = run(env, |e| mul::<F32>(MAX, MAX, e));
        assert_eq!((bits, exceptions(flags)), (positive, raised), "{rounding:?}");
        assert_eq!(flags.contains(Flags::ROUNDED_UP), positive == INF, "{rounding:?}");
        let (bits, flags) = run(env, |e| mul::<F32>(MAX, MAX | MINUS, e));
        assert_eq!((bits, exceptions(flags)), (negative, raised), "{rounding:?}");
    }
}

/// (1 + 2^-23) × (2^-126 - 2^-149) = 2^-126 - 2^-172: tiny as it stands, but not once rounded to 24 digits.
#[test]
fn tininess_before_and_after_rounding_differ_at_the_edge() {
    let product = |e: &mut Env| mul::<F32>(ONE + 1, MIN_NORMAL - 1, e);
    let before = Env { tininess: Tininess::BeforeRounding, ..Env::RISCV };
    let (bits, flags) = run(Env::RISCV, product);
    assert_eq!((bits, flags), (MIN_NORMAL, union(&[Flags::INEXACT, Flags::ROUNDED_UP, Flags::DENORMAL])));
    let (bits, flags) = run(before, product);
    let tiny = union(&[Flags::UNDERFLOW, Flags::TINY, Flags::INEXACT, Flags::ROUNDED_UP, Flags::DENORMAL]);
    assert_eq!((bits, flags), (MIN_NORMAL, tiny));
}

/// IEEE 754-2019, 7.5: an exact subnormal result raises nothing by default; an enabled trap wants to know of it.
#[test]
fn exact_subnormals_are_tiny_but_do_not_underflow() {
    let half = 0x3f00_0000;
    assert_eq!(run(Env::RISCV, |e| mul::<F32>(MIN_NORMAL, half, e)), (MIN_NORMAL >> 1, Flags::TINY));
    let (bits, flags) = run(Env::RISCV, |e| mul::<F32>(MIN_NORMAL + 1, half, e));
    assert_eq!((bits, flags), (MIN_NORMAL >> 1, union(&[Flags::TINY, Flags::UNDERFLOW, Flags::INEXACT])));
}

/// Power ISA, "Overflow Exception" and "Underflow Exception": with the exception enabled the exponent is adjusted by
/// 192 (single) or 1536 (double).
#[test]
fn enabled_traps_get_wrapped_exponents() {
    let env = Env { wrap_overflow: true, wrap_underflow: true, ..Env::POWERPC };
    let two_to = |n: i32| ((127 + n) as u32) << 23;
    assert_eq!(run(env, |e| mul::<F32>(two_to(100), two_to(100), e)), (two_to(8), Flags::OVERFLOW));
    let (bits, flags) = run(env, |e| mul::<F32>(two_to(-100), two_to(-100), e));
    assert_eq!((bits, flags), (two_to(-8), Flags::UNDERFLOW | Flags::TINY));
    let big = 2f64.powi(1000).to_bits();
    assert_eq!(run(env, |e| mul::<F64>(big, big, e)), (2f64.powi(2000 - 1536).to_bits(), Flags::OVERFLOW));
}

/// Intel SDM Vol. 1, "Flush-To-Zero" and "Denormals-Are-Zeros".
#[test]
fn sse_flushes_and_zeroes() {
    let half = 0x3f00_0000;
    let flush = Env { flush_outputs: true, ..Env::SSE };
    let raised = union(&[Flags::TINY, Flags::UNDERFLOW, Flags::INEXACT]);
    assert_eq!(run(flush, |e| mul::<F32>(MIN_NORMAL | MINUS, half, e)), (MINUS, raised));
    let zero = Env { flush_inputs: true, ..Env::SSE };
    assert_eq!(run(zero, |e| add::<F32>(MIN_SUBNORMAL | MINUS, MINUS, e)), (MINUS, Flags::NONE));
    assert_eq!(run(zero, |e| compare_quiet::<F32>(MIN_SUBNORMAL, 0, e)), (Relation::Equal, Flags::NONE));
    assert_eq!(run(zero, |e| div::<F32>(ONE, MIN_SUBNORMAL, e)), (INF, Flags::DIV_BY_ZERO));
}

/// Intel SDM Vol. 1, "Exception Priority": NaNs and invalid operands come before the denormal-operand exception.
#[test]
fn denormal_operands_rank_below_nans() {
    assert_eq!(run(Env::SSE, |e| add::<F32>(MIN_SUBNORMAL, MIN_NORMAL, e)), (MIN_NORMAL + 1, Flags::DENORMAL));
    assert_eq!(run(Env::SSE, |e| add::<F32>(MIN_SUBNORMAL, QNAN, e)), (QNAN, Flags::NONE));
    assert_eq!(run(Env::SSE, |e| sqrt::<F32>(MIN_SUBNORMAL | MINUS, e)).1, Flags::INVALID | Flags::VXSQRT);
    assert_eq!(run(Env::SSE, |e| to_int::<F32, i32>(MIN_SUBNORMAL, Rounding::TowardZero, e)).1, Flags::INEXACT);
}

/// Intel SDM Vol. 1, "Precision Control Field".
#[test]
fn x87_rounds_to_the_controlled_precision() {
    let (one, three) = (0x3fff_8000_0000_0000_0000, 0x4000_c000_0000_0000_0000);
    let cases = [
        (Precision::Single, 0x3ffd_aaaa_ab00_0000_0000),
        (Precision::Double, 0x3ffd_aaaa_aaaa_aaaa_a800),
        (Precision::Extended, 0x3ffd_aaaa_aaaa_aaaa_aaab),
    ];
    for (precision, expected) in cases {
        let env = Env { precision, ..Env::X87 };
        assert_eq!(run(env, |e| div::<X87>(one, three, e)).0, expected, "{precision:?}");
    }
    let single = Env { precision: Precision::Single, ..Env::X87 };
    let pi = 0x4000_c90f_daa2_2168_c235;
    assert_eq!(run(single, |e| rem_truncated::<X87>(pi, 0x4001_c90f_daa2_2168_c235, e).value).0, pi, "FPREM is exact");
    let odd = i64::MAX;
    let (bits, flags) = run(single, |e| from_int::<X87, i64>(odd, e));
    assert_eq!((bits, flags), (0x403d_ffff_ffff_ffff_fffe, Flags::NONE), "FILD is exact");
    assert_eq!(run(single, |e| scalb::<X87>(bits, -62, e)), (0x3fff_ffff_ffff_ffff_fffe, Flags::NONE), "so is FSCALE");
}

/// Intel SDM Vol. 1, "Unsupported Double Extended-Precision Floating-Point Encodings and Pseudo-Denormals".
#[test]
fn x87_odd_encodings() {
    let one = 0x3fff_8000_0000_0000_0000;
    let indefinite = 0xffff_c000_0000_0000_0000;
    for (name, bits) in [
        ("unnormal", 0x3fff_4000_0000_0000_0000),
        ("pseudo-infinity", 0x7fff_0000_0000_0000_0000),
        ("pseudo-NaN", 0x7fff_4000_0000_0000_0000),
    ] {
        assert!(is_unsupported::<X87>(bits), "{name}");
        let raised = Flags::INVALID | Flags::VXUNSUPPORTED;
        assert_eq!(run(Env::X87, |e| add::<X87>(bits, one, e)), (indefinite, raised), "{name}");
        assert_eq!(run(Env::X87, |e| compare_quiet::<X87>(bits, one, e)), (Relation::Unordered, raised), "{name}");
    }
    let pseudo_denormal = 0x0000_8000_0000_0000_0000;
    assert_eq!(
        run(Env::X87, |e| add::<X87>(pseudo_denormal, 0, e)),
        (0x0001_8000_0000_0000_0000, Flags::DENORMAL),
        "a pseudo-denormal is worth the smallest normal"
    );
}

#[test]
fn rounding_up_is_reported() {
    let third = |e: &mut Env| div::<F32>(ONE, 0x4040_0000, e);
    assert_eq!(run(Env::RISCV, third), (0x3eaa_aaab, Flags::INEXACT | Flags::ROUNDED_UP));
    assert_eq!(run(Env::RISCV.with_rounding(Rounding::TowardZero), third), (0x3eaa_aaaa, Flags::INEXACT));
    assert_eq!(
        run(Env::RISCV.with_rounding(Rounding::ToOdd), third),
        (0x3eaa_aaab, Flags::INEXACT | Flags::ROUNDED_UP)
    );
}

/// RISC-V Unprivileged ISA, "Domains of float-to-integer conversions and behavior for invalid inputs"; x86's indefinite.
#[test]
fn integers_out_of_range() {
    let invalid = Flags::INVALID | Flags::VXCVI;
    let cases: &[(f32, ToInt<i32>, i32, i32, Flags)] = &[
        (f32::INFINITY, ToInt::TooLarge, i32::MAX, i32::MIN, invalid),
        (-3e9, ToInt::TooSmall, i32::MIN, i32::MIN, invalid),
        (2147483648.0, ToInt::TooLarge, i32::MAX, i32::MIN, invalid),
        (-2147483648.0, ToInt::Value(i32::MIN), i32::MIN, i32::MIN, Flags::NONE),
        (f32::from_bits(QNAN), ToInt::Nan, i32::MAX, i32::MIN, invalid),
        (f32::from_bits(SNAN), ToInt::Nan, i32::MAX, i32::MIN, invalid | Flags::VXSNAN),
        (-1.5, ToInt::Value(-1), -1, -1, Flags::INEXACT),
    ];
    for &(value, expected, riscv, x86, flags) in cases {
        let (got, raised) = run(Env::RISCV, |e| to_int::<F32, i32>(value.to_bits(), Rounding::TowardZero, e));
        assert_eq!((got, got.riscv(), got.or(i32::MIN), raised), (expected, riscv, x86, flags), "{value}");
    }
    let unsigned = |value: f64| run(Env::RISCV, |e| to_int::<F64, u64>(value.to_bits(), Rounding::TowardZero, e));
    assert_eq!(unsigned(-0.75), (ToInt::Value(0), Flags::INEXACT));
    assert_eq!(unsigned(-1.0), (ToInt::TooSmall, invalid));
    assert_eq!(unsigned(18446744073709551616.0), (ToInt::TooLarge, invalid));
}

#[test]
fn comparisons_signal_as_they_should() {
    let snan = Flags::INVALID | Flags::VXSNAN;
    let vxvc = Flags::INVALID | Flags::VXVC;
    assert_eq!(run(Env::RISCV, |e| compare_quiet::<F32>(QNAN, ONE, e)), (Relation::Unordered, Flags::NONE));
    assert_eq!(run(Env::RISCV, |e| compare_quiet::<F32>(ONE, SNAN, e)), (Relation::Unordered, snan));
    assert_eq!(run(Env::RISCV, |e| compare_signalling::<F32>(QNAN, ONE, e)), (Relation::Unordered, vxvc));
    assert_eq!(run(Env::RISCV, |e| compare_signalling::<F32>(SNAN, ONE, e)), (Relation::Unordered, snan | vxvc));
    assert_eq!(run(Env::RISCV, |e| compare_signalling::<F32>(MINUS, 0, e)), (Relation::Equal, Flags::NONE));
    assert_eq!(run(Env::RISCV, |e| compare_quiet::<F32>(INF | MINUS, MAX | MINUS, e)), (Relation::Less, Flags::NONE));
}

/// IEEE 754-2008, 5.3.1 (minNum); IEEE 754-2019, 9.6 (the others); RISC-V "fmin" is minimumNumber.
#[test]
fn minima_of_nans_and_zeros() {
    let snan = Flags::INVALID | Flags::VXSNAN;
    let cases = [
        (MinMax::Num2008, QNAN, ONE, ONE, Flags::NONE),
        (MinMax::Num2008, SNAN, ONE, QNAN, snan),
        (MinMax::Number2019, ONE, QNAN, ONE, Flags::NONE),
        (MinMax::Number2019, ONE, SNAN, ONE, snan),
        (MinMax::Number2019, QNAN | 5, SNAN, QNAN, snan),
        (MinMax::Nan2019, ONE, QNAN, QNAN, Flags::NONE),
        (MinMax::Nan2019, SNAN, ONE, QNAN, snan),
        (MinMax::Number2019, 0, MINUS, MINUS, Flags::NONE),
        (MinMax::Number2019, MINUS, 0, MINUS, Flags::NONE),
        (MinMax::Nan2019, ONE, ONE | MINUS, ONE | MINUS, Flags::NONE),
    ];
    for (rule, a, b, expected, flags) in cases {
        assert_eq!(run(Env::RISCV, |e| min::<F32>(a, b, rule, e)), (expected, flags), "min {rule:?} {a:x} {b:x}");
    }
    for (a, b) in [(0, MINUS), (MINUS, 0)] {
        assert_eq!(run(Env::RISCV, |e| max::<F32>(a, b, MinMax::Number2019, e)).0, 0);
    }
    let two = 0x4000_0000;
    assert_eq!(run(Env::RISCV, |e| min_magnitude::<F32>(ONE, two | MINUS, MinMax::Num2008, e)).0, ONE);
    assert_eq!(run(Env::RISCV, |e| max_magnitude::<F32>(ONE, two | MINUS, MinMax::Num2008, e)).0, two | MINUS);
    assert_eq!(run(Env::RISCV, |e| max_magnitude::<F32>(ONE | MINUS, ONE, MinMax::Num2008, e)).0, ONE);
}

/// RISC-V Unprivileged ISA, "Single-Precision Floating-Point Classify Instruction".
#[test]
fn classes_are_riscv_bits() {
    let cases = [
        (INF | MINUS, 0),
        (ONE | MINUS, 1),
        (MIN_SUBNORMAL | MINUS, 2),
        (MINUS, 3),
        (0, 4),
        (MIN_SUBNORMAL, 5),
        (ONE, 6),
        (INF, 7),
        (SNAN, 8),
        (QNAN, 9),
    ];
    for (value, bit) in cases {
        assert_eq!(class::<F32>(value, &NanPolicy::RISCV).mask(), 1 << bit, "{value:x}");
    }
    assert_eq!(class::<F32>(SNAN, &NanPolicy::MIPS_LEGACY), Class::QuietNan);
}

/// Intel SDM Vol. 2, "FPREM": partial steps end in the remainder that one full step gives, with the quotient's low bits.
#[test]
fn partial_remainders_arrive() {
    let three = convert::<F64, X87>(3f64.to_bits(), &mut Env::X87.clone());
    let mut rest = convert::<F64, X87>(2f64.powi(200).to_bits(), &mut Env::X87.clone());
    let (whole, flags) = run(Env::X87, |e| rem_truncated::<X87>(rest, three, e));
    assert!(!whole.partial && flags.is_empty());
    let mut steps = 0;
    let last = loop {
        let (step, flags) = run(Env::X87, |e| rem_partial::<X87>(rest, three, false, e));
        assert!(flags.is_empty());
        steps += 1;
        rest = step.value;
        if steps == 1 {
            // The gap of 199 exponents is reduced by 32 + 199 mod 32 = 39, as Intel's processors do.
            assert_eq!(rest, convert::<F64, X87>(2f64.powi(160).to_bits(), &mut Env::X87.clone()));
        }
        if !step.partial {
            break step;
        }
    };
    assert!((3..8).contains(&steps), "{steps} steps");
    assert_eq!((last.value, last.quotient & 7), (whole.value, whole.quotient & 7));
    let one = 0x3fff_8000_0000_0000_0000;
    assert_eq!(whole.value, one, "2^200 = 4^100 is 1 modulo 3");
}

#[test]
fn remainder_quotients_and_signs() {
    let f = |x: f64| x.to_bits();
    let cases: &[(f64, f64, f64, u64, f64, u64)] = &[
        // a, b, nearest and its quotient, truncated and its quotient
        (5.0, 2.0, 1.0, 2, 1.0, 2),
        (7.0, 2.0, -1.0, 4, 1.0, 3),
        (-7.0, 2.0, 1.0, 4, -1.0, 3),
        (1.0, 4.0, 1.0, 0, 1.0, 0),
        (3.0, 4.0, -1.0, 1, 3.0, 0),
        (2.0, 4.0, 2.0, 0, 2.0, 0),
        (-6.0, 3.0, -0.0, 2, -0.0, 2),
    ];
    for &(a, b, nearest, nq, truncated, tq) in cases {
        let near = run(Env::X87, |e| rem_nearest::<F64>(f(a), f(b), e)).0;
        assert_eq!((near.value, near.quotient), (f(nearest), nq), "{a} rem {b}");
        let trunc = run(Env::X87, |e| rem_truncated::<F64>(f(a), f(b), e)).0;
        assert_eq!((trunc.value, trunc.quotient), (f(truncated), tq), "{a} fmod {b}");
    }
}

/// PowerPC `fadds` takes double operands and rounds once: 1 + (2^-24 + 2^-60) is above the tie that a sum rounded to
/// double first would be taken for.
#[test]
fn narrow_operations_round_once() {
    let (a, b) = (1f64.to_bits(), (2f64.powi(-24) + 2f64.powi(-60)).to_bits());
    assert_eq!(run(Env::POWERPC, |e| add_narrow::<F64, F32>(a, b, e)).0, ONE + 1);
    let twice = run(Env::POWERPC, |e| {
        let sum = add::<F64>(a, b, e);
        convert::<F64, F32>(sum, e)
    });
    assert_eq!(twice.0, ONE, "rounded twice");
    let to_odd = run(Env::POWERPC, |e| {
        let sum = add::<F64>(a, b, &mut e.with_rounding(Rounding::ToOdd));
        convert::<F64, F32>(sum, e)
    });
    assert_eq!(to_odd.0, ONE + 1, "rounded to odd, then to nearest");
}

/// The digits of √2, cut where each format ends.
#[test]
fn square_root_of_two() {
    let two = 2f64.to_bits();
    let extended = convert::<F64, X87>(two, &mut Env::X87.clone());
    let quad = convert::<F64, F128>(two, &mut Env::S390X.clone());
    let inexact = |up: bool| if up { Flags::INEXACT | Flags::ROUNDED_UP } else { Flags::INEXACT };
    assert_eq!(run(Env::X87, |e| sqrt::<F64>(two, e)), (0x3ff6_a09e_667f_3bcd, inexact(true)));
    assert_eq!(run(Env::X87, |e| sqrt::<X87>(extended, e)), (0x3fff_b504_f333_f9de_6484, inexact(false)));
    let digits = 0x3fff_6a09_e667_f3bc_c908_b2fb_1366_ea95;
    assert_eq!(run(Env::S390X, |e| sqrt::<F128>(quad, e)), (digits, inexact(false)));
    assert_eq!(run(Env::S390X.with_rounding(Rounding::Up), |e| sqrt::<F128>(quad, e)).0, digits + 1);
}

#[test]
fn fma_negations() {
    let f = |x: f32| x.to_bits();
    let cases = [
        (Negate::NONE, 10.0),
        (Negate::ADDEND, 2.0),
        (Negate::PRODUCT, -2.0),
        (Negate::BOTH, -10.0),
        (Negate::RESULT, -10.0),
        (Negate::ADDEND_AND_RESULT, -2.0),
    ];
    for (negate, expected) in cases {
        assert_eq!(run(Env::RISCV, |e| fma::<F32>(f(2.0), f(3.0), f(4.0), negate, e)), (f(expected), Flags::NONE));
    }
    // 1 × 1 + 2^-30 rounded up, then negated, is not -1 - 2^-30 rounded up.
    let up = Env::RISCV.with_rounding(Rounding::Up);
    let tiny = f(2f32.powi(-30));
    assert_eq!(run(up, |e| fma::<F32>(ONE, ONE, tiny, Negate::RESULT, e)).0, (ONE + 1) | MINUS);
    assert_eq!(run(up, |e| fma::<F32>(ONE, ONE, tiny, Negate::BOTH, e)).0, ONE | MINUS);
    assert_eq!(run(Env::POWERPC, |e| fma::<F32>(ONE, ONE, QNAN, Negate::RESULT, e)).0, QNAN, "NaNs keep their sign");
}

#[test]
fn integral_values() {
    let f = |x: f64| x.to_bits();
    let cases = [
        (2.5, Rounding::NearestEven, 2.0),
        (2.5, Rounding::NearestAway, 3.0),
        (-2.5, Rounding::TowardZero, -2.0),
        (-0.25, Rounding::Down, -1.0),
        (-0.25, Rounding::Up, -0.0),
        (0.25, Rounding::ToOdd, 1.0),
        (1e300, Rounding::Up, 1e300),
    ];
    for (value, rounding, expected) in cases {
        let inexact = if value == expected { Flags::NONE } else { Flags::INEXACT };
        let (exact, flags) = run(Env::RISCV, |e| round_to_integral::<F64>(f(value), rounding, true, e));
        assert_eq!((exact, exceptions(flags)), (f(expected), inexact), "{value} {rounding:?}");
        let quiet = run(Env::RISCV, |e| round_to_integral::<F64>(f(value), rounding, false, e));
        assert_eq!(quiet, (f(expected), Flags::NONE), "{value} {rounding:?}");
    }
}
