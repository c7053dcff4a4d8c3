//! CPU models, and their properties, as data.
//!
//! Names, features and messages are those of QEMU 4.2 (`-cpu`); `rv32` and `rv64` have the defaults of QEMU 7.2, with properties to
//! turn features on and off.

mod props;

pub use props::{ModelError, PROPERTIES, Property, PropertyKind};

use crate::ext::{Ext, ExtSet};
use crate::trap::irq;

/// Version of the privileged architecture that a hart follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum PrivVersion {
    /// 1.9.1: `mstatus.VM`, `sptbr`, `mucounteren`.
    V1_09_1,
    /// 1.10.
    V1_10,
    /// 1.11: `mcountinhibit`.
    V1_11,
    /// 1.12: `menvcfg`, `mstatush`, MPRV cleared by trap returns.
    V1_12,
}

/// A CPU model with its properties: what is built into a hart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    name: &'static str,
    exts: ExtSet,
    priv_version: PrivVersion,
    pmp: bool,
    mvendorid: u32,
    marchid: u64,
    mimpid: u64,
    reset_vector: u64,
    /// Frequency of `time` in Hz; the board's matter.
    pub timebase_hz: u64,
}

/// A row of the model table.
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    exts: ExtSet,
    priv_version: PrivVersion,
    /// Its extensions can be chosen by properties.
    pub configurable: bool,
}

use Ext::*;

const UNITS: &[Ext] = &[I, M, A, C, U, Zicsr, Zifencei, Zicntr, Zihpm];
const RV32_IMACU: ExtSet = ExtSet::of(UNITS).with(&[Rv32]);
const RV64_IMACU: ExtSet = ExtSet::of(UNITS).with(&[Rv64]);
const RV32_ANY: ExtSet = RV32_IMACU.with(&[F, D]);
const RV64_ANY: ExtSet = RV64_IMACU.with(&[F, D]);
const RV32_GCSU: ExtSet = RV32_ANY.with(&[S, Sv32]);
const RV64_GCSU: ExtSet = RV64_ANY.with(&[S, Sv39, Sv48, Sv57]);
/// What `rv32` and `rv64` have beyond GC, S and U.
const EXTRAS: &[Ext] = &[Zba, Zbb, Zbc, Zbs, Zihintpause, Sstc];

const fn fixed(name: &'static str, doc: &'static str, exts: ExtSet, priv_version: PrivVersion) -> CpuModel {
    CpuModel { name, doc, exts, priv_version, configurable: false }
}

/// The models of RV32 harts, in the order of QEMU's list.
pub static MODELS_32: &[CpuModel] = &[
    fixed("any", "RV32GC without S-mode", RV32_ANY, PrivVersion::V1_11),
    CpuModel {
        configurable: true,
        ..fixed("rv32", "RV32GC, configurable", RV32_GCSU.with(EXTRAS), PrivVersion::V1_12)
    },
    fixed("rv32gcsu-v1.10.0", "RV32GC, privileged architecture 1.10", RV32_GCSU, PrivVersion::V1_10),
    fixed("rv32gcsu-v1.9.1", "RV32GC, privileged architecture 1.9.1", RV32_GCSU, PrivVersion::V1_09_1),
    fixed("rv32imacu-nommu", "RV32IMAC without S-mode", RV32_IMACU, PrivVersion::V1_10),
    fixed("sifive-e31", "SiFive E31: RV32IMAC", RV32_IMACU, PrivVersion::V1_10),
    fixed("sifive-u34", "SiFive U34: RV32GC", RV32_GCSU, PrivVersion::V1_10),
];

/// The models of RV64 harts, in the order of QEMU's list.
pub static MODELS_64: &[CpuModel] = &[
    fixed("any", "RV64GC without S-mode", RV64_ANY, PrivVersion::V1_11),
    CpuModel {
        configurable: true,
        ..fixed("rv64", "RV64GC, configurable", RV64_GCSU.with(EXTRAS), PrivVersion::V1_12)
    },
    fixed("rv64gcsu-v1.10.0", "RV64GC, privileged architecture 1.10", RV64_GCSU, PrivVersion::V1_10),
    fixed("rv64gcsu-v1.9.1", "RV64GC, privileged architecture 1.9.1", RV64_GCSU, PrivVersion::V1_09_1),
    fixed("rv64imacu-nommu", "RV64IMAC without S-mode", RV64_IMACU, PrivVersion::V1_10),
    fixed("sifive-e51", "SiFive E51: RV64IMAC", RV64_IMACU, PrivVersion::V1_10),
    fixed("sifive-u54", "SiFive U54: RV64GC", RV64_GCSU, PrivVersion::V1_10),
];

/// Where harts begin after reset unless the model or the board says otherwise.
const RESET_VECTOR: u64 = 0x1000;
/// Timebase of the boards of QEMU.
const TIMEBASE_HZ: u64 = 10_000_000;

/// The models of harts with this XLEN, 32 or 64.
pub fn models(xlen: u32) -> &'static [CpuModel] {
    if xlen == 32 { MODELS_32 } else { MODELS_64 }
}

