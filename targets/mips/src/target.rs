//! What the rest of the house sees: the four MIPS targets as [`cpu::Target`]s.

use bits::Endian;
use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use decode::{Bits, Decoder, Flow, Index};
use std::cell::Cell;
use uop::{Builder, Exit, Width};

use crate::cp0::{self, Cp0};
use crate::ext::{Ext, ExtSet};
use crate::hart::Hart;
use crate::helper;
use crate::insn;
use crate::lift::{Handler, Lift};
use crate::mode::{self, Space};
use crate::model::Model;
use crate::regs;
use crate::state;
use crate::threads;
use crate::tlb;
use crate::trap::{self, Trap, cause};

/// Opcode and function, which tell most rows apart.
const INDEX: Index = Index { w16: &[], w32: &[Bits(0, 6), Bits(26, 6)], w48: &[] };

/// Rows that need this are reserved while 64-bit operations are off.
const WIDE: u128 = ExtSet::of(&[Ext::W64]).bits();
/// Rows that need this need Config5.MSAEn.
const MSA: u128 = ExtSet::of(&[Ext::Msa]).bits();
/// Rows that need this need Status.MX.
const DSP: u128 = ExtSet::of(&[Ext::Dsp]).bits() | ExtSet::of(&[Ext::DspR2]).bits();
/// Rows that need this need coprocessor 1.
const FPU: u128 = ExtSet::of(&[Ext::Fpu]).bits();

/// The decode tables of a model.
pub struct Lifter {
    decoder: Decoder<Handler>,
    pub(crate) xlen: Width,
    pub(crate) endian: Endian,
    pub(crate) is_r6: bool,
    pub(crate) is_64: bool,
    pub(crate) needs_fr: bool,
    pub(crate) has_vp: bool,
    has_msa: bool,
    /// On a CPU with the first release of the DSP extension only: the instructions of the second, which count as disabled.
    missing_dsp: Option<Decoder<Handler>>,
    has_short: bool,
    is_mips4: bool,
}

impl Lifter {
    fn new(model: &Model) -> Lifter {
        Lifter {
            decoder: Decoder::new(insn::TABLES, model.exts().bits(), INDEX),
            xlen: if model.width() == 32 { Width::W32 } else { Width::W64 },
            endian: model.endian(),
            is_r6: model.is_r6(),
            is_64: model.is_64(),
            needs_fr: model.has(Ext::R1),
            has_vp: model.has_vp(),
            has_msa: model.has(Ext::Msa),
            missing_dsp: (model.has(Ext::Dsp) && !model.has(Ext::DspR2))
                .then(|| Decoder::new(&[insn::dsp::INSNS], ExtSet::of(&[Ext::DspR2]).bits(), INDEX)),
            has_short: model.has(Ext::Mips16) || model.has(Ext::MicroMips) || model.has(Ext::NanoMips),
            is_mips4: model.has(Ext::M4) && !model.has(Ext::R1),
        }
    }

    fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some((word, rest)) = code.bytes.split_at_checked(4) else { return Lifted::More };
        let lift = Lift {
            ir,
            lifter: self,
            pc: code.pc,
            bits: self.endian.read(word),
            rest,
            offset: code.offset,
            mode: code.mode,
            alone: code.alone,
            in_slot: false,
            new_mode: Cell::new(false),
            extra: Cell::new(0),
        };
        match lift.lift() {
            Flow::Next if code.mode & mode::IN_SLOT != 0 => {
                ir.set(state::IN_SLOT, lift.konst32(0));
                let pc = ir.get(state::BTARGET);
                ir.exit(Exit::UpdateIndirect { pc: pc.id() });
                Lifted::End(4)
            }
            Flow::Next if lift.new_mode.get() => {
                ir.exit(Exit::Update { pc: lift.relative(4) });
                Lifted::End(4)
            }
            Flow::Next => Lifted::Next(4),
            _ => Lifted::End(4 + lift.extra.get()),
        }
    }

    fn disassemble(&self, code: Code<'_>) -> Option<(String, u32)> {
        let word = code.bytes.get(..4)?;
        let pc = self.xlen.cut(code.pc);
        Some((self.decoder.disassemble(self.endian.read(word), 32, pc)?, 4))
    }
}

/// The coprocessor that an instruction belongs to and that is not usable in this mode ("Coprocessor Unusable Exception").
fn unusable(bits: u64, mode: Mode) -> Option<u64> {
    let (coprocessor, needs) = match bits >> 26 {
        16 => (0, mode::CU0),
        17 | 19 | 49 | 53 | 57 | 61 => (1, mode::CU1),
        // In Release 6 these are compact branches.
        18 => (2, mode::CU2),
        _ => return None,
    };
    (mode & needs == 0).then_some(coprocessor)
}

/// Whether a row is of MSA, apart from the shift and add that came with it.
fn is_vector(row: &crate::lift::Insn) -> bool {
    row.guard.all & MSA != 0 && !row.name.ends_with("lsa")
}

/// Whether a row belongs to the DSP extension as a whole; moves from and to HI and LO do with the accumulators beyond the first only.
fn needs_mx(row: &crate::lift::Insn) -> bool {
    row.guard.all & DSP != 0 && !matches!(row.name, "mfhi" | "mflo" | "mthi" | "mtlo")
}

