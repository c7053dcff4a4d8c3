//! AltiVec: "Vector Facility".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, Val, Width};

use super::load::at;
use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::state::vs;

insns! {
    /// Power ISA 2.07B, Book I, chapter 6, as far as it is AltiVec's; AltiVec Technology Programming Environments Manual.
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... 00000000000" W vaddubm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001000000" W vadduhm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00010000000" W vadduwm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00110000000" W vaddcuw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01000000000" W vaddubs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01001000000" W vadduhs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01010000000" W vadduws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01100000000" W vaddsbs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01101000000" W vaddshs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01110000000" W vaddsws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10000000000" W vsububm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10001000000" W vsubuhm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10010000000" W vsubuwm "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10110000000" W vsubcuw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11000000000" W vsububs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11001000000" W vsubuhs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11010000000" W vsubuws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11100000000" W vsubsbs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11101000000" W vsubshs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11110000000" W vsubsws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000000010" W vmaxub "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001000010" W vmaxuh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00010000010" W vmaxuw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00100000010" W vmaxsb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00101000010" W vmaxsh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00110000010" W vmaxsw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01000000010" W vminub "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01001000010" W vminuh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01010000010" W vminuw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01100000010" W vminsb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01101000010" W vminsh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01110000010" W vminsw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10000000010" W vavgub "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10001000010" W vavguh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10010000010" W vavguw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10100000010" W vavgsb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10101000010" W vavgsh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10110000010" W vavgsw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000000100" W vrlb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001000100" W vrlh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00010000100" W vrlw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00100000100" W vslb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00101000100" W vslh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00110000100" W vslw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00111000100" W vsl "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01000000100" W vsrb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01001000100" W vsrh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01010000100" W vsrw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01011000100" W vsr "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01100000100" W vsrab "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01101000100" W vsrah "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01110000100" W vsraw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000001000" W vmuloub "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001001000" W vmulouh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00100001000" W vmulosb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00101001000" W vmulosh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01000001000" W vmuleub "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01001001000" W vmuleuh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01100001000" W vmulesb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01101001000" W vmulesh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11000001000" W vsum4ubs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11100001000" W vsum4sbs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11001001000" W vsum4shs "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11010001000" W vsum2sws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 11110001000" W vsumsws "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000001010" W vaddfp "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001001010" W vsubfp "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10000001010" W vmaxfp "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10001001010" W vminfp "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000001100" W vmrghb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001001100" W vmrghh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00010001100" W vmrghw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00100001100" W vmrglb "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00101001100" W vmrglh "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00110001100" W vmrglw "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10000001100" W vslo "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10001001100" W vsro "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00000001110" W vpkuhum "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00001001110" W vpkuwum "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00010001110" W vpkuhus "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00011001110" W vpkuwus "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00100001110" W vpkshus "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00101001110" W vpkswus "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00110001110" W vpkshss "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 00111001110" W vpkswss "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01100001110" W vpkpx "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 00100001010" W vrefp "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 00101001010" W vrsqrtefp "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 00110001010" W vexptefp "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 00111001010" W vlogefp "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01000001010" W vrfin "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01001001010" W vrfiz "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01010001010" W vrfip "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01011001010" W vrfim "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01000001110" W vupkhsb "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01001001110" W vupkhsh "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01010001110" W vupklsb "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01011001110" W vupklsh "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01101001110" W vupkhpx "{vrt}, {vrb}" [Altivec];
    "000100 ..... 00000 ..... 01111001110" W vupklpx "{vrt}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 01000001100" W vspltb "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01001001100" W vsplth "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01010001100" W vspltw "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01100001010" W vcfux "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01101001010" W vcfsx "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01110001010" W vctuxs "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... ..... 01111001010" W vctsxs "{vrt}, {vrb}, {a5}" [Altivec];
    "000100 ..... ..... 00000 01100001100" W vspltisb "{vrt}, {s5}" [Altivec];
    "000100 ..... ..... 00000 01101001100" W vspltish "{vrt}, {s5}" [Altivec];
    "000100 ..... ..... 00000 01110001100" W vspltisw "{vrt}, {s5}" [Altivec];
    "000100 ..... ..... ..... ..... 100000" W vmhaddshs "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100001" W vmhraddshs "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100010" W vmladduhm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100100" W vmsumubm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100101" W vmsummbm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100110" W vmsumuhm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 100111" W vmsumuhs "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 101000" W vmsumshm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 101001" W vmsumshs "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 101011" W vperm "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... ..... ..... ..... 101110" W vmaddfp "{vrt}, {vra}, {vrc}, {vrb}" [Altivec];
    "000100 ..... ..... ..... ..... 101111" W vnmsubfp "{vrt}, {vra}, {vrc}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 0 .... 101100" W vsldoi "{vrt}, {vra}, {vrb}, {shb}" [Altivec];
    "000100 ..... ..... ..... . 0000000110" W vcmpequb "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 0001000110" W vcmpequh "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 0010000110" W vcmpequw "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 0011000110" W vcmpeqfp "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 0111000110" W vcmpgefp "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1000000110" W vcmpgtub "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1001000110" W vcmpgtuh "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1010000110" W vcmpgtuw "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1011000110" W vcmpgtfp "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1100000110" W vcmpgtsb "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1101000110" W vcmpgtsh "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1110000110" W vcmpgtsw "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... . 1111000110" W vcmpbfp "{.vrc1} {vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10000000100" W vand "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10001000100" W vandc "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10010000100" W vor "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10011000100" W vxor "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... 10100000100" W vnor "{vrt}, {vra}, {vrb}" [Altivec];
    "000100 ..... ..... ..... ..... 101010" W vsel "{vrt}, {vra}, {vrb}, {vrc}" [Altivec];
    "000100 ..... 00000 00000 11000000100" W mfvscr "{vrt}" [Altivec];
    "000100 00000 00000 ..... 11001000100" W mtvscr "{vrb}" [Altivec];
    "011111 ..... ..... ..... 0000000111 0" W lvebx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0000100111 0" W lvehx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0001000111 0" W lvewx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0001100111 0" W lvx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0101100111 0" W lvxl "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0010000111 0" W stvebx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0010100111 0" W stvehx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0011000111 0" W stvewx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0011100111 0" W stvx "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0111100111 0" W stvxl "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0000000110 0" W lvsl "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 ..... ..... ..... 0000100110 0" W lvsr "{vrt}, {ra0}, {rb}" [Altivec];
    "011111 . 00 .. ..... ..... 0101010110 0" W dst "{ra0}, {rb}" [Streams];
    "011111 . 00 .. ..... ..... 0101110110 0" W dstst "{ra0}, {rb}" [Streams];
    "011111 . 00 .. 00000 00000 1100110110 0" W dss "" [Streams];
}

