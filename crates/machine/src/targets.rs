//! The guest architectures: one row a target.

use crate::engines::{self, Engine};

/// The family, as the schema's `CpuInfoArch` names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arch {
    /// `x86`
    X86,
    /// `sparc`
    Sparc,
    /// `ppc`
    Ppc,
    /// `mips`
    Mips,
    /// `tricore`
    Tricore,
    /// `s390`
    S390,
    /// `riscv`
    Riscv,
}

impl Arch {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            Arch::X86 => "x86",
            Arch::Sparc => "sparc",
            Arch::Ppc => "ppc",
            Arch::Mips => "mips",
            Arch::Tricore => "tricore",
            Arch::S390 => "s390",
            Arch::Riscv => "riscv",
        }
    }
}

/// A CPU model by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Model {
    /// The name users give to `-cpu`.
    pub name: &'static str,
}

/// One target: what a `qemu-system-NAME` of its own would be.
#[derive(Debug)]
pub struct Target {
    /// `SysEmuTarget`'s word.
    pub name: &'static str,
    /// The family.
    pub arch: Arch,
    /// Width of an address in bits.
    pub bits: u32,
    /// Whether data is big-endian.
    pub big_endian: bool,
    /// What makes a model's name a type's: `rv64` + `-riscv-cpu`.
    pub cpu_suffix: &'static str,
    /// The type that all CPU types of the family have as parent.
    pub cpu_parent: &'static str,
    /// Numbers by which ELF files name the architecture (`e_machine`), the usual one first.
    pub elf_machines: &'static [u16],
    /// CPU models in the order of `-cpu help`.
    pub models: &'static [Model],
    /// How its CPUs are made; `None` while the target can't run.
    pub engine: Option<Engine>,
}

impl Target {
    /// Whether CPUs of this target can be made.
    pub fn runnable(&self) -> bool {
        self.engine.is_some()
    }

    /// The type name of CPU model `model`, where `-` stands for blanks.
    pub fn cpu_type(&self, model: &str) -> String {
        format!("{}{}", model.replace(' ', "-"), self.cpu_suffix)
    }

    /// The model of that name; type names are taken as well.
    pub fn model(&self, name: &str) -> Option<&'static Model> {
        let bare = name.strip_suffix(self.cpu_suffix).unwrap_or(name);
        self.models.iter().find(|model| model.name == bare || model.name.replace(' ', "-") == bare)
    }
}

const fn model(name: &'static str) -> Model {
    Model { name }
}

/// The names in a target's own list of models.
const fn names<const N: usize>(rows: &[riscv::model::CpuModel]) -> [Model; N] {
    let mut out = [model(""); N];
    let mut n = 0;
    while n < N {
        out[n] = model(rows[n].name);
        n += 1;
    }
    out
}

const RV32: &[Model] = &names::<{ riscv::model::MODELS_32.len() }>(riscv::model::MODELS_32);
const RV64: &[Model] = &names::<{ riscv::model::MODELS_64.len() }>(riscv::model::MODELS_64);

const SPARC: &[Model] = &[
    model("Fujitsu MB86904"),
    model("Fujitsu MB86907"),
    model("TI MicroSparc I"),
    model("TI MicroSparc II"),
    model("TI MicroSparc IIep"),
    model("TI SuperSparc 40"),
    model("TI SuperSparc 50"),
    model("TI SuperSparc 51"),
    model("TI SuperSparc 60"),
    model("TI SuperSparc 61"),
    model("TI SuperSparc II"),
    model("LEON2"),
    model("LEON3"),
];

const SPARC64: &[Model] = &[
    model("Fujitsu Sparc64"),
    model("Fujitsu Sparc64 III"),
    model("Fujitsu Sparc64 IV"),
    model("Fujitsu Sparc64 V"),
    model("TI UltraSparc I"),
    model("TI UltraSparc II"),
    model("TI UltraSparc IIi"),
    model("TI UltraSparc IIe"),
    model("Sun UltraSparc III"),
    model("Sun UltraSparc III Cu"),
    model("Sun UltraSparc IIIi"),
    model("Sun UltraSparc IV"),
    model("Sun UltraSparc IV+"),
    model("Sun UltraSparc IIIi+"),
    model("Sun UltraSparc T1"),
    model("Sun UltraSparc T2"),
    model("NEC UltraSparc I"),
];

