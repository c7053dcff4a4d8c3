//! What packed, multiply-accumulate and division instructions compute, apart from any machine: values in, value and flags out.
//!
//! TriCore Architecture Manual, volume 2, "Instruction Set", whose names the functions have.

/// A result with its overflow flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Out {
    /// 32 or 64 bits.
    pub value: u64,
    /// PSW.V.
    pub v: bool,
    /// PSW.AV.
    pub av: bool,
}

/// A packed operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Packed {
    /// ADD.B.
    AddB,
    /// SUB.B.
    SubB,
    /// ABSDIF.B.
    AbsdifB,
    /// EQ.B.
    EqB,
    /// LT.B.
    LtB,
    /// LT.BU.
    LtBu,
    /// EQANY.B.
    EqanyB,
    /// MIN.B.
    MinB,
    /// MIN.BU.
    MinBu,
    /// MAX.B.
    MaxB,
    /// MAX.BU.
    MaxBu,
    /// ABS.B.
    AbsB,
    /// ADD.H.
    AddH,
    /// ADDS.H.
    AddsH,
    /// ADDS.HU.
    AddsHu,
    /// SUB.H.
    SubH,
    /// SUBS.H.
    SubsH,
    /// SUBS.HU.
    SubsHu,
    /// ABSDIF.H.
    AbsdifH,
    /// ABSDIFS.H.
    AbsdifsH,
    /// EQ.H.
    EqH,
    /// LT.H.
    LtH,
    /// LT.HU.
    LtHu,
    /// EQANY.H.
    EqanyH,
    /// MIN.H.
    MinH,
    /// MIN.HU.
    MinHu,
    /// MAX.H.
    MaxH,
    /// MAX.HU.
    MaxHu,
    /// ABS.H.
    AbsH,
    /// ABSS.H.
    AbssH,
}

impl Packed {
    /// All, in order.
    pub const ALL: &'static [Packed] = {
        use Packed::*;
        &[
            AddB, SubB, AbsdifB, EqB, LtB, LtBu, EqanyB, MinB, MinBu, MaxB, MaxBu, AbsB, AddH, AddsH, AddsHu, SubH,
            SubsH, SubsHu, AbsdifH, AbsdifsH, EqH, LtH, LtHu, EqanyH, MinH, MinHu, MaxH, MaxHu, AbsH, AbssH,
        ]
    };

    /// Whether V, SV, AV and SAV change.
    pub const fn sets_flags(self) -> bool {
        use Packed::*;
        !matches!(
            self,
            EqB | LtB
                | LtBu
                | EqanyB
                | MinB
                | MinBu
                | MaxB
                | MaxBu
                | EqH
                | LtH
                | LtHu
                | EqanyH
                | MinH
                | MinHu
                | MaxH
                | MaxHu
        )
    }
}

/// Bits 0 to `bits` - 1 of lane `n` with sign.
fn lane_s(x: u32, n: u32, bits: u32) -> i32 {
    (x >> (n * bits) << (32 - bits)) as i32 >> (32 - bits)
}

fn lane_u(x: u32, n: u32, bits: u32) -> i32 {
    (x >> (n * bits) << (32 - bits) >> (32 - bits)) as i32
}

/// A lane at a time: operation on sign-extended or zero-extended lanes; a truth value of a comparison is all ones.
pub fn packed(op: Packed, a: u32, b: u32) -> Out {
    use Packed::*;
    let bits = match op {
        AddB | SubB | AbsdifB | EqB | LtB | LtBu | EqanyB | MinB | MinBu | MaxB | MaxBu | AbsB => 8,
        _ => 16,
    };
    let unsigned = matches!(op, LtBu | MinBu | MaxBu | AddsHu | SubsHu | LtHu | MinHu | MaxHu);
    let lane = if unsigned { lane_u } else { lane_s };
    let (low, high) = if unsigned { (0, (1 << bits) - 1) } else { (-1 << (bits - 1), (1 << (bits - 1)) - 1) };
    let saturating = matches!(op, AddsH | AddsHu | SubsH | SubsHu | AbsdifsH | AbssH);
    let mut out = Out::default();
    let mut any = false;
    for n in 0..32 / bits {
        let (x, y) = (lane(a, n, bits), lane(b, n, bits));
        let truth = |t: bool| if t { -1 } else { 0 };
        let r = match op {
            AddB | AddH | AddsH | AddsHu => x + y,
            SubB | SubH | SubsH | SubsHu => x - y,
            AbsdifB | AbsdifH | AbsdifsH => (x - y).abs(),
            AbsB | AbsH | AbssH => y.abs(),
            EqB | EqH | EqanyB | EqanyH => truth(x == y),
            LtB | LtBu | LtH | LtHu => truth(x < y),
            MinB | MinBu | MinH | MinHu => x.min(y),
            MaxB | MaxBu | MaxH | MaxHu => x.max(y),
        };
        any |= r == -1;
        out.v |= r < low || r > high;
        out.av |= (r >> (bits - 1) ^ r >> (bits - 2)) & 1 != 0;
        let r = if saturating { r.clamp(low, high) } else { r };
        out.value |= u64::from(r as u32 & ((1u32 << bits) - 1)) << (n * bits);
    }
    if matches!(op, EqanyB | EqanyH) {
        out.value = any.into();
    }
    out
}

