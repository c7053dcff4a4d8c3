//! What is fetched lies within the code segment (SDM volume 3A, "Limit Checking"), on a CPU that runs and on one that is stepped.

use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Exit, Kind, Lines, PlainBoard, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use x86::X86;
use x86::model::Model;
use x86::state;

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

fn machine() -> (Vcpu<X86, Interp>, Arc<Ram>) {
    let ram = Arc::new(Ram::new(1 << 20).expect("the host has some memory"));
    let mut bus = AddressSpace::new();
    bus.map_ram("low", 0, &ram).expect("nothing else is mapped");
    let env = Env {
        index: 0,
        lines: Arc::<Lines>::default(),
        bus: Arc::new(bus),
        clock: Arc::new(Still),
        board: Arc::new(PlainBoard),
    };
    (Vcpu::<X86, Interp>::new(&Kind::new(Model::parse(64, "qemu64").expect("a model")), env), ram)
}

fn set(cpu: &mut Vcpu<X86, Interp>, name: &str, value: u128) {
    let index = cpu.registers().iter().position(|row| row.name == name).expect("a register of that name");
    cpu.set_register(index, value).expect("it can be written");
}

fn get(cpu: &Vcpu<X86, Interp>, name: &str) -> u64 {
    let index = cpu.registers().iter().position(|row| row.name == name).expect("a register of that name");
    cpu.register(index).expect("it can be read") as u64
}

/// Runs until the CPU halts or stops for good.
fn run(cpu: &mut Vcpu<X86, Interp>, step: bool) {
    for _ in 0..20_000 {
        let exit = if step { cpu.step() } else { cpu.run(100_000) };
        if !matches!(exit, Exit::Budget) {
            return;
        }
    }
    panic!("it runs on at {:#x}", cpu.pc());
}

/// Where a program in real mode, at `ip` of a segment at 0x2_0000, meets #GP: IP on its stack, and AX, CX there.
fn real(step: bool, code: &[(u64, &[u8])], ip: u64) -> [u64; 3] {
    let (mut cpu, ram) = machine();
    // The handler of #GP halts.
    ram.write_bytes(13 * 4, &[0x00, 0x05, 0x00, 0x00]);
    ram.write_bytes(0x500, &[0xf4]);
    for (at, bytes) in code {
        ram.write_bytes(0x2_0000 + at, bytes);
    }
    for (name, value) in [("cs", 0x2000), ("rip", ip), ("rsp", 0x8000), ("rax", 0), ("rcx", 3)] {
        set(&mut cpu, name, value.into());
    }
    run(&mut cpu, step);
    assert_eq!((cpu.pc(), get(&cpu, "rsp")), (0x501, 0x7ffa), "in the handler, step {step}");
    let word = |at: u64| ram.read(at, 2);
    assert_eq!(word(0x7ffc), 0x2000);
    [word(0x7ffa), get(&cpu, "rax"), get(&cpu, "rcx")]
}

#[track_caller]
fn check_real(code: &[(u64, &[u8])], ip: u64, expected: [u64; 3]) {
    for step in [false, true] {
        assert_eq!(real(step, code, ip), expected, "step {step}");
    }
}

const NOP: u8 = 0x90;

#[test]
fn real_mode_ends_at_64_kib() {
    // inc %ax; nop: the next one is at 0x1_0000, of which 16 bits are pushed.
    check_real(&[(0xfffe, &[0x40, NOP])], 0xfffe, [0, 1, 3]);
    // From the page before, in which nothing is checked.
    check_real(&[(0xef00, &[NOP; 0x1100]), (0xffff, &[0x40])], 0xef00, [0, 1, 3]);
}

#[test]
fn no_byte_of_an_instruction_is_outside() {
    // mov $0x1234, %ax with its last byte outside, and with all of them inside.
    check_real(&[(0xfffe, &[0xb8, 0x34, 0x12])], 0xfffe, [0xfffe, 0, 3]);
    check_real(&[(0xfffd, &[0xb8, 0x34, 0x12])], 0xfffd, [0, 0x1234, 3]);
    // An opcode cut off is not an undefined one: 0f outside of which is ff.
    check_real(&[(0xffff, &[0x0f, 0xff])], 0xffff, [0xffff, 0, 3]);
}

#[test]
fn jumps_fault_where_they_are() {
    // jmp near with a 32-bit offset of 0x1_0000.
    check_real(&[(0x100, &[0x66, 0xe9, 0xfa, 0xfe, 0, 0])], 0x100, [0x100, 0, 3]);
    // loop with 32 bits: the count stays.
    check_real(&[(0xfff0, &[0x66, 0xe2, 0x0d])], 0xfff0, [0xfff0, 0, 3]);
    // jz, not taken, as the last instruction: it is the next one that faults. With 16 bits, a jump wraps around: inc %ax at 0, and on.
    check_real(&[(0xfffe, &[0x74, 0x00])], 0xfffe, [0, 0, 3]);
    check_real(&[(0xfffe, &[0x75, 0x00]), (0, &[0x40, 0x66, 0xe9, 0xff, 0xff, 0, 0])], 0xfffe, [1, 1, 3]);
}

