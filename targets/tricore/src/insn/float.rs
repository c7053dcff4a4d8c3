//! Floating point: TriCore Architecture Manual, volume 2, "FPU Instructions".

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// The floating-point unit.
    pub INSNS for Lift;
    "........001000..........01101011" Rrr add_f  "{c}, {d}, {a}" [Fpu];
    "........001100..........01101011" Rrr sub_f  "{c}, {d}, {a}" [Fpu];
    "........011000..........01101011" Rrr madd_f "{c}, {d}, {a}, {b}" [Fpu];
    "........011100..........01101011" Rrr msub_f "{c}, {d}, {a}, {b}" [Fpu];
    "....00000000..01........01001011" Rr cmp_f   "{c}, {a}, {b}" [Fpu];
    "....00000100..01........01001011" Rr mul_f   "{c}, {a}, {b}" [Fpu];
    "....00000101..01........01001011" Rr div_f   "{c}, {a}, {b}" [Fpu];
    "....00001100..01........01001011" Rr updfl   "{a}" [Fpu];
    "....00010000..01........01001011" Rr ftoi    "{c}, {a}" [Fpu];
    "....00010001..01........01001011" Rr ftoq31  "{c}, {a}, {b}" [Fpu];
    "....00010010..01........01001011" Rr ftou    "{c}, {a}" [Fpu];
    "....00010011..01........01001011" Rr ftoiz   "{c}, {a}" [Fpu V131];
    "....00010100..01........01001011" Rr itof    "{c}, {a}" [Fpu];
    "....00010101..01........01001011" Rr q31tof  "{c}, {a}, {b}" [Fpu];
    "....00010110..01........01001011" Rr utof    "{c}, {a}" [Fpu];
    "....00010111..01........01001011" Rr ftouz   "{c}, {a}" [Fpu V131];
    "....00011000..01........01001011" Rr ftoq31z "{c}, {a}, {b}" [Fpu V131];
    "....00011001..01........01001011" Rr qseed_f "{c}, {a}" [Fpu];
    "....00100100..01........01001011" Rr hptof   "{c}, {a}" [Fpu V162];
    "....00100101..01........01001011" Rr ftohp   "{c}, {a}" [Fpu V162];
}

macro_rules! three {
    ($($name:ident = $helper:ident;)*) => { $(
        fn $name(l: &Lift, f: Rrr) -> Flow {
            l.set_d(f.c, l.call(helper::$helper, &[l.d(f.d), l.d(f.a), l.d(f.b)]));
            Next
        }
    )* };
}
three! { add_f = ADD_F; sub_f = SUB_F; madd_f = MADD_F; msub_f = MSUB_F; }

macro_rules! two {
    ($($name:ident = $helper:ident;)*) => { $(
        fn $name(l: &Lift, f: Rr) -> Flow {
            l.set_d(f.c, l.call(helper::$helper, &[l.d(f.a), l.d(f.b)]));
            Next
        }
    )* };
}
two! {
    cmp_f = CMP_F; mul_f = MUL_F; div_f = DIV_F;
    ftoi = FTOI; ftoiz = FTOIZ; ftou = FTOU; ftouz = FTOUZ; ftoq31 = FTOQ31; ftoq31z = FTOQ31Z;
    itof = ITOF; utof = UTOF; q31tof = Q31TOF; qseed_f = QSEED_F; hptof = HPTOF; ftohp = FTOHP;
}

fn updfl(l: &Lift, f: Rr) -> Flow {
    l.call(helper::UPDFL, &[l.d(f.a)]);
    Next
}
