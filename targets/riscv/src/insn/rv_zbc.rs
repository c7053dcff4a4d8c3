//! "Zbc": Carry-less multiplication.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::R;
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "Zbc: Carry-less multiplication".
    pub INSNS for Lift;
    "0000101 ..... ..... 001 ..... 0110011" R clmul  "{rd}, {rs1}, {rs2}" [Zbc];
    "0000101 ..... ..... 011 ..... 0110011" R clmulh "{rd}, {rs1}, {rs2}" [Zbc];
    "0000101 ..... ..... 010 ..... 0110011" R clmulr "{rd}, {rs1}, {rs2}" [Zbc];
}

/// Low half of the carry-less product.
fn clmul(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).clmul(l.x(f.rs2)));
    Next
}

/// High half of the carry-less product.
fn clmulh(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).clmul_hi(l.x(f.rs2)));
    Next
}

/// Bits 2 × XLEN - 2 to XLEN - 1 of the carry-less product.
fn clmulr(l: &Lift, f: R) -> Flow {
    let (a, b) = (l.x(f.rs1), l.x(f.rs2));
    let top = l.konst(i64::from(l.xlen().bits()) - 1);
    l.set_x(f.rd, a.clmul_hi(b).shl(l.konst(1)) | a.clmul(b).shr_u(top));
    Next
}
