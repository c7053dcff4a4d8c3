//! Guest programs of `guests/tests/sparc` print on ours what they printed on QEMU.
#![allow(missing_docs, reason = "a test")]

use std::path::PathBuf;
use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Device, DeviceEndian, Nanos, Ram, SharedDevice, Size};
use parking_lot::Mutex;
use sparc::Sparc32;
use sparc::model::Model;
use sparc::v8::trap::SHUT_DOWN;

const RAM: u64 = 0x4000_0000;
const RAM_SIZE: u64 = 16 << 20;
const UART: u64 = 0x8000_0100;
/// Instructions after which a program is thought to hang.
const LIMIT: u64 = 50_000_000;

/// No time passes.
struct NoClock;

impl Clock for NoClock {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

/// A console that is always ready, and keeps what is written.
#[derive(Default)]
struct Console(String);

impl Device for Console {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        if offset == 4 { 6 } else { 0 }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        if offset == 0 {
            self.0.push(char::from(value as u8));
        }
    }

    fn reset(&mut self) {}
}

/// Puts the segments of an ELF file into RAM; the entry point.
fn load(elf: &[u8], ram: &Ram) -> u64 {
    let number = |at: usize, len: usize| elf[at..at + len].iter().fold(0u64, |n, &byte| n << 8 | u64::from(byte));
    let (headers, size, count) = (number(0x1c, 4), number(0x2a, 2), number(0x2c, 2));
    for h in (0..count).map(|i| (headers + i * size) as usize).filter(|&h| number(h, 4) == 1) {
        let (from, phys, len) = (number(h + 4, 4) as usize, number(h + 0xc, 4), number(h + 0x10, 4) as usize);
        ram.write_bytes(phys - RAM, &elf[from..from + len]);
    }
    number(0x18, 4)
}

/// What a program has printed before it ended.
fn run(elf: &[u8]) -> String {
    let ram = Arc::new(Ram::new(RAM_SIZE).unwrap());
    let entry = load(elf, &ram);
    let console = Arc::new(Mutex::new(Console::default()));
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).unwrap();
    let device: SharedDevice = console.clone();
    bus.map_device("uart", UART, 0x14, DeviceEndian::Fixed(bits::Endian::Big), &device).unwrap();
    let lines = Arc::new(Lines::default());
    let env = Env { index: 0, lines, bus: Arc::new(bus), clock: Arc::new(NoClock), board: Arc::new(cpu::PlainBoard) };
    let mut cpu = Vcpu::<Sparc32, Interp>::new(&Kind::new(Model::parse(32, "LEON3").unwrap()), env);
    cpu.set_pc(entry);
    let exit = loop {
        cpu.begin_round();
        match cpu.run(100_000) {
            Exit::Budget | Exit::Kicked if cpu.executed() < LIMIT => {}
            exit => break exit,
        }
    };
    let text = std::mem::take(&mut console.lock().0);
    assert_eq!(exit, Exit::Stuck(SHUT_DOWN), "{text}pc {:#x}", cpu.pc());
    text
}

fn check(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guests/tests/sparc");
    let elf = std::fs::read(folder.join(format!("bin/{name}-v8.elf"))).unwrap();
    let golden = std::fs::read_to_string(folder.join(format!("golden/{name}-v8.txt"))).unwrap();
    assert_eq!(run(&elf) + "[exit 0]\n", golden, "{name}");
}

#[test]
fn hello() {
    check("hello");
}

#[test]
fn traps() {
    check("traps");
}

#[test]
fn mmu() {
    check("mmu");
}
