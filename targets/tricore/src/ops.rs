//! Helpers of integer instructions.
//!
//! TriCore Architecture Manual, volume 2, "Instruction Set", whose names the functions have.

use bits::Endian;
use cpu::Ctx;
use uop::{Mem, Width};

use crate::Tricore;
use crate::dsp::{self, Mac, Out, Packed};
use crate::state;
use crate::trap::Trap;

type Result64 = Result<u64, Trap>;

/// Sets V and AV as they are, and the sticky ones.
pub(crate) fn set_flags(ctx: &mut Ctx<Tricore>, out: Out) -> Result64 {
    let now = u64::from(out.v) << state::V_BIT | u64::from(out.av) << state::AV_BIT;
    ctx.set_reg(state::OVERFLOW, now);
    ctx.set_reg(state::STICKY, ctx.reg(state::STICKY) | now);
    Ok(out.value)
}

/// Instructions are fetched anew.
pub(crate) fn isync(ctx: &mut Ctx<Tricore>, _: [u64; 4]) -> Result64 {
    ctx.sync_code();
    Ok(0)
}

/// Replaces the bits under a mask by one atomic access; what was there.
pub(crate) fn ldmst(ctx: &mut Ctx<Tricore>, [address, value, mask, _]: [u64; 4]) -> Result64 {
    let mem = Mem::le(Width::W32);
    if address & 3 != 0 {
        return Err(Trap::data(crate::trap::tin::ALN, address as u32));
    }
    let phys = ctx.translate_store(address, 4, 0)?;
    loop {
        let old = ctx.load(address, mem)?;
        let new = old & !mask | value & mask;
        match ctx.phys_compare_exchange(phys, old, new, Width::W32, Endian::Little) {
            Ok(true) => return Ok(old),
            Ok(false) => {}
            // A device: read and write are two accesses.
            Err(_) => {
                ctx.store(address, new, mem)?;
                return Ok(old);
            }
        }
    }
}

/// A count of 6 bits, signed.
fn count(b: u64) -> i32 {
    bits::sign_extend(b & 0x3f, 6) as i32
}

/// Arithmetic shift with C: what has gone, and the exact result.
fn arithmetic(a: u64, b: u64) -> (i64, bool) {
    let (a, n) = (i64::from(a as u32 as i32), count(b));
    if n >= 0 {
        let lost = n > 0 && (a as u32) >> (32 - n) != 0;
        (a << n, lost)
    } else {
        let kept = if n == -32 { 0 } else { a >> -n };
        // A shift by 32 leaves nothing of the number, not even its sign.
        (if n == -32 { a >> 63 } else { kept }, a & ((1i64 << -n) - 1) & 0xffff_ffff != 0)
    }
}

pub(crate) fn sha(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (r, lost) = arithmetic(a, b);
    ctx.set_reg(state::C, lost.into());
    set_flags(ctx, dsp::word(r.into(), false))
}

pub(crate) fn shas(ctx: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let (r, _) = arithmetic(a, b);
    set_flags(ctx, dsp::word(r.into(), true))
}

/// A count of 5 bits, signed, for each half.
fn count_h(b: u64) -> i32 {
    bits::sign_extend(b & 0x1f, 5) as i32
}

fn each_half(a: u64, f: impl Fn(u16) -> u16) -> u64 {
    u64::from(f(a as u16)) | u64::from(f((a >> 16) as u16)) << 16
}

pub(crate) fn sh_h(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let n = count_h(b);
    Ok(each_half(a, |h| {
        let h = u32::from(h);
        (if n >= 0 { h << n } else { h >> -n }) as u16
    }))
}

pub(crate) fn sha_h(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    let n = count_h(b);
    Ok(each_half(a, |h| {
        let h = i32::from(h as i16);
        (if n >= 0 { h << n } else { h >> -n }) as u16
    }))
}

/// Bytes in the order that the selector gives, their bits mirrored if its bit 8 is set.
pub(crate) fn shuffle(_: &mut Ctx<Tricore>, [a, selector, ..]: [u64; 4]) -> Result64 {
    let bytes = (a as u32).to_le_bytes();
    let pick = |n: u64| {
        let byte = bytes[(selector >> (2 * n) & 3) as usize];
        u64::from(if selector >> 8 & 1 != 0 { byte.reverse_bits() } else { byte }) << (8 * n)
    };
    Ok((0..4).map(pick).sum())
}

