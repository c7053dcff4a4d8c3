//! What the rest of the house sees: [`Tricore`] as a [`cpu::Target`].

use std::cell::Cell;
use std::sync::atomic::Ordering;

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use decode::{Bits, Decoder, Flow, Index};
use uop::{Builder, Width};

use crate::lift::{self, Handler, Lift};
use crate::model::Model;
use crate::shared::Chip;
use crate::state::State;
use crate::trap::{self, Trap, tin};
use crate::{csa, csfr, helper, insn, mode, regs, state};

/// The major opcode, and what tells most of those with many rows apart.
const INDEX: Index = Index { w16: &[Bits(0, 8)], w32: &[Bits(1, 7), Bits(21, 5)], w48: &[] };

/// The decode tables of a model.
pub struct Lifter {
    decoder: Decoder<Handler>,
}

/// The instruction at the start of `bytes` and its length; `None` if it goes on behind them.
fn fetch(bytes: &[u8]) -> Option<(u64, u32)> {
    let low = u16::from_le_bytes(*bytes.first_chunk()?);
    if low & 1 == 0 {
        return Some((low.into(), 2));
    }
    Some((u32::from_le_bytes(*bytes.first_chunk()?).into(), 4))
}

impl Lifter {
    fn lift(&self, ir: &Builder<'_>, code: Code<'_>) -> Lifted {
        let Some((bits, len)) = fetch(code.bytes) else { return Lifted::More };
        let l = Lift { ir, pc: code.pc, len, mode: code.mode, wrong: Cell::new(None) };
        let flow = self.decoder.decode(bits, len * 8).map_or(Flow::Illegal, |row| (row.lift)(&l, bits));
        let wrong = match flow {
            Flow::Illegal => Some(tin::IOPC),
            _ => l.wrong.get(),
        };
        if let Some(tin) = wrong {
            // Whatever a handler has lifted before it found out goes away.
            ir.abandon_insn();
            ir.begin_insn(code.offset, 0);
            l.raise(tin);
            return Lifted::End(len);
        }
        if flow == Flow::Next { Lifted::Next(len) } else { Lifted::End(len) }
    }
}

/// PSW after reset: supervisor, interrupt stack, global registers writable, call depth counting off (volume 1, "Program Status
/// Word Register": 0B80H).
const RESET_PSW: u64 = 0xb80;

/// Where an address is on a chip whose cores have scratchpads of their own.
fn global(ctx: &Ctx<Tricore>, address: u64) -> u64 {
    ctx.shared::<Chip>().map_or(address, |chip| chip.global(ctx.index(), address))
}

/// The end of the page that address 0 is in.
const FIRST_PAGE: u64 = 0x1000;

/// The first segment of peripherals.
const PERIPHERALS: u64 = 0xe;

/// TriCore.
pub struct Tricore;

impl Target for Tricore {
    type Model = Model;
    type Lifter = Lifter;
    type State = State;
    type Fault = Trap;

    const NAME: &'static str = "tricore";
    const SPACES: usize = 2;
    const FETCH_PART: u64 = 2;
    const SPLIT_UNIT: u64 = 2;
    /// Their load comes first, and is waited for.
    const ATOMIC_ERROR: Access = Access::Read;

    fn file() -> Vec<(String, Width)> {
        state::file()
    }

    fn helpers() -> &'static [Helper<Self>] {
        helper::ROWS
    }

    fn lifter(model: &Model) -> Lifter {
        Lifter { decoder: Decoder::new(insn::TABLES, model.version().features(), INDEX) }
    }

    fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
        lifter.lift(builder, code)
    }

    fn disassemble(lifter: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
        let (bits, len) = fetch(code.bytes)?;
        Some((lifter.decoder.disassemble(bits, len * 8, code.pc)?, len))
    }

    fn new_state(_: &Model) -> State {
        State::default()
    }

    fn reset(ctx: &mut Ctx<Self>) {
        ctx.state = State::default();
        csa::set_psw(ctx, RESET_PSW);
        ctx.set_pc(0);
        // "Boot halt mode" of all cores but the first.
        let held = ctx.index() != 0 && trap::core(ctx).is_some();
        if held {
            trap::core(ctx).into_iter().for_each(|core| core.halted.store(true, Ordering::Release));
            ctx.state.held = true;
            ctx.set_halted(true);
        }
        ctx.flush_tlb();
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        mode::of_psw(ctx.reg(state::PSW) as u32)
    }

    fn space(mode: Mode, _: Access) -> u8 {
        u8::from(mode::io(mode) == 0)
    }

    /// Addresses are physical; memory protection and User-0's exclusion from peripherals are all there is to check.
    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
        let address = address & 0xffff_ffff;
        let phys = global(ctx, address);
        if space == 1 && address >> 28 >= PERIPHERALS && access != Access::Fetch {
            return Err(Trap::data(tin::MPP, address as u32));
        }
        // "MPN": the others of the first page are translated one by one, so that none stands in for address 0.
        if address == 0 && access != Access::Fetch {
            return Err(Trap::data(tin::MPN, address as u32));
        }
        let whole = csfr::protection(ctx, address as u32, access)? && address >= FIRST_PAGE;
        let write = whole || access == Access::Write;
        Ok(Translation { phys, read: whole || access != Access::Write, write, cache: whole })
    }

    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
        Some(global(ctx, address & 0xffff_ffff))
    }

    fn raise(code: u32, arg: u64) -> Trap {
        lift::trap(code, arg)
    }

    fn misaligned(address: u64, _: Access) -> Trap {
        Trap::data(tin::ALN, address as u32)
    }

    /// Data registers are loaded from and stored to even addresses, in the segments of peripherals to such of their own size (volume 1,
    /// "Alignment Requirements").
    fn misaligned_split(address: u64, len: u32, _: Access) -> Option<Trap> {
        let unit = if address >> 28 >= PERIPHERALS { u64::from(len) } else { 2 };
        (!address.is_multiple_of(unit)).then(|| Trap::data(tin::ALN, address as u32))
    }

    fn bus_error(ctx: &mut Ctx<Self>, address: u64, _: u64, access: Access) -> Option<Trap> {
        trap::bus_error(ctx, address as u32, access)
    }

    fn deliver(ctx: &mut Ctx<Self>, fault: Trap) {
        trap::deliver(ctx, fault);
    }

    fn interrupt(ctx: &mut Ctx<Self>) -> Option<Trap> {
        trap::interrupt(ctx)
    }

    /// WAIT ends with a trap, or an interrupt that is pending and enabled, or one that would be ("WAIT").
    fn wakes(ctx: &Ctx<Self>) -> bool {
        trap::wakes(ctx)
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        Info::Tricore { pc: ctx.pc() }
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
