//! Single instructions on the reference evaluator.

use cpu::{Access, Code, Cpu, Ctx, Engine, Lifted, Target, Vcpu};
use uop::eval::{End, World, eval};
use uop::{Align, Builder, Exit, Fence, Mem, Reg, RmwOp, Width, sem};

/// Runs a CPU's instructions one by one on `uop::eval`; the CPU lends its state and memory, its engine stands still.
#[derive(Default, Debug)]
pub struct Reference {
    reservation: Option<(u64, Width, u64)>,
}

struct Lent<'a, T: Target> {
    ctx: &'a mut Ctx<T>,
    reservation: &'a mut Option<(u64, Width, u64)>,
}

impl Reference {
    /// Runs the instruction at the pc, whose bytes are `bytes`. Exceptions are delivered.
    ///
    /// # Panics
    /// When lifting asks for more bytes than there are, or the block breaks a rule of the IR.
    pub fn step<T: Target, E: Engine>(&mut self, cpu: &mut Vcpu<T, E>, bytes: &[u8]) {
        let pc = cpu.pc();
        let mode = T::mode(cpu.ctx());
        cpu.core(mode);
        let builder = Builder::new(cpu.kind().layout());
        builder.begin_insn(0, 0);
        let code = Code { pc, offset: 0, bytes, mode, alone: true };
        let len = match T::lift(cpu.kind().lifter(), &builder, code) {
            Lifted::Next(len) => {
                builder.exit(Exit::Jump { pc: pc.wrapping_add(u64::from(len)) });
                len
            }
            Lifted::End(len) => len,
            Lifted::More => panic!("the instruction is longer than its {} bytes", bytes.len()),
        };
        let block = builder.finish(pc, len);
        uop::verify(&block, cpu.kind().layout()).expect("lifting makes well-formed blocks");
        let layout = uop::Layout {
            regs: cpu.kind().layout().regs.clone(),
            names: Vec::new(),
            helpers: cpu.kind().layout().helpers.clone(),
            aligned: T::ALIGNED,
            computes: Vec::new(),
            late: T::LATE,
        };
        let ctx = cpu.ctx();
        let end = eval(&block, &layout, &mut Lent { ctx, reservation: &mut self.reservation });
        finish(ctx, end);
    }
}

/// Does what the run loop does at the end of a block.
fn finish<T: Target>(ctx: &mut Ctx<T>, end: End<T::Fault>) {
    match end {
        End::Pc(pc) | End::Exit(Exit::Update { pc }, _) | End::Exit(Exit::UpdateIndirect { .. }, Some(pc)) => {
            ctx.set_pc(pc);
        }
        End::Exit(Exit::Halt { pc }, _) => {
            ctx.set_pc(pc);
            ctx.set_halted(true);
        }
        End::Exit(Exit::Raise { code, arg }, _) => T::deliver(ctx, T::raise(code, arg)),
        End::Exit(exit, _) => panic!("no instruction ends with {exit:?}"),
        End::Fault { fault, .. } => T::deliver(ctx, fault),
    }
}

impl<T: Target> Lent<'_, T> {
    /// Checks what atomic accesses need before they begin: alignment, and the right to write.
    fn prepare(&mut self, addr: u64, mem: Mem, access: Access) -> Result<(), T::Fault> {
        if mem.align == Align::Trap && !addr.is_multiple_of(u64::from(mem.width.bytes())) {
            return Err(T::misaligned(addr, access));
        }
        let space = if mem.space == Mem::CURRENT { T::space(T::mode(self.ctx), Access::Read) } else { mem.space };
        self.ctx.translate(addr, access, space).map(|_| ())
    }

    /// Loads for an access that also stores: where nothing answers, the fault is that of the store.
    fn load_to_store(&mut self, addr: u64, mem: Mem) -> Result<u64, T::Fault> {
        match self.ctx.load(addr, mem) {
            Ok(value) => Ok(value),
            Err(fault) => Err(self.ctx.store(addr, 0, mem).err().unwrap_or(fault)),
        }
    }
}

impl<T: Target> World for Lent<'_, T> {
    type Fault = T::Fault;

    fn get(&mut self, reg: Reg) -> u64 {
        self.ctx.reg(reg)
    }

    fn set(&mut self, reg: Reg, value: u64) {
        self.ctx.set_reg(reg, value);
    }

    fn load(&mut self, addr: u64, mem: Mem) -> Result<u64, T::Fault> {
        self.ctx.load(addr, mem)
    }

    fn store(&mut self, addr: u64, value: u64, mem: Mem) -> Result<(), T::Fault> {
        self.ctx.store(addr, value, mem)
    }

    fn rmw(&mut self, op: RmwOp, addr: u64, value: u64, mem: Mem) -> Result<u64, T::Fault> {
        self.prepare(addr, mem, Access::Write)?;
        let old = self.load_to_store(addr, mem)?;
        self.ctx.store(addr, sem::rmw(op, mem.width, old, value), mem)?;
        Ok(old)
    }

    fn cas(&mut self, addr: u64, expected: u64, new: u64, mem: Mem) -> Result<u64, T::Fault> {
        self.prepare(addr, mem, Access::Write)?;
        let old = self.load_to_store(addr, mem)?;
        self.ctx.store(addr, if old == expected { new } else { old }, mem)?;
        Ok(old)
    }

    fn load_linked(&mut self, addr: u64, mem: Mem) -> Result<u64, T::Fault> {
        self.prepare(addr, mem, Access::Read)?;
        let value = self.ctx.load(addr, mem)?;
        *self.reservation = Some((addr, mem.width, value));
        // Helpers look for it where engines have it.
        let space = if mem.space == Mem::CURRENT { T::space(T::mode(self.ctx), Access::Read) } else { mem.space };
        let phys = self.ctx.translate(addr, Access::Read, space)?;
        self.ctx.reserve(phys, mem.width, value);
        Ok(value)
    }

    fn store_cond(&mut self, addr: u64, value: u64, mem: Mem) -> Result<bool, T::Fault> {
        self.prepare(addr, mem, Access::Write)?;
        self.ctx.clear_reservation();
        let Some((at, width, old)) = self.reservation.take() else { return Ok(false) };
        if (at, width) != (addr, mem.width) || self.ctx.load(addr, mem)? != old {
            return Ok(false);
        }
        self.ctx.store(addr, value, mem)?;
        Ok(true)
    }

    fn fence(&mut self, _: Fence) {}

    fn raise(&mut self, code: u32, arg: u64) -> T::Fault {
        T::raise(code, arg)
    }

    fn call(&mut self, helper: u16, args: &[u64]) -> Result<u64, T::Fault> {
        let mut list = [0; 4];
        list[..args.len()].copy_from_slice(args);
        (T::helpers()[usize::from(helper)].run)(self.ctx, list)
    }
}
