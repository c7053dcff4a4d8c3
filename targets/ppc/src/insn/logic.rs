//! "Fixed-Point Logical Instructions", "Condition Register Instructions", and moves between CR, XER and registers.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::state::{CA, CA32, OV, OV32, SO, crf};

insns! {
    /// Power ISA 3.0B, Book I, 3.3.13 and 3.3.17, 2.5.
    pub INSNS for Lift<'_>;
    "011100 ..... ..... ................" W andi_ "{.dot} {ra}, {rt}, {ui}" [];
    "011101 ..... ..... ................" W andis_ "{.dot} {ra}, {rt}, {ui}" [];
    "011000 ..... ..... ................" W ori "{ra}, {rt}, {ui}" [];
    "011001 ..... ..... ................" W oris "{ra}, {rt}, {ui}" [];
    "011010 ..... ..... ................" W xori "{ra}, {rt}, {ui}" [];
    "011011 ..... ..... ................" W xoris "{ra}, {rt}, {ui}" [];
    "011111 ..... ..... ..... 0000011100 ." W and "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0110111100 ." W or "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0100111100 ." W xor "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0111011100 ." W nand "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0001111100 ." W nor "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0100011100 ." W eqv "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0000111100 ." W andc "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... ..... 0110011100 ." W orc "{.rc} {ra}, {rt}, {rb}" [];
    "011111 ..... ..... 00000 1110111010 ." W extsb "{.rc} {ra}, {rt}" [];
    "011111 ..... ..... 00000 1110011010 ." W extsh "{.rc} {ra}, {rt}" [];
    "011111 ..... ..... 00000 1111011010 ." W extsw "{.rc} {ra}, {rt}" [Wide];
    "011111 ..... ..... 00000 0000011010 ." W cntlzw "{.rc} {ra}, {rt}" [];
    "011111 ..... ..... 00000 0000111010 ." W cntlzd "{.rc} {ra}, {rt}" [Wide];
    "011111 ..... ..... 00000 1000011010 ." W cnttzw "{.rc} {ra}, {rt}" [Isa300];
    "011111 ..... ..... 00000 1000111010 ." W cnttzd "{.rc} {ra}, {rt}" [Wide Isa300];
    "011111 ..... ..... 00000 0001111010 0" W popcntb "{ra}, {rt}" [Popcntb];
    "011111 ..... ..... 00000 0101111010 0" W popcntw "{ra}, {rt}" [Isa206];
    "011111 ..... ..... 00000 0111111010 0" W popcntd "{ra}, {rt}" [Wide Isa206];
    "011111 ..... ..... 00000 0010011010 0" W prtyw "{ra}, {rt}" [Isa205];
    "011111 ..... ..... 00000 0010111010 0" W prtyd "{ra}, {rt}" [Wide Isa205];
    "011111 ..... ..... ..... 0111111100 0" W cmpb "{ra}, {rt}, {rb}" [Isa205];
    "011111 ..... ..... ..... 0011111100 0" W bpermd "{ra}, {rt}, {rb}" [Wide Isa206];
    "011111 ..... ... 00 00000 0010000000 0" W setb "{rt}, {bfa}" [Isa300];
    // Condition register.
    "010011 ..... ..... ..... 0100000001 0" W crand "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0011100001 0" W crnand "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0111000001 0" W cror "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0011000001 0" W crxor "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0000100001 0" W crnor "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0100100001 0" W creqv "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0010000001 0" W crandc "{n5}, {a5}, {b5}" [];
    "010011 ..... ..... ..... 0110100001 0" W crorc "{n5}, {a5}, {b5}" [];
    "010011 ... 00 ... 00 00000 0000000000 0" W mcrf "{bf}, {bfa}" [];
    "011111 ..... 0........ 0 0000010011 0" W mfcr "{rt}" [];
    "011111 ..... 1........ 0 0000010011 0" W mfocrf "{rt}, {fxm}" [];
    "011111 ..... 0........ 0 0010010000 0" W mtcrf "{fxm}, {rt}" [];
    "011111 ..... 1........ 0 0010010000 0" W mtocrf "{fxm}, {rt}" [];
    "011111 ... 00 00000 00000 1000000000 0" W mcrxr "{bf}" [!Isa206];
    "011111 ... 00 00000 00000 1001000000 0" W mcrxrx "{bf}" [Isa300];
}

