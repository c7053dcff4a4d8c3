//! Functions of integer lanes, shuffles among them.

use super::{Op, ops};

fn bytes(a: u128, b: u128, f: impl Fn(u8, u8) -> u8) -> u128 {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    u128::from_le_bytes(std::array::from_fn(|n| f(a[n], b[n])))
}

macro_rules! lanes {
    ($name:ident $int:ident $n:literal) => {
        pub(super) fn $name(a: u128, b: u128, f: impl Fn($int, $int) -> $int) -> u128 {
            let bits = 128 / $n;
            (0..$n).fold(0, |sum, n| {
                let at = n * bits;
                sum | u128::from(f((a >> at) as $int, (b >> at) as $int)) << at
            })
        }
    };
}
lanes! { words u16 8 }
lanes! { dwords u32 4 }
lanes! { qwords u64 2 }

/// Lane `n` of `bits` bits.
pub(super) fn lane(v: u128, bits: u32, n: u32) -> u64 {
    (v >> (n * bits)) as u64 & bits::mask(bits)
}

/// The lanes that `f` gives, `bits` bits each.
pub(super) fn build(bits: u32, f: impl Fn(u32) -> u64) -> u128 {
    (0..128 / bits).fold(0, |sum, n| sum | u128::from(f(n) & bits::mask(bits)) << (n * bits))
}

fn signed(v: u128, bits: u32, n: u32) -> i64 {
    (lane(v, bits, n) as i64) << (64 - bits) >> (64 - bits)
}

fn ones(yes: bool) -> u64 {
    if yes { u64::MAX } else { 0 }
}

/// Comparisons.
fn equal(bits: u32, a: u128, b: u128) -> u128 {
    build(bits, |n| ones(lane(a, bits, n) == lane(b, bits, n)))
}

fn greater(bits: u32, a: u128, b: u128) -> u128 {
    build(bits, |n| ones(signed(a, bits, n) > signed(b, bits, n)))
}

fn clamp(v: i64, low: i64, high: i64) -> u64 {
    v.clamp(low, high) as u64
}

/// Low or high halves interleaved.
fn unpack(bits: u32, high: bool, a: u128, b: u128) -> u128 {
    let from = if high { 64 / bits } else { 0 };
    build(bits, |n| lane(if n & 1 == 0 { a } else { b }, bits, from + n / 2))
}

/// Lanes of twice the width, narrowed with saturation.
fn pack(bits: u32, low: i64, high: i64, a: u128, b: u128) -> u128 {
    let half = 64 / bits;
    build(bits, |n| clamp(signed(if n < half { a } else { b }, bits * 2, n % half), low, high))
}

fn shift(bits: u32, a: u128, count: u128, f: impl Fn(u128, u32, u32) -> u64) -> u128 {
    let count = (count as u64).min(u64::from(bits)) as u32;
    build(bits, |n| f(a, n, count))
}

fn left(bits: u32, a: u128, count: u128) -> u128 {
    shift(bits, a, count, |a, n, c| if c >= bits { 0 } else { lane(a, bits, n) << c })
}

fn right(bits: u32, a: u128, count: u128) -> u128 {
    shift(bits, a, count, |a, n, c| if c >= bits { 0 } else { lane(a, bits, n) >> c })
}

fn arithmetic(bits: u32, a: u128, count: u128) -> u128 {
    shift(bits, a, count, |a, n, c| (signed(a, bits, n) >> c.min(bits - 1)) as u64)
}

/// Lanes of 32 bits picked by pairs of bits.
fn shuffle(v: u128, imm: u32) -> u128 {
    build(32, |n| lane(v, 32, imm >> (2 * n) & 3))
}

/// Products of 16-bit lanes.
fn product(a: u128, b: u128, f: impl Fn(i64, i64) -> i64) -> u128 {
    build(16, |n| f(signed(a, 16, n), signed(b, 16, n)) as u64)
}

fn extend(to: u32, from: u32, sign: bool, v: u128) -> u128 {
    build(to, |n| if sign { signed(v, from, n) as u64 } else { lane(v, from, n) })
}

