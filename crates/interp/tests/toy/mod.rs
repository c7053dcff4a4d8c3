//! A guest small enough to see through: registers of all widths, two pages of memory, two helpers, eleven instructions.
//!
//! An instruction is four bytes: operation, `d`, `a`, and `i`, a signed number. A fault or interrupt makes the CPU stuck with the
//! fault in register 10 and the pc in register 11.
#![allow(dead_code, reason = "each test uses its part")]

use std::sync::Arc;

use cpu::{
    Access, Clock, Code, Ctx, Env, Helper, Info, Kind, Lifted, Mode, Register, RegisterError, Target, Translation, Vcpu,
};
use interp::Interp;
use memory::{AddressSpace, Ram};
use uop::{Builder, HelperInfo, Reg, RegSet, Width};

/// First byte of memory, virtual and physical.
pub(crate) const BASE: u64 = 0x1000;
/// Bytes of memory.
pub(crate) const SIZE: u64 = 0x2000;
/// The registers: twelve of 64 bits, four of 32, one of 8.
pub(crate) const REGS: [Width; 17] = {
    let mut regs = [Width::W64; 17];
    let mut i = 12;
    while i < 16 {
        regs[i] = Width::W32;
        i += 1;
    }
    regs[16] = Width::W8;
    regs
};

pub(crate) struct Toy;

/// The operations.
pub(crate) const ADDI: u8 = 1;
pub(crate) const LOAD: u8 = 2;
pub(crate) const STORE: u8 = 3;
pub(crate) const STORE32: u8 = 4;
pub(crate) const BNE: u8 = 5;
pub(crate) const JUMP: u8 = 6;
pub(crate) const INDIRECT: u8 = 7;
pub(crate) const HALT: u8 = 8;
/// Register 15 becomes `i`, and its low bits are the mode: in mode 1, `ADDI` adds twice.
pub(crate) const MODE: u8 = 9;
/// Branches as `BNE`, and only when it is taken, executes the `ADDI` behind it first; faults if register `d` is 13.
pub(crate) const LIKELY: u8 = 10;
const MODE_REG: Reg = Reg(15);
/// The mode of a branch that is taken, between the branch and what it executes.
const TAKEN: Mode = 2;
/// The fault that line 1 raises.
pub(crate) const INTERRUPT: u64 = 77;

pub(crate) const MIX: u16 = 0;
pub(crate) const ADD_F64: u16 = 1;

/// What helper `MIX` does, on register 0, 1 and 3.
pub(crate) fn mix(r0: u64, r1: u64, a: u64, b: u64) -> Result<(u64, u64), u64> {
    if a.is_multiple_of(7) { Err(a) } else { Ok((a.rotate_left(9) ^ b ^ r0, r1.wrapping_mul(a | 1))) }
}

fn run_mix(ctx: &mut Ctx<Toy>, args: [u64; 4]) -> Result<u64, u64> {
    let (result, r3) = mix(ctx.reg(Reg(0)), ctx.reg(Reg(1)), args[0], args[1])?;
    ctx.set_reg(Reg(3), r3);
    Ok(result)
}

fn run_add(_: &mut Ctx<Toy>, args: [u64; 4]) -> Result<u64, u64> {
    Ok((f64::from_bits(args[0]) + f64::from_bits(args[1])).to_bits())
}

static HELPERS: [Helper<Toy>; 2] = [
    Helper {
        info: HelperInfo {
            name: "mix",
            args: 2,
            ret: Some(Width::W64),
            reads: RegSet::Ranges(&[(0, 2)]),
            writes: RegSet::Ranges(&[(3, 4)]),
            faults: true,
            pure_: false,
        },
        run: run_mix,
    },
    Helper {
        info: HelperInfo {
            name: "add_f64",
            args: 2,
            ret: Some(Width::W64),
            reads: RegSet::None,
            writes: RegSet::None,
            faults: false,
            pure_: true,
        },
        run: run_add,
    },
];

impl Target for Toy {
    type Model = ();
    type Lifter = ();
    type State = ();
    type Fault = u64;
    const NAME: &'static str = "toy";
    const SPACES: usize = 1;
    const LATE: uop::RegSet = uop::RegSet::All;

