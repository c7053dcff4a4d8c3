//! Memory backends: `-object memory-backend-ram,...`, `object-add`, `query-memdev`.

use topology::opts;

use crate::config::ObjectConfig;
use crate::error::Error;
use crate::objects::{PropertyInfo, unknown_property};
use crate::value::Value;

/// The schema's `HostMemPolicy`.
const POLICIES: [&str; 4] = ["default", "preferred", "bind", "interleave"];

/// Properties every backend has: name, type.
const COMMON: [(&str, &str); 8] = [
    ("dump", "bool"),
    ("share", "bool"),
    ("x-use-canonical-path-for-ramblock-id", "bool"),
    ("policy", "HostMemPolicy"),
    ("size", "int"),
    ("prealloc", "bool"),
    ("host-nodes", "int"),
    ("merge", "bool"),
];

const FILE: [(&str, &str); 4] = [("mem-path", "string"), ("align", "int"), ("discard-data", "bool"), ("pmem", "bool")];
const MEMFD: [(&str, &str); 3] = [("hugetlb", "bool"), ("hugetlbsize", "int"), ("seal", "bool")];

/// A memory backend.
#[derive(Clone, PartialEq, Debug)]
pub struct MemDev {
    /// Its name under `/objects`.
    pub id: String,
    /// Its type.
    pub kind: &'static str,
    /// Its properties by name, in `qom-list`'s order.
    props: Vec<(&'static str, &'static str, Value)>,
    /// Whether a node of the machine uses it.
    pub in_use: bool,
}

impl MemDev {
    fn new(kind: &'static str, id: &str, merge: bool, dump: bool) -> MemDev {
        let own: &[(&str, &str)] = match kind {
            "memory-backend-file" => &FILE,
            "memory-backend-memfd" => &MEMFD,
            _ => &[],
        };
        let value = |name: &str, kind: &str| match (name, kind) {
            ("merge", _) => Value::Bool(merge),
            ("dump", _) => Value::Bool(dump),
            ("share", _) => Value::Bool(own.len() == MEMFD.len()),
            ("seal", _) => Value::Bool(true),
            ("policy", _) => Value::from("default"),
            ("host-nodes", _) => Value::List(Vec::new()),
            (_, "bool") => Value::Bool(false),
            (_, "int") => Value::Int(0),
            _ => Value::from(""),
        };
        let props = COMMON.iter().chain(own).map(|&(name, kind)| (name, kind, value(name, kind))).collect();
        MemDev { id: id.to_string(), kind, props, in_use: false }
    }

    /// The value of a property.
    ///
    /// # Errors
    /// `Property '.NAME' not found`.
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        match name {
            "type" => Ok(Value::from(self.kind)),
            _ => self.slot(name).map(|(_, _, value)| value.clone()),
        }
    }

    fn slot(&self, name: &str) -> Result<&(&'static str, &'static str, Value), Error> {
        self.props.iter().find(|(n, ..)| *n == name).ok_or_else(|| unknown_property(name))
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.get("size").ok().and_then(|v| v.as_u64()).unwrap_or(0)
    }

    /// A property that is a switch.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Ok(Value::Bool(true))
    }

    /// The host policy.
    pub fn policy(&self) -> String {
        self.get("policy").ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
    }

    /// The properties, `type` first, then the region that shows it is mapped.
    pub fn list(&self) -> Vec<PropertyInfo> {
        let info = |name: &str, kind: &str| PropertyInfo { name: name.to_string(), kind: kind.to_string() };
        let mut out = vec![info("type", "string")];
        out.extend(self.props.iter().map(|(name, kind, _)| info(name, kind)));
        out.push(info(&format!("{}[0]", self.id), "child<qemu:memory-region>"));
        out
    }

    /// Changes a property. `made` tells whether the backend has its memory already.
    fn set(&mut self, name: &str, value: &Value, made: bool) -> Result<(), Error> {
        let (own, kind, old) =
            self.props.iter_mut().find(|(n, ..)| *n == name).ok_or_else(|| unknown_property(name))?;
        let value = match (*own, *kind) {
            ("size" | "hugetlbsize" | "align", _) => {
                let size = size_of(name, value)?;
                if made {
                    return Err(Error::new(format!("cannot change property {name} of {} ", self.kind)));
                }
                if size == 0 {
                    return Err(Error::new(format!("property '{name}' of {} doesn't take value '0'", self.kind)));
                }
                Value::uint(size)
            }
            ("policy", _) => policy_of(value)?,
            ("host-nodes", _) => return Err(Error::new("NUMA node binding are not supported by this QEMU")),
            (_, "bool") => Value::Bool(switch_of(name, value)?),
            _ => Value::from(text_of(name, value)?),
        };
        if made && matches!(*own, "share" | "mem-path" | "pmem" | "hugetlb" | "seal") {
            return Err(Error::new("cannot change property value"));
        }
        *old = value;
        Ok(())
    }
}

