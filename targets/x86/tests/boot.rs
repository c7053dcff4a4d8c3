//! `boot/boot.S` on a bare CPU: the same letters as on QEMU, on a CPU that runs and on one that is stepped.

use std::sync::{Arc, Mutex};

use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, PlainBoard, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Device, Nanos, Ram};
use x86::X86;
use x86::mmu::PORTS;
use x86::model::Model;

static IMAGE: &[u8] = include_bytes!("boot/boot.bin");

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

#[derive(Clone, Default)]
struct Ports(Arc<Mutex<(String, Option<u64>)>>);

impl Device for Ports {
    fn read(&mut self, _: u64, _: u32, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, offset: u64, _: u32, value: u64, _: Nanos) {
        let mut out = self.0.lock().expect("no thread has panicked");
        match offset {
            0xe9 => out.0.push(value as u8 as char),
            0xf4 => out.1 = Some(value),
            _ => {}
        }
    }

    fn reset(&mut self) {}
}

/// A CPU with 4 MiB of RAM but for the program's ROM, and its ports.
fn machine() -> (Vcpu<X86, Interp>, Arc<Ram>, Ports) {
    machine_of(64, "qemu64")
}

fn machine_of(bits: u32, model: &str) -> (Vcpu<X86, Interp>, Arc<Ram>, Ports) {
    let ram = Arc::new(Ram::new(4 << 20).expect("the host has some memory"));
    let rom = Arc::new(Ram::new(0x1000).expect("the host has some memory"));
    rom.write_bytes(0, IMAGE);
    let mut bus = AddressSpace::new();
    bus.map_ram_part("low", 0, &ram, 0, 0xf_0000, true).expect("nothing else is mapped");
    bus.map_ram_part("high", 0x10_0000, &ram, 0x10_0000, 3 << 20, true).expect("nothing else is mapped");
    bus.map_rom("bios", 0xf_f000, &rom).expect("nothing else is mapped");
    bus.map_rom("rom", 0xffff_f000, &rom).expect("nothing else is mapped");
    let ports = Ports::default();
    let device: memory::SharedDevice = Arc::new(parking_lot::Mutex::new(ports.clone()));
    let endian = memory::DeviceEndian::Fixed(bits::Endian::Little);
    bus.map_device("ports", PORTS, 0x1_0000, endian, &device).expect("it is free");
    let env = Env {
        index: 0,
        lines: Arc::<Lines>::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(PlainBoard),
    };
    let kind = Kind::new(Model::parse(bits, model).expect("a model"));
    (Vcpu::<X86, Interp>::new(&kind, env), ram, ports)
}

fn run(step: bool) -> (String, Option<u64>) {
    let (mut cpu, _, ports) = machine();
    for _ in 0..if step { 100_000 } else { 1 } {
        let exit = if step { cpu.step() } else { cpu.run(1_000_000) };
        let out = ports.0.lock().expect("no thread has panicked").clone();
        if out.1.is_some() || !matches!(exit, Exit::Budget) {
            return out;
        }
    }
    ports.0.lock().expect("no thread has panicked").clone()
}

#[test]
fn as_on_qemu() {
    assert_eq!(run(false), ("RrsPuUgG3CLiIfFYX\n".to_owned(), Some(1)));
}

#[test]
fn stepped() {
    assert_eq!(run(true), ("RrsPuUgG3CLiIfFYX\n".to_owned(), Some(1)));
}

fn set(cpu: &mut Vcpu<X86, Interp>, name: &str, value: u128) {
    let index = cpu.registers().iter().position(|row| row.name == name).expect("a register of that name");
    cpu.set_register(index, value).expect("it can be written");
}

fn get(cpu: &Vcpu<X86, Interp>, name: &str) -> u128 {
    let index = cpu.registers().iter().position(|row| row.name == name).expect("a register of that name");
    cpu.register(index).expect("it can be read")
}

/// As with QEMU's stub: segments follow the selectors that a debugger writes, and the instruction pointer stays what it is.
#[test]
fn a_debugger_writes_selectors() {
    let (mut cpu, ram, _) = machine();
    // mov 2(%bx), %ax in real mode.
    ram.write_bytes(0x2_0100, &[0x8b, 0x47, 0x02]);
    ram.write_bytes(0x3_0012, &[0x34, 0x12]);
    for (name, value) in [("rip", 0x100), ("cs", 0x2000), ("ds", 0x3000), ("rbx", 0x10)] {
        set(&mut cpu, name, value);
    }
    assert_eq!((cpu.pc(), get(&cpu, "rip")), (0x2_0100, 0x100));
    cpu.step();
    assert_eq!((get(&cpu, "rax"), cpu.pc()), (0x1234, 0x2_0103));
    // With protection on, by the descriptor; after reset the table is at 0.
    ram.write_bytes(0x18, &0x0000_9312_3456_0fff_u64.to_le_bytes());
    set(&mut cpu, "cr0", 0x11);
    set(&mut cpu, "fs", 0x18);
    assert_eq!((get(&cpu, "fs"), get(&cpu, "fs_base")), (0x18, 0x12_3456));
}

