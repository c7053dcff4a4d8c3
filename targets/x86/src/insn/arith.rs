//! Integer arithmetic (SDM volume 1, "Binary Arithmetic Instructions", "Decimal Arithmetic Instructions").

use iced_x86::OpKind;
use uop::{Mem, Order, RmwOp, Width};

use crate::flags::Op;
use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, Place, V, log2};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Add |l| binary(l, Op::Add);
    Adc |l| binary(l, Op::Adc);
    Sub |l| binary(l, Op::Sub);
    Sbb |l| binary(l, Op::Sbb);
    And |l| logic(l, RmwOp::And);
    Or |l| logic(l, RmwOp::Or);
    Xor |l| logic(l, RmwOp::Xor);
    Cmp |l| {
        let w = l.width_of(0);
        let a = l.read(0, w);
        l.set_flags(Op::Sub, w, a, Some(l.read(1, w)), None);
        Flow::Next
    };
    Test |l| {
        let w = l.width_of(0);
        let a = l.read(0, w);
        l.set_flags(Op::Logic, w, a & l.read(1, w), None, None);
        Flow::Next
    };
    Inc |l| step(l, Op::Inc);
    Dec |l| step(l, Op::Dec);
    Neg neg;
    Not not;
    Mul |l| multiply(l, false);
    Imul imul;
    Div |l| divide(l, helper::DIV);
    Idiv |l| divide(l, helper::IDIV);
    Cbw |l| widen(l, Width::W8, Width::W16);
    Cwde |l| widen(l, Width::W16, Width::W32);
    Cdqe |l| widen(l, Width::W32, Width::W64);
    Cwd |l| sign(l, Width::W16);
    Cdq |l| sign(l, Width::W32);
    Cqo |l| sign(l, Width::W64);
    Xadd xadd;
    Cmpxchg cmpxchg;
    Cmpxchg8b @F1_EDX.8 |l| cmpxchg_wide(l, helper::CMPXCHG8B);
    Cmpxchg16b @F1_ECX.13 |l| cmpxchg_wide(l, helper::CMPXCHG16B);
    Adcx @F7_EBX.19 |l| add_one_flag(l, 0);
    Adox @F7_EBX.19 |l| add_one_flag(l, 11);
    Daa |l| decimal(l, 0, 0);
    Das |l| decimal(l, 1, 0);
    Aaa |l| decimal(l, 2, 0);
    Aas |l| decimal(l, 3, 0);
    Aam |l| decimal(l, 4, l.insn.immediate(0) & 0xff);
    Aad |l| decimal(l, 5, l.insn.immediate(0) & 0xff);
};

/// Locked accesses.
fn locked(w: Width) -> Mem {
    Mem::le(w).ordered(Order::SeqCst)
}

/// Replaces the memory operand by `new` if it is still `old`; flags and the way on depend on that. The caller sets flags by the truth value.
fn locked_update<'b>(l: &Lift<'b>, at: V<'b>, old: V<'b>, new: V<'b>) -> V<'b> {
    l.ir.cas(at, old, new, locked(old.width())).eq(old)
}

/// Ends a locked update: again, if it has failed.
fn retry(l: &Lift<'_>, done: V<'_>) -> Flow {
    let again = done.id();
    if l.alone {
        let pc = l.ir.select(done, l.k(l.next()), l.k(l.pc));
        l.ir.exit(uop::Exit::UpdateIndirect { pc: pc.id() });
    } else {
        l.ir.exit(uop::Exit::Branch { cond: again, taken: l.next(), fallthrough: l.pc });
    }
    Flow::End
}

