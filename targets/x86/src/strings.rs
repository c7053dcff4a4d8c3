//! The helper of string instructions.

use uop::{Mem, Width};

use crate::flags;
use crate::seg;
use crate::state::{self, bit, sreg};
use crate::system;
use crate::trap::{Cpu, Fault, Out};

/// MOVS.
pub(crate) const MOVS: u64 = 0;
/// CMPS.
pub(crate) const CMPS: u64 = 1;
/// STOS.
pub(crate) const STOS: u64 = 2;
/// LODS.
pub(crate) const LODS: u64 = 3;
/// SCAS.
pub(crate) const SCAS: u64 = 4;
/// INS.
pub(crate) const INS: u64 = 5;
/// OUTS.
pub(crate) const OUTS: u64 = 6;

/// Elements of one go.
const MAX: u64 = 4096;

/// What the parts of the argument say.
struct What {
    op: u64,
    size: u64,
    mask: u64,
    rep: u64,
    seg: usize,
    alone: bool,
}

/// Does elements; 1 when the instruction is done.
pub(crate) fn string(cpu: &mut Cpu, [what, ..]: [u64; 4]) -> Out {
    let w = What {
        op: what & 15,
        size: what >> 4 & 3,
        mask: bits::mask(8 << (what >> 8 & 3)),
        rep: what >> 12 & 3,
        seg: (what >> 16 & 7) as usize,
        alone: what >> 24 != 0,
    };
    if w.op >= INS {
        let port = cpu.reg(state::RDX) & 0xffff;
        system::check_port(cpu, port, 1 << w.size)?;
    }
    if w.rep == 0 {
        return one(cpu, &w).map(|_| 1);
    }
    // Between elements RF is set: an instruction breakpoint is met once.
    let again = |cpu: &mut Cpu| {
        if w.alone {
            cpu.state.eflags |= bit::RF;
        }
        Ok(0)
    };
    let mut left = if w.alone || w.op >= INS { 1 } else { MAX };
    loop {
        let count = cpu.reg(state::RCX) & w.mask;
        if count == 0 {
            return Ok(1);
        }
        if left == 0 {
            return again(cpu);
        }
        if let Some(n) = quick(cpu, &w, count.min(left)) {
            left -= n;
            continue;
        }
        let zero = match one(cpu, &w) {
            Ok(zero) => zero,
            Err(fault) if left == MAX || w.alone || w.op >= INS => return Err(fault),
            Err(_) => return Ok(0),
        };
        put(cpu, state::RCX, count - 1, w.mask);
        left -= 1;
        if (w.op == CMPS || w.op == SCAS) && zero != (w.rep == 1) {
            return Ok(1);
        }
        if count == 1 {
            return Ok(1);
        }
    }
}

fn put(cpu: &mut Cpu, reg: uop::Reg, value: u64, mask: u64) {
    let keep = if mask == 0xffff { cpu.reg(reg) & !mask } else { 0 };
    cpu.set_reg(reg, keep | value & mask);
}

fn step(cpu: &Cpu, w: &What) -> u64 {
    if cpu.reg(state::DF) != 0 { (1u64 << w.size).wrapping_neg() } else { 1 << w.size }
}

