//! Tracing (PoP, "Tracing"): entries in a table that control register 12 leads to, made by branches, by changes to and from the 64-bit mode, by what changes
//! address spaces, and by TRACE.
//!
//! An instruction forms its entries before it changes anything, since they may be exceptions, and has them stored when nothing else can go wrong. Branches
//! call for that only in blocks of a CPU that traces: the mode says so ([`crate::mode`]).

use crate::keys;
use crate::mmu;
use crate::psw;
use crate::storage;
use crate::system::general;
use crate::time;
use crate::trap::{Cpu, Fault, Out, code};

type Args = [u64; 4];

/// Controls in control register 12.
pub(crate) mod control {
    pub(crate) const BRANCH: u64 = 1 << 63;
    pub(crate) const MODE: u64 = 1 << 62;
    pub(crate) const ASN: u64 = 2;
    pub(crate) const EXPLICIT: u64 = 1;
}

/// The trace-entry address, a real one.
const ADDRESS: u64 = 0x3fff_ffff_ffff_fffc;
const PAGE: u64 = 4096;

/// The entries of an instruction.
pub(crate) struct Trace {
    /// Control register 12 as it will be.
    control: u64,
    /// Absolute addresses and contents.
    entries: Vec<(u64, Vec<u8>)>,
}

/// The instruction at work: how wide addresses are before it, and the address behind it.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    bits: u32,
    next: u64,
}

impl Origin {
    pub(crate) fn new(cpu: &Cpu, next: u64) -> Origin {
        Origin { bits: psw::address_bits(cpu.state.psw_mask), next }
    }
}

/// An entry: its first word and what follows.
fn entry(head: u64, rest: &[u8]) -> Vec<u8> {
    [&(head as u32).to_be_bytes(), rest].concat()
}

/// An address with the basic-addressing-mode bit before it, in a word.
fn short(bits: u32, address: u64) -> [u8; 4] {
    let address = match bits {
        24 => address & 0xff_ffff,
        _ => address & 0x7fff_ffff | 0x8000_0000,
    };
    (address as u32).to_be_bytes()
}

/// The right half of an address.
fn low(address: u64) -> [u8; 4] {
    (address as u32).to_be_bytes()
}

/// "Branch" entries: all that fits into 31 bits has no more than a word.
fn branch_entry(bits: u32, address: u64) -> Vec<u8> {
    if bits == 64 && address >> 31 != 0 {
        entry(0x52c0_0000, &address.to_be_bytes())
    } else {
        short(bits, address).to_vec()
    }
}

/// "Mode-Switch" entries: from the basic to the extended modes, and back.
fn switch_entry(from: Origin) -> Vec<u8> {
    match from.bits {
        64 if from.next >> 32 == 0 => entry(0x5120_0000, &low(from.next)),
        64 => entry(0x5260_0000, &from.next.to_be_bytes()),
        bits => entry(0x5130_0000, &short(bits, from.next)),
    }
}

/// "Mode-Switching-Branch" entries, by the new mode.
fn switching_branch_entry(bits: u32, address: u64) -> Vec<u8> {
    match bits {
        64 if address >> 32 == 0 => entry(0x51b0_0000, &low(address)),
        64 => entry(0x52f0_0000, &address.to_be_bytes()),
        bits => entry(0x51a0_0000, &short(bits, address)),
    }
}

/// What PROGRAM RETURN goes back to: addressing mode, address, problem state, primary ASN.
pub(crate) struct Return {
    pub(crate) mask: u64,
    pub(crate) address: u64,
    pub(crate) asn: u16,
}

/// "PROGRAM RETURN" entries: bits of the first word tell which of both addresses are of the 64-bit mode, and have all their bits.
fn return_entry(key: u64, from: Origin, to: &Return) -> Vec<u8> {
    let problem = u64::from(to.mask & psw::PROBLEM != 0);
    let bits = psw::address_bits(to.mask);
    let wide = |bits: u32, address: u64| (bits == 64, bits == 64 && address >> 32 != 0);
    let (new, old) = (wide(bits, to.address), wide(from.bits, from.next));
    let flag = |(extended, long): (bool, bool)| u64::from(extended) << 1 | u64::from(long);
    // The PSW says where to, and the last bit of the address whether the problem state is entered.
    let first = |(extended, long): (bool, bool), bits: u32, address: u64| match (extended, long) {
        (_, true) => address.to_be_bytes().to_vec(),
        (true, _) => low(address).to_vec(),
        _ => short(bits, address).to_vec(),
    };
    let length = 0x32 + u64::from(new.1) + u64::from(old.1);
    // The new mode's flags are bits 12 and 13, those of the old one 14 and 15.
    let head = length << 24 | key << 20 | (flag(new) << 2 | flag(old)) << 16 | u64::from(to.asn);
    entry(head, &[first(new, bits, to.address | problem), first(old, from.bits, from.next)].concat())
}

