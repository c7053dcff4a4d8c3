//! What the rest of the house sees: [`Ppc32`] and [`Ppc64`] as [`cpu::Target`]s.

use std::cell::Cell;

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Exit, Width};

use crate::board::{self, Board, Map};
use crate::booke_timer;
use crate::debug;
use crate::ext::{Ext, ExtSet};
use crate::helper;
use crate::insn;
use crate::lift::{Handler, Lift};
use crate::mmu;
use crate::mode;
use crate::model::Model;
use crate::papr;
use crate::radix;
use crate::regs;
use crate::show;
use crate::softtlb;
use crate::state::{self, State};
use crate::trace;
use crate::trap::{self, Trap, code};

/// What helpers know of their target.
pub(crate) trait Ppc: Target<Model = Model, State = State, Fault = Trap> {}
impl<T: Target<Model = Model, State = State, Fault = Trap>> Ppc for T {}

/// Primary opcode, and the part of the extended one that all forms have.
const INDEX: Index = Index { w16: &[], w32: &[Bits(26, 6), Bits(1, 5)], w48: &[] };

/// Rows that need one of these raise "floating point unavailable" while MSR.FP is 0.
const FP_UNIT: u128 = ExtSet::of(&[Ext::Fp]).bits();

/// Rows that need one of these raise "vector (SPE) unavailable" while MSR.VEC is 0.
const VECTOR_UNIT: u128 = ExtSet::of(&[Ext::Altivec, Ext::Spe, Ext::SpeDouble]).bits();

/// Rows that need one of these raise "VSX unavailable" while MSR.VSX is 0.
const VSX_UNIT: u128 = ExtSet::of(&[Ext::Vsx]).bits();

/// The decode tables of a model.
pub struct Lifter {
    decoder: Decoder<Handler>,
    exts: ExtSet,
    wide: bool,
    cache_line: u64,
}

impl Lifter {
    fn new(model: &Model) -> Lifter {
        let exts = model.exts();
        Lifter {
            decoder: Decoder::new(insn::TABLES, exts.bits(), INDEX),
            exts,
            wide: model.xlen() == 64,
            cache_line: model.cache_line(),
        }
    }

