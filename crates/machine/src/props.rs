//! The properties of the machine object (what `-machine NAME,KEY=VALUE` may set and `qom-list /machine` shows) and of the objects of CPUs.

use topology::opts;

use crate::RunState;
use crate::config::MachineConfig;
use crate::error::Error;
use crate::machine::Machine;
use crate::objects::{ObjectId, ObjectTree, unknown_property};
use crate::registry::MachineType;
use crate::value::Value;

/// Name, type and value at start; QEMU 4.2's list and order.
const PROPERTIES: [(&str, &str, &str); 19] = [
    ("enforce-config-section", "bool", "off"),
    ("kernel", "string", ""),
    ("dt-compatible", "string", ""),
    ("initrd", "string", ""),
    ("graphics", "bool", "on"),
    ("kernel-irqchip", "on|off|split", "on"),
    ("usb", "bool", "off"),
    ("firmware", "string", ""),
    ("memory-encryption", "string", ""),
    ("dump-guest-core", "bool", "on"),
    ("kvm-shadow-mem", "int", "-1"),
    ("igd-passthru", "bool", "off"),
    ("phandle-start", "int", "0"),
    ("dumpdtb", "string", ""),
    ("mem-merge", "bool", "on"),
    ("dtb", "string", ""),
    ("accel", "string", "tcg"),
    ("append", "string", ""),
    ("suppress-vmdesc", "bool", "off"),
];

/// All properties of machines of a type: those of every machine, and its own.
fn of(machine: &MachineType) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PROPERTIES.iter().chain(machine.own_properties).copied()
}

/// Names and types of the properties every machine has.
pub(crate) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    PROPERTIES.iter().map(|&(name, kind, _)| (name, kind))
}

/// Reads the text of a property of type `kind`.
fn parse(name: &str, kind: &str, text: &str) -> Result<Value, Error> {
    let fault = |what| Error::new(format!("Parameter '{name}' expects {what}"));
    match kind {
        "bool" => opts::switch(text).map(Value::Bool).ok_or_else(|| fault("'on' or 'off'")),
        "int" => opts::int(text).map(Value::Int).ok_or_else(|| fault("int64")),
        _ => Ok(Value::from(text)),
    }
}

/// Gives the machine object its properties, with those that were set on the command line.
pub(crate) fn add_machine(tree: &mut ObjectTree, machine: ObjectId, config: &MachineConfig) -> Result<(), Error> {
    for (name, kind, text) in of(config.machine) {
        tree.set_property(machine, name, kind, parse(name, kind, text)?, name != "accel");
    }
    let boot = &config.boot;
    let files = [
        ("kernel", &boot.kernel),
        ("initrd", &boot.initrd),
        ("append", &boot.append),
        ("dtb", &boot.dtb),
        ("firmware", &boot.bios),
    ];
    for (name, value) in files {
        if let Some(text) = value {
            tree.set(machine, name, Value::from(text.as_str()))?;
        }
    }
    for (name, text) in &config.machine_props {
        let row = of(config.machine).find(|(n, ..)| n == name);
        let (name, kind, _) = row.ok_or_else(|| unknown_property(name))?;
        tree.set(machine, name, parse(name, kind, text)?)?;
    }
    Ok(())
}

/// A switch of the machine object.
pub(crate) fn flag(tree: &ObjectTree, name: &str) -> bool {
    tree.resolve("/machine").and_then(|machine| tree.get(machine, name)) == Ok(Value::Bool(true))
}

impl Machine {
    /// What the object of a CPU says of where it is, and how it came there.
    pub(crate) fn show_place(&mut self, object: ObjectId, slot: Option<usize>) {
        let plugged = self.state != RunState::Preconfig;
        for (name, on) in [("hotpluggable", true), ("hotplugged", plugged)] {
            self.objects.set_property(object, name, "bool", Value::Bool(on), false);
        }
        let Some(slot) = slot.filter(|_| !self.config.machine.cores) else { return };
        let mut props = self.slots.slots[slot].props;
        if let Some(ids) = self.config.machine.apic_ids.ids(&self.smp) {
            let id = ids.of_index(slot as u32);
            self.objects.set_property(object, "apic-id", "uint32", Value::Int(id.into()), false);
            // Dies are numbered even where the schema doesn't speak of them; -1 is no node.
            props.die_id.get_or_insert(0);
            props.node_id.get_or_insert(-1);
        }
        for (name, value) in props.list() {
            self.objects.set_property(object, name, "int32", Value::Int(value), false);
        }
    }
}
