//! Memory: the inline look into the soft TLB, and calls of the slow paths.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use ::bits::Endian;
use cpu::{Core, TlbEntry};
use uop::{Align, Mem, Order, RmwOp, Width};

use super::control::out;
use super::{get, go, low_half, set, width};
use crate::slot::{Data, Function, Handler, Slot, leave};

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
    /// With [`INDEXED`]: `b` is shifted left by the two low bits of `c`, and what is above them in `c`, a signed number, is added.
    pub(crate) const SCALED: u8 = 16;
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
        let offset = if KIND & kind::SCALED != 0 {
            let c = s.c() as i16;
            (get(core, s.b()) << (c & 3)).wrapping_add(i64::from(c >> 2) as u64)
        } else if KIND & kind::INDEXED != 0 {
            get(core, s.b())
        } else {
            i64::from(s.imm) as u64
        };
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

/// A misaligned access that may be done in parts, and lies in one or two pages of RAM.
struct Parts {
    /// The host's address of the first byte, by the first page.
    first: *mut u8,
    /// The same, by the last page.
    last: *mut u8,
    /// How many bytes are in the first page.
    left: u64,
}

impl Parts {
    /// The parts of an access, if the TLB's entries of its pages have them by `tag`.
    #[inline(always)]
    unsafe fn new(core: *mut Core, mem: Mem, tlb: Tlb, addr: u64, tag: impl Fn(&TlbEntry) -> u64) -> Option<Parts> {
        let end = addr.wrapping_add(u64::from(mem.width.bytes()) - 1);
        // SAFETY: see the module `handlers`.
        let (first, last) = unsafe { (&*tlb.add(Core::tlb_slot(addr)), &*tlb.add(Core::tlb_slot(end))) };
        let known = addr & PAGE_MASK == tag(first) && end & PAGE_MASK == tag(last);
        // SAFETY: as above.
        let known = known && addr & unsafe { (*core).split_mask } == 0;
        (mem.align == Align::Split && known).then(|| Parts {
            first: addr.wrapping_add(first.addend) as *mut u8,
            last: addr.wrapping_add(last.addend) as *mut u8,
            left: memory::PAGE_SIZE - (addr & !PAGE_MASK),
        })
    }

    /// The host's address of byte `n`.
    #[inline(always)]
    fn at(&self, n: usize) -> *mut u8 {
        (if (n as u64) < self.left { self.first } else { self.last }).wrapping_add(n)
    }
}

/// A misaligned load by halves or bytes, in the host's byte order, if the TLB knows its pages. Not inlined, as for [`apply`].
#[inline(never)]
unsafe fn load_parts<const W: u8>(core: *mut Core, mem: Mem, tlb: Tlb, addr: u64) -> Option<u64> {
    // SAFETY: see the module `handlers`; matching entries lead into RAM, and a part that is more than a byte is where its address is a
    // multiple of its size, and so in one page.
    unsafe {
        let parts = Parts::new(core, mem, tlb, addr, |entry| entry.read)?;
        let word = |n: usize| u64::from(AtomicU32::from_ptr(parts.at(4 * n).cast()).load(Ordering::Relaxed));
        let byte = |n: usize| u64::from(AtomicU8::from_ptr(parts.at(n)).load(Ordering::Relaxed));
        let low_first = Endian::HOST == Endian::Little;
        if W == Width::W64 as u8 && addr & 3 == 0 {
            let (low, high) = if low_first { (0, 1) } else { (1, 0) };
            return Some(word(low) | word(high) << 32);
        }
        let n = mem.width.bytes() as usize;
        Some((0..n).fold(0, |all, i| all << 8 | byte(if low_first { n - 1 - i } else { i })))
    }
}

