//! Where a device's characters go.

use std::sync::Arc;

use parking_lot::Mutex;

/// Takes what a UART sends. It must neither block nor lose bytes: devices hand them over at the moment the guest writes them.
pub trait Sink: Send {
    /// Takes all of `bytes`, in order.
    fn write(&mut self, bytes: &[u8]);
}

/// A sink that forgets everything (`-serial none`).
#[derive(Clone, Copy, Debug, Default)]
pub struct NullSink;

impl Sink for NullSink {
    fn write(&mut self, _: &[u8]) {}
}

/// A sink that keeps everything; clones share one store. For tests and for a console that somebody reads later.
#[derive(Clone, Debug, Default)]
pub struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    /// An empty store.
    pub fn new() -> Capture {
        Capture::default()
    }

    /// Everything written since the last `take`, which is removed.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock())
    }

    /// A copy of everything written since the last `take`, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock()).into_owned()
    }
}

impl Sink for Capture {
    fn write(&mut self, bytes: &[u8]) {
        self.0.lock().extend_from_slice(bytes);
    }
}
