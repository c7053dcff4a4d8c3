//! Machines: boards, CPUs, memory backends, the object tree, the run state and the scheduler.
//!
//! The only crate that sees targets, engines and devices together. It speaks plain Rust types; JSON is `qmp`'s business, the
//! command line `cli`'s. Reading order: [`targets`], [`registry`], [`config`], [`machine`], `build`, `boards`.

pub mod boards;
pub mod build;
pub mod clock;
pub mod config;
pub mod console;
pub mod control;
pub mod cpu_models;
pub mod dump;
pub mod engines;
pub mod error;
mod firmware;
mod hotplug;
mod hotplug_cores;
mod loaderdev;
pub mod machine;
mod memblock;
pub mod memdev;
mod nodes;
pub mod objects;
pub mod pages;
mod props;
mod qom;
pub mod registry;
pub mod run;
pub mod sched;
#[cfg(test)]
mod sched_tests;
pub mod targets;
pub mod thread;
pub mod types;
pub mod value;
mod watchdog;

pub use config::{DeviceConfig, Given, GlobalProp, MachineConfig, ObjectConfig};
pub use console::Console;
pub use control::Advance;
pub use cpu_models::{Comparison, ModelInfo, ModelNotes};
pub use devices::Sink;
pub use error::{Error, ErrorClass, Warning};
pub use firmware::firmware_directories;
pub use hotplug::OspmSaid;
pub use machine::{HotpluggableCpu, Machine, Vcpu};
pub use memdev::MemDev;
pub use objects::PropertyInfo;
pub use pages::{Page, Pages};
pub use registry::MachineType;
pub use run::{Event, RunState, ShutdownCause};
pub use targets::{Arch, Target};
pub use value::Value;
pub use watchdog::WatchdogAction;
