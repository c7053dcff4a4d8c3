//! `query-qmp-schema`: every command, event and type, generated from the types that the server itself reads and writes.

use crate::command::{Command, Context};
use qapi::Qapi;
use qapi::event::define_events;
use qapi::machine::DummyForceArrays;
use qapi::schema::{Schema, SchemaInfo};
use qapi::{Empty, Error};

/// The command.
pub struct QueryQmpSchema;

impl Command for QueryQmpSchema {
    const NAME: &'static str = "query-qmp-schema";
    const SINCE: &'static str = "2.5.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<SchemaInfo>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<SchemaInfo>, Error> {
        let mut schema = Schema::default();
        let target = context.machine.target();
        super::COMMANDS.iter().filter(|spec| spec.serves(target)).for_each(|spec| (spec.define)(&mut schema));
        define_events(&mut schema);
        DummyForceArrays::define(&mut schema);
        Ok(schema.into_entities())
    }
}
