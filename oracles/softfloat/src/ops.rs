//! The operations compared, a row each.

use softfloat::{Env, F16, F32, F64, F128, Float, Format, Negate, Relation, X87};
use softfloat_sys as sys;

use crate::berkeley::{Pair, rounding};

/// What an operation takes.
#[derive(Clone, Copy)]
pub enum Input {
    /// Numbers of a format.
    Format(Format),
    /// An integer.
    Integer,
}

/// An operation as both do it. Integers and truth values are results too, their bits as `u128`.
pub struct Op {
    pub name: String,
    pub input: Input,
    /// Whether x87 precision control applies.
    pub controlled: bool,
    pub ours: fn([u128; 3], &mut Env) -> u128,
    pub theirs: fn([u128; 3], &Env) -> u128,
    /// Operands on which Berkeley's x86 rules are not x86's.
    pub skip_sse: fn([u128; 3]) -> bool,
}

/// One row: Berkeley's function and how we do the same.
macro_rules! row {
    ($list:ident, $input:expr, $controlled:expr, $name:ident, |$x:ident, $env:ident| $ours:expr, |$y:ident, $e:ident| $theirs:expr) => {
        $list.push(Op {
            name: stringify!($name).into(),
            input: $input,
            controlled: $controlled,
            ours: |$x, $env| $ours,
            // SAFETY: Berkeley's functions take values and touch nothing but its thread-local state.
            theirs: |$y, $e| unsafe { $theirs },
            skip_sse: |_| false,
        })
    };
}

macro_rules! arithmetic {
    ($list:ident $f:ident: $($name:ident $ours:ident;)*) => {$(
        row!($list, Input::Format($f::FORMAT), $f::FORMAT.explicit, $name,
            |x, env| $f::our_bits(softfloat::$ours::<$f>($f::ours(x[0]), $f::ours(x[1]), env)),
            |x, _e| $f::bits(sys::$name($f::theirs(x[0]), $f::theirs(x[1]))));
    )*};
}

macro_rules! comparisons {
    ($list:ident $f:ident: $($name:ident $ours:ident $holds:ident;)*) => {$(
        row!($list, Input::Format($f::FORMAT), false, $name,
            |x, env| u128::from(Relation::$holds(softfloat::$ours::<$f>($f::ours(x[0]), $f::ours(x[1]), env))),
            |x, _e| u128::from(sys::$name($f::theirs(x[0]), $f::theirs(x[1]))));
    )*};
}

macro_rules! others {
    ($list:ident $f:ident: $sqrt:ident $rem:ident $round:ident $signalling:ident;) => {
        row!(
            $list,
            Input::Format($f::FORMAT),
            $f::FORMAT.explicit,
            $sqrt,
            |x, env| $f::our_bits(softfloat::sqrt::<$f>($f::ours(x[0]), env)),
            |x, _e| $f::bits(sys::$sqrt($f::theirs(x[0])))
        );
        row!(
            $list,
            Input::Format($f::FORMAT),
            false,
            $rem,
            |x, env| $f::our_bits(softfloat::rem_nearest::<$f>($f::ours(x[0]), $f::ours(x[1]), env).value),
            |x, _e| $f::bits(sys::$rem($f::theirs(x[0]), $f::theirs(x[1])))
        );
        row!(
            $list,
            Input::Format($f::FORMAT),
            false,
            $round,
            |x, env| {
                $f::our_bits(softfloat::round_to_integral::<$f>($f::ours(x[0]), env.rounding, x[2] & 1 == 1, env))
            },
            |x, e| $f::bits(sys::$round($f::theirs(x[0]), rounding(e.rounding), x[2] & 1 == 1))
        );
        row!(
            $list,
            Input::Format($f::FORMAT),
            false,
            $signalling,
            |x, env| u128::from(softfloat::is_signalling::<$f>($f::ours(x[0]), env.nan)),
            |x, _e| u128::from(sys::$signalling($f::theirs(x[0])))
        );
    };
}

macro_rules! to_int {
    ($list:ident $f:ident: $($name:ident $int:ident;)*) => {$(
        row!($list, Input::Format($f::FORMAT), false, $name,
            |x, env| {
                let value = softfloat::to_int::<$f, $int>($f::ours(x[0]), env.rounding, env);
                (if cfg!(feature = "sse") { value.or(<$int as Indefinite>::INDEFINITE) } else { value.riscv() }) as u128
            },
            |x, e| sys::$name($f::theirs(x[0]), rounding(e.rounding), true) as $int as u128);
    )*};
}

/// What Berkeley delivers for an unrepresentable integer under x86 rules: x86's "integer indefinite".
trait Indefinite {
    const INDEFINITE: Self;
}

macro_rules! indefinite {
    ($($int:ident $value:expr;)*) => {$(
        impl Indefinite for $int {
            const INDEFINITE: Self = $value;
        }
    )*};
}

indefinite! {
    i32 i32::MIN;
    i64 i64::MIN;
    u32 u32::MAX;
    u64 u64::MAX;
}

macro_rules! from_int {
    ($list:ident $f:ident: $($name:ident $int:ident;)*) => {$(
        row!($list, Input::Integer, false, $name,
            |x, env| $f::our_bits(softfloat::from_int::<$f, $int>(x[0] as $int, env)),
            |x, _e| $f::bits(sys::$name(x[0] as $int)));
    )*};
}

