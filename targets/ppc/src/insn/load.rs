//! "Fixed-Point Load Instructions", byte-reversed, multiple and string ones, and loads with reservation.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Align, Mem, Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::trap::code;

insns! {
    /// Power ISA 3.0B, Book I, 3.3.2, 3.3.4 to 3.3.7; Book II, 4.6.
    pub INSNS for Lift<'_>;
    "100010 ..... ..... ................" W lbz "{rt}, {si}({ra0})" [];
    "100011 ..... ..... ................" W lbzu "{rt}, {si}({ra0})" [];
    "101000 ..... ..... ................" W lhz "{rt}, {si}({ra0})" [];
    "101001 ..... ..... ................" W lhzu "{rt}, {si}({ra0})" [];
    "101010 ..... ..... ................" W lha "{rt}, {si}({ra0})" [];
    "101011 ..... ..... ................" W lhau "{rt}, {si}({ra0})" [];
    "100000 ..... ..... ................" W lwz "{rt}, {si}({ra0})" [];
    "100001 ..... ..... ................" W lwzu "{rt}, {si}({ra0})" [];
    "111010 ..... ..... .............. 10" W lwa "{rt}, {ds}({ra0})" [Wide];
    "111010 ..... ..... .............. 00" W ld "{rt}, {ds}({ra0})" [Wide];
    "111010 ..... ..... .............. 01" W ldu "{rt}, {ds}({ra0})" [Wide];
    "011111 ..... ..... ..... 0001010111 0" W lbzx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0001110111 0" W lbzux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0100010111 0" W lhzx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0100110111 0" W lhzux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0101010111 0" W lhax "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0101110111 0" W lhaux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0000010111 0" W lwzx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0000110111 0" W lwzux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0101010101 0" W lwax "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 0101110101 0" W lwaux "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 0000010101 0" W ldx "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 0000110101 0" W ldux "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 1100010110 0" W lhbrx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 1000010110 0" W lwbrx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 1000010100 0" W ldbrx "{rt}, {ra0}, {rb}" [Wide Isa206];
    "101110 ..... ..... ................" W lmw "{rt}, {si}({ra0})" [];
    "011111 ..... ..... ..... 1001010101 0" W lswi "{rt}, {ra0}, {nb}" [];
    "011111 ..... ..... ..... 1000010101 0" W lswx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0000010100 ." W lwarx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0001010100 ." W ldarx "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 0000110100 ." W lbarx "{rt}, {ra0}, {rb}" [Isa206];
    "011111 ..... ..... ..... 0001110100 ." W lharx "{rt}, {ra0}, {rb}" [Isa206];
}

/// Where an address comes from, and whether it goes back into RA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Displacement.
    D,
    /// Displacement, multiple of 4.
    Ds,
    /// Index.
    X,
}

/// The effective address of a form.
pub(super) fn address<'b>(l: &Lift<'b>, f: W, form: Form) -> Val<'b> {
    match form {
        Form::D => l.ea_d(f, f.si()),
        Form::Ds => l.ea_d(f, f.ds()),
        Form::X => l.ea_x(f),
    }
}

/// A load, zero- or sign-extended. With update, RA = 0 and RA = RT are invalid forms.
fn load(l: &Lift<'_>, f: W, form: Form, width: Width, signed: bool, update: bool) -> Flow {
    if update && (f.ra() == 0 || f.ra() == f.rt()) {
        return Flow::Illegal;
    }
    let ea = address(l, f, form);
    let value = l.ir.load(ea, l.mem(width));
    l.set_g(f.rt(), if signed { value.sext(l.xlen()) } else { value });
    if update {
        l.set_g(f.ra(), ea);
    }
    Next
}

