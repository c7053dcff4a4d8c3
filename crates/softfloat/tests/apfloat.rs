//! Every operation that `rustc_apfloat` has, against it: all pairs of special values, and random operands that hurt.
//!
//! Its NaNs are LLVM's, so a NaN only has to be a NaN; its underflow looks at the delivered result, which differs from
//! IEEE 754 where a tiny result was rounded up to the smallest normal; and it calls an overflow that is rounded to the
//! largest number merely inexact. `oracles/softfloat` compares these too, and the flags of NaN operands.

mod draw;

use draw::Rng;
use rustc_apfloat::ieee::{BFloat, Double, Half, Quad, Single, X87DoubleExtended};
use rustc_apfloat::{Float as _, FloatConvert, Round, Status, StatusAnd};
use softfloat::*;

const ROUNDINGS: [(Rounding, Round); 5] = [
    (Rounding::NearestEven, Round::NearestTiesToEven),
    (Rounding::TowardZero, Round::TowardZero),
    (Rounding::Down, Round::TowardNegative),
    (Rounding::Up, Round::TowardPositive),
    (Rounding::NearestAway, Round::NearestTiesToAway),
];

/// Random cases an operation and rounding direction.
const CASES: usize = 100_000;

/// A format of ours and the one of apfloat that it is compared with.
trait Pair: Float {
    type Ap: rustc_apfloat::Float;
    fn narrow(bits: u128) -> Self::Bits;
    fn wide(bits: Self::Bits) -> u128;
}

macro_rules! pairs {
    ($($ours:ident $ap:ident;)*) => {$(
        impl Pair for $ours {
            type Ap = $ap;
            fn narrow(bits: u128) -> Self::Bits {
                bits as _
            }
            fn wide(bits: Self::Bits) -> u128 {
                bits.into()
            }
        }
    )*};
}

pairs! {
    F16 Half;
    Bf16 BFloat;
    F32 Single;
    F64 Double;
    F128 Quad;
    X87 X87DoubleExtended;
}

fn ap<F: Pair>(bits: u128) -> F::Ap {
    F::Ap::from_bits(bits)
}

fn flags_of(status: Status) -> Flags {
    let table = [
        (Status::INVALID_OP, Flags::INVALID),
        (Status::DIV_BY_ZERO, Flags::DIV_BY_ZERO),
        (Status::OVERFLOW, Flags::OVERFLOW),
        (Status::UNDERFLOW, Flags::UNDERFLOW),
        (Status::INEXACT, Flags::INEXACT),
    ];
    table.iter().filter(|(theirs, _)| status.contains(*theirs)).fold(Flags::NONE, |all, &(_, ours)| all | ours)
}

type Ours<F> = fn([<F as Float>::Bits; 3], Rounding, &mut Env) -> <F as Float>::Bits;
type Theirs<F> = fn([<F as Pair>::Ap; 3], Round) -> StatusAnd<<F as Pair>::Ap>;

/// Compares one operation on all pairs of specials and on random operands.
fn check<F: Pair>(name: &str, ours: Ours<F>, theirs: Theirs<F>) {
    let specials = draw::specials(&F::FORMAT);
    let mut rng = Rng(F::FORMAT.width.into());
    for (rounding, round) in ROUNDINGS {
        for &a in &specials {
            for &b in &specials {
                let c = specials[rng.below(specials.len() as u64) as usize];
                check_one::<F>(name, ours, theirs, (rounding, round), [a, b, c]);
            }
        }
        for _ in 0..CASES {
            let x = draw::operands(&F::FORMAT, &mut rng);
            check_one::<F>(name, ours, theirs, (rounding, round), x);
        }
    }
}

fn check_one<F: Pair>(
    name: &str,
    ours: Ours<F>,
    theirs: Theirs<F>,
    (rounding, round): (Rounding, Round),
    x: [u128; 3],
) {
    let mut env = Env::RISCV.with_rounding(rounding);
    let our = F::wide(ours(x.map(F::narrow), rounding, &mut env));
    let their = theirs(x.map(ap::<F>), round);
    let case = || format!("{} {name} {rounding:?} {x:x?}: ours {our:x}", F::FORMAT.name);
    if their.value.is_nan() {
        assert!(is_nan::<F>(F::narrow(our)), "{}, theirs a NaN", case());
        return;
    }
    let bits = their.value.to_bits();
    assert_eq!(our, bits, "{}, theirs {bits:x}", case());
    if x.iter().any(|&bits| is_nan::<F>(F::narrow(bits))) {
        return;
    }
    let magnitude = F::wide(abs::<F>(F::narrow(our)));
    let ignored = if magnitude == draw::encode(&F::FORMAT, false, 1, 0) {
        Flags::UNDERFLOW
    } else if magnitude == draw::encode(&F::FORMAT, false, F::FORMAT.exp_max() - 1, u128::MAX) {
        Flags::OVERFLOW
    } else {
        Flags::NONE
    };
    let (our_flags, their_flags) =
        ((env.flags & Flags::IEEE).without(ignored), flags_of(their.status).without(ignored));
    assert_eq!(our_flags, their_flags, "{}", case());
}

