//! The model of a machine's shape: sockets, dies, cores, threads, NUMA nodes, distances and hotplug slots.
//!
//! Pure data. [`smp`] and [`numa`] give the options their meaning (QEMU 4.2's, word for word in the errors), [`slots`] holds
//! the table of possible CPUs, [`tree`] is the one model that everything else reads: the encoders for guests ([`devicetree`])
//! and the pictures for people ([`draw`], [`svg`], [`hwloc`]). Reading order: `opts`, `smp`, `slots`, `numa`, `tree`.

pub mod apic;
pub mod devicetree;
pub mod draw;
pub mod hwloc;
pub mod numa;
pub mod opts;
pub mod slots;
pub mod smp;
pub mod svg;
pub mod told;
pub mod tree;

pub use apic::{ApicIds, ApicPlace};
pub use numa::{Numa, NumaError, NumaOption};
pub use opts::OptionError;
pub use slots::{CpuProps, Levels, Slot, SlotTable};
pub use smp::{Smp, SmpError, SmpOptions, SmpRules};
pub use tree::Tree;
