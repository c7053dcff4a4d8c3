//! What the rest of the house sees: [`Sparc32`] as a [`cpu::Target`].

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use uop::{Builder, Width};

use super::state::{State, cwp, psr, write_wim};
use super::{helper, mmu, regs, show, trap};
use crate::insn;
use crate::lift::{Lifter, next_pc_of};
use crate::mode;
use crate::model::Model;
use crate::state::{self, CC_KIND, DELAYED, NPC};
use crate::trap::Trap;

/// SPARC V8: 32-bit registers, big-endian.
pub struct Sparc32;

impl Target for Sparc32 {
    type Model = Model;
    type Lifter = Lifter;
    type State = State;
    type Fault = Trap;

    const NAME: &'static str = "sparc";
    const SPACES: usize = mmu::N_SPACES;
    const ALIGNED: bool = true;

    fn file() -> Vec<(String, Width)> {
        state::file(Width::W32)
    }

    fn helpers() -> &'static [Helper<Self>] {
        helper::ROWS
    }

    fn lifter(model: &Model) -> Lifter {
        Lifter::new(model, insn::V8)
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

    /// "Reset Trap". CPUs but the first wait for [`crate::irq::RUN`].
    fn reset(ctx: &mut Ctx<Self>) {
        ctx.state = State::new(ctx.model());
        let first = ctx.index() == 0;
        ctx.state.started = first;
        ctx.set_halted(!first);
        // Undefined by the manual; what QEMU has.
        write_wim(ctx, 1);
        let pc = ctx.model().reset_vector() & 0xffff_fffc;
        ctx.set_pc(pc);
        ctx.flush_tlb();
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        let bit = |set: bool, bit: Mode| if set { bit } else { 0 };
        mode::with_cc_kind(mode::with_cwp(0, cwp(ctx)), ctx.reg(CC_KIND))
            | bit(ctx.reg(DELAYED) != 0, mode::DELAYED)
            | bit(ctx.state.has(psr::S), mode::PRIVILEGED)
            | bit(ctx.state.has(psr::EF), mode::FP_ON)
            | bit(ctx.state.fsr >> 23 & 31 != 0, mode::FP_TRAPS)
    }

    fn space(mode: Mode, access: Access) -> u8 {
        mmu::space(mode, access)
    }

    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Trap> {
        mmu::translate(ctx, address, access, space)
    }

    fn show_translations(ctx: &Ctx<Self>) -> Option<String> {
        Some(show::translations(ctx))
    }

    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
        mmu::translate_debug(ctx, address)
    }

    fn raise(code: u32, arg: u64) -> Trap {
        Trap::new(code, arg)
    }

    fn misaligned(address: u64, access: Access) -> Trap {
        trap::misaligned(address, access)
    }

    fn bus_error(_: &mut Ctx<Self>, address: u64, _: u64, access: Access) -> Option<Trap> {
        Some(mmu::bus_error(address, access))
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

    fn restore_aux(ctx: &mut Ctx<Self>, aux: u32) {
        if let Some(npc) = next_pc_of(ctx.pc(), aux, Width::W32) {
            ctx.set_reg(NPC, npc);
        }
        ctx.set_reg(DELAYED, 1);
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        Info::Sparc { pc: ctx.pc(), npc: trap::npc(ctx) }
    }

    fn registers(_: &Model) -> &'static [Register] {
        &regs::TABLE
    }

    fn read_register(ctx: &Ctx<Self>, index: usize) -> u128 {
        regs::read(ctx, index as u16).into()
    }

    fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError> {
        regs::write(ctx, index as u16, value as u32)
    }
}
