//! Instruction formats: which bits are which field.
//!
//! SPARC Architecture Manual V9, "Instruction Formats". Operand templates print what Sun's assembler takes.

use bits::{field, sign_extend};
use decode::{Format, Operand};

use super::asi;
use super::state::R_NAMES;

/// Names of integer conditions ("Integer Condition Codes" of Bicc), by the field cond.
pub const ICC_NAMES: [&str; 16] =
    ["n", "e", "le", "l", "leu", "cs", "neg", "vs", "a", "ne", "g", "ge", "gu", "cc", "pos", "vc"];
/// Names of floating-point conditions.
pub const FCC_NAMES: [&str; 16] =
    ["n", "ne", "lg", "ul", "l", "ug", "g", "u", "a", "e", "ue", "ge", "uge", "le", "ule", "o"];
/// Names of register conditions.
pub const RCOND_NAMES: [&str; 8] = ["r0", "z", "lez", "lz", "r4", "nz", "gz", "gez"];
/// Ancillary state registers.
const ASR_NAMES: [&str; 32] = [
    "%y",
    "%asr1",
    "%ccr",
    "%asi",
    "%tick",
    "%pc",
    "%fprs",
    "%asr7",
    "%asr8",
    "%asr9",
    "%asr10",
    "%asr11",
    "%asr12",
    "%asr13",
    "%asr14",
    "%asr15",
    "%pcr",
    "%pic",
    "%dcr",
    "%gsr",
    "%softint_set",
    "%softint_clr",
    "%softint",
    "%tick_cmpr",
    "%stick",
    "%stick_cmpr",
    "%asr26",
    "%asr27",
    "%asr28",
    "%asr29",
    "%asr30",
    "%asr31",
];
/// Privileged registers of RDPR and WRPR.
const PR_NAMES: [&str; 32] = [
    "%tpc",
    "%tnpc",
    "%tstate",
    "%tt",
    "%tick",
    "%tba",
    "%pstate",
    "%tl",
    "%pil",
    "%cwp",
    "%cansave",
    "%canrestore",
    "%cleanwin",
    "%otherwin",
    "%wstate",
    "%fq",
    "%gl",
    "%pr17",
    "%pr18",
    "%pr19",
    "%pr20",
    "%pr21",
    "%pr22",
    "%pr23",
    "%pr24",
    "%pr25",
    "%pr26",
    "%pr27",
    "%pr28",
    "%pr29",
    "%pr30",
    "%ver",
];
/// Hyperprivileged registers of RDHPR and WRHPR (UltraSPARC Architecture 2005).
const HPR_NAMES: [&str; 32] = [
    "%hpstate",
    "%htstate",
    "%hpr2",
    "%hintp",
    "%hpr4",
    "%htba",
    "%hver",
    "%hpr7",
    "%hpr8",
    "%hpr9",
    "%hpr10",
    "%hpr11",
    "%hpr12",
    "%hpr13",
    "%hpr14",
    "%hpr15",
    "%hpr16",
    "%hpr17",
    "%hpr18",
    "%hpr19",
    "%hpr20",
    "%hpr21",
    "%hpr22",
    "%hpr23",
    "%hpr24",
    "%hpr25",
    "%hpr26",
    "%hpr27",
    "%hpr28",
    "%hpr29",
    "%hpr30",
    "%hstick_cmpr",
];

/// Declares formats: name, then fields with their type and the function that takes them out of the encoding.
macro_rules! formats {
    ($( $(#[$m:meta])* $name:ident { $($field:ident: $t:ty = $get:expr),* $(,)? } $show:ident )*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "fields have the manual's names")]
        pub struct $name { $(pub $field: $t),* }

        impl From<u64> for $name {
            fn from(bits: u64) -> $name {
                $name { $($field: ($get)(bits) as $t),* }
            }
        }

        impl Format for $name {
            fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
                $show(self, name, pc)
            }
        }
    )* };
}

