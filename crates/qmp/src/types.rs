//! The types of objects that a target has, as `qom-list-types` shows them.

use machine::{Target, registry};
use qapi::qom::ObjectPropertyInfo;

/// A type of objects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Type {
    /// Its name.
    pub name: String,
    /// The type it derives from.
    pub parent: Option<String>,
    /// Whether no object can be made of it.
    pub is_abstract: bool,
}

/// All types of a target.
pub struct Types {
    /// Bases first.
    pub list: Vec<Type>,
}

/// Types that every target has: name, parent, abstract.
const COMMON: [(&str, &str, bool); 8] = [
    ("object", "", true),
    ("container", "object", false),
    ("device", "object", true),
    ("cpu", "device", true),
    ("machine", "object", true),
    ("memory-backend", "object", true),
    ("memory-backend-ram", "memory-backend", false),
    ("memory-backend-file", "memory-backend", false),
];

/// Properties of memory backends: name, type, description.
const BACKEND: [(&str, &str, &str); 9] = [
    ("type", "string", ""),
    ("dump", "bool", "Set to 'off' to exclude from core dump"),
    ("share", "bool", "Mark the memory as private to QEMU or shared"),
    ("policy", "HostMemPolicy", "Set the NUMA policy"),
    ("prealloc", "bool", "Preallocate memory"),
    ("host-nodes", "int", "Binds memory to the list of NUMA host nodes"),
    ("merge", "bool", "Mark memory as mergeable"),
    ("size", "int", "Size of the memory region (ex: 500M)"),
    ("mem-path", "string", ""),
];

impl Types {
    /// The types of `target`.
    pub fn of(target: &Target) -> Types {
        let new = |name: String, parent: &str, is_abstract| Type {
            name,
            parent: Some(parent.to_string()).filter(|p| !p.is_empty()),
            is_abstract,
        };
        let mut list: Vec<Type> = COMMON.iter().map(|&(name, parent, abs)| new(name.into(), parent, abs)).collect();
        list.push(new(target.cpu_parent.into(), "cpu", true));
        list.extend(target.models.iter().map(|model| new(target.cpu_type(model.name), target.cpu_parent, false)));
        list.extend(registry::machines(target).map(|machine| new(machine.type_name(), "machine", false)));
        Types { list }
    }

    /// The type of that name.
    pub fn find(&self, name: &str) -> Option<&Type> {
        self.list.iter().find(|t| t.name == name)
    }

    /// Whether `name` is `base` or derives from it.
    pub fn derives(&self, name: &str, base: &str) -> bool {
        let mut at = Some(name);
        while let Some(name) = at {
            if name == base {
                return true;
            }
            at = self.find(name).and_then(|t| t.parent.as_deref());
        }
        false
    }

    /// The properties that objects of type `t` have.
    pub fn properties(&self, t: &Type) -> Vec<ObjectPropertyInfo> {
        let info = |name: &str, kind: &str, text: &str| ObjectPropertyInfo {
            name: name.to_string(),
            type_: kind.to_string(),
            description: Some(text.to_string()).filter(|text| !text.is_empty()),
        };
        if self.derives(&t.name, "memory-backend") {
            let file = t.name == "memory-backend-file";
            let rows = BACKEND.iter().filter(|(name, ..)| file || *name != "mem-path");
            return rows.map(|(name, kind, text)| info(name, kind, text)).collect();
        }
        let mut list = vec![info("type", "string", "")];
        if self.derives(&t.name, "device") {
            list.extend(["realized", "hotplugged", "hotpluggable"].map(|name| info(name, "bool", "")));
        }
        list
    }
}
