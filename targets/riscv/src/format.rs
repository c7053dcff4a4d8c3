//! Instruction formats under the manual's names: which bits are which field.
//!
//! "Base Instruction Formats", "Immediate Encoding Variants" and "Compressed Instruction Formats". In operand templates a register
//! field `rd` prints an integer register and `frd` the floating-point register of that number.

use bits::{field, sign_extend};
use decode::{Format, Operand};

use crate::csr;
use crate::state::{F_NAMES, X_NAMES};

/// Names of rounding modes as assembly spells them; 5 and 6 are reserved, 7 is what frm holds.
const RM_NAMES: [&str; 8] = [", rne", ", rtz", ", rdn", ", rup", ", rmm", ", rm5", ", rm6", ""];

/// Declares formats: name, then fields with their kind and the function that takes them out of the encoding.
macro_rules! formats {
    ($( $(#[$m:meta])* $name:ident { $($field:ident: $kind:ident = $get:expr),* $(,)? } )*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "fields have the manual's names")]
        pub struct $name { $(pub $field: formats!(@type $kind)),* }

        impl From<u64> for $name {
            fn from(bits: u64) -> $name {
                $name { $($field: ($get)(bits) as formats!(@type $kind)),* }
            }
        }

        impl Format for $name {
            fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
                let _ = pc;
                $( formats!(@show $kind, self.$field, $field, name, pc); )*
                None
            }
        }
    )* };
    (@type X) => { u8 };
    (@type S) => { i64 };
    (@type T) => { i64 };
    (@type U) => { u64 };
    (@type H) => { u64 };
    (@type Csr) => { u16 };
    (@type Rm) => { u8 };
    (@type Fence) => { u8 };
    (@type Order) => { u8 };
    // A register: integer under its own name, floating-point with an `f` before.
    (@show X, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Text(X_NAMES[usize::from($v)])) }
        if $name == concat!("f", stringify!($field)) { return Some(Operand::Text(F_NAMES[usize::from($v)])) }
    };
    // A signed number.
    (@show S, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Signed($v)) }
    };
    // An unsigned number.
    (@show U, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Unsigned($v)) }
    };
    // An unsigned number best read in hexadecimal.
    (@show H, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Hex($v)) }
    };
    // A jump's distance: `target` is where it goes.
    (@show T, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == "target" { return Some(Operand::Hex($pc.wrapping_add_signed($v))) }
    };
    // A CSR's number, shown as its name.
    (@show Csr, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(csr::name($v).map_or(Operand::Hex($v.into()), Operand::Owned)) }
    };
    (@show Rm, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Text(RM_NAMES[usize::from($v)])) }
    };
    (@show Fence, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(fence_set($v)) }
    };
    (@show Order, $v:expr, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Text(["", ".rl", ".aq", ".aqrl"][usize::from($v)])) }
    };
}

