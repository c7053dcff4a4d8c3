//! Functions of AVX, AVX2, FMA and F16C that SSE has not (SDM volume 1, "Programming with Intel AVX, FMA, and Intel AVX2").

use iced_x86::Mnemonic;
use softfloat::{self as sf, F16, F32, F64, Negate, Rounding};

use super::lanes::{build, lane};
use super::{Fp, Op, ops};

/// 256 bits: the lower half first.
pub(super) type Wide = [u128; 2];

/// A function over all of two operands and an immediate.
pub(super) type WideFunction = fn(Wide, Wide, u32) -> Wide;

/// Lane `n` of 256 bits.
fn wide_lane(v: Wide, bits: u32, n: u32) -> u64 {
    let half = 128 / bits;
    lane(v[(n / half) as usize & 1], bits, n % half)
}

fn wide_build(bits: u32, f: impl Fn(u32) -> u64) -> Wide {
    let half = 128 / bits;
    [build(bits, &f), build(bits, |n| f(half + n))]
}

fn broadcast(bits: u32, v: Wide) -> Wide {
    wide_build(bits, |_| lane(v[0], bits, 0))
}

/// VPERM2F128: each half is one of four, or 0.
fn halves(a: Wide, b: Wide, imm: u32) -> Wide {
    [0, 4].map(|at| if imm >> (at + 3) & 1 != 0 { 0 } else { [a[0], a[1], b[0], b[1]][(imm >> at & 3) as usize] })
}

/// Functions that cross halves: of the last vector operand, or of the last two.
pub(super) const WIDE: &[(Mnemonic, WideFunction)] = &[
    (Mnemonic::Vbroadcastss, |_, b, _| broadcast(32, b)),
    (Mnemonic::Vbroadcastsd, |_, b, _| broadcast(64, b)),
    (Mnemonic::Vbroadcastf128, |_, b, _| [b[0]; 2]),
    (Mnemonic::Vbroadcasti128, |_, b, _| [b[0]; 2]),
    (Mnemonic::Vpbroadcastb, |_, b, _| broadcast(8, b)),
    (Mnemonic::Vpbroadcastw, |_, b, _| broadcast(16, b)),
    (Mnemonic::Vpbroadcastd, |_, b, _| broadcast(32, b)),
    (Mnemonic::Vpbroadcastq, |_, b, _| broadcast(64, b)),
    (Mnemonic::Vperm2f128, halves),
    (Mnemonic::Vperm2i128, halves),
    (Mnemonic::Vinsertf128, |a, b, i| if i & 1 != 0 { [a[0], b[0]] } else { [b[0], a[1]] }),
    (Mnemonic::Vinserti128, |a, b, i| if i & 1 != 0 { [a[0], b[0]] } else { [b[0], a[1]] }),
    (Mnemonic::Vpermd, |a, b, _| wide_build(32, |n| wide_lane(b, 32, wide_lane(a, 32, n) as u32 & 7))),
    (Mnemonic::Vpermps, |a, b, _| wide_build(32, |n| wide_lane(b, 32, wide_lane(a, 32, n) as u32 & 7))),
    (Mnemonic::Vpermq, |_, b, i| wide_build(64, |n| wide_lane(b, 64, i >> (2 * n) & 3))),
    (Mnemonic::Vpermpd, |_, b, i| wide_build(64, |n| wide_lane(b, 64, i >> (2 * n) & 3))),
];

fn variable(bits: u32, a: u128, b: u128, f: impl Fn(u64, u32) -> u64) -> u128 {
    build(bits, |n| {
        let count = lane(b, bits, n);
        if count >= bits.into() { 0 } else { f(lane(a, bits, n), count as u32) }
    })
}

fn half_to_single(fp: &mut Fp, v: u16) -> u32 {
    // SDM volume 2C, "VCVTPH2PS": denormal halves are numbers, whatever DAZ says, and raise nothing.
    let mut env = fp.env;
    env.flush_inputs = false;
    env.flags = sf::Flags::NONE;
    let result = sf::convert::<F16, F32>(v, &mut env);
    fp.env.raise(env.flags.without(sf::Flags::DENORMAL));
    result
}

fn single_to_half(fp: &mut Fp, v: u32, imm: u32) -> u16 {
    use Rounding::{Down, NearestEven, TowardZero, Up};
    let mut env = fp.env;
    if imm & 4 == 0 {
        env.rounding = [NearestEven, Down, Up, TowardZero][(imm & 3) as usize];
    }
    // Results are not flushed (SDM volume 2C, "VCVTPS2PH").
    env.flush_outputs = false;
    let result = sf::convert::<F32, F16>(v, &mut env);
    fp.env.flags = env.flags;
    result
}

