//! `query-balloon`: the memory balloon: there is none.

use crate::command::{Command, Context};
use qapi::ErrorClass;
use qapi::{Empty, Error};

/// The command.
pub struct QueryBalloon;

impl Command for QueryBalloon {
    const NAME: &'static str = "query-balloon";
    const SINCE: &'static str = "0.14.0";
    type Args = Empty;
    type Return = Empty;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Empty, Error> {
        let desc = "No balloon device has been activated".to_string();
        Err(Error { class: ErrorClass::DeviceNotActive, desc })
    }
}
