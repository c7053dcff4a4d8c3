//! The text form of a block, for tests, `-d op` and people.

use std::fmt::Write;

use bits::Endian;

use crate::block::{Block, Exit, Layout, Value};
use crate::op::{Align, Mem, Op, Order};

/// `block` as text, one op a line, with the address before the ops of each guest instruction.
pub fn text(block: &Block, layout: &Layout) -> String {
    let mut out = String::new();
    let mut insns = block.insns.iter().peekable();
    for i in 0..=block.ops.len() {
        while let Some(insn) = insns.next_if(|s| usize::from(s.op) == i) {
            let pc = block.pc.wrapping_add_signed(i64::from(insn.offset));
            let _ = writeln!(
                out,
                "{pc:#x}:{}",
                if insn.aux == 0 { String::new() } else { format!(" aux {:#x}", insn.aux) }
            );
        }
        if i < block.ops.len() {
            let _ = writeln!(out, "  {}", line(block, layout, i));
        }
    }
    let mode = |name: &str, mode: Option<u32>| mode.map_or(String::new(), |mode| format!(" {name} {mode:#x}"));
    let returns = block.returns.map_or(String::new(), |pc| format!(" returns {pc:#x}"));
    let modes = mode("mode", block.mode) + &mode("taken", block.taken_mode) + &returns;
    let _ = writeln!(out, "  {}{modes}", exit(&block.exit));
    out
}

fn line(block: &Block, layout: &Layout, i: usize) -> String {
    let name = |r: crate::Reg| &layout.names[r.index()];
    let w = block.widths[i];
    let rest = match block.ops[i] {
        Op::Const(k) => format!("const {k:#x}"),
        Op::Get(r) => format!("get {}", name(r)),
        Op::Set(r, v) => return format!("set {}, {v}", name(r)),
        Op::Un(op, v) => format!("{} {v}", op.name()),
        Op::Bin(op, a, b) => format!("{} {a}, {b}", op.name()),
        Op::Cmp(op, a, b) => format!("{}.{} {a}, {b}", op.name(), block.width(a)),
        Op::Select(c, a, b) => format!("select {c}, {a}, {b}"),
        Op::Zext(v) => format!("zext {v}"),
        Op::Sext(v) => format!("sext {v}"),
        Op::Trunc(v) => format!("trunc {v}"),
        Op::Extract { value, lo, len } => format!("extract {value}, {lo}, {len}"),
        Op::Deposit { value, field, lo, len } => format!("deposit {value}, {field}, {lo}, {len}"),
        Op::Load { addr, mem } => format!("load{} {addr}", how(mem)),
        Op::Store { addr, value, mem } => return format!("store{} {addr}, {value}", how(mem)),
        Op::Rmw { op, addr, value, mem } => format!("rmw.{}{} {addr}, {value}", op.name(), how(mem)),
        Op::Cas { addr, expected, new, mem } => format!("cas{} {addr}, {expected}, {new}", how(mem)),
        Op::LoadLinked { addr, mem } => format!("ll{} {addr}", how(mem)),
        Op::StoreCond { addr, value, mem } => format!("sc{} {addr}, {value}", how(mem)),
        Op::RaiseIf { cond, code, arg } => return format!("raise_if {cond}, {code}, {arg:#x}"),
        Op::Forget(r) => return format!("forget {}", name(r)),
        Op::Fence(kind) => return format!("fence {kind:?}").to_lowercase(),
        Op::Call { helper, args, .. } => {
            let info = &layout.helpers[usize::from(helper)];
            let list: Vec<_> = args.iter().filter(|v| **v != Value::NONE).map(Value::to_string).collect();
            let call = format!("{}({})", info.name, list.join(", "));
            if info.ret.is_none() {
                return call;
            }
            call
        }
    };
    format!("v{i}:{w} = {rest}")
}

fn how(mem: Mem) -> String {
    let mut s = format!(".{}", mem.width);
    if mem.endian == Endian::Big {
        s += ".be";
    }
    if mem.align == Align::Trap {
        s += ".aligned";
    }
    if mem.order != Order::Relaxed {
        s += &format!(".{:?}", mem.order).to_lowercase();
    }
    if mem.space != Mem::CURRENT {
        s += &format!(".space{}", mem.space);
    }
    s
}

fn exit(exit: &Exit) -> String {
    match *exit {
        Exit::Jump { pc } => format!("jump {pc:#x}"),
        Exit::Branch { cond, taken, fallthrough } => format!("branch {cond}, {taken:#x}, {fallthrough:#x}"),
        Exit::Indirect { pc, hint } => format!("indirect {pc} {hint:?}").to_lowercase(),
        Exit::Raise { code, arg } => format!("raise {code}, {arg:#x}"),
        Exit::Update { pc } => format!("update {pc:#x}"),
        Exit::UpdateIndirect { pc } => format!("update {pc}"),
        Exit::Halt { pc } => format!("halt {pc:#x}"),
        Exit::Break => "break".to_owned(),
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "v{}", self.0)
    }
}
