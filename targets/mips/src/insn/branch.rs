//! "CPU Branch and Jump Instructions", "CPU Trap Instructions", SYSCALL and BREAK.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Hint, Val};

use crate::ext::Ext;
use crate::format::F;
use crate::lift::{Lift, To};
use crate::trap::cause;

insns! {
    /// Volume II-A, branches with delay slots, and what traps.
    pub INSNS for Lift;
    "000010 .........................." F j   "{jump}" [!NanoMips];
    "000011 .........................." F jal "{jump}" [!NanoMips];
    "000000 ..... 00000 00000 .0000 001000" F jr   "{rs}" [!R6 !NanoMips];
    "000000 ..... 00000 ..... .0000 001001" F jalr "{rd}, {rs}" [!NanoMips];
    "000100 ..... ..... ................" F beq  "{rs}, {rt}, {target}" [!NanoMips];
    "000101 ..... ..... ................" F bne  "{rs}, {rt}, {target}" [!NanoMips];
    "000110 ..... 00000 ................" F blez "{rs}, {target}" [!R6 !NanoMips];
    "000111 ..... 00000 ................" F bgtz "{rs}, {target}" [!R6 !NanoMips];
    "000110 ..... 00000 ................" F blez "{rs}, {target}" [R6] over release6::bgeuc;
    "000111 ..... 00000 ................" F bgtz "{rs}, {target}" [R6] over release6::bltuc;
    "010100 ..... ..... ................" F beql  "{rs}, {rt}, {target}" [M2 !R6];
    "010101 ..... ..... ................" F bnel  "{rs}, {rt}, {target}" [M2 !R6];
    "010110 ..... 00000 ................" F blezl "{rs}, {target}" [M2 !R6];
    "010111 ..... 00000 ................" F bgtzl "{rs}, {target}" [M2 !R6];
    "000001 ..... 00000 ................" F bltz "{rs}, {target}" [!NanoMips];
    "000001 ..... 00001 ................" F bgez "{rs}, {target}" [!NanoMips];
    "000001 ..... 00010 ................" F bltzl "{rs}, {target}" [M2 !R6];
    "000001 ..... 00011 ................" F bgezl "{rs}, {target}" [M2 !R6];
    "000001 ..... 10000 ................" F bltzal "{rs}, {target}" [!R6 !NanoMips];
    "000001 ..... 10001 ................" F bgezal "{rs}, {target}" [!R6 !NanoMips];
    "000001 ..... 10010 ................" F bltzall "{rs}, {target}" [M2 !R6];
    "000001 ..... 10011 ................" F bgezall "{rs}, {target}" [M2 !R6];
    "000001 00000 10000 ................" F nal "{target}" [R6];
    "000001 00000 10001 ................" F bal "{target}" [R6];
    // Traps.
    "000000 ..... ..... .......... 110000" F tge  "{rs}, {rt}" [M2];
    "000000 ..... ..... .......... 110001" F tgeu "{rs}, {rt}" [M2];
    "000000 ..... ..... .......... 110010" F tlt  "{rs}, {rt}" [M2];
    "000000 ..... ..... .......... 110011" F tltu "{rs}, {rt}" [M2];
    "000000 ..... ..... .......... 110100" F teq  "{rs}, {rt}" [M2];
    "000000 ..... ..... .......... 110110" F tne  "{rs}, {rt}" [M2];
    "000001 ..... 01000 ................" F tgei  "{rs}, {imm}" [M2 !R6];
    "000001 ..... 01001 ................" F tgeiu "{rs}, {imm}" [M2 !R6];
    "000001 ..... 01010 ................" F tlti  "{rs}, {imm}" [M2 !R6];
    "000001 ..... 01011 ................" F tltiu "{rs}, {imm}" [M2 !R6];
    "000001 ..... 01100 ................" F teqi  "{rs}, {imm}" [M2 !R6];
    "000001 ..... 01110 ................" F tnei  "{rs}, {imm}" [M2 !R6];
    "000000 .................... 001100" F syscall "" [!NanoMips];
    "000000 .................... 001101" F break_  "" [!NanoMips];
}

/// The target of J and JAL: in the region of 256 MiB of the slot.
fn region(l: &Lift, f: F) -> u64 {
    l.relative(4) & !0xfff_ffff | bits::field(f.0, 0, 26) << 2
}

fn target(l: &Lift, f: F) -> u64 {
    l.relative(4 + (f.imm() << 2))
}

/// Puts the address behind the slot into register `n`.
pub(super) fn link(l: &Lift, n: u8) {
    l.set_r(n, l.konst(l.relative(8) as i64));
}

fn j(l: &Lift, f: F) -> Flow {
    l.branch(To::Jump(region(l, f)))
}

