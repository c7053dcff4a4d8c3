//! What the rest of the house sees: [`S390x`] as a [`cpu::Target`].

use std::cell::Cell;

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Width};

use crate::ext::{Ext, ExtSet};
use crate::fetch::fetch;
use crate::helper;
use crate::information;
use crate::insn;
use crate::lift::{Handler, Lift};
use crate::mmu;
use crate::mode::{self, Parts};
use crate::model::Model;
use crate::regs;
use crate::signal;
use crate::state::{self, State};
use crate::trap::{self, Fault, code, dxc};

/// Opcode bits that tell most rows apart.
const INDEX: Index = Index { w16: &[Bits(8, 8)], w32: &[Bits(16, 8), Bits(24, 4)], w48: &[Bits(0, 8), Bits(40, 4)] };

/// The decode tables of a model.
pub struct Lifter {
    decoder: Decoder<Handler>,
    exts: ExtSet,
}

/// An instruction that is lifted alone: what stands in for fetching it.
#[derive(Clone, Copy)]
pub(crate) struct Single {
    pub(crate) pc: u64,
    pub(crate) bits: u64,
    pub(crate) width: u32,
    /// Length that the PSW counts.
    pub(crate) ilc: u32,
    /// What relative addresses count from.
    pub(crate) origin: u64,
    pub(crate) mode: Mode,
}

impl Lifter {
    pub(crate) fn new(model: &Model) -> Lifter {
        Lifter { decoder: Decoder::new(insn::TABLES, model.exts().bits(), INDEX), exts: model.exts() }
    }

    /// Lifts one instruction; it has been begun.
    pub(crate) fn single(&self, ir: &Builder<'_>, one: Single, offset: i32) -> Flow {
        let mode = Parts::of(one.mode);
        let l = Lift {
            ir,
            pc: one.pc,
            bits: one.bits,
            len: one.ilc,
            origin: one.origin,
            mode,
            exts: self.exts,
            first_base: Cell::new(None),
        };
        let Some(row) = self.decoder.decode(one.bits, one.width * 8) else {
            return l.raise(code::OPERATION, 0);
        };
        if row.guard.all >> Ext::Vector as u32 & 1 != 0 && !l.mode.vector {
            return l.raise(code::DATA, dxc::VECTOR);
        }
        match (row.lift)(&l, one.bits) {
            Flow::Illegal => {
                ir.abandon_insn();
                ir.begin_insn(offset, one.ilc);
                l.raise(code::OPERATION, 0)
            }
            flow => flow,
        }
    }

    fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some((bits, len)) = fetch(code.bytes) else { return Lifted::More };
        // The instruction's length goes with it, since interruptions tell it.
        ir.abandon_insn();
        ir.begin_insn(code.offset, len);
        let one = Single { pc: code.pc, bits, width: len, ilc: len, origin: code.pc, mode: code.mode };
        if code.pc & 1 != 0 {
            ir.exit(uop::Exit::Raise { code: code::SPECIFICATION, arg: 0 });
            return Lifted::End(len);
        }
        if code.mode & mode::PER != 0 {
            let (mode, exts) = (Parts::of(code.mode), self.exts);
            let l = Lift { ir, pc: code.pc, bits, len, origin: code.pc, mode, exts, first_base: Cell::new(None) };
            let at = ir.konst(Width::W64, code.pc);
            l.update_to(l.call(helper::PER_STEP, &[at, ir.konst(Width::W64, bits), l.k(len.into())]));
            return Lifted::End(len);
        }
        match self.single(ir, one, code.offset) {
            Flow::Next => Lifted::Next(len),
            _ => Lifted::End(len),
        }
    }
}

/// z/Architecture.
pub struct S390x;

impl Target for S390x {
    type Model = Model;
    type Lifter = Lifter;
    type State = State;
    type Fault = Fault;

    const NAME: &'static str = "s390x";
    const SPACES: usize = mmu::N_SPACES;

    fn file() -> Vec<(String, Width)> {
        state::file()
    }

    fn helpers() -> &'static [Helper<Self>] {
        helper::rows()
    }

    fn lifter(model: &Model) -> Lifter {
        Lifter::new(model)
    }

    fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
        lifter.lift(builder, code)
    }

    fn disassemble(lifter: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
        let (bits, len) = fetch(code.bytes)?;
        Some((lifter.decoder.disassemble(bits, len * 8, code.pc)?, len))
    }

    fn new_state(_: &Model) -> State {
        State::new()
    }

    fn reset(ctx: &mut Ctx<Self>) {
        ctx.state = State::new();
        ctx.set_pc(0);
        ctx.flush_tlb();
        signal::power_on(ctx);
        information::reset(ctx);
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        mmu::mode(ctx)
    }

    fn space(mode: Mode, access: Access) -> u8 {
        mmu::space(mode, access)
    }

    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Fault> {
        // PoP, "Multiple Program-Interruption Conditions": an odd instruction address goes before access exceptions of the instruction.
        if access == Access::Fetch && address & 1 != 0 {
            return Err(Fault::SPECIFICATION);
        }
        mmu::translate(ctx, address, access, space)
    }

    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
        mmu::translate_debug(ctx, address)
    }

    fn raise(code: u32, arg: u64) -> Fault {
        if code == code::SVC { Fault::Svc(arg as u8) } else { Fault::Program { code, arg } }
    }

    fn misaligned(_: u64, _: Access) -> Fault {
        Fault::SPECIFICATION
    }

    fn bus_error(_: &mut Ctx<Self>, _: u64, _: u64, _: Access) -> Option<Fault> {
        Some(Fault::program(code::ADDRESSING))
    }

    fn deliver(ctx: &mut Ctx<Self>, fault: Fault) {
        trap::deliver(ctx, fault);
    }

    fn interrupt(ctx: &mut Ctx<Self>) -> Option<Fault> {
        trap::interrupt(ctx)
    }

    fn wakes(ctx: &Ctx<Self>) -> bool {
        trap::interrupt(ctx).is_some()
    }

    fn deadline(ctx: &Ctx<Self>) -> Option<u64> {
        trap::deadline(ctx)
    }

    fn restore_aux(ctx: &mut Ctx<Self>, aux: u32) {
        ctx.state.ilc = aux as u8;
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        Info::S390 { state: ctx.state.cpu_state.into() }
    }

    fn registers(_: &Model) -> &'static [Register] {
        regs::table()
    }

    fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
        regs::read(ctx, index)
    }

    fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
        regs::write(ctx, index, value)
    }
}
