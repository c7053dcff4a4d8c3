//! `qom-get`: the value of a property.

use crate::command::{Command, Context};
use crate::command::{error, to_json};
use qapi::Error;
use qapi::Value;
use qapi::qom::QomGetArguments;

/// The command.
pub struct QomGet;

impl Command for QomGet {
    const NAME: &'static str = "qom-get";
    const SINCE: &'static str = "1.2.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QomGetArguments;
    type Return = Value;

    fn run(context: &mut Context<'_>, args: QomGetArguments) -> Result<Value, Error> {
        context.machine.qom_get(&args.path, &args.property).map(to_json).map_err(error)
    }
}
