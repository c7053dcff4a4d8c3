//! CPU models: QEMU 4.2's, by name and version, with properties as `-cpu` takes them.
//!
//! [`features`] says what feature bits there are and which of them are implemented, [`table`] what each model has, [`leaves`] what CPUID
//! makes of it. What a model has and this crate has not is filtered out, and the user is told.

pub mod features;
mod leaves;
pub mod properties;
mod shape;
pub mod table;
pub mod xsave;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub use features::{FeatureWords, WORDS, word};
pub use leaves::{CpuidEnv, ShownCache};
pub use shape::{ALONE, Shape};
use table::{ALIASES, NAMES, ROWS, Row};

/// A model as a CPU has it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Width of the target, 32 or 64: which register table debuggers see.
    pub bits: u32,
    /// Features.
    pub features: FeatureWords,
    /// Features that were asked for and are not implemented.
    pub filtered: FeatureWords,
    /// Features as they were asked for.
    pub wanted: FeatureWords,
    /// Features that were switched on by name.
    pub named: FeatureWords,
    /// What it shows.
    pub show: Show,
    /// Family as CPUID 1 composes it.
    pub family: u32,
    /// Model number.
    pub model: u32,
    /// Stepping.
    pub stepping: u32,
    /// Vendor, 12 letters.
    pub vendor: [u8; 12],
    /// Greatest standard leaf.
    pub level: u32,
    /// Greatest extended leaf; 0 when there is none.
    pub xlevel: u32,
    /// Brand string.
    pub model_id: String,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Names of the models, in the order of `-cpu help`.
pub static MODELS: &[&str] = NAMES;

/// A `-cpu` argument that means nothing. The texts are QEMU 4.2's.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("unable to find CPU model '{0}'")]
    Unknown(String),
    /// The host's CPU can't be had.
    #[error("CPU model 'host' requires KVM")]
    Host,
    /// `+name` or `-name` of no feature.
    #[error("Property '.{0}' not found")]
    Feature(String),
    /// `name=value` of no property, or with a value that it can't have.
    #[error("can't apply global {kind}.{name}={value}: {why}")]
    Property {
        /// Type of the CPU.
        kind: String,
        /// The property.
        name: String,
        /// Its value.
        value: String,
        /// What is wrong.
        why: String,
    },
    /// Features are missing, and `enforce` was given.
    #[error("TCG doesn't support requested features")]
    Enforced,
}

/// What a CPU shows of what is implemented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    /// What QEMU 4.2's TCG has, too, and what was asked for by name.
    Tcg,
    /// Everything.
    All,
}

/// What of 0x8000_0001 EDX repeats leaf 1 on AMD's processors.
const AMD_ALIASES: u32 = 0x0183_f3ff;
/// Long mode and SYSCALL, which 32-bit targets don't have.
const ONLY_64: u32 = 1 << 29 | 1 << 11;
/// Properties that are read and have no effect here, with what their values are.
const IGNORED: [(&str, bool); 18] = [
    ("check", true),
    ("pmu", true),
    ("l3-cache", true),
    ("legacy-cache", true),
    ("host-cache-info", true),
    ("host-phys-bits", true),
    ("fill-mtrr-mask", true),
    ("full-cpuid-auto-level", true),
    ("migratable", true),
    ("kvm", true),
    ("kvm-no-smi-migration", true),
    ("cpuid-0xb", true),
    ("tcg-cpuid", true),
    ("vmware-cpuid-freq", true),
    ("hv-relaxed", true),
    ("phys-bits", false),
    ("tsc-frequency", false),
    ("tsc-freq", false),
];

fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "yes" | "true" | "y" => Some(true),
        "off" | "no" | "false" | "n" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The row that a name means: a version, or a model, which stands for its first one.
fn find(name: &str) -> Option<(&'static str, Option<&'static Row>)> {
    let name = NAMES.iter().find(|have| **have == name)?;
    let version = ALIASES.iter().find(|(alias, _)| alias == name).map(|(_, version)| *version);
    let row = |wanted: &str| ROWS.iter().find(|row| row.name == wanted);
    Some((name, version.and_then(row).or_else(|| row(name)).or_else(|| row(&format!("{name}-v1")))))
}

/// The version that a model's name stands for, if it is not one itself.
pub fn alias_of(name: &str) -> Option<&'static str> {
    find(name)?.1.map(|row| row.name).filter(|version| *version != name)
}

impl Model {
    /// The model that `-cpu text` means, for a target of `bits` bits, as it shows under QEMU 4.2's TCG.
    ///
    /// # Errors
    /// When no model has that name, or a property is none.
    pub fn parse(bits: u32, text: &str) -> Result<Model, ModelError> {
        Model::parse_to_show(bits, text, Show::Tcg)
    }

