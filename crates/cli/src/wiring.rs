//! Connects character devices with what uses them: the guest's serial port, monitors, or both by turns.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use machine::{Console, Machine, Sink};
use parking_lot::Mutex;
use qapi::misc::ChardevInfo;
use qmp::chardev::{self, Backend, Input, Opened, Outlet};
use qmp::server::Hub;

use crate::channel::{Channel, User};
use crate::fatal::Fatal;

/// What reaches the main loop.
#[derive(Debug)]
pub(crate) enum Message {
    /// Input of a character device, by number.
    Input(usize, Input),
    /// A signal.
    Signal(i32),
    /// The debugger's client wants something.
    Debugger,
}

/// The place of the debug port behind the serial ports.
pub(crate) const DEBUG: usize = 2;
/// Bytes on their way from a serial port to its client above which the guest waits.
const BACKLOG_MAX: usize = 1 << 20;
/// Messages that may wait before their senders do.
const MESSAGES_MAX: usize = 64;

/// Where threads leave messages for the main loop; a running guest is interrupted.
#[derive(Clone)]
pub(crate) struct Mailbox {
    sender: SyncSender<Message>,
    attention: Arc<OnceLock<machine::sched::Attention>>,
}

impl Mailbox {
    /// A mailbox and its other end.
    pub(crate) fn new() -> (Mailbox, Receiver<Message>) {
        let (sender, receiver) = sync_channel(MESSAGES_MAX);
        (Mailbox { sender, attention: Arc::default() }, receiver)
    }

    /// Leaves a message.
    pub(crate) fn post(&self, message: Message) {
        // When the main loop has ended nobody wants it.
        let _ = self.sender.send(message);
        if let Some(attention) = self.attention.get() {
            attention.kick();
        }
    }

    /// From now on messages interrupt this machine.
    pub(crate) fn attend(&self, machine: &Machine) {
        let _ = self.attention.set(machine.attention());
    }
}

/// Where the serial port's output goes; nowhere while no client is there.
#[derive(Clone, Default)]
pub(crate) struct SerialOut(Arc<Mutex<Option<Outlet>>>);

impl Sink for SerialOut {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(outlet) = self.0.lock().as_ref() {
            outlet.send(bytes);
        }
    }
}

/// Who gets a device's input.
enum Front {
    Serial(usize),
    Monitor(usize),
    /// Ctrl-A switches between the serial port and the monitor.
    Mux {
        port: usize,
        monitor: Option<usize>,
        at_monitor: bool,
        escape: bool,
    },
    Nobody,
}

/// What the keys of a shared terminal ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// Nothing but input.
    Nothing,
    /// Ctrl-A x: end the emulator.
    Quit,
}

/// All character devices in use.
pub(crate) struct Wiring {
    fronts: Vec<Front>,
    outlets: Vec<Option<Outlet>>,
    /// Both serial ports, and the debug port.
    serials: [SerialOut; 3],
    /// Removes sockets at the end.
    _opened: Vec<Opened>,
}

const MUX_HELP: &str = "\r\n\
    C-a h    print this help\r\n\
    C-a x    exit emulator\r\n\
    C-a c    switch between console and monitor\r\n\
    C-a C-a  sends C-a\r\n";
const CTRL_A: u8 = 1;

