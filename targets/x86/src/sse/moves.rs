//! Moves and logic of vectors.

use iced_x86::{Mnemonic, OpKind};
use uop::Width;

use super::number;
use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, V, segment};
use crate::state;

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Movaps |l| whole(l, true);
    Movapd |l| whole(l, true);
    Movdqa |l| whole(l, true);
    Movups |l| whole(l, false);
    Movupd |l| whole(l, false);
    Movdqu |l| whole(l, false);
    Lddqu |l| whole(l, false);
    Movntps |l| whole(l, true);
    Movntpd |l| whole(l, true);
    Movntdq |l| whole(l, true);
    Movntdqa |l| whole(l, true);
    Movss |l| scalar(l, Width::W32);
    Movd |l| double(l, Width::W32);
    Movq |l| double(l, Width::W64);
    Movlps half;
    Movlpd half;
    Movhps half;
    Movhpd half;
    Movhlps |l| on(l, |l| { let (_, h) = l.xmm(number(l.insn.op1_register())); l.ir.set(state::xmm(number(l.insn.op0_register()), 0), h); });
    Movlhps |l| on(l, |l| { let (x, _) = l.xmm(number(l.insn.op1_register())); l.ir.set(state::xmm(number(l.insn.op0_register()), 1), x); });
    Pxor |l| logic(l, V::bitxor);
    Xorps |l| logic(l, V::bitxor);
    Xorpd |l| logic(l, V::bitxor);
    Pand |l| logic(l, V::bitand);
    Andps |l| logic(l, V::bitand);
    Andpd |l| logic(l, V::bitand);
    Por |l| logic(l, V::bitor);
    Orps |l| logic(l, V::bitor);
    Orpd |l| logic(l, V::bitor);
    Pandn |l| logic(l, |a, b| !a & b);
    Andnps |l| logic(l, |a, b| !a & b);
    Andnpd |l| logic(l, |a, b| !a & b);
    Paddq |l| logic(l, |a, b| a + b);
    Psubq |l| logic(l, |a, b| a - b);
    Pmovmskb |l| mask(l);
    Movmskps |l| mask(l);
    Movmskpd |l| mask(l);
    Pextrb |l| extract(l, Width::W8);
    Pextrw |l| extract(l, Width::W16);
    Pextrd |l| extract(l, Width::W32);
    Pextrq |l| extract(l, Width::W64);
    Extractps |l| extract(l, Width::W32);
    Ptest |l| on(l, |l| {
        let (a, b) = (l.source(0, true), l.source(1, true));
        let both = (a.0 & b.0) | (a.1 & b.1);
        let rest = (!a.0 & b.0) | (!a.1 & b.1);
        let zero = both.eq(l.k(0)).zext(Width::W64);
        let carry = rest.eq(l.k(0)).zext(Width::W64);
        l.set_flag_bits(carry | zero.shl(l.k(6)));
    });
    Movntss |l| on(l, |l| l.write(0, l.ir.get(state::xmm(number(l.insn.op1_register()), 0)).trunc(Width::W32)));
    Movntsd |l| on(l, |l| l.write(0, l.ir.get(state::xmm(number(l.insn.op1_register()), 0))));
    Maskmovdqu mask_bytes;
    Pcmpestri |l| super::text_compare(l, true, false);
    Pcmpestri64 |l| super::text_compare(l, true, false);
    Pcmpestrm |l| super::text_compare(l, true, true);
    Pcmpestrm64 |l| super::text_compare(l, true, true);
    Pcmpistri |l| super::text_compare(l, false, false);
    Pcmpistrm |l| super::text_compare(l, false, true);
    Ldmxcsr |l| on(l, |l| {
        let v = l.read(0, Width::W32).zext(Width::W64);
        l.ir.call(helper::LOAD_MXCSR, &[v]);
    });
    Stmxcsr |l| on(l, |l| l.write(0, l.ir.get(state::MXCSR)));
};

use std::ops::{BitAnd, BitOr, BitXor};

/// Lifts what `f` says if SSE is on.
fn on(l: &Lift<'_>, f: impl Fn(&Lift<'_>)) -> Flow {
    let mm = |n: u32| l.insn.op_kind(n) == OpKind::Register && l.insn.op_register(n).is_mm();
    if (0..l.insn.op_count()).any(mm) {
        return crate::mmx::lift(l);
    }
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    f(l);
    Flow::Next
}

fn logic<'l>(l: &Lift<'l>, f: fn(V<'l>, V<'l>) -> V<'l>) -> Flow {
    if l.insn.op0_register().is_mm() {
        return crate::mmx::lift(l);
    }
    if let Some(flow) = l.sse_off() {
        return flow;
    }
    let n = number(l.insn.op0_register());
    let (a, b) = (l.xmm(n), l.source(1, true));
    l.set_xmm(n, (f(a.0, b.0), f(a.1, b.1)));
    Flow::Next
}

