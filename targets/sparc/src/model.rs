//! CPU models, and their properties, as data.
//!
//! Names, order, version numbers, features and messages are those of QEMU 4.2 (`-cpu`).

use crate::ext::Ext::{self, *};
use crate::ext::ExtSet;

/// A model can't be made of what was asked for. The texts are QEMU's where it has one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// Not of the form `key=value`, `+key` or `-key`.
    #[error("Expected key=value format, found {0}.")]
    NoValue(String),
    /// The model has no such property.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
    /// The value is of another type.
    #[error("Invalid parameter type for '{0}', expected: {1}")]
    WrongType(String, &'static str),
    /// A number of register windows that no CPU can have.
    #[error("Property {0}.nwindows doesn't take value {1} (minimum: 3, maximum: 32)")]
    Windows(&'static str, u64),
}

/// A row of the model table.
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    iu: u64,
    fpu: u32,
    mmu: u32,
    /// Boot mode bit of the control register; the bits that can be written of the context table pointer, of the context and of the
    /// fault status (V8).
    mmu_masks: [u32; 4],
    windows: u32,
    maxtl: u32,
    exts: ExtSet,
}

/// A CPU model with its properties: what is built in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    name: &'static str,
    exts: ExtSet,
    iu_version: u64,
    fpu_version: u32,
    mmu_version: u32,
    mmu_masks: [u32; 4],
    windows: u32,
    maxtl: u32,
    reset_vector: u64,
    reset_g2: u64,
    prom_address: u64,
}

/// Where V8 boards have their PROM, unless they say otherwise.
const PROM_ADDRESS: u64 = 0xf_f000_0000;
/// What QEMU calls the default features of 32-bit models.
const V8: ExtSet = ExtSet::of(&[Float, Swap, Mul, Div, Flush, Fsqrt, Fmul, Fsmuld]);
/// The same of 64-bit models.
const V9_ALL: ExtSet = V8.with(&[V9, Vis1, Vis2, Casa]);
/// LEON3.
const LEON3: ExtSet = V8.with(&[Leon, Casa]);

const MB86904: [u32; 4] = [0x4000, 0x00ff_ffc0, 0x0000_00ff, 0x0001_6fff];
const MB86907: [u32; 4] = [0x4000, 0xffff_ffc0, 0x0000_00ff, 0x0001_6fff];
const MICRO1: [u32; 4] = [0x4000, 0x007f_fff0, 0x0000_003f, 0x0001_6fff];
const SUPER: [u32; 4] = [0x2000, 0xffff_ffc0, 0x0000_ffff, 0xffff_ffff];
const LEON: [u32; 4] = [0, 0xffff_fffc, 0x0000_00ff, 0xffff_ffff];

const fn v8(name: &'static str, iu: u64, fpu: u32, mmu: u32, mmu_masks: [u32; 4], windows: u32) -> CpuModel {
    CpuModel { name, iu, fpu, mmu, mmu_masks, windows, maxtl: 0, exts: V8 }
}

const fn v9(name: &'static str, iu: u64, mmu: u32, windows: u32, maxtl: u32) -> CpuModel {
    CpuModel { name, iu, fpu: 0, mmu, mmu_masks: [0; 4], windows, maxtl, exts: V9_ALL }
}

/// The models of 32-bit CPUs, in the order of QEMU's list.
pub static MODELS_32: &[CpuModel] = &[
    v8("Fujitsu MB86904", 0x0400_0000, 4 << 17, 0x0400_0000, MB86904, 8),
    v8("Fujitsu MB86907", 0x0500_0000, 4 << 17, 0x0500_0000, MB86907, 8),
    CpuModel { exts: V8.without(&[Fsmuld]), ..v8("TI MicroSparc I", 0x4100_0000, 4 << 17, 0x4100_0000, MICRO1, 7) },
    v8("TI MicroSparc II", 0x4200_0000, 4 << 17, 0x0200_0000, MB86904, 8),
    v8("TI MicroSparc IIep", 0x4200_0000, 4 << 17, 0x0400_0000, MB86904, 8),
    v8("TI SuperSparc 40", 0x4100_0000, 0, 0x0000_0800, SUPER, 8),
    v8("TI SuperSparc 50", 0x4000_0000, 0, 0x0100_0800, SUPER, 8),
    v8("TI SuperSparc 51", 0x4000_0000, 0, 0x0100_0000, SUPER, 8),
    v8("TI SuperSparc 60", 0x4000_0000, 0, 0x0100_0800, SUPER, 8),
    v8("TI SuperSparc 61", 0x4400_0000, 0, 0x0100_0000, SUPER, 8),
    v8("TI SuperSparc II", 0x4000_0000, 0, 0x0800_0000, SUPER, 8),
    CpuModel { exts: V8.with(&[Ext::Leon]), ..v8("LEON2", 0xf200_0000, 4 << 17, 0xf200_0000, LEON, 8) },
    CpuModel { exts: LEON3, ..v8("LEON3", 0xf300_0000, 4 << 17, 0xf300_0000, LEON, 8) },
];

