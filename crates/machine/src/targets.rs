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

const RV32: &[Model] = &[
    model("any"),
    model("rv32"),
    model("rv32gcsu-v1.10.0"),
    model("rv32gcsu-v1.9.1"),
    model("rv32imacu-nommu"),
    model("sifive-e31"),
    model("sifive-u34"),
];

const RV64: &[Model] = &[
    model("any"),
    model("rv64"),
    model("rv64gcsu-v1.10.0"),
    model("rv64gcsu-v1.9.1"),
    model("rv64imacu-nommu"),
    model("sifive-e51"),
    model("sifive-u54"),
];

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

const S390X: &[Model] = &[
    model("z800-base"),
    model("z890.2-base"),
    model("z9EC.2"),
    model("z13.2"),
    model("z990.5-base"),
    model("z9BC-base"),
    model("z890.2"),
    model("z890"),
    model("z9BC"),
    model("z196"),
    model("z13"),
    model("z13s"),
    model("z990.3"),
    model("z13s-base"),
    model("z9EC"),
    model("gen15a"),
    model("z14ZR1-base"),
    model("z14.2-base"),
    model("z900.3-base"),
    model("z13.2-base"),
    model("z196.2-base"),
    model("zBC12-base"),
    model("z9BC.2-base"),
    model("z900.2-base"),
    model("z9EC.3"),
    model("zEC12"),
    model("z900"),
    model("z114-base"),
    model("zEC12-base"),
    model("z10EC.2"),
    model("z10EC-base"),
    model("z900.3"),
    model("z14ZR1"),
    model("z10BC"),
    model("z10BC.2-base"),
    model("z9BC.2"),
    model("z990.2"),
    model("z990"),
    model("z14"),
    model("gen15b-base"),
    model("z990.4"),
    model("max"),
    model("z10EC.2-base"),
    model("gen15a-base"),
    model("z800"),
    model("z10EC"),
    model("zEC12.2"),
    model("z990.2-base"),
    model("z900-base"),
    model("z10BC.2"),
    model("z9EC-base"),
    model("z9EC.3-base"),
    model("z114"),
    model("z890.3"),
    model("z196-base"),
    model("z9EC.2-base"),
    model("z196.2"),
    model("z14.2"),
    model("z990-base"),
    model("z900.2"),
    model("z890-base"),
    model("z10EC.3"),
    model("z14-base"),
    model("z990.4-base"),
    model("z10EC.3-base"),
    model("z10BC-base"),
    model("z13-base"),
    model("z990.3-base"),
    model("zEC12.2-base"),
    model("zBC12"),
    model("z890.3-base"),
    model("z990.5"),
    model("gen15b"),
    model("qemu"),
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
    Target { name, arch, bits, big_endian, cpu_suffix, cpu_parent, models: &[], engine: None }
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
    Target { models: S390X, engine: Some(engines::s390x), ..row("s390x", Arch::S390, 64, true, "-s390x-cpu") },
    Target { models: RV32, engine: Some(engines::riscv32), ..row("riscv32", Arch::Riscv, 32, false, "-riscv-cpu") },
    Target { models: RV64, engine: Some(engines::riscv64), ..row("riscv64", Arch::Riscv, 64, false, "-riscv-cpu") },
];

/// The target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
