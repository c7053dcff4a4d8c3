//! Character devices: byte streams to the world outside. Threads read and write; the main loop never blocks on one.
//!
//! [`spec`] reads the options, [`outlet`] is the way out, [`open`] connects. Input arrives through a function that runs in the
//! reading thread; it may block to slow a client down.

pub mod outlet;
pub mod spec;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub use outlet::Outlet;
pub use spec::{Backend, Endpoint, Socket, SpecError};

/// What arrives from a character device.
#[derive(Debug)]
pub enum Input {
    /// Somebody is there; this leads to them.
    Opened(Outlet),
    /// Bytes from them. Whoever has looked at them says so by [`Outlet::set_unread`], or nothing more comes.
    Bytes(Vec<u8>),
    /// They are gone. Whoever holds the [`Outlet`] has to close it: the next client waits for that.
    Closed,
}

/// Takes input in the reading thread.
pub type Receiver = Box<dyn FnMut(Input) + Send>;

/// Bytes that one read takes.
const CHUNK: usize = 16 << 10;
/// Bytes on their way to a client above which nothing more is read from it.
const BACKLOG_MAX: usize = 1 << 20;

/// Bytes from a client that nobody has looked at above which nothing more is read from it.
const UNREAD_MAX: usize = 64 << 10;

/// A character device that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address could not be bound.
    #[error("Failed to bind socket to {0}: {1}")]
    Bind(String, String),
    /// Nobody listens there.
    #[error("Failed to connect socket {0}: {1}")]
    Connect(String, String),
    /// The file can't be opened.
    #[error("Could not open '{0}': {1}")]
    File(String, String),
    /// The thread can't be started.
    #[error("Could not start a thread: {0}")]
    Thread(String),
}

/// What remains of an open character device: it is cleaned up when this is dropped.
#[derive(Debug, Default)]
pub struct Opened {
    socket: Option<String>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(path) = &self.socket {
            // Gone already is as good.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Opens `backend`. With `wait` set a listening socket is open only once the first client is there; `waiting` is called before.
/// A listening socket has a place for a client at a time for each of `receivers`, anything else for the first.
///
/// # Errors
/// When the address or file can't be had.
pub fn open(backend: &Backend, mut receivers: Vec<Receiver>, waiting: &dyn Fn()) -> Result<Opened, OpenError> {
    if let Backend::Socket(socket) = backend
        && socket.server
    {
        return listen(socket, receivers, waiting);
    }
    let Some(receive) = receivers.pop() else { return Ok(Opened::default()) };
    match backend {
        Backend::Null => Ok(Opened::default()),
        Backend::Stdio { .. } => stdio(receive),
        Backend::File(path) => {
            let file = File::create(path).map_err(|e| file_error(path, &e))?;
            let mut receive = receive;
            receive(Input::Opened(outlet::start(file, || {}).map_err(thread_error)?));
            Ok(Opened::default())
        }
        Backend::Pipe(path) => pipe(path, receive),
        Backend::Socket(socket) => connect(socket, receive),
    }
}

fn reason(e: &io::Error) -> String {
    crate::save::reason(e)
}

fn file_error(path: &str, e: &io::Error) -> OpenError {
    OpenError::File(path.to_string(), reason(e))
}

fn thread_error(e: io::Error) -> OpenError {
    OpenError::Thread(e.to_string())
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    thread::Builder::new().name(name.to_string()).spawn(run).map(drop).map_err(thread_error)
}

/// Standard input and output. The end of the input closes nothing.
fn stdio(mut receive: Receiver) -> Result<Opened, OpenError> {
    let outlet = outlet::start(io::stdout(), || {}).map_err(thread_error)?;
    receive(Input::Opened(outlet.clone()));
    spawn("stdin", move || pump(&mut io::stdin(), &outlet, &mut receive))?;
    Ok(Opened::default())
}

/// `PATH.in` and `PATH.out` if they are there, else `PATH` for both ways.
fn pipe(path: &str, mut receive: Receiver) -> Result<Opened, OpenError> {
    // Opened for both, a FIFO does not wait for the other side.
    let both = |path: &str| OpenOptions::new().read(true).write(true).open(path);
    let (mut input, output) = match (both(&format!("{path}.in")), both(&format!("{path}.out"))) {
        (Ok(input), Ok(output)) => (input, output),
        _ => {
            let file = both(path).map_err(|e| file_error(path, &e))?;
            (file.try_clone().map_err(|e| file_error(path, &e))?, file)
        }
    };
    let outlet = outlet::start(output, || {}).map_err(thread_error)?;
    receive(Input::Opened(outlet.clone()));
    spawn("pipe", move || pump(&mut input, &outlet, &mut receive))?;
    Ok(Opened::default())
}

/// Hands on what comes in until it ends. A client that does not take its replies is not read from.
fn pump(input: &mut dyn Read, outlet: &Outlet, receive: &mut Receiver) {
    let mut buffer = vec![0; CHUNK];
    loop {
        outlet.wait_below(BACKLOG_MAX, UNREAD_MAX);
        match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => {
                outlet.add_unread(n);
                receive(Input::Bytes(buffer[..n].to_vec()));
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// A connected stream socket of either family.
trait Stream: Read + Write + Send + 'static {
    fn another(&self) -> io::Result<Box<dyn Stream>>;
    fn hang_up(&self);
}

impl Stream for UnixStream {
    fn another(&self) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.try_clone()?))
    }

    fn hang_up(&self) {
        // A peer that is gone already is as good.
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Stream for TcpStream {
    fn another(&self) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.try_clone()?))
    }

