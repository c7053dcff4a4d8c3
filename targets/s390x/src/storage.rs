//! Storage-to-storage instructions with lengths up to 256 (PoP, "General Instructions").
//!
//! A helper looks at all pages it stores to before it stores, since one that raises has changed nothing.

use cpu::Access;
use uop::{Mem, Width};

use crate::format::RSY;
use crate::mmu;
use crate::mode;
use crate::per;
use crate::state;
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];
/// Length of a page.
pub(crate) const PAGE: u64 = 4096;

/// The mask of addresses.
pub(crate) fn address_mask(cpu: &Cpu) -> u64 {
    bits::mask(mode::address_bits(mmu::mode(cpu)))
}

/// The space of an instruction's only storage operand, or of its first.
pub(crate) fn first(cpu: &Cpu) -> u8 {
    mmu::space(mmu::mode(cpu), Access::Read)
}

/// The space of its only storage operand, or of its second.
pub(crate) fn second(cpu: &Cpu) -> u8 {
    match first(cpu) {
        mmu::FIRST => mmu::SECOND,
        space => space,
    }
}

/// Reads bytes of a space.
pub(crate) fn read_in(cpu: &mut Cpu, address: u64, bytes: &mut [u8], space: u8) -> Result<(), Fault> {
    let mask = address_mask(cpu);
    let mut at = 0;
    while at < bytes.len() {
        let from = address.wrapping_add(at as u64) & mask;
        let left = bytes.len() - at;
        let (width, n) = match left {
            8.. if from % PAGE <= PAGE - 8 => (Width::W64, 8),
            4.. if from % PAGE <= PAGE - 4 => (Width::W32, 4),
            _ => (Width::W8, 1),
        };
        let value = cpu.load(from, Mem::be(width).in_space(space))?;
        bytes[at..at + n].copy_from_slice(&value.to_be_bytes()[8 - n..]);
        at += n;
    }
    Ok(())
}

/// Reads bytes of the only or the second operand.
pub(crate) fn read(cpu: &mut Cpu, address: u64, bytes: &mut [u8]) -> Result<(), Fault> {
    let space = second(cpu);
    read_in(cpu, address, bytes, space)
}

/// Reads bytes of the first operand.
pub(crate) fn read_first(cpu: &mut Cpu, address: u64, bytes: &mut [u8]) -> Result<(), Fault> {
    let space = first(cpu);
    read_in(cpu, address, bytes, space)
}

/// The parts of a range, by pages: address, offset, length.
fn parts(address: u64, len: usize, mask: u64) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= len {
            return None;
        }
        let from = address.wrapping_add(at as u64) & mask;
        let n = ((PAGE - from % PAGE) as usize).min(len - at);
        at += n;
        Some((from, at - n, n))
    })
}

/// Looks whether bytes of a space can be stored.
pub(crate) fn check_in(cpu: &mut Cpu, address: u64, len: usize, space: u8) -> Result<(), Fault> {
    let mask = address_mask(cpu);
    for (from, _, n) in parts(address, len, mask) {
        let phys = cpu.translate_store(from, n as u64, space)?;
        if n > 1 && from < 0x1200 {
            cpu.translate(from + n as u64 - 1, Access::Write, space)?;
        }
        if cpu.bus().ram_page(phys).is_none_or(|page| !page.writable) {
            return Err(Fault::program(code::ADDRESSING));
        }
    }
    Ok(())
}

/// The same, of the only or the first operand.
pub(crate) fn check(cpu: &mut Cpu, address: u64, len: usize) -> Result<(), Fault> {
    let space = first(cpu);
    check_in(cpu, address, len, space)
}

/// Stores bytes in a space, all or none.
pub(crate) fn write_in(cpu: &mut Cpu, address: u64, bytes: &[u8], space: u8) -> Result<(), Fault> {
    check_in(cpu, address, bytes.len(), space)?;
    let mask = address_mask(cpu);
    for (from, at, n) in parts(address, bytes.len(), mask) {
        let phys = cpu.translate(from, Access::Write, space)?;
        cpu.phys_write_bytes(phys, &bytes[at..at + n]).map_err(|_| Fault::program(code::ADDRESSING))?;
        per::stored(cpu, from, n as u64, space);
    }
    Ok(())
}

