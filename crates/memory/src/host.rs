//! Host memory with a wish: from a file, resident at once, merged by the host, out of its core files, on some of its nodes.
//!
//! A block is mapped when its backend is made and moved into guest RAM when a machine takes it ([`HostMemory::join`]); its
//! pages stay the same.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

use crate::PAGE_SIZE;

/// How the host's kernel places pages (`set_mempolicy(2)`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// On the named node while it has room.
    Preferred = 1,
    /// On the named nodes only.
    Bind = 2,
    /// On the named nodes by turns.
    Interleave = 3,
}

/// What is wanted of a block of host memory.
#[derive(Debug, Default)]
pub struct Wish {
    /// The file whose bytes it is; memory without a name otherwise.
    pub file: Option<File>,
    /// Whether stores reach the file and whoever else maps it.
    pub share: bool,
    /// Whether the host may merge equal pages with others.
    pub merge: bool,
    /// Whether it is in core files of this process.
    pub dump: bool,
    /// Whether all pages are taken from the host at once.
    pub prealloc: bool,
    /// Where its pages are to be.
    pub nodes: Option<(Policy, Vec<u16>)>,
}

/// A block of host memory, zeros or a file's bytes.
#[derive(Debug)]
pub struct HostMemory {
    base: NonNull<u8>,
    len: usize,
    /// The address and the size are multiples of this: the size of the file system's pages.
    align: usize,
}

// SAFETY: the mapping is owned by this value alone.
unsafe impl Send for HostMemory {}
// SAFETY: shared references give no access to the bytes.
unsafe impl Sync for HostMemory {}

/// Rounds up to whole pages of the host, as far as an address space goes.
fn whole(len: u64, align: usize) -> io::Result<usize> {
    let len = usize::try_from(len).ok().and_then(|len| len.checked_next_multiple_of(align));
    len.filter(|len| *len > 0).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
}

/// Maps `len` bytes at any address that is a multiple of `align`, without rights and without pages.
fn reserve(len: usize, align: usize) -> io::Result<NonNull<u8>> {
    let size = len.checked_add(align).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new mapping at an address of the kernel's choice touches no other.
    let raw = unsafe { libc::mmap(std::ptr::null_mut(), size, libc::PROT_NONE, flags, -1, 0) };
    if raw == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let raw = raw.cast::<u8>();
    let skip = raw.align_offset(align);
    // SAFETY: what lies before and behind the aligned part belongs to the mapping just made, and nobody knows of it.
    unsafe {
        if skip > 0 {
            libc::munmap(raw.cast(), skip);
        }
        if align - skip > 0 {
            libc::munmap(raw.add(skip + len).cast(), align - skip);
        }
        NonNull::new(raw.add(skip)).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
    }
}

impl HostMemory {
    /// Maps `len` bytes, rounded up to whole pages, as wished.
    ///
    /// # Errors
    /// When the host refuses: no room, a file that can't be mapped, nodes that it has not.
    pub fn new(len: u64, wish: &Wish) -> io::Result<HostMemory> {
        let align = wish.file.as_ref().map_or(Ok(PAGE_SIZE as usize), page_of)?;
        let len = whole(len, align)?;
        let base = reserve(len, align)?;
        let memory = HostMemory { base, len, align };
        let share = if wish.share { libc::MAP_SHARED } else { libc::MAP_PRIVATE };
        let (flags, fd) = match &wish.file {
            Some(file) => (share, file.as_raw_fd()),
            None => (share | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1),
        };
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: it replaces the reservation that `memory` owns and nothing else.
        let mapped = unsafe { libc::mmap(base.as_ptr().cast(), len, rights, flags | libc::MAP_FIXED, fd, 0) };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        memory.advise(wish);
        if let Some((policy, nodes)) = &wish.nodes {
            memory.bind(*policy, nodes)?;
        }
        if wish.prealloc {
            memory.populate()?;
        }
        Ok(memory)
    }

    /// Advice that a kernel without the feature may refuse: nothing depends on it.
    fn advise(&self, wish: &Wish) {
        // SAFETY: both concern how the kernel treats this mapping, not what is in it.
        unsafe {
            if wish.merge {
                libc::madvise(self.base.as_ptr().cast(), self.len, libc::MADV_MERGEABLE);
            }
            if !wish.dump {
                libc::madvise(self.base.as_ptr().cast(), self.len, libc::MADV_DONTDUMP);
            }
        }
    }

