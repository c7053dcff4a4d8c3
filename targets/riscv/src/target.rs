//! What the rest of the house sees: [`Riscv32`] and [`Riscv64`] as [`cpu::Target`]s.

use std::cell::Cell;

use bits::Endian;
use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Exit, Width};

use crate::csr::{self, Csrs};
use crate::ext::{Ext, ExtSet};
use crate::fetch::fetch;
use crate::hart::Hart;
use crate::helper;
use crate::insn;
use crate::lift::{Handler, Lift};
use crate::mmu;
use crate::mode;
use crate::model::Model;
use crate::regs;
use crate::state;
use crate::trap::{self, Trap};

/// Opcode and function fields, which tell most rows apart.
const INDEX: Index = Index { w16: &[Bits(0, 2), Bits(10, 6)], w32: &[Bits(2, 5), Bits(12, 3), Bits(25, 2)], w48: &[] };

/// Rows that need one of these are illegal while mstatus.FS is Off.
const FP_UNIT: u128 = ExtSet::of(&[Ext::F, Ext::D]).bits();

/// The decode tables of a model.
pub struct Lifter {
    decoder: Decoder<Handler>,
    xlen: Width,
    has_c: bool,
    has_s: bool,
    is_rve: bool,
}

impl Lifter {
    fn new(model: &Model) -> Lifter {
        Lifter {
            decoder: Decoder::new(insn::TABLES, model.exts().bits(), INDEX),
            xlen: if model.xlen() == 32 { Width::W32 } else { Width::W64 },
            has_c: model.has(Ext::C),
            has_s: model.has_s(),
            is_rve: model.has(Ext::E),
        }
    }

    fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some((bits, len)) = fetch(code.bytes) else { return Lifted::More };
        let l = Lift {
            ir,
            pc: code.pc,
            bits,
            len,
            mode: code.mode,
            xlen: self.xlen,
            has_c: self.has_c,
            has_s: self.has_s,
            is_rve: self.is_rve,
            no_register: Cell::new(false),
            new_mode: Cell::new(false),
        };
        let flow = match self.decoder.decode(bits, len * 8) {
            Some(row) if row.guard.all & FP_UNIT == 0 || mode::fp_on(code.mode) => (row.lift)(&l, bits),
            _ => Flow::Illegal,
        };
        match flow {
            _ if l.no_register.get() => {}
            Flow::Next if l.new_mode.get() => {
                l.end(Exit::Update { pc: l.next_pc() });
                return Lifted::End(len);
            }
            Flow::Next => return Lifted::Next(len),
            Flow::End => return Lifted::End(len),
            Flow::Illegal => {}
        }
        // Whatever a handler has lifted before it found out goes away.
        ir.abandon_insn();
        ir.begin_insn(code.offset, 0);
        l.raise(trap::cause::ILLEGAL, bits);
        Lifted::End(len)
    }

    fn disassemble(&self, code: Code<'_>) -> Option<(String, u32)> {
        let (bits, len) = fetch(code.bytes)?;
        Some((self.decoder.disassemble(bits, len * 8, code.pc)?, len))
    }
}

/// Puts a hart into the state after reset ("Reset").
fn reset<H: Hart>(hart: &mut H) {
    *hart.csrs_mut() = Csrs::new(hart.model());
    let pc = hart.model().reset_vector();
    hart.set_pc(pc);
    mmu::flush(hart);
}

fn translate_debug<T: Target<Model = Model, State = Csrs>>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    mmu::translate_debug(ctx, address, |phys, width| {
        let page = ctx.bus().ram_page(phys)?;
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..width.bytes() as usize];
        page.ram.read_bytes(page.offset + phys % 4096, bytes);
        Some(Endian::Little.read(bytes))
    })
}

macro_rules! target {
    ($(#[$m:meta])* $name:ident, $text:literal, $width:expr) => {
        $(#[$m])*
        pub struct $name;

        impl Target for $name {
            type Model = Model;
            type Lifter = Lifter;
            type State = Csrs;
            type Fault = Trap;

            const NAME: &'static str = $text;
            const SPACES: usize = mmu::N_SPACES;
            const WATCH_BEFORE: bool = true;
            const FETCH_PART: u64 = 2;

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

            fn new_state(model: &Model) -> Csrs {
                Csrs::new(model)
            }

            fn reset(ctx: &mut Ctx<Self>) {
                reset(ctx);
            }

            fn mode(ctx: &Ctx<Self>) -> Mode {
                mmu::mode(ctx)
            }

            fn space(mode: Mode, access: Access) -> u8 {
                mmu::space(mode, access)
            }

            fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
                mmu::translate(ctx, address, access, space)
            }

            fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
                translate_debug(ctx, address)
            }

            fn raise(code: u32, arg: u64) -> Trap {
                Trap::exception(code, arg)
            }

            fn misaligned(address: u64, access: Access) -> Trap {
                Trap::misaligned(address, access)
            }

            fn bus_error(_: &mut Ctx<Self>, address: u64, _: u64, access: Access) -> Option<Trap> {
                Some(Trap::access_fault(address, access))
            }

            fn deliver(ctx: &mut Ctx<Self>, fault: Trap) {
                trap::deliver(ctx, fault);
            }

            fn interrupt(ctx: &mut Ctx<Self>) -> Option<Trap> {
                trap::interrupt(ctx)
            }

            fn wakes(ctx: &Ctx<Self>) -> bool {
                trap::pending(ctx) != 0
            }

            fn deadline(ctx: &Ctx<Self>) -> Option<u64> {
                let ticks = csr::timer_deadline(ctx)?;
                let ticks = ticks.wrapping_sub(ctx.timebase_offset());
                let ns = (u128::from(ticks) * 1_000_000_000).div_ceil(ctx.model().timebase_hz.into());
                u64::try_from(ns).ok()
            }

            fn info(ctx: &Ctx<Self>) -> Info {
                Info::Riscv { pc: ctx.pc() }
            }

            fn registers(model: &Model) -> &'static [Register] {
                regs::table(model)
            }

            fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
                regs::read(ctx, &regs::table(ctx.model())[index])
            }

            fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
                let row = &regs::table(ctx.model())[index];
                regs::write(ctx, row, value)
            }
        }
    };
}

target! {
    /// RISC-V with 32-bit registers.
    Riscv32, "riscv32", Width::W32
}
target! {
    /// RISC-V with 64-bit registers.
    Riscv64, "riscv64", Width::W64
}
