//! `x-query-registers`: the registers of a CPU as data. QEMU has only the text of `info registers`.

use cpu::{Cpu, Group, Register};
use qapi::Error;
use qapi::extension::{QueryRegistersArguments, RegisterGroup, RegisterValue};

use crate::command::{self, Command, Context};

/// The command.
pub struct XQueryRegisters;

impl Command for XQueryRegisters {
    const NAME: &'static str = "x-query-registers";
    const SINCE: &'static str = "4.2.0";
    type Args = QueryRegistersArguments;
    type Return = Vec<RegisterValue>;

    fn run(context: &mut Context<'_>, args: QueryRegistersArguments) -> Result<Vec<RegisterValue>, Error> {
        let cpu = command::cpu(context.machine, args.cpu_index)?;
        let all = || cpu.registers().iter().enumerate();
        let rows: Vec<_> = match &args.names {
            None => all().collect(),
            Some(names) => names
                .iter()
                .map(|name| all().find(|(_, row)| row.name == name).ok_or_else(|| unknown(name)))
                .collect::<Result<_, _>>()?,
        };
        let wanted = |row: &Register| args.group.is_none_or(|group| group == group_of(row.group));
        Ok(rows.into_iter().filter(|(_, row)| wanted(row)).map(|(index, row)| show(cpu, index, row)).collect())
    }
}

fn unknown(name: &str) -> Error {
    Error::generic(format!("this CPU has no register '{name}'"))
}

fn group_of(group: Group) -> RegisterGroup {
    match group {
        Group::General => RegisterGroup::General,
        Group::Float => RegisterGroup::Float,
        Group::Vector => RegisterGroup::Vector,
        Group::System => RegisterGroup::System,
    }
}

fn show(cpu: &dyn Cpu, index: usize, row: &Register) -> RegisterValue {
    // The index comes from the table itself, so that there is a value.
    let value = cpu.register(index).unwrap_or(0);
    let digits = usize::from(row.bits).div_ceil(4);
    RegisterValue {
        name: row.name.to_string(),
        bits: row.bits.into(),
        group: group_of(row.group),
        value: format!("0x{value:0digits$x}"),
    }
}
