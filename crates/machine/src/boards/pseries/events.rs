//! What the platform tells its guest: cores that come, and cores that it would have back.
//!
//! LoPAPR 1.1, 7.3.4.1, "check-exception"; 10.3.2, "RTAS Error/Event Return Format", with 10.3.2.2, "Platform Event Log Format, Version 6";
//! 13.7, "Dynamic Reconfiguration for CPUs".

use std::sync::Arc;

use memory::Line;
use parking_lot::Mutex;

use super::{Firmware, drc};
use crate::build::CoreSlots;

/// The bit of "check-exception" for hotplug events.
pub(super) const HOTPLUG: u32 = 0x1000_0000;

/// What a core's event asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Take it.
    Add = 1,
    /// Give it back.
    Remove = 2,
}

/// A section's header: its name, length and version.
fn section(name: [u8; 2], version: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend((body.len() as u16 + 8).to_be_bytes());
    bytes.extend([version, 0, 0, 0]);
    bytes.extend(body);
    bytes
}

/// The description of an event about the core at a connector.
pub(super) fn describe(action: Action, index: u32) -> Vec<u8> {
    // Version 6, an event, not recovered, with an extended log; by the hotplug facility, about hotplug.
    let header: u32 = 6 << 24 | 1 << 21 | 2 << 19 | 1 << 18 | 6 << 12 | 0xe5;
    // Valid; big endian, a platform event log; and whose it is.
    let mut extended = vec![0x80, 0, 0x8e, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    extended.extend(b"IBM\0");
    // The private header: when (nobody has to know), by whom (the hypervisor), how many sections.
    let mut private = [0; 40];
    (private[16], private[19]) = (b'H', 3);
    extended.extend(section(*b"PH", 1, &private));
    // The user header: about the external environment, informational.
    let mut user = [0; 16];
    user[0] = 0x80;
    extended.extend(section(*b"UH", 1, &user));
    // A CPU, by the index of its connector.
    let mut hotplug = vec![1, action as u8, 2, 0];
    hotplug.extend(index.to_be_bytes());
    extended.extend(section(*b"HP", 1, &hotplug));
    let mut bytes = header.to_be_bytes().to_vec();
    bytes.extend((extended.len() as u32).to_be_bytes());
    bytes.extend(extended);
    bytes
}

/// The board, as cores that come and go see it.
pub(super) struct Slots {
    pub(super) firmware: Arc<Mutex<Firmware>>,
    pub(super) threads: u32,
    /// The wire of hotplug events.
    pub(super) wire: Line,
}

impl Slots {
    fn index(&self, slot: usize) -> u32 {
        drc::index(slot as u32 * self.threads)
    }

    fn tell(&self) {
        self.wire.raise();
        self.wire.lower();
    }
}

impl CoreSlots for Slots {
    fn plugged(&self, slot: usize) {
        let index = self.index(slot);
        if let Some(connector) = self.firmware.lock().connectors.get_mut(&index) {
            *connector = drc::Connector { present: true, slot, ..Default::default() };
        }
        self.firmware.lock().events.push_back((HOTPLUG, describe(Action::Add, index)));
        self.tell();
    }

    fn ask_back(&self, slot: usize) -> bool {
        let index = self.index(slot);
        {
            let mut firmware = self.firmware.lock();
            let Some(connector) = firmware.connectors.get_mut(&index).filter(|c| c.allocated) else { return false };
            connector.wanted_back = true;
            firmware.events.push_back((HOTPLUG, describe(Action::Remove, index)));
        }
        self.tell();
        true
    }

    fn removed(&self, slot: usize) {
        let index = self.index(slot);
        if let Some(connector) = self.firmware.lock().connectors.get_mut(&index) {
            *connector = drc::Connector { slot, ..Default::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_add_up() {
        let bytes = describe(Action::Add, 0x1000_0001);
        let long = u32::from_be_bytes(bytes[4..8].try_into().unwrap()) as usize;
        assert_eq!(bytes.len(), 8 + long);
        // Sections follow each other to the end.
        let (mut at, mut names) = (8 + 16, Vec::new());
        while at < bytes.len() {
            names.push(String::from_utf8_lossy(&bytes[at..at + 2]).into_owned());
            at += usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        }
        assert_eq!((at, names.join(" ").as_str()), (bytes.len(), "PH UH HP"));
        assert_eq!(&bytes[bytes.len() - 8..], &[1, 1, 2, 0, 0x10, 0, 0, 1]);
    }
}