impl Wiring {
    /// Opens all devices and makes the monitors.
    ///
    /// # Errors
    /// A device that can't be opened.
    pub(crate) fn open(channels: &[Channel], hub: &mut Hub, mailbox: &Mailbox, program: &str) -> Result<Wiring, Fatal> {
        let mut wiring =
            Wiring { fronts: Vec::new(), outlets: Vec::new(), serials: Default::default(), _opened: Vec::new() };
        for channel in channels {
            let first = wiring.fronts.len();
            wiring.fronts.push(wiring.front(channel, hub));
            let more = 1..channel.backend.clients();
            match (&wiring.fronts[first], channel.monitor()) {
                _ if more.is_empty() => {}
                // Each of several clients has a monitor of its own.
                (Front::Monitor(_), Some(mode)) => wiring.fronts.extend(more.map(|_| Front::Monitor(hub.add(mode)))),
                _ => {
                    return Err(Fatal::of(&channel.option, "'clients' is for monitors: give a serial port one client"));
                }
            }
            wiring.outlets.resize(wiring.fronts.len(), None);
            let receiver = |n: usize| -> chardev::Receiver {
                let mailbox = mailbox.clone();
                Box::new(move |input| mailbox.post(Message::Input(n, input)))
            };
            let receivers = (first..wiring.fronts.len()).map(receiver).collect();
            let opened = chardev::open(&channel.backend, receivers, &|| note_waiting(program, channel));
            wiring._opened.push(opened.map_err(|e| Fatal::of(&channel.option, e))?);
        }
        Ok(wiring)
    }

    /// Who gets the input of a device, or of its first client.
    fn front(&self, channel: &Channel, hub: &mut Hub) -> Front {
        let monitor = channel.monitor().map(|mode| hub.add(mode));
        let serial = channel.users.iter().find_map(|user| match user {
            // What a board has no port for goes nowhere.
            User::Serial(port) => Some(*port).filter(|port| *port < DEBUG),
            User::Debug => Some(DEBUG),
            User::Monitor(_) => None,
        });
        match (serial, monitor) {
            _ if matches!(channel.backend, Backend::Stdio { mux: true, .. }) => {
                Front::Mux { port: serial.unwrap_or(0), monitor, at_monitor: serial.is_none(), escape: false }
            }
            (Some(port), _) => Front::Serial(port),
            (None, Some(monitor)) => Front::Monitor(monitor),
            (None, None) => Front::Nobody,
        }
    }

    /// The console that leads to a serial port's device.
    pub(crate) fn console(&self, port: usize) -> Console {
        Console::new(self.serials[port].clone())
    }

    /// Whether some device is that serial port.
    pub(crate) fn has_serial(&self, port: usize) -> bool {
        let is = |front: &Front| matches!(front, Front::Serial(p) | Front::Mux { port: p, .. } if *p == port);
        self.fronts.iter().any(is)
    }

    /// Takes input of device `n`.
    pub(crate) fn input(&mut self, n: usize, input: Input, machine: &mut Machine, hub: &mut Hub) -> Wish {
        match &input {
            Input::Opened(outlet) => self.outlets[n] = Some(outlet.clone()),
            Input::Closed => self.outlets[n] = None,
            Input::Bytes(_) => {}
        }
        match &mut self.fronts[n] {
            Front::Monitor(monitor) => hub.input(*monitor, input),
            Front::Serial(port) => serial_input(&self.serials[*port], *port, input, machine),
            Front::Mux { port, monitor, at_monitor, escape } => match input {
                Input::Bytes(bytes) => {
                    let outlet = self.outlets[n].as_ref();
                    let mut keys = Keys { port: *port, monitor: *monitor, at_monitor, escape, outlet };
                    return keys.typed(&bytes, machine, hub);
                }
                Input::Opened(outlet) => {
                    if *at_monitor && let Some(monitor) = *monitor {
                        hub.input(monitor, Input::Opened(outlet.clone()));
                    }
                    serial_input(&self.serials[*port], *port, Input::Opened(outlet), machine);
                }
                Input::Closed => serial_input(&self.serials[*port], *port, Input::Closed, machine),
            },
            // What nobody uses is not read from.
            Front::Nobody => {
                if let Input::Opened(outlet) = input {
                    outlet.close();
                }
            }
        }
        Wish::Nothing
    }

    /// Lets clients type on as the guest reads: without a limit to what waits, they could fill the host's memory.
    pub(crate) fn settle(&self, machine: &Machine) {
        for (front, outlet) in self.fronts.iter().zip(&self.outlets) {
            if let (Front::Serial(port) | Front::Mux { port, at_monitor: false, .. }, Some(outlet)) = (front, outlet) {
                outlet.set_unread(machine.typed_ahead(*port));
            }
        }
    }

