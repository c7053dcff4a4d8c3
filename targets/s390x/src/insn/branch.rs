//! General instructions: branches, compare-and-branch, compare-and-trap, execute, shifts, rotates.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Hint, Width};

use crate::cc::Kind;
use crate::ext::Ext;
use crate::format::{
    Addr, E, I, MII, RI, RIEa, RIEb, RIEc, RIEd, RIEf, RIL, RIS, RR, RRE, RRF, RRS, RS, RSI, RSY, RX, RXY, SMI,
};
use crate::helper;
use crate::lift::{Lift, V};
use crate::trap::{code, dxc};

insns! {
    /// PoP, "General Instructions".
    pub INSNS for Lift;
    // BRANCH ON CONDITION.
    "0000 0111 ........" RR bcr "{m1}, {r2}" [Z];
    "0100 0111 ........................" RX bc "{m1}, {a2}" [Z];
    "1110 0011 ................................ 0100 0111" RXY bic "{m1}, {a2}" [Misc2];
    "1010 0111 .... 0100 ................" RI brc "{m1}, {t2}" [Z];
    "1100 0000 .... 0100 ................................" RIL brcl "{m1}, {t2}" [Z];
    "1100 0111 ........................................" SMI bpp "{m1}, {t2}, {a3}" [Zec12];
    "1100 0101 ........................................" MII bprp "{m1}, {i2}, {i3}" [Zec12];
    // BRANCH AND SAVE, BRANCH AND LINK.
    "0000 1101 ........" RR basr "{r1}, {r2}" [Z];
    "0100 1101 ........................" RX bas "{r1}, {a2}" [Z];
    "0000 0101 ........" RR balr "{r1}, {r2}" [Z];
    "0100 0101 ........................" RX bal "{r1}, {a2}" [Z];
    "1010 0111 .... 0101 ................" RI bras "{r1}, {t2}" [Z];
    "1100 0000 .... 0101 ................................" RIL brasl "{r1}, {t2}" [Z];
    "0000 1100 ........" RR bassm "{r1}, {r2}" [Z];
    "0000 1011 ........" RR bsm "{r1}, {r2}" [Z];
    "0000 0001 0000 1100" E sam24 "" [Z];
    "0000 0001 0000 1101" E sam31 "" [Z];
    "0000 0001 0000 1110" E sam64 "" [Z];
    "0000 0001 0000 1011" E tam "" [Z];
    // BRANCH ON COUNT, BRANCH ON INDEX.
    "0000 0110 ........" RR bctr "{r1}, {r2}" [Z];
    "0100 0110 ........................" RX bct "{r1}, {a2}" [Z];
    "1011 1001 0100 0110 ................" RRE bctgr "{r1}, {r2}" [Z];
    "1110 0011 ................................ 0100 0110" RXY bctg "{r1}, {a2}" [Z];
    "1010 0111 .... 0110 ................" RI brct "{r1}, {t2}" [Z];
    "1010 0111 .... 0111 ................" RI brctg "{r1}, {t2}" [Z];
    "1100 1100 .... 0110 ................................" RIL brcth "{r1}, {t2}" [Z196];
    "1000 0110 ........................" RS bxh "{r1}, {r3}, {a2}" [Z];
    "1000 0111 ........................" RS bxle "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0100 0100" RSY bxhg "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0100 0101" RSY bxleg "{r1}, {r3}, {a2}" [Z];
    "1000 0100 ........................" RSI brxh "{r1}, {r3}, {t2}" [Z];
    "1000 0101 ........................" RSI brxle "{r1}, {r3}, {t2}" [Z];
    "1110 1100 ................................ 0100 0100" RIEd brxhg "{r1}, {r3}, {t2}" [Z];
    "1110 1100 ................................ 0100 0101" RIEd brxlg "{r1}, {r3}, {t2}" [Z];
    // COMPARE AND BRANCH.
    "1110 1100 ................................ 0111 0110" RIEb crj "{r1}, {r2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0110 0100" RIEb cgrj "{r1}, {r2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0111 0111" RIEb clrj "{r1}, {r2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0110 0101" RIEb clgrj "{r1}, {r2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0111 1110" RIEc cij "{r1}, {i2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0111 1100" RIEc cgij "{r1}, {i2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0111 1111" RIEc clij "{r1}, {u2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 0111 1101" RIEc clgij "{r1}, {u2}, {m3}, {t4}" [GenExt];
    "1110 1100 ................................ 1111 0110" RRS crb "{r1}, {r2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1110 0100" RRS cgrb "{r1}, {r2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1111 0111" RRS clrb "{r1}, {r2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1110 0101" RRS clgrb "{r1}, {r2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1111 1110" RIS cib "{r1}, {i2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1111 1100" RIS cgib "{r1}, {i2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1111 1111" RIS clib "{r1}, {u2}, {m3}, {a4}" [GenExt];
    "1110 1100 ................................ 1111 1101" RIS clgib "{r1}, {u2}, {m3}, {a4}" [GenExt];
    // COMPARE AND TRAP.
    "1011 1001 0111 0010 ................" RRF crt "{r1}, {r2}, {m3}" [GenExt];
    "1011 1001 0110 0000 ................" RRF cgrt "{r1}, {r2}, {m3}" [GenExt];
    "1011 1001 0111 0011 ................" RRF clrt "{r1}, {r2}, {m3}" [GenExt];
    "1011 1001 0110 0001 ................" RRF clgrt "{r1}, {r2}, {m3}" [GenExt];
    "1110 1100 ................................ 0111 0010" RIEa cit "{r1}, {i2}, {m3}" [GenExt];
    "1110 1100 ................................ 0111 0000" RIEa cgit "{r1}, {i2}, {m3}" [GenExt];
    "1110 1100 ................................ 0111 0011" RIEa clfit "{r1}, {u2}, {m3}" [GenExt];
    "1110 1100 ................................ 0111 0001" RIEa clgit "{r1}, {u2}, {m3}" [GenExt];
    "1110 1011 ................................ 0010 0011" RSY clt "{r1}, {m3}, {a2}" [Zec12];
    "1110 1011 ................................ 0010 1011" RSY clgt "{r1}, {m3}, {a2}" [Zec12];
    // EXECUTE.
    "0100 0100 ........................" RX ex "{r1}, {a2}" [Z];
    "1100 0110 .... 0000 ................................" RIL exrl "{r1}, {t2}" [Exrl];
    "0000 1010 ........" I svc "{i}" [Z];
    // Shifts.
    "1000 1001 ........................" RS sll "{r1}, {a2}" [Z];
    "1000 1000 ........................" RS srl "{r1}, {a2}" [Z];
    "1000 1010 ........................" RS sra "{r1}, {a2}" [Z];
    "1000 1011 ........................" RS sla "{r1}, {a2}" [Z];
    "1110 1011 ................................ 1101 1111" RSY sllk "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1101 1110" RSY srlk "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1101 1100" RSY srak "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 1101 1101" RSY slak "{r1}, {r3}, {a2}" [Z196];
    "1110 1011 ................................ 0000 1101" RSY sllg "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0000 1100" RSY srlg "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0000 1010" RSY srag "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0000 1011" RSY slag "{r1}, {r3}, {a2}" [Z];
    "1000 1101 ........................" RS sldl "{r1}, {a2}" [Z];
    "1000 1100 ........................" RS srdl "{r1}, {a2}" [Z];
    "1000 1110 ........................" RS srda "{r1}, {a2}" [Z];
    "1000 1111 ........................" RS slda "{r1}, {a2}" [Z];
    "1110 1011 ................................ 0001 1101" RSY rll "{r1}, {r3}, {a2}" [Z];
    "1110 1011 ................................ 0001 1100" RSY rllg "{r1}, {r3}, {a2}" [Z];
    // ROTATE THEN ... SELECTED BITS.
    "1110 1100 ................................ 0101 0101" RIEf risbg "{r1}, {r2}, {i3}, {i4}, {i5}" [GenExt];
    "1110 1100 ................................ 0101 1001" RIEf risbgn "{r1}, {r2}, {i3}, {i4}, {i5}" [Zec12];
    "1110 1100 ................................ 0101 1101" RIEf risbhg "{r1}, {r2}, {i3}, {i4}, {i5}" [Z196];
    "1110 1100 ................................ 0101 0001" RIEf risblg "{r1}, {r2}, {i3}, {i4}, {i5}" [Z196];
    "1110 1100 ................................ 0101 0100" RIEf rnsbg "{r1}, {r2}, {i3}, {i4}, {i5}" [GenExt];
    "1110 1100 ................................ 0101 0110" RIEf rosbg "{r1}, {r2}, {i3}, {i4}, {i5}" [GenExt];
    "1110 1100 ................................ 0101 0111" RIEf rxsbg "{r1}, {r2}, {i3}, {i4}, {i5}" [GenExt];
}

