//! `device_del`: unplugs a device.

use crate::command::error;
use crate::command::{Command, Context};
use qapi::qom::IdArguments;
use qapi::{Empty, Error};

/// The command.
pub struct DeviceDel;

impl Command for DeviceDel {
    const NAME: &'static str = "device_del";
    const SINCE: &'static str = "0.14.0";
    type Args = IdArguments;
    type Return = Empty;

    fn run(context: &mut Context<'_>, args: IdArguments) -> Result<Empty, Error> {
        context.machine.device_del(&args.id).map_err(error)?;
        Ok(Empty {})
    }
}