#[test]
fn to_and_from_the_edge() {
    // The loop is in the first page, what it calls in the last: inc %ax; ret. Then the end.
    let body: &[u8] = &[0xe8, 0xed, 0xfe, 0xe2, 0xfb, 0x66, 0xe9, 0xf5, 0xfe, 0, 0];
    check_real(&[(0x100, body), (0xfff0, &[0x40, 0xc3])], 0x100, [0x105, 3, 0]);
}

/// The linear address at which a program in a code segment from `base` on to `base + limit` stops for good by #GP, and ECX there.
fn protected(step: bool, base: u32, limit: u32, code: &[(u64, &[u8])], pc: u64) -> (u64, u64) {
    let (mut cpu, ram) = machine();
    for (at, bytes) in code {
        ram.write_bytes(*at, bytes);
    }
    let ctx = cpu.ctx();
    let code_segment = state::Seg { selector: 8, limit, attr: 0x409b, base: base.into() };
    let data = state::Seg { selector: 16, limit: u32::MAX, attr: 0xc093, base: 0 };
    ctx.state.seg = [data; 6];
    x86::set_code_segment(ctx, code_segment);
    ctx.state.cr0 = 0x11;
    // No handler: it ends at the first exception.
    ctx.state.idt_limit = 0;
    ctx.set_reg(state::RCX, 3);
    ctx.set_pc(pc);
    run(&mut cpu, step);
    assert_eq!(cpu.ctx().state.last_vector, Some(13), "step {step}");
    (cpu.pc(), cpu.ctx().reg(state::RCX))
}

#[track_caller]
fn check_protected(base: u32, limit: u32, code: &[(u64, &[u8])], pc: u64, expected: (u64, u64)) {
    for step in [false, true] {
        assert_eq!(protected(step, base, limit, code, pc), expected, "step {step}");
    }
}

#[test]
fn small_segments() {
    // Falling out of a segment from 0 to 0x1fff, after a page that is inside.
    check_protected(0, 0x1fff, &[(0x800, &[NOP; 0x1800]), (0x1fff, &[0x41])], 0x800, (0x2000, 4));
    // Known targets: jecxz, jmp, call and loop to 0x2000.
    check_protected(0, 0x1fff, &[(0x1f00, &[0xe9, 0xfb, 0, 0, 0])], 0x1f00, (0x1f00, 3));
    check_protected(0, 0x1fff, &[(0x1f00, &[0xe8, 0xfb, 0, 0, 0])], 0x1f00, (0x1f00, 3));
    check_protected(0, 0x1fff, &[(0x1ff0, &[0xe2, 0x0e])], 0x1ff0, (0x1ff0, 3));
    check_protected(0, 0x1fff, &[(0x1ff0, &[0xe3, 0x0e, 0x41]), (0x1ff3, &[NOP; 13])], 0x1ff0, (0x2000, 4));
    // With a base, the limit in the middle of a page.
    check_protected(0x1234, 0x10, &[(0x1234, &[NOP; 32]), (0x1244, &[0x41])], 0x1234, (0x1245, 4));
}

#[test]
fn segments_that_wrap_around() {
    // From 0xffff_f000 over 0 to 0xfff; nothing but #GP stops what falls out of it.
    let code: &[(u64, &[u8])] = &[(0x100, &[NOP; 0xf00]), (0xffc, &[0x41, 0xb8, 0, 0])];
    check_protected(0xffff_f000, 0x1fff, code, 0x100, (0xffd, 4));
    check_protected(
        0xffff_f000,
        0x1fff,
        &[(0x100, &[0xeb, 0x7e]), (0x180, &[0xe9, 0x7b, 0x0e, 0, 0])],
        0x100,
        (0x180, 3),
    );
}

#[test]
fn paging_is_not_asked_about_what_is_outside() {
    // The second page of an instruction is not there, and outside: #GP, not #PF.
    let (mut cpu, ram) = machine();
    ram.write(0x4000, 4, 0x5003);
    ram.write(0x5004, 4, 0x1003);
    ram.write_bytes(0x1ffe, &[0xb8, 0, 0]);
    let ctx = cpu.ctx();
    x86::set_code_segment(ctx, state::Seg { selector: 8, limit: 0x1fff, attr: 0x409b, base: 0 });
    (ctx.state.cr0, ctx.state.cr3, ctx.state.idt_limit) = (0x8000_0011, 0x4000, 0);
    ctx.set_pc(0x1ffe);
    run(&mut cpu, false);
    assert_eq!((cpu.ctx().state.last_vector, cpu.pc()), (Some(13), 0x1ffe));
}
