//! `qom-list-types`: the types of objects.

use qapi::Error;
use crate::command::{Command, Context};
use qapi::qom::{ObjectTypeInfo, QomListTypesArguments};
use crate::types::{Type, Types};

/// The command.
pub struct QomListTypes;

impl Command for QomListTypes {
    const NAME: &'static str = "qom-list-types";
    const SINCE: &'static str = "1.2.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = QomListTypesArguments;
    type Return = Vec<ObjectTypeInfo>;

    fn run(context: &mut Context<'_>, args: QomListTypesArguments) -> Result<Vec<ObjectTypeInfo>, Error> {
        let types = Types::of(context.machine.target());
        let abstract_too = args.abstract_.unwrap_or(false);
        let wanted = |t: &&Type| {
            (abstract_too || !t.is_abstract) && args.implements.as_deref().is_none_or(|base| types.derives(&t.name, base))
        };
        let info = |t: &Type| ObjectTypeInfo {
            name: t.name.clone(),
            abstract_: t.is_abstract.then_some(true),
            parent: t.parent.clone(),
        };
        Ok(types.list.iter().filter(wanted).map(info).collect())
    }
}
