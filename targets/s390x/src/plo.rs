//! Instructions on several operands in storage at once: PERFORM LOCKED OPERATION, COMPARE AND SWAP AND STORE, LOAD PAIR DISJOINT (PoP, "General
//! Instructions").

use std::sync::{Mutex, PoisonError};

use bits::Endian;
use cpu::Access;
use uop::Width;

use crate::ext::Ext;
use crate::mmu;
use crate::per;
use crate::state;
use crate::storage::{self, address_mask};
use crate::system::{general, set_general, set_word};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// The lock that the programs lock token names. One is enough for all tokens: it is held for the time of one instruction.
static LOCK: Mutex<()> = Mutex::new(());

/// A number of the operand whose address comes second in the instruction, or of what it leads to.
fn load(cpu: &mut Cpu, address: u64, size: usize) -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    storage::read(cpu, address & address_mask(cpu), &mut bytes[16 - size..])?;
    Ok(u128::from_be_bytes(bytes))
}

/// A number of the operand whose address comes first.
fn load_first(cpu: &mut Cpu, address: u64, size: usize) -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    storage::read_first(cpu, address & address_mask(cpu), &mut bytes[16 - size..])?;
    Ok(u128::from_be_bytes(bytes))
}

/// Stores a number where [`load`] would find it.
fn store(cpu: &mut Cpu, address: u64, size: usize, value: u128) -> Result<(), Fault> {
    let space = storage::second(cpu);
    storage::write_in(cpu, address & address_mask(cpu), &value.to_be_bytes()[16 - size..], space)
}

fn check(cpu: &mut Cpu, address: u64, size: usize) -> Result<(), Fault> {
    let space = storage::second(cpu);
    storage::check_in(cpu, address, size, space)
}

fn aligned(address: u64, size: usize) -> Result<u64, Fault> {
    if address.is_multiple_of(size as u64) { Ok(address) } else { Err(Fault::SPECIFICATION) }
}

/// Replaces what is at an aligned address if it is as expected, interlocked with the other CPUs' swaps: what was there.
fn exchange(cpu: &mut Cpu, address: u64, size: usize, expected: u128, new: u128) -> Result<u128, Fault> {
    let address = address & address_mask(cpu);
    if size == 16 {
        return storage::exchange_pair(cpu, address, expected, new);
    }
    storage::check(cpu, address, size)?;
    let space = storage::first(cpu);
    let phys = cpu.translate(address, Access::Write, space)?;
    let width = if size == 4 { Width::W32 } else { Width::W64 };
    loop {
        let old = load_first(cpu, address, size)?;
        if old != expected {
            return Ok(old);
        }
        let done = cpu.phys_compare_exchange(phys, expected as u64, new as u64, width, Endian::Big);
        if done.map_err(|_| Fault::program(code::ADDRESSING))? {
            per::stored(cpu, address, size as u64, space);
            return Ok(old);
        }
    }
}

/// Where a function has its operands: in registers, or in the parameter list at the fourth operand's address.
struct Operands {
    r1: u64,
    r3: u64,
    list: u64,
    size: usize,
    in_registers: bool,
}

/// Where an operand is: its address, and the ALET of its space if the parameter list has one.
#[derive(Clone, Copy)]
struct Place {
    address: u64,
    alet: Option<u32>,
}

/// Offsets in the parameter list of the rightmost byte's end of each value (PoP, "PERFORM LOCKED OPERATION", the figures of parameter lists).
const LIST: [u64; 4] = [16, 32, 48, 64];

impl Operands {
    /// Value `i`: the first operand's comparison and replacement value, the third operand's.
    fn get(&self, cpu: &mut Cpu, i: usize) -> Result<u128, Fault> {
        if !self.in_registers {
            return load(cpu, self.list.wrapping_add(LIST[i] - self.size as u64), self.size);
        }
        let value = general(cpu, (if i < 2 { self.r1 } else { self.r3 }) + i as u64 % 2);
        Ok(u128::from(if self.size == 4 { value & 0xffff_ffff } else { value }))
    }

    fn set(&self, cpu: &mut Cpu, i: usize, value: u128) -> Result<(), Fault> {
        let n = (if i < 2 { self.r1 } else { self.r3 }) + i as u64 % 2;
        match (self.in_registers, self.size) {
            (false, size) => store(cpu, self.list.wrapping_add(LIST[i] - size as u64), size, value)?,
            (true, 4) => set_word(cpu, n, value as u64),
            _ => set_general(cpu, n, value as u64),
        }
        Ok(())
    }

