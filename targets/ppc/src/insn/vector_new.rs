//! Vector instructions of versions 2.07 and 3.0.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Power ISA 3.0B, Book I, chapter 6, beyond AltiVec.
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... 00011000000" W vaddudm "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10011000000" W vsubudm "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00011000010" W vmaxud "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00111000010" W vmaxsd "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 01011000010" W vminud "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 01111000010" W vminsd "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00011000100" W vrld "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10111000100" W vsld "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 11011000100" W vsrd "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 01111000100" W vsrad "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00010001000" W vmulouw "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00110001000" W vmulosw "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 01010001000" W vmuleuw "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 01110001000" W vmulesw "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00010001001" W vmuluwm "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10001001110" W vpkudum "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10011001110" W vpkudus "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101001110" W vpksdus "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10111001110" W vpksdss "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 11010001100" W vmrgow "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 11110001100" W vmrgew "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00101000000" W vaddcuq "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 00100000000" W vadduqm "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10100000000" W vsubuqm "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101000000" W vsubcuq "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10100001000" W vcipher "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10100001001" W vcipherlast "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101001000" W vncipher "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101001001" W vncipherlast "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10000001000" W vpmsumb "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10001001000" W vpmsumh "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10010001000" W vpmsumw "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10011001000" W vpmsumd "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101001100" W vbpermq "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 11010000100" W veqv "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10110000100" W vnand "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... 10101000100" W vorc "{vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11001001110" W vupkhsw "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11011001110" W vupklsw "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11100000010" W vclzb "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11101000010" W vclzh "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11110000010" W vclzw "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11111000010" W vclzd "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11100000011" W vpopcntb "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11101000011" W vpopcnth "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11110000011" W vpopcntw "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 11111000011" W vpopcntd "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... 00000 ..... 10100001100" W vgbbd "{vrt}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... 00000 10111001000" W vsbox "{vrt}, {vra}" [Altivec Isa207];
    "000100 ..... ..... ..... 11010000010" W vshasigmaw "{vrt}, {vra}, {sst}, {six}" [Altivec Isa207];
    "000100 ..... ..... ..... 11011000010" W vshasigmad "{vrt}, {vra}, {sst}, {six}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 111100" W vaddeuqm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 111101" W vaddecuq "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 111110" W vsubeuqm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 111111" W vsubecuq "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 101101" W vpermxor "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa207];
    "000100 ..... ..... ..... ..... 111011" W vpermr "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa300];
    "000100 ..... ..... ..... ..... 100011" W vmsumudm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0011000111" W vcmpequd "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... . 1011000111" W vcmpgtud "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... . 1111000111" W vcmpgtsd "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa207];
    "000100 ..... ..... ..... . 0000000111" W vcmpneb "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0001000111" W vcmpneh "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0010000111" W vcmpnew "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0100000111" W vcmpnezb "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0101000111" W vcmpnezh "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... . 0110000111" W vcmpnezw "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 10000000011" W vabsdub "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 10001000011" W vabsduh "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 10010000011" W vabsduw "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 01001000001" W vmul10euq "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 00001000001" W vmul10ecuq "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 00010000101" W vrlwmi "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 00110000101" W vrlwnm "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 00011000101" W vrldmi "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 00111000101" W vrldnm "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11101000100" W vslv "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11100000100" W vsrv "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 10111001100" W vbpermd "{vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... 00000 01000000001" W vmul10uq "{vrt}, {vra}" [Altivec Isa300];
    "000100 ..... ..... 00000 00000000001" W vmul10cuq "{vrt}, {vra}" [Altivec Isa300];
    "000100 ..... 00110 ..... 11000000010" W vnegw "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 00111 ..... 11000000010" W vnegd "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 01000 ..... 11000000010" W vprtybw "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 01001 ..... 11000000010" W vprtybd "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 01010 ..... 11000000010" W vprtybq "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 10000 ..... 11000000010" W vextsb2w "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 10001 ..... 11000000010" W vextsh2w "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11000 ..... 11000000010" W vextsb2d "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11001 ..... 11000000010" W vextsh2d "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11010 ..... 11000000010" W vextsw2d "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11100 ..... 11000000010" W vctzb "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11101 ..... 11000000010" W vctzh "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11110 ..... 11000000010" W vctzw "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 11111 ..... 11000000010" W vctzd "{vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 00000 ..... 11000000010" W vclzlsbb "{rt}, {vrb}" [Altivec Isa300];
    "000100 ..... 00001 ..... 11000000010" W vctzlsbb "{rt}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11000001101" W vextublx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11001001101" W vextuhlx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11010001101" W vextuwlx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11100001101" W vextubrx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11101001101" W vextuhrx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 11110001101" W vextuwrx "{rt}, {ra}, {vrb}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01000001101" W vextractub "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01001001101" W vextractuh "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01010001101" W vextractuw "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01011001101" W vextractd "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01100001101" W vinsertb "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01101001101" W vinserth "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01110001101" W vinsertw "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... 0.... ..... 01111001101" W vinsertd "{vrt}, {vrb}, {u4a}" [Altivec Isa300];
    "000100 ..... ..... ..... 1 . 000000001" W bcdadd "{.dot} {vrt}, {vra}, {vrb}, {ps}" [Altivec Isa207];
    "000100 ..... ..... ..... 1 . 001000001" W bcdsub "{.dot} {vrt}, {vra}, {vrb}, {ps}" [Altivec Isa207];
    "000100 ..... ..... ..... 1 . 011000001" W bcds "{.dot} {vrt}, {vra}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... ..... ..... 1 0 010000001" W bcdus "{.dot} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... ..... ..... 1 . 111000001" W bcdsr "{.dot} {vrt}, {vra}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... ..... ..... 1 . 100000001" W bcdtrunc "{.dot} {vrt}, {vra}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... ..... ..... 1 0 101000001" W bcdutrunc "{.dot} {vrt}, {vra}, {vrb}" [Altivec Isa300];
    "000100 ..... 00000 ..... 1 0 110000001" W bcdctsq "{.dot} {vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 00010 ..... 1 . 110000001" W bcdcfsq "{.dot} {vrt}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... 00100 ..... 1 . 110000001" W bcdctz "{.dot} {vrt}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... 00101 ..... 1 0 110000001" W bcdctn "{.dot} {vrt}, {vrb}" [Altivec Isa300];
    "000100 ..... 00110 ..... 1 . 110000001" W bcdcfz "{.dot} {vrt}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... 00111 ..... 1 . 110000001" W bcdcfn "{.dot} {vrt}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... 11111 ..... 1 . 110000001" W bcdsetsgn "{.dot} {vrt}, {vrb}, {ps}" [Altivec Isa300];
    "000100 ..... ..... ..... 01101000001" W bcdcpsgn "{.dot} {vrt}, {vra}, {vrb}" [Altivec Isa300];
}

