//! `qom-list-types`: the types of objects.

use crate::command::{Command, Context};
use machine::types::{self, TypeInfo};
use qapi::Error;
use qapi::qom::{ObjectTypeInfo, QomListTypesArguments};

/// The command.
pub struct QomListTypes;

impl Command for QomListTypes {
    const NAME: &'static str = "qom-list-types";
    const SINCE: &'static str = "1.2.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QomListTypesArguments;
    type Return = Vec<ObjectTypeInfo>;

    fn run(context: &mut Context<'_>, args: QomListTypesArguments) -> Result<Vec<ObjectTypeInfo>, Error> {
        let info =
            |t: TypeInfo| ObjectTypeInfo { name: t.name, abstract_: t.is_abstract.then_some(true), parent: t.parent };
        let with_abstract = args.abstract_.unwrap_or(false);
        let list = types::list(context.machine.target(), args.implements.as_deref(), with_abstract);
        Ok(list.into_iter().map(info).collect())
    }
}