impl Trace {
    /// No entry yet.
    pub(crate) fn new(cpu: &Cpu) -> Trace {
        Trace { control: cpu.state.cr[12], entries: Vec::new() }
    }

    /// Adds an entry. `longest` is the length by which the end of the table is found: an entry may not reach a boundary of 4096 bytes.
    fn add(&mut self, cpu: &Cpu, entry: Vec<u8>, longest: u64) -> Result<(), Fault> {
        let real = self.control & ADDRESS;
        mmu::check_low(cpu, real)?;
        if real % PAGE + longest >= PAGE {
            return Err(Fault::program(code::TRACE_TABLE));
        }
        let absolute = mmu::real(cpu, real);
        if cpu.bus().ram_page(absolute).is_none_or(|page| !page.writable) {
            return Err(Fault::program(code::ADDRESSING));
        }
        let end = real + entry.len() as u64;
        self.control = self.control & !ADDRESS | end & ADDRESS;
        self.entries.push((absolute, entry));
        Ok(())
    }

    /// Adds an entry, if a control asks for it.
    fn add_if(&mut self, cpu: &Cpu, control: u64, entry: impl FnOnce() -> Vec<u8>) -> Result<(), Fault> {
        if cpu.state.cr[12] & control == 0 {
            return Ok(());
        }
        let entry = entry();
        let len = entry.len() as u64;
        self.add(cpu, entry, len)
    }

    /// Stores the entries.
    pub(crate) fn make(self, cpu: &mut Cpu) {
        cpu.state.cr[12] = self.control;
        for (absolute, entry) in self.entries {
            keys::record(cpu, (absolute / PAGE) as usize, keys::STORED);
            // There is storage: that has been looked at.
            let _ = cpu.phys_write_bytes(absolute, &entry);
        }
    }

    /// A branch to an address of so many bits.
    pub(crate) fn branch(&mut self, cpu: &Cpu, bits: u32, address: u64) -> Result<(), Fault> {
        self.add_if(cpu, control::BRANCH, || branch_entry(bits, address))
    }

    /// A change of the addressing mode that is no traced branch.
    pub(crate) fn mode(&mut self, cpu: &Cpu, from: Origin, bits: u32) -> Result<(), Fault> {
        let switches = (from.bits == 64) != (bits == 64);
        if switches { self.add_if(cpu, control::MODE, || switch_entry(from)) } else { Ok(()) }
    }

    /// A branch that may change the addressing mode: at most one entry is made.
    pub(crate) fn mode_branch(&mut self, cpu: &Cpu, from: Origin, bits: u32, address: u64) -> Result<(), Fault> {
        let switches = (from.bits == 64) != (bits == 64);
        match (switches && cpu.state.cr[12] & control::MODE != 0, cpu.state.cr[12] & control::BRANCH != 0) {
            (true, true) => self.add_if(cpu, control::MODE, || switching_branch_entry(bits, address)),
            (true, false) => self.mode(cpu, from, bits),
            _ => self.branch(cpu, bits, address),
        }
    }

    /// BRANCH IN SUBSPACE GROUP, to an address of so many bits; a branch if ASNs are not traced.
    pub(crate) fn subspace(&mut self, cpu: &Cpu, alet: u32, bits: u32, address: u64) -> Result<(), Fault> {
        if cpu.state.cr[12] & control::ASN == 0 {
            return self.branch(cpu, bits, address);
        }
        // Of the ALET, the primary-list bit and what is right of the one behind it.
        let alet = u64::from(alet >> 24 & 1) << 23 | u64::from(alet & 0x7f_ffff);
        self.add_if(cpu, control::ASN, || match bits {
            64 => entry(0x4200_0000 | alet, &address.to_be_bytes()),
            bits => entry(0x4100_0000 | alet, &short(bits, address)),
        })
    }

    /// SET SECONDARY ASN.
    pub(crate) fn secondary(&mut self, cpu: &Cpu, asn: u16) -> Result<(), Fault> {
        self.add_if(cpu, control::ASN, || entry(0x1000_0000 | u64::from(asn), &[]))
    }

