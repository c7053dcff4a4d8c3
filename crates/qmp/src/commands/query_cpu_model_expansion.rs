//! `query-cpu-model-expansion`: what a CPU model has.

use crate::command::{Command, Context, error, from_json, to_json};
use machine::{Arch, ModelInfo};
use qapi::machine::{CpuModelExpansionInfo, CpuModelExpansionType, CpuModelInfo, QueryCpuModelExpansionArguments};
use qapi::{Error, Value};

/// The command.
pub struct QueryCpuModelExpansion;

impl Command for QueryCpuModelExpansion {
    const NAME: &'static str = "query-cpu-model-expansion";
    const SINCE: &'static str = "2.8.0";
    const ARCHES: &'static [Arch] = &[Arch::X86, Arch::S390];
    type Args = QueryCpuModelExpansionArguments;
    type Return = CpuModelExpansionInfo;

    fn run(context: &mut Context<'_>, args: QueryCpuModelExpansionArguments) -> Result<CpuModelExpansionInfo, Error> {
        let full = matches!(args.kind, CpuModelExpansionType::Full);
        let expanded = context.machine.target().expand_model(&given(args.model)?, full).map_err(error)?;
        Ok(CpuModelExpansionInfo { model: shown(expanded) })
    }
}

/// A model as a client gives it.
///
/// # Errors
/// Properties that are no dictionary.
pub(super) fn given(model: CpuModelInfo) -> Result<ModelInfo, Error> {
    let props = match model.props {
        Some(Value::Object(members)) => members.iter().map(|(name, value)| (name.clone(), from_json(value))).collect(),
        None => Vec::new(),
        Some(_) => return Err(Error::generic("Invalid parameter type for 'props', expected: dict")),
    };
    Ok(ModelInfo { name: model.name, props })
}

/// A model as a client is shown it: without properties there is no dictionary of them.
pub(super) fn shown(model: ModelInfo) -> CpuModelInfo {
    let props: Vec<_> = model.props.into_iter().map(|(name, value)| (name, to_json(value))).collect();
    let props = (!props.is_empty()).then(|| Value::Object(props.into_iter().collect()));
    CpuModelInfo { name: model.name, props }
}
