//! The areas of FXSAVE, XSAVE, FNSTENV and FNSAVE (SDM volume 1, "FXSAVE Area", "Managing State Using the XSAVE Feature Set", "x87 FPU State").

use uop::{Mem, Width};

use super::status;
use crate::seg;
use crate::state::{self, Fpu, bit, sreg};
use crate::trap::{Cpu, Fault, Out};

fn mem(w: Width) -> Mem {
    Mem::le(w)
}

pub(super) fn put(cpu: &mut Cpu, at: u64, value: u64) -> Result<(), Fault> {
    cpu.store(at, value, mem(Width::W64))
}

pub(super) fn take(cpu: &mut Cpu, at: u64) -> Result<u64, Fault> {
    cpu.load(at, mem(Width::W64))
}

/// Full tags of FNSTENV: valid, zero, special, empty.
fn tags(f: &Fpu) -> u16 {
    (0..8).fold(0, |sum, n| {
        let (e, s) = (f.exponent[n] & 0x7fff, f.significand[n]);
        let tag = if f.empty >> n & 1 != 0 {
            3
        } else if e == 0 && s == 0 {
            1
        } else if e == 0 || e == 0x7fff || s >> 63 == 0 {
            2
        } else {
            0
        };
        sum | tag << (2 * n)
    })
}

/// What the lifter says of the area.
#[derive(Clone, Copy)]
pub(super) struct What {
    pub(super) op: u64,
    /// The layout of 16-bit operands.
    narrow: bool,
    /// REX.W: instruction and data pointers have 64 bits.
    pub(super) wide: bool,
}

/// The helper of FXSAVE (0), FXRSTOR (1), FNSTENV (2), FLDENV (3), FNSAVE (4), FRSTOR (5), XSAVE (6), XRSTOR (7), XSAVEC (8), XSAVEOPT (10): which
/// (bit 8: 16-bit layout, bit 9: REX.W); address.
pub(crate) fn transfer(cpu: &mut Cpu, [which, at, ..]: [u64; 4]) -> Out {
    let what = What { op: which & 15, narrow: which >> 8 & 1 != 0, wide: which >> 9 & 1 != 0 };
    match what.op {
        0 | 1 if at & 15 != 0 => return Err(Fault::GP0),
        0 => {
            check_area(cpu, at, 512)?;
            save_x87(cpu, at, what.wide)?;
            put(cpu, at + 24, cpu.reg(state::MXCSR) | 0xffff << 32)?;
            if cpu.state.cr4 & bit::OSFXSR != 0 {
                save_sse(cpu, at)?;
            }
        }
        1 => {
            let area = read_area(cpu, at)?;
            if area[3] as u32 >> 16 != 0 {
                return Err(Fault::GP0);
            }
            restore_x87(cpu, &area, what.wide);
            crate::sse::set_mxcsr(cpu, area[3] & 0xffff);
            if cpu.state.cr4 & bit::OSFXSR != 0 {
                restore_sse(cpu, &area);
            }
        }
        2 | 4 => save_environment(cpu, at, what)?,
        3 | 5 => restore_environment(cpu, at, what)?,
        7 => super::xsave::restore(cpu, at, what.wide)?,
        _ => super::xsave::save(cpu, at, what)?,
    }
    Ok(0)
}

/// All of an area that is written must be storable before anything is.
pub(super) fn check_area(cpu: &mut Cpu, at: u64, bytes: u64) -> Result<(), Fault> {
    crate::sse::check_write(cpu, [at, bytes, 0, 0]).map(|_| ())
}

pub(super) fn xmm_count(cpu: &Cpu) -> u8 {
    if seg::is_64(cpu) { 16 } else { 8 }
}

