//! Calls that work on real memory.
//!
//! LoPAPR 1.1, 14.5.4.2, "Translation Control", H_PAGE_INIT; the logical accesses of H_LOGICAL_CI_LOAD and its kin.

use bits::Endian;
use cpu::Ctx;
use uop::Width;

use super::{Partition, rc, read, write};
use crate::state::g;
use crate::target::Ppc;

/// H_PAGE_INIT: clears a page or copies it, and makes its instruction cache coherent.
pub(super) fn init<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    const ZERO: u64 = 1 << 15;
    const COPY: u64 = 1 << 14;
    /// Cache control, and what is hinted.
    const OTHERS: u64 = 1 << 13 | 1 << 16 | 1 << 34 | 1 << 36;
    let arg = |n: u32| ctx.reg(g(n));
    let (flags, destination, source) = (arg(4), arg(5), arg(6));
    if flags & !(ZERO | COPY | OTHERS) != 0 {
        return rc::PARAMETER;
    }
    let page = |at: u64| at.is_multiple_of(4096) && at < partition.config().ram;
    if !page(destination) || flags & COPY != 0 && !page(source) {
        return rc::PARAMETER;
    }
    let mut bytes = [0; 4096];
    if flags & COPY != 0 && !read(ctx, source, &mut bytes) {
        return rc::PARAMETER;
    }
    if flags & (COPY | ZERO) != 0 && !write(ctx, destination, &bytes) {
        return rc::PARAMETER;
    }
    rc::SUCCESS
}

fn width(size: u64) -> Option<Width> {
    [(1, Width::W8), (2, Width::W16), (4, Width::W32), (8, Width::W64)].into_iter().find(|w| w.0 == size).map(|w| w.1)
}

/// Cache-inhibited accesses; `None` if `number` is no such call.
pub(super) fn call<T: Ppc>(ctx: &mut Ctx<T>, number: u64) -> Option<i64> {
    let arg = |n: u32| ctx.reg(g(n));
    let (size, address, value) = (arg(4), arg(5), arg(6));
    Some(match number {
        // H_LOGICAL_CI_LOAD
        0x3c => match width(size).and_then(|width| ctx.phys_read(address, width, Endian::Big).ok()) {
            Some(value) => {
                ctx.set_reg(g(4), value);
                rc::SUCCESS
            }
            None => rc::PARAMETER,
        },
        // H_LOGICAL_CI_STORE
        0x40 => match width(size).map(|width| ctx.phys_write(address, width.cut(value), width, Endian::Big)) {
            Some(Ok(())) => rc::SUCCESS,
            _ => rc::PARAMETER,
        },
        // H_LOGICAL_ICBI, H_LOGICAL_DCBF: there is nothing to do.
        0x4c | 0x50 => rc::SUCCESS,
        // The firmware's block operation: destination, source, log2 of the element's size, elements, 0 copies and 1 inverts.
        0xf001 => block(ctx),
        _ => return None,
    })
}

fn block<T: Ppc>(ctx: &mut Ctx<T>) -> i64 {
    let arg = |n: u32| ctx.reg(g(n));
    let (destination, source, shift, count, operation) = (arg(4), arg(5), arg(6), arg(7), arg(8));
    // Longer ones than firmware does would keep the CPU from its interrupts.
    if shift > 3 || operation > 1 || count > 0x100_0000 {
        return rc::PARAMETER;
    }
    let width = width(1 << shift).unwrap_or(Width::W8);
    let backwards = source <= destination && destination < source.wrapping_add(count << shift);
    for i in 0..count {
        let at = if backwards { count - 1 - i } else { i } << shift;
        let Ok(value) = ctx.phys_read(source.wrapping_add(at), width, Endian::Big) else { return rc::PARAMETER };
        let value = width.cut(if operation == 1 { !value } else { value });
        if ctx.phys_write(destination.wrapping_add(at), value, width, Endian::Big).is_err() {
            return rc::PARAMETER;
        }
    }
    rc::SUCCESS
}
