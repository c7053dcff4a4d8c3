//! Register writes that may as well be made at the end of the block.

use crate::block::{Block, Exit, Layout, Reg, Value};
use crate::op::Op;

/// Moves writes of [`Layout::late`] registers behind all else where nobody looks at the register any more, and the value is a constant or what
/// another register holds at the end: there they stand together, before the branch, and engines do them in one step with it.
pub fn sink(block: &mut Block, layout: &Layout) {
    let n = block.ops.len();
    let quiet = |op: &Op| op.is_pure() || matches!(op, Op::Set(..) | Op::Forget(_));
    if !matches!(block.exit, Exit::Branch { .. }) || 2 * n >= usize::from(u16::MAX) {
        return;
    }
    let from = n - block.ops.iter().rev().take_while(|op| quiet(op)).count();
    let mut touched = vec![false; layout.regs.len()];
    let (mut constants, mut copies) = (Vec::new(), Vec::new());
    for i in (from..n).rev() {
        match block.ops[i] {
            Op::Set(reg, value) => {
                let seen = std::mem::replace(&mut touched[reg.index()], true);
                if seen || !layout.late.contains(reg) {
                    continue;
                }
                if matches!(block.ops[root(block, value).index()], Op::Const(_)) {
                    constants.push(i);
                } else if is_held(block, reg, value, i) {
                    copies.push(i);
                }
            }
            Op::Get(reg) | Op::Forget(reg) => touched[reg.index()] = true,
            _ => {}
        }
    }
    if constants.is_empty() {
        return;
    }
    let mut keep = vec![true; n];
    for i in constants.into_iter().chain(copies) {
        keep[i] = false;
        block.ops.push(block.ops[i]);
        block.widths.push(block.widths[i]);
        keep.push(true);
    }
    super::dead::compact(block, &keep);
}

/// The value behind extensions with zeros and truncations.
fn root(block: &Block, mut v: Value) -> Value {
    while let Op::Zext(inner) | Op::Trunc(inner) = block.ops[v.index()] {
        v = inner;
    }
    v
}

/// Whether another register than `reg` holds `value` before op `i` and to the end.
fn is_held(block: &Block, reg: Reg, value: Value, i: usize) -> bool {
    let value = root(block, value);
    let holds = |(at, op): (usize, &Op)| {
        let holder = match *op {
            Op::Get(r) if at == value.index() => r,
            Op::Set(r, v) if root(block, v) == value => r,
            _ => return false,
        };
        holder != reg && !block.ops[at + 1..].iter().any(|op| matches!(*op, Op::Set(r, _) if r == holder))
    };
    block.ops[..i].iter().enumerate().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, RegSet, Width};

    /// What a comparison leaves is written behind the choice that stands between it and the branch.
    #[test]
    fn what_flags_are_made_of_goes_to_the_end() {
        let layout = Layout {
            regs: vec![Width::W64; 4],
            names: ["a", "b", "kind", "operand"].map(String::from).to_vec(),
            helpers: vec![],
            aligned: false,
            computes: vec![],
            late: RegSet::All,
        };
        let builder = Builder::new(&layout);
        builder.begin_insn(0, 0);
        let (a, b) = (builder.get(Reg(0)), builder.get(Reg(1)));
        builder.set(Reg(2), builder.konst(Width::W64, 14));
        builder.set(Reg(3), b);
        let less = a.lt_u(b);
        builder.set(Reg(0), builder.select(less, b, a));
        builder.exit(Exit::Branch { cond: less.id(), taken: 8, fallthrough: 4 });
        let mut block = builder.finish(0, 4);
        crate::pass::run(&mut block, &layout);
        let text = crate::text(&block, &layout);
        let sets: Vec<Reg> =
            block.ops.iter().filter_map(|op| if let Op::Set(reg, _) = op { Some(*reg) } else { None }).collect();
        assert_eq!(sets, [Reg(0), Reg(2), Reg(3)], "{text}");
    }
}