/// Instructions that are lifted in the same way.
macro_rules! as_one {
    ($how:ident: $($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            $how(l, f)
        }
    )* };
}
as_one! { whole: vaddudm vsubudm vmaxud vmaxsd vminud vminsd vrld vsld vsrd vsrad vmulouw vmulosw vmuleuw vmulesw vmuluwm vpkudum vpkudus vpksdus vpksdss vmrgow vmrgew vaddcuq vadduqm vsubuqm vsubcuq vcipher vcipherlast vncipher vncipherlast vpmsumb vpmsumh vpmsumw vpmsumd vbpermq veqv vnand vorc vupkhsw vupklsw vclzb vclzh vclzw vclzd vpopcntb vpopcnth vpopcntw vpopcntd vgbbd vsbox vshasigmaw vshasigmad vaddeuqm vaddecuq vsubeuqm vsubecuq vpermxor vpermr vmsumudm vabsdub vabsduh vabsduw vmul10euq vmul10ecuq vrlwmi vrlwnm vrldmi vrldnm vslv vsrv vbpermd vmul10uq vmul10cuq vnegw vnegd vprtybw vprtybd vprtybq vextsb2w vextsh2w vextsb2d vextsh2d vextsw2d vctzb vctzh vctzw vctzd vextractub vextractuh vextractuw vextractd vinsertb vinserth vinsertw vinsertd }
as_one! { compare: vcmpequd vcmpgtud vcmpgtsd vcmpneb vcmpneh vcmpnew vcmpnezb vcmpnezh vcmpnezw }
as_one! { general: vclzlsbb vctzlsbb vextublx vextuhlx vextuwlx vextubrx vextuhrx vextuwrx }
as_one! { decimal: bcdadd bcdsub bcds bcdus bcdsr bcdtrunc bcdutrunc bcdctsq bcdcfsq bcdctz bcdctn bcdcfz bcdcfn bcdsetsgn bcdcpsgn }

fn whole(l: &Lift<'_>, _: W) -> Flow {
    l.call(helper::VECTOR_NEW, &[l.encoding(), l.ir.konst(Width::W64, 0)]);
    Next
}

/// With the answer in CR field 6.
fn answered(l: &Lift<'_>, record: bool) -> Flow {
    let bits = l.call(helper::VECTOR_NEW, &[l.encoding(), l.ir.konst(Width::W64, 0)]);
    if record {
        l.put_field(6, bits & bits.konst(15));
    }
    Next
}

fn compare(l: &Lift<'_>, f: W) -> Flow {
    answered(l, f.oe() != 0)
}

fn decimal(l: &Lift<'_>, _: W) -> Flow {
    answered(l, true)
}

fn general(l: &Lift<'_>, f: W) -> Flow {
    let value = l.call(helper::VECTOR_NEW, &[l.encoding(), l.g(f.ra()).zext(Width::W64)]);
    l.set_g(f.rt(), value.trunc(l.xlen()));
    Next
}
