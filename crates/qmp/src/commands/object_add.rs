//! `object-add`: makes an object of the user.

use crate::command::{Command, Context};
use crate::command::{error, from_json};
use machine::ObjectConfig;
use qapi::qom::ObjectAddArguments;
use qapi::{Empty, Error};

/// The command.
pub struct ObjectAdd;

impl Command for ObjectAdd {
    const NAME: &'static str = "object-add";
    const SINCE: &'static str = "2.0.0";
    type Args = ObjectAddArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: ObjectAddArguments) -> Result<Empty, Error> {
        let props = args.props.iter().map(|(name, value)| (name.clone(), from_json(value))).collect();
        let config = ObjectConfig { kind: args.qom_type, id: args.id, props };
        context.machine.object_add(&config).map_err(error)?;
        Ok(Empty {})
    }
}
