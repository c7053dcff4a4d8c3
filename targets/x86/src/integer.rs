//! Integer instructions that are too big for micro-ops.

use crate::flags;
use crate::state::{self, bit};
use crate::trap::{Cpu, Fault, Out, vector};

const DE: Fault = Fault::plain(vector::DE);

/// Puts quotient and remainder where DIV of that size has them.
fn put(cpu: &mut Cpu, size: u64, quotient: u64, remainder: u64) {
    let (rax, rdx) = (cpu.reg(state::RAX), cpu.reg(state::RDX));
    match size {
        0 => cpu.set_reg(state::RAX, rax & !0xffff | (remainder & 0xff) << 8 | quotient & 0xff),
        1 => {
            cpu.set_reg(state::RAX, rax & !0xffff | quotient & 0xffff);
            cpu.set_reg(state::RDX, rdx & !0xffff | remainder & 0xffff);
        }
        2 => {
            cpu.set_reg(state::RAX, quotient & 0xffff_ffff);
            cpu.set_reg(state::RDX, remainder & 0xffff_ffff);
        }
        _ => {
            cpu.set_reg(state::RAX, quotient);
            cpu.set_reg(state::RDX, remainder);
        }
    }
}

/// The dividend, and the number of bits of a quotient.
fn dividend(cpu: &Cpu, size: u64) -> (u128, u32) {
    let (a, d) = (cpu.reg(state::RAX), cpu.reg(state::RDX));
    match size {
        0 => (u128::from(a & 0xffff), 8),
        1 => (u128::from((d & 0xffff) << 16 | a & 0xffff), 16),
        2 => (u128::from(d << 32 | a & 0xffff_ffff), 32),
        _ => (u128::from(d) << 64 | u128::from(a), 64),
    }
}

/// DIV: divisor, size.
pub(crate) fn div(cpu: &mut Cpu, [by, size, ..]: [u64; 4]) -> Out {
    let (n, bits) = dividend(cpu, size);
    let q = n.checked_div(by.into()).ok_or(DE)?;
    if q >> bits != 0 {
        return Err(DE);
    }
    put(cpu, size, q as u64, (n % u128::from(by)) as u64);
    Ok(0)
}

/// IDIV: divisor, size.
pub(crate) fn idiv(cpu: &mut Cpu, [by, size, ..]: [u64; 4]) -> Out {
    let (n, bits) = dividend(cpu, size);
    let n = (n as i128) << (128 - 2 * bits) >> (128 - 2 * bits);
    let by = i128::from((by as i64) << (64 - bits) >> (64 - bits));
    let q = n.checked_div(by).ok_or(DE)?;
    if q < -(1 << (bits - 1)) || q >= 1 << (bits - 1) {
        return Err(DE);
    }
    put(cpu, size, q as u64, (n % by) as u64);
    Ok(0)
}

/// RCL and RCR: the value and carry, rotated; count and direction as [`rotate_carry`] has them.
fn rotated(value: u64, count: u64, flags: u64, how: u64) -> (u64, u64) {
    let bits = 8u32 << (how & 3);
    let n = (count % (u64::from(bits) + 1)) as u32;
    let all = u128::from(value) | u128::from(flags & 1) << bits;
    let size = bits + 1;
    let left = if how >> 8 != 0 { n } else { (size - n) % size };
    let turned = (all << left | all >> (size - left)) & ((1u128 << size) - 1);
    let turned = if left == 0 { all } else { turned };
    (turned as u64 & bits::mask(bits), (turned >> bits) as u64 & 1)
}

/// RCL and RCR: value, count, flags, size and (bit 8) left.
pub(crate) fn rotate_carry(_: &mut Cpu, [value, count, flags, how]: [u64; 4]) -> Out {
    Ok(rotated(value, count, flags, how).0)
}

