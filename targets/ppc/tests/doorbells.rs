//! Messages from CPU to CPU: `msgsnd`, `msgclr`, and the interrupts behind them.
//!
//! Power ISA 2.07B, Book III-E, chapter 11, "Processor Control"; Book III-S, 6.5.18, "Directed Hypervisor Doorbell Interrupt".

use std::any::Any;
use std::sync::Arc;

use cpu::{Board, Clock, Cpu, Env, Kind, Lines, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64};

/// msgsnd r9; msgclr r9; nop
const SEND: u32 = 0x7c00_499c;
const CLEAR: u32 = 0x7c00_49dc;
const NOP: u32 = 0x6000_0000;
const START: u64 = 0x8000;
const BROADCAST: u64 = 1 << 26;
const CRITICAL: u64 = 1 << 27;
const SERVER: u64 = 5 << 27;

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

struct Shared(ppc::board::Board);

impl Board for Shared {
    fn shared(&self) -> Option<&(dyn Any + Send + Sync)> {
        Some(&self.0)
    }
}

/// Two CPUs that begin with `code`, with this MSR, and a message in r9.
fn two<T: Target<State = State, Model = Model>>(
    xlen: u32,
    model: &str,
    msr: u64,
    code: &[u32],
    message: u64,
) -> [Vcpu<T, Interp>; 2] {
    let ram = Arc::new(Ram::new(0x1_0000).unwrap());
    ram.write_bytes(0, &NOP.to_be_bytes().repeat(0x4000));
    for (at, word) in (START..).step_by(4).zip(code) {
        ram.write_bytes(at, &word.to_be_bytes());
    }
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", 0, &ram).unwrap();
    let (bus, lines) = (Arc::new(bus), [0; 2].map(|_| Arc::<Lines>::default()));
    let parts = lines.iter().map(|lines| (lines.clone(), Some(ppc::board::Entry::default()))).collect();
    let board = Arc::new(Shared(ppc::board::Board::new(1_000_000, parts)));
    [0, 1].map(|index| {
        let lines = lines[index as usize].clone();
        let env = Env { index, lines, bus: bus.clone(), clock: Arc::new(Still), board: board.clone() };
        let mut cpu: Vcpu<T, Interp> = Vcpu::new(&Kind::new(Model::new(xlen, model).unwrap()), env);
        // An entry of the TLB maps the first 16 MiB, where there are two TLBs.
        if let Some(entry) = cpu.ctx().state.tlb.get_mut(512) {
            entry.words = [1 << 31 | 14 << 7, 0, 0x3f];
        }
        for (name, value) in [("ivor36", 0x2000), ("ivor37", 0x3000), ("r9", message)] {
            if let Some(at) = cpu.registers().iter().position(|row| row.name == name) {
                cpu.set_register(at, value.into()).unwrap();
            }
        }
        cpu.ctx().state.msr = msr;
        cpu.set_pc(START);
        cpu
    })
}

fn get<T: Target<State = State, Model = Model>>(cpu: &Vcpu<T, Interp>, name: &str) -> u64 {
    let at = cpu.registers().iter().position(|row| row.name == name).unwrap();
    cpu.register(at).unwrap() as u64
}

#[test]
fn an_e500mc_rings_one_cpu_or_all() {
    let all = msr::EE | msr::CE;
    for (msr, message, at) in [
        // Where the CPUs are behind the second instruction: the sender, and the other one, which sends the same.
        (all, 1, [START + 8, 0x2000]),
        (all, 0, [0x2000, START + 8]),
        (all, BROADCAST | 0x3fff, [0x2000, 0x2000]),
        (all, CRITICAL | 1, [START + 8, 0x3000]),
        // Nobody has that number; a guest's doorbell; interrupts are off.
        (all, 2, [START + 8, START + 8]),
        (all, 2 << 27 | 1, [START + 8, START + 8]),
        (msr::CE, 1, [START + 8, START + 8]),
        (msr::EE, CRITICAL | 1, [START + 8, START + 8]),
    ] {
        let mut cpus = two::<Ppc32>(32, "e500mc", msr, &[SEND, NOP], message);
        for cpu in &mut cpus {
            cpu.step();
        }
        let after: Vec<u64> = cpus
            .iter_mut()
            .map(|cpu| {
                cpu.step();
                // An interrupt is taken before an instruction of its handler.
                let pc = cpu.pc();
                if pc < START { pc & !0xfff } else { pc }
            })
            .collect();
        assert_eq!(after, at, "{msr:#x} {message:#x}");
        // It has been rung before its first instruction.
        if at[1] == 0x2000 {
            assert_eq!(get(&cpus[1], "srr0"), START);
        }
        if at[1] == 0x3000 {
            assert_eq!(get(&cpus[1], "csrr0"), START);
        }
    }
}

#[test]
fn a_message_can_be_taken_back() {
    let mut cpus = two::<Ppc32>(32, "e500mc", 0, &[SEND, CLEAR, NOP], 0);
    cpus[0].step();
    cpus[0].step();
    cpus[0].ctx().state.msr = msr::EE;
    cpus[0].step();
    assert_eq!(cpus[0].pc(), START + 12);
}

#[test]
fn an_interrupt_answers_its_doorbell() {
    let mut cpus = two::<Ppc32>(32, "e500mc", msr::EE, &[SEND, NOP], 0);
    cpus[0].step();
    cpus[0].step();
    assert_eq!(cpus[0].pc() & !0xfff, 0x2000);
    cpus[0].ctx().state.msr = msr::EE;
    let before = cpus[0].pc();
    cpus[0].step();
    assert_eq!(cpus[0].pc(), before + 4);
}

#[test]
fn servers_ring_as_hypervisors() {
    let hypervisor = msr::SF | msr::HV | msr::ME;
    for (msr, message, vector) in [
        (hypervisor | msr::EE, SERVER | 1, 0xe80),
        (hypervisor, SERVER | 1, START),
        (hypervisor | msr::EE, 1, START),
        (msr::SF | msr::ME, SERVER | 1, 0x700),
    ] {
        let mut cpus = two::<Ppc64>(64, "power8", msr, &[SEND, NOP], message);
        cpus[0].step();
        // Outside of hypervisor state nothing keeps it off.
        if vector == 0x700 {
            assert_eq!(cpus[0].pc() & !0xff, 0x700, "refused");
            continue;
        }
        cpus[1].set_pc(START + 4);
        cpus[1].step();
        let pc = cpus[1].pc();
        assert_eq!(if pc < START { pc & !0x7f } else { START }, vector, "{msr:#x} {message:#x}");
        if vector == 0xe80 {
            assert_eq!((get(&cpus[1], "hsrr0"), get(&cpus[1], "hsrr1")), (START + 4, msr));
        }
    }
}