formats! {
    /// Register and register.
    R { rd: X = rd, rs1: X = rs1, rs2: X = rs2 }
    /// Register, register, register: fused multiply-add, with the rounding mode.
    R4 { rd: X = rd, rs1: X = rs1, rs2: X = rs2, rs3: X = |b| field(b, 27, 5), rm: Rm = rm }
    /// Floating-point register and register with the rounding mode in funct3.
    RRm { rd: X = rd, rs1: X = rs1, rs2: X = rs2, rm: Rm = rm }
    /// Register and 12-bit immediate.
    I { rd: X = rd, rs1: X = rs1, imm: S = |b| signed(b, 20, 12) }
    /// Register and shift amount: 5 bits in 32-bit instructions, 6 in 64-bit ones (whose rows let the sixth bit free).
    Shift { rd: X = rd, rs1: X = rs1, shamt: H = |b| field(b, 20, 6) }
    /// Store: register, register and 12-bit displacement.
    S { rs1: X = rs1, rs2: X = rs2, imm: S = |b| signed(b, 25, 7) << 5 | field(b, 7, 5) as i64 }
    /// Branch.
    B { rs1: X = rs1, rs2: X = rs2, imm: T = imm_b }
    /// Upper immediate: `imm` is the value with its 12 zero bits, `hi` what stands in the instruction.
    U { rd: X = rd, imm: S = |b| signed(b, 12, 20) << 12, hi: H = |b| field(b, 12, 20) }
    /// Jump.
    J { rd: X = rd, imm: T = imm_j }
    /// Atomic: `order` holds aq (bit 1) and rl (bit 0).
    Amo { rd: X = rd, rs1: X = rs1, rs2: X = rs2, order: Order = |b| field(b, 25, 2) }
    /// Fence: predecessor and successor sets (bit 3 to 0: I, O, R, W), and the mode.
    FenceArgs { pred: Fence = |b| field(b, 24, 4), succ: Fence = |b| field(b, 20, 4), fm: U = |b| field(b, 28, 4) }
    /// CSR access: `uimm` is rs1's field as a number.
    Csr { rd: X = rd, rs1: X = rs1, csr: Csr = |b| field(b, 20, 12), uimm: U = |b| field(b, 15, 5) }
    /// Prefetch: base and displacement, whose low five bits are 0.
    Prefetch { rs1: X = rs1, imm: S = |b| signed(b, 25, 7) << 5 }

    /// CR: registers of full size.
    CR { rd: X = rd, rs2: X = |b| field(b, 2, 5) }
    /// CI: register and signed 6-bit immediate.
    CI { rd: X = rd, imm: S = |b| signed_parts(b, &[(12, 1), (2, 5)]), hi: H = |b| signed_parts(b, &[(12, 1), (2, 5)]) as u64 & 0xf_ffff }
    /// CI of shifts: unsigned 6-bit amount.
    CIShift { rd: X = rd, shamt: H = |b| parts(b, &[(12, 1), (2, 5)]) }
    /// CI of `c.addi16sp`.
    CISp { imm: S = |b| signed_parts(b, &[(12, 1), (3, 2), (5, 1), (2, 1), (6, 1)]) << 4 }
    /// CI of loads from the stack, words.
    CILoadW { rd: X = rd, uimm: U = |b| parts(b, &[(2, 2), (12, 1), (4, 3)]) << 2 }
    /// CI of loads from the stack, double words.
    CILoadD { rd: X = rd, uimm: U = |b| parts(b, &[(2, 3), (12, 1), (5, 2)]) << 3 }
    /// CSS of words.
    CSSW { rs2: X = |b| field(b, 2, 5), uimm: U = |b| parts(b, &[(7, 2), (9, 4)]) << 2 }
    /// CSS of double words.
    CSSD { rs2: X = |b| field(b, 2, 5), uimm: U = |b| parts(b, &[(7, 3), (10, 3)]) << 3 }
    /// CIW: `c.addi4spn`.
    CIW { rd: X = |b| short(b, 2), uimm: U = |b| parts(b, &[(7, 4), (11, 2), (5, 1), (6, 1)]) << 2 }
    /// CL and CS of words: `rd` of a load and `rs2` of a store are the same field.
    CLW { rd: X = |b| short(b, 2), rs2: X = |b| short(b, 2), rs1: X = |b| short(b, 7), uimm: U = |b| parts(b, &[(5, 1), (10, 3), (6, 1)]) << 2 }
    /// CL and CS of double words.
    CLD { rd: X = |b| short(b, 2), rs2: X = |b| short(b, 2), rs1: X = |b| short(b, 7), uimm: U = |b| parts(b, &[(5, 2), (10, 3)]) << 3 }
    /// CA: two of the eight popular registers.
    CA { rd: X = |b| short(b, 7), rs2: X = |b| short(b, 2) }
    /// CB: branch on one of the eight popular registers.
    CB { rs1: X = |b| short(b, 7), imm: T = |b| signed_parts(b, &[(12, 1), (5, 2), (2, 1), (10, 2), (3, 2)]) << 1 }
    /// CB of arithmetic: one of the popular registers and a signed 6-bit immediate, which shifts read as unsigned `shamt`.
    CBImm { rd: X = |b| short(b, 7), imm: S = |b| signed_parts(b, &[(12, 1), (2, 5)]), shamt: H = |b| parts(b, &[(12, 1), (2, 5)]) }
    /// CJ: jump.
    CJ { imm: T = |b| signed_parts(b, &[(12, 1), (8, 1), (9, 2), (6, 1), (7, 1), (2, 1), (11, 1), (3, 3)]) << 1 }
    /// No operands.
    None0 { bits: H = |b| b }
}

