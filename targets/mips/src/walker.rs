//! The hardware page table walker (Config3.PW), on 32-bit targets, as QEMU has it.
//!
//! Volume III, "Hardware Page Table Walker": PWBase, PWField, PWSize and PWCtl describe up to three levels of directories and a table of
//! pairs of entries. What it can't walk (a huge page, a base in a mapped segment, a bus error) is left to the refill handler.

use crate::cp0::{Cp0, walker_register};
use crate::hart::Hart;

/// PWCtl.PWEn.
const ENABLED: u64 = 1 << 31;
/// Lowest bits of the fields of PWField and PWSize, from the global directory to the table entry.
const LEVELS: [u32; 3] = [24, 18, 12];
const TABLE: u32 = 6;
/// Bytes of a pointer, as a shift.
const POINTER: u32 = 2;

fn field(word: u64, lo: u32) -> u32 {
    bits::field(word, lo, 6) as u32
}

/// The entry of a directory or table that `address` chooses.
fn index(address: u64, field_word: u64, size_word: u64, lo: u32) -> u64 {
    let mask = (1u64 << field(size_word, lo)) - 1;
    address >> field(field_word, lo) & mask
}

/// EntryLo from an entry of the table: RI and XI go from the bits below the page's to the top.
fn entry_lo(entry: u64, ptei: u32) -> u64 {
    let shifted = entry >> ptei.saturating_sub(2);
    let inhibit = if ptei >= 2 { shifted & 3 } else { 0 };
    (if ptei >= 2 { shifted >> 2 } else { shifted }) & 0x3fff_ffff | inhibit << 62
}

/// Walks the tables for `address`; whether the TLB got an entry.
pub(crate) fn walk<H: Hart>(hart: &mut H, address: u64) -> bool {
    if hart.model().width() != 32 || !hart.model().config_bit(3, 24) {
        return false;
    }
    let register = |cp0: &Cp0, select| walker_register(cp0, select) & 0xffff_ffff;
    let [base, fields, sizes, control] = [5, 6, 7, 8].map(|select| register(hart.cp0(), select));
    let wide = field(sizes, 0);
    if control & ENABLED == 0 || field(sizes, TABLE) == 0 || wide > 1 {
        return false;
    }
    let Some(pair) = walk_tables(hart, address, base, fields, sizes) else { return false };
    let page = field(fields, TABLE);
    let pair = pair.map(|entry| entry_lo(entry >> wide, field(fields, 0)));
    let cp0 = hart.cp0_mut();
    let kept = (cp0.entry_hi, cp0.page_mask, cp0.entry_lo);
    cp0.entry_hi = bits::sign_extend(address & !0x1fff, 32) | cp0.entry_hi & 0x3ff;
    cp0.page_mask = (((2u64 << page.max(12)) - 1) & 0x1fff_e000) as u32;
    cp0.entry_lo = pair;
    let written = crate::tlb::write_random(hart, [0; 4]).is_ok();
    let cp0 = hart.cp0_mut();
    (cp0.entry_hi, cp0.page_mask, cp0.entry_lo) = kept;
    written
}

/// The two entries of the pair.
fn walk_tables<H: Hart>(hart: &mut H, address: u64, base: u64, fields: u64, sizes: u64) -> Option<[u64; 2]> {
    let mut at = base;
    for lo in LEVELS.into_iter().filter(|lo| field(sizes, *lo) > 0) {
        at = hart.read_unmapped(at | index(address, fields, sizes, lo) << POINTER)?;
    }
    let shift = POINTER + field(sizes, 0);
    let pair = at | (index(address, fields, sizes, TABLE) >> 1) << (shift + 1);
    Some([hart.read_unmapped(pair)?, hart.read_unmapped(pair | 1 << shift)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_turned_round() {
        // RI and XI in bits 4 and 3, the page's bits from bit 5 up.
        assert_eq!(entry_lo(0b1_0111_1000, 5), 0b1011 | 3 << 62);
        assert_eq!(entry_lo(0x1234_5678, 0), 0x1234_5678);
        assert_eq!(index(0x1234_5678, 22 << 24, 10 << 24, 24), 0x1234_5678 >> 22);
    }
}
