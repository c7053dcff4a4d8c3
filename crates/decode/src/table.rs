//! The table macro and what a row becomes.

use crate::disasm::Operand;
use crate::{Guard, Pattern};

/// What lifting an instruction has come to, as its handler says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The block goes on behind the instruction.
    Next,
    /// The handler has set the block's exit.
    End,
    /// The encoding is reserved or not enabled after all: the target's illegal-instruction exception. Nothing has been lifted.
    Illegal,
}

/// The more general row that a row is carved out of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Over {
    /// None.
    No,
    /// A row of the same table.
    Here(&'static str),
    /// A row of another table, which only [`crate::check_isa`] can look for.
    Elsewhere(&'static str),
}

impl Over {
    /// The name of the row, if any.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Over::No => None,
            Over::Here(name) | Over::Elsewhere(name) => Some(name),
        }
    }
}

/// One row of a decode table: an encoding, its name and how to lift it. `L` is the target's type of lift handlers, usually
/// `fn(&Lift, u64) -> Flow`.
#[derive(Debug)]
pub struct Insn<L: 'static> {
    /// The handler's name, which is the mnemonic with `_` for what an identifier can't hold; see [`crate::mnemonic`].
    pub name: &'static str,
    /// The fixed bits.
    pub pattern: Pattern,
    /// The more general row this one is carved out of.
    pub over: Over,
    /// Template of the operands: text with `{field}` in it; a leading `{.field}` is glued to the mnemonic.
    pub operands: &'static str,
    /// What the CPU must have.
    pub guard: Guard,
    /// Lifts the instruction with these bits.
    pub lift: L,
    /// The named field of the instruction with these bits at this address, for disassembly.
    pub operand: fn(bits: u64, name: &str, pc: u64) -> Option<Operand>,
}

/// Declares a decode table, in the order of the manual's chapter.
///
/// A row is pattern, format, handler, operand template, guard, and `over row` if it refines another (`over table::row` if that one is
/// in another table). The format is a type of the target that implements [`crate::Format`]; the handler is a function
/// `fn(&Lift, Format) -> Flow` in scope under the mnemonic; guards are variants of an enum `Ext` in scope.
///
/// ```
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { M }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// insns! {
///     /// "M" extension.
///     pub INSNS for Lift;
///     "0000001 ..... ..... 000 ..... 0110011" R mul "{rd}, {rs1}, {rs2}" [M];
///     "0000001 ..... ..... 100 ..... 0110011" R div "{rd}, {rs1}, {rs2}" [M];
/// }
/// fn mul(_: &Lift, _: R) -> Flow { Flow::Next }
/// fn div(_: &Lift, _: R) -> Flow { Flow::Next }
/// assert_eq!(INSNS[1].name, "div");
/// ```
///
/// Two rows that overlap do not compile (`nop overlaps addi`); `over addi` on the first makes it right:
///
/// ```compile_fail,E0080
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { I }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// # fn nop(_: &Lift, _: R) -> Flow { Flow::Next }
/// # fn addi(_: &Lift, _: R) -> Flow { Flow::Next }
/// insns! {
///     /// Overlap.
///     pub INSNS for Lift;
///     "0000000 00000 00000 000 00000 0010011" R nop  "" [I];
///     "....... ..... ..... 000 ..... 0010011" R addi "" [I];
/// }
/// ```
///
/// Nor does an `over` that is not needed (`mul has an 'over' that overlaps nothing`):
///
/// ```compile_fail,E0080
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { I }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// # fn mul(_: &Lift, _: R) -> Flow { Flow::Next }
/// # fn addi(_: &Lift, _: R) -> Flow { Flow::Next }
/// insns! {
///     /// Useless `over`.
///     pub INSNS for Lift;
///     "0000001 ..... ..... 000 ..... 0110011" R mul  "" [I] over addi;
///     "....... ..... ..... 000 ..... 0010011" R addi "" [I];
/// }
/// ```
///
/// Nor a pattern of 31 digits:
///
/// ```compile_fail,E0080
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { I }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// # fn addi(_: &Lift, _: R) -> Flow { Flow::Next }
/// insns! {
///     /// Too short.
///     pub INSNS for Lift;
///     "...... ..... ..... 000 ..... 0010011" R addi "" [I];
/// }
/// ```
///
/// Nor a handler that takes another format, nor an unknown feature:
///
/// ```compile_fail,E0308
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { I }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// # struct I;
/// # fn addi(_: &Lift, _: I) -> Flow { Flow::Next }
/// insns! {
///     /// Another format.
///     pub INSNS for Lift;
///     "....... ..... ..... 000 ..... 0010011" R addi "" [I];
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use decode::{insns, Flow, Format, Operand};
/// # #[derive(Clone, Copy)] enum Ext { I }
/// # pub struct Lift;
/// # struct R(u64);
/// # impl From<u64> for R { fn from(b: u64) -> R { R(b) } }
/// # impl Format for R { fn operand(&self, _: &str, _: u64) -> Option<Operand> { None } }
/// # fn addi(_: &Lift, _: R) -> Flow { Flow::Next }
/// insns! {
///     /// No such feature.
///     pub INSNS for Lift;
///     "....... ..... ..... 000 ..... 0010011" R addi "" [J];
/// }
/// ```
#[macro_export]
macro_rules! insns {
    (
        $(#[$m:meta])* $vis:vis $table:ident for $lift:ty;
        $( $pat:literal $fmt:ident $name:ident $ops:literal [$($g:tt)*] $(over $over:ident $(:: $elsewhere:ident)?)? ;)*
    ) => {
        $(#[$m])*
        $vis static $table: &[$crate::Insn<fn(&$lift, u64) -> $crate::Flow>] = &[$(
            $crate::Insn {
                name: stringify!($name),
                pattern: const { $crate::Pattern::parse($pat) },
                over: $crate::insns!(@over $($over $(:: $elsewhere)?)?),
                operands: $ops,
                guard: const { $crate::guard!($($g)*) },
                lift: |l, bits| $name(l, <$fmt>::from(bits)),
                operand: |bits, name, pc| $crate::Format::operand(&<$fmt>::from(bits), name, pc),
            }
        ),*];
        const _: () = {
            const ROWS: &[$crate::Row] = &[$(
                $crate::Row {
                    name: stringify!($name),
                    pattern: $crate::Pattern::parse($pat),
                    guard: $crate::guard!($($g)*),
                    over: $crate::insns!(@over $($over $(:: $elsewhere)?)?),
                }
            ),*];
            if let Err((i, j)) = $crate::check(ROWS) {
                $crate::complain(ROWS[i].name, ROWS[j].name)
            }
        };
    };
    (@over) => { $crate::Over::No };
    (@over $o:ident) => { $crate::Over::Here(stringify!($o)) };
    (@over $t:ident :: $o:ident) => { $crate::Over::Elsewhere(stringify!($o)) };
}
