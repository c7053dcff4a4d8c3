//! Vector decimal instructions.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Width;

use crate::ext::Ext;
use crate::format::{VRIf, VRIg, VRIh, VRIi, VRRg, VRRh, VRRi, VRSd, VSI};
use crate::helper;
use crate::lift::Lift;
use crate::trap::code;
use crate::vector::Regs;

use super::vector_ops::{NONE, regs, set};

insns! {
    /// PoP, "Vector Decimal Instructions"; loads and stores of rightmost bytes are there as well.
    pub INSNS for Lift;
    "1110 0110 ................................ 0011 0100" VSI vpkz "{v1}, {a2}, {i3}" [Vector VectorBcd];
    "1110 0110 ................................ 0011 1100" VSI vupkz "{v1}, {a2}, {i3}" [Vector VectorBcd];
    "1110 0110 ................................ 0011 0101" VSI vlrl "{v1}, {a2}, {i3}" [Vector VectorBcd];
    "1110 0110 ................................ 0011 0111" VRSd vlrlr "{v1}, {r3}, {a2}" [Vector VectorBcd];
    "1110 0110 ................................ 0011 1101" VSI vstrl "{v1}, {a2}, {i3}" [Vector VectorBcd];
    "1110 0110 ................................ 0011 1111" VRSd vstrlr "{v1}, {r3}, {a2}" [Vector VectorBcd];
    "1110 0110 ................................ 0100 1001" VRIh vlip "{v1}, {i2}, {i3}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 0000" VRRi vcvb "{r1}, {v2}, {m3}, {m4}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 0010" VRRi vcvbg "{r1}, {v2}, {m3}, {m4}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 1000" VRIi vcvd "{v1}, {r2}, {i3}, {m4}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 1010" VRIi vcvdg "{v1}, {r2}, {i3}, {m4}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 1001" VRIg vsrp "{v1}, {v2}, {i3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 1011" VRIg vpsop "{v1}, {v2}, {i3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0101 1111" VRRg vtp "{v1}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 0111" VRRh vcp "{v1}, {v2}, {m3}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 0001" VRIf vap "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 0011" VRIf vsp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 1000" VRIf vmp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 1001" VRIf vmsp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 1010" VRIf vdp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 1011" VRIf vrp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
    "1110 0110 ................................ 0111 1110" VRIf vsdp "{v1}, {v2}, {v3}, {i4}, {m5}" [Vector VectorBcd];
}

lifts! { l, f;
    vpkz(VSI) { zoned(l, f, helper::VECTOR_PACK_ZONED) }
    vupkz(VSI) { zoned(l, f, helper::VECTOR_UNPACK_ZONED) }
    vlrl(VSI) { right(l, f, helper::VECTOR_LOAD_RIGHT) }
    vlrlr(VRSd) { l.call(helper::VECTOR_LOAD_RIGHT, &[first(l, f.v1), l.addr(f.a2), l.wz(f.r3)]); Next }
    vstrl(VSI) { right(l, f, helper::VECTOR_STORE_RIGHT) }
    vstrlr(VRSd) { l.call(helper::VECTOR_STORE_RIGHT, &[first(l, f.v1), l.addr(f.a2), l.wz(f.r3)]); Next }
    vlip(VRIh) { immediate(l, f) }
    vcvb(VRRi) { to_binary(l, f, 32) }
    vcvbg(VRRi) { to_binary(l, f, 64) }
    vcvd(VRIi) { to_decimal(l, f, 4) }
    vcvdg(VRIi) { to_decimal(l, f, 8) }
    vsrp(VRIg) { two(l, f, helper::VECTOR_SHIFT_ROUND, 0xff) }
    // Without the enhancement facility bits 0 and 1 of I4 mean nothing.
    vpsop(VRIg) { two(l, f, helper::VECTOR_SIGN_OPERATION, if l.has(Ext::VectorBcdEnh1) { 0xff } else { 0x3f }) }
    vtp(VRRg) { l.call(helper::VECTOR_TEST_DECIMAL, &[first(l, f.v1)]); Next }
    vcp(VRRh) { l.call(helper::VECTOR_COMPARE_DECIMAL, &[regs(l, Regs { v1: f.v1, v2: f.v2, m: f.m3, ..NONE })]); Next }
    vap(VRIf) { three(l, f, helper::VECTOR_ADD_DECIMAL, true) }
    vsp(VRIf) { three(l, f, helper::VECTOR_SUBTRACT_DECIMAL, true) }
    vmp(VRIf) { three(l, f, helper::VECTOR_MULTIPLY_DECIMAL, true) }
    vmsp(VRIf) { three(l, f, helper::VECTOR_MULTIPLY_SHIFT, false) }
    vdp(VRIf) { three(l, f, helper::VECTOR_DIVIDE_DECIMAL, true) }
    vrp(VRIf) { three(l, f, helper::VECTOR_REMAINDER, true) }
    vsdp(VRIf) { three(l, f, helper::VECTOR_SHIFT_DIVIDE, false) }
}

