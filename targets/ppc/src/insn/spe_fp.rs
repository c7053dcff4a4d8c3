//! Embedded floating point.
//!
//! SPE Programming Environments Manual, chapter 5, "Embedded Floating-Point" instructions. Scalars of single precision leave the upper words alone, and are there whatever
//! MSR.SPE says.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::insn::fp::put_field;
use crate::lift::Lift;

insns! {
    /// Vectors, scalars of single and of double precision.
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... 01010000000" W evfsadd "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01010000001" W evfssub "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01010000100" W evfsabs "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01010000101" W evfsnabs "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01010000110" W evfsneg "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01010001000" W evfsmul "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01010001001" W evfsdiv "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010001100" W evfscmpgt "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010001101" W evfscmplt "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010001110" W evfscmpeq "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010000" W evfscfui "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010001" W evfscfsi "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010010" W evfscfuf "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010011" W evfscfsf "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010100" W evfsctui "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010101" W evfsctsi "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010110" W evfsctuf "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010010111" W evfsctsf "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010011000" W evfsctuiz "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... 00000 ..... 01010011010" W evfsctsiz "{rt}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010011100" W evfststgt "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010011101" W evfststlt "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01010011110" W evfststeq "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01011000000" W efsadd "{rt}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... ..... 01011000001" W efssub "{rt}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... 00000 01011000100" W efsabs "{rt}, {ra}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... 00000 01011000101" W efsnabs "{rt}, {ra}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... 00000 01011000110" W efsneg "{rt}, {ra}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... ..... 01011001000" W efsmul "{rt}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... ..... 01011001001" W efsdiv "{rt}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011001100" W efscmpgt "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011001101" W efscmplt "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011001110" W efscmpeq "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011001111" W efscfd "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010000" W efscfui "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010001" W efscfsi "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010010" W efscfuf "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010011" W efscfsf "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010100" W efsctui "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010101" W efsctsi "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010110" W efsctuf "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011010111" W efsctsf "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011011000" W efsctuiz "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011011010" W efsctsiz "{rt}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011011100" W efststgt "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011011101" W efststlt "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011011110" W efststeq "{bf}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... ..... 01011100000" W efdadd "{rt}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... ..... 01011100001" W efdsub "{rt}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... 00000 01011100100" W efdabs "{rt}, {ra}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... 00000 01011100101" W efdnabs "{rt}, {ra}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... 00000 01011100110" W efdneg "{rt}, {ra}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... ..... 01011101000" W efdmul "{rt}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... ..... ..... 01011101001" W efddiv "{rt}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011101100" W efdcmpgt "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011101101" W efdcmplt "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011101110" W efdcmpeq "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011101111" W efdcfs "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110000" W efdcfui "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110001" W efdcfsi "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110010" W efdcfuf "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110011" W efdcfsf "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110100" W efdctui "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110101" W efdctsi "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110110" W efdctuf "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011110111" W efdctsf "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011111000" W efdctuiz "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ..... 00000 ..... 01011111010" W efdctsiz "{rt}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011111100" W efdtstgt "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011111101" W efdtstlt "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
    "000100 ...00 ..... ..... 01011111110" W efdtsteq "{bf}, {ra}, {rb}" [SpeDouble !Altivec !Isa300];
}

fn call<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    l.call(helper::SPE_FP, &[l.pair(f.ra()), l.pair(f.rb()), l.encoding()])
}

macro_rules! wide {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            l.set_pair(f.rt(), call(l, f));
            Next
        }
    )* };
}
wide! {
    evfsadd evfssub evfsabs evfsnabs evfsneg evfsmul evfsdiv evfscfui evfscfsi evfscfuf evfscfsf evfsctui evfsctsi evfsctuf evfsctsf evfsctuiz
    evfsctsiz efdadd efdsub efdabs efdnabs efdneg efdmul efddiv efdcfs efdcfui efdcfsi efdcfuf efdcfsf
}

macro_rules! narrow {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            l.set_g(f.rt(), call(l, f).trunc(Width::W32));
            Next
        }
    )* };
}
narrow! {
    efsadd efssub efsabs efsnabs efsneg efsmul efsdiv efscfd efscfui efscfsi efscfuf efscfsf efsctui efsctsi efsctuf efsctsf efsctuiz efsctsiz efdctui
    efdctsi efdctuf efdctsf efdctuiz efdctsiz
}

macro_rules! comparisons {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            put_field(l, f.bf(), call(l, f));
            Next
        }
    )* };
}
comparisons! {
    evfscmpgt evfscmplt evfscmpeq evfststgt evfststlt evfststeq efscmpgt efscmplt efscmpeq efststgt efststlt efststeq efdcmpgt efdcmplt efdcmpeq
    efdtstgt efdtstlt efdtsteq
}
