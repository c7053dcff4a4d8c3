//! The vector-scalar unit: arithmetic, conversions, moves.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Val;

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::state::vs;
use crate::trap::code;

insns! {
    /// Power ISA 3.0B, Book I, chapter 7, "Vector-Scalar Floating-Point Operations".
    pub INSNS for Lift<'_>;
    "111100 ..... ..... ..... 00000000 ..." W xsaddsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00001000 ..." W xssubsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00010000 ..." W xsmulsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00011000 ..." W xsdivsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00000001 ..." W xsmaddasp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00001001 ..." W xsmaddmsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00010001 ..." W xsmsubasp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00011001 ..." W xsmsubmsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10000001 ..." W xsnmaddasp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10001001 ..." W xsnmaddmsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10010001 ..." W xsnmsubasp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10011001 ..." W xsnmsubmsp "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 000001011 .." W xssqrtsp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 000001010 .." W xsrsqrtesp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 000011010 .." W xsresp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 00100000 ..." W xsadddp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00101000 ..." W xssubdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00110000 ..." W xsmuldp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00111000 ..." W xsdivdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00100001 ..." W xsmaddadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00101001 ..." W xsmaddmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00110001 ..." W xsmsubadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00111001 ..." W xsmsubmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10100001 ..." W xsnmaddadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10101001 ..." W xsnmaddmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10110001 ..." W xsnmsubadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10111001 ..." W xsnmsubmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001001011 .." W xssqrtdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001001010 .." W xsrsqrtedp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001011010 .." W xsredp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001001001 .." W xsrdpi "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001011001 .." W xsrdpiz "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001101001 .." W xsrdpip "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001111001 .." W xsrdpim "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001101011 .." W xsrdpic "{xt}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10100000 ..." W xsmaxdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10101000 ..." W xsmindp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10110000 ..." W xscpsgndp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ... 00 00000 ..... 001101010 . 0" W xstsqrtdp "{bf}, {xb}" [Vsx];
    "111100 ... 00 ..... ..... 00111101 .. 0" W xstdivdp "{bf}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01000000 ..." W xvaddsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01001000 ..." W xvsubsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01010000 ..." W xvmulsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01011000 ..." W xvdivsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01000001 ..." W xvmaddasp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01001001 ..." W xvmaddmsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01010001 ..." W xvmsubasp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01011001 ..." W xvmsubmsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11000001 ..." W xvnmaddasp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11001001 ..." W xvnmaddmsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11010001 ..." W xvnmsubasp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11011001 ..." W xvnmsubmsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010001011 .." W xvsqrtsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010001010 .." W xvrsqrtesp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010011010 .." W xvresp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010001001 .." W xvrspi "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010011001 .." W xvrspiz "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010101001 .." W xvrspip "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010111001 .." W xvrspim "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010101011 .." W xvrspic "{xt}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11000000 ..." W xvmaxsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11001000 ..." W xvminsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11010000 ..." W xvcpsgnsp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ... 00 00000 ..... 010101010 . 0" W xvtsqrtsp "{bf}, {xb}" [Vsx];
    "111100 ... 00 ..... ..... 01011101 .. 0" W xvtdivsp "{bf}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1000011 ..." W xvcmpeqsp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1001011 ..." W xvcmpgtsp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1010011 ..." W xvcmpgesp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01100000 ..." W xvadddp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01101000 ..." W xvsubdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01110000 ..." W xvmuldp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01111000 ..." W xvdivdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01100001 ..." W xvmaddadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01101001 ..." W xvmaddmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01110001 ..." W xvmsubadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 01111001 ..." W xvmsubmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11100001 ..." W xvnmaddadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11101001 ..." W xvnmaddmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11110001 ..." W xvnmsubadp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11111001 ..." W xvnmsubmdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011001011 .." W xvsqrtdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011001010 .." W xvrsqrtedp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011011010 .." W xvredp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011001001 .." W xvrdpi "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011011001 .." W xvrdpiz "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011101001 .." W xvrdpip "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011111001 .." W xvrdpim "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011101011 .." W xvrdpic "{xt}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11100000 ..." W xvmaxdp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11101000 ..." W xvmindp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 11110000 ..." W xvcpsgndp "{xt}, {xa}, {xb}" [Vsx];
    "111100 ... 00 00000 ..... 011101010 . 0" W xvtsqrtdp "{bf}, {xb}" [Vsx];
    "111100 ... 00 ..... ..... 01111101 .. 0" W xvtdivdp "{bf}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1100011 ..." W xvcmpeqdp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1101011 ..." W xvcmpgtdp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... . 1110011 ..." W xvcmpgedp "{.vrc1} {xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00000011 ..." W xscmpeqdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 00001011 ..." W xscmpgtdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 00010011 ..." W xscmpgedp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 10000000 ..." W xsmaxcdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 10001000 ..." W xsmincdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 10010000 ..." W xsmaxjdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 10011000 ..." W xsminjdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ... 00 ..... ..... 00100011 .. 0" W xscmpudp "{bf}, {xa}, {xb}" [Vsx];
    "111100 ... 00 ..... ..... 00101011 .. 0" W xscmpodp "{bf}, {xa}, {xb}" [Vsx];
    "111100 ... 00 ..... ..... 00111011 .. 0" W xscmpexpdp "{bf}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 00010010 ..." W xxmrghw "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00110010 ..." W xxmrglw "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 00011010 ..." W xxperm "{xt}, {xa}, {xb}" [Isa300];
    "111100 ..... ..... ..... 00111010 ..." W xxpermr "{xt}, {xa}, {xb}" [Isa300];
    "111100 ..... ..... ..... 11011000 ..." W xviexpsp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 11111000 ..." W xviexpdp "{xt}, {xa}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 0 .. 01010 ..." W xxpermdi "{xt}, {xa}, {xb}, {dm}" [Vsx];
    "111100 ..... ..... ..... 0 .. 00010 ..." W xxsldwi "{xt}, {xa}, {xb}, {dm}" [Vsx];
    "111100 ..... ..... ..... ..... 11 ...." W xxsel "{xt}, {xa}, {xb}, {xc}" [Vsx];
    "111100 ..... ..... ..... 10000010 ..." W xxland "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10001010 ..." W xxlandc "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10010010 ..." W xxlor "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10011010 ..." W xxlxor "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10100010 ..." W xxlnor "{xt}, {xa}, {xb}" [Vsx];
    "111100 ..... ..... ..... 10101010 ..." W xxlorc "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10110010 ..." W xxlnand "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... ..... ..... 10111010 ..." W xxleqv "{xt}, {xa}, {xb}" [Vsx Isa207];
    "111100 ..... 000.. ..... 010100100 .." W xxspltw "{xt}, {xb}, {uim2}" [Vsx];
    "111100 ..... 00 ........ 0101101000 ." W xxspltib "{xt}, {imm8}" [Isa300];
    "111100 ..... 0.... ..... 010100101 .." W xxextractuw "{xt}, {xb}, {a5}" [Vsx Isa300];
    "111100 ..... 0.... ..... 010110101 .." W xxinsertw "{xt}, {xb}, {a5}" [Vsx Isa300];
    "111100 ..... 00000 ..... 001001000 .." W xscvdpuxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 001011000 .." W xscvdpsxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 100001001 .." W xscvdpsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101001001 .." W xscvspdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 100001011 .." W xscvdpspn "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 101001011 .." W xscvspdpn "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 101001000 .." W xscvdpuxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101011000 .." W xscvdpsxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 100101000 .." W xscvuxdsp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 100111000 .." W xscvsxdsp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 101101000 .." W xscvuxddp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101111000 .." W xscvsxddp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 100011001 .." W xsrsp "{xt}, {xb}" [Vsx Isa207];
    "111100 ..... 00000 ..... 101011001 .." W xsabsdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101101001 .." W xsnabsdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101111001 .." W xsnegdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010001000 .." W xvcvspuxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010011000 .." W xvcvspsxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010101000 .." W xvcvuxwsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 010111000 .." W xvcvsxwsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011001000 .." W xvcvdpuxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011011000 .." W xvcvdpsxws "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011101000 .." W xvcvuxwdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 011111000 .." W xvcvsxwdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110001000 .." W xvcvspuxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110011000 .." W xvcvspsxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110101000 .." W xvcvuxdsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110111000 .." W xvcvsxdsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110001001 .." W xvcvdpsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110011001 .." W xvabssp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110101001 .." W xvnabssp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 110111001 .." W xvnegsp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111001000 .." W xvcvdpuxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111011000 .." W xvcvdpsxds "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111101000 .." W xvcvuxddp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111111000 .." W xvcvsxddp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111001001 .." W xvcvspdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111011001 .." W xvabsdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111101001 .." W xvnabsdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 111111001 .." W xvnegdp "{xt}, {xb}" [Vsx];
    "111100 ..... 00000 ..... 101011011 . 0" W xsxexpdp "{rt}, {xb}" [Vsx Isa300];
    "111100 ..... 00001 ..... 101011011 . 0" W xsxsigdp "{rt}, {xb}" [Vsx Isa300];
    "111100 ..... 10000 ..... 101011011 .." W xscvhpdp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 10001 ..... 101011011 .." W xscvdphp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 00000 ..... 111011011 .." W xvxexpdp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 00001 ..... 111011011 .." W xvxsigdp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 00111 ..... 111011011 .." W xxbrh "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 01000 ..... 111011011 .." W xvxexpsp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 01001 ..... 111011011 .." W xvxsigsp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 01111 ..... 111011011 .." W xxbrw "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 10111 ..... 111011011 .." W xxbrd "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 11000 ..... 111011011 .." W xvcvhpsp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 11001 ..... 111011011 .." W xvcvsphp "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... 11111 ..... 111011011 .." W xxbrq "{xt}, {xb}" [Vsx Isa300];
    "111100 ..... ..... ..... 1110010110 ." W xsiexpdp "{xt}, {ra}, {rb}" [Vsx Isa300];
    "111100 ... ....... ..... 100101010 . 0" W xststdcsp "{bf}, {xb}, {dcmx}" [Vsx Isa300];
    "111100 ... ....... ..... 101101010 . 0" W xststdcdp "{bf}, {xb}, {dcmx}" [Vsx Isa300];
    "111100 ..... ..... ..... 1101 . 101 ..." W xvtstdcsp "{xt}, {xb}, {dcmxv}" [Vsx Isa300];
    "111100 ..... ..... ..... 1111 . 101 ..." W xvtstdcdp "{xt}, {xb}, {dcmxv}" [Vsx Isa300];
}

