//! Reads of registers whose value is known become that value.

use crate::block::{Block, Layout, Value};
use crate::op::Op;

/// Replaces each `get` of a register that the block has read or written before by the value that is known to be there. The
/// `get`s themselves stay, unused; [`super::dead`] drops them.
pub fn forward(block: &mut Block, layout: &Layout) {
    let mut known: Vec<Option<Value>> = vec![None; layout.regs.len()];
    let mut same: Vec<Value> = Vec::with_capacity(block.ops.len());
    for i in 0..block.ops.len() {
        let this = Value(i as u16);
        block.ops[i].map_operands(|v| same[v.index()]);
        let mut value = this;
        match block.ops[i] {
            Op::Get(r) => value = *known[r.index()].get_or_insert(this),
            Op::Forget(r) => known[r.index()] = None,
            Op::Set(r, v) => known[r.index()] = Some(v),
            Op::Call { helper, .. } => {
                let writes = &layout.helpers[usize::from(helper)].writes;
                let forget = |(r, k): (usize, &mut Option<Value>)| {
                    if writes.contains(crate::Reg(r as u16)) {
                        *k = None;
                    }
                };
                if !matches!(writes, crate::RegSet::None) {
                    known.iter_mut().enumerate().for_each(forget);
                }
            }
            _ => {}
        }
        same.push(value);
    }
    block.exit.map_operand(|v| same[v.index()]);
}
