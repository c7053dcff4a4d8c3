//! CPU models as data: names are those of QEMU 4.2 (`-cpu`).
//!
//! A model has a machine type and the facilities of its generation, as far as they are implemented here: what a facility's bit
//! promises is there.

use std::sync::{Arc, OnceLock};

use crate::execute::Executor;
use crate::ext::{Ext, ExtSet};
use crate::features::{self, Feature};

/// A row of the model table.
#[derive(Debug)]
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Machine type, four digits as STORE CPU ID has them.
    pub machine: u16,
    /// Generation: 7 for z900 to 15.
    pub generation: u8,
}

const fn row(name: &'static str, machine: u16, generation: u8) -> CpuModel {
    CpuModel { name, machine, generation }
}

/// All models, in the order of QEMU's list.
pub static MODELS: &[CpuModel] = &[
    row("z800-base", 0x2066, 7),
    row("z890.2-base", 0x2086, 8),
    row("z9EC.2", 0x2094, 9),
    row("z13.2", 0x2964, 13),
    row("z990.5-base", 0x2084, 8),
    row("z9BC-base", 0x2096, 9),
    row("z890.2", 0x2086, 8),
    row("z890", 0x2086, 8),
    row("z9BC", 0x2096, 9),
    row("z196", 0x2817, 11),
    row("z13", 0x2964, 13),
    row("z13s", 0x2965, 13),
    row("z990.3", 0x2084, 8),
    row("z13s-base", 0x2965, 13),
    row("z9EC", 0x2094, 9),
    row("gen15a", 0x8561, 15),
    row("z14ZR1-base", 0x3907, 14),
    row("z14.2-base", 0x3906, 14),
    row("z900.3-base", 0x2064, 7),
    row("z13.2-base", 0x2964, 13),
    row("z196.2-base", 0x2817, 11),
    row("zBC12-base", 0x2828, 12),
    row("z9BC.2-base", 0x2096, 9),
    row("z900.2-base", 0x2064, 7),
    row("z9EC.3", 0x2094, 9),
    row("zEC12", 0x2827, 12),
    row("z900", 0x2064, 7),
    row("z114-base", 0x2818, 11),
    row("zEC12-base", 0x2827, 12),
    row("z10EC.2", 0x2097, 10),
    row("z10EC-base", 0x2097, 10),
    row("z900.3", 0x2064, 7),
    row("z14ZR1", 0x3907, 14),
    row("z10BC", 0x2098, 10),
    row("z10BC.2-base", 0x2098, 10),
    row("z9BC.2", 0x2096, 9),
    row("z990.2", 0x2084, 8),
    row("z990", 0x2084, 8),
    row("z14", 0x3906, 14),
    row("gen15b-base", 0x8562, 15),
    row("z990.4", 0x2084, 8),
    row("max", 0x2964, 13),
    row("z10EC.2-base", 0x2097, 10),
    row("gen15a-base", 0x8561, 15),
    row("z800", 0x2066, 7),
    row("z10EC", 0x2097, 10),
    row("zEC12.2", 0x2827, 12),
    row("z990.2-base", 0x2084, 8),
    row("z900-base", 0x2064, 7),
    row("z10BC.2", 0x2098, 10),
    row("z9EC-base", 0x2094, 9),
    row("z9EC.3-base", 0x2094, 9),
    row("z114", 0x2818, 11),
    row("z890.3", 0x2086, 8),
    row("z196-base", 0x2817, 11),
    row("z9EC.2-base", 0x2094, 9),
    row("z196.2", 0x2817, 11),
    row("z14.2", 0x3906, 14),
    row("z990-base", 0x2084, 8),
    row("z900.2", 0x2064, 7),
    row("z890-base", 0x2086, 8),
    row("z10EC.3", 0x2097, 10),
    row("z14-base", 0x3906, 14),
    row("z990.4-base", 0x2084, 8),
    row("z10EC.3-base", 0x2097, 10),
    row("z10BC-base", 0x2098, 10),
    row("z13-base", 0x2964, 13),
    row("z990.3-base", 0x2084, 8),
    row("zEC12.2-base", 0x2827, 12),
    row("zBC12", 0x2828, 12),
    row("z890.3-base", 0x2086, 8),
    row("z990.5", 0x2084, 8),
    row("gen15b", 0x8562, 15),
    row("qemu", 0x2964, 13),
];

use Ext::*;

/// What each generation brings, of what is implemented.
const BY_GENERATION: &[(u8, &[Ext])] = &[
    (7, &[Z, Etf2]),
    (8, &[Idte, LongDisp, HfpMadd, Etf3, Msa]),
    (9, &[ExtImm, Etf2Enh, Stckf, Etf3Enh, Mvcos]),
    (10, &[GenExt, Exrl, Ectg, Csst, Csst2, Parse, Edat1, CondSske, FpSupport, SenseRunning, Topology, Dfp]),
    (11, &[Z196, FpExt, NonqSske, IpteRange, Lpp, Msa4]),
    (12, &[Zec12, Interlocked2, LocalTlb, Edat2, DfpZoned]),
    (13, &[Loc2, Vector, DfpPacked]),
    (14, &[Misc2, VectorEnh1, VectorBcd, Iep]),
    (15, &[Misc3, VectorBcdEnh1]),
];