fn type_error(name: &str, expected: &str) -> Error {
    Error::new(format!("Invalid parameter type for '{name}', expected: {expected}"))
}

/// A size: a number, or from the command line a text with a suffix.
fn size_of(name: &str, value: &Value) -> Result<u64, Error> {
    match value {
        Value::Given(text) => {
            opts::size(text, 1).ok_or_else(|| Error::new(format!("Parameter '{name}' expects a size value")))
        }
        _ => value.as_u64().ok_or_else(|| Error::new(format!("Parameter '{name}' expects uint64"))),
    }
}

fn switch_of(name: &str, value: &Value) -> Result<bool, Error> {
    match value {
        Value::Given(text) => {
            opts::switch(text).ok_or_else(|| Error::new(format!("Parameter '{name}' expects on|yes|y|off|no|n")))
        }
        Value::Bool(on) => Ok(*on),
        _ => Err(type_error(name, "boolean")),
    }
}

fn text_of<'a>(name: &str, value: &'a Value) -> Result<&'a str, Error> {
    value.as_str().ok_or_else(|| type_error(name, "string"))
}

/// A policy other than the default would need the host's NUMA library, which this build has not: QEMU's text for that.
fn policy_of(value: &Value) -> Result<Value, Error> {
    let text = text_of("policy", value)?;
    if !POLICIES.contains(&text) {
        return Err(Error::new(format!("Invalid parameter '{text}'")));
    }
    if text != "default" {
        return Err(Error::new("NUMA policies are not supported by this QEMU"));
    }
    Ok(Value::from(text))
}

/// All memory backends, in the order they were made.
#[derive(Clone, Debug, Default)]
pub struct MemDevs {
    devs: Vec<MemDev>,
    /// Whether `/objects` has ever had a child: before that it does not exist.
    pub ever: bool,
    table: IdTable,
}

/// Types that are there but can't be made by `-object`.
const NOT_CREATABLE: [&str; 3] = ["pc-dimm", "container", "qemu:memory-region"];

impl MemDevs {
    /// Makes a backend. `defaults` are the machine's `mem-merge` and `dump-guest-core`; `cli` says where it came from, which
    /// decides the text for a name that is taken.
    ///
    /// # Errors
    /// What section "Memory backends" of QEMU 4.2's behaviour lists; nothing is left behind.
    pub fn add(&mut self, config: &ObjectConfig, defaults: (bool, bool), cli: bool) -> Result<(), Error> {
        let kind = match config.kind.as_str() {
            "memory-backend-ram" => "memory-backend-ram",
            "memory-backend-file" => "memory-backend-file",
            "memory-backend-memfd" => "memory-backend-memfd",
            "memory-backend" => return Err(Error::new("object type 'memory-backend' is abstract")),
            other if NOT_CREATABLE.contains(&other) || other.ends_with("-cpu") || other.ends_with("-machine") => {
                return Err(Error::new(format!("object type '{other}' isn't supported by object-add")));
            }
            other => return Err(Error::new(format!("invalid object type: {other}"))),
        };
        let mut dev = MemDev::new(kind, &config.id, defaults.0, defaults.1);
        let taken = self.get(&config.id).is_some();
        if taken && cli {
            return Err(Error::new(format!("Duplicate ID '{}' for object", config.id)));
        }
        for (name, value) in &config.props {
            dev.set(name, value, false)?;
        }
        if taken {
            let text = format!("attempt to add duplicate property '{}' to object (type 'container')", config.id);
            return Err(Error::new(text));
        }
        if dev.size() == 0 {
            return Err(Error::new("can't create backend with size 0"));
        }
        if kind == "memory-backend-file" && dev.get("mem-path") == Ok(Value::from("")) {
            return Err(Error::new("mem-path property not set"));
        }
        self.ever = true;
        self.table.insert(&config.id);
        self.devs.push(dev);
        Ok(())
    }

