//! "Zbs": Single-bit instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Val;

use crate::ext::Ext;
use crate::format::{R, Shift};
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "Zbs: Single-bit instructions".
    pub INSNS for Lift;
    "0100100 ..... ..... 001 ..... 0110011" R bclr "{rd}, {rs1}, {rs2}" [Zbs];
    "0100100 ..... ..... 101 ..... 0110011" R bext "{rd}, {rs1}, {rs2}" [Zbs];
    "0110100 ..... ..... 001 ..... 0110011" R binv "{rd}, {rs1}, {rs2}" [Zbs];
    "0010100 ..... ..... 001 ..... 0110011" R bset "{rd}, {rs1}, {rs2}" [Zbs];
    "0100100 ..... ..... 001 ..... 0010011" Shift bclri "{rd}, {rs1}, {shamt}" [Zbs !Rv64];
    "0100100 ..... ..... 101 ..... 0010011" Shift bexti "{rd}, {rs1}, {shamt}" [Zbs !Rv64];
    "0110100 ..... ..... 001 ..... 0010011" Shift binvi "{rd}, {rs1}, {shamt}" [Zbs !Rv64];
    "0010100 ..... ..... 001 ..... 0010011" Shift bseti "{rd}, {rs1}, {shamt}" [Zbs !Rv64];
    "010010 ...... ..... 001 ..... 0010011" Shift bclri "{rd}, {rs1}, {shamt}" [Zbs Rv64];
    "010010 ...... ..... 101 ..... 0010011" Shift bexti "{rd}, {rs1}, {shamt}" [Zbs Rv64];
    "011010 ...... ..... 001 ..... 0010011" Shift binvi "{rd}, {rs1}, {shamt}" [Zbs Rv64];
    "001010 ...... ..... 001 ..... 0010011" Shift bseti "{rd}, {rs1}, {shamt}" [Zbs Rv64];
}

/// The bit that `index` modulo XLEN names.
fn bit<'b>(l: &Lift<'b>, index: Val<'b>) -> Val<'b> {
    l.konst(1).shl(index)
}

fn bclr(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) & !bit(l, l.x(f.rs2)));
    Next
}

/// `rd` = bit number `rs2` of `rs1`.
fn bext(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shr_u(l.x(f.rs2)) & l.konst(1));
    Next
}

fn binv(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) ^ bit(l, l.x(f.rs2)));
    Next
}

fn bset(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) | bit(l, l.x(f.rs2)));
    Next
}

fn bclri(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) & l.konst(!(1 << f.shamt)));
    Next
}

fn bexti(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).extract(f.shamt as u32, 1));
    Next
}

fn binvi(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) ^ l.konst(1 << f.shamt));
    Next
}

fn bseti(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) | l.konst(1 << f.shamt));
    Next
}
