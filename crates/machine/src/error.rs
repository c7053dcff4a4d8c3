//! What goes wrong between a configuration and a machine, or between a management command and a machine.

use topology::{NumaError, OptionError, SmpError};

/// The classes that management clients tell errors apart by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorClass {
    /// Anything without a class of its own.
    Generic,
    /// A device, object or type that is not there.
    DeviceNotFound,
    /// A device that is not in use.
    DeviceNotActive,
}

/// An error with the text users see.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{text}", option.as_ref().map_or(String::new(), |o| format!("{o}: ")))]
pub struct Error {
    /// Its class.
    pub class: ErrorClass,
    /// What is wrong.
    pub text: String,
    /// The command-line option it came from, as given: `-numa node,mem=1`.
    pub option: Option<String>,
    /// Further lines for the command line's user, never sent over QMP.
    pub hint: Option<&'static str>,
    /// What the command line's user was to be warned of before it came to this.
    pub warnings: Vec<Warning>,
}

impl Error {
    /// An error of class [`ErrorClass::Generic`].
    pub fn new(text: impl Into<String>) -> Error {
        Error { class: ErrorClass::Generic, text: text.into(), option: None, hint: None, warnings: Vec::new() }
    }

    /// An error of class [`ErrorClass::DeviceNotFound`].
    pub fn not_found(text: impl Into<String>) -> Error {
        Error { class: ErrorClass::DeviceNotFound, ..Error::new(text) }
    }

    /// Names the option it came from.
    pub fn of_option(self, option: impl Into<String>) -> Error {
        Error { option: Some(option.into()), ..self }
    }

    /// Adds lines for the command line's user.
    pub fn hint(self, hint: &'static str) -> Error {
        Error { hint: Some(hint), ..self }
    }
}

impl From<SmpError> for Error {
    fn from(e: SmpError) -> Error {
        Error::new(e.to_string())
    }
}

impl From<NumaError> for Error {
    fn from(e: NumaError) -> Error {
        Error::new(e.to_string())
    }
}

impl From<OptionError> for Error {
    fn from(e: OptionError) -> Error {
        Error::new(e.to_string())
    }
}

/// Something the user should know although the machine goes on: printed as `PROG: [option: ]warning: text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// The option it is about.
    pub option: Option<String>,
    /// The text.
    pub text: String,
}
