//! What a virtio console does: characters out to sinks, characters in to whoever has the queue, and the control messages that tell of ports.
//!
//! Virtual I/O Device (VIRTIO) Version 1.1, "Console Device". A port is a pair of queues; behind those of port 0 come the pair for control
//! messages and then the other ports'.

use std::collections::VecDeque;

use crate::sink::Sink;

/// Feature: there are several ports, and a pair of queues for control messages.
pub const MULTIPORT: u64 = 1 << 1;
/// Feature: a character may be written by way of the configuration.
pub const EMERGENCY_WRITE: u64 = 1 << 2;
/// Ports of a device.
pub const PORTS: u32 = 31;
/// Where the configuration has that character.
pub const EMERGENCY: usize = 8;

/// The control queue from the device to the guest.
pub const CONTROL_IN: usize = 2;
/// The control queue from the guest to the device.
const CONTROL_OUT: usize = 3;

/// Events of control messages.
mod event {
    pub(super) const DEVICE_READY: u16 = 0;
    pub(super) const PORT_ADD: u16 = 1;
    pub(super) const PORT_READY: u16 = 3;
    pub(super) const CONSOLE_PORT: u16 = 4;
    pub(super) const PORT_OPEN: u16 = 6;
}

/// A control message: port, event, value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Control {
    /// The port.
    pub id: u32,
    /// What has happened.
    pub event: u16,
    /// What goes with it.
    pub value: u16,
}

struct Port {
    sink: Box<dyn Sink>,
    /// Somebody in the guest listens.
    open: bool,
}

/// A console's ports and the messages that wait for the guest.
#[derive(Default)]
pub struct VirtioConsole {
    ports: Vec<Port>,
    messages: VecDeque<Control>,
}

/// What the driver does with a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Characters to the guest, of a port.
    Receive(usize),
    /// Characters from the guest.
    Transmit(usize),
    /// Messages to the guest.
    ControlIn,
    /// Messages from the guest.
    ControlOut,
}

impl VirtioConsole {
    /// A console whose ports write to these, at most [`PORTS`].
    pub fn new(sinks: Vec<Box<dyn Sink>>) -> VirtioConsole {
        let ports = sinks.into_iter().map(|sink| Port { sink, open: false }).collect();
        VirtioConsole { ports, messages: VecDeque::new() }
    }

    /// The configuration, little-endian: columns and rows, which are not told, number of ports, the emergency character.
    pub fn config() -> Vec<u8> {
        [&[0; 4][..], &PORTS.to_le_bytes(), &[0; 4]].concat()
    }

    /// The numbers in it: offset and size.
    pub fn numbers() -> Vec<(usize, usize)> {
        vec![(0, 2), (2, 2), (4, 4), (8, 4)]
    }

    /// Sizes of the queues.
    pub fn queues() -> Vec<u16> {
        (0..2 * (PORTS as usize + 1)).map(|n| if matches!(n, CONTROL_IN | CONTROL_OUT) { 32 } else { 128 }).collect()
    }

    /// What a queue is for.
    pub fn role(queue: usize) -> Role {
        let port = if queue < CONTROL_IN { 0 } else { (queue / 2).saturating_sub(1) };
        match queue {
            CONTROL_IN => Role::ControlIn,
            CONTROL_OUT => Role::ControlOut,
            n if n.is_multiple_of(2) => Role::Receive(port),
            _ => Role::Transmit(port),
        }
    }

    /// The queue for characters to the guest of a port.
    pub fn receive_queue(port: usize) -> usize {
        if port == 0 { 0 } else { 2 * port + 2 }
    }

    /// Back to the state after power-on.
    pub fn reset(&mut self) {
        self.messages.clear();
        self.ports.iter_mut().for_each(|port| port.open = false);
    }

    /// Characters from the guest.
    pub fn write(&mut self, port: usize, bytes: &[u8]) {
        if let Some(port) = self.ports.get_mut(port) {
            port.sink.write(bytes);
        }
    }

    /// Whether a port takes characters now. A guest that knows of one port alone always does.
    pub fn listens(&self, port: usize, multiport: bool) -> bool {
        self.ports.get(port).is_some_and(|port| !multiport || port.open)
    }

    /// A message from the guest.
    pub fn control(&mut self, message: Control) {
        let Control { id, event, value } = message;
        match event {
            event::DEVICE_READY if value != 0 => {
                let added = (0..self.ports.len() as u32).map(|id| Control { id, event: event::PORT_ADD, value: 1 });
                self.messages.extend(added);
            }
            event::PORT_READY if value != 0 && (id as usize) < self.ports.len() => {
                for event in [event::CONSOLE_PORT, event::PORT_OPEN] {
                    self.messages.push_back(Control { id, event, value: 1 });
                }
            }
            event::PORT_OPEN => {
                if let Some(port) = self.ports.get_mut(id as usize) {
                    port.open = value != 0;
                }
            }
            _ => {}
        }
    }

    /// The next message for the guest.
    pub fn next_message(&mut self) -> Option<Control> {
        self.messages.pop_front()
    }

    /// Whether messages wait.
    pub fn has_messages(&self) -> bool {
        !self.messages.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;

    #[test]
    fn queues_and_ports() {
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(VirtioConsole::role), {
            use Role::*;
            [Receive(0), Transmit(0), ControlIn, ControlOut, Receive(1), Transmit(1), Receive(2)]
        });
        assert_eq!([0, 1, 2].map(VirtioConsole::receive_queue), [0, 4, 6]);
        assert_eq!(VirtioConsole::queues().len(), 64);
    }

    #[test]
    fn a_port_is_told_of_and_opened() {
        let seen = Capture::new();
        let mut console = VirtioConsole::new(vec![Box::new(seen.clone())]);
        let say = |id, event, value| Control { id, event, value };
        console.control(say(u32::MAX, 0, 1));
        assert_eq!(console.next_message(), Some(say(0, 1, 1)));
        // A port that isn't there says nothing.
        console.control(say(7, 3, 1));
        assert!(!console.has_messages());
        console.control(say(0, 3, 1));
        assert_eq!((console.next_message(), console.next_message()), (Some(say(0, 4, 1)), Some(say(0, 6, 1))));
        assert!(console.listens(0, false) && !console.listens(0, true));
        console.control(say(0, 6, 1));
        assert!(console.listens(0, true) && !console.listens(1, true));
        console.write(0, b"hvc");
        console.write(9, b"nowhere");
        assert_eq!(seen.text(), "hvc");
    }
}
