//! Instructions of the embedded CPUs and of the 603: TLBs that software fills, device control registers, locks of cache lines.
//!
//! Power ISA 2.07B, Book III-E, 6.11.4, "TLB Management Instructions"; EREF, chapter 5; PPC440x5 and PPC405 user's manuals, "Instruction Set"; MPC603e User's Manual,
//! "tlbld", "tlbli".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Book III-E, and the chips' own.
    pub INSNS for Lift<'_>;
    "011111 ..... ..... ..... 1111010010 ." W tlbwe "" [Mas];
    "011111 ..... ..... ..... 1110110010 ." W tlbre "" [Mas];
    "011111 00000 ..... ..... 1110010010 0" W tlbsx "{ra0}, {rb}" [Mas];
    "011111 ..... ..... ..... 1100010010 0" W tlbivax "{ra0}, {rb}" [Mas];
    "011111 000 .. ..... ..... 0000010010 0" W tlbilx "{l2}, {ra0}, {rb}" [Mas];
    "011111 00000 00000 ..... 1111010010 0" W tlbld "{rb}" [SoftTlb !Mas];
    "011111 00000 00000 ..... 1111110010 0" W tlbli "{rb}" [SoftTlb];
    "011111 ..... .......... 0101000011 0" W mfdcr "{rt}, {spr}" [Dcr];
    "011111 ..... .......... 0111000011 0" W mtdcr "{spr}, {rt}" [Dcr];
    "011111 ..... ..... 00000 0100000011 0" W mfdcrx "{rt}, {ra}" [Dcr];
    "011111 ..... ..... 00000 0110000011 0" W mtdcrx "{ra}, {rt}" [Dcr];
    "011111 ..... ..... ..... 0111000110 0" W dccci "{ra0}, {rb}" [Dcr];
    "011111 ..... ..... ..... 1111000110 0" W iccci "{ra0}, {rb}" [Dcr];
    "011111 ..... ..... ..... 0111100110 0" W dcread "{rt}, {ra0}, {rb}" [Dcr !Mas];
    "011111 00000 ..... ..... 1111100110 0" W icread "{ra0}, {rb}" [Dcr !Mas];
    "011111 ..... ..... ..... 0010100110 0" W dcbtls "{a5}, {ra0}, {rb}" [Mas];
    "011111 ..... ..... ..... 0010000110 0" W dcbtstls "{a5}, {ra0}, {rb}" [Mas];
    "011111 ..... ..... ..... 0110000110 0" W dcblc "{a5}, {ra0}, {rb}" [Mas];
    "011111 ..... ..... ..... 0111100110 0" W icbtls "{a5}, {ra0}, {rb}" [Mas];
    "011111 ..... ..... ..... 0011100110 0" W icblc "{a5}, {ra0}, {rb}" [Mas];
}

/// Calls a privileged helper that changes translations.
pub(crate) fn change(l: &Lift<'_>, helper: u16, args: &[Val<'_>]) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.ir.call(helper, args);
    l.update()
}

fn tlbwe(l: &Lift<'_>, _: W) -> Flow {
    change(l, helper::MAS_TLBWE, &[])
}

fn tlbre(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::MAS_TLBRE, &[]);
    Next
}

fn tlbsx(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::MAS_TLBSX, &[l.ea_x(f).zext(Width::W64)]);
    Next
}

fn tlbivax(l: &Lift<'_>, f: W) -> Flow {
    change(l, helper::TLBIVAX, &[l.ea_x(f).zext(Width::W64)])
}

fn tlbilx(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & 3 == 2 {
        return Flow::Illegal;
    }
    let kind = l.ir.konst(Width::W64, u64::from(f.rt() & 3));
    change(l, helper::TLBILX, &[kind, l.ea_x(f).zext(Width::W64)])
}

fn tlbld(l: &Lift<'_>, f: W) -> Flow {
    change(l, helper::TLBLD, &[l.g(f.rb()).zext(Width::W64)])
}

fn tlbli(l: &Lift<'_>, f: W) -> Flow {
    change(l, helper::TLBLI, &[l.g(f.rb()).zext(Width::W64)])
}

fn read_dcr<'b>(l: &Lift<'b>, f: W, number: Val<'b>) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.set_g(f.rt(), l.call(helper::READ_DCR, &[number]).trunc(l.xlen()));
    Next
}

/// What a device control register changes may be an interrupt's level.
fn write_dcr<'b>(l: &Lift<'b>, f: W, number: Val<'b>) -> Flow {
    change(l, helper::WRITE_DCR, &[number, l.g32(f.rt()).zext(Width::W64)])
}

fn mfdcr(l: &Lift<'_>, f: W) -> Flow {
    read_dcr(l, f, l.ir.konst(Width::W64, f.spr().into()))
}

fn mtdcr(l: &Lift<'_>, f: W) -> Flow {
    write_dcr(l, f, l.ir.konst(Width::W64, f.spr().into()))
}

fn mfdcrx(l: &Lift<'_>, f: W) -> Flow {
    read_dcr(l, f, l.g32(f.ra()).zext(Width::W64))
}

fn mtdcrx(l: &Lift<'_>, f: W) -> Flow {
    write_dcr(l, f, l.g32(f.ra()).zext(Width::W64))
}

/// There are no caches to be cleared.
fn privileged(l: &Lift<'_>) -> Flow {
    if l.refuse_problem() { Flow::Illegal } else { Next }
}

fn dccci(l: &Lift<'_>, _: W) -> Flow {
    privileged(l)
}

fn iccci(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::SYNC_CODE, &[]);
    l.update()
}

fn dcread(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.set_g(f.rt(), l.konst(0));
    Next
}

fn icread(l: &Lift<'_>, _: W) -> Flow {
    privileged(l)
}

/// Locking a line of a cache: there is none to be locked.
fn dcbtls(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dcbtstls(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn dcblc(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn icbtls(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn icblc(_: &Lift<'_>, _: W) -> Flow {
    Next
}