/// Whether bit `top` of a result before saturation differs from the one below.
fn advance(r: i128, top: u32) -> bool {
    (r ^ r << 1) >> top & 1 != 0
}

/// A signed result cut to 32 bits, saturated if asked for, with its flags.
pub fn word(r: i128, saturating: bool) -> Out {
    let (low, high) = (i128::from(i32::MIN), i128::from(i32::MAX));
    let v = r < low || r > high;
    let kept = if saturating { r.clamp(low, high) } else { r } as u32;
    Out { value: kept.into(), v, av: advance(r, 31) }
}

/// The same of an unsigned result.
pub fn word_u(r: i128, saturating: bool) -> Out {
    let high = i128::from(u32::MAX);
    let v = r < 0 || r > high;
    let kept = if saturating { r.clamp(0, high) } else { r } as u32;
    Out { value: kept.into(), v, av: advance(r, 31) }
}

/// The same with 64 bits.
pub fn long(r: i128, saturating: bool) -> Out {
    let (low, high) = (i128::from(i64::MIN), i128::from(i64::MAX));
    let v = r < low || r > high;
    let kept = if saturating { r.clamp(low, high) } else { r } as u64;
    Out { value: kept, v, av: advance(r, 63) }
}

/// The same of an unsigned result.
pub fn long_u(r: i128, saturating: bool) -> Out {
    let high = i128::from(u64::MAX);
    let v = r < 0 || r > high;
    let kept = if saturating { r.clamp(0, high) } else { r } as u64;
    Out { value: kept, v, av: advance(r, 63) }
}

/// What of a multiply-accumulate instruction its encoding says, packed into a number for the helper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mac {
    /// The kind of product.
    pub kind: Kind,
    /// How the product or the products join the accumulator; high half, low half.
    pub sign: (Sign, Sign),
    /// The result saturates.
    pub saturating: bool,
    /// The result is rounded to halves.
    pub rounding: bool,
    /// Shift of the product.
    pub n: u8,
    /// There is no accumulator: -1 by -1 is then the greatest fraction, which rounding does not change.
    pub alone: bool,
    /// Which halves of the second operand (UL, LU, LL, UU): bits 1 and 0 of the encoding's field.
    pub halves: u8,
}

/// Whether a product is added, subtracted, or stands alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Added.
    Plus,
    /// Subtracted.
    Minus,
}

/// The kind of product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// 32 by 32 bits, accumulator of 32: integers.
    Word,
    /// The same, unsigned.
    WordU,
    /// 32 by 32 bits, accumulator of 64: integers.
    Long,
    /// The same, unsigned.
    LongU,
    /// Fractions of 32 bits, accumulator of 32.
    Q32,
    /// Fractions of 32 bits, accumulator of 64.
    Q64,
    /// Fraction of 32 bits by a fraction of 16 (lower half), accumulator of 32.
    Q16x32L,
    /// Upper half.
    Q16x32U,
    /// Accumulator of 64, lower half.
    Q16x64L,
    /// Upper half.
    Q16x64U,
    /// Lower halves, accumulator of 32.
    Q16L,
    /// Upper halves.
    Q16U,
    /// Lower halves, accumulator of 64.
    Q16LongL,
    /// Upper halves.
    Q16LongU,
    /// Two products of halves, two accumulators of 32 bits.
    H,
    /// Two products of halves, one accumulator of 64 bits in 16.48 format.
    Hm,
    /// Two products of halves rounded into halves of one register of 32 bits.
    Hr,
    /// Two products of halves rounded into halves, accumulators a pair.
    HrPair,
}

impl Kind {
    const ALL: [Kind; 18] = {
        use Kind::*;
        [
            Word, WordU, Long, LongU, Q32, Q64, Q16x32L, Q16x32U, Q16x64L, Q16x64U, Q16L, Q16U, Q16LongL, Q16LongU, H,
            Hm, Hr, HrPair,
        ]
    };
}

impl Mac {
    /// As a number.
    pub const fn pack(self) -> u64 {
        self.kind as u64
            | (self.sign.0 as u64) << 5
            | (self.sign.1 as u64) << 6
            | (self.saturating as u64) << 7
            | (self.rounding as u64) << 8
            | (self.n as u64) << 9
            | (self.halves as u64) << 11
            | (self.alone as u64) << 13
    }

    /// From a number that [`Mac::pack`] made.
    pub fn unpack(word: u64) -> Mac {
        let sign = |bit: u32| if word >> bit & 1 != 0 { Sign::Minus } else { Sign::Plus };
        Mac {
            kind: Kind::ALL[(word & 31) as usize],
            sign: (sign(5), sign(6)),
            saturating: word >> 7 & 1 != 0,
            rounding: word >> 8 & 1 != 0,
            n: (word >> 9 & 3) as u8,
            halves: (word >> 11 & 3) as u8,
            alone: word >> 13 & 1 != 0,
        }
    }
}