const MIPS: &[Model] = &[
    model("4Kc"),
    model("4Km"),
    model("4KEcR1"),
    model("4KEmR1"),
    model("4KEc"),
    model("4KEm"),
    model("24Kc"),
    model("24KEc"),
    model("24Kf"),
    model("34Kf"),
    model("74Kf"),
    model("M14K"),
    model("M14Kc"),
    model("P5600"),
    model("mips32r6-generic"),
    model("I7200"),
];

const MIPS64: &[Model] = &[
    model("4Kc"),
    model("4Km"),
    model("4KEcR1"),
    model("4KEmR1"),
    model("4KEc"),
    model("4KEm"),
    model("24Kc"),
    model("24KEc"),
    model("24Kf"),
    model("34Kf"),
    model("74Kf"),
    model("M14K"),
    model("M14Kc"),
    model("P5600"),
    model("mips32r6-generic"),
    model("I7200"),
    model("R4000"),
    model("VR5432"),
    model("5Kc"),
    model("5Kf"),
    model("20Kc"),
    model("MIPS64R2-generic"),
    model("5KEc"),
    model("5KEf"),
    model("I6400"),
    model("I6500"),
    model("Loongson-2E"),
    model("Loongson-2F"),
    model("mips64dspr2"),
];

const fn row(name: &'static str, arch: Arch, bits: u32, big_endian: bool, cpu_suffix: &'static str) -> Target {
    let cpu_parent = match arch {
        Arch::X86 => "x86-cpu",
        Arch::Sparc if bits == 64 => "sparc64-cpu",
        Arch::Sparc => "sparc-cpu",
        Arch::Ppc => "powerpc-cpu",
        Arch::Mips => "mips-cpu",
        Arch::Tricore => "tricore-cpu",
        Arch::S390 => "s390x-cpu",
        Arch::Riscv => "riscv-cpu",
    };
    // System V ABI, "e_machine": 32-bit programs run on most 64-bit CPUs, too.
    let elf_machines: &[u16] = match arch {
        Arch::X86 => &[62, 3],
        Arch::Sparc => &[2, 18, 43],
        Arch::Ppc => &[20, 21],
        Arch::Mips => &[8],
        Arch::Tricore => &[44],
        Arch::S390 => &[22],
        Arch::Riscv => &[243],
    };
    Target { name, arch, bits, big_endian, cpu_suffix, cpu_parent, elf_machines, models: &[], engine: None }
}

/// All targets.
pub static TARGETS: [Target; 14] = [
    row("i386", Arch::X86, 32, false, "-i386-cpu"),
    row("x86_64", Arch::X86, 64, false, "-x86_64-cpu"),
    Target { models: SPARC, engine: Some(engines::sparc32), ..row("sparc", Arch::Sparc, 32, true, "-sparc-cpu") },
    Target { models: SPARC64, engine: Some(engines::sparc64), ..row("sparc64", Arch::Sparc, 64, true, "-sparc64-cpu") },
    row("ppc", Arch::Ppc, 32, true, "-powerpc-cpu"),
    row("ppc64", Arch::Ppc, 64, true, "-powerpc64-cpu"),
    Target { models: MIPS, engine: Some(engines::mips), ..row("mips", Arch::Mips, 32, true, "-mips-cpu") },
    Target { models: MIPS, engine: Some(engines::mipsel), ..row("mipsel", Arch::Mips, 32, false, "-mips-cpu") },
    Target { models: MIPS64, engine: Some(engines::mips64), ..row("mips64", Arch::Mips, 64, true, "-mips64-cpu") },
    Target { models: MIPS64, engine: Some(engines::mips64el), ..row("mips64el", Arch::Mips, 64, false, "-mips64-cpu") },
    row("tricore", Arch::Tricore, 32, false, "-tricore-cpu"),
    row("s390x", Arch::S390, 64, true, "-s390x-cpu"),
    Target { models: RV32, engine: Some(engines::riscv32), ..row("riscv32", Arch::Riscv, 32, false, "-riscv-cpu") },
    Target { models: RV64, engine: Some(engines::riscv64), ..row("riscv64", Arch::Riscv, 64, false, "-riscv-cpu") },
];

/// The target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
