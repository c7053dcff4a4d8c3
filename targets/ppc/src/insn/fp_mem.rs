//! "Floating-Point Load Instructions", "Floating-Point Store Instructions".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{FastFp, Width};

use super::load::{Form, address, at};
use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::state::ALWAYS;

insns! {
    /// Power ISA 3.0B, Book I, 4.6.2 and 4.6.3.
    pub INSNS for Lift<'_>;
    "110000 ..... ..... ................" W lfs "{frt}, {si}({ra0})" [Fp];
    "110001 ..... ..... ................" W lfsu "{frt}, {si}({ra0})" [Fp];
    "110010 ..... ..... ................" W lfd "{frt}, {si}({ra0})" [Fp];
    "110011 ..... ..... ................" W lfdu "{frt}, {si}({ra0})" [Fp];
    "110100 ..... ..... ................" W stfs "{frt}, {si}({ra0})" [Fp];
    "110101 ..... ..... ................" W stfsu "{frt}, {si}({ra0})" [Fp];
    "110110 ..... ..... ................" W stfd "{frt}, {si}({ra0})" [Fp];
    "110111 ..... ..... ................" W stfdu "{frt}, {si}({ra0})" [Fp];
    "011111 ..... ..... ..... 1000010111 0" W lfsx "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1000110111 0" W lfsux "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1001010111 0" W lfdx "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1001110111 0" W lfdux "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1010010111 0" W stfsx "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1010110111 0" W stfsux "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1011010111 0" W stfdx "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1011110111 0" W stfdux "{frt}, {ra0}, {rb}" [Fp];
    "011111 ..... ..... ..... 1111010111 0" W stfiwx "{frt}, {ra0}, {rb}" [Fp FpGfx];
    "011111 ..... ..... ..... 1101010111 0" W lfiwax "{frt}, {ra0}, {rb}" [Fp Fp205];
    "011111 ..... ..... ..... 1101110111 0" W lfiwzx "{frt}, {ra0}, {rb}" [Fp Fp206];
    "111001 ..... ..... .............. 00" W lfdp "{frt}, {ds}({ra0})" [Fp Isa205];
    "111101 ..... ..... .............. 00" W stfdp "{frt}, {ds}({ra0})" [Fp Isa205];
    "011111 ..... ..... ..... 1100010111 0" W lfdpx "{frt}, {ra0}, {rb}" [Fp Isa205];
    "011111 ..... ..... ..... 1110010111 0" W stfdpx "{frt}, {ra0}, {rb}" [Fp Isa205];
}

fn load(l: &Lift<'_>, f: W, form: Form, width: Width, update: bool) -> Flow {
    if update && f.ra() == 0 {
        return Flow::Illegal;
    }
    let ea = address(l, f, form);
    let value = l.ir.load(ea, l.mem(width));
    let value =
        if width == Width::W32 { l.ir.call_fast(helper::TO_DOUBLE, &[value], FastFp::Widen, ALWAYS) } else { value };
    l.set_f(f.rt(), value);
    if update {
        l.set_g(f.ra(), ea);
    }
    Next
}

fn store(l: &Lift<'_>, f: W, form: Form, width: Width, update: bool) -> Flow {
    if update && f.ra() == 0 {
        return Flow::Illegal;
    }
    let ea = address(l, f, form);
    let value = l.f(f.rt());
    let value = if width == Width::W32 { l.call(helper::TO_SINGLE, &[value]) } else { value };
    l.ir.store(ea, value, l.mem(width));
    if update {
        l.set_g(f.ra(), ea);
    }
    Next
}

macro_rules! accesses {
    ($($name:ident $how:ident $form:ident $width:ident $update:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            $how(l, f, Form::$form, Width::$width, $update)
        }
    )* };
}
accesses! {
    lfs load D W32 false;
    lfsu load D W32 true;
    lfsx load X W32 false;
    lfsux load X W32 true;
    lfd load D W64 false;
    lfdu load D W64 true;
    lfdx load X W64 false;
    lfdux load X W64 true;
    stfs store D W32 false;
    stfsu store D W32 true;
    stfsx store X W32 false;
    stfsux store X W32 true;
    stfd store D W64 false;
    stfdu store D W64 true;
    stfdx store X W64 false;
    stfdux store X W64 true;
}

/// The low word of the register as it is.
fn stfiwx(l: &Lift<'_>, f: W) -> Flow {
    l.ir.store(l.ea_x(f), l.f(f.rt()).trunc(Width::W32), l.mem(Width::W32));
    Next
}

fn lfiwax(l: &Lift<'_>, f: W) -> Flow {
    l.set_f(f.rt(), l.ir.load(l.ea_x(f), l.mem(Width::W32)).sext(Width::W64));
    Next
}

fn lfiwzx(l: &Lift<'_>, f: W) -> Flow {
    l.set_f(f.rt(), l.ir.load(l.ea_x(f), l.mem(Width::W32)).zext(Width::W64));
    Next
}

/// Two registers, of which the even one comes from (goes to) the lower address, whatever the byte order.
fn pair(l: &Lift<'_>, f: W, form: Form, is_load: bool) -> Flow {
    let even = f.rt() & !1;
    if f.rt() & 1 != 0 {
        return Flow::Illegal;
    }
    let ea = address(l, f, form);
    let mem = l.mem(Width::W64);
    let (first, second) = if l.endian() == bits::Endian::Little { (even + 1, even) } else { (even, even + 1) };
    if is_load {
        let (a, b) = (l.ir.load(ea, mem), l.ir.load(at(l, ea, 8), mem));
        l.set_f(first, a);
        l.set_f(second, b);
    } else {
        l.ir.store(ea, l.f(first), mem);
        l.ir.store(at(l, ea, 8), l.f(second), mem);
    }
    Next
}

fn lfdp(l: &Lift<'_>, f: W) -> Flow {
    pair(l, f, Form::Ds, true)
}

fn stfdp(l: &Lift<'_>, f: W) -> Flow {
    pair(l, f, Form::Ds, false)
}

fn lfdpx(l: &Lift<'_>, f: W) -> Flow {
    pair(l, f, Form::X, true)
}

fn stfdpx(l: &Lift<'_>, f: W) -> Flow {
    pair(l, f, Form::X, false)
}
