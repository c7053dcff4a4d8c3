//! Where CPUs come from: a target's architecture joined with the interpreter. A new architecture adds a function here and
//! names it in its row of [`crate::targets::TARGETS`].

use std::sync::Arc;

use bits::Endian;
use cpu::{Cpu, Env, Kind, Vcpu};
use interp::Interp;
use topology::Smp;
use topology::tree::{Cache, CacheKind, Level};
use x86::model::{Show, ShownCache};

use crate::error::Error;
use crate::targets::{Arch, Target};
use crate::value::Value;

/// A property of a CPU's object: name, type, value. CPUs of a model share it.
pub type CpuProperty = (&'static str, &'static str, Arc<Value>);

/// Makes CPUs of one model; what they can share (decode tables) they share.
pub trait Factory: Send {
    /// A CPU in the state after reset.
    fn make(&self, env: Env) -> Box<dyn Cpu>;

    /// What the user should know of the model, on a machine of this shape.
    fn warnings(&self, smp: &Smp) -> Vec<String> {
        let _ = smp;
        Vec::new()
    }

    /// The caches that its CPUs show to software.
    fn caches(&self) -> Vec<Cache> {
        Vec::new()
    }

    /// Properties that its CPUs' objects have.
    fn properties(&self) -> &[CpuProperty] {
        &[]
    }
}

struct Interpreted<T: cpu::Target>(Arc<Kind<T>>);

impl<T: cpu::Target> Factory for Interpreted<T> {
    fn make(&self, env: Env) -> Box<dyn Cpu> {
        Box::new(Vcpu::<T, Interp>::new(&self.0, env))
    }
}

/// Makes a [`Factory`] of a model with properties, as `-cpu` takes them.
pub type Engine = fn(&str) -> Result<Box<dyn Factory>, Error>;

/// An engine for each target: its type, and what makes a model of the argument of `-cpu`.
macro_rules! engines {
    ($( $name:ident: $target:ty, $model:expr; )*) => { $(
        pub(crate) fn $name(text: &str) -> Result<Box<dyn Factory>, Error> {
            let parse: fn(&str) -> Result<_, _> = $model;
            let model = parse(text).map_err(|e| Error::new(e.to_string()))?;
            Ok(Box::new(Interpreted::<$target>(Kind::new(model))))
        }
    )* };
}

engines! {
    mips: mips::Mips, |text| mips::model::Model::parse(32, Endian::Big, text);
    mips64: mips::Mips64, |text| mips::model::Model::parse(64, Endian::Big, text);
    mips64el: mips::Mips64el, |text| mips::model::Model::parse(64, Endian::Little, text);
    mipsel: mips::Mipsel, |text| mips::model::Model::parse(32, Endian::Little, text);
    ppc32: ppc::Ppc32, |text| ppc::model::Model::parse(32, text);
    ppc64: ppc::Ppc64, |text| ppc::model::Model::parse(64, text);
    riscv32: riscv::Riscv32, |text| riscv::model::Model::parse(32, text);
    riscv64: riscv::Riscv64, |text| riscv::model::Model::parse(64, text);
    sparc32: sparc::Sparc32, |text| sparc::model::Model::parse(32, text);
    sparc64: sparc::Sparc64, |text| sparc::model::Model::parse(64, text);
    tricore: tricore::Tricore, tricore::model::Model::parse;
}

/// CPUs of mainframes; each tells what is odd about its model.
struct S390x(Interpreted<s390x::S390x>, Vec<String>);

impl Factory for S390x {
    fn make(&self, env: Env) -> Box<dyn Cpu> {
        self.0.make(env)
    }

    fn warnings(&self, smp: &Smp) -> Vec<String> {
        (0..smp.cpus).flat_map(|_| self.1.iter().cloned()).collect()
    }
}

pub(crate) fn s390x(text: &str) -> Result<Box<dyn Factory>, Error> {
    let model = s390x::model::Model::parse(text).map_err(|e| Error::new(e.to_string()))?;
    let warnings = model.warnings().to_vec();
    Ok(Box::new(S390x(Interpreted(Kind::new(model)), warnings)))
}

/// CPUs of PCs, whose models management wants to know about.
struct X86(Interpreted<x86::X86>, x86::model::Model, Vec<CpuProperty>);

