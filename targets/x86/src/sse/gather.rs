//! The helpers of masked moves and gathers.

use uop::{Mem, Width};

use super::{get, vex};
use crate::seg;
use crate::state;
use crate::trap::{Cpu, Out};

fn element(cpu: &Cpu, n: u8, bytes: u64, at: u64) -> u64 {
    let byte = at * bytes;
    let word = cpu.reg(state::xmm(n, (byte / 8) as u8));
    word >> (8 * (byte % 8)) & bits::mask(8 * bytes as u32)
}

fn set_element(cpu: &mut Cpu, n: u8, bytes: u64, at: u64, value: u64) {
    let byte = at * bytes;
    let reg = state::xmm(n, (byte / 8) as u8);
    let shift = 8 * (byte % 8);
    let mask = bits::mask(8 * bytes as u32) << shift;
    let old = cpu.reg(reg);
    cpu.set_reg(reg, old & !mask | value << shift & mask);
}

fn chosen(cpu: &Cpu, mask: u8, bytes: u64, at: u64) -> bool {
    element(cpu, mask, bytes, at) >> (8 * bytes - 1) != 0
}

fn mem(bytes: u64) -> Mem {
    Mem::le(if bytes == 8 { Width::W64 } else { Width::W32 })
}

/// VMASKMOV: mask and data registers, bytes of an element (from bit 10), of all (16), store (24); the address.
pub(crate) fn masked(cpu: &mut Cpu, [what, at, ..]: [u64; 4]) -> Out {
    let (mask, data) = ((what & 31) as u8, (what >> 5 & 31) as u8);
    let (bytes, all, store) = (what >> 10 & 15, what >> 16 & 0xff, what >> 24 != 0);
    let n = all / bytes;
    let places: Vec<u64> = (0..n).filter(|i| chosen(cpu, mask, bytes, *i)).collect();
    if store {
        // All of them must be storable before the first is.
        let space = crate::mmu::current_space(cpu);
        for i in &places {
            cpu.translate_store(at.wrapping_add(i * bytes), 1, space)?;
        }
        for i in places {
            let value = element(cpu, data, bytes, i);
            cpu.store(at.wrapping_add(i * bytes), value, mem(bytes))?;
        }
        return Ok(0);
    }
    let mut values = Vec::new();
    for i in places {
        values.push((i, cpu.load(at.wrapping_add(i * bytes), mem(bytes))?));
    }
    vex::set(cpu, data, [0; 2]);
    for (i, value) in values {
        set_element(cpu, data, bytes, i, value);
    }
    Ok(0)
}

/// Gathers: destination, mask and index registers, bytes of an element (from bit 16) and of an index (20), their number (24), scale (32),
/// segment (40), 32-bit addresses (44); the base. Elements done lose their mask, so that the instruction goes on after a fault.
pub(crate) fn gather(cpu: &mut Cpu, [what, base, ..]: [u64; 4]) -> Out {
    let (to, mask, vector) = ((what & 31) as u8, (what >> 5 & 31) as u8, (what >> 10 & 31) as u8);
    let (bytes, index, n) = (what >> 16 & 15, what >> 20 & 15, what >> 24 & 15);
    let (scale, segment) = (what >> 32 & 15, (what >> 40 & 7) as usize);
    for i in 0..n {
        if !chosen(cpu, mask, bytes, i) {
            continue;
        }
        let v = element(cpu, vector, index, i);
        let v = if index == 4 { v as i32 as u64 } else { v };
        let offset = base.wrapping_add(v.wrapping_mul(scale));
        let offset = if what >> 44 & 1 != 0 { offset & 0xffff_ffff } else { offset };
        let at = seg::linear(cpu, segment, offset, bytes as u32, false)?;
        let value = cpu.load(at, mem(bytes))?;
        set_element(cpu, to, bytes, i, value);
        set_element(cpu, mask, bytes, i, 0);
    }
    vex::set(cpu, mask, [0; 2]);
    for p in (n * bytes / 8).min(4)..4 {
        cpu.set_reg(state::xmm(to, p as u8), 0);
    }
    if n * bytes == 4 {
        let low = cpu.reg(state::xmm(to, 0));
        cpu.set_reg(state::xmm(to, 0), low & 0xffff_ffff);
    }
    Ok(0)
}

/// MASKMOVDQU: data and mask registers; the address. Bytes whose mask has the top bit are stored.
pub(crate) fn mask_bytes(cpu: &mut Cpu, [what, at, ..]: [u64; 4]) -> Out {
    let (data, mask) = (get(cpu, (what & 15) as u8), get(cpu, (what >> 4 & 15) as u8));
    store_bytes(cpu, data, mask, at)
}

/// Stores the bytes of `data` where `mask` has the top bit of the byte.
pub(crate) fn store_bytes(cpu: &mut Cpu, data: u128, mask: u128, at: u64) -> Out {
    let space = crate::mmu::current_space(cpu);
    let chosen = |n: &u32| mask >> (8 * n + 7) & 1 != 0;
    for n in (0..16).filter(chosen) {
        cpu.translate_store(at.wrapping_add(n.into()), 1, space)?;
    }
    for n in (0..16).filter(chosen) {
        cpu.store(at.wrapping_add(n.into()), (data >> (8 * n)) as u64 & 0xff, Mem::le(Width::W8))?;
    }
    Ok(0)
}