/// Stores bytes of the only or the first operand, all or none.
pub(crate) fn write(cpu: &mut Cpu, address: u64, bytes: &[u8]) -> Result<(), Fault> {
    let space = first(cpu);
    write_in(cpu, address, bytes, space)
}

/// Both operands of an instruction that works byte by byte from left to right: a byte of the second that lies in what has been stored
/// already is taken from there. `op` makes a byte of the first and the second operand's.
fn bytewise(cpu: &mut Cpu, [len, to, from, _]: Args, op: impl Fn(u8, u8) -> u8) -> Result<bool, Fault> {
    let n = len as usize;
    let (mut first, mut second) = ([0; 256], [0; 256]);
    read(cpu, from, &mut second[..n])?;
    read_first(cpu, to, &mut first[..n])?;
    let distance = (to.wrapping_sub(from) & address_mask(cpu)) as usize;
    let mut any = 0;
    for i in 0..n {
        let byte = if distance > 0 && distance <= i { first[i - distance] } else { second[i] };
        first[i] = op(first[i], byte);
        any |= first[i];
    }
    write(cpu, to, &first[..n])?;
    Ok(any != 0)
}

/// MOVE: length, first address, second address.
pub(crate) fn mvc(cpu: &mut Cpu, [len, to, from, _]: Args) -> Out {
    let n = len as usize;
    let mut bytes = [0; 256];
    read(cpu, from, &mut bytes[..n])?;
    let distance = (to.wrapping_sub(from) & address_mask(cpu)) as usize;
    if distance > 0 && distance < n {
        for i in distance..n {
            bytes[i] = bytes[i - distance];
        }
    }
    write(cpu, to, &bytes[..n])?;
    Ok(0)
}

/// MOVE INVERSE: the second operand is read from right to left.
pub(crate) fn mvcin(cpu: &mut Cpu, [len, to, from, _]: Args) -> Out {
    let n = len as usize;
    let mut bytes = [0; 256];
    read(cpu, from.wrapping_sub(len - 1), &mut bytes[..n])?;
    bytes[..n].reverse();
    write(cpu, to, &bytes[..n])?;
    Ok(0)
}

/// MOVE RIGHT TO LEFT: first address, second address. Register 0 has the length less one in its last byte; a byte of the second operand
/// that lies in what has been stored already is taken from there.
pub(crate) fn mvcrl(cpu: &mut Cpu, [to, from, ..]: Args) -> Out {
    let n = cpu.reg(state::r(0)) as usize % 256 + 1;
    let mut bytes = [0; 256];
    read(cpu, from, &mut bytes[..n])?;
    let distance = (from.wrapping_sub(to) & address_mask(cpu)) as usize;
    if distance > 0 && distance < n {
        for i in (0..n - distance).rev() {
            bytes[i] = bytes[i + distance];
        }
    }
    write(cpu, to, &bytes[..n])?;
    Ok(0)
}

/// AND.
pub(crate) fn nc(cpu: &mut Cpu, args: Args) -> Out {
    let any = bytewise(cpu, args, |a, b| a & b)?;
    set_cc(cpu, any.into());
    Ok(0)
}

/// OR.
pub(crate) fn oc(cpu: &mut Cpu, args: Args) -> Out {
    let any = bytewise(cpu, args, |a, b| a | b)?;
    set_cc(cpu, any.into());
    Ok(0)
}

/// EXCLUSIVE OR.
pub(crate) fn xc(cpu: &mut Cpu, args: Args) -> Out {
    let any = bytewise(cpu, args, |a, b| a ^ b)?;
    set_cc(cpu, any.into());
    Ok(0)
}

/// MOVE NUMERICS.
pub(crate) fn mvn(cpu: &mut Cpu, args: Args) -> Out {
    bytewise(cpu, args, |a, b| a & 0xf0 | b & 0x0f).map(|_| 0)
}

/// MOVE ZONES.
pub(crate) fn mvz(cpu: &mut Cpu, args: Args) -> Out {
    bytewise(cpu, args, |a, b| a & 0x0f | b & 0xf0).map(|_| 0)
}

