//! Fields of instructions under the manual's names (Volume I-A, "CPU Instruction Formats").
//!
//! All instructions have 32 bits and take their fields from the same few places, so that one type serves all rows. In operand templates
//! `rs`, `rt`, `rd` are general registers, `fs`, `ft`, `fd`, `fr` floating-point ones.

use bits::{field, sign_extend};
use decode::{Format, Operand};

use crate::state::{F_NAMES, R_NAMES};

/// Sizes of vector elements, as they stand before the operands.
const SIZES: [&str; 4] = [".b ", ".h ", ".w ", ".d "];

/// An instruction word, read by its fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct F(pub u64);

impl From<u64> for F {
    fn from(bits: u64) -> F {
        F(bits)
    }
}

/// Declares register fields: name, lowest bit.
macro_rules! registers {
    ($($(#[$m:meta])* $name:ident $lo:literal;)*) => { $(
        $(#[$m])*
        pub fn $name(self) -> u8 {
            field(self.0, $lo, 5) as u8
        }
    )* };
}

impl F {
    registers! {
        /// Source register; base of an address; format of a floating-point instruction.
        rs 21;
        /// Second source, or target register.
        rt 16;
        /// Destination register.
        rd 11;
        /// Shift amount, and what else stands there.
        sa 6;
        /// First floating-point source.
        fs 11;
        /// Second floating-point source.
        ft 16;
        /// Floating-point destination.
        fd 6;
        /// Third floating-point source.
        fr 21;
    }

    /// Signed immediate or displacement of 16 bits.
    pub fn imm(self) -> i64 {
        sign_extend(self.0, 16) as i64
    }

    /// Unsigned immediate of 16 bits.
    pub fn uimm(self) -> u64 {
        field(self.0, 0, 16)
    }

    /// Signed displacement of 9 bits (Release 6).
    pub fn offset9(self) -> i64 {
        sign_extend(field(self.0, 7, 9), 9) as i64
    }

    /// Select of a coprocessor 0 register.
    pub fn sel(self) -> u8 {
        field(self.0, 0, 3) as u8
    }

    /// Condition code of a branch or conditional move.
    pub fn cc(self) -> u8 {
        field(self.0, 18, 3) as u8
    }

    /// Condition code that a comparison sets.
    pub fn cc_set(self) -> u8 {
        field(self.0, 8, 3) as u8
    }

    /// The low bits as a signed number.
    pub fn signed(self, bits: u32) -> i64 {
        sign_extend(field(self.0, 0, bits), bits) as i64
    }

    /// What two places hold as registers, for `operand`.
    fn register(self, name: &str) -> Option<Operand> {
        let general = |n: u8| Some(Operand::Text(R_NAMES[usize::from(n)]));
        let float = |n: u8| Some(Operand::Text(F_NAMES[usize::from(n)]));
        let element = |lo, n, first: u64| Some(Operand::Text(SIZES[(field(self.0, lo, n) + first) as usize & 3]));
        match name {
            "vbit" | "velm" => Some(Operand::Text("")),
            "rs" => general(self.rs()),
            "rt" => general(self.rt()),
            "rd" => general(self.rd()),
            "fs" => float(self.fs()),
            "ft" => float(self.ft()),
            "fd" => float(self.fd()),
            "fr" => float(self.fr()),
            "wd" => Some(Operand::Owned(format!("$w{}", self.fd()))),
            "ws" => Some(Operand::Owned(format!("$w{}", self.fs()))),
            "wt" => Some(Operand::Owned(format!("$w{}", self.ft()))),
            "rs_ws" => general(self.rd()),
            "rd_wd" => general(self.sa()),
            "mcd" => Some(Operand::Owned(format!("${}", self.sa()))),
            "mcs" => Some(Operand::Owned(format!("${}", self.rd()))),
            "vdf" => element(21, 2, 0),
            "vdf2" => element(16, 2, 0),
            "vfdf" => element(21, 1, 2),
            "vfdf2" => element(16, 1, 2),
            "vqdf" => element(21, 1, 1),
            "c0" => Some(Operand::Owned(format!("${}", self.rd()))),
            _ => None,
        }
    }
}

impl Format for F {
    fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
        let target = |offset: i64| Some(Operand::Hex(pc.wrapping_add(4).wrapping_add_signed(offset)));
        let size = |n: u64| Some(Operand::Unsigned(n));
        let (lo, hi) = (u64::from(self.sa()), u64::from(self.rd()));
        match name {
            "imm" => Some(Operand::Signed(self.imm())),
            "uimm" => Some(Operand::Hex(self.uimm())),
            "offset9" => Some(Operand::Signed(self.offset9())),
            "sa" => Some(Operand::Hex(lo)),
            "sa1" => Some(Operand::Hex(field(self.0, 6, 2) + 1)),
            "bp" => Some(Operand::Hex(field(self.0, 6, 3))),
            "bp2" => Some(Operand::Hex(field(self.0, 6, 2))),
            "ac" => Some(Operand::Owned(format!("$ac{}", hi & 3))),
            "dsa" => Some(Operand::Hex(hi)),
            "rsa" => Some(Operand::Hex(u64::from(self.rs()))),
            "imm8" => Some(Operand::Hex(field(self.0, 16, 8))),
            "imm10" => Some(Operand::Signed(sign_extend(field(self.0, 16, 10), 10) as i64)),
            "shift" => Some(Operand::Signed(sign_extend(field(self.0, 20, 6), 6) as i64)),
            "s5" => Some(Operand::Signed(sign_extend(field(self.0, 16, 5), 5) as i64)),
            "u5" => Some(Operand::Hex(u64::from(self.rt()))),
            "i8" => Some(Operand::Hex(field(self.0, 16, 8))),
            "s10" => Some(Operand::Signed(sign_extend(field(self.0, 11, 10), 10) as i64)),
            "vs10" => Some(Operand::Signed((sign_extend(field(self.0, 16, 10), 10) as i64) << field(self.0, 0, 2))),
            "vm" => Some(Operand::Hex(field(self.0, 16, 7))),
            "vn" => Some(Operand::Hex(field(self.0, 16, 6))),
            "user" => Some(Operand::Unsigned(field(self.0, 5, 1))),
            "high" => Some(Operand::Unsigned(field(self.0, 4, 1))),
            "sel" => Some(Operand::Unsigned(u64::from(self.sel()))),
            "hint" | "op" => Some(Operand::Hex(u64::from(self.rt()))),
            "hintx" => Some(Operand::Hex(hi)),
            "stype" => Some(Operand::Hex(lo)),
            "code" => Some(Operand::Hex(field(self.0, 6, 20))),
            "code10" => Some(Operand::Hex(field(self.0, 6, 10))),
            "cc" => Some(Operand::Owned(format!("$fcc{}", self.cc()))),
            "ccs" => Some(Operand::Owned(format!("$fcc{}", self.cc_set()))),
            "fcr" => Some(Operand::Unsigned(hi)),
            "ext" => size(hi + 1),
            "ext32" => size(hi + 33),
            "pos32" => size(lo + 32),
            "ins" => size((hi + 1).wrapping_sub(lo) & 63),
            "insm" => size((hi + 33).wrapping_sub(lo) & 63),
            "pos" => size(lo),
            "target" => target(self.imm() << 2),
            "target21" => target(self.signed(21) << 2),
            "target26" => target(self.signed(26) << 2),
            "jump" => Some(Operand::Hex(pc.wrapping_add(4) & !0xfff_ffff | field(self.0, 0, 26) << 2)),
            "off19" => Some(Operand::Signed(self.signed(19) << 2)),
            "off18" => Some(Operand::Signed(self.signed(18) << 3)),
            _ => self.register(name),
        }
    }
}