    /// The model that `-cpu text` means.
    ///
    /// # Errors
    /// As those of [`Model::parse`].
    pub fn parse_to_show(bits: u32, text: &str, show: Show) -> Result<Model, ModelError> {
        let mut parts = text.split(',');
        let mut model = Model::plain(bits, parts.next().unwrap_or_default(), show)?;
        let (mut plus, mut minus, mut enforce) = (Vec::new(), Vec::new(), false);
        for part in parts.filter(|part| !part.is_empty()) {
            let bit = |name: &str| features::find(name).ok_or_else(|| ModelError::Feature(name.into()));
            if let Some(name) = part.strip_prefix('+') {
                plus.push(bit(name)?);
            } else if let Some(name) = part.strip_prefix('-') {
                minus.push(bit(name)?);
            } else {
                let (name, value) = part.split_once('=').unwrap_or((part, "on"));
                enforce |= model.set(name, value)?;
            }
        }
        plus.iter().for_each(|&(word, bit)| model.switch(word, bit, true));
        minus.iter().for_each(|&(word, bit)| model.switch(word, bit, false));
        model.complete();
        if enforce && model.filtered != FeatureWords::default() {
            return Err(ModelError::Enforced);
        }
        Ok(model)
    }

    /// A model without properties, and with all its features.
    fn plain(bits: u32, text: &str, show: Show) -> Result<Model, ModelError> {
        let (name, row) = find(text).ok_or_else(|| ModelError::Unknown(text.into()))?;
        let mut model = Model {
            name,
            bits,
            features: FeatureWords::default(),
            filtered: FeatureWords::default(),
            wanted: FeatureWords::default(),
            named: FeatureWords::default(),
            show,
            family: 0,
            model: 0,
            stepping: 0,
            vendor: [0; 12],
            level: 0,
            xlevel: 0,
            model_id: String::new(),
            warnings: Vec::new(),
        };
        match (name, row) {
            (_, Some(row)) => {
                row.features.iter().for_each(|&(word, bits)| model.features.0[word] = bits);
                (model.family, model.model, model.stepping) = row.signature;
                model.vendor.copy_from_slice(&row.vendor.as_bytes()[..12]);
                (model.level, model.xlevel) = row.levels;
                model.model_id = row.id.into();
            }
            ("max", None) => {
                (model.family, model.model, model.stepping) = (6, 6, 3);
                model.vendor = *b"AuthenticAMD";
                (model.level, model.xlevel) = (0xd, 0x8000_000a);
                model.model_id = "QEMU TCG CPU version 2.5+".into();
                for (n, row) in WORDS.iter().enumerate() {
                    let shown = if show == Show::Tcg { row.tcg } else { u32::MAX };
                    model.features.0[n] = model.available(n) & shown;
                }
            }
            ("host", None) => return Err(ModelError::Host),
            // The base of nothing, for management to build upon.
            _ => {}
        }
        Ok(model)
    }

    /// Sets a property; whether it was `enforce`, and on.
    fn set(&mut self, name: &str, value: &str) -> Result<bool, ModelError> {
        let given = name;
        let name = &name.replace('_', "-");
        let suffix = if self.bits == 64 { "x86_64" } else { "i386" };
        let fault = |why: String| ModelError::Property {
            kind: format!("{}-{suffix}-cpu", self.name),
            name: given.into(),
            value: value.into(),
            why,
        };
        let not_bool = |name: &str| fault(format!("Invalid parameter type for '{name}', expected: boolean"));
        let not_int = || fault(format!("Parameter '{name}' expects uint32"));
        if let Some((word, bit)) = features::find(name) {
            let canonical = WORDS[word].name(bit).unwrap_or(name);
            let on = switch(value).ok_or_else(|| not_bool(canonical))?;
            self.switch(word, bit, on);
            return Ok(false);
        }
        match name.as_str() {
            "enforce" => return switch(value).ok_or_else(|| not_bool(name)),
            "family" => self.family = number(value).ok_or_else(not_int)?,
            "model" => self.model = number(value).ok_or_else(not_int)?,
            "stepping" => self.stepping = number(value).ok_or_else(not_int)?,
            "level" | "min-level" => self.level = number(value).ok_or_else(not_int)?,
            "xlevel" | "min-xlevel" => self.xlevel = number(value).ok_or_else(not_int)?,
            "model-id" => self.model_id = value.into(),
            "vendor" if value.len() == 12 => self.vendor.copy_from_slice(value.as_bytes()),
            "vendor" => return Err(fault(format!("Property '.vendor' doesn't take value '{value}'"))),
            _ => {
                let known = IGNORED.iter().find(|(have, _)| have == name);
                let &(_, is_bool) = known.ok_or_else(|| fault(format!("Property '.{given}' not found")))?;
                if is_bool && switch(value).is_none() {
                    return Err(not_bool(name));
                }
            }
        }
        Ok(false)
    }

