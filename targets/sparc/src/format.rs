//! Instruction formats: which bits are which field, and how operands are printed.
//!
//! SPARC Architecture Manual Version 8, "Instruction Formats"; V9 adds variants in `v9`.

use bits::{bit, field, sign_extend};
use decode::{Format, Operand};

/// Names of the integer registers.
pub const R_NAMES: [&str; 32] = [
    "%g0", "%g1", "%g2", "%g3", "%g4", "%g5", "%g6", "%g7", "%o0", "%o1", "%o2", "%o3", "%o4", "%o5", "%sp", "%o7",
    "%l0", "%l1", "%l2", "%l3", "%l4", "%l5", "%l6", "%l7", "%i0", "%i1", "%i2", "%i3", "%i4", "%i5", "%fp", "%i7",
];

/// The signed immediate `simm13`.
pub fn simm13(bits: u64) -> i64 {
    sign_extend(field(bits, 0, 13), 13) as i64
}

/// A displacement of so many bits, in bytes.
pub fn disp(bits: u64, len: u32) -> i64 {
    (sign_extend(field(bits, 0, len), len) as i64) << 2
}

/// Format 3 with a register or a signed immediate as second operand: arithmetic, loads, stores, jumps.
#[derive(Clone, Copy, Debug)]
pub struct Arith {
    /// Destination, or what is stored.
    pub rd: u8,
    /// First source.
    pub rs1: u8,
    /// Second source: a register's number, or an immediate.
    pub op2: Operand2,
    /// The address space identifier, which counts where there is no immediate.
    pub asi: u8,
}

/// The second operand of format 3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand2 {
    /// A register.
    Reg(u8),
    /// `simm13`.
    Imm(i64),
}

impl From<u64> for Arith {
    fn from(bits: u64) -> Arith {
        let op2 = if bit(bits, 13) { Operand2::Imm(simm13(bits)) } else { Operand2::Reg(field(bits, 0, 5) as u8) };
        Arith { rd: field(bits, 25, 5) as u8, rs1: field(bits, 14, 5) as u8, op2, asi: field(bits, 5, 8) as u8 }
    }
}

fn r(n: u8) -> Operand {
    Operand::Text(R_NAMES[usize::from(n)])
}

/// The text of register number `n` of a bank with a prefix (`%f`, `%c`, `%asr`).
pub fn numbered(prefix: &str, n: u64) -> Operand {
    Operand::Owned(format!("{prefix}{n}"))
}

/// A signed number as assembly shows it: small ones decimal, all others hexadecimal.
pub fn signed(n: i64) -> String {
    match n {
        -9..=9 => n.to_string(),
        n if n < 0 => format!("-{:#x}", n.unsigned_abs()),
        n => format!("{n:#x}"),
    }
}

impl Arith {
    /// `rs1 + op2` in the notation of addresses.
    fn address(&self) -> String {
        let base = R_NAMES[usize::from(self.rs1)];
        match (self.rs1, self.op2) {
            (_, Operand2::Reg(0) | Operand2::Imm(0)) => base.to_owned(),
            (0, Operand2::Reg(n)) => R_NAMES[usize::from(n)].to_owned(),
            (0, Operand2::Imm(n)) => signed(n),
            (_, Operand2::Reg(n)) => format!("{base}+{}", R_NAMES[usize::from(n)]),
            (_, Operand2::Imm(n)) if n < 0 => format!("{base}{}", signed(n)),
            (_, Operand2::Imm(n)) => format!("{base}+{}", signed(n)),
        }
    }
}

impl Format for Arith {
    fn operand(&self, name: &str, _: u64) -> Option<Operand> {
        Some(match name {
            "rd" => r(self.rd),
            "rs1" => r(self.rs1),
            "op2" => match self.op2 {
                Operand2::Reg(n) => r(n),
                Operand2::Imm(n) => Operand::Owned(signed(n)),
            },
            // Shifts look at the low five bits.
            "count" => match self.op2 {
                Operand2::Reg(n) => r(n),
                Operand2::Imm(n) => Operand::Owned(signed(n & 31)),
            },
            "addr" => Operand::Owned(self.address()),
            "rs2" => match self.op2 {
                Operand2::Reg(n) => r(n),
                Operand2::Imm(n) => Operand::Owned(signed(n)),
            },
            "asi" => numbered("", self.asi.into()),
            "fd" => numbered("%f", self.rd.into()),
            "dd" => numbered("%f", wide(self.rd).into()),
            "asr" => numbered("%asr", self.rd.into()),
            "asr1" => numbered("%asr", self.rs1.into()),
            "cd" => numbered("%c", self.rd.into()),
            _ => return None,
        })
    }
}