formats! {
    /// Formats 3 with rd, rs1 and a second operand that is rs2 or a signed 13-bit number.
    Arith {
        rd: u8 = rd, rs1: u8 = rs1, rs2: u8 = rs2, i: bool = imm_bit, simm: i64 = |b| sign_extend(field(b, 0, 13), 13)
    } show_arith
    /// Shifts: X chooses 64 bits.
    Shift { rd: u8 = rd, rs1: u8 = rs1, rs2: u8 = rs2, i: bool = imm_bit, x: bool = |b| field(b, 12, 1) != 0, count: u8 = |b| field(b, 0, 6) } show_shift
    /// Loads and stores with an ASI: imm_asi where i is 0.
    Alternate {
        rd: u8 = rd, rs1: u8 = rs1, rs2: u8 = rs2, i: bool = imm_bit, simm: i64 = |b| sign_extend(field(b, 0, 13), 13),
        asi: u8 = |b| field(b, 5, 8)
    } show_alternate
    /// SETHI.
    Sethi { rd: u8 = rd, imm22: u64 = |b| field(b, 0, 22) } show_sethi
    /// Bicc, FBfcc: 22-bit displacement.
    Branch22 { a: bool = annul, cond: u8 = cond, disp: i64 = |b| sign_extend(field(b, 0, 22), 22) << 2 } show_branch22
    /// BPcc, FBPfcc: condition codes, prediction, 19-bit displacement.
    Branch19 {
        a: bool = annul, cond: u8 = cond, cc: u8 = |b| field(b, 20, 2), p: bool = |b| field(b, 19, 1) != 0,
        disp: i64 = |b| sign_extend(field(b, 0, 19), 19) << 2
    } show_branch19
    /// BPr: 16-bit displacement in two parts.
    BranchR {
        a: bool = annul, rcond: u8 = |b| field(b, 25, 3), p: bool = |b| field(b, 19, 1) != 0, rs1: u8 = rs1,
        disp: i64 = |b| sign_extend(field(b, 20, 2) << 14 | field(b, 0, 14), 16) << 2
    } show_branch_r
    /// CALL.
    Call { disp: i64 = |b| sign_extend(field(b, 0, 30), 30) << 2 } show_call
    /// MOVcc: the condition codes' number is cc2, cc1, cc0.
    MovCc {
        rd: u8 = rd, cond: u8 = |b| field(b, 14, 4), cc: u8 = |b| field(b, 18, 1) << 2 | field(b, 11, 2), rs2: u8 = rs2,
        i: bool = imm_bit, simm: i64 = |b| sign_extend(field(b, 0, 11), 11)
    } show_movcc
    /// MOVr.
    MovR {
        rd: u8 = rd, rs1: u8 = rs1, rcond: u8 = |b| field(b, 10, 3), rs2: u8 = rs2, i: bool = imm_bit,
        simm: i64 = |b| sign_extend(field(b, 0, 10), 10)
    } show_movr
    /// Tcc.
    Trap {
        cond: u8 = cond, rs1: u8 = rs1, rs2: u8 = rs2, i: bool = imm_bit, cc: u8 = |b| field(b, 11, 2),
        imm: u8 = |b| field(b, 0, 7)
    } show_trap
    /// FPop1, FPop2, VIS: three registers, integer or floating.
    Fp { rd: u8 = rd, rs1: u8 = rs1, rs2: u8 = rs2 } show_fp
    /// FCMP: which condition field.
    FpCmp { cc: u8 = |b| field(b, 25, 2), rs1: u8 = rs1, rs2: u8 = rs2 } show_fcmp
    /// FMOVcc.
    FpMovCc { rd: u8 = rd, cond: u8 = |b| field(b, 14, 4), cc: u8 = |b| field(b, 11, 3), rs2: u8 = rs2 } show_fmovcc
    /// FMOVr.
    FpMovR { rd: u8 = rd, rs1: u8 = rs1, rcond: u8 = |b| field(b, 10, 3), rs2: u8 = rs2 } show_fmovr
    /// MEMBAR: masks.
    Membar { mask: u8 = |b| field(b, 0, 7) } show_membar
    /// No operands, or a constant.
    Bare { imm: u64 = |b| field(b, 0, 22), fcn: u8 = rd } show_bare
}

fn rd(bits: u64) -> u64 {
    field(bits, 25, 5)
}

fn rs1(bits: u64) -> u64 {
    field(bits, 14, 5)
}

fn rs2(bits: u64) -> u64 {
    field(bits, 0, 5)
}

fn imm_bit(bits: u64) -> bool {
    field(bits, 13, 1) != 0
}

fn annul(bits: u64) -> bool {
    field(bits, 29, 1) != 0
}

fn cond(bits: u64) -> u64 {
    field(bits, 25, 4)
}

