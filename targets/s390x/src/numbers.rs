//! Fixed-point arithmetic that is too big for micro-ops (PoP, "General Instructions").

use crate::cc::{self, Kind};
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

const DIVIDE_EXCEPTION: Fault = Fault::program(code::FIXED_POINT_DIVIDE);

/// DIVIDE: the low words of a register pair by a number of 32 bits.
pub(crate) fn divide(cpu: &mut Cpu, [r1, divisor, ..]: Args) -> Out {
    let dividend = (general(cpu, r1) << 32 | general(cpu, r1 + 1) & 0xffff_ffff) as i64;
    let divisor = divisor as i64;
    let quotient = dividend.checked_div(divisor).and_then(|q| i32::try_from(q).ok()).ok_or(DIVIDE_EXCEPTION)?;
    let remainder = dividend.wrapping_rem(divisor);
    set_word(cpu, r1, remainder as u64);
    set_word(cpu, r1 + 1, quotient as u64);
    Ok(0)
}

/// DIVIDE LOGICAL: the low words of a register pair by a number of 32 bits.
pub(crate) fn divide_logical(cpu: &mut Cpu, [r1, divisor, ..]: Args) -> Out {
    let dividend = general(cpu, r1) << 32 | general(cpu, r1 + 1) & 0xffff_ffff;
    let quotient = dividend.checked_div(divisor).and_then(|q| u32::try_from(q).ok()).ok_or(DIVIDE_EXCEPTION)?;
    set_word(cpu, r1, dividend % divisor);
    set_word(cpu, r1 + 1, quotient.into());
    Ok(0)
}

/// DIVIDE LOGICAL: a register pair by a number of 64 bits.
pub(crate) fn divide_logical_long(cpu: &mut Cpu, [r1, divisor, ..]: Args) -> Out {
    let dividend = u128::from(general(cpu, r1)) << 64 | u128::from(general(cpu, r1 + 1));
    let divisor = u128::from(divisor);
    let quotient = dividend.checked_div(divisor).and_then(|q| u64::try_from(q).ok()).ok_or(DIVIDE_EXCEPTION)?;
    set_general(cpu, r1, (dividend % divisor) as u64);
    set_general(cpu, r1 + 1, quotient);
    Ok(0)
}

/// Number of ones in each byte.
pub(crate) fn popcount_bytes(_: &mut Cpu, [value, ..]: Args) -> Out {
    Ok(u64::from_be_bytes(value.to_be_bytes().map(|b| b.count_ones() as u8)))
}

/// SHIFT LEFT: the sign stays, and a numeric bit that differs from it and is shifted out is an overflow. `numeric` is 31 or 63.
pub(crate) fn shift_left(cpu: &mut Cpu, [value, amount, numeric, _]: Args) -> Out {
    let wide = i128::from(value as i64) << amount;
    let fits = wide >> numeric == 0 || wide >> numeric == -1;
    let mask = bits::mask(numeric as u32);
    let sign = (value as i64) < 0;
    let low = wide as u64 & mask;
    let result = if sign { low | !mask } else { low };
    set_cc(cpu, if fits { cc::value(Kind::Signed, result, 0) } else { 3 });
    Ok(result)
}