fn packed_out(a: u64, b: u64, op: u64) -> Out {
    dsp::packed(Packed::ALL[op as usize % Packed::ALL.len()], a as u32, b as u32)
}

pub(crate) fn packed(_: &mut Ctx<Tricore>, [a, b, op, _]: [u64; 4]) -> Result64 {
    Ok(packed_out(a, b, op).value)
}

pub(crate) fn packed_flags(ctx: &mut Ctx<Tricore>, [a, b, op, _]: [u64; 4]) -> Result64 {
    set_flags(ctx, packed_out(a, b, op))
}

pub(crate) fn mac(ctx: &mut Ctx<Tricore>, [acc, a, b, how]: [u64; 4]) -> Result64 {
    set_flags(ctx, dsp::mac(Mac::unpack(how), acc, a as u32, b as u32))
}

/// Finds an extreme among pairs of halves: the pair holds the index so far (low half of the low word), the extreme (low half of the
/// high word). New: values at index and index + 1; the index advances by 2 in the upper half of the low word.
fn extreme(pair: u64, values: u64, better: fn(i32, i32) -> bool, signed: bool) -> u64 {
    let half = |x: u64| if signed { i32::from(x as i16) } else { i32::from(x as u16) };
    let index = pair & 0xffff;
    let (low, high, best) = (half(values), half(values >> 16), half(pair >> 32));
    let (at, value) = if better(low, high) || low == high { (index, low) } else { (index + 1, high) };
    let (at, value) = if better(value, best) { (at & 0xffff, value) } else { (pair >> 16 & 0xffff, best) };
    (u64::from(value as u16)) << 32 | at << 16 | (index + 2) & 0xffff
}

pub(crate) fn ixmin(_: &mut Ctx<Tricore>, [pair, values, ..]: [u64; 4]) -> Result64 {
    Ok(extreme(pair, values, |x, y| x < y, true))
}

pub(crate) fn ixmin_u(_: &mut Ctx<Tricore>, [pair, values, ..]: [u64; 4]) -> Result64 {
    Ok(extreme(pair, values, |x, y| x < y, false))
}

pub(crate) fn ixmax(_: &mut Ctx<Tricore>, [pair, values, ..]: [u64; 4]) -> Result64 {
    Ok(extreme(pair, values, |x, y| x > y, true))
}

pub(crate) fn ixmax_u(_: &mut Ctx<Tricore>, [pair, values, ..]: [u64; 4]) -> Result64 {
    Ok(extreme(pair, values, |x, y| x > y, false))
}

/// Bits of two halves interleaved: those of the first are the odd ones.
pub(crate) fn bmerge(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    Ok((0..16).map(|n| (a >> n & 1) << (2 * n + 1) | (b >> n & 1) << (2 * n)).sum())
}

/// The even bits in the low word, the odd ones in the high word.
pub(crate) fn bsplit(_: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    Ok((0..16).map(|n| (a >> (2 * n) & 1) << n | (a >> (2 * n + 1) & 1) << (32 + n)).sum())
}

/// The parts of a number of single precision: fraction in Q31 format below, exponent above; the sign goes with neither.
pub(crate) fn unpack(_: &mut Ctx<Tricore>, [a, ..]: [u64; 4]) -> Result64 {
    let (exponent, fraction) = ((a >> 23 & 0xff) as i64, a & 0x7f_ffff);
    let (exponent, mantissa) = match (exponent, fraction) {
        (255, _) => (255, fraction << 7),
        (0, 0) => (-127, 0),
        (0, _) => (-126, fraction << 7),
        (e, _) => (e - 127, 1 << 30 | fraction << 7),
    };
    Ok((exponent as u32 as u64) << 32 | mantissa)
}