/// The condition code of a comparison.
pub(crate) fn order<T: Ord + ?Sized>(a: &T, b: &T) -> u64 {
    match a.cmp(b) {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => 1,
        std::cmp::Ordering::Greater => 2,
    }
}

/// COMPARE LOGICAL.
pub(crate) fn clc(cpu: &mut Cpu, [len, a, b, _]: Args) -> Out {
    let n = len as usize;
    let (mut first, mut second) = ([0; 256], [0; 256]);
    read_first(cpu, a, &mut first[..n])?;
    read(cpu, b, &mut second[..n])?;
    set_cc(cpu, order(&first[..n], &second[..n]));
    Ok(0)
}

/// TRANSLATE: from left to right, so that a table that overlaps the operand is read as it has become.
pub(crate) fn tr(cpu: &mut Cpu, [len, a, table, _]: Args) -> Out {
    let n = len as usize;
    let mask = address_mask(cpu);
    let mut bytes = [0; 256];
    read_first(cpu, a, &mut bytes[..n])?;
    for i in 0..n {
        let from = table.wrapping_add(u64::from(bytes[i]));
        let done = (from.wrapping_sub(a) & mask) as usize;
        let mut new = [0];
        read(cpu, from, &mut new)?;
        bytes[i] = if done < i { bytes[done] } else { new[0] };
    }
    write(cpu, a, &bytes[..n])?;
    Ok(0)
}

/// Looks for the first byte with a function byte that is not 0; sets registers 1 and 2 and the condition code.
fn test(cpu: &mut Cpu, n: u64, table: u64, at: impl Fn(u64) -> u64) -> Out {
    let mask = address_mask(cpu);
    for i in 0..n {
        let address = at(i) & mask;
        let (mut byte, mut function) = ([0], [0]);
        read_first(cpu, address, &mut byte)?;
        read(cpu, table.wrapping_add(byte[0].into()), &mut function)?;
        if function[0] != 0 {
            // PoP, "TRANSLATE AND TEST": in the 24-bit mode bits 40 to 63 of register 1 are replaced, in the 31-bit mode bits 33 to 63 and
            // bit 32 is zero.
            let old = cpu.reg(state::r(1));
            let keep = match mask {
                0xff_ffff => !0xff_ffff,
                0x7fff_ffff => !0xffff_ffff,
                _ => 0,
            };
            cpu.set_reg(state::r(1), old & keep | address);
            let two = cpu.reg(state::r(2));
            cpu.set_reg(state::r(2), two & !0xff | u64::from(function[0]));
            set_cc(cpu, if i + 1 == n { 2 } else { 1 });
            return Ok(0);
        }
    }
    set_cc(cpu, 0);
    Ok(0)
}

/// TRANSLATE AND TEST.
pub(crate) fn trt(cpu: &mut Cpu, [len, a, table, _]: Args) -> Out {
    test(cpu, len, table, |i| a.wrapping_add(i))
}

/// TRANSLATE AND TEST REVERSE.
pub(crate) fn trtr(cpu: &mut Cpu, [len, a, table, _]: Args) -> Out {
    test(cpu, len, table, |i| a.wrapping_sub(i))
}

/// LOAD MULTIPLE in its forms: first register, last register, address, kind (0 low words, 1 all, 2 high words, 3 access).
pub(crate) fn load_multiple(cpu: &mut Cpu, [from, to, address, kind]: Args) -> Out {
    let size = if kind == 1 { 8 } else { 4 };
    let n = ((to.wrapping_sub(from) & 15) + 1) as usize;
    let mut bytes = [0; 128];
    read(cpu, address, &mut bytes[..n * size])?;
    for (i, cell) in bytes[..n * size].chunks(size).enumerate() {
        let value = cell.iter().fold(0, |all, b| all << 8 | u64::from(*b));
        let number = ((from as usize + i) & 15) as u8;
        let old = cpu.reg(state::r(number));
        match kind {
            0 => cpu.set_reg(state::r(number), old & !0xffff_ffff | value),
            1 => cpu.set_reg(state::r(number), value),
            2 => cpu.set_reg(state::r(number), old & 0xffff_ffff | value << 32),
            _ => cpu.set_reg(state::a(number), value),
        }
    }
    Ok(0)
}