fn arithmetic<F: Pair>() {
    check::<F>("add", |[a, b, _], _, env| add::<F>(a, b, env), |[a, b, _], r| a.add_r(b, r));
    check::<F>("sub", |[a, b, _], _, env| sub::<F>(a, b, env), |[a, b, _], r| a.sub_r(b, r));
    check::<F>("mul", |[a, b, _], _, env| mul::<F>(a, b, env), |[a, b, _], r| a.mul_r(b, r));
    check::<F>("div", |[a, b, _], _, env| div::<F>(a, b, env), |[a, b, _], r| a.div_r(b, r));
    check::<F>("fma", |[a, b, c], _, env| fma::<F>(a, b, c, Negate::NONE, env), |[a, b, c], r| a.mul_add_r(b, c, r));
    check::<F>(
        "integral",
        |[a, ..], r, env| round_to_integral::<F>(a, r, true, env),
        |[a, ..], r| a.round_to_integral(r),
    );
    check::<F>(
        "scalb",
        |[a, ..], _, env| scalb::<F>(a, -9, env),
        |[a, ..], r| {
            let value = a.scalbn_r(-9, r);
            // apfloat's has no status.
            let mut env = Env::RISCV;
            env.rounding = ROUNDINGS.iter().find(|row| row.1 == r).map_or(Rounding::NearestEven, |row| row.0);
            let _ = scalb::<F>(F::narrow(a.to_bits()), -9, &mut env);
            let mut status = Status::OK;
            if env.flags.contains(Flags::INEXACT) {
                status |= Status::INEXACT;
            }
            if env.flags.contains(Flags::UNDERFLOW) {
                status |= Status::UNDERFLOW;
            }
            status.and(value)
        },
    );
    comparisons::<F>();
    integers::<F>();
}

fn comparisons<F: Pair>() {
    let mut rng = Rng(3);
    let specials = draw::specials(&F::FORMAT);
    let pairs = specials.iter().flat_map(|&a| specials.iter().map(move |&b| [a, b]));
    let random: Vec<_> = (0..CASES).map(|_| draw::operands(&F::FORMAT, &mut rng)).map(|[a, b, _]| [a, b]).collect();
    for [a, b] in pairs.chain(random) {
        let expected = match ap::<F>(a).partial_cmp(&ap::<F>(b)) {
            None => Relation::Unordered,
            Some(core::cmp::Ordering::Less) => Relation::Less,
            Some(core::cmp::Ordering::Equal) => Relation::Equal,
            Some(core::cmp::Ordering::Greater) => Relation::Greater,
        };
        let (a, b) = (F::narrow(a), F::narrow(b));
        assert_eq!(compare_quiet::<F>(a, b, &mut Env::RISCV.clone()), expected, "{} {a:x} {b:x}", F::FORMAT.name);
        assert_eq!(compare_signalling::<F>(a, b, &mut Env::RISCV.clone()), expected);
    }
}

/// To integers of several widths, and back from 128 bits.
fn integers<F: Pair>() {
    fn one<F: Pair, I: Int>(width: usize, bits: u128, rounding: Rounding, round: Round, expect: fn(i128, u128) -> I) {
        let signed = expect(-1, 1) != expect(1, 1);
        let mut env = Env::RISCV;
        let our = to_int::<F, I>(F::narrow(bits), rounding, &mut env);
        let mut exact = false;
        let (s, u) =
            (ap::<F>(bits).to_i128_r(width, round, &mut exact), ap::<F>(bits).to_u128_r(width, round, &mut exact));
        let status = if signed { s.status } else { u.status };
        let context = format!("{} {bits:x} to {width} bits {rounding:?}", F::FORMAT.name);
        assert_eq!(env.flags & Flags::IEEE, flags_of(status), "{context}");
        let nan = ap::<F>(bits).is_nan();
        assert_eq!(our == ToInt::Nan, nan, "{context}");
        if !nan {
            assert_eq!(our.riscv(), expect(s.value, u.value), "{context}");
        }
    }
    let mut rng = Rng(5);
    let random: Vec<_> = (0..CASES / 4).map(|_| draw::operand(&F::FORMAT, &mut rng)).collect();
    for (rounding, round) in ROUNDINGS {
        for &bits in draw::specials(&F::FORMAT).iter().chain(&random) {
            one::<F, i8>(8, bits, rounding, round, |s, _| s as i8);
            one::<F, i32>(32, bits, rounding, round, |s, _| s as i32);
            one::<F, i64>(64, bits, rounding, round, |s, _| s as i64);
            one::<F, i128>(128, bits, rounding, round, |s, _| s);
            one::<F, u16>(16, bits, rounding, round, |_, u| u as u16);
            one::<F, u32>(32, bits, rounding, round, |_, u| u as u32);
            one::<F, u64>(64, bits, rounding, round, |_, u| u as u64);
            one::<F, u128>(128, bits, rounding, round, |_, u| u);
        }
        for _ in 0..CASES / 4 {
            let value = rng.wide() >> rng.below(128);
            let mut env = Env::RISCV.with_rounding(rounding);
            // Flags but overflow, which apfloat forgets where the largest number is delivered.
            let common = |flags: Flags| (flags & Flags::IEEE).without(Flags::OVERFLOW);
            let unsigned = F::Ap::from_u128_r(value, round);
            assert_eq!(F::wide(from_int::<F, u128>(value, &mut env)), unsigned.value.to_bits());
            assert_eq!(common(env.take_flags()), common(flags_of(unsigned.status)));
            let signed = F::Ap::from_i128_r(value as i128, round);
            assert_eq!(F::wide(from_int::<F, i128>(value as i128, &mut env)), signed.value.to_bits());
            assert_eq!(common(env.take_flags()), common(flags_of(signed.status)));
        }
    }
}

