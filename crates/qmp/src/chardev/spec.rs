//! The options that describe character devices: `-qmp DEV`, `-serial DEV`, `-chardev BACKEND,id=ID,...`.

use topology::opts;

/// Where a socket is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// A path.
    Unix(String),
    /// A host and a port.
    Tcp(String, u16),
}

/// A stream socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Socket {
    /// Where.
    pub endpoint: Endpoint,
    /// Whether to listen there.
    pub server: bool,
    /// Whether to wait for the first client at the start.
    pub wait: bool,
    /// Clients that a monitor there serves at the same time; QEMU has one, and so has who says nothing.
    pub clients: usize,
}

/// Clients at once at most: each has a thread of its own.
const CLIENTS_MAX: u64 = 64;

impl Socket {
    /// The address for messages: a path, or `host:port`.
    pub fn address(&self) -> String {
        match &self.endpoint {
            Endpoint::Unix(path) => path.clone(),
            Endpoint::Tcp(host, port) => format!("{host}:{port}"),
        }
    }
}

/// What stands behind a character device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Backend {
    /// Standard input and output; `mux` shares them with a monitor.
    Stdio {
        /// Whether Ctrl-A commands switch between the users.
        mux: bool,
        /// Whether Ctrl-C ends the emulator.
        signal: bool,
    },
    /// A socket.
    Socket(Socket),
    /// A named pipe, or a pair of them.
    Pipe(String),
    /// A file that takes the output.
    File(String),
    /// Nothing.
    Null,
}

/// What is wrong with a description. The texts are QEMU 4.2's where it has one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpecError {
    /// No such backend.
    #[error("'{0}' is not a valid char driver")]
    Driver(String),
    /// A backend that exists in QEMU but not here.
    #[error("character device '{0}' is not supported here; use stdio, unix:, tcp:, pipe:, file: or null")]
    Unsupported(String),
    /// An address without a port, or with a bad one.
    #[error("'{0}' is no address: give HOST:PORT with a port from 0 to 65535")]
    Address(String),
    /// A key that the backend does not have.
    #[error("Invalid parameter '{0}'")]
    Key(String),
    /// A switch that is neither on nor off.
    #[error("Parameter '{0}' expects 'on' or 'off'")]
    Switch(String),
    /// A key that the backend needs.
    #[error("chardev: {0}: no {1} given")]
    Missing(&'static str, &'static str),
    /// A number of clients that can't be.
    #[error("Parameter 'clients' expects a number from 1 to 64, on a socket that listens")]
    Clients,
    /// The id is missing.
    #[error("chardev: no id specified")]
    NoId,
    /// The id is none.
    #[error("Parameter 'id' expects an identifier")]
    Id,
}

impl Backend {
    /// Reads the short form: `stdio`, `null`, `none`, `unix:PATH,server,nowait`, `tcp:HOST:PORT,...`, `pipe:PATH`, `file:PATH`.
    ///
    /// # Errors
    /// No such backend, or one of its options is wrong.
    pub fn parse(text: &str) -> Result<Backend, SpecError> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "stdio" => Ok(Backend::Stdio { mux: false, signal: true }),
            "null" | "none" | "vc" => Ok(Backend::Null),
            "pipe" => Ok(Backend::Pipe(rest.to_string())),
            "file" => Ok(Backend::File(rest.to_string())),
            "unix" => {
                let mut items = opts::pairs(rest, Some("path"));
                let path = take(&mut items, "path").ok_or(SpecError::Missing("socket", "path"))?;
                socket(Endpoint::Unix(path), items)
            }
            "tcp" => {
                let mut items = opts::pairs(rest, Some("address"));
                let address = take(&mut items, "address").ok_or(SpecError::Missing("socket", "address"))?;
                let (host, port) = address.rsplit_once(':').ok_or_else(|| SpecError::Address(address.clone()))?;
                let port = port.parse().map_err(|_| SpecError::Address(address.clone()))?;
                let host = host.trim_start_matches('[').trim_end_matches(']');
                socket(Endpoint::Tcp(host.to_string(), port), items)
            }
            "pty" | "telnet" | "udp" | "msmouse" | "braille" | "ringbuf" | "spicevmc" => {
                Err(SpecError::Unsupported(kind.to_string()))
            }
            _ => Err(SpecError::Driver(text.to_string())),
        }
    }

    /// Reads the long form after `-chardev`: its id and what stands behind it.
    ///
    /// # Errors
    /// No such backend, no id, or one of the options is wrong.
    pub fn parse_option(text: &str) -> Result<(String, Backend), SpecError> {
        let mut items = opts::pairs(text, Some("backend"));
        let kind = take(&mut items, "backend").unwrap_or_default();
        let id = take(&mut items, "id");
        if id.as_deref().is_some_and(|id| !opts::is_identifier(id)) {
            return Err(SpecError::Id);
        }
        let id = id.ok_or(SpecError::NoId)?;
        let mux = switch(&mut items, "mux")?.unwrap_or(false);
        let path = take(&mut items, "path");
        let backend = match kind.as_str() {
            "stdio" => Backend::Stdio { mux, signal: switch(&mut items, "signal")?.unwrap_or(true) },
            "null" | "vc" => Backend::Null,
            "pipe" => Backend::Pipe(path.ok_or(SpecError::Missing("pipe", "path"))?),
            "file" => Backend::File(path.ok_or(SpecError::Missing("file", "path"))?),
            "socket" => {
                let endpoint = match (path, take(&mut items, "port")) {
                    (Some(path), _) => Endpoint::Unix(path),
                    (None, Some(port)) => {
                        let port = port.parse().map_err(|_| SpecError::Address(port))?;
                        Endpoint::Tcp(take(&mut items, "host").unwrap_or_default(), port)
                    }
                    (None, None) => return Err(SpecError::Missing("socket", "path or port")),
                };
                return Ok((id, socket(endpoint, items)?));
            }
            "pty" | "udp" | "msmouse" | "braille" | "ringbuf" | "spicevmc" | "testdev" => {
                return Err(SpecError::Unsupported(kind));
            }
            _ => return Err(SpecError::Driver(kind)),
        };
        match items.into_iter().next() {
            Some((key, _)) => Err(SpecError::Key(key)),
            None => Ok((id, backend)),
        }
    }

    /// Clients that it serves at the same time.
    pub fn clients(&self) -> usize {
        if let Backend::Socket(socket) = self { socket.clients } else { 1 }
    }

    /// What `query-chardev` shows.
    pub fn filename(&self) -> String {
        match self {
            Backend::Stdio { mux: true, .. } => "mux".to_string(),
            Backend::Stdio { .. } => "stdio".to_string(),
            Backend::Null => "null".to_string(),
            Backend::File(_) => "file".to_string(),
            Backend::Pipe(_) => "pipe".to_string(),
            Backend::Socket(socket) => {
                let scheme = if matches!(socket.endpoint, Endpoint::Unix(_)) { "unix" } else { "tcp" };
                let server = if socket.server { ",server" } else { "" };
                format!("disconnected:{scheme}:{}{server}", socket.address())
            }
        }
    }
}