/// The models of 64-bit CPUs, in the order of QEMU's list.
pub static MODELS_64: &[CpuModel] = &[
    v9("Fujitsu Sparc64", 0x0004_0002_0000_0000, 0, 4, 4),
    v9("Fujitsu Sparc64 III", 0x0004_0003_0000_0000, 0, 5, 4),
    v9("Fujitsu Sparc64 IV", 0x0004_0004_0000_0000, 0, 8, 5),
    v9("Fujitsu Sparc64 V", 0x0004_0005_5100_0000, 0, 8, 5),
    v9("TI UltraSparc I", 0x0017_0010_4000_0000, 0, 8, 5),
    v9("TI UltraSparc II", 0x0017_0011_2000_0000, 0, 8, 5),
    v9("TI UltraSparc IIi", 0x0017_0012_9100_0000, 0, 8, 5),
    v9("TI UltraSparc IIe", 0x0017_0013_1400_0000, 0, 8, 5),
    v9("Sun UltraSparc III", 0x003e_0014_3400_0000, 0, 8, 5),
    v9("Sun UltraSparc III Cu", 0x003e_0015_4100_0000, 1, 8, 5),
    v9("Sun UltraSparc IIIi", 0x003e_0016_3400_0000, 0, 8, 5),
    v9("Sun UltraSparc IV", 0x003e_0018_3100_0000, 2, 8, 5),
    CpuModel { exts: V9_ALL.with(&[Cmt]), ..v9("Sun UltraSparc IV+", 0x003e_0019_2200_0000, 0, 8, 5) },
    v9("Sun UltraSparc IIIi+", 0x003e_0022_0000_0000, 1, 8, 5),
    CpuModel { exts: V9_ALL.with(&[Hypv, Cmt, Gl]), ..v9("Sun UltraSparc T1", 0x003e_0023_0200_0000, 3, 8, 6) },
    CpuModel { exts: V9_ALL.with(&[Hypv, Cmt, Gl]), ..v9("Sun UltraSparc T2", 0x003e_0024_0200_0000, 3, 8, 6) },
    v9("NEC UltraSparc I", 0x0022_0010_4000_0000, 0, 8, 5),
];

/// The features that `-cpu` can turn on and off, in the order of QEMU's list.
pub static FLAGS: &[(&str, Ext)] = &[
    ("float", Float),
    ("float128", Float128),
    ("swap", Swap),
    ("mul", Mul),
    ("div", Div),
    ("flush", Flush),
    ("fsqrt", Fsqrt),
    ("fmul", Fmul),
    ("vis1", Vis1),
    ("vis2", Vis2),
    ("fsmuld", Fsmuld),
    ("hypv", Hypv),
    ("cmt", Cmt),
    ("gl", Gl),
];

/// The models of CPUs with this register width, 32 or 64.
pub fn models(width: u32) -> &'static [CpuModel] {
    if width == 32 { MODELS_32 } else { MODELS_64 }
}

/// Which features are said to be usual, and so are named where a model lacks them: those of most 32-bit, of most 64-bit models.
fn usual(width: u32) -> ExtSet {
    if width == 32 { V8 } else { V9_ALL }
}

/// The names of features, each behind `sign`.
fn flag_list(which: impl Fn(Ext) -> bool, sign: &str) -> String {
    FLAGS.iter().filter(|(_, ext)| which(*ext)).map(|(name, _)| format!("{sign}{name} ")).collect()
}

/// The text of `-cpu help`, in QEMU's columns.
pub fn help(width: u32) -> String {
    let (usual, digits) = (usual(width), width as usize / 4);
    let line = |m: &CpuModel| {
        format!(
            "Sparc {:>16} IU {:0digits$x} FPU {:08x} MMU {:08x} NWINS {} {}{}\n",
            m.name,
            m.iu,
            m.fpu,
            m.mmu,
            m.windows,
            flag_list(|ext| usual.has(ext) && !m.exts.has(ext), "-"),
            flag_list(|ext| !usual.has(ext) && m.exts.has(ext), "+"),
        )
    };
    let models: String = models(width).iter().map(line).collect();
    let (default, other) = (flag_list(|ext| usual.has(ext), ""), flag_list(|ext| !usual.has(ext), ""));
    format!(
        "{models}Default CPU feature flags (use '-' to remove): {default}\n\
         Available CPU feature flags (use '+' to add): {other}\n\
         Numerical features (use '=' to set): iu_version fpu_version mmu_version nwindows\n"
    )
}