fn first<'b>(l: &Lift<'b>, v1: u8) -> crate::lift::V<'b> {
    regs(l, Regs { v1, ..NONE })
}

/// Whether an immediate with the instruction-overflow mask (of the enhancement facility), two reserved bits and a count is not
/// allowed; where the count is one of digits, zero isn't either.
fn is_invalid(l: &Lift, i: u64, counts: bool) -> bool {
    i & 0x60 != 0 || i & 0x80 != 0 && !l.has(Ext::VectorBcdEnh1) || counts && i & 0x1f == 0
}

fn zoned(l: &Lift, f: VSI, helper: u16) -> Flow {
    if f.i3 > 30 {
        return l.specification();
    }
    l.call(helper, &[first(l, f.v1), l.addr(f.a2), l.k(f.i3 as i64 + 1)]);
    Next
}

fn right(l: &Lift, f: VSI, helper: u16) -> Flow {
    if f.i3 > 15 {
        return l.specification();
    }
    l.call(helper, &[first(l, f.v1), l.addr(f.a2), l.k(f.i3 as i64)]);
    Next
}

/// VECTOR LOAD IMMEDIATE DECIMAL: four digits, shifted by up to seven, and a sign.
fn immediate(l: &Lift, f: VRIh) -> Flow {
    if (0..4).any(|i| f.i2 >> (4 * i) & 15 > 9) {
        return l.raise(code::DATA, 0);
    }
    let sign = if f.i3 & 8 != 0 { 0xd } else { 0xc };
    let value = f.i2 << (4 * (f.i3 & 7) + 4) | sign;
    set(l, f.v1, l.k(0), l.ir.konst(Width::W64, value));
    Next
}

fn to_binary(l: &Lift, f: VRRi, bits: u16) -> Flow {
    // M4, the instruction-overflow mask, came with the enhancement facility.
    if f.m4 & 8 != 0 && !l.has(Ext::VectorBcdEnh1) {
        return l.specification();
    }
    l.call(helper::VECTOR_TO_BINARY, &[regs(l, Regs { v1: f.r1, v2: f.v2, m: f.m3, n: f.m4, i: bits, ..NONE })]);
    Next
}

fn to_decimal(l: &Lift, f: VRIi, bytes: u8) -> Flow {
    if is_invalid(l, f.i3, true) {
        return l.specification();
    }
    let r = Regs { v1: f.v1, v2: f.r2, m: f.m4, n: bytes, i: f.i3 as u16, ..NONE };
    l.call(helper::VECTOR_TO_DECIMAL, &[regs(l, r)]);
    Next
}

/// Two registers, I3 with the count, I4, of which `mask` is looked at.
fn two(l: &Lift, f: VRIg, helper: u16, mask: u8) -> Flow {
    if is_invalid(l, f.i3, true) {
        return l.specification();
    }
    let r = Regs { v1: f.v1, v2: f.v2, m: f.m5, n: f.i4 as u8 & mask, i: f.i3 as u16, ..NONE };
    l.call(helper, &[regs(l, r)]);
    Next
}

/// Three registers and I4.
fn three(l: &Lift, f: VRIf, helper: u16, counts: bool) -> Flow {
    if is_invalid(l, f.i4, counts) {
        return l.specification();
    }
    let r = Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m5, i: f.i4 as u16, ..NONE };
    l.call(helper, &[regs(l, r)]);
    Next
}