/// Takes the last value of `key`.
fn take(items: &mut Vec<(String, String)>, key: &str) -> Option<String> {
    let mut value = None;
    items.retain(|(k, v)| {
        if k == key {
            value = Some(v.clone());
        }
        k != key
    });
    value
}

fn switch(items: &mut Vec<(String, String)>, key: &str) -> Result<Option<bool>, SpecError> {
    let text = take(items, key);
    text.map(|text| opts::switch(&text).ok_or_else(|| SpecError::Switch(key.to_string()))).transpose()
}

/// `server` and `wait` in both spellings; the rest has no meaning for a local stream.
fn socket(endpoint: Endpoint, mut items: Vec<(String, String)>) -> Result<Backend, SpecError> {
    let server = switch(&mut items, "server")?.unwrap_or(false);
    let wait = switch(&mut items, "wait")?.unwrap_or(server);
    // A bare `nodelay` reads as `delay=off`.
    for key in ["delay", "nodelay", "ipv4", "ipv6"] {
        switch(&mut items, key)?;
    }
    let clients = match take(&mut items, "clients").as_deref().map(opts::uint) {
        None => 1,
        Some(Some(n @ 1..=CLIENTS_MAX)) if server => n as usize,
        Some(_) => return Err(SpecError::Clients),
    };
    match items.into_iter().next() {
        Some((key, _)) => Err(SpecError::Key(key)),
        None => Ok(Backend::Socket(Socket { endpoint, server, wait: wait && server, clients })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_mean_the_same() {
        let want =
            Backend::Socket(Socket { endpoint: Endpoint::Unix("a,b".into()), server: true, wait: false, clients: 1 });
        assert_eq!(Backend::parse("unix:a,,b,server,nowait"), Ok(want.clone()));
        assert_eq!(Backend::parse("unix:a,,b,server=on,wait=off"), Ok(want.clone()));
        assert_eq!(Backend::parse_option("socket,id=x,path=a,,b,server,nowait"), Ok(("x".into(), want)));
        let waits = Backend::parse("tcp:[::1]:4444,server").unwrap();
        let endpoint = Endpoint::Tcp("::1".into(), 4444);
        assert_eq!(waits, Backend::Socket(Socket { endpoint, server: true, wait: true, clients: 1 }));
    }

    #[test]
    fn faults_are_named() {
        let text = |r: Result<Backend, SpecError>| r.unwrap_err().to_string();
        assert_eq!(text(Backend::parse("nope")), "'nope' is not a valid char driver");
        assert_eq!(
            text(Backend::parse("tcp:host")),
            "'host' is no address: give HOST:PORT with a port from 0 to 65535"
        );
        assert_eq!(text(Backend::parse("unix:p,zebra=1")), "Invalid parameter 'zebra'");
        assert_eq!(text(Backend::parse("unix:p,server=maybe")), "Parameter 'server' expects 'on' or 'off'");
        for bad in
            ["unix:p,clients=2", "unix:p,server,clients=0", "unix:p,server,clients=65", "unix:p,server,clients=x"]
        {
            assert_eq!(Backend::parse(bad).unwrap_err(), SpecError::Clients);
        }
        assert_eq!(Backend::parse("unix:p,server,nowait,clients=3").unwrap().clients(), 3);
        assert_eq!(Backend::parse_option("stdio").unwrap_err(), SpecError::NoId);
        assert_eq!(Backend::parse_option("socket,id=x").unwrap_err(), SpecError::Missing("socket", "path or port"));
    }
}
