//! The DSDT: what of a board software finds by name.

use super::aml::{self, Aml, Window, device, eisa, int, io, irq, memory, name, resources, window};
use super::{Platform, Power, cpus};

/// An ISA device with its resources.
fn part(at: &str, id: &str, uid: u64, uses: &[Aml]) -> Aml {
    let present = name("_STA", &int(0xf));
    device(at, &[name("_HID", &eisa(id)), name("_UID", &int(uid)), present, name("_CRS", &resources(uses))])
}

fn host_bridge(platform: &Platform, from: u32) -> Aml {
    let mut inside = Vec::new();
    if platform.pcie.is_some() {
        inside.push(name("_HID", &eisa("PNP0A08")));
        inside.push(name("_CID", &eisa("PNP0A03")));
    } else {
        inside.push(name("_HID", &eisa("PNP0A03")));
    }
    inside.push(name("_UID", &int(1)));
    inside.push(name(
        "_CRS",
        &resources(&[
            window(Window::Bus(0, 0xff)),
            io(0xcf8, 8),
            window(Window::Io(0, 0xcf7)),
            window(Window::Io(0xd00, 0xffff)),
            window(Window::Memory(0xa_0000, 0xb_ffff)),
            window(Window::Memory(from, 0xfebf_ffff)),
        ]),
    ));
    inside.extend(isa(platform));
    device("PCI0", &inside)
}

fn isa(platform: &Platform) -> Vec<Aml> {
    let mut out = Vec::new();
    if platform.keyboard {
        out.push(part("RTC", "PNP0B00", 0, &[io(0x70, 2), irq(8)]));
        out.push(part("KBD", "PNP0303", 0, &[io(0x60, 1), io(0x64, 1), irq(1)]));
        out.push(part("MOU", "PNP0F13", 0, &[irq(12)]));
    }
    for (n, (port, line)) in [(0x3f8, 4), (0x2f8, 3)].into_iter().enumerate().take(platform.serials) {
        let uid = n as u64 + 1;
        out.push(part(&format!("COM{uid}"), "PNP0501", uid, &[io(port, 8), irq(line)]));
    }
    out
}

/// Ports that nobody else may have: those of power management.
fn reserved(power: &Power) -> Aml {
    let len = if power.events.0 == power.base + 0x20 { 0x80 } else { 0x40 };
    part("PMR", "PNP0C02", 1, &[io(power.base, len), io(power.events.0, power.events.1), io(0xb2, 2)])
}

/// The body of the table.
pub(super) fn body(platform: &Platform) -> Aml {
    let mut inside = Vec::new();
    match platform.pci_window {
        Some(from) => inside.push(host_bridge(platform, from)),
        None => inside.extend(isa(platform)),
    }
    if platform.hpet {
        inside.push(part("HPET", "PNP0103", 0, &[memory(0xfed0_0000, 0x400)]));
    }
    if let Some(start) = platform.pcie {
        inside.push(part("MCFG", "PNP0C02", 2, &[memory(start as u32, 0x1000_0000)]));
    }
    if let Some(power) = &platform.power {
        inside.push(reserved(power));
    }
    inside.push(cpus::container(platform));
    let mut event = Aml::new();
    if let Some(first) = platform.power.and_then(|power| power.cpus) {
        inside.push(cpus::registers(first));
        event = cpus::event();
    }
    // Soft off is type 0 on both chips.
    let off = name("_S5", &aml::package(&[int(0), int(0), int(0), int(0)]));
    [aml::scope("\\_SB", &inside), event, off].concat()
}
