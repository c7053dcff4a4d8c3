//! CPU models.

use crate::ext::Version;

/// A CPU model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Model {
    row: &'static CpuModel,
}

/// A row of the model table.
#[derive(PartialEq, Eq, Debug)]
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    version: Version,
    cpu_id: u32,
}

/// All models. The values of CPU_ID: user's manuals of the derivatives, "CPU Identification Register".
pub static MODELS: &[CpuModel] = &[
    CpuModel { name: "tc1796", doc: "TriCore 1.3", version: Version::V130, cpu_id: 0x000a_c006 },
    CpuModel { name: "tc1797", doc: "TriCore 1.3.1", version: Version::V131, cpu_id: 0x000a_c007 },
    CpuModel { name: "tc27x", doc: "TriCore 1.6.1", version: Version::V161, cpu_id: 0x00c0_c012 },
    CpuModel { name: "tc37x", doc: "TriCore 1.6.2", version: Version::V162, cpu_id: 0x00c0_c020 },
];

/// Models that came to QEMU after 4.2.
pub static LATER: &[&str] = &["tc37x"];

/// A model that can't be had; the text names what is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No such model.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// TriCore models have no properties.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
}

impl Model {
    /// A model from the argument of `-cpu`.
    ///
    /// # Errors
    /// When there is no such model, or something follows the name.
    pub fn parse(text: &str) -> Result<Model, ModelError> {
        let (name, rest) = text.split_once(',').unwrap_or((text, ""));
        let row = MODELS.iter().find(|m| m.name == name).ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        match rest.split(['=', ',']).next() {
            None | Some("") => Ok(Model { row }),
            Some(property) => Err(ModelError::NoProperty(property.to_owned())),
        }
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        self.row.name
    }

    /// The version of the architecture.
    pub fn version(&self) -> Version {
        self.row.version
    }

    /// CPU_ID.
    pub fn cpu_id(&self) -> u32 {
        self.row.cpu_id
    }
}
