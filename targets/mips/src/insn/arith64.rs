//! The 64-bit instructions of MIPS III, IV and MIPS64.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use super::arith::{check_difference, check_sum, divisor};
use crate::ext::Ext;
use crate::format::F;
use crate::lift::Lift;
use crate::state;

insns! {
    /// Volume II-A of MIPS64, doubleword arithmetic.
    pub INSNS for Lift;
    "011000 ..... ..... ................" F daddi  "{rt}, {rs}, {imm}" [W64 !R6];
    "011001 ..... ..... ................" F daddiu "{rt}, {rs}, {imm}" [W64];
    "000000 ..... ..... ..... 00000 101100" F dadd  "{rd}, {rs}, {rt}" [W64];
    "000000 ..... ..... ..... 00000 101101" F daddu "{rd}, {rs}, {rt}" [W64];
    "000000 ..... ..... ..... 00000 101110" F dsub  "{rd}, {rs}, {rt}" [W64];
    "000000 ..... ..... ..... 00000 101111" F dsubu "{rd}, {rs}, {rt}" [W64];
    "000000 00000 ..... ..... ..... 111000" F dsll   "{rd}, {rt}, {sa}" [W64];
    "000000 00000 ..... ..... ..... 111010" F dsrl   "{rd}, {rt}, {sa}" [W64];
    "000000 00001 ..... ..... ..... 111010" F drotr  "{rd}, {rt}, {sa}" [W64 R2];
    "000000 00000 ..... ..... ..... 111011" F dsra   "{rd}, {rt}, {sa}" [W64];
    "000000 00000 ..... ..... ..... 111100" F dsll32 "{rd}, {rt}, {sa}" [W64];
    "000000 00000 ..... ..... ..... 111110" F dsrl32 "{rd}, {rt}, {sa}" [W64];
    "000000 00001 ..... ..... ..... 111110" F drotr32 "{rd}, {rt}, {sa}" [W64 R2];
    "000000 00000 ..... ..... ..... 111111" F dsra32 "{rd}, {rt}, {sa}" [W64];
    "000000 ..... ..... ..... 00000 010100" F dsllv "{rd}, {rt}, {rs}" [W64];
    "000000 ..... ..... ..... 00000 010110" F dsrlv "{rd}, {rt}, {rs}" [W64];
    "000000 ..... ..... ..... 00001 010110" F drotrv "{rd}, {rt}, {rs}" [W64 R2];
    "000000 ..... ..... ..... 00000 010111" F dsrav "{rd}, {rt}, {rs}" [W64];
    "000000 ..... ..... 00000 00000 011100" F dmult  "{rs}, {rt}" [W64 !R6];
    "000000 ..... ..... 00000 00000 011101" F dmultu "{rs}, {rt}" [W64 !R6];
    "000000 ..... ..... 00000 00000 011110" F ddiv   "{rs}, {rt}" [W64 !R6];
    "000000 ..... ..... 00000 00000 011111" F ddivu  "{rs}, {rt}" [W64 !R6];
    "011100 ..... ..... ..... 00000 100100" F dclz  "{rd}, {rs}" [W64 R1 !R6];
    "011100 ..... ..... ..... 00000 100101" F dclo  "{rd}, {rs}" [W64 R1 !R6];
    "011111 ..... ..... ..... ..... 000001" F dextm "{rt}, {rs}, {pos}, {ext32}" [W64 R2];
    "011111 ..... ..... ..... ..... 000010" F dextu "{rt}, {rs}, {pos32}, {ext}" [W64 R2];
    "011111 ..... ..... ..... ..... 000011" F dext  "{rt}, {rs}, {pos}, {ext}" [W64 R2];
    "011111 ..... ..... ..... ..... 000101" F dinsm "{rt}, {rs}, {pos}, {insm}" [W64 R2];
    "011111 ..... ..... ..... ..... 000110" F dinsu "{rt}, {rs}, {pos32}, {ins}" [W64 R2];
    "011111 ..... ..... ..... ..... 000111" F dins  "{rt}, {rs}, {pos}, {ins}" [W64 R2];
    "011111 00000 ..... ..... 00010 100100" F dsbh "{rd}, {rt}" [W64 R2];
    "011111 00000 ..... ..... 00101 100100" F dshd "{rd}, {rt}" [W64 R2];
}

fn daddi(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), l.konst(f.imm()));
    let sum = a + b;
    check_sum(l, a, b, sum);
    l.set_r(f.rt(), sum);
    Next
}

fn daddiu(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()).add_imm(f.imm()));
    Next
}