/// Facilities with `name=on` or `name=off` applied, or `+name` and `-name`. What is always there can't be taken away, but asking for that is no
/// fault, as with QEMU.
fn switched(exts: ExtSet, property: &str) -> Result<ExtSet, ModelError> {
    let (name, on) = match (property.strip_prefix('+'), property.strip_prefix('-'), property.split_once('=')) {
        (Some(name), ..) => (name, "on"),
        (_, Some(name), _) => (name, "off"),
        (.., Some(pair)) => pair,
        _ => (property, "on"),
    };
    let feature = features::feature(name).ok_or_else(|| ModelError::NoProperty(name.to_owned()))?;
    let on = match on {
        "on" | "yes" | "true" => true,
        "off" | "no" | "false" => false,
        _ => return Err(ModelError::NoSwitch(name.to_owned())),
    };
    match (feature, on) {
        (Feature::Switch(ext), true) => Ok(exts.with(&[ext])),
        (Feature::Switch(ext), false) => Ok(exts.without(&[ext])),
        (Feature::Never, true) => Err(ModelError::Missing(name.to_owned())),
        (Feature::Always, _) | (Feature::Never, false) => Ok(exts),
    }
}

/// A CPU model: what is built in.
pub struct Model {
    name: &'static str,
    machine: u16,
    exts: ExtSet,
    pub(crate) executor: Arc<OnceLock<Executor>>,
}

/// What is wrong with the argument of `-cpu`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No such model.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// No such property.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
    /// A property that is neither on nor off.
    #[error("Parameter '{0}' expects 'on' or 'off'")]
    NoSwitch(String),
    /// A feature that there isn't.
    #[error("Some features requested in the CPU model are not available in the configuration: {0}")]
    Missing(String),
}

impl Model {
    /// The model that `text`, the argument of `-cpu`, names.
    ///
    /// # Errors
    /// When there is no such model, or a property follows that there isn't or that can't be had.
    pub fn parse(text: &str) -> Result<Model, ModelError> {
        let (name, rest) = text.split_once(',').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let row = MODELS.iter().find(|row| row.name == name).ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        // `qemu` and `max` have all there is.
        let all = matches!(name, "qemu" | "max");
        let lists = BY_GENERATION.iter().filter(|(generation, _)| all || *generation <= row.generation);
        let mut exts = lists.fold(ExtSet::EMPTY, |set, (_, list)| set.with(list));
        for property in rest.into_iter().flat_map(|rest| rest.split(',')) {
            exts = switched(exts, property)?;
        }
        Ok(Model { name: row.name, machine: row.machine, exts, executor: Arc::default() })
    }

    /// Whether the model of that name is of a later generation than the one that `qemu` stands for.
    pub fn is_too_new(name: &str) -> bool {
        MODELS.iter().any(|row| row.name == name && row.generation > 13)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Machine type, as four hexadecimal digits show it.
    pub fn machine(&self) -> u16 {
        self.machine
    }

    /// Whether the CPU has a facility.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// All facilities of the CPU.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// The facility list, doublewords from bit 0 on (PoP, "STORE FACILITY LIST EXTENDED").
    pub fn facility_list(&self) -> [u64; 3] {
        let mut list = [0; 3];
        // N3, and z/Architecture installed and active.
        let bits = Ext::ALL.iter().filter(|e| self.has(**e)).map(|e| e.bit());
        // STFLE came with extended immediates; long displacements are as fast as short ones.
        let with = |ext, bit| self.has(ext).then_some(bit);
        let more = [Some(0), Some(1), with(Ext::ExtImm, 7), with(Ext::LongDisp, 19), with(Ext::Dfp, 43)];
        for bit in bits.chain(more.into_iter().flatten()) {
            list[bit as usize / 64] |= 1 << (63 - bit % 64);
        }
        list
    }

    /// What STORE CPU ID stores, for the CPU with this address (PoP, "STORE CPU ID").
    pub fn cpu_id(&self, address: u32) -> u64 {
        u64::from(address & 0xf) << 52 | u64::from(self.machine) << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_switched() {
        let model = |text| Model::parse(text).map(|m| m.exts());
        let all = model("qemu").expect("the default");
        assert!(all.has(Ext::Vector) && !model("qemu,gs=off,vx=off").expect("features").has(Ext::Vector));
        assert!(!model("z900").expect("old").has(Ext::Dfp) && model("z900,dfp=on").expect("with more").has(Ext::Dfp));
        assert_eq!(model("z13,te=on"), Err(ModelError::Missing("te".into())));
        assert_eq!(model("z13,vx=maybe"), Err(ModelError::NoSwitch("vx".into())));
        assert_eq!(model("z13,nope=on"), Err(ModelError::NoProperty("nope".into())));
    }
}
