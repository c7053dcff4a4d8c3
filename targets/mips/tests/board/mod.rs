//! A small machine for guest programs: RAM, a console and the power switch at the addresses of the Malta board.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bits::Endian;
use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Device, DeviceEndian, Nanos, Ram, SharedDevice, Size};
use mips::model::Model;
use parking_lot::Mutex;

const RAM_SIZE: u64 = 16 << 20;
const NS_PER_INSN: u64 = 10;
/// Instructions between two looks at the devices, and what a waiting CPU sleeps.
const ROUND: u64 = 1000;
const NAP: Nanos = 10_000;
/// PCI I/O: the serial port, and the power management registers.
const PORTS: u64 = 0x1800_0000;
const SERIAL: u64 = 0x3f8;
const PM_CONTROL: u64 = 0x1004;
/// The bridge, which is only written to.
const BRIDGE: u64 = 0x1be0_0000;

/// Time that instructions make.
struct InsnClock(AtomicU64);

impl Clock for InsnClock {
    fn now(&self, executed: u64) -> Nanos {
        self.0.load(Ordering::Relaxed) + executed * NS_PER_INSN
    }
}

/// A console that is always ready and keeps what is written, and a switch.
#[derive(Default)]
struct Ports {
    console: String,
    off: bool,
}

impl Device for Ports {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        if offset == SERIAL + 5 { 0x60 } else { 0 }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        match offset {
            SERIAL => self.console.push(char::from(value as u8)),
            PM_CONTROL => self.off |= value & 1 << 13 != 0,
            _ => {}
        }
    }

    fn reset(&mut self) {}
}

/// Takes everything.
struct Bridge;

impl Device for Bridge {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

/// Puts the segments of an ELF file, which are linked to kseg0, into RAM; the entry point.
fn load(elf: &[u8], ram: &Ram, endian: Endian) -> u64 {
    let wide = elf[4] == 2;
    let number = |at: u64, len: usize| endian.read(&elf[at as usize..at as usize + len]);
    let word = |at32: u64, at64: u64| if wide { number(at64, 8) } else { number(at32, 4) };
    let half = |at32: u64, at64: u64| number(if wide { at64 } else { at32 }, 2);
    let (headers, size, count) = (word(0x1c, 0x20), half(0x2a, 0x36), half(0x2c, 0x38));
    for h in (0..count).map(|i| headers + i * size).filter(|&h| number(h, 4) == 1) {
        let field = |at32, at64| word(h + at32, h + at64);
        let (from, phys, len) = (field(0x4, 0x8), field(0xc, 0x18), field(0x10, 0x20));
        ram.write_bytes(phys & 0x1fff_ffff, &elf[from as usize..(from + len) as usize]);
    }
    word(0x18, 0x18)
}

/// What a program has printed, and its exit code as a last line.
pub(crate) fn run<T: Target<Model = Model>>(model: Model, elf: &[u8], insns: u64, endian: Endian) -> String {
    let ram = Arc::new(Ram::new(RAM_SIZE).unwrap());
    let entry = load(elf, &ram, endian);
    let ports = Arc::new(Mutex::new(Ports::default()));
    let clock = Arc::new(InsnClock(AtomicU64::new(0)));
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", 0, &ram).unwrap();
    let bridge: SharedDevice = Arc::new(Mutex::new(Bridge));
    let shared: SharedDevice = ports.clone();
    let little = DeviceEndian::Fixed(Endian::Little);
    bus.map_device("ports", PORTS, 0x1_0000, little, &shared).unwrap();
    bus.map_device("bridge", BRIDGE, 0x1000, little, &bridge).unwrap();
    let lines = Arc::new(Lines::default());
    let env = Env { index: 0, lines, bus: Arc::new(bus), clock: clock.clone(), board: Arc::new(cpu::PlainBoard) };
    let mut cpu = Vcpu::<T, Interp>::new(&Kind::new(model), env);
    cpu.set_pc(entry);
    while !ports.lock().off {
        assert!(cpu.executed() < insns, "the program does not end: {}pc {:#x}", ports.lock().console, cpu.pc());
        cpu.begin_round();
        let before = cpu.executed();
        let exit = cpu.run(ROUND);
        let nap = if exit == Exit::Halted { NAP } else { 0 };
        clock.0.store(clock.now(cpu.executed() - before) + nap, Ordering::Relaxed);
    }
    let text = std::mem::take(&mut ports.lock().console);
    format!("{}[exit 0]\n", text.replace('\r', ""))
}