lifts! { l, f;
    // BRANCH ON CONDITION.
    bcr(RR) { branch_register(l, f) }
    bc(RX) { branch_address(l, f.m1, |l| l.addr(f.a2)) }
    bic(RXY) { branch_address(l, f.m1, |l| l.cut(l.m64(f.a2))) }
    brc(RI) { branch_relative(l, f.m1, f.t2) }
    brcl(RIL) { branch_relative(l, f.m1, f.t2) }
    bpp(SMI) { Next }
    bprp(MII) { Next }
    // BRANCH AND SAVE, BRANCH AND LINK.
    basr(RR) { branch_and_save(l, f) }
    bas(RX) { call_address(l, f.r1, l.addr(f.a2), link(l)) }
    balr(RR) { branch_and_link(l, f) }
    bal(RX) { call_address(l, f.r1, l.addr(f.a2), link_information(l, 2)) }
    bras(RI) { call_relative(l, f.r1, f.t2) }
    brasl(RIL) { call_relative(l, f.r1, f.t2) }
    bassm(RR) { set_mode(l, f.r1, f.r2, true) }
    bsm(RR) { set_mode(l, f.r1, f.r2, false) }
    sam24(E) { set_addressing(l, 24) }
    sam31(E) { set_addressing(l, 31) }
    sam64(E) { set_addressing(l, 64) }
    tam(E) { l.cc(match l.mode().address_bits { 24 => 0, 31 => 1, _ => 3 }); Next }
    // BRANCH ON COUNT, BRANCH ON INDEX.
    bctr(RR) { count_register(l, f.r1, f.r2, false) }
    bct(RX) { count_address(l, f.r1, l.addr(f.a2), false) }
    bctgr(RRE) { count_register(l, f.r1, f.r2, true) }
    bctg(RXY) { count_address(l, f.r1, l.addr(f.a2), true) }
    brct(RI) { let left = count(l, f.r1, false); l.branch_if(left.is_nonzero(), l.relative(f.t2)) }
    brctg(RI) { let left = count(l, f.r1, true); l.branch_if(left.is_nonzero(), l.relative(f.t2)) }
    brcth(RIL) { count_high(l, f) }
    bxh(RS) { let to = l.addr(f.a2); let high = index(l, f.r1, f.r3, false); conditional(l, high, to) }
    bxle(RS) { let to = l.addr(f.a2); let high = index(l, f.r1, f.r3, false); conditional(l, !high, to) }
    bxhg(RSY) { let to = l.addr(f.a2); let high = index(l, f.r1, f.r3, true); conditional(l, high, to) }
    bxleg(RSY) { let to = l.addr(f.a2); let high = index(l, f.r1, f.r3, true); conditional(l, !high, to) }
    brxh(RSI) { let high = index(l, f.r1, f.r3, false); l.branch_if(high, l.relative(f.t2)) }
    brxle(RSI) { let high = index(l, f.r1, f.r3, false); l.branch_if(!high, l.relative(f.t2)) }
    brxhg(RIEd) { let high = index(l, f.r1, f.r3, true); l.branch_if(high, l.relative(f.t2)) }
    brxlg(RIEd) { let high = index(l, f.r1, f.r3, true); l.branch_if(!high, l.relative(f.t2)) }
    // COMPARE AND BRANCH.
    crj(RIEb) { compare_branch(l, l.ws(f.r1), l.ws(f.r2), f.m3, true, f.t4) }
    cgrj(RIEb) { compare_branch(l, l.g(f.r1), l.g(f.r2), f.m3, true, f.t4) }
    clrj(RIEb) { compare_branch(l, l.wz(f.r1), l.wz(f.r2), f.m3, false, f.t4) }
    clgrj(RIEb) { compare_branch(l, l.g(f.r1), l.g(f.r2), f.m3, false, f.t4) }
    cij(RIEc) { compare_branch(l, l.ws(f.r1), l.k(f.i2), f.m3, true, f.t4) }
    cgij(RIEc) { compare_branch(l, l.g(f.r1), l.k(f.i2), f.m3, true, f.t4) }
    clij(RIEc) { compare_branch(l, l.wz(f.r1), l.k(f.u2 as i64), f.m3, false, f.t4) }
    clgij(RIEc) { compare_branch(l, l.g(f.r1), l.k(f.u2 as i64), f.m3, false, f.t4) }
    crb(RRS) { compare_to(l, l.ws(f.r1), l.ws(f.r2), f.m3, true, f.a4) }
    cgrb(RRS) { compare_to(l, l.g(f.r1), l.g(f.r2), f.m3, true, f.a4) }
    clrb(RRS) { compare_to(l, l.wz(f.r1), l.wz(f.r2), f.m3, false, f.a4) }
    clgrb(RRS) { compare_to(l, l.g(f.r1), l.g(f.r2), f.m3, false, f.a4) }
    cib(RIS) { compare_to(l, l.ws(f.r1), l.k(f.i2), f.m3, true, f.a4) }
    cgib(RIS) { compare_to(l, l.g(f.r1), l.k(f.i2), f.m3, true, f.a4) }
    clib(RIS) { compare_to(l, l.wz(f.r1), l.k(f.u2 as i64), f.m3, false, f.a4) }
    clgib(RIS) { compare_to(l, l.g(f.r1), l.k(f.u2 as i64), f.m3, false, f.a4) }
    // COMPARE AND TRAP.
    crt(RRF) { compare_trap(l, l.ws(f.r1), l.ws(f.r2), f.m3, true); Next }
    cgrt(RRF) { compare_trap(l, l.g(f.r1), l.g(f.r2), f.m3, true); Next }
    clrt(RRF) { compare_trap(l, l.wz(f.r1), l.wz(f.r2), f.m3, false); Next }
    clgrt(RRF) { compare_trap(l, l.g(f.r1), l.g(f.r2), f.m3, false); Next }
    cit(RIEa) { compare_trap(l, l.ws(f.r1), l.k(f.i2), f.m3, true); Next }
    cgit(RIEa) { compare_trap(l, l.g(f.r1), l.k(f.i2), f.m3, true); Next }
    clfit(RIEa) { compare_trap(l, l.wz(f.r1), l.k(f.u2 as i64), f.m3, false); Next }
    clgit(RIEa) { compare_trap(l, l.g(f.r1), l.k(f.u2 as i64), f.m3, false); Next }
    clt(RSY) { compare_trap(l, l.wz(f.r1), l.m32z(f.a2), f.m3, false); Next }
    clgt(RSY) { compare_trap(l, l.g(f.r1), l.m64(f.a2), f.m3, false); Next }
    // EXECUTE.
    ex(RX) { execute(l, f.r1, l.addr(f.a2)) }
    exrl(RIL) { execute(l, f.r1, l.ir.konst(Width::W64, l.relative(f.t2))) }
    svc(I) { l.raise(code::SVC, f.i) }
    // Shifts.
    sll(RS) { l.set_w(f.r1, l.wz(f.r1).shl(amount(l, f.a2)) & l.k(0xffff_ffff)); Next }
    srl(RS) { l.set_w(f.r1, l.wz(f.r1).shr_u(amount(l, f.a2))); Next }
    sra(RS) { sra_w(l, f.r1, f.r1, f.a2); Next }
    sla(RS) { sla_w(l, f.r1, f.r1, f.a2); Next }
    sllk(RSY) { l.set_w(f.r1, l.wz(f.r3).shl(amount(l, f.a2)) & l.k(0xffff_ffff)); Next }
    srlk(RSY) { l.set_w(f.r1, l.wz(f.r3).shr_u(amount(l, f.a2))); Next }
    srak(RSY) { sra_w(l, f.r1, f.r3, f.a2); Next }
    slak(RSY) { sla_w(l, f.r1, f.r3, f.a2); Next }
    sllg(RSY) { l.set_g(f.r1, l.g(f.r3).shl(amount(l, f.a2))); Next }
    srlg(RSY) { l.set_g(f.r1, l.g(f.r3).shr_u(amount(l, f.a2))); Next }
    srag(RSY) { sra_g(l, f); Next }
    slag(RSY) { sla_g(l, f); Next }
    sldl(RS) { shift_double(l, f, |a, n| a.shl(n)) }
    srdl(RS) { shift_double(l, f, |a, n| a.shr_u(n)) }
    srda(RS) { shift_double_right(l, f) }
    slda(RS) { shift_double_left(l, f) }
    rll(RSY) { l.set_w(f.r1, l.w(f.r3).rot_l(l.addr(f.a2).trunc(Width::W32))); Next }
    rllg(RSY) { l.set_g(f.r1, l.g(f.r3).rot_l(l.addr(f.a2))); Next }
    // ROTATE THEN ... SELECTED BITS.
    risbg(RIEf) { rotate_insert(l, f, true); Next }
    risbgn(RIEf) { rotate_insert(l, f, false); Next }
    risbhg(RIEf) { rotate_insert_half(l, f, 32); Next }
    risblg(RIEf) { rotate_insert_half(l, f, 0); Next }
    rnsbg(RIEf) { rotate_with(l, f, |old, new, mask| old & (new | !mask)); Next }
    rosbg(RIEf) { rotate_with(l, f, |old, new, mask| old | (new & mask)); Next }
    rxsbg(RIEf) { rotate_with(l, f, |old, new, mask| old ^ (new & mask)); Next }
}

