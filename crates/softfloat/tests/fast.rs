//! The host's FPU against our own arithmetic: same bits wherever it answers, and it answers for ordinary numbers.

mod draw;

use draw::Rng;
use softfloat::*;

const CASES: usize = 300_000;

/// A host operation and the same in software, on up to three operands.
type Row<F> = (
    &'static str,
    fn([<F as Float>::Bits; 3]) -> Option<<F as Float>::Bits>,
    fn([<F as Float>::Bits; 3], &mut Env) -> <F as Float>::Bits,
);

fn check<F: Float>(rows: &[Row<F>], narrow: fn(u128) -> F::Bits) {
    let specials = draw::specials(&F::FORMAT);
    let mut rng = Rng(11);
    for &(name, host, soft) in rows {
        let mut answered = 0;
        for case in 0..CASES {
            let x = if case % 8 == 0 {
                draw::special_operands(&F::FORMAT, &mut rng)
            } else {
                draw::operands(&F::FORMAT, &mut rng)
            };
            let x = x.map(narrow);
            if let Some(bits) = host(x) {
                answered += 1;
                let mut env = Env::RISCV;
                let expected = soft(x, &mut env);
                assert_eq!(bits, expected, "{} {name} {x:x?}", F::FORMAT.name);
                let allowed = env.flags.without(Flags::INEXACT | Flags::ROUNDED_UP);
                assert_eq!(allowed, Flags::NONE, "{} {name} {x:x?}", F::FORMAT.name);
            }
        }
        assert!(answered > CASES / 10, "{} {name} answered only {answered} times", F::FORMAT.name);
    }
    assert!(specials.len() > 40);
}

#[test]
fn binary32_on_the_host() {
    check::<F32>(
        &[
            ("add", |x| fast::f32_add(x[0], x[1]), |x, e| add::<F32>(x[0], x[1], e)),
            ("sub", |x| fast::f32_sub(x[0], x[1]), |x, e| sub::<F32>(x[0], x[1], e)),
            ("mul", |x| fast::f32_mul(x[0], x[1]), |x, e| mul::<F32>(x[0], x[1], e)),
            ("div", |x| fast::f32_div(x[0], x[1]), |x, e| div::<F32>(x[0], x[1], e)),
            ("sqrt", |x| fast::f32_sqrt(x[0]), |x, e| sqrt::<F32>(x[0], e)),
            ("fma", |x| fast::f32_fma(x[0], x[1], x[2]), |x, e| fma::<F32>(x[0], x[1], x[2], Negate::NONE, e)),
        ],
        |bits| bits as u32,
    );
}

#[test]
fn binary64_on_the_host() {
    check::<F64>(
        &[
            ("add", |x| fast::f64_add(x[0], x[1]), |x, e| add::<F64>(x[0], x[1], e)),
            ("sub", |x| fast::f64_sub(x[0], x[1]), |x, e| sub::<F64>(x[0], x[1], e)),
            ("mul", |x| fast::f64_mul(x[0], x[1]), |x, e| mul::<F64>(x[0], x[1], e)),
            ("div", |x| fast::f64_div(x[0], x[1]), |x, e| div::<F64>(x[0], x[1], e)),
            ("sqrt", |x| fast::f64_sqrt(x[0]), |x, e| sqrt::<F64>(x[0], e)),
            ("fma", |x| fast::f64_fma(x[0], x[1], x[2]), |x, e| fma::<F64>(x[0], x[1], x[2], Negate::NONE, e)),
        ],
        |bits| bits as u64,
    );
}

/// A result that was, or may have been, rounded up from a tiny one is ours to deliver.
#[test]
fn the_smallest_normal_is_refused() {
    assert_eq!(fast::f32_mul(0x0080_0000, 0x3f80_0000), None);
    assert_eq!(fast::f32_mul(0x0080_0001, 0x3f80_0000), Some(0x0080_0001));
    assert_eq!(fast::f64_div(0x0010_0000_0000_0000, 0x4000_0000_0000_0000), None);
    assert_eq!(fast::f64_add(1, 2), None);
    assert_eq!(fast::f64_div(0x3ff0_0000_0000_0000, 0), None);
    assert_eq!(fast::f64_mul(0, 0xbff0_0000_0000_0000), Some(1 << 63));
}
