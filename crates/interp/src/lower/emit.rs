//! The forward walk.

use uop::{Block, Compute, Layout, Op, Reg, RegSet, Value, Width};

use super::plan::{
    Addr, Node, call_constant, compute, constant, immediate, is_cut, is_plain, kind_of, low_imm, reads, resolve,
    second_imm,
};
use super::{Cx, Lowered, Places, Plan, places};
use crate::handlers::merge::merge_handler;
use crate::handlers::pair::{Shape, chain, chain_of, pair_handler, triple_handler};
use crate::handlers::run::run_handler;
use crate::handlers::truth::{link_handler, truth_handler};
use crate::handlers::{alu, control, memory};
use crate::slot::{Data, Function, Handler, Head, Recovery, Slot};

/// Ops under one dispatch.
#[derive(Clone, Copy)]
struct Group {
    handler: Handler,
    /// How many.
    len: usize,
    /// A result goes from one to the next in a host register.
    kept: bool,
}

/// What a dispatch counts, against 1 for a result that has to go by the file.
const DISPATCH: i64 = 64;

/// Lowers a verified block.
pub(crate) fn lower(block: &Block, layout: &Layout) -> Lowered {
    let plan = Plan::new(block, layout);
    let places = Places::new(block.ops.len(), layout.regs.len());
    let noted = noted_mode(block);
    let slots = Vec::with_capacity(block.ops.len() + 8);
    let mut cx = Cx { block, layout, plan, places, noted, slots, shapes: Vec::new() };
    cx.slots.push(Head { n_insns: block.insns.len() as i32, code: 0, pc: block.pc }.into());
    // Nobody asks for the mode before the block is left; where it is left by an exception, the target says it.
    if let (Some(mode), None) = (block.mode, noted) {
        cx.push(control::set_mode, 0, 0, mode as i32);
    }
    let mut starts = Vec::with_capacity(block.insns.len());
    let mut insns = block.insns.iter().peekable();
    let mut recover = Vec::new();
    for i in 0..block.ops.len() {
        while insns.next_if(|insn| usize::from(insn.op) <= i).is_some() {
            starts.push(cx.slots.len() as u32);
        }
        let recipes = cx.recipes(i);
        let before = cx.shapes.len();
        cx.op(i);
        // Of the slots that an op becomes, one can fault; it does no harm to note the others.
        for (slot, _) in &cx.shapes[before..] {
            recover.extend(recipes.iter().map(|r| Recovery { slot: *slot, ..r.clone() }));
        }
    }
    insns.for_each(|_| starts.push(cx.slots.len() as u32));
    let links = cx.exit();
    cx.pair_up();
    Lowered { slots: cx.slots, starts, links, recover }
}

/// The op that puts the mode that the block ends in into a register, where the target keeps it: it does both, then.
fn noted_mode(block: &Block) -> Option<usize> {
    let mode = block.mode.filter(|mode| i32::try_from(*mode).is_ok())?;
    let sets = |op: &Op| matches!(op, Op::Set(_, v) if constant(block, *v) == Some(u64::from(mode)));
    block.ops.iter().rposition(sets)
}

/// Second and third operand, packed as [`Slot`] reads them.
fn pair(b: u16, c: u16) -> i32 {
    (u32::from(c) << 16 | u32::from(b)) as i32
}

