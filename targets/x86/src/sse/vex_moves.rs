//! Moves, tests and conversions with a VEX prefix, which have results beside vector registers or memory operands of their own kind.

use iced_x86::{Mnemonic, OpKind};
use uop::Width;

use super::{moves, number, scalar};
use crate::flags::Op;
use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, V, segment};
use crate::state::{self, xmm};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Vmovaps |l| whole(l, true);
    Vmovapd |l| whole(l, true);
    Vmovdqa |l| whole(l, true);
    Vmovups |l| whole(l, false);
    Vmovupd |l| whole(l, false);
    Vmovdqu |l| whole(l, false);
    Vlddqu |l| whole(l, false);
    Vmovntps |l| whole(l, true);
    Vmovntpd |l| whole(l, true);
    Vmovntdq |l| whole(l, true);
    Vmovntdqa |l| whole(l, true);
    Vmovss |l| part(l, Width::W32);
    Vmovsd |l| part(l, Width::W64);
    Vmovd |l| moves::double(l, Width::W32);
    Vmovq |l| moves::double(l, Width::W64);
    Vmovlps half;
    Vmovlpd half;
    Vmovhps half;
    Vmovhpd half;
    Vmovhlps |l| on(l, |l| { let (a, b) = two(l); l.set_xmm(to(l), (b.1, a.1)); });
    Vmovlhps |l| on(l, |l| { let (a, b) = two(l); l.set_xmm(to(l), (a.0, b.0)); });
    Vmovmskps mask;
    Vmovmskpd mask;
    Vpmovmskb mask;
    Vpextrb |l| moves::extract(l, Width::W8);
    Vpextrw |l| moves::extract(l, Width::W16);
    Vpextrd |l| moves::extract(l, Width::W32);
    Vpextrq |l| moves::extract(l, Width::W64);
    Vextractps |l| moves::extract(l, Width::W32);
    Vextractf128 extract_half;
    Vextracti128 extract_half;
    Vptest |l| test(l, u64::MAX);
    Vtestps |l| test(l, 0x8000_0000_8000_0000);
    Vtestpd |l| test(l, 1 << 63);
    Vldmxcsr |l| on(l, |l| { l.ir.call(helper::LOAD_MXCSR, &[l.read(0, Width::W32).zext(Width::W64)]); });
    Vstmxcsr |l| on(l, |l| l.write(0, l.ir.get(state::MXCSR)));
    Vcomisd |l| scalar::compare(l, true, false);
    Vucomisd |l| scalar::compare(l, true, true);
    Vcomiss |l| scalar::compare(l, false, false);
    Vucomiss |l| scalar::compare(l, false, true);
    Vcvtsd2si |l| scalar::to_integer(l, true, false);
    Vcvttsd2si |l| scalar::to_integer(l, true, true);
    Vcvtss2si |l| scalar::to_integer(l, false, false);
    Vcvttss2si |l| scalar::to_integer(l, false, true);
    Vzeroupper |l| clear(l, 2);
    Vzeroall |l| clear(l, 0);
    Vmaskmovps |l| masked(l, 4);
    Vmaskmovpd |l| masked(l, 8);
    Vpmaskmovd |l| masked(l, 4);
    Vpmaskmovq |l| masked(l, 8);
    Vmaskmovdqu moves::mask_bytes;
    Vpcmpestri |l| super::text_compare(l, true, false);
    Vpcmpestrm |l| super::text_compare(l, true, true);
    Vpcmpestri64 |l| super::text_compare(l, true, false);
    Vpcmpestrm64 |l| super::text_compare(l, true, true);
    Vpcmpistri |l| super::text_compare(l, false, false);
    Vpcmpistrm |l| super::text_compare(l, false, true);
    Vgatherdps |l| gather(l, 4, 4);
    Vgatherdpd |l| gather(l, 8, 4);
    Vgatherqps |l| gather(l, 4, 8);
    Vgatherqpd |l| gather(l, 8, 8);
    Vpgatherdd |l| gather(l, 4, 4);
    Vpgatherdq |l| gather(l, 8, 4);
    Vpgatherqd |l| gather(l, 4, 8);
    Vpgatherqq |l| gather(l, 8, 8);
};

