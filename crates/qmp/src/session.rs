//! One client's conversation: greeting, negotiation, requests with their checks, replies, events.

use std::collections::VecDeque;

use qapi::misc::{QmpCapabilitiesArguments, QmpCapability};
use qapi::{Error, Map, Path, Qapi, Value, json};

use crate::command::{Context, Spec, version};
use crate::commands;
use crate::json::writer::{Style, message, ordered};
use crate::json::{JsonError, Reader};

/// The state of one connection. A new connection starts with a new session.
#[derive(Default)]
pub struct Session {
    reader: Reader,
    style: Style,
    negotiated: bool,
    oob: bool,
    /// Requests that are read: out-of-band ones first.
    waiting: VecDeque<Result<Value, JsonError>>,
    /// Bytes that are not read yet.
    unread: VecDeque<u8>,
}

/// Requests read ahead, so that out-of-band ones can overtake.
const READ_AHEAD_MAX: usize = 8;

/// A request that has the right shape.
struct Request<'a> {
    name: &'a str,
    oob: bool,
    arguments: Value,
}

impl Session {
    /// A conversation that has not begun.
    pub fn new(style: Style) -> Session {
        Session { style, ..Session::default() }
    }

    /// What the server says first.
    pub fn greeting(&self) -> String {
        message(&json!({"QMP": {"version": version(), "capabilities": ["oob"]}}), self.style)
    }

    /// Takes bytes from the client.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend(bytes);
        self.read_ahead();
    }

    /// Bytes that wait to be read: the client should not send more while there are many.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Reads as many requests as may wait.
    fn read_ahead(&mut self) {
        let limit = if self.oob { READ_AHEAD_MAX } else { 1 };
        while self.waiting.len() < limit {
            if let Some(next) = self.reader.next_message() {
                let at = if self.overtakes(&next) {
                    self.waiting.iter().take_while(|before| self.overtakes(before)).count()
                } else {
                    self.waiting.len()
                };
                self.waiting.insert(at, next);
                continue;
            }
            let (bytes, _) = self.unread.as_slices();
            if bytes.is_empty() {
                return;
            }
            let taken = self.reader.feed_one(bytes);
            self.unread.drain(..taken);
        }
    }

    /// Whether a request runs before those that wait: it is sent out of band and allowed to be.
    fn overtakes(&self, request: &Result<Value, JsonError>) -> bool {
        let name = request.as_ref().ok().and_then(|request| request.get("exec-oob")).and_then(Value::as_str);
        self.oob && name.and_then(commands::find).is_some_and(|spec| spec.allow_oob)
    }

    /// Whether a request waits for its answer.
    pub fn has_work(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Answers the request that waits longest.
    pub fn answer(&mut self, context: &mut Context<'_>) -> Option<String> {
        let reply = match self.waiting.pop_front()? {
            Ok(value) => self.reply(&value, context),
            Err(e) => failure(Error::generic(e.0), None),
        };
        self.read_ahead();
        Some(message(&reply, self.style))
    }

    /// An event as this client gets it; none before its negotiation is complete.
    pub fn event(&self, event: &Value) -> Option<String> {
        self.negotiated.then(|| message(event, self.style))
    }

    fn reply(&mut self, value: &Value, context: &mut Context<'_>) -> Value {
        let id = value.as_object().and_then(|request| request.get("id"));
        let result = self.check_shape(value).and_then(|request| self.dispatch(&request, context));
        match result {
            Ok(result) => {
                let mut reply = Map::new();
                reply.insert("return".into(), result);
                reply.extend(id.map(|id| ("id".to_string(), id.clone())));
                Value::Object(reply)
            }
            Err(e) => failure(e, id),
        }
    }

    /// Looks at the members in the order they are printed in; the first that is wrong is reported.
    fn check_shape<'a>(&self, value: &'a Value) -> Result<Request<'a>, Error> {
        let fault = |text: String| Err(Error::generic(format!("QMP input {text}")));
        let Some(request) = value.as_object() else { return fault("must be a JSON object".into()) };
        let mut command: Option<(&str, &str)> = None;
        let mut arguments = Value::Object(Map::new());
        for (key, member) in ordered(request) {
            match key.as_str() {
                "execute" | "exec-oob" if key == "execute" || self.oob => {
                    let Some(name) = member.as_str() else { return fault(format!("member '{key}' must be a string")) };
                    if let Some((other, _)) = command {
                        return fault(format!("member '{key}' clashes with '{other}'"));
                    }
                    command = Some((key, name));
                }
                "arguments" if member.is_object() => arguments = member.clone(),
                "arguments" => return fault("member 'arguments' must be an object".into()),
                "id" => {}
                _ => return fault(format!("member '{key}' is unexpected")),
            }
        }
        let Some((how, name)) = command else { return fault("lacks member 'execute'".into()) };
        Ok(Request { name, oob: how == "exec-oob", arguments })
    }

    fn dispatch(&mut self, request: &Request<'_>, context: &mut Context<'_>) -> Result<Value, Error> {
        let name = request.name;
        if !self.negotiated && name != "qmp_capabilities" {
            return Err(Error::command_not_found("Expecting capabilities negotiation with 'qmp_capabilities'"));
        }
        if name == "qmp_capabilities" {
            return self.negotiate(&request.arguments);
        }
        let not_found = || Error::command_not_found(format!("The command {name} has not been found"));
        let spec: &Spec =
            commands::find(name).filter(|spec| spec.serves(context.machine.target())).ok_or_else(not_found)?;
        if request.oob && !spec.allow_oob {
            return Err(Error::generic(format!("The command {name} does not support OOB")));
        }
        if context.machine.state() == machine::RunState::Preconfig && !spec.allow_preconfig {
            return Err(Error::generic(format!("The command '{name}' isn't permitted in 'preconfig' state")));
        }
        (spec.run)(context, &request.arguments)
    }

    fn negotiate(&mut self, arguments: &Value) -> Result<Value, Error> {
        if self.negotiated {
            let text = "Capabilities negotiation is already complete, command ignored";
            return Err(Error::command_not_found(text));
        }
        let args = QmpCapabilitiesArguments::visit(arguments, &Path::Root)?;
        self.oob = args.enable.unwrap_or_default().contains(&QmpCapability::Oob);
        self.negotiated = true;
        Ok(json!({}))
    }
}

/// An error reply.
fn failure(e: Error, id: Option<&Value>) -> Value {
    let mut reply = Map::new();
    reply.extend(id.map(|id| ("id".to_string(), id.clone())));
    reply.insert("error".into(), json!({"class": e.class, "desc": e.desc}));
    Value::Object(reply)
}

/// An event with its time of day; `seconds` and `microseconds` are -1 where the clock fails.
pub fn event(event: &machine::Event, since_epoch: Option<std::time::Duration>) -> Value {
    let (seconds, micros) = match since_epoch {
        Some(t) => (t.as_secs() as i64, i64::from(t.subsec_micros())),
        None => (-1, -1),
    };
    let mut out = Map::new();
    out.insert("timestamp".into(), json!({"seconds": seconds, "microseconds": micros}));
    out.insert("event".into(), event.name.into());
    if !event.data.is_empty() {
        let data = event.data.iter().map(|(k, v)| (k.to_string(), crate::command::to_json(v.clone())));
        out.insert("data".into(), Value::Object(data.collect()));
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests;
