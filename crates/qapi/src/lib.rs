//! The schema of the machine interface: the types that go over the wire, and their introspection.
//!
//! Each type is declared once, by [`qapi_struct!`], [`qapi_enum!`] or [`qapi_union!`]. The declaration yields the Rust type
//! with its serde form, the [`Qapi`] visitor that reads arguments with QEMU 4.2's error texts, and the entry of
//! `query-qmp-schema`. A module for each section: [`machine`], [`run_state`], [`qom`], [`misc`], [`extension`], [`event`], [`error`].
//! Reading order: `visit`, `schema`, `macros`, then any section.

// The macros name this crate `qapi`, here as elsewhere.
extern crate self as qapi;

mod macros;

pub mod error;
pub mod event;
pub mod extension;
pub mod machine;
pub mod misc;
pub mod qom;
pub mod run_state;
pub mod schema;
pub mod visit;

pub use error::{Error, ErrorClass};
pub use schema::Schema;
pub use visit::{Members, Path, Qapi, QapiObject};

pub use serde;
/// JSON values as they travel; objects keep the order of insertion.
pub use serde_json::{Map, Number, Value, json};

/// `{}`: commands without arguments take it, commands without a result return it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Empty {}

impl Qapi for Empty {
    fn type_name() -> String {
        "q_empty".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.object(Self::type_name(), |_| Vec::new());
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        Members::of(value, path)?.finish()?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests;
