//! Where CPUs come from: a target's architecture joined with the interpreter.

use cpu::{Cpu, Env};

use crate::error::Error;
use crate::still::StillCpu;
use crate::targets::Target;

/// Makes CPUs of one model; what they can share (decode tables) they share.
pub trait Factory: Send {
    /// A CPU in the state after reset.
    fn make(&self, env: Env) -> Box<dyn Cpu>;
}

struct Still;

impl Factory for Still {
    fn make(&self, env: Env) -> Box<dyn Cpu> {
        Box::new(StillCpu::new(0x1000, env.lines))
    }
}

/// A factory for the CPUs that `text`, a model with properties as `-cpu` takes them, means.
///
/// # Errors
/// An unknown model or property, or a target that can't run.
pub fn factory(target: &Target, text: &str) -> Result<Box<dyn Factory>, Error> {
    check(target, text)?;
    Ok(Box::new(Still))
}

/// Checks a model with properties.
///
/// # Errors
/// Those of [`factory`].
pub fn check(target: &Target, text: &str) -> Result<(), Error> {
    if !target.runnable() {
        return Err(Error::new(format!("target {} can't run yet; riscv32 and riscv64 can", target.name)));
    }
    let name = crate::build::model_name(text);
    target.model(name).map(|_| ()).ok_or_else(|| Error::new(format!("unable to find CPU model '{name}'")))
}
