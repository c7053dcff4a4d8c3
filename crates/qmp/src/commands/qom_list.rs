//! `qom-list`: the properties and children of an object.

use crate::command::error;
use crate::command::{Command, Context};
use crate::convert::property;
use qapi::Error;
use qapi::qom::{ObjectPropertyInfo, QomListArguments};

/// The command.
pub struct QomList;

impl Command for QomList {
    const NAME: &'static str = "qom-list";
    const SINCE: &'static str = "1.2.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QomListArguments;
    type Return = Vec<ObjectPropertyInfo>;

    fn run(context: &mut Context<'_>, args: QomListArguments) -> Result<Vec<ObjectPropertyInfo>, Error> {
        let list = context.machine.qom_list(&args.path).map_err(error)?;
        Ok(list.into_iter().map(property).collect())
    }
}