/// Functions half by half. Immediates of the upper half are shifted by what [`immediate_step`] says.
pub(super) static OPS: &[Op] = ops! {
    // A control vector: the immediate forms are given one, too.
    Vpermilps |_, a, b, _| build(32, |n| lane(a, 32, lane(b, 32, n) as u32 & 3));
    Vpermilpd |_, a, b, _| build(64, |n| lane(a, 64, lane(b, 64, n) as u32 >> 1 & 1));
    Vpblendd |_, a, b, i| build(32, |n| lane(if i >> n & 1 != 0 { b } else { a }, 32, n));
    Vpsllvd |_, a, b, _| variable(32, a, b, |v, n| v << n);
    Vpsllvq |_, a, b, _| variable(64, a, b, |v, n| v << n);
    Vpsrlvd |_, a, b, _| variable(32, a, b, |v, n| v >> n);
    Vpsrlvq |_, a, b, _| variable(64, a, b, |v, n| v >> n);
    Vpsravd |_, a, b, _| build(32, |n| (lane(a, 32, n) as i32 >> lane(b, 32, n).min(31)) as u64);
    Vcvtph2ps |f, _, b, _| {
        (0..4).fold(0, |sum, n| sum | u128::from(half_to_single(f, lane(b, 16, n) as u16)) << (32 * n))
    };
    Vcvtps2ph |f, _, b, i| {
        (0..4).fold(0, |sum, n| sum | u128::from(single_to_half(f, lane(b, 32, n) as u32, i)) << (16 * n))
    };
    // The immediate says whether the integer has 64 bits.
    Vcvtsi2ss |f, a, b, i| a >> 32 << 32 | u128::from(sf::from_int::<F32, i64>(integer(b, i), &mut f.env));
    Vcvtsi2sd |f, a, b, i| a >> 64 << 64 | u128::from(sf::from_int::<F64, i64>(integer(b, i), &mut f.env));
};

fn integer(v: u128, wide: u32) -> i64 {
    if wide != 0 { v as i64 } else { (v as i32).into() }
}

/// By how much the immediate is shifted for the upper half.
pub(super) fn immediate_step(m: Mnemonic) -> u32 {
    match m {
        Mnemonic::Vshufpd | Mnemonic::Vblendpd => 2,
        Mnemonic::Vmpsadbw => 3,
        Mnemonic::Vblendps | Mnemonic::Vpblendd => 4,
        _ => 0,
    }
}

/// How a fused multiply-add takes its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fused {
    /// Which operands are multiplied, and which is added: 0 to 2.
    pub(super) order: [usize; 3],
    negate: Negate,
    /// Odd lanes the other way: 1 subtracts in even lanes, 2 in odd ones.
    alternate: u8,
    double: bool,
    scalar: bool,
}

impl Fused {
    /// What a name such as `Vfnmadd231ps` says.
    pub(super) fn of(name: &str) -> Option<Fused> {
        let rest = name.strip_prefix("Vf")?;
        let at = rest.find(|c: char| c.is_ascii_digit())?;
        let (what, rest) = rest.split_at(at);
        let (negate, alternate) = match what {
            "madd" => (Negate::NONE, 0),
            "msub" => (Negate::ADDEND, 0),
            "nmadd" => (Negate::PRODUCT, 0),
            "nmsub" => (Negate::BOTH, 0),
            "maddsub" => (Negate::NONE, 1),
            "msubadd" => (Negate::NONE, 2),
            _ => return None,
        };
        // SDM volume 2C, "VFMADD132PD...": 132 is first times third plus second.
        let order = match rest.get(..3)? {
            "132" => [0, 2, 1],
            "213" => [1, 0, 2],
            "231" => [1, 2, 0],
            _ => return None,
        };
        // Those of half precision are AVX-512's.
        let (scalar, double) = match rest.get(3..)? {
            "ps" => (false, false),
            "pd" => (false, true),
            "ss" => (true, false),
            "sd" => (true, true),
            _ => return None,
        };
        Some(Fused { order, negate, alternate, double, scalar })
    }

    /// One half: the three operands in the order of the instruction.
    pub(super) fn run(self, f: &mut Fp, operands: [u128; 3]) -> u128 {
        let [a, b, c] = self.order.map(|n| operands[n]);
        let bits = if self.double { 64 } else { 32 };
        let mut result = operands[0];
        for n in 0..if self.scalar { 1 } else { 128 / bits } {
            let (x, y, z) = (lane(a, bits, n), lane(b, bits, n), lane(c, bits, n));
            let subtract = self.alternate != 0 && (n & 1 == 0) == (self.alternate == 1);
            let negate = if subtract { Negate::ADDEND } else { self.negate };
            let v = if self.double {
                sf::fma::<F64>(x, y, z, negate, &mut f.env)
            } else {
                sf::fma::<F32>(x as u32, y as u32, z as u32, negate, &mut f.env).into()
            };
            let mask = u128::from(bits::mask(bits)) << (n * bits);
            result = result & !mask | u128::from(v) << (n * bits);
        }
        result
    }
}
