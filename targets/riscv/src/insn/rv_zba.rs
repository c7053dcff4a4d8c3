//! "Zba": Address generation.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::{R, Shift};
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "Zba: Address generation".
    pub INSNS for Lift;
    "0000100 ..... ..... 000 ..... 0111011" R add_uw    "{rd}, {rs1}, {rs2}" [Zba Rv64];
    "0010000 ..... ..... 010 ..... 0110011" R sh1add    "{rd}, {rs1}, {rs2}" [Zba];
    "0010000 ..... ..... 010 ..... 0111011" R sh1add_uw "{rd}, {rs1}, {rs2}" [Zba Rv64];
    "0010000 ..... ..... 100 ..... 0110011" R sh2add    "{rd}, {rs1}, {rs2}" [Zba];
    "0010000 ..... ..... 100 ..... 0111011" R sh2add_uw "{rd}, {rs1}, {rs2}" [Zba Rv64];
    "0010000 ..... ..... 110 ..... 0110011" R sh3add    "{rd}, {rs1}, {rs2}" [Zba];
    "0010000 ..... ..... 110 ..... 0111011" R sh3add_uw "{rd}, {rs1}, {rs2}" [Zba Rv64];
    "000010 ...... ..... 001 ..... 0011011" Shift slli_uw "{rd}, {rs1}, {shamt}" [Zba Rv64];
}

/// `rd` = (`index` << `n`) + `rs2`.
fn shift_add(l: &Lift, f: R, index: Val, n: i64) -> Flow {
    l.set_x(f.rd, index.shl(l.konst(n)) + l.x(f.rs2));
    Next
}

/// The low word of a register, zero-extended.
fn unsigned_word<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    l.x32(n).zext(Width::W64)
}

fn add_uw(l: &Lift, f: R) -> Flow {
    shift_add(l, f, unsigned_word(l, f.rs1), 0)
}

fn sh1add(l: &Lift, f: R) -> Flow {
    shift_add(l, f, l.x(f.rs1), 1)
}

fn sh2add(l: &Lift, f: R) -> Flow {
    shift_add(l, f, l.x(f.rs1), 2)
}

fn sh3add(l: &Lift, f: R) -> Flow {
    shift_add(l, f, l.x(f.rs1), 3)
}

fn sh1add_uw(l: &Lift, f: R) -> Flow {
    shift_add(l, f, unsigned_word(l, f.rs1), 1)
}

fn sh2add_uw(l: &Lift, f: R) -> Flow {
    shift_add(l, f, unsigned_word(l, f.rs1), 2)
}

fn sh3add_uw(l: &Lift, f: R) -> Flow {
    shift_add(l, f, unsigned_word(l, f.rs1), 3)
}

/// `rd` = the low word of `rs1`, zero-extended, << `shamt`.
fn slli_uw(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, unsigned_word(l, f.rs1).shl(l.konst(f.shamt as i64)));
    Next
}
