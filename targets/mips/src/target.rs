//! What the rest of the house sees: the four MIPS targets as [`cpu::Target`]s.

use bits::Endian;
use cpu::{Access, Code, Ctx, Helper, Info, Lifted, Mode, Register, RegisterError, Target, Translation};
use uop::{Builder, Exit, Width};

use crate::cp0::Cp0;
use crate::mode::{self, Space};
use crate::model::Model;
use crate::state;
use crate::trap::{cause, irq};

/// The decode tables of a model.
pub struct Lifter {}

macro_rules! target {
    ($(#[$m:meta])* $name:ident, $text:literal, $width:expr) => {
        $(#[$m])*
        pub struct $name;

        impl Target for $name {
            type Model = Model;
            type Lifter = Lifter;
            type State = Cp0;
            type Fault = u32;

            const NAME: &'static str = $text;
            const SPACES: usize = 4;
            const WATCH_BEFORE: bool = true;

            fn file() -> Vec<(String, Width)> {
                state::file($width)
            }

            fn helpers() -> &'static [Helper<Self>] {
                &[]
            }

            fn lifter(_: &Model) -> Lifter {
                Lifter {}
            }

            fn lift(_: &Lifter, builder: &Builder<'_>, _: Code<'_>) -> Lifted {
                builder.exit(Exit::Raise { code: cause::RI, arg: 0 });
                Lifted::End(4)
            }

            fn disassemble(_: &Lifter, _: Code<'_>) -> Option<(String, u32)> {
                None
            }

            fn new_state(model: &Model) -> Cp0 {
                Cp0::new(model)
            }

            fn reset(ctx: &mut Ctx<Self>) {
                ctx.state = Cp0::new(ctx.model());
                ctx.set_pc($width.cut(0xffff_ffff_bfc0_0000));
                let waits = ctx.index() != 0 && ctx.lines() >> irq::RUN & 1 == 0;
                ctx.set_halted(waits);
            }

            fn mode(_: &Ctx<Self>) -> Mode {
                mode::pack(Space::Kernel, 0)
            }

            fn space(mode: Mode, _: Access) -> u8 {
                mode::space(mode) as u8
            }

            fn translate(_: &mut Ctx<Self>, address: u64, _: Access, _: u8) -> Result<Translation, u32> {
                Ok(Translation { phys: address & 0x1fff_ffff, read: true, write: true, cache: true })
            }

            fn translate_debug(_: &Ctx<Self>, address: u64) -> Option<u64> {
                Some(address & 0x1fff_ffff)
            }

            fn raise(code: u32, _: u64) -> u32 {
                code
            }

            fn misaligned(_: u64, _: Access) -> u32 {
                cause::ADEL
            }

            fn bus_error(_: u64, _: u64, _: Access) -> Option<u32> {
                Some(cause::DBE)
            }

            fn deliver(ctx: &mut Ctx<Self>, _: u32) {
                ctx.set_pc($width.cut(0xffff_ffff_bfc0_0380));
            }

            fn interrupt(_: &mut Ctx<Self>) -> Option<u32> {
                None
            }

            fn wakes(_: &Ctx<Self>) -> bool {
                false
            }

            fn info(ctx: &Ctx<Self>) -> Info {
                Info::Mips { pc: ctx.pc() }
            }

            fn registers(_: &Model) -> &'static [Register] {
                &[]
            }

            fn read_register(_: &Ctx<Self>, _: usize) -> u128 {
                0
            }

            fn write_register(_: &mut Ctx<Self>, index: usize, _: u128) -> Result<(), RegisterError> {
                Err(RegisterError::Unknown(index))
            }
        }

        impl $name {
            /// Width of the general registers in bits.
            pub const WIDTH: u32 = $width.bits();
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

/// The byte order that a target's name says.
pub fn endian(name: &str) -> Endian {
    if name.ends_with("el") { Endian::Little } else { Endian::Big }
}