fn low(x: u32) -> i128 {
    i128::from(x as i16)
}

fn high(x: u32) -> i128 {
    i128::from((x >> 16) as i16)
}

fn wide(x: u32) -> i128 {
    i128::from(x as i32)
}

/// The product of two fractions of 16 bits; -1 by -1 with n = 1 is the greatest fraction, not 1.
fn q16(a: i128, b: i128, n: u8) -> i128 {
    if a == -0x8000 && b == -0x8000 && n == 1 { 0x7fff_ffff } else { (a * b) << n }
}

fn signed(sign: Sign, product: i128) -> i128 {
    if sign == Sign::Minus { -product } else { product }
}

/// acc ± a × b as `mac` says; `acc` is 0 for plain multiplications.
pub fn mac(mac: Mac, acc: u64, a: u32, b: u32) -> Out {
    use Kind::*;
    let acc32 = i128::from(acc as u32 as i32);
    let acc64 = i128::from(acc as i64);
    let add = |product: i128| signed(mac.sign.0, product);
    let n = mac.n;
    match mac.kind {
        Word => word(acc32 + add(wide(a) * wide(b)), mac.saturating),
        WordU => word_u(i128::from(acc as u32) + add(i128::from(a) * i128::from(b)), mac.saturating),
        Long => long(acc64 + add(wide(a) * wide(b)), mac.saturating),
        LongU => long_u(i128::from(acc) + add(i128::from(a) * i128::from(b)), mac.saturating),
        // The product is added (or subtracted) whole; what is below the accumulator goes away then.
        Q32 => word(((acc32 << 32) + add((wide(a) * wide(b)) << n)) >> 32, mac.saturating),
        Q64 => long(acc64 + add((wide(a) * wide(b)) << n), mac.saturating),
        Q16x32L => word(((acc32 << 16) + add((wide(a) * low(b)) << n)) >> 16, mac.saturating),
        Q16x32U => word(((acc32 << 16) + add((wide(a) * high(b)) << n)) >> 16, mac.saturating),
        Q16x64L => long(acc64 + add((wide(a) * low(b)) << n), mac.saturating),
        Q16x64U => long(acc64 + add((wide(a) * high(b)) << n), mac.saturating),
        Q16L => rounded(mac, acc32 + add(q16(low(a), low(b), n))),
        Q16U => rounded(mac, acc32 + add(q16(high(a), high(b), n))),
        Q16LongL => long(acc64 + add(q16(low(a), low(b), n) << 16), mac.saturating),
        Q16LongU => long(acc64 + add(q16(high(a), high(b), n) << 16), mac.saturating),
        H | Hm | Hr | HrPair => halves(mac, acc, a, b),
    }
}

/// A sum that is a fraction of 32 bits; rounding leaves the upper half.
fn rounded(mac: Mac, r: i128) -> Out {
    if !mac.rounding {
        return word(r, mac.saturating);
    }
    let out = word(r + half(mac, r), mac.saturating);
    Out { value: out.value & 0xffff_0000, ..out }
}

/// What rounds `r` to its upper half.
fn half(mac: Mac, r: i128) -> i128 {
    if mac.alone && r == 0x7fff_ffff { 0 } else { 0x8000 }
}

/// Two products of halves: `a`'s upper half goes with the upper accumulator.
fn halves(mac: Mac, acc: u64, a: u32, b: u32) -> Out {
    // UL: upper by upper, lower by lower... the field names b's halves for the upper and the lower product.
    let (of_high, of_low) = match mac.halves {
        0 => (high(b), low(b)),
        1 => (low(b), high(b)),
        2 => (low(b), low(b)),
        _ => (high(b), high(b)),
    };
    // With UU the products change places.
    let (x, y) = if mac.halves == 3 { (low(a), high(a)) } else { (high(a), low(a)) };
    let (one, zero) = (signed(mac.sign.0, q16(x, of_high, mac.n)), signed(mac.sign.1, q16(y, of_low, mac.n)));
    let pair = |k: u32| i128::from((acc >> (32 * k)) as u32 as i32);
    match mac.kind {
        Kind::Hm => long(i128::from(acc as i64) + ((one + zero) << 16), mac.saturating),
        Kind::H => {
            let (h, l) = (word(pair(1) + one, mac.saturating), word(pair(0) + zero, mac.saturating));
            Out { value: h.value << 32 | l.value, v: h.v | l.v, av: h.av | l.av }
        }
        kind => {
            let (top, bottom) = if kind == Kind::HrPair {
                (pair(1), pair(0))
            } else {
                (i128::from((acc as u32 & 0xffff_0000) as i32), i128::from(((acc as u32) << 16) as i32))
            };
            let (one, zero) = (top + one, bottom + zero);
            let (h, l) = (word(one + half(mac, one), mac.saturating), word(zero + half(mac, zero), mac.saturating));
            Out { value: h.value & 0xffff_0000 | l.value >> 16, v: h.v | l.v, av: h.av | l.av }
        }
    }
}
