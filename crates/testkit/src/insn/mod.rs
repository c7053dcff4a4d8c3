//! `.insn` files: one case a line.
//!
//! ```text
//! # A comment.
//! 02c5c533  div a0, a1, a2   | a1=7 a2=-2                 => a0=-3
//! @rv64 0005b503  ld a0, 0(a1) | a1=0x20000 [0x20000]:8=7 => a0=7
//! 00000000  -                |                            => trap 2
//! ```
//!
//! A line is the encoding in hexadecimal, the disassembly (`-` for none), inputs after `|` and outputs after `=>`. The encoding is
//! the number that the manual shows; several instructions are joined with `+`, their texts with `; `. `@name` in front restricts the
//! line to one of the harness's variants. Long encodings of little-endian guests are given as bytes in the order of memory, with dots
//! between them: `c5.f8.77`.
//!
//! Values are decimal or hexadecimal numbers, `MIN32`, `MIN64`, or floating-point numbers: `f64(-1.5)`, `f32(inf)`, and `box(1.5)`,
//! which is `f32` with all bits above set. They are cut to the width of what they are put into. `[address]:size=value` is memory.
//!
//! **Everything that is not named in the outputs must be unchanged**, but for the pc, which must be behind the instruction. `trap n`
//! says that the last instruction traps for that reason.

mod case;
mod reference;
mod run;

pub use case::{Case, ParseError, Place, parse_file, parse_line};
pub use reference::Reference;
pub use run::{Bench, CODE, DATA, DATA_LEN, Machine, RAM_BASE, RAM_LEN, file_trials, trials};
