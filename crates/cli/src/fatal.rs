//! What ends the process at its start: a sentence, perhaps a hint, and exit code 1.

use std::fmt;

/// An error of the command line or of the machine's configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fatal {
    /// The sentence, with the option at fault in front.
    pub text: String,
    /// Further lines.
    pub hint: Option<String>,
}

impl Fatal {
    /// A sentence alone.
    pub(crate) fn new(text: impl Into<String>) -> Fatal {
        Fatal { text: text.into(), hint: None }
    }

    /// `OPTION ARGUMENT: SENTENCE`.
    pub(crate) fn of(option: &str, e: impl fmt::Display) -> Fatal {
        Fatal::new(format!("{option}: {e}"))
    }

    /// With a hint.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Fatal {
        Fatal { hint: Some(hint.into()), ..self }
    }
}

impl From<machine::Error> for Fatal {
    fn from(e: machine::Error) -> Fatal {
        Fatal { text: e.to_string(), hint: e.hint.map(str::to_string) }
    }
}
