//! The limit of the code segment: in all modes but 64-bit code, each byte of an instruction lies within it, or #GP(0) is raised (SDM volume
//! 3A, "Limit Checking"; its priority: "Priority Among Concurrent Events").
//!
//! Code pays for that only near the limit. A segment of 4 GiB has none. Other code is lifted with [`flag::LIMIT`], and each block asks at its
//! beginning whether the segment goes on behind the page, which no block leaves but by one instruction of at most 15 bytes. If it does not,
//! the CPU goes on with [`flag::EDGE`], for which each instruction is lifted with a check of its own.

use cpu::{Code, Mode};
use uop::{Builder, Width};

use crate::lift::{Lift, V};
use crate::mode::flag;
use crate::seg;
use crate::state::{CS_LAST, Seg, base, sreg};
use crate::trap::{Cpu, GP0_CODE, NEAR_LIMIT};

/// A page less 1.
const PAGE: u64 = 0xfff;
/// The longest instruction.
const LONGEST: u64 = 15;

/// The address that the segment has to reach for code at `pc` to be far from the limit.
fn reach(pc: u64) -> u64 {
    (pc | PAGE) + LONGEST
}

/// Puts a code segment's contents into CS. Its last byte is kept as a linear address of up to 33 bits: a segment may wrap around at 4 GiB.
pub fn set_code(cpu: &mut Cpu, seg: Seg) {
    cpu.set_reg(base(sreg::CS), seg.base);
    cpu.set_reg(CS_LAST, seg.base.wrapping_add(seg.limit.into()));
    cpu.state.seg[sreg::CS] = Seg { base: 0, ..seg };
}

/// What the mode says of the limit.
pub(crate) fn mode(cpu: &Cpu) -> Mode {
    if seg::is_64(cpu) || cpu.state.seg[sreg::CS].limit == u32::MAX {
        return 0;
    }
    let (first, last, pc) = (cpu.reg(base(sreg::CS)), cpu.reg(CS_LAST), cpu.pc());
    let wraps = last > u64::from(u32::MAX);
    if wraps || pc < first || last < reach(pc) { flag::LIMIT | flag::EDGE } else { flag::LIMIT }
}

/// Whether the byte at a linear address is outside the code segment.
pub(crate) fn is_outside(cpu: &Cpu, address: u64) -> bool {
    let offset = address.wrapping_sub(cpu.reg(base(sreg::CS))) & 0xffff_ffff;
    offset > cpu.state.seg[sreg::CS].limit.into() && !seg::is_64(cpu)
}

/// At the beginning of a block: leaves it if the limit is near and it was lifted for code that is far from it.
pub(crate) fn begin_block(ir: &Builder<'_>, code: &Code<'_>) {
    if code.offset == 0 && code.mode & (flag::LIMIT | flag::EDGE) == flag::LIMIT {
        let near = ir.get(CS_LAST).lt_u(ir.konst(Width::W64, reach(code.pc)));
        ir.raise_if(near, NEAR_LIMIT, 0);
    }
}

/// #GP(0) unless all `len` bytes of an instruction lie within the limit, where that has to be asked.
pub(crate) fn check_insn(ir: &Builder<'_>, code: &Code<'_>, len: u32) {
    if code.mode & flag::EDGE == 0 {
        return;
    }
    let k = |value: u64| ir.konst(Width::W64, value);
    let first = ir.get(base(sreg::CS));
    let offset = (k(code.pc) - first) & k(0xffff_ffff);
    let limit = ir.get(CS_LAST) - first;
    ir.raise_if(limit.lt_u(offset.add_imm(i64::from(len) - 1)), GP0_CODE, 0);
}

impl<'b> Lift<'b> {
    /// The linear address of offset `ip` in the code segment, whose limit is checked, in other than 64-bit code: if `cond`, a truth value, is 1.
    pub(crate) fn code_address_if(&self, cond: Option<V<'b>>, ip: V<'b>) -> V<'b> {
        if self.long() {
            return ip;
        }
        let based = !self.is(flag::CS0);
        let linear = if based { ip + self.ir.get(base(sreg::CS)) } else { ip };
        if self.is(flag::LIMIT) {
            let outside = self.ir.get(CS_LAST).lt_u(linear);
            self.ir.raise_if(cond.map_or(outside, |cond| cond & outside), GP0_CODE, 0);
        }
        if based { linear & self.k(0xffff_ffff) } else { linear }
    }

    /// The linear address of any offset `ip` in the code segment, whose limit is checked. In 64-bit code it has to be canonical (SDM volume
    /// 1, "Canonical Addressing"; volume 2, CALL, JMP, RET): nothing has been done yet when the branch faults.
    pub(crate) fn code_address(&self, ip: V<'b>) -> V<'b> {
        if self.long() {
            let half = 1u64 << if self.is(flag::LA57) { 56 } else { 47 };
            let outside = self.k(2 * half - 1).lt_u(ip.add_imm(half as i64));
            self.ir.raise_if(outside, GP0_CODE, 0);
            return ip;
        }
        self.code_address_if(None, ip)
    }
}