fn immediate(f: W, shift: u32) -> i64 {
    i64::from(f.ui()) << shift
}

fn andi_(l: &Lift<'_>, f: W) -> Flow {
    l.put(W(f.0 | 1), f.ra(), l.g(f.rt()) & l.konst(immediate(f, 0)))
}

fn andis_(l: &Lift<'_>, f: W) -> Flow {
    l.put(W(f.0 | 1), f.ra(), l.g(f.rt()) & l.konst(immediate(f, 16)))
}

macro_rules! immediates {
    ($($name:ident $op:tt $shift:literal;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            if f.ui() == 0 && f.ra() == f.rt() {
                return Next;
            }
            l.set_g(f.ra(), l.g(f.rt()) $op l.konst(immediate(f, $shift)));
            Next
        }
    )* };
}
immediates! { ori | 0; oris | 16; xori ^ 0; xoris ^ 16; }

macro_rules! logicals {
    ($($name:ident = |$s:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let ($s, $b) = (l.g(f.rt()), l.g(f.rb()));
            l.put(f, f.ra(), $value)
        }
    )* };
}
logicals! {
    and = |s, b| s & b;
    xor = |s, b| s ^ b;
    nand = |s, b| !(s & b);
    nor = |s, b| !(s | b);
    eqv = |s, b| !(s ^ b);
    andc = |s, b| s & !b;
    orc = |s, b| s | !b;
}

/// `mr` is `or` with equal operands.
fn or(l: &Lift<'_>, f: W) -> Flow {
    let s = l.g(f.rt());
    l.put(f, f.ra(), if f.rt() == f.rb() { s } else { s | l.g(f.rb()) })
}

fn extend(l: &Lift<'_>, f: W, width: Width) -> Flow {
    l.put(f, f.ra(), l.g(f.rt()).trunc(width).sext(l.xlen()))
}

fn extsb(l: &Lift<'_>, f: W) -> Flow {
    extend(l, f, Width::W8)
}

fn extsh(l: &Lift<'_>, f: W) -> Flow {
    extend(l, f, Width::W16)
}

fn extsw(l: &Lift<'_>, f: W) -> Flow {
    extend(l, f, Width::W32)
}

fn cntlzw(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), l.g32(f.rt()).clz())
}

fn cntlzd(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), l.g(f.rt()).clz())
}

fn cnttzw(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), l.g32(f.rt()).ctz())
}

fn cnttzd(l: &Lift<'_>, f: W) -> Flow {
    l.put(f, f.ra(), l.g(f.rt()).ctz())
}

/// Sums of neighbouring bits, pairs, nibbles in each byte.
fn popcntb(l: &Lift<'_>, f: W) -> Flow {
    let (x, k) = (l.g(f.rt()), |b: u64| l.konst((b * 0x0101_0101_0101_0101) as i64));
    let by = |n: i64| l.konst(n);
    let pairs = x - (x.shr_u(by(1)) & k(0x55));
    let nibbles = (pairs & k(0x33)) + (pairs.shr_u(by(2)) & k(0x33));
    l.set_g(f.ra(), (nibbles + nibbles.shr_u(by(4))) & k(0x0f));
    Next
}

/// The two words of a register, each by itself.
fn by_words<'b>(l: &Lift<'b>, n: u32, op: impl Fn(Val<'b>) -> Val<'b>) -> Val<'b> {
    let low = op(l.g32(n)).zext(l.xlen());
    if !l.wide() {
        return low;
    }
    let high = op(l.g(n).extract(32, 32).trunc(Width::W32)).zext(Width::W64);
    low.deposit(32, 32, high)
}

fn popcntw(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.ra(), by_words(l, f.rt(), Val::popcnt));
    Next
}

fn popcntd(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.ra(), l.g(f.rt()).popcnt());
    Next
}

/// Parity of the lowest bits of the bytes.
fn parity(word: Val<'_>) -> Val<'_> {
    let lowest = word & word.konst(0x0101_0101_0101_0101);
    lowest.popcnt() & word.konst(1)
}

fn prtyw(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.ra(), by_words(l, f.rt(), parity));
    Next
}

