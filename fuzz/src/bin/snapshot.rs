//! Damaged CPU snapshots: refused, or taken over by a CPU that then runs, answers, and saves again.

use std::process::ExitCode;
use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Kind, Lines, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use riscv::model::Model;
use riscv::{Riscv32, Riscv64};

struct Still;

impl Clock for Still {
    fn now(&self, executed: u64) -> Nanos {
        executed
    }
}

fn bus() -> Arc<AddressSpace> {
    let ram = Arc::new(Ram::new(1 << 16).expect("the host has memory"));
    // Counts a0 up, stores it behind the code, and goes round.
    let code = [0x0015_0513u32, 0x0000_0297, 0x40a2_a023, 0x3010_2373, 0x0000_0073, 0xfedf_f06f];
    ram.write_bytes(0, &code.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", 0x8000_0000, &ram).expect("nothing else is there");
    Arc::new(bus)
}

fn cpu<T: Target>(kind: &Arc<Kind<T>>, bus: &Arc<AddressSpace>) -> Vcpu<T, Interp> {
    let env = Env { index: 0, lines: Arc::<Lines>::default(), bus: Arc::clone(bus), clock: Arc::new(Still), board: Arc::new(cpu::PlainBoard) };
    let mut cpu = Vcpu::new(kind, env);
    cpu.set_pc(0x8000_0000);
    cpu
}

fn good<T: Target>(kind: &Arc<Kind<T>>) -> Vec<Vec<u8>> {
    let bus = bus();
    let mut cpu = cpu(kind, &bus);
    let fresh = cpu.save();
    cpu.run(100);
    vec![fresh, cpu.save()]
}

fn try_on<T: Target>(kind: &Arc<Kind<T>>, bus: &Arc<AddressSpace>, input: &[u8]) {
    let mut cpu = cpu(kind, bus);
    let before = cpu.save();
    if cpu.restore(input).is_err() {
        assert_eq!(cpu.save(), before, "a refused snapshot changes nothing");
        return;
    }
    let _ = (cpu.info(), cpu.pc(), cpu.has_work(), cpu.deadline(), cpu.translate_debug(0x8000_0000));
    (0..cpu.registers().len()).for_each(|at| assert!(cpu.register(at).is_ok()));
    cpu.set_pc(0x8000_0000);
    cpu.run(500);
    cpu.step();
    let state = cpu.save();
    assert_eq!(cpu.restore(&state), Ok(()), "what was saved can be restored");
}

fn main() -> ExitCode {
    let narrow = Kind::<Riscv32>::new(Model::new(32, "rv32", &[]).expect("a model"));
    let wide = Kind::<Riscv64>::new(Model::new(64, "rv64", &[]).expect("a model"));
    let seeds = [good(&narrow), good(&wide)].concat();
    let bus = bus();
    fuzz::main("snapshot", &seeds, |input| {
        try_on(&narrow, &bus, input);
        try_on(&wide, &bus, input);
    })
}
