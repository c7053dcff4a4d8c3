//! `query-cpu-model-expansion`: what a CPU model has.

use crate::command::{Command, Context, error, to_json};
use machine::Arch;
use qapi::machine::{CpuModelExpansionInfo, CpuModelExpansionType, CpuModelInfo, QueryCpuModelExpansionArguments};
use qapi::{Error, Value};

/// The command.
pub struct QueryCpuModelExpansion;

impl Command for QueryCpuModelExpansion {
    const NAME: &'static str = "query-cpu-model-expansion";
    const SINCE: &'static str = "2.8.0";
    const ARCHES: &'static [Arch] = &[Arch::X86];
    type Args = QueryCpuModelExpansionArguments;
    type Return = CpuModelExpansionInfo;

    fn run(context: &mut Context<'_>, args: QueryCpuModelExpansionArguments) -> Result<CpuModelExpansionInfo, Error> {
        let given = match args.model.props {
            Some(Value::Object(members)) => members.into_iter().collect(),
            _ => Vec::new(),
        };
        let given: Vec<(String, String)> = given.into_iter().map(|(name, value)| (name, text(&value))).collect();
        let full = matches!(args.kind, CpuModelExpansionType::Full);
        let props = context.machine.target().expand_model(&args.model.name, &given, full).map_err(error)?;
        let name = match args.kind {
            CpuModelExpansionType::Static => "base".to_string(),
            CpuModelExpansionType::Full => args.model.name,
        };
        let props = Value::Object(props.into_iter().map(|(name, value)| (name.to_string(), to_json(value))).collect());
        Ok(CpuModelExpansionInfo { model: CpuModelInfo { name, props: Some(props) } })
    }
}

/// A property's value as `-cpu` takes it.
fn text(value: &Value) -> String {
    match value {
        Value::Bool(on) => if *on { "on" } else { "off" }.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
