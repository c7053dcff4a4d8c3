//! All monitors of a process: their sessions, whose turn it is, and the events that go to all.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use machine::Machine;
use qapi::Value;

use crate::chardev::{Input, Outlet};
use crate::command::{After, Context, Environment};
use crate::hmp::{self, terminal::Terminal};
use crate::json::writer::Style;
use crate::session::{self, Session};

/// Events of these names are sent once a second at most; of those between only the last is.
const THROTTLED: [&str; 6] =
    ["RTC_CHANGE", "WATCHDOG", "BALLOON_CHANGE", "QUORUM_REPORT_BAD", "QUORUM_FAILURE", "VSERPORT_CHANGE"];
const THROTTLE: Duration = Duration::from_secs(1);

/// How a monitor talks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// JSON, for programs.
    Control(Style),
    /// Lines of text, for people.
    Readline,
}

enum Talk {
    Control(Box<Session>),
    Readline(Terminal),
}

impl Talk {
    /// Bytes that the client has sent and nobody has looked at.
    fn unread(&self) -> usize {
        match self {
            Talk::Control(session) => session.unread(),
            Talk::Readline(terminal) => terminal.unread(),
        }
    }
}

/// A client that is there.
struct Client {
    talk: Talk,
    outlet: Outlet,
    /// It sends no more, and goes when all that it has sent is answered.
    leaving: bool,
}

impl Client {
    fn has_work(&self) -> bool {
        match &self.talk {
            Talk::Control(session) => session.has_work(),
            Talk::Readline(terminal) => terminal.has_work(),
        }
    }

    fn part(&self) {
        if self.leaving && !self.has_work() {
            self.outlet.close();
        }
    }
}

struct Monitor {
    mode: Mode,
    client: Option<Client>,
}

/// What [`Hub::step`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// No request waits.
    Idle,
    /// One was answered; this is left to do before the next.
    Answered(After),
}

struct Throttle {
    name: &'static str,
    sent: Instant,
    pending: Option<Value>,
}

/// The monitors.
#[derive(Default)]
pub struct Hub {
    monitors: Vec<Monitor>,
    turn: usize,
    throttles: Vec<Throttle>,
}

impl Hub {
    /// Adds a monitor and returns its number.
    pub fn add(&mut self, mode: Mode) -> usize {
        self.monitors.push(Monitor { mode, client: None });
        self.monitors.len() - 1
    }

    /// Takes input for monitor `n`.
    pub fn input(&mut self, n: usize, input: Input) {
        let monitor = &mut self.monitors[n];
        match (input, &mut monitor.client) {
            (Input::Opened(outlet), client) => {
                let (talk, greeting) = match monitor.mode {
                    Mode::Control(style) => {
                        let session = Session::new(style);
                        let greeting = session.greeting();
                        (Talk::Control(Box::new(session)), greeting)
                    }
                    Mode::Readline => (Talk::Readline(Terminal::default()), Terminal::greeting()),
                };
                outlet.send(greeting.as_bytes());
                *client = Some(Client { talk, outlet, leaving: false });
            }
            (Input::Bytes(bytes), Some(client)) => {
                match &mut client.talk {
                    Talk::Control(session) => session.feed(&bytes),
                    Talk::Readline(terminal) => client.outlet.send(&terminal.feed(&bytes)),
                }
                client.outlet.set_unread(client.talk.unread());
            }
            (Input::Bytes(_), None) => {}
            // What came before is answered first: a client may send, shut down and read.
            (Input::Closed, Some(client)) => {
                client.leaving = true;
                client.part();
            }
            (Input::Closed, None) => {}
        }
    }

    /// Whether somebody is at monitor `n`.
    pub fn is_open(&self, n: usize) -> bool {
        self.monitors[n].client.is_some()
    }

    /// Whether a request waits.
    pub fn has_work(&self) -> bool {
        self.monitors.iter().any(Monitor::has_work)
    }

