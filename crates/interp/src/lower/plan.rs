//! What is needed of a block, and what is fused.

use uop::{Align, BinOp, Block, Compute, Exit, Layout, Mem, Op, Order, Value, Width};

use crate::handlers::alu;
use crate::slot::Step;

/// How the address of a plain access is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Addr {
    /// Value plus displacement.
    Disp(Value, i32),
    /// Sum of two values.
    Index(Value, Value),
    /// Sum of two values, the second shifted left, and a displacement, as [`scaled`] packs them.
    Scaled(Value, Value, i16),
}

/// Shift (0 to 3) and displacement of [`Addr::Scaled`] in one number, if they fit.
fn scaled(shift: u64, disp: i32) -> Option<i16> {
    let disp = i16::try_from(disp).ok().filter(|d| (-0x2000..0x2000).contains(d))?;
    (shift < 4).then_some(disp << 2 | shift as i16)
}

/// How a register is brought up to date: ops with constants, on a value that is there anyway or on 0.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// The op that may fault.
    pub(super) op: usize,
    pub(super) reg: uop::Reg,
    pub(super) base: Option<Value>,
    pub(super) steps: Vec<Step>,
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
    /// A value plus a constant, by way of sums that nobody else needs.
    Sum(Value, i32),
    /// A register is set to such a sum, which nothing else needs.
    SetSum(Value, i32),
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
    /// What is brought up to date at faults, by op.
    pub(super) recipes: Vec<Recipe>,
}

impl Plan {
    pub(super) fn new(block: &Block, layout: &Layout) -> Plan {
        let n = block.ops.len();
        let mut planner = Planner {
            block,
            layout,
            uses: count_uses(block),
            needed: vec![false; n],
            first_set: first_sets(block),
            plan: Plan {
                nodes: vec![Node::Skip; n],
                makes: (0..n).map(|i| Value(i as u16)).collect(),
                last_use: vec![0; n],
                recipes: Vec::new(),
            },
        };
        planner.exit();
        for i in (0..n).rev() {
            planner.op(i);
            planner.recover(i);
        }
        planner.plan.recipes.reverse();
        planner.plan
    }
}

/// By value: the first op that writes it to a register; the number of ops if there is none.
fn first_sets(block: &Block) -> Vec<usize> {
    let mut first = vec![block.ops.len(); block.ops.len()];
    for (i, op) in block.ops.iter().enumerate().rev() {
        if let Op::Set(_, v) = *op {
            first[v.index()] = i;
            first[resolve(block, v, None).index()] = i;
        }
    }
    first
}

fn count_uses(block: &Block) -> Vec<u32> {
    let mut uses = vec![0; block.ops.len()];
    for r in &block.recover {
        uses[r.value.index()] += 1;
        uses[resolve(block, r.value, None).index()] += 1;
    }
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
            Op::Trunc(inner) if fits(block, inner, block.width(v).bits(), 4) => v = inner,
            _ => return v,
        }
    }
}

