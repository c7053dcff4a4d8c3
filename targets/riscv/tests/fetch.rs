//! Fetches: physical memory protection where its regions are smaller than a page, and how much lifted code is kept.

use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Kind, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use riscv::Riscv64;
use riscv::model::Model;

const RAM: u64 = 0x8000_0000;
/// Where M-mode's handler is, in a page of its own.
const HANDLER: u64 = RAM + 0x1000;
/// `j .`
const STAY: u32 = 0x6f;
/// `addi ra, ra, 1`
const COUNT: u32 = 0x0010_8093;

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

fn set(hart: &mut impl Cpu, name: &str, value: u64) {
    let index = hart.registers().iter().position(|register| register.name == name).unwrap();
    hart.set_register(index, u128::from(value)).unwrap();
}

fn get(hart: &impl Cpu, name: &str) -> u64 {
    let index = hart.registers().iter().position(|register| register.name == name).unwrap();
    hart.register(index).unwrap() as u64
}

/// A hart in M-mode with that much RAM.
fn hart(ram: u64) -> (Vcpu<Riscv64, Interp>, Arc<Ram>) {
    let ram = Arc::new(Ram::new(ram).unwrap());
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).unwrap();
    let env = Env {
        index: 0,
        lines: Arc::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(cpu::PlainBoard),
    };
    let mut hart = Vcpu::new(&Kind::new(Model::new(64, "rv64", &[]).unwrap()), env);
    hart.set_pc(RAM);
    (hart, ram)
}

/// A hart in U-mode before eight `addi` at `at`.
fn user(at: u64) -> Vcpu<Riscv64, Interp> {
    let (mut hart, ram) = hart(0x2000);
    (0..8).for_each(|n| ram.write_bytes(at - RAM + 4 * n, &COUNT.to_le_bytes()));
    ram.write_bytes(at - RAM + 32, &STAY.to_le_bytes());
    ram.write_bytes(HANDLER - RAM, &STAY.to_le_bytes());
    for (name, value) in [("mtvec", HANDLER), ("pmpaddr0", (RAM + 0x2000) >> 2), ("pmpcfg0", 0x0f), ("priv", 0)] {
        set(&mut hart, name, value);
    }
    hart.set_pc(at);
    hart
}

/// Makes what lies below `end` executable in U-mode, and nothing else.
fn protect(hart: &mut impl Cpu, end: u64) {
    set(hart, "pmpaddr0", end >> 2);
    set(hart, "pmpcfg0", 0x0d);
}

#[test]
fn a_region_may_end_between_two_instructions() {
    let mut hart = user(RAM);
    hart.run(100);
    assert_eq!((get(&hart, "ra"), hart.pc()), (8, RAM + 32));
    // What was executed before must be looked at anew.
    protect(&mut hart, RAM + 12);
    hart.set_pc(RAM);
    hart.run(100);
    assert_eq!((get(&hart, "ra"), get(&hart, "mcause"), get(&hart, "mepc")), (8 + 3, 1, RAM + 12));
    assert_eq!((get(&hart, "mtval"), hart.pc()), (RAM + 12, HANDLER));
}

#[test]
fn a_region_may_end_in_the_middle_of_an_instruction() {
    let mut hart = user(RAM + 2);
    protect(&mut hart, RAM + 8);
    hart.run(100);
    assert_eq!((get(&hart, "ra"), get(&hart, "mcause"), get(&hart, "mepc")), (1, 1, RAM + 6));
    assert_eq!(get(&hart, "mtval"), RAM + 8, "the part that can't be fetched");
}

#[test]
fn a_guest_that_jumps_everywhere_does_not_fill_the_host() {
    const JUMPS: u64 = 300_000;
    let (mut hart, ram) = hart(4 * JUMPS + 0x1000);
    // `j .+4`: each is a block of its own.
    let code: Vec<u8> = (0..JUMPS).flat_map(|_| 0x0040_006fu32.to_le_bytes()).collect();
    ram.write_bytes(0, &code);
    let mut most = 0;
    while hart.executed() < JUMPS {
        hart.run(20_000);
        most = most.max(hart.n_blocks());
    }
    assert_eq!(hart.pc(), RAM + 4 * JUMPS);
    assert!((100_000..200_000).contains(&most), "{most} blocks at a time");
}
