//! `query-memory-size-summary`: how much memory the guest has.

use crate::command::{Command, Context};
use qapi::misc::MemoryInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryMemorySizeSummary;

impl Command for QueryMemorySizeSummary {
    const NAME: &'static str = "query-memory-size-summary";
    const SINCE: &'static str = "2.11.0";
    type Args = Empty;
    type Return = MemoryInfo;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<MemoryInfo, Error> {
        let plugged_memory = context.machine.knows_memory_devices().then_some(0);
        Ok(MemoryInfo { base_memory: context.machine.ram_size(), plugged_memory })
    }
}
