//! Shifts, rotates, bit tests and scans, and the bit manipulation groups (SDM volume 1, "Shift and Rotate Instructions", "Bit and Byte
//! Instructions").

use iced_x86::{Mnemonic, OpKind};
use uop::{Mem, Order, RmwOp, Width};

use crate::flags::Op;
use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, V, log2, segment};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Shl |l| shift(l, Shift::Left);
    Sal |l| shift(l, Shift::Left);
    Shr |l| shift(l, Shift::Right);
    Sar |l| shift(l, Shift::Arithmetic);
    Rol |l| rotate(l, true);
    Ror |l| rotate(l, false);
    Rcl |l| rotate_carry(l, true);
    Rcr |l| rotate_carry(l, false);
    Shld |l| double_shift(l, true);
    Shrd |l| double_shift(l, false);
    Bt bit_test;
    Bts bit_test;
    Btr bit_test;
    Btc bit_test;
    Bsf |l| scan(l, false);
    Bsr |l| scan(l, true);
    Bswap bswap;
    Movbe @F1_ECX.22 |l| {
        let w = l.width_of(0);
        l.write(0, l.read(1, w).bswap());
        Flow::Next
    };
    Crc32 @F1_ECX.20 |l| {
        let w = l.width_of(1);
        let (crc, v) = (l.read(0, l.width_of(0)).zext(Width::W64), l.read(1, w).zext(Width::W64));
        let r = l.ir.call(helper::CRC32, &[crc, v, l.k(w.bits().into())]);
        l.set_low(l.insn.op0_register().full_register().number() as u8, r);
        Flow::Next
    };
    Popcnt @F1_ECX.23 |l| {
        let w = l.width_of(0);
        let source = l.read(1, w);
        l.write(0, source.popcnt());
        let zero = source.eq(source.konst(0)).zext(Width::W64);
        l.set_flag_bits(zero.shl(l.k(6)));
        Flow::Next
    };
    Lzcnt |l| count(l, true);
    Tzcnt |l| count(l, false);
    Andn @F7_EBX.3 |l| {
        let w = l.width_of(0);
        let b = l.read(2, w);
        let result = !l.read(1, w) & b;
        l.write(0, result);
        l.set_flags(Op::Logic, w, result, None, None);
        Flow::Next
    };
    Bextr @F7_EBX.3 bextr;
    Blsi @F7_EBX.3 |l| lowest(l);
    Blsr @F7_EBX.3 |l| lowest(l);
    Blsmsk @F7_EBX.3 |l| lowest(l);
    Bzhi @F7_EBX.8 bzhi;
    Pdep @F7_EBX.8 |l| scatter(l, helper::PDEP);
    Pext @F7_EBX.8 |l| scatter(l, helper::PEXT);
    Mulx @F7_EBX.8 mulx;
    Rorx @F7_EBX.8 |l| {
        let w = l.width_of(0);
        let v = l.read(1, w);
        l.write(0, v.rot_r(v.konst(l.insn.immediate(2) & u64::from(w.bits() - 1))));
        Flow::Next
    };
    Sarx @F7_EBX.8 |l| shift_by(l, Shift::Arithmetic);
    Shlx @F7_EBX.8 |l| shift_by(l, Shift::Left);
    Shrx @F7_EBX.8 |l| shift_by(l, Shift::Right);
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shift {
    Left,
    Right,
    Arithmetic,
}

/// What a shift by so many bits is: 64 bits and more do not occur.
fn shifted<'b>(v: V<'b>, count: V<'b>, how: Shift) -> V<'b> {
    // Narrow values are shifted in 64 bits, where counts up to 63 mean what they say.
    let wide = match how {
        Shift::Arithmetic => v.sext(Width::W64).shr_s(count),
        Shift::Left => v.zext(Width::W64).shl(count),
        Shift::Right => v.zext(Width::W64).shr_u(count),
    };
    wide.trunc(v.width())
}

/// The count operand, masked: known, or a 64-bit value.
fn count_of<'b>(l: &Lift<'b>, operand: u32, w: Width) -> Result<u64, V<'b>> {
    let mask = if w == Width::W64 { 63 } else { 31 };
    match l.insn.op_kind(operand) {
        OpKind::Register => Err(l.r64(1) & l.k(mask)),
        _ => Ok(l.insn.immediate(operand) & mask),
    }
}

