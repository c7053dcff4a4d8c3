//! Register writes that nobody sees but where an op between them and the next write faults.

use std::collections::BTreeMap;

use crate::RegSet;
use crate::block::{Block, Layout, Recover, Reg, Value};
use crate::op::Op;

/// Registers that are left behind at one time, at most: each may keep a value alive.
const MAX_PENDING: usize = 24;

/// Drops writes of [`Layout::late`] registers that are written again with nothing but accesses and conditional exceptions in between, and
/// notes for these what the registers are then ([`Block::recover`]). The last of the passes: values that only those notes use stay.
pub fn defer(block: &mut Block, layout: &Layout) {
    if matches!(layout.late, RegSet::None) || !(0..block.ops.len()).any(|i| shows_late(block, i)) {
        return;
    }
    let mut keep = vec![true; block.ops.len()];
    let deferrable = deferrable(block, layout);
    let mut pending: BTreeMap<Reg, Value> = BTreeMap::new();
    let mut recover = Vec::new();
    for i in 0..block.ops.len() {
        if shows_late(block, i) {
            recover.extend(pending.iter().map(|(&reg, &value)| Recover { op: i as u16, reg, value }));
        }
        if let Op::Forget(reg) = block.ops[i] {
            pending.remove(&reg);
        }
        let Op::Set(reg, value) = block.ops[i] else { continue };
        if deferrable[i] && (pending.len() < MAX_PENDING || pending.contains_key(&reg)) {
            pending.insert(reg, value);
            keep[i] = false;
        } else {
            pending.remove(&reg);
        }
    }
    block.recover = recover;
    super::dead::compact(block, &keep);
}

/// Whether op `i` shows registers to the guest only if it faults, and leaves the engine to bring them up to date.
fn shows_late(block: &Block, i: usize) -> bool {
    block.ops[i].is_memory() || matches!(block.ops[i], Op::RaiseIf { .. })
}

/// Backwards: the writes that another follows before anyone else can look.
fn deferrable(block: &Block, layout: &Layout) -> Vec<bool> {
    let mut overwritten = vec![false; layout.regs.len()];
    let mut result = vec![false; block.ops.len()];
    for i in (0..block.ops.len()).rev() {
        match block.ops[i] {
            Op::Set(r, _) => {
                result[i] = std::mem::replace(&mut overwritten[r.index()], true) && layout.late.contains(r);
            }
            Op::Forget(r) => overwritten[r.index()] = true,
            Op::Get(r) => overwritten[r.index()] = false,
            // Helpers may look at everything.
            Op::Call { .. } => overwritten.fill(false),
            _ => {}
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Exit, Mem, Width};

    #[test]
    fn a_stack_pointer_is_written_once() {
        let layout = Layout {
            regs: vec![Width::W64; 2],
            names: vec!["sp".into(), "a".into()],
            helpers: vec![],
            aligned: false,
            computes: vec![],
            late: RegSet::All,
        };
        let builder = Builder::new(&layout);
        for n in 0..2 {
            builder.begin_insn(n, 0);
            let sp = builder.get(Reg(0)).add_imm(-8);
            builder.store(sp, builder.get(Reg(1)), Mem::le(Width::W64));
            builder.set(Reg(0), sp);
        }
        builder.exit(Exit::Jump { pc: 2 });
        let mut block = builder.finish(0, 2);
        crate::pass::run(&mut block, &layout);
        let text = crate::text(&block, &layout);
        assert_eq!(block.ops.iter().filter(|op| matches!(op, Op::Set(..))).count(), 1, "{text}");
        let [Recover { op, reg: Reg(0), value }] = block.recover[..] else { panic!("{text}") };
        let stores: Vec<usize> = (0..block.ops.len()).filter(|i| block.ops[*i].is_memory()).collect();
        assert_eq!(usize::from(op), stores[1], "{text}");
        let Op::Store { addr, .. } = block.ops[stores[0]] else { panic!("{text}") };
        assert_eq!(value, addr, "{text}");
    }
}
