//! Where loaded bytes go.

/// The address at which there is no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no memory at {addr:#x}")]
pub struct Unmapped {
    /// The first guest address that couldn't be written.
    pub addr: u64,
}

/// Guest memory as a loader sees it. Any `FnMut(u64, &[u8]) -> Result<(), Unmapped>` is one.
pub trait LoadTarget {
    /// Writes `bytes` at guest physical address `addr`.
    ///
    /// # Errors
    /// If not all of it is memory; how much was written then is open.
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped>;

    /// Writes `len` zero bytes at `addr`. Memory that knows better overrides it.
    ///
    /// # Errors
    /// As for [`LoadTarget::write`].
    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        const ZEROS: [u8; 4096] = [0; 4096];
        if len == 0 {
            return Ok(());
        }
        // The far end first: a length from a hostile file fails at once instead of after a walk through all memory.
        let last = addr.checked_add(len - 1).ok_or(Unmapped { addr: u64::MAX })?;
        self.write(last, &[0])?;
        let mut done = 0;
        while done < len {
            let n = (len - done).min(ZEROS.len() as u64);
            self.write(addr + done, &ZEROS[..n as usize])?;
            done += n;
        }
        Ok(())
    }
}

impl<F: FnMut(u64, &[u8]) -> Result<(), Unmapped>> LoadTarget for F {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        self(addr, bytes)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! RAM for tests.

    use super::*;

    /// RAM of a fixed size at a base address.
    pub(crate) struct Ram {
        pub(crate) base: u64,
        pub(crate) bytes: Vec<u8>,
    }

    impl Ram {
        pub(crate) fn new(base: u64, size: usize) -> Ram {
            Ram { base, bytes: vec![0xaa; size] }
        }

        pub(crate) fn at(&self, addr: u64, len: usize) -> &[u8] {
            let from = (addr - self.base) as usize;
            &self.bytes[from..from + len]
        }
    }

    impl LoadTarget for Ram {
        fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
            let hole = Unmapped { addr: addr.max(self.base + self.bytes.len() as u64) };
            let from = addr.checked_sub(self.base).ok_or(Unmapped { addr })?;
            let room = self.bytes.get_mut(from as usize..).and_then(|b| b.get_mut(..bytes.len())).ok_or(hole)?;
            room.copy_from_slice(bytes);
            Ok(())
        }
    }

    #[test]
    fn zero_fails_fast_and_fills_all() {
        let mut ram = Ram::new(0x1000, 0x3000);
        assert!(ram.zero(0x1000, u64::MAX).is_err());
        assert!(ram.zero(0x1000, 1 << 60).is_err());
        assert_eq!(ram.bytes[1], 0xaa);
        ram.zero(0x1001, 0x2ffe).unwrap();
        assert_eq!((ram.bytes[0], ram.bytes[0x2fff]), (0xaa, 0xaa));
        assert!(ram.at(0x1001, 0x2ffe).iter().all(|&b| b == 0));
        let mut log = Vec::new();
        let mut closure = |addr: u64, bytes: &[u8]| {
            log.push((addr, bytes.len()));
            Ok(())
        };
        closure.zero(5, 4097).unwrap();
        assert_eq!(log, [(4101, 1), (5, 4096), (4101, 1)]);
    }
}
