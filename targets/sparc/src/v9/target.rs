//! What the rest of the house sees: [`Sparc64`] as a [`cpu::Target`].

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use serde::{Deserialize, Serialize};
use uop::{Builder, Width};

use crate::fpu::FpState;
use crate::helper::helper_table;
use crate::insn;
use crate::lift::{Lifter, next_pc_of};
use crate::mode;
use crate::model::Model;
use crate::state::{self, CWP, DELAYED, NPC};
use crate::trap::{Trap, tt};

/// SPARC V9: 64-bit registers, big-endian.
pub struct Sparc64;

/// The state that is not in the register file.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    /// The CPU has been started since reset.
    pub started: bool,
    /// The FSR's lower half without fcc0.
    pub fsr: u32,
}

impl FpState for State {
    fn fsr(&self) -> u32 {
        self.fsr
    }

    fn set_fsr(&mut self, value: u32) {
        self.fsr = value;
    }
}

helper_table! { for Sparc64; }

fn npc(ctx: &Ctx<Sparc64>) -> u64 {
    if ctx.reg(DELAYED) != 0 { ctx.reg(NPC) } else { ctx.pc().wrapping_add(4) }
}

impl Target for Sparc64 {
    type Model = Model;
    type Lifter = Lifter;
    type State = State;
    type Fault = Trap;

    const NAME: &'static str = "sparc64";
    const SPACES: usize = 1;

    fn file() -> Vec<(String, Width)> {
        state::file(Width::W64)
    }

    fn helpers() -> &'static [Helper<Self>] {
        ROWS
    }

    fn lifter(model: &Model) -> Lifter {
        Lifter::new(model, insn::SHARED)
    }

    fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
        lifter.lift(builder, code)
    }

    fn disassemble(lifter: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
        lifter.disassemble(code)
    }

    fn new_state(_: &Model) -> State {
        State { started: false, fsr: 0 }
    }

    fn reset(ctx: &mut Ctx<Self>) {
        let pc = ctx.model().reset_vector();
        ctx.set_pc(pc);
        ctx.flush_tlb();
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        let delayed = if ctx.reg(DELAYED) != 0 { mode::DELAYED } else { 0 };
        mode::with_cwp(mode::PRIVILEGED, ctx.reg(CWP) as u16) | delayed
    }

    fn space(_: Mode, _: Access) -> u8 {
        0
    }

    fn translate(_: &mut Ctx<Self>, address: u64, _: Access, _: u8) -> Result<Translation, Trap> {
        Ok(Translation { phys: address, read: true, write: true, cache: true })
    }

    fn translate_debug(_: &Ctx<Self>, address: u64) -> Option<u64> {
        Some(address)
    }

    fn raise(code: u32, arg: u64) -> Trap {
        Trap::new(code, arg)
    }

    fn misaligned(address: u64, _: Access) -> Trap {
        Trap::new(tt::MISALIGNED, address)
    }

    fn bus_error(address: u64, _: u64, _: Access) -> Option<Trap> {
        Some(Trap::new(tt::DATA_ACCESS, address))
    }

    fn deliver(ctx: &mut Ctx<Self>, _: Trap) {
        ctx.set_stuck("traps are not there yet");
    }

    fn interrupt(_: &mut Ctx<Self>) -> Option<Trap> {
        None
    }

    fn wakes(_: &Ctx<Self>) -> bool {
        true
    }

    fn restore_aux(ctx: &mut Ctx<Self>, aux: u32) {
        if let Some(npc) = next_pc_of(ctx.pc(), aux, Width::W64) {
            ctx.set_reg(NPC, npc);
        }
        ctx.set_reg(DELAYED, 1);
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        Info::Sparc { pc: ctx.pc(), npc: npc(ctx) }
    }

    fn registers(_: &Model) -> &'static [Register] {
        &[]
    }

    fn read_register(_: &Ctx<Self>, _: usize) -> u128 {
        0
    }

    fn write_register(_: &mut Ctx<Self>, _: usize, _: u128) -> Result<(), RegisterError> {
        Err(RegisterError::ReadOnly("all"))
    }
}
