//! What the benchmarks share: harts without a machine around them, and small programs for them.

use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Kind, Lines, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use riscv::Riscv64;
use riscv::model::Model;

pub mod asm;

/// Where RAM begins.
pub const RAM: u64 = 0x8000_0000;
/// Its length.
pub const RAM_SIZE: u64 = 64 << 20;

/// A hart of the model `rv64` on the interpreter.
pub type Hart = Vcpu<Riscv64, Interp>;

/// Time stands still.
struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

/// The model `rv64` and its decode tables.
///
/// # Panics
/// When there is no such model.
pub fn kind() -> Arc<Kind<Riscv64>> {
    Kind::new(Model::new(64, "rv64", &[]).expect("rv64 is a model"))
}

/// A hart with RAM of its own, that stands at the start of `code`, at [`RAM`].
///
/// # Panics
/// When the host has no memory.
pub fn hart(code: &[u32]) -> Hart {
    let ram = Arc::new(Ram::new(RAM_SIZE).expect("the host has memory"));
    let bytes: Vec<u8> = code.iter().flat_map(|insn| insn.to_le_bytes()).collect();
    ram.write_bytes(0, &bytes);
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).expect("nothing else is mapped");
    let env = Env {
        index: 0,
        lines: Arc::<Lines>::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(cpu::PlainBoard),
    };
    let mut hart = Vcpu::new(&kind(), env);
    hart.set_pc(RAM);
    hart
}

/// Lifts `code` instruction by instruction into one block with all passes; the number of ops that are left.
///
/// # Panics
/// When `code` doesn't end with a jump.
pub fn lift(kind: &Kind<Riscv64>, code: &[u8], mode: cpu::Mode) -> usize {
    let builder = uop::Builder::new(kind.layout());
    let mut at = 0;
    while !builder.has_exit() {
        builder.begin_insn(at as i32, 0);
        let code = cpu::Code { pc: RAM + at as u64, offset: at as i32, bytes: &code[at..], mode, alone: false };
        match Riscv64::lift(kind.lifter(), &builder, code) {
            cpu::Lifted::Next(n) | cpu::Lifted::End(n) => at += n as usize,
            cpu::Lifted::More => panic!("the code ends without a jump"),
        }
    }
    let mut block = builder.finish(RAM, at as u32);
    uop::pass::run(&mut block, kind.layout());
    block.ops.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_run_for_ever() {
        for (name, code) in asm::PROGRAMS {
            let mut hart = hart(code);
            assert_eq!(hart.run(10_000), cpu::Exit::Budget, "{name}");
            assert_eq!(hart.executed(), 10_000, "{name}");
            let end = RAM + RAM_SIZE;
            assert!((RAM..end).contains(&hart.pc()), "{name} has got lost: {:#x}", hart.pc());
        }
    }

    #[test]
    fn a_raised_line_interrupts_each_time() {
        let mut hart = hart(asm::INTERRUPTED);
        hart.run(100);
        let before = hart.executed();
        hart.lines().set(3, true);
        hart.run(1000);
        assert_eq!(hart.executed() - before, 1000);
        assert_eq!(hart.pc(), RAM + asm::HANDLER, "in the handler, since the line stays up");
    }

    #[test]
    fn a_block_can_be_lifted() {
        let mut hart = hart(asm::ALU);
        let mode = Riscv64::mode(hart.ctx());
        let bytes: Vec<u8> = asm::ALU.iter().flat_map(|insn| insn.to_le_bytes()).collect();
        assert!(lift(hart.kind(), &bytes, mode) > 4);
    }
}
