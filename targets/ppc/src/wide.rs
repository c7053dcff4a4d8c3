//! Helpers of fixed-point instructions, and of strings.

use bits::Endian;
use cpu::Ctx;
use uop::{Mem, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::state::{XER_REST, g};
use crate::target::Ppc;
use crate::trap::{ILLEGAL, Trap};

type Out = Result<u64, Trap>;
type Args = [u64; 4];

/// Quotient of signed `n` followed by `bits` zero bits, if there is one.
fn extended_s(n: i64, d: i64, bits: u32) -> Option<u64> {
    let q = (i128::from(n) << bits).checked_div(d.into())?;
    let fits = q >= -(1 << (bits - 1)) && q < 1 << (bits - 1);
    fits.then_some(q as u64)
}

fn extended_u(n: u64, d: u64, bits: u32) -> Option<u64> {
    let q = (u128::from(n) << bits).checked_div(d.into())?;
    (q >> bits == 0).then_some(q as u64)
}

fn word(v: u64) -> i64 {
    i64::from(v as u32 as i32)
}

macro_rules! divisions {
    ($($name:ident $over:ident = |$n:ident, $d:ident| $q:expr;)*) => { $(
        /// What has no result is undefined: 0.
        pub(crate) fn $name<T: Ppc>(_: &mut Ctx<T>, [$n, $d, ..]: Args) -> Out {
            Ok($q.unwrap_or(0))
        }

        pub(crate) fn $over<T: Ppc>(_: &mut Ctx<T>, [$n, $d, ..]: Args) -> Out {
            Ok($q.is_none().into())
        }
    )* };
}
divisions! {
    divwe divwe_ov = |n, d| extended_s(word(n), word(d), 32);
    divweu divweu_ov = |n, d| extended_u(n, d, 32);
    divde divde_ov = |n, d| extended_s(n as i64, d as i64, 64);
    divdeu divdeu_ov = |n, d| extended_u(n, d, 64);
}

/// Each byte of `selectors` names a bit of `bits`, as the manual counts; 64 and above give 0.
pub(crate) fn bpermd<T: Ppc>(_: &mut Ctx<T>, [selectors, bits, ..]: Args) -> Out {
    let pick = |i: u32| {
        let n = selectors >> (8 * i) & 0xff;
        if n < 64 { (bits >> (63 - n) & 1) << i } else { 0 }
    };
    Ok((0..8).map(pick).sum())
}

/// A byte in memory.
pub(crate) fn byte() -> Mem {
    Mem { endian: Endian::Big, ..Mem::be(Width::W8) }
}

/// The addresses of a string, cut to the mode's width.
pub(crate) fn at<T: Ppc>(ctx: &Ctx<T>, start: u64, i: u32) -> u64 {
    let sum = start.wrapping_add(i.into());
    let sf = ctx.model().has(Ext::Wide) && T::mode(ctx) & crate::mode::SF != 0;
    if sf { sum } else { sum & 0xffff_ffff }
}

/// Loads XER's number of bytes into registers from RT on. An invalid form if RA or RB is among them.
pub(crate) fn lswx<T: Ppc>(ctx: &mut Ctx<T>, [start, bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let n = (ctx.reg(XER_REST) & 0x7f) as u32;
    let touches = |r: u32| (r + 32 - f.rt()) % 32 < n.div_ceil(4);
    if n > 0 && (touches(f.rb()) || f.ra() != 0 && touches(f.ra())) {
        return Err(Trap::program(ILLEGAL));
    }
    let mut words = [0u64; 32];
    for i in 0..n {
        let value = ctx.load(at(ctx, start, i), byte())?;
        words[i as usize / 4] |= value << (24 - 8 * (i % 4));
    }
    for (i, word) in (0..n.div_ceil(4)).zip(words) {
        ctx.set_reg(g((f.rt() + i) % 32), word);
    }
    Ok(0)
}

/// Stores XER's number of bytes. What comes before a fault stays stored, as the manual allows.
pub(crate) fn stswx<T: Ppc>(ctx: &mut Ctx<T>, [start, bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let n = (ctx.reg(XER_REST) & 0x7f) as u32;
    for i in 0..n {
        let word = ctx.reg(g((f.rt() + i / 4) % 32));
        ctx.store(at(ctx, start, i), word >> (24 - 8 * (i % 4)) & 0xff, byte())?;
    }
    Ok(0)
}

/// `lscbx`: loads XER's number of bytes, or fewer if one is XER's byte to compare, into registers from RT on; RA and RB are left alone. How many
/// have been loaded, and 128 more if the last one matches.
pub(crate) fn lscbx<T: Ppc>(ctx: &mut Ctx<T>, [start, bits, ..]: Args) -> Out {
    let f = W(bits as u32);
    let xer = ctx.reg(XER_REST);
    let (asked, wanted) = ((xer & 0x7f) as u32, xer >> 8 & 0xff);
    let mut words: [u64; 32] = std::array::from_fn(|i| ctx.reg(g((f.rt() + i as u32) % 32)));
    let (mut n, mut found) = (0, false);
    while n < asked && !found {
        let value = ctx.load(at(ctx, start, n), byte())?;
        let shift = 24 - 8 * (n % 4);
        let word = &mut words[n as usize / 4];
        *word = *word & !(0xff << shift) | value << shift;
        found = value == wanted;
        n += 1;
    }
    for (i, word) in (0..n.div_ceil(4)).zip(words) {
        let r = (f.rt() + i) % 32;
        if r != f.rb() && (f.ra() == 0 || r != f.ra()) {
            ctx.set_reg(g(r), word);
        }
    }
    Ok(u64::from(n) | u64::from(found) << 7)
}

/// Fetches see from now on what memory holds.
pub(crate) fn sync_code<T: Ppc>(ctx: &mut Ctx<T>, _: Args) -> Out {
    ctx.sync_code();
    Ok(0)
}
