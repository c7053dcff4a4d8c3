//! `sc 1` in a partition: which call it is, and those that concern CPUs.
//!
//! LoPAPR 1.1, 14.5.4, "hcall()s".

use std::sync::atomic::Ordering;

use cpu::Ctx;

use super::{
    Calling, LPCR_AIL, LPCR_GTSE, LPCR_HR, LPCR_ILE, LPCR_UPRT, Partition, forget_all, hpt, of, page, rc, vpa,
};
use crate::ext::Ext;
use crate::spr::n;
use crate::state::{g, msr};
use crate::target::Ppc;

/// Carries out the call in register 3; register 3 gets the return code. The instruction is behind the CPU.
pub(crate) fn hypercall<T: Ppc>(ctx: &mut Ctx<T>) {
    let board = ctx.board();
    let Some(partition) = of(&*board) else { return };
    let code = if ctx.state.msr & msr::PR != 0 { rc::PRIVILEGE } else { dispatch(ctx, partition) };
    // Where a call has stopped the CPU, nobody looks at the register before it is started anew.
    ctx.set_reg(g(3), code as u64);
}

fn dispatch<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let number = ctx.reg(g(3));
    let arg = |n: u32| ctx.reg(g(n));
    match number {
        // H_SET_SPRG0
        0x24 => {
            ctx.state.set_spr(n::SPRG0, arg(4));
            rc::SUCCESS
        }
        // H_SET_DABR, H_SET_XDABR
        0x28 => set_dabr(ctx, None),
        0x134 => set_dabr(ctx, Some(arg(5))),
        0x2c => page::init(ctx, partition),
        0xdc => vpa::register(ctx, partition),
        0xe0 => cede(ctx),
        0xe4 => confer(ctx, partition),
        0xe8 => prod(ctx, partition),
        0x298 => join(ctx, partition),
        0x31c => set_mode(ctx, partition),
        // H_CLEAN_SLB, H_INVALIDATE_PID: what is remembered is forgotten.
        0x374 | 0x378 => {
            forget_all(ctx);
            rc::SUCCESS
        }
        0x37c => register_process_table(ctx, partition),
        0x380 => signal_reset(ctx, partition),
        _ => hpt::call(ctx, partition, number)
            .or_else(|| page::call(ctx, number))
            .or_else(|| partition.services.call(partition, &mut Calling { ctx, partition }, number))
            .unwrap_or(rc::FUNCTION),
    }
}

/// Bits 0:1 of the extensions say what is watched; 0 is reserved.
fn set_dabr<T: Ppc>(ctx: &mut Ctx<T>, extension: Option<u64>) -> i64 {
    const BREAK_ON_TRANSLATED: u64 = 4;
    if ctx.model().has(Ext::Isa207) {
        // The register has gone ("Data Address Watchpoint").
        return rc::HARDWARE;
    }
    let value = ctx.reg(g(4));
    match extension {
        None if value & BREAK_ON_TRANSLATED == 0 && value != 0 => return rc::RESERVED_DABR,
        Some(bits) if bits & 3 == 0 && value != 0 || bits & !0xf != 0 => return rc::RESERVED_DABR,
        Some(bits) => ctx.state.set_spr(n::DABRX, bits),
        None => ctx.state.set_spr(n::DABRX, 3),
    }
    ctx.state.set_spr(n::DABR, value);
    // What is watched is not kept.
    ctx.flush_tlb();
    rc::SUCCESS
}

/// H_CEDE: the CPU waits for an interrupt or H_PROD, with external interrupts enabled.
fn cede<T: Ppc>(ctx: &mut Ctx<T>) -> i64 {
    ctx.state.msr |= msr::EE;
    vpa::count_dispatch(ctx);
    if !std::mem::take(&mut ctx.state.prodded) {
        ctx.state.ceded = true;
        ctx.set_halted(true);
    }
    rc::SUCCESS
}

/// H_JOIN: the CPU waits for H_PROD alone; the last one doesn't wait.
fn join<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    const LAST: i64 = 9;
    if ctx.state.msr & msr::EE != 0 {
        return -9;
    }
    if std::mem::take(&mut ctx.state.prodded) {
        return rc::SUCCESS;
    }
    if !partition.join(ctx.index()) {
        return LAST;
    }
    ctx.state.joined = true;
    ctx.set_halted(true);
    rc::SUCCESS
}

