//! What the rest of the house sees: [`X86`] as a [`cpu::Target`].

use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use uop::{Builder, Compute, RegSet, Width};

use crate::model::Model;
use crate::state::{self, State};
use crate::trap::Fault;
use crate::{helper, insn, lift, mmu, mode, regs, reset, trap};

/// What lifting needs of the model.
pub struct Lifter {
    /// The features.
    pub(crate) model: Model,
    /// The rows by mnemonic.
    pub(crate) handlers: Vec<Option<insn::Row>>,
}

/// x86, 32 and 64 bits: which of them, says the model.
pub struct X86;

impl Target for X86 {
    type Model = Model;
    type Lifter = Lifter;
    type State = State;
    type Fault = Fault;

    const NAME: &'static str = "x86";
    const SPACES: usize = mmu::N_SPACES;
    const SPLIT_ATOMICS: bool = true;
    // Neither translation nor the boards look at general registers and flags.
    const LATE: RegSet = RegSet::Ranges(&[(0, state::CC_C.0 + 1)]);

    fn file() -> Vec<(String, Width)> {
        state::file()
    }

    fn helpers() -> &'static [Helper<Self>] {
        helper::ROWS
    }

    fn compute(n: u16) -> Option<Compute> {
        match n {
            helper::CC_VALUE => Some(crate::flags::value),
            helper::CC_CARRY => Some(crate::flags::carry),
            _ => None,
        }
    }

    fn lifter(model: &Model) -> Lifter {
        Lifter { model: model.clone(), handlers: insn::handlers() }
    }

    fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
        lift::lift(lifter, builder, code)
    }

    fn disassemble(lifter: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
        lift::disassemble(lifter, code)
    }

    fn new_state(_: &Model) -> State {
        State::default()
    }

    fn reset(ctx: &mut Ctx<Self>) {
        reset::reset(ctx);
    }

    fn mode(ctx: &Ctx<Self>) -> Mode {
        mode::current(ctx)
    }

    fn space(mode: Mode, access: Access) -> u8 {
        mmu::space_of(mode, access)
    }

    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Fault> {
        mmu::translate(ctx, address, access, space)
    }

    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64> {
        mmu::translate_debug(ctx, address)
    }

    fn raise(code: u32, arg: u64) -> Fault {
        trap::raise(code, arg)
    }

    fn misaligned(_: u64, _: Access) -> Fault {
        Fault::coded(trap::vector::AC, 0)
    }

    fn bus_error(_: &mut Ctx<Self>, _: u64, _: u64, _: Access) -> Option<Fault> {
        None
    }

    fn deliver(ctx: &mut Ctx<Self>, fault: Fault) {
        trap::deliver(ctx, fault);
    }

    fn interrupt(ctx: &mut Ctx<Self>) -> Option<Fault> {
        trap::interrupt(ctx)
    }

    fn wakes(ctx: &Ctx<Self>) -> bool {
        trap::wakes(ctx)
    }

    fn info(ctx: &Ctx<Self>) -> Info {
        let pc = ctx.pc();
        Info::X86 { pc: if ctx.model().bits == 64 { pc } else { pc & 0xffff_ffff } }
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