/// The number, in units of doubles (0 to 31), of a double-precision register field ("Floating-Point Register Number Encoding").
pub const fn double(field: u8) -> u8 {
    (field & 1) << 4 | field >> 1
}

/// The same of the first double of a quad-precision register field, whose bit 1 must be 0.
pub const fn quad(field: u8) -> u8 {
    double(field & !2)
}

fn name(n: u8) -> Operand {
    Operand::Text(R_NAMES[usize::from(n)])
}

/// A floating-point register: `s`, `d` or `q` with the field.
fn float(kind: char, n: u8) -> Operand {
    Operand::Owned(match kind {
        's' => format!("%f{n}"),
        'd' => format!("%d{}", double(n) * 2),
        _ => format!("%q{}", quad(n) * 2),
    })
}

fn target(pc: u64, disp: i64) -> Option<Operand> {
    Some(Operand::Hex(pc.wrapping_add_signed(disp)))
}

/// Registers and the second operand, by the names that all templates share.
fn common(what: &str, rd: u8, rs1: u8, rs2: u8) -> Option<Operand> {
    Some(match what {
        "rd" => name(rd),
        "rs1" => name(rs1),
        "rs2" => name(rs2),
        "srd" => float('s', rd),
        "drd" => float('d', rd),
        "qrd" => float('q', rd),
        "srs1" => float('s', rs1),
        "drs1" => float('d', rs1),
        "qrs1" => float('q', rs1),
        "srs2" => float('s', rs2),
        "drs2" => float('d', rs2),
        "qrs2" => float('q', rs2),
        "asr" => Operand::Text(ASR_NAMES[usize::from(rs1)]),
        "wasr" => Operand::Text(ASR_NAMES[usize::from(rd)]),
        "pr" => Operand::Text(PR_NAMES[usize::from(rs1)]),
        "wpr" => Operand::Text(PR_NAMES[usize::from(rd)]),
        "hpr" => Operand::Text(HPR_NAMES[usize::from(rs1)]),
        "whpr" => Operand::Text(HPR_NAMES[usize::from(rd)]),
        "fcn" => Operand::Unsigned(rd.into()),
        _ => return None,
    })
}

fn address(rs1: u8, rs2: u8, i: bool, simm: i64) -> Operand {
    let base = R_NAMES[usize::from(rs1)];
    Operand::Owned(match (i, simm, rs2) {
        (true, 0, _) | (false, _, 0) => base.to_owned(),
        (true, n, _) if n < 0 => format!("{base} - {:#x}", -n),
        (true, n, _) => format!("{base} + {n:#x}"),
        (false, ..) => format!("{base} + {}", R_NAMES[usize::from(rs2)]),
    })
}

fn show_arith(f: &Arith, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "op2" if f.i => Operand::Signed(f.simm),
        "op2" => name(f.rs2),
        "address" => address(f.rs1, f.rs2, f.i, f.simm),
        _ => return common(what, f.rd, f.rs1, f.rs2),
    })
}

fn show_shift(f: &Shift, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "x" => Operand::Text(if f.x { "x" } else { "" }),
        "op2" if f.i => Operand::Unsigned(u64::from(if f.x { f.count } else { f.count & 31 })),
        "op2" => name(f.rs2),
        _ => return common(what, f.rd, f.rs1, f.rs2),
    })
}

fn show_alternate(f: &Alternate, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "address" => address(f.rs1, f.rs2, f.i, f.simm),
        "asi" if f.i => Operand::Text("%asi"),
        "asi" => asi::name(f.asi).map_or(Operand::Hex(f.asi.into()), Operand::Text),
        _ => return common(what, f.rd, f.rs1, f.rs2),
    })
}

fn show_sethi(f: &Sethi, what: &str, _: u64) -> Option<Operand> {
    match what {
        "imm" => Some(Operand::Owned(format!("%hi({:#x})", f.imm22 << 10))),
        _ => common(what, f.rd, 0, 0),
    }
}

fn show_branch22(f: &Branch22, what: &str, pc: u64) -> Option<Operand> {
    Some(match what {
        "cond" => Operand::Owned(format!("{}{}", ICC_NAMES[usize::from(f.cond)], annulled(f.a))),
        "fcond" => Operand::Owned(format!("{}{}", FCC_NAMES[usize::from(f.cond)], annulled(f.a))),
        "target" => return target(pc, f.disp),
        _ => return None,
    })
}

