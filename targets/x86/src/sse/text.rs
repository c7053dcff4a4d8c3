//! PCMPESTRI and its kin (SDM volume 1, "Operation of Compare and Text Processing Instructions").

use super::lanes::lane;
use crate::flags;
use crate::state::{self, bit};
use crate::trap::{Cpu, Out};

/// What the immediate says.
#[derive(Clone, Copy)]
struct Control {
    /// Bits of an element.
    bits: u32,
    signed: bool,
    aggregation: u32,
    polarity: u32,
}

impl Control {
    fn of(imm: u32) -> Control {
        Control {
            bits: if imm & 1 != 0 { 16 } else { 8 },
            signed: imm & 2 != 0,
            aggregation: imm >> 2 & 3,
            polarity: imm >> 4 & 3,
        }
    }

    fn n(self) -> u32 {
        128 / self.bits
    }

    fn element(self, v: u128, n: u32) -> i64 {
        let value = lane(v, self.bits, n) as i64;
        if self.signed { value << (64 - self.bits) >> (64 - self.bits) } else { value }
    }

    /// Elements before the first 0.
    fn implicit(self, v: u128) -> u32 {
        (0..self.n()).find(|n| lane(v, self.bits, *n) == 0).unwrap_or(self.n())
    }

    /// Elements that a register says: its magnitude, no more than there are.
    fn explicit(self, count: i64) -> u32 {
        count.unsigned_abs().min(self.n().into()) as u32
    }
}

/// Intermediate result 1: a bit for each element of `b` (SDM, "Aggregation Operation", with what elements behind an end mean).
fn aggregate(c: Control, (a, a_len): (u128, u32), (b, b_len): (u128, u32)) -> u32 {
    let equal = |i: u32, j: u32| c.element(a, i) == c.element(b, j);
    let bit = |j: u32| match c.aggregation {
        0 => j < b_len && (0..a_len).any(|i| equal(i, j)),
        1 => {
            j < b_len
                && (0..a_len / 2)
                    .any(|k| c.element(a, 2 * k) <= c.element(b, j) && c.element(b, j) <= c.element(a, 2 * k + 1))
        }
        2 => match (j < a_len, j < b_len) {
            (true, true) => equal(j, j),
            (x, y) => x == y,
        },
        _ => (0..c.n() - j).all(|i| i >= a_len || i + j < b_len && equal(i, i + j)),
    };
    (0..c.n()).fold(0, |sum, j| sum | u32::from(bit(j)) << j)
}

/// Intermediate result 2.
fn polarize(c: Control, result: u32, b_len: u32) -> u32 {
    let all = bits::mask(c.n()) as u32;
    match c.polarity {
        1 => !result & all,
        3 => result ^ bits::mask(b_len) as u32,
        _ => result,
    }
}

/// The helper: first operand's number, immediate (from bit 8), whether lengths are given (bit 16) in 64 bits (17), whether the result is
/// a mask (18); the second operand. Sets flags and ECX or XMM0.
pub(crate) fn compare(cpu: &mut Cpu, [what, low, high, _]: [u64; 4]) -> Out {
    let (a, b) = (super::get(cpu, (what & 15) as u8), u128::from(high) << 64 | u128::from(low));
    let imm = (what >> 8 & 0xff) as u32;
    let c = Control::of(imm);
    let (a_len, b_len) = if what >> 16 & 1 != 0 {
        let wide = what >> 17 & 1 != 0;
        let count = |v: u64| c.explicit(if wide { v as i64 } else { (v as i32).into() });
        (count(cpu.reg(state::RAX)), count(cpu.reg(state::RDX)))
    } else {
        (c.implicit(a), c.implicit(b))
    };
    let result = polarize(c, aggregate(c, (a, a_len), (b, b_len)), b_len);
    if what >> 18 & 1 != 0 {
        let mask = if imm & 0x40 != 0 {
            super::lanes::build(c.bits, |n| if result >> n & 1 != 0 { u64::MAX } else { 0 })
        } else {
            result.into()
        };
        super::set(cpu, 0, mask);
    } else {
        let index = match result {
            0 => c.n(),
            r if imm & 0x40 != 0 => 31 - r.leading_zeros(),
            r => r.trailing_zeros(),
        };
        cpu.set_reg(state::RCX, index.into());
    }
    let flag = |yes: bool, bit: u64| if yes { bit } else { 0 };
    let value = flag(result != 0, bit::CF)
        | flag(b_len < c.n(), bit::ZF)
        | flag(a_len < c.n(), bit::SF)
        | flag(result & 1 != 0, bit::OF);
    cpu.set_reg(state::CC_KIND, flags::kind(flags::Op::Flags, 0).into());
    cpu.set_reg(state::CC_A, value);
    Ok(0)
}