/// The bits of CR4 that can be set, in real mode: the others are reserved (SDM volume 3A, "Control Registers").
fn cr4_bits(bits: u32, model: &str) -> u32 {
    let can_be_set = |bit: &u32| {
        let (mut cpu, ram, _) = machine_of(bits, model);
        // mov %eax, %cr4; hlt. The handler of #GP is at 0, in memory that holds a jump to itself.
        ram.write_bytes(0x2_0100, &[0x0f, 0x22, 0xe0, 0xf4]);
        let ax = if bits == 64 { "rax" } else { "eax" };
        for (name, value) in [(if bits == 64 { "rip" } else { "eip" }, 0x100), ("cs", 0x2000), (ax, 1 << bit)] {
            set(&mut cpu, name, value);
        }
        cpu.step();
        cpu.pc() == 0x2_0103 && get(&cpu, "cr4") == 1 << bit
    };
    (0..32).filter(can_be_set).map(|bit| 1 << bit).sum()
}

#[test]
fn cr4_has_what_the_model_has() {
    // PSE; performance counters can be closed whatever the model. TSD, DE, MCE with the Pentium; PAE, PGE, SSE's two with QEMU's 32 bits.
    assert_eq!(cr4_bits(32, "486"), 0x110);
    assert_eq!(cr4_bits(32, "pentium"), 0x15c);
    assert_eq!(cr4_bits(32, "qemu32"), 0x7fc);
    // FSGSBASE, OSXSAVE, SMEP and SMAP; but not VME, which QEMU 4.2's TCG has not, nor PCIDE, which is for long mode.
    assert_eq!(cr4_bits(64, "Skylake-Client"), 0x0035_07fc);
}

/// Registers of 64-bit mode are there where that is.
#[test]
fn registers_of_64_bit_mode() {
    for (bits, model, is_there) in [(64, "qemu64", true), (32, "qemu32", false)] {
        let (mut cpu, ram, _) = machine_of(bits, model);
        // rdmsr. The handler of #GP is at 0.
        ram.write_bytes(0x2_0100, &[0x0f, 0x32]);
        let names = if bits == 64 { ["rip", "rcx"] } else { ["eip", "ecx"] };
        for (name, value) in [(names[0], 0x100), ("cs", 0x2000), (names[1], 0xc000_0102)] {
            set(&mut cpu, name, value);
        }
        cpu.step();
        assert_eq!(cpu.pc(), if is_there { 0x2_0102 } else { 0 }, "{model}");
    }
}

/// What [`CHAIN`] does to EAX, ECX, EDX, EBX and ESI, worked out with a carry of its own.
fn chain([mut a, mut c, mut d, mut b, _]: [u32; 5]) -> [u32; 5] {
    let (sum, mut carry) = a.overflowing_add(b);
    a = sum;
    let add = |x: u32, y: u32, carry: bool| {
        let wide = u64::from(x) + u64::from(y) + u64::from(carry);
        (wide as u32, wide >> 32 != 0)
    };
    let sub = |x: u32, y: u32, borrow: bool| {
        let (less, first) = x.overflowing_sub(y);
        let (less, second) = less.overflowing_sub(borrow.into());
        (less, first || second)
    };
    (c, carry) = add(c, 0x3d4f, carry);
    (b, carry) = sub(b, c, carry);
    (a, carry) = (a << 1 | u32::from(carry), a >> 31 != 0);
    (d, carry) = add(d, a, carry);
    (c, carry) = sub(c, 7, carry);
    (c, _) = add(c, c, carry);
    let below = d < c;
    if (d as i32) < c as i32 {
        d = b;
    }
    [a, c, d, b, if below { u32::MAX } else { 0 }]
}

/// add %ebx, %eax; adc $0x3d4f, %ecx; sbb %ecx, %ebx; rcl %eax; adc %eax, %edx; sbb $7, %ecx; adc %ecx, %ecx; cmp %ecx, %edx;
/// cmovl %ebx, %edx; sbb %esi, %esi; hlt
const CHAIN: &[u8] = &[
    0x66, 0x01, 0xd8, 0x66, 0x81, 0xd1, 0x4f, 0x3d, 0, 0, 0x66, 0x19, 0xcb, 0x66, 0xd1, 0xd0, 0x66, 0x11, 0xc2, 0x66,
    0x83, 0xd9, 0x07, 0x66, 0x11, 0xc9, 0x66, 0x39, 0xca, 0x66, 0x0f, 0x4c, 0xd3, 0x66, 0x19, 0xf6, 0xf4,
];

/// All in one block, where carries stay comparisons of operands.
#[test]
fn carries_along_a_chain() {
    let (mut cpu, ram, _) = machine();
    ram.write_bytes(0x2_0000, CHAIN);
    let mut seed = 1u64;
    let mut number = || {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        // Small and large ones, and those at the ends.
        let value = (seed >> 32) as u32;
        if seed >> 20 & 3 == 0 {
            value >> 31
        } else {
            value ^ if seed >> 22 & 3 == 0 { value | 0xffff_0000 } else { 0 }
        }
    };
    let names = ["rax", "rcx", "rdx", "rbx", "rsi"];
    for _ in 0..2000 {
        let before = [number(), number(), number(), number(), 0];
        for (name, value) in names.into_iter().zip(before) {
            set(&mut cpu, name, value.into());
        }
        set(&mut cpu, "rip", 0);
        set(&mut cpu, "cs", 0x2000);
        assert!(matches!(cpu.run(100), Exit::Halted));
        let after = names.map(|name| get(&cpu, name) as u32);
        assert_eq!(after, chain(before), "{before:x?}");
        cpu.set_halted(false);
    }
}
