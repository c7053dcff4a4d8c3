//! Properties of CPU models: names, values, and which extensions go together.

use super::{CpuModel, Model, PrivVersion};
use crate::ext::{Ext, ExtSet};

/// A model can't be made of what was asked for. The texts are QEMU's where it has one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// Not of the form `key=value`.
    #[error("Expected key=value format, found {0}.")]
    NoValue(String),
    /// The model has no such property.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
    /// The value is of another type.
    #[error("Invalid parameter type for '{0}', expected: {1}")]
    WrongType(String, &'static str),
    /// No version of the privileged architecture.
    #[error("Unsupported privilege spec version '{0}': v1.9.1, v1.10.0, v1.11.0 and v1.12.0 are known")]
    NoPrivVersion(String),
    /// An extension that is not there to be turned on.
    #[error("Property '.{0}' can't be on: this extension is not implemented")]
    NotImplemented(String),
    /// Extensions that exclude or require one another.
    #[error("{0}")]
    Conflict(&'static str),
}

/// What values a property takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyKind {
    /// `on` or `off`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
}

/// What a property does.
#[derive(Clone, Copy, Debug)]
enum Effect {
    /// Puts extensions in or takes them out.
    Exts(&'static [Ext]),
    /// An extension that is known, but can only be off.
    Absent,
    Pmp,
    Mmu,
    PrivSpec,
    Vendor,
    Arch,
    Implementation,
    ResetVector,
}

/// A property of CPU models.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Whether only configurable models have it.
    pub configurable_only: bool,
    effect: Effect,
}

impl Property {
    /// What values it takes.
    pub const fn kind(&self) -> PropertyKind {
        match self.effect {
            Effect::Exts(_) | Effect::Absent | Effect::Pmp | Effect::Mmu => PropertyKind::Bool,
            Effect::PrivSpec => PropertyKind::Text,
            Effect::Vendor | Effect::Arch | Effect::Implementation | Effect::ResetVector => PropertyKind::Number,
        }
    }
}

const fn ext(name: &'static str, exts: &'static [Ext]) -> Property {
    Property { name, configurable_only: true, effect: Effect::Exts(exts) }
}

const fn absent(name: &'static str) -> Property {
    Property { name, configurable_only: true, effect: Effect::Absent }
}

const fn every(name: &'static str, effect: Effect) -> Property {
    Property { name, configurable_only: false, effect }
}

use Ext::*;

/// All properties.
pub static PROPERTIES: &[Property] = &[
    ext("i", &[I]),
    ext("e", &[E]),
    ext("m", &[M]),
    ext("a", &[A]),
    ext("f", &[F]),
    ext("d", &[D]),
    ext("c", &[C]),
    ext("s", &[S]),
    ext("u", &[U]),
    ext("g", &[I, M, A, F, D, Zicsr, Zifencei]),
    ext("Counters", &[Zicntr, Zihpm]),
    ext("Zicsr", &[Zicsr]),
    ext("Zifencei", &[Zifencei]),
    ext("Zihintpause", &[Zihintpause]),
    ext("zba", &[Zba]),
    ext("zbb", &[Zbb]),
    ext("zbc", &[Zbc]),
    ext("zbs", &[Zbs]),
    ext("zicond", &[Zicond]),
    ext("zicbom", &[Zicbom]),
    ext("zicboz", &[Zicboz]),
    ext("zicbop", &[Zicbop]),
    ext("sv32", &[Sv32]),
    ext("sv39", &[Sv39]),
    ext("sv48", &[Sv48]),
    ext("sv57", &[Sv57]),
    ext("svinval", &[Svinval]),
    ext("svnapot", &[Svnapot]),
    ext("svpbmt", &[Svpbmt]),
    ext("sstc", &[Sstc]),
    absent("h"),
    absent("v"),
    absent("Zfh"),
    absent("Zfhmin"),
    absent("sscofpmf"),
    absent("x-epmp"),
    absent("x-smaia"),
    absent("x-ssaia"),
    absent("zfinx"),
    absent("zdinx"),
    absent("zk"),
    every("mmu", Effect::Mmu),
    every("pmp", Effect::Pmp),
    every("priv_spec", Effect::PrivSpec),
    every("mvendorid", Effect::Vendor),
    every("marchid", Effect::Arch),
    every("mimpid", Effect::Implementation),
    every("resetvec", Effect::ResetVector),
];

