//! Stacks of far transfers.

use uop::{Mem, Width};

use crate::mmu::space;
use crate::seg;
use crate::state::{self, Seg, attr, sreg};
use crate::trap::{Cpu, Fault, vector};

/// A stack that is pushed to or popped from before the CPU commits itself to it.
#[derive(Clone, Copy)]
pub(crate) struct Stack {
    pub(crate) sp: u64,
    pub(crate) base: u64,
    pub(crate) mask: u64,
    pub(crate) space: u8,
    /// The segment, whose limit is checked, and the error code of #SS; none in 64-bit code.
    pub(crate) limits: Option<(Seg, u32)>,
}

impl Stack {
    /// The current one.
    pub(crate) fn now(cpu: &Cpu) -> Stack {
        let space = if cpu.state.cpl == 3 { space::USER } else { space::SYSTEM };
        let sp = cpu.reg(state::RSP);
        if seg::is_64(cpu) {
            return Stack::long(sp, space);
        }
        let ss = cpu.state.seg[sreg::SS];
        let mask = if ss.is(attr::D) { 0xffff_ffff } else { 0xffff };
        Stack { sp, base: cpu.reg(state::base(sreg::SS)), mask, space, limits: Some((ss, 0)) }
    }

    /// One of 64-bit code.
    pub(crate) fn long(sp: u64, space: u8) -> Stack {
        Stack { sp, base: 0, mask: u64::MAX, space, limits: None }
    }

    /// #SS if an access at the pointer is outside the segment.
    fn check(&self, w: Width) -> Result<(), Fault> {
        match self.limits {
            Some((ss, error)) if !seg::fits(&ss, self.sp & self.mask, w.bytes()) => {
                Err(Fault::coded(vector::SS, error))
            }
            _ => Ok(()),
        }
    }

    fn at(&self) -> u64 {
        let at = self.base.wrapping_add(self.sp & self.mask);
        if self.mask == u64::MAX { at } else { at & 0xffff_ffff }
    }

    pub(crate) fn push(&mut self, cpu: &mut Cpu, value: u64, w: Width) -> Result<(), Fault> {
        self.sp = self.sp.wrapping_sub(w.bytes().into());
        self.check(w)?;
        cpu.store(self.at(), value & w.mask(), Mem::le(w).in_space(self.space))
    }

    pub(crate) fn pop(&mut self, cpu: &mut Cpu, w: Width) -> Result<u64, Fault> {
        self.check(w)?;
        let value = cpu.load(self.at(), Mem::le(w).in_space(self.space))?;
        self.sp = self.sp.wrapping_add(w.bytes().into());
        Ok(value)
    }

    /// Makes its pointer the stack pointer.
    pub(crate) fn commit(self, cpu: &mut Cpu) {
        let old = cpu.reg(state::RSP);
        let mask = self.mask;
        let keep = if mask == 0xffff { old & !mask } else { 0 };
        cpu.set_reg(state::RSP, keep | self.sp & mask);
    }
}
