//! Errors as clients see them: a class and a description.

use std::fmt;

crate::qapi_enum! {
    /// What kind of error a reply carries. Clients may rely on the class, never on the description.
    pub enum ErrorClass {
        GenericError = "GenericError",
        CommandNotFound = "CommandNotFound",
        DeviceNotActive = "DeviceNotActive",
        DeviceNotFound = "DeviceNotFound",
        KvmMissingCap = "KVMMissingCap",
    }
}

/// The `error` member of a reply.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Error {
    /// What kind of error.
    pub class: ErrorClass,
    /// One sentence for people.
    pub desc: String,
}

impl Error {
    /// An error of class GenericError.
    pub fn generic(desc: impl Into<String>) -> Error {
        Error { class: ErrorClass::GenericError, desc: desc.into() }
    }

    /// An error of class CommandNotFound.
    pub fn command_not_found(desc: impl Into<String>) -> Error {
        Error { class: ErrorClass::CommandNotFound, desc: desc.into() }
    }

    /// `Device 'NAME' not found`, class DeviceNotFound.
    pub fn device_not_found(name: &str) -> Error {
        Error { class: ErrorClass::DeviceNotFound, desc: format!("Device '{name}' not found") }
    }

    /// `Parameter 'NAME' is missing`.
    pub fn missing(name: impl fmt::Display) -> Error {
        Error::generic(format!("Parameter '{name}' is missing"))
    }

    /// `Parameter 'NAME' is unexpected`.
    pub fn unexpected(name: impl fmt::Display) -> Error {
        Error::generic(format!("Parameter '{name}' is unexpected"))
    }

    /// `Invalid parameter type for 'NAME', expected: WHAT`.
    pub fn wrong_type(name: impl fmt::Display, what: &str) -> Error {
        Error::generic(format!("Invalid parameter type for '{name}', expected: {what}"))
    }

    /// `Parameter 'NAME' expects WHAT`.
    pub fn expects(name: impl fmt::Display, what: &str) -> Error {
        Error::generic(format!("Parameter '{name}' expects {what}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.desc)
    }
}

impl std::error::Error for Error {}
