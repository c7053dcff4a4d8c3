//! "Zbb": Basic bit-manipulation.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{R, Shift};
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "Zbb: Basic bit-manipulation".
    pub INSNS for Lift;
    // Logical with negate.
    "0100000 ..... ..... 111 ..... 0110011" R andn   "{rd}, {rs1}, {rs2}" [Zbb];
    "0100000 ..... ..... 110 ..... 0110011" R orn    "{rd}, {rs1}, {rs2}" [Zbb];
    "0100000 ..... ..... 100 ..... 0110011" R xnor   "{rd}, {rs1}, {rs2}" [Zbb];
    // Count leading and trailing zero bits, and population.
    "0110000 00000 ..... 001 ..... 0010011" R clz    "{rd}, {rs1}" [Zbb];
    "0110000 00000 ..... 001 ..... 0011011" R clzw   "{rd}, {rs1}" [Zbb Rv64];
    "0110000 00001 ..... 001 ..... 0010011" R ctz    "{rd}, {rs1}" [Zbb];
    "0110000 00001 ..... 001 ..... 0011011" R ctzw   "{rd}, {rs1}" [Zbb Rv64];
    "0110000 00010 ..... 001 ..... 0010011" R cpop   "{rd}, {rs1}" [Zbb];
    "0110000 00010 ..... 001 ..... 0011011" R cpopw  "{rd}, {rs1}" [Zbb Rv64];
    // Integer minimum and maximum.
    "0000101 ..... ..... 110 ..... 0110011" R max    "{rd}, {rs1}, {rs2}" [Zbb];
    "0000101 ..... ..... 111 ..... 0110011" R maxu   "{rd}, {rs1}, {rs2}" [Zbb];
    "0000101 ..... ..... 100 ..... 0110011" R min    "{rd}, {rs1}, {rs2}" [Zbb];
    "0000101 ..... ..... 101 ..... 0110011" R minu   "{rd}, {rs1}, {rs2}" [Zbb];
    // Sign and zero extension.
    "0110000 00100 ..... 001 ..... 0010011" R sext_b "{rd}, {rs1}" [Zbb];
    "0110000 00101 ..... 001 ..... 0010011" R sext_h "{rd}, {rs1}" [Zbb];
    "0000100 00000 ..... 100 ..... 0110011" R zext_h "{rd}, {rs1}" [Zbb !Rv64];
    "0000100 00000 ..... 100 ..... 0111011" R zext_h "{rd}, {rs1}" [Zbb Rv64];
    // Bitwise rotation.
    "0110000 ..... ..... 001 ..... 0110011" R rol    "{rd}, {rs1}, {rs2}" [Zbb];
    "0110000 ..... ..... 001 ..... 0111011" R rolw   "{rd}, {rs1}, {rs2}" [Zbb Rv64];
    "0110000 ..... ..... 101 ..... 0110011" R ror    "{rd}, {rs1}, {rs2}" [Zbb];
    "0110000 ..... ..... 101 ..... 0111011" R rorw   "{rd}, {rs1}, {rs2}" [Zbb Rv64];
    "0110000 ..... ..... 101 ..... 0010011" Shift rori  "{rd}, {rs1}, {shamt}" [Zbb !Rv64];
    "011000 ...... ..... 101 ..... 0010011" Shift rori  "{rd}, {rs1}, {shamt}" [Zbb Rv64];
    "0110000 ..... ..... 101 ..... 0011011" Shift roriw "{rd}, {rs1}, {shamt}" [Zbb Rv64];
    // OR combine and byte reverse.
    "0010100 00111 ..... 101 ..... 0010011" R orc_b  "{rd}, {rs1}" [Zbb];
    "0110100 11000 ..... 101 ..... 0010011" R rev8   "{rd}, {rs1}" [Zbb !Rv64];
    "0110101 11000 ..... 101 ..... 0010011" R rev8   "{rd}, {rs1}" [Zbb Rv64];
}

fn andn(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) & !l.x(f.rs2));
    Next
}

fn orn(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) | !l.x(f.rs2));
    Next
}

fn xnor(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, !(l.x(f.rs1) ^ l.x(f.rs2)));
    Next
}

/// Zero bits above the highest one; XLEN for 0.
fn clz(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).clz());
    Next
}

fn clzw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).clz());
    Next
}

/// Zero bits below the lowest one; XLEN for 0.
fn ctz(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).ctz());
    Next
}

fn ctzw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).ctz());
    Next
}

fn cpop(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).popcnt());
    Next
}

fn cpopw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).popcnt());
    Next
}

fn max(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).max_s(l.x(f.rs2)));
    Next
}

fn maxu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).max_u(l.x(f.rs2)));
    Next
}

fn min(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).min_s(l.x(f.rs2)));
    Next
}

fn minu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).min_u(l.x(f.rs2)));
    Next
}

fn sext_b(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).trunc(Width::W8).sext(l.xlen()));
    Next
}

fn sext_h(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).trunc(Width::W16).sext(l.xlen()));
    Next
}

fn zext_h(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).trunc(Width::W16).zext(l.xlen()));
    Next
}

fn rol(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).rot_l(l.x(f.rs2)));
    Next
}

fn rolw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).rot_l(l.x32(f.rs2)));
    Next
}

fn ror(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).rot_r(l.x(f.rs2)));
    Next
}

fn rorw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).rot_r(l.x32(f.rs2)));
    Next
}

fn rori(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).rot_r(l.konst(f.shamt as i64)));
    Next
}

fn roriw(l: &Lift, f: Shift) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).rot_r(l.ir.konst(Width::W32, f.shamt)));
    Next
}

/// Each byte of `rd` is 0xff if the byte of `rs1` is not 0, else 0.
fn orc_b(l: &Lift, f: R) -> Flow {
    let rs1 = l.x(f.rs1);
    let low = rs1.konst(0x7f7f_7f7f_7f7f_7f7f);
    // Adding 0x7f to the low seven bits carries into bit 7 unless they are 0.
    let any = ((rs1 & low) + low) | rs1;
    let one = any.shr_u(rs1.konst(7)) & rs1.konst(0x0101_0101_0101_0101);
    l.set_x(f.rd, one * rs1.konst(0xff));
    Next
}

fn rev8(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).bswap());
    Next
}
