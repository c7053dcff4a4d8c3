//! Segments: checks of accesses, descriptors and their loads (SDM volume 3A, "Protected-Mode Memory Management", "Protection").

use uop::{Mem, Width};

use crate::mmu::space;
use crate::state::{self, Seg, attr, bit, sreg};
use crate::trap::{Cpu, Fault, Out, vector};

/// Whether the CPU runs 64-bit code.
pub(crate) fn is_64(cpu: &Cpu) -> bool {
    cpu.state.efer & bit::LMA != 0 && cpu.state.seg[sreg::CS].is(attr::L)
}

/// Whether the CPU is in real or virtual-8086 mode, where selectors are paragraphs.
pub(crate) fn is_real(cpu: &Cpu) -> bool {
    cpu.state.cr0 & bit::PE == 0 || cpu.state.eflags & bit::VM != 0
}

/// Whether an access is within the limit of a segment.
pub(crate) fn fits(s: &Seg, offset: u64, bytes: u32) -> bool {
    let last = offset + u64::from(bytes) - 1;
    if s.attr & (attr::CODE | attr::E) == attr::E {
        offset > u64::from(s.limit) && last <= if s.is(attr::D) { 0xffff_ffff } else { 0xffff }
    } else {
        last <= u64::from(s.limit) || s.limit == u32::MAX
    }
}

/// The linear address of an access, which is checked.
pub(crate) fn linear(cpu: &Cpu, seg: usize, offset: u64, bytes: u32, write: bool) -> Result<u64, Fault> {
    let base = cpu.reg(state::base(seg));
    if is_64(cpu) {
        return Ok(if seg >= sreg::FS { base.wrapping_add(offset) } else { offset });
    }
    let s = &cpu.state.seg[seg];
    let vector = if seg == sreg::SS { vector::SS } else { vector::GP };
    let fault = Fault::coded(vector, 0);
    let protected = !is_real(cpu);
    if protected {
        let code = s.is(attr::CODE);
        let bad = !s.is(attr::P) || if write { code || !s.is(attr::W) } else { code && !s.is(attr::W) };
        if bad {
            return Err(if s.is(attr::P) { Fault::GP0 } else { fault });
        }
    }
    if fits(s, offset, bytes) { Ok(base.wrapping_add(offset) & 0xffff_ffff) } else { Err(fault) }
}

/// [`linear`] as a helper: segment, offset, bytes and (bit 16) write.
pub(crate) fn linear_helper(cpu: &mut Cpu, [seg, offset, what, _]: [u64; 4]) -> Out {
    linear(cpu, seg as usize, offset, what as u32 & 0xffff, what >> 16 != 0)
}

/// A descriptor as memory holds it.
#[derive(Clone, Copy)]
pub(crate) struct Descriptor(pub(crate) u64);

impl Descriptor {
    /// Segment register contents of it.
    pub(crate) fn seg(self, selector: u16) -> Seg {
        let d = self.0;
        let mut limit = (d & 0xffff | d >> 32 & 0xf_0000) as u32;
        if d >> 55 & 1 != 0 {
            limit = limit << 12 | 0xfff;
        }
        let attr = (d >> 40 & 0xff | d >> 52 << 12 & 0xf000) as u16;
        Seg { selector, limit, attr, base: d >> 16 & 0xff_ffff | d >> 32 & 0xff00_0000 }
    }

    /// Access byte and flags as [`Seg::attr`].
    pub(crate) fn attr(self) -> u16 {
        self.seg(0).attr
    }
}

/// A supervisor access that the CPU makes by itself.
pub(crate) fn system_mem(w: Width) -> Mem {
    Mem::le(w).in_space(space::SYSTEM)
}

/// Linear address of a selector's descriptor; `None` if it is outside its table.
pub(crate) fn descriptor_address(cpu: &Cpu, selector: u16, bytes: u64) -> Option<u64> {
    let (base, limit) = if selector & 4 != 0 {
        (cpu.state.ldtr.base, u64::from(cpu.state.ldtr.limit))
    } else {
        (cpu.state.gdt_base, u64::from(cpu.state.gdt_limit))
    };
    if selector & 4 != 0 && !cpu.state.ldtr.is(attr::P) {
        return None;
    }
    let at = u64::from(selector & !7);
    (at + bytes - 1 <= limit).then(|| base.wrapping_add(at))
}

/// Reads a descriptor; the fault of a selector outside its table is `vector` with the selector.
pub(crate) fn read(cpu: &mut Cpu, selector: u16, vector: u8) -> Result<Descriptor, Fault> {
    let at = descriptor_address(cpu, selector, 8).ok_or(coded(vector, selector))?;
    cpu.load(at, system_mem(Width::W64)).map(Descriptor)
}

/// A fault with a selector as error code.
pub(crate) fn coded(vector: u8, selector: u16) -> Fault {
    Fault::coded(vector, u32::from(selector & !3))
}

