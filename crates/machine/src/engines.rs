//! Where CPUs come from: a target's architecture joined with the interpreter. A new architecture adds a function here and
//! names it in its row of [`crate::targets::TARGETS`].

use std::sync::Arc;

use bits::Endian;
use cpu::{Cpu, Env, Kind, Vcpu};
use interp::Interp;

use crate::error::Error;
use crate::targets::Target;

/// Makes CPUs of one model; what they can share (decode tables) they share.
pub trait Factory: Send {
    /// A CPU in the state after reset.
    fn make(&self, env: Env) -> Box<dyn Cpu>;
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
    s390x: s390x::S390x, s390x::model::Model::parse;
    sparc32: sparc::Sparc32, |text| sparc::model::Model::parse(32, text);
    sparc64: sparc::Sparc64, |text| sparc::model::Model::parse(64, text);
    tricore: tricore::Tricore, tricore::model::Model::parse;
    i386: x86::X86, |text| x86::model::Model::parse(32, text);
    x86_64: x86::X86, |text| x86::model::Model::parse(64, text);
}

/// A factory for the CPUs that `text`, a model with properties as `-cpu` takes them, means.
///
/// # Errors
/// An unknown model or property, or a target that can't run.
pub fn factory(target: &Target, text: &str) -> Result<Box<dyn Factory>, Error> {
    let engine = target.engine.ok_or_else(|| Error::new(format!("target {} can't run yet", target.name)))?;
    engine(text)
}

#[cfg(test)]
mod tests {
    use crate::targets;

    #[test]
    fn faults_name_the_model() {
        let text =
            |target: &str, model: &str| super::factory(targets::find(target).unwrap(), model).err().map(|e| e.text);
        assert_eq!(text("riscv64", "nope").unwrap(), "unable to find CPU model 'nope'");
        assert_eq!(text("riscv32", "rv32"), None);
        assert_eq!(text("mips", "24Kf"), None);
        assert_eq!(text("tricore", "tc1796"), None);
    }
}
