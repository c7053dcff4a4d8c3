//! Who may execute cache-block instructions: "Cache-Block Operations" and the envcfg registers.

use crate::csr::Priv;
use crate::hart::Hart;
use crate::trap::Trap;

/// Fields of `menvcfg` and `senvcfg`.
const CBIE: u64 = 3 << 4;
const CBCFE: u64 = 1 << 6;
const CBZE: u64 = 1 << 7;

/// A cache-block instruction is illegal below M-mode unless `menvcfg` enables it, and in U-mode unless `senvcfg` does, too.
fn check<H: Hart>(hart: &H, field: u64, bits: u64) -> Result<u64, Trap> {
    let csrs = hart.csrs();
    let by_m = csrs.prv == Priv::M || csrs.menvcfg & field != 0;
    let by_s = csrs.prv != Priv::U || !hart.model().has_s() || csrs.senvcfg & field != 0;
    if by_m && by_s { Ok(0) } else { Err(Trap::illegal(bits)) }
}

pub(crate) fn check_inval<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    check(hart, CBIE, bits)
}

pub(crate) fn check_clean<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    check(hart, CBCFE, bits)
}

pub(crate) fn check_zero<H: Hart>(hart: &mut H, [bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    check(hart, CBZE, bits)
}