impl Cx<'_> {
    pub(super) fn push(&mut self, handler: Handler, d: u16, a: u16, imm: i32) {
        self.push_as(Shape::Other, handler, d, a, imm);
    }

    pub(super) fn push_as(&mut self, shape: Shape, handler: Handler, d: u16, a: u16, imm: i32) {
        self.shapes.push((self.slots.len() as u32, shape));
        self.slots.push(Slot { handler, d, a, imm }.into());
    }

    /// What is brought up to date if op `i` faults, from where it is before.
    fn recipes(&self, i: usize) -> Vec<Recovery> {
        let all = &self.plan.recipes;
        let from = all.partition_point(|r| r.op < i);
        let these = all[from..].iter().take_while(|r| r.op == i);
        let place = |v| self.places.get(v).expect("a needed value has been made before its use");
        these
            .map(|r| Recovery {
                slot: 0,
                reg: r.reg.0,
                from: r.base.map_or(places::ZERO, place),
                steps: r.steps.as_slice().into(),
            })
            .collect()
    }

    /// Puts neighbours under one dispatch, so that there are as few as can be, and of ways with as few the one where most results stay in a
    /// host register.
    fn pair_up(&mut self) {
        let n = self.shapes.len();
        // By op: how many dispatches there are from there on, less a little for each result that stays in a register, and what begins there.
        let mut cost = vec![0i64; n + 1];
        let mut begins: Vec<Option<Group>> = vec![None; n];
        for i in (0..n).rev() {
            cost[i] = cost[i + 1] + DISPATCH;
            for group in self.groups(i).into_iter().flatten() {
                let with = cost[i + group.len] + DISPATCH - i64::from(group.kept);
                let longer = begins[i].is_none_or(|have| have.len < group.len);
                if with < cost[i] || with == cost[i] && longer {
                    (cost[i], begins[i]) = (with, Some(group));
                }
            }
        }
        let mut i = 0;
        while i < n {
            i += match begins[i] {
                Some(Group { handler, len, .. }) => {
                    let at = self.shapes[i].0 as usize;
                    self.slots[at] = self.slots[at].with_handler(handler);
                    len
                }
                None => 1,
            };
        }
    }

    /// What may go under one dispatch from the `i`th op on.
    fn groups(&self, i: usize) -> [Option<Group>; 4] {
        let rest = &self.shapes[i..(i + 4).min(self.shapes.len())];
        let adjacent = rest.windows(2).take_while(|w| w[1].0 == w[0].0 + 1).count() + 1;
        let op = |(at, shape): &(u32, Shape)| (*shape, self.slots[*at as usize].as_op());
        let ops: Vec<(Shape, Slot)> = rest[..adjacent].iter().map(op).collect();
        let [(a, first), (b, second), ..] = &*ops else { return [None; 4] };
        let group = |(handler, len): (Handler, usize), kept: bool| Group { handler, len, kept };
        let (first, second) = ((*a, first), (*b, second));
        let kept = chain_of(first, second) != chain::NONE;
        let two = truth_handler(first, second).map(|handler| group((handler, 2), true));
        let two = two.or_else(|| pair_handler(first, second).map(|handler| group((handler, 2), kept)));
        let three = match ops[..] {
            [(a, _), (b, _), (c, _)] if i + 3 == self.shapes.len() => triple_handler([a, b, c]),
            _ => None,
        };
        let shapes: Vec<Shape> = ops.iter().map(|(shape, _)| *shape).collect();
        [
            two,
            three.map(|handler| group((handler, 3), false)),
            link_handler(&ops).or_else(|| merge_handler(&ops).map(|handler| (handler, 3))).map(|of| group(of, true)),
            run_handler(&shapes).map(|of| group(of, false)),
        ]
    }

    /// The slot that holds `v` for op `now`, which reads `reads` of it; constants are put into a temporary on first use.
    pub(super) fn operand(&mut self, v: Value, reads: Option<Width>, now: usize) -> u16 {
        let v = resolve(self.block, v, reads);
        if let Some(slot) = self.places.get(v) {
            return slot;
        }
        let k = constant(self.block, v).expect("a needed value has been made before its use");
        if k == 0 {
            return places::ZERO;
        }
        let last_use = self.plan.last_use[v.index()];
        let slot = self.places.put_in_temp(v, now as u32, last_use);
        self.konst(slot, k);
        slot
    }

    fn konst(&mut self, d: u16, k: u64) {
        match immediate(Width::W64, k) {
            Some(imm) => self.push_as(Shape::Konst, alu::konst_s, d, 0, imm),
            None if k <= u64::from(u32::MAX) => self.push_as(Shape::KonstU, alu::konst_u, d, 0, k as u32 as i32),
            None => {
                self.push(alu::konst, d, 0, 0);
                self.slots.push(Data { low: k, high: 0 }.into());
            }
        }
    }

    /// Where the result of op `i` goes: straight into the register that it is set to, if nothing forbids; else into a temporary.
    fn dest(&mut self, i: usize) -> u16 {
        self.dest_over(i, None)
    }

    /// The same; `old` is a value that the op reads where the result goes.
    fn dest_over(&mut self, i: usize, old: Option<Value>) -> u16 {
        let v = self.plan.makes[i];
        let read_later = old.is_some_and(|old| self.plan.last_use[old.index()] > i as u32);
        match self.coming_set(i, v, old).filter(|_| !read_later) {
            Some(reg) => {
                self.places.empty_reg(reg);
                self.places.put_in_reg(v, reg);
                reg.0
            }
            None => {
                let last_use = self.plan.last_use[v.index()];
                self.places.put_in_temp(v, i as u32, last_use)
            }
        }
    }

    /// The register that value `v`, made by op `i`, may be written to at once: it is set to `v` later, nobody needs the old value in
    /// between, and nothing in between can fault or see registers.
    fn coming_set(&self, i: usize, v: Value, old: Option<Value>) -> Option<Reg> {
        for j in i + 1..self.block.ops.len() {
            match self.block.ops[j] {
                Op::Set(reg, set) if resolve(self.block, set, None) == v => {
                    let sees = |n: usize| match self.block.ops[n] {
                        Op::Get(r) => r == reg && old != Some(Value(n as u16)),
                        Op::Set(r, _) => r == reg,
                        _ => false,
                    };
                    let seen = (i + 1..j).any(sees);
                    let living = !self.places.living_in(reg, i as u32, &self.plan.last_use).is_empty();
                    return (!seen && !living).then_some(reg);
                }
                Op::Call { .. } | Op::Fence(_) | Op::RaiseIf { .. } => return None,
                ref op if op.is_memory() => return None,
                _ => {}
            }
        }
        None
    }

    /// Values that are still needed leave `reg` before it is overwritten.
    fn vacate(&mut self, reg: Reg, now: usize) {
        let living = self.places.living_in(reg, now as u32, &self.plan.last_use);
        self.places.empty_reg(reg);
        let Some((&first, rest)) = living.split_first() else { return };
        let last_use = self.plan.last_use[first.index()];
        let temp = self.places.put_in_temp(first, now as u32, last_use);
        self.push_as(Shape::Mov, alu::mov, temp, reg.0, 0);
        for &v in rest {
            let last_use = self.plan.last_use[v.index()];
            self.places.share(v, first, last_use);
        }
    }

    fn op(&mut self, i: usize) {
        let w = self.block.widths[i];
        let op = self.block.ops[i];
        match self.plan.nodes[i] {
            Node::Skip => {}
            Node::Load(addr) => self.plain_load(i, addr),
            Node::Store(addr) => self.plain_store(i, addr),
            Node::Sum(base, sum) => {
                let a = self.operand(base, Some(w), i);
                let d = self.dest(i);
                let sx = self.plan.makes[i].index() != i;
                let shape = Shape::Bin(uop::BinOp::Add, w, true, sx);
                self.push_as(shape, alu::bin_handler(uop::BinOp::Add, w, true, sx), d, a, sum);
            }
            Node::SetSum(base, sum) => {
                let Op::Set(reg, v) = op else { unreachable!("planned as a write") };
                let w = self.block.width(resolve(self.block, v, None));
                let a = self.operand(base, Some(w), i);
                self.vacate(reg, i);
                let shape = Shape::Bin(uop::BinOp::Add, w, true, false);
                self.push_as(shape, alu::bin_handler(uop::BinOp::Add, w, true, false), reg.0, a, sum);
            }
            Node::Low(bin, a, b) => self.low(i, bin, a, b),
            Node::LowConst(k) => self.low_const(i, k),
            Node::Emit => match op {
                Op::Get(reg) => self.places.put_in_reg(Value(i as u16), reg),
                Op::Set(reg, v) => self.set(i, reg, v),
                Op::Bin(uop::BinOp::And, a, b) if is_cut(self.block, w, b) => {
                    let a = self.operand(a, Some(Width::W32), i);
                    let d = self.dest(i);
                    self.push(alu::cut_handler(Width::W32), d, a, 0);
                }
                Op::Bin(bin, a, b) => {
                    let a = self.operand(a, Some(w), i);
                    let imm = second_imm(self.block, w, b);
                    let second = imm.unwrap_or_else(|| pair(self.operand(b, Some(w), i), 0));
                    let sx = self.plan.makes[i].index() != i;
                    let d = self.dest(i);
                    let shape = Shape::Bin(bin, w, imm.is_some(), sx);
                    self.push_as(shape, alu::bin_handler(bin, w, imm.is_some(), sx), d, a, second);
                }
                Op::Cmp(cmp, a, b) => {
                    let w = self.block.width(a);
                    let shape = Shape::Cmp(cmp, w, second_imm(self.block, w, b).is_some());
                    let (handler, a, second) = self.comparison(i, cmp, a, b, alu::cmp_handler);
                    let d = self.dest(i);
                    self.push_as(shape, handler, d, a, second);
                }
                Op::Call { .. } => self.call(i, op),
                Op::RaiseIf { cond, code, arg } => self.raise_if(i, cond, code, arg),
                op if op.is_memory() => self.slow_access(i, op),
                op => self.simple(i, op, w),
            },
        }
    }

    fn raise_if(&mut self, i: usize, cond: Value, code: u32, arg: u64) {
        let (handler, a, second) = self.condition(i, cond, control::raise_if_handler);
        self.push(handler, 0, a, second);
        self.raise_data(self.block.insn_of(i), code, arg);
    }

    /// What a raising op of an instruction has behind its slot: see [`control::RAISE_DATA`]. The distance from the head spares looking for the
    /// block.
    pub(super) fn raise_data(&mut self, insn: usize, code: u32, arg: u64) {
        let distance = self.slots.len() as u64 - 1;
        let start = self.block.insns[insn];
        let pc = self.block.pc.wrapping_add_signed(i64::from(start.offset));
        let left = (self.block.insns.len() - insn) as u64;
        self.slots.push(Data { low: arg, high: distance << 32 | u64::from(code) }.into());
        self.slots.push(Data { low: pc, high: left << 32 | u64::from(start.aux) }.into());
    }

    /// What an op that goes by a truth value compares: the operands of the comparison that makes it, if that can be done at once.
    pub(super) fn condition(
        &mut self,
        at: usize,
        cond: Value,
        handler: fn(uop::CmpOp, Width, bool) -> Handler,
    ) -> (Handler, u16, i32) {
        let cond = resolve(self.block, cond, None);
        match self.block.ops[cond.index()] {
            Op::Cmp(cmp, a, b) => self.comparison(at, cmp, a, b, handler),
            _ => (handler(uop::CmpOp::Ne, Width::W64, true), self.operand(cond, None, at), 0),
        }
    }

    fn comparison(
        &mut self,
        at: usize,
        cmp: uop::CmpOp,
        a: Value,
        b: Value,
        handler: fn(uop::CmpOp, Width, bool) -> Handler,
    ) -> (Handler, u16, i32) {
        let w = self.block.width(a);
        let first = self.operand(a, Some(w), at);
        let imm = second_imm(self.block, w, b);
        let second = imm.unwrap_or_else(|| pair(self.operand(b, Some(w), at), 0));
        (handler(cmp, w, imm.is_some()), first, second)
    }

    fn set(&mut self, i: usize, reg: Reg, v: Value) {
        let v = resolve(self.block, v, None);
        if self.places.get(v) == Some(reg.0) && self.noted != Some(i) {
            return;
        }
        self.vacate(reg, i);
        match constant(self.block, v) {
            Some(k) if self.noted == Some(i) => self.push(control::note_mode, reg.0, 0, k as i32),
            Some(k) => self.konst(reg.0, k),
            None => {
                let from = self.operand(v, None, i);
                self.push_as(Shape::Mov, alu::mov, reg.0, from, 0);
            }
        }
    }

    /// Ops with up to three operands in the file and no other form.
    fn simple(&mut self, i: usize, op: Op, w: Width) {
        let reads = reads(&op, w);
        let operands: Vec<u16> = op.operands().map(|v| self.operand(v, reads, i)).collect();
        let at = |n: usize| operands.get(n).copied().unwrap_or(places::ZERO);
        let field = |lo: u8, len: u8| u16::from(lo) | u16::from(len) << 8;
        let (handler, imm): (Handler, i32) = match op {
            Op::Un(un, _) => (alu::un_handler(un, w), 0),
            Op::Select(..) if w == Width::W32 => (alu::select::<true>, pair(at(1), at(2))),
            Op::Select(..) => (alu::select::<false>, pair(at(1), at(2))),
            Op::Sext(v) => (alu::sext_handler(self.block.width(v), w), 0),
            Op::Trunc(_) => (alu::cut_handler(w), 0),
            Op::Extract { lo, len, .. } => (alu::extract, pair(field(lo, len), 0)),
            Op::Deposit { lo, len, .. } => (alu::deposit, pair(at(1), field(lo, len))),
            Op::Fence(kind) => return self.push(memory::fence_handler(kind), 0, 0, 0),
            _ => unreachable!("{op:?} has a form of its own"),
        };
        let d = self.dest(i);
        if matches!(op, Op::Deposit { lo: 0, len: 32, .. }) && d == at(0) {
            return self.push_as(Shape::MovLow, alu::mov_low, d, at(1), 0);
        }
        let shape = match op {
            Op::Sext(v) if self.block.width(v) == Width::W32 && w == Width::W64 => Shape::SextWord,
            Op::Trunc(_) if w == Width::W32 => Shape::CutWord,
            Op::Select(..) => Shape::Select(w == Width::W32),
            _ => Shape::Other,
        };
        self.push_as(shape, handler, d, at(0), imm);
    }

    /// An op whose result replaces the low half of another value; at once if that is where the result goes.
    fn low(&mut self, i: usize, bin: uop::BinOp, a: Value, b: Value) {
        let Op::Deposit { value, field, .. } = self.block.ops[i] else { unreachable!("planned as an insertion") };
        let old = self.operand(value, None, i);
        let a = self.operand(a, Some(Width::W32), i);
        let imm = low_imm(self.block, b);
        let second = imm.unwrap_or_else(|| pair(self.operand(b, Some(Width::W32), i), 0));
        let d = self.dest(i);
        match alu::low_handler(bin, imm.is_some()) {
            Some(handler) if d == old => self.push_as(Shape::Low(bin, imm.is_some()), handler, d, a, second),
            _ => {
                let temp = self.places.put_in_temp(field, i as u32, i as u32);
                self.push(alu::bin_handler(bin, Width::W32, imm.is_some(), false), temp, a, second);
                self.insert_low(d, old, temp);
            }
        }
    }

    /// The low half of a value is replaced by a constant: the sum of it and nothing.
    fn low_const(&mut self, i: usize, k: i32) {
        let Op::Deposit { value, .. } = self.block.ops[i] else { unreachable!("planned as an insertion") };
        let old = self.operand(value, None, i);
        let d = self.dest(i);
        if d != old {
            self.push_as(Shape::Mov, alu::mov, d, old, 0);
        }
        let handler = alu::low_handler(uop::BinOp::Add, true).expect("sums have a handler");
        self.push_as(Shape::Low(uop::BinOp::Add, true), handler, d, places::ZERO, k);
    }

    /// `d` = `old` with the low half of `low`.
    fn insert_low(&mut self, d: u16, old: u16, low: u16) {
        const LOW_HALF: u16 = 32 << 8;
        self.push(alu::deposit, d, old, pair(low, LOW_HALF));
    }

    /// A load that replaces the low half of what a register holds.
    fn low_load(&mut self, i: usize, addr: Addr, address: Value, mem: uop::Mem) {
        let Op::Deposit { value, .. } = self.block.ops[self.plan.makes[i].index()] else {
            unreachable!("planned as an insertion")
        };
        let Op::Get(reg) = self.block.ops[value.index()] else { unreachable!("planned for a register") };
        let old = if value.index() > i { reg.0 } else { self.operand(value, None, i) };
        let (a, imm) = self.address(addr, i);
        let kind = kind_of(mem, addr, self.block.width(address));
        let d = self.dest_over(i, Some(value));
        if d == old {
            let shape = Shape::Load(mem.width, memory::ext::KEEP, self.fusible(kind));
            return self.push_as(shape, memory::load_handler(mem.width, memory::ext::KEEP, kind), d, a, imm);
        }
        let temp = self.places.put_in_temp(Value(i as u16), i as u32, i as u32);
        self.push(memory::load_handler(mem.width, memory::ext::ZERO, kind), temp, a, imm);
        self.insert_low(d, old, temp);
    }

    fn address(&mut self, addr: Addr, now: usize) -> (u16, i32) {
        match addr {
            Addr::Disp(base, disp) => (self.operand(base, None, now), disp),
            Addr::Index(a, b) => {
                let a = self.operand(a, None, now);
                (a, pair(self.operand(b, None, now), 0))
            }
            Addr::Scaled(a, b, packed) => {
                let a = self.operand(a, None, now);
                (a, pair(self.operand(b, None, now), packed as u16))
            }
        }
    }

    fn plain_load(&mut self, i: usize, addr: Addr) {
        let Op::Load { addr: address, mem } = self.block.ops[i] else { unreachable!("planned as a load") };
        debug_assert!(is_plain(mem));
        if matches!(self.block.ops[self.plan.makes[i].index()], Op::Deposit { .. }) {
            return self.low_load(i, addr, address, mem);
        }
        let (a, imm) = self.address(addr, i);
        let made = self.plan.makes[i];
        let ext = match (made.index() == i, self.block.width(made)) {
            (true, _) => memory::ext::ZERO,
            (false, Width::W32) => memory::ext::SIGN32,
            (false, _) => memory::ext::SIGN64,
        };
        let d = self.dest(i);
        let kind = kind_of(mem, addr, self.block.width(address));
        self.push_as(
            Shape::Load(mem.width, ext, self.fusible(kind)),
            memory::load_handler(mem.width, ext, kind),
            d,
            a,
            imm,
        );
    }

    fn plain_store(&mut self, i: usize, addr: Addr) {
        let Op::Store { addr: address, value, mem } = self.block.ops[i] else { unreachable!("planned as a store") };
        let (a, imm) = self.address(addr, i);
        let value = self.operand(value, Some(mem.width), i);
        let kind = kind_of(mem, addr, self.block.width(address));
        self.push_as(
            Shape::Store(mem.width, self.fusible(kind)),
            memory::store_handler(mem.width, kind),
            value,
            a,
            imm,
        );
    }

    /// The kind of an access as pairs know it: they are aligned as the target's accesses are, and that goes without saying.
    fn fusible(&self, kind: u8) -> u8 {
        if self.layout.aligned { kind ^ memory::kind::TRAP } else { kind }
    }

    fn slow_access(&mut self, i: usize, op: Op) {
        use memory::Slow;
        let operands: Vec<u16> = op.operands().map(|v| self.operand(v, None, i)).collect();
        let at = |n: usize| operands.get(n).copied().unwrap_or(places::ZERO);
        let (how, mem, rmw) = match op {
            Op::Load { mem, .. } => (Slow::Load, mem, None),
            Op::Store { mem, .. } => (Slow::Store, mem, None),
            Op::Rmw { op, mem, .. } => (Slow::Rmw, mem, Some(op)),
            Op::Cas { mem, .. } => (Slow::Cas, mem, None),
            Op::LoadLinked { mem, .. } => (Slow::LoadLinked, mem, None),
            Op::StoreCond { mem, .. } => (Slow::StoreCond, mem, None),
            _ => unreachable!("{op:?} is no access"),
        };
        let d = if how == Slow::Store { places::ZERO } else { self.dest(i) };
        self.push(memory::slow_handler(how), d, at(0), pair(at(1), at(2)));
        self.slots.push(memory::pack(mem, rmw).into());
    }

    fn call(&mut self, i: usize, op: Op) {
        let Op::Call { helper, args, fast } = op else { unreachable!("planned as a call") };
        if let Some(function) = compute(self.layout, helper).filter(|_| fast.is_none()) {
            return self.compute(i, function, args);
        }
        let info = &self.layout.helpers[usize::from(helper)];
        let in_data = call_constant(self.block, &args).filter(|n| fast.is_none_or(|(op, _)| *n >= op.operands()));
        let mut slots = [places::ZERO; 4];
        for (n, v) in args.into_iter().enumerate().filter(|(_, v)| *v != Value::NONE) {
            slots[n] = if in_data == Some(n) { memory::IN_DATA } else { self.operand(v, None, i) };
        }
        self.vacate_for(&info.writes, i);
        // The helper finds its registers in the file; what it returns must not land there before it is done, which `dest` sees to.
        let d = if info.ret.is_some() { self.dest(i) } else { self.scratch(i) };
        let left = self.block.insns.len() - self.block.insn_of(i);
        if let Some((fp, ok)) = fast {
            let second = if fp.operands() > 1 { slots[1] } else { places::ZERO };
            self.push(alu::fast_fp_handler(fp), d, slots[0], pair(second, ok.0));
        }
        let count = args.iter().take_while(|v| **v != Value::NONE).count();
        self.push(memory::call_handler(count), d, helper, left as i32);
        let low = slots.iter().rev().fold(0, |all, slot| all << 16 | u64::from(*slot));
        let high = in_data.and_then(|n| constant(self.block, args[n])).unwrap_or(0);
        self.slots.push(Data { low, high }.into());
    }

    /// A call of a helper that is a function of its arguments.
    fn compute(&mut self, i: usize, function: Compute, args: [Value; 4]) {
        let mut slots = [places::ZERO; 4];
        for (slot, v) in slots.iter_mut().zip(args).filter(|(_, v)| *v != Value::NONE) {
            *slot = self.operand(v, None, i);
        }
        let d = self.dest(i);
        self.push(memory::compute, d, 0, 0);
        let low = slots.iter().rev().fold(0, |all, slot| all << 16 | u64::from(*slot));
        self.slots.push(Function { slots: low, function }.into());
    }

    /// A slot for a result that nobody reads.
    fn scratch(&mut self, i: usize) -> u16 {
        self.places.put_in_temp(Value(i as u16), i as u32, i as u32)
    }

    fn vacate_for(&mut self, writes: &RegSet, now: usize) {
        match writes {
            RegSet::None => {}
            RegSet::All => (0..self.layout.regs.len()).for_each(|r| self.vacate(Reg(r as u16), now)),
            RegSet::Ranges(list) => list.iter().flat_map(|&(from, to)| from..to).for_each(|r| self.vacate(Reg(r), now)),
        }
    }
}
