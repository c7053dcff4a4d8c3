//! A session behind a TCP or Unix socket: what `-gdb` and `-s` open.
//!
//! One thread accepts clients, one at a time, and reads; another writes. They pass bytes through channels, so that the owner of the
//! machine never waits for a client.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::debuggee::{Debuggee, Stop};
use crate::session::{Session, State};

/// The port of `-s`.
const DEFAULT_PORT: u16 = 1234;
/// The host when none is given: whoever reaches a debugger's port owns the guest, so nobody from outside shall.
const LOCAL: &str = "127.0.0.1";
/// How long a server that goes away waits for its last words to reach the client.
const PARTING: Duration = Duration::from_secs(1);

/// Where clients connect: the argument of `-gdb`.
///
/// `tcp:HOST:PORT` or `unix:PATH`, with or without `,server` and `,nowait`. Without a host, only this machine's clients can connect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// Host and port.
    Tcp(String, u16),
    /// A path.
    Unix(PathBuf),
}

impl Default for Endpoint {
    /// What `-s` means: `tcp::1234`.
    fn default() -> Endpoint {
        Endpoint::Tcp(LOCAL.to_owned(), DEFAULT_PORT)
    }
}

/// Why a server can't be had.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The argument of `-gdb` makes no sense.
    #[error("'{0}' is no address: give tcp:[HOST]:PORT or unix:PATH")]
    Syntax(String),
    /// The socket can't be opened.
    #[error("could not listen at {0}: {1}")]
    Io(String, io::Error),
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Endpoint, EndpointError> {
        let syntax = || EndpointError::Syntax(text.to_owned());
        let mut parts = text.split(',');
        let address = parts.next().unwrap_or_default();
        if parts.any(|option| !matches!(option, "server" | "nowait" | "server=on" | "wait=off" | "nodelay")) {
            return Err(syntax());
        }
        if let Some(path) = address.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Endpoint::Unix(path.into()));
        }
        let (host, port) = address.strip_prefix("tcp:").and_then(|rest| rest.rsplit_once(':')).ok_or_else(syntax)?;
        let host = match host.trim_start_matches('[').trim_end_matches(']') {
            "" => LOCAL,
            host => host,
        };
        Ok(Endpoint::Tcp(host.to_owned(), port.parse().map_err(|_| syntax())?))
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Endpoint::Tcp(host, port) if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Endpoint::Tcp(host, port) => write!(f, "tcp:{host}:{port}"),
            Endpoint::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

enum Event {
    Connected(Sender<Vec<u8>>),
    Data(Vec<u8>),
    Disconnected,
}

/// A session and its socket.
pub struct Server {
    session: Session,
    events: Receiver<Event>,
    /// To the client, while there is one.
    client: Option<Sender<Vec<u8>>>,
    connected: bool,
    address: Option<SocketAddr>,
    path: Option<PathBuf>,
}

impl Server {
    /// Opens the socket and waits for clients in the background. `wake` is called from a thread of the server's whenever
    /// [`Server::poll`] has something to do: it should end the running round.
    ///
    /// # Errors
    /// When the socket can't be opened.
    pub fn start(endpoint: &Endpoint, wake: impl Fn() + Send + 'static) -> Result<Server, EndpointError> {
        let failed = |e| EndpointError::Io(endpoint.to_string(), e);
        let (sender, events) = mpsc::channel();
        let notify = move |event| {
            let told = sender.send(event).is_ok();
            wake();
            told
        };
        let mut server =
            Server { session: Session::new(), events, client: None, connected: false, address: None, path: None };
        match endpoint {
            Endpoint::Tcp(host, port) => {
                let listener = TcpListener::bind((host.as_str(), *port)).map_err(failed)?;
                server.address = listener.local_addr().ok();
                spawn(move || accept(|| listener.accept().map(|(stream, _)| stream), notify)).map_err(failed)?;
            }
            Endpoint::Unix(path) => {
                remove_old(path);
                let listener = UnixListener::bind(path).map_err(failed)?;
                server.path = Some(path.clone());
                spawn(move || accept(|| listener.accept().map(|(stream, _)| stream), notify)).map_err(failed)?;
            }
        }
        Ok(server)
    }

    /// The TCP address that is listened at; tells the port if the endpoint's was 0.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether a client waits for the machine to stop.
    pub fn is_running(&self) -> bool {
        self.session.state() == State::Running
    }

