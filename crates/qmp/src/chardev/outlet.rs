//! The way out to a client: bytes are queued and a thread of their own writes them.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// Bytes queued for a client that does not read, above which it is given up.
const QUEUE_MAX: usize = 64 << 20;

#[derive(Default)]
struct State {
    queue: VecDeque<u8>,
    /// Bytes that the thread is writing now.
    busy: usize,
    /// Bytes from the client that nobody has looked at.
    unread: usize,
    /// Nothing more will be queued.
    closing: bool,
    /// The thread has ended.
    closed: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// Queues bytes for one client. Clones lead to the same client.
#[derive(Clone)]
pub struct Outlet(Arc<Shared>);

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outlet")
    }
}

/// Starts the thread that writes to `out`. When that fails, or the outlet is closed and empty, `hang_up` is called.
///
/// # Errors
/// When there can be no more threads.
pub fn start(out: impl Write + Send + 'static, hang_up: impl FnOnce() + Send + 'static) -> io::Result<Outlet> {
    let shared = Arc::new(Shared::default());
    let outlet = Outlet(Arc::clone(&shared));
    thread::Builder::new().name("writer".into()).spawn(move || {
        write_all(&shared, out);
        hang_up();
        let mut state = shared.state.lock();
        (state.closing, state.closed, state.busy) = (true, true, 0);
        state.queue.clear();
        shared.changed.notify_all();
    })?;
    Ok(outlet)
}

/// Writes until the outlet is closed and empty, or the client is gone.
fn write_all(shared: &Shared, mut out: impl Write) {
    loop {
        let mut state = shared.state.lock();
        state.busy = 0;
        shared.changed.notify_all();
        while state.queue.is_empty() {
            if state.closing {
                return;
            }
            shared.changed.wait(&mut state);
        }
        let bytes: Vec<u8> = std::mem::take(&mut state.queue).into();
        state.busy = bytes.len();
        drop(state);
        if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

impl Outlet {
    /// Queues bytes. Nothing happens once the client is gone; a client that lets too much pile up is given up.
    pub fn send(&self, bytes: &[u8]) {
        let mut state = self.0.state.lock();
        if state.closing {
            return;
        }
        if state.queue.len() + bytes.len() > QUEUE_MAX {
            state.queue.clear();
            state.closing = true;
        } else {
            state.queue.extend(bytes);
        }
        self.0.changed.notify_all();
    }

    /// Bytes that are on their way out.
    pub fn queued(&self) -> usize {
        let state = self.0.state.lock();
        state.busy + state.queue.len()
    }

    /// Lets what is queued go out, then ends.
    pub fn close(&self) {
        self.0.state.lock().closing = true;
        self.0.changed.notify_all();
    }

    /// Waits until everything is out, but no longer than `limit`.
    pub fn flush(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let mut state = self.0.state.lock();
        while !state.closed && (state.busy > 0 || !state.queue.is_empty()) {
            if self.0.changed.wait_until(&mut state, end).timed_out() {
                return;
            }
        }
    }

    /// Tells how many bytes of the client nobody has looked at.
    pub fn set_unread(&self, bytes: usize) {
        let mut state = self.0.state.lock();
        if state.unread != bytes {
            state.unread = bytes;
            self.0.changed.notify_all();
        }
    }

    /// Notes bytes that the client has sent.
    pub(super) fn add_unread(&self, bytes: usize) {
        self.0.state.lock().unread += bytes;
    }

    /// Waits until fewer than `queued` bytes are on their way out and fewer than `unread` wait to be looked at.
    pub(super) fn wait_below(&self, queued: usize, unread: usize) {
        let mut state = self.0.state.lock();
        while !state.closed && (state.busy + state.queue.len() >= queued || state.unread >= unread) {
            self.0.changed.wait(&mut state);
        }
    }

    /// Waits until the outlet is closed and empty.
    pub(super) fn wait_closed(&self) {
        let mut state = self.0.state.lock();
        while !state.closed {
            self.0.changed.wait(&mut state);
        }
    }
}
