//! Memory backends: `-object memory-backend-ram,...`, `object-add`, `query-memdev`.

use std::collections::HashMap;

use memory::host::HostMemory;
use topology::opts;

use crate::config::ObjectConfig;
use crate::error::Error;
use crate::memblock;
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

/// What a type has beyond the common properties.
fn own_properties(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "memory-backend-file" => &FILE,
        "memory-backend-memfd" => &MEMFD,
        _ => &[],
    }
}

/// Names and types of the properties of a backend of type `kind`.
pub(crate) fn properties_of(kind: &str) -> Vec<(&'static str, &'static str)> {
    COMMON.iter().chain(own_properties(kind)).copied().collect()
}

impl MemDev {
    fn new(kind: &'static str, id: &str, merge: bool, dump: bool) -> MemDev {
        let kind_name = kind;
        let value = |name: &str, kind: &str| match (name, kind) {
            ("merge", _) => Value::Bool(merge),
            ("dump", _) => Value::Bool(dump),
            ("share", _) => Value::Bool(kind_name == "memory-backend-memfd"),
            ("seal", _) => Value::Bool(true),
            ("policy", _) => Value::from("default"),
            ("host-nodes", _) => Value::List(Vec::new()),
            (_, "bool") => Value::Bool(false),
            (_, "int") => Value::Int(0),
            _ => Value::from(""),
        };
        let props = properties_of(kind).into_iter().map(|(name, kind)| (name, kind, value(name, kind))).collect();
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
        self.number("size")
    }

