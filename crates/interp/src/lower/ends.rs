//! How blocks end: the slots of their exits, and the links to what follows.

use cpu::Core;
use uop::{Exit, Hint, Op, Value};

use super::plan::{masked, resolve, second_imm};
use super::{Cx, Links};
use crate::handlers::control::{self, hint};
use crate::handlers::pair::Shape;
use crate::slot::{Data, FAR, Handler, Head, Link, Raw, UNLINKED};

impl Cx<'_> {
    pub(super) fn exit(&mut self) -> Links {
        let end = self.block.ops.len();
        match self.block.exit {
            Exit::Jump { pc } => {
                let call = self.block.returns.is_some();
                self.push_as(
                    Shape::Jump(call),
                    if call { control::jump::<true> } else { control::jump::<false> },
                    0,
                    0,
                    0,
                );
                [Some(self.link(pc)), None, self.link_back()]
            }
            Exit::Branch { cond, taken, fallthrough } => self.branch(cond, taken, fallthrough),
            Exit::Indirect { pc, hint } => {
                let (pc, mask) = masked(self.block, pc);
                let a = self.operand(pc, None, end);
                let (hint, handler): (_, Handler) = match hint {
                    _ if self.block.returns.is_some() => (hint::CALL, control::indirect::<{ hint::CALL }>),
                    Hint::Return => (hint::RETURN, control::indirect::<{ hint::RETURN }>),
                    _ => (hint::NONE, control::indirect::<{ hint::NONE }>),
                };
                self.push_as(Shape::Indirect(hint), handler, 0, a, mask);
                [None, None, self.link_back()]
            }
            Exit::UpdateIndirect { pc } => {
                let a = self.operand(pc, None, end);
                self.push(control::update_indirect, 0, a, 0);
                [None; 3]
            }
            Exit::Raise { code, arg } => {
                self.push(control::raise, 0, 0, 0);
                self.raise_data(self.block.insns.len() - 1, code, arg);
                [None; 3]
            }
            Exit::Update { pc } => self.out(control::update, pc, 0),
            Exit::Halt { pc } => self.out(control::halt, pc, 0),
            Exit::Break => self.out(control::break_, self.block.pc, 0),
        }
    }

    fn branch(&mut self, cond: Value, taken: u64, fallthrough: u64) -> Links {
        let end = self.block.ops.len();
        let into = self.block.taken_mode;
        let handler = if into.is_some() { control::branch_into_handler } else { control::branch_handler };
        let (handler, a, second) = self.condition(end, cond, handler);
        let shape = match self.block.ops[resolve(self.block, cond, None).index()] {
            Op::Cmp(cmp, first, b) if into.is_none() => {
                let w = self.block.width(first);
                Shape::Branch(cmp, w, second_imm(self.block, w, b).is_some())
            }
            _ => Shape::Other,
        };
        self.push_as(shape, handler, 0, a, second);
        let links = [Some(self.link(taken)), Some(self.link(fallthrough)), None];
        if let Some(mode) = into {
            self.slots.push(Data { low: Core::key_of(mode), high: 0 }.into());
        }
        links
    }

    fn out(&mut self, handler: Handler, low: u64, high: u64) -> Links {
        self.push(handler, 0, 0, 0);
        self.slots.push(Data { low, high }.into());
        [None; 3]
    }

    /// The link of a call's return.
    fn link_back(&mut self) -> Option<u32> {
        self.block.returns.map(|pc| self.link(pc))
    }

    fn link(&mut self, pc: u64) -> u32 {
        let near = pc / ::memory::PAGE_SIZE == self.block.pc / ::memory::PAGE_SIZE;
        let target: *const Head = if near { &raw const UNLINKED } else { &raw const FAR };
        self.slots.push(Raw::from(Link { target, pc }));
        self.slots.len() as u32 - 1
    }
}