/// Jumps to a computed address if `cond`.
fn conditional<'b>(l: &Lift<'b>, cond: V<'b>, to: V<'b>) -> Flow {
    let next = to.konst(l.next_pc());
    let pc = l.ir.select(cond, to, next);
    l.end(Exit::Indirect { pc: pc.id(), hint: Hint::None })
}

/// BRANCH ON CONDITION: mask 0 is no operation, mask 15 with register 0 serializes.
fn branch_register(l: &Lift, f: RR) -> Flow {
    if f.m1 == 0 || f.r2 == 0 {
        if f.m1 >= 14 {
            l.ir.fence(uop::Fence::SeqCst);
        }
        return Next;
    }
    let to = l.at(f.r2);
    if f.m1 == 15 {
        let hint = if f.r2 == 14 { Hint::Return } else { Hint::None };
        return l.end(Exit::Indirect { pc: to.id(), hint });
    }
    let cond = l.condition(f.m1);
    conditional(l, cond, to)
}

fn branch_address<'b>(l: &Lift<'b>, mask: u8, to: impl Fn(&Lift<'b>) -> V<'b>) -> Flow {
    match mask {
        0 => Next,
        15 => l.end(Exit::Indirect { pc: to(l).id(), hint: Hint::None }),
        _ => conditional(l, l.condition(mask), to(l)),
    }
}

