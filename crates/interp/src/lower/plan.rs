//! What is needed of a block, and what is fused.

use uop::{Align, BinOp, Block, Exit, Mem, Op, Order, Value, Width};

use crate::handlers::alu;

/// How the address of a plain access is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Addr {
    /// Value plus displacement.
    Disp(Value, i32),
    /// Sum of two values.
    Index(Value, Value),
}

/// What one op becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Node {
    /// Nothing: nobody needs it, or its user does its work.
    Skip,
    /// One or more slots with these operands.
    Emit,
    /// A plain load whose result is that of a later extension.
    Load(Addr),
    /// A plain store.
    Store(Addr),
    /// Two operands into the low half of a register that holds another value.
    Low(BinOp, Value, Value),
    /// A constant into the low half of a register that holds another value.
    LowConst(i32),
}

/// The decisions for a block.
pub(super) struct Plan {
    /// By op.
    pub(super) nodes: Vec<Node>,
    /// By op: the value that its handler really makes (a later sign extension, when that is fused in).
    pub(super) makes: Vec<Value>,
    /// By value: the last op that uses it; the number of ops means the exit.
    pub(super) last_use: Vec<u32>,
}

impl Plan {
    pub(super) fn new(block: &Block) -> Plan {
        let n = block.ops.len();
        let mut planner = Planner {
            block,
            uses: count_uses(block),
            needed: vec![false; n],
            plan: Plan {
                nodes: vec![Node::Skip; n],
                makes: (0..n).map(|i| Value(i as u16)).collect(),
                last_use: vec![0; n],
            },
        };
        planner.exit();
        for i in (0..n).rev() {
            planner.op(i);
        }
        planner.plan
    }
}

fn count_uses(block: &Block) -> Vec<u32> {
    let mut uses = vec![0; block.ops.len()];
    for op in &block.ops {
        op.operands().for_each(|v| uses[v.index()] += 1);
    }
    if let Some(v) = block.exit.operand() {
        uses[v.index()] += 1;
    }
    uses
}

/// The value whose place holds `v`: extensions with zeros need no op, and a truncation needs none for a user that reads no more
/// than `reads` anyway.
pub(super) fn resolve(block: &Block, mut v: Value, mut reads: Option<Width>) -> Value {
    loop {
        match block.ops[v.index()] {
            Op::Zext(inner) => {
                // Whoever reads more than the inner value has sees its zeros: then they must really be there.
                reads = reads.filter(|w| *w <= block.width(inner));
                v = inner;
            }
            Op::Trunc(inner) if reads.is_some_and(|w| w <= block.width(v)) => v = inner,
            _ => return v,
        }
    }
}

/// The constant that `v` is.
pub(super) fn constant(block: &Block, v: Value) -> Option<u64> {
    match block.ops[v.index()] {
        Op::Const(k) => Some(k),
        Op::Zext(inner) => constant(block, inner),
        _ => None,
    }
}

/// `k` of width `w` as an immediate that sign-extends to it.
pub(super) fn immediate(w: Width, k: u64) -> Option<i32> {
    let imm = i32::try_from(w.signed(k)).ok()?;
    (w.cut(i64::from(imm) as u64) == k).then_some(imm)
}

/// Whether an access is one for the inline handlers.
pub(super) fn is_plain(mem: Mem) -> bool {
    mem.order == Order::Relaxed && mem.space == Mem::CURRENT
}

/// The argument of a call that goes into the data behind it: the first constant, if it is not the number that a slot holds anyway.
pub(super) fn call_constant(block: &Block, args: &[Value; 4]) -> Option<usize> {
    args.iter().position(|v| *v != Value::NONE && constant(block, *v).is_some_and(|k| k != 0))
}

/// The width that an op's handler reads of its operands, if it cuts them itself.
pub(super) fn reads(op: &Op, w: Width) -> Option<Width> {
    match op {
        Op::Bin(..) | Op::Un(..) => Some(w),
        _ => None,
    }
}

/// The immediate form's constant of a two-operand op.
pub(super) fn second_imm(block: &Block, w: Width, b: Value) -> Option<i32> {
    constant(block, b).and_then(|k| immediate(w, k))
}

struct Planner<'a> {
    block: &'a Block,
    uses: Vec<u32>,
    needed: Vec<bool>,
    plan: Plan,
}