/// Instructions that a helper carries out on whole registers.
macro_rules! by_helper {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, _: W) -> Flow {
            l.call(helper::VECTOR, &[l.encoding()]);
            Next
        }
    )* };
}
by_helper! { vaddubm vadduhm vadduwm vaddcuw vaddubs vadduhs vadduws vaddsbs vaddshs vaddsws vsububm vsubuhm vsubuwm vsubcuw vsububs vsubuhs vsubuws vsubsbs vsubshs vsubsws vmaxub vmaxuh vmaxuw vmaxsb vmaxsh vmaxsw vminub vminuh vminuw vminsb vminsh vminsw vavgub vavguh vavguw vavgsb vavgsh vavgsw vrlb vrlh vrlw vslb vslh vslw vsl vsrb vsrh vsrw vsr vsrab vsrah vsraw vmuloub vmulouh vmulosb vmulosh vmuleub vmuleuh vmulesb vmulesh vsum4ubs vsum4sbs vsum4shs vsum2sws vsumsws vaddfp vsubfp vmaxfp vminfp vmrghb vmrghh vmrghw vmrglb vmrglh vmrglw vslo vsro vpkuhum vpkuwum vpkuhus vpkuwus vpkshus vpkswus vpkshss vpkswss vpkpx vrefp vrsqrtefp vexptefp vlogefp vrfin vrfiz vrfip vrfim vupkhsb vupkhsh vupklsb vupklsh vupkhpx vupklpx vspltb vsplth vspltw vcfux vcfsx vctuxs vctsxs vspltisb vspltish vspltisw vmhaddshs vmhraddshs vmladduhm vmsumubm vmsummbm vmsumuhm vmsumuhs vmsumshm vmsumshs vperm vmaddfp vnmsubfp vsldoi mfvscr mtvscr }

/// Comparisons: CR6 of a record form tells whether all elements are true, or none.
macro_rules! comparisons {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let bits = l.call(helper::VECTOR, &[l.encoding()]);
            if f.oe() != 0 {
                l.put_field(6, bits & bits.konst(15));
            }
            Next
        }
    )* };
}
comparisons! { vcmpequb vcmpequh vcmpequw vcmpeqfp vcmpgefp vcmpgtub vcmpgtuh vcmpgtuw vcmpgtfp vcmpgtsb vcmpgtsh vcmpgtsw vcmpbfp }

fn half<'b>(l: &Lift<'b>, n: u32, half: u32) -> Val<'b> {
    l.ir.get(vs(32 + n, half))
}