/// A misaligned store likewise; whether it is done.
#[inline(never)]
unsafe fn store_parts<const W: u8>(core: *mut Core, mem: Mem, tlb: Tlb, addr: u64, value: u64) -> bool {
    // SAFETY: as for loads.
    unsafe {
        let Some(parts) = Parts::new(core, mem, tlb, addr, |entry| entry.write) else { return false };
        let low_first = Endian::HOST == Endian::Little;
        if W == Width::W64 as u8 && addr & 3 == 0 {
            let (low, high) = if low_first { (0, 1) } else { (1, 0) };
            AtomicU32::from_ptr(parts.at(4 * low).cast()).store(value as u32, Ordering::Relaxed);
            AtomicU32::from_ptr(parts.at(4 * high).cast()).store((value >> 32) as u32, Ordering::Relaxed);
            return true;
        }
        let n = mem.width.bytes() as usize;
        for i in 0..n {
            let at = if low_first { i } else { n - 1 - i };
            AtomicU8::from_ptr(parts.at(at)).store((value >> (8 * i)) as u8, Ordering::Relaxed);
        }
        true
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
        let mem = access::<W, KIND, FUSED>(core);
        if let Some(value) = load_parts::<W>(core, mem, tlb, addr) {
            put::<W, EXT>(core, (*ip).d, arrange::<W, KIND>(value));
            go!(core, ip.add(1), tlb, budget)
        }
        begin_slow(core, ip, budget);
        match ((*core).slow.load)(core, addr, mem) {
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
        let value = width(W).cut(get(core, (*ip).d));
        let mem = access::<W, KIND, FUSED>(core);
        if store_parts::<W>(core, mem, tlb, addr, arrange::<W, KIND>(value)) {
            go!(core, ip.add(1), tlb, budget)
        }
        begin_slow(core, ip, budget);
        match ((*core).slow.store)(core, addr, value, mem) {
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

/// The handler of a call with so many arguments.
pub(crate) fn call_handler(args: usize) -> Handler {
    [call::<0>, call::<1>, call::<2>, call::<3>, call::<4>][args]
}

/// A helper: number in `a`, instructions left in the immediate, slots of the arguments in the data behind; `d` = result.
unsafe extern "C" fn call<const ARGS: usize>(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let s = &*ip;
        (*core).ip = ip.cast();
        (*core).budget = budget;
        (*core).insns_left = s.imm as u32;
        let data = *ip.add(1).cast::<Data>();
        for i in 0..ARGS {
            (*core).args[i] = match (data.low >> (16 * i)) as u16 {
                IN_DATA => data.high,
                slot => get(core, slot),
            };
        }
        match ((*core).slow.call)(core, s.a) {
            Ok(value) => {
                set(core, s.d, value);
                go!(core, ip.add(2), tlb, (*core).budget)
            }
            Err(cpu::Stopped) => out(core, ip.cast(), (*core).budget, leave::STOPPED),
        }
    }
}

/// A helper that is a function of its arguments; slots and function are behind; `d` = result.
pub(crate) unsafe extern "C" fn compute(core: *mut Core, ip: Ip, tlb: Tlb, budget: i64) -> u64 {
    // SAFETY: see the module `handlers`.
    unsafe {
        let Function { slots, function } = *ip.add(1).cast::<Function>();
        let arg = |n: u32| get(core, (slots >> (16 * n)) as u16);
        set(core, (*ip).d, function(arg(0), arg(1), arg(2), arg(3)));
        go!(core, ip.add(2), tlb, budget)
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

/// Those that there are: with or without [`kind::BIG`], [`kind::TRAP`] and [`kind::SHORT`], the address in one of three forms.
macro_rules! by_kind {
    ($kind:expr, $f:ident, $($before:expr),*) => {
        by_kind!(@ $kind, $f, ($($before),*); 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 20 21 22 23 28 29 30 31)
    };
    (@ $kind:expr, $f:ident, $before:tt; $($n:literal)*) => {
        match $kind { $( $n => by_kind!(@one $f, $before, $n), )* _ => unreachable!("no such kind of access") }
    };
    (@one $f:ident, ($($before:expr),*), $n:literal) => { $f::<$({ $before }),*, $n> };
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