fn number(name: &str, value: &str) -> Result<u64, ModelError> {
    let parsed = match value.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => value.parse(),
    };
    parsed.map_err(|_| ModelError::WrongType(name.to_owned(), "uint64"))
}

fn number32(name: &str, value: &str) -> Result<u32, ModelError> {
    let parsed = number(name, value)?;
    u32::try_from(parsed).map_err(|_| ModelError::WrongType(name.to_owned(), "uint32"))
}

fn boolean(name: &str, value: &str) -> Result<bool, ModelError> {
    match value {
        "on" | "yes" | "true" | "y" => Ok(true),
        "off" | "no" | "false" | "n" => Ok(false),
        _ => Err(ModelError::WrongType(name.to_owned(), "boolean")),
    }
}

impl Model {
    /// A model of CPUs with this register width, 32 or 64, from the argument of `-cpu`: a name, then properties as `,key=value`,
    /// `,+key` or `,-key`. In the name, `-` may stand for blanks, as in type names.
    ///
    /// # Errors
    /// When there is no such model or property, or a value is none.
    pub fn parse(width: u32, text: &str) -> Result<Model, ModelError> {
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        let row = models(width)
            .iter()
            .find(|m| m.name == name || m.name.replace(' ', "-") == name)
            .ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        let mut model = Model {
            name: row.name,
            exts: row.exts,
            iu_version: row.iu,
            fpu_version: row.fpu,
            mmu_version: row.mmu,
            mmu_masks: row.mmu_masks,
            windows: row.windows,
            maxtl: row.maxtl,
            reset_vector: 0,
            reset_g2: 0,
            prom_address: PROM_ADDRESS,
        };
        for part in parts {
            model.set(part)?;
        }
        Ok(model)
    }

    fn set(&mut self, part: &str) -> Result<(), ModelError> {
        let (name, value) = match (part.split_once('='), part.as_bytes().first()) {
            (Some(pair), _) => pair,
            (None, Some(b'+')) => (&part[1..], "on"),
            (None, Some(b'-')) => (&part[1..], "off"),
            _ => return Err(ModelError::NoValue(part.to_owned())),
        };
        match name {
            "iu-version" | "iu_version" => self.iu_version = number(name, value)?,
            "fpu-version" | "fpu_version" => self.fpu_version = number32(name, value)?,
            "mmu-version" | "mmu_version" => self.mmu_version = number32(name, value)?,
            // For boards.
            "reset-vector" => self.reset_vector = number(name, value)?,
            "reset-g2" => self.reset_g2 = number(name, value)?,
            "prom-address" => self.prom_address = number(name, value)?,
            "nwindows" => {
                let windows = number(name, value)?;
                if !(3..=32).contains(&windows) {
                    return Err(ModelError::Windows(self.name, windows));
                }
                self.windows = windows as u32;
            }
            _ => {
                let flag = FLAGS.iter().find(|f| f.0 == name).ok_or_else(|| ModelError::NoProperty(name.to_owned()))?;
                let on = boolean(name, value)?;
                self.exts = if on { self.exts.with(&[flag.1]) } else { self.exts.without(&[flag.1]) };
            }
        }
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the CPU has a feature.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// All features.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// V8: implementation and version as in the PSR's upper byte; V9: VER without the fields MAXTL and MAXWIN.
    pub fn iu_version(&self) -> u64 {
        self.iu_version
    }

    /// The version field of the FSR, in its place (V8).
    pub fn fpu_version(&self) -> u32 {
        self.fpu_version
    }

    /// V8: implementation and version as in the MMU's control register; V9: the kind of MMU.
    pub fn mmu_version(&self) -> u32 {
        self.mmu_version
    }

    /// The MMU's boot mode bit, and the bits that can be written of its context table pointer, context and fault status (V8).
    pub fn mmu_masks(&self) -> [u32; 4] {
        self.mmu_masks
    }

    /// Number of register windows, 3 to 32.
    pub fn windows(&self) -> u32 {
        self.windows
    }

    /// Address of the first instruction after reset; boards set it by the property `reset-vector`.
    pub fn reset_vector(&self) -> u64 {
        self.reset_vector
    }

    /// What `%g2` holds after reset, which the manual leaves open (V9); boards set it by the property `reset-g2`.
    pub fn reset_g2(&self) -> u64 {
        self.reset_g2
    }

    /// Physical address of the PROM, where instructions come from while the MMU is in boot mode (V8); boards set it by the property
    /// `prom-address`.
    pub fn prom_address(&self) -> u64 {
        self.prom_address
    }

    /// The greatest trap level (V9).
    pub fn maxtl(&self) -> u32 {
        self.maxtl
    }
}