macro_rules! logicals {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let both = [0, 1].map(|h| {
                let ($a, $b) = (half(l, f.ra(), h), half(l, f.rb(), h));
                $value
            });
            set(l, f, both)
        }
    )* };
}
logicals! {
    vand = |a, b| a & b;
    vandc = |a, b| a & !b;
    vor = |a, b| a | b;
    vxor = |a, b| a ^ b;
    vnor = |a, b| !(a | b);
}

fn set<'b>(l: &Lift<'b>, f: W, [high, low]: [Val<'b>; 2]) -> Flow {
    l.ir.set(vs(32 + f.rt(), 0), high);
    l.ir.set(vs(32 + f.rt(), 1), low);
    Next
}

fn vsel(l: &Lift<'_>, f: W) -> Flow {
    let both = [0, 1].map(|h| {
        let (a, b, mask) = (half(l, f.ra(), h), half(l, f.rb(), h), half(l, f.mb(), h));
        (a & !mask) | (b & mask)
    });
    set(l, f, both)
}

/// The address of the quadword, and which half comes first.
fn quad<'b>(l: &Lift<'b>, f: W) -> (Val<'b>, [u32; 2]) {
    let ea = l.ea_x(f);
    (ea & ea.konst(!15), if l.endian() == bits::Endian::Little { [1, 0] } else { [0, 1] })
}

fn lvx(l: &Lift<'_>, f: W) -> Flow {
    let (ea, order) = quad(l, f);
    let mem = l.mem(Width::W64);
    let values = [l.ir.load(ea, mem), l.ir.load(at(l, ea, 8), mem)];
    for (h, value) in order.into_iter().zip(values) {
        l.ir.set(vs(32 + f.rt(), h), value);
    }
    Next
}

fn lvxl(l: &Lift<'_>, f: W) -> Flow {
    lvx(l, f)
}

fn stvx(l: &Lift<'_>, f: W) -> Flow {
    let (ea, [first, second]) = quad(l, f);
    let mem = l.mem(Width::W64);
    l.ir.store(ea, half(l, f.rt(), first), mem);
    l.ir.store(at(l, ea, 8), half(l, f.rt(), second), mem);
    Next
}

fn stvxl(l: &Lift<'_>, f: W) -> Flow {
    stvx(l, f)
}

/// An element at an address of its size: its place in the register is that of its bytes in the quadword.
fn element<'b>(l: &Lift<'b>, f: W, width: Width) -> (Val<'b>, Val<'b>, Mem) {
    let ea = l.ea_x(f);
    let aligned = ea & ea.konst(!u64::from(width.bytes() - 1));
    (aligned, (aligned & ea.konst(15)).zext(Width::W64), l.mem(width))
}

/// The other elements are undefined: they stay.
fn load_element(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let (ea, offset, mem) = element(l, f, width);
    let value = l.ir.load(ea, mem).zext(Width::W64);
    l.call(helper::SET_ELEMENT, &[value, offset, l.encoding()]);
    Next
}

fn store_element(l: &Lift<'_>, f: W, width: Width) -> Flow {
    let (ea, offset, mem) = element(l, f, width);
    let value = l.call(helper::GET_ELEMENT, &[offset, l.encoding()]);
    l.ir.store(ea, value.trunc(width), mem);
    Next
}

fn lvebx(l: &Lift<'_>, f: W) -> Flow {
    load_element(l, f, Width::W8)
}

fn lvehx(l: &Lift<'_>, f: W) -> Flow {
    load_element(l, f, Width::W16)
}

fn lvewx(l: &Lift<'_>, f: W) -> Flow {
    load_element(l, f, Width::W32)
}

fn stvebx(l: &Lift<'_>, f: W) -> Flow {
    store_element(l, f, Width::W8)
}

fn stvehx(l: &Lift<'_>, f: W) -> Flow {
    store_element(l, f, Width::W16)
}

fn stvewx(l: &Lift<'_>, f: W) -> Flow {
    store_element(l, f, Width::W32)
}

/// Sixteen bytes that count up from the address's lowest four bits (`lvsl`), or from 16 less them (`lvsr`).
fn shift_pattern<'b>(l: &Lift<'b>, f: W, first: Val<'b>) -> Flow {
    let each = first * first.konst(0x0101_0101_0101_0101);
    let both = [0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f].map(|k| each + each.konst(k));
    set(l, f, both)
}

fn lvsl(l: &Lift<'_>, f: W) -> Flow {
    let n = l.ea_x(f).zext(Width::W64);
    shift_pattern(l, f, n & n.konst(15))
}

fn lvsr(l: &Lift<'_>, f: W) -> Flow {
    let n = l.ea_x(f).zext(Width::W64);
    shift_pattern(l, f, n.konst(16) - (n & n.konst(15)))
}

/// Hints.
fn dst(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dstst(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dss(_: &Lift<'_>, _: W) -> Flow {
    Next
}