impl Planner<'_> {
    fn need(&mut self, v: Value, reads: Option<Width>, at: usize) -> Value {
        let v = resolve(self.block, v, reads);
        self.needed[v.index()] = true;
        let last = &mut self.plan.last_use[v.index()];
        *last = (*last).max(at as u32);
        v
    }

    /// Needs the operands of a comparison: (first, second unless it becomes an immediate).
    fn need_cmp(&mut self, a: Value, b: Value, at: usize) {
        let w = self.block.width(a);
        self.need(a, Some(w), at);
        if second_imm(self.block, w, b).is_none() {
            self.need(b, Some(w), at);
        }
    }

    /// Needs what an op that goes by a truth value compares: a comparison is done by its user.
    fn need_condition(&mut self, cond: Value, at: usize) {
        let cond = resolve(self.block, cond, None);
        match self.block.ops[cond.index()] {
            Op::Cmp(_, a, b) => self.need_cmp(a, b, at),
            _ => _ = self.need(cond, None, at),
        }
    }

    fn exit(&mut self) {
        let end = self.block.ops.len();
        match self.block.exit {
            Exit::Branch { cond, .. } => self.need_condition(cond, end),
            Exit::Indirect { pc, .. } => _ = self.need(masked(self.block, pc).0, None, end),
            exit => {
                if let Some(v) = exit.operand() {
                    self.need(v, None, end);
                }
            }
        }
    }

    fn op(&mut self, i: usize) {
        let op = self.block.ops[i];
        let effect = !op.is_pure();
        if !effect && !self.needed[i] {
            return;
        }
        let w = self.block.widths[i];
        self.plan.nodes[i] = match op {
            Op::Const(_) | Op::Zext(_) => Node::Skip,
            Op::Bin(BinOp::And, a, b) if is_cut(self.block, w, b) => {
                self.need(a, Some(Width::W32), i);
                Node::Emit
            }
            Op::Bin(_, a, b) => {
                self.need(a, Some(w), i);
                if second_imm(self.block, w, b).is_none() {
                    self.need(b, Some(w), i);
                }
                Node::Emit
            }
            Op::Cmp(_, a, b) => {
                self.need_cmp(a, b, i);
                Node::Emit
            }
            Op::Sext(v) => return self.sext(i, v, w),
            Op::Deposit { value, field, lo: 0, len: 32 } => return self.low(i, value, field),
            Op::RaiseIf { cond, .. } => {
                self.need_condition(cond, i);
                Node::Emit
            }
            Op::Load { addr, mem } if is_plain(mem) => Node::Load(self.address(addr, i)),
            Op::Store { addr, value, mem } if is_plain(mem) => {
                self.need(value, Some(mem.width), i);
                Node::Store(self.address(addr, i))
            }
            Op::Call { args, fast, .. } => {
                let skip = call_constant(self.block, &args);
                for (n, v) in args.into_iter().enumerate().filter(|(_, v)| *v != Value::NONE) {
                    // The host's operands must be in the file.
                    if skip != Some(n) || fast.is_some_and(|(op, _)| n < op.operands()) {
                        self.need(v, None, i);
                    }
                }
                Node::Emit
            }
            op => {
                let reads = reads(&op, w);
                op.operands().for_each(|v| {
                    // A constant that is set needs no place of its own.
                    if !(matches!(op, Op::Set(..)) && constant(self.block, v).is_some()) {
                        self.need(v, reads, i);
                    }
                });
                Node::Emit
            }
        };
    }

    /// A sign extension is done by the 32-bit op or plain load that makes its only operand, if nobody else uses that.
    fn sext(&mut self, i: usize, v: Value, w: Width) {
        let inner = v.index();
        let fusible = match self.block.ops[inner] {
            Op::Bin(..) => self.block.width(v) == Width::W32 && w == Width::W64,
            Op::Load { mem, .. } => is_plain(mem) && w >= Width::W32,
            _ => false,
        };
        if fusible && self.uses[inner] == 1 {
            self.plan.makes[inner] = Value(i as u16);
            self.needed[inner] = true;
        } else {
            self.need(v, None, i);
            self.plan.nodes[i] = Node::Emit;
        }
    }

    /// The low half of a value is replaced by the result of an op that nobody else uses: the two are one.
    fn low(&mut self, i: usize, value: Value, field: Value) {
        let v = resolve(self.block, field, Some(Width::W32));
        let single = self.uses[field.index()] == 1 && self.uses[v.index()] == 1;
        if let Some(k) = low_imm(self.block, field) {
            self.need(value, None, i);
            self.plan.nodes[i] = Node::LowConst(k);
            return;
        }
        match self.block.ops[v.index()] {
            Op::Bin(op, a, b) if single && alu::low_handler(op, false).is_some() && self.fits(op, v) => {
                self.need(value, None, i);
                self.need(a, Some(Width::W32), i);
                if low_imm(self.block, b).is_none() {
                    self.need(b, Some(Width::W32), i);
                }
                self.plan.nodes[i] = Node::Low(op, a, b);
            }
            Op::Load { mem, .. } if single && is_plain(mem) && mem.width == Width::W32 && self.is_get(value, v, i) => {
                self.plan.makes[v.index()] = Value(i as u16);
                self.needed[v.index()] = true;
                // Its register is read when the load is done.
                self.need(value, None, v.index());
            }
            _ => {
                self.need(value, None, i);
                self.need(field, None, i);
                self.plan.nodes[i] = Node::Emit;
            }
        }
    }

    /// Whether an op's low half depends on low halves alone.
    fn fits(&self, op: BinOp, v: Value) -> bool {
        let w = self.block.width(v);
        w >= Width::W32 && matches!(op, BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::And | BinOp::Or | BinOp::Xor)
    }

    /// Whether `value` is what a register holds, and nothing happens between the load and op `i`.
    fn is_get(&self, value: Value, load: Value, i: usize) -> bool {
        let quiet = |ops: &[Op]| ops.iter().all(Op::is_pure);
        matches!(self.block.ops[value.index()], Op::Get(_)) && quiet(&self.block.ops[load.index() + 1..i])
    }

    fn address(&mut self, addr: Value, at: usize) -> Addr {
        let v = resolve(self.block, addr, None);
        let w = self.block.width(v);
        if w == self.block.width(addr)
            && w >= Width::W32
            && let Op::Bin(BinOp::Add, a, b) = self.block.ops[v.index()]
        {
            if let Some(disp) = second_imm(self.block, w, b) {
                return Addr::Disp(self.need(a, Some(w).filter(|w| *w == Width::W32), at), disp);
            }
            if self.uses[v.index()] == 1 {
                let reads = Some(w).filter(|w| *w == Width::W32);
                return Addr::Index(self.need(a, reads, at), self.need(b, reads, at));
            }
        }
        Addr::Disp(self.need(addr, None, at), 0)
    }
}