fn branch_relative(l: &Lift, mask: u8, offset: i64) -> Flow {
    match mask {
        0 => Next,
        15 => l.jump(l.relative(offset)),
        _ => l.branch_if(l.condition(mask), l.relative(offset)),
    }
}

/// What BRANCH AND SAVE leaves in the link register, as far as it is replaced.
fn link<'b>(l: &Lift<'b>) -> V<'b> {
    let next = l.next_pc();
    l.ir.konst(Width::W64, if l.mode().address_bits == 31 { next | 0x8000_0000 } else { next })
}

/// What BRANCH AND LINK leaves there: in the 24-bit mode, length code, condition code and program mask too.
fn link_information<'b>(l: &Lift<'b>, halfwords: u64) -> V<'b> {
    if l.mode().address_bits != 24 {
        return link(l);
    }
    let fixed = l.ir.konst(Width::W64, halfwords << 30 | l.next_pc());
    let mask = l.call(helper::PROGRAM_MASK, &[]);
    fixed | l.cc_value().shl(l.k(28)) | mask.shl(l.k(24))
}

/// Writes the link register: in the 64-bit mode all of it, else its low word.
fn set_link<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    if l.mode().address_bits == 64 { l.set_g(r1, value) } else { l.set_w(r1, value) }
}

fn call_address<'b>(l: &Lift<'b>, r1: u8, to: V<'b>, value: V<'b>) -> Flow {
    set_link(l, r1, value);
    l.ir.returns_to(l.next_pc());
    l.end(Exit::Indirect { pc: to.id(), hint: Hint::Call })
}