    /// Removes a backend.
    ///
    /// # Errors
    /// When it is not there, or a node uses it.
    pub fn remove(&mut self, id: &str) -> Result<(), Error> {
        let at = self.devs.iter().position(|dev| dev.id == id);
        let at = at.ok_or_else(|| Error::new(format!("object '{id}' not found")))?;
        if self.devs[at].in_use {
            return Err(Error::new(format!("object '{id}' is in use, can not be deleted")));
        }
        self.devs.remove(at);
        self.table.remove(id);
        Ok(())
    }

    /// The backend of that name.
    pub fn get(&self, id: &str) -> Option<&MemDev> {
        self.devs.iter().find(|dev| dev.id == id)
    }

    /// Marks a backend as used by a node.
    pub fn set_in_use(&mut self, id: &str) {
        if let Some(dev) = self.devs.iter_mut().find(|dev| dev.id == id) {
            dev.in_use = true;
        }
    }

    /// Changes a property of a backend that has its memory.
    ///
    /// # Errors
    /// No such property, or one that can't be changed any more.
    pub fn set(&mut self, id: &str, name: &str, value: &Value) -> Result<(), Error> {
        let dev = self.devs.iter_mut().find(|dev| dev.id == id);
        dev.ok_or_else(|| Error::not_found(format!("Device '/objects/{id}' not found")))?.set(name, value, true)
    }

    /// The backends in `qom-list`'s order: that of a hash table of their names.
    pub fn by_table(&self) -> impl Iterator<Item = &MemDev> {
        self.table.order().into_iter().filter_map(|id| self.get(id))
    }

    /// The backends in `query-memdev`'s order.
    pub fn query(&self) -> Vec<&MemDev> {
        self.by_table().collect()
    }
}

/// The order in which GLib's hash table of strings hands out its keys: what clients of QEMU see.
#[derive(Clone, Debug, Default)]
struct IdTable {
    ids: Vec<String>,
}

/// The prime for each size of table, from 8 slots on.
const PRIMES: [u32; 8] = [7, 13, 31, 61, 127, 251, 509, 1021];

impl IdTable {
    fn insert(&mut self, id: &str) {
        self.ids.push(id.to_string());
    }

    fn remove(&mut self, id: &str) {
        self.ids.retain(|have| have != id);
    }

    fn hash(id: &str) -> u32 {
        id.bytes().fold(5381u32, |h, b| h.wrapping_mul(33).wrapping_add(u32::from(b)))
    }

    /// Slots from high to low. The table doubles when it would be full; beyond the primes listed here the order is that of
    /// insertion, which is as good as any.
    fn order(&self) -> Vec<&str> {
        let mut slots: Vec<Option<&str>> = vec![None; 8];
        let mut used = 0;
        for id in &self.ids {
            place(&mut slots, id);
            used += 1;
            if used + used / 16 + 1 > slots.len() {
                // Keys move in slot order into the larger table.
                let old = std::mem::replace(&mut slots, vec![None; grown(used)]);
                old.into_iter().flatten().for_each(|id| place(&mut slots, id));
            }
        }
        slots.into_iter().rev().flatten().collect()
    }
}

/// The size a table with so many keys grows to: the power of two above 1 1/3 of them.
fn grown(used: usize) -> usize {
    (used + used / 3 + 1).next_power_of_two().max(8)
}

fn place<'a>(slots: &mut [Option<&'a str>], id: &'a str) {
    let mask = slots.len() - 1;
    let prime = PRIMES.get(slots.len().ilog2() as usize - 3).copied().unwrap_or(slots.len() as u32 - 1);
    let mut at = (IdTable::hash(id).wrapping_mul(11) % prime) as usize;
    let mut step = 0;
    while slots[at].is_some() {
        step += 1;
        at = (at + step) & mask;
    }
    slots[at] = Some(id);
}
