//! `device_add`: plugs a device.

use crate::command::{Command, Context};
use crate::command::{error, from_json};
use machine::DeviceConfig;
use qapi::qom::DeviceAddArguments;
use qapi::{Empty, Error};
use qapi::{Map, Value};

/// The command.
pub struct DeviceAdd;

impl Command for DeviceAdd {
    const NAME: &'static str = "device_add";
    const SINCE: &'static str = "0.13.0";
    type Args = DeviceAddArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: DeviceAddArguments) -> Result<Empty, Error> {
        context.machine.device_add(&config(args.0)?).map_err(error)?;
        Ok(Empty {})
    }
}

/// Numbers and switches may come as strings; what is neither is taken as not given.
fn config(mut members: Map<String, Value>) -> Result<DeviceConfig, Error> {
    let driver = match members.shift_remove("driver") {
        Some(Value::String(driver)) => driver,
        None => return Err(Error::missing("driver")),
        Some(_) => return Err(Error::wrong_type("driver", "string")),
    };
    let id = match members.shift_remove("id") {
        Some(Value::String(id)) => Some(id),
        None => None,
        Some(_) => return Err(Error::wrong_type("id", "string")),
    };
    let prop = |(name, value): (String, Value)| {
        let value = match value {
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
            Value::String(text) => machine::Value::Given(text),
            other => from_json(&other),
        };
        Some((name, value))
    };
    Ok(DeviceConfig { driver, id, props: members.into_iter().filter_map(prop).collect() })
}
