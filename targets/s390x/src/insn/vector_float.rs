//! Vector floating-point instructions.

use decode::Flow;
use decode::insns;

use crate::ext::Ext;
use crate::format::{VRIe, VRRa, VRRc, VRRe};
use crate::lift::Lift;
use crate::vector::Regs;
use crate::vector::rows;

use super::vector_ops::*;

insns! {
    /// PoP, "Vector Floating-Point Instructions".
    pub INSNS for Lift;
    "1110 0111 ................................ 1110 0011" VRRc vfa "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1110 0010" VRRc vfs "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1110 0111" VRRc vfm "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1110 0101" VRRc vfd "{v1}, {v2}, {v3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 1110" VRRa vfsq "{v1}, {v2}, {m3}, {m4}" [Vector];
    "1110 0111 ................................ 1000 1111" VRRe vfma "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1000 1110" VRRe vfms "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1001 1111" VRRe vfnma "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector VectorEnh1];
    "1110 0111 ................................ 1001 1110" VRRe vfnms "{v1}, {v2}, {v3}, {v4}, {m5}, {m6}" [Vector VectorEnh1];
    "1110 0111 ................................ 1110 1000" VRRc vfce "{v1}, {v2}, {v3}, {m4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1110 1011" VRRc vfch "{v1}, {v2}, {v3}, {m4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1110 1010" VRRc vfche "{v1}, {v2}, {v3}, {m4}, {m5}, {m6}" [Vector];
    "1110 0111 ................................ 1100 1011" VRRa wfc "{v1}, {v2}, {m3}, {m4}" [Vector];
    "1110 0111 ................................ 1100 1010" VRRa wfk "{v1}, {v2}, {m3}, {m4}" [Vector];
    "1110 0111 ................................ 1100 0111" VRRa vfi "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 0011" VRRa vcdg "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 0001" VRRa vcdlg "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 0010" VRRa vcgd "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 0000" VRRa vclgd "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 0100" VRRa vlde "{v1}, {v2}, {m3}, {m4}" [Vector];
    "1110 0111 ................................ 1100 0101" VRRa vled "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1100 1100" VRRa vfpso "{v1}, {v2}, {m3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 0100 1010" VRIe vftci "{v1}, {v2}, {i3}, {m4}, {m5}" [Vector];
    "1110 0111 ................................ 1110 1111" VRRc vfmax "{v1}, {v2}, {v3}, {m4}, {m5}, {m6}" [Vector VectorEnh1];
    "1110 0111 ................................ 1110 1110" VRRc vfmin "{v1}, {v2}, {v3}, {m4}, {m5}, {m6}" [Vector VectorEnh1];
}

lifts! { l, f;
    vfa(VRRc) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, n: f.m5, ..NONE }, f.m4, rows::FP_ADD) }
    vfs(VRRc) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, n: f.m5, ..NONE }, f.m4, rows::FP_SUB) }
    vfm(VRRc) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, n: f.m5, ..NONE }, f.m4, rows::FP_MUL) }
    vfd(VRRc) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, n: f.m5, ..NONE }, f.m4, rows::FP_DIV) }
    vfsq(VRRa) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, n: f.m4, ..NONE }, f.m3, rows::FP_SQRT) }
    vfma(VRRe) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, n: f.m5, ..NONE }, f.m6, rows::FP_MULTIPLY_ADD) }
    vfms(VRRe) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, n: f.m5, ..NONE }, f.m6, rows::FP_MULTIPLY_SUB) }
    vfnma(VRRe) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, n: f.m5, ..NONE }, f.m6, rows::FP_NEGATIVE_MULTIPLY_ADD) }
    vfnms(VRRe) { arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, v4: f.v4, n: f.m5, ..NONE }, f.m6, rows::FP_NEGATIVE_MULTIPLY_SUB) }
    vfce(VRRc) { compare(l, f, rows::FP_EQUAL) }
    vfch(VRRc) { compare(l, f, rows::FP_HIGH) }
    vfche(VRRc) { compare(l, f, rows::FP_HIGH_OR_EQUAL) }
    wfc(VRRa) { if f.m4 != 0 { return l.specification(); } scalar(l, f, 0) }
    wfk(VRRa) { if f.m4 != 0 { return l.specification(); } scalar(l, f, 1) }
    vfi(VRRa) { rounded(l, f, rows::FP_ROUND, 2) }
    vcdg(VRRa) { convert(l, f, rows::FP_FROM_FIXED, 0) }
    vcdlg(VRRa) { convert(l, f, rows::FP_FROM_FIXED, 1) }
    vcgd(VRRa) { convert(l, f, rows::FP_TO_FIXED, 0) }
    vclgd(VRRa) { convert(l, f, rows::FP_TO_FIXED, 1) }
    vlde(VRRa) { if f.m3 == 4 || f.m4 & 7 != 0 { return l.specification(); } lengthen(l, f) }
    vled(VRRa) { rounded(l, f, rows::FP_SHORTEN, 3) }
    vfpso(VRRa) { if f.m5 > 2 { return l.specification(); } arithmetic(l, Regs { v1: f.v1, v2: f.v2, m: f.m5, n: f.m4, ..NONE }, f.m3, rows::FP_SIGN) }
    vftci(VRIe) { test_class(l, f) }
    vfmax(VRRc) { if f.m6 & 7 > 4 { return l.specification(); } arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m6, n: f.m5, ..NONE }, f.m4, rows::FP_MAX) }
    vfmin(VRRc) { if f.m6 & 7 > 4 { return l.specification(); } arithmetic(l, Regs { v1: f.v1, v2: f.v2, v3: f.v3, m: f.m6, n: f.m5, ..NONE }, f.m4, rows::FP_MIN) }
}