fn show_branch19(f: &Branch19, what: &str, pc: u64) -> Option<Operand> {
    let predicted = if f.p { "" } else { ",pn" };
    Some(match what {
        "cond" => Operand::Owned(format!("{}{}{predicted}", ICC_NAMES[usize::from(f.cond)], annulled(f.a))),
        "fcond" => Operand::Owned(format!("{}{}{predicted}", FCC_NAMES[usize::from(f.cond)], annulled(f.a))),
        "cc" => Operand::Text(["%icc", "%cc1", "%xcc", "%cc3"][usize::from(f.cc)]),
        "fcc" => Operand::Text(FCC_FIELDS[usize::from(f.cc)]),
        "target" => return target(pc, f.disp),
        _ => return None,
    })
}

fn show_branch_r(f: &BranchR, what: &str, pc: u64) -> Option<Operand> {
    let predicted = if f.p { "" } else { ",pn" };
    Some(match what {
        "rcond" => Operand::Owned(format!("{}{}{predicted}", RCOND_NAMES[usize::from(f.rcond)], annulled(f.a))),
        "target" => return target(pc, f.disp),
        _ => return common(what, 0, f.rs1, 0),
    })
}

fn annulled(a: bool) -> &'static str {
    if a { ",a" } else { "" }
}

fn show_call(f: &Call, what: &str, pc: u64) -> Option<Operand> {
    if what == "target" { target(pc, f.disp) } else { None }
}

const FCC_FIELDS: [&str; 4] = ["%fcc0", "%fcc1", "%fcc2", "%fcc3"];
const CC_FIELDS: [&str; 8] = ["%fcc0", "%fcc1", "%fcc2", "%fcc3", "%icc", "%cc5", "%xcc", "%cc7"];

fn condition(cc: u8, cond: u8) -> &'static str {
    if cc < 4 { FCC_NAMES[usize::from(cond)] } else { ICC_NAMES[usize::from(cond)] }
}

fn show_movcc(f: &MovCc, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "cond" => Operand::Text(condition(f.cc, f.cond)),
        "cc" => Operand::Text(CC_FIELDS[usize::from(f.cc)]),
        "op2" if f.i => Operand::Signed(f.simm),
        "op2" => name(f.rs2),
        _ => return common(what, f.rd, 0, f.rs2),
    })
}

fn show_movr(f: &MovR, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "rcond" => Operand::Text(RCOND_NAMES[usize::from(f.rcond)]),
        "op2" if f.i => Operand::Signed(f.simm),
        "op2" => name(f.rs2),
        _ => return common(what, f.rd, f.rs1, f.rs2),
    })
}

fn show_trap(f: &Trap, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "cond" => Operand::Text(ICC_NAMES[usize::from(f.cond)]),
        "cc" => Operand::Text(CC_FIELDS[4 + usize::from(f.cc)]),
        "number" => address(f.rs1, f.rs2, f.i, f.imm.into()),
        _ => return None,
    })
}

fn show_fp(f: &Fp, what: &str, _: u64) -> Option<Operand> {
    common(what, f.rd, f.rs1, f.rs2)
}

fn show_fcmp(f: &FpCmp, what: &str, _: u64) -> Option<Operand> {
    if what == "fcc" { Some(Operand::Text(FCC_FIELDS[usize::from(f.cc)])) } else { common(what, 0, f.rs1, f.rs2) }
}

fn show_fmovcc(f: &FpMovCc, what: &str, _: u64) -> Option<Operand> {
    Some(match what {
        "cond" => Operand::Text(condition(f.cc, f.cond)),
        "cc" => Operand::Text(CC_FIELDS[usize::from(f.cc)]),
        _ => return common(what, f.rd, 0, f.rs2),
    })
}

fn show_fmovr(f: &FpMovR, what: &str, _: u64) -> Option<Operand> {
    if what == "rcond" {
        return Some(Operand::Text(RCOND_NAMES[usize::from(f.rcond)]));
    }
    common(what, f.rd, f.rs1, f.rs2)
}

fn show_membar(f: &Membar, what: &str, _: u64) -> Option<Operand> {
    if what == "mask" { Some(Operand::Hex(f.mask.into())) } else { None }
}

fn show_bare(f: &Bare, what: &str, _: u64) -> Option<Operand> {
    if what == "imm" { Some(Operand::Hex(f.imm)) } else { common(what, f.fcn, 0, 0) }
}
