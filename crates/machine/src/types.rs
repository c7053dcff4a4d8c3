//! The types of the object tree: what `qom-list-types` and its kin show.

use crate::objects::PropertyInfo;
use crate::registry;
use crate::targets::{Arch, Target};

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeInfo {
    /// Its name.
    pub name: String,
    /// What it is derived from; `None` for `object`.
    pub parent: Option<String>,
    /// Whether there are no objects of exactly this type.
    pub is_abstract: bool,
}

/// Types that every target has: name, parent, abstract.
const COMMON: [(&str, &str, bool); 14] = [
    ("container", "object", false),
    ("device", "object", true),
    ("cpu", "device", true),
    ("sys-bus-device", "device", true),
    ("loader", "device", false),
    ("accel", "object", true),
    // Clients take the type for the accelerator.
    ("tcg-accel", "accel", false),
    ("machine", "object", true),
    ("none-machine", "machine", false),
    ("qemu:memory-region", "object", false),
    ("memory-backend", "object", true),
    ("memory-backend-ram", "memory-backend", false),
    ("memory-backend-file", "memory-backend", false),
    ("memory-backend-memfd", "memory-backend", false),
];

/// Types of the RISC-V boards.
const RISCV: [(&str, &str, bool); 4] = [
    ("riscv.hart_array", "sys-bus-device", false),
    ("riscv.sifive.clint", "sys-bus-device", false),
    ("riscv.sifive.plic", "sys-bus-device", false),
    ("riscv.sifive.test", "sys-bus-device", false),
];

/// Types of the PCs.
const X86: [(&str, &str, bool); 11] = [
    ("isa-device", "device", true),
    ("isa-debug-exit", "isa-device", false),
    ("isa-debugcon", "isa-device", false),
    ("pc-testdev", "isa-device", false),
    ("pci-device", "device", true),
    ("i440FX", "pci-device", false),
    ("PIIX3", "pci-device", false),
    ("piix3-ide", "pci-device", false),
    ("PIIX4_PM", "pci-device", false),
    ("mch", "pci-device", false),
    ("ICH9-LPC", "pci-device", false),
];

/// Cores of the `pseries` machines: the CPU models that have one.
const CORES: [&str; 11] = [
    "970_v2.2",
    "970mp_v1.0",
    "970mp_v1.1",
    "power5+_v2.1",
    "power7_v2.3",
    "power7+_v2.1",
    "power8_v2.0",
    "power8e_v2.1",
    "power8nvl_v1.0",
    "power9_v1.0",
    "power9_v2.0",
];

fn info(name: &str, parent: &str, is_abstract: bool) -> TypeInfo {
    let parent = (!parent.is_empty()).then(|| parent.to_string());
    TypeInfo { name: name.to_string(), parent, is_abstract }
}

/// All types of `target`.
pub fn types(target: &Target) -> Vec<TypeInfo> {
    let mut out = vec![info("object", "", true)];
    out.extend(COMMON.iter().map(|&(name, parent, is_abstract)| info(name, parent, is_abstract)));
    if target.arch == crate::targets::Arch::Riscv {
        out.extend(RISCV.iter().map(|&(name, parent, is_abstract)| info(name, parent, is_abstract)));
    }
    if target.arch == crate::targets::Arch::X86 {
        out.extend(X86.iter().map(|&(name, parent, is_abstract)| info(name, parent, is_abstract)));
    }
    if target.name == "ppc64" {
        out.extend([info("cpu-core", "device", true), info("spapr-cpu-core", "cpu-core", true)]);
        out.extend(CORES.map(|model| info(&format!("{model}-spapr-cpu-core"), "spapr-cpu-core", false)));
    }
    let boards = registry::listed(target).filter(|machine| machine.name != "none");
    out.extend(boards.map(|machine| info(&machine.type_name(), "machine", false)));
    out.push(info(target.cpu_parent, "cpu", true));
    if target.arch == Arch::Ppc {
        power(target, &mut out);
    } else {
        out.extend(target.listed_models().map(|model| info(&target.cpu_type(model), target.cpu_parent, false)));
    }
    out
}

