//! "FPU Load, Store and Memory Control Instructions", "FPU Move Instructions", "FPU Branch Instructions".

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{Val, Width};

use super::fpu::{double, has_pairs, is_odd, lacks_wide, operand, set_double, set_result, set_single, single};
use crate::ext::Ext;
use crate::format::F;
use crate::fpu::fcsr;
use crate::helper;
use crate::lift::{Lift, To};
use crate::state;
use crate::trap::cause;

insns! {
    /// Volume II-A, what moves floating-point numbers and branches on conditions.
    pub INSNS for Lift;
    "010001 10000 00000 ..... ..... 000101" F abs_s "{fd}, {fs}" [Fpu];
    "010001 10001 00000 ..... ..... 000101" F abs_d "{fd}, {fs}" [Fpu];
    "010001 10000 00000 ..... ..... 000110" F mov_s "{fd}, {fs}" [Fpu];
    "010001 10001 00000 ..... ..... 000110" F mov_d "{fd}, {fs}" [Fpu];
    "010001 10000 00000 ..... ..... 000111" F neg_s "{fd}, {fs}" [Fpu];
    "010001 10001 00000 ..... ..... 000111" F neg_d "{fd}, {fs}" [Fpu];
    "010001 10000 ..... ..... ..... 010000" F sel_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 010000" F sel_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 010100" F seleqz_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 010100" F seleqz_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ..... ..... ..... 010111" F selnez_s "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10001 ..... ..... ..... 010111" F selnez_d "{fd}, {fs}, {ft}" [Fpu R6];
    "010001 10000 ... 0 0 ..... ..... 010001" F movf_s "{fd}, {fs}, {cc}" [Fpu Cop1x !R6];
    "010001 10000 ... 0 1 ..... ..... 010001" F movt_s "{fd}, {fs}, {cc}" [Fpu Cop1x !R6];
    "010001 10000 ..... ..... ..... 010010" F movz_s "{fd}, {fs}, {rt}" [Fpu Cop1x !R6];
    "010001 10000 ..... ..... ..... 010011" F movn_s "{fd}, {fs}, {rt}" [Fpu Cop1x !R6];
    "010001 10001 ... 0 0 ..... ..... 010001" F movf_d "{fd}, {fs}, {cc}" [Fpu Cop1x !R6];
    "010001 10001 ... 0 1 ..... ..... 010001" F movt_d "{fd}, {fs}, {cc}" [Fpu Cop1x !R6];
    "010001 10001 ..... ..... ..... 010010" F movz_d "{fd}, {fs}, {rt}" [Fpu Cop1x !R6];
    "010001 10001 ..... ..... ..... 010011" F movn_d "{fd}, {fs}, {rt}" [Fpu Cop1x !R6];
    "000000 ..... ... 0 0 ..... 00000 000001" F movf "{rd}, {rs}, {cc}" [Fpu Cop1x !R6];
    "000000 ..... ... 0 1 ..... 00000 000001" F movt "{rd}, {rs}, {cc}" [Fpu Cop1x !R6];
    // Without a floating-point unit these are for the kernel to emulate, as all of coprocessor 1.
    "000000 ..... ... 0 . ..... 00000 000001" F movci_unusable "" [R1 !Fpu !R6];
    "010001 00000 ..... ..... 00000000000" F mfc1 "{rt}, {fs}" [Fpu];
    "010001 00001 ..... ..... 00000000000" F dmfc1 "{rt}, {fs}" [Fpu W64];
    "010001 00011 ..... ..... 00000000000" F mfhc1 "{rt}, {fs}" [Fpu R2];
    "010001 00100 ..... ..... 00000000000" F mtc1 "{rt}, {fs}" [Fpu];
    "010001 00101 ..... ..... 00000000000" F dmtc1 "{rt}, {fs}" [Fpu W64];
    "010001 00111 ..... ..... 00000000000" F mthc1 "{rt}, {fs}" [Fpu R2];
    "010001 00010 ..... ..... 00000000000" F cfc1 "{rt}, {c0}" [Fpu];
    "010001 00110 ..... ..... 00000000000" F ctc1 "{rt}, {c0}" [Fpu];
    "010001 01000 ... 00 ................" F bc1f "{cc}, {target}" [Fpu !R6];
    "010001 01000 ... 01 ................" F bc1t "{cc}, {target}" [Fpu !R6];
    "010001 01000 ... 10 ................" F bc1fl "{cc}, {target}" [Fpu M2 !R6];
    "010001 01000 ... 11 ................" F bc1tl "{cc}, {target}" [Fpu M2 !R6];
    "010001 01001 ..... ................" F bc1eqz "{ft}, {target}" [Fpu R6];
    "010001 01101 ..... ................" F bc1nez "{ft}, {target}" [Fpu R6];
    "110001 ..... ..... ................" F lwc1 "{ft}, {imm}({rs})" [Fpu];
    "111001 ..... ..... ................" F swc1 "{ft}, {imm}({rs})" [Fpu];
    "110101 ..... ..... ................" F ldc1 "{ft}, {imm}({rs})" [Fpu M2];
    "111101 ..... ..... ................" F sdc1 "{ft}, {imm}({rs})" [Fpu M2];
    "010011 ..... ..... 00000 ..... 000000" F lwxc1 "{fd}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... 00000 ..... 000001" F ldxc1 "{fd}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... 00000 ..... 000101" F luxc1 "{fd}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... 00000 001000" F swxc1 "{fs}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... 00000 001001" F sdxc1 "{fs}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... 00000 001101" F suxc1 "{fs}, {rt}({rs})" [Fpu Cop1x !R6];
    "010011 ..... ..... ..... 00000 001111" F prefx "{hintx}, {rt}({rs})" [Fpu Cop1x !R6];
}