fn call_relative(l: &Lift, r1: u8, offset: i64) -> Flow {
    set_link(l, r1, link(l));
    l.ir.returns_to(l.next_pc());
    l.jump(l.relative(offset))
}

fn branch_and_save(l: &Lift, f: RR) -> Flow {
    if f.r2 == 0 {
        set_link(l, f.r1, link(l));
        return Next;
    }
    let to = l.at(f.r2);
    trace(l, to);
    call_address(l, f.r1, to, link(l))
}

fn branch_and_link(l: &Lift, f: RR) -> Flow {
    let value = link_information(l, 1);
    if f.r2 == 0 {
        set_link(l, f.r1, value);
        return Next;
    }
    let to = l.at(f.r2);
    trace(l, to);
    call_address(l, f.r1, to, value)
}

/// Traces a branch to a register's address, where that is asked for.
fn trace<'b>(l: &Lift<'b>, to: V<'b>) {
    if l.mode().traces_branches {
        l.call(helper::TRACE_BRANCH, &[to]);
    }
}

/// BRANCH AND SAVE AND SET MODE, BRANCH AND SET MODE.
fn set_mode(l: &Lift, r1: u8, r2: u8, save: bool) -> Flow {
    let target = l.g(r2);
    let bits = l.mode().address_bits;
    if r2 != 0 && (l.mode().traces_modes || save && l.mode().traces_branches) {
        let next = l.ir.konst(Width::W64, l.next_pc());
        l.call(helper::TRACE_SET_MODE, &[target, next, l.k(save.into())]);
    }
    if save {
        let value = if bits == 64 { l.k((l.next_pc() | 1) as i64) } else { link(l) };
        set_link(l, r1, value);
    } else if r1 != 0 {
        // BSM: bit 63 of register 1 tells the 64-bit mode, else bit 32 the 31-bit mode.
        let old = l.g(r1);
        let value = match bits {
            64 => old | old.konst(1),
            _ => old.deposit(31, 1, old.konst((bits == 31).into())),
        };
        l.set_g(r1, value);
    }
    if r2 == 0 {
        return Next;
    }
    let pc = l.call(helper::BRANCH_SET_MODE, &[target]);
    l.update_to(pc)
}