/// PowerPC's chips have a type for each product line above them, and other names of theirs have none.
fn power(target: &Target, out: &mut Vec<TypeInfo>) {
    let family = |line: &str| format!("{line}-family{}", target.cpu_suffix);
    let mut seen = Vec::new();
    for (model, line) in ppc::model::lines(target.bits) {
        if !seen.contains(&line) {
            seen.push(line);
            out.push(info(&family(line), target.cpu_parent, true));
        }
        out.push(info(&target.cpu_type(model), &family(line), false));
    }
}

/// The types that are or derive from `implements` (all when `None`); abstract ones only if asked for.
pub fn list(target: &Target, implements: Option<&str>, with_abstract: bool) -> Vec<TypeInfo> {
    let all = types(target);
    let derives = |info: &&TypeInfo| {
        let Some(wanted) = implements else { return true };
        let mut at = Some(info.name.as_str());
        while let Some(name) = at {
            if name == wanted {
                return true;
            }
            at = all.iter().find(|other| other.name == name).and_then(|other| other.parent.as_deref());
        }
        false
    };
    all.iter().filter(derives).filter(|info| with_abstract || !info.is_abstract).cloned().collect()
}

/// The type of that name.
pub fn find(target: &Target, name: &str) -> Option<TypeInfo> {
    types(target).into_iter().find(|info| info.name == name)
}

/// Whether the type of that name is, or derives from, `ancestor`.
pub fn is_a(target: &Target, name: &str, ancestor: &str) -> bool {
    list(target, Some(ancestor), true).iter().any(|info| info.name == name)
}

/// The properties objects of a type have, as far as they don't depend on the object; `None` when there is no such type.
pub fn properties(target: &Target, name: &str) -> Option<Vec<PropertyInfo>> {
    find(target, name)?;
    let info = |(name, kind): &(&str, &str)| PropertyInfo { name: name.to_string(), kind: kind.to_string() };
    let mut out = vec![info(&("type", "string"))];
    if is_a(target, name, "memory-backend") {
        out.extend(crate::memdev::properties_of(name).iter().map(info));
    } else if is_a(target, name, "machine") {
        out.extend(crate::props::names().map(|(name, kind)| info(&(name, kind))));
    } else if is_a(target, name, "device") {
        out.extend([("realized", "bool"), ("hotpluggable", "bool"), ("hotplugged", "bool")].iter().map(info));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets;

    #[test]
    fn cpu_types_derive_from_cpu() {
        let target = targets::find("riscv64").unwrap();
        let names: Vec<String> = list(target, Some("cpu"), false).into_iter().map(|info| info.name).collect();
        assert_eq!(names.len(), 7);
        assert!(names.contains(&"sifive-u54-riscv-cpu".to_string()));
        assert!(is_a(target, "memory-backend-ram", "memory-backend") && !is_a(target, "machine", "cpu"));
        assert_eq!(list(target, Some("nope"), true), []);
        assert!(properties(target, "memory-backend-memfd").unwrap().iter().any(|p| p.name == "hugetlb"));
        assert_eq!(properties(target, "nope"), None);
    }

    #[test]
    fn chips_of_power_derive_from_their_product_line() {
        let target = targets::find("ppc64").unwrap();
        let chip = find(target, "power8e_v2.1-powerpc64-cpu").unwrap();
        assert_eq!(chip.parent.as_deref(), Some("POWER8-family-powerpc64-cpu"));
        assert!(
            is_a(target, &chip.name, "powerpc64-cpu")
                && find(target, "POWER8-family-powerpc64-cpu").unwrap().is_abstract
        );
        assert_eq!(list(target, Some("POWER8-family-powerpc64-cpu"), false).len(), 3);
        assert_eq!(find(target, "power8-powerpc64-cpu"), None);
    }
}
