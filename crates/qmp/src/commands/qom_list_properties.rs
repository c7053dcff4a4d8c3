//! `qom-list-properties`: the properties that objects of a type have.

use crate::command::{Command, Context};
use crate::convert::described;
use machine::types;
use qapi::Error;
use qapi::qom::{ObjectPropertyInfo, TypenameArguments};

/// The command.
pub struct QomListProperties;

impl Command for QomListProperties {
    const NAME: &'static str = "qom-list-properties";
    const SINCE: &'static str = "2.12.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = TypenameArguments;
    type Return = Vec<ObjectPropertyInfo>;

    fn run(context: &mut Context<'_>, args: TypenameArguments) -> Result<Vec<ObjectPropertyInfo>, Error> {
        let missing = || Error { desc: format!("Class '{}' not found", args.typename), ..Error::device_not_found("") };
        let list = types::properties(context.machine.target(), &args.typename).ok_or_else(missing)?;
        let is_backend = types::is_a(context.machine.target(), &args.typename, "memory-backend");
        Ok(list.into_iter().map(|p| described(p, is_backend)).collect())
    }
}
