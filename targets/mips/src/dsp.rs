//! The arithmetic of the DSP ASE: functions of values, with DSPControl and an accumulator beside them.
//!
//! *MIPS Architecture For Programmers Volume IV-e: MIPS DSP Module for MIPS32 Architecture* (MD00374), Release 1 and 2; the names are
//! those of its instructions, in lower case and with `_` for the dot. Three helpers lead here, by the shape of the operation; what a
//! number means is the place in the tables below, from which the lifter's constants are made, too.

use crate::hart::Hart;
use crate::state;
use crate::trap::Trap;

/// Fields of DSPControl: position, size count, carry, and the flags from bit 16 up.
mod control {
    pub(super) const POS: u32 = 0x3f;
    pub(super) const SCOUNT: u32 = 7;
    pub(super) const CARRY: u32 = 13;
    pub(super) const EFI: u32 = 14;
    pub(super) const OUFLAG: u32 = 16;
    pub(super) const CCOND: u32 = 24;

    /// Flags of `ouflag` behind those of the four accumulators: addition, multiplication, shifts and rounding, extraction.
    pub(super) const ADD: u32 = OUFLAG + 4;
    pub(super) const MULTIPLY: u32 = OUFLAG + 5;
    pub(super) const SHIFT: u32 = OUFLAG + 6;
    pub(super) const EXTRACT: u32 = OUFLAG + 7;
}

/// DSPControl, and the accumulator at work.
pub(crate) struct Dsp {
    control: u32,
    /// Number of the accumulator.
    ac: u32,
    acc: i64,
}

type Binary = fn(&mut Dsp, u32, u32) -> u32;

