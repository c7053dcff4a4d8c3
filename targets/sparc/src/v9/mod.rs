//! SPARC V9: privileged state, trap levels, MMU, address spaces; see [`Sparc64`].

mod target;

pub use target::Sparc64;
