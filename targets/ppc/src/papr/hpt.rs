//! The hashed page table of a partition, which lies outside its memory, and the calls that change it.
//!
//! LoPAPR 1.1, 14.5.4.1, "Page Frame Table Access". Entries are those of Power ISA 2.07B, 5.7.7.1, whatever the CPU.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use cpu::Ctx;

use super::{Partition, forget_all, rc};
use crate::hash64::{PTE_C, PTE_N, PTE_PP0, PTE_R, PTE_RPN, PTE_V, page_sizes};
use crate::state::g;
use crate::target::Ppc;

/// Flags of the calls.
mod flag {
    /// H_EXACT.
    pub(super) const EXACT: u64 = 1 << 39;
    /// H_READ_4.
    pub(super) const READ_4: u64 = 1 << 37;
    /// H_AVPN.
    pub(super) const AVPN: u64 = 1 << 31;
    /// H_ANDCOND.
    pub(super) const ANDCOND: u64 = 1 << 30;
}

const PTE_KEY_HIGH: u64 = 0x3000_0000_0000_0000;
const PTE_KEY_LOW: u64 = 0xe00;
const PTE_PP: u64 = 3;
/// W, I, M and G.
const PTE_WIMG: u64 = 0x78;
const PTE_W: u64 = 0x40;
const PTE_I: u64 = 0x20;
const PTE_M: u64 = 0x10;

/// Words that come into being together.
const CHUNK: usize = 8192;

/// A page table: two words an entry, eight entries a group. What was never written takes no room. Entries are made under the lock.
pub struct Hpt {
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
    words: u64,
    making: Mutex<()>,
}

impl Hpt {
    /// An empty table of 2^`shift` bytes, 256 KiB at least.
    pub fn new(shift: u32) -> Hpt {
        let words = 1u64 << (shift.clamp(18, 46) - 3);
        let chunks = (0..words / CHUNK as u64).map(|_| OnceLock::new()).collect();
        Hpt { chunks, words, making: Mutex::new(()) }
    }

    /// Number of groups less one.
    pub(crate) fn mask(&self) -> u64 {
        self.words / 16 - 1
    }

    fn chunk(&self, word: u64) -> Option<&OnceLock<Box<[AtomicU64]>>> {
        self.chunks.get(usize::try_from(word).ok()? / CHUNK)
    }

    /// A word, by its distance from the table's start in bytes.
    pub(crate) fn word(&self, at: u64) -> u64 {
        let chunk = self.chunk(at / 8).and_then(OnceLock::get);
        chunk.map_or(0, |chunk| chunk[(at / 8) as usize % CHUNK].load(Ordering::Acquire))
    }

    /// Sets R, and C, in the second word of an entry.
    pub(crate) fn set_bits(&self, at: u64, bits: u64) {
        if let Some(chunk) = self.chunk(at / 8).and_then(OnceLock::get) {
            chunk[(at / 8) as usize % CHUNK].fetch_or(bits, Ordering::AcqRel);
        }
    }

    /// Makes all entries invalid.
    pub fn clear(&self) {
        let chunks = self.chunks.iter().filter_map(OnceLock::get);
        chunks.flatten().for_each(|word| word.store(0, Ordering::Release));
    }

    /// The two words of entry `ptex`.
    fn entry(&self, ptex: u64) -> Option<(&AtomicU64, &AtomicU64)> {
        let word = ptex.checked_mul(2).filter(|&word| word < self.words)?;
        let fresh = || (0..CHUNK).map(|_| AtomicU64::new(0)).collect();
        let chunk = self.chunk(word)?.get_or_init(fresh);
        let at = word as usize % CHUNK;
        Some((&chunk[at], &chunk[at + 1]))
    }
}

/// Takes an entry away: its words, or the return code.
fn remove(hpt: &Hpt, ptex: u64, avpn: u64, flags: u64) -> Result<(u64, u64), i64> {
    let (high, low) = hpt.entry(ptex).ok_or(rc::PARAMETER)?;
    let (v, r) = (high.load(Ordering::Acquire), low.load(Ordering::Acquire));
    let other = flags & flag::AVPN != 0 && v & !0x7f != avpn || flags & flag::ANDCOND != 0 && v & avpn != 0;
    if v & PTE_V == 0 || other {
        return Err(rc::NOT_FOUND);
    }
    high.store(0, Ordering::Release);
    Ok((v, low.load(Ordering::Acquire) & !(PTE_R | PTE_C) | r & (PTE_R | PTE_C)))
}

/// Whether storage control of an entry fits what is at its real address.
fn fits(partition: &Partition, real: u64, second: u64) -> bool {
    if real < partition.config.ram {
        return second & PTE_WIMG == PTE_M;
    }
    matches!(second & (PTE_W | PTE_I | PTE_M), control if control == PTE_I || control == PTE_I | PTE_M)
}

/// H_ENTER.
fn enter(partition: &Partition, [flags, ptex, first, second]: [u64; 4]) -> Result<u64, i64> {
    let (_, shift) = page_sizes(first, second).ok_or(rc::PARAMETER)?;
    let real = second & PTE_RPN & !((1 << shift) - 1);
    if !fits(partition, real, second) {
        return Err(rc::PARAMETER);
    }
    let first = first & !0x60;
    let hpt = partition.hpt();
    hpt.entry(ptex).ok_or(rc::PARAMETER)?;
    let _making = super::lock(&hpt.making);
    let exact = flags & flag::EXACT != 0;
    let slots = if exact { ptex..ptex + 1 } else { ptex & !7..(ptex & !7) + 8 };
    for slot in slots {
        let (high, low) = hpt.entry(slot).ok_or(rc::PARAMETER)?;
        if high.load(Ordering::Acquire) & PTE_V == 0 {
            low.store(second, Ordering::Release);
            high.store(first, Ordering::Release);
            return Ok(slot);
        }
    }
    Err(rc::PTEG_FULL)
}