    /// Address in the list of operand 4, 6 or 8, and in the access-register mode the ALET before it.
    fn place(&self, cpu: &mut Cpu, which: u64) -> Result<Place, Fault> {
        let at = self.list.wrapping_add(72 + 32 * which);
        let address = load(cpu, at, 8)? as u64 & address_mask(cpu);
        let by_register = storage::first(cpu) == mmu::FIRST;
        let alet = if by_register { Some(load(cpu, at.wrapping_sub(4), 4)? as u32) } else { None };
        Ok(Place { address: aligned(address, self.size)?, alet })
    }

    /// Does something to an operand whose place is in the list: its ALET comes into access register R3, and stays there unless there is an exception.
    fn at<R>(
        &self,
        cpu: &mut Cpu,
        place: Place,
        act: impl FnOnce(&mut Cpu, u64) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let Some(alet) = place.alet else { return act(cpu, place.address) };
        let register = state::a(self.r3 as u8);
        let (old, second) = (cpu.reg(register), cpu.state.operand_registers[1]);
        cpu.set_reg(register, alet.into());
        cpu.state.operand_registers[1] = self.r3 as u8;
        let out = act(cpu, place.address);
        cpu.state.operand_registers[1] = second;
        if out.is_err() {
            cpu.set_reg(register, old);
        }
        out
    }

    /// The value that is stored at such a place.
    fn value(&self, cpu: &mut Cpu, which: u64) -> Result<u128, Fault> {
        let at = 64 + 32 * which - self.size as u64;
        load(cpu, self.list.wrapping_add(at), self.size)
    }
}

/// PERFORM LOCKED OPERATION: both registers in one byte, second and fourth operand's addresses. Function and test bit are in register 0.
pub(crate) fn perform(cpu: &mut Cpu, [both, second, fourth, _]: Args) -> Out {
    let zero = general(cpu, 0);
    let function = zero & 0xff;
    if zero & 0x100 != 0 {
        set_cc(cpu, if function < 24 { 0 } else { 3 });
        return Ok(0);
    }
    let (r1, r3) = (both >> 4, both & 15);
    if zero & 0xfe00 != 0 || function > 23 {
        return Err(Fault::SPECIFICATION);
    }
    let (group, form) = (function / 4, function % 4);
    let size = [4, 8, 8, 16][form as usize];
    let in_registers = form == 0 || form == 2;
    // Registers that make pairs are even; the third operand's is one for comparing and loading, and for double swaps.
    if in_registers && (group > 0 && r1 & 1 != 0 || group == 2 && r3 & 1 != 0) {
        return Err(Fault::SPECIFICATION);
    }
    let in_list = !in_registers || group >= 4;
    // Where the list has ALETs, register R3 takes them; 0 can't.
    if in_list && group != 1 && r3 == 0 && storage::first(cpu) == mmu::FIRST {
        return Err(Fault::SPECIFICATION);
    }
    let second = aligned(second, size)?;
    let fourth = if in_list {
        aligned(fourth, 8)?
    } else if group == 1 {
        fourth
    } else {
        aligned(fourth, size)?
    };
    let o = Operands { r1, r3, list: fourth, size, in_registers };
    let _held = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let old = load_first(cpu, second, size)?;
    if old != o.get(cpu, 0)? {
        o.set(cpu, 0, old)?;
        set_cc(cpu, 1);
        return Ok(0);
    }
    let code = act(cpu, &o, group, second, old, in_list)?;
    set_cc(cpu, code);
    Ok(0)
}