/// SET ADDRESSING MODE: the instruction must lie where the new mode can address it.
fn set_addressing(l: &Lift, bits: u32) -> Flow {
    if l.next_pc() & !bits::mask(bits) != 0 {
        return l.specification();
    }
    if l.mode().traces_modes {
        l.call(helper::TRACE_ADDRESSING, &[l.k(bits.into()), l.ir.konst(Width::W64, l.next_pc())]);
    }
    l.call(helper::SET_ADDRESSING, &[l.k(bits.into())]);
    l.update()
}

/// Subtracts one; returns what is left.
fn count<'b>(l: &Lift<'b>, r1: u8, wide: bool) -> V<'b> {
    if wide {
        let left = l.g(r1).add_imm(-1);
        l.set_g(r1, left);
        left
    } else {
        let left = l.w(r1).add_imm(-1);
        l.set_w(r1, left);
        left
    }
}

fn count_register(l: &Lift, r1: u8, r2: u8, wide: bool) -> Flow {
    let to = l.at(r2);
    let left = count(l, r1, wide);
    if r2 == 0 { Next } else { conditional(l, left.is_nonzero(), to) }
}

fn count_address<'b>(l: &Lift<'b>, r1: u8, to: V<'b>, wide: bool) -> Flow {
    let left = count(l, r1, wide);
    conditional(l, left.is_nonzero(), to)
}

