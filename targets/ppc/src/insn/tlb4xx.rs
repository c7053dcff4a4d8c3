//! Instructions of the TLBs of the 440 and of the 40x, which have the same encodings.
//!
//! PPC440x5 CPU Core User's Manual and PPC405 Processor Core User's Manual, "Instruction Set": "tlbre", "tlbsx", "tlbwe".

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::insn::embedded::change;
use crate::lift::Lift;

insns! {
    /// TLBs by words.
    pub INSNS for Lift<'_>;
    "011111 ..... ..... ..... 1111010010 0" W tlbwe "{rt}, {ra}, {nb}" [Dcr !Mas !SoftTlb];
    "011111 ..... ..... ..... 1110110010 0" W tlbre "{rt}, {ra}, {nb}" [Dcr !Mas !SoftTlb];
    "011111 ..... ..... ..... 1110010010 ." W tlbsx "{.rc} {rt}, {ra0}, {rb}" [Dcr !Mas !SoftTlb];
}

/// The number of a word that there is.
fn word(l: &Lift<'_>, f: W) -> Option<u32> {
    let last = if l.has(Ext::Emb40x) { 1 } else { 2 };
    (f.rb() <= last).then_some(f.rb())
}

fn tlbwe(l: &Lift<'_>, f: W) -> Flow {
    let Some(word) = word(l, f) else { return Flow::Illegal };
    let helper = if l.has(Ext::Emb40x) { helper::WRITE_TLB_40X } else { helper::WRITE_TLB_440 };
    let word = l.ir.konst(Width::W64, word.into());
    change(l, helper, &[l.g(f.ra()).zext(Width::W64), word, l.g32(f.rt()).zext(Width::W64)])
}

fn tlbre(l: &Lift<'_>, f: W) -> Flow {
    let Some(word) = word(l, f) else { return Flow::Illegal };
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let helper = if l.has(Ext::Emb40x) { helper::READ_TLB_40X } else { helper::READ_TLB_440 };
    let word = l.ir.konst(Width::W64, word.into());
    l.set_g(f.rt(), l.call(helper, &[l.g(f.ra()).zext(Width::W64), word]).trunc(l.xlen()));
    Next
}

/// With Rc, CR0.EQ says whether there is an entry; without one the register stays.
fn tlbsx(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let helper = if l.has(Ext::Emb40x) { helper::SEARCH_TLB_40X } else { helper::SEARCH_TLB_440 };
    let found = l.call(helper, &[l.ea_x(f).zext(Width::W64)]);
    let missed = found.eq(found.konst(u64::MAX));
    l.set_g(f.rt(), l.ir.select(missed, l.g(f.rt()), found.trunc(l.xlen())));
    if f.rc() != 0 {
        l.set_equal(!missed);
    }
    Next
}
