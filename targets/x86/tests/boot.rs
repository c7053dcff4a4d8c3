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

fn run(step: bool) -> (String, Option<u64>) {
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
    let kind = Kind::new(Model::parse(64, "qemu64").expect("a model"));
    let mut cpu = Vcpu::<X86, Interp>::new(&kind, env);
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