/// The flags of the same.
pub(crate) fn rotate_carry_flags(_: &mut Cpu, [value, count, flags, how]: [u64; 4]) -> Out {
    let bits = 8u64 << (how & 3);
    if count % (bits + 1) == 0 && (bits < 32 || count == 0) {
        // QEMU sets nothing when the remainder is 0.
        return Ok(flags);
    }
    let (result, carry) = rotated(value, count, flags, how);
    let overflow = (result ^ value) >> (bits - 1) & 1;
    Ok(flags & !(bit::CF | bit::OF) | carry | overflow << 11)
}

/// SHLD and SHRD: operands, count, size and (bit 8) left.
pub(crate) fn double_shift(_: &mut Cpu, [a, b, count, how]: [u64; 4]) -> Out {
    let bits = 8u32 << (how & 3);
    let n = count as u32;
    let (a, b) = (u128::from(a), u128::from(b));
    // With 16 bits, what follows the second operand is the first.
    let value = if how >> 8 != 0 {
        let all = if bits == 16 { a << 32 | b << 16 | a } else { a << bits | b };
        let top = if bits == 16 { 48 } else { 2 * bits };
        all << n >> (top - bits)
    } else if bits == 16 {
        (a << 32 | b << 16 | a) >> n
    } else {
        (b << bits | a) >> n
    };
    Ok(value as u64 & bits::mask(bits))
}

/// CRC32: so far, value, bits of it. The polynomial is 0x11edc6f41, bits reflected.
pub(crate) fn crc32(_: &mut Cpu, [crc, value, bits, _]: [u64; 4]) -> Out {
    let all = u128::from(crc as u32) ^ u128::from(value);
    Ok((0..bits).fold(all, |v, _| v >> 1 ^ if v & 1 != 0 { 0x82f6_3b78 } else { 0 }) as u64)
}

/// PDEP: source, mask.
pub(crate) fn pdep(_: &mut Cpu, [source, mut mask, ..]: [u64; 4]) -> Out {
    let (mut result, mut n) = (0, 0);
    while mask != 0 {
        let bit = mask & mask.wrapping_neg();
        if source >> n & 1 != 0 {
            result |= bit;
        }
        mask &= mask - 1;
        n += 1;
    }
    Ok(result)
}

/// PEXT: source, mask.
pub(crate) fn pext(_: &mut Cpu, [source, mut mask, ..]: [u64; 4]) -> Out {
    let (mut result, mut n) = (0, 0);
    while mask != 0 {
        let at = mask.trailing_zeros();
        result |= (source >> at & 1) << n;
        mask &= mask - 1;
        n += 1;
    }
    Ok(result)
}

/// Decimal adjustments: which (DAA, DAS, AAA, AAS, AAM, AAD), base, flags; the flags afterwards.
pub(crate) fn decimal(cpu: &mut Cpu, [which, base, before, _]: [u64; 4]) -> Out {
    let rax = cpu.reg(state::RAX);
    let (al, ah) = (rax & 0xff, rax >> 8 & 0xff);
    let (cf, af) = (before & bit::CF, before & bit::AF != 0);
    let low_up = al & 15 > 9 || af;
    let (al, ah, carry) = match which {
        0 | 1 => {
            let (mut n, mut c) = (al, 0);
            let high_up = al > 0x99 || cf != 0;
            if low_up {
                c |= bit::AF;
                if which == 1 && (al < 6 || cf != 0) {
                    c |= bit::CF;
                }
                n = if which == 0 { n + 6 } else { n.wrapping_sub(6) };
            }
            if high_up {
                n = if which == 0 { n + 0x60 } else { n.wrapping_sub(0x60) };
                c |= bit::CF;
            }
            (n & 0xff, ah, c)
        }
        2 | 3 => {
            let (mut n, mut h) = (al, ah);
            if low_up {
                if which == 2 {
                    h += 1 + u64::from(al > 0xf9);
                    n += 6;
                } else {
                    h = h.wrapping_sub(1 + u64::from(al < 6));
                    n = n.wrapping_sub(6);
                }
            }
            (n & 15, h & 0xff, if low_up { bit::AF | bit::CF } else { 0 })
        }
        4 => (al.checked_rem(base).ok_or(DE)?, al / base, 0),
        _ => (ah.wrapping_mul(base).wrapping_add(al) & 0xff, 0, 0),
    };
    cpu.set_reg(state::RAX, rax & !0xffff | ah << 8 | al);
    let sized = flags::value(flags::kind(flags::Op::Logic, 0).into(), al, 0, 0);
    Ok(match which {
        // QEMU leaves the other flags of AAA and AAS alone.
        2 | 3 => before & !(bit::AF | bit::CF) | carry,
        _ => sized | carry,
    })
}