/// One element; whether a comparison was equal.
fn one(cpu: &mut Cpu, w: &What) -> Result<bool, Fault> {
    let mem = Mem::le([Width::W8, Width::W16, Width::W32, Width::W64][w.size as usize]);
    let bytes = 1 << w.size;
    let (si, di) = (cpu.reg(state::RSI) & w.mask, cpu.reg(state::RDI) & w.mask);
    let step = step(cpu, w);
    let ones = bits::mask(8 << w.size);
    let source = |cpu: &mut Cpu| {
        let at = seg::linear(cpu, w.seg, si, bytes, false)?;
        cpu.load(at, mem)
    };
    let target = |cpu: &mut Cpu, write: bool| seg::linear(cpu, sreg::ES, di, bytes, write);
    let compare = |cpu: &mut Cpu, a: u64, b: u64| {
        cpu.set_reg(state::CC_KIND, flags::kind(flags::Op::Sub, w.size as u32).into());
        cpu.set_reg(state::CC_A, a);
        cpu.set_reg(state::CC_B, b);
        a == b
    };
    let mut equal = false;
    match w.op {
        MOVS => {
            let value = source(cpu)?;
            let at = target(cpu, true)?;
            cpu.store(at, value, mem)?;
        }
        CMPS => {
            let a = source(cpu)?;
            let at = target(cpu, false)?;
            let b = cpu.load(at, mem)?;
            equal = compare(cpu, a, b);
        }
        STOS => {
            let at = target(cpu, true)?;
            cpu.store(at, cpu.reg(state::RAX) & ones, mem)?;
        }
        LODS => {
            let value = source(cpu)?;
            let keep = if w.size < 2 { cpu.reg(state::RAX) & !ones } else { 0 };
            cpu.set_reg(state::RAX, keep | value);
        }
        SCAS => {
            let at = target(cpu, false)?;
            let b = cpu.load(at, mem)?;
            equal = compare(cpu, cpu.reg(state::RAX) & ones, b);
        }
        INS => {
            let at = target(cpu, true)?;
            // The store must be possible before the port is read.
            cpu.translate_store(at, 1, crate::mmu::current_space(cpu))?;
            let value = system::port_read(cpu, cpu.reg(state::RDX) & 0xffff, bytes);
            cpu.store(at, value, mem)?;
        }
        _ => {
            let value = source(cpu)?;
            system::port_write(cpu, cpu.reg(state::RDX) & 0xffff, value, bytes);
        }
    }
    if matches!(w.op, MOVS | CMPS | LODS | OUTS) {
        put(cpu, state::RSI, si.wrapping_add(step), w.mask);
    }
    if matches!(w.op, MOVS | CMPS | STOS | SCAS | INS) {
        put(cpu, state::RDI, di.wrapping_add(step), w.mask);
    }
    Ok(equal)
}

/// MOVS and STOS of many elements within a page of RAM, forwards: how many were done.
fn quick(cpu: &mut Cpu, w: &What, count: u64) -> Option<u64> {
    if w.op != MOVS && w.op != STOS || count < 8 || cpu.reg(state::DF) != 0 || crate::debug::any(&cpu.state) {
        return None;
    }
    let (si, di) = (cpu.reg(state::RSI) & w.mask, cpu.reg(state::RDI) & w.mask);
    let space = crate::mmu::current_space(cpu);
    let size = 1u64 << w.size;
    let mut n = count * size;
    let to = seg::linear(cpu, sreg::ES, di, 1, true).ok()?;
    n = n.min(0x1000 - (to & 0xfff)).min(w.mask - di);
    let mut from = 0;
    if w.op == MOVS {
        from = seg::linear(cpu, w.seg, si, 1, false).ok()?;
        n = n.min(0x1000 - (from & 0xfff)).min(w.mask - si);
    }
    n -= n % size;
    if n < 16 {
        return None;
    }
    seg::linear(cpu, sreg::ES, di, n as u32, true).ok()?;
    let mut bytes = vec![0; n as usize];
    if w.op == MOVS {
        seg::linear(cpu, w.seg, si, n as u32, false).ok()?;
        let phys = cpu.translate(from, cpu::Access::Read, space).ok()?;
        // A target a little above the source repeats a pattern.
        if to.wrapping_sub(from) < n {
            return None;
        }
        let page = cpu.bus().ram_page(phys)?;
        page.ram.read_bytes(page.offset + phys % 0x1000, &mut bytes);
    } else {
        let value = cpu.reg(state::RAX).to_le_bytes();
        bytes.chunks_exact_mut(size as usize).for_each(|c| c.copy_from_slice(&value[..size as usize]));
    }
    let phys = cpu.translate(to, cpu::Access::Write, space).ok()?;
    cpu.phys_write_bytes(phys, &bytes).ok()?;
    put(cpu, state::RDI, di + n, w.mask);
    if w.op == MOVS {
        put(cpu, state::RSI, si + n, w.mask);
    }
    let left = (cpu.reg(state::RCX) & w.mask) - n / size;
    put(cpu, state::RCX, left, w.mask);
    Some(n / size)
}
