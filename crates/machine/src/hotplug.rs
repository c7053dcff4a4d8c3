//! CPUs that come and go: `device_add`, `device_del`, `cpu-add`.
//!
//! Only our own board has slots to plug into; its checks and texts are those of QEMU 4.2's pc, without the APIC ID.

use topology::{CpuProps, opts};

use crate::build;
use crate::config::{DeviceConfig, check_id};
use crate::error::Error;
use crate::machine::Machine;
use crate::objects::unknown_property;
use crate::run::Event;
use crate::types;
use crate::value::Value;

/// The property of a CPU that `name` means.
fn field<'a>(props: &'a mut CpuProps, name: &str) -> Option<&'a mut Option<i64>> {
    Some(match name {
        "node-id" => &mut props.node_id,
        "socket-id" => &mut props.socket_id,
        "die-id" => &mut props.die_id,
        "core-id" => &mut props.core_id,
        "thread-id" => &mut props.thread_id,
        _ => return None,
    })
}

/// A number below 2^31, given as a number or as text.
fn number(name: &str, value: &Value) -> Result<i64, Error> {
    let n = match value {
        Value::Int(n) => Some(*n),
        Value::Str(text) | Value::Given(text) => opts::int(text),
        _ => None,
    };
    let n = n.ok_or_else(|| Error::new(format!("Parameter '{name}' expects int64")))?;
    match i32::try_from(n) {
        Ok(_) => Ok(n),
        Err(_) => Err(Error::new(format!("Parameter '{name}' expects int32_t"))),
    }
}

/// A number of 32 bits without sign, given as a number or as text.
fn unsigned(name: &str, value: &Value) -> Result<u32, Error> {
    let n = match value {
        Value::Int(n) => Some(*n),
        Value::Str(text) | Value::Given(text) => opts::int(text),
        _ => None,
    };
    let n = n.ok_or_else(|| Error::new(format!("Parameter '{name}' expects uint64")))?;
    u32::try_from(n).map_err(|_| Error::new(format!("Parameter '{name}' expects uint32_t")))
}

/// The place a user gave.
fn place(given: &[(String, Value)]) -> Result<CpuProps, Error> {
    let mut props = CpuProps::default();
    for (name, value) in given {
        // Values that are no scalars are dropped without a word, as QEMU 4.2 does.
        if matches!(value, Value::List(_) | Value::Object(_) | Value::Null) {
            continue;
        }
        let field = field(&mut props, name).ok_or_else(|| unknown_property(name))?;
        // A negative number stands for "not set".
        *field = Some(number(name, value)?).filter(|&n| n >= 0);
    }
    Ok(props)
}

impl Machine {
    /// `device_add`, `-device`.
    ///
    /// # Errors
    /// An unknown or unpluggable type, a bad or taken id, a bad place.
    pub fn device_add(&mut self, device: &DeviceConfig) -> Result<(), Error> {
        let driver = device.driver.as_str();
        let target = self.config.target;
        let Some(info) = types::find(target, driver).filter(|_| types::is_a(target, driver, "device")) else {
            return Err(Error::new(format!("'{driver}' is not a valid device model name")));
        };
        if info.is_abstract {
            return Err(Error::new("Parameter 'driver' expects non-abstract device type"));
        }
        let is_loader = driver == "loader";
        let slot_type = if self.config.machine.cores { "spapr-cpu-core" } else { "cpu" };
        let is_slot_cpu = self.config.machine.hotplug && types::is_a(target, driver, slot_type);
        if !is_loader && !is_slot_cpu {
            return Err(Error::new("Parameter 'driver' expects pluggable device type"));
        }
        if let Some(id) = device.id.as_deref() {
            check_id(id)?;
            if self.objects.resolve(&format!("/machine/peripheral/{id}")).is_ok() {
                return Err(Error::new(format!("Duplicate ID '{id}' for device")));
            }
        }
        if is_loader {
            return self.add_loader(device);
        }
        if self.config.machine.core_ids {
            return self.add_core(device);
        }
        if self.config.machine.cores {
            return self.add_whole_core(device);
        }
        let place = place(&device.props)?;
        let expected = build::cpu_type(&self.config);
        if driver != expected {
            return Err(Error::new(format!("Invalid CPU type, expected cpu type: '{expected}'")));
        }
        let slot = self.free_slot(place)?;
        let object = self.objects.add_peripheral(device.id.as_deref(), driver);
        self.plug(slot, object)
    }

    /// Plugs a CPU where `core-id` alone says which.
    fn add_core(&mut self, device: &DeviceConfig) -> Result<(), Error> {
        let mut core = 0;
        for (name, value) in &device.props {
            if name != "core-id" {
                return Err(unknown_property(name));
            }
            core = unsigned(name, value)?;
        }
        let expected = build::cpu_type(&self.config);
        if device.driver != expected {
            let bare = device.driver.trim_end_matches(self.config.target.cpu_suffix);
            return Err(Error::new(match s390x::model::Model::is_too_new(bare) {
                true => {
                    "Selected CPU generation is too new. Maximum supported model in the configuration: 'z13.2'".into()
                }
                false => format!("Invalid CPU type, expected cpu type: '{expected}'"),
            }));
        }
        let slot = self.free_core(core)?;
        let object = self.objects.add_peripheral(device.id.as_deref(), &device.driver);
        self.plug(slot, object)
    }

