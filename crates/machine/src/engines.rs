//! Where CPUs come from: a target's architecture joined with the interpreter. A new architecture adds a function here and
//! names it in its row of [`crate::targets::TARGETS`].

use std::sync::Arc;

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

fn riscv_model(xlen: u32, text: &str) -> Result<riscv::model::Model, Error> {
    riscv::model::Model::parse(xlen, text).map_err(|e| Error::new(e.to_string()))
}

/// RV32 harts.
pub(crate) fn riscv32(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<riscv::Riscv32>(Kind::new(riscv_model(32, text)?))))
}

/// RV64 harts.
pub(crate) fn riscv64(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<riscv::Riscv64>(Kind::new(riscv_model(64, text)?))))
}

fn sparc_model(width: u32, text: &str) -> Result<sparc::model::Model, Error> {
    sparc::model::Model::parse(width, text).map_err(|e| Error::new(e.to_string()))
}

/// SPARC V8 CPUs.
pub(crate) fn sparc32(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<sparc::Sparc32>(Kind::new(sparc_model(32, text)?))))
}

/// SPARC V9 CPUs.
pub(crate) fn sparc64(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<sparc::Sparc64>(Kind::new(sparc_model(64, text)?))))
}

fn mips_model(width: u32, endian: bits::Endian, text: &str) -> Result<mips::model::Model, Error> {
    mips::model::Model::parse(width, endian, text).map_err(|e| Error::new(e.to_string()))
}

/// 32-bit big-endian MIPS CPUs.
pub(crate) fn mips(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<mips::Mips>(Kind::new(mips_model(32, bits::Endian::Big, text)?))))
}

/// 32-bit little-endian MIPS CPUs.
pub(crate) fn mipsel(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<mips::Mipsel>(Kind::new(mips_model(32, bits::Endian::Little, text)?))))
}

/// 64-bit big-endian MIPS CPUs.
pub(crate) fn mips64(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<mips::Mips64>(Kind::new(mips_model(64, bits::Endian::Big, text)?))))
}

/// 64-bit little-endian MIPS CPUs.
pub(crate) fn mips64el(text: &str) -> Result<Box<dyn Factory>, Error> {
    Ok(Box::new(Interpreted::<mips::Mips64el>(Kind::new(mips_model(64, bits::Endian::Little, text)?))))
}

/// s390x CPUs.
pub(crate) fn s390x(text: &str) -> Result<Box<dyn Factory>, Error> {
    let model = s390x::model::Model::parse(text).map_err(|e| Error::new(e.to_string()))?;
    Ok(Box::new(Interpreted::<s390x::S390x>(Kind::new(model))))
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
    fn model_lists_are_those_of_the_targets() {
        for xlen in [32, 64] {
            let target = targets::find(&format!("riscv{xlen}")).unwrap();
            let ours: Vec<&str> = target.models.iter().map(|model| model.name).collect();
            let theirs: Vec<&str> = riscv::model::models(xlen).iter().map(|model| model.name).collect();
            assert_eq!(ours, theirs);
        }
        for (name, width) in [("sparc", 32), ("sparc64", 64)] {
            let ours: Vec<&str> = targets::find(name).unwrap().models.iter().map(|model| model.name).collect();
            let theirs: Vec<&str> = sparc::model::models(width).iter().map(|model| model.name).collect();
            assert_eq!(ours, theirs);
        }
        for (name, width) in [("mips", 32), ("mipsel", 32), ("mips64", 64), ("mips64el", 64)] {
            let ours: Vec<&str> = targets::find(name).unwrap().models.iter().map(|model| model.name).collect();
            let theirs: Vec<&str> = mips::model::models(width).iter().map(|model| model.name).collect();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn s390x_models_are_those_of_the_target() {
        let ours: Vec<&str> = targets::find("s390x").unwrap().models.iter().map(|model| model.name).collect();
        let theirs: Vec<&str> = s390x::model::MODELS.iter().map(|model| model.name).collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn faults_name_the_model() {
        let text =
            |target: &str, model: &str| super::factory(targets::find(target).unwrap(), model).err().map(|e| e.text);
        assert_eq!(text("riscv64", "nope").unwrap(), "unable to find CPU model 'nope'");
        assert_eq!(text("riscv32", "rv32"), None);
        assert_eq!(text("mips", "24Kf"), None);
        assert_eq!(text("tricore", "tc1796").unwrap(), "target tricore can't run yet");
    }
}
