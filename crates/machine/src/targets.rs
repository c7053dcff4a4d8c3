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
    models: fn() -> Vec<&'static str>,
    /// How its CPUs are made; `None` while the target can't run.
    pub engine: Option<Engine>,
}

impl Target {
    /// The type name of CPU model `model`, where `-` stands for blanks.
    pub fn cpu_type(&self, model: &str) -> String {
        format!("{}{}", model.replace(' ', "-"), self.cpu_suffix)
    }

    /// Names of its CPU models in the order of `-cpu help`.
    pub fn models(&self) -> Vec<&'static str> {
        (self.models)()
    }

    /// The type that `query-cpu-definitions` shows for a model: PowerPC's show whose name another one is, and nothing for the chips themselves.
    pub fn definition_type(&self, name: &str) -> String {
        if self.arch != Arch::Ppc {
            return self.cpu_type(name);
        }
        let model = ppc::model::Model::new(self.bits, name).map_or("", |model| model.name());
        if model.is_empty() || model == name { String::new() } else { self.cpu_type(model) }
    }

    /// The models that lists of types show: those of QEMU 4.2, whose clients may know no others. `-cpu` takes all.
    pub fn listed_models(&self) -> impl Iterator<Item = &'static str> {
        let later: &[&str] = if self.arch == Arch::Tricore { tricore::model::LATER } else { &[] };
        self.models().into_iter().filter(|model| !later.contains(model))
    }

    /// The model of that name; type names are taken as well.
    pub fn model(&self, name: &str) -> Option<&'static str> {
        let bare = name.strip_suffix(self.cpu_suffix).unwrap_or(name);
        self.models().into_iter().find(|model| *model == bare || model.replace(' ', "-") == bare)
    }
}

/// The names in a target's own list of models.
macro_rules! names {
    ($list:expr) => {
        || $list.into_iter().map(|model| model.name).collect()
    };
}

const fn row(name: &'static str, arch: Arch, bits: u32, big_endian: bool, cpu_suffix: &'static str) -> Target {
    let cpu_parent = match arch {
        Arch::X86 if bits == 64 => "x86_64-cpu",
        Arch::X86 => "i386-cpu",
        Arch::Sparc if bits == 64 => "sparc64-cpu",
        Arch::Sparc => "sparc-cpu",
        Arch::Ppc if bits == 64 => "powerpc64-cpu",
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
    Target { name, arch, bits, big_endian, cpu_suffix, cpu_parent, elf_machines, models: Vec::new, engine: None }
}

/// All targets.
pub static TARGETS: [Target; 14] = [
    Target {
        models: || x86::model::MODELS.to_vec(),
        engine: Some(engines::i386),
        ..row("i386", Arch::X86, 32, false, "-i386-cpu")
    },
    Target {
        models: || x86::model::MODELS.to_vec(),
        engine: Some(engines::x86_64),
        ..row("x86_64", Arch::X86, 64, false, "-x86_64-cpu")
    },
    Target {
        models: names!(sparc::model::models(32)),
        engine: Some(engines::sparc32),
        ..row("sparc", Arch::Sparc, 32, true, "-sparc-cpu")
    },
    Target {
        models: names!(sparc::model::models(64)),
        engine: Some(engines::sparc64),
        ..row("sparc64", Arch::Sparc, 64, true, "-sparc64-cpu")
    },
    Target {
        models: names!(ppc::model::models(32)),
        engine: Some(engines::ppc32),
        ..row("ppc", Arch::Ppc, 32, true, "-powerpc-cpu")
    },
    Target {
        models: names!(ppc::model::models(64)),
        engine: Some(engines::ppc64),
        ..row("ppc64", Arch::Ppc, 64, true, "-powerpc64-cpu")
    },
    Target {
        models: names!(mips::model::models(32)),
        engine: Some(engines::mips),
        ..row("mips", Arch::Mips, 32, true, "-mips-cpu")
    },
    Target {
        models: names!(mips::model::models(32)),
        engine: Some(engines::mipsel),
        ..row("mipsel", Arch::Mips, 32, false, "-mips-cpu")
    },
    Target {
        models: names!(mips::model::models(64)),
        engine: Some(engines::mips64),
        ..row("mips64", Arch::Mips, 64, true, "-mips64-cpu")
    },
    Target {
        models: names!(mips::model::models(64)),
        engine: Some(engines::mips64el),
        ..row("mips64el", Arch::Mips, 64, false, "-mips64-cpu")
    },
    Target {
        models: names!(tricore::model::MODELS),
        engine: Some(engines::tricore),
        ..row("tricore", Arch::Tricore, 32, false, "-tricore-cpu")
    },
    Target {
        models: names!(s390x::model::MODELS),
        engine: Some(engines::s390x),
        ..row("s390x", Arch::S390, 64, true, "-s390x-cpu")
    },
    Target {
        models: names!(riscv::model::models(32)),
        engine: Some(engines::riscv32),
        ..row("riscv32", Arch::Riscv, 32, false, "-riscv-cpu")
    },
    Target {
        models: names!(riscv::model::models(64)),
        engine: Some(engines::riscv64),
        ..row("riscv64", Arch::Riscv, 64, false, "-riscv-cpu")
    },
];

/// The target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