fn kind_of(how: Shift) -> Op {
    if how == Shift::Left { Op::Shl } else { Op::Shr }
}

fn shift(l: &Lift<'_>, how: Shift) -> Flow {
    let w = l.width_of(0);
    let count = count_of(l, 1, w);
    let (place, a) = l.place(w);
    match count {
        Ok(0) => l.put(place, a),
        Ok(n) => {
            let small = n < u64::from(w.bits());
            let (result, before) = if small {
                let by = |n: u64| match how {
                    Shift::Left => a.shl(a.konst(n)),
                    Shift::Right => a.shr_u(a.konst(n)),
                    Shift::Arithmetic => a.shr_s(a.konst(n)),
                };
                (by(n), if n == 1 { a } else { by(n - 1) })
            } else {
                (shifted(a, l.k(n), how), shifted(a, l.k(n - 1), how))
            };
            l.put(place, result);
            l.set_flags(kind_of(how), w, result, Some(before), None);
        }
        Err(n) => {
            let result = shifted(a, n, how);
            let before = shifted(a, (n - l.k(1)) & l.k(63), how);
            l.put(place, result);
            l.set_flags_if(n.ne(l.k(0)), kind_of(how), w, result, before);
        }
    }
    Flow::Next
}

/// ROL and ROR: CF is the bit that came round; OF, as on QEMU, of any count.
fn rotate(l: &Lift<'_>, left: bool) -> Flow {
    let w = l.width_of(0);
    let count = match count_of(l, 1, w) {
        Ok(0) => {
            let (place, a) = l.place(w);
            l.put(place, a);
            return Flow::Next;
        }
        Ok(n) => l.k(n),
        Err(n) => n,
    };
    let (place, a) = l.place(w);
    let by = count.trunc(w);
    let result = if left { a.rot_l(by) } else { a.rot_r(by) };
    l.put(place, result);
    let wide = result.zext(Width::W64);
    let top = wide.extract(w.bits() - 1, 1);
    let (carry, overflow) = if left {
        let carry = wide & l.k(1);
        (carry, carry ^ top)
    } else {
        (top, top ^ wide.extract(w.bits() - 2, 1))
    };
    if matches!(l.insn.op1_kind(), OpKind::Immediate8) {
        l.set_carry_overflow(carry, overflow);
        return Flow::Next;
    }
    let flags = l.flags();
    let after = flags.deposit(0, 1, carry).deposit(11, 1, overflow);
    l.set_flag_bits(l.ir.select(count.ne(l.k(0)), after, flags));
    Flow::Next
}

/// RCL and RCR by 1: OF is the exclusive or of the two highest bits, of the result and CF or of the result alone.
fn rotate_carry_once(l: &Lift<'_>, left: bool) -> Flow {
    let w = l.width_of(0);
    let (place, a) = l.place(w);
    let (result, out) = if left {
        let high = a.shl(a.konst(1));
        (high | l.carry(w), a.shr_u(a.konst(u64::from(w.bits()) - 1)).zext(Width::W64))
    } else {
        // Both shifts stand beside the disjunction: engines have one form for the three.
        let carry = l.carry(w);
        let low = a.shr_u(a.konst(1));
        let high = carry.shl(a.konst(u64::from(w.bits()) - 1));
        (low | high, (a & a.konst(1)).zext(Width::W64))
    };
    l.put(place, result);
    let second = if left { out } else { result.shr_u(result.konst(u64::from(w.bits()) - 2)).zext(Width::W64) & l.k(1) };
    let first = result.shr_u(result.konst(u64::from(w.bits()) - 1)).zext(Width::W64);
    l.set_carry_overflow(out, first ^ second);
    Flow::Next
}

