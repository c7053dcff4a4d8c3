//! Memory: the inline look into the soft TLB, and calls of the slow paths.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use ::bits::Endian;
use cpu::{Core, TlbEntry};
use uop::{Align, Mem, Order, RmwOp, Width};

use super::control::out;
use super::{get, go, low_half, set, width};
use crate::slot::{Data, Handler, Slot, leave};

type Ip = *const Slot;
type Tlb = *const TlbEntry;

/// How a load extends its value.
pub(crate) mod ext {
    /// Zeros above.
    pub(crate) const ZERO: u8 = 0;
    /// The sign above, in 32 bits.
    pub(crate) const SIGN32: u8 = 1;
    /// The sign above, in 64 bits.
    pub(crate) const SIGN64: u8 = 2;
    /// What the register holds above.
    pub(crate) const KEEP: u8 = 3;
}

/// What is known of a plain access when it is lowered, as bits of one constant.
pub(crate) mod kind {
    /// Little-endian, may be misaligned, 64-bit address `a` + immediate.
    pub(crate) const PLAIN: u8 = 0;
    /// Bytes are in big-endian order.
    pub(crate) const BIG: u8 = 1;
    /// A misaligned access traps.
    pub(crate) const TRAP: u8 = 2;
    /// The address is `a` + `b`, not `a` + immediate.
    pub(crate) const INDEXED: u8 = 4;
    /// Addresses have 32 bits.
    pub(crate) const SHORT: u8 = 8;
}

const PAGE_MASK: u64 = !(memory::PAGE_SIZE - 1);

const fn plain(w: Width, kind: u8) -> Mem {
    Mem {
        width: w,
        endian: if kind & kind::BIG != 0 { Endian::Big } else { Endian::Little },
        align: if kind & kind::TRAP != 0 { Align::Trap } else { Align::Split },
        order: Order::Relaxed,
        space: Mem::CURRENT,
    }
}

/// What a plain access is for the slow path. Fused ones are aligned as the target's ordinary accesses are.
#[inline(always)]
unsafe fn access<const W: u8, const KIND: u8, const FUSED: bool>(core: *mut Core) -> Mem {
    // SAFETY: see the module `handlers`.
    let aligned = FUSED && unsafe { (*core).aligned };
    plain(width(W), if aligned { KIND | kind::TRAP } else { KIND })
}

/// The address of an access whose base is `base`.
#[inline(always)]
unsafe fn address<const KIND: u8>(core: *mut Core, s: &Slot, base: u64) -> u64 {
    // SAFETY: see the module `handlers`.
    let sum = unsafe {
        let offset = if KIND & kind::INDEXED != 0 { get(core, s.b()) } else { i64::from(s.imm) as u64 };
        base.wrapping_add(offset)
    };
    if KIND & kind::SHORT != 0 { sum & 0xffff_ffff } else { sum }
}

#[inline(always)]
fn arrange<const W: u8, const KIND: u8>(value: u64) -> u64 {
    let big = KIND & kind::BIG != 0;
    if big == (Endian::HOST == Endian::Big) { value } else { uop::sem::un(uop::UnOp::Bswap, width(W), value) }
}

#[inline(always)]
fn extend<const W: u8, const EXT: u8>(value: u64) -> u64 {
    match EXT {
        ext::ZERO | ext::KEEP => value,
        ext::SIGN32 => width(W).signed(value) as u32 as u64,
        _ => width(W).signed(value) as u64,
    }
}

/// `d` = `value`, extended; what it is then.
#[inline(always)]
unsafe fn put<const W: u8, const EXT: u8>(core: *mut Core, d: u16, value: u64) -> u64 {
    let value = extend::<W, EXT>(value);
    // SAFETY: see the module `handlers`.
    unsafe {
        let value = if EXT == ext::KEEP { low_half(get(core, d), value) } else { value };
        set(core, d, value);
        value
    }
}

