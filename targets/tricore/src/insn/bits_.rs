//! Bit operations and bit fields: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;
use crate::state;

insns! {
    /// Bit operations and bit fields.
    pub INSNS for Lift;
    ".........00.............10000111" Bit and_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............10000111" Bit or_t   "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............10000111" Bit nor_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............10000111" Bit andn_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............00000111" Bit nand_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............00000111" Bit orn_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............00000111" Bit xnor_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............00000111" Bit xor_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............01000111" Bit and_and_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............01000111" Bit and_or_t   "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............01000111" Bit and_nor_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............01000111" Bit and_andn_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............11000111" Bit or_and_t   "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............11000111" Bit or_or_t    "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............11000111" Bit or_nor_t   "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............11000111" Bit or_andn_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............00100111" Bit sh_and_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............00100111" Bit sh_or_t   "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............00100111" Bit sh_nor_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............00100111" Bit sh_andn_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............10100111" Bit sh_nand_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............10100111" Bit sh_orn_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........10.............10100111" Bit sh_xnor_t "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........11.............10100111" Bit sh_xor_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........00.............01100111" Bit ins_t  "{c}, {a}, {pos1}, {b}, {pos2}" [];
    ".........01.............01100111" Bit insn_t "{c}, {a}, {pos1}, {b}, {pos2}" [];

    "........000.............00010111" Rrr  insert "{c}, {a}, {b}, {ed}" [];
    "........010.............00010111" Rrr  extr   "{c}, {a}, {ed}" [];
    "........011.............00010111" Rrr  extr_u "{c}, {a}, {ed}" [];
    "........100.............00010111" Rrr  dextr  "{c}, {a}, {b}, {d}" [];
    ".........00.............00110111" Rrpw insert "{c}, {a}, {b}, {pos}, {width}" [];
    ".........01.............00110111" Rrpw imask  "{ec}, {b}, {pos}, {width}" [];
    ".........10.............00110111" Rrpw extr   "{c}, {a}, {pos}, {width}" [];
    ".........11.............00110111" Rrpw extr_u "{c}, {a}, {pos}, {width}" [];
    "........000.............01010111" Rrrw insert "{c}, {a}, {b}, {d}, {width}" [];
    "........001.............01010111" Rrrw imask  "{ec}, {b}, {d}, {width}" [];
    "........010.............01010111" Rrrw extr   "{c}, {a}, {d}, {width}" [];
    "........011.............01010111" Rrrw extr_u "{c}, {a}, {d}, {width}" [];
    ".........00.............01110111" Rrpw dextr  "{c}, {a}, {b}, {pos}" [];
    "........000.............10010111" Rcrr insert "{c}, {a}, {imm}, {ed}" [];
    ".........00.............10110111" Rcpw insert "{c}, {a}, {imm}, {pos}, {width}" [];
    ".........01.............10110111" Rcpw imask  "{ec}, {imm}, {pos}, {width}" [];
    "........000.............11010111" Rcrw insert "{c}, {a}, {imm}, {d}, {width}" [];
    "........001.............11010111" Rcrw imask  "{ec}, {imm}, {d}, {width}" [];

    "....00000001..00........01001011" Rr bmerge "{c}, {a}, {b}" [];
    "....00001001..00........01001011" Rr bsplit "{ec}, {a}" [];
    "....00000010..00........01001011" Rr parity "{c}, {a}" [];
    "....00001000..00........01001011" Rr unpack "{ec}, {a}" [];
    "........000000..........01101011" Rrr pack  "{c}, {ed}, {a}" [];
    "....00000011..00........01001011" Rr crc32b_w "{c}, {b}, {a}" [V162];
    "....00000110..00........01001011" Rr crc32_b  "{c}, {b}, {a}" [V162];
    "....00000111..00........01001011" Rr crc32l_w "{c}, {b}, {a}" [V162];
    "........000100..........01101011" Rrr crcn  "{c}, {d}, {a}, {b}" [V162];
}

/// The two bits.
fn bits_of<'b>(l: &Lift<'b>, f: Bit) -> (Val<'b>, Val<'b>) {
    (l.d(f.a).extract(f.pos1 as u32, 1), l.d(f.b).extract(f.pos2 as u32, 1))
}

fn to_bit0<'b>(l: &Lift<'b>, c: u8, combine: fn(Val<'b>, Val<'b>) -> Val<'b>, bit: Val<'b>) -> Flow {
    let old = l.d(c);
    l.set_d(c, old.deposit(0, 1, combine(old, bit)));
    Next
}

fn shift_in<'b>(l: &Lift<'b>, c: u8, bit: Val<'b>) -> Flow {
    l.set_d(c, l.d(c).shl(l.konst(1)) | bit);
    Next
}