    /// `mbind(2)` with `MPOL_MF_STRICT | MPOL_MF_MOVE`.
    fn bind(&self, policy: Policy, nodes: &[u16]) -> io::Result<()> {
        const STRICT_AND_MOVE: libc::c_long = 1 | 2;
        let bits = nodes.iter().copied().max().map_or(0, usize::from) + 1;
        let mut mask = vec![0_u64; bits.div_ceil(64)];
        nodes.iter().for_each(|node| mask[usize::from(*node) / 64] |= 1 << (node % 64));
        // SAFETY: the range is this mapping, and the mask has as many bits as are announced (the kernel reads one less).
        let failed = unsafe {
            let (start, len) = (self.base.as_ptr(), self.len);
            libc::syscall(libc::SYS_mbind, start, len, policy as libc::c_long, mask.as_ptr(), bits + 1, STRICT_AND_MOVE)
        };
        if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Has the kernel give all pages now, or say that it can't.
    fn populate(&self) -> io::Result<()> {
        // SAFETY: the range is this mapping, which may be written; its content stays.
        let failed = unsafe { libc::madvise(self.base.as_ptr().cast(), self.len, libc::MADV_POPULATE_WRITE) };
        if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Its bytes.
    pub fn len(&self) -> u64 {
        self.len as u64
    }

    /// Never: a block has a page at least.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// One block of all `parts`, in their order; their pages move.
    ///
    /// # Errors
    /// When the host has not so much address space, or parts of different page sizes can't lie side by side.
    pub fn join(parts: Vec<HostMemory>) -> io::Result<HostMemory> {
        let align = parts.iter().map(|part| part.align).max().unwrap_or(PAGE_SIZE as usize);
        let len = parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(part.len));
        let len = len.filter(|len| *len > 0).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let joined = HostMemory { base: reserve(len, align)?, len, align };
        let mut at = 0;
        for part in parts {
            let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
            // SAFETY: the part moves to a place inside the reservation; `part` is forgotten, so that nobody unmaps where it was.
            let moved = unsafe {
                let to = joined.base.as_ptr().add(at);
                libc::mremap(part.base.as_ptr().cast(), part.len, part.len, flags, to)
            };
            if moved == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            at += part.len;
            std::mem::forget(part);
        }
        Ok(joined)
    }
}

impl Drop for HostMemory {
    fn drop(&mut self) {
        // SAFETY: mapped by this value, which is its only owner.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// The size of the pages of a file's file system: that of huge pages on hugetlbfs, which calls it its block size.
fn page_of(file: &File) -> io::Result<usize> {
    use std::os::unix::fs::MetadataExt;
    const HUGETLBFS_MAGIC: libc::c_long = 0x958458f6;
    // SAFETY: plain data of the kernel's, all zeros is a valid value.
    let mut info: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the descriptor is open and `info` is ours.
    let failed = unsafe { libc::fstatfs(file.as_raw_fd(), &raw mut info) };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    let page = PAGE_SIZE as usize;
    let huge = info.f_type as libc::c_long == HUGETLBFS_MAGIC;
    Ok(if huge { (file.metadata()?.blksize() as usize).max(page) } else { page })
}

/// A file without a name (`memfd_create(2)`) of `len` bytes. `huge` asks for huge pages, of so many bytes or, if 0, of the host's usual
/// size; `seal` forbids that its size ever changes.
///
/// # Errors
/// When the host refuses.
pub fn memfd(name: &str, len: u64, huge: Option<u64>, seal: bool) -> io::Result<File> {
    use std::os::fd::FromRawFd;
    let name = std::ffi::CString::new(name).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut flags = libc::MFD_CLOEXEC | if seal { libc::MFD_ALLOW_SEALING } else { 0 };
    if let Some(size) = huge {
        // `MFD_HUGE_SHIFT`: the size's logarithm; 0 is the usual size.
        flags |= libc::MFD_HUGETLB | if size == 0 { 0 } else { size.ilog2() << 26 };
    }
    // SAFETY: the name ends with a zero; the descriptor that comes back is nobody else's.
    let file = unsafe {
        let fd = libc::memfd_create(name.as_ptr(), flags);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        File::from_raw_fd(fd)
    };
    file.set_len(len)?;
    if seal {
        let seals = libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
        // SAFETY: a plain request on an open descriptor.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;
    use std::sync::Arc;

    use super::*;
    use crate::Ram;

    fn file(len: u64) -> File {
        memfd("test", len, None, true).unwrap()
    }

    #[test]
    fn parts_keep_their_pages_when_they_are_joined() {
        let shared = file(0x2000);
        shared.write_at(b"from the file", 0x1000).unwrap();
        let anonymous = HostMemory::new(0x1000, &Wish { prealloc: true, ..Wish::default() }).unwrap();
        let wish = Wish { file: Some(shared.try_clone().unwrap()), share: true, ..Wish::default() };
        let backed = HostMemory::new(0x2000, &wish).unwrap();
        let ram = Arc::new(Ram::of(HostMemory::join(vec![anonymous, backed]).unwrap()).unwrap());
        assert_eq!(ram.len(), 0x3000);
        let mut bytes = [0; 13];
        ram.read_bytes(0x2000, &mut bytes);
        assert_eq!(&bytes, b"from the file");
        ram.write_bytes(0x1000, b"from the guest");
        let mut bytes = [0; 14];
        shared.read_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"from the guest");
    }

    #[test]
    fn what_is_not_shared_stays_here() {
        let shared = file(0x1000);
        let wish = Wish { file: Some(shared.try_clone().unwrap()), ..Wish::default() };
        let ram = Ram::of(HostMemory::new(0x1000, &wish).unwrap()).unwrap();
        ram.write(0, 8, 1);
        let mut bytes = [7; 8];
        shared.read_at(&mut bytes, 0).unwrap();
        assert_eq!(bytes, [0; 8]);
    }

    #[test]
    fn what_the_host_has_not_is_refused() {
        assert!(HostMemory::new(u64::MAX, &Wish::default()).is_err());
        assert!(HostMemory::new(0, &Wish::default()).is_err());
        let wish = Wish { nodes: Some((Policy::Bind, vec![1000])), ..Wish::default() };
        assert!(HostMemory::new(0x1000, &wish).is_err());
        assert!(HostMemory::join(Vec::new()).is_err());
    }

    #[test]
    fn a_sealed_file_keeps_its_size() {
        assert!(file(0x1000).set_len(0x2000).is_err());
    }
}