    fn hang_up(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// Serves one client until it is gone and everything for it is out.
fn converse(mut stream: Box<dyn Stream>, receive: &mut Receiver) {
    let (Ok(writer), Ok(breaker)) = (stream.another(), stream.another()) else { return };
    let Ok(outlet) = outlet::start(writer, move || breaker.hang_up()) else { return };
    receive(Input::Opened(outlet.clone()));
    pump(&mut stream, &outlet, receive);
    receive(Input::Closed);
    outlet.wait_closed();
    stream.hang_up();
}

enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Listener::Unix(listener) => Ok(Box::new(listener.accept()?.0)),
            Listener::Tcp(listener) => {
                let stream = listener.accept()?.0;
                // Replies are short and waited for.
                let _ = stream.set_nodelay(true);
                Ok(Box::new(stream))
            }
        }
    }
}

/// A socket of this path that nobody removed is in the way of a new one.
fn remove_stale(path: &str) {
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket()) {
        let _ = std::fs::remove_file(path);
    }
}

fn listen(socket: &Socket, receivers: Vec<Receiver>, waiting: &dyn Fn()) -> Result<Opened, OpenError> {
    let fault = |e: io::Error| OpenError::Bind(socket.address(), reason(&e));
    let (listener, path) = match &socket.endpoint {
        Endpoint::Unix(path) => {
            remove_stale(path);
            (Listener::Unix(UnixListener::bind(path).map_err(fault)?), Some(path.clone()))
        }
        Endpoint::Tcp(host, port) => {
            let host = if host.is_empty() { "0.0.0.0" } else { host };
            (Listener::Tcp(TcpListener::bind((host, *port)).map_err(fault)?), None)
        }
    };
    let opened = Opened { socket: path };
    let mut first = None;
    if socket.wait {
        waiting();
        first = Some(listener.accept().map_err(fault)?);
    }
    let listener = Arc::new(listener);
    for receive in receivers {
        let (listener, first) = (Arc::clone(&listener), first.take());
        spawn("listen", move || seat(&listener, first, receive))?;
    }
    Ok(opened)
}

/// Serves one client after the other.
fn seat(listener: &Listener, first: Option<Box<dyn Stream>>, mut receive: Receiver) {
    if let Some(stream) = first {
        converse(stream, &mut receive);
    }
    loop {
        match listener.accept() {
            Ok(stream) => converse(stream, &mut receive),
            // Out of descriptors, most likely: they come back.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn connect(socket: &Socket, mut receive: Receiver) -> Result<Opened, OpenError> {
    let fault = |e: io::Error| OpenError::Connect(socket.address(), reason(&e));
    let stream: Box<dyn Stream> = match &socket.endpoint {
        Endpoint::Unix(path) => Box::new(UnixStream::connect(path).map_err(fault)?),
        Endpoint::Tcp(host, port) => {
            let host = if host.is_empty() { "localhost" } else { host };
            let addresses: Vec<_> = (host, *port).to_socket_addrs().map_err(fault)?.collect();
            Box::new(TcpStream::connect(addresses.as_slice()).map_err(fault)?)
        }
    };
    spawn("socket", move || converse(stream, &mut receive))?;
    Ok(Opened::default())
}

/// An outlet that keeps what is written, for tests and callers that look at it themselves.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<parking_lot::Mutex<Vec<u8>>>);

impl Kept {
    /// Everything so far.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock())
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