/// Condition code `n`.
pub(super) fn condition<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    l.ir.get(state::FCSR).extract(fcsr::cc(n), 1).is_nonzero()
}

fn not_condition<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let bit = l.ir.get(state::FCSR).extract(fcsr::cc(n), 1);
    bit.eq(bit.konst(0))
}

/// Declares what copies bits: the instructions of both formats, and the result from the lifter, the fields and the operand.
macro_rules! copies {
    ($($s:ident $d:ident |$l:ident, $f:ident, $v:ident, $old:ident| $value:expr;)*) => { $(
        fn $s($l: &Lift, $f: F) -> Flow {
            let ($v, $old) = (single($l, $f.fs()), single($l, $f.fd()));
            let _ = $old;
            set_single($l, $f.fd(), $value);
            Next
        }
        fn $d($l: &Lift, $f: F) -> Flow {
            if is_odd($l, &[$f.fd(), $f.fs()]) {
                return Illegal;
            }
            let ($v, $old) = (double($l, $f.fs()), double($l, $f.fd()));
            let _ = $old;
            set_double($l, $f.fd(), $value);
            Next
        }
    )* };
}

/// The sign bit of a number of this width.
fn sign<'b>(v: Val<'b>) -> Val<'b> {
    v.konst(1 << (v.width().bits() - 1))
}

/// Bit 0 of register `n`, whatever its format.
fn low_bit<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let value = l.ir.get(state::f(n));
    (value & value.konst(1)).is_nonzero()
}

copies! {
    mov_s mov_d |l, f, v, old| v;
    abs_s abs_d |l, f, v, old| v & !sign(v);
    neg_s neg_d |l, f, v, old| v ^ sign(v);
    movf_s movf_d |l, f, v, old| l.ir.select(condition(l, f.cc()), old, v);
    movt_s movt_d |l, f, v, old| l.ir.select(condition(l, f.cc()), v, old);
    movz_s movz_d |l, f, v, old| l.ir.select(l.r(f.rt()).eq(l.konst(0)), v, old);
    movn_s movn_d |l, f, v, old| l.ir.select(l.r(f.rt()).is_nonzero(), v, old);
    sel_s sel_d |l, f, v, old| l.ir.select(low_bit(l, f.fd()), same(l, f.ft(), v), v);
    seleqz_s seleqz_d |l, f, v, old| l.ir.select(low_bit(l, f.ft()), v.konst(0), v);
    selnez_s selnez_d |l, f, v, old| l.ir.select(low_bit(l, f.ft()), v, v.konst(0));
}

/// Register `n` in the format of `v`.
fn same<'b>(l: &Lift<'b>, n: u8, v: Val<'b>) -> Val<'b> {
    operand(l, n, v.width() == Width::W64)
}

fn movf(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.ir.select(condition(l, f.cc()), l.r(f.rd()), l.r(f.rs())));
    Next
}

fn movci_unusable(l: &Lift, _: F) -> Flow {
    l.raise(cause::CPU, 1)
}

fn movt(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.ir.select(condition(l, f.cc()), l.r(f.rs()), l.r(f.rd())));
    Next
}

fn mfc1(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), single(l, f.fs()));
    Next
}

fn mtc1(l: &Lift, f: F) -> Flow {
    set_single(l, f.fs(), l.r32(f.rt()));
    Next
}

fn dmfc1(l: &Lift, f: F) -> Flow {
    if is_odd(l, &[f.fs()]) {
        return Illegal;
    }
    l.set_r(f.rt(), double(l, f.fs()));
    Next
}

