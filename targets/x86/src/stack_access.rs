//! Which faults are the stack's.

use cpu::Code;
use iced_x86::{Mnemonic, OpKind, Register};

use crate::lift::{Decoded, decode};
use crate::state::{self, sreg};
use crate::trap::Cpu;

/// Whether the instruction at work reaches `address` by the stack segment: SDM volume 3A, "Stack Fault Exception (#SS)".
pub(crate) fn is_by_stack(cpu: &Cpu, address: u64) -> bool {
    let pc = cpu.pc();
    let byte = |n: u64| {
        let phys = crate::mmu::translate_debug(cpu, pc.wrapping_add(n))?;
        let page = cpu.bus().ram_page(phys)?;
        Some(page.ram.read(page.offset + phys % 0x1000, 1) as u8)
    };
    let bytes: Vec<u8> = (0..15).map_while(byte).collect();
    let code = Code { pc, offset: 0, bytes: &bytes, mode: crate::mode::current(cpu), alone: true };
    let Decoded::Insn(insn) = decode(&code) else { return false };
    let register = |r: Register, _, _| {
        Some(match r {
            Register::FS => cpu.reg(state::base(sreg::FS)),
            Register::GS => cpu.reg(state::base(sreg::GS)),
            r if r.is_segment_register() => 0,
            r => cpu.reg(state::r(r.full_register().number() as u8)) & bits::mask(r.size() as u32 * 8),
        })
    };
    let operand = (0..insn.op_count()).find(|n| insn.op_kind(*n) == OpKind::Memory);
    let at = operand.and_then(|n| insn.virtual_address(n, 0, register));
    if at.is_some_and(|at| address.wrapping_sub(at) < 64) {
        return insn.memory_segment() == Register::SS;
    }
    insn.stack_pointer_increment() != 0 || matches!(insn.mnemonic(), Mnemonic::Enter | Mnemonic::Leave)
}
