//! The vector facility: what its instructions compute (PoP, chapters "Vector Overview and Support Instructions" to "Vector
//! Floating-Point Instructions").
//!
//! A vector is a `u128` with element 0 leftmost. Helpers come in families, one function for each element size, which the lifter
//! chooses ([`rows`]); they get register numbers and masks packed into one word ([`Regs`]) and return a condition code where the
//! instruction may set one.

pub(crate) mod decimal;
pub(crate) mod float;
pub(crate) mod integer;
pub(crate) mod rows;
pub(crate) mod string;
pub(crate) mod support;

use crate::state;
use crate::trap::{Cpu, Out};

pub(crate) type Args = [u64; 4];

/// Registers and masks of an instruction, as its helper gets them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Regs {
    pub(crate) v1: u8,
    pub(crate) v2: u8,
    pub(crate) v3: u8,
    pub(crate) v4: u8,
    /// A mask or an immediate.
    pub(crate) m: u8,
    /// Another one.
    pub(crate) n: u8,
    /// An immediate.
    pub(crate) i: u16,
}

impl Regs {
    pub(crate) fn pack(self) -> u64 {
        u64::from_be_bytes([(self.i >> 8) as u8, self.i as u8, self.n, self.m, self.v4, self.v3, self.v2, self.v1])
    }

    pub(crate) fn of(bits: u64) -> Regs {
        let [i, j, n, m, v4, v3, v2, v1] = bits.to_be_bytes();
        Regs { v1, v2, v3, v4, m, n, i: u16::from_be_bytes([i, j]) }
    }
}

/// Vector register `n`.
pub(crate) fn get(cpu: &Cpu, n: u8) -> u128 {
    u128::from(cpu.reg(state::v(n & 31))) << 64 | u128::from(cpu.reg(state::v_low(n & 31)))
}

/// Writes vector register `n`.
pub(crate) fn set(cpu: &mut Cpu, n: u8, value: u128) {
    cpu.set_reg(state::v(n & 31), (value >> 64) as u64);
    cpu.set_reg(state::v_low(n & 31), value as u64);
}

/// The low `B` bits, all ones.
pub(crate) const fn mask<const B: u32>() -> u128 {
    u128::MAX >> (128 - B)
}

/// Element `i` of `B` bits.
pub(crate) fn lane<const B: u32>(v: u128, i: u32) -> u128 {
    v >> (128 - B - B * i) & mask::<B>()
}

/// An element as a signed number.
pub(crate) fn signed<const B: u32>(v: u128) -> i128 {
    (v << (128 - B)) as i128 >> (128 - B)
}

/// A vector of the elements that `f` gives for their indexes.
pub(crate) fn build<const B: u32>(f: impl FnMut(u32) -> u128) -> u128 {
    (0..128 / B).map(f).fold(0, |all, e| if B == 128 { e } else { all << (B % 128) | e & mask::<B>() })
}

/// The second operand's elements, each replaced.
pub(crate) fn one<const B: u32>(cpu: &mut Cpu, regs: u64, f: impl Fn(u128) -> u128) -> Out {
    let r = Regs::of(regs);
    let a = get(cpu, r.v2);
    set(cpu, r.v1, build::<B>(|i| f(lane::<B>(a, i))));
    Ok(0)
}

/// Second and third operand, element by element.
pub(crate) fn two<const B: u32>(cpu: &mut Cpu, regs: u64, f: impl Fn(u128, u128) -> u128) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    set(cpu, r.v1, build::<B>(|i| f(lane::<B>(a, i), lane::<B>(b, i))));
    Ok(0)
}

/// The code of a comparison: 0 if all elements of a result are ones, 3 if none, 1 otherwise.
pub(crate) fn all_or_some(result: u128) -> u64 {
    match result {
        u128::MAX => 0,
        0 => 3,
        _ => 1,
    }
}
