//! The vector-scalar unit: loads, stores, moves to and from general registers.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{FastFp, Mem, Val, Width};

use super::load::at;
use super::vsx::unit_is_off;
use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::state::{ALWAYS, vs};
use crate::trap::code;

insns! {
    /// Power ISA 3.0B, Book I, 7.6.1.1 and 7.6.1.2. Rows without `Vsx` look at MSR.VSX, MSR.VEC or MSR.FP by their register's number.
    pub INSNS for Lift<'_>;
    "011111 ..... ..... ..... 1001001100 ." W lxsdx "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 0101001100 ." W lxvdsx "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 1100001100 ." W lxvw4x "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 1101001100 ." W lxvd2x "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 1011001100 ." W stxsdx "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 1110001100 ." W stxvw4x "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 1111001100 ." W stxvd2x "{xt}, {ra0}, {rb}" [Vsx];
    "011111 ..... ..... ..... 0000001100 ." W lxsiwzx "{xt}, {ra0}, {rb}" [Vsx Isa207];
    "011111 ..... ..... ..... 0001001100 ." W lxsiwax "{xt}, {ra0}, {rb}" [Vsx Isa207];
    "011111 ..... ..... ..... 1000001100 ." W lxsspx "{xt}, {ra0}, {rb}" [Vsx Isa207];
    "011111 ..... ..... ..... 0010001100 ." W stxsiwx "{xt}, {ra0}, {rb}" [Vsx Isa207];
    "011111 ..... ..... ..... 1010001100 ." W stxsspx "{xt}, {ra0}, {rb}" [Vsx Isa207];
    "011111 ..... ..... ..... 1100001101 ." W lxsibzx "{xt}, {ra0}, {rb}" [Vsx Isa300];
    "011111 ..... ..... ..... 1100101101 ." W lxsihzx "{xt}, {ra0}, {rb}" [Vsx Isa300];
    "011111 ..... ..... ..... 1110001101 ." W stxsibx "{xt}, {ra0}, {rb}" [Vsx Isa300];
    "011111 ..... ..... ..... 1110101101 ." W stxsihx "{xt}, {ra0}, {rb}" [Vsx Isa300];
    "011111 ..... ..... ..... 0100001100 ." W lxvx "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0110001100 ." W stxvx "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0101101100 ." W lxvwsx "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 1100101100 ." W lxvh8x "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 1101101100 ." W lxvb16x "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 1110101100 ." W stxvh8x "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 1111101100 ." W stxvb16x "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0100001101 ." W lxvl "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0100101101 ." W lxvll "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0110001101 ." W stxvl "{xt}, {ra0}, {rb}" [Isa300];
    "011111 ..... ..... ..... 0110101101 ." W stxvll "{xt}, {ra0}, {rb}" [Isa300];
    "111101 ..... ..... ............ . 001" W lxv "{xtq}, {dq}({ra0})" [Isa300];
    "111101 ..... ..... ............ . 101" W stxv "{xtq}, {dq}({ra0})" [Isa300];
    "111001 ..... ..... .............. 10" W lxsd "{vrt}, {ds}({ra0})" [Isa300];
    "111001 ..... ..... .............. 11" W lxssp "{vrt}, {ds}({ra0})" [Isa300];
    "111101 ..... ..... .............. 10" W stxsd "{vrt}, {ds}({ra0})" [Isa300];
    "111101 ..... ..... .............. 11" W stxssp "{vrt}, {ds}({ra0})" [Isa300];
    "011111 ..... ..... 00000 0000110011 ." W mfvsrd "{ra}, {xt}" [Isa207];
    "011111 ..... ..... 00000 0001110011 ." W mfvsrwz "{ra}, {xt}" [Isa207];
    "011111 ..... ..... 00000 0010110011 ." W mtvsrd "{xt}, {ra}" [Isa207];
    "011111 ..... ..... 00000 0011010011 ." W mtvsrwa "{xt}, {ra}" [Isa207];
    "011111 ..... ..... 00000 0011110011 ." W mtvsrwz "{xt}, {ra}" [Isa207];
    "011111 ..... ..... 00000 0100110011 ." W mfvsrld "{ra}, {xt}" [Isa300];
    "011111 ..... ..... 00000 0110010011 ." W mtvsrws "{xt}, {ra}" [Isa300];
    "011111 ..... ..... ..... 0110110011 ." W mtvsrdd "{xt}, {ra0}, {rb}" [Isa300];
}

type Both<'b> = [Val<'b>; 2];

/// How the bytes of a quadword are arranged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// One number of 128 bits.
    Quad,
    /// Doublewords, words, half words, bytes in ascending order.
    D2,
    W4,
    H8,
    B16,
}

