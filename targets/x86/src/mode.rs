//! The mode word: all of the state that blocks are lifted for.

use cpu::Mode;

use crate::state::{attr, base, bit, sreg};
use crate::trap::Cpu;

/// Bits of the mode word.
pub mod flag {
    use cpu::Mode;

    /// 64-bit code.
    pub const L: Mode = 1 << 2;
    /// 32-bit code.
    pub const D: Mode = 1 << 3;
    /// 32-bit stack.
    pub const B: Mode = 1 << 4;
    /// ES, CS, SS and DS reach all of 4 GiB from 0, for reading and writing.
    pub const FLAT: Mode = 1 << 5;
    /// Protected mode.
    pub const PE: Mode = 1 << 6;
    /// Virtual-8086 mode.
    pub const VM: Mode = 1 << 7;
    /// Single step.
    pub const TF: Mode = 1 << 8;
    /// Supervisor code may reach user pages in spite of SMAP.
    pub const AC: Mode = 1 << 9;
    /// CR0.TS.
    pub const TS: Mode = 1 << 10;
    /// CR0.EM.
    pub const EM: Mode = 1 << 11;
    /// CR4.OSFXSR.
    pub const OSFXSR: Mode = 1 << 12;
    /// AVX may be used: CR4.OSXSAVE and XCR0.
    pub const AVX: Mode = 1 << 13;
    /// Interrupts wait for one more instruction.
    pub const SHADOW: Mode = 1 << 14;
    /// The base of CS is 0.
    pub const CS0: Mode = 1 << 15;
    /// EFER.LMA.
    pub const LMA: Mode = 1 << 16;
    /// CR0.MP.
    pub const MP: Mode = 1 << 17;
    /// A breakpoint is enabled in DR7.
    pub const DEBUG: Mode = 1 << 18;
    /// EFLAGS.RF.
    pub const RF: Mode = 1 << 19;
    /// Misaligned accesses raise #AC: CR0.AM and EFLAGS.AC at privilege 3.
    pub const ALIGN: Mode = 1 << 20;
    /// MPX is on at this privilege.
    pub const MPX: Mode = 1 << 21;
    /// Near branches without the prefix BND forget the bounds.
    pub const MPX_RESET: Mode = 1 << 22;
    /// A guest of SVM runs.
    pub const GUEST: Mode = 1 << 23;
    /// The code segment is not one of 4 GiB: see [`crate::limit`].
    pub const LIMIT: Mode = 1 << 24;
    /// Its limit is near, or it wraps around: each instruction is checked.
    pub const EDGE: Mode = 1 << 25;
    /// CR4.LA57: addresses of 57 bits.
    pub const LA57: Mode = 1 << 26;
    /// Instructions run one by one.
    pub const SINGLE: Mode = TF | SHADOW | DEBUG | RF;
}

/// The current mode.
pub(crate) fn current(cpu: &Cpu) -> Mode {
    let s = &cpu.state;
    let mut mode = Mode::from(s.cpl);
    let mut put = |cond: bool, flag: Mode| {
        if cond {
            mode |= flag;
        }
    };
    let long = s.efer & bit::LMA != 0;
    let cs = &s.seg[sreg::CS];
    let l = long && cs.is(attr::L);
    put(l, flag::L);
    put(!l && cs.is(attr::D), flag::D);
    put(!l && s.seg[sreg::SS].is(attr::D), flag::B);
    put(long, flag::LMA);
    put(cpu.reg(base(sreg::CS)) == 0, flag::CS0);
    put(!l && is_flat(cpu), flag::FLAT);
    put(s.cr0 & bit::PE != 0, flag::PE);
    put(s.eflags & bit::VM != 0, flag::VM);
    put(s.eflags & bit::TF != 0, flag::TF);
    put(s.cr4 & bit::SMAP == 0 || s.eflags & bit::AC != 0, flag::AC);
    put(s.cr0 & bit::TS != 0, flag::TS);
    put(s.cr0 & bit::EM != 0, flag::EM);
    put(s.cr0 & bit::MP != 0, flag::MP);
    put(s.cr4 & bit::LA57 != 0, flag::LA57);
    put(s.cr4 & bit::OSFXSR != 0, flag::OSFXSR);
    put(s.cr4 & bit::OSXSAVE != 0 && s.xcr0 & 6 == 6, flag::AVX);
    put(s.svm.guest, flag::GUEST);
    put(s.shadow, flag::SHADOW);
    put(crate::debug::any(s), flag::DEBUG);
    put(s.eflags & bit::RF != 0, flag::RF);
    put(s.cr0 & bit::AM != 0 && s.eflags & bit::AC != 0 && s.cpl == 3, flag::ALIGN);
    mode | crate::mpx::mode(cpu) | crate::limit::mode(cpu)
}

fn is_flat(cpu: &Cpu) -> bool {
    let whole = |n: usize| cpu.state.seg[n].limit == u32::MAX && cpu.reg(base(n)) == 0;
    let data = |n: usize| cpu.state.seg[n].attr & (attr::P | attr::CODE | attr::E | attr::W) == attr::P | attr::W;
    let code = cpu.state.seg[sreg::CS].attr & (attr::P | attr::CODE | attr::W) == attr::P | attr::CODE | attr::W;
    code && whole(sreg::CS) && [sreg::ES, sreg::SS, sreg::DS].into_iter().all(|n| whole(n) && data(n))
}