fn count_high(l: &Lift, f: RIL) -> Flow {
    let left = l.h(f.r1).add_imm(-1);
    l.set_h(f.r1, left);
    l.branch_if(left.is_nonzero(), l.relative(f.t2))
}

/// BRANCH ON INDEX: adds the increment; whether the sum is higher than the comparand.
fn index<'b>(l: &Lift<'b>, r1: u8, r3: u8, wide: bool) -> V<'b> {
    let limit = r3 | 1;
    if wide {
        let (limit, sum) = (l.g(limit), l.g(r1) + l.g(r3));
        l.set_g(r1, sum);
        limit.lt_s(sum)
    } else {
        let (limit, sum) = (l.w(limit), l.w(r1) + l.w(r3));
        l.set_w(r1, sum);
        limit.lt_s(sum)
    }
}

/// Bits of the mask: 8 equal, 4 low, 2 high; the last doesn't count.
fn relation<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>, mask: u8, signed: bool) -> V<'b> {
    let kind = if signed { Kind::Signed } else { Kind::Unsigned };
    crate::cc::condition(kind, a, || Some(b), mask).unwrap_or_else(|| l.ir.konst(Width::W1, 0))
}

fn compare_branch<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>, mask: u8, signed: bool, offset: i64) -> Flow {
    match mask & 0xe {
        0 => Next,
        14 => l.jump(l.relative(offset)),
        _ => l.branch_if(relation(l, a, b, mask, signed), l.relative(offset)),
    }
}

fn compare_to<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>, mask: u8, signed: bool, to: Addr) -> Flow {
    match mask & 0xe {
        0 => Next,
        14 => l.end(Exit::Indirect { pc: l.addr(to).id(), hint: Hint::None }),
        _ => {
            let cond = relation(l, a, b, mask, signed);
            conditional(l, cond, l.addr(to))
        }
    }
}

fn compare_trap<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>, mask: u8, signed: bool) {
    if mask & 0xe != 0 {
        l.ir.raise_if(relation(l, a, b, mask, signed), code::DATA, dxc::COMPARE);
    }
}

/// EXECUTE: a helper does the target instruction, and says where to go on.
fn execute<'b>(l: &Lift<'b>, r1: u8, target: V<'b>) -> Flow {
    let byte = if r1 == 0 { l.k(0) } else { l.g(r1) & l.k(0xff) };
    let here = l.ir.konst(Width::W64, l.pc());
    let pc = l.call(helper::EXECUTE, &[target, byte, here, l.k(l.len.into())]);
    l.update_to(pc)
}

/// A shift amount: the low six bits of the address.
fn amount<'b>(l: &Lift<'b>, a: Addr) -> V<'b> {
    if a.b == 0 {
        return l.k(a.d & 63);
    }
    let sum = l.g(a.b).add_imm(a.d);
    sum & sum.konst(63)
}

fn sra_w(l: &Lift, r1: u8, r3: u8, a: Addr) {
    let result = l.ws(r3).shr_s(amount(l, a));
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.cc_sign(result);
}

fn sra_g(l: &Lift, f: RSY) {
    let result = l.g(f.r3).shr_s(amount(l, f.a2));
    l.set_g(f.r1, result);
    l.cc_sign(result);
}

fn sla_w(l: &Lift, r1: u8, r3: u8, a: Addr) {
    let result = l.call(helper::SHIFT_LEFT, &[l.ws(r3), amount(l, a), l.k(31)]);
    l.set_w(r1, result & result.konst(0xffff_ffff));
    l.overflow();
}

