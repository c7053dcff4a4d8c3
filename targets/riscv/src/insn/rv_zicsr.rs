//! "Zicsr" Extension for Control and Status Register (CSR) Instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Val, Width};

use crate::csr;
use crate::ext::Ext;
use crate::format::Csr;
use crate::helper;
use crate::lift::Lift;
use crate::mode;

insns! {
    /// RISC-V Unprivileged ISA 20240411, "Zicsr".
    pub INSNS for Lift<'_>;
    "............ ..... 001 ..... 1110011" Csr csrrw  "{rd}, {csr}, {rs1}"  [Zicsr];
    "............ ..... 010 ..... 1110011" Csr csrrs  "{rd}, {csr}, {rs1}"  [Zicsr];
    "............ ..... 011 ..... 1110011" Csr csrrc  "{rd}, {csr}, {rs1}"  [Zicsr];
    "............ ..... 101 ..... 1110011" Csr csrrwi "{rd}, {csr}, {uimm}" [Zicsr];
    "............ ..... 110 ..... 1110011" Csr csrrsi "{rd}, {csr}, {uimm}" [Zicsr];
    "............ ..... 111 ..... 1110011" Csr csrrci "{rd}, {csr}, {uimm}" [Zicsr];
}

fn csrrw(l: &Lift<'_>, f: Csr) -> Flow {
    change(l, f, helper::CSR_WRITE, l.x(f.rs1))
}

fn csrrs(l: &Lift<'_>, f: Csr) -> Flow {
    if f.rs1 == 0 { read(l, f) } else { change(l, f, helper::CSR_SET, l.x(f.rs1)) }
}

fn csrrc(l: &Lift<'_>, f: Csr) -> Flow {
    if f.rs1 == 0 { read(l, f) } else { change(l, f, helper::CSR_CLEAR, l.x(f.rs1)) }
}

fn csrrwi(l: &Lift<'_>, f: Csr) -> Flow {
    change(l, f, helper::CSR_WRITE, l.konst(f.uimm as i64))
}

fn csrrsi(l: &Lift<'_>, f: Csr) -> Flow {
    if f.uimm == 0 { read(l, f) } else { change(l, f, helper::CSR_SET, l.konst(f.uimm as i64)) }
}

fn csrrci(l: &Lift<'_>, f: Csr) -> Flow {
    if f.uimm == 0 { read(l, f) } else { change(l, f, helper::CSR_CLEAR, l.konst(f.uimm as i64)) }
}

/// Reads alone change nothing, and so do not end the block.
fn read(l: &Lift<'_>, f: Csr) -> Flow {
    let old = l.ir.call(helper::CSR_READ, &[l.ir.konst(Width::W64, f.csr.into()), l.ir.konst(Width::W64, l.bits())]);
    set_rd(l, f, old);
    Next
}

/// Writes may change the mode, enable an interrupt or move the ground under the next instruction.
fn change(l: &Lift<'_>, f: Csr, helper: u16, operand: Val<'_>) -> Flow {
    let args = [l.ir.konst(Width::W64, f.csr.into()), operand.zext(Width::W64), l.ir.konst(Width::W64, l.bits())];
    let old = l.ir.call(helper, &args);
    set_rd(l, f, old);
    let number = f.csr;
    if csr::is_scratch(number) || csr::is_float(number) && mode::fp_dirty(l.mode()) {
        return Next;
    }
    l.end(Exit::Update { pc: l.next_pc() })
}

fn set_rd(l: &Lift<'_>, f: Csr, old: Val<'_>) {
    if f.rd != 0 {
        l.set_x(f.rd, old.trunc(l.xlen()));
    }
}
