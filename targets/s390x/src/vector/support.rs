//! Vector support instructions (PoP, "Vector Overview and Support Instructions") that are too big for micro-ops.

use super::{Args, Regs, build, get, lane, mask, set, signed};
use crate::storage;
use crate::trap::{Cpu, Out};

/// VECTOR STORE: all or nothing.
pub(crate) fn store(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let value = get(cpu, Regs::of(regs).v1);
    storage::write(cpu, address, &value.to_be_bytes())?;
    Ok(0)
}

/// VECTOR LOAD MULTIPLE: registers V1 to V3.
pub(crate) fn load_multiple(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let n = usize::from(r.v3 - r.v1) + 1;
    let mut bytes = [0; 256];
    storage::read(cpu, address, &mut bytes[..16 * n])?;
    for (i, cell) in bytes[..16 * n].chunks(16).enumerate() {
        let value = cell.iter().fold(0, |all, b| all << 8 | u128::from(*b));
        set(cpu, r.v1 + i as u8, value);
    }
    Ok(0)
}

/// VECTOR STORE MULTIPLE.
pub(crate) fn store_multiple(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let bytes: Vec<u8> = (r.v1..=r.v3).flat_map(|n| get(cpu, n).to_be_bytes()).collect();
    storage::write(cpu, address, &bytes)?;
    Ok(0)
}

/// Loads the leftmost `n` bytes, at most 16; the others become zero. Arguments: registers, address, number.
pub(crate) fn load_left(cpu: &mut Cpu, [regs, address, n, _]: Args) -> Out {
    let mut bytes = [0; 16];
    storage::read(cpu, address, &mut bytes[..n.min(16) as usize])?;
    set(cpu, Regs::of(regs).v1, u128::from_be_bytes(bytes));
    Ok(0)
}

/// Stores the leftmost `n` bytes, at most 16.
pub(crate) fn store_left(cpu: &mut Cpu, [regs, address, n, _]: Args) -> Out {
    let bytes = get(cpu, Regs::of(regs).v1).to_be_bytes();
    storage::write(cpu, address, &bytes[..n.min(16) as usize])?;
    Ok(0)
}

/// VECTOR GENERATE MASK: bits I (left byte) to (right byte), which may wrap around.
pub(crate) fn generate_mask<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (from, to) = (u32::from(r.i >> 8) % B, u32::from(r.i & 0xff) % B);
    let in_range = |bit: u32| if from <= to { (from..=to).contains(&bit) } else { bit >= from || bit <= to };
    let element = (0..B).fold(0, |all, bit| all << 1 | u128::from(in_range(bit)));
    set(cpu, r.v1, build::<B>(|_| element));
    Ok(0)
}

/// VECTOR MERGE HIGH.
pub(crate) fn merge_high<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    merge::<B>(cpu, regs, 0)
}

/// VECTOR MERGE LOW.
pub(crate) fn merge_low<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    merge::<B>(cpu, regs, 64 / B.min(64))
}

fn merge<const B: u32>(cpu: &mut Cpu, regs: u64, from: u32) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    set(cpu, r.v1, build::<B>(|i| lane::<B>(if i & 1 == 0 { a } else { b }, from + i / 2)));
    Ok(0)
}

/// How an element becomes one of half its size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saturate {
    No,
    Signed,
    Logical,
}

/// The elements of both operands, of `B` bits, in half their size; the code tells how many were too big.
fn pack<const B: u32>(cpu: &mut Cpu, regs: u64, how: Saturate) -> Out {
    let r = Regs::of(regs);
    let (a, b) = (get(cpu, r.v2), get(cpu, r.v3));
    let (n, half) = (128 / B, B / 2);
    let (mut result, mut changed) = (0, 0);
    for i in 0..2 * n {
        let element = if i < n { lane::<B>(a, i) } else { lane::<B>(b, i - n) };
        let limit = (1i128 << (half - 1)) - 1;
        let packed = match how {
            Saturate::No => element,
            Saturate::Signed => signed::<B>(element).clamp(-limit - 1, limit) as u128 & mask::<B>(),
            Saturate::Logical => element.min((1 << half) - 1),
        };
        changed += u32::from(packed != element);
        result = result << half | packed & ((1 << half) - 1);
    }
    set(cpu, r.v1, result);
    Ok(match changed {
        0 => 0,
        c if c == 2 * n => 3,
        _ => 1,
    })
}

/// VECTOR PACK.
pub(crate) fn pack_plain<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    pack::<B>(cpu, regs, Saturate::No)
}

/// VECTOR PACK SATURATE.
pub(crate) fn pack_signed<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    pack::<B>(cpu, regs, Saturate::Signed)
}

/// VECTOR PACK LOGICAL SATURATE.
pub(crate) fn pack_logical<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    pack::<B>(cpu, regs, Saturate::Logical)
}