fn sla_g(l: &Lift, f: RSY) {
    let result = l.call(helper::SHIFT_LEFT, &[l.g(f.r3), amount(l, f.a2), l.k(63)]);
    l.set_g(f.r1, result);
    l.overflow();
}

fn pair<'b>(l: &Lift<'b>, r1: u8) -> V<'b> {
    l.wz(r1).shl(l.k(32)) | l.wz(r1 + 1)
}

fn set_pair<'b>(l: &Lift<'b>, r1: u8, value: V<'b>) {
    l.set_w(r1, value.extract(32, 32));
    l.set_w(r1 + 1, value & value.konst(0xffff_ffff));
}

fn shift_double<'b>(l: &Lift<'b>, f: RS, op: impl Fn(V<'b>, V<'b>) -> V<'b>) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    set_pair(l, f.r1, op(pair(l, f.r1), amount(l, f.a2)));
    Next
}

fn shift_double_right(l: &Lift, f: RS) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let result = pair(l, f.r1).shr_s(amount(l, f.a2));
    set_pair(l, f.r1, result);
    l.cc_sign(result);
    Next
}

fn shift_double_left(l: &Lift, f: RS) -> Flow {
    if f.r1 & 1 != 0 {
        return l.specification();
    }
    let result = l.call(helper::SHIFT_LEFT, &[pair(l, f.r1), amount(l, f.a2), l.k(63)]);
    set_pair(l, f.r1, result);
    l.overflow();
    Next
}

/// The mask of bits `from` to `to`, counted from the left, around the end.
fn selected(from: u32, to: u32) -> u64 {
    let (left, right) = (u64::MAX >> from, u64::MAX << (63 - to));
    if from <= to { left & right } else { left | right }
}

fn rotated<'b>(l: &Lift<'b>, f: &RIEf) -> V<'b> {
    let value = l.g(f.r2);
    if f.i5 & 63 == 0 { value } else { value.rot_l(l.k(f.i5 as i64 & 63)) }
}

fn rotate_insert(l: &Lift, f: RIEf, code: bool) {
    let mask = selected(f.i3 as u32 & 63, f.i4 as u32 & 63);
    let new = rotated(l, &f);
    let new = if mask == u64::MAX { new } else { new & new.konst(mask) };
    let keeps = f.i4 & 0x80 == 0 && mask != u64::MAX;
    let result = if keeps { l.g(f.r1) & l.ir.konst(Width::W64, !mask) | new } else { new };
    l.set_g(f.r1, result);
    if code {
        l.cc_sign(result);
    }
}

/// The forms for one half: only five bits of I3 and I4 count, and the other half remains.
fn rotate_insert_half(l: &Lift, f: RIEf, lo: u32) {
    let (from, to) = (f.i3 as u32 & 31, f.i4 as u32 & 31);
    let (left, right) = (0xffff_ffff_u64 >> from, 0xffff_ffff_u64 << (31 - to) & 0xffff_ffff);
    let mask = (if from <= to { left & right } else { left | right }) << lo;
    let new = rotated(l, &f);
    let old = l.g(f.r1);
    let half = 0xffff_ffff_u64 << lo;
    let keep = if f.i4 & 0x80 != 0 { !half } else { !mask };
    l.set_g(f.r1, (old & old.konst(keep)) | (new & new.konst(mask)));
}

/// AND, OR, EXCLUSIVE OR of selected bits; bit 0 of I3 asks for a test alone.
fn rotate_with<'b>(l: &Lift<'b>, f: RIEf, op: impl Fn(V<'b>, V<'b>, V<'b>) -> V<'b>) {
    let mask = selected(f.i3 as u32 & 63, f.i4 as u32 & 63);
    let mask = l.ir.konst(Width::W64, mask);
    let result = op(l.g(f.r1), rotated(l, &f), mask);
    if f.i3 & 0x80 == 0 {
        l.set_g(f.r1, result);
    }
    l.cc1(Kind::NonZero, result & mask);
}
