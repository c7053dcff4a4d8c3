//! `query-cpu-model-baseline`: the best CPU model whose guests run on both of two.

use super::query_cpu_model_expansion::{given, shown};
use crate::command::{Command, Context, error};
use machine::Arch;
use qapi::Error;
use qapi::machine::{CpuModelBaselineInfo, TwoCpuModels};

/// The command.
pub struct QueryCpuModelBaseline;

impl Command for QueryCpuModelBaseline {
    const NAME: &'static str = "query-cpu-model-baseline";
    const SINCE: &'static str = "2.8.0";
    const ARCHES: &'static [Arch] = &[Arch::S390];
    type Args = TwoCpuModels;
    type Return = CpuModelBaselineInfo;

    fn run(context: &mut Context<'_>, args: TwoCpuModels) -> Result<CpuModelBaselineInfo, Error> {
        let (a, b) = (given(args.modela)?, given(args.modelb)?);
        let model = context.machine.target().baseline_model(&a, &b).map_err(error)?;
        Ok(CpuModelBaselineInfo { model: shown(model) })
    }
}