fn prtyd(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.ra(), parity(l.g(f.rt())));
    Next
}

/// 0xff in each byte in which the operands are equal.
fn cmpb(l: &Lift<'_>, f: W) -> Flow {
    let differ = l.g(f.rt()) ^ l.g(f.rb());
    let low = l.konst(0x7f7f_7f7f_7f7f_7f7f);
    let nonzero = ((differ & low) + low) | differ | low;
    let equal = (!nonzero).shr_u(l.konst(7));
    l.set_g(f.ra(), equal * l.konst(0xff));
    Next
}

fn bpermd(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.ra(), l.call(helper::BPERMD, &[l.g(f.rt()), l.g(f.rb())]));
    Next
}

fn setb(l: &Lift<'_>, f: W) -> Flow {
    let gt = l.cr(4 * f.bfa() + 1).zext(l.xlen());
    l.set_g(f.rt(), l.ir.select(l.cr(4 * f.bfa()), l.konst(-1), gt));
    Next
}

macro_rules! cr_logicals {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let ($a, $b) = (l.cr(f.ra()), l.cr(f.rb()));
            l.set_cr(f.rt(), $value);
            Next
        }
    )* };
}
cr_logicals! {
    crand = |a, b| a & b;
    crnand = |a, b| !(a & b);
    cror = |a, b| a | b;
    crxor = |a, b| a ^ b;
    crnor = |a, b| !(a | b);
    creqv = |a, b| !(a ^ b);
    crandc = |a, b| a & !b;
    crorc = |a, b| a | !b;
}

fn mcrf(l: &Lift<'_>, f: W) -> Flow {
    l.ir.set(crf(f.bf()), l.ir.get(crf(f.bfa())));
    Next
}

/// The CR fields named in `mask` at their places in 32 bits.
fn fields<'b>(l: &Lift<'b>, mask: u32) -> Val<'b> {
    let named = (0..8).filter(|n| mask >> (7 - n) & 1 != 0);
    let placed = named.map(|n| {
        let field = l.field(n);
        field.shl(field.konst(u64::from(28 - 4 * n)))
    });
    placed.reduce(|a, b| a | b).unwrap_or(l.ir.konst(Width::W64, 0)).trunc(Width::W32)
}

fn mfcr(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), fields(l, 0xff));
    Next
}

/// One field; what the others hold is undefined: zeros. So is what happens if more are named: nothing.
fn mfocrf(l: &Lift<'_>, f: W) -> Flow {
    if f.fxm().is_power_of_two() {
        l.set_g(f.rt(), fields(l, f.fxm()));
    }
    Next
}

fn mtcrf(l: &Lift<'_>, f: W) -> Flow {
    for n in (0..8).filter(|n| f.fxm() >> (7 - n) & 1 != 0) {
        l.put_field(n, l.g32(f.rt()).extract(28 - 4 * n, 4).zext(Width::W64));
    }
    Next
}

/// As [`mtcrf`], if one field is named; else nothing is defined.
fn mtocrf(l: &Lift<'_>, f: W) -> Flow {
    if f.fxm().is_power_of_two() { mtcrf(l, f) } else { Next }
}

/// Bits, the highest first, as a CR field.
fn nibble<'b>(l: &Lift<'b>, bits: [Val<'b>; 4]) -> Val<'b> {
    bits.into_iter().fold(l.ir.konst(Width::W64, 0), |all, bit| all.shl(all.konst(1)) | bit.zext(Width::W64))
}

/// SO, OV and CA into a CR field; they are cleared.
fn mcrxr(l: &Lift<'_>, f: W) -> Flow {
    let [so, ov, ca] = [SO, OV, CA].map(|r| l.ir.get(r));
    l.put_field(f.bf(), nibble(l, [so, ov, ca, l.bool(false)]));
    l.set_so(l.bool(false));
    for r in [OV, CA] {
        l.ir.set(r, l.bool(false));
    }
    Next
}

fn mcrxrx(l: &Lift<'_>, f: W) -> Flow {
    l.put_field(f.bf(), nibble(l, [OV, OV32, CA, CA32].map(|r| l.ir.get(r))));
    Next
}
