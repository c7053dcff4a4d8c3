//! Lifting: one instruction from bytes to micro-ops.

use cpu::{Code, Lifted, Mode};
use iced_x86::{Decoder, DecoderOptions, Formatter, GasFormatter, Instruction};
use uop::Builder;

use crate::mode::flag;
use crate::target::Lifter;

/// Width of code in bits.
fn bitness(mode: Mode) -> u32 {
    if mode & flag::L != 0 {
        64
    } else if mode & flag::D != 0 {
        32
    } else {
        16
    }
}

/// Decodes the instruction at the start of `code.bytes`.
fn decode(code: &Code<'_>) -> Option<Instruction> {
    let bytes = &code.bytes[..code.bytes.len().min(15)];
    let mut decoder = Decoder::with_ip(bitness(code.mode), bytes, code.pc, DecoderOptions::NONE);
    let insn = decoder.decode();
    let _ = decoder.last_error();
    (!insn.is_invalid()).then_some(insn)
}

/// Lifts one instruction.
pub(crate) fn lift(_: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
    let _ = decode(&code);
    builder.exit(uop::Exit::Raise { code: 6, arg: 0 });
    Lifted::End(1)
}

/// Text and length of an instruction.
pub(crate) fn disassemble(_: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
    let insn = decode(&code)?;
    let mut text = String::new();
    GasFormatter::new().format(&insn, &mut text);
    Some((text, insn.len() as u32))
}
