//! Jump targets on harts without compressed instructions.

use crate::hart::Hart;
use crate::trap::{Trap, cause};

/// Raises instruction-address-misaligned, on the jump itself, if the target is no multiple of 4 ("Control Transfer Instructions").
pub(crate) fn check_target<H: Hart>(_: &mut H, [target, ..]: [u64; 4]) -> Result<u64, Trap> {
    if target & 3 == 0 { Ok(0) } else { Err(Trap::exception(cause::FETCH_MISALIGNED, target)) }
}