fn boolean(name: &str, value: &str) -> Result<bool, ModelError> {
    match value {
        "on" | "yes" | "true" | "y" => Ok(true),
        "off" | "no" | "false" | "n" => Ok(false),
        _ => Err(ModelError::WrongType(name.to_owned(), "boolean")),
    }
}

fn number(name: &str, value: &str) -> Result<u64, ModelError> {
    let parsed = match value.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => value.parse(),
    };
    parsed.map_err(|_| ModelError::WrongType(name.to_owned(), "uint64"))
}

fn number32(name: &str, value: &str) -> Result<u32, ModelError> {
    let parsed = number(name, value).ok().and_then(|n| u32::try_from(n).ok());
    parsed.ok_or_else(|| ModelError::WrongType(name.to_owned(), "uint32"))
}

fn priv_version(value: &str) -> Result<PrivVersion, ModelError> {
    match value {
        "v1.9.1" => Ok(PrivVersion::V1_09_1),
        "v1.10.0" => Ok(PrivVersion::V1_10),
        "v1.11.0" => Ok(PrivVersion::V1_11),
        "v1.12.0" => Ok(PrivVersion::V1_12),
        _ => Err(ModelError::NoPrivVersion(value.to_owned())),
    }
}

/// Sets a property of `model`, which was made from `row`.
pub(super) fn set(model: &mut Model, row: &CpuModel, name: &str, value: &str) -> Result<(), ModelError> {
    let of_row = |p: &&Property| p.name == name && (row.configurable || !p.configurable_only);
    let property = PROPERTIES.iter().find(of_row).ok_or_else(|| ModelError::NoProperty(name.to_owned()))?;
    let switch = |set: ExtSet, exts, on| if on { set.with(exts) } else { set.without(exts) };
    match property.effect {
        Effect::Exts(exts) => model.exts = switch(model.exts, exts, boolean(name, value)?),
        Effect::Absent if boolean(name, value)? => return Err(ModelError::NotImplemented(name.to_owned())),
        Effect::Absent => {}
        Effect::Pmp => model.pmp = boolean(name, value)?,
        Effect::Mmu if boolean(name, value)? => {}
        Effect::Mmu => model.exts = model.exts.without(&[Sv32, Sv39, Sv48, Sv57]),
        Effect::PrivSpec => model.priv_version = priv_version(value)?,
        Effect::Vendor => model.mvendorid = number32(name, value)?,
        Effect::Arch => model.marchid = model.cut(number(name, value)?),
        Effect::Implementation => model.mimpid = model.cut(number(name, value)?),
        Effect::ResetVector => model.reset_vector = model.cut(number(name, value)?),
    }
    Ok(())
}

/// Extensions that need another one, or exclude it.
pub(super) fn check(model: &Model) -> Result<(), ModelError> {
    let rules: &[(bool, &str)] = &[
        (model.has(I) && model.has(E), "I and E extensions are incompatible"),
        (!model.has(I) && !model.has(E), "Either I or E extension must be set"),
        (model.has(S) && !model.has(U), "Setting S extension without U extension is illegal"),
        (model.has(F) && !model.has(Zicsr), "F extension requires Zicsr"),
        (model.has(D) && !model.has(F), "D extension requires F extension"),
        (
            model.xlen() == 32 && [Sv39, Sv48, Sv57].into_iter().any(|e| model.has(e)),
            "sv39, sv48 and sv57 are for RV64",
        ),
        (model.xlen() == 64 && model.has(Sv32), "sv32 is for RV32"),
    ];
    match rules.iter().find(|r| r.0) {
        Some((_, why)) => Err(ModelError::Conflict(why)),
        None => Ok(()),
    }
}