fn horizontal(bits: u32, a: u128, b: u128, f: impl Fn(i64, i64) -> i64) -> u128 {
    let half = 64 / bits;
    build(bits, |n| {
        let v = if n < half { a } else { b };
        let at = n % half * 2;
        f(signed(v, bits, at), signed(v, bits, at + 1)) as u64
    })
}

fn sign_of(bits: u32, a: u128, b: u128) -> u128 {
    build(bits, |n| (signed(a, bits, n) * signed(b, bits, n).signum()) as u64)
}

fn sad(a: u128, b: u128) -> u128 {
    let sum = |half: u32| (0..8).map(|n| lane(a, 8, half * 8 + n).abs_diff(lane(b, 8, half * 8 + n))).sum::<u64>();
    u128::from(sum(0)) | u128::from(sum(1)) << 64
}

fn saturate16(v: i64) -> i64 {
    v.clamp(-0x8000, 0x7fff)
}

/// The functions.
pub(super) static OPS: &[Op] = ops! {
    Pxor |_, a, b, _| a ^ b;
    Xorps |_, a, b, _| a ^ b;
    Xorpd |_, a, b, _| a ^ b;
    Pand |_, a, b, _| a & b;
    Andps |_, a, b, _| a & b;
    Andpd |_, a, b, _| a & b;
    Por |_, a, b, _| a | b;
    Orps |_, a, b, _| a | b;
    Orpd |_, a, b, _| a | b;
    Pandn |_, a, b, _| !a & b;
    Andnps |_, a, b, _| !a & b;
    Andnpd |_, a, b, _| !a & b;
    Paddq |_, a, b, _| qwords(a, b, u64::wrapping_add);
    Psubq |_, a, b, _| qwords(a, b, u64::wrapping_sub);
    Paddb |_, a, b, _| bytes(a, b, u8::wrapping_add);
    Paddw |_, a, b, _| words(a, b, u16::wrapping_add);
    Paddd |_, a, b, _| dwords(a, b, u32::wrapping_add);
    Psubb |_, a, b, _| bytes(a, b, u8::wrapping_sub);
    Psubw |_, a, b, _| words(a, b, u16::wrapping_sub);
    Psubd |_, a, b, _| dwords(a, b, u32::wrapping_sub);
    Paddusb |_, a, b, _| bytes(a, b, u8::saturating_add);
    Paddusw |_, a, b, _| words(a, b, u16::saturating_add);
    Psubusb |_, a, b, _| bytes(a, b, u8::saturating_sub);
    Psubusw |_, a, b, _| words(a, b, u16::saturating_sub);
    Paddsb |_, a, b, _| bytes(a, b, |x, y| (x as i8).saturating_add(y as i8) as u8);
    Paddsw |_, a, b, _| words(a, b, |x, y| (x as i16).saturating_add(y as i16) as u16);
    Psubsb |_, a, b, _| bytes(a, b, |x, y| (x as i8).saturating_sub(y as i8) as u8);
    Psubsw |_, a, b, _| words(a, b, |x, y| (x as i16).saturating_sub(y as i16) as u16);
    Pcmpeqb |_, a, b, _| equal(8, a, b);
    Pcmpeqw |_, a, b, _| equal(16, a, b);
    Pcmpeqd |_, a, b, _| equal(32, a, b);
    Pcmpeqq |_, a, b, _| equal(64, a, b);
    Pcmpgtb |_, a, b, _| greater(8, a, b);
    Pcmpgtw |_, a, b, _| greater(16, a, b);
    Pcmpgtd |_, a, b, _| greater(32, a, b);
    Pcmpgtq |_, a, b, _| greater(64, a, b);
    Pminub |_, a, b, _| bytes(a, b, u8::min);
    Pmaxub |_, a, b, _| bytes(a, b, u8::max);
    Pminsw |_, a, b, _| words(a, b, |x, y| (x as i16).min(y as i16) as u16);
    Pmaxsw |_, a, b, _| words(a, b, |x, y| (x as i16).max(y as i16) as u16);
    Pminuw |_, a, b, _| words(a, b, u16::min);
    Pmaxuw |_, a, b, _| words(a, b, u16::max);
    Pminud |_, a, b, _| dwords(a, b, u32::min);
    Pmaxud |_, a, b, _| dwords(a, b, u32::max);
    Pminsd |_, a, b, _| dwords(a, b, |x, y| (x as i32).min(y as i32) as u32);
    Pmaxsd |_, a, b, _| dwords(a, b, |x, y| (x as i32).max(y as i32) as u32);
    Pminsb |_, a, b, _| bytes(a, b, |x, y| (x as i8).min(y as i8) as u8);
    Pmaxsb |_, a, b, _| bytes(a, b, |x, y| (x as i8).max(y as i8) as u8);
    Pavgb |_, a, b, _| bytes(a, b, |x, y| ((u16::from(x) + u16::from(y) + 1) >> 1) as u8);
    Pavgw |_, a, b, _| words(a, b, |x, y| ((u32::from(x) + u32::from(y) + 1) >> 1) as u16);
    Punpcklbw |_, a, b, _| unpack(8, false, a, b);
    Punpcklwd |_, a, b, _| unpack(16, false, a, b);
    Punpckldq |_, a, b, _| unpack(32, false, a, b);
    Punpcklqdq |_, a, b, _| unpack(64, false, a, b);
    Punpckhbw |_, a, b, _| unpack(8, true, a, b);
    Punpckhwd |_, a, b, _| unpack(16, true, a, b);
    Punpckhdq |_, a, b, _| unpack(32, true, a, b);
    Punpckhqdq |_, a, b, _| unpack(64, true, a, b);
    Unpcklps |_, a, b, _| unpack(32, false, a, b);
    Unpckhps |_, a, b, _| unpack(32, true, a, b);
    Unpcklpd |_, a, b, _| unpack(64, false, a, b);
    Unpckhpd |_, a, b, _| unpack(64, true, a, b);
    Packsswb |_, a, b, _| pack(8, -0x80, 0x7f, a, b);
    Packuswb |_, a, b, _| pack(8, 0, 0xff, a, b);
    Packssdw |_, a, b, _| pack(16, -0x8000, 0x7fff, a, b);
    Packusdw |_, a, b, _| pack(16, 0, 0xffff, a, b);
    Psllw |_, a, b, _| left(16, a, b);
    Pslld |_, a, b, _| left(32, a, b);
    Psllq |_, a, b, _| left(64, a, b);
    Psrlw |_, a, b, _| right(16, a, b);
    Psrld |_, a, b, _| right(32, a, b);
    Psrlq |_, a, b, _| right(64, a, b);
    Psraw |_, a, b, _| arithmetic(16, a, b);
    Psrad |_, a, b, _| arithmetic(32, a, b);
    Pslldq |_, a, b, _| if b > 15 { 0 } else { a << (8 * b as u32) };
    Psrldq |_, a, b, _| if b > 15 { 0 } else { a >> (8 * b as u32) };
    Pshufd |_, _, b, i| shuffle(b, i);
    Pshuflw |_, _, b, i| build(16, |n| lane(b, 16, if n < 4 { i >> (2 * n) & 3 } else { n }));
    Pshufhw |_, _, b, i| build(16, |n| lane(b, 16, if n < 4 { n } else { 4 + (i >> (2 * (n - 4)) & 3) }));
    Shufps |_, a, b, i| build(32, |n| lane(if n < 2 { a } else { b }, 32, i >> (2 * n) & 3));
    Shufpd |_, a, b, i| build(64, |n| lane(if n < 1 { a } else { b }, 64, i >> n & 1));
    Pshufb |_, a, b, _| build(8, |n| {
        let at = lane(b, 8, n) as u32;
        if at & 0x80 != 0 { 0 } else { lane(a, 8, at & 15) }
    });
    Palignr |_, a, b, i| match i {
        0 => b,
        1..16 => b >> (8 * i) | a << (128 - 8 * i),
        16..32 => a >> (8 * (i - 16)),
        _ => 0,
    };
    Pmullw |_, a, b, _| product(a, b, |x, y| x * y);
    Pmulhw |_, a, b, _| product(a, b, |x, y| (x * y) >> 16);
    Pmulhuw |_, a, b, _| words(a, b, |x, y| ((u32::from(x) * u32::from(y)) >> 16) as u16);
    Pmulhrsw |_, a, b, _| product(a, b, |x, y| (((x * y) >> 14) + 1) >> 1);
    Pmulld |_, a, b, _| dwords(a, b, u32::wrapping_mul);
    Pmuludq |_, a, b, _| qwords(a, b, |x, y| (x & 0xffff_ffff) * (y & 0xffff_ffff));
    Pmuldq |_, a, b, _| qwords(a, b, |x, y| (i64::from(x as i32) * i64::from(y as i32)) as u64);
    Pmaddwd |_, a, b, _| build(32, |n| {
        (signed(a, 16, 2 * n) * signed(b, 16, 2 * n) + signed(a, 16, 2 * n + 1) * signed(b, 16, 2 * n + 1)) as u64
    });
    Pmaddubsw |_, a, b, _| build(16, |n| {
        let at = |m: u32| lane(a, 8, m) as i64 * signed(b, 8, m);
        saturate16(at(2 * n) + at(2 * n + 1)) as u64
    });
    Psadbw |_, a, b, _| sad(a, b);
    Pabsb |_, _, b, _| build(8, |n| signed(b, 8, n).unsigned_abs());
    Pabsw |_, _, b, _| build(16, |n| signed(b, 16, n).unsigned_abs());
    Pabsd |_, _, b, _| build(32, |n| signed(b, 32, n).unsigned_abs());
    Psignb |_, a, b, _| sign_of(8, a, b);
    Psignw |_, a, b, _| sign_of(16, a, b);
    Psignd |_, a, b, _| sign_of(32, a, b);
    Phaddw |_, a, b, _| horizontal(16, a, b, |x, y| x + y);
    Phaddd |_, a, b, _| horizontal(32, a, b, |x, y| x + y);
    Phaddsw |_, a, b, _| horizontal(16, a, b, |x, y| saturate16(x + y));
    Phsubw |_, a, b, _| horizontal(16, a, b, |x, y| x - y);
    Phsubd |_, a, b, _| horizontal(32, a, b, |x, y| x - y);
    Phsubsw |_, a, b, _| horizontal(16, a, b, |x, y| saturate16(x - y));
    Pmovsxbw |_, _, b, _| extend(16, 8, true, b);
    Pmovsxbd |_, _, b, _| extend(32, 8, true, b);
    Pmovsxbq |_, _, b, _| extend(64, 8, true, b);
    Pmovsxwd |_, _, b, _| extend(32, 16, true, b);
    Pmovsxwq |_, _, b, _| extend(64, 16, true, b);
    Pmovsxdq |_, _, b, _| extend(64, 32, true, b);
    Pmovzxbw |_, _, b, _| extend(16, 8, false, b);
    Pmovzxbd |_, _, b, _| extend(32, 8, false, b);
    Pmovzxbq |_, _, b, _| extend(64, 8, false, b);
    Pmovzxwd |_, _, b, _| extend(32, 16, false, b);
    Pmovzxwq |_, _, b, _| extend(64, 16, false, b);
    Pmovzxdq |_, _, b, _| extend(64, 32, false, b);
    Pinsrb |_, a, b, i| insert(8, a, b, i & 15);
    Pinsrw |_, a, b, i| insert(16, a, b, i & 7);
    Pinsrd |_, a, b, i| insert(32, a, b, i & 3);
    Pinsrq |_, a, b, i| insert(64, a, b, i & 1);
    Pblendw |_, a, b, i| build(16, |n| lane(if i >> n & 1 != 0 { b } else { a }, 16, n));
    Blendps |_, a, b, i| build(32, |n| lane(if i >> n & 1 != 0 { b } else { a }, 32, n));
    Blendpd |_, a, b, i| build(64, |n| lane(if i >> n & 1 != 0 { b } else { a }, 64, n));
    Movddup |_, _, b, _| unpack(64, false, b, b);
    Movsldup |_, _, b, _| build(32, |n| lane(b, 32, n & 2));
    Movshdup |_, _, b, _| build(32, |n| lane(b, 32, n | 1));
    Phminposuw |_, _, b, _| (0..8u32).map(|n| (lane(b, 16, n), n)).min().map_or(0, |(v, n)| u128::from(v) | u128::from(n) << 16);
};

fn insert(bits: u32, a: u128, b: u128, at: u32) -> u128 {
    let value = b as u64 & bits::mask(bits);
    build(bits, |n| if n == at { value } else { lane(a, bits, n) })
}
