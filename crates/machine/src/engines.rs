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

/// A factory for the CPUs that `text`, a model with properties as `-cpu` takes them, means.
///
/// # Errors
/// An unknown model or property, or a target that can't run.
pub fn factory(target: &Target, text: &str) -> Result<Box<dyn Factory>, Error> {
    let engine = target
        .engine
        .ok_or_else(|| Error::new(format!("target {} can't run yet; riscv32 and riscv64 can", target.name)))?;
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
        assert_eq!(text("mips", "24Kf").unwrap(), "target mips can't run yet; riscv32 and riscv64 can");
    }
}