/// SETHI and UNIMP: `imm22`.
#[derive(Clone, Copy, Debug)]
pub struct Imm22 {
    /// Destination.
    pub rd: u8,
    /// The 22 bits.
    pub imm22: u64,
}

impl From<u64> for Imm22 {
    fn from(bits: u64) -> Imm22 {
        Imm22 { rd: field(bits, 25, 5) as u8, imm22: field(bits, 0, 22) }
    }
}

impl Format for Imm22 {
    fn operand(&self, name: &str, _: u64) -> Option<Operand> {
        Some(match name {
            "rd" => r(self.rd),
            "hi" => Operand::Owned(format!("%hi({:#x})", self.imm22 << 10)),
            "imm22" => Operand::Hex(self.imm22),
            _ => return None,
        })
    }
}

/// Branches of format 2: condition, annul bit and 22-bit displacement.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    /// The condition.
    pub cond: u8,
    /// The annul bit.
    pub annul: bool,
    /// The displacement in bytes.
    pub disp: i64,
}

/// Names of the integer conditions, as suffixes ("Bicc").
pub const ICC_NAMES: [&str; 16] =
    ["n", "e", "le", "l", "leu", "cs", "neg", "vs", "a", "ne", "g", "ge", "gu", "cc", "pos", "vc"];
/// Names of the floating-point conditions ("FBfcc").
pub const FCC_NAMES: [&str; 16] =
    ["n", "ne", "lg", "ul", "l", "ug", "g", "u", "a", "e", "ue", "ge", "uge", "le", "ule", "o"];

impl From<u64> for Branch {
    fn from(bits: u64) -> Branch {
        Branch { cond: field(bits, 25, 4) as u8, annul: bit(bits, 29), disp: disp(bits, 22) }
    }
}

impl Format for Branch {
    fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
        Some(match name {
            "icc" => Operand::Text(ICC_NAMES[usize::from(self.cond)]),
            "fcc" => Operand::Text(FCC_NAMES[usize::from(self.cond)]),
            "a" => Operand::Text(if self.annul { ",a" } else { "" }),
            "target" => Operand::Hex(pc.wrapping_add_signed(self.disp)),
            _ => return None,
        })
    }
}

/// CALL.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The displacement in bytes.
    pub disp: i64,
}

impl From<u64> for Call {
    fn from(bits: u64) -> Call {
        Call { disp: disp(bits, 30) }
    }
}

impl Format for Call {
    fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
        (name == "target").then(|| Operand::Hex(pc.wrapping_add_signed(self.disp)))
    }
}

/// Ticc: condition and trap number.
#[derive(Clone, Copy, Debug)]
pub struct Trapcc {
    /// The condition.
    pub cond: u8,
    /// The operands of the sum.
    pub args: Arith,
}

impl From<u64> for Trapcc {
    fn from(bits: u64) -> Trapcc {
        Trapcc { cond: field(bits, 25, 4) as u8, args: Arith::from(bits) }
    }
}

impl Format for Trapcc {
    fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
        match name {
            "icc" => Some(Operand::Text(ICC_NAMES[usize::from(self.cond)])),
            "addr" => self.args.operand("addr", pc),
            _ => None,
        }
    }
}

/// Floating-point operations: registers of 5 bits, as V8 counts them.
#[derive(Clone, Copy, Debug)]
pub struct Fp {
    /// Destination.
    pub rd: u8,
    /// First source.
    pub rs1: u8,
    /// Second source.
    pub rs2: u8,
}

impl From<u64> for Fp {
    fn from(bits: u64) -> Fp {
        Fp { rd: field(bits, 25, 5) as u8, rs1: field(bits, 14, 5) as u8, rs2: field(bits, 0, 5) as u8 }
    }
}

impl Format for Fp {
    fn operand(&self, name: &str, _: u64) -> Option<Operand> {
        let n = match name {
            "fd" => self.rd,
            "fs1" => self.rs1,
            "fs2" => self.rs2,
            // The field of a double-precision register has the number's upper bit in its lowest one; V8 has no such registers.
            "dd" => wide(self.rd),
            "ds1" => wide(self.rs1),
            "ds2" => wide(self.rs2),
            _ => return None,
        };
        Some(numbered("%f", n.into()))
    }
}

/// The number of a double- or quadruple-precision register: bit 0 of the field is bit 5 of the number (V9 manual, "Floating-Point
/// Register Number Encoding"). V8 requires it to be 0.
pub const fn wide(field: u8) -> u8 {
    field & 0x1e | (field & 1) << 5
}