    /// Whether a client reads what a serial port sends more slowly than the guest prints.
    pub(crate) fn is_behind(&self) -> bool {
        self.serials.iter().any(|serial| serial.0.lock().as_ref().is_some_and(|outlet| outlet.queued() > BACKLOG_MAX))
    }

    /// Waits until the console's output is out.
    pub(crate) fn flush(&self, limit: std::time::Duration) {
        self.outlets.iter().flatten().for_each(|outlet| outlet.flush(limit));
    }
}

fn serial_input(serial: &SerialOut, port: usize, input: Input, machine: &mut Machine) {
    match input {
        Input::Opened(outlet) => *serial.0.lock() = Some(outlet),
        Input::Bytes(bytes) => {
            machine.type_into(port, &bytes);
            if let Some(outlet) = serial.0.lock().as_ref() {
                outlet.set_unread(machine.typed_ahead(port));
            }
        }
        Input::Closed => {
            if let Some(outlet) = serial.0.lock().take() {
                outlet.close();
            }
        }
    }
}

/// The keys of a shared terminal.
struct Keys<'a> {
    port: usize,
    monitor: Option<usize>,
    at_monitor: &'a mut bool,
    escape: &'a mut bool,
    outlet: Option<&'a Outlet>,
}

impl Keys<'_> {
    fn typed(&mut self, bytes: &[u8], machine: &mut Machine, hub: &mut Hub) -> Wish {
        let mut plain = Vec::new();
        for &byte in bytes {
            if !std::mem::take(self.escape) {
                if byte == CTRL_A {
                    *self.escape = true;
                } else {
                    plain.push(byte);
                }
                continue;
            }
            match byte {
                CTRL_A => plain.push(CTRL_A),
                b'x' => {
                    self.deliver(plain, machine, hub);
                    return Wish::Quit;
                }
                b'h' | b'?' => self.say(MUX_HELP),
                b'c' => {
                    self.deliver(std::mem::take(&mut plain), machine, hub);
                    self.switch(hub);
                }
                _ => {}
            }
        }
        self.deliver(plain, machine, hub);
        if let Some(outlet) = self.outlet.filter(|_| !*self.at_monitor) {
            outlet.set_unread(machine.typed_ahead(self.port));
        }
        Wish::Nothing
    }

    fn say(&self, text: &str) {
        if let Some(outlet) = self.outlet {
            outlet.send(text.as_bytes());
        }
    }

    fn deliver(&self, bytes: Vec<u8>, machine: &mut Machine, hub: &mut Hub) {
        match self.monitor {
            _ if bytes.is_empty() => {}
            Some(monitor) if *self.at_monitor => hub.input(monitor, Input::Bytes(bytes)),
            _ => machine.type_into(self.port, &bytes),
        }
    }

    /// The monitor greets when it is first looked at.
    fn switch(&mut self, hub: &mut Hub) {
        let Some(monitor) = self.monitor else { return };
        *self.at_monitor = !*self.at_monitor;
        if let (true, Some(outlet)) = (*self.at_monitor, self.outlet) {
            outlet.send(b"\r\n");
            if hub.is_open(monitor) {
                hub.input(monitor, Input::Bytes(vec![b'\r']));
            } else {
                hub.input(monitor, Input::Opened(outlet.clone()));
            }
        }
    }
}

/// Nothing goes on until a client is there: the user should know.
fn note_waiting(program: &str, channel: &Channel) {
    let text = format!("info: QEMU waiting for connection on: {}", channel.backend.filename());
    crate::say_error(&format!("{program}: {}: {text}", channel.option));
}

/// What `query-chardev` shows.
pub(crate) fn chardevs(channels: &[Channel]) -> Vec<ChardevInfo> {
    let info = |channel: &Channel| ChardevInfo {
        label: channel.label.clone(),
        filename: channel.backend.filename(),
        frontend_open: !channel.users.is_empty(),
    };
    channels.iter().map(info).collect()
}
