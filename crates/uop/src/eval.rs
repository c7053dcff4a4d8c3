//! The reference evaluator: slow, plain, and the definition of what a block does. Engines are compared with it.

use crate::block::{Block, Exit, Layout, Reg};
use crate::op::{BinOp, Fence, Mem, Op, RmwOp};
use crate::sem;

/// The world that a block acts on.
pub trait World {
    /// What a fault is.
    type Fault;

    /// The value of a register.
    fn get(&mut self, reg: Reg) -> u64;
    /// Writes a register.
    fn set(&mut self, reg: Reg, value: u64);
    /// A load.
    fn load(&mut self, addr: u64, mem: Mem) -> Result<u64, Self::Fault>;
    /// A store.
    fn store(&mut self, addr: u64, value: u64, mem: Mem) -> Result<(), Self::Fault>;
    /// An atomic read-modify-write; returns the old value.
    fn rmw(&mut self, op: RmwOp, addr: u64, value: u64, mem: Mem) -> Result<u64, Self::Fault>;
    /// An atomic compare and swap; returns the old value.
    fn cas(&mut self, addr: u64, expected: u64, new: u64, mem: Mem) -> Result<u64, Self::Fault>;
    /// A load with reservation.
    fn load_linked(&mut self, addr: u64, mem: Mem) -> Result<u64, Self::Fault>;
    /// A conditional store; whether it has stored.
    fn store_cond(&mut self, addr: u64, value: u64, mem: Mem) -> Result<bool, Self::Fault>;
    /// A fence.
    fn fence(&mut self, fence: Fence);
    /// The fault of an exception that an op raises.
    fn raise(&mut self, code: u32, arg: u64) -> Self::Fault;
    /// A helper.
    fn call(&mut self, helper: u16, args: &[u64]) -> Result<u64, Self::Fault>;
}

/// How an evaluation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End<F> {
    /// At the exit, going on at this address.
    Pc(u64),
    /// At an exit that does more than go on; its operand, if any, is given.
    Exit(Exit, Option<u64>),
    /// Op number `op` has faulted.
    Fault {
        /// Index of the op.
        op: usize,
        /// The fault.
        fault: F,
    },
}

/// Runs `block` on `world`.
///
/// # Panics
/// When the block divides by 0: lifters must rule that out.
pub fn eval<W: World>(block: &Block, layout: &Layout, world: &mut W) -> End<W::Fault> {
    let mut values = vec![0u64; block.ops.len()];
    for i in 0..block.ops.len() {
        match eval_op(block, layout, world, &values, i) {
            Ok(v) => values[i] = v,
            Err(fault) => {
                block.recover_at(i).iter().for_each(|r| world.set(r.reg, values[r.value.index()]));
                return End::Fault { op: i, fault };
            }
        }
    }
    let operand = block.exit.operand().map(|v| values[v.index()]);
    match block.exit {
        Exit::Jump { pc } => End::Pc(pc),
        Exit::Branch { taken, fallthrough, .. } => End::Pc(if operand == Some(1) { taken } else { fallthrough }),
        Exit::Indirect { .. } => End::Pc(operand.unwrap_or(0)),
        exit => End::Exit(exit, operand),
    }
}

fn eval_op<W: World>(block: &Block, layout: &Layout, world: &mut W, values: &[u64], i: usize) -> Result<u64, W::Fault> {
    let v = |v: crate::Value| values[v.index()];
    let w = block.widths[i];
    if let Some(result) = pure_op(block, &block.ops[i], w, v) {
        return Ok(result);
    }
    Ok(match block.ops[i] {
        Op::Get(reg) => world.get(reg),
        Op::Set(reg, value) => {
            world.set(reg, v(value));
            0
        }
        Op::Load { addr, mem } => world.load(v(addr), mem)?,
        Op::Store { addr, value, mem } => {
            world.store(v(addr), v(value), mem)?;
            0
        }
        Op::Rmw { op, addr, value, mem } => world.rmw(op, v(addr), v(value), mem)?,
        Op::Cas { addr, expected, new, mem } => world.cas(v(addr), v(expected), v(new), mem)?,
        Op::LoadLinked { addr, mem } => world.load_linked(v(addr), mem)?,
        Op::StoreCond { addr, value, mem } => u64::from(world.store_cond(v(addr), v(value), mem)?),
        Op::Forget(_) => 0,
        Op::Fence(fence) => {
            world.fence(fence);
            0
        }
        Op::RaiseIf { cond, code, arg } if v(cond) == 1 => return Err(world.raise(code, arg)),
        Op::RaiseIf { .. } => 0,
        Op::Call { helper, args, .. } => {
            let n = usize::from(layout.helpers[usize::from(helper)].args);
            let args: Vec<u64> = args[..n].iter().map(|a| v(*a)).collect();
            world.call(helper, &args)?
        }
        _ => unreachable!("pure ops are done above"),
    })
}

/// The result of an op that needs nothing but its operands' values; `None` for all others.
pub fn pure_op(block: &Block, op: &Op, w: crate::Width, v: impl Fn(crate::Value) -> u64) -> Option<u64> {
    Some(match *op {
        Op::Const(k) => k,
        Op::Un(op, a) => sem::un(op, w, v(a)),
        Op::Bin(op, a, b) => sem::bin(op, w, v(a), v(b)),
        Op::Cmp(op, a, b) => u64::from(sem::cmp(op, block.width(a), v(a), v(b))),
        Op::Select(c, a, b) => v(if v(c) == 1 { a } else { b }),
        Op::Zext(a) => v(a),
        Op::Sext(a) => w.cut(block.width(a).signed(v(a)) as u64),
        Op::Trunc(a) => w.cut(v(a)),
        Op::Extract { value, lo, len } => bits::field(v(value), u32::from(lo), u32::from(len)),
        Op::Deposit { value, field, lo, len } => bits::deposit(v(value), u32::from(lo), u32::from(len), v(field)),
        _ => return None,
    })
}

/// Whether evaluating `op` on these operand values would divide by zero.
pub fn divides_by_zero(op: &Op, v: impl Fn(crate::Value) -> u64) -> bool {
    matches!(*op, Op::Bin(op, _, b) if BinOp::divides(op) && v(b) == 0)
}
