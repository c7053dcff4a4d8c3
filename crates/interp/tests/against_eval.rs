//! The interpreter against the reference evaluator, on random blocks: with and without passes, results, registers, memory and the
//! place of faults must agree.

mod toy;

use cpu::{Engine, Leave};
use interp::Interp;
use proptest::prelude::*;
use toy::{ADD_F64, BASE, MIX, REGS, SIZE};
use uop::eval::{End, World, eval};
use uop::{
    BinOp, Block, Builder, CmpOp, Exit, FastFp, Fence, Hint, Layout, Mem, Op, Order, Reg, RmwOp, UnOp, Val, Width, sem,
};

/// One random step of a generator: what to append, and numbers to choose operands by.
type Step = (u8, u16, u16, u64);

struct Model {
    regs: Vec<u64>,
    memory: Vec<u8>,
    reserved: Option<(u64, Width, u64)>,
}

impl Model {
    fn check(&self, addr: u64, mem: Mem, must_align: bool) -> Result<usize, u64> {
        let n = u64::from(mem.width.bytes());
        if (must_align || mem.align == uop::Align::Trap) && !addr.is_multiple_of(n) {
            return Err(addr);
        }
        // A split access faults at its first byte outside; the engine checks the ends first when it stores.
        for at in [addr, addr.wrapping_add(n - 1)] {
            if !(BASE..BASE + SIZE).contains(&at) {
                return Err(at);
            }
        }
        Ok((addr - BASE) as usize)
    }
    fn read(&self, at: usize, mem: Mem) -> u64 {
        mem.endian.read(&self.memory[at..at + mem.width.bytes() as usize])
    }
    fn write(&mut self, at: usize, value: u64, mem: Mem) {
        mem.endian.write(&mut self.memory[at..at + mem.width.bytes() as usize], value);
    }
}

impl World for Model {
    type Fault = u64;
    fn get(&mut self, reg: Reg) -> u64 {
        self.regs[reg.index()]
    }
    fn set(&mut self, reg: Reg, value: u64) {
        self.regs[reg.index()] = value;
    }
    fn load(&mut self, addr: u64, mem: Mem) -> Result<u64, u64> {
        let at = self.check(addr, mem, false)?;
        Ok(self.read(at, mem))
    }
    fn store(&mut self, addr: u64, value: u64, mem: Mem) -> Result<(), u64> {
        let at = self.check(addr, mem, false)?;
        self.write(at, value, mem);
        Ok(())
    }
    fn rmw(&mut self, op: RmwOp, addr: u64, value: u64, mem: Mem) -> Result<u64, u64> {
        let at = self.check(addr, mem, true)?;
        let old = self.read(at, mem);
        self.write(at, sem::rmw(op, mem.width, old, value), mem);
        Ok(old)
    }
    fn cas(&mut self, addr: u64, expected: u64, new: u64, mem: Mem) -> Result<u64, u64> {
        let at = self.check(addr, mem, true)?;
        let old = self.read(at, mem);
        if old == expected {
            self.write(at, new, mem);
        }
        Ok(old)
    }
    fn load_linked(&mut self, addr: u64, mem: Mem) -> Result<u64, u64> {
        let at = self.check(addr, mem, true)?;
        let value = self.read(at, mem);
        self.reserved = Some((addr, mem.width, value));
        Ok(value)
    }
    fn store_cond(&mut self, addr: u64, value: u64, mem: Mem) -> Result<bool, u64> {
        let at = self.check(addr, mem, true)?;
        let holds = self.reserved.take() == Some((addr, mem.width, self.read(at, mem)));
        if holds {
            self.write(at, value, mem);
        }
        Ok(holds)
    }
    fn fence(&mut self, _: Fence) {}
    fn raise(&mut self, code: u32, arg: u64) -> u64 {
        u64::from(code) << 32 | arg
    }
    fn call(&mut self, helper: u16, args: &[u64]) -> Result<u64, u64> {
        if helper == ADD_F64 {
            return Ok((f64::from_bits(args[0]) + f64::from_bits(args[1])).to_bits());
        }
        let (result, r3) = toy::mix(self.regs[0], self.regs[1], args[0], args[1])?;
        self.regs[3] = r3;
        Ok(result)
    }
}