/// H_CONFER: the rest of the turn goes to others. A target that has been dispatched since the dispatch count has nothing to get.
fn confer<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let target = ctx.reg(g(4)) as i64;
    if target != -1 && !partition.has(target as u64) {
        return rc::PARAMETER;
    }
    if target != -1 && target != i64::from(ctx.index()) && ctx.reg(g(5)) & 1 == 0 {
        // It is dispatched: CPUs here always are.
        return rc::SUCCESS;
    }
    if std::mem::take(&mut ctx.state.prodded) {
        return rc::SUCCESS;
    }
    ctx.yield_turn();
    rc::SUCCESS
}

/// H_PROD: another CPU goes on, or will not wait the next time.
fn prod<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let target = ctx.reg(g(4));
    if !partition.has(target) {
        return rc::PARAMETER;
    }
    let target = target as u32;
    partition.unjoin(target);
    if target == ctx.index() {
        ctx.state.prodded = true;
    } else {
        partition.post(target, |mail| mail.prod = true);
    }
    rc::SUCCESS
}

/// H_SET_MODE: resources are the byte order of interrupts and their location. Breakpoint registers can't be set so.
fn set_mode<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let arg = |n: u32| ctx.reg(g(n));
    let (flags, resource, value1, value2) = (arg(4), arg(5), arg(6), arg(7));
    let (mask, value) = match resource {
        // "Set interrupt endian mode"
        4 => match (value1, value2, flags) {
            (0, 0, 0) => (LPCR_ILE, 0),
            (0, 0, 1) => (LPCR_ILE, LPCR_ILE),
            (0, 0, _) => return rc::UNSUPPORTED_FLAG,
            (0, ..) => return rc::P4,
            _ => return rc::P3,
        },
        // "Set address translation mode on interrupt"
        3 => match (value1, value2, flags) {
            _ if !ctx.model().has(Ext::Isa207) => return rc::P2,
            (0, 0, 0 | 2 | 3) => (LPCR_AIL, flags << 23),
            (0, 0, _) => return rc::UNSUPPORTED_FLAG,
            (0, ..) => return rc::P4,
            _ => return rc::P3,
        },
        _ => return rc::P2,
    };
    partition.change_lpcr(mask, value);
    take_over(ctx, partition);
    rc::SUCCESS
}

/// H_REGISTER_PROC_TBL: the guest's process table, and with it the kind of translation.
fn register_process_table<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    const MODES: u64 = 0x1f;
    const MODIFY: u64 = 0x10;
    const REGISTER: u64 = 0x08;
    const RADIX: u64 = 0x04;
    const HASH_PROCESS_TABLE: u64 = 0x02;
    const GTSE: u64 = 0x01;
    if !ctx.model().has(Ext::Isa300) {
        return rc::FUNCTION;
    }
    let arg = |n: u32| ctx.reg(g(n));
    let (flags, base, page_size, size) = (arg(4), arg(5), arg(6), arg(7));
    if flags & !MODES != 0 {
        return rc::PARAMETER;
    }
    let table = if flags & MODIFY == 0 {
        partition.process_table()
    } else if flags & REGISTER == 0 {
        0
    } else if flags & RADIX != 0 {
        if base & 0xfff != 0 || base >> 60 != 0 {
            return rc::P2;
        }
        if page_size != 0 {
            return rc::P3;
        }
        if size > 24 {
            return rc::P4;
        }
        base | size
    } else {
        // Segment tables are not there.
        return if flags & HASH_PROCESS_TABLE != 0 { rc::PARAMETER } else { rc::P2 };
    };
    partition.process_table.store(table, Ordering::Release);
    let radix = if flags & RADIX != 0 { LPCR_HR | LPCR_UPRT } else { 0 };
    let shared = if flags & GTSE != 0 { LPCR_GTSE } else { 0 };
    partition.change_lpcr(LPCR_HR | LPCR_UPRT | LPCR_GTSE, radix | shared);
    take_over(ctx, partition);
    rc::SUCCESS
}

/// All CPUs take over what LPCR has in common.
fn take_over<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) {
    ctx.state.set_spr(n::LPCR, partition.lpcr());
    forget_all(ctx);
}

/// H_SIGNAL_SYS_RESET: -1 means all, -2 all others.
fn signal_reset<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    let target = ctx.reg(g(4)) as i64;
    let own = ctx.index();
    if target < -2 || target >= i64::from(partition.config().cpus) {
        return rc::PARAMETER;
    }
    for cpu in 0..partition.config().cpus {
        let meant = match target {
            -1 => true,
            -2 => cpu != own,
            one => one == i64::from(cpu),
        };
        if meant && partition.is_started(cpu) {
            partition.post(cpu, |mail| mail.reset = true);
        }
    }
    rc::SUCCESS
}
