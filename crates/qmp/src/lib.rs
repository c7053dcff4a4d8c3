//! The machine protocol: JSON messages, sessions with their negotiation, events, and one file a command.
//!
//! Nothing here touches a socket or a clock but [`server`]: a [`session::Session`] takes bytes and hands out requests; the main
//! loop lets [`session::Session::answer`] work on them between rounds of the guest. Reading order: [`json`], [`session`],
//! [`command`], any file of [`commands`], [`hmp`], [`server`].

pub mod chardev;
pub mod command;
pub mod commands;
pub mod convert;
pub mod hmp;
pub mod json;
pub mod log;
pub mod save;
pub mod server;
pub mod session;