    /// Sees to what clients have sent. Never waits. To be called between two rounds.
    pub fn poll(&mut self, machine: &mut dyn Debuggee) {
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Connected(client) => {
                    self.client = Some(client);
                    self.connected = true;
                    self.session.connect(machine);
                }
                Event::Data(bytes) => {
                    let reply = self.session.feed(&bytes, machine);
                    self.send(reply);
                }
                Event::Disconnected => {
                    self.client = None;
                    self.connected = false;
                    if self.session.state() != State::Ended {
                        self.session.disconnect(machine);
                    }
                }
            }
        }
    }

    /// [`Session::report_stop`], and the answer sent.
    pub fn report_stop(&mut self, stop: Stop, machine: &mut dyn Debuggee) {
        let bytes = self.session.report_stop(stop, machine);
        self.send(bytes);
    }

    /// Sends, and hangs up when the conversation is over.
    fn send(&mut self, bytes: Vec<u8>) {
        if let Some(client) = self.client.as_ref().filter(|_| !bytes.is_empty()) {
            // A client that has left is told of by its own event.
            let _ = client.send(bytes);
        }
        if self.session.state() == State::Ended {
            self.client = None;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.client = None;
        let until = Instant::now() + PARTING;
        while self.connected {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::Disconnected) | Err(_) => self.connected = false,
                Ok(_) => {}
            }
        }
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A socket that somebody has left behind is in the way of a new one. Nothing but a socket is removed.
fn remove_old(path: &Path) {
    if std::fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_socket()) {
        let _ = std::fs::remove_file(path);
    }
}

fn spawn(f: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("gdb".to_owned()).spawn(f).map(drop)
}

/// A connected socket.
trait Stream: Read + Write + Send + Sized + 'static {
    fn twin(&self) -> io::Result<Self>;
    fn hang_up(&self);
}

impl Stream for TcpStream {
    fn twin(&self) -> io::Result<TcpStream> {
        // Packets are small and answered at once.
        self.set_nodelay(true)?;
        self.try_clone()
    }

    fn hang_up(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Stream for UnixStream {
    fn twin(&self) -> io::Result<UnixStream> {
        self.try_clone()
    }

    fn hang_up(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// Serves clients, one after the other, until nobody listens to `notify`.
fn accept<S: Stream>(next: impl Fn() -> io::Result<S>, notify: impl Fn(Event) -> bool) {
    loop {
        let Ok(stream) = next() else {
            // Out of descriptors, or the client was gone at once: not a reason to give up, nor to spin.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        let (sender, outgoing) = mpsc::channel();
        let Ok(writing) = stream.twin() else { continue };
        if spawn(move || write(writing, &outgoing)).is_err() {
            continue;
        }
        if !notify(Event::Connected(sender)) {
            return;
        }
        read(stream, &notify);
        if !notify(Event::Disconnected) {
            return;
        }
    }
}

fn read(mut stream: impl Stream, notify: impl Fn(Event) -> bool) {
    let mut buffer = [0; 16 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) if notify(Event::Data(buffer[..n].to_vec())) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => break,
        }
    }
    stream.hang_up();
}

/// Writes until the session drops its end, then hangs up.
fn write(mut stream: impl Stream, outgoing: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = outgoing.recv() {
        if stream.write_all(&bytes).is_err() {
            break;
        }
    }
    stream.hang_up();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        let parse = |text: &str| text.parse::<Endpoint>().map(|e| e.to_string()).map_err(|e| e.to_string());
        assert_eq!(parse("tcp::1234").as_deref(), Ok("tcp:127.0.0.1:1234"));
        assert_eq!(parse("tcp:127.0.0.1:99,server,nowait").as_deref(), Ok("tcp:127.0.0.1:99"));
        assert_eq!(parse("tcp:[::1]:99").as_deref(), Ok("tcp:[::1]:99"));
        assert_eq!(parse("unix:/run/gdb.sock").as_deref(), Ok("unix:/run/gdb.sock"));
        for bad in ["tcp::", "tcp:1234", "unix:", "stdio", "tcp::70000", "tcp::1,telnet"] {
            let expected = format!("'{bad}' is no address: give tcp:[HOST]:PORT or unix:PATH");
            assert_eq!(parse(bad), Err(expected));
        }
        assert_eq!(Endpoint::default(), "tcp::1234".parse().unwrap());
    }
}