fn dmtc1(l: &Lift, f: F) -> Flow {
    if is_odd(l, &[f.fs()]) {
        return Illegal;
    }
    set_double(l, f.fs(), l.r(f.rt()));
    Next
}

/// The upper half of a register, or with FR = 0 of a pair.
fn high(l: &Lift, n: u8) -> uop::Reg {
    if has_pairs(l) { state::f(n & !1) } else { state::f(n) }
}

fn mfhc1(l: &Lift, f: F) -> Flow {
    let value = l.ir.get(high(l, f.fs()));
    l.set_r32(f.rt(), value.shr_u(value.konst(32)).trunc(Width::W32));
    Next
}

fn mthc1(l: &Lift, f: F) -> Flow {
    let reg = high(l, f.fs());
    l.ir.set(reg, l.ir.get(reg).deposit(32, 32, l.r32(f.rt()).zext(Width::W64)));
    Next
}

fn cfc1(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), l.call(helper::FP_READ_CONTROL, &[l.konst32(f.rd().into())]).trunc(Width::W32));
    Next
}

fn ctc1(l: &Lift, f: F) -> Flow {
    l.call(helper::FP_WRITE_CONTROL, &[l.konst32(f.rd().into()), l.r32(f.rt())]);
    Next
}

fn target(l: &Lift, f: F) -> u64 {
    l.relative(4 + (f.imm() << 2))
}

/// Declares branches on coprocessor 1.
macro_rules! branches {
    ($($name:ident $to:ident |$l:ident, $f:ident| $cond:expr;)*) => { $(
        fn $name($l: &Lift, $f: F) -> Flow {
            let cond = $cond;
            $l.branch(To::$to(cond, target($l, $f)))
        }
    )* };
}

fn is_clear<'b>(l: &Lift<'b>, n: u8) -> Val<'b> {
    let bit = low_bit(l, n);
    bit.eq(bit.konst(0))
}

branches! {
    bc1f If |l, f| not_condition(l, f.cc());
    bc1t If |l, f| condition(l, f.cc());
    bc1fl Likely |l, f| not_condition(l, f.cc());
    bc1tl Likely |l, f| condition(l, f.cc());
    bc1eqz If |l, f| is_clear(l, f.ft());
    bc1nez If |l, f| low_bit(l, f.ft());
}

fn load(l: &Lift, n: u8, address: Val, width: Width) -> Flow {
    if width == Width::W64 && is_odd(l, &[n]) {
        return Illegal;
    }
    set_result(l, n, l.ir.load(address, l.mem(width)));
    Next
}

fn store(l: &Lift, n: u8, address: Val, width: Width) -> Flow {
    if width == Width::W64 && is_odd(l, &[n]) {
        return Illegal;
    }
    l.ir.store(address, operand(l, n, width == Width::W64), l.mem(width));
    Next
}

fn indexed<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    l.wrap(l.r(f.rs()) + l.r(f.rt()))
}

fn lwc1(l: &Lift, f: F) -> Flow {
    load(l, f.ft(), l.address(f.rs(), f.imm()), Width::W32)
}

fn ldc1(l: &Lift, f: F) -> Flow {
    load(l, f.ft(), l.address(f.rs(), f.imm()), Width::W64)
}

fn swc1(l: &Lift, f: F) -> Flow {
    store(l, f.ft(), l.address(f.rs(), f.imm()), Width::W32)
}

fn sdc1(l: &Lift, f: F) -> Flow {
    store(l, f.ft(), l.address(f.rs(), f.imm()), Width::W64)
}

fn lwxc1(l: &Lift, f: F) -> Flow {
    load(l, f.fd(), indexed(l, f), Width::W32)
}

fn ldxc1(l: &Lift, f: F) -> Flow {
    load(l, f.fd(), indexed(l, f), Width::W64)
}

fn swxc1(l: &Lift, f: F) -> Flow {
    store(l, f.fs(), indexed(l, f), Width::W32)
}

fn sdxc1(l: &Lift, f: F) -> Flow {
    store(l, f.fs(), indexed(l, f), Width::W64)
}

/// The low bits of the address do not count.
fn unaligned<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    indexed(l, f) & l.konst(!7)
}

fn luxc1(l: &Lift, f: F) -> Flow {
    if lacks_wide(l) {
        return Illegal;
    }
    load(l, f.fd(), unaligned(l, f), Width::W64)
}

fn suxc1(l: &Lift, f: F) -> Flow {
    if lacks_wide(l) {
        return Illegal;
    }
    store(l, f.fs(), unaligned(l, f), Width::W64)
}

fn prefx(_: &Lift, _: F) -> Flow {
    Next
}