macro_rules! converts {
    ($list:ident: $($name:ident $from:ident $to:ident;)*) => {$(
        row!($list, Input::Format($from::FORMAT), false, $name,
            |x, env| $to::our_bits(softfloat::convert::<$from, $to>($from::ours(x[0]), env)),
            |x, _e| $to::bits(sys::$name($from::theirs(x[0]))));
    )*};
}

macro_rules! fused {
    ($list:ident: $($name:ident $f:ident;)*) => {$(
        row!($list, Input::Format($f::FORMAT), false, $name,
            |x, env| {
                let [a, b, c] = x.map($f::ours);
                $f::our_bits(softfloat::fma::<$f>(a, b, c, Negate::NONE, env))
            },
            |x, _e| $f::bits(sys::$name($f::theirs(x[0]), $f::theirs(x[1]), $f::theirs(x[2]))));
        if let Some(op) = $list.last_mut() {
            op.skip_sse = |x| {
                let [a, b, c] = x.map($f::ours);
                let invalid = softfloat::mul::<$f>(a, b, &mut Env::RISCV.clone());
                let both = softfloat::is_nan::<$f>(invalid) && softfloat::is_nan::<$f>(c);
                both && !softfloat::is_nan::<$f>(a) && !softfloat::is_nan::<$f>(b)
            };
        }
    )*};
}

macro_rules! format {
    ($list:ident $f:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $rem:ident $round:ident
        $signalling:ident, $eq:ident $lt:ident $le:ident $eqs:ident $ltq:ident $leq:ident,
        $ti32:ident $ti64:ident $tu32:ident $tu64:ident, $fi32:ident $fi64:ident $fu32:ident $fu64:ident) => {
        arithmetic! { $list $f: $add add; $sub sub; $mul mul; $div div; }
        others! { $list $f: $sqrt $rem $round $signalling; }
        comparisons! { $list $f:
            $eq compare_quiet is_eq; $lt compare_signalling is_lt; $le compare_signalling is_le;
            $eqs compare_signalling is_eq; $ltq compare_quiet is_lt; $leq compare_quiet is_le;
        }
        to_int! { $list $f: $ti32 i32; $ti64 i64; $tu32 u32; $tu64 u64; }
        from_int! { $list $f: $fi32 i32; $fi64 i64; $fu32 u32; $fu64 u64; }
    };
}

/// All rows.
pub fn all() -> Vec<Op> {
    let mut list: Vec<Op> = Vec::new();
    format! { list F16 f16_add f16_sub f16_mul f16_div f16_sqrt f16_rem f16_roundToInt f16_isSignalingNaN,
    f16_eq f16_lt f16_le f16_eq_signaling f16_lt_quiet f16_le_quiet,
    f16_to_i32 f16_to_i64 f16_to_ui32 f16_to_ui64, i32_to_f16 i64_to_f16 ui32_to_f16 ui64_to_f16 }
    format! { list F32 f32_add f32_sub f32_mul f32_div f32_sqrt f32_rem f32_roundToInt f32_isSignalingNaN,
    f32_eq f32_lt f32_le f32_eq_signaling f32_lt_quiet f32_le_quiet,
    f32_to_i32 f32_to_i64 f32_to_ui32 f32_to_ui64, i32_to_f32 i64_to_f32 ui32_to_f32 ui64_to_f32 }
    format! { list F64 f64_add f64_sub f64_mul f64_div f64_sqrt f64_rem f64_roundToInt f64_isSignalingNaN,
    f64_eq f64_lt f64_le f64_eq_signaling f64_lt_quiet f64_le_quiet,
    f64_to_i32 f64_to_i64 f64_to_ui32 f64_to_ui64, i32_to_f64 i64_to_f64 ui32_to_f64 ui64_to_f64 }
    format! { list X87 extF80_add extF80_sub extF80_mul extF80_div extF80_sqrt extF80_rem extF80_roundToInt
    extF80_isSignalingNaN,
    extF80_eq extF80_lt extF80_le extF80_eq_signaling extF80_lt_quiet extF80_le_quiet,
    extF80_to_i32 extF80_to_i64 extF80_to_ui32 extF80_to_ui64,
    i32_to_extF80 i64_to_extF80 ui32_to_extF80 ui64_to_extF80 }
    format! { list F128 f128_add f128_sub f128_mul f128_div f128_sqrt f128_rem f128_roundToInt f128_isSignalingNaN,
    f128_eq f128_lt f128_le f128_eq_signaling f128_lt_quiet f128_le_quiet,
    f128_to_i32 f128_to_i64 f128_to_ui32 f128_to_ui64, i32_to_f128 i64_to_f128 ui32_to_f128 ui64_to_f128 }
    fused! { list: f16_mulAdd F16; f32_mulAdd F32; f64_mulAdd F64; f128_mulAdd F128; }
    converts! { list:
        f16_to_f32 F16 F32; f16_to_f64 F16 F64; f16_to_extF80 F16 X87; f16_to_f128 F16 F128;
        f32_to_f16 F32 F16; f32_to_f64 F32 F64; f32_to_extF80 F32 X87; f32_to_f128 F32 F128;
        f64_to_f16 F64 F16; f64_to_f32 F64 F32; f64_to_extF80 F64 X87; f64_to_f128 F64 F128;
        extF80_to_f16 X87 F16; extF80_to_f32 X87 F32; extF80_to_f64 X87 F64; extF80_to_f128 X87 F128;
        f128_to_f16 F128 F16; f128_to_f32 F128 F32; f128_to_f64 F128 F64; f128_to_extF80 F128 X87;
    }
    list
}
