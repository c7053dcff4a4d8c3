//! The instructions of the MT ASE, and those of Release 6 that stop and start virtual processors.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::F;
use crate::helper;
use crate::lift::Lift;
use crate::threads::Place;

insns! {
    /// *The MIPS MT Module* (MD00378), "Instruction Set"; Volume II-A of Release 6, DVP and EVP.
    pub INSNS for Lift;
    "010000 01011 ..... 00000 00000 000001" F dvpe "{rt}" [Mt];
    "010000 01011 ..... 00000 00000 100001" F evpe "{rt}" [Mt];
    "010000 01011 ..... 00001 01111 000001" F dmt "{rt}" [Mt];
    "010000 01011 ..... 00001 01111 100001" F emt "{rt}" [Mt];
    "010000 01000 ..... ..... 00000 . . 0 ..." F mftr "{rd}, {rt}, {user}, {sel}, {high}" [Mt];
    "010000 01100 ..... ..... 00000 . . 0 ..." F mttr "{rt}, {rd}, {user}, {sel}, {high}" [Mt];
    "011111 ..... ..... ..... 00000 001000" F fork "{rd}, {rs}, {rt}" [Mt];
    "011111 ..... 00000 ..... 00000 001001" F yield_ "{rd}, {rs}" [Mt];
    "010000 01011 ..... 00000 00000 100100" F dvp "{rt}" [R6];
    "010000 01011 ..... 00000 00000 000100" F evp "{rt}" [R6];
}

/// Which, and the old value of the control register.
fn threading(l: &Lift, f: F, helper: u16, what: u64) -> Flow {
    l.set_r32(f.rt(), l.call(helper, &[l.konst32(what)]).trunc(Width::W32));
    l.changes_mode();
    Next
}

fn dvpe(l: &Lift, f: F) -> Flow {
    threading(l, f, helper::THREADING, 0)
}

fn evpe(l: &Lift, f: F) -> Flow {
    threading(l, f, helper::THREADING, 1)
}

fn dmt(l: &Lift, f: F) -> Flow {
    threading(l, f, helper::THREADING, 2)
}

fn emt(l: &Lift, f: F) -> Flow {
    threading(l, f, helper::THREADING, 3)
}

/// A model without Config5.VP has no virtual processors: no operation, as the manual says.
fn virtual_processors(l: &Lift, f: F, on: u64) -> Flow {
    if l.has_vp() { threading(l, f, helper::VIRTUAL_PROCESSORS, on) } else { Next }
}

fn dvp(l: &Lift, f: F) -> Flow {
    virtual_processors(l, f, 0)
}

fn evp(l: &Lift, f: F) -> Flow {
    virtual_processors(l, f, 1)
}

fn mftr(l: &Lift, f: F) -> Flow {
    let place = Place::new(f.0, f.rt());
    if !place.exists() {
        return Illegal;
    }
    l.set_r32(f.rd(), l.call(helper::MFTR, &[l.konst32(place.pack())]).trunc(Width::W32));
    Next
}

fn mttr(l: &Lift, f: F) -> Flow {
    let place = Place::new(f.0, f.rd());
    if !place.exists() {
        return Illegal;
    }
    l.call(helper::MTTR, &[l.konst32(place.pack()), l.r64(f.rt())]);
    l.changes_mode();
    Next
}

fn fork(l: &Lift, _: F) -> Flow {
    l.call(helper::FORK, &[]);
    Next
}

fn yield_(l: &Lift, f: F) -> Flow {
    let mask = l.call(helper::YIELD, &[l.r64(f.rs())]);
    l.set_r64(f.rd(), mask);
    Next
}
