//! `query-hotpluggable-cpus`: the slots for CPUs, last first.

use crate::command::error;
use crate::command::{Command, Context};
use crate::convert::props;
use qapi::machine::HotpluggableCpu;
use qapi::{Empty, Error};

/// The command.
pub struct QueryHotpluggableCpus;

impl Command for QueryHotpluggableCpus {
    const NAME: &'static str = "query-hotpluggable-cpus";
    const SINCE: &'static str = "2.7.0";
    const ALLOW_PRECONFIG: bool = true;
    type Args = Empty;
    type Return = Vec<HotpluggableCpu>;

    fn run(context: &mut Context<'_>, _: Empty) -> Result<Vec<HotpluggableCpu>, Error> {
        let slots = context.machine.hotpluggable_cpus().map_err(error)?;
        let info = |slot: machine::HotpluggableCpu| HotpluggableCpu {
            type_: slot.kind,
            vcpus_count: slot.vcpus_count.into(),
            props: props(&slot.props),
            qom_path: slot.qom_path,
        };
        Ok(slots.into_iter().map(info).collect())
    }
}
