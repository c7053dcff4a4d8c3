//! Processors by name, and the methods by which software follows those that come and go.
//!
//! ACPI Specification 6.3, "Processor Device" and "Module Device" (`ACPI0010`, the container), "Device Insertion, Removal, and Status Objects";
//! the registers: QEMU, `docs/specs/acpi_cpu_hotplug.txt`.

use super::aml::{self, Aml, Bits, call, device, eisa, equal, int, method, name, store};
use super::tables::local_apic;
use super::{CpuEntry, Platform};

/// Ports of the registers.
const PORTS: u8 = 12;
/// Notifications: "Device Check", "Eject Request".
const CHECK: u64 = 1;
const EJECT: u64 = 3;
const LOCK: &str = "\\_SB.CPHP.CLCK";

fn register(name: &str) -> String {
    format!("\\_SB.CPHP.{name}")
}

fn set(to: &str, value: &[u8]) -> Aml {
    store(value, &aml::path(&register(to)))
}

fn get(from: &str) -> Aml {
    aml::path(&register(from))
}

/// Statements that nobody else's come between.
fn locked(inside: &[Aml]) -> Aml {
    [aml::acquire(LOCK), inside.concat(), aml::release(LOCK)].concat()
}

/// The registers as a device, whose `_INI` turns the bitmap off: where it is off already, 0 in the selector means nothing.
pub(super) fn registers(first: u16) -> Aml {
    let flags = [
        Bits::Skip(32),
        Bits::Field("ENAB", 1),
        Bits::Field("INSR", 1),
        Bits::Field("REMV", 1),
        Bits::Field("EJEC", 1),
        Bits::Skip(4),
        Bits::Field("CMND", 8),
    ];
    let words = [Bits::Field("SELE", 32), Bits::Skip(32), Bits::Field("DATA", 32)];
    device(
        "CPHP",
        &[
            name("_HID", &eisa("PNP0A06")),
            name("_UID", &aml::text("CPUs that come and go")),
            name("_CRS", &aml::resources(&[aml::io(first, PORTS)])),
            aml::mutex("CLCK"),
            aml::ports_region("CREG", first, PORTS),
            aml::field("CREG", aml::BYTES | aml::WRITE_AS_ZEROS, &flags),
            aml::field("CREG", aml::DOUBLEWORDS, &words),
            method("_INI", 0, &[set("SELE", &int(0))]),
        ],
    )
}

/// The handler of the general-purpose event.
pub(super) fn event() -> Aml {
    aml::scope("\\_GPE", &[method("_E02", 0, &[call("\\_SB.CPUS.CSCN", &[])])])
}

fn path(n: usize) -> String {
    format!("C{n:03X}")
}

/// The methods of all processors.
fn methods(count: usize) -> Vec<Aml> {
    let (found, arg) = (aml::local(0), aml::arg);
    // Tells of CPU Arg0 what Arg1 says.
    let tell: Vec<Aml> =
        (0..count).map(|n| aml::if_(&equal(&arg(0), &int(n as u64)), &[aml::notify(&path(n), &arg(1))])).collect();
    let flagged = |flag: &str, what: u64| {
        aml::if_(
            &equal(&get(flag), &int(1)),
            &[call("CTFY", &[get("DATA"), int(what)]), set(flag, &int(1)), store(&int(1), &found)],
        )
    };
    // Command 0 selects the next CPU with an event.
    let next = [store(&int(0), &found), set("CMND", &int(0)), flagged("INSR", CHECK), flagged("REMV", EJECT)];
    let scan = [store(&int(1), &found), aml::while_(&equal(&found, &int(1)), &next)];
    let status = [
        store(&int(0), &found),
        locked(&[set("SELE", &arg(0)), aml::if_(&equal(&get("ENAB"), &int(1)), &[store(&int(0xf), &found)])]),
        aml::return_(&found),
    ];
    let eject = [locked(&[set("SELE", &arg(0)), set("EJEC", &int(1))])];
    let told = [locked(&[
        set("SELE", &arg(0)),
        set("CMND", &int(1)),
        set("DATA", &arg(1)),
        set("CMND", &int(2)),
        set("DATA", &arg(2)),
    ])];
    vec![
        method("CTFY", 2, &tell),
        aml::serialized("CSCN", 0, &[locked(&scan)]),
        aml::serialized("CSTA", 1, &status),
        aml::serialized("CEJE", 1, &eject),
        aml::serialized("COST", 3, &told),
    ]
}

fn processor(n: usize, cpu: &CpuEntry, platform: &Platform, follows: bool) -> Aml {
    let index = int(n as u64);
    let mut inside = vec![name("_HID", &aml::text("ACPI0007")), name("_UID", &index)];
    if follows {
        inside.push(method("_STA", 0, &[aml::return_(&call("CSTA", std::slice::from_ref(&index)))]));
        // Its entry of the MADT as it is when it is there.
        inside.push(name("_MAT", &aml::buffer(&local_apic(n, cpu.apic_id, 1))));
        if n != 0 {
            inside.push(method("_EJ0", 1, &[call("CEJE", std::slice::from_ref(&index))]));
        }
        inside.push(method("_OST", 3, &[call("COST", &[index, aml::arg(0), aml::arg(1)])]));
    } else {
        inside.push(name("_STA", &int(if cpu.present { 0xf } else { 0 })));
    }
    if !platform.nodes.is_empty() {
        inside.push(name("_PXM", &int(cpu.node.into())));
    }
    device(&path(n), &inside)
}

/// The container of all processors.
pub(super) fn container(platform: &Platform) -> Aml {
    let follows = platform.power.is_some_and(|power| power.cpus.is_some());
    let mut inside = vec![name("_HID", &aml::text("ACPI0010")), name("_CID", &eisa("PNP0A05"))];
    if follows {
        inside.extend(methods(platform.cpus.len()));
    }
    inside.extend(platform.cpus.iter().enumerate().map(|(n, cpu)| processor(n, cpu, platform, follows)));
    device("CPUS", &inside)
}