/// `d` = memory at the address, if the TLB knows it: gives the value, or else the address.
#[inline(always)]
pub(super) unsafe fn try_load<const W: u8, const EXT: u8, const KIND: u8>(
    core: *mut Core,
    s: &Slot,
    tlb: Tlb,
    base: u64,
) -> Result<u64, u64> {
    // SAFETY: see the module `handlers`; a matching entry leads into RAM, and the match proves alignment.
    unsafe {
        let addr = address::<KIND>(core, s, base);
        let entry = &*tlb.add(Core::tlb_slot(addr));
        if addr & (PAGE_MASK | (width(W).bytes() as u64 - 1)) != entry.read {
            return Err(addr);
        }
        let p = addr.wrapping_add(entry.addend) as *mut u8;
        let value = match width(W) {
            Width::W1 | Width::W8 => u64::from(AtomicU8::from_ptr(p).load(Ordering::Relaxed)),
            Width::W16 => u64::from(AtomicU16::from_ptr(p.cast()).load(Ordering::Relaxed)),
            Width::W32 => u64::from(AtomicU32::from_ptr(p.cast()).load(Ordering::Relaxed)),
            Width::W64 => AtomicU64::from_ptr(p.cast()).load(Ordering::Relaxed),
        };
        Ok(put::<W, EXT>(core, s.d, arrange::<W, KIND>(value)))
    }
}

unsafe extern "C" fn load<const W: u8, const EXT: u8, const KIND: u8>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        match try_load::<W, EXT, KIND>(core, &*ip, tlb, get(core, (*ip).a)) {
            Ok(_) => go!(core, ip.add(1), tlb, budget),
            Err(addr) => load_miss::<W, EXT, KIND, false>(core, ip, tlb, budget, addr),
        }
    }
}

#[cold]
#[inline(never)]
pub(super) unsafe extern "C" fn load_miss<const W: u8, const EXT: u8, const KIND: u8, const FUSED: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
    addr: u64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        begin_slow(core, ip, budget);
        match ((*core).slow.load)(core, addr, access::<W, KIND, FUSED>(core)) {
            Ok(value) => {
                put::<W, EXT>(core, (*ip).d, value);
                go!(core, ip.add(1), tlb, (*core).budget)
            }
            Err(cpu::Stopped) => out(core, ip.cast(), (*core).budget, leave::STOPPED),
        }
    }
}

/// Memory at the address = `d`, if the TLB knows it; else gives the address.
#[inline(always)]
pub(super) unsafe fn try_store<const W: u8, const KIND: u8>(
    core: *mut Core,
    s: &Slot,
    tlb: Tlb,
    base: u64,
    value: u64,
) -> Result<(), u64> {
    // SAFETY: as for `try_load`.
    unsafe {
        let addr = address::<KIND>(core, s, base);
        let entry = &*tlb.add(Core::tlb_slot(addr));
        if addr & (PAGE_MASK | (width(W).bytes() as u64 - 1)) != entry.write {
            return Err(addr);
        }
        let p = addr.wrapping_add(entry.addend) as *mut u8;
        let value = arrange::<W, KIND>(width(W).cut(value));
        match width(W) {
            Width::W1 | Width::W8 => AtomicU8::from_ptr(p).store(value as u8, Ordering::Relaxed),
            Width::W16 => AtomicU16::from_ptr(p.cast()).store(value as u16, Ordering::Relaxed),
            Width::W32 => AtomicU32::from_ptr(p.cast()).store(value as u32, Ordering::Relaxed),
            Width::W64 => AtomicU64::from_ptr(p.cast()).store(value, Ordering::Relaxed),
        }
    }
    Ok(())
}

unsafe extern "C" fn store<const W: u8, const KIND: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        match try_store::<W, KIND>(core, &*ip, tlb, get(core, (*ip).a), get(core, (*ip).d)) {
            Ok(()) => go!(core, ip.add(1), tlb, budget),
            Err(addr) => store_miss::<W, KIND, false>(core, ip, tlb, budget, addr),
        }
    }
}

