//! Decimal floating point.

use decode::Flow::{self, Next};
use decode::insns;

use super::fp::{finish, put_field};
use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Power ISA 3.0B, Book I, 5.6. Odd registers have no neighbours to make pairs with: invalid forms.
    pub INSNS for Lift<'_>;
    "111011 ..... ..... ..... 0000000010 ." W dadd "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111111 ....0 ....0 ....0 0000000010 ." W daddq "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111011 ..... ..... ..... 1000000010 ." W dsub "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111111 ....0 ....0 ....0 1000000010 ." W dsubq "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111011 ..... ..... ..... 0000100010 ." W dmul "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111111 ....0 ....0 ....0 0000100010 ." W dmulq "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111011 ..... ..... ..... 1000100010 ." W ddiv "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111111 ....0 ....0 ....0 1000100010 ." W ddivq "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111011 ... 00 ..... ..... 1010000010 0" W dcmpu "{bf}, {fra}, {frb}" [Fp Dfp];
    "111111 ... 00 ....0 ....0 1010000010 0" W dcmpuq "{bf}, {fra}, {frb}" [Fp Dfp];
    "111011 ... 00 ..... ..... 0010000010 0" W dcmpo "{bf}, {fra}, {frb}" [Fp Dfp];
    "111111 ... 00 ....0 ....0 0010000010 0" W dcmpoq "{bf}, {fra}, {frb}" [Fp Dfp];
    "111011 ... 00 ..... ..... 0010100010 0" W dtstex "{bf}, {fra}, {frb}" [Fp Dfp];
    "111111 ... 00 ....0 ....0 0010100010 0" W dtstexq "{bf}, {fra}, {frb}" [Fp Dfp];
    "111011 ... 00 ..... ..... 1010100010 0" W dtstsf "{bf}, {fra}, {frb}" [Fp Dfp];
    "111111 ... 00 ..... ....0 1010100010 0" W dtstsfq "{bf}, {fra}, {frb}" [Fp Dfp];
    "111011 ... 0 ...... ..... 1010100011 0" W dtstsfi "{bf}, {uim6}, {frb}" [Fp Dfp Isa300];
    "111111 ... 0 ...... ....0 1010100011 0" W dtstsfiq "{bf}, {uim6}, {frb}" [Fp Dfp Isa300];
    "111011 ... 00 ..... ...... 011000010 0" W dtstdc "{bf}, {fra}, {sh6z}" [Fp Dfp];
    "111111 ... 00 ....0 ...... 011000010 0" W dtstdcq "{bf}, {fra}, {sh6z}" [Fp Dfp];
    "111011 ... 00 ..... ...... 011100010 0" W dtstdg "{bf}, {fra}, {sh6z}" [Fp Dfp];
    "111111 ... 00 ....0 ...... 011100010 0" W dtstdgq "{bf}, {fra}, {sh6z}" [Fp Dfp];
    "111011 ..... ..... ...... 001000010 ." W dscli "{.rc} {frt}, {fra}, {sh6z}" [Fp Dfp];
    "111111 ....0 ....0 ...... 001000010 ." W dscliq "{.rc} {frt}, {fra}, {sh6z}" [Fp Dfp];
    "111011 ..... ..... ...... 001100010 ." W dscri "{.rc} {frt}, {fra}, {sh6z}" [Fp Dfp];
    "111111 ....0 ....0 ...... 001100010 ." W dscriq "{.rc} {frt}, {fra}, {sh6z}" [Fp Dfp];
    "111011 ..... ..... ..... .. 01000011 ." W dquai "{.rc} {s5}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111111 ....0 ..... ....0 .. 01000011 ." W dquaiq "{.rc} {s5}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111011 ..... ..... ..... .. 00000011 ." W dqua "{.rc} {frt}, {fra}, {frb}, {rmc}" [Fp Dfp];
    "111111 ....0 ....0 ....0 .. 00000011 ." W dquaq "{.rc} {frt}, {fra}, {frb}, {rmc}" [Fp Dfp];
    "111011 ..... ..... ..... .. 00100011 ." W drrnd "{.rc} {frt}, {fra}, {frb}, {rmc}" [Fp Dfp];
    "111111 ....0 ..... ....0 .. 00100011 ." W drrndq "{.rc} {frt}, {fra}, {frb}, {rmc}" [Fp Dfp];
    "111011 ..... 0000. ..... .. 01100011 ." W drintx "{.rc} {qr}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111111 ....0 0000. ....0 .. 01100011 ." W drintxq "{.rc} {qr}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111011 ..... 0000. ..... .. 11100011 ." W drintn "{.rc} {qr}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111111 ....0 0000. ....0 .. 11100011 ." W drintnq "{.rc} {qr}, {frt}, {frb}, {rmc}" [Fp Dfp];
    "111011 ..... 00000 ..... 1100100010 ." W dcffix "{.rc} {frt}, {frb}" [Fp Dfp];
    "111111 ....0 00000 ..... 1100100010 ." W dcffixq "{.rc} {frt}, {frb}" [Fp Dfp];
    "111011 ..... 00000 ..... 0100100010 ." W dctfix "{.rc} {frt}, {frb}" [Fp Dfp];
    "111111 ..... 00000 ....0 0100100010 ." W dctfixq "{.rc} {frt}, {frb}" [Fp Dfp];
    "111011 ..... ..000 ..... 0101000010 ." W ddedpd "{.rc} {spd}, {frt}, {frb}" [Fp Dfp];
    "111111 ....0 ..000 ....0 0101000010 ." W ddedpdq "{.rc} {spd}, {frt}, {frb}" [Fp Dfp];
    "111011 ..... .0000 ..... 1101000010 ." W denbcd "{.rc} {sbcd}, {frt}, {frb}" [Fp Dfp];
    "111111 ....0 .0000 ....0 1101000010 ." W denbcdq "{.rc} {sbcd}, {frt}, {frb}" [Fp Dfp];
    "111011 ..... 00000 ..... 0101100010 ." W dxex "{.rc} {frt}, {frb}" [Fp Dfp];
    "111111 ..... 00000 ....0 0101100010 ." W dxexq "{.rc} {frt}, {frb}" [Fp Dfp];
    "111011 ..... ..... ..... 1101100010 ." W diex "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111111 ....0 ..... ....0 1101100010 ." W diexq "{.rc} {frt}, {fra}, {frb}" [Fp Dfp];
    "111011 ..... 00000 ..... 0100000010 ." W dctdp "{.rc} {frt}, {frb}" [Fp Dfp];
    "111111 ....0 00000 ..... 0100000010 ." W dctqpq "{.rc} {frt}, {frb}" [Fp Dfp];
    "111011 ..... 00000 ..... 1100000010 ." W drsp "{.rc} {frt}, {frb}" [Fp Dfp];
    "111111 ....0 00000 ....0 1100000010 ." W drdpq "{.rc} {frt}, {frb}" [Fp Dfp];
}

/// Instructions that are lifted in the same way.
macro_rules! as_one {
    ($how:ident: $($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            $how(l, f)
        }
    )* };
}
as_one! { whole: dadd daddq dsub dsubq dmul dmulq ddiv ddivq dscli dscliq dscri dscriq dquai dquaiq dqua dquaq drrnd drrndq drintx drintxq drintn drintnq dcffix dcffixq dctfix dctfixq ddedpd ddedpdq denbcd denbcdq dxex dxexq diex diexq dctdp dctqpq drsp drdpq }
as_one! { field: dcmpu dcmpuq dcmpo dcmpoq dtstex dtstexq dtstsf dtstsfq dtstsfi dtstsfiq dtstdc dtstdcq dtstdg dtstdgq }

fn whole(l: &Lift<'_>, f: W) -> Flow {
    l.call(helper::DFP, &[l.encoding()]);
    finish(l, f);
    Next
}

fn field(l: &Lift<'_>, f: W) -> Flow {
    put_field(l, f.bf(), l.call(helper::DFP, &[l.encoding()]));
    finish(l, W(f.0 & !1));
    Next
}