fn whole(l: &Lift<'_>, aligned: bool) -> Flow {
    on(l, |l| {
        let (low, high) = l.source(1, aligned);
        if l.insn.op0_kind() == OpKind::Register {
            l.set_xmm(number(l.insn.op0_register()), (low, high));
        } else {
            let at = l.address_16(true, aligned);
            // Both halves must be storable before the first is stored.
            l.ir.call(helper::CHECK_WRITE, &[at, l.k(16)]);
            l.store(at, low);
            l.store(at.add_imm(8), high);
        }
    })
}

/// MOVSD and MOVSS: from memory the rest becomes 0, between registers it stays.
fn scalar(l: &Lift<'_>, w: Width) -> Flow {
    on(l, |l| {
        if l.is_mem(0) {
            let v = l.ir.get(state::xmm(number(l.insn.op1_register()), 0));
            l.write(0, v.trunc(w));
            return;
        }
        let n = number(l.insn.op0_register());
        if l.is_mem(1) {
            let v = l.read(1, w).zext(Width::W64);
            l.set_xmm(n, (v, l.k(0)));
        } else {
            let v = l.ir.get(state::xmm(number(l.insn.op1_register()), 0));
            let old = l.ir.get(state::xmm(n, 0));
            l.ir.set(state::xmm(n, 0), if w == Width::W64 { v } else { old.deposit(0, 32, v) });
        }
    })
}

/// MOVSD.
pub(crate) fn movsd(l: &Lift<'_>) -> Flow {
    scalar(l, Width::W64)
}

/// MOVD and MOVQ.
pub(super) fn double(l: &Lift<'_>, w: Width) -> Flow {
    on(l, |l| {
        let low = |n: u32| -> Option<V<'_>> {
            let r = l.insn.op_register(n);
            (l.insn.op_kind(n) == OpKind::Register && r.is_xmm()).then(|| l.ir.get(state::xmm(number(r), 0)))
        };
        let v = low(1).map_or_else(|| l.read(1, w).zext(Width::W64), |v| v.trunc(w).zext(Width::W64));
        if l.insn.op0_kind() == OpKind::Register && l.insn.op0_register().is_xmm() {
            l.set_xmm(number(l.insn.op0_register()), (v, l.k(0)));
        } else {
            l.write(0, v.trunc(w));
        }
    })
}

/// MASKMOVDQU: to the address in rDI.
pub(super) fn mask_bytes(l: &Lift<'_>) -> Flow {
    let first = if l.insn.op0_kind() == OpKind::Register { 0 } else { 1 };
    let w = match l.insn.op0_kind() {
        OpKind::MemorySegDI => Width::W16,
        OpKind::MemorySegEDI => Width::W32,
        _ => Width::W64,
    };
    on(l, |l| {
        let reg = |n: u32| u64::from(number(l.insn.op_register(n)));
        let offset = l.low(7, w).zext(Width::W64);
        let at = l.linear(segment(l.insn.memory_segment()), offset, 16, true);
        l.ir.call(helper::MASK_BYTES, &[l.k(reg(first) | reg(first + 1) << 4), at]);
    })
}

/// MOVLPS, MOVHPS: one half to or from memory.
fn half(l: &Lift<'_>) -> Flow {
    let part = u8::from(matches!(l.mnemonic(), Mnemonic::Movhps | Mnemonic::Movhpd));
    on(l, |l| {
        if l.is_mem(0) {
            l.write(0, l.ir.get(state::xmm(number(l.insn.op1_register()), part)));
        } else {
            l.ir.set(state::xmm(number(l.insn.op0_register()), part), l.read(1, Width::W64));
        }
    })
}

fn mask(l: &Lift<'_>) -> Flow {
    let bits = match l.mnemonic() {
        Mnemonic::Pmovmskb => 8,
        Mnemonic::Movmskps => 32,
        _ => 64,
    };
    on(l, |l| {
        let (low, high) = l.source(1, true);
        let v = l.ir.call(helper::MOVE_MASK, &[low, high, l.k(bits)]);
        let r = l.insn.op0_register();
        l.set_gpr(r, v.trunc(crate::lift::width(r.size())));
    })
}

pub(super) fn extract(l: &Lift<'_>, w: Width) -> Flow {
    on(l, |l| {
        let lanes = 128 / w.bits();
        let at = l.insn.immediate(2) as u32 & (lanes - 1);
        let (low, high) = l.source(1, true);
        let (v, at) = if at >= lanes / 2 { (high, at - lanes / 2) } else { (low, at) };
        let v = if w == Width::W64 { v } else { v.extract(at * w.bits(), w.bits()) };
        if l.is_mem(0) {
            l.write(0, v.trunc(w));
        } else {
            let r = l.insn.op0_register();
            l.set_gpr(r, v.trunc(crate::lift::width(r.size())));
        }
    })
}