fn on(l: &Lift<'_>, f: impl Fn(&Lift<'_>)) -> Flow {
    if let Some(flow) = l.avx_off() {
        return flow;
    }
    f(l);
    Flow::Next
}

fn to(l: &Lift<'_>) -> u8 {
    number(l.insn.op0_register())
}

/// The two sources of an instruction of three registers.
fn two<'b>(l: &Lift<'b>) -> ((V<'b>, V<'b>), (V<'b>, V<'b>)) {
    (l.xmm(number(l.insn.op1_register())), l.xmm(number(l.insn.op2_register())))
}

/// Quadwords of the vector operands.
fn words(l: &Lift<'_>) -> u8 {
    if l.is_256() { 4 } else { 2 }
}

fn whole(l: &Lift<'_>, aligned: bool) -> Flow {
    on(l, |l| {
        let n = words(l);
        let bytes = u32::from(n) * 8;
        let address = |write: bool| {
            let at = l.address(bytes, write);
            if aligned {
                let low = at & l.k(u64::from(bytes) - 1);
                l.ir.raise_if(low.is_nonzero(), 0x100 | u32::from(crate::trap::vector::GP), 0);
            }
            at
        };
        let offset = |p: u8| i64::from(p) * 8;
        if l.is_mem(0) {
            let from = number(l.insn.op1_register());
            let at = address(true);
            l.ir.call(helper::CHECK_WRITE, &[at, l.k(bytes.into())]);
            (0..n).for_each(|p| l.store(at.add_imm(offset(p)), l.ir.get(xmm(from, p))));
            return;
        }
        let values: Vec<V<'_>> = if l.is_mem(1) {
            let at = address(false);
            (0..n).map(|p| l.load(at.add_imm(offset(p)), Width::W64)).collect()
        } else {
            (0..n).map(|p| l.ir.get(xmm(number(l.insn.op1_register()), p))).collect()
        };
        for p in 0..4 {
            l.ir.set(xmm(to(l), p), values.get(usize::from(p)).copied().unwrap_or_else(|| l.k(0)));
        }
    })
}

/// VMOVSS and VMOVSD: the lowest lane; the rest from the first source, or 0.
fn part(l: &Lift<'_>, w: Width) -> Flow {
    on(l, |l| {
        if l.is_mem(0) {
            l.write(0, l.ir.get(xmm(number(l.insn.op1_register()), 0)).trunc(w));
        } else if l.is_mem(1) {
            let v = l.read(1, w).zext(Width::W64);
            l.set_xmm(to(l), (v, l.k(0)));
        } else {
            let (a, b) = two(l);
            let low = if w == Width::W64 { b.0 } else { a.0.deposit(0, 32, b.0) };
            l.set_xmm(to(l), (low, a.1));
        }
    })
}

/// VMOVLPS, VMOVHPS: one half from memory, the other from a register; or to memory.
fn half(l: &Lift<'_>) -> Flow {
    let high = matches!(l.mnemonic(), Mnemonic::Vmovhps | Mnemonic::Vmovhpd);
    on(l, |l| {
        if l.is_mem(0) {
            l.write(0, l.ir.get(xmm(number(l.insn.op1_register()), high.into())));
            return;
        }
        let a = l.xmm(number(l.insn.op1_register()));
        let v = l.read(2, Width::W64);
        l.set_xmm(to(l), if high { (a.0, v) } else { (v, a.1) });
    })
}

fn mask(l: &Lift<'_>) -> Flow {
    let bits = match l.mnemonic() {
        Mnemonic::Vpmovmskb => 8,
        Mnemonic::Vmovmskps => 32,
        _ => 64,
    };
    on(l, |l| {
        let from = number(l.insn.op1_register());
        let part =
            |p: u8| l.ir.call(helper::MOVE_MASK, &[l.ir.get(xmm(from, p)), l.ir.get(xmm(from, p + 1)), l.k(bits)]);
        let low = part(0);
        let v = if l.is_256() { low | part(2).shl(l.k(128 / bits)) } else { low };
        let r = l.insn.op0_register();
        l.set_gpr(r, v.trunc(crate::lift::width(r.size())));
    })
}

