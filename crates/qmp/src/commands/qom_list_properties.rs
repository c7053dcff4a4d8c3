//! `qom-list-properties`: the properties that objects of a type have.

use qapi::Error;
use crate::command::{Command, Context};
use qapi::qom::{ObjectPropertyInfo, TypenameArguments};
use crate::types::Types;

/// The command.
pub struct QomListProperties;

impl Command for QomListProperties {
    const NAME: &'static str = "qom-list-properties";
    const SINCE: &'static str = "2.12.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = TypenameArguments;
    type Return = Vec<ObjectPropertyInfo>;

    fn run(context: &mut Context<'_>, args: TypenameArguments) -> Result<Vec<ObjectPropertyInfo>, Error> {
        let types = Types::of(context.machine.target());
        let missing = || Error { desc: format!("Class '{}' not found", args.typename), ..Error::device_not_found("") };
        Ok(types.properties(types.find(&args.typename).ok_or_else(missing)?))
    }
}