/// Some earlier value as one of width `w`.
fn pick<'b>(b: &'b Builder<'b>, values: &[Val<'b>], n: u16, w: Width) -> Val<'b> {
    let v = values[usize::from(n) % values.len()];
    match v.width().cmp(&w) {
        std::cmp::Ordering::Less if n & 0x100 != 0 => v.sext(w),
        std::cmp::Ordering::Less => v.zext(w),
        std::cmp::Ordering::Equal => v,
        std::cmp::Ordering::Greater if w == Width::W1 => v.ne(b.konst(v.width(), 3)),
        std::cmp::Ordering::Greater => v.trunc(w),
    }
}

fn some_mem(k: u64) -> Mem {
    let width = [Width::W8, Width::W16, Width::W32, Width::W64][(k & 3) as usize];
    let mem = if k & 4 == 0 { Mem::le(width) } else { Mem::be(width) };
    let mem = if k & 8 == 0 { mem } else { mem.aligned() };
    if k & 0x30 == 0x30 { mem.ordered(Order::SeqCst) } else { mem }
}

fn address<'b>(b: &'b Builder<'b>, values: &[Val<'b>], n: u16, k: u64) -> Val<'b> {
    // Mostly within memory: a small number plus the base, in both operand orders, sometimes anything.
    let v = pick(b, values, n, Width::W64);
    match k >> 8 & 7 {
        0 => v,
        1 => b.konst(Width::W64, BASE + (k >> 16) % (SIZE + 8)),
        2 => b.konst(Width::W64, BASE).add(v & v.konst(0x1fff)),
        3 => (v & v.konst(0xff)).add(b.konst(Width::W64, BASE + 0xf80)).add(v & v.konst(7)),
        4 => (v & v.konst(0xfff)).trunc(Width::W32).add(b.konst(Width::W32, BASE + (k >> 16) % 64)),
        _ => (v & v.konst(0xff8)).add_imm((BASE + (k >> 16) % 8) as i64),
    }
}

fn append<'b>(b: &'b Builder<'b>, values: &mut Vec<Val<'b>>, (kind, x, y, k): Step) {
    let w = [Width::W8, Width::W16, Width::W32, Width::W64, Width::W64, Width::W32][(k >> 40) as usize % 6];
    let reg = Reg(x % REGS.len() as u16);
    let one = |values: &[Val<'b>], w| pick(b, values, x, w);
    let two = |values: &[Val<'b>], w| pick(b, values, y, w);
    let new = match kind % 22 {
        0 => b.konst(w, if k & 1 == 0 { k >> 50 } else { k }),
        1 | 2 => b.get(reg),
        3..=5 => {
            let v = two(values, REGS[reg.index()]);
            return b.set(reg, v);
        }
        6..=8 => {
            let op = BinOp::ALL[(k & 0xff) as usize % BinOp::ALL.len()];
            let (p, mut q) = (one(values, w), two(values, w));
            if op.divides() {
                q = q | q.konst(1);
            }
            bin(op, p, q)
        }
        9 => un(UnOp::ALL[(k & 0xff) as usize % UnOp::ALL.len()], one(values, w)),
        10 => cmp(CmpOp::ALL[(k & 0xff) as usize % CmpOp::ALL.len()], one(values, w), two(values, w)),
        11 => b.select(one(values, Width::W1), one(values, w), two(values, w)),
        12 => {
            let lo = (k & 0xff) as u32 % w.bits();
            let len = (k >> 8 & 0xff) as u32 % (w.bits() - lo) + 1;
            if k >> 16 & 1 == 0 {
                one(values, w).extract(lo, len)
            } else {
                one(values, w).deposit(lo, len, two(values, w))
            }
        }
        13 | 14 => b.load(address(b, values, x, k), some_mem(k)),
        15 | 16 => {
            let mem = some_mem(k);
            let (a, v) = (address(b, values, x, k), two(values, mem.width));
            return b.store(a, v, mem);
        }
        17 => atomic(b, values, x, y, k),
        18 => b.call(MIX, &[one(values, Width::W64), two(values, Width::W64)]),
        19 | 20 => return carry_chain(b, values, (x, y, k)),
        _ if k & 7 == 4 => return b.raise_if(one(values, Width::W1), (k >> 8) as u32, k >> 40),
        _ if k & 3 == 0 => return b.fence(Fence::SeqCst),
        _ => b.call_fast(
            ADD_F64,
            &[one(values, Width::W64), two(values, Width::W64)],
            FastFp::Add64,
            Reg((k >> 8) as u16 % 12),
        ),
    };
    values.push(new);
}

/// Sums and differences with carry as guests that keep the operands of their flags have them, and a choice by a comparison.
fn carry_chain<'b>(b: &'b Builder<'b>, values: &mut Vec<Val<'b>>, (x, y, k): (u16, u16, u64)) {
    let (p, q) = (pick(b, values, x, Width::W32), pick(b, values, y, Width::W32));
    let part = match k & 3 {
        0 => p + q,
        1 => p.add_imm((k >> 8) as i16 as i64),
        2 => p - q,
        _ => p.shl(p.konst(1)),
    };
    let carry = match k >> 2 & 3 {
        0 => p.lt_u(q),
        1 => p.lt_u(p.konst(k >> 24 & 0xffff)),
        2 => p.zext(Width::W64).lt_u(q.zext(Width::W64) + b.konst(Width::W64, k >> 24 & 0xffff)),
        _ => p.zext(Width::W64).lt_u(q.zext(Width::W64) + pick(b, values, x ^ y, Width::W64)),
    };
    let to = if k >> 4 & 1 == 0 { part } else { q };
    let last = match k >> 5 & 3 {
        0 => to + carry.zext(Width::W32),
        1 => to - carry.zext(Width::W32),
        2 => to | carry.zext(Width::W32),
        _ => b.select(carry, to, p),
    };
    values.push(last);
    if k >> 7 & 1 == 0 {
        b.set(Reg((k >> 40) as u16 % 2), last.zext(Width::W64));
    }
}

fn atomic<'b>(b: &'b Builder<'b>, values: &[Val<'b>], x: u16, y: u16, k: u64) -> Val<'b> {
    let mem = some_mem(k).aligned();
    let (a, v) = (address(b, values, x, k), pick(b, values, y, mem.width));
    match k >> 32 & 3 {
        0 => b.load_linked(a, mem),
        1 => b.store_cond(a, v, mem),
        2 => b.cas(a, pick(b, values, x, mem.width), v, mem),
        _ => b.rmw(RmwOp::ALL[(k >> 34) as usize % RmwOp::ALL.len()], a, v, mem),
    }
}