fn extract_half(l: &Lift<'_>) -> Flow {
    on(l, |l| {
        let at = (l.insn.immediate(2) as u8 & 1) * 2;
        let from = number(l.insn.op1_register());
        let (low, high) = (l.ir.get(xmm(from, at)), l.ir.get(xmm(from, at + 1)));
        if l.is_mem(0) {
            let at = l.address(16, true);
            l.ir.call(helper::CHECK_WRITE, &[at, l.k(16)]);
            l.store(at, low);
            l.store(at.add_imm(8), high);
        } else {
            l.set_xmm(to(l), (low, high));
        }
    })
}

/// VPTEST, VTESTPS, VTESTPD: the bits of `mask` in each quadword.
fn test(l: &Lift<'_>, mask: u64) -> Flow {
    on(l, |l| {
        let n = words(l);
        let b: Vec<V<'_>> = if l.is_mem(1) {
            let at = l.address(u32::from(n) * 8, false);
            (0..n).map(|p| l.load(at.add_imm(i64::from(p) * 8), Width::W64)).collect()
        } else {
            (0..n).map(|p| l.ir.get(xmm(number(l.insn.op1_register()), p))).collect()
        };
        let (mut both, mut rest) = (l.k(0), l.k(0));
        for (p, b) in (0..n).zip(b) {
            let a = l.ir.get(xmm(to(l), p));
            both = both | (a & b);
            rest = rest | (!a & b);
        }
        let zero = (both & l.k(mask)).eq(l.k(0)).zext(Width::W64);
        let carry = (rest & l.k(mask)).eq(l.k(0)).zext(Width::W64);
        l.set_flags(Op::Flags, Width::W8, carry | zero.shl(l.k(6)), None, None);
    })
}

/// VZEROUPPER and VZEROALL: quadwords from `first` on become 0. Outside 64-bit code there are eight registers.
fn clear(l: &Lift<'_>, first: u8) -> Flow {
    on(l, |l| {
        for n in 0..if l.long() { 16 } else { 8 } {
            (first..4).for_each(|p| l.ir.set(xmm(n, p), l.k(0)));
        }
    })
}

/// Loads and stores of the elements that a mask chooses.
fn masked(l: &Lift<'_>, element: u64) -> Flow {
    on(l, |l| {
        let store = l.is_mem(0);
        let reg = |n: u32| u64::from(number(l.insn.op_register(n)));
        let n = u32::from(words(l)) * 8;
        let at = l.linear(segment(l.insn.memory_segment()), l.offset(), 1, store);
        let (mask, data) = if store { (reg(1), reg(2)) } else { (reg(1), reg(0)) };
        let what = mask | data << 5 | element << 10 | u64::from(n) << 16 | u64::from(store) << 24;
        l.ir.call(helper::MASKED, &[l.k(what), at]);
    })
}

/// Gathers: bytes of an element and of an index.
fn gather(l: &Lift<'_>, element: u64, index: u64) -> Flow {
    let i = &l.insn;
    let reg = |r: iced_x86::Register| u64::from(number(r));
    let (to, mask, vector) = (reg(i.op0_register()), reg(i.op2_register()), reg(i.memory_index()));
    // SDM volume 2C, "VGATHERDPS": #UD if any of the three registers are the same.
    if i.op1_kind() != OpKind::Memory || to == mask || to == vector || mask == vector {
        return Flow::Undefined;
    }
    on(l, |l| {
        let base = if i.memory_base() == iced_x86::Register::None {
            l.k(i.memory_displacement64())
        } else {
            l.gpr(i.memory_base()).zext(Width::W64) + l.k(i.memory_displacement64())
        };
        let n = if l.is_256() || i.memory_index().is_ymm() { 32 } else { 16 } / element.max(index);
        let narrow = i.memory_base().size() == 4 || !l.long();
        let what = to
            | mask << 5
            | vector << 10
            | element << 16
            | index << 20
            | n << 24
            | u64::from(i.memory_index_scale()) << 32
            | (segment(i.memory_segment()) as u64) << 40
            | u64::from(narrow) << 44;
        l.ir.call(helper::GATHER, &[l.k(what), base]);
    })
}