fn jal(l: &Lift, f: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    link(l, 31);
    l.branch(To::Call(region(l, f)))
}

/// The hint field is 0, or 16 to clear hazards (`jr.hb`), of which we have none; other values are reserved.
fn jr(l: &Lift, f: F) -> Flow {
    let hint = if f.rs() == 31 { Hint::Return } else { Hint::None };
    l.branch(To::Register(l.r(f.rs()), hint))
}

/// In Release 6, JR is JALR with r0.
fn jalr(l: &Lift, f: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    if f.rd() == 0 {
        return jr(l, f);
    }
    let to = l.r(f.rs());
    link(l, f.rd());
    l.branch(To::Register(to, Hint::Call))
}

/// Declares branches: name, ordinary or likely, condition, and whether they link.
macro_rules! branches {
    ($($name:ident $to:ident |$l:ident, $f:ident| $cond:expr $(, $link:literal)?;)*) => { $(
        fn $name<'b>($l: &Lift<'b>, $f: F) -> Flow {
            if $l.is_in_slot() {
                return Flow::Illegal;
            }
            let cond: Val<'b> = $cond;
            $( link($l, $link); )?
            $l.branch(To::$to(cond, target($l, $f)))
        }
    )* };
}

branches! {
    bne If |l, f| l.r(f.rs()).ne(l.r(f.rt()));
    blez If |l, f| l.r(f.rs()).le_s(l.konst(0));
    bgtz If |l, f| l.konst(0).lt_s(l.r(f.rs()));
    beql Likely |l, f| l.r(f.rs()).eq(l.r(f.rt()));
    bnel Likely |l, f| l.r(f.rs()).ne(l.r(f.rt()));
    blezl Likely |l, f| l.r(f.rs()).le_s(l.konst(0));
    bgtzl Likely |l, f| l.konst(0).lt_s(l.r(f.rs()));
    bltz If |l, f| l.r(f.rs()).lt_s(l.konst(0));
    bgez If |l, f| l.konst(0).le_s(l.r(f.rs()));
    bltzl Likely |l, f| l.r(f.rs()).lt_s(l.konst(0));
    bgezl Likely |l, f| l.konst(0).le_s(l.r(f.rs()));
    bltzal If |l, f| l.r(f.rs()).lt_s(l.konst(0)), 31;
    bgezal_if If |l, f| l.konst(0).le_s(l.r(f.rs())), 31;
    bltzall Likely |l, f| l.r(f.rs()).lt_s(l.konst(0)), 31;
    bgezall Likely |l, f| l.konst(0).le_s(l.r(f.rs())), 31;
    beq_if If |l, f| l.r(f.rs()).eq(l.r(f.rt()));
}

/// With equal registers it is the unconditional branch `b`.
fn beq(l: &Lift, f: F) -> Flow {
    if f.rs() == f.rt() { l.branch(To::Jump(target(l, f))) } else { beq_if(l, f) }
}

/// With r0 it is the unconditional call `bal`.
fn bgezal(l: &Lift, f: F) -> Flow {
    if f.rs() == 0 { bal(l, f) } else { bgezal_if(l, f) }
}

fn bal(l: &Lift, f: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    link(l, 31);
    l.branch(To::Call(target(l, f)))
}

/// It branches never, and has no delay slot to speak of: what follows is executed anyway.
fn nal(l: &Lift, _: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    link(l, 31);
    l.branch(To::Jump(l.relative(8)))
}

/// Raises Trap if `cond`.
fn trap(l: &Lift, cond: Val) -> Flow {
    l.ir.raise_if(cond, cause::TR, 0);
    Next
}

/// Declares trap instructions: on registers, and on an immediate.
macro_rules! traps {
    ($($name:ident $immediate:ident |$a:ident, $b:ident| $cond:expr;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            let ($a, $b) = (l.r(f.rs()), l.r(f.rt()));
            trap(l, $cond)
        }
        fn $immediate(l: &Lift, f: F) -> Flow {
            let ($a, $b) = (l.r(f.rs()), l.konst(f.imm()));
            trap(l, $cond)
        }
    )* };
}

traps! {
    tge tgei |a, b| b.le_s(a);
    tgeu tgeiu |a, b| b.le_u(a);
    tlt tlti |a, b| a.lt_s(b);
    tltu tltiu |a, b| a.lt_u(b);
    teq teqi |a, b| a.eq(b);
    tne tnei |a, b| a.ne(b);
}

fn syscall(l: &Lift, _: F) -> Flow {
    l.raise(cause::SYS, 0)
}

fn break_(l: &Lift, _: F) -> Flow {
    l.raise(cause::BP, 0)
}