    fn switch(&mut self, word: usize, bit: u32, on: bool) {
        for words in [&mut self.features, &mut self.named] {
            words.0[word] = words.0[word] & !(1 << bit) | u32::from(on) << bit;
        }
    }

    /// What may be shown of word `n`.
    fn available(&self, n: usize) -> u32 {
        let row = &WORDS[n];
        let not_here = if self.bits == 32 && n == word::F8_EDX { ONLY_64 } else { 0 };
        let shown = if self.show == Show::All { u32::MAX } else { row.tcg | self.named.0[n] };
        row.has & shown & !not_here
    }

    /// Fills in what follows from the rest, and filters out what is not implemented.
    fn complete(&mut self) {
        let f = &mut self.features.0;
        if matches!(&self.vendor, b"AuthenticAMD" | b"HygonGenuine") && f[word::F8_EDX] != 0 {
            f[word::F8_EDX] = f[word::F8_EDX] & !AMD_ALIASES | f[word::F1_EDX] & AMD_ALIASES;
        }
        self.features.0[word::XSAVE_LOW] = xsave::of_features(&self.features);
        self.features.0[word::XSAVE_HIGH] = 0;
        self.wanted = self.features;
        for (n, row) in WORDS.iter().enumerate() {
            let missing = self.features.0[n] & !self.available(n);
            self.filtered.0[n] = missing;
            self.features.0[n] &= !missing;
            for bit in (0..32).filter(|bit| missing & 1 << bit != 0) {
                let name = row.name(bit).map_or(String::new(), |name| format!(".{name}"));
                let place = match row.is_msr {
                    true => format!("MSR({:02X}H)", row.leaf),
                    false => format!("CPUID.{:02X}H:{}", row.leaf, row.reg.name()),
                };
                self.warnings.push(format!("TCG doesn't support requested feature: {place}{name} [bit {bit}]"));
            }
        }
        let needs = |n: usize, leaf: u32| if self.features.0[n] != 0 { leaf } else { 0 };
        let standard =
            [needs(word::F7_EBX, 7), needs(word::F7_ECX, 7), needs(word::F6_EAX, 6), needs(word::FD1_EAX, 0xd)];
        self.level = standard.into_iter().fold(self.level, u32::max);
        let extended =
            [needs(word::F8_EDX, 0x8000_0001), needs(word::F8_ECX, 0x8000_0001), needs(word::F87_EDX, 0x8000_0007)];
        let has = |bit: u32, leaf: u32| if self.has(word::F8_ECX, bit) { leaf } else { 0 };
        let extended = extended.into_iter().chain([has(2, 0x8000_000a), has(22, 0x8000_001e)]);
        self.xlevel = extended.fold(self.xlevel, u32::max);
    }

    /// Names of the features that were filtered out, in QEMU's order.
    pub fn unavailable(&self) -> Vec<&'static str> {
        let words = WORDS.iter().zip(self.filtered.0);
        words
            .flat_map(|(row, bits)| row.bits().filter(move |(_, bit)| bits >> bit & 1 != 0))
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether bit `bit` of feature word `word` is set.
    pub fn has(&self, word: usize, bit: u32) -> bool {
        self.features.0[word] >> bit & 1 != 0
    }

    /// Whether the model has long mode.
    pub fn long_mode(&self) -> bool {
        self.has(word::F8_EDX, 29)
    }

    /// Whether it calls itself Intel's.
    pub fn is_intel(&self) -> bool {
        &self.vendor == b"GenuineIntel"
    }

    /// The vendor as CPUID's EBX, ECX and EDX have it.
    fn vendor_words(&self) -> [u32; 3] {
        let at = |n: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| self.vendor[n + byte]));
        [at(0), at(8), at(4)]
    }

    /// CPUID 1, EAX: family, model and stepping; EDX after reset.
    pub fn signature(&self) -> u32 {
        let (base, extended) = if self.family > 15 { (15, self.family - 15) } else { (self.family, 0) };
        extended << 20 | (self.model >> 4 & 15) << 16 | base << 8 | (self.model & 15) << 4 | self.stepping & 15
    }
}
