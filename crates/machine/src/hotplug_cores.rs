//! Cores that come and go: `device_add` and `device_del` where a slot is a core (pseries).
//!
//! Checks and texts are those of QEMU 4.2. A core that the guest has not taken goes at once; the board tells its guest of the others.

use topology::opts;

use crate::boards::pseries::core_type;
use crate::build::{self, Plan};
use crate::config::DeviceConfig;
use crate::error::Error;
use crate::machine::Machine;
use crate::objects::{ObjectId, unknown_property};
use crate::run::Event;
use crate::value::Value;

fn number(name: &str, value: &Value) -> Result<i64, Error> {
    let n = match value {
        Value::Int(n) => Some(*n),
        Value::Str(text) | Value::Given(text) => opts::int(text),
        _ => None,
    };
    n.ok_or_else(|| Error::new(format!("Parameter '{name}' expects int64")))
}

/// What a user says of a core.
struct Wanted {
    core: i64,
    node: Option<i64>,
    threads: i64,
}

impl Machine {
    fn wanted(&self, device: &DeviceConfig) -> Result<Wanted, Error> {
        let mut wanted = Wanted { core: 0, node: None, threads: self.smp.threads.max(1).into() };
        for (name, value) in &device.props {
            match name.as_str() {
                "core-id" => {
                    wanted.core = number(name, value)?;
                    if wanted.core < 0 {
                        return Err(Error::new(format!("Invalid core id {}", wanted.core)));
                    }
                }
                "nr-threads" => wanted.threads = number(name, value)?,
                "node-id" => wanted.node = Some(number(name, value)?),
                _ => return Err(unknown_property(name)),
            }
        }
        Ok(wanted)
    }

    /// Plugs a core with all its threads.
    pub(crate) fn add_whole_core(&mut self, device: &DeviceConfig) -> Result<(), Error> {
        let Wanted { core, node, threads } = self.wanted(device)?;
        let model = build::model_text(&self.config);
        let expected = core_type(&model);
        if device.driver != expected {
            return Err(Error::new(format!("CPU core type should be {expected}")));
        }
        let per_core = i64::from(self.smp.threads.max(1));
        if core % per_core != 0 {
            return Err(Error::new(format!("invalid core id {core}")));
        }
        if threads != per_core {
            return Err(Error::new(format!("invalid nr-threads {threads}, must be {per_core}")));
        }
        let slot = usize::try_from(core / per_core).ok().filter(|&slot| slot < self.slots.len());
        let slot = slot.ok_or_else(|| Error::new(format!("core id {core} out of range")))?;
        if self.slots.slots[slot].occupant.is_some() {
            return Err(Error::new(format!("core {core} already populated")));
        }
        let own = self.slots.slots[slot].props.node_id.unwrap_or(0);
        if node.is_some_and(|node| node != own) {
            return Err(Error::new(format!("invalid node-id, must be {own}")));
        }
        let object = self.objects.add_peripheral(device.id.as_deref(), &device.driver);
        self.objects.set_property(object, "realized", "bool", Value::Bool(true), true);
        let kind = build::cpu_type(&self.config);
        for n in 0..per_core {
            let thread = self.objects.add(object, &format!("thread[{n}]"), &kind);
            self.enter(Plan { index: core + n, object: thread, slot: Some(slot), model: model.clone() })?;
        }
        if let Some(board) = &self.core_slots {
            board.plugged(slot);
        }
        self.sched.wake_all();
        Ok(())
    }

    /// The slot of the core that an object is, if it is one.
    pub(crate) fn core_slot(&self, object: ObjectId) -> Option<usize> {
        let path = self.objects.path(object);
        self.slots.slots.iter().position(|slot| slot.occupant.as_deref() == Some(&path))
    }

    /// Takes a core out. One that the guest has taken it has to give up, and until it does the core stays.
    pub(crate) fn remove_core(&mut self, object: ObjectId, slot: usize) -> Result<(), Error> {
        if slot == 0 {
            return Err(Error::new("Boot CPU core may not be unplugged"));
        }
        if self.core_slots.as_ref().is_some_and(|board| board.ask_back(slot)) {
            self.sched.wake_all();
            return Ok(());
        }
        self.take_out(object, slot);
        Ok(())
    }

    /// The guest has given up a core or CPU.
    pub(crate) fn core_given_up(&mut self, slot: usize) {
        if !self.config.machine.cores {
            if let Some(at) = self.cpus.iter().position(|vcpu| vcpu.slot == Some(slot)) {
                self.remove_cpu(at, slot);
            }
            return;
        }
        let path = self.slots.slots.get(slot).and_then(|slot| slot.occupant.clone());
        if let Some(object) = path.and_then(|path| self.objects.resolve(&path).ok()) {
            self.take_out(object, slot);
        }
    }

    fn take_out(&mut self, object: ObjectId, slot: usize) {
        let path = self.objects.path(object);
        let xive = self.config.machine.name >= "pseries-4";
        let gone = |path: String| Event { name: "DEVICE_DELETED", data: vec![("path", Value::from(path.as_str()))] };
        while let Some(at) = self.cpus.iter().position(|vcpu| vcpu.slot == Some(slot)) {
            let thread = self.cpus[at].qom_path.clone();
            self.raise(gone(format!("{thread}/icp")));
            if xive {
                self.raise(gone(format!("{thread}/xive-tctx")));
            }
            self.raise(gone(thread));
            self.unplug(at);
        }
        self.slots.slots[slot].occupant = None;
        self.objects.remove(object);
        let mut data = Vec::new();
        if let Some(id) = path.strip_prefix("/machine/peripheral/") {
            data.push(("device", Value::from(id)));
        }
        data.push(("path", Value::from(path.as_str())));
        self.raise(Event { name: "DEVICE_DELETED", data });
        if let Some(board) = &self.core_slots {
            board.removed(slot);
        }
    }
}