insns! {
    /// The same chapter, quad-precision numbers in vector registers.
    pub QUAD for Lift<'_>;
    "111111 ..... ..... ..... 0000000100 ." W xsaddqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0000100100 ." W xsmulqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 1000000100 ." W xssubqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 1000100100 ." W xsdivqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0110000100 ." W xsmaddqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0110100100 ." W xsmsubqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0111000100 ." W xsnmaddqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0111100100 ." W xsnmsubqp "{.ro} {vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 0001100100 0" W xscpsgnqp "{vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ..... ..... ..... 1101100100 0" W xsiexpqp "{vrt}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ... 00 ..... ..... 0010000100 0" W xscmpoqp "{bf}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ... 00 ..... ..... 0010100100 0" W xscmpexpqp "{bf}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ... 00 ..... ..... 1010000100 0" W xscmpuqp "{bf}, {vra}, {vrb}" [Vsx Isa300];
    "111111 ... ....... ..... 1011000100 0" W xststdcqp "{bf}, {vrb}, {dcmx}" [Vsx Isa300];
    "111111 ..... 00000 ..... 1100100100 0" W xsabsqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 00010 ..... 1100100100 0" W xsxexpqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 01000 ..... 1100100100 0" W xsnabsqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 10000 ..... 1100100100 0" W xsnegqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 10010 ..... 1100100100 0" W xsxsigqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 11011 ..... 1100100100 ." W xssqrtqp "{.ro} {vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 00001 ..... 1101000100 0" W xscvqpuwz "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 00010 ..... 1101000100 0" W xscvudqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 01001 ..... 1101000100 0" W xscvqpswz "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 01010 ..... 1101000100 0" W xscvsdqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 10001 ..... 1101000100 0" W xscvqpudz "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 10110 ..... 1101000100 0" W xscvdpqp "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 11001 ..... 1101000100 0" W xscvqpsdz "{vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 10100 ..... 1101000100 ." W xscvqpdp "{.ro} {vrt}, {vrb}" [Vsx Isa300];
    "111111 ..... 0000. ..... .. 00000101 ." W xsrqpi "{.qx} {qr}, {vrt}, {vrb}, {rmc}" [Vsx Isa300];
    "111111 ..... 0000. ..... .. 00100101 0" W xsrqpxp "{qr}, {vrt}, {vrb}, {rmc}" [Vsx Isa300];
}
/// Instructions that are lifted in the same way.
macro_rules! as_one {
    ($how:ident: $($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            $how(l, f)
        }
    )* };
}
as_one! { whole: xsaddsp xssubsp xsmulsp xsdivsp xsmaddasp xsmaddmsp xsmsubasp xsmsubmsp xsnmaddasp xsnmaddmsp xsnmsubasp xsnmsubmsp xssqrtsp xsrsqrtesp xsresp xsadddp xssubdp xsmuldp xsdivdp xsmaddadp xsmaddmdp xsmsubadp xsmsubmdp xsnmaddadp xsnmaddmdp xsnmsubadp xsnmsubmdp xssqrtdp xsrsqrtedp xsredp xsrdpi xsrdpiz xsrdpip xsrdpim xsrdpic xsmaxdp xsmindp xscpsgndp xvaddsp xvsubsp xvmulsp xvdivsp xvmaddasp xvmaddmsp xvmsubasp xvmsubmsp xvnmaddasp xvnmaddmsp xvnmsubasp xvnmsubmsp xvsqrtsp xvrsqrtesp xvresp xvrspi xvrspiz xvrspip xvrspim xvrspic xvmaxsp xvminsp xvcpsgnsp xvadddp xvsubdp xvmuldp xvdivdp xvmaddadp xvmaddmdp xvmsubadp xvmsubmdp xvnmaddadp xvnmaddmdp xvnmsubadp xvnmsubmdp xvsqrtdp xvrsqrtedp xvredp xvrdpi xvrdpiz xvrdpip xvrdpim xvrdpic xvmaxdp xvmindp xvcpsgndp xscmpeqdp xscmpgtdp xscmpgedp xsmaxcdp xsmincdp xsmaxjdp xsminjdp xxmrghw xxmrglw xviexpsp xviexpdp xxsldwi xxspltw xxextractuw xxinsertw xscvdpuxws xscvdpsxws xscvdpsp xscvspdp xscvdpspn xscvspdpn xscvdpuxds xscvdpsxds xscvuxdsp xscvsxdsp xscvuxddp xscvsxddp xsrsp xsabsdp xsnabsdp xsnegdp xvcvspuxws xvcvspsxws xvcvuxwsp xvcvsxwsp xvcvdpuxws xvcvdpsxws xvcvuxwdp xvcvsxwdp xvcvspuxds xvcvspsxds xvcvuxdsp xvcvsxdsp xvcvdpsp xvabssp xvnabssp xvnegsp xvcvdpuxds xvcvdpsxds xvcvuxddp xvcvsxddp xvcvspdp xvabsdp xvnabsdp xvnegdp xscvhpdp xscvdphp xvxexpdp xvxsigdp xxbrh xvxexpsp xvxsigsp xxbrw xxbrd xvcvhpsp xvcvsphp xxbrq xvtstdcsp xvtstdcdp }
as_one! { field: xstsqrtdp xstdivdp xvtsqrtsp xvtdivsp xvtsqrtdp xvtdivdp }
as_one! { compare: xvcmpeqsp xvcmpgtsp xvcmpgesp xvcmpeqdp xvcmpgtdp xvcmpgedp }
as_one! { status: xscmpudp xscmpodp xscmpexpdp xststdcsp xststdcdp }
as_one! { general: xsxexpdp xsxsigdp }
as_one! { either: xxperm xxpermr xxspltib }
as_one! { quad_whole: xsaddqp xsmulqp xssubqp xsdivqp xsmaddqp xsmsubqp xsnmaddqp xsnmsubqp xscpsgnqp xsiexpqp xsabsqp xsxexpqp xsnabsqp xsnegqp xsxsigqp xssqrtqp xscvqpuwz xscvudqp xscvqpswz xscvsdqp xscvqpudz xscvdpqp xscvqpsdz xscvqpdp xsrqpi xsrqpxp }
as_one! { quad_status: xscmpoqp xscmpexpqp xscmpuqp xststdcqp }

/// Writes four bits to a CR field.
fn put_field<'b>(l: &Lift<'b>, field: u32, bits: Val<'b>) {
    l.put_field(field, bits & bits.konst(15));
}

/// The program interrupt of enabled exceptions.
fn finish(l: &Lift<'_>, float: bool) -> Flow {
    if float && l.mode & mode::FE != 0 {
        l.call(helper::FP_CHECK, &[]);
    }
    Next
}

fn whole(l: &Lift<'_>, f: W) -> Flow {
    l.call(helper::VSX, &[l.encoding()]);
    finish(l, crate::vsx::is_float(f))
}

/// Registers 32 to 63 belong to the vector unit as well, whose bit of MSR these instructions look at.
pub(super) fn unit_is_off(l: &Lift<'_>, register: u32) -> bool {
    let (bit, code) = if register < 32 { (mode::VSX, code::NO_VSX) } else { (mode::VEC, code::NO_VECTOR) };
    let off = l.mode & bit == 0;
    if off {
        l.refused.set(Some((code, 0)));
    }
    off
}

fn either(l: &Lift<'_>, f: W) -> Flow {
    if unit_is_off(l, f.xt()) { Flow::Illegal } else { whole(l, f) }
}

fn field(l: &Lift<'_>, f: W) -> Flow {
    put_field(l, f.bf(), l.call(helper::VSX, &[l.encoding()]));
    Next
}

fn compare(l: &Lift<'_>, f: W) -> Flow {
    let bits = l.call(helper::VSX, &[l.encoding()]);
    if f.oe() != 0 {
        put_field(l, 6, bits);
    }
    finish(l, true)
}

fn status(l: &Lift<'_>, f: W) -> Flow {
    field(l, f);
    finish(l, crate::vsx::is_float(f))
}

fn general(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.call(helper::VSX, &[l.encoding()]));
    Next
}

fn quad_whole(l: &Lift<'_>, f: W) -> Flow {
    l.call(helper::QUAD, &[l.encoding()]);
    finish(l, crate::quad::is_float(f))
}

fn quad_status(l: &Lift<'_>, f: W) -> Flow {
    put_field(l, f.bf(), l.call(helper::QUAD, &[l.encoding()]));
    finish(l, crate::quad::is_float(f))
}

fn set<'b>(l: &Lift<'b>, n: u32, [high, low]: [Val<'b>; 2]) -> Flow {
    l.ir.set(vs(n, 0), high);
    l.ir.set(vs(n, 1), low);
    Next
}

macro_rules! logicals {
    ($($name:ident = |$a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            let both = [0, 1].map(|h| {
                let ($a, $b) = (l.ir.get(vs(f.xa(), h)), l.ir.get(vs(f.xb(), h)));
                $value
            });
            set(l, f.xt(), both)
        }
    )* };
}
logicals! {
    xxland = |a, b| a & b;
    xxlandc = |a, b| a & !b;
    xxlor = |a, b| a | b;
    xxlxor = |a, b| a ^ b;
    xxlnor = |a, b| !(a | b);
    xxlorc = |a, b| a | !b;
    xxlnand = |a, b| !(a & b);
    xxleqv = |a, b| !(a ^ b);
}

fn xxsel(l: &Lift<'_>, f: W) -> Flow {
    let both = [0, 1].map(|h| {
        let [a, b, mask] = [f.xa(), f.xb(), f.xc()].map(|n| l.ir.get(vs(n, h)));
        (a & !mask) | (b & mask)
    });
    set(l, f.xt(), both)
}

fn xxpermdi(l: &Lift<'_>, f: W) -> Flow {
    let dm = f.0 >> 8 & 3;
    set(l, f.xt(), [l.ir.get(vs(f.xa(), dm >> 1)), l.ir.get(vs(f.xb(), dm & 1))])
}

fn xsiexpdp(l: &Lift<'_>, f: W) -> Flow {
    let value = l.g(f.ra()).deposit(52, 11, l.g(f.rb()));
    set(l, f.xt(), [value, value.konst(0)])
}