    fn word(code: &Code<'_>) -> Option<u32> {
        let bytes = code.bytes.get(..4)?.try_into().ok()?;
        Some(if code.mode & mode::LE != 0 { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some(bits) = Lifter::word(&code) else { return Lifted::More };
        let l = Lift {
            ir,
            pc: code.pc,
            bits,
            mode: code.mode,
            exts: self.exts,
            wide: self.wide,
            cache_line: self.cache_line,
            refused: Cell::new(None),
        };
        let watched = code.mode & mode::DEBUG != 0;
        if watched {
            l.call(helper::CHECK_FETCH, &[ir.konst(Width::W64, code.pc)]);
        }
        // A branch of BookE is an event before it is taken: its handler sees to that.
        let traced = trace::is_traced(if self.exts.has(Ext::BookE) { code.mode & !mode::BE } else { code.mode }, bits);
        if traced {
            l.call(helper::TRACE, &[]);
        }
        let flow = match self.decoder.decode(bits.into(), 32) {
            Some(row) if row.guard.all & FP_UNIT != 0 && code.mode & mode::FP == 0 => {
                l.refused.set(Some((code::NO_FP, 0)));
                Flow::Illegal
            }
            Some(row) if row.guard.all & VECTOR_UNIT != 0 && code.mode & mode::VEC == 0 => {
                l.refused.set(Some((code::NO_VECTOR, 0)));
                Flow::Illegal
            }
            Some(row) if row.guard.all & VSX_UNIT != 0 && code.mode & mode::VSX == 0 => {
                l.refused.set(Some((code::NO_VSX, 0)));
                Flow::Illegal
            }
            Some(row) => (row.lift)(&l, bits.into()),
            None => Flow::Illegal,
        };
        match flow {
            Flow::Next if self.wraps(&code) => {
                l.end(Exit::Jump { pc: l.next_pc() });
                return Lifted::End(4);
            }
            // CIABR interrupts behind its instruction.
            Flow::Next if traced || watched && self.exts.has(Ext::Isa207) => {
                l.update();
                return Lifted::End(4);
            }
            Flow::Next => return Lifted::Next(4),
            Flow::End => return Lifted::End(4),
            Flow::Illegal => {}
        }
        // Whatever a handler has lifted before it found out goes away.
        ir.abandon_insn();
        ir.begin_insn(code.offset, 0);
        let (number, arg) = l.refused.get().unwrap_or((code::PROGRAM, trap::ILLEGAL));
        ir.exit(Exit::Raise { code: number, arg });
        Lifted::End(4)
    }

    /// Whether the address space of the mode ends behind this instruction.
    fn wraps(&self, code: &Code<'_>) -> bool {
        code.mode & mode::SF == 0 && code.pc & 0xffff_ffff == 0xffff_fffc
    }

    fn disassemble(&self, code: Code<'_>) -> Option<(String, u32)> {
        let bits = Lifter::word(&code)?;
        Some((self.decoder.disassemble(bits.into(), 32, code.pc)?, 4))
    }
}

fn reset<T: Ppc>(ctx: &mut Ctx<T>) {
    ctx.state = State::new(ctx.model());
    ctx.state.msr = ctx.model().reset_msr();
    ctx.set_reg(state::ALWAYS, 1);
    let pc = ctx.model().reset_vector();
    ctx.set_pc(pc);
    papr::reset(ctx);
    if ctx.model().has(Ext::BookE) {
        // The page of the first instruction is mapped (e500 Core Family Reference Manual and PPC440x5 User's Manual, "Reset").
        let page = Map { number: 0, effective: 0xffff_f000, real: 0xffff_f000, size: 4096, supervisor: true };
        softtlb::map(ctx, &[page]);
        board::prepare(ctx);
        booke_timer::restart(ctx);
    }
    match ctx.shared::<Board>().and_then(|board| board.start(ctx.index())) {
        Some(Some(entry)) => board::begin(ctx, &entry),
        Some(None) => {
            ctx.state.parked = true;
            ctx.set_halted(true);
        }
        None => {}
    }
    ctx.flush_tlb();
}

macro_rules! target {
    ($(#[$m:meta])* $name:ident, $text:literal, $width:expr) => {
        $(#[$m])*
        pub struct $name;

        impl Target for $name {
            type Model = Model;
            type Lifter = Lifter;
            type State = State;
            type Fault = Trap;

            const NAME: &'static str = $text;
            const SPACES: usize = mode::SPACES;

            fn file() -> Vec<(String, Width)> {
                state::file($width)
            }

            fn helpers() -> &'static [Helper<Self>] {
                helper::Table::<Self>::ROWS
            }

            fn lifter(model: &Model) -> Lifter {
                Lifter::new(model)
            }

            fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
                lifter.lift(builder, code)
            }

            fn disassemble(lifter: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
                lifter.disassemble(code)
            }

            fn new_state(model: &Model) -> State {
                State::new(model)
            }

            fn reset(ctx: &mut Ctx<Self>) {
                reset(ctx);
            }

            fn mode(ctx: &Ctx<Self>) -> Mode {
                let mode = mode::of(ctx.state.msr, ctx.model().has(Ext::Wide)) | radix::keys(ctx);
                // On embedded CPUs these bits of MSR are others.
                let mode = if ctx.model().has(Ext::BookE) { mode & !(mode::SE | mode::BE) } else { mode };
                mode | debug::mode(ctx)
            }

            fn space(mode: Mode, access: Access) -> u8 {
                mode::space(mode, access)
            }

            fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
                let found = mmu::translate(ctx, address, access, space)?;
                debug::watch(ctx, address, access, found)
            }

            fn show_translations(ctx: &Ctx<Self>) -> Option<String> {
                show::translations(ctx)
            }

            fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
                mmu::translate_debug(ctx, address)
            }

            fn raise(code: u32, arg: u64) -> Trap {
                Trap::raised(code, arg)
            }

            fn misaligned(address: u64, _: Access) -> Trap {
                Trap::misaligned(address)
            }

            fn bus_error(_: &mut Ctx<Self>, address: u64, _: u64, access: Access) -> Option<Trap> {
                Some(Trap::bus_error(address, access))
            }

            fn deliver(ctx: &mut Ctx<Self>, fault: Trap) {
                trap::deliver(ctx, fault);
            }

            fn interrupt(ctx: &mut Ctx<Self>) -> Option<Trap> {
                trap::interrupt(ctx)
            }

            fn wakes(ctx: &Ctx<Self>) -> bool {
                trap::wakes(ctx)
            }

            fn deadline(ctx: &Ctx<Self>) -> Option<u64> {
                trap::deadline(ctx)
            }

            fn info(ctx: &Ctx<Self>) -> Info {
                Info::Ppc { nip: ctx.pc() }
            }

            fn registers(model: &Model) -> &'static [Register] {
                regs::table(model, $width.bits())
            }

            fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
                regs::read(ctx, &regs::table(ctx.model(), $width.bits())[index])
            }

            fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
                let row = &regs::table(ctx.model(), $width.bits())[index];
                regs::write(ctx, row, value)
            }
        }
    };
}

target! {
    /// PowerPC with 32-bit registers.
    Ppc32, "ppc", Width::W32
}
target! {
    /// PowerPC with 64-bit registers.
    Ppc64, "ppc64", Width::W64
}
