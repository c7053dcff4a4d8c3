//! `query-tpm-models`: the TPM devices that can be plugged in: none.

use qapi::misc::TpmModel;
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryTpmModels;

impl Command for QueryTpmModels {
    const NAME: &'static str = "query-tpm-models";
    const SINCE: &'static str = "1.5.0";
    type Args = Empty;
    type Return = Vec<TpmModel>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<TpmModel>, Error> {
        Ok(Vec::new())
    }
}