impl Lift<'_> {
    /// Lifts the instruction. [`Flow::Next`] leaves the block open; [`Flow::End`] has ended it.
    pub(crate) fn lift(&self) -> Flow {
        if self.pc & 3 != 0 {
            // Odd addresses are those of MIPS16e and microMIPS, whose instructions are not implemented.
            let is_short = self.pc & 1 != 0 && self.lifter.has_short;
            return if is_short { self.raise(cause::RI, 0) } else { self.raise(cause::ADEL, self.pc) };
        }
        let is_msa_branch = self.bits >> 26 == 17 && self.bits >> 24 & 3 == 3 || self.bits >> 21 & 0x7fb == 0x22b;
        if let Some(coprocessor) = unusable(self.bits, self.mode).filter(|_| !(is_msa_branch && self.lifter.has_msa)) {
            return self.raise(cause::CPU, coprocessor);
        }
        let flow = match self.lifter.decoder.decode(self.bits, 32) {
            // Vectors overlay registers of 64 bits: with pairs of 32 there are none.
            Some(row) if is_vector(row) && self.mode & (mode::CU1 | mode::FR) == mode::CU1 => Flow::Illegal,
            Some(row) if is_vector(row) && self.mode & mode::MSA == 0 => return self.raise(cause::MSADIS, 0),
            Some(row) if row.guard.all & FPU != 0 && self.mode & mode::CU1 == 0 => {
                return self.raise(cause::CPU, 1);
            }
            Some(row) if needs_mx(row) && self.mode & mode::MX == 0 => return self.raise(cause::DSPDIS, 0),
            Some(row) if row.guard.all & WIDE != 0 && self.mode & mode::OPS64 == 0 => Flow::Illegal,
            Some(_) if self.lifter.is_mips4 && self.bits >> 26 == 19 && self.mode & mode::CU3 == 0 => Flow::Illegal,
            Some(row) => (row.lift)(self, self.bits),
            None if self.lifter.missing_dsp.as_ref().is_some_and(|d| d.decode(self.bits, 32).is_some()) => {
                return self.raise(cause::DSPDIS, 0);
            }
            None => Flow::Illegal,
        };
        if flow == Flow::Illegal {
            // Whatever a handler has lifted before it found out goes away.
            self.ir.abandon_insn();
            self.ir.begin_insn(self.offset, u32::from(self.in_slot));
            return self.raise(cause::RI, 0);
        }
        flow
    }

    /// Whether the next instruction is a control transfer, which a compact branch forbids, and can be seen from here.
    pub(crate) fn forbids_next(&self) -> bool {
        let Some(word) = self.rest.get(..4) else { return false };
        let bits = self.lifter.endian.read(word);
        let row = self.lifter.decoder.decode(bits, 32);
        row.is_some_and(|r| r.operands.contains("target") || r.operands.contains("jump") || TRANSFERS.contains(&r.name))
    }
}

/// Control transfers to computed addresses.
const TRANSFERS: &[&str] = &["jr", "jalr", "jic", "jialc", "eret", "eretnc", "deret", "wait", "pause"];

fn translate_debug<T>(ctx: &Ctx<T>, address: u64) -> Option<u64>
where
    T: Target<Model = Model, State = Cp0, Fault = Trap>,
{
    tlb::translate_debug(ctx.model(), &ctx.state, address, cp0::space(&ctx.state))
}

/// What `aux` 1 stands for: the instruction is in the slot of the branch before it, to which the pc goes back.
fn restore_slot<H: Hart>(hart: &mut H) {
    let branch = hart.pc().wrapping_sub(4) & bits::mask(hart.model().width());
    hart.set_pc(branch);
    hart.set_file(state::IN_SLOT, 2);
}

macro_rules! target {
    ($(#[$m:meta])* $name:ident, $text:literal, $width:expr) => {
        $(#[$m])*
        pub struct $name;

        impl Target for $name {
            type Model = Model;
            type Lifter = Lifter;
            type State = Cp0;
            type Fault = Trap;

            const NAME: &'static str = $text;
            const SPACES: usize = 4;
            const ALIGNED: bool = true;
            const WATCH_BEFORE: bool = true;

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

            fn new_state(model: &Model) -> Cp0 {
                Cp0::new(model)
            }

            fn reset(ctx: &mut Ctx<Self>) {
                cp0::reset(ctx);
                let held = ctx.state.waits_for_run || ctx.model().has(Ext::Mt) && !threads::is_active(&ctx.state);
                ctx.set_halted(held);
            }

            fn mode(ctx: &Ctx<Self>) -> Mode {
                cp0::mode(ctx)
            }

            fn space(mode: Mode, _: Access) -> u8 {
                mode::space(mode) as u8
            }

            fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
                tlb::translate(ctx, address, access, Space::from_bits(space.into()))
            }

            fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
                translate_debug(ctx, address)
            }

            fn raise(code: u32, arg: u64) -> Trap {
                Trap::raised(code, arg)
            }

            fn misaligned(address: u64, access: Access) -> Trap {
                Trap::address_error(address, access)
            }

            fn bus_error(_: &mut Ctx<Self>, _: u64, _: u64, access: Access) -> Option<Trap> {
                Some(Trap::bus_error(access))
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
                cp0::deadline(ctx)
            }

            fn restore_aux(ctx: &mut Ctx<Self>, _: u32) {
                restore_slot(ctx);
            }

            fn info(ctx: &Ctx<Self>) -> Info {
                Info::Mips { pc: ctx.pc() }
            }

            fn registers(model: &Model) -> &'static [Register] {
                regs::table(model)
            }

            fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
                regs::read(ctx, index)
            }

            fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
                regs::write(ctx, index, value)
            }
        }
    };
}

target! {
    /// MIPS with 32-bit registers, big-endian.
    Mips, "mips", Width::W32
}
target! {
    /// MIPS with 32-bit registers, little-endian.
    Mipsel, "mipsel", Width::W32
}
target! {
    /// MIPS with 64-bit registers, big-endian.
    Mips64, "mips64", Width::W64
}
target! {
    /// MIPS with 64-bit registers, little-endian.
    Mips64el, "mips64el", Width::W64
}
