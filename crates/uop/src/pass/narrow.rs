//! Extensions and masks whose bits nobody reads.

use crate::block::{Block, Value};
use crate::op::{BinOp, Op, UnOp};

/// Backwards: finds how many low bits of each value are read, and has users of only so many read past the extensions, masks and insertions
/// that change none of them. What is left unused, [`super::dead`] drops.
pub fn narrow(block: &mut Block) {
    let mut read = vec![0u32; block.ops.len()];
    let all = |block: &Block, v: Value| block.width(v).bits();
    if let Some(v) = block.exit.operand() {
        read[v.index()] = all(block, v);
    }
    for i in (0..block.ops.len()).rev() {
        let mut op = block.ops[i];
        let own = if op.is_pure() { read[i] } else { 64 };
        if own == 0 {
            continue;
        }
        let mut at = 0;
        let before = op;
        op.map_operands(|v| {
            let bits = operand_bits(block, &before, at, own).min(all(block, v));
            let v = past(block, v, bits);
            read[v.index()] = read[v.index()].max(bits);
            at += 1;
            v
        });
        block.ops[i] = op;
    }
}

/// How many low bits of operand number `n` an op reads, if `own` of its result are read.
fn operand_bits(block: &Block, op: &Op, n: usize, own: u32) -> u32 {
    let constant = |v: Value| match block.ops[v.index()] {
        Op::Const(k) => Some(k),
        _ => None,
    };
    match *op {
        Op::Bin(BinOp::And, _, b) if n == 0 => {
            // Above the mask's highest one nothing comes through.
            own.min(64 - constant(b).unwrap_or(u64::MAX).leading_zeros())
        }
        Op::Bin(BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::And | BinOp::Or | BinOp::Xor, ..) => own,
        Op::Bin(BinOp::Shl, _, count) if n == 0 => match constant(count) {
            Some(k) => own.saturating_sub(k as u32 & (block.width(count).bits() - 1)),
            None => own,
        },
        Op::Un(UnOp::Not | UnOp::Neg, _) | Op::Zext(_) | Op::Sext(_) | Op::Trunc(_) => own,
        Op::Select(..) if n > 0 => own,
        Op::Extract { lo, len, .. } => u32::from(lo) + u32::from(len).min(own),
        Op::Deposit { lo, len, .. } if n == 0 => {
            if lo == 0 && own <= u32::from(len) {
                0
            } else {
                own
            }
        }
        Op::Deposit { lo, len, .. } => u32::from(len).min(own.saturating_sub(lo.into())),
        Op::Store { mem, .. } if n == 1 => mem.width.bits(),
        _ => 64,
    }
}

/// An earlier value of the same width with the same `bits` low bits.
fn past(block: &Block, mut v: Value, bits: u32) -> Value {
    loop {
        let w = block.width(v);
        let inner = match block.ops[v.index()] {
            Op::Sext(narrow) | Op::Zext(narrow) if bits <= block.width(narrow).bits() => {
                match block.ops[narrow.index()] {
                    Op::Trunc(wide) => wide,
                    _ => return v,
                }
            }
            Op::Bin(BinOp::And, a, b) => match block.ops[b.index()] {
                Op::Const(k) if (!k).trailing_zeros() >= bits => a,
                _ => return v,
            },
            Op::Deposit { value, lo, .. } if u32::from(lo) >= bits => value,
            Op::Deposit { field, lo: 0, len, .. } if u32::from(len) >= bits => field,
            _ => return v,
        };
        if block.width(inner) != w {
            return v;
        }
        v = inner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Exit, Layout, Reg, Width};

    /// The sum of the low halves of two registers, put into the low half of the first, as many guests have it.
    #[test]
    fn a_sum_of_halves_is_a_sum() {
        let layout = Layout {
            regs: vec![Width::W64; 2],
            names: vec!["a".into(), "b".into()],
            helpers: vec![],
            aligned: false,
            computes: vec![],
            late: crate::RegSet::None,
        };
        let builder = Builder::new(&layout);
        builder.begin_insn(0, 0);
        let (a, b) = (builder.get(Reg(0)), builder.get(Reg(1)));
        let (sa, sb) = (a.trunc(Width::W32).sext(Width::W64), b.trunc(Width::W32).sext(Width::W64));
        let sum = (sa + sb).trunc(Width::W32).zext(Width::W64);
        builder.set(Reg(0), a.deposit(0, 32, sum));
        builder.exit(Exit::Jump { pc: 4 });
        let mut block = builder.finish(0, 4);
        crate::pass::run(&mut block, &layout);
        let text = crate::text(&block, &layout);
        assert_eq!(block.ops.len(), 5, "{text}");
        assert!(block.ops.iter().all(|op| !matches!(op, Op::Sext(_) | Op::Trunc(_) | Op::Zext(_))), "{text}");
    }
}
