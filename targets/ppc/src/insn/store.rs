//! "Fixed-Point Store Instructions", byte-reversed, multiple and string ones, conditional stores, and blocks of the data cache.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Align, Mem, Val, Width};

use super::load::{Form, address, at, string_len};
use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::trap::code;

insns! {
    /// Power ISA 3.0B, Book I, 3.3.3 to 3.3.7; Book II, 4.3 and 4.6.
    pub INSNS for Lift<'_>;
    "100110 ..... ..... ................" W stb "{rt}, {si}({ra0})" [];
    "100111 ..... ..... ................" W stbu "{rt}, {si}({ra0})" [];
    "101100 ..... ..... ................" W sth "{rt}, {si}({ra0})" [];
    "101101 ..... ..... ................" W sthu "{rt}, {si}({ra0})" [];
    "100100 ..... ..... ................" W stw "{rt}, {si}({ra0})" [];
    "100101 ..... ..... ................" W stwu "{rt}, {si}({ra0})" [];
    "111110 ..... ..... .............. 00" W std "{rt}, {ds}({ra0})" [Wide];
    "111110 ..... ..... .............. 01" W stdu "{rt}, {ds}({ra0})" [Wide];
    "011111 ..... ..... ..... 0011010111 0" W stbx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0011110111 0" W stbux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0110010111 0" W sthx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0110110111 0" W sthux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0010010111 0" W stwx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0010110111 0" W stwux "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0010010101 0" W stdx "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 0010110101 0" W stdux "{rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 1110010110 0" W sthbrx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 1010010110 0" W stwbrx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 1010010100 0" W stdbrx "{rt}, {ra0}, {rb}" [Wide Isa206];
    "101111 ..... ..... ................" W stmw "{rt}, {si}({ra0})" [];
    "011111 ..... ..... ..... 1011010101 0" W stswi "{rt}, {ra0}, {nb}" [];
    "011111 ..... ..... ..... 1010010101 0" W stswx "{rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0010010110 1" W stwcx "{.dot} {rt}, {ra0}, {rb}" [];
    "011111 ..... ..... ..... 0011010110 1" W stdcx "{.dot} {rt}, {ra0}, {rb}" [Wide];
    "011111 ..... ..... ..... 1010110110 1" W stbcx "{.dot} {rt}, {ra0}, {rb}" [Isa206];
    "011111 ..... ..... ..... 1011010110 1" W sthcx "{.dot} {rt}, {ra0}, {rb}" [Isa206];
    "011111 0000. ..... ..... 1111110110 0" W dcbz "{ra0}, {rb}" [];
    "011111 00... ..... ..... 0001010110 0" W dcbf "{ra0}, {rb}" [];
    "011111 00000 ..... ..... 0000110110 0" W dcbst "{ra0}, {rb}" [];
    "011111 ..... ..... ..... 0100010110 0" W dcbt "{ra0}, {rb}" [];
    "011111 ..... ..... ..... 0011110110 0" W dcbtst "{ra0}, {rb}" [];
    "011111 00000 ..... ..... 0111010110 0" W dcbi "{ra0}, {rb}" [];
    "011111 ..... ..... ..... 1011110110 0" W dcba "{ra0}, {rb}" [];
    "011111 00000 ..... ..... 1111010110 0" W icbi "{ra0}, {rb}" [];
    "011111 ..... ..... ..... 0000010110 0" W icbt "{ra0}, {rb}" [BookE];
}

/// A store. With update, RA = 0 is an invalid form.
fn store(l: &Lift<'_>, f: W, form: Form, width: Width, update: bool) -> Flow {
    if update && f.ra() == 0 {
        return Flow::Illegal;
    }
    let ea = address(l, f, form);
    l.ir.store(ea, l.g(f.rt()).trunc(width), l.mem(width));
    if update {
        l.set_g(f.ra(), ea);
    }
    Next
}

macro_rules! stores {
    ($($name:ident $form:ident $width:ident $update:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            store(l, f, Form::$form, Width::$width, $update)
        }
    )* };
}
stores! {
    stb D W8 false;
    stbu D W8 true;
    stbx X W8 false;
    stbux X W8 true;
    sth D W16 false;
    sthu D W16 true;
    sthx X W16 false;
    sthux X W16 true;
    stw D W32 false;
    stwu D W32 true;
    stwx X W32 false;
    stwux X W32 true;
    std Ds W64 false;
    stdu Ds W64 true;
    stdx X W64 false;
    stdux X W64 true;
}