macro_rules! logic {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift, f: Bit) -> Flow {
            let ($a, $b) = bits_of(l, f);
            l.set_d(f.c, $value & l.konst(1));
            Next
        }
    )* };
}
logic! {
    and_t = |a, b| a & b;
    or_t = |a, b| a | b;
    nor_t = |a, b| (a | b).not();
    andn_t = |a, b| a & b.not();
    nand_t = |a, b| (a & b).not();
    orn_t = |a, b| a | b.not();
    xnor_t = |a, b| (a ^ b).not();
    xor_t = |a, b| a ^ b;
}

macro_rules! accumulate {
    ($($name:ident = $combine:path, |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift, f: Bit) -> Flow {
            let ($a, $b) = bits_of(l, f);
            to_bit0(l, f.c, $combine, $value)
        }
    )* };
}
accumulate! {
    and_and_t = Val::and, |a, b| a & b;
    and_or_t = Val::and, |a, b| a | b;
    and_nor_t = Val::and, |a, b| (a | b).not();
    and_andn_t = Val::and, |a, b| a & b.not();
    or_and_t = Val::or, |a, b| a & b;
    or_or_t = Val::or, |a, b| a | b;
    or_nor_t = Val::or, |a, b| (a | b).not();
    or_andn_t = Val::or, |a, b| a & b.not();
}

macro_rules! shift {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift, f: Bit) -> Flow {
            let ($a, $b) = bits_of(l, f);
            shift_in(l, f.c, $value & l.konst(1))
        }
    )* };
}
shift! {
    sh_and_t = |a, b| a & b;
    sh_or_t = |a, b| a | b;
    sh_nor_t = |a, b| (a | b).not();
    sh_andn_t = |a, b| a & b.not();
    sh_nand_t = |a, b| (a & b).not();
    sh_orn_t = |a, b| a | b.not();
    sh_xnor_t = |a, b| (a ^ b).not();
    sh_xor_t = |a, b| a ^ b;
}

fn ins_t(l: &Lift, f: Bit) -> Flow {
    let bit = l.d(f.b).extract(f.pos2 as u32, 1);
    l.set_d(f.c, l.d(f.a).deposit(f.pos1 as u32, 1, bit));
    Next
}

fn insn_t(l: &Lift, f: Bit) -> Flow {
    let bit = l.d(f.b).extract(f.pos2 as u32, 1).not();
    l.set_d(f.c, l.d(f.a).deposit(f.pos1 as u32, 1, bit));
    Next
}

/// A position and a width of a field, in registers or constants.
#[derive(Clone, Copy)]
struct Field<'b> {
    /// 0 to 31.
    pos: Val<'b>,
    width: Val<'b>,
    /// Both as numbers, if they are constants.
    known: Option<(u32, u32)>,
}

/// The operands of a bit-field instruction.
trait Fields {
    fn to(&self) -> u8;
    /// The register that is changed or read.
    fn source<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// What is inserted.
    fn value<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    fn field<'b>(&self, l: &Lift<'b>) -> Field<'b>;
}

fn constant<'b>(l: &Lift<'b>, pos: u64, width: u64) -> Field<'b> {
    let known = Some((pos as u32, width as u32));
    Field { pos: l.konst(pos as i64), width: l.konst(width as i64), known }
}

/// Position in E\[d\]'s low, width in its high word.
fn in_pair<'b>(l: &Lift<'b>, d: u8) -> Field<'b> {
    let d = l.even(d);
    Field { pos: l.d(d) & l.konst(31), width: l.d(d + 1) & l.konst(31), known: None }
}

fn in_register<'b>(l: &Lift<'b>, d: u8, width: u64) -> Field<'b> {
    Field { pos: l.d(d) & l.konst(31), width: l.konst(width as i64), known: None }
}

macro_rules! fields {
    ($($format:ident { $f:ident, $l:ident => $from:expr, $value:expr, $field:expr })*) => { $(
        impl Fields for $format {
            fn to(&self) -> u8 { self.c }
            fn source<'b>(&self, $l: &Lift<'b>) -> Val<'b> { let $f = self; $from }
            fn value<'b>(&self, $l: &Lift<'b>) -> Val<'b> { let $f = self; $value }
            fn field<'b>(&self, $l: &Lift<'b>) -> Field<'b> { let $f = self; $field }
        }
    )* };
}
fields! {
    Rrr { f, l => l.d(f.a), l.d(f.b), in_pair(l, f.d) }
    Rrpw { f, l => l.d(f.a), l.d(f.b), constant(l, f.pos, f.width) }
    Rrrw { f, l => l.d(f.a), l.d(f.b), in_register(l, f.d, f.width) }
    Rcrr { f, l => l.d(f.a), l.konst(f.imm as i64), in_pair(l, f.d) }
    Rcpw { f, l => l.d(f.a), l.konst(f.imm as i64), constant(l, f.pos, f.width) }
    Rcrw { f, l => l.d(f.a), l.konst(f.imm as i64), in_register(l, f.d, f.width) }
}