/// Elements of `B` bits from one half of the operand, in twice their size: M bit 0 the right half, bit 1 without sign.
pub(crate) fn unpack<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let a = get(cpu, r.v2);
    let n = 64 / B.min(64);
    let from = if r.m & 1 != 0 { n } else { 0 };
    let size = 2 * B;
    let result = (0..n).fold(0, |all: u128, i| {
        let e = lane::<B>(a, from + i);
        let e = if r.m & 2 != 0 { e } else { signed::<B>(e) as u128 };
        all.checked_shl(size).unwrap_or(0) | e & (u128::MAX >> (128 - size.min(128)))
    });
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR PERMUTE.
pub(crate) fn permute(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, b, which) = (get(cpu, r.v2), get(cpu, r.v3), get(cpu, r.v4));
    let result = build::<8>(|i| {
        let n = lane::<8>(which, i) as u32 & 31;
        lane::<8>(if n < 16 { a } else { b }, n & 15)
    });
    set(cpu, r.v1, result);
    Ok(0)
}

/// VECTOR BIT PERMUTE.
pub(crate) fn bit_permute(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let (a, which) = (get(cpu, r.v2), get(cpu, r.v3));
    let bit = |i| {
        let n = lane::<8>(which, i) as u32;
        if n < 128 { a >> (127 - n) & 1 } else { 0 }
    };
    let result = (0..16).fold(0, |all, i| all << 1 | bit(i));
    set(cpu, r.v1, result << 64);
    Ok(0)
}

/// VECTOR REPLICATE: element I.
pub(crate) fn replicate<const B: u32>(cpu: &mut Cpu, [regs, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let element = lane::<B>(get(cpu, r.v3), u32::from(r.i) % (128 / B));
    set(cpu, r.v1, build::<B>(|_| element));
    Ok(0)
}

/// VECTOR LOAD VR ELEMENT FROM GR: value, index.
pub(crate) fn set_element<const B: u32>(cpu: &mut Cpu, [regs, value, index, _]: Args) -> Out {
    let r = Regs::of(regs);
    let (old, at) = (get(cpu, r.v1), index as u32 % (128 / B));
    set(cpu, r.v1, build::<B>(|i| if i == at { value.into() } else { lane::<B>(old, i) }));
    Ok(0)
}

/// VECTOR LOAD GR FROM VR ELEMENT: the element.
pub(crate) fn element<const B: u32>(cpu: &mut Cpu, [regs, index, ..]: Args) -> Out {
    let r = Regs::of(regs);
    Ok(lane::<B>(get(cpu, r.v3), index as u32 % (128 / B)) as u64)
}

/// VECTOR GATHER ELEMENT, VECTOR SCATTER ELEMENT: the address that element M of the index vector gives, with base and displacement in
/// the second argument.
pub(crate) fn indexed_address<const B: u32>(cpu: &mut Cpu, [regs, base, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let index = lane::<B>(get(cpu, r.v2), r.m.into()) as u64;
    Ok(base.wrapping_add(index) & storage::address_mask(cpu))
}

/// LOAD COUNT TO BLOCK BOUNDARY: how many bytes, at most 16.
pub(crate) fn to_boundary(address: u64, m: u8) -> u64 {
    let block = 64u64 << m;
    (block - address % block).min(16)
}

/// VECTOR LOAD TO BLOCK BOUNDARY.
pub(crate) fn load_to_boundary(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let n = to_boundary(address, Regs::of(regs).m);
    load_left(cpu, [regs, address, n, 0])
}

/// LOAD COUNT TO BLOCK BOUNDARY: address, mask.
pub(crate) fn count_to_boundary(_: &mut Cpu, [address, m, ..]: Args) -> Out {
    Ok(to_boundary(address, m as u8))
}

/// VECTOR LOAD WITH LENGTH: the highest index is in the third argument.
pub(crate) fn load_length(cpu: &mut Cpu, [regs, address, last, _]: Args) -> Out {
    load_left(cpu, [regs, address, last.min(15) + 1, 0])
}

/// VECTOR STORE WITH LENGTH.
pub(crate) fn store_length(cpu: &mut Cpu, [regs, address, last, _]: Args) -> Out {
    store_left(cpu, [regs, address, last.min(15) + 1, 0])
}

/// The elements of `B` bits in the opposite order (M 0), or the bytes of each (M 1).
fn reversed<const B: u32>(value: u128, m: u8) -> u128 {
    let bytes = |e: u128| e.swap_bytes() >> (128 - B);
    build::<B>(|i| if m == 0 { lane::<B>(value, 128 / B - 1 - i) } else { bytes(lane::<B>(value, i)) })
}

/// VECTOR LOAD ELEMENTS REVERSED, VECTOR LOAD BYTE REVERSED ELEMENTS.
pub(crate) fn load_reversed<const B: u32>(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let mut bytes = [0; 16];
    storage::read(cpu, address, &mut bytes)?;
    set(cpu, r.v1, reversed::<B>(u128::from_be_bytes(bytes), r.m));
    Ok(0)
}

/// VECTOR STORE ELEMENTS REVERSED, VECTOR STORE BYTE REVERSED ELEMENTS.
pub(crate) fn store_reversed<const B: u32>(cpu: &mut Cpu, [regs, address, ..]: Args) -> Out {
    let r = Regs::of(regs);
    let value = reversed::<B>(get(cpu, r.v1), r.m);
    storage::write(cpu, address, &value.to_be_bytes())?;
    Ok(0)
}