/// A number of single precision from an exponent and a mantissa of 32 bits, with the sign of the other operand; PSW.C is one more bit that the
/// rounding looks at ("PACK").
pub(crate) fn pack(_: &mut Ctx<Tricore>, [pair, sign, sticky, _]: [u64; 4]) -> Result64 {
    let (exponent, mantissa) = ((pair >> 32) as u32 as i32, pair & 0xffff_ffff);
    let normal = mantissa >> 31 != 0;
    let fraction = mantissa >> 8 & 0x7f_ffff;
    let magnitude = match exponent {
        255 if !normal => 255 << 23 | fraction,
        e if normal && e >= 127 => 255 << 23,
        e if normal && e <= -128 => 0,
        e => {
            let biased = if normal { (e + 128) as u64 & 0xff } else { 0 };
            let up = mantissa >> 7 & 1 != 0 && (mantissa >> 8 & 1 != 0 || mantissa & 0x7f != 0 || sticky != 0);
            (biased << 23 | fraction) + u64::from(up)
        }
    };
    Ok(sign & 1 << 31 | magnitude)
}

/// CRC-32 of Ethernet over bytes, lowest bit first ("CRC32.B").
fn crc32(seed: u32, bytes: &[u8]) -> u64 {
    let mut crc = !seed;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 != 0 { 0xedb8_8320 } else { 0 };
        }
    }
    u64::from(!crc)
}

pub(crate) fn crc32_b(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    Ok(crc32(b as u32, &[a as u8]))
}

pub(crate) fn crc32b_w(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    Ok(crc32(b as u32, &(a as u32).to_be_bytes()))
}

pub(crate) fn crc32l_w(_: &mut Ctx<Tricore>, [a, b, ..]: [u64; 4]) -> Result64 {
    Ok(crc32(b as u32, &(a as u32).to_le_bytes()))
}

/// A CRC of the width, polynomial and bit order that D\[a\] describes: N-1 in bits 15 to 12, M-1 in bits 2 to 0, INV in bit 9, LITTLE_E in bit 8,
/// GEN from bit 16 on ("CRCN").
fn crc_n(seed: u32, parameters: u32, data: u32) -> u32 {
    let field = |lo: u32, len: u32| parameters >> lo & ((1 << len) - 1);
    let crc_width = field(12, 4) + 1;
    let data_width = field(0, 3) + 1;
    let inverted = field(9, 1) != 0;
    let little = field(8, 1) != 0;
    let mask = (1u32 << crc_width) - 1;
    let polynomial = parameters >> 16 & mask;
    let mut crc = (if inverted { !seed } else { seed }) & mask;
    for n in 0..data_width {
        let bit = if little { data >> n } else { data >> (data_width - 1 - n) } & 1;
        let top = crc >> (crc_width - 1) & 1;
        crc = crc << 1 & mask ^ if top ^ bit != 0 { polynomial } else { 0 };
    }
    (if inverted { !crc } else { crc }) & mask
}

pub(crate) fn crcn(_: &mut Ctx<Tricore>, [d, a, b, _]: [u64; 4]) -> Result64 {
    Ok(crc_n(d as u32, a as u32, b as u32).into())
}

#[cfg(test)]
mod tests {
    use super::crc_n;

    /// Catalogue of parametrised CRCs: what "123456789" gives.
    #[test]
    fn user_defined_crcs_are_those_of_the_catalogue() {
        let of = |parameters: u32| b"123456789".iter().fold(0, |crc, byte| crc_n(crc, parameters, u32::from(*byte)));
        // CRC-16/XMODEM, CRC-8/SMBUS; CRC-16/GENIBUS begins with all ones and is inverted at the end, byte by byte.
        assert_eq!(of(0x1021 << 16 | 15 << 12 | 7), 0x31c3);
        assert_eq!(of(0x07 << 16 | 7 << 12 | 7), 0xf4);
        assert_eq!(of(0x1021 << 16 | 15 << 12 | 1 << 9 | 7), 0xd64e);
    }

    #[test]
    fn user_defined_crcs_of_fewer_bits() {
        // CRC-3/GSM, which is inverted at the end alone. LITTLE_E turns the bytes, so that turned ones give the same.
        let turned = |byte: u8| u32::from(byte.reverse_bits());
        let of = |parameters: u32, data: &dyn Fn(u8) -> u32| {
            b"123456789".iter().fold(0, |crc, byte| crc_n(crc, parameters, data(*byte)))
        };
        let parameters = 3 << 16 | 2 << 12 | 7;
        assert_eq!(of(parameters, &|byte: u8| byte.into()) ^ 7, 4);
        assert_eq!(of(parameters | 1 << 8, &turned) ^ 7, 4);
    }
}