    fn file() -> Vec<(String, Width)> {
        REGS.iter().enumerate().map(|(i, w)| (format!("r{i}"), *w)).collect()
    }
    fn helpers() -> &'static [Helper<Toy>] {
        &HELPERS
    }
    fn lifter((): &()) {}
    fn lift((): &(), b: &Builder<'_>, code: Code<'_>) -> Lifted {
        let &[op, d, a, i, ..] = code.bytes else { return Lifted::More };
        let (d, a, i) = (Reg(u16::from(d)), Reg(u16::from(a)), i64::from(i as i8));
        let relative = code.pc.wrapping_add_signed(4 * i);
        let mem = uop::Mem::le(Width::W64);
        let next = code.pc + 4;
        match op {
            ADDI => b.set(d, b.get(a).add_imm(if code.mode & 1 == 0 { i } else { 2 * i })),
            LOAD => b.set(d, b.load(b.get(a).add_imm(8 * i), mem)),
            STORE => b.store(b.get(a).add_imm(8 * i), b.get(d), mem),
            STORE32 => b.store(b.get(a).add_imm(4 * i), b.get(d).trunc(Width::W32), uop::Mem::le(Width::W32)),
            BNE => {
                let cond = b.get(d).ne(b.get(a)).id();
                b.exit(uop::Exit::Branch { cond, taken: relative, fallthrough: next });
            }
            MODE => {
                b.set(MODE_REG, b.konst(Width::W32, i as u64));
                b.enter_mode(i as Mode & 1);
            }
            LIKELY if code.mode & TAKEN != 0 => {
                let rest = Code { pc: next, bytes: &code.bytes[4..], mode: code.mode & !TAKEN, ..code };
                Toy::lift(&(), b, rest);
                b.enter_mode(rest.mode);
                b.exit(uop::Exit::Jump { pc: relative });
            }
            LIKELY => {
                b.raise_if(b.get(d).eq(b.konst(Width::W64, 13)), 1, 13);
                let cond = b.get(d).ne(b.get(a));
                b.taken_mode(code.mode | TAKEN);
                b.exit(uop::Exit::Branch { cond: cond.id(), taken: code.pc, fallthrough: code.pc + 8 });
            }
            JUMP => b.exit(uop::Exit::Jump { pc: relative }),
            INDIRECT => {
                let pc = b.get(a).add_imm(i).id();
                b.exit(uop::Exit::Indirect { pc, hint: uop::Hint::None });
            }
            HALT => b.exit(uop::Exit::Halt { pc: next }),
            _ => b.exit(uop::Exit::Raise { code: 1, arg: u64::from(op) }),
        }
        if b.has_exit() { Lifted::End(4) } else { Lifted::Next(4) }
    }
    fn disassemble((): &(), _: Code<'_>) -> Option<(String, u32)> {
        None
    }
    fn new_state((): &()) {}
    fn reset(_: &mut Ctx<Toy>) {}
    fn mode(ctx: &Ctx<Toy>) -> Mode {
        ctx.reg(MODE_REG) as Mode & 1
    }
    fn space(_: Mode, _: Access) -> u8 {
        0
    }
    fn translate(_: &mut Ctx<Toy>, address: u64, _: Access, _: u8) -> Result<Translation, u64> {
        if (BASE..BASE + SIZE).contains(&address) {
            Ok(Translation { phys: address, read: true, write: true, cache: true })
        } else {
            Err(address)
        }
    }
    fn translate_debug(_: &Ctx<Toy>, address: u64) -> Option<u64> {
        Some(address)
    }
    fn raise(_: u32, arg: u64) -> u64 {
        arg
    }
    fn misaligned(address: u64, _: Access) -> u64 {
        address
    }
    fn bus_error(_: &mut Ctx<Self>, address: u64, _: u64, _: Access) -> Option<u64> {
        Some(address)
    }
    fn deliver(ctx: &mut Ctx<Toy>, fault: u64) {
        let pc = ctx.pc();
        ctx.set_reg(Reg(10), fault);
        ctx.set_reg(Reg(11), pc);
        ctx.set_stuck("fault");
    }
    fn interrupt(ctx: &mut Ctx<Toy>) -> Option<u64> {
        (ctx.lines() & 2 != 0).then_some(INTERRUPT)
    }
    fn wakes(ctx: &Ctx<Toy>) -> bool {
        ctx.lines() != 0
    }
    fn info(ctx: &Ctx<Toy>) -> Info {
        Info::Riscv { pc: ctx.pc() }
    }
    fn registers((): &()) -> &'static [Register] {
        &[]
    }
    fn read_register(_: &Ctx<Toy>, _: usize) -> u128 {
        0
    }
    fn write_register(_: &mut Ctx<Toy>, _: usize, _: u128) -> Result<(), RegisterError> {
        Err(RegisterError::ReadOnly("none"))
    }
}

struct NoTime;

impl Clock for NoTime {
    fn now(&self, _: u64) -> memory::Nanos {
        0
    }
}

/// A toy CPU with its memory.
pub(crate) fn vcpu() -> (Vcpu<Toy, Interp>, Arc<Ram>) {
    let ram = Arc::new(Ram::new(SIZE).expect("two pages"));
    let mut bus = AddressSpace::new();
    bus.map_ram("ram", BASE, &ram).expect("nothing else is there");
    let env = Env {
        index: 0,
        lines: Arc::default(),
        bus: Arc::new(bus),
        clock: Arc::new(NoTime),
        board: Arc::new(cpu::PlainBoard),
    };
    (Vcpu::new(&Kind::<Toy>::new(()), env), ram)
}