/// CMPXCHG8B: linear address; whether it was equal.
pub(crate) fn cmpxchg8b(cpu: &mut Cpu, [at, ..]: [u64; 4]) -> Out {
    let low = |cpu: &Cpu, r| cpu.reg(r) & 0xffff_ffff;
    let expected = low(cpu, state::RDX) << 32 | low(cpu, state::RAX);
    let new = low(cpu, state::RCX) << 32 | low(cpu, state::RBX);
    exchange(cpu, at, expected, new)
}

/// CMPXCHG16B: linear address; whether it was equal.
pub(crate) fn cmpxchg16b(cpu: &mut Cpu, [at, ..]: [u64; 4]) -> Out {
    if at & 15 != 0 {
        return Err(Fault::GP0);
    }
    let pair = |cpu: &Cpu, high, low| u128::from(cpu.reg(high)) << 64 | u128::from(cpu.reg(low));
    let (expected, new) = (pair(cpu, state::RDX, state::RAX), pair(cpu, state::RCX, state::RBX));
    let mem = uop::Mem::le(uop::Width::W64);
    // What can't be read or written is told of before anything happens.
    let seen = u128::from(cpu.load(at, mem)?) | u128::from(cpu.load(at + 8, mem)?) << 64;
    let phys = cpu.translate_store(at, 16, crate::mmu::current_space(cpu))?;
    // That function's numbers are big-endian.
    let swapped = cpu.phys_compare_exchange_pair(phys, expected.swap_bytes(), new.swap_bytes());
    let old = match swapped {
        Ok(old) => old.swap_bytes(),
        Err(_) => {
            // A device has no such access: two, as for any other that is too wide.
            let value = if seen == expected { new } else { seen };
            cpu.store(at, value as u64, mem)?;
            cpu.store(at + 8, (value >> 64) as u64, mem)?;
            seen
        }
    };
    if old != expected {
        cpu.set_reg(state::RAX, old as u64);
        cpu.set_reg(state::RDX, (old >> 64) as u64);
    }
    Ok((old == expected).into())
}

/// CMPXCHG8B: the whole of it once the operands are there.
fn exchange(cpu: &mut Cpu, at: u64, expected: u64, new: u64) -> Out {
    let mem = uop::Mem::le(uop::Width::W64);
    loop {
        let old = cpu.load(at, mem)?;
        let equal = old == expected;
        let value = if equal { new } else { old };
        let phys = cpu.translate_store(at, 8.min(0x1000 - (at & 0xfff)), crate::mmu::current_space(cpu))?;
        let aligned = at & 7 == 0;
        let done = aligned.then(|| cpu.phys_compare_exchange(phys, old, value, uop::Width::W64, bits::Endian::Little));
        match done {
            Some(Ok(true)) => {}
            // Another CPU was quicker.
            Some(Ok(false)) => continue,
            // Not RAM, or in two pieces.
            _ => cpu.store(at, value, mem)?,
        }
        if !equal {
            cpu.set_reg(state::RAX, old & 0xffff_ffff);
            cpu.set_reg(state::RDX, old >> 32);
        }
        return Ok(equal.into());
    }
}