/// What group `group` of the functions does once the first operands are equal: the condition code.
fn act(cpu: &mut Cpu, o: &Operands, group: u64, second: u64, old: u128, in_list: bool) -> Result<u64, Fault> {
    let Operands { r3, size, list: fourth, in_registers, .. } = *o;
    let other = |cpu: &mut Cpu| if in_list { o.place(cpu, 0) } else { Ok(Place { address: fourth, alet: None }) };
    match group {
        0 => {
            let at = other(cpu)?;
            let value = o.at(cpu, at, |cpu, address| load(cpu, address, size))?;
            if in_registers { set_register(cpu, r3, size, value) } else { o.set(cpu, 2, value)? }
        }
        1 => {
            // Other CPUs may swap the same operand otherwise.
            let new = o.get(cpu, 1)?;
            let there = exchange(cpu, second, size, old, new)?;
            if there != old {
                o.set(cpu, 0, there)?;
                return Ok(1);
            }
        }
        2 => {
            let at = other(cpu)?;
            let there = o.at(cpu, at, |cpu, address| load(cpu, address, size))?;
            if there != o.get(cpu, 2)? {
                o.set(cpu, 2, there)?;
                return Ok(2);
            }
            let new = o.get(cpu, 3)?;
            swap(cpu, o, second, &[(at, new)])?;
        }
        _ => {
            // One to three stores go with the swap: of the third, the fifth and the seventh operand.
            let at = other(cpu)?;
            let first = if in_registers && group == 3 { o.get(cpu, 2)? } else { o.value(cpu, 0)? };
            let mut list = vec![(at, first)];
            for which in 1..=group.saturating_sub(3) {
                list.push((o.place(cpu, which)?, o.value(cpu, which)?));
            }
            swap(cpu, o, second, &list)?;
        }
    }
    Ok(0)
}

fn set_register(cpu: &mut Cpu, n: u64, size: usize, value: u128) {
    if size == 4 { set_word(cpu, n, value as u64) } else { set_general(cpu, n, value as u64) }
}

/// Stores the replacement value, and what goes with it: all or nothing.
fn swap(cpu: &mut Cpu, o: &Operands, second: u64, others: &[(Place, u128)]) -> Result<(), Fault> {
    let new = o.get(cpu, 1)?;
    storage::check(cpu, second, o.size)?;
    for (at, _) in others {
        o.at(cpu, *at, |cpu, address| check(cpu, address, o.size))?;
    }
    for (at, value) in others {
        o.at(cpu, *at, |cpu, address| store(cpu, address, o.size, *value))?;
    }
    storage::write(cpu, second & address_mask(cpu), &new.to_be_bytes()[16 - o.size..])
}

/// COMPARE AND SWAP AND STORE: register, addresses. Function and size of the store are in register 0, the parameter list's address in 1.
pub(crate) fn compare_swap_store(cpu: &mut Cpu, [r3, first, second, _]: Args) -> Out {
    let zero = general(cpu, 0);
    let (function, store_code) = (zero & 0xff, zero >> 8 & 0xff);
    let most = if cpu.model().has(Ext::Csst2) { (2, 4) } else { (1, 3) };
    if function > most.0 || store_code > most.1 || function == 2 && r3 & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let (size, stored) = (4usize << function, 1usize << store_code);
    let list = aligned(general(cpu, 1) & address_mask(cpu), 16)?;
    let (first, second) = (aligned(first, size)?, aligned(second, stored)?);
    let expected = match function {
        0 => u128::from(general(cpu, r3) & 0xffff_ffff),
        1 => u128::from(general(cpu, r3)),
        _ => u128::from(general(cpu, r3)) << 64 | u128::from(general(cpu, r3 + 1)),
    };
    let _held = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    storage::check(cpu, first, size)?;
    check(cpu, second, stored)?;
    let new = load(cpu, list, size)?;
    let value = load(cpu, list.wrapping_add(16), stored)?;
    // The first operand is replaced as COMPARE AND SWAP does it; the store that goes with it comes behind.
    let old = exchange(cpu, first, size, expected, new)?;
    if old == expected {
        store(cpu, second, stored, value)?;
        set_cc(cpu, 0);
        return Ok(0);
    }
    match function {
        0 => set_word(cpu, r3, old as u64),
        1 => set_general(cpu, r3, old as u64),
        _ => {
            set_general(cpu, r3, (old >> 64) as u64);
            set_general(cpu, r3 + 1, old as u64);
        }
    }
    set_cc(cpu, 1);
    Ok(0)
}

/// LOAD PAIR DISJOINT: register, addresses, bytes. Code 0 if both were there at one moment: then neither has changed meanwhile.
pub(crate) fn load_pair(cpu: &mut Cpu, [r3, first, second, size]: Args) -> Out {
    let n = size as usize;
    let a = load_first(cpu, first, n)?;
    let b = load(cpu, second, n)?;
    let same = load_first(cpu, first, n)? == a;
    set_register(cpu, r3, n, a);
    set_register(cpu, r3 + 1, n, b);
    set_cc(cpu, if same { 0 } else { 3 });
    Ok(0)
}
