//! "Zicond" Extension for Integer Conditional Operations.

use decode::Flow::{self, Next};
use decode::insns;

use crate::ext::Ext;
use crate::format::R;
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "Zicond" Extension.
    pub INSNS for Lift;
    "0000111 ..... ..... 101 ..... 0110011" R czero_eqz "{rd}, {rs1}, {rs2}" [Zicond];
    "0000111 ..... ..... 111 ..... 0110011" R czero_nez "{rd}, {rs1}, {rs2}" [Zicond];
}

/// `rd` = 0 if `rs2` is 0, else `rs1`.
fn czero_eqz(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.ir.select(l.x(f.rs2).is_nonzero(), l.x(f.rs1), l.konst(0)));
    Next
}

/// `rd` = `rs1` if `rs2` is 0, else 0.
fn czero_nez(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.ir.select(l.x(f.rs2).is_nonzero(), l.konst(0), l.x(f.rs1)));
    Next
}