/// Whether `v` certainly has no bits from `bits` up. Looks at most `depth` ops back.
fn fits(block: &Block, v: Value, bits: u32, depth: u32) -> bool {
    let of = |v| depth > 0 && fits(block, v, bits, depth - 1);
    let known = |v: Value| match block.ops[v.index()] {
        Op::Const(k) => Some(k),
        _ => None,
    };
    let own = block.width(v).bits();
    own <= bits
        || match block.ops[v.index()] {
            Op::Const(k) => k >> bits == 0,
            Op::Zext(inner) => of(inner),
            Op::Bin(BinOp::ShrU, _, n) => known(n).is_some_and(|n| own - (n as u32 & (own - 1)) <= bits),
            Op::Bin(BinOp::And, a, k) => known(k).is_some_and(|k| k >> bits == 0) || of(a),
            Op::Extract { len, .. } => u32::from(len) <= bits,
            _ => false,
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

/// The function that a helper is, if it is no more.
pub(super) fn compute(layout: &Layout, helper: u16) -> Option<Compute> {
    layout.computes.get(usize::from(helper)).copied().flatten()
}

/// The width that an op's handler reads of its operands, if it cuts them itself.
pub(super) fn reads(op: &Op, w: Width) -> Option<Width> {
    match op {
        Op::Bin(..) | Op::Un(..) => Some(w),
        Op::Select(..) if w == Width::W32 => Some(w),
        _ => None,
    }
}

/// The immediate form's constant of a two-operand op.
pub(super) fn second_imm(block: &Block, w: Width, b: Value) -> Option<i32> {
    constant(block, b).and_then(|k| immediate(w, k))
}

struct Planner<'a> {
    block: &'a Block,
    layout: &'a Layout,
    uses: Vec<u32>,
    needed: Vec<bool>,
    first_set: Vec<usize>,
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
            Op::Const(_) | Op::Zext(_) | Op::Forget(_) => Node::Skip,
            Op::Bin(BinOp::And, a, b) if is_cut(self.block, w, b) => {
                self.need(a, Some(Width::W32), i);
                Node::Emit
            }
            Op::Bin(BinOp::Add, a, _)
                if let Some((base, sum)) = self.sum(i, w)
                    && base != resolve(self.block, a, Some(w)) =>
            {
                self.need(base, Some(w), i);
                Node::Sum(base, sum)
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
            Op::Set(_, v) if let Some((base, sum)) = self.late_sum(i, v) => {
                self.need(base, Some(self.block.width(resolve(self.block, v, None))), i);
                Node::SetSum(base, sum)
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
            op => {
                self.need_operands(op, w, i);
                Node::Emit
            }
        };
    }

    /// The operands of an op that reads them as they are.
    fn need_operands(&mut self, op: Op, w: Width, i: usize) {
        if let Op::Call { helper, args, fast } = op {
            let skip = match compute(self.layout, helper) {
                Some(_) => None,
                None => call_constant(self.block, &args),
            };
            for (n, v) in args.into_iter().enumerate().filter(|(_, v)| *v != Value::NONE) {
                // The host's operands must be in the file.
                if skip != Some(n) || fast.is_some_and(|(op, _)| n < op.operands()) {
                    self.need(v, None, i);
                }
            }
            return;
        }
        let reads = reads(&op, w);
        op.operands().for_each(|v| {
            // A constant that is set needs no place of its own.
            if !(matches!(op, Op::Set(..)) && constant(self.block, v).is_some()) {
                self.need(v, reads, i);
            }
        });
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

    /// What op `i`, a sum in width `w`, adds to a value by way of sums that nobody else needs, if it does so.
    fn sum(&self, i: usize, w: Width) -> Option<(Value, i32)> {
        let Op::Bin(BinOp::Add, a, b) = self.block.ops[i] else { return None };
        let k = second_imm(self.block, w, b)?;
        Some(self.walk_sums(a, w, k, i))
    }

    /// The sum that op `i` sets a register to, if it is better made there than where it stands: behind an access in between.
    fn late_sum(&self, i: usize, v: Value) -> Option<(Value, i32)> {
        let v = resolve(self.block, v, None);
        let w = self.block.width(v);
        let barred = self.block.ops[v.index()..i].iter().any(Op::is_memory);
        if !barred || self.needed[v.index()] || w < Width::W32 { None } else { self.sum(v.index(), w) }
    }

    /// `v` plus `sum` as an earlier value plus a constant. A value that is in a register by now, or that something needs later, is not looked
    /// behind: what it was made of need not be kept then.
    fn walk_sums(&self, mut v: Value, w: Width, mut sum: i32, at: usize) -> (Value, i32) {
        for depth in 0.. {
            v = resolve(self.block, v, Some(w));
            let there = self.first_set[v.index()] < at || depth > 0 && self.needed[v.index()];
            let Op::Bin(BinOp::Add, a, b) = self.block.ops[v.index()] else { break };
            match second_imm(self.block, w, b).and_then(|k| sum.checked_add(k)) {
                Some(more) if !there && self.block.width(v) == w => (v, sum) = (a, more),
                _ => break,
            }
        }
        (v, sum)
    }

    fn address(&mut self, addr: Value, at: usize) -> Addr {
        let v = resolve(self.block, addr, None);
        let w = self.block.width(v);
        if w != self.block.width(addr) || w < Width::W32 {
            return Addr::Disp(self.need(addr, None, at), 0);
        }
        let reads = Some(w).filter(|w| *w == Width::W32);
        let (v, disp) = self.walk_sums(v, w, 0, at);
        let alone = !self.needed[v.index()] && self.first_set[v.index()] >= at && self.uses[v.index()] == 1;
        if let Op::Bin(BinOp::Add, a, b) = self.block.ops[v.index()]
            && constant(self.block, b).is_none()
            && alone
        {
            let shifted = |b: Value| match self.block.ops[b.index()] {
                Op::Bin(BinOp::Shl, index, count)
                    if self.block.width(b) == w && !self.needed[b.index()] && self.first_set[b.index()] >= at =>
                {
                    constant(self.block, count).and_then(|shift| Some((index, scaled(shift, disp)?)))
                }
                _ => None,
            };
            if let Some((index, packed)) = shifted(b) {
                return Addr::Scaled(self.need(a, reads, at), self.need(index, reads, at), packed);
            }
            if disp == 0 {
                return Addr::Index(self.need(a, reads, at), self.need(b, reads, at));
            }
            if let Some(packed) = scaled(0, disp) {
                return Addr::Scaled(self.need(a, reads, at), self.need(b, reads, at), packed);
            }
        }
        Addr::Disp(self.need(v, reads, at), disp)
    }

    /// Plans what registers are brought up to date from if op `i` faults.
    fn recover(&mut self, i: usize) {
        for r in self.block.recover_at(i).iter().rev() {
            let (base, steps) = self.recipe(r.value);
            let base = base.map(|v| self.need(v, None, i));
            self.plan.recipes.push(Recipe { op: i, reg: r.reg, base, steps });
        }
    }

    /// `v` by ops with constants, from the last value that is needed anyway or from 0.
    fn recipe(&self, mut v: Value) -> (Option<Value>, Vec<Step>) {
        let mut steps = Vec::new();
        let base = loop {
            if let Some(k) = constant(self.block, v) {
                steps.push(Step { op: BinOp::Add, w: Width::W64, k });
                break None;
            }
            let w = self.block.width(v);
            match self.block.ops[v.index()] {
                Op::Zext(inner) => v = inner,
                _ if self.needed[v.index()] => break Some(v),
                Op::Trunc(inner) => {
                    steps.push(Step { op: BinOp::And, w: Width::W64, k: w.mask() });
                    v = inner;
                }
                Op::Bin(op, a, b) if self.first_set[v.index()] == self.block.ops.len() && !op.divides() => {
                    let Some(k) = constant(self.block, b) else { break Some(v) };
                    steps.push(Step { op, w, k });
                    v = a;
                }
                _ => break Some(v),
            }
        };
        steps.reverse();
        (base, steps)
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
    let indexed = match addr {
        Addr::Disp(..) => 0,
        Addr::Index(..) => kind::INDEXED,
        Addr::Scaled(..) => kind::INDEXED | kind::SCALED,
    };
    let short = if addr_width == Width::W32 { kind::SHORT } else { 0 };
    big | trap | indexed | short
}
