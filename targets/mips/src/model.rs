//! CPU models as data: names and figures are those of QEMU 4.2's models (as 7.2 shows them to a guest).
//!
//! Volume III, "Configuration Register" to "Configuration Register 5", "Processor Identification", and the cores' own manuals.

mod table;

use bits::{Endian, bit, field};

use crate::ext::{Ext, ExtSet};

pub use table::{MODELS_32, MODELS_64};

/// A row of the model table. All words are those after reset, with Config0.BE = 0.
#[derive(Debug)]
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Architecture levels and extensions.
    pub exts: ExtSet,
    /// Processor identification.
    pub prid: u32,
    /// Config0 to Config5.
    pub config: [u32; 6],
    /// Bits of Config5 that can be written.
    pub config5_rw: u32,
    /// Entries of the TLB; 0 with a fixed mapping.
    pub tlb_entries: u32,
    /// Bits of Status that can be written.
    pub status_rw: u32,
    /// Floating-point implementation register; 0 without a floating-point unit.
    pub fir: u32,
    /// Bits of FCSR that can be written, and those that are always set.
    pub fcsr: (u32, u32),
    /// Bits of a virtual address within a 64-bit segment; 32 on 32-bit CPUs.
    pub segment_bits: u32,
    /// Bits of a physical address.
    pub phys_bits: u32,
    /// Reset value of PageGrain, and the bits of it that can be written.
    pub page_grain: (u32, u32),
    /// Bits of EBase that can be written, apart from the write gate.
    pub ebase_rw: u32,
    /// Bits of HWREna that can be written.
    pub hwrena_rw: u32,
    /// Reset value of SRSCtl, which holds the number of shadow sets.
    pub srsctl: u32,
}

/// A CPU model with its byte order: what is built into a CPU.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    row: &'static CpuModel,
    width: u32,
    endian: Endian,
    /// Frequency of Count in Hz; the board's matter.
    pub count_hz: u64,
    /// Physical address of the coherence manager's global control block, as CMGCRBase tells it; the board's matter.
    pub gcr_base: u64,
}

/// A model can't be made of what was asked for. The texts are QEMU's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// Not of the form `key=value`.
    #[error("Expected key=value format, found {0}.")]
    NoValue(String),
    /// The models have no properties.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
}

/// Count of QEMU's boards: half of a clock of 200 MHz.
const COUNT_HZ: u64 = 100_000_000;
/// Where the coherence manager's control block lies after reset (*I6400 Multiprocessing System Software User's Guide*, "GCR_BASE").
const GCR_BASE: u64 = 0x1fbf_8000;

/// The models of a target whose general registers have this width, 32 or 64, in the order of QEMU's list.
pub fn models(width: u32) -> Vec<&'static CpuModel> {
    let wide: &[CpuModel] = if width == 64 { MODELS_64 } else { &[] };
    MODELS_32.iter().chain(wide).collect()
}

impl Model {
    /// The model that the argument of `-cpu` names, on a target with registers of `width` bits (32 or 64) and this byte order.
    ///
    /// # Errors
    /// When there is no such model, or a property is named: there are none.
    pub fn parse(width: u32, endian: Endian, text: &str) -> Result<Model, ModelError> {
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        if let Some(rest) = parts.next() {
            let (key, _) = rest.split_once('=').ok_or_else(|| ModelError::NoValue(rest.to_owned()))?;
            return Err(ModelError::NoProperty(key.to_owned()));
        }
        let row = models(width).into_iter().find(|m| m.name == name);
        let row = row.ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        Ok(Model { row, width, endian, count_hz: COUNT_HZ, gcr_base: GCR_BASE })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.row.name
    }

    /// The row of the table.
    pub fn row(&self) -> &'static CpuModel {
        self.row
    }

    /// Width of the target's general registers, 32 or 64. A 32-bit model on a 64-bit target keeps its registers sign-extended.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The byte order.
    pub fn endian(&self) -> Endian {
        self.endian
    }

    /// Whether the model has an extension.
    pub fn has(&self, ext: Ext) -> bool {
        self.row.exts.has(ext)
    }

    /// Whether the model is a 64-bit one.
    pub fn is_64(&self) -> bool {
        self.has(Ext::W64)
    }

    /// Whether this is Release 6.
    pub fn is_r6(&self) -> bool {
        self.has(Ext::R6)
    }

    /// All extensions.
    pub fn exts(&self) -> ExtSet {
        self.row.exts
    }

    /// Whether the model has the configuration register `n`, by the chain of M bits.
    pub fn has_config(&self, n: usize) -> bool {
        n == 0 || self.row.config[..n].iter().all(|c| bit(u64::from(*c), 31))
    }

    /// Bit `n` of configuration register `reg`, 0 if the register is not there.
    pub fn config_bit(&self, reg: usize, n: u32) -> bool {
        self.has_config(reg) && bit(u64::from(self.row.config[reg]), n)
    }

    /// Whether addresses are mapped without a TLB (Config0.MT = 3).
    pub fn is_fixed_mapping(&self) -> bool {
        field(u64::from(self.row.config[0]), 7, 3) == 3
    }

    /// Whether pages can be protected against reads and execution (Config3.RXI).
    pub fn has_rixi(&self) -> bool {
        self.config_bit(3, 12)
    }

    /// Whether other CPUs of a board may start and stop this one: MT, or a coherence manager.
    pub(crate) fn has_neighbours(&self) -> bool {
        self.has(Ext::Mt) || self.config_bit(3, 29)
    }

    /// Whether there are virtual processors (Config5.VP).
    pub(crate) fn has_vp(&self) -> bool {
        self.config_bit(5, 7)
    }

    /// Whether NaNs are those of IEEE 754-2008, in all its modes.
    pub fn is_nan2008(&self) -> bool {
        self.row.fcsr.1 >> 18 & 1 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_name() {
        let model = Model::parse(32, Endian::Big, "24Kf").unwrap();
        assert_eq!((model.name(), model.is_64(), model.has(Ext::Fpu)), ("24Kf", false, true));
        assert!(Model::parse(64, Endian::Little, "24Kf").is_ok());
        assert!(Model::parse(32, Endian::Big, "5Kc").is_err());
        let text = |t: &str| Model::parse(64, Endian::Big, t).unwrap_err().to_string();
        assert_eq!(text("nope"), "unable to find CPU model 'nope'");
        assert_eq!(text("24Kf,x"), "Expected key=value format, found x.");
        assert_eq!(text("24Kf,x=1"), "Property '.x' not found");
    }
}
