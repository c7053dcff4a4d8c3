//! A virtual terminal: sixteen characters a call, and an interrupt when something was typed.
//!
//! *Linux on Power Architecture Platform Reference* 1.1, 16.8, "Virtual Terminal (Vterm)": H_PUT_TERM_CHAR, H_GET_TERM_CHAR.

use std::collections::VecDeque;
use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;

use crate::sink::Sink;
use crate::state;

const PART: &str = "vty";
/// What the terminal keeps until the guest takes it.
const ROOM: usize = 32;

struct Port {
    sink: Box<dyn Sink>,
    typed: VecDeque<u8>,
    interrupt: Line,
}

/// The terminal. Clones are the same one.
#[derive(Clone)]
pub struct Vty(Arc<Mutex<Port>>);

impl Vty {
    /// A terminal whose output goes to `sink`; `interrupt` is an edge.
    pub fn new(sink: Box<dyn Sink>, interrupt: Line) -> Vty {
        Vty(Arc::new(Mutex::new(Port { sink, typed: VecDeque::new(), interrupt })))
    }

    /// Characters from the guest.
    pub fn put(&self, bytes: &[u8]) {
        self.0.lock().sink.write(bytes);
    }

    /// Up to `most` characters that were typed.
    pub fn take(&self, most: usize) -> Vec<u8> {
        let mut port = self.0.lock();
        let n = port.typed.len().min(most);
        port.typed.drain(..n).collect()
    }
}

impl Device for Vty {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        self.0.lock().typed.clear();
    }

    fn receive(&mut self, bytes: &[u8], _: Nanos) -> usize {
        let (n, interrupt) = {
            let mut port = self.0.lock();
            let n = (ROOM - port.typed.len()).min(bytes.len());
            let was_empty = port.typed.is_empty();
            port.typed.extend(&bytes[..n]);
            (n, (was_empty && n > 0).then(|| port.interrupt.clone()))
        };
        if let Some(line) = interrupt {
            line.raise();
            line.lower();
        }
        n
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().typed)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.lock().typed = state::restore(PART, bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Capture;

    #[test]
    fn output_goes_out_and_input_waits() {
        let (out, edges) = (Capture::new(), Arc::new(Mutex::new(0)));
        let count = edges.clone();
        let mut vty = Vty::new(Box::new(out.clone()), Line::new(move |level| *count.lock() += u32::from(level)));
        vty.put(b"hello");
        assert_eq!(out.take(), b"hello");
        assert_eq!(vty.receive(&[b'x'; 40], 0), ROOM);
        assert_eq!((vty.receive(b"y", 0), *edges.lock()), (0, 1));
        assert_eq!(vty.take(16).len(), 16);
        let saved = vty.save();
        vty.reset();
        assert!(vty.take(16).is_empty());
        vty.restore(&saved).unwrap();
        assert_eq!(vty.take(99).len(), 16);
    }
}
