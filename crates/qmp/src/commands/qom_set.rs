//! `qom-set`: changes a property.

use crate::command::{Command, Context};
use crate::command::{error, from_json};
use qapi::qom::QomSetArguments;
use qapi::{Empty, Error};

/// The command.
pub struct QomSet;

impl Command for QomSet {
    const NAME: &'static str = "qom-set";
    const SINCE: &'static str = "1.2.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QomSetArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: QomSetArguments) -> Result<Empty, Error> {
        context.machine.qom_set(&args.path, &args.property, from_json(&args.value)).map_err(error)?;
        Ok(Empty {})
    }
}