macro_rules! loads {
    ($($name:ident $form:ident $width:ident $signed:literal $update:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            load(l, f, Form::$form, Width::$width, $signed, $update)
        }
    )* };
}
loads! {
    lbz D W8 false false;
    lbzu D W8 false true;
    lbzx X W8 false false;
    lbzux X W8 false true;
    lhz D W16 false false;
    lhzu D W16 false true;
    lhzx X W16 false false;
    lhzux X W16 false true;
    lha D W16 true false;
    lhau D W16 true true;
    lhax X W16 true false;
    lhaux X W16 true true;
    lwz D W32 false false;
    lwzu D W32 false true;
    lwzx X W32 false false;
    lwzux X W32 false true;
    lwa Ds W32 true false;
    lwax X W32 true false;
    lwaux X W32 true true;
    ld Ds W64 false false;
    ldu Ds W64 false true;
    ldx X W64 false false;
    ldux X W64 false true;
}

fn load_reversed(l: &Lift<'_>, f: W, width: Width) -> Flow {
    l.set_g(f.rt(), l.ir.load(l.ea_x(f), l.mem_reversed(width)));
    Next
}

fn lhbrx(l: &Lift<'_>, f: W) -> Flow {
    load_reversed(l, f, Width::W16)
}

fn lwbrx(l: &Lift<'_>, f: W) -> Flow {
    load_reversed(l, f, Width::W32)
}

fn ldbrx(l: &Lift<'_>, f: W) -> Flow {
    load_reversed(l, f, Width::W64)
}

/// The address `offset` bytes on.
pub(super) fn at<'b>(l: &Lift<'b>, ea: Val<'b>, offset: u32) -> Val<'b> {
    if offset == 0 { ea } else { l.ea(ea.add_imm(offset.into())) }
}

/// Loads all words before the first register is written, so that it does no harm if RA is among them, an invalid form; alignment
/// interrupt in little-endian mode.
fn lmw(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    let ea = l.ea_d(f, f.si());
    let words: Vec<Val<'_>> = (0..32 - f.rt()).map(|n| l.ir.load(at(l, ea, 4 * n), l.mem(Width::W32))).collect();
    for (n, word) in (f.rt()..).zip(words) {
        l.set_g(n, word);
    }
    Next
}

/// Registers that a string of `n` bytes touches, from `rt` on.
pub(super) fn in_string(rt: u32, n: u32, register: u32) -> bool {
    (register + 32 - rt) % 32 < n.div_ceil(4)
}

/// The bytes of a string instruction's immediate.
pub(super) fn string_len(f: W) -> u32 {
    if f.rb() == 0 { 32 } else { f.rb() }
}

fn lswi(l: &Lift<'_>, f: W) -> Flow {
    let n = string_len(f);
    if f.ra() != 0 && in_string(f.rt(), n, f.ra()) || f.ra() == 0 && in_string(f.rt(), n, 0) {
        return Flow::Illegal;
    }
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    let ea = l.ea(l.g0(f.ra()));
    let mut words = Vec::new();
    for start in (0..n).step_by(4) {
        let left = (n - start).min(4);
        let word = if left == 4 {
            l.ir.load(at(l, ea, start), l.mem(Width::W32))
        } else {
            let bytes = (0..left).map(|i| (i, l.ir.load(at(l, ea, start + i), Mem::be(Width::W8)).zext(Width::W32)));
            let zero = l.ir.konst(Width::W32, 0);
            bytes.fold(zero, |word, (i, byte)| word.deposit(24 - 8 * i, 8, byte))
        };
        words.push(word);
    }
    for (n, word) in (f.rt()..).zip(words) {
        l.set_g(n % 32, word);
    }
    Next
}

fn lswx(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    l.call(helper::LSWX, &[l.ea_x(f).zext(Width::W64), l.encoding()]);
    Next
}

fn load_reserved(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let mem = Mem { align: Align::Trap, ..l.mem(width) };
    l.set_g(f.rt(), l.ir.load_linked(l.ea_x(f), mem));
    Next
}

fn lwarx(l: &Lift<'_>, f: W) -> Flow {
    load_reserved(l, f, Width::W32)
}

fn ldarx(l: &Lift<'_>, f: W) -> Flow {
    load_reserved(l, f, Width::W64)
}

fn lbarx(l: &Lift<'_>, f: W) -> Flow {
    load_reserved(l, f, Width::W8)
}

fn lharx(l: &Lift<'_>, f: W) -> Flow {
    load_reserved(l, f, Width::W16)
}