/// A doubleword of half words whose bytes change places.
fn swap_halves(v: Val<'_>) -> Val<'_> {
    let mask = v.konst(0x00ff_00ff_00ff_00ff);
    let eight = v.konst(8);
    (v & mask).shl(eight) | (v.shr_u(eight) & mask)
}

/// Between what the memory's byte order makes of a doubleword and its elements.
fn arrange<'b>(l: &Lift<'b>, order: Order, v: Val<'b>) -> Val<'b> {
    let little = l.endian() == bits::Endian::Little;
    match order {
        Order::W4 if little => v.rot_r(v.konst(32)),
        Order::H8 if little => swap_halves(v),
        _ => v,
    }
}

/// The accesses of a quadword's parts, and which half the first one is.
fn shape(l: &Lift<'_>, order: Order) -> (Mem, bool) {
    let little = l.endian() == bits::Endian::Little;
    let mem = if matches!(order, Order::H8 | Order::B16) { Mem::be(Width::W64) } else { l.mem(Width::W64) };
    (mem, little && order == Order::Quad)
}

fn load_quad<'b>(l: &Lift<'b>, ea: Val<'b>, order: Order) -> Both<'b> {
    let (mem, swapped) = shape(l, order);
    let [first, second] = [0, 8].map(|n| l.ir.load(at(l, ea, n), mem)).map(|v| arrange(l, order, v));
    if swapped { [second, first] } else { [first, second] }
}

fn store_quad<'b>(l: &Lift<'b>, ea: Val<'b>, value: Both<'b>, order: Order) -> Flow {
    let (mem, swapped) = shape(l, order);
    let [first, second] = if swapped { [value[1], value[0]] } else { value };
    l.ir.store(ea, arrange(l, order, first), mem);
    l.ir.store(at(l, ea, 8), arrange(l, order, second), mem);
    Next
}

fn get<'b>(l: &Lift<'b>, n: u32) -> Both<'b> {
    [l.ir.get(vs(n, 0)), l.ir.get(vs(n, 1))]
}

fn set<'b>(l: &Lift<'b>, n: u32, [high, low]: Both<'b>) -> Flow {
    l.ir.set(vs(n, 0), high);
    l.ir.set(vs(n, 1), low);
    Next
}

macro_rules! quads {
    ($($load:ident $store:ident $order:ident $own:literal;)*) => { $(
        fn $load(l: &Lift<'_>, f: W) -> Flow {
            if $own && unit_is_off(l, f.xt()) {
                return Flow::Illegal;
            }
            set(l, f.xt(), load_quad(l, l.ea_x(f), Order::$order))
        }

        fn $store(l: &Lift<'_>, f: W) -> Flow {
            if $own && unit_is_off(l, f.xt()) {
                return Flow::Illegal;
            }
            store_quad(l, l.ea_x(f), get(l, f.xt()), Order::$order)
        }
    )* };
}
quads! {
    lxvx stxvx Quad true;
    lxvd2x stxvd2x D2 false;
    lxvw4x stxvw4x W4 false;
    lxvh8x stxvh8x H8 true;
    lxvb16x stxvb16x B16 true;
}

fn lxv(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt_dq()) {
        return Flow::Illegal;
    }
    set(l, f.xt_dq(), load_quad(l, l.ea_d(f, f.dq()), Order::Quad))
}

fn stxv(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt_dq()) {
        return Flow::Illegal;
    }
    store_quad(l, l.ea_d(f, f.dq()), get(l, f.xt_dq()), Order::Quad)
}

/// A scalar in the left half; the right one, which is undefined, becomes 0.
fn set_scalar<'b>(l: &Lift<'b>, n: u32, value: Val<'b>) -> Flow {
    set(l, n, [value, value.konst(0)])
}

fn single<'b>(l: &Lift<'b>, word: Val<'b>) -> Val<'b> {
    l.ir.call_fast(helper::TO_DOUBLE, &[word], FastFp::Widen, ALWAYS)
}

fn scalar(l: &Lift<'_>, f: W, width: Width, signed: bool) -> Flow {
    let value = l.ir.load(l.ea_x(f), l.mem(width));
    let value = if signed { value.sext(Width::W64) } else { value.zext(Width::W64) };
    set_scalar(l, f.xt(), value)
}

fn store_scalar(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let value = l.ir.get(vs(f.xt(), 0)).trunc(width);
    l.ir.store(l.ea_x(f), value, l.mem(width));
    Next
}

macro_rules! scalars {
    ($($load:ident $store:ident $width:ident;)*) => { $(
        fn $load(l: &Lift<'_>, f: W) -> Flow {
            scalar(l, f, Width::$width, false)
        }

        fn $store(l: &Lift<'_>, f: W) -> Flow {
            store_scalar(l, f, Width::$width)
        }
    )* };
}
scalars! {
    lxsdx stxsdx W64;
    lxsiwzx stxsiwx W32;
    lxsihzx stxsihx W16;
    lxsibzx stxsibx W8;
}

