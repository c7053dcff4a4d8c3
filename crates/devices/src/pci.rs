//! A conventional PCI bus: configuration space of a few functions, each a table of bytes.
//!
//! PCI Local Bus Specification 2.1, "Configuration Space". Where nobody answers, reads are all ones (master abort). What a function does
//! beside its configuration is some other device's business; a function tells who watches it what its bytes are now.

use std::sync::Arc;

use parking_lot::Mutex;

/// Bytes of configuration space of one function.
const SIZE: usize = 256;

/// A field of configuration space: offset, width in bytes (those from the fifth to the eighth are fixed zeros), value after reset, and
/// which bits can be written.
pub type Field = (u8, u8, u32, u32);

/// Looks at configuration space whenever it has been written.
type Watcher = Box<dyn Fn(&[u8]) + Send>;

/// One function.
pub struct PciFunction {
    /// Device number times 8, plus function number.
    devfn: u8,
    start: [u8; SIZE],
    writable: [u8; SIZE],
    bytes: [u8; SIZE],
    watcher: Option<Watcher>,
}

impl PciFunction {
    /// Function `function` of device `device` with these fields; the rest reads 0 and can't be written.
    ///
    /// # Panics
    /// When the numbers or a field are out of range: a board's mistake.
    pub fn new(device: u8, function: u8, fields: &[Field]) -> PciFunction {
        assert!(device < 32 && function < 8, "there is no PCI device {device:#x}.{function}");
        let (mut start, mut writable) = ([0; SIZE], [0; SIZE]);
        for &(at, width, value, mask) in fields {
            for n in 0..usize::from(width) {
                start[usize::from(at) + n] = (u64::from(value) >> (8 * n)) as u8;
                writable[usize::from(at) + n] = (u64::from(mask) >> (8 * n)) as u8;
            }
        }
        PciFunction { devfn: device << 3 | function, start, writable, bytes: start, watcher: None }
    }

    /// Has `watcher` called with the whole space now and after each change.
    pub fn watched(mut self, watcher: impl Fn(&[u8]) + Send + 'static) -> PciFunction {
        watcher(&self.bytes);
        self.watcher = Some(Box::new(watcher));
        self
    }

    fn changed(&self) {
        if let Some(watcher) = &self.watcher {
            watcher(&self.bytes);
        }
    }
}

/// The bus. Clones are the same bus.
#[derive(Clone, Default)]
pub struct PciBus(Arc<Mutex<Vec<PciFunction>>>);

impl PciBus {
    /// A bus with these functions.
    pub fn new(functions: Vec<PciFunction>) -> PciBus {
        PciBus(Arc::new(Mutex::new(functions)))
    }

    /// The doubleword at `offset` of a function's space; bits 1 and 0 of the offset don't count.
    pub fn read(&self, devfn: u8, offset: u8) -> u32 {
        let functions = self.0.lock();
        let Some(function) = functions.iter().find(|f| f.devfn == devfn) else { return u32::MAX };
        let at = usize::from(offset & 0xfc);
        (0..4).fold(0, |word, n| word | u32::from(function.bytes[at + n]) << (8 * n))
    }

    /// Writes the bytes of that doubleword that `lanes` (bit 0 the lowest) enables.
    pub fn write(&self, devfn: u8, offset: u8, value: u32, lanes: u8) {
        let mut functions = self.0.lock();
        let Some(function) = functions.iter_mut().find(|f| f.devfn == devfn) else { return };
        let at = usize::from(offset & 0xfc);
        for n in (0..4).filter(|n| lanes >> n & 1 != 0) {
            let (byte, mask) = ((value >> (8 * n)) as u8, function.writable[at + n]);
            function.bytes[at + n] = function.bytes[at + n] & !mask | byte & mask;
        }
        function.changed();
    }

    /// All functions as after power-on.
    pub fn reset(&self) {
        for function in self.0.lock().iter_mut() {
            function.bytes = function.start;
            function.changed();
        }
    }

    /// The bytes of all functions, one after the other.
    pub fn save(&self) -> Vec<u8> {
        self.0.lock().iter().flat_map(|function| function.bytes).collect()
    }

    /// Takes over what [`PciBus::save`] gave; what can't be written keeps its value.
    ///
    /// # Errors
    /// When it is not as long as it must be.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), String> {
        let mut functions = self.0.lock();
        if bytes.len() != functions.len() * SIZE {
            return Err(format!("PCI bus: {} bytes of state, not {}", bytes.len(), functions.len() * SIZE));
        }
        for (function, saved) in functions.iter_mut().zip(bytes.chunks_exact(SIZE)) {
            for (n, byte) in saved.iter().enumerate() {
                function.bytes[n] = function.start[n] & !function.writable[n] | byte & function.writable[n];
            }
            function.changed();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[test]
    fn fields_keep_what_can_be_written() {
        let seen = Arc::new(AtomicU8::new(0));
        let note = seen.clone();
        let function = PciFunction::new(10, 3, &[(0, 4, 0x7113_8086, 0), (0x40, 4, 1, 0xffc0)])
            .watched(move |bytes| note.store(bytes[0x41], Ordering::Relaxed));
        let bus = PciBus::new(vec![function]);
        assert_eq!((bus.read(0x53, 0), bus.read(0x52, 0)), (0x7113_8086, 0xffff_ffff));
        bus.write(0x53, 0x40, 0xffff_1234, 0xf);
        bus.write(0x53, 0, 0, 0xf);
        assert_eq!(
            (bus.read(0x53, 0x41), bus.read(0x53, 0), seen.load(Ordering::Relaxed)),
            (0x1201, 0x7113_8086, 0x12)
        );
        bus.write(0x53, 0x40, 0x4040, 1);
        assert_eq!(bus.read(0x53, 0x40), 0x1241);
        let saved = bus.save();
        bus.reset();
        assert_eq!(bus.read(0x53, 0x40), 1);
        bus.restore(&saved).unwrap();
        assert_eq!(bus.read(0x53, 0x40), 0x1241);
        assert!(bus.restore(&[0]).is_err());
    }
}
