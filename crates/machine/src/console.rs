//! The guest's console: what a UART sends goes to whoever the machine's user has chosen.

use std::sync::Arc;

use devices::{NullSink, Sink};
use parking_lot::Mutex;

/// Where console output goes; clones lead to the same place, which can be changed while the machine lives.
#[derive(Clone)]
pub struct Console(Arc<Mutex<Box<dyn Sink>>>);

impl Console {
    /// A console that leads to `sink`.
    pub fn new(sink: impl Sink + 'static) -> Console {
        Console(Arc::new(Mutex::new(Box::new(sink))))
    }

    /// Leads it elsewhere.
    pub fn connect(&self, sink: impl Sink + 'static) {
        *self.0.lock() = Box::new(sink);
    }
}

impl Default for Console {
    fn default() -> Console {
        Console::new(NullSink)
    }
}

impl Sink for Console {
    fn write(&mut self, bytes: &[u8]) {
        self.0.lock().write(bytes);
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Console")
    }
}