fn rotate_carry(l: &Lift<'_>, left: bool) -> Flow {
    let w = l.width_of(0);
    if count_of(l, 1, w).ok() == Some(1) {
        return rotate_carry_once(l, left);
    }
    let count = match count_of(l, 1, w) {
        Ok(n) => l.k(n),
        Err(n) => n,
    };
    let (place, a) = l.place(w);
    let flags = l.flags();
    let how = l.k(u64::from(log2(w)) | u64::from(left) << 8);
    let result = l.ir.call(helper::ROTATE_CARRY, &[a.zext(Width::W64), count, flags, how]).trunc(w);
    let bits = l.ir.call(helper::ROTATE_CARRY_FLAGS, &[a.zext(Width::W64), count, flags, how]);
    l.put(place, result);
    l.set_flag_bits(bits);
    Flow::Next
}

/// SHLD and SHRD. Counts above 16 of 16-bit operands are undefined; here, as on QEMU, the second operand is followed by the first.
fn double_shift(l: &Lift<'_>, left: bool) -> Flow {
    let w = l.width_of(0);
    let count = match count_of(l, 2, w) {
        Ok(n) => l.k(n),
        Err(n) => n,
    };
    let b = l.read(1, w);
    let (place, a) = l.place(w);
    let how = l.k(u64::from(log2(w)) | u64::from(left) << 8);
    let (x, y) = (a.zext(Width::W64), b.zext(Width::W64));
    let result = l.ir.call(helper::DOUBLE_SHIFT, &[x, y, count, how]).trunc(w);
    let nonzero = count.ne(l.k(0));
    let less = l.ir.select(nonzero, count - l.k(1), l.k(0));
    // As on QEMU, OF of a 64-bit SHRD is that of a SHR.
    let before = if w == Width::W64 && !left {
        x.shr_u(less)
    } else {
        l.ir.call(helper::DOUBLE_SHIFT, &[x, y, less, how]).trunc(w)
    };
    l.put(place, result);
    l.set_flags_if(nonzero, if left { Op::Shl } else { Op::Shr }, w, result, before);
    Flow::Next
}

/// BT, BTS, BTR, BTC: CF is the bit; other flags stay, but for OF, SF, AF and PF, which are undefined and stay, too.
fn bit_test(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let by_register = l.insn.op1_kind() == OpKind::Register;
    let index = if by_register { l.read(1, w) } else { l.imm(1, w) };
    let bit = index & index.konst(u64::from(w.bits()) - 1);
    let one = index.konst(1).shl(bit);
    let op = match l.mnemonic() {
        Mnemonic::Bts => Some((RmwOp::Or, one)),
        Mnemonic::Btr => Some((RmwOp::And, !one)),
        Mnemonic::Btc => Some((RmwOp::Xor, one)),
        _ => None,
    };
    let write = op.is_some();
    let old = if l.is_mem(0) {
        let extra = by_register.then(|| {
            // The bit string goes on beyond the operand, in both directions.
            let words = index.sext(Width::W64).shr_s(l.k(w.bits().trailing_zeros().into()));
            words.shl(l.k(log2(w).into()))
        });
        let at = l.linear(segment(l.insn.memory_segment()), l.offset_plus(extra), w.bytes(), write);
        match op {
            Some((op, mask)) if l.insn.has_lock_prefix() => l.ir.rmw(op, at, mask, Mem::le(w).ordered(Order::SeqCst)),
            _ => {
                let old = l.load(at, w);
                if let Some((op, mask)) = op {
                    l.store(at, combined(op, old, mask));
                }
                old
            }
        }
    } else {
        let old = l.read(0, w);
        if let Some((op, mask)) = op {
            l.write(0, combined(op, old, mask));
        }
        old
    };
    let carry = old.shr_u(bit).zext(Width::W64);
    l.set_carry(carry & l.k(1));
    Flow::Next
}

fn combined<'b>(op: RmwOp, a: V<'b>, b: V<'b>) -> V<'b> {
    match op {
        RmwOp::And => a & b,
        RmwOp::Or => a | b,
        _ => a ^ b,
    }
}

/// BSF and BSR: a source of 0 leaves the destination alone (SDM: undefined; APM and QEMU: unchanged).
fn scan(l: &Lift<'_>, reverse: bool) -> Flow {
    let w = l.width_of(0);
    let source = l.read(1, w);
    let r = l.insn.op0_register();
    let zero = source.eq(source.konst(0));
    let found = if reverse { source.konst(u64::from(w.bits()) - 1) - source.clz() } else { source.ctz() };
    l.set_gpr(r, l.ir.select(zero, l.gpr(r), found));
    l.set_flags(Op::Logic, w, source, None, None);
    Flow::Next
}