pub(super) fn save_x87(cpu: &mut Cpu, at: u64, wide: bool) -> Result<(), Fault> {
    let f = cpu.state.fpu.clone();
    let head =
        u64::from(f.control) | u64::from(status(&f)) << 16 | u64::from(!f.empty) << 32 | u64::from(f.opcode) << 48;
    put(cpu, at, head)?;
    let (ip, dp) = (cpu.reg(state::FPU_IP), cpu.reg(state::FPU_DP));
    let pointer = |address: u64, selector: u16| {
        if wide { address } else { address & 0xffff_ffff | u64::from(selector) << 32 }
    };
    put(cpu, at + 8, pointer(ip, f.cs))?;
    put(cpu, at + 16, pointer(dp, f.ds))?;
    for n in 0..8u8 {
        let from = usize::from(f.top.wrapping_add(n) & 7);
        put(cpu, at + 32 + 16 * u64::from(n), f.significand[from])?;
        put(cpu, at + 40 + 16 * u64::from(n), f.exponent[from].into())?;
    }
    Ok(())
}

pub(super) fn save_sse(cpu: &mut Cpu, at: u64) -> Result<(), Fault> {
    for n in 0..xmm_count(cpu) {
        for part in 0..2 {
            let value = cpu.reg(state::xmm(n, part));
            put(cpu, at + 160 + 16 * u64::from(n) + 8 * u64::from(part), value)?;
        }
    }
    Ok(())
}

/// The 512 bytes of the legacy area.
pub(super) fn read_area(cpu: &mut Cpu, at: u64) -> Result<[u64; 64], Fault> {
    let mut words = [0; 64];
    for (n, word) in words.iter_mut().enumerate() {
        *word = take(cpu, at + 8 * n as u64)?;
    }
    Ok(words)
}

pub(super) fn restore_x87(cpu: &mut Cpu, area: &[u64; 64], wide: bool) {
    let f = &mut cpu.state.fpu;
    f.control = area[0] as u16 & 0x1f3f | 0x40;
    f.status = (area[0] >> 16) as u16 & !0x3800;
    f.top = (area[0] >> 27 & 7) as u8;
    f.empty = !(area[0] >> 32) as u8;
    f.opcode = (area[0] >> 48) as u16 & 0x7ff;
    super::summarize(f);
    (f.cs, f.ds) = if wide { (0, 0) } else { ((area[1] >> 32) as u16, (area[2] >> 32) as u16) };
    for n in 0..8u8 {
        let to = usize::from(f.top.wrapping_add(n) & 7);
        f.significand[to] = area[4 + 2 * usize::from(n)];
        f.exponent[to] = area[5 + 2 * usize::from(n)] as u16;
    }
    let narrow = |v: u64| if wide { v } else { v & 0xffff_ffff };
    cpu.set_reg(state::FPU_IP, narrow(area[1]));
    cpu.set_reg(state::FPU_DP, narrow(area[2]));
}

pub(super) fn restore_sse(cpu: &mut Cpu, area: &[u64; 64]) {
    for n in 0..xmm_count(cpu) {
        cpu.set_reg(state::xmm(n, 0), area[20 + 2 * usize::from(n)]);
        cpu.set_reg(state::xmm(n, 1), area[21 + 2 * usize::from(n)]);
    }
}

/// The words of the environment (SDM volume 1, "x87 FPU State Image": four layouts).
fn environment(cpu: &Cpu, narrow: bool) -> [u64; 7] {
    let f = &cpu.state.fpu;
    let (ip, dp) = (cpu.reg(state::FPU_IP), cpu.reg(state::FPU_DP));
    let (cs, ds, opcode) = (u64::from(f.cs), u64::from(f.ds), u64::from(f.opcode));
    let head = [u64::from(f.control), status(f).into(), tags(f).into()];
    let tail = match (seg::is_real(cpu), narrow) {
        (false, true) => [ip, cs, dp, ds],
        (false, false) => [ip, cs | opcode << 16, dp, ds],
        // Real mode: linear addresses, in two parts.
        (true, _) => {
            let (ip, dp) = ((cs << 4) + ip, (ds << 4) + dp);
            [ip & 0xffff, ip >> 16 << 12 | opcode, dp & 0xffff, dp >> 16 << 12]
        }
    };
    [head[0], head[1], head[2], tail[0], tail[1], tail[2], tail[3]]
}