    /// Answers one request, of each monitor in turn. Events that it causes go out before the reply.
    pub fn step(&mut self, machine: &mut Machine, environment: &Environment) -> Step {
        let count = self.monitors.len();
        let next = (0..count).map(|n| (self.turn + n) % count).find(|&n| self.monitors[n].has_work());
        let Some(n) = next else { return Step::Idle };
        self.turn = n + 1;
        let mut context = Context { machine, environment, after: After::Nothing };
        let Some(client) = &mut self.monitors[n].client else { return Step::Idle };
        let reply = match &mut client.talk {
            Talk::Control(session) => session.answer(&mut context).map(String::into_bytes),
            Talk::Readline(terminal) => terminal.answer(|focus, line| hmp::run(&mut context, focus, line)),
        };
        let after = context.after;
        self.broadcast(machine);
        if let (Some(reply), Some(client)) = (reply, &self.monitors[n].client) {
            client.outlet.send(&reply);
            client.outlet.set_unread(client.talk.unread());
            client.part();
        }
        Step::Answered(after)
    }

    /// Sends the machine's new events to all monitors that are past their negotiation.
    pub fn broadcast(&mut self, machine: &mut Machine) {
        for event in machine.take_events() {
            let value = session::event(&event, SystemTime::now().duration_since(UNIX_EPOCH).ok());
            if self.is_due(event.name, &value) {
                self.send_event(&value);
            }
        }
        self.send_pending();
    }

    fn send_event(&self, event: &Value) {
        for client in self.monitors.iter().filter_map(|monitor| monitor.client.as_ref()) {
            if let Talk::Control(session) = &client.talk
                && let Some(text) = session.event(event)
            {
                client.outlet.send(text.as_bytes());
            }
        }
    }

    /// Whether an event may go out now; if not it is kept for later.
    fn is_due(&mut self, name: &'static str, event: &Value) -> bool {
        if !THROTTLED.contains(&name) {
            return true;
        }
        let now = Instant::now();
        match self.throttles.iter_mut().find(|throttle| throttle.name == name) {
            None => {
                self.throttles.push(Throttle { name, sent: now, pending: None });
                true
            }
            Some(throttle) if now - throttle.sent >= THROTTLE => {
                throttle.sent = now;
                true
            }
            Some(throttle) => {
                throttle.pending = Some(event.clone());
                false
            }
        }
    }

    fn send_pending(&mut self) {
        let now = Instant::now();
        let mut due = Vec::new();
        for throttle in self.throttles.iter_mut().filter(|throttle| now - throttle.sent >= THROTTLE) {
            if let Some(event) = throttle.pending.take() {
                throttle.sent = now;
                due.push(event);
            }
        }
        due.iter().for_each(|event| self.send_event(event));
    }

    /// When the next event that was held back is due.
    pub fn deadline(&self) -> Option<Duration> {
        let waiting = self.throttles.iter().filter(|throttle| throttle.pending.is_some());
        waiting.map(|throttle| THROTTLE.saturating_sub(throttle.sent.elapsed())).min()
    }

    /// Waits until everything is out, but no longer than `limit` for each client.
    pub fn flush(&self, limit: Duration) {
        self.monitors.iter().filter_map(|monitor| monitor.client.as_ref()).for_each(|c| c.outlet.flush(limit));
    }
}

impl Monitor {
    fn has_work(&self) -> bool {
        self.client.as_ref().is_some_and(Client::has_work)
    }
}

#[cfg(test)]
mod tests {
    use machine::MachineConfig;

    use super::*;
    use crate::chardev::{Kept, outlet};

    #[test]
    fn a_client_that_shuts_down_gets_its_answers_first() {
        let target = machine::targets::find("riscv64").unwrap();
        let mut config = MachineConfig::new(target, Some("virt")).unwrap();
        (config.stopped, config.boot.bios) = (true, Some("none".into()));
        let (mut machine, environment) = (Machine::new(config).unwrap(), Environment::default());
        let (mut hub, kept) = (Hub::default(), Kept::default());
        let monitor = hub.add(Mode::Control(Style::Compact));
        let (hang_up, gone) = std::sync::mpsc::channel();
        let way_out = outlet::start(kept.clone(), move || hang_up.send(()).unwrap()).unwrap();
        hub.input(monitor, Input::Opened(way_out));
        let requests = br#"{"execute":"qmp_capabilities"} {"execute":"query-name","id":7}"#;
        hub.input(monitor, Input::Bytes(requests.to_vec()));
        hub.input(monitor, Input::Closed);
        while hub.step(&mut machine, &environment) != Step::Idle {}
        gone.recv_timeout(Duration::from_secs(10)).expect("the server hangs up when all is said");
        let text = String::from_utf8(kept.take()).unwrap();
        assert!(text.ends_with("{\"return\": {}}\r\n{\"return\": {}, \"id\": 7}\r\n"), "{text}");
    }
}