/// Declares operations: each name becomes a constant with its number in the table.
macro_rules! operations {
    ($(#[$m:meta])* $table:ident $numbers:ident: $($name:ident = $run:expr;)*) => {
        #[allow(non_camel_case_types, clippy::enum_variant_names, reason = "the variants are the instructions' names")]
        #[derive(Clone, Copy)]
        pub(crate) enum $numbers { $($name),* }

        $(#[$m])*
        static $table: &[Binary] = &[$($run),*];
    };
}

/// Byte `n`.
fn byte(v: u32, n: u32) -> u32 {
    v >> (8 * n) & 0xff
}

/// Halfword `n`, signed.
fn half(v: u32, n: u32) -> i32 {
    i32::from((v >> (16 * n)) as i16)
}

/// Halfword `n`, unsigned.
fn uhalf(v: u32, n: u32) -> u32 {
    v >> (16 * n) & 0xffff
}

fn bytes(f: impl FnMut(u32) -> u32) -> u32 {
    (0..4).map(f).enumerate().fold(0, |v, (n, b)| v | (b & 0xff) << (8 * n))
}

fn halves(f: impl FnMut(u32) -> u32) -> u32 {
    (0..2).map(f).enumerate().fold(0, |v, (n, h)| v | (h & 0xffff) << (16 * n))
}

/// Two halfwords beside each other.
fn pair(high: u32, low: u32) -> u32 {
    high << 16 | low & 0xffff
}

/// Shifts right with rounding: half of the last place is added.
fn round_shift(v: i32, n: u32) -> i32 {
    if n == 0 { v } else { ((i64::from(v) + (1 << (n - 1))) >> n) as i32 }
}

impl Dsp {
    fn flag(&mut self, n: u32) {
        self.control |= 1 << n;
    }

    fn flag_if(&mut self, n: u32, on: bool) {
        self.control |= u32::from(on) << n;
    }

    /// Brings `v` into `lo..=hi`, and tells in flag `n` if it was not.
    fn saturate(&mut self, n: u32, v: i64, lo: i64, hi: i64) -> u32 {
        self.flag_if(n, !(lo..=hi).contains(&v));
        v.clamp(lo, hi) as u32
    }

    fn saturate16(&mut self, n: u32, v: i64) -> u32 {
        self.saturate(n, v, i16::MIN.into(), i16::MAX.into())
    }

    fn saturate32(&mut self, n: u32, v: i64) -> u32 {
        self.saturate(n, v, i32::MIN.into(), i32::MAX.into())
    }

    /// Sums of unsigned bytes, cut or saturated.
    fn bytes_u(&mut self, saturating: bool, f: impl Fn(u32) -> i64) -> u32 {
        bytes(|n| self.lane_u(saturating, f(n), 0xff))
    }

    fn halves_u(&mut self, saturating: bool, f: impl Fn(u32) -> i64) -> u32 {
        halves(|n| self.lane_u(saturating, f(n), 0xffff))
    }

    fn lane_u(&mut self, saturating: bool, v: i64, max: i64) -> u32 {
        let cut = self.saturate(control::ADD, v, 0, max);
        if saturating { cut } else { v as u32 }
    }

    fn halves_q(&mut self, saturating: bool, f: impl Fn(u32) -> i32) -> u32 {
        halves(|n| {
            let v = i64::from(f(n));
            let cut = self.saturate16(control::ADD, v);
            if saturating { cut } else { v as u32 }
        })
    }

    /// The product of two fractions of 16 bits, doubled; -1 × -1 saturates and sets flag `n`.
    fn q15(&mut self, n: u32, a: i32, b: i32) -> i32 {
        let both = a == -0x8000 && b == -0x8000;
        self.flag_if(n, both);
        if both { i32::MAX } else { (a * b) << 1 }
    }

    /// The same of 32 bits.
    fn q31(&mut self, n: u32, a: u32, b: u32) -> i64 {
        let both = a == 1 << 31 && b == 1 << 31;
        self.flag_if(n, both);
        if both { i64::MAX } else { (i64::from(a as i32) * i64::from(b as i32)) << 1 }
    }

    fn acc_flag(&self) -> u32 {
        control::OUFLAG + self.ac
    }

    /// The fractions' product with the accumulator's flag.
    fn q15_acc(&mut self, a: i32, b: i32) -> i64 {
        let flag = self.acc_flag();
        self.q15(flag, a, b).into()
    }

    /// Adds to the accumulator.
    fn add_acc(&mut self, v: i64) -> u32 {
        self.acc = self.acc.wrapping_add(v);
        0
    }

    /// Adds to the accumulator and saturates that to 32 bits.
    fn add_acc_sat32(&mut self, v: i64) -> u32 {
        let flag = self.acc_flag();
        let sum = self.acc.wrapping_add(v);
        self.acc = i64::from(self.saturate32(flag, sum) as i32);
        0
    }

    /// Adds to the accumulator; bits 31 and 32 of the sum tell whether its lower word has overflowed, and which way it saturates.
    fn add_low_sat32(&mut self, v: i64) -> u32 {
        let flag = self.acc_flag();
        let sum = self.acc.wrapping_add(v);
        self.acc = i64::from(self.saturate32(flag, sum << 31 >> 31) as i32);
        0
    }

    /// Adds to the accumulator and saturates that.
    fn add_acc_sat64(&mut self, v: i64, subtract: bool) -> u32 {
        let flag = self.acc_flag();
        let (sum, over) = if subtract { self.acc.overflowing_sub(v) } else { self.acc.overflowing_add(v) };
        self.flag_if(flag, over);
        self.acc = if !over {
            sum
        } else if self.acc < 0 {
            i64::MIN
        } else {
            i64::MAX
        };
        0
    }

    /// Sets condition bits from a comparison of `lanes` lanes, and returns them.
    fn conditions(&mut self, lanes: u32, f: impl Fn(u32) -> bool) -> u32 {
        let bits = (0..lanes).fold(0, |bits, n| bits | u32::from(f(n)) << n);
        self.control = self.control & !(((1 << lanes) - 1) << control::CCOND) | bits << control::CCOND;
        bits
    }

    fn condition(&self, n: u32) -> bool {
        self.control >> (control::CCOND + n) & 1 != 0
    }

    /// Shifts an unsigned byte left; bits that are lost set the flag.
    fn shift_left_byte(&mut self, v: u32, n: u32) -> u32 {
        self.flag_if(control::SHIFT, v << n > 0xff);
        v << n
    }

    /// Shifts a signed number of `bits` bits left. Bits that are lost and are no copies of the sign set the flag, and saturate.
    fn shift_left(&mut self, v: i32, n: u32, bits: u32, saturating: bool) -> u32 {
        let wide = i64::from(v) << n;
        let max = (1i64 << (bits - 1)) - 1;
        let cut = self.saturate(control::SHIFT, wide, -max - 1, max);
        if saturating { cut } else { wide as u32 }
    }

    /// A fraction of 16 bits as an unsigned byte.
    fn precrqu(&mut self, v: i32) -> u32 {
        self.flag_if(control::SHIFT, !(0..=0x7f80).contains(&v));
        if v > 0x7f80 { 0xff } else { v.max(0) as u32 >> 7 }
    }

    fn round_to_half(&mut self, v: u32) -> u32 {
        self.saturate32(control::SHIFT, i64::from(v as i32) + 0x8000) >> 16
    }

    /// What EXTR and its kin take out of the accumulator: shifted with one bit more, which rounds.
    fn extract(&mut self, n: u32, kind: Extract) -> u32 {
        let wide = i128::from(self.acc) << 1 >> n;
        let (plain, rounded) = (wide >> 1, (wide + 1) >> 1);
        if kind == Extract::Half {
            let (v, lo, hi) = (plain, i128::from(i16::MIN), i128::from(i16::MAX));
            self.flag_if(control::EXTRACT, !(lo..=hi).contains(&v));
            return v.clamp(lo, hi) as u32;
        }
        let (lo, hi) = (i128::from(i32::MIN), i128::from(i32::MAX));
        let fits = |v: i128| (lo..=hi).contains(&v);
        self.flag_if(control::EXTRACT, !fits(plain) || !fits(rounded));
        match kind {
            Extract::Plain => plain as u32,
            Extract::Rounded => rounded as u32,
            _ => rounded.clamp(lo, hi) as u32,
        }
    }

    /// EXTP and EXTPDP: so many bits from the position down.
    fn extract_field(&mut self, size: u32, moves: bool) -> u32 {
        let pos = self.control & control::POS;
        let Some(low) = (pos + 1).checked_sub(size + 1) else {
            // The result is UNPREDICTABLE.
            self.flag(control::EFI);
            return 0;
        };
        self.control &= !(1 << control::EFI);
        if moves {
            self.control = self.control & !control::POS | pos.wrapping_sub(size + 1) & control::POS;
        }
        ((self.acc as u64 >> low) & bits::mask(size + 1)) as u32
    }

    /// SHILO: right by a positive count, else left.
    fn shift_acc(&mut self, by: u32) -> u32 {
        let by = bits::sign_extend(u64::from(by & 0x3f), 6) as i64;
        let acc = self.acc as u64;
        self.acc = if by >= 0 { acc >> by } else { acc << -by } as i64;
        0
    }
}

/// Kinds of EXTR.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extract {
    Plain,
    Rounded,
    Saturated,
    Half,
}

operations! {
    /// Two operands and a result, `a` being rs and `b` rt; an immediate or shift amount stands in for rs.
    TWO Two:
    addu_qb = |d, a, b| d.bytes_u(false, |n| i64::from(byte(a, n) + byte(b, n)));
    addu_s_qb = |d, a, b| d.bytes_u(true, |n| i64::from(byte(a, n) + byte(b, n)));
    subu_qb = |d, a, b| d.bytes_u(false, |n| i64::from(byte(a, n)) - i64::from(byte(b, n)));
    subu_s_qb = |d, a, b| d.bytes_u(true, |n| i64::from(byte(a, n)) - i64::from(byte(b, n)));
    addu_ph = |d, a, b| d.halves_u(false, |n| i64::from(uhalf(a, n) + uhalf(b, n)));
    addu_s_ph = |d, a, b| d.halves_u(true, |n| i64::from(uhalf(a, n) + uhalf(b, n)));
    subu_ph = |d, a, b| d.halves_u(false, |n| i64::from(uhalf(a, n)) - i64::from(uhalf(b, n)));
    subu_s_ph = |d, a, b| d.halves_u(true, |n| i64::from(uhalf(a, n)) - i64::from(uhalf(b, n)));
    addq_ph = |d, a, b| d.halves_q(false, |n| half(a, n) + half(b, n));
    addq_s_ph = |d, a, b| d.halves_q(true, |n| half(a, n) + half(b, n));
    subq_ph = |d, a, b| d.halves_q(false, |n| half(a, n) - half(b, n));
    subq_s_ph = |d, a, b| d.halves_q(true, |n| half(a, n) - half(b, n));
    addq_s_w = |d, a, b| d.saturate32(control::ADD, i64::from(a as i32) + i64::from(b as i32));
    subq_s_w = |d, a, b| d.saturate32(control::ADD, i64::from(a as i32) - i64::from(b as i32));
    addsc = |d, a, b| {
        let (sum, carry) = a.overflowing_add(b);
        d.control = d.control & !(1 << control::CARRY) | u32::from(carry) << control::CARRY;
        sum
    };
    addwc = |d, a, b| {
        let sum = i64::from(a as i32) + i64::from(b as i32) + i64::from(d.control >> control::CARRY & 1);
        d.saturate32(control::ADD, sum);
        sum as u32
    };
    modsub = |_, a, b| if a == 0 { b >> 8 & 0xffff } else { a.wrapping_sub(b & 0xff) };
    raddu_w_qb = |_, a, _| (0..4).map(|n| byte(a, n)).sum();
    muleu_s_ph_qbl = |d, a, b| halves(|n| d.saturate(control::MULTIPLY, i64::from(byte(a, n + 2) * uhalf(b, n)), 0, 0xffff));
    muleu_s_ph_qbr = |d, a, b| halves(|n| d.saturate(control::MULTIPLY, i64::from(byte(a, n) * uhalf(b, n)), 0, 0xffff));
    muleq_s_w_phl = |d, a, b| d.q15(control::MULTIPLY, half(a, 1), half(b, 1)) as u32;
    muleq_s_w_phr = |d, a, b| d.q15(control::MULTIPLY, half(a, 0), half(b, 0)) as u32;
    mulq_s_ph = |d, a, b| halves(|n| d.q15(control::MULTIPLY, half(a, n), half(b, n)) as u32 >> 16);
    mulq_rs_ph = |d, a, b| halves(|n| {
        let product = d.q15(control::MULTIPLY, half(a, n), half(b, n));
        if product == i32::MAX { 0x7fff } else { product.wrapping_add(0x8000) as u32 >> 16 }
    });
    mulq_s_w = |d, a, b| (d.q31(control::MULTIPLY, a, b) >> 32) as u32;
    mulq_rs_w = |d, a, b| {
        let product = d.q31(control::MULTIPLY, a, b);
        if product == i64::MAX { i32::MAX as u32 } else { (product.wrapping_add(1 << 31) >> 32) as u32 }
    };
    mul_ph = |d, a, b| halves(|n| {
        let product = i64::from(half(a, n) * half(b, n));
        d.saturate16(control::MULTIPLY, product);
        product as u32
    });
    mul_s_ph = |d, a, b| halves(|n| d.saturate16(control::MULTIPLY, i64::from(half(a, n) * half(b, n))));
    // Comparisons. Those of "GU" have the bits as a result, the others only as conditions.
    cmpu_eq_qb = |d, a, b| d.conditions(4, |n| byte(a, n) == byte(b, n));
    cmpu_lt_qb = |d, a, b| d.conditions(4, |n| byte(a, n) < byte(b, n));
    cmpu_le_qb = |d, a, b| d.conditions(4, |n| byte(a, n) <= byte(b, n));
    cmpgu_eq_qb = |d, a, b| d.quietly(|d| d.conditions(4, |n| byte(a, n) == byte(b, n)));
    cmpgu_lt_qb = |d, a, b| d.quietly(|d| d.conditions(4, |n| byte(a, n) < byte(b, n)));
    cmpgu_le_qb = |d, a, b| d.quietly(|d| d.conditions(4, |n| byte(a, n) <= byte(b, n)));
    cmp_eq_ph = |d, a, b| d.conditions(2, |n| half(a, n) == half(b, n));
    cmp_lt_ph = |d, a, b| d.conditions(2, |n| half(a, n) < half(b, n));
    cmp_le_ph = |d, a, b| d.conditions(2, |n| half(a, n) <= half(b, n));
    pick_qb = |d, a, b| bytes(|n| byte(if d.condition(n) { a } else { b }, n));
    pick_ph = |d, a, b| halves(|n| uhalf(if d.condition(n) { a } else { b }, n));
    // Precision.
    precrq_qb_ph = |_, a, b| bytes(|n| byte([b, a][n as usize / 2], 1 + n % 2 * 2));
    precr_qb_ph = |_, a, b| bytes(|n| byte([b, a][n as usize / 2], n % 2 * 2));
    packrl_ph = |_, a, b| pair(a, b >> 16);
    precrqu_s_qb_ph = |d, a, b| bytes(|n| d.precrqu(half([b, a][n as usize / 2], n % 2)));
    precrq_ph_w = |_, a, b| pair(a >> 16, b >> 16);
    precrq_rs_ph_w = |d, a, b| {
        let high = d.round_to_half(a);
        pair(high, d.round_to_half(b))
    };
    absq_s_qb = |d, _, b| bytes(|n| d.saturate(control::ADD, i64::from(byte(b, n) as i8).abs(), 0, 0x7f));
    absq_s_ph = |d, _, b| halves(|n| d.saturate(control::ADD, i64::from(half(b, n)).abs(), 0, 0x7fff));
    absq_s_w = |d, _, b| d.saturate(control::ADD, i64::from(b as i32).abs(), 0, i32::MAX.into());
    repl_qb = |_, a, _| bytes(|_| a);
    replv_qb = |_, _, b| bytes(|_| b);
    repl_ph = |_, a, _| halves(|_| a);
    replv_ph = |_, _, b| halves(|_| b);
    precequ_ph_qbl = |_, _, b| pair(byte(b, 3) << 7, byte(b, 2) << 7);
    precequ_ph_qbr = |_, _, b| pair(byte(b, 1) << 7, byte(b, 0) << 7);
    precequ_ph_qbla = |_, _, b| pair(byte(b, 3) << 7, byte(b, 1) << 7);
    precequ_ph_qbra = |_, _, b| pair(byte(b, 2) << 7, byte(b, 0) << 7);
    preceu_ph_qbl = |_, _, b| pair(byte(b, 3), byte(b, 2));
    preceu_ph_qbr = |_, _, b| pair(byte(b, 1), byte(b, 0));
    preceu_ph_qbla = |_, _, b| pair(byte(b, 3), byte(b, 1));
    preceu_ph_qbra = |_, _, b| pair(byte(b, 2), byte(b, 0));
    preceq_w_phl = |_, _, b| b & 0xffff_0000;
    preceq_w_phr = |_, _, b| b << 16;
    bitrev = |_, _, b| b.reverse_bits() >> 16;
    insv = |d, a, b| {
        let (pos, size) = (d.control & 0x1f, d.control >> control::SCOUNT & 0x3f);
        if size == 0 || pos + size > 33 {
            // A field that leaves the word is UNPREDICTABLE.
            return b;
        }
        let mask = bits::mask(size) as u32;
        b & !(mask << pos) | (a & mask) << pos
    };
    // Shifts: `a` is the amount.
    shll_qb = |d, a, b| bytes(|n| d.shift_left_byte(byte(b, n), a & 7));
    shrl_qb = |_, a, b| bytes(|n| byte(b, n) >> (a & 7));
    shra_qb = |_, a, b| bytes(|n| (byte(b, n) as i8 >> (a & 7)) as u32);
    shra_r_qb = |_, a, b| bytes(|n| round_shift((byte(b, n) as i8).into(), a & 7) as u32);
    shll_ph = |d, a, b| halves(|n| d.shift_left(half(b, n), a & 15, 16, false));
    shll_s_ph = |d, a, b| halves(|n| d.shift_left(half(b, n), a & 15, 16, true));
    shra_ph = |_, a, b| halves(|n| (half(b, n) >> (a & 15)) as u32);
    shra_r_ph = |_, a, b| halves(|n| round_shift(half(b, n), a & 15) as u32);
    shrl_ph = |_, a, b| halves(|n| uhalf(b, n) >> (a & 15));
    shll_s_w = |d, a, b| d.shift_left(b as i32, a & 31, 32, true);
    shra_r_w = |_, a, b| round_shift(b as i32, a & 31) as u32;
    // Halves of sums.
    adduh_qb = |_, a, b| bytes(|n| (byte(a, n) + byte(b, n)) >> 1);
    adduh_r_qb = |_, a, b| bytes(|n| (byte(a, n) + byte(b, n) + 1) >> 1);
    subuh_qb = |_, a, b| bytes(|n| ((byte(a, n) as i32 - byte(b, n) as i32) >> 1) as u32);
    subuh_r_qb = |_, a, b| bytes(|n| ((byte(a, n) as i32 - byte(b, n) as i32 + 1) >> 1) as u32);
    addqh_ph = |_, a, b| halves(|n| ((half(a, n) + half(b, n)) >> 1) as u32);
    addqh_r_ph = |_, a, b| halves(|n| ((half(a, n) + half(b, n) + 1) >> 1) as u32);
    subqh_ph = |_, a, b| halves(|n| ((half(a, n) - half(b, n)) >> 1) as u32);
    subqh_r_ph = |_, a, b| halves(|n| ((half(a, n) - half(b, n) + 1) >> 1) as u32);
    addqh_w = |_, a, b| ((i64::from(a as i32) + i64::from(b as i32)) >> 1) as u32;
    addqh_r_w = |_, a, b| ((i64::from(a as i32) + i64::from(b as i32) + 1) >> 1) as u32;
    subqh_w = |_, a, b| ((i64::from(a as i32) - i64::from(b as i32)) >> 1) as u32;
    subqh_r_w = |_, a, b| ((i64::from(a as i32) - i64::from(b as i32) + 1) >> 1) as u32;
}

operations! {
    /// Operations with an accumulator; some have a result.
    ACC Acc:
    dpau_h_qbl = |d, a, b| d.add_acc((2..4).map(|n| i64::from(byte(a, n) * byte(b, n))).sum());
    dpau_h_qbr = |d, a, b| d.add_acc((0..2).map(|n| i64::from(byte(a, n) * byte(b, n))).sum());
    dpsu_h_qbl = |d, a, b| d.add_acc((2..4).map(|n| -i64::from(byte(a, n) * byte(b, n))).sum());
    dpsu_h_qbr = |d, a, b| d.add_acc((0..2).map(|n| -i64::from(byte(a, n) * byte(b, n))).sum());
    dpa_w_ph = |d, a, b| d.add_acc((0..2).map(|n| i64::from(half(a, n) * half(b, n))).sum());
    dps_w_ph = |d, a, b| d.add_acc((0..2).map(|n| -i64::from(half(a, n) * half(b, n))).sum());
    dpax_w_ph = |d, a, b| d.add_acc((0..2).map(|n| i64::from(half(a, n) * half(b, 1 - n))).sum());
    dpsx_w_ph = |d, a, b| d.add_acc((0..2).map(|n| -i64::from(half(a, n) * half(b, 1 - n))).sum());
    mulsa_w_ph = |d, a, b| d.add_acc(i64::from(half(a, 1) * half(b, 1)) - i64::from(half(a, 0) * half(b, 0)));
    dpaq_s_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 1)) + d.q15_acc(half(a, 0), half(b, 0));
        d.add_acc(sum)
    };
    dpsq_s_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 1)) + d.q15_acc(half(a, 0), half(b, 0));
        d.add_acc(-sum)
    };
    dpaqx_s_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 0)) + d.q15_acc(half(a, 0), half(b, 1));
        d.add_acc(sum)
    };
    dpsqx_s_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 0)) + d.q15_acc(half(a, 0), half(b, 1));
        d.add_acc(-sum)
    };
    dpaqx_sa_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 0)) + d.q15_acc(half(a, 0), half(b, 1));
        d.add_acc_sat32(sum)
    };
    dpsqx_sa_w_ph = |d, a, b| {
        let sum = d.q15_acc(half(a, 1), half(b, 0)) + d.q15_acc(half(a, 0), half(b, 1));
        d.add_acc_sat32(-sum)
    };
    mulsaq_s_w_ph = |d, a, b| {
        let difference = d.q15_acc(half(a, 1), half(b, 1)) - d.q15_acc(half(a, 0), half(b, 0));
        d.add_acc(difference)
    };
    dpaq_sa_l_w = |d, a, b| {
        let product = d.q31(d.acc_flag(), a, b);
        d.add_acc_sat64(product, false)
    };
    dpsq_sa_l_w = |d, a, b| {
        let product = d.q31(d.acc_flag(), a, b);
        d.add_acc_sat64(product, true)
    };
    maq_s_w_phl = |d, a, b| {
        let product = d.q15_acc(half(a, 1), half(b, 1));
        d.add_acc(product)
    };
    maq_s_w_phr = |d, a, b| {
        let product = d.q15_acc(half(a, 0), half(b, 0));
        d.add_acc(product)
    };
    maq_sa_w_phl = |d, a, b| {
        let product = d.q15_acc(half(a, 1), half(b, 1));
        d.add_low_sat32(product)
    };
    maq_sa_w_phr = |d, a, b| {
        let product = d.q15_acc(half(a, 0), half(b, 0));
        d.add_low_sat32(product)
    };
    // Extraction: `a` is the shift or size.
    extr_w = |d, a, _| d.extract(a & 31, Extract::Plain);
    extr_r_w = |d, a, _| d.extract(a & 31, Extract::Rounded);
    extr_rs_w = |d, a, _| d.extract(a & 31, Extract::Saturated);
    extr_s_h = |d, a, _| d.extract(a & 31, Extract::Half);
    extp = |d, a, _| d.extract_field(a & 31, false);
    extpdp = |d, a, _| d.extract_field(a & 31, true);
    shilo = |d, a, _| d.shift_acc(a);
    mthlip = |d, a, _| {
        d.acc = d.acc << 32 | i64::from(a);
        let pos = d.control & control::POS;
        if pos <= 32 {
            d.control = d.control & !control::POS | (pos + 32) & control::POS;
        }
        0
    };
}