/// STORE MULTIPLE in its forms.
pub(crate) fn store_multiple(cpu: &mut Cpu, [from, to, address, kind]: Args) -> Out {
    let size = if kind == 1 { 8 } else { 4 };
    let n = ((to.wrapping_sub(from) & 15) + 1) as usize;
    let mut bytes = [0; 128];
    for (i, cell) in bytes[..n * size].chunks_mut(size).enumerate() {
        let number = ((from as usize + i) & 15) as u8;
        let value = match kind {
            0 => cpu.reg(state::r(number)) << 32,
            1 | 2 => cpu.reg(state::r(number)),
            _ => cpu.reg(state::a(number)) << 32,
        };
        cell.copy_from_slice(&value.to_be_bytes()[..size]);
    }
    write(cpu, address, &bytes[..n * size])?;
    Ok(0)
}

/// What [`store_spanning`] must know of a STORE MULTIPLE: registers, base, displacement.
pub(crate) fn spanning(f: RSY) -> u64 {
    let [r1, r3, b] = [f.r1, f.r3, f.a2.b].map(u64::from);
    (f.a2.d as u64) << 32 | r1 << 8 | r3 << 4 | b
}

/// STORE MULTIPLE of doublewords in two pages, all or none.
pub(crate) fn store_spanning(cpu: &mut Cpu, arg: u64) -> Out {
    let (b, displacement) = (arg & 15, (arg as i64 >> 32) as u64);
    let base = if b == 0 { 0 } else { cpu.reg(state::r(b as u8)) };
    let address = base.wrapping_add(displacement) & address_mask(cpu);
    store_multiple(cpu, [arg >> 8 & 15, arg >> 4 & 15, address, 1])
}

/// Executes the storage-to-storage instructions that execute instructions mostly have as target; `None` for others.
pub(crate) fn direct(cpu: &mut Cpu, bits: u64) -> Option<Out> {
    let run: fn(&mut Cpu, Args) -> Out = match bits >> 40 {
        0xd2 => mvc,
        0xd4 => nc,
        0xd5 => clc,
        0xd6 => oc,
        0xd7 => xc,
        _ => return None,
    };
    let mask = address_mask(cpu);
    let address = |cpu: &Cpu, at: u32| {
        let (b, d) = (bits >> (at + 12) & 15, bits >> at & 0xfff);
        let base = if b == 0 { 0 } else { cpu.reg(state::r(b as u8)) };
        base.wrapping_add(d) & mask
    };
    let (a, b) = (address(cpu, 16), address(cpu, 0));
    Some(run(cpu, [(bits >> 32 & 0xff) + 1, a, b, 0]))
}

/// LOAD MULTIPLE DISJOINT: high words from the first address, low words from the second.
pub(crate) fn load_disjoint(cpu: &mut Cpu, [from, to, high, low]: Args) -> Out {
    let n = ((to.wrapping_sub(from) & 15) + 1) as usize;
    let (mut highs, mut lows) = ([0; 64], [0; 64]);
    read_first(cpu, high, &mut highs[..n * 4])?;
    read(cpu, low, &mut lows[..n * 4])?;
    for i in 0..n {
        let word = |bytes: &[u8; 64]| bytes[i * 4..][..4].iter().fold(0, |all, b| all << 8 | u64::from(*b));
        cpu.set_reg(state::r(((from as usize + i) & 15) as u8), word(&highs) << 32 | word(&lows));
    }
    Ok(0)
}

/// STORE CHARACTERS UNDER MASK.
pub(crate) fn store_under_mask(cpu: &mut Cpu, [address, word, mask, _]: Args) -> Out {
    let word = (word as u32).to_be_bytes();
    let bytes: Vec<u8> = (0..4).filter(|i| mask & 8 >> i != 0).map(|i| word[i as usize]).collect();
    write(cpu, address, &bytes)?;
    Ok(0)
}

/// STORE ON CONDITION.
pub(crate) fn store_if(cpu: &mut Cpu, [address, value, bytes, met]: Args) -> Out {
    if met != 0 {
        let width = if bytes == 8 { Width::W64 } else { Width::W32 };
        cpu.store(address, value & width.mask(), Mem::be(width))?;
        let space = first(cpu);
        per::stored(cpu, address, bytes, space);
    }
    Ok(0)
}