fn binary(l: &Lift<'_>, op: Op) -> Flow {
    let w = l.width_of(0);
    if l.insn.has_lock_prefix() && l.is_mem(0) {
        let b = l.read(1, w);
        let at = l.address(w.bytes(), true);
        return match op {
            Op::Add => {
                let old = l.ir.rmw(RmwOp::Add, at, b, locked(w));
                l.set_flags(Op::Add, w, old + b, Some(b), None);
                Flow::Next
            }
            Op::Sub => {
                let old = l.ir.rmw(RmwOp::Add, at, b.neg(), locked(w));
                l.set_flags(Op::Sub, w, old, Some(b), None);
                Flow::Next
            }
            _ => {
                let old = l.load(at, w);
                let c = l.carry(w);
                let new = if op == Op::Adc { old + b + c } else { old - b - c };
                let done = locked_update(l, at, old, new);
                let a = if op == Op::Adc { new } else { old };
                let keep = l.ir.select(done, c, l.ir.get(crate::state::CC_C).trunc(w));
                l.set_flags_if(done, op, w, a, b);
                l.ir.set(crate::state::CC_C, keep.zext(Width::W64));
                retry(l, done)
            }
        };
    }
    let b = l.read(1, w);
    let (place, a) = l.place(w);
    match op {
        Op::Add => {
            let sum = a + b;
            l.put(place, sum);
            l.set_flags(op, w, sum, Some(b), None);
        }
        Op::Adc => {
            // The carry stands just before its use: engines have one form for the two.
            let part = a + b;
            let c = l.carry(Width::W64);
            let sum = part + c.trunc(w);
            l.put(place, sum);
            l.set_flags(op, w, sum, Some(b), Some(c));
        }
        Op::Sub => {
            let result = difference(l, a, b);
            put_keeping_flags_of_operands(l, place, result, || l.set_flags(op, w, a, Some(b), None));
        }
        _ => {
            let part = difference(l, a, b);
            let c = l.carry(Width::W64);
            put_keeping_flags_of_operands(l, place, part - c.trunc(w), || l.set_flags(op, w, a, Some(b), Some(c)));
        }
    }
    Flow::Next
}

/// The difference of both operands. A constant is added, which engines have a short form for.
fn difference<'b>(l: &Lift<'b>, a: V<'b>, b: V<'b>) -> V<'b> {
    let known = !matches!(l.insn.op1_kind(), OpKind::Register | OpKind::Memory);
    if known { a.add_imm((l.insn.immediate(1) as i64).wrapping_neg()) } else { a - b }
}

/// Writes a result whose flags are made of operands. Those are saved before a register is overwritten, so that no copy is needed; a store, which
/// may fault, comes first.
fn put_keeping_flags_of_operands<'b>(l: &Lift<'b>, place: Place<'b>, result: V<'b>, flags: impl FnOnce()) {
    if matches!(place, Place::Register(_)) {
        flags();
        l.put(place, result);
    } else {
        l.put(place, result);
        flags();
    }
}

fn logic(l: &Lift<'_>, op: RmwOp) -> Flow {
    let w = l.width_of(0);
    let same = l.insn.op0_kind() == iced_x86::OpKind::Register
        && l.insn.op1_kind() == iced_x86::OpKind::Register
        && l.insn.op0_register() == l.insn.op1_register();
    if op == RmwOp::Xor && same {
        let zero = l.ir.konst(w, 0);
        l.write(0, zero);
        l.set_flags(Op::Logic, w, zero, None, None);
        return Flow::Next;
    }
    let b = l.read(1, w);
    if l.insn.has_lock_prefix() && l.is_mem(0) {
        let at = l.address(w.bytes(), true);
        let a = l.ir.rmw(op, at, b, locked(w));
        l.set_flags(Op::Logic, w, apply(op, a, b), None, None);
    } else {
        let (place, a) = l.place(w);
        let result = apply(op, a, b);
        l.put(place, result);
        l.set_flags(Op::Logic, w, result, None, None);
    }
    Flow::Next
}

fn apply<'b>(op: RmwOp, a: V<'b>, b: V<'b>) -> V<'b> {
    match op {
        RmwOp::And => a & b,
        RmwOp::Or => a | b,
        _ => a ^ b,
    }
}