#[cold]
#[inline(never)]
pub(super) unsafe extern "C" fn store_miss<const W: u8, const KIND: u8, const FUSED: bool>(
    core: *mut Core,
    ip: Ip,
    tlb: Tlb,
    budget: i64,
    addr: u64,
) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        begin_slow(core, ip, budget);
        let value = width(W).cut(get(core, (*ip).d));
        match ((*core).slow.store)(core, addr, value, access::<W, KIND, FUSED>(core)) {
            Ok(()) => go!(core, ip.add(1), tlb, (*core).budget),
            Err(cpu::Stopped) => out(core, ip.cast(), (*core).budget, leave::STOPPED),
        }
    }
}

#[inline(always)]
unsafe fn begin_slow(core: *mut Core, ip: Ip, budget: i64) {
    // SAFETY: see the module `handlers`.
    unsafe {
        (*core).ip = ip.cast();
        (*core).budget = budget;
        (*core).insns_left = u32::MAX;
    }
}

/// The kinds of access that have one handler.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Slow {
    Load,
    Store,
    Rmw,
    Cas,
    LoadLinked,
    StoreCond,
}

/// Packs what a slow access needs into the data behind its slot: [`Mem`] in the low half, function of a read-modify-write in the high.
pub(crate) fn pack(mem: Mem, op: Option<RmwOp>) -> Data {
    let low = [mem.width as u8, mem.endian as u8, mem.align as u8, mem.order as u8, mem.space, 0, 0, 0];
    Data { low: u64::from_le_bytes(low), high: op.map_or(0, |op| op as u64) }
}

fn unpack(data: Data) -> Mem {
    let [w, endian, align, order, space, ..] = data.low.to_le_bytes();
    Mem {
        width: width(w),
        endian: if endian == Endian::Little as u8 { Endian::Little } else { Endian::Big },
        align: if align == Align::Split as u8 { Align::Split } else { Align::Trap },
        order: [Order::Relaxed, Order::Acquire, Order::Release, Order::SeqCst][usize::from(order & 3)],
        space,
    }
}

/// An access that is not plain, by the slow path: `d` = result; address in `a`, values in `b` and `c`.
unsafe extern "C" fn slow<const HOW: u8>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        begin_slow(core, ip, budget);
        let s = &*ip;
        let data = *ip.add(1).cast::<Data>();
        let (addr, b, c, mem) = (get(core, s.a), get(core, s.b()), get(core, s.c()), unpack(data));
        let paths = &(*core).slow;
        let result = match HOW {
            0 => (paths.load)(core, addr, mem),
            1 => (paths.store)(core, addr, mem.width.cut(b), mem).map(|()| 0),
            2 => (paths.rmw)(core, RmwOp::ALL[data.high as usize], addr, mem.width.cut(b), mem),
            3 => (paths.cas)(core, addr, mem.width.cut(b), mem.width.cut(c), mem),
            4 => (paths.load_linked)(core, addr, mem),
            _ => (paths.store_cond)(core, addr, mem.width.cut(b), mem),
        };
        match result {
            Ok(value) => {
                if HOW != Slow::Store as u8 {
                    set(core, s.d, value);
                }
                go!(core, ip.add(2), tlb, (*core).budget)
            }
            Err(cpu::Stopped) => out(core, ip.cast(), (*core).budget, leave::STOPPED),
        }
    }
}

/// The handler of an access that is not plain.
pub(crate) fn slow_handler(how: Slow) -> Handler {
    match how {
        Slow::Load => slow::<0>,
        Slow::Store => slow::<1>,
        Slow::Rmw => slow::<2>,
        Slow::Cas => slow::<3>,
        Slow::LoadLinked => slow::<4>,
        Slow::StoreCond => slow::<5>,
    }
}

/// Stands for a file slot where a call's argument is the high half of its data.
pub(crate) const IN_DATA: u16 = u16::MAX;