impl Model {
    /// The model `name` of harts with this XLEN, 32 or 64, with properties (name and value) as `-cpu` takes them.
    ///
    /// # Errors
    /// When there is no such model or property, a value is none, or the extensions do not go together.
    pub fn new(xlen: u32, name: &str, properties: &[(&str, &str)]) -> Result<Model, ModelError> {
        let row = models(xlen).iter().find(|m| m.name == name).ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        let mut model = Model {
            name: row.name,
            exts: row.exts,
            priv_version: row.priv_version,
            pmp: true,
            mvendorid: 0,
            marchid: 0,
            mimpid: 0,
            reset_vector: RESET_VECTOR,
            timebase_hz: TIMEBASE_HZ,
        };
        for (property, value) in properties {
            props::set(&mut model, row, property, value)?;
        }
        props::check(&model)?;
        Ok(model)
    }

    /// A model from the argument of `-cpu`: a name, then properties as `,key=value`.
    ///
    /// # Errors
    /// Those of [`Model::new`], and when something is no `key=value`.
    pub fn parse(xlen: u32, text: &str) -> Result<Model, ModelError> {
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        let pairs = parts.map(|p| p.split_once('=').ok_or_else(|| ModelError::NoValue(p.to_owned())));
        Model::new(xlen, name, &pairs.collect::<Result<Vec<_>, _>>()?)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// XLEN: 32 or 64.
    pub fn xlen(&self) -> u32 {
        if self.exts.has(Rv32) { 32 } else { 64 }
    }

    /// The low XLEN bits of `value`.
    pub fn cut(&self, value: u64) -> u64 {
        value & bits::mask(self.xlen())
    }

    /// Whether the hart has an extension.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// All extensions of the hart.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// Version of the privileged architecture.
    pub fn priv_version(&self) -> PrivVersion {
        self.priv_version
    }

    /// Whether there is a user mode.
    pub fn has_u(&self) -> bool {
        self.has(U)
    }

    /// Whether there is a supervisor mode.
    pub fn has_s(&self) -> bool {
        self.has(S)
    }

    /// Whether the hart has this privilege mode.
    pub fn has_priv(&self, prv: crate::csr::Priv) -> bool {
        match prv {
            crate::csr::Priv::U => self.has_u(),
            crate::csr::Priv::S => self.has_s(),
            crate::csr::Priv::M => true,
        }
    }

    /// Whether there is address translation.
    pub fn has_mmu(&self) -> bool {
        self.has_s() && [Sv32, Sv39, Sv48, Sv57].into_iter().any(|e| self.has(e))
    }

    /// Whether there is physical memory protection.
    pub fn has_pmp(&self) -> bool {
        self.pmp
    }

    /// Whether the counters can be read by their user-level numbers.
    pub fn has_counters(&self) -> bool {
        self.has(Zicntr)
    }

    /// Whether there is `stimecmp`.
    pub fn has_sstc(&self) -> bool {
        self.has_s() && self.has(Sstc) && self.priv_version >= PrivVersion::V1_12
    }

    /// Whether trap returns to a mode below M clear MPRV.
    pub(crate) fn xret_clears_mprv(&self) -> bool {
        self.priv_version >= PrivVersion::V1_12
    }

    /// The bits of an instruction's address: all are multiples of 2, or of 4 without compressed instructions.
    pub(crate) fn pc_mask(&self) -> u64 {
        if self.has(C) { !1 } else { !3 }
    }

    /// The interrupts that the hart has.
    pub(crate) fn interrupts(&self) -> u64 {
        if self.has_s() { irq::MACHINE | irq::SUPERVISOR } else { irq::MACHINE }
    }

    /// The fields that `menvcfg` and `senvcfg` have in common: FIOM, and the enables of cache-block instructions. Nothing is reordered
    /// here, so that FIOM is only kept.
    pub(crate) fn envcfg(&self) -> u64 {
        const FIOM: u64 = 1 << 0;
        const CBIE: u64 = 3 << 4;
        const CBCFE: u64 = 1 << 6;
        const CBZE: u64 = 1 << 7;
        let with = |ext, mask| if self.has(ext) { mask } else { 0 };
        FIOM | with(Zicbom, CBIE | CBCFE) | with(Zicboz, CBZE)
    }

    /// `misa`.
    pub fn misa(&self) -> u64 {
        let letters = [(A, 'A'), (C, 'C'), (D, 'D'), (E, 'E'), (F, 'F'), (I, 'I'), (M, 'M'), (S, 'S'), (U, 'U')];
        let present = letters.into_iter().filter(|(ext, _)| self.has(*ext));
        let set = present.fold(0, |bits, (_, letter)| bits | 1 << (letter as u32 - 'A' as u32));
        let mxl = u64::from(self.xlen() / 32);
        set | mxl << (self.xlen() - 2)
    }

    /// `mvendorid`.
    pub fn mvendorid(&self) -> u64 {
        u64::from(self.mvendorid)
    }

    /// `marchid`.
    pub fn marchid(&self) -> u64 {
        self.marchid
    }

    /// `mimpid`.
    pub fn mimpid(&self) -> u64 {
        self.mimpid
    }

    /// Where the hart begins after reset.
    pub fn reset_vector(&self) -> u64 {
        self.reset_vector
    }
}
