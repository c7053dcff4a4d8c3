//! The GDB remote protocol for every target: what `-gdb`, `-s` and `-S` need.
//!
//! Reading order: [`Debuggee`] (what a machine offers to the debugger), [`Session`] (one client's conversation, no sockets, no threads),
//! [`Server`] (a session behind a TCP or Unix socket).
//!
//! The machine stays with its owner, who calls [`Server::poll`] (or [`Session::feed`]) between two rounds of its scheduler, when every
//! CPU stands between two instructions, and [`Session::report_stop`] when something happened that the debugger waits for.
//!
//! gdbstub parses the packets, dispatches them and writes the answers. Its state machine owns its connection for life and is lost when
//! a client sends a packet that it can't parse; neither suits a machine that is borrowed for the time of one call, nor a server that
//! must survive bad input. So each packet meets a *fresh* stub, which is first told, in the client's own words, the few things that
//! the client had settled before (`qSupported`, `Hg`, `Hc`: see `session.rs`). That costs a few microseconds a packet. Framing, checksums,
//! acknowledgement and Ctrl-C are ours.
//!
//! Manual: Debugging with GDB, appendices "GDB Remote Serial Protocol" and "Target Descriptions".

mod bridge;
mod debuggee;
mod description;
mod feature;
mod link;
mod memory_access;
mod server;
mod session;
mod stops;

pub use bits::Endian;
pub use debuggee::{Action, Debuggee, Plan, Stop};
pub use memory::{AddressSpace, Nanos};
pub use server::{Endpoint, EndpointError, Server};
pub use session::{Session, State};
