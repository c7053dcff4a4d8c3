//! Constants and the simplest identities.

use crate::block::{Block, Exit, Value};
use crate::eval;
use crate::op::{BinOp, CmpOp, Op, UnOp};
use crate::width::Width;

/// Evaluates what is constant, replaces operations that change nothing by their operand, puts constants second, and turns
/// branches on constants into jumps.
pub fn fold(block: &mut Block) {
    let mut same: Vec<Value> = Vec::with_capacity(block.ops.len());
    let mut extended: Vec<(Op, Width, Value)> = Vec::new();
    for i in 0..block.ops.len() {
        let mut op = block.ops[i];
        op.map_operands(|v| same[v.index()]);
        let w = block.widths[i];
        if let Some(k) = constant(block, &op, w) {
            op = Op::Const(k);
        }
        let mut value = Value(i as u16);
        if let Op::Bin(bin, a, b) = op
            && bin.commutes()
            && is_const(block, a)
            && !is_const(block, b)
        {
            op = Op::Bin(bin, b, a);
        }
        if let Op::Un(UnOp::Not, v) = op
            && let Op::Cmp(cmp, a, b) = block.ops[v.index()]
        {
            op = opposite(cmp, a, b);
        }
        if let Some(cmp) = tested_order(block, &op) {
            op = cmp;
        }
        if let Some(k) = known_result(block, &op) {
            op = Op::Const(k);
        } else if let Some(v) = unchanged(block, &op, w) {
            value = v;
        } else if matches!(op, Op::Sext(_) | Op::Zext(_) | Op::Trunc(_)) {
            // The same extension again.
            match extended.iter().find(|(o, ow, _)| *o == op && *ow == w) {
                Some((_, _, v)) => value = *v,
                None => extended.push((op, w, value)),
            }
        }
        block.ops[i] = op;
        same.push(value);
    }
    block.exit.map_operand(|v| same[v.index()]);
    constant_second(block);
    if let Exit::Branch { cond, taken, fallthrough } = block.exit
        && let Op::Const(k) = block.ops[cond.index()]
    {
        block.exit = Exit::Jump { pc: if k == 1 { taken } else { fallthrough } };
        if let Some(mode) = block.taken_mode.take().filter(|_| k == 1) {
            block.mode = Some(mode);
        }
    }
}

/// What asks for one of the answers of an order is a comparison.
fn tested_order(block: &Block, op: &Op) -> Option<Op> {
    let Op::Cmp(cmp @ (CmpOp::Eq | CmpOp::Ne), bits, zero) = *op else { return None };
    let Op::Bin(BinOp::And, order, mask) = block.ops[bits.index()] else { return None };
    let narrow = match block.ops[order.index()] {
        Op::Zext(narrow) => narrow,
        _ => order,
    };
    let Op::Bin(which @ (BinOp::OrderS | BinOp::OrderU), a, b) = block.ops[narrow.index()] else { return None };
    if value_of(block, zero) != Some(0) {
        return None;
    }
    let less = if which == BinOp::OrderS { CmpOp::LtS } else { CmpOp::LtU };
    let (yes, a, b) = match value_of(block, mask)? {
        8 => (less, a, b),
        4 => (less, b, a),
        2 => (CmpOp::Eq, a, b),
        _ => return None,
    };
    Some(if cmp == CmpOp::Ne { Op::Cmp(yes, a, b) } else { opposite(yes, a, b) })
}

/// A branch on whether a constant is less than something goes the other way if that is less or equal: then the constant is second.
fn constant_second(block: &mut Block) {
    let Exit::Branch { cond, taken, fallthrough } = block.exit else { return };
    let Op::Cmp(cmp @ (CmpOp::LtS | CmpOp::LtU | CmpOp::LeS | CmpOp::LeU), a, b) = block.ops[cond.index()] else {
        return;
    };
    if is_const(block, a)
        && !is_const(block, b)
        && block.taken_mode.is_none()
        && block.ops.len() < usize::from(u16::MAX)
    {
        let cond = Value(block.ops.len() as u16);
        block.ops.push(opposite(cmp, a, b));
        block.widths.push(Width::W1);
        block.exit = Exit::Branch { cond, taken: fallthrough, fallthrough: taken };
    }
}