impl Factory for X86 {
    fn make(&self, env: Env) -> Box<dyn Cpu> {
        self.0.make(env)
    }

    fn warnings(&self, smp: &Smp) -> Vec<String> {
        let mut out = self.1.warnings.clone();
        // Old AMD processors have no leaf that says which CPUs are threads of a core.
        if smp.threads > 1 && !self.1.is_intel() && !self.1.has(x86::model::word::F8_ECX, 22) {
            out.push(format!(
                "This family of AMD CPU doesn't support hyperthreading({})\nPlease configure -smp options properly or try \
                 enabling topoext feature.",
                smp.threads
            ));
        }
        out
    }

    fn caches(&self) -> Vec<Cache> {
        let show = |cache: ShownCache| Cache {
            depth: cache.depth,
            kind: match (cache.data, cache.instructions) {
                (true, false) => CacheKind::Data,
                (false, _) => CacheKind::Instruction,
                (true, true) => CacheKind::Unified,
            },
            size: cache.size,
            line: cache.line,
            ways: cache.ways,
            of: if cache.of_socket { Level::Socket } else { Level::Core },
        };
        self.1.shown_caches().into_iter().map(show).collect()
    }

    fn properties(&self) -> &[CpuProperty] {
        &self.2
    }
}

/// What management reads of a PC's CPU.
fn x86_properties(model: &x86::model::Model) -> Vec<CpuProperty> {
    let names = model.unavailable().into_iter().map(Value::from).collect();
    vec![
        ("feature-words", "X86CPUFeatureWordInfo", feature_words(&model.features).into()),
        ("filtered-features", "X86CPUFeatureWordInfo", feature_words(&model.filtered).into()),
        ("unavailable-features", "strList", Value::List(names).into()),
    ]
}

/// Words of features as the schema shows them, the last one first; it has none for model-specific registers.
fn feature_words(words: &x86::model::FeatureWords) -> Value {
    let entry = |(row, bits): (&x86::model::features::Word, u32)| {
        let mut members = vec![("cpuid-register".to_string(), Value::from(row.reg.name()))];
        members.extend(row.subleaf.map(|n| ("cpuid-input-ecx".to_string(), Value::Int(n.into()))));
        members.push(("cpuid-input-eax".to_string(), Value::Int(row.leaf.into())));
        members.push(("features".to_string(), Value::Int(bits.into())));
        Value::Object(members)
    };
    Value::List(x86::model::WORDS.iter().zip(words.0).filter(|(row, _)| !row.is_msr).rev().map(entry).collect())
}

fn x86_factory(bits: u32, text: &str, show: Show) -> Result<Box<dyn Factory>, Error> {
    let model = x86::model::Model::parse_to_show(bits, text, show).map_err(|e| Error::new(e.to_string()))?;
    let properties = x86_properties(&model);
    Ok(Box::new(X86(Interpreted(Kind::new(model.clone())), model, properties)))
}

pub(crate) fn i386(text: &str) -> Result<Box<dyn Factory>, Error> {
    x86_factory(32, text, Show::Tcg)
}

pub(crate) fn x86_64(text: &str) -> Result<Box<dyn Factory>, Error> {
    x86_factory(64, text, Show::Tcg)
}

/// A factory for the CPUs that `text`, a model with properties as `-cpu` takes them, means; `own_accelerator` as in
/// [`crate::MachineConfig::own_accelerator`]: CPUs of PCs show all that is implemented then.
///
/// # Errors
/// An unknown model or property, or a target that can't run.
pub fn factory(target: &Target, text: &str, own_accelerator: bool) -> Result<Box<dyn Factory>, Error> {
    let engine = target.engine.ok_or_else(|| Error::new(format!("target {} can't run yet", target.name)))?;
    match target.arch {
        Arch::X86 if own_accelerator => x86_factory(target.bits, text, Show::All),
        _ => engine(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::targets;

    #[test]
    fn faults_name_the_model() {
        let text = |target: &str, model: &str| {
            super::factory(targets::find(target).unwrap(), model, false).err().map(|e| e.text)
        };
        assert_eq!(text("riscv64", "nope").unwrap(), "unable to find CPU model 'nope'");
        assert_eq!(text("riscv32", "rv32"), None);
        assert_eq!(text("mips", "24Kf"), None);
        assert_eq!(text("tricore", "tc1796"), None);
    }
}