/// Sets the accessed bit of a descriptor in memory.
pub(crate) fn touch(cpu: &mut Cpu, selector: u16, d: Descriptor) -> Result<Descriptor, Fault> {
    if d.0 >> 40 & 1 == 0
        && let Some(at) = descriptor_address(cpu, selector, 8)
    {
        let byte = (d.0 >> 40 & 0xff) | 1;
        cpu.store(at + 5, byte, system_mem(Width::W8))?;
    }
    Ok(Descriptor(d.0 | 1 << 40))
}

/// Puts a descriptor's contents into a segment register.
pub(crate) fn set(cpu: &mut Cpu, n: usize, seg: Seg) {
    if n == sreg::CS {
        return crate::limit::set_code(cpu, seg);
    }
    cpu.set_reg(state::base(n), seg.base);
    cpu.state.seg[n] = Seg { base: 0, ..seg };
}

/// A segment register in real or virtual-8086 mode.
pub(crate) fn set_real(cpu: &mut Cpu, n: usize, selector: u16) {
    let virtual_ = cpu.state.eflags & bit::VM != 0 && cpu.state.cr0 & bit::PE != 0;
    let mut seg = Seg { selector, base: u64::from(selector) << 4, ..cpu.state.seg[n] };
    if virtual_ {
        (seg.limit, seg.attr) = (0xffff, 0xf3);
    } else if n == sreg::CS {
        seg.attr = 0x93;
    }
    set(cpu, n, seg);
}

/// CS as interrupts of real mode and start-up IPIs load it: limit and attributes stay.
pub(crate) fn set_paragraph(cpu: &mut Cpu, selector: u16) {
    let seg = Seg { selector, base: u64::from(selector) << 4, ..cpu.state.seg[sreg::CS] };
    set(cpu, sreg::CS, seg);
}

/// Loads a segment register other than CS.
pub(crate) fn load(cpu: &mut Cpu, n: usize, selector: u16) -> Result<(), Fault> {
    if is_real(cpu) {
        set_real(cpu, n, selector);
        return Ok(());
    }
    let (rpl, cpl) = (selector & 3, u16::from(cpu.state.cpl));
    if selector & !3 == 0 {
        if n == sreg::SS && (!is_64(cpu) || cpl == 3 || rpl != cpl) {
            return Err(Fault::GP0);
        }
        let attr = if n == sreg::SS { cpl << 5 | 0x93 | attr::D } else { 0 };
        let limit = if n == sreg::SS { u32::MAX } else { 0 };
        set(cpu, n, Seg { selector, limit, attr, base: 0 });
        return Ok(());
    }
    let d = read(cpu, selector, vector::GP)?;
    let a = d.attr();
    let dpl = a >> 5 & 3;
    let has = |bit: u16| a & bit != 0;
    let bad = if n == sreg::SS {
        !has(attr::S) || has(attr::CODE) || !has(attr::W) || rpl != cpl || dpl != cpl
    } else {
        let code = has(attr::CODE);
        !has(attr::S) || code && !has(attr::W) || !(code && has(attr::E)) && (rpl > dpl || cpl > dpl)
    };
    if bad {
        return Err(coded(vector::GP, selector));
    }
    if !has(attr::P) {
        return Err(coded(if n == sreg::SS { vector::SS } else { vector::NP }, selector));
    }
    let d = touch(cpu, selector, d)?;
    set(cpu, n, d.seg(selector));
    Ok(())
}

/// [`load`] as a helper: segment, selector.
pub(crate) fn load_helper(cpu: &mut Cpu, [n, selector, ..]: [u64; 4]) -> Out {
    load(cpu, n as usize, selector as u16)?;
    if n as usize == sreg::SS {
        (cpu.state.shadow, cpu.state.shadow_ss) = (true, true);
    }
    Ok(0)
}

/// The code segment of a far transfer at privilege `cpl`.
pub(crate) fn set_cs(cpu: &mut Cpu, selector: u16, d: Descriptor, cpl: u8) {
    let mut seg = d.seg(selector & !3 | u16::from(cpl));
    if cpu.state.efer & bit::LMA != 0 && seg.is(attr::L) {
        seg.base = 0;
    }
    set(cpu, sreg::CS, seg);
    cpu.state.cpl = cpl;
}

/// Makes data segments unusable that privilege `cpl` must not see (SDM, "RET", IRET).
pub(crate) fn drop_data(cpu: &mut Cpu, cpl: u8) {
    for n in [sreg::ES, sreg::DS, sreg::FS, sreg::GS] {
        let s = cpu.state.seg[n];
        let conforming = s.attr & (attr::CODE | attr::E) == attr::CODE | attr::E;
        if s.dpl() < cpl && !conforming && s.is(attr::S) {
            set(cpu, n, Seg::default());
        }
    }
}
