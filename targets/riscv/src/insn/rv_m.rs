//! "M" Extension for Integer Multiplication and Division.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::R;
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "M" Extension.
    pub INSNS for Lift;
    // Multiplication Operations.
    "0000001 ..... ..... 000 ..... 0110011" R mul    "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 001 ..... 0110011" R mulh   "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 010 ..... 0110011" R mulhsu "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 011 ..... 0110011" R mulhu  "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 000 ..... 0111011" R mulw   "{rd}, {rs1}, {rs2}" [M Rv64];
    // Division Operations.
    "0000001 ..... ..... 100 ..... 0110011" R div    "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 101 ..... 0110011" R divu   "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 110 ..... 0110011" R rem    "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 111 ..... 0110011" R remu   "{rd}, {rs1}, {rs2}" [M];
    "0000001 ..... ..... 100 ..... 0111011" R divw   "{rd}, {rs1}, {rs2}" [M Rv64];
    "0000001 ..... ..... 101 ..... 0111011" R divuw  "{rd}, {rs1}, {rs2}" [M Rv64];
    "0000001 ..... ..... 110 ..... 0111011" R remw   "{rd}, {rs1}, {rs2}" [M Rv64];
    "0000001 ..... ..... 111 ..... 0111011" R remuw  "{rd}, {rs1}, {rs2}" [M Rv64];
}

/// `rd` = low XLEN bits of `rs1` × `rs2`.
fn mul(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) * l.x(f.rs2));
    Next
}

/// `rd` = high XLEN bits of the signed product.
fn mulh(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).mul_hi_s(l.x(f.rs2)));
    Next
}

/// `rd` = high XLEN bits of signed `rs1` × unsigned `rs2`.
fn mulhsu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).mul_hi_su(l.x(f.rs2)));
    Next
}

/// `rd` = high XLEN bits of the unsigned product.
fn mulhu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).mul_hi_u(l.x(f.rs2)));
    Next
}

fn mulw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1) * l.x32(f.rs2));
    Next
}

/// `rd` = `rs1` ÷ `rs2`, signed, towards zero.
fn div(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, quotient(l, l.x(f.rs1), l.x(f.rs2), Val::div_s));
    Next
}

/// `rd` = `rs1` ÷ `rs2`, unsigned.
fn divu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, quotient(l, l.x(f.rs1), l.x(f.rs2), Val::div_u));
    Next
}

/// `rd` = remainder of `rs1` ÷ `rs2`, with the sign of `rs1`.
fn rem(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, remainder(l, l.x(f.rs1), l.x(f.rs2), Val::rem_s));
    Next
}

/// `rd` = remainder of `rs1` ÷ `rs2`, unsigned.
fn remu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, remainder(l, l.x(f.rs1), l.x(f.rs2), Val::rem_u));
    Next
}

fn divw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, quotient(l, l.x32(f.rs1), l.x32(f.rs2), Val::div_s));
    Next
}

fn divuw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, quotient(l, l.x32(f.rs1), l.x32(f.rs2), Val::div_u));
    Next
}

fn remw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, remainder(l, l.x32(f.rs1), l.x32(f.rs2), Val::rem_s));
    Next
}

fn remuw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, remainder(l, l.x32(f.rs1), l.x32(f.rs2), Val::rem_u));
    Next
}

/// `n` ÷ `d`; division by zero gives all ones and never traps, overflow wraps ("Division Operations").
fn quotient<'b>(l: &Lift<'b>, n: Val<'b>, d: Val<'b>, divide: fn(Val<'b>, Val<'b>) -> Val<'b>) -> Val<'b> {
    let (by_zero, safe) = without_zero(l, d);
    l.ir.select(by_zero, n.konst(u64::MAX), divide(n, safe))
}

/// The remainder of `n` ÷ `d`; division by zero gives `n`.
fn remainder<'b>(l: &Lift<'b>, n: Val<'b>, d: Val<'b>, divide: fn(Val<'b>, Val<'b>) -> Val<'b>) -> Val<'b> {
    let (by_zero, safe) = without_zero(l, d);
    l.ir.select(by_zero, n, divide(n, safe))
}

/// Whether `d` is zero, and a divisor that never is.
fn without_zero<'b>(l: &Lift<'b>, d: Val<'b>) -> (Val<'b>, Val<'b>) {
    debug_assert!(d.width() >= Width::W32, "divisors are registers");
    let by_zero = d.eq(d.konst(0));
    (by_zero, l.ir.select(by_zero, d.konst(1), d))
}
