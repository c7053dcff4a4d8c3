//! H_REGISTER_VPA: what a CPU shares with its hypervisor.
//!
//! LoPAPR 1.1, 14.11.1.3, "Virtual Processor Area".

use cpu::Ctx;

use super::{Partition, rc, read, write};
use crate::state::g;
use crate::target::Ppc;

/// Offsets in the area: its size, whether the CPU is in a shared pool, how often it was dispatched.
const SIZE: u64 = 4;
const SHARED: u64 = 9;
const DISPATCHES: u64 = 0x100;
/// The least size, and the boundary that no area may cross.
const LEAST: u32 = 640;
const BOUNDARY: u64 = 4096;

/// The call. Areas other than the caller's own can't be registered, as nobody has asked for it yet.
pub(super) fn register<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let arg = |n: u32| ctx.reg(g(n));
    let (flags, target, area) = (arg(4), arg(5), arg(6));
    if !partition.has(target) {
        return rc::PARAMETER;
    }
    if target != u64::from(ctx.index()) {
        // Another CPU's: it is stopped or goes on without it.
        return if flags >> 45 & 7 >= 5 { rc::SUCCESS } else { rc::PARAMETER };
    }
    match flags >> 45 & 7 {
        1 => register_area(ctx, area),
        5 => {
            if ctx.state.slb_shadow != 0 || ctx.state.dispatch_log != (0, 0) {
                return rc::RESOURCE;
            }
            ctx.state.vpa = 0;
            rc::SUCCESS
        }
        3 => register_shadow(ctx, area),
        7 => {
            ctx.state.slb_shadow = 0;
            rc::SUCCESS
        }
        2 => register_log(ctx, area),
        6 => {
            ctx.state.dispatch_log = (0, 0);
            rc::SUCCESS
        }
        _ => rc::PARAMETER,
    }
}

fn size<T: Ppc>(ctx: &Ctx<T>, area: u64, bytes: usize) -> Option<u32> {
    let mut size = [0; 4];
    read(ctx, area.wrapping_add(SIZE), &mut size[..bytes]).then(|| u32::from_be_bytes(size) >> (32 - 8 * bytes))
}

fn register_area<T: Ppc>(ctx: &mut Ctx<T>, area: u64) -> i64 {
    if area == 0 {
        return rc::HARDWARE;
    }
    if !area.is_multiple_of(128) {
        return rc::PARAMETER;
    }
    let Some(bytes) = size(ctx, area, 2) else { return rc::PARAMETER };
    if bytes < LEAST || area / BOUNDARY != (area + u64::from(bytes) - 1) / BOUNDARY {
        return rc::PARAMETER;
    }
    ctx.state.vpa = area;
    let mut shared = [0];
    if read(ctx, area + SHARED, &mut shared) {
        // Partitions of this kind share the processors that there are.
        write(ctx, area + SHARED, &[shared[0] | 2]);
    }
    rc::SUCCESS
}

fn register_shadow<T: Ppc>(ctx: &mut Ctx<T>, area: u64) -> i64 {
    if area == 0 {
        return rc::HARDWARE;
    }
    let Some(bytes) = size(ctx, area, 4) else { return rc::PARAMETER };
    if bytes < 8 || area / BOUNDARY != (area + u64::from(bytes) - 1) / BOUNDARY {
        return rc::PARAMETER;
    }
    if ctx.state.vpa == 0 {
        return rc::RESOURCE;
    }
    ctx.state.slb_shadow = area;
    rc::SUCCESS
}

fn register_log<T: Ppc>(ctx: &mut Ctx<T>, area: u64) -> i64 {
    if area == 0 {
        return rc::HARDWARE;
    }
    let Some(bytes) = size(ctx, area, 4) else { return rc::PARAMETER };
    if bytes < 48 {
        return rc::PARAMETER;
    }
    if ctx.state.vpa == 0 {
        return rc::RESOURCE;
    }
    ctx.state.dispatch_log = (area, bytes);
    rc::SUCCESS
}

/// The dispatch count: even while the CPU is dispatched, so that it grows by two.
pub(super) fn count_dispatch<T: Ppc>(ctx: &mut Ctx<T>) {
    let area = ctx.state.vpa;
    let mut count = [0; 4];
    if area != 0 && read(ctx, area + DISPATCHES, &mut count) {
        let count = u32::from_be_bytes(count).wrapping_add(2) & !1;
        write(ctx, area + DISPATCHES, &count.to_be_bytes());
    }
}