fn quad(cpu: &Cpu, n: u64) -> u128 {
    let (high, low) = (cpu.reg(state::r(n as u8)), cpu.reg(state::r(n as u8 + 1)));
    u128::from(high) << 64 | u128::from(low)
}

fn set_quad(cpu: &mut Cpu, n: u64, value: u128) {
    cpu.set_reg(state::r(n as u8), (value >> 64) as u64);
    cpu.set_reg(state::r(n as u8 + 1), value as u64);
}

/// Sixteen bytes on their boundary, concurrently: those that are there, as long as they stay.
pub(crate) fn load_pair(cpu: &mut Cpu, address: u64) -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    read(cpu, address, &mut bytes)?;
    let space = second(cpu);
    let phys = cpu.translate(address, Access::Read, space)?;
    let seen = u128::from_be_bytes(bytes);
    // Replaced by themselves they tell what was there at one moment; where nothing can be stored, nothing changes.
    let writable = cpu.bus().ram_page(phys).is_some_and(|page| page.writable);
    if !writable || !address.is_multiple_of(16) {
        return Ok(seen);
    }
    cpu.phys_compare_exchange_pair(phys, seen, seen).map_err(|_| Fault::program(code::ADDRESSING))
}

/// Replaces sixteen bytes on their boundary by others if they are the expected ones, interlocked: what was there.
pub(crate) fn exchange_pair(cpu: &mut Cpu, address: u64, expected: u128, new: u128) -> Result<u128, Fault> {
    check(cpu, address, 16)?;
    let space = first(cpu);
    let phys = cpu.translate(address, Access::Write, space)?;
    let old = cpu.phys_compare_exchange_pair(phys, expected, new).map_err(|_| Fault::program(code::ADDRESSING))?;
    if old == expected {
        per::stored(cpu, address, 16, space);
    }
    Ok(old)
}

/// LOAD PAIR FROM QUADWORD.
pub(crate) fn load_quad(cpu: &mut Cpu, [address, n, ..]: Args) -> Out {
    let value = load_pair(cpu, address)?;
    set_quad(cpu, n, value);
    Ok(0)
}

/// STORE PAIR TO QUADWORD.
pub(crate) fn store_quad(cpu: &mut Cpu, [address, n, ..]: Args) -> Out {
    let new = quad(cpu, n);
    check(cpu, address, 16)?;
    let mut seen = load_pair(cpu, address)?;
    loop {
        match exchange_pair(cpu, address, seen, new)? {
            old if old == seen => return Ok(0),
            old => seen = old,
        }
    }
}

/// COMPARE DOUBLE AND SWAP of quadwords.
pub(crate) fn compare_quad(cpu: &mut Cpu, [address, r1, r3, _]: Args) -> Out {
    let (expected, new) = (quad(cpu, r1), quad(cpu, r3));
    let old = exchange_pair(cpu, address, expected, new)?;
    if old == expected {
        set_cc(cpu, 0);
    } else {
        set_quad(cpu, r1, old);
        set_cc(cpu, 1);
    }
    Ok(0)
}

/// Adds to a number in storage, atomically when it is aligned (interlocked-access facility 1); returns what was there.
pub(crate) fn add(cpu: &mut Cpu, [address, number, size, _]: Args) -> Out {
    let width = if size == 8 { Width::W64 } else { Width::W32 };
    let mem = Mem::be(width);
    let space = first(cpu);
    check(cpu, address, size as usize)?;
    let phys = cpu.translate_store(address, size, space)?;
    per::stored(cpu, address, size, space);
    loop {
        let old = cpu.load(address, mem)?;
        let new = old.wrapping_add(number) & width.mask();
        if !address.is_multiple_of(size) {
            cpu.store(address, new, mem)?;
            return Ok(old);
        }
        let done = cpu.phys_compare_exchange(phys, old, new, width, bits::Endian::Big);
        if done.map_err(|_| Fault::program(code::ADDRESSING))? {
            return Ok(old);
        }
    }
}
