//! What a command is, and the state it works on.

use std::cell::Cell;

use cpu::Cpu;
use machine::{Arch, Machine, Target};
use qapi::misc::{ChardevInfo, CommandLineOptionInfo, VersionInfo, VersionTriple};
use qapi::{Error, Path, Qapi, Schema, Value};

/// The version of QEMU whose interface is served.
pub const VERSION: [i64; 3] = [4, 2, 0];

/// What commands know of the process around the machine.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Character devices.
    pub chardevs: Vec<ChardevInfo>,
    /// Command-line options with their parameters.
    pub options: Vec<CommandLineOptionInfo>,
    /// Whether the human monitor's `singlestep` is on. Each instruction of the interpreter is precise in any case.
    pub singlestep: Cell<bool>,
    /// Letter and size in bytes of the human monitor's last format (`x /4xb 0`).
    pub format: Cell<Option<(char, usize)>>,
    /// The log of the CPUs.
    pub log: crate::log::Logger,
}

/// What the greeting and `query-version` say.
pub fn version() -> VersionInfo {
    let [major, minor, micro] = VERSION;
    let package = concat!("Polyarch ", env!("CARGO_PKG_VERSION")).to_string();
    VersionInfo { qemu: VersionTriple { major, minor, micro }, package }
}

/// What a command works on.
pub struct Context<'a> {
    /// The machine.
    pub machine: &'a mut Machine,
    /// The process around it.
    pub environment: &'a Environment,
    /// What is left to do once the reply is out.
    pub after: After,
}

/// What the main loop has to do between this reply and the next request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum After {
    /// Nothing.
    #[default]
    Nothing,
    /// Let the machine carry out what was asked for ([`Machine::advance`]).
    Advance,
    /// Leave the preconfig phase ([`Machine::init`]); a failure ends the process.
    ExitPreconfig,
}

/// A command: one file in [`crate::commands`].
pub trait Command {
    /// Its name.
    const NAME: &'static str;
    /// The version of QEMU that brought it.
    const SINCE: &'static str;
    /// Whether it may be given before the machine is built.
    const ALLOW_PRECONFIG: bool = false;
    /// Whether it may overtake others (`exec-oob`).
    const ALLOW_OOB: bool = false;
    /// The families on whose targets it exists; empty means all.
    const ARCHES: &'static [Arch] = &[];
    /// Its arguments.
    type Args: Qapi;
    /// Its result.
    type Return: Qapi;

    /// Does it.
    ///
    /// # Errors
    /// What the client is told.
    fn run(context: &mut Context<'_>, args: Self::Args) -> Result<Self::Return, Error>;
}

/// A command without its types.
pub struct Spec {
    /// [`Command::NAME`].
    pub name: &'static str,
    /// [`Command::SINCE`].
    pub since: &'static str,
    /// [`Command::ALLOW_PRECONFIG`].
    pub allow_preconfig: bool,
    /// [`Command::ALLOW_OOB`].
    pub allow_oob: bool,
    /// [`Command::ARCHES`].
    pub arches: &'static [Arch],
    /// Reads the arguments and runs it.
    pub run: fn(&mut Context<'_>, &Value) -> Result<Value, Error>,
    /// Enters it into the introspection.
    pub define: fn(&mut Schema),
}

impl Spec {
    /// The entry for command `C`.
    pub const fn of<C: Command>() -> Spec {
        Spec {
            name: C::NAME,
            since: C::SINCE,
            allow_preconfig: C::ALLOW_PRECONFIG,
            allow_oob: C::ALLOW_OOB,
            arches: C::ARCHES,
            run: run::<C>,
            define: define::<C>,
        }
    }

    /// Whether `target` has the command.
    pub fn serves(&self, target: &Target) -> bool {
        self.arches.is_empty() || self.arches.contains(&target.arch)
    }
}

fn run<C: Command>(context: &mut Context<'_>, arguments: &Value) -> Result<Value, Error> {
    let args = C::Args::visit(arguments, &Path::Root)?;
    let result = C::run(context, args)?;
    serde_json::to_value(result).map_err(|e| Error::generic(format!("{}: result can't be shown: {e}", C::NAME)))
}

fn define<C: Command>(schema: &mut Schema) {
    schema.command::<C::Args, C::Return>(C::NAME, C::ALLOW_OOB);
}

/// The CPU of that index.
///
/// # Errors
/// `Parameter 'cpu-index' expects a CPU number`.
pub fn cpu(machine: &Machine, index: i64) -> Result<&dyn Cpu, Error> {
    let vcpu = machine.cpus().iter().find(|vcpu| vcpu.index == index);
    Ok(vcpu.ok_or_else(|| Error::expects("cpu-index", "a CPU number"))?.cpu.as_ref())
}

/// The machine's error as the client sees it.
pub fn error(e: machine::Error) -> Error {
    let class = match e.class {
        machine::ErrorClass::Generic => qapi::ErrorClass::GenericError,
        machine::ErrorClass::DeviceNotFound => qapi::ErrorClass::DeviceNotFound,
        machine::ErrorClass::DeviceNotActive => qapi::ErrorClass::DeviceNotActive,
    };
    Error { class, desc: e.text }
}

/// A property's value as JSON.
pub fn to_json(value: machine::Value) -> Value {
    use machine::Value as V;
    match value {
        V::Null => Value::Null,
        V::Bool(on) => on.into(),
        V::Int(n) => n.into(),
        V::Uint(n) => n.into(),
        V::Float(n) => n.into(),
        V::Str(text) | V::Given(text) => text.into(),
        V::List(list) => list.into_iter().map(to_json).collect(),
        V::Object(members) => Value::Object(members.into_iter().map(|(k, v)| (k, to_json(v))).collect()),
    }
}

/// JSON as a property's value.
pub fn from_json(value: &Value) -> machine::Value {
    use machine::Value as V;
    match value {
        Value::Null => V::Null,
        Value::Bool(on) => V::Bool(*on),
        Value::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(n), _) => V::Int(n),
            (None, Some(n)) => V::Uint(n),
            (None, None) => V::Float(n.as_f64().unwrap_or(0.0)),
        },
        Value::String(text) => V::Str(text.clone()),
        Value::Array(list) => V::List(list.iter().map(from_json).collect()),
        Value::Object(members) => V::Object(members.iter().map(|(k, v)| (k.clone(), from_json(v))).collect()),
    }
}