fn save_environment(cpu: &mut Cpu, at: u64, what: What) -> Result<(), Fault> {
    let all = what.op == 4;
    let (w, step) = if what.narrow { (Width::W16, 2) } else { (Width::W32, 4) };
    // The upper halves of the first three words and of the last are ones.
    let high = if what.narrow { 0 } else { 0xffff_0000 };
    check_area(cpu, at, 7 * step + if all { 80 } else { 0 })?;
    for (n, word) in environment(cpu, what.narrow).into_iter().enumerate() {
        let filler = if n < 3 || n == 6 { high } else { 0 };
        cpu.store(at + n as u64 * step, w.cut(word | filler), mem(w))?;
    }
    if !all {
        cpu.state.fpu.control |= 0x3f;
        super::summarize(&mut cpu.state.fpu);
        return Ok(());
    }
    let f = cpu.state.fpu.clone();
    for n in 0..8u8 {
        let from = usize::from(f.top.wrapping_add(n) & 7);
        let to = at + 7 * step + 10 * u64::from(n);
        put(cpu, to, f.significand[from])?;
        cpu.store(to + 8, f.exponent[from].into(), mem(Width::W16))?;
    }
    super::initialize(cpu);
    // SDM volume 2A, "FSAVE" and "FINIT": the data registers stay as they are, and count as empty.
    (cpu.state.fpu.significand, cpu.state.fpu.exponent) = (f.significand, f.exponent);
    Ok(())
}

fn restore_environment(cpu: &mut Cpu, at: u64, what: What) -> Result<(), Fault> {
    let all = what.op == 5;
    let (w, step) = if what.narrow { (Width::W16, 2) } else { (Width::W32, 4) };
    let mut words = [0; 7];
    for (n, word) in (0..).zip(&mut words) {
        *word = cpu.load(at + n * step, mem(w))?;
    }
    let mut regs = Vec::new();
    for n in 0..if all { 8 } else { 0u64 } {
        let from = at + 7 * step + 10 * n;
        regs.push((take(cpu, from)?, cpu.load(from + 8, mem(Width::W16))? as u16));
    }
    let real = seg::is_real(cpu);
    let [control, status, tags, ip, cs, dp, ds] = words;
    let f = &mut cpu.state.fpu;
    f.control = control as u16 & 0x1f3f | 0x40;
    f.status = status as u16 & !0x3800;
    f.top = (status >> 11 & 7) as u8;
    f.empty = (0..8).fold(0, |sum, n| sum | u8::from(tags >> (2 * n) & 3 == 3) << n);
    super::summarize(f);
    for (n, (significand, exponent)) in regs.into_iter().enumerate() {
        let to = (usize::from(f.top) + n) & 7;
        (f.significand[to], f.exponent[to]) = (significand, exponent);
    }
    let (ip, dp) = if real {
        (f.cs, f.ds) = (0, 0);
        f.opcode = cs as u16 & 0x7ff;
        (ip | cs >> 12 << 16, dp | ds >> 12 << 16)
    } else {
        (f.cs, f.ds) = (cs as u16, ds as u16);
        f.opcode = if what.narrow { 0 } else { (cs >> 16) as u16 & 0x7ff };
        (ip, dp)
    };
    cpu.set_reg(state::FPU_IP, ip);
    cpu.set_reg(state::FPU_DP, dp);
    Ok(())
}

/// The code segment's selector, as the unit keeps it.
pub(super) fn selectors(cpu: &mut Cpu, data: Option<usize>) {
    cpu.state.fpu.cs = cpu.state.seg[sreg::CS].selector;
    if let Some(n) = data {
        cpu.state.fpu.ds = cpu.state.seg[n].selector;
    }
}