/// A helper: number in `a`, instructions left in the immediate, slots of the arguments in the data behind; `d` = result.
pub(crate) unsafe extern "C" fn call(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        (*core).ip = ip.cast();
        (*core).budget = budget;
        (*core).insns_left = s.imm as u32;
        let data = *ip.add(1).cast::<Data>();
        let args = std::array::from_fn(|i| match (data.low >> (16 * i)) as u16 {
            IN_DATA => data.high,
            slot => get(core, slot),
        });
        match ((*core).slow.call)(core, s.a, args) {
            Ok(value) => {
                set(core, s.d, value);
                go!(core, ip.add(2), tlb, (*core).budget)
            }
            Err(cpu::Stopped) => out(core, ip.cast(), (*core).budget, leave::STOPPED),
        }
    }
}

/// A fence. Acquire and release fences only keep the compiler from moving accesses, which it can't do across handlers anyway, and
/// are fences on weaker hosts.
unsafe extern "C" fn fence<const SEQ: bool>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    std::sync::atomic::fence(if SEQ { Ordering::SeqCst } else { Ordering::AcqRel });
    // SAFETY: see the module `handlers`.
    unsafe { go!(core, ip.add(1), tlb, budget) }
}

/// The handler of a fence.
pub(crate) fn fence_handler(kind: uop::Fence) -> Handler {
    if kind == uop::Fence::SeqCst { fence::<true> } else { fence::<false> }
}

macro_rules! by_kind {
    ($kind:expr, $f:ident, $($before:expr),*) => {
        match $kind {
            0 => $f::<$({ $before }),*, 0>, 1 => $f::<$({ $before }),*, 1>, 2 => $f::<$({ $before }),*, 2>, 3 => $f::<$({ $before }),*, 3>,
            4 => $f::<$({ $before }),*, 4>, 5 => $f::<$({ $before }),*, 5>, 6 => $f::<$({ $before }),*, 6>, 7 => $f::<$({ $before }),*, 7>,
            8 => $f::<$({ $before }),*, 8>, 9 => $f::<$({ $before }),*, 9>, 10 => $f::<$({ $before }),*, 10>, 11 => $f::<$({ $before }),*, 11>,
            12 => $f::<$({ $before }),*, 12>, 13 => $f::<$({ $before }),*, 13>, 14 => $f::<$({ $before }),*, 14>, _ => $f::<$({ $before }),*, 15>,
        }
    };
}

/// The handler of a plain load.
pub(crate) fn load_handler(w: Width, ext: u8, kind: u8) -> Handler {
    match (w, ext) {
        (Width::W1 | Width::W8, ext::ZERO) => by_kind!(kind, load, Width::W8 as u8, ext::ZERO),
        (Width::W1 | Width::W8, ext::SIGN32) => by_kind!(kind, load, Width::W8 as u8, ext::SIGN32),
        (Width::W1 | Width::W8, _) => by_kind!(kind, load, Width::W8 as u8, ext::SIGN64),
        (Width::W16, ext::ZERO) => by_kind!(kind, load, Width::W16 as u8, ext::ZERO),
        (Width::W16, ext::SIGN32) => by_kind!(kind, load, Width::W16 as u8, ext::SIGN32),
        (Width::W16, _) => by_kind!(kind, load, Width::W16 as u8, ext::SIGN64),
        (Width::W32, ext::KEEP) => by_kind!(kind, load, Width::W32 as u8, ext::KEEP),
        (Width::W32, ext::SIGN64) => by_kind!(kind, load, Width::W32 as u8, ext::SIGN64),
        (Width::W32, _) => by_kind!(kind, load, Width::W32 as u8, ext::ZERO),
        (Width::W64, _) => by_kind!(kind, load, Width::W64 as u8, ext::ZERO),
    }
}

/// The handler of a plain store.
pub(crate) fn store_handler(w: Width, kind: u8) -> Handler {
    match w {
        Width::W1 | Width::W8 => by_kind!(kind, store, Width::W8 as u8),
        Width::W16 => by_kind!(kind, store, Width::W16 as u8),
        Width::W32 => by_kind!(kind, store, Width::W32 as u8),
        Width::W64 => by_kind!(kind, store, Width::W64 as u8),
    }
}
