//! A small machine for guest programs: RAM, console, CLINT and the finisher at the addresses of QEMU's `virt` machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bits::Endian;
use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Device, DeviceEndian, Nanos, Ram, SharedDevice, Size};
use parking_lot::Mutex;
use riscv::model::Model;

const RAM: u64 = 0x8000_0000;
const RAM_SIZE: u64 = 16 << 20;
const NS_PER_INSN: u64 = 10;
const NS_PER_TICK: u64 = 100;
/// Instructions between two looks at the devices.
const ROUND: u64 = 1000;

/// Time that instructions make.
struct InsnClock(AtomicU64);

impl Clock for InsnClock {
    fn now(&self, executed: u64) -> Nanos {
        self.0.load(Ordering::Relaxed) + executed * NS_PER_INSN
    }
}

/// A console that is always ready, and keeps what is written.
#[derive(Default)]
struct Console(String);

impl Device for Console {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        if offset == 5 { 0x60 } else { 0 }
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        if offset == 0 {
            self.0.push(char::from(value as u8));
        }
    }

    fn reset(&mut self) {}
}

/// Ends the machine.
#[derive(Default)]
struct Finisher(Option<u32>);

impl Device for Finisher {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, value: u64, _: Nanos) {
        self.0 = match value & 0xffff {
            0x5555 => Some(0),
            0x3333 => Some((value >> 16) as u32),
            _ => None,
        };
    }

    fn reset(&mut self) {}
}

/// Timer and software interrupt of one hart.
struct Clint {
    lines: Arc<Lines>,
    mtimecmp: u64,
}

impl Clint {
    const MTIMECMP: u64 = 0x4000;
    const MTIME: u64 = 0xbff8;
}

impl Device for Clint {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let register = match offset & !7 {
            Clint::MTIMECMP => self.mtimecmp,
            Clint::MTIME => now / NS_PER_TICK,
            _ => 0,
        };
        register >> (8 * (offset & 7)) & bits::mask(8 * size)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        match offset & !7 {
            0 => self.lines.set(3, value & 1 != 0),
            Clint::MTIMECMP => {
                let lo = 8 * (offset & 7) as u32;
                self.mtimecmp = bits::deposit(self.mtimecmp, lo, 8 * size, value);
                self.tick(now);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.lines.set(7, now / NS_PER_TICK >= self.mtimecmp);
    }

    fn reset(&mut self) {}
}

/// Puts the segments of an ELF file into RAM; the entry point.
fn load(elf: &[u8], ram: &Ram) -> u64 {
    let wide = elf[4] == 2;
    let number = |at: u64, len: usize| Endian::Little.read(&elf[at as usize..at as usize + len]);
    let word = |at32: u64, at64: u64| if wide { number(at64, 8) } else { number(at32, 4) };
    let (headers, size, count) = (word(0x1c, 0x20), word(0x2a, 0x36) & 0xffff, word(0x2c, 0x38) & 0xffff);
    for h in (0..count).map(|i| headers + i * size).filter(|&h| number(h, 4) == 1) {
        let field = |at32, at64| word(h + at32, h + at64);
        let (from, phys, len) = (field(0x4, 0x8), field(0xc, 0x18), field(0x10, 0x20));
        ram.write_bytes(phys - RAM, &elf[from as usize..(from + len) as usize]);
    }
    word(0x18, 0x18)
}

/// What a program has printed, and its exit code as a last line.
pub(crate) fn run<T: Target<Model = Model>>(model: Model, elf: &[u8], insns: u64) -> String {
    let ram = Arc::new(Ram::new(RAM_SIZE).unwrap());
    let entry = load(elf, &ram);
    let lines = Arc::new(Lines::default());
    let console = Arc::new(Mutex::new(Console::default()));
    let finisher = Arc::new(Mutex::new(Finisher::default()));
    let clint = Arc::new(Mutex::new(Clint { lines: lines.clone(), mtimecmp: 0 }));
    let clock = Arc::new(InsnClock(AtomicU64::new(0)));
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", RAM, &ram).unwrap();
    let devices: [(&str, u64, u64, SharedDevice); 3] = [
        ("uart", 0x1000_0000, 0x100, console.clone()),
        ("finisher", 0x10_0000, 0x1000, finisher.clone()),
        ("clint", 0x200_0000, 0x1_0000, clint.clone()),
    ];
    for (name, start, len, device) in &devices {
        bus.map_device(name, *start, *len, DeviceEndian::Native, device).unwrap();
    }
    let env = Env { index: 0, lines, bus: Arc::new(bus), clock: clock.clone(), board: Arc::new(cpu::PlainBoard) };
    let mut hart = Vcpu::<T, Interp>::new(&Kind::new(model), env);
    hart.set_pc(entry);
    while finisher.lock().0.is_none() {
        assert!(hart.executed() < insns, "the program does not end: {}pc {:#x}", console.lock().0, hart.pc());
        hart.begin_round();
        let before = hart.executed();
        let exit = hart.run(ROUND);
        let mut now = clock.now(hart.executed() - before);
        if exit == Exit::Halted {
            now += 1000 * NS_PER_TICK;
        }
        clock.0.store(now, Ordering::Relaxed);
        clint.lock().tick(now);
    }
    let code = finisher.lock().0.unwrap_or_default();
    let text = std::mem::take(&mut console.lock().0);
    format!("{text}[exit {code}]\n")
}
