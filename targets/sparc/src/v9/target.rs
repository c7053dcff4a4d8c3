//! What the rest of the house sees: [`Sparc64`] as a [`cpu::Target`].

use bits::Endian;
use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use uop::{Builder, Width};

use super::cc::form;
use super::lift::Lifter;
use super::sys::{self, Sys};
use super::transfer::aux;
use super::trap::{self, Fault, tt};
use super::{helper, mmu, mode, regs, state, timer, window};
use crate::model::Model;

/// SPARC V9.
pub struct Sparc64;

impl Target for Sparc64 {
    type Model = Model;
    type Lifter = Lifter;
    type State = Sys;
    type Fault = Fault;

    const NAME: &'static str = "sparc64";
    const SPACES: usize = mmu::space::COUNT;
    const ALIGNED: bool = true;

    fn file() -> Vec<(String, Width)> {
        state::file()
    }

    fn helpers() -> &'static [Helper<Self>] {
        helper::ROWS
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

    fn new_state(model: &Model) -> Sys {
        Sys::new(model)
    }

    /// "Machine State after Reset and in RED_state": TL is MAXTL, TT that of the reset, the MMUs are off.
    fn reset(ctx: &mut Ctx<Self>) {
        ctx.state = Sys::new(ctx.model());
        let (windows, maxtl) = (ctx.model().windows(), ctx.model().maxtl());
        ctx.state.levels[maxtl as usize].tt = tt::POWER_ON_RESET;
        ctx.set_reg(state::MODE, mode::CWP.with(mode::CC.with(0, form::CCR), windows - 1).into());
        // The counts of windows are undefined there: none is clean or free, as in QEMU.
        window::put_counts(ctx, (0, 0));
        sys::sync_mode(ctx);
        let g2 = ctx.model().reset_g2();
        ctx.set_reg(regs::integer(ctx, 2), g2);
        let pc = trap::rst_vector(ctx.model()) | u64::from(tt::POWER_ON_RESET) << 5;
        ctx.set_pc(pc);
        mmu::flush(ctx);
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        sys::mode(ctx)
    }

    fn space(mode: Mode, _: Access) -> u8 {
        mmu::space(mode)
    }

    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Fault> {
        mmu::translate(ctx, address, access, space)
    }

    fn show_translations(ctx: &Ctx<Self>) -> Option<String> {
        Some(super::show::translations(ctx))
    }

    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
        mmu::translate_debug(ctx, address, false)
    }

    fn raise(code: u32, _: u64) -> Fault {
        Fault::new(code as u16)
    }

    fn misaligned(address: u64, access: Access) -> Fault {
        Fault::misaligned(address, access)
    }

    /// UltraSPARC reports a time-out; boards of this kind read zeros, as QEMU's do. Code there is none.
    fn bus_error(_: &mut Ctx<Self>, _: u64, _: u64, access: Access) -> Option<Fault> {
        (access == Access::Fetch).then(|| Fault::new(tt::INSTRUCTION_ERROR))
    }

    fn deliver(ctx: &mut Ctx<Self>, fault: Fault) {
        trap::deliver(ctx, fault);
    }

    fn interrupt(ctx: &mut Ctx<Self>) -> Option<Fault> {
        timer::interrupt(ctx)
    }

    fn wakes(ctx: &Ctx<Self>) -> bool {
        timer::wakes(ctx)
    }

    fn deadline(ctx: &Ctx<Self>) -> Option<u64> {
        timer::deadline(ctx)
    }

    /// The instruction is a delay slot whose branch has written nPC, or can be asked again.
    fn restore_aux(ctx: &mut Ctx<Self>, aux: u32) {
        if aux == aux::BRANCH {
            let npc = trap::branch_before(ctx);
            ctx.set_reg(state::NPC, npc);
        }
        sys::put_mode(ctx, mode::DELAYED, 1);
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        Info::Sparc { pc: ctx.pc(), npc: trap::npc(ctx) }
    }

    fn registers(_: &Model) -> &'static [Register] {
        regs::table()
    }

    fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
        regs::read(ctx, index).into()
    }

    fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
        regs::write(ctx, index, value as u64)
    }
}

/// Byte order of instructions, and of data unless PSTATE.CLE says otherwise.
pub const ENDIAN: Endian = Endian::Big;