/// Exact, so one rounding direction is enough; the truncating one is apfloat's `c_fmod`.
fn remainders<F: Pair>() {
    let mut rng = Rng(7);
    let specials = draw::specials(&F::FORMAT);
    let pairs: Vec<_> = specials.iter().flat_map(|&a| specials.iter().map(move |&b| [a, b])).collect();
    let random: Vec<_> =
        (0..CASES / 20).map(|_| draw::operands(&F::FORMAT, &mut rng)).map(|[a, b, _]| [a, b]).collect();
    for [a, b] in pairs.into_iter().chain(random) {
        // apfloat's loops subtract step by step: wide gaps take it seconds.
        let gap = ap::<F>(a).ilogb().saturating_sub(ap::<F>(b).ilogb());
        if ap::<F>(a).is_finite_non_zero() && ap::<F>(b).is_finite_non_zero() && gap > 300 {
            continue;
        }
        let (x, y) = (F::narrow(a), F::narrow(b));
        let nearest = F::wide(rem_nearest::<F>(x, y, &mut Env::RISCV.clone()).value);
        let truncated = F::wide(rem_truncated::<F>(x, y, &mut Env::RISCV.clone()).value);
        let (their_nearest, their_truncated) =
            (ap::<F>(a).ieee_rem(ap::<F>(b)).value, ap::<F>(a).c_fmod(ap::<F>(b)).value);
        let context = format!("{} {a:x} rem {b:x}", F::FORMAT.name);
        for (ours, theirs) in [(nearest, their_nearest), (truncated, their_truncated)] {
            if theirs.is_nan() {
                assert!(is_nan::<F>(F::narrow(ours)), "{context}");
            } else {
                assert_eq!(ours, theirs.to_bits(), "{context}: theirs {:x}", theirs.to_bits());
            }
        }
    }
}

fn conversion<From: Pair, To: Pair>()
where
    From::Ap: FloatConvert<To::Ap>,
{
    let mut rng = Rng(9);
    let random: Vec<_> = (0..CASES / 4).map(|_| draw::operand(&From::FORMAT, &mut rng)).collect();
    for (rounding, round) in ROUNDINGS {
        for &bits in draw::specials(&From::FORMAT).iter().chain(&random) {
            let mut env = Env::RISCV.with_rounding(rounding);
            let ours = convert::<From, To>(From::narrow(bits), &mut env);
            let theirs: StatusAnd<To::Ap> = ap::<From>(bits).convert_r(round, &mut false);
            let context = format!("{} {bits:x} to {} {rounding:?}", From::FORMAT.name, To::FORMAT.name);
            if theirs.value.is_nan() {
                assert!(is_nan::<To>(ours), "{context}");
            } else {
                assert_eq!(To::wide(ours), theirs.value.to_bits(), "{context}");
                let inexact = theirs.status.contains(Status::INEXACT);
                assert_eq!(env.flags.contains(Flags::INEXACT), inexact, "{context}");
            }
        }
    }
}

macro_rules! tests {
    ($($name:ident $f:ident;)*) => {$(
        #[test]
        fn $name() {
            arithmetic::<$f>();
            remainders::<$f>();
            conversion::<$f, F16>();
            conversion::<$f, Bf16>();
            conversion::<$f, F32>();
            conversion::<$f, F64>();
            conversion::<$f, F128>();
            conversion::<$f, X87>();
        }
    )*};
}

tests! {
    binary16_agrees F16;
    bfloat16_agrees Bf16;
    binary32_agrees F32;
    binary64_agrees F64;
    binary128_agrees F128;
    x87_agrees X87;
}
