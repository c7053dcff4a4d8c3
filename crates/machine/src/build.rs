//! What a board's build function works with: it maps memory, plugs CPUs and devices, and names them in the object tree.

use cpu::Cpu;
use devices::Power;
use memory::{AddressSpace, SharedDevice};
use topology::{Numa, SlotTable, Smp};

use crate::config::MachineConfig;
use crate::console::Console;
use crate::error::Error;
use crate::objects::{ObjectId, ObjectTree};
use crate::sched::Scheduler;
use crate::targets::{Model, Target};
use crate::value::Value;

/// A CPU as a board delivers it.
pub struct NewCpu {
    /// The CPU, in its state after power-on.
    pub cpu: Box<dyn Cpu>,
    /// Its index.
    pub index: i64,
    /// Its object.
    pub object: ObjectId,
    /// The slot it fills, on boards with a table of possible CPUs.
    pub slot: Option<usize>,
}

/// A machine in the making.
pub struct Build<'a> {
    /// What it is built from.
    pub config: &'a MachineConfig,
    /// Its shape.
    pub smp: Smp,
    /// Its RAM in bytes.
    pub ram: u64,
    /// Its possible CPUs.
    pub slots: &'a mut SlotTable,
    /// Its nodes, completed.
    pub numa: &'a Numa,
    /// Its object tree.
    pub objects: &'a mut ObjectTree,
    /// Its physical address space.
    pub memory: AddressSpace,
    /// Its CPUs in creation order.
    pub cpus: Vec<NewCpu>,
    /// Its devices, so that their clocks can be driven and they can be reset.
    pub devices: Vec<SharedDevice>,
    /// The device that gets what the console's user types.
    pub console_input: Option<SharedDevice>,
    /// Where the console's output goes.
    pub console: Console,
    /// Schedules the CPUs; hands out the wires into them.
    pub sched: &'a mut Scheduler,
    /// How the guest switches the machine off.
    pub power: Power,
}

impl Build<'_> {
    /// The model of the CPUs: that of `-cpu`, or the board's own.
    ///
    /// # Errors
    /// `unable to find CPU model 'NAME'`.
    pub fn model(&self) -> Result<&'static Model, Error> {
        model(self.config)
    }

    /// Adds a CPU whose object is a child of `parent`.
    ///
    /// # Errors
    /// When the target has no engine for this model.
    pub fn add_cpu(&mut self, parent: ObjectId, name: &str, model: &Model, index: i64) -> Result<(), Error> {
        let object = self.objects.add(parent, name, &self.config.target.cpu_type(model.name));
        self.put_cpu(object, model, index, None)
    }

    /// Adds the CPU of slot `slot`, without a name.
    ///
    /// # Errors
    /// When the target has no engine for this model.
    pub fn add_slot_cpu(&mut self, model: &Model, slot: usize) -> Result<(), Error> {
        let object = self.objects.add_anonymous(&self.config.target.cpu_type(model.name));
        self.put_cpu(object, model, slot as i64, Some(slot))
    }

    fn put_cpu(&mut self, object: ObjectId, model: &Model, index: i64, slot: Option<usize>) -> Result<(), Error> {
        self.objects.set_property(object, "realized", "bool", Value::Bool(true), true);
        let cpu = make_cpu(self.config.target, model, index)?;
        self.sched.add(index, cpu.lines());
        self.cpus.push(NewCpu { cpu, index, object, slot });
        Ok(())
    }
}

/// The CPU model a configuration asks for.
///
/// # Errors
/// `unable to find CPU model 'NAME'`.
pub fn model(config: &MachineConfig) -> Result<&'static Model, Error> {
    let given = config.cpu.as_deref().map(|text| text.split(',').next().unwrap_or(text));
    let name = given.or(config.machine.default_model(config.target)).unwrap_or("");
    config.target.model(name).ok_or_else(|| Error::new(format!("unable to find CPU model '{name}'")))
}

/// A CPU of that model.
///
/// # Errors
/// When the target can't run.
pub fn make_cpu(target: &Target, model: &Model, index: i64) -> Result<Box<dyn Cpu>, Error> {
    if !target.runnable() {
        return Err(Error::new(format!("target {} can't run yet; riscv32 and riscv64 can", target.name)));
    }
    let _ = (model, index);
    Ok(Box::new(crate::still::StillCpu::new(0x1000)))
}