    /// PROGRAM CALL, with a number of 20 bits.
    pub(crate) fn call(&mut self, cpu: &Cpu, from: Origin, number: u64) -> Result<(), Fault> {
        let mask = cpu.state.psw_mask;
        let (key, problem) = (mask >> psw::KEY_SHIFT & 15, u64::from(mask & psw::PROBLEM != 0));
        self.add_if(cpu, control::ASN, || match from.bits {
            64 => entry(0x2200_0000 | key << 20 | number, &(from.next | problem).to_be_bytes()),
            bits => entry(0x2100_0000 | key << 20 | number, &short(bits, from.next | problem)),
        })
    }

    /// PROGRAM TRANSFER: the new primary ASN and the second operand.
    pub(crate) fn transfer(&mut self, cpu: &Cpu, asn: u16, second: u64) -> Result<(), Fault> {
        let mask = cpu.state.psw_mask;
        let head = (mask >> psw::KEY_SHIFT & 15) << 20 | u64::from(asn);
        self.add_if(cpu, control::ASN, || match psw::address_bits(mask) {
            64 if second >> 32 != 0 => entry(0x320c_0000 | head, &second.to_be_bytes()),
            64 => entry(0x3108_0000 | head, &low(second)),
            _ => entry(0x3100_0000 | head, &low(second)),
        })
    }

    /// PROGRAM RETURN from a program call; if ASNs are not traced, the mode's change.
    pub(crate) fn returns(&mut self, cpu: &Cpu, from: Origin, to: &Return) -> Result<(), Fault> {
        if cpu.state.cr[12] & control::ASN == 0 {
            return self.mode(cpu, from, psw::address_bits(to.mask));
        }
        let key = cpu.state.psw_mask >> psw::KEY_SHIFT & 15;
        self.add_if(cpu, control::ASN, || return_entry(key, from, to))
    }
}

/// BRANCH AND LINK, BRANCH AND SAVE to a register's address: that is traced.
pub(crate) fn branch(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    let mut trace = Trace::new(cpu);
    trace.branch(cpu, psw::address_bits(cpu.state.psw_mask), address)?;
    trace.make(cpu);
    Ok(0)
}

/// BRANCH AND SAVE AND SET MODE, BRANCH AND SET MODE: the target as a register has it, the next instruction's address, whether branches are traced
/// too, as with the first of both.
pub(crate) fn set_mode(cpu: &mut Cpu, [target, next, branches, _]: Args) -> Out {
    let (modes, address) = crate::linkage::mode_of(target);
    let (from, bits) = (Origin::new(cpu, next), psw::address_bits(modes));
    let mut trace = Trace::new(cpu);
    if branches != 0 {
        trace.mode_branch(cpu, from, bits, address)?;
    } else {
        trace.mode(cpu, from, bits)?;
    }
    trace.make(cpu);
    Ok(0)
}

/// SET ADDRESSING MODE: the new one, the next instruction's address.
pub(crate) fn set_addressing(cpu: &mut Cpu, [bits, next, ..]: Args) -> Out {
    let mut trace = Trace::new(cpu);
    trace.mode(cpu, Origin::new(cpu, next), bits as u32)?;
    trace.make(cpu);
    Ok(0)
}

/// TRACE: registers' numbers, the operand's address, whether registers are traced with 64 bits.
pub(crate) fn explicit(cpu: &mut Cpu, [r1, r3, address, wide]: Args) -> Out {
    const OFF: u64 = 1 << 31;
    if cpu.state.cr[12] & control::EXPLICIT == 0 {
        return Ok(0);
    }
    let mut bytes = [0; 4];
    storage::read(cpu, address, &mut bytes)?;
    let operand = u64::from(u32::from_be_bytes(bytes));
    if operand & OFF != 0 {
        return Ok(0);
    }
    let n = r3.wrapping_sub(r1) & 15;
    let (clock, head) = (time::tod(cpu), (0x70 | n) << 56);
    let registers = (0..=n).map(|i| general(cpu, r1 + i));
    // PoP, "Trace-Table Exception": here the longest entry counts.
    let (entry, longest) = if wide != 0 {
        // Bits 0 to 79 of the clock, the last 16 of which are zero.
        let clock = [head | 0x80 << 48 | clock >> 16, clock << 48 | operand];
        (clock.into_iter().chain(registers).flat_map(u64::to_be_bytes).collect(), 144)
    } else {
        let start = (head | clock & 0xffff_ffff_ffff).to_be_bytes().into_iter().chain(bytes);
        (start.chain(registers.flat_map(|value| (value as u32).to_be_bytes())).collect(), 76)
    };
    let mut trace = Trace::new(cpu);
    trace.add(cpu, entry, longest)?;
    trace.make(cpu);
    Ok(0)
}
