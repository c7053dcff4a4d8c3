//! `query-cpu-model-comparison`: whether guests of one CPU model run on another.

use super::query_cpu_model_expansion::given;
use crate::command::{Command, Context, error};
use machine::{Arch, Comparison};
use qapi::Error;
use qapi::machine::{CpuModelCompareInfo, CpuModelCompareResult, TwoCpuModels};

/// The command.
pub struct QueryCpuModelComparison;

impl Command for QueryCpuModelComparison {
    const NAME: &'static str = "query-cpu-model-comparison";
    const SINCE: &'static str = "2.8.0";
    const ARCHES: &'static [Arch] = &[Arch::S390];
    type Args = TwoCpuModels;
    type Return = CpuModelCompareInfo;

    fn run(context: &mut Context<'_>, args: TwoCpuModels) -> Result<CpuModelCompareInfo, Error> {
        let (a, b) = (given(args.modela)?, given(args.modelb)?);
        let (result, blame) = context.machine.target().compare_models(&a, &b).map_err(error)?;
        let result = match result {
            Comparison::Identical => CpuModelCompareResult::Identical,
            Comparison::Subset => CpuModelCompareResult::Subset,
            Comparison::Superset => CpuModelCompareResult::Superset,
            Comparison::Incompatible => CpuModelCompareResult::Incompatible,
        };
        Ok(CpuModelCompareInfo { result, responsible_properties: blame.into_iter().map(str::to_owned).collect() })
    }
}