    fn free_core(&self, core: u32) -> Result<usize, Error> {
        let last = self.slots.len() - 1;
        let refused = |why| Error::new(format!("Unable to add CPU with core-id: {core}, {why}"));
        let slot = core as usize;
        if slot > last {
            return Err(refused(format!("maximum core-id: {last}")));
        }
        match self.slots.slots[slot].occupant {
            Some(_) => Err(refused("it already exists".into())),
            None => Ok(slot),
        }
    }

    /// The slot a user means by `place`.
    fn free_slot(&self, mut place: CpuProps) -> Result<usize, Error> {
        if self.smp.dies == 1 {
            place.die_id = place.die_id.or(Some(0));
        }
        let limits = [
            ("socket-id", place.socket_id, self.smp.sockets),
            ("die-id", place.die_id, self.smp.dies),
            ("core-id", place.core_id, self.smp.cores),
            ("thread-id", place.thread_id, self.smp.threads),
        ];
        for (name, value, count) in limits {
            let value = value.ok_or_else(|| Error::new(format!("CPU {name} is not set")))?;
            let last = i64::from(count) - 1;
            if value > last {
                return Err(Error::new(format!("Invalid CPU {name}: {value} must be in range 0:{last}")));
            }
        }
        let slot = self.slots.find(&place);
        let slot = slot.ok_or_else(|| Error::new(format!("Invalid CPU [{}]", place.describe())))?;
        self.check_free(slot)?;
        let node = self.slots.slots[slot].props.node_id.unwrap_or(0);
        match place.node_id {
            Some(given) if given != node => Err(Error::new(format!("invalid node-id, must be {node}"))),
            _ => Ok(slot),
        }
    }

    fn check_free(&self, slot: usize) -> Result<(), Error> {
        match self.slots.slots[slot].occupant {
            Some(_) => Err(Error::new(format!("CPU[{slot}] exists"))),
            None => Ok(()),
        }
    }

    /// `device_del`: `name` is an id or an absolute path. The CPU is gone at once: nobody asks the guest.
    ///
    /// # Errors
    /// No such device, or one that can't go.
    pub fn device_del(&mut self, name: &str) -> Result<(), Error> {
        let absolute = name.starts_with('/');
        let path = if absolute { name.to_string() } else { format!("/machine/peripheral/{name}") };
        let object = self.objects.resolve(&path);
        let object = object.map_err(|_| Error::not_found(format!("Device '{name}' not found")))?;
        let path = self.objects.path(object);
        if self.config.machine.cores
            && let Some(slot) = self.core_slot(object)
        {
            return self.remove_core(object, slot);
        }
        let Some(at) = self.cpus.iter().position(|vcpu| vcpu.object == object) else {
            return Err(Error::new(format!("{path} is not a hotpluggable device")));
        };
        let unplugs = self.config.machine.hotplug && !self.config.machine.core_ids;
        let Some(slot) = self.cpus[at].slot.filter(|_| unplugs) else {
            return Err(Error::new("CPU hot unplug not supported on this machine"));
        };
        if slot == 0 {
            return Err(Error::new("Boot CPU is unpluggable"));
        }
        self.unplug(at);
        self.slots.slots[slot].occupant = None;
        self.objects.remove(object);
        let mut data = Vec::new();
        if let Some(id) = path.strip_prefix("/machine/peripheral/") {
            data.push(("device", Value::from(id)));
        }
        data.push(("path", Value::from(path.as_str())));
        self.raise(Event { name: "DEVICE_DELETED", data });
        Ok(())
    }

    /// `cpu-add`.
    ///
    /// # Errors
    /// When the board has no hotplug, there is no such CPU, or it is there already.
    pub fn cpu_add(&mut self, id: i64) -> Result<(), Error> {
        if !self.config.machine.hotplug || self.config.machine.cores {
            return Err(Error::new("Not supported"));
        }
        if self.config.machine.core_ids {
            // The number is cut to 32 bits, as QEMU 4.2 does.
            let slot = self.free_core(id as u32)?;
            let object = self.objects.add_anonymous(&build::cpu_type(&self.config));
            return self.plug(slot, object);
        }
        if id < 0 {
            return Err(Error::new(format!("Invalid CPU id: {id}")));
        }
        let slot = usize::try_from(id).ok().filter(|&slot| slot < self.slots.len());
        let slot = slot
            .ok_or_else(|| Error::new(format!("Invalid CPU id: {id}, valid index range 0:{}", self.slots.len() - 1)))?;
        self.check_free(slot)?;
        let kind = build::cpu_type(&self.config);
        let object = self.objects.add_anonymous(&kind);
        self.plug(slot, object)
    }
}
