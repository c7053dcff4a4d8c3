//! The states after reset and INIT (SDM volume 3A, "Processor State After Reset").

use crate::model::word;
use crate::state::{self, Fpu, Seg, State};
use crate::trap::Cpu;

/// Present, accessed, writable data; or readable code, as reset has it in CS.
const DATA: u16 = 0x93;

/// Power-on: everything.
pub(crate) fn reset(cpu: &mut Cpu) {
    cpu.state = State::default();
    let bsp = if cpu.index() == 0 { 0x100 } else { 0 };
    let s = &mut cpu.state;
    s.apic_base = 0xfee0_0800 | bsp;
    s.pat = 0x0007_0406_0007_0406;
    s.fpu = Fpu::new();
    s.xcr0 = 1;
    cpu.set_reg(state::MXCSR, 0x1f80);
    cpu.set_reg(state::FP_OK, 0);
    init(cpu);
    cpu.state.cr0 = 0x6000_0010;
    if !cpu.model().has(word::F1_EDX, 9) {
        cpu.state.apic_base = 0;
    }
    if cpu.index() != 0 {
        cpu.state.wait_for_sipi = true;
        cpu.set_halted(true);
    }
}

/// INIT: what it leaves alone stays.
pub(crate) fn init(cpu: &mut Cpu) {
    let signature = cpu.model().signature();
    for n in 0..16 {
        cpu.set_reg(state::r(n), 0);
    }
    cpu.set_reg(state::RDX, signature.into());
    for reg in [state::CC_KIND, state::CC_A, state::CC_B, state::CC_C, state::DF] {
        cpu.set_reg(reg, 0);
    }
    let s = &mut cpu.state;
    let data = Seg { selector: 0, limit: 0xffff, attr: DATA, base: 0 };
    s.seg = [data; 6];
    s.ldtr = Seg { attr: 0x82, ..data };
    s.tr = Seg { attr: 0x8b, ..data };
    (s.gdt_base, s.gdt_limit, s.idt_base, s.idt_limit) = (0, 0xffff, 0, 0xffff);
    s.cpl = 0;
    s.eflags = 2;
    s.cr0 = s.cr0 & 0x6000_0000 | 0x10;
    (s.cr2, s.cr3, s.cr4, s.efer) = (0, 0, 0, 0);
    s.dr = [0, 0, 0, 0, 0, 0, 0xffff_0ff0, 0x400];
    // A guest of SVM is gone with its host, and GIF is 1.
    s.svm = Default::default();
    (s.shadow, s.shadow_ss, s.debug_trap, s.nmi_masked, s.delivering) = (false, false, 0, false, 0);
    for n in 0..6 {
        cpu.set_reg(state::base(n), 0);
    }
    crate::limit::set_code(cpu, Seg { selector: 0xf000, attr: 0x9b, base: 0xffff_0000, ..data });
    cpu.flush_tlb();
    cpu.set_pc(0xffff_fff0);
}
