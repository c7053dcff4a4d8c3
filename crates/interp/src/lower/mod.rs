//! From SSA to slots.
//!
//! Two walks: backwards to decide what is [needed](plan) and what is fused into its user; forwards to give each value a place
//! in the register file ([`Places`]) and emit handlers.

mod emit;
mod ends;
mod places;
mod plan;

use uop::{Block, Layout};

use crate::handlers::pair::Shape;
use crate::slot::{Raw, Recovery};

pub(crate) use emit::lower;
use places::Places;
use plan::Plan;

/// A lowered block, not yet in its final memory.
pub(crate) struct Lowered {
    /// The slots; the first is the head.
    pub(crate) slots: Vec<Raw>,
    /// Slot at which each guest instruction begins.
    pub(crate) starts: Vec<u32>,
    /// Slots that hold links.
    pub(crate) links: Links,
    /// What is brought up to date at faults, by slot.
    pub(crate) recover: Vec<Recovery>,
}

/// Slots that hold links: the jump's or the taken branch's, the fallthrough's, and that of a call's return.
pub(crate) type Links = [Option<u32>; 3];

/// The values that ops and exit use after fusion, and where they are computed.
struct Cx<'a> {
    block: &'a Block,
    layout: &'a Layout,
    plan: Plan,
    places: Places,
    /// See [`emit::noted_mode`].
    noted: Option<usize>,
    slots: Vec<Raw>,
    /// What the ops are, and where, for pairing.
    shapes: Vec<(u32, Shape)>,
}
