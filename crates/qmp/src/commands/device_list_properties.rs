//! `device-list-properties`: the properties that `device_add` takes for a type.

use qapi::Error;
use crate::command::{Command, Context};
use qapi::qom::{ObjectPropertyInfo, TypenameArguments};
use crate::types::Types;

/// The command.
pub struct DeviceListProperties;

impl Command for DeviceListProperties {
    const NAME: &'static str = "device-list-properties";
    const SINCE: &'static str = "1.2.0";
    type Args = TypenameArguments;
    type Return = Vec<ObjectPropertyInfo>;

    fn run(context: &mut Context<'_>, args: TypenameArguments) -> Result<Vec<ObjectPropertyInfo>, Error> {
        let types = Types::of(context.machine.target());
        let found = types.find(&args.typename).ok_or_else(|| Error::device_not_found(&args.typename))?;
        if !types.derives(&found.name, "device") {
            return Err(Error::expects("typename", "device"));
        }
        if found.is_abstract {
            return Err(Error::expects("typename", "non-abstract device type"));
        }
        let hidden = ["type", "realized", "hotpluggable", "hotplugged", "parent_bus"];
        let shown = |p: &ObjectPropertyInfo| !hidden.contains(&p.name.as_str());
        Ok(types.properties(found).into_iter().filter(shown).collect())
    }
}
