//! Helpers of integer instructions.

use uop::Val;

use crate::helper;
use crate::lift::Lift;
use crate::trap::{Trap, tt};
use decode::Flow;
use uop::Width;

/// Where the overflow of a division stands.
const OVERFLOW: u64 = 1 << 32;

/// Y and the low half, as the dividend.
fn dividend(y: u64, low: u64) -> u64 {
    y << 32 | low
}

/// Helper: "Divide Instructions", unsigned: a quotient that doesn't fit gives the greatest number.
pub(crate) fn udiv<H>(_: &mut H, [y, low, divisor, _]: [u64; 4]) -> Result<u64, Trap> {
    let quotient = dividend(y, low).checked_div(divisor).unwrap_or(0);
    Ok(if quotient >> 32 != 0 { OVERFLOW | 0xffff_ffff } else { quotient })
}

/// Helper: "Divide Instructions", signed: a quotient that doesn't fit gives the number nearest to it.
pub(crate) fn sdiv<H>(_: &mut H, [y, low, divisor, _]: [u64; 4]) -> Result<u64, Trap> {
    let divisor = i128::from(divisor as i32);
    let quotient = i128::from(dividend(y, low) as i64).checked_div(divisor).unwrap_or(0);
    let fitting = quotient.clamp(i32::MIN.into(), i32::MAX.into());
    let overflow = if fitting == quotient { 0 } else { OVERFLOW };
    Ok(overflow | u64::from(fitting as i32 as u32))
}

/// Helper: a trap whose number is computed: the condition, and the number.
pub(crate) fn raise_number<H>(_: &mut H, [cond, number, ..]: [u64; 4]) -> Result<u64, Trap> {
    if cond == 0 { Ok(0) } else { Err(Trap::new(tt::TRAP_INSTRUCTION + (number & 0x7f) as u32, 0)) }
}

impl<'b> Lift<'b> {
    /// Raises the trap with a computed number, if `cond`; always without.
    pub(crate) fn raise_number(&self, cond: Option<Val<'b>>, number: Val<'b>) -> Flow {
        let cond = cond.unwrap_or_else(|| self.ir.konst(Width::W1, 1));
        self.call(helper::RAISE_NUMBER, &[cond, number.trunc(Width::W32)]);
        Flow::Next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_saturate() {
        let u = |y, low, d| udiv(&mut (), [y, low, d, 0]).expect("it never traps");
        let s = |y, low, d: i32| sdiv(&mut (), [y, low, u64::from(d as u32), 0]).expect("it never traps");
        assert_eq!(u(0, 7, 2), 3);
        assert_eq!(u(2, 0, 2), OVERFLOW | 0xffff_ffff);
        assert_eq!(s(0xffff_ffff, 0xffff_fff9, 2), 0xffff_fffd);
        assert_eq!(s(0x8000_0000, 0, -1), OVERFLOW | 0x7fff_ffff);
        assert_eq!(s(0x8000_0000, 0, 1), OVERFLOW | 0x8000_0000);
    }
}
