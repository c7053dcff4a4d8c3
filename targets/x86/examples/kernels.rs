//! Runs a function of a flat image, as often as it is told, and says how fast: `kernels BITS IMAGE N [ops]`. With `ops` it prints the
//! micro-ops of each block.
//!
//! The image is loaded at 0x10000 and entered at its first byte as `u32 f(u32 n)` by the platform's C calling convention.
#![allow(clippy::print_stdout, reason = "printing is what this program does")]

use std::sync::Arc;
use std::time::Instant;

use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, PlainBoard, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use uop::Reg;
use x86::X86;
use x86::model::Model;
use x86::state::{self, Seg};

const BASE: u64 = 0x1_0000;
const SIZE: u64 = 0x20_0000;
const STACK: u64 = BASE + SIZE - 0x1000;
/// Where the function returns to: HLT.
const END: u64 = 0x8000;

struct Print;

impl cpu::Log for Print {
    fn write(&self, text: &str) {
        print!("{text}");
    }
}

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let long = args.next().as_deref() == Some("64");
    let image = std::fs::read(args.next().expect("an image")).expect("the image is readable");
    let n: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(10);
    let ram = Arc::new(Ram::new(4 << 20).expect("the host has some memory"));
    ram.write_bytes(BASE, &image);
    ram.write_bytes(END, &[0xf4]);
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", 0, &ram).expect("nothing else is mapped");
    let env = Env {
        index: 0,
        lines: Arc::<Lines>::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(PlainBoard),
    };
    let mut cpu = Vcpu::<X86, Interp>::new(&Kind::new(Model::parse(64, "qemu64").expect("a model")), env);
    cpu.reset();
    let ctx = cpu.ctx();
    (0..6).for_each(|n| ctx.set_reg(state::base(n), 0));
    ctx.state.cr0 = 0x33;
    ctx.state.cr4 = 0x620;
    ctx.state.seg = [Seg { selector: 8, limit: u32::MAX, attr: 0xc093, base: 0 }; 6];
    ctx.state.seg[1].attr = 0xc09b;
    if long {
        ctx.state.efer = 0x501;
        ctx.state.seg[1].attr = 0xa09b;
    }
    ram.write_bytes(STACK - 8, &(END | if long { 0 } else { n << 32 }).to_le_bytes());
    ctx.set_reg(Reg(4), STACK - 8);
    ctx.set_reg(Reg(7), n);
    ctx.set_pc(BASE);
    if args.next().is_some() {
        let items = cpu::LogItems { in_asm: true, op_opt: true, ..cpu::LogItems::default() };
        cpu.set_log(Some(Arc::new(Print)), items);
    }
    let start = Instant::now();
    while cpu.run(1 << 30) == Exit::Budget {}
    let time = start.elapsed().as_secs_f64();
    let ctx = cpu.ctx();
    let mips = ctx.executed() as f64 / time / 1e6;
    println!("{:08x} {} instructions, {time:.3} s, {mips:.0} MIPS", ctx.reg(Reg(0)) as u32, ctx.executed());
}