impl Dsp {
    /// Runs `f` without its effect on the conditions.
    fn quietly(&mut self, f: impl FnOnce(&mut Dsp) -> u32) -> u32 {
        let control = self.control;
        let result = f(self);
        self.control = control;
        result
    }
}

/// Helper: an operation of [`TWO`]: number, rs, rt.
pub(crate) fn two<H: Hart>(hart: &mut H, [number, a, b, _]: [u64; 4]) -> Result<u64, Trap> {
    let mut dsp = Dsp { control: hart.file(state::DSP_CONTROL) as u32, ac: 0, acc: 0 };
    let result = TWO[number as usize](&mut dsp, a as u32, b as u32);
    hart.set_file(state::DSP_CONTROL, dsp.control.into());
    Ok(result.into())
}

/// Helper: an operation of [`ACC`]: number, rs, rt, accumulator.
pub(crate) fn acc<H: Hart>(hart: &mut H, [number, a, b, ac]: [u64; 4]) -> Result<u64, Trap> {
    let (hi, lo) = (state::hi(ac as u8), state::lo(ac as u8));
    let acc = (hart.file(hi) << 32 | hart.file(lo) & 0xffff_ffff) as i64;
    let mut dsp = Dsp { control: hart.file(state::DSP_CONTROL) as u32, ac: ac as u32, acc };
    let result = ACC[number as usize](&mut dsp, a as u32, b as u32);
    hart.set_file(state::DSP_CONTROL, dsp.control.into());
    let width = hart.model().width();
    let word = |v: i64| bits::sign_extend(v as u64 & 0xffff_ffff, 32) & bits::mask(width);
    hart.set_file(hi, word(dsp.acc >> 32));
    hart.set_file(lo, word(dsp.acc));
    Ok(result.into())
}