/// Whether `and` with `b` leaves the low half of 64 bits.
pub(super) fn is_cut(block: &Block, w: Width, b: Value) -> bool {
    w == Width::W64 && constant(block, b) == Some(0xffff_ffff)
}

/// The low half of the constant that `b` is, as an immediate.
pub(super) fn low_imm(block: &Block, b: Value) -> Option<i32> {
    constant(block, b).map(|k| k as u32 as i32)
}

/// The target of an indirect jump as a value and the bits of it that count, as an immediate: jumps clear low bits of what a register holds.
pub(super) fn masked(block: &Block, pc: Value) -> (Value, i32) {
    let pc = resolve(block, pc, None);
    if let Op::Bin(BinOp::And, a, b) = block.ops[pc.index()]
        && let Some(mask) = second_imm(block, block.width(pc), b)
        && mask < 0
    {
        return (a, mask);
    }
    (pc, -1)
}

/// The bits of [`crate::handlers::memory::kind`] for an access.
pub(super) fn kind_of(mem: Mem, addr: Addr, addr_width: Width) -> u8 {
    use crate::handlers::memory::kind;
    let big = if mem.endian == bits::Endian::Big { kind::BIG } else { 0 };
    let trap = if mem.align == Align::Trap { kind::TRAP } else { 0 };
    let indexed = if matches!(addr, Addr::Index(..)) { kind::INDEXED } else { 0 };
    let short = if addr_width == Width::W32 { kind::SHORT } else { 0 };
    big | trap | indexed | short
}
