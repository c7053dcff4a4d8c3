//! What a virtio block device does with its requests.
//!
//! Virtual I/O Device (VIRTIO) Version 1.1, "Block Device".

/// What holds the sectors.
pub trait Disk: Send {
    /// Bytes that it has.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it can't be written.
    fn is_read_only(&self) -> bool;

    /// Reads all of `bytes` from offset `at` on; whether that went well.
    fn read(&mut self, at: u64, bytes: &mut [u8]) -> bool;

    /// Writes all of `bytes` from offset `at` on; whether that went well.
    fn write(&mut self, at: u64, bytes: &[u8]) -> bool;
}

/// Bytes of a sector.
const SECTOR: u64 = 512;
/// Bytes of a request's header: type, reserved, sector.
pub(crate) const HEADER: usize = 16;

/// Request types.
mod kind {
    pub(super) const READ: u32 = 0;
    pub(super) const WRITE: u32 = 1;
    pub(super) const FLUSH: u32 = 4;
    pub(super) const GET_ID: u32 = 8;
}

/// What the status byte says.
mod status {
    pub(super) const OK: u8 = 0;
    pub(super) const ERROR: u8 = 1;
    pub(super) const UNSUPPORTED: u8 = 2;
}

/// Feature bits: the disk can't be written; it is flushed on request.
pub(crate) const READ_ONLY: u64 = 1 << 5;
pub(crate) const FLUSH: u64 = 1 << 9;

/// The configuration: capacity in sectors; what belongs to features that are not offered is zero.
pub(crate) fn config(disk: &dyn Disk) -> Vec<u8> {
    let mut config = (disk.len() / SECTOR).to_le_bytes().to_vec();
    config.resize(60, 0);
    config
}

/// Carries out a request: type and sector, what the guest gives, room for what it gets. The status, and how much of the room is used.
pub(crate) fn request(disk: &mut dyn Disk, kind: u32, sector: u64, out: &[u8], room: &mut [u8]) -> (u8, usize) {
    let inside = |len: usize| sector.checked_mul(SECTOR).filter(|at| at.saturating_add(len as u64) <= disk.len());
    let whole = |len: usize| (len as u64).is_multiple_of(SECTOR);
    let good = |done: bool, n: usize| if done { (status::OK, n) } else { (status::ERROR, 0) };
    match kind {
        kind::READ if whole(room.len()) => match inside(room.len()) {
            Some(at) => good(disk.read(at, room), room.len()),
            None => (status::ERROR, 0),
        },
        kind::WRITE if whole(out.len()) && !disk.is_read_only() => match inside(out.len()) {
            Some(at) => good(disk.write(at, out), 0),
            None => (status::ERROR, 0),
        },
        kind::READ | kind::WRITE => (status::ERROR, 0),
        kind::FLUSH => (status::OK, 0),
        kind::GET_ID => {
            room.fill(0);
            (status::OK, room.len().min(20))
        }
        _ => (status::UNSUPPORTED, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Memory(Vec<u8>);

    impl Disk for Memory {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn is_read_only(&self) -> bool {
            false
        }
        fn read(&mut self, at: u64, bytes: &mut [u8]) -> bool {
            bytes.copy_from_slice(&self.0[at as usize..][..bytes.len()]);
            true
        }
        fn write(&mut self, at: u64, bytes: &[u8]) -> bool {
            self.0[at as usize..][..bytes.len()].copy_from_slice(bytes);
            true
        }
    }

    #[test]
    fn sectors_are_written_and_read() {
        let mut disk = Memory(vec![0; 1024]);
        assert_eq!(request(&mut disk, kind::WRITE, 1, &[7; 512], &mut []), (status::OK, 0));
        let mut room = [0; 512];
        assert_eq!(request(&mut disk, kind::READ, 1, &[], &mut room), (status::OK, 512));
        assert_eq!(room, [7; 512]);
        assert_eq!(request(&mut disk, kind::READ, 2, &[], &mut room), (status::ERROR, 0));
        assert_eq!(request(&mut disk, kind::READ, u64::MAX, &[], &mut room), (status::ERROR, 0));
        assert_eq!(request(&mut disk, kind::READ, 0, &[], &mut room[..9]), (status::ERROR, 0));
        assert_eq!(request(&mut disk, 77, 0, &[], &mut []), (status::UNSUPPORTED, 0));
    }
}