fn lxsiwax(l: &Lift<'_>, f: W) -> Flow {
    scalar(l, f, Width::W32, true)
}

fn lxsspx(l: &Lift<'_>, f: W) -> Flow {
    let value = single(l, l.ir.load(l.ea_x(f), l.mem(Width::W32)));
    set_scalar(l, f.xt(), value)
}

fn stxsspx(l: &Lift<'_>, f: W) -> Flow {
    let value = l.call(helper::TO_SINGLE, &[l.ir.get(vs(f.xt(), 0))]);
    l.ir.store(l.ea_x(f), value, l.mem(Width::W32));
    Next
}

fn lxsd(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, 32) {
        return Flow::Illegal;
    }
    set_scalar(l, f.rt() + 32, l.ir.load(l.ea_d(f, f.ds()), l.mem(Width::W64)))
}

fn lxssp(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, 32) {
        return Flow::Illegal;
    }
    let value = single(l, l.ir.load(l.ea_d(f, f.ds()), l.mem(Width::W32)));
    set_scalar(l, f.rt() + 32, value)
}

fn stxsd(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, 32) {
        return Flow::Illegal;
    }
    l.ir.store(l.ea_d(f, f.ds()), l.ir.get(vs(f.rt() + 32, 0)), l.mem(Width::W64));
    Next
}

fn stxssp(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, 32) {
        return Flow::Illegal;
    }
    let value = l.call(helper::TO_SINGLE, &[l.ir.get(vs(f.rt() + 32, 0))]);
    l.ir.store(l.ea_d(f, f.ds()), value, l.mem(Width::W32));
    Next
}

fn lxvdsx(l: &Lift<'_>, f: W) -> Flow {
    let value = l.ir.load(l.ea_x(f), l.mem(Width::W64));
    set(l, f.xt(), [value, value])
}

fn splat_word<'b>(l: &Lift<'b>, n: u32, word: Val<'b>) -> Flow {
    let wide = word.zext(Width::W64);
    let both = wide.deposit(32, 32, wide);
    set(l, n, [both, both])
}

fn lxvwsx(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    splat_word(l, f.xt(), l.ir.load(l.ea_x(f), l.mem(Width::W32)))
}

/// Loads and stores of as many bytes as the leftmost byte of RB says.
fn with_length(l: &Lift<'_>, f: W, helper: u16) -> Flow {
    if unit_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    let ea = l.ea(l.g0(f.ra())).zext(Width::W64);
    l.call(helper, &[ea, l.g(f.rb()).zext(Width::W64), l.encoding()]);
    Next
}

fn lxvl(l: &Lift<'_>, f: W) -> Flow {
    with_length(l, f, helper::LXVL)
}

fn lxvll(l: &Lift<'_>, f: W) -> Flow {
    with_length(l, f, helper::LXVL)
}

fn stxvl(l: &Lift<'_>, f: W) -> Flow {
    with_length(l, f, helper::STXVL)
}

fn stxvll(l: &Lift<'_>, f: W) -> Flow {
    with_length(l, f, helper::STXVL)
}

/// Moves of version 2.07 look at MSR.FP for registers 0 to 31.
fn move_is_off(l: &Lift<'_>, register: u32) -> bool {
    if register >= 32 {
        return unit_is_off(l, register);
    }
    let off = l.mode & mode::FP == 0;
    if off {
        l.refused.set(Some((code::NO_FP, 0)));
    }
    off
}

fn mfvsrd(l: &Lift<'_>, f: W) -> Flow {
    if !l.wide() || move_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    l.set_g(f.ra(), l.ir.get(vs(f.xt(), 0)));
    Next
}

fn mfvsrwz(l: &Lift<'_>, f: W) -> Flow {
    if move_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    l.set_g(f.ra(), l.ir.get(vs(f.xt(), 0)).trunc(Width::W32));
    Next
}

fn mtvsrd(l: &Lift<'_>, f: W) -> Flow {
    if move_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    set_scalar(l, f.xt(), l.g(f.ra()).zext(Width::W64))
}

fn mtvsrwa(l: &Lift<'_>, f: W) -> Flow {
    if move_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    set_scalar(l, f.xt(), l.g32(f.ra()).sext(Width::W64))
}

fn mtvsrwz(l: &Lift<'_>, f: W) -> Flow {
    if move_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    set_scalar(l, f.xt(), l.g32(f.ra()).zext(Width::W64))
}

fn mfvsrld(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    l.set_g(f.ra(), l.ir.get(vs(f.xt(), 1)));
    Next
}

fn mtvsrws(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    splat_word(l, f.xt(), l.g32(f.ra()))
}

fn mtvsrdd(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt()) {
        return Flow::Illegal;
    }
    set(l, f.xt(), [l.g0(f.ra()), l.g(f.rb())])
}
