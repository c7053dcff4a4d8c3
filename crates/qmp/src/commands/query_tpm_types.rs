//! `query-tpm-types`: what can stand behind a TPM: nothing.

use qapi::misc::TpmType;
use qapi::{Empty, Error};

use crate::command::{Command, Context};

/// The command.
pub struct QueryTpmTypes;

impl Command for QueryTpmTypes {
    const NAME: &'static str = "query-tpm-types";
    const SINCE: &'static str = "1.5.0";
    type Args = Empty;
    type Return = Vec<TpmType>;

    fn run(_: &mut Context<'_>, _: Empty) -> Result<Vec<TpmType>, Error> {
        Ok(Vec::new())
    }
}
