//! What is simplified before an engine sees a block.
//!
//! Each pass keeps the meaning of the block, including the values of all guest registers at each op that can fault.
//! [`run`] does them in order: [`forward`] register reads, [`fold`] constants, drop [`dead`] register writes and
//! values, [`narrow`] what is read, drop what that leaves unused, [`sink`] writes to the end, and [`defer`] those that only a fault would
//! show.

mod dead;
mod defer;
mod fold;
mod forward;
mod narrow;
mod sink;

pub use dead::dead;
pub use defer::defer;
pub use fold::fold;
pub use forward::forward;
pub use narrow::narrow;
pub use sink::sink;

use crate::block::{Block, Layout};

/// All passes, in order.
pub fn run(block: &mut Block, layout: &Layout) {
    forward(block, layout);
    fold(block);
    // Writes that nobody sees read nothing.
    dead(block, layout);
    narrow(block);
    dead(block, layout);
    sink(block, layout);
    defer(block, layout);
    debug_assert_eq!(crate::verify(block, layout), Ok(()), "passes broke\n{}", crate::text(block, layout));
}