macro_rules! dispatch {
    ($v:expr, $p:expr, $q:expr; $( $(#[$m:meta])* $name:ident $method:ident; )*) => { match $v { $( BinOp::$name => $p.$method($q), )* } };
}
fn bin<'b>(op: BinOp, p: Val<'b>, q: Val<'b>) -> Val<'b> {
    uop::for_each_bin_op!(dispatch op, p, q;)
}
macro_rules! dispatch_un {
    ($v:expr, $p:expr; $( $(#[$m:meta])* $name:ident $method:ident; )*) => { match $v { $( UnOp::$name => $p.$method(), )* } };
}
fn un<'b>(op: UnOp, p: Val<'b>) -> Val<'b> {
    uop::for_each_un_op!(dispatch_un op, p;)
}
macro_rules! dispatch_cmp {
    ($v:expr, $p:expr, $q:expr; $( $(#[$m:meta])* $name:ident $method:ident; )*) => { match $v { $( CmpOp::$name => $p.$method($q), )* } };
}
fn cmp<'b>(op: CmpOp, p: Val<'b>, q: Val<'b>) -> Val<'b> {
    uop::for_each_cmp_op!(dispatch_cmp op, p, q;)
}

fn build(layout: &Layout, steps: &[Step], kind: (u8, u16)) -> Block {
    let b = Builder::new(layout);
    {
        let mut values = Vec::new();
        b.begin_insn(0, 0);
        values.push(b.get(Reg(0)));
        for (i, step) in steps.iter().enumerate() {
            if i % 3 == 0 {
                b.begin_insn(4 * (i as i32 + 1), 0);
            }
            append(&b, &mut values, *step);
        }
        let exit = match kind.0 % 4 {
            0 => Exit::Jump { pc: 0x5000 },
            1 => Exit::Branch { cond: pick(&b, &values, kind.1, Width::W1).id(), taken: 0x6000, fallthrough: 0x7000 },
            2 => Exit::Indirect { pc: pick(&b, &values, kind.1, Width::W64).id(), hint: Hint::None },
            _ => Exit::UpdateIndirect { pc: pick(&b, &values, kind.1, Width::W64).id() },
        };
        if kind.0 & 0x10 != 0 {
            b.enter_mode(kind.0.into());
        }
        if matches!(exit, Exit::Branch { .. }) && kind.0 & 0x20 != 0 {
            b.taken_mode(0x100);
        }
        if matches!(exit, Exit::Jump { .. } | Exit::Indirect { .. }) && kind.0 & 0x40 != 0 {
            b.returns_to(0x8000);
        }
        b.exit(exit);
    }
    b.finish(0x4000, 4)
}

/// What one run has come to: where it went on, or the guest instruction that faulted and the fault.
#[derive(PartialEq, Debug)]
enum Outcome {
    Pc(u64),
    Fault { insn: u16 },
    Raise { insn: u16, fault: u64 },
}

fn run_reference(block: &Block, layout: &Layout, model: &mut Model) -> Outcome {
    match eval(block, layout, model) {
        End::Pc(pc) | End::Exit(_, Some(pc)) => Outcome::Pc(pc),
        End::Exit(exit, None) => unreachable!("{exit:?} is not generated"),
        End::Fault { op, fault } if matches!(block.ops[op], Op::RaiseIf { .. }) => {
            Outcome::Raise { insn: block.insn_of(op) as u16, fault }
        }
        End::Fault { op, .. } => Outcome::Fault { insn: block.insn_of(op) as u16 },
    }
}

pub(crate) fn check(steps: &[Step], exit: (u8, u16), regs: &[u64], passes: bool) -> Result<(), TestCaseError> {
    let (mut vcpu, ram) = toy::vcpu();
    let regs: Vec<u64> = REGS.iter().zip(regs).map(|(w, r)| w.cut(*r)).collect();
    let bytes: Vec<u8> = (0..SIZE).map(|i| (i * 37 + i / 256) as u8).collect();
    ram.write_bytes(0, &bytes);
    let mut model = Model { regs: regs.clone(), memory: bytes, reserved: None };
    for (i, r) in regs.iter().enumerate() {
        vcpu.ctx().set_reg(Reg(i as u16), *r);
    }
    let mut block = build(vcpu.kind().layout(), steps, exit);
    prop_assert_eq!(uop::verify(&block, vcpu.kind().layout()), Ok(()));
    let want = run_reference(&block, vcpu.kind().layout(), &mut model);
    let n_insns = block.insns.len() as i64;
    if passes {
        uop::pass::run(&mut block, vcpu.kind().layout());
    }
    let text = uop::text(&block, vcpu.kind().layout());
    let modes = (block.mode, block.taken_mode, block.exit);
    let mut engine = Interp::default();
    let code = engine.add(&block, vcpu.kind().layout());
    let core = vcpu.core(0);
    // SAFETY: the core belongs to `vcpu`, which is not used until this returns; its jump cache is empty.
    #[allow(unsafe_code, reason = "the engine is driven by hand")]
    let (leave, rest) = unsafe { engine.run(core, code, 1000) };
    let got = match leave {
        Leave::Direct { pc, .. } | Leave::Indirect { pc } | Leave::Update { pc } => {
            prop_assert_eq!(rest, 1000 - n_insns, "{}", text);
            Outcome::Pc(pc)
        }
        Leave::Stopped(at) => {
            prop_assert_eq!(rest, 1000 - i64::from(at.insn), "{}", text);
            Outcome::Fault { insn: at.insn }
        }
        Leave::Raise { at, code, arg } => {
            prop_assert_eq!(rest, 1000 - i64::from(at.insn), "{}", text);
            Outcome::Raise { insn: at.insn, fault: u64::from(code) << 32 | arg }
        }
        other => return Err(TestCaseError::fail(format!("{other:?}\n{text}"))),
    };
    prop_assert_eq!(&got, &want, "{}", text);
    if let Outcome::Pc(pc) = got {
        let taken = matches!(modes.2, Exit::Branch { taken, .. } if taken == pc);
        let mode = modes.1.filter(|_| taken).or(modes.0).unwrap_or(0);
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "the engine is driven by hand")]
        let now = unsafe { (*core).mode() };
        prop_assert_eq!(now, mode, "mode after\n{}", text);
    }
    for (i, r) in model.regs.iter().enumerate() {
        prop_assert_eq!(vcpu.ctx().reg(Reg(i as u16)), *r, "r{} after\n{}", i, text);
    }
    let mut after = vec![0; SIZE as usize];
    ram.read_bytes(0, &mut after);
    prop_assert_eq!(after, model.memory, "memory after\n{}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_lifted(
        steps in prop::collection::vec(any::<Step>(), 1..90),
        exit in any::<(u8, u16)>(),
        regs in prop::collection::vec(any::<u64>(), 17),
    ) {
        check(&steps, exit, &regs, false)?;
    }

    #[test]
    fn after_passes(
        steps in prop::collection::vec(any::<Step>(), 1..90),
        exit in any::<(u8, u16)>(),
        regs in prop::collection::vec(prop_oneof![0..20u64, any::<u64>(), Just(u64::MAX)], 17),
    ) {
        check(&steps, exit, &regs, true)?;
    }
}
