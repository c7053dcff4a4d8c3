//! The rules of a well-formed block. Engines rely on them; `debug_assert!`ed after lifting and after each pass.

use crate::block::{Block, Exit, Layout, Value};
use crate::op::{BinOp, Op, UnOp};
use crate::width::Width;

/// A block breaks a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The op at fault; the number of ops means the exit.
    pub op: usize,
    /// The rule.
    pub rule: &'static str,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "op {}: {}", self.op, self.rule)
    }
}

impl std::error::Error for VerifyError {}

/// Checks every rule.
///
/// # Errors
/// The first rule that is broken, and where.
pub fn verify(block: &Block, layout: &Layout) -> Result<(), VerifyError> {
    if block.ops.len() != block.widths.len() {
        return Err(VerifyError { op: 0, rule: "each op has a width" });
    }
    for (i, op) in block.ops.iter().enumerate() {
        let fail = |rule| Err(VerifyError { op: i, rule });
        for v in op.operands() {
            if v.index() >= i {
                return fail("operands are earlier values");
            }
            if !has_result(&block.ops[v.index()], layout) {
                return fail("operands are ops with a result");
            }
        }
        if let Some(rule) = broken_rule(block, layout, op, block.widths[i]) {
            return fail(rule);
        }
    }
    verify_frame(block)
}

fn verify_frame(block: &Block) -> Result<(), VerifyError> {
    let fail = |rule| Err(VerifyError { op: block.ops.len(), rule });
    if block.insns.first().is_none_or(|i| i.op != 0) {
        return fail("the first instruction begins at the first op");
    }
    if block.insns.windows(2).any(|w| w[0].op > w[1].op)
        || block.insns.iter().any(|i| usize::from(i.op) > block.ops.len())
    {
        return fail("instructions begin in order");
    }
    if block.taken_mode.is_some() && !matches!(block.exit, Exit::Branch { .. }) {
        return fail("only a branch has a taken edge");
    }
    if block.returns.is_some() && !matches!(block.exit, Exit::Jump { .. } | Exit::Indirect { .. }) {
        return fail("only a jump is a call");
    }
    if let Some(v) = block.exit.operand() {
        if v.index() >= block.ops.len() {
            return fail("the exit's operand is a value");
        }
        if matches!(block.exit, Exit::Branch { .. }) && block.width(v) != Width::W1 {
            return fail("a branch goes by a truth value");
        }
    }
    Ok(())
}

fn has_result(op: &Op, layout: &Layout) -> bool {
    match op {
        Op::Set(..) | Op::Forget(_) | Op::Store { .. } | Op::Fence(_) | Op::RaiseIf { .. } => false,
        Op::Call { helper, .. } => layout.helpers[usize::from(*helper)].ret.is_some(),
        _ => true,
    }
}

/// The rule that `op` with result width `w` breaks, if any.
fn broken_rule(block: &Block, layout: &Layout, op: &Op, w: Width) -> Option<&'static str> {
    let width = |v: Value| block.width(v);
    let reg = |r: crate::Reg| layout.regs.get(r.index()).copied();
    let rules: &[(bool, &'static str)] = &match *op {
        Op::Const(k) => [(w.cut(k) == k, "a constant fits its width"), (true, "")],
        Op::Get(r) => [(reg(r) == Some(w), "a register is read in its width"), (true, "")],
        Op::Set(r, v) => [(reg(r) == Some(width(v)), "a register is written in its width"), (true, "")],
        Op::Un(un, v) => [
            (width(v) == w, "operand and result have one width"),
            (w != Width::W1 || un == UnOp::Not, "truth values know only not, and, or, xor"),
        ],
        Op::Bin(bin, a, b) => [
            (width(a) == w && width(b) == w, "operands and result have one width"),
            (
                w != Width::W1 || matches!(bin, BinOp::And | BinOp::Or | BinOp::Xor),
                "truth values know only not, and, or, xor",
            ),
        ],
        Op::Cmp(_, a, b) => {
            [(width(a) == width(b), "operands have one width"), (w == Width::W1, "a comparison gives a truth value")]
        }
        Op::Select(c, a, b) => [
            (width(c) == Width::W1, "a select goes by a truth value"),
            (width(a) == w && width(b) == w, "operands have one width"),
        ],
        Op::Zext(v) | Op::Sext(v) => [(width(v) < w, "an extension widens"), (true, "")],
        Op::Trunc(v) => [(width(v) > w, "a truncation narrows"), (true, "")],
        Op::Extract { value, lo, len } => [
            (width(value) == w, "operand and result have one width"),
            (field_fits(lo, len, w), "the field lies in the value"),
        ],
        Op::Deposit { value, field, lo, len } => [
            (width(value) == w && width(field) == w, "operands and result have one width"),
            (field_fits(lo, len, w), "the field lies in the value"),
        ],
        Op::Load { mem, .. } | Op::LoadLinked { mem, .. } => {
            [(mem.width == w, "a load gives its width"), (w >= Width::W8, "memory holds bytes")]
        }
        Op::Store { value, mem, .. } => {
            [(width(value) == mem.width, "a store takes its width"), (mem.width >= Width::W8, "memory holds bytes")]
        }
        Op::StoreCond { value, mem, .. } => [
            (width(value) == mem.width && mem.width >= Width::W8, "a store takes its width"),
            (w == Width::W1, "it gives a truth value"),
        ],
        Op::Rmw { value, mem, .. } => [
            (width(value) == mem.width && mem.width == w, "operand, access and result have one width"),
            (w >= Width::W8, "memory holds bytes"),
        ],
        Op::Cas { expected, new, mem, .. } => [
            (width(expected) == mem.width && width(new) == mem.width, "operands have the access's width"),
            (mem.width == w && w >= Width::W8, "it gives the access's width"),
        ],
        Op::RaiseIf { cond, .. } => [(width(cond) == Width::W1, "an exception goes by a truth value"), (true, "")],
        Op::Forget(r) => [(reg(r).is_some(), "there is such a register"), (true, "")],
        Op::Fence(_) => [(true, ""), (true, "")],
        Op::Call { helper, args, fast } => match layout.helpers.get(usize::from(helper)) {
            None => [(false, "there is such a helper"), (true, "")],
            Some(info) => [
                (
                    args.iter().filter(|a| **a != Value::NONE).count() == usize::from(info.args),
                    "a helper gets all its arguments",
                ),
                (
                    fast.is_none_or(|(op, _)| usize::from(info.args) >= op.operands() && info.ret == Some(w)),
                    "a fast operation has operands and a result",
                ),
            ],
        },
    };
    rules.iter().find(|(holds, _)| !holds).map(|(_, rule)| *rule)
}

const fn field_fits(lo: u8, len: u8, w: Width) -> bool {
    len > 0 && lo as u32 + len as u32 <= w.bits()
}