    /// A property that is a switch.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Ok(Value::Bool(true))
    }

    /// The host policy.
    pub fn policy(&self) -> String {
        self.text("policy")
    }

    /// Its nodes of the host.
    pub(crate) fn host_nodes(&self) -> Vec<u16> {
        let Ok(Value::List(nodes)) = self.get("host-nodes") else { return Vec::new() };
        nodes.iter().filter_map(|node| u16::try_from(node.as_u64()?).ok()).collect()
    }

    /// A property that is a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).ok().and_then(|value| value.as_u64()).unwrap_or(0)
    }

    /// A property that is a text.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).ok().and_then(|value| value.as_str().map(str::to_string)).unwrap_or_default()
    }

    /// Nodes and policy belong together.
    fn check_policy(&self) -> Result<(), Error> {
        match (self.policy().as_str(), self.host_nodes().is_empty()) {
            ("default", false) => Err(Error::new(
                "host-nodes must be empty for policy default, or you should explicitly specify a policy other than default",
            )),
            (policy, true) if policy != "default" => {
                Err(Error::new(format!("host-nodes must be set for policy {policy}")))
            }
            _ => Ok(()),
        }
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
    fn set(&mut self, name: &str, value: &Value, made: bool, numa_host: bool) -> Result<(), Error> {
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
            ("policy", _) => policy_of(value, numa_host)?,
            ("host-nodes", _) => nodes_of(value, numa_host)?,
            (_, "bool") => Value::Bool(switch_of(name, value)?),
            _ => Value::from(text_of(name, value)?),
        };
        let value = match (value, &*old) {
            // On the command line a list is given by naming it again.
            (Value::List(more), Value::List(have)) if !made => Value::List([have.as_slice(), &more].concat()),
            (value, _) => value,
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

/// A policy other than the default takes a host with several nodes; elsewhere the text is that of a QEMU without the library.
fn policy_of(value: &Value, numa_host: bool) -> Result<Value, Error> {
    let text = text_of("policy", value)?;
    if !POLICIES.contains(&text) {
        return Err(Error::new(format!("Invalid parameter '{text}'")));
    }
    if text != "default" && !numa_host {
        return Err(Error::new("NUMA policies are not supported by this QEMU"));
    }
    Ok(Value::from(text))
}

/// Nodes that a host can have at most.
const HOST_NODES_MAX: u64 = 128;

/// Nodes of the host: a list of numbers, or from the command line a number or a range.
fn nodes_of(value: &Value, numa_host: bool) -> Result<Value, Error> {
    if !numa_host {
        return Err(Error::new("NUMA node binding are not supported by this QEMU"));
    }
    let nodes: Option<Vec<u64>> = match value {
        Value::Given(text) => {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let ends = opts::uint(first).zip(opts::uint(last)).filter(|(first, last)| first <= last);
            ends.map(|(first, last)| (first..=last.min(first + HOST_NODES_MAX)).collect())
        }
        Value::List(list) => list.iter().map(Value::as_u64).collect(),
        _ => return Err(type_error("host-nodes", "array")),
    };
    let nodes = nodes.ok_or_else(|| Error::new("Parameter 'host-nodes' expects a uint64 value or range"))?;
    match nodes.iter().find(|node| **node >= HOST_NODES_MAX) {
        Some(node) => Err(Error::new(format!("Invalid host-nodes value: {node}"))),
        None => Ok(Value::List(nodes.into_iter().map(Value::uint).collect())),
    }
}

/// All memory backends, in the order they were made.
#[derive(Debug, Default)]
pub struct MemDevs {
    devs: Vec<MemDev>,
    /// The memory of those that no machine has taken.
    blocks: HashMap<String, HostMemory>,
    numa_host: bool,
    /// Whether `/objects` has ever had a child: before that it does not exist.
    pub ever: bool,
    table: IdTable,
}

/// Types that are there but can't be made by `-object`.
const NOT_CREATABLE: [&str; 3] = ["pc-dimm", "container", "qemu:memory-region"];

impl MemDevs {
    /// None yet, on this host.
    pub(crate) fn of_host() -> MemDevs {
        MemDevs { numa_host: memblock::is_numa_host(), ..MemDevs::default() }
    }

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
            dev.set(name, value, false, self.numa_host)?;
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
        dev.check_policy()?;
        self.blocks.insert(config.id.clone(), memblock::make(&dev)?);
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
        self.blocks.remove(id);
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

    /// One block of the memory of these backends, which is the machine's from now on.
    ///
    /// # Errors
    /// A backend whose memory is taken already, or what the host refuses.
    pub(crate) fn take(&mut self, ids: &[String]) -> Result<HostMemory, Error> {
        let taken = |id: &str| {
            Error::new(format!(
                "memory backend {id} is used multiple times. Each -numa option must use a different memdev value."
            ))
        };
        let parts = ids.iter().map(|id| self.blocks.remove(id).ok_or_else(|| taken(id)));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        HostMemory::join(parts).map_err(|e| Error::new(format!("cannot set up guest memory: {e}")))
    }

    /// Changes a property of a backend that has its memory.
    ///
    /// # Errors
    /// No such property, or one that can't be changed any more.
    pub fn set(&mut self, id: &str, name: &str, value: &Value) -> Result<(), Error> {
        let dev = self.devs.iter_mut().find(|dev| dev.id == id);
        dev.ok_or_else(|| Error::not_found(format!("Device '/objects/{id}' not found")))?.set(
            name,
            value,
            true,
            self.numa_host,
        )
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

    /// Slots from high to low. Beyond the primes listed here the order is still one and the same on every run, but not GLib's.
    fn order(&self) -> Vec<&str> {
        let mut slots: Vec<Option<&str>> = vec![None; 8];
        for (n, id) in self.ids.iter().enumerate() {
            let at = probe(slots.len(), id, |at| slots[at].is_some());
            slots[at] = Some(id);
            let used = n + 1;
            if slots.len() <= used + used / 16 {
                grow(&mut slots, used);
            }
        }
        slots.into_iter().rev().flatten().collect()
    }
}

/// The slot for `id` in a table of `len` slots: its hash modulo a prime, then triangular steps past what is taken.
fn probe(len: usize, id: &str, taken: impl Fn(usize) -> bool) -> usize {
    let prime = PRIMES.get(len.ilog2() as usize - 3).copied().unwrap_or(len as u32 - 1);
    let mut at = (IdTable::hash(id).wrapping_mul(11) % prime) as usize;
    let mut step = 0;
    while taken(at) {
        step += 1;
        at = (at + step) % len;
    }
    at
}

/// Makes room in place: each key moves to its new slot and pushes out what is there, which then moves in turn.
fn grow(slots: &mut Vec<Option<&str>>, used: usize) {
    let old_len = slots.len();
    let len = (used * 1333 / 1000 + 1).next_power_of_two();
    slots.resize(len, None);
    let mut settled = vec![false; len];
    for i in 0..old_len {
        let mut moving = if settled[i] { None } else { slots[i].take() };
        while let Some(id) = moving {
            let at = probe(len, id, |at| settled[at]);
            settled[at] = true;
            moving = slots[at].replace(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(ids: &[&str]) -> Vec<String> {
        let mut table = IdTable::default();
        ids.iter().for_each(|id| table.insert(id));
        table.order().into_iter().map(str::to_string).collect()
    }

    #[test]
    fn names_come_in_the_order_of_the_hash_table() {
        // From recorded answers of query-memdev.
        assert_eq!(order(&["m0", "m1"]), ["m1", "m0"]);
        assert_eq!(order(&["r0", "r1"]), ["r0", "r1"]);
        assert_eq!(order(&["r0", "r1", "r2"]), ["r2", "r0", "r1"]);
        assert_eq!(order(&["zeta", "alpha", "mid", "b2", "a1"]), ["a1", "zeta", "mid", "alpha", "b2"]);
        assert_eq!(
            order(&["zeta", "alpha", "mid", "b2", "a1", "m0", "m1", "m2", "ram0", "x"]),
            ["x", "alpha", "ram0", "m0", "m1", "mid", "a1", "m2", "b2", "zeta"]
        );
    }

    #[test]
    fn the_order_loses_nobody() {
        let names: Vec<String> = (0..500).map(|n| format!("m{n}")).collect();
        let ids: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut got = order(&ids);
        got.sort();
        let mut want = names.clone();
        want.sort();
        assert_eq!(got, want);
    }

    /// The text of the fault when such an object is made, or "ok".
    fn try_add(devs: &mut MemDevs, kind: &str, id: &str, props: &[(&str, Value)], cli: bool) -> String {
        let props = props.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let config = ObjectConfig { kind: kind.to_string(), id: id.to_string(), props };
        devs.add(&config, (true, true), cli).map_or_else(|e| e.text, |()| "ok".to_string())
    }

    #[test]
    fn faults_have_qemus_texts_and_leave_nothing() {
        let mut devs = MemDevs::default();
        let ram = "memory-backend-ram";
        let size = |n| ("size", Value::Int(n));
        let given = |name, text: &str| (name, Value::Given(text.to_string()));
        type Case<'a> = (&'a str, &'a [(&'a str, Value)], &'a str);
        let cases: [Case<'_>; 14] = [
            (ram, &[], "can't create backend with size 0"),
            (ram, &[size(0)], "property 'size' of memory-backend-ram doesn't take value '0'"),
            (ram, &[("size", Value::from("1M"))], "Parameter 'size' expects uint64"),
            (ram, &[given("size", "xyz")], "Parameter 'size' expects a size value"),
            ("nope", &[], "invalid object type: nope"),
            ("memory-backend", &[], "object type 'memory-backend' is abstract"),
            ("pc-dimm", &[], "object type 'pc-dimm' isn't supported by object-add"),
            (ram, &[size(4096), ("foo", Value::Int(1))], "Property '.foo' not found"),
            (ram, &[("policy", Value::from("zig"))], "Invalid parameter 'zig'"),
            (ram, &[("policy", Value::from("bind"))], "NUMA policies are not supported by this QEMU"),
            (ram, &[given("host-nodes", "0")], "NUMA node binding are not supported by this QEMU"),
            (ram, &[given("merge", "maybe")], "Parameter 'merge' expects on|yes|y|off|no|n"),
            ("memory-backend-file", &[size(4096)], "mem-path property not set"),
            (ram, &[given("size", "1M"), given("merge", "off")], "ok"),
        ];
        for (kind, props, want) in cases {
            assert_eq!(try_add(&mut devs, kind, "a", props, false), want, "{kind} {props:?}");
        }
        assert_eq!(devs.query().len(), 1);
        assert!(!devs.query()[0].flag("merge") && devs.query()[0].flag("dump"));
        let duplicate = "attempt to add duplicate property 'a' to object (type 'container')";
        assert_eq!(try_add(&mut devs, ram, "a", &[size(4096)], false), duplicate);
        assert_eq!(try_add(&mut devs, ram, "a", &[size(4096)], true), "Duplicate ID 'a' for object");
        let set = |devs: &mut MemDevs, name, value| devs.set("a", name, &value).map_err(|e| e.text);
        assert_eq!(set(&mut devs, "merge", Value::Bool(true)), Ok(()));
        assert_eq!(
            set(&mut devs, "size", Value::Int(4096)),
            Err("cannot change property size of memory-backend-ram ".to_string())
        );
        assert_eq!(set(&mut devs, "share", Value::Bool(true)), Err("cannot change property value".to_string()));
    }

    #[test]
    fn the_guest_writes_into_the_file_of_a_shared_backend() {
        let path = std::env::temp_dir().join(format!("polyarch-memdev-{}", std::process::id()));
        let mut devs = MemDevs::default();
        let props = [
            ("size", Value::Int(8192)),
            ("mem-path", Value::from(path.to_str().unwrap())),
            ("share", Value::Bool(true)),
            ("prealloc", Value::Bool(true)),
        ];
        assert_eq!(try_add(&mut devs, "memory-backend-file", "f", &props, false), "ok");
        assert_eq!(try_add(&mut devs, "memory-backend-ram", "r", &[("size", Value::Int(4096))], false), "ok");
        let too_long = [("size", Value::Int(1 << 20)), props[1].clone()];
        let text = try_add(&mut devs, "memory-backend-file", "g", &too_long, false);
        assert!(text.ends_with("size 0x2000 does not match 'size' option 0x100000"), "{text}");
        let ram = memory::Ram::of(devs.take(&["r".to_string(), "f".to_string()]).unwrap()).unwrap();
        ram.write_bytes(4096, b"hello");
        assert!(std::fs::read(&path).unwrap().starts_with(b"hello"));
        assert!(devs.take(&["f".to_string()]).is_err());
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn hosts_with_nodes_take_policies() {
        let mut devs = MemDevs { numa_host: true, ..MemDevs::default() };
        let ram = "memory-backend-ram";
        let size = ("size", Value::Int(4096));
        let given = |name, text: &str| (name, Value::Given(text.to_string()));
        let text = try_add(&mut devs, ram, "a", &[size.clone(), given("policy", "bind")], true);
        assert_eq!(text, "host-nodes must be set for policy bind");
        let text = try_add(&mut devs, ram, "a", &[size.clone(), given("host-nodes", "0")], true);
        assert!(text.starts_with("host-nodes must be empty for policy default"), "{text}");
        assert_eq!(try_add(&mut devs, ram, "a", &[given("host-nodes", "128")], true), "Invalid host-nodes value: 128");
        let text = try_add(&mut devs, ram, "a", &[given("host-nodes", "1-0")], true);
        assert_eq!(text, "Parameter 'host-nodes' expects a uint64 value or range");
        let far = [size, given("policy", "bind"), given("host-nodes", "100"), given("host-nodes", "102-103")];
        let text = try_add(&mut devs, ram, "a", &far, true);
        assert_eq!(text, "cannot bind memory to host NUMA nodes: Invalid argument");
        assert!(devs.query().is_empty());
    }

    #[test]
    fn a_backend_in_use_stays() {
        let mut devs = MemDevs::default();
        assert_eq!(try_add(&mut devs, "memory-backend-ram", "m0", &[("size", Value::Int(1 << 20))], false), "ok");
        devs.set_in_use("m0");
        assert_eq!(devs.remove("m0").unwrap_err().text, "object 'm0' is in use, can not be deleted");
        assert_eq!(devs.remove("a").unwrap_err().text, "object 'a' not found");
    }
}
