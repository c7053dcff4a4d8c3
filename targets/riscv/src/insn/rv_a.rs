//! "A" Extension for Atomic Instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, Order, RmwOp, Width};

use crate::ext::Ext;
use crate::format::Amo;
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "A" Extension.
    pub INSNS for Lift;
    // "Zalrsc" Extension for Load-Reserved/Store-Conditional Instructions.
    "00010 .. 00000 ..... 010 ..... 0101111" Amo lr_w "{.order} {rd}, ({rs1})" [A];
    "00011 .. ..... ..... 010 ..... 0101111" Amo sc_w "{.order} {rd}, {rs2}, ({rs1})" [A];
    "00010 .. 00000 ..... 011 ..... 0101111" Amo lr_d "{.order} {rd}, ({rs1})" [A Rv64];
    "00011 .. ..... ..... 011 ..... 0101111" Amo sc_d "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    // "Zaamo" Extension for Atomic Memory Operations.
    "00001 .. ..... ..... 010 ..... 0101111" Amo amoswap_w "{.order} {rd}, {rs2}, ({rs1})" [A];
    "00000 .. ..... ..... 010 ..... 0101111" Amo amoadd_w  "{.order} {rd}, {rs2}, ({rs1})" [A];
    "00100 .. ..... ..... 010 ..... 0101111" Amo amoxor_w  "{.order} {rd}, {rs2}, ({rs1})" [A];
    "01100 .. ..... ..... 010 ..... 0101111" Amo amoand_w  "{.order} {rd}, {rs2}, ({rs1})" [A];
    "01000 .. ..... ..... 010 ..... 0101111" Amo amoor_w   "{.order} {rd}, {rs2}, ({rs1})" [A];
    "10000 .. ..... ..... 010 ..... 0101111" Amo amomin_w  "{.order} {rd}, {rs2}, ({rs1})" [A];
    "10100 .. ..... ..... 010 ..... 0101111" Amo amomax_w  "{.order} {rd}, {rs2}, ({rs1})" [A];
    "11000 .. ..... ..... 010 ..... 0101111" Amo amominu_w "{.order} {rd}, {rs2}, ({rs1})" [A];
    "11100 .. ..... ..... 010 ..... 0101111" Amo amomaxu_w "{.order} {rd}, {rs2}, ({rs1})" [A];
    "00001 .. ..... ..... 011 ..... 0101111" Amo amoswap_d "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "00000 .. ..... ..... 011 ..... 0101111" Amo amoadd_d  "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "00100 .. ..... ..... 011 ..... 0101111" Amo amoxor_d  "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "01100 .. ..... ..... 011 ..... 0101111" Amo amoand_d  "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "01000 .. ..... ..... 011 ..... 0101111" Amo amoor_d   "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "10000 .. ..... ..... 011 ..... 0101111" Amo amomin_d  "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "10100 .. ..... ..... 011 ..... 0101111" Amo amomax_d  "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "11000 .. ..... ..... 011 ..... 0101111" Amo amominu_d "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
    "11100 .. ..... ..... 011 ..... 0101111" Amo amomaxu_d "{.order} {rd}, {rs2}, ({rs1})" [A Rv64];
}

/// How an atomic access is made: naturally aligned or it traps, ordered as aq and rl say.
fn atomic(f: Amo, width: Width) -> Mem {
    let order = match f.order {
        0 => Order::Relaxed,
        1 => Order::Release,
        2 => Order::Acquire,
        _ => Order::SeqCst,
    };
    Mem::le(width).aligned().ordered(order)
}

/// Loads and registers a reservation.
fn load_reserved(l: &Lift, f: Amo, width: Width) -> Flow {
    let value = l.ir.load_linked(l.x(f.rs1), atomic(f, width));
    l.set_x(f.rd, value.sext(l.xlen()));
    Next
}

/// Stores `rs2` if the reservation is valid; `rd` = 0 if it has stored, else 1.
fn store_conditional(l: &Lift, f: Amo, width: Width) -> Flow {
    let stored = l.ir.store_cond(l.x(f.rs1), l.x(f.rs2).trunc(width), atomic(f, width));
    l.set_x(f.rd, !stored);
    Next
}

/// `rd` = what was at `rs1`, sign-extended; there is then the function of it and `rs2`.
fn amo(l: &Lift, f: Amo, op: RmwOp, width: Width) -> Flow {
    let old = l.ir.rmw(op, l.x(f.rs1), l.x(f.rs2).trunc(width), atomic(f, width));
    l.set_x(f.rd, old.sext(l.xlen()));
    Next
}

fn lr_w(l: &Lift, f: Amo) -> Flow {
    load_reserved(l, f, Width::W32)
}

fn lr_d(l: &Lift, f: Amo) -> Flow {
    load_reserved(l, f, Width::W64)
}

fn sc_w(l: &Lift, f: Amo) -> Flow {
    store_conditional(l, f, Width::W32)
}

fn sc_d(l: &Lift, f: Amo) -> Flow {
    store_conditional(l, f, Width::W64)
}

/// The handlers of one AMO for words and double words.
macro_rules! amos {
    ($($w:ident $d:ident $op:ident;)*) => { $(
        fn $w(l: &Lift, f: Amo) -> Flow {
            amo(l, f, RmwOp::$op, Width::W32)
        }

        fn $d(l: &Lift, f: Amo) -> Flow {
            amo(l, f, RmwOp::$op, Width::W64)
        }
    )* };
}

amos! {
    amoswap_w amoswap_d Swap;
    amoadd_w amoadd_d Add;
    amoxor_w amoxor_d Xor;
    amoand_w amoand_d And;
    amoor_w amoor_d Or;
    amomin_w amomin_d MinS;
    amomax_w amomax_d MaxS;
    amominu_w amominu_d MinU;
    amomaxu_w amomaxu_d MaxU;
}
