//! CPUs that come and go: `device_add`, `device_del`, `cpu-add`.
//!
//! Our own board's checks and texts are those of QEMU 4.2's pc, without the APIC ID.

use devices::acpi_cpus::OspmStatus;
use topology::{ApicIds, ApicPlace, CpuProps, opts};

use crate::boards;
use crate::build;
use crate::config::{DeviceConfig, check_id};
use crate::error::Error;
use crate::machine::Machine;
use crate::objects::unknown_property;
use crate::registry::ApicIdKind;
use crate::run::{Event, RunState};
use crate::types;
use crate::value::Value;

/// APIC IDs from here on can't be plugged by index.
const APIC_ID_LIMIT: u32 = 255;

/// What a guest has said of a CPU's slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OspmSaid {
    /// Id of the device in it, if it has one.
    pub device: Option<String>,
    /// Its number.
    pub slot: usize,
    /// What was said.
    pub status: OspmStatus,
}

/// ISA devices that users may ask for.
const ASKED_FOR: [&str; 3] = ["isa-debug-exit", "isa-debugcon", "pc-testdev"];

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
        device.id.as_deref().map_or(Ok(()), check_id)?;
        let Some(info) = types::find(target, driver).filter(|_| types::is_a(target, driver, "device")) else {
            return Err(Error::new(format!("'{driver}' is not a valid device model name")));
        };
        if info.is_abstract {
            return Err(Error::new("Parameter 'driver' expects non-abstract device type"));
        }
        let is_loader = driver == "loader";
        let is_isa = types::is_a(target, driver, "isa-device");
        let asked_for = is_isa && ASKED_FOR.contains(&driver);
        let slot_type = if self.config.machine.cores { "spapr-cpu-core" } else { "cpu" };
        let is_slot_cpu = self.config.machine.hotplug && types::is_a(target, driver, slot_type);
        if !(is_loader || is_slot_cpu || asked_for) {
            // CPUs of PCs are pluggable, even if this machine has no place for them.
            let is_pc_cpu = self.config.machine.apic_ids != ApicIdKind::None && types::is_a(target, driver, "cpu");
            return Err(Error::new(if is_pc_cpu {
                format!("Device '{driver}' can not be hotplugged on this machine")
            } else if self.config.machine.cores && types::is_a(target, driver, slot_type) {
                "CPU hotplug not supported for this machine".into()
            } else {
                "Parameter 'driver' expects pluggable device type".into()
            }));
        }
        if let Some(id) = device.id.as_deref()
            && self.objects.resolve(&format!("/machine/peripheral/{id}")).is_ok()
        {
            return Err(Error::new(format!("Duplicate ID '{id}' for device")));
        }
        if is_loader {
            return self.add_loader(device);
        }
        if is_isa {
            // The board has built it in.
            return match self.state {
                RunState::Preconfig => {
                    self.objects.add_peripheral(device.id.as_deref(), driver);
                    Ok(())
                }
                _ => Err(Error::new("Bus 'isa.0' does not support hotplugging")),
            };
        }
        if self.config.machine.core_ids {
            return self.add_core(device);
        }
        if self.config.machine.cores {
            return self.add_whole_core(device);
        }
        let (apic, props): (Vec<_>, Vec<_>) = device.props.iter().cloned().partition(|(name, _)| name == "apic-id");
        let ids = self.config.machine.apic_ids.ids(&self.smp);
        if let (Some((name, _)), None) = (apic.first(), &ids) {
            return Err(unknown_property(name));
        }
        let mut place = place(&props)?;
        let expected = build::cpu_type(&self.config);
        if driver != expected {
            return Err(Error::new(format!("Invalid CPU type, expected cpu type: '{expected}'")));
        }
        if let (Some((name, value)), Some(ids)) = (apic.last(), ids) {
            self.set_place_by_apic(&mut place, &ids, unsigned(name, value)?)?;
        }
        let slot = self.free_slot(place)?;
        let object = self.objects.add_peripheral(device.id.as_deref(), driver);
        self.plug(slot, object)
    }

    /// Fills in the place that an APIC ID means; what the user said of it, too, has to agree.
    fn set_place_by_apic(&self, place: &mut CpuProps, ids: &ApicIds, id: u32) -> Result<(), Error> {
        let slot = (0..self.slots.len()).find(|slot| ids.of_index(*slot as u32) == id);
        self.check_free(slot.ok_or_else(|| self.no_such_apic(ids, id))?)?;
        let ApicPlace { socket, die, core, thread } = ids.decode(id);
        let levels = [
            ("socket-id", &mut place.socket_id, socket),
            ("die-id", &mut place.die_id, die),
            ("core-id", &mut place.core_id, core),
            ("thread-id", &mut place.thread_id, thread),
        ];
        for (name, given, must) in levels {
            let must = i64::from(must);
            if let Some(is) = given.filter(|is| *is != must) {
                let text = format!("property {name}: {is} doesn't match set apic-id: {id:#x} ({name}: {must})");
                return Err(Error::new(text));
            }
            *given = Some(must);
        }
        Ok(())
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

    /// The slot of index `id`. On PCs it becomes an APIC ID first, of 32 bits, as QEMU 4.2 does.
    fn slot_of_index(&self, id: i64) -> Result<usize, Error> {
        let last = self.slots.len() - 1;
        let ids = self.config.machine.apic_ids.ids(&self.smp);
        if let Some(ids) = ids {
            let apic = ids.of_index(id as u32);
            if apic >= APIC_ID_LIMIT {
                return Err(Error::new(format!("Unable to add CPU: {id}, resulting APIC ID ({apic}) is too large")));
            }
            let slot = (0..=last).find(|&slot| ids.of_index(slot as u32) == apic);
            return slot.ok_or_else(|| self.no_such_apic(&ids, apic));
        }
        let slot = usize::try_from(id).ok().filter(|&slot| slot <= last);
        slot.ok_or_else(|| Error::new(format!("Invalid CPU id: {id}, valid index range 0:{last}")))
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
        let per_socket = [self.smp.dies, self.smp.cores, self.smp.threads].iter().fold(1, |n, count| n * count.max(&1));
        let sockets = match self.config.machine.apic_ids {
            ApicIdKind::None => self.smp.sockets,
            // The levels may hold fewer than the machine: QEMU goes on counting.
            _ => (self.slots.len() as u32 - 1) / per_socket + 1,
        };
        let limits = [
            ("socket-id", place.socket_id, sockets),
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
        let key = if self.slots.levels.die { place } else { CpuProps { die_id: None, ..place } };
        let slot = self.slots.find(&key).ok_or_else(|| self.no_such_place(&place))?;
        self.check_free(slot)?;
        let node = self.slots.slots[slot].props.node_id.unwrap_or(0);
        match place.node_id {
            Some(given) if given != node => Err(Error::new(format!("invalid node-id, must be {node}"))),
            _ => Ok(slot),
        }
    }

    /// The fault of a place that no slot is at.
    fn no_such_place(&self, place: &CpuProps) -> Error {
        let Some(ids) = self.config.machine.apic_ids.ids(&self.smp) else {
            return Error::new(format!("Invalid CPU [{}]", place.describe()));
        };
        let n = |level: Option<i64>| level.unwrap_or(0) as u32;
        let place = ApicPlace {
            socket: n(place.socket_id),
            die: n(place.die_id),
            core: n(place.core_id),
            thread: n(place.thread_id),
        };
        self.no_such_apic(&ids, ids.of_place(&place))
    }

    /// The fault of an APIC ID that no slot has.
    fn no_such_apic(&self, ids: &ApicIds, id: u32) -> Error {
        let ApicPlace { socket, die, core, thread } = ids.decode(id);
        let last = self.slots.len() - 1;
        Error::new(format!(
            "Invalid CPU [socket: {socket}, die: {die}, core: {core}, thread: {thread}] with APIC ID {id}, valid index \
             range 0:{last}"
        ))
    }

    fn check_free(&self, slot: usize) -> Result<(), Error> {
        let Some(_) = self.slots.slots[slot].occupant else {
            return boards::x86::check_apic(&self.config, &self.smp, slot);
        };
        Err(Error::new(match self.config.machine.apic_ids.ids(&self.smp) {
            Some(ids) => format!("CPU[{slot}] with APIC ID {} exists", ids.of_index(slot as u32)),
            None => format!("CPU[{slot}] exists"),
        }))
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
        if self.config.machine.apic_ids != ApicIdKind::None {
            if self.core_slots.as_ref().is_some_and(|board| board.ask_back(slot)) {
                self.sched.wake_all();
                return Ok(());
            }
            // The guest has not told us that it can be asked.
            let kind = build::cpu_type(&self.config);
            return Err(Error::new(format!("acpi: device unplug request for not supported device type: {kind}")));
        }
        self.remove_cpu(at, slot);
        Ok(())
    }

    /// Takes the CPU at this place of the list out of its slot, and tells of it.
    pub(crate) fn remove_cpu(&mut self, at: usize, slot: usize) {
        let object = self.cpus[at].object;
        let path = self.objects.path(object);
        if self.config.machine.apic_ids != ApicIdKind::None {
            // Its local APIC is a device within it, whose going is told of, too.
            let apic = format!("{path}/lapic");
            self.raise(Event { name: "DEVICE_DELETED", data: vec![("path", Value::from(apic.as_str()))] });
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
        if let Some(board) = &self.core_slots {
            board.removed(slot);
        }
    }

    /// Id of the device in a slot, if it has one.
    fn id_in(&self, slot: usize) -> Option<String> {
        let path = self.slots.slots.get(slot)?.occupant.as_deref()?;
        path.strip_prefix("/machine/peripheral/").map(str::to_string)
    }

    /// `query-acpi-ospm-status`: what the guest has said of the CPUs' slots.
    pub fn ospm_status(&self) -> Vec<OspmSaid> {
        let list = self.core_slots.as_ref().map(|board| board.ospm_status()).unwrap_or_default();
        let said = |(slot, status)| OspmSaid { device: self.id_in(slot), slot, status };
        list.into_iter().enumerate().map(said).collect()
    }

    /// The guest has said something of a slot: ACPI_DEVICE_OST.
    pub(crate) fn tell_ospm_status(&mut self, slot: usize, status: OspmStatus) {
        let mut info: Vec<(String, Value)> = Vec::new();
        let mut put = |name: &str, value: Value| info.push((name.to_string(), value));
        if let Some(id) = self.id_in(slot) {
            put("device", Value::from(id.as_str()));
        }
        put("slot", Value::from(slot.to_string().as_str()));
        put("slot-type", Value::from("CPU"));
        put("source", Value::Int(status.event.into()));
        put("status", Value::Int(status.status.into()));
        self.raise(Event { name: "ACPI_DEVICE_OST", data: vec![("info", Value::Object(info))] });
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
        let slot = self.slot_of_index(id)?;
        self.check_free(slot)?;
        let kind = build::cpu_type(&self.config);
        let object = self.objects.add_anonymous(&kind);
        self.plug(slot, object)
    }
}
