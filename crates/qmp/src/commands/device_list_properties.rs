//! `device-list-properties`: the properties that `device_add` takes for a type.

use crate::command::{Command, Context};
use crate::convert::property;
use machine::types;
use qapi::Error;
use qapi::qom::{ObjectPropertyInfo, TypenameArguments};

/// The command.
pub struct DeviceListProperties;

impl Command for DeviceListProperties {
    const NAME: &'static str = "device-list-properties";
    const SINCE: &'static str = "1.2.0";
    type Args = TypenameArguments;
    type Return = Vec<ObjectPropertyInfo>;

    fn run(context: &mut Context<'_>, args: TypenameArguments) -> Result<Vec<ObjectPropertyInfo>, Error> {
        let (target, name) = (context.machine.target(), args.typename.as_str());
        let found = types::find(target, name).ok_or_else(|| Error::device_not_found(name))?;
        if !types::is_a(target, name, "device") {
            return Err(Error::expects("typename", "device"));
        }
        if found.is_abstract {
            return Err(Error::expects("typename", "non-abstract device type"));
        }
        let list = types::properties(target, name).unwrap_or_default().into_iter().map(property);
        Ok(list.filter(|p| !HIDDEN.contains(&p.name.as_str())).collect())
    }
}

/// Properties that every device has and `device_add` does not take.
const HIDDEN: [&str; 5] = ["type", "realized", "hotpluggable", "hotplugged", "parent_bus"];