fn bswap(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let v = l.read(0, w);
    // Of 16 bits it is undefined: zeros, as CPUs have it.
    l.write(0, if w == Width::W16 { v.konst(0) } else { v.bswap() });
    Flow::Next
}

/// LZCNT and TZCNT; BSR and BSF where the model does not have them, as their prefix is ignored then.
fn count(l: &Lift<'_>, leading: bool) -> Flow {
    use crate::model::word;
    let has = if leading { l.model.has(word::F8_ECX, 5) } else { l.model.has(word::F7_EBX, 3) };
    if !has {
        return scan(l, leading);
    }
    let w = l.width_of(0);
    let source = l.read(1, w);
    let n = if leading { source.clz() } else { source.ctz() };
    l.write(0, n);
    let carry = source.eq(source.konst(0)).zext(Width::W64);
    let zero = n.eq(n.konst(0)).zext(Width::W64);
    l.set_flag_bits(carry | zero.shl(l.k(6)));
    Flow::Next
}

fn bextr(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let control = l.read(2, w).zext(Width::W64);
    let v = l.read(1, w).zext(Width::W64);
    let (start, len) = (control & l.k(0xff), control.extract(8, 8));
    let moved = l.ir.select(start.lt_u(l.k(64)), v.shr_u(start & l.k(63)), l.k(0));
    let mask = l.k(1).shl(len & l.k(63)) - l.k(1);
    let cut = l.ir.select(len.lt_u(l.k(64)), moved & mask, moved);
    let result = cut.trunc(w);
    l.write(0, result);
    l.set_flags(Op::Logic, w, result, None, None);
    Flow::Next
}

fn lowest(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let v = l.read(1, w);
    let one = v.konst(1);
    let is_zero = v.eq(v.konst(0)).zext(Width::W64);
    let (result, carry) = match l.mnemonic() {
        Mnemonic::Blsi => (v & v.neg(), is_zero ^ l.k(1)),
        Mnemonic::Blsr => (v & (v - one), is_zero),
        _ => (v ^ (v - one), is_zero),
    };
    l.write(0, result);
    l.set_flags(Op::Bls, w, result, Some(carry), None);
    Flow::Next
}

fn bzhi(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let n = l.read(2, w).zext(Width::W64) & l.k(0xff);
    let v = l.read(1, w);
    let all = n.lt_u(l.k(w.bits().into()));
    let mask = l.k(1).shl(n & l.k(63)) - l.k(1);
    let result = l.ir.select(all, v & mask.trunc(w), v);
    l.write(0, result);
    let carry = (!all).zext(Width::W64);
    l.set_flags(Op::Bls, w, result, Some(carry), None);
    Flow::Next
}

fn scatter(l: &Lift<'_>, helper: u16) -> Flow {
    let w = l.width_of(0);
    let mask = l.read(2, w).zext(Width::W64);
    let source = l.read(1, w).zext(Width::W64);
    l.write(0, l.ir.call(helper, &[source, mask]).trunc(w));
    Flow::Next
}

fn mulx(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let (a, b) = (l.low(2, w), l.read(2, w));
    let (low, high) = if w == Width::W64 {
        (a * b, a.mul_hi_u(b))
    } else {
        let product = a.zext(Width::W64) * b.zext(Width::W64);
        (product.trunc(w), product.extract(32, 32).trunc(w))
    };
    l.write(1, low);
    l.write(0, high);
    Flow::Next
}

fn shift_by(l: &Lift<'_>, how: Shift) -> Flow {
    let w = l.width_of(0);
    let v = l.read(1, w);
    let count = l.read(2, w) & v.konst(u64::from(w.bits()) - 1);
    let result = match how {
        Shift::Left => v.shl(count),
        Shift::Right => v.shr_u(count),
        Shift::Arithmetic => v.shr_s(count),
    };
    l.write(0, result);
    Flow::Next
}
