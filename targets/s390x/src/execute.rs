//! EXECUTE and EXECUTE RELATIVE LONG: the target instruction is lifted when it is known, and evaluated on the spot.

use std::sync::Arc;

use bits::Endian;
use cpu::{Access, Target};
use decode::Flow;
use uop::eval::{End, World, eval};
use uop::{Align, Builder, Exit, Fence, Layout, Mem, Reg, RmwOp, Width, sem};

use crate::fetch;
use crate::mmu;
use crate::model::Model;
use crate::per;
use crate::storage;
use crate::target::{Lifter, S390x, Single};
use crate::trap::{Cpu, Fault, Out, code};

/// What lifting a single instruction needs.
pub(crate) struct Executor {
    lifter: Lifter,
    layout: Layout,
}

impl Executor {
    fn new(model: &Model) -> Executor {
        let (names, regs) = S390x::file().into_iter().unzip();
        let helpers = S390x::helpers().iter().map(|h| h.info).collect();
        Executor {
            lifter: Lifter::new(model),
            layout: Layout { regs, names, helpers, aligned: false, computes: vec![], late: uop::RegSet::None },
        }
    }
}

/// Executes the instruction at `target`, its second byte joined with that of `byte`; `here` is the address of the execute
/// instruction, `len` its length. Returns the address to go on at.
pub(crate) fn execute(cpu: &mut Cpu, [target, byte, here, len]: [u64; 4]) -> Out {
    if target & 1 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let mode = mmu::mode(cpu);
    let space = mmu::space(mode, Access::Fetch);
    let half = Mem::be(Width::W16).in_space(space);
    let first = cpu.load(target, half)? | byte & 0xff;
    let width = fetch::length((first >> 8) as u8);
    let mut bits = first;
    for at in (2..u64::from(width)).step_by(2) {
        bits = bits << 16 | cpu.load(target.wrapping_add(at), half)?;
    }
    if first >> 8 == 0x44 || bits >> 32 & 0xff0f == 0xc600 {
        return Err(Fault::program(code::EXECUTE));
    }
    if let Some(done) = storage::direct(cpu, bits) {
        done?;
        return Ok(here.wrapping_add(len) & bits::mask(crate::mode::address_bits(mode)));
    }
    let one = Single { pc: here, bits, width, ilc: len as u32, origin: target, mode };
    evaluate(cpu, one)
}

pub(crate) fn evaluate(cpu: &mut Cpu, one: Single) -> Out {
    let shared = Arc::clone(&cpu.model().executor);
    let executor = shared.get_or_init(|| Executor::new(cpu.model()));
    let builder = Builder::new(&executor.layout);
    builder.begin_insn(0, one.ilc);
    let next = one.pc.wrapping_add(u64::from(one.ilc)) & bits::mask(crate::mode::address_bits(one.mode));
    if executor.lifter.single(&builder, one, 0) == Flow::Next {
        builder.exit(Exit::Jump { pc: next });
    }
    let block = builder.finish(one.pc, one.width);
    match eval(&block, &executor.layout, &mut Lent { cpu }) {
        End::Pc(pc) | End::Exit(Exit::Update { pc }, _) | End::Exit(Exit::UpdateIndirect { .. }, Some(pc)) => Ok(pc),
        End::Exit(Exit::Halt { pc }, _) => {
            cpu.set_halted(true);
            Ok(pc)
        }
        End::Exit(Exit::Raise { code, arg }, _) => Err(S390x::raise(code, arg)),
        End::Exit(..) => Ok(next),
        End::Fault { fault: Fault::Program { code: code::SPANNING, arg }, .. } => {
            storage::store_spanning(cpu, arg).map(|_| next)
        }
        End::Fault { fault, .. } => Err(fault),
    }
}

struct Lent<'a> {
    cpu: &'a mut Cpu,
}

impl Lent<'_> {
    fn space(&self, mem: Mem) -> u8 {
        if mem.space == Mem::CURRENT { mmu::space(mmu::mode(self.cpu), Access::Read) } else { mem.space }
    }

    fn stored(&mut self, addr: u64, mem: Mem) {
        let space = self.space(mem);
        per::stored(self.cpu, addr, mem.width.bytes().into(), space);
    }

    /// Replaces what is at `addr` by what `new` makes of it, atomically.
    fn replace(&mut self, addr: u64, mem: Mem, new: impl Fn(u64) -> u64) -> Result<u64, Fault> {
        if mem.align == Align::Trap && !addr.is_multiple_of(u64::from(mem.width.bytes())) {
            return Err(Fault::SPECIFICATION);
        }
        let phys = self.cpu.translate_store(addr, mem.width.bytes().into(), self.space(mem))?;
        self.stored(addr, mem);
        loop {
            let old = self.cpu.load(addr, mem)?;
            let done = self.cpu.phys_compare_exchange(phys, old, new(old), mem.width, Endian::Big);
            if done.map_err(|_| Fault::program(code::ADDRESSING))? {
                return Ok(old);
            }
        }
    }
}

impl World for Lent<'_> {
    type Fault = Fault;

    fn get(&mut self, reg: Reg) -> u64 {
        self.cpu.reg(reg)
    }

    fn set(&mut self, reg: Reg, value: u64) {
        self.cpu.set_reg(reg, value);
    }

    fn load(&mut self, addr: u64, mem: Mem) -> Result<u64, Fault> {
        if mem.align == Align::Trap && !addr.is_multiple_of(u64::from(mem.width.bytes())) {
            return Err(Fault::SPECIFICATION);
        }
        self.cpu.load(addr, mem)
    }

    fn store(&mut self, addr: u64, value: u64, mem: Mem) -> Result<(), Fault> {
        self.cpu.store(addr, value, mem)?;
        self.stored(addr, mem);
        Ok(())
    }

    fn rmw(&mut self, op: RmwOp, addr: u64, value: u64, mem: Mem) -> Result<u64, Fault> {
        self.replace(addr, mem, |old| sem::rmw(op, mem.width, old, value))
    }

    fn cas(&mut self, addr: u64, expected: u64, new: u64, mem: Mem) -> Result<u64, Fault> {
        self.replace(addr, mem, |old| if old == expected { new } else { old })
    }

    fn load_linked(&mut self, addr: u64, mem: Mem) -> Result<u64, Fault> {
        self.cpu.load(addr, mem)
    }

    fn store_cond(&mut self, addr: u64, value: u64, mem: Mem) -> Result<bool, Fault> {
        self.cpu.store(addr, value, mem).map(|()| true)
    }

    fn fence(&mut self, _: Fence) {}

    fn raise(&mut self, code: u32, arg: u64) -> Fault {
        S390x::raise(code, arg)
    }

    fn call(&mut self, helper: u16, args: &[u64]) -> Result<u64, Fault> {
        let mut list = [0; 4];
        list[..args.len()].copy_from_slice(args);
        (S390x::helpers()[usize::from(helper)].run)(self.cpu, list)
    }
}
