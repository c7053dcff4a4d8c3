//! The contract between the address space and what is not RAM.

/// The size of one access, in bytes: 1, 2, 4 or 8.
pub type Size = u32;

/// Guest time in nanoseconds since the machine was switched on. It comes from outside, so that it can be the host's clock or,
/// with `-icount`, the number of executed instructions.
pub type Nanos = u64;

/// A device as the address space sees it: registers at offsets.
///
/// A device is a state machine. It starts no thread, reads no clock and opens no file: time is an argument, interrupts leave
/// by a [`Line`], output by whatever sink it was built with. Values are numbers, not bytes: the address space has already
/// applied the region's byte order.
pub trait Device: Send {
    /// Reads `size` bytes at `offset`. Registers may change by being read (a receive buffer, say).
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64;

    /// Writes the low `size` bytes of `value` at `offset`.
    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos);

    /// What happens at time `now` by itself (a timer that ran out). Called when [`Device::deadline`] has passed.
    fn tick(&mut self, now: Nanos) {
        let _ = now;
    }

    /// The next moment at which [`Device::tick`] has something to do, if any.
    fn deadline(&self) -> Option<Nanos> {
        None
    }

    /// Back to the state after power-on.
    fn reset(&mut self);

    /// Bytes that arrived from outside (a terminal's keys). Returns how many were taken; the rest is offered again later.
    fn receive(&mut self, bytes: &[u8], now: Nanos) -> usize {
        let _ = (bytes, now);
        0
    }

    /// The device's whole state for a snapshot, in a format of its own.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Takes over a state that [`Device::save`] made. `Err` says what is wrong with it.
    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        if state.is_empty() { Ok(()) } else { Err("this device keeps no state".into()) }
    }
}

/// The wire of an interrupt, from a device to whoever listens. Cheap to clone; level-sensitive.
#[derive(Clone)]
pub struct Line(std::sync::Arc<dyn Fn(bool) + Send + Sync>);

impl Line {
    /// A wire that calls `f` with each new level.
    pub fn new(f: impl Fn(bool) + Send + Sync + 'static) -> Line {
        Line(std::sync::Arc::new(f))
    }

    /// A wire that ends nowhere.
    pub fn unconnected() -> Line {
        Line::new(|_| {})
    }

    /// Drives the wire to `level`.
    pub fn set(&self, level: bool) {
        (self.0)(level);
    }

    /// Drives the wire high.
    pub fn raise(&self) {
        self.set(true);
    }

    /// Drives the wire low.
    pub fn lower(&self) {
        self.set(false);
    }
}
