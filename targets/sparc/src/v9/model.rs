//! CPU models: names, windows, trap levels, VER, and what is built in.
//!
//! Names and numbers are those of QEMU 4.2's `-cpu help`; VER is "Version Register (VER)", V9: manufacturer, implementation and mask from
//! bit 63 down, MAXTL, MAXWIN.

use super::ext::{Ext, ExtSet};

/// What is wrong with a model's name or properties.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// There is no such model.
    #[error("unable to find CPU model '{0}'; -cpu help lists them")]
    NoModel(String),
    /// A property's value is none.
    #[error("CPU property '{0}' is 'on' or 'off'")]
    NoValue(String),
    /// There is no such property.
    #[error("CPU model has no property '{0}'")]
    NoProperty(String),
}

/// A row of the model table.
#[derive(Clone, Copy, Debug)]
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Number of register windows.
    pub windows: u32,
    /// MAXTL.
    pub maxtl: u32,
    /// Manufacturer, implementation and mask version of VER.
    pub version: u64,
    /// Which chip's MMU it has.
    pub mmu: Mmu,
    exts: ExtSet,
}

/// Variants of the MMU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mmu {
    /// UltraSPARC I and II: 64 entries each for instructions and data.
    Us12,
    /// UltraSPARC III: the same as far as software sees that goes by the old registers.
    Us3,
    /// sun4v: hypervisor.
    Sun4v,
}

const BASE: ExtSet = ExtSet::of(&[Ext::V9, Ext::Fpu, Ext::Privileged, Ext::Vis1, Ext::Vis2, Ext::Stick]);
const HYPER: ExtSet = BASE.with(&[Ext::Sun4v, Ext::Hyper]);

const fn row(name: &'static str, version: u64, mmu: Mmu, windows: u32, maxtl: u32) -> CpuModel {
    CpuModel { name, windows, maxtl, version, mmu, exts: if matches!(mmu, Mmu::Sun4v) { HYPER } else { BASE } }
}

const fn ver(manufacturer: u64, implementation: u64, mask: u64) -> u64 {
    manufacturer << 48 | implementation << 32 | mask << 24
}

/// All models.
pub static MODELS: &[CpuModel] = &[
    row("Fujitsu Sparc64", ver(0x04, 0x02, 0), Mmu::Us12, 4, 4),
    row("Fujitsu Sparc64 III", ver(0x04, 0x03, 0), Mmu::Us12, 5, 4),
    row("Fujitsu Sparc64 IV", ver(0x04, 0x04, 0), Mmu::Us12, 8, 5),
    row("Fujitsu Sparc64 V", ver(0x04, 0x05, 0x51), Mmu::Us12, 8, 5),
    row("TI UltraSparc I", ver(0x17, 0x10, 0x40), Mmu::Us12, 8, 5),
    row("TI UltraSparc II", ver(0x17, 0x11, 0x20), Mmu::Us12, 8, 5),
    row("TI UltraSparc IIi", ver(0x17, 0x12, 0x91), Mmu::Us12, 8, 5),
    row("TI UltraSparc IIe", ver(0x17, 0x13, 0x14), Mmu::Us12, 8, 5),
    row("Sun UltraSparc III", ver(0x3e, 0x14, 0x34), Mmu::Us12, 8, 5),
    row("Sun UltraSparc III Cu", ver(0x3e, 0x15, 0x41), Mmu::Us3, 8, 5),
    row("Sun UltraSparc IIIi", ver(0x3e, 0x16, 0x34), Mmu::Us12, 8, 5),
    row("Sun UltraSparc IV", ver(0x3e, 0x18, 0x31), Mmu::Us3, 8, 5),
    row("Sun UltraSparc IV plus", ver(0x3e, 0x19, 0x22), Mmu::Us12, 8, 5),
    row("Sun UltraSparc IIIi plus", ver(0x3e, 0x22, 0), Mmu::Us3, 8, 5),
    row("Sun UltraSparc T1", ver(0x3e, 0x23, 0x02), Mmu::Sun4v, 8, 6),
    row("Sun UltraSparc T2", ver(0x3e, 0x24, 0x02), Mmu::Sun4v, 8, 6),
    row("NEC UltraSparc I", ver(0x22, 0x10, 0x40), Mmu::Us12, 8, 5),
];

/// A CPU model, as `-cpu` chose it.
#[derive(Clone, Debug)]
pub struct Model {
    row: &'static CpuModel,
    exts: ExtSet,
    /// Where power-on reset begins.
    pub reset_vector: u64,
    /// Where traps in RED_state go: RSTVaddr.
    pub rst_vector: u64,
    /// Frequency of TICK and STICK in Hz.
    pub tick_hz: u64,
}

impl Model {
    /// The model `name`. Properties are `float128`, `vis1` and `vis2`, each `on` or `off`.
    ///
    /// # Errors
    /// When there is no such model or property, or a value is neither `on` nor `off`.
    pub fn new(name: &str, properties: &[(&str, &str)]) -> Result<Model, ModelError> {
        let wanted = name.replace('-', " ");
        let same = |m: &&CpuModel| m.name == name || m.name.replace('+', " plus") == wanted;
        let row = MODELS.iter().find(same).ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        let mut exts = row.exts;
        for (property, value) in properties {
            let ext = match *property {
                "float128" => Ext::Quad,
                "vis1" => Ext::Vis1,
                "vis2" => Ext::Vis2,
                _ => return Err(ModelError::NoProperty((*property).to_owned())),
            };
            exts = match *value {
                "on" => exts.with(&[ext]),
                "off" => exts.without(&[ext]),
                _ => return Err(ModelError::NoValue((*property).to_owned())),
            };
        }
        let rst_vector = if row.mmu == Mmu::Sun4v { 0xffff_ffff_fff0_0000 } else { 0x1ff_f000_0000 };
        Ok(Model { row, exts, reset_vector: rst_vector + 0x20, rst_vector, tick_hz: 100_000_000 })
    }

    /// The row of the table.
    pub fn row(&self) -> &'static CpuModel {
        self.row
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.row.name
    }

    /// Number of register windows.
    pub fn windows(&self) -> u32 {
        self.row.windows
    }

    /// MAXTL.
    pub fn maxtl(&self) -> u32 {
        self.row.maxtl
    }

    /// Whether it has a feature.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// All its features.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// VER.
    pub fn ver(&self) -> u64 {
        self.row.version | u64::from(self.row.maxtl) << 8 | u64::from(self.row.windows - 1)
    }
}