fn store_reversed(l: &Lift<'_>, f: W, width: Width) -> Flow {
    l.ir.store(l.ea_x(f), l.g(f.rt()).trunc(width), l.mem_reversed(width));
    Next
}

fn sthbrx(l: &Lift<'_>, f: W) -> Flow {
    store_reversed(l, f, Width::W16)
}

fn stwbrx(l: &Lift<'_>, f: W) -> Flow {
    store_reversed(l, f, Width::W32)
}

fn stdbrx(l: &Lift<'_>, f: W) -> Flow {
    store_reversed(l, f, Width::W64)
}

/// A store that faults may have stored some words before, as the manual allows.
fn stmw(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    let ea = l.ea_d(f, f.si());
    for n in f.rt()..32 {
        l.ir.store(at(l, ea, 4 * (n - f.rt())), l.g32(n), l.mem(Width::W32));
    }
    Next
}

fn stswi(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    let (n, ea) = (string_len(f), l.ea(l.g0(f.ra())));
    for start in (0..n).step_by(4) {
        let word = l.g32((f.rt() + start / 4) % 32);
        let left = (n - start).min(4);
        if left == 4 {
            l.ir.store(at(l, ea, start), word, l.mem(Width::W32));
        } else {
            for i in 0..left {
                l.ir.store(at(l, ea, start + i), word.extract(24 - 8 * i, 8).trunc(Width::W8), Mem::be(Width::W8));
            }
        }
    }
    Next
}

fn stswx(l: &Lift<'_>, f: W) -> Flow {
    if l.endian() == bits::Endian::Little {
        return l.raise(code::ALIGNMENT_HERE, l.bits.into());
    }
    l.call(helper::STSWX, &[l.ea_x(f).zext(Width::W64), l.encoding()]);
    Next
}

/// CR0 tells whether it has stored.
fn store_conditional(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let mem = Mem { align: Align::Trap, ..l.mem(width) };
    let stored = l.ir.store_cond(l.ea_x(f), l.g(f.rt()).trunc(width), mem);
    l.set_equal(stored);
    Next
}

fn stwcx(l: &Lift<'_>, f: W) -> Flow {
    store_conditional(l, f, Width::W32)
}

fn stdcx(l: &Lift<'_>, f: W) -> Flow {
    store_conditional(l, f, Width::W64)
}

fn stbcx(l: &Lift<'_>, f: W) -> Flow {
    store_conditional(l, f, Width::W8)
}

fn sthcx(l: &Lift<'_>, f: W) -> Flow {
    store_conditional(l, f, Width::W16)
}

fn block<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    let ea = l.ea_x(f);
    ea & ea.konst(!(l.cache_line - 1))
}

fn dcbz(l: &Lift<'_>, f: W) -> Flow {
    let start = block(l, f);
    let zero = l.ir.konst(Width::W64, 0);
    for at in (0..l.cache_line).step_by(8) {
        l.ir.store(start.add_imm(at as i64), zero, Mem::be(Width::W64));
    }
    Next
}

/// A cache instruction that counts as a load: it may fault, and does nothing else.
fn as_load(l: &Lift<'_>, f: W) -> Flow {
    l.ir.load(l.ea_x(f), Mem::be(Width::W8));
    Next
}

fn dcbf(l: &Lift<'_>, f: W) -> Flow {
    as_load(l, f)
}

fn dcbst(l: &Lift<'_>, f: W) -> Flow {
    as_load(l, f)
}

/// Hints never fault.
fn dcbt(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dcbtst(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dcba(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn icbt(_: &Lift<'_>, _: W) -> Flow {
    Next
}

/// Privileged; counts as a store.
fn dcbi(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let ea = l.ea_x(f);
    let byte = l.ir.load(ea, Mem::be(Width::W8));
    l.ir.store(ea, byte, Mem::be(Width::W8));
    Next
}

/// Counts as a load; what is fetched afterwards is what memory holds.
fn icbi(l: &Lift<'_>, f: W) -> Flow {
    l.ir.load(l.ea_x(f), Mem::be(Width::W8));
    l.call(helper::SYNC_CODE, &[]);
    l.update()
}