/// (2^width - 1); `width` is 0 to 31.
fn ones<'b>(l: &Lift<'b>, width: Val<'b>) -> Val<'b> {
    l.konst(1).shl(width).add_imm(-1)
}

/// D\[c\] = D\[a\] with the field replaced.
fn insert<F: Fields>(l: &Lift, f: F) -> Flow {
    let field = f.field(l);
    let (a, b) = (f.source(l), f.value(l));
    let result = match field.known {
        Some((_, 0)) => a,
        Some((pos, width)) if pos + width <= 32 => a.deposit(pos, width, b),
        _ => {
            let mask = ones(l, field.width).shl(field.pos);
            (a & mask.not()) | (b.shl(field.pos) & mask)
        }
    };
    l.set_d(f.to(), result);
    Next
}

/// E\[c\] = mask of the field above the value in its place.
fn imask<F: Fields>(l: &Lift, f: F) -> Flow {
    let field = f.field(l);
    let mask = ones(l, field.width).shl(field.pos);
    let value = f.value(l).shl(field.pos);
    l.set_e(f.to(), value.zext(Width::W64).deposit(32, 32, mask.zext(Width::W64)));
    Next
}

fn extr<F: Fields>(l: &Lift, f: F) -> Flow {
    let field = f.field(l);
    let a = f.source(l);
    let moved = a.shr_u(field.pos);
    // A shift by 32 - width that keeps nothing of a field of width 0.
    let up = l.konst(32) - field.width;
    let kept = moved.shl(up).shr_s(up);
    let empty = field.width.eq(l.konst(0));
    l.set_d(f.to(), l.ir.select(empty, l.konst(0), kept));
    Next
}

fn extr_u<F: Fields>(l: &Lift, f: F) -> Flow {
    let field = f.field(l);
    let a = f.source(l);
    let result = match field.known {
        Some((pos, width)) if width > 0 && pos + width <= 32 => a.extract(pos, width),
        _ => a.shr_u(field.pos) & ones(l, field.width),
    };
    l.set_d(f.to(), result);
    Next
}

/// 32 bits of D\[a\] above D\[b\], from bit 32 - pos up.
fn dextr<F: Dextr>(l: &Lift, f: F) -> Flow {
    let (c, a, b, pos) = f.operands(l);
    let pair = b.zext(Width::W64).deposit(32, 32, a.zext(Width::W64));
    l.set_d(c, pair.shl(pos.zext(Width::W64)).extract(32, 32).trunc(Width::W32));
    Next
}

trait Dextr {
    fn operands<'b>(&self, l: &Lift<'b>) -> (u8, Val<'b>, Val<'b>, Val<'b>);
}

impl Dextr for Rrr {
    fn operands<'b>(&self, l: &Lift<'b>) -> (u8, Val<'b>, Val<'b>, Val<'b>) {
        (self.c, l.d(self.a), l.d(self.b), l.d(self.d) & l.konst(31))
    }
}

impl Dextr for Rrpw {
    fn operands<'b>(&self, l: &Lift<'b>) -> (u8, Val<'b>, Val<'b>, Val<'b>) {
        (self.c, l.d(self.a), l.d(self.b), l.konst(self.pos as i64))
    }
}

fn bmerge(l: &Lift, f: Rr) -> Flow {
    l.set_d(f.c, l.call(helper::BMERGE, &[l.d(f.a), l.d(f.b)]));
    Next
}

fn bsplit(l: &Lift, f: Rr) -> Flow {
    l.set_e(f.c, l.call(helper::BSPLIT, &[l.d(f.a)]));
    Next
}

/// The parity of each byte, in its lowest bit.
fn parity(l: &Lift, f: Rr) -> Flow {
    let a = l.d(f.a);
    let a = a ^ a.shr_u(l.konst(4));
    let a = a ^ a.shr_u(l.konst(2));
    let a = a ^ a.shr_u(l.konst(1));
    l.set_d(f.c, a & l.konst(0x0101_0101));
    Next
}

fn unpack(l: &Lift, f: Rr) -> Flow {
    l.set_e(f.c, l.call(helper::UNPACK, &[l.d(f.a)]));
    Next
}

fn pack(l: &Lift, f: Rrr) -> Flow {
    l.set_d(f.c, l.call(helper::PACK, &[l.e(f.d), l.d(f.a), l.ir.get(state::C)]));
    Next
}

macro_rules! crcs {
    ($($name:ident = $helper:ident;)*) => { $(
        fn $name(l: &Lift, f: Rr) -> Flow {
            l.set_d(f.c, l.call(helper::$helper, &[l.d(f.a), l.d(f.b)]));
            Next
        }
    )* };
}
crcs! { crc32b_w = CRC32B_W; crc32_b = CRC32_B; crc32l_w = CRC32L_W; }

fn crcn(l: &Lift, f: Rrr) -> Flow {
    l.set_d(f.c, l.call(helper::CRCN, &[l.d(f.d), l.d(f.a), l.d(f.b)]));
    Next
}
