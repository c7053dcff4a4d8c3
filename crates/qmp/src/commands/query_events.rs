//! `query-events`: the names of all events.

use crate::command::{Command, Context};
use qapi::event::EVENT_NAMES;
use qapi::misc::EventInfo;
use qapi::{Empty, Error};

/// The command.
pub struct QueryEvents;

impl Command for QueryEvents {
    const NAME: &'static str = "query-events";
    const SINCE: &'static str = "1.0.0";
    type Args = Empty;
    type Return = Vec<EventInfo>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<EventInfo>, Error> {
        Ok(EVENT_NAMES.iter().map(|name| EventInfo { name: name.to_string() }).collect())
    }
}
