//! VIS.

use cpu::Ctx;

use super::target::Sparc64;
use super::trap::Fault;

pub(crate) fn op(_: &mut Ctx<Sparc64>, [a, ..]: [u64; 4]) -> Result<u64, Fault> {
    Ok(a)
}
pub(crate) fn op_gsr(_: &mut Ctx<Sparc64>, [a, ..]: [u64; 4]) -> Result<u64, Fault> {
    Ok(a)
}
