//! "CMO" Extensions for Base Cache Management Operation ISA: "Zicbom", "Zicboz", "Zicbop".
//!
//! There is no cache here: management checks that the instruction is legal and the block can be reached, prefetches do nothing.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, Val, Width};

use crate::ext::Ext;
use crate::format::{Prefetch, R};
use crate::helper;
use crate::lift::Lift;

/// Size of a cache block in bytes.
const BLOCK: i64 = 64;

insns! {
    /// Unprivileged ISA 20240411, "CMO" Extensions.
    pub INSNS for Lift;
    "000000000000 ..... 010 00000 0001111" R cbo_inval "({rs1})" [Zicbom];
    "000000000001 ..... 010 00000 0001111" R cbo_clean "({rs1})" [Zicbom];
    "000000000010 ..... 010 00000 0001111" R cbo_flush "({rs1})" [Zicbom];
    "000000000100 ..... 010 00000 0001111" R cbo_zero  "({rs1})" [Zicboz];
    "....... 00000 ..... 110 00000 0010011" Prefetch prefetch_i "{imm}({rs1})" [Zicbop] over rv_i::ori;
    "....... 00001 ..... 110 00000 0010011" Prefetch prefetch_r "{imm}({rs1})" [Zicbop] over rv_i::ori;
    "....... 00011 ..... 110 00000 0010011" Prefetch prefetch_w "{imm}({rs1})" [Zicbop] over rv_i::ori;
}

/// The address of the block that holds the byte at `rs1`.
fn block<'b>(l: &Lift<'b>, rs1: u8) -> Val<'b> {
    l.x(rs1) & l.konst(-BLOCK)
}

/// Checks, and faults where a load would.
fn manage(l: &Lift, f: R, check: u16) -> Flow {
    l.call(check, &[l.encoding()]);
    l.ir.load(block(l, f.rs1), Mem::le(Width::W8));
    Next
}

fn cbo_inval(l: &Lift, f: R) -> Flow {
    manage(l, f, helper::CHECK_CBO_INVAL)
}

fn cbo_clean(l: &Lift, f: R) -> Flow {
    manage(l, f, helper::CHECK_CBO_CLEAN)
}

fn cbo_flush(l: &Lift, f: R) -> Flow {
    manage(l, f, helper::CHECK_CBO_CLEAN)
}

/// Zeroes the block. The first store faults if any does, since a block does not cross a page.
fn cbo_zero(l: &Lift, f: R) -> Flow {
    l.call(helper::CHECK_CBO_ZERO, &[l.encoding()]);
    let (base, zero) = (block(l, f.rs1), l.ir.konst(Width::W64, 0));
    for offset in (0..BLOCK).step_by(8) {
        l.ir.store(base.add_imm(offset), zero, Mem::le(Width::W64));
    }
    Next
}

fn prefetch_i(_: &Lift, _: Prefetch) -> Flow {
    Next
}

fn prefetch_r(_: &Lift, _: Prefetch) -> Flow {
    Next
}

fn prefetch_w(_: &Lift, _: Prefetch) -> Flow {
    Next
}
