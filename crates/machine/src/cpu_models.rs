//! CPU models as management asks for them, on families where QEMU 4.2 answers.

use crate::error::Error;
use crate::targets::{Arch, Target};
use crate::value::Value;
use s390x::definition::{self, Definition, DefinitionError};

/// See [`Target::model_notes`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelNotes {
    /// It means the same on every host and version.
    pub migration_safe: bool,
    /// It means the same on every machine type.
    pub is_static: bool,
    /// Features of it that are missing.
    pub unavailable: Vec<&'static str>,
    /// The version that it stands for.
    pub alias_of: Option<&'static str>,
}

/// A model with its properties.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// Its properties.
    pub props: Vec<(String, Value)>,
}

pub use s390x::definition::Comparison;

impl Target {
    /// What management is told of a model beside its name, on families where QEMU 4.2 tells it.
    pub fn model_notes(&self, name: &str) -> Option<ModelNotes> {
        match self.arch {
            Arch::S390 => Some(ModelNotes {
                migration_safe: definition::is_migration_safe(name),
                is_static: definition::is_static(name),
                unavailable: definition::unavailable(name),
                alias_of: None,
            }),
            Arch::X86 => Some(ModelNotes {
                migration_safe: !matches!(name, "max" | "host"),
                is_static: name == "base",
                unavailable: match name {
                    "host" => vec!["kvm"],
                    _ => x86::model::Model::parse(self.bits, name).map_or(Vec::new(), |model| model.unavailable()),
                },
                alias_of: x86::model::alias_of(name),
            }),
            _ => None,
        }
    }

    /// The model with all properties that it has once those of `model` are set, or (unless `full`) a model that is the same everywhere and what makes
    /// the difference; features that are missing here are among them.
    ///
    /// # Errors
    /// No such model or property.
    pub fn expand_model(&self, model: &ModelInfo, full: bool) -> Result<ModelInfo, Error> {
        match self.arch {
            Arch::S390 => Ok(s390_info(&s390_definition(model)?, full)),
            _ => self.expand_x86(model, full),
        }
    }

    fn expand_x86(&self, model: &ModelInfo, full: bool) -> Result<ModelInfo, Error> {
        use x86::model::{ModelError, properties};
        let value = |value: &Value| value.text().unwrap_or_default();
        let text: String = model.props.iter().map(|(name, v)| format!(",{name}={}", value(v))).collect();
        let list = properties::expand(self.bits, &model.name, &text, full).map_err(|e| {
            Error::new(match e {
                ModelError::Property { why, .. } => why,
                ModelError::Unknown(name) => format!("CPU model '{name}' not found"),
                other => other.to_string(),
            })
        })?;
        let value = |value| match value {
            properties::Value::Bool(on) => Value::Bool(on),
            properties::Value::Int(n) => Value::Int(n),
            properties::Value::Text(text) => Value::from(text.as_str()),
        };
        let name = if full { model.name.clone() } else { "base".to_owned() };
        Ok(ModelInfo { name, props: list.into_iter().map(|(name, v)| (name.to_owned(), value(v))).collect() })
    }

    /// How model `a` relates to model `b`, and the properties that are to blame. s390x only.
    ///
    /// # Errors
    /// No such model or property.
    pub fn compare_models(&self, a: &ModelInfo, b: &ModelInfo) -> Result<(Comparison, Vec<&'static str>), Error> {
        Ok(s390_definition(a)?.compare(&s390_definition(b)?))
    }

    /// The best model whose guests run on both `a` and `b`. s390x only.
    ///
    /// # Errors
    /// No such model or property, or nothing that both have.
    pub fn baseline_model(&self, a: &ModelInfo, b: &ModelInfo) -> Result<ModelInfo, Error> {
        let none = "No compatible CPU model could be created as important base features are disabled";
        let base = s390_definition(a)?.baseline(&s390_definition(b)?).ok_or_else(|| Error::new(none))?;
        Ok(s390_info(&base, false))
    }
}

fn s390_definition(model: &ModelInfo) -> Result<Definition, Error> {
    let switch = |value: &Value| match value {
        Value::Bool(on) => Some(*on),
        _ => None,
    };
    let switches = model.props.iter().map(|(name, value)| (name.as_str(), switch(value)));
    Definition::new(&model.name, switches).map_err(|e: DefinitionError| Error::new(e.to_string()))
}

fn s390_info(definition: &Definition, full: bool) -> ModelInfo {
    let (name, props) = definition.expand(full);
    ModelInfo { name, props: props.into_iter().map(|(name, on)| (name.to_owned(), Value::Bool(on))).collect() }
}