/// H_PROTECT.
fn protect(hpt: &Hpt, flags: u64, ptex: u64, avpn: u64) -> i64 {
    let Some((high, low)) = hpt.entry(ptex) else { return rc::PARAMETER };
    let v = high.load(Ordering::Acquire);
    if v & PTE_V == 0 || flags & flag::AVPN != 0 && v & !0x7f != avpn {
        return rc::NOT_FOUND;
    }
    let mask = PTE_PP0 | PTE_PP | PTE_N | PTE_KEY_HIGH | PTE_KEY_LOW;
    let bits = flags << 55 & PTE_PP0 | flags << 48 & PTE_KEY_HIGH | flags & (PTE_PP | PTE_N | PTE_KEY_LOW);
    // The closure never refuses.
    let _ = low.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| Some(old & !mask | bits));
    rc::SUCCESS
}

/// H_BULK_REMOVE: a translation specifier in each pair of registers from 4 to 11.
fn bulk_remove<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition) -> i64 {
    const TYPE: u64 = 3 << 62;
    const REQUEST: u64 = 1 << 62;
    const RESPONSE: u64 = 2 << 62;
    const FLAGS: u64 = 3 << 56;
    const PTEX: u64 = (1 << 56) - 1;
    let mut result = rc::SUCCESS;
    for pair in (4..12).step_by(2) {
        let (high, low) = (ctx.reg(g(pair)), ctx.reg(g(pair + 1)));
        if high & TYPE == TYPE {
            break;
        }
        if high & TYPE != REQUEST {
            result = rc::PARAMETER;
            break;
        }
        let answer = high & (PTEX | FLAGS) | RESPONSE;
        let removed = match high & FLAGS == FLAGS {
            true => Err(rc::PARAMETER),
            false => remove(partition.hpt(), high & PTEX, low, (high & FLAGS) >> 26),
        };
        let code = match removed {
            Ok((_, r)) => (r & (PTE_R | PTE_C)) << 51,
            Err(rc::NOT_FOUND) => 1 << 60,
            Err(_) => 2 << 60,
        };
        ctx.set_reg(g(pair), answer | code);
        if matches!(removed, Err(rc::PARAMETER)) {
            result = rc::PARAMETER;
            break;
        }
    }
    forget_all(ctx);
    result
}

/// The calls of the page table; `None` if `number` is none of them.
pub(super) fn call<T: Ppc>(ctx: &mut Ctx<T>, partition: &Partition, number: u64) -> Option<i64> {
    let arg = |n: u32| ctx.reg(g(n));
    let (flags, ptex, a, b) = (arg(4), arg(5), arg(6), arg(7));
    let result = match number {
        // H_REMOVE
        0x04 => remove(partition.hpt(), ptex, a, flags).map(|(v, r)| {
            ctx.set_reg(g(4), v);
            ctx.set_reg(g(5), r);
            forget_all(ctx);
        }),
        // H_ENTER
        0x08 => enter(partition, [flags, ptex, a, b]).map(|slot| ctx.set_reg(g(4), slot)),
        // H_READ
        0x0c => {
            let (first, count) = if flags & flag::READ_4 != 0 { (ptex & !3, 4) } else { (ptex, 1) };
            let entries: Option<Vec<_>> = (first..first + count).map(|ptex| partition.hpt().entry(ptex)).collect();
            entries.ok_or(rc::PARAMETER).map(|entries| {
                let words = entries.iter().flat_map(|(v, r)| [v, r]);
                (4..).zip(words).for_each(|(n, word)| ctx.set_reg(g(n), word.load(Ordering::Acquire)));
            })
        }
        // H_PROTECT
        0x18 => {
            let code = protect(partition.hpt(), flags, ptex, a);
            if code == rc::SUCCESS {
                forget_all(ctx);
            }
            return Some(code);
        }
        // H_BULK_REMOVE
        0x124 => return Some(bulk_remove(ctx, partition)),
        _ => return None,
    };
    Some(result.err().unwrap_or(rc::SUCCESS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_and_go() {
        let hpt = Hpt::new(18);
        assert_eq!((hpt.mask(), hpt.word(0x100)), (2047, 0));
        let (high, low) = hpt.entry(16).unwrap();
        high.store(0x55 << 7 | PTE_V, Ordering::Release);
        low.store(0x1010, Ordering::Release);
        hpt.set_bits(0x108, PTE_R);
        assert_eq!((hpt.word(0x100), hpt.word(0x108)), (0x55 << 7 | PTE_V, 0x1010 | PTE_R));
        assert_eq!(remove(&hpt, 16, 0x2a80, flag::ANDCOND), Err(rc::NOT_FOUND));
        assert_eq!(remove(&hpt, 16, 0, flag::AVPN), Err(rc::NOT_FOUND));
        assert_eq!(protect(&hpt, 3, 16, 0), rc::SUCCESS);
        assert_eq!(remove(&hpt, 16, 0x55 << 7, flag::AVPN), Ok((0x55 << 7 | PTE_V, 0x1013 | PTE_R)));
        assert_eq!(remove(&hpt, 16, 0, 0), Err(rc::NOT_FOUND));
        assert_eq!(remove(&hpt, 1 << 14, 0, 0), Err(rc::PARAMETER));
        assert!(hpt.entry(u64::MAX).is_none());
    }
}
