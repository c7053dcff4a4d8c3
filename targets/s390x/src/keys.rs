//! Storage keys, and what is done to blocks of storage: SSKE and its kin, PERFORM FRAME MANAGEMENT FUNCTION, TEST BLOCK.
//!
//! PoP, "Control Instructions".

use crate::ext::Ext;
use crate::mmu;
use crate::shared::Machine;
use crate::signal;
use crate::storage;
use crate::system::{general, set_general, set_word};
use crate::trap::{self, Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// The number of the storage block at a real address; there must be storage.
fn block(cpu: &Cpu, address: u64) -> Result<usize, Fault> {
    let at = mmu::real(cpu, address & !4095);
    cpu.bus().ram_page(at).ok_or(Fault::program(code::ADDRESSING))?;
    Ok((at / 4096) as usize)
}

/// A block's storage key.
pub(crate) fn storage_key(cpu: &Cpu, n: usize) -> u8 {
    let own = || cpu.state.keys.get(n).copied();
    cpu.shared::<Machine>().map_or_else(own, |machine| machine.key(n)).unwrap_or(0)
}

/// Replaces the bits `mask` of a block's storage key; what it was. Nobody goes on with what the old one allowed.
fn set_storage_key(cpu: &mut Cpu, n: usize, value: u8, mask: u8) -> u8 {
    let board = cpu.board();
    let old = storage_key(cpu, n);
    if (old ^ value) & mask == 0 {
        return old;
    }
    if let Some(machine) = signal::machine(&board) {
        machine.set_key(n, value, mask);
        machine.purge_others(cpu.index());
    } else {
        let keys = &mut cpu.state.keys;
        keys.resize(keys.len().max(n + 1), 0);
        keys[n] = old & !mask | value & mask;
    }
    cpu.flush_tlb();
    old
}

/// The reference and the change bit.
pub(crate) const STORED: u8 = 6;

/// Records a reference to a block, or a change of it.
pub(crate) fn record(cpu: &Cpu, n: usize, bits: u8) {
    if let Some(machine) = cpu.shared::<Machine>() {
        machine.set_key(n, bits, bits);
    }
}

/// Modifiers of SSKE: the reference bit, the change bit may differ; multiple blocks.
const MR: u64 = 4;
const MC: u64 = 2;
const MB: u64 = 1;

/// SET STORAGE KEY EXTENDED: modifiers (NQ, MR, MC, MB) and both registers' numbers in one, this address and the next; where to go on. Several blocks are
/// done in parts, between which interruptions may come.
pub(crate) fn sske(cpu: &mut Cpu, [numbers, here, next, _]: Args) -> Out {
    let (modifiers, r1, r2) = (numbers >> 8, numbers >> 4 & 15, numbers & 15);
    let mask = storage::address_mask(cpu);
    let (key, operand) = (general(cpu, r1), general(cpu, r2));
    if modifiers & MB == 0 || !cpu.model().has(Ext::Edat1) {
        let n = block(cpu, operand & mask)?;
        set_one_key(cpu, n, key, modifiers, r1);
        return Ok(next);
    }
    // The address is absolute, and the blocks are those up to the end of its mebibyte.
    let at = operand & mask & !4095;
    cpu.bus().ram_page(at).ok_or(Fault::program(code::ADDRESSING))?;
    let (word, cc) = (general(cpu, r1), trap::condition_code(cpu));
    set_one_key(cpu, (at / 4096) as usize, key, modifiers, r1);
    // The key of one of many blocks is nobody's answer.
    set_general(cpu, r1, word);
    let conditional = modifiers & (MR | MC) != 0 && cpu.model().has(Ext::CondSske);
    set_cc(cpu, if conditional { 3 } else { cc });
    let after = at.wrapping_add(4096);
    set_general(cpu, r2, operand & !mask | after & mask);
    Ok(if after.is_multiple_of(1 << 20) { next } else { here })
}

/// Sets a block's key, unless it is as good already and need not be set.
fn set_one_key(cpu: &mut Cpu, n: usize, key: u64, modifiers: u64, r1: u64) {
    let conditional = modifiers & (MR | MC) != 0 && cpu.model().has(Ext::CondSske);
    let new = key as u8 & 0xfe;
    if !conditional {
        set_storage_key(cpu, n, new, 0xfe);
        return;
    }
    let old = storage_key(cpu, n);
    let word = general(cpu, r1);
    set_general(cpu, r1, word & !0xff00 | u64::from(old) << 8);
    // PoP, "SET STORAGE KEY EXTENDED": which bits need not be equal for the key to stay.
    let ignored = if modifiers & MR != 0 { 4 } else { 0 } | if modifiers & MC != 0 { 2 } else { 0 };
    let same = (old ^ new) & 0xfe & !ignored == 0;
    if !same {
        set_storage_key(cpu, n, new, 0xfe);
    }
    set_cc(cpu, u64::from(!same));
}

/// INSERT STORAGE KEY EXTENDED.
pub(crate) fn iske(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let n = block(cpu, address)?;
    Ok(storage_key(cpu, n).into())
}

/// RESET REFERENCE BIT EXTENDED: the condition code has the bits as they were.
pub(crate) fn rrbe(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let n = block(cpu, address)?;
    let old = set_storage_key(cpu, n, 0, 4);
    set_cc(cpu, (old >> 1 & 3).into());
    Ok(0)
}

/// PERFORM FRAME MANAGEMENT FUNCTION: sets keys, clears storage, of a block or of all blocks up to the end of a frame. Frames are done in
/// parts, between which interruptions may come.
pub(crate) fn manage_frame(cpu: &mut Cpu, [r1, r2, here, next]: Args) -> Out {
    const RESERVED: u64 = 0xfffc_0101;
    const SET_KEY: u64 = 0x2_0000;
    const CLEAR: u64 = 0x1_0000;
    /// Blocks of a part.
    const PART: u64 = 256;
    let (function, start) = (general(cpu, r1), general(cpu, r2));
    let sizes = if cpu.model().has(Ext::Edat2) { 3 } else { 2 };
    let size = function >> 12 & 7;
    if function & RESERVED != 0 || size >= sizes {
        return Err(Fault::SPECIFICATION);
    }
    let mask = storage::address_mask(cpu);
    let (first, blocks) = match size {
        0 => (start & mask & !4095, 1),
        n => {
            let frame = 1u64 << if n == 1 { 20 } else { 31 };
            let first = start & mask & !4095;
            (first, ((frame - first % frame) / 4096).min(PART))
        }
    };
    for n in 0..blocks {
        // With a frame the address is absolute already.
        let at = if size == 0 { mmu::real(cpu, first) } else { first + n * 4096 };
        cpu.bus().ram_page(at).ok_or(Fault::program(code::ADDRESSING))?;
        if function & CLEAR != 0 {
            if size == 0 {
                mmu::check_low_block(cpu, first)?;
            }
            cpu.phys_write_bytes(at, &[0; 4096]).map_err(|_| Fault::program(code::ADDRESSING))?;
            record(cpu, (at / 4096) as usize, STORED);
        }
        if function & SET_KEY != 0 {
            // MR and MC leave the reference and the change bit as they are.
            let keep = (function >> 8 & 4) | (function >> 8 & 2);
            set_storage_key(cpu, (at / 4096) as usize, function as u8, 0xfe & !(keep as u8));
        }
    }
    if size == 0 {
        return Ok(next);
    }
    let after = first.wrapping_add(blocks * 4096);
    set_general(cpu, r2, start & !mask | after & mask);
    let frame = 1u64 << if size == 1 { 20 } else { 31 };
    Ok(if after.is_multiple_of(frame) { next } else { here })
}

/// TEST BLOCK: clears the block.
pub(crate) fn test_block(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    mmu::check_low_block(cpu, address)?;
    let n = block(cpu, address)?;
    let done = cpu.phys_write_bytes(n as u64 * 4096, &[0; 4096]);
    done.map_err(|_| Fault::program(code::ADDRESSING))?;
    record(cpu, n, STORED);
    if storage::address_mask(cpu) == u64::MAX {
        set_general(cpu, 0, 0)
    } else {
        set_word(cpu, 0, 0)
    }
    set_cc(cpu, 0);
    Ok(0)
}