/// The comparison that holds when another does not.
fn opposite(cmp: CmpOp, a: Value, b: Value) -> Op {
    match cmp {
        CmpOp::Eq => Op::Cmp(CmpOp::Ne, a, b),
        CmpOp::Ne => Op::Cmp(CmpOp::Eq, a, b),
        CmpOp::LtS => Op::Cmp(CmpOp::LeS, b, a),
        CmpOp::LtU => Op::Cmp(CmpOp::LeU, b, a),
        CmpOp::LeS => Op::Cmp(CmpOp::LtS, b, a),
        CmpOp::LeU => Op::Cmp(CmpOp::LtU, b, a),
    }
}

fn is_const(block: &Block, v: Value) -> bool {
    matches!(block.ops[v.index()], Op::Const(_))
}

fn value_of(block: &Block, v: Value) -> Option<u64> {
    match block.ops[v.index()] {
        Op::Const(k) => Some(k),
        _ => None,
    }
}

fn constant(block: &Block, op: &Op, w: Width) -> Option<u64> {
    if op.operands().any(|v| !is_const(block, v)) || op.operands().next().is_none() {
        return None;
    }
    let v = |v: Value| value_of(block, v).unwrap_or(0);
    if eval::divides_by_zero(op, v) { None } else { eval::pure_op(block, op, w, v) }
}

/// The result of an op that is the same whatever the other operand.
fn known_result(block: &Block, op: &Op) -> Option<u64> {
    match *op {
        Op::Bin(BinOp::And | BinOp::Mul, _, b) if value_of(block, b) == Some(0) => Some(0),
        Op::Bin(BinOp::Sub | BinOp::Xor, a, b) if a == b => Some(0),
        _ => None,
    }
}

/// The operand that equals the result, if that is so.
fn unchanged(block: &Block, op: &Op, w: Width) -> Option<Value> {
    use BinOp::*;
    match *op {
        Op::Bin(Add | Sub | Or | Xor | Shl | ShrU | ShrS | RotL | RotR, a, b) if value_of(block, b) == Some(0) => {
            Some(a)
        }
        Op::Bin(And, a, b) if value_of(block, b) == Some(block.width(a).mask()) => Some(a),
        Op::Bin(And | Or, a, b) if a == b => Some(a),
        Op::Bin(Mul, a, b) if value_of(block, b) == Some(1) => Some(a),
        Op::Cmp(CmpOp::Ne, a, b) if value_of(block, b) == Some(0) => match block.ops[a.index()] {
            Op::Zext(inner) if block.width(inner) == Width::W1 => Some(inner),
            _ => None,
        },
        Op::Select(_, a, b) if a == b => Some(a),
        Op::Select(c, a, b) => value_of(block, c).map(|k| if k == 1 { a } else { b }),
        // The low bits of an extension with zeros, in the width they came from. Those of a sign extension are left where they are:
        // whoever reads only low bits reads them there, and the op that made the narrow value can then extend it at once.
        Op::Trunc(v) => match block.ops[v.index()] {
            Op::Zext(inner) if block.width(inner) == w => Some(inner),
            _ => None,
        },
        Op::Sext(v) => match block.ops[v.index()] {
            Op::Trunc(wide) if block.width(wide) == w && significant(block, wide, 4) <= block.width(v).bits() => {
                Some(wide)
            }
            _ => None,
        },
        _ => None,
    }
}

/// From how many low bits `v` is certainly the sign extension; its width if nothing is known. Looks at most `depth` ops back.
fn significant(block: &Block, v: Value, depth: u32) -> u32 {
    let all = block.width(v).bits();
    if depth == 0 {
        return all;
    }
    let of = |v| significant(block, v, depth - 1);
    match block.ops[v.index()] {
        Op::Const(k) => {
            let signed = block.width(v).signed(k);
            (65 - (if signed < 0 { !signed } else { signed }).leading_zeros()).min(all)
        }
        Op::Sext(inner) => block.width(inner).bits(),
        Op::Zext(inner) => block.width(inner).bits() + 1,
        Op::Bin(BinOp::And | BinOp::Or | BinOp::Xor | BinOp::MinS | BinOp::MaxS, a, b) => of(a).max(of(b)),
        Op::Select(_, a, b) => of(a).max(of(b)),
        Op::Un(crate::UnOp::Not, a) => of(a),
        _ => all,
    }
}