fn dadd(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), l.r(f.rt()));
    let sum = a + b;
    check_sum(l, a, b, sum);
    l.set_r(f.rd(), sum);
    Next
}

fn daddu(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()) + l.r(f.rt()));
    Next
}

fn dsub(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), l.r(f.rt()));
    let difference = a - b;
    check_difference(l, a, b, difference);
    l.set_r(f.rd(), difference);
    Next
}

fn dsubu(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()) - l.r(f.rt()));
    Next
}

/// Declares shifts by a constant, plus what is added to it.
macro_rules! shifts {
    ($($name:ident $op:ident $plus:literal;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            l.set_r(f.rd(), l.r(f.rt()).$op(l.konst(i64::from(f.sa()) + $plus)));
            Next
        }
    )* };
}

/// Declares shifts by a register.
macro_rules! variable_shifts {
    ($($name:ident $op:ident;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            l.set_r(f.rd(), l.r(f.rt()).$op(l.r(f.rs())));
            Next
        }
    )* };
}

shifts! {
    dsll shl 0;
    dsrl shr_u 0;
    drotr rot_r 0;
    dsra shr_s 0;
    dsll32 shl 32;
    dsrl32 shr_u 32;
    drotr32 rot_r 32;
    dsra32 shr_s 32;
}

variable_shifts! {
    dsllv shl;
    dsrlv shr_u;
    drotrv rot_r;
    dsrav shr_s;
}

fn dmult(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), l.r(f.rt()));
    l.ir.set(state::LO, a * b);
    l.ir.set(state::HI, a.mul_hi_s(b));
    Next
}

fn dmultu(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), l.r(f.rt()));
    l.ir.set(state::LO, a * b);
    l.ir.set(state::HI, a.mul_hi_u(b));
    Next
}

fn ddiv(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), divisor(l, l.r(f.rt())));
    l.ir.set(state::LO, a.div_s(b));
    l.ir.set(state::HI, a.rem_s(b));
    Next
}

fn ddivu(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r(f.rs()), divisor(l, l.r(f.rt())));
    l.ir.set(state::LO, a.div_u(b));
    l.ir.set(state::HI, a.rem_u(b));
    Next
}

pub(super) fn dclz(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()).clz());
    Next
}

pub(super) fn dclo(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), (!l.r(f.rs())).clz());
    Next
}

fn extract(l: &Lift, f: F, lo: u32, len: u32) -> Flow {
    if lo + len > 64 {
        return Flow::Illegal;
    }
    l.set_r(f.rt(), l.r(f.rs()).extract(lo, len));
    Next
}

fn dext(l: &Lift, f: F) -> Flow {
    extract(l, f, f.sa().into(), u32::from(f.rd()) + 1)
}

fn dextm(l: &Lift, f: F) -> Flow {
    extract(l, f, f.sa().into(), u32::from(f.rd()) + 33)
}

fn dextu(l: &Lift, f: F) -> Flow {
    extract(l, f, u32::from(f.sa()) + 32, u32::from(f.rd()) + 1)
}

fn insert(l: &Lift, f: F, lo: u32, hi: u32) -> Flow {
    if lo > hi {
        return Flow::Illegal;
    }
    l.set_r(f.rt(), l.r(f.rt()).deposit(lo, hi - lo + 1, l.r(f.rs())));
    Next
}

fn dins(l: &Lift, f: F) -> Flow {
    insert(l, f, f.sa().into(), f.rd().into())
}

fn dinsm(l: &Lift, f: F) -> Flow {
    insert(l, f, f.sa().into(), u32::from(f.rd()) + 32)
}

fn dinsu(l: &Lift, f: F) -> Flow {
    insert(l, f, u32::from(f.sa()) + 32, u32::from(f.rd()) + 32)
}

/// Bytes within halfwords change places.
fn dsbh(l: &Lift, f: F) -> Flow {
    let v = l.r(f.rt());
    let mask = 0x00ff_00ff_00ff_00ff;
    l.set_r(f.rd(), (v & v.konst(mask)).shl(v.konst(8)) | v.shr_u(v.konst(8)) & v.konst(mask));
    Next
}

/// Halfwords in reverse order.
fn dshd(l: &Lift, f: F) -> Flow {
    let v = l.r(f.rt());
    let mask = 0x0000_ffff_0000_ffff;
    let swapped: Val = (v & v.konst(mask)).shl(v.konst(16)) | v.shr_u(v.konst(16)) & v.konst(mask);
    l.set_r(f.rd(), swapped.rot_r(swapped.konst(32)));
    debug_assert_eq!(l.xlen(), Width::W64, "rows of 64-bit models alone");
    Next
}