fn step(l: &Lift<'_>, op: Op) -> Flow {
    let w = l.width_of(0);
    let one = l.ir.konst(w, if op == Op::Inc { 1 } else { u64::MAX });
    let result = if l.insn.has_lock_prefix() && l.is_mem(0) {
        l.ir.rmw(RmwOp::Add, l.address(w.bytes(), true), one, locked(w)) + one
    } else {
        let (place, a) = l.place(w);
        let result = a + one;
        l.put(place, result);
        result
    };
    let carry = l.carry(Width::W64);
    l.set_flags(op, w, result, Some(carry), None);
    Flow::Next
}

fn neg(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let zero = l.ir.konst(w, 0);
    if l.insn.has_lock_prefix() && l.is_mem(0) {
        let at = l.address(w.bytes(), true);
        let old = l.load(at, w);
        let done = locked_update(l, at, old, old.neg());
        l.set_flags_if(done, Op::Sub, w, zero, old);
        return retry(l, done);
    }
    let (place, a) = l.place(w);
    let result = zero - a;
    l.put(place, result);
    l.set_flags(Op::Neg, w, result, None, None);
    Flow::Next
}

fn not(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    if l.insn.has_lock_prefix() && l.is_mem(0) {
        l.ir.rmw(RmwOp::Xor, l.address(w.bytes(), true), l.ir.konst(w, u64::MAX), locked(w));
    } else {
        let (place, a) = l.place(w);
        l.put(place, !a);
    }
    Flow::Next
}

/// MUL, and IMUL of one operand: the double-width product to AX or rDX:rAX.
fn multiply(l: &Lift<'_>, signed: bool) -> Flow {
    let w = l.width_of(0);
    let b = l.read(0, w);
    let a = l.low(0, w);
    let (low, high) = match w {
        Width::W64 => (a * b, if signed { a.mul_hi_s(b) } else { a.mul_hi_u(b) }),
        _ => {
            let (x, y) = if signed {
                (a.sext(Width::W64), b.sext(Width::W64))
            } else {
                (a.zext(Width::W64), b.zext(Width::W64))
            };
            let product = x * y;
            (product.trunc(w), product.extract(w.bits(), w.bits()).trunc(w))
        }
    };
    if w == Width::W8 {
        let ax = low.zext(Width::W16) | high.zext(Width::W16).shl(l.ir.konst(Width::W16, 8));
        l.set_low(0, ax);
    } else {
        l.set_low(0, low);
        l.set_low(2, high);
    }
    let lost = if signed { high ^ low.shr_s(low.konst(u64::from(w.bits()) - 1)) } else { high };
    l.set_flags(Op::Mul, w, low, Some(lost), None);
    Flow::Next
}

fn imul(l: &Lift<'_>) -> Flow {
    if l.insn.op_count() == 1 {
        return multiply(l, true);
    }
    let w = l.width_of(0);
    let (x, y) = if l.insn.op_count() == 3 { (1, 2) } else { (0, 1) };
    let b = l.read(y, w);
    let a = l.read(x, w);
    let (low, lost) = match w {
        Width::W64 => {
            let low = a * b;
            (low, a.mul_hi_s(b) ^ low.shr_s(low.konst(63)))
        }
        _ => {
            // The product by itself, and the wide one for the flags, which are seldom looked at.
            let low = a * b;
            let product = a.sext(Width::W64) * b.sext(Width::W64);
            (low, product ^ low.sext(Width::W64))
        }
    };
    l.write(0, low);
    l.set_flags(Op::Mul, w, low, Some(lost), None);
    Flow::Next
}

fn divide(l: &Lift<'_>, helper: u16) -> Flow {
    let w = l.width_of(0);
    let by = l.read(0, w).zext(Width::W64);
    l.ir.call(helper, &[by, l.k(log2(w).into())]);
    Flow::Next
}

fn widen(l: &Lift<'_>, from: Width, to: Width) -> Flow {
    l.set_low(0, l.low(0, from).sext(to));
    Flow::Next
}

