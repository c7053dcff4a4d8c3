//! Register writes that nobody sees, and values that nobody uses.

use crate::block::{Block, Layout, Value};
use crate::op::Op;

/// Drops writes of registers that are written again before anything can see them (condition codes above all), then pure ops
/// and reads without a use, and renumbers.
pub fn dead(block: &mut Block, layout: &Layout) {
    let mut keep = vec![true; block.ops.len()];
    drop_dead_sets(block, layout, &mut keep);
    drop_unused(block, layout, &mut keep);
    compact(block, &keep);
}

/// Backwards: a register is `overwritten` when a later write comes before anyone can look.
fn drop_dead_sets(block: &Block, layout: &Layout, keep: &mut [bool]) {
    let mut overwritten = vec![false; layout.regs.len()];
    for i in (0..block.ops.len()).rev() {
        match block.ops[i] {
            Op::Set(r, _) if std::mem::replace(&mut overwritten[r.index()], true) => {
                keep[i] = false;
            }
            Op::Forget(r) => overwritten[r.index()] = true,
            Op::Get(r) => overwritten[r.index()] = false,
            // A faulting op shows all registers to the guest.
            _ if block.can_fault(i, layout) => overwritten.fill(false),
            Op::Call { helper, .. } => {
                let reads = &layout.helpers[usize::from(helper)].reads;
                let seen = |(r, o): (usize, &mut bool)| *o &= !reads.contains(crate::Reg(r as u16));
                overwritten.iter_mut().enumerate().for_each(seen);
            }
            _ => {}
        }
        if let Op::Call { fast: Some((_, ok)), .. } = block.ops[i] {
            overwritten[ok.index()] = false;
        }
    }
}

fn drop_unused(block: &Block, layout: &Layout, keep: &mut [bool]) {
    let mut used = vec![false; block.ops.len()];
    if let Some(v) = block.exit.operand() {
        used[v.index()] = true;
    }
    for i in (0..block.ops.len()).rev() {
        let op = &block.ops[i];
        let removable = match op {
            Op::Call { helper, .. } => {
                let info = &layout.helpers[usize::from(*helper)];
                info.pure_ && !info.faults
            }
            Op::RaiseIf { cond, .. } => block.ops[cond.index()] == Op::Const(0),
            op => op.is_pure(),
        };
        if removable && !used[i] {
            keep[i] = false;
        }
        if keep[i] {
            op.operands().for_each(|v| used[v.index()] = true);
        }
    }
}

/// Drops what is not to be kept, and renumbers.
pub(super) fn compact(block: &mut Block, keep: &[bool]) {
    let mut moved = Vec::with_capacity(keep.len() + 1);
    let mut next = 0u16;
    for &k in keep {
        moved.push(Value(next));
        next += u16::from(k);
    }
    moved.push(Value(next));
    let mut i = 0;
    block.ops.retain_mut(|op| {
        op.map_operands(|v| moved[v.index()]);
        i += 1;
        keep[i - 1]
    });
    let mut i = 0;
    block.widths.retain(|_| {
        i += 1;
        keep[i - 1]
    });
    block.exit.map_operand(|v| moved[v.index()]);
    block.insns.iter_mut().for_each(|insn| insn.op = moved[usize::from(insn.op)].0);
    for r in &mut block.recover {
        r.op = moved[usize::from(r.op)].0;
        r.value = moved[r.value.index()];
    }
}