fn rd(bits: u64) -> u64 {
    field(bits, 7, 5)
}

fn rs1(bits: u64) -> u64 {
    field(bits, 15, 5)
}

fn rs2(bits: u64) -> u64 {
    field(bits, 20, 5)
}

fn rm(bits: u64) -> u64 {
    field(bits, 12, 3)
}

/// One of the popular registers x8 to x15, from three bits.
fn short(bits: u64, lo: u32) -> u64 {
    8 + field(bits, lo, 3)
}

fn signed(bits: u64, lo: u32, len: u32) -> i64 {
    sign_extend(field(bits, lo, len), len) as i64
}

fn imm_b(bits: u64) -> i64 {
    signed_parts(bits, &[(31, 1), (7, 1), (25, 6), (8, 4)]) << 1
}

fn imm_j(bits: u64) -> i64 {
    signed_parts(bits, &[(31, 1), (12, 8), (20, 1), (21, 10)]) << 1
}

/// Fields (lowest bit, length) put together, the highest first.
fn parts(bits: u64, list: &[(u32, u32)]) -> u64 {
    list.iter().fold(0, |all, &(lo, len)| all << len | field(bits, lo, len))
}

fn signed_parts(bits: u64, list: &[(u32, u32)]) -> i64 {
    sign_extend(parts(bits, list), list.iter().map(|p| p.1).sum()) as i64
}

/// A predecessor or successor set as assembly spells it.
fn fence_set(set: u8) -> Operand {
    let letters = "iorw".chars().enumerate().filter(|(i, _)| set >> (3 - i) & 1 != 0).map(|(_, c)| c);
    let text: String = letters.collect();
    if text.is_empty() { Operand::Text("0") } else { Operand::Owned(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immediates_of_the_base_formats() {
        assert_eq!(I::from(0xfff0_0513).imm, -1, "li a0, -1");
        assert_eq!(S::from(0xfeb5_3c23).imm, -8, "sd a1, -8(a0)");
        assert_eq!(B::from(0xfe00_0ee3).imm, -4, "beqz zero, .-4");
        assert_eq!(J::from(0xffdf_f06f).imm, -4, "j .-4");
        assert_eq!(J::from(0x0010_006f).imm, 0x800, "j .+0x800");
        assert_eq!(U::from(0x8000_0537).imm, -0x8000_0000, "lui a0, 0x80000");
    }

    #[test]
    fn immediates_of_the_compressed_formats() {
        assert_eq!(CJ::from(0xbfed).imm, -6, "c.j .-6");
        assert_eq!(CB::from(0xd97d).imm, -10, "c.beqz a0, .-10");
        assert_eq!(CISp::from(0x7139).imm, -64, "c.addi16sp sp, -64");
        assert_eq!(CIW::from(0x1008).uimm, 32, "c.addi4spn a0, sp, 32");
        assert_eq!(CILoadD::from(0x70e2).uimm, 56, "c.ldsp ra, 56(sp)");
        assert_eq!(CSSD::from(0xfc06).uimm, 56, "c.sdsp ra, 56(sp)");
        assert_eq!(CLW::from(0x4548), CLW { rd: 10, rs2: 10, rs1: 10, uimm: 12 }, "c.lw a0, 12(a0)");
        assert_eq!(CLD::from(0x7d08).uimm, 56, "c.ld a0, 56(a0)");
    }
}