fn sign(l: &Lift<'_>, w: Width) -> Flow {
    let a = l.low(0, w);
    l.set_low(2, a.shr_s(a.konst(u64::from(w.bits()) - 1)));
    Flow::Next
}

fn xadd(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let b = l.read(1, w);
    let (old, sum) = if l.insn.has_lock_prefix() && l.is_mem(0) {
        let old = l.ir.rmw(RmwOp::Add, l.address(w.bytes(), true), b, locked(w));
        let sum = old + b;
        l.set_gpr(l.insn.op1_register(), old);
        (old, sum)
    } else {
        let (place, old) = l.place(w);
        let sum = old + b;
        if matches!(place, Place::Memory(_)) {
            l.put(place, sum);
            l.set_gpr(l.insn.op1_register(), old);
        } else {
            l.set_gpr(l.insn.op1_register(), old);
            l.put(place, sum);
        }
        (old, sum)
    };
    let _ = old;
    l.set_flags(Op::Add, w, sum, Some(b), None);
    Flow::Next
}

fn cmpxchg(l: &Lift<'_>) -> Flow {
    let w = l.width_of(0);
    let new = l.read(1, w);
    let expected = l.low(0, w);
    let old = if l.is_mem(0) {
        let at = l.address(w.bytes(), true);
        l.ir.cas(at, expected, new, locked(w))
    } else {
        l.read(0, w)
    };
    let equal = old.eq(expected);
    // rAX keeps its upper half where it is not written (SDM: only when the comparison fails).
    let rax = l.r64(0);
    if !l.is_mem(0) {
        let r = l.insn.op0_register();
        let n = r.full_register().number() as u8;
        if w == Width::W32 {
            // What is not written keeps its upper half, too.
            if n == 0 {
                l.set_low(0, new);
            } else {
                let kept = l.ir.select(equal, rax, old.zext(Width::W64));
                let result = l.ir.select(equal, new.zext(Width::W64), l.r64(n));
                l.ir.set(crate::state::RAX, kept);
                l.ir.set(crate::state::r(n), result);
            }
        } else {
            let result = l.ir.select(equal, new, old);
            l.set_low(0, l.ir.select(equal, expected, old));
            l.set_gpr(r, result);
        }
    } else if w == Width::W32 {
        l.ir.set(crate::state::RAX, l.ir.select(equal, rax, old.zext(Width::W64)));
    } else {
        l.set_low(0, l.ir.select(equal, expected, old));
    }
    l.set_flags(Op::Sub, w, expected, Some(old), None);
    Flow::Next
}

fn cmpxchg_wide(l: &Lift<'_>, helper: u16) -> Flow {
    if !l.is_mem(0) {
        return Flow::Undefined;
    }
    let bytes = if helper == helper::CMPXCHG8B { 8 } else { 16 };
    let at = l.address(bytes, true);
    let flags = l.flags();
    let equal = l.ir.call(helper, &[at]);
    l.set_flag_bits(flags.deposit(6, 1, equal));
    Flow::Next
}

/// ADCX and ADOX: one flag in and out.
fn add_one_flag(l: &Lift<'_>, flag: u32) -> Flow {
    let w = l.width_of(0);
    let flags = l.flags();
    let (a, b) = (l.read(0, w), l.read(1, w));
    let c = flags.extract(flag, 1);
    let part = a + b;
    let sum = part + c.trunc(w);
    let carry = part.lt_u(a) | sum.lt_u(part);
    l.write(0, sum);
    l.set_flag_bits(flags.deposit(flag, 1, carry.zext(Width::W64)));
    Flow::Next
}

fn decimal(l: &Lift<'_>, which: u64, base: u64) -> Flow {
    let flags = l.flags();
    let bits = l.ir.call(helper::DECIMAL, &[l.k(which), l.k(base), flags]);
    l.set_flag_bits(bits);
    Flow::Next
}
