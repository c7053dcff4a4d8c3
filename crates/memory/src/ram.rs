//! Guest RAM: host memory that is shared by threads, zero at first, and resident only where it was touched.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::any::Any;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use crate::Size;
#[cfg(target_os = "linux")]
use crate::host::HostMemory;

/// Bytes of a page of the soft TLB and of code tracking.
pub const PAGE_SIZE: u64 = 4096;

/// A block of guest RAM (or ROM).
///
/// All accesses are atomics of their width, relaxed unless said otherwise: on every host these are the plain machine
/// instructions, and guests that race get what their architecture promises instead of undefined behaviour.
pub struct Ram {
    base: NonNull<u8>,
    len: u64,
    /// What gives the memory back when it is dropped.
    _owner: Box<dyn Any>,
    code: Box<[PageCode]>,
    /// Held while users come and go; never while guest code runs.
    code_lock: parking_lot::Mutex<()>,
}

/// The host's LOCK CMPXCHG16B: what was there.
///
/// # Safety
/// The host has the instruction; `p` is aligned to 16 bytes, valid, and accessed by atomics alone.
#[cfg(target_arch = "x86_64")]
unsafe fn exchange_pair(p: *mut u128, expected: u128, new: u128) -> u128 {
    let (mut low, mut high) = (expected as u64, (expected >> 64) as u64);
    // SAFETY: as the caller promises. RBX, which the compiler keeps for itself, is lent to the new value's low half and given back.
    unsafe {
        std::arch::asm!(
            "xchg rbx, rsi",
            "lock cmpxchg16b [rdi]",
            "mov rbx, rsi",
            in("rdi") p,
            inout("rsi") new as u64 => _,
            in("rcx") (new >> 64) as u64,
            inout("rax") low,
            inout("rdx") high,
            options(nostack),
        );
    }
    u128::from(high) << 64 | u128::from(low)
}

/// Memory of the allocator that is given back.
struct Allocation(NonNull<u8>, Layout);

impl Drop for Allocation {
    fn drop(&mut self) {
        // SAFETY: allocated with this very layout, and nobody else frees it.
        unsafe { dealloc(self.0.as_ptr(), self.1) };
    }
}

/// What is known of one page that code was lifted from.
#[derive(Default)]
struct PageCode {
    /// How many vCPUs hold lifted blocks of this page.
    users: AtomicU32,
    /// Counts changes of the page's code.
    version: AtomicU32,
    /// The 64-byte lines that code was lifted from, a bit each.
    lines: AtomicU64,
}

// SAFETY: the memory is owned by this value alone and accessed only by atomics.
unsafe impl Send for Ram {}
// SAFETY: as above; shared accesses are atomics.
unsafe impl Sync for Ram {}

/// RAM of the wanted size can't be had from the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot allocate {0} bytes of guest RAM")]
pub struct OutOfMemory(pub u64);

impl Ram {
    /// `len` bytes of zeros, rounded up to whole pages.
    ///
    /// # Errors
    /// When the host can't give that much.
    pub fn new(len: u64) -> Result<Ram, OutOfMemory> {
        let len = len.checked_next_multiple_of(PAGE_SIZE).ok_or(OutOfMemory(len))?;
        // One page more to align by hand: an aligned request would make the allocator write zeros, and so touch, all of it.
        let size = len.checked_add(PAGE_SIZE).and_then(|n| usize::try_from(n).ok()).ok_or(OutOfMemory(len))?;
        let layout = Layout::from_size_align(size, 16).map_err(|_| OutOfMemory(len))?;
        // SAFETY: the layout's size is not zero.
        let raw = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(OutOfMemory(len))?;
        let skip = raw.as_ptr().align_offset(PAGE_SIZE as usize);
        // SAFETY: `skip` is below a page, and the allocation is a page longer than `len`.
        let base = unsafe { raw.add(skip) };
        let allocation = Allocation(raw, layout);
        Ram::owned(base, len, Box::new(allocation))
    }

    /// The bytes of a block of host memory.
    ///
    /// # Errors
    /// When the host can't give what is kept for each page.
    #[cfg(target_os = "linux")]
    pub fn of(memory: HostMemory) -> Result<Ram, OutOfMemory> {
        Ram::owned(memory.base(), memory.len(), Box::new(memory))
    }

    fn owned(base: NonNull<u8>, len: u64, owner: Box<dyn Any>) -> Result<Ram, OutOfMemory> {
        let code = zeroed_pages((len / PAGE_SIZE) as usize).ok_or(OutOfMemory(len))?;
        Ok(Ram { base, len, _owner: owner, code, code_lock: parking_lot::Mutex::new(()) })
    }

    /// Size in bytes, a whole number of pages.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The host address of byte `offset`, for the soft TLB; valid as long as this `Ram` lives.
    ///
    /// # Panics
    /// When `offset` is outside.
    pub fn host(&self, offset: u64) -> *mut u8 {
        assert!(offset < self.len, "host address of byte {offset:#x} of {:#x}", self.len);
        // SAFETY: inside the allocation, as asserted.
        unsafe { self.base.as_ptr().add(offset as usize) }
    }

    fn at(&self, offset: u64, size: Size) -> *mut u8 {
        assert!(
            offset.is_multiple_of(u64::from(size))
                && offset.checked_add(u64::from(size)).is_some_and(|end| end <= self.len),
            "access of {size} bytes at {offset:#x} of {:#x}",
            self.len
        );
        // SAFETY: inside the allocation, as asserted.
        unsafe { self.base.as_ptr().add(offset as usize) }
    }

    /// Reads `size` (1, 2, 4, 8) bytes at an aligned `offset`, in the host's byte order.
    ///
    /// # Panics
    /// When the access is misaligned or not inside.
    pub fn read(&self, offset: u64, size: Size) -> u64 {
        let p = self.at(offset, size);
        // SAFETY: `at` has checked bounds and alignment; the page-aligned base makes the pointer as aligned as the offset.
        unsafe {
            match size {
                1 => u64::from(AtomicU8::from_ptr(p).load(Ordering::Relaxed)),
                2 => u64::from(AtomicU16::from_ptr(p.cast()).load(Ordering::Relaxed)),
                4 => u64::from(AtomicU32::from_ptr(p.cast()).load(Ordering::Relaxed)),
                _ => AtomicU64::from_ptr(p.cast()).load(Ordering::Relaxed),
            }
        }
    }

    /// Writes `size` (1, 2, 4, 8) bytes at an aligned `offset`, in the host's byte order.
    ///
    /// # Panics
    /// When the access is misaligned or not inside.
    pub fn write(&self, offset: u64, size: Size, value: u64) {
        let p = self.at(offset, size);
        // SAFETY: as in `read`.
        unsafe {
            match size {
                1 => AtomicU8::from_ptr(p).store(value as u8, Ordering::Relaxed),
                2 => AtomicU16::from_ptr(p.cast()).store(value as u16, Ordering::Relaxed),
                4 => AtomicU32::from_ptr(p.cast()).store(value as u32, Ordering::Relaxed),
                _ => AtomicU64::from_ptr(p.cast()).store(value, Ordering::Relaxed),
            }
        }
    }

    /// Sequentially consistent compare and exchange of `size` aligned bytes in the host's byte order; returns the old value.
    ///
    /// # Panics
    /// When the access is misaligned or not inside.
    pub fn compare_exchange(&self, offset: u64, size: Size, expected: u64, new: u64) -> u64 {
        let p = self.at(offset, size);
        macro_rules! cas {
            ($atomic:ty, $int:ty) => {{
                // SAFETY: as in `read`.
                let cell = unsafe { <$atomic>::from_ptr(p.cast()) };
                let r = cell.compare_exchange(expected as $int, new as $int, Ordering::SeqCst, Ordering::SeqCst);
                u64::from(r.unwrap_or_else(|old| old))
            }};
        }
        match size {
            1 => cas!(AtomicU8, u8),
            2 => cas!(AtomicU16, u16),
            4 => cas!(AtomicU32, u32),
            _ => cas!(AtomicU64, u64),
        }
    }

    /// Sequentially consistent compare and exchange of 16 aligned bytes in the host's byte order; returns the old value. Where the host has
    /// no such instruction it is interlocked with itself alone.
    ///
    /// # Panics
    /// When the access is misaligned or not inside.
    pub fn compare_exchange_pair(&self, offset: u64, expected: u128, new: u128) -> u128 {
        let p = self.at(offset, 16);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("cmpxchg16b") {
            // SAFETY: the host has the instruction; 16 aligned bytes inside the allocation, as asserted, which is accessed by atomics alone.
            return unsafe { exchange_pair(p.cast(), expected, new) };
        }
        static PAIRS: parking_lot::Mutex<()> = parking_lot::Mutex::new(());
        let _held = PAIRS.lock();
        // SAFETY: as in `read`.
        let halves = unsafe { [AtomicU64::from_ptr(p.cast()), AtomicU64::from_ptr(p.add(8).cast())] };
        let split = |v: u128| {
            let bytes = v.to_ne_bytes();
            [0, 8].map(|at| {
                bytes[at..at + 8].iter().enumerate().fold([0; 8], |mut all, (i, b)| {
                    all[i] = *b;
                    all
                })
            })
        };
        let old = halves.map(|half| half.load(Ordering::SeqCst).to_ne_bytes());
        if old == split(expected) {
            for (half, value) in halves.into_iter().zip(split(new)) {
                half.store(u64::from_ne_bytes(value), Ordering::SeqCst);
            }
        }
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&old[0]);
        bytes[8..].copy_from_slice(&old[1]);
        u128::from_ne_bytes(bytes)
    }

    /// Copies bytes out.
    ///
    /// # Panics
    /// When the range is not inside.
    pub fn read_bytes(&self, offset: u64, bytes: &mut [u8]) {
        for (i, b) in bytes.iter_mut().enumerate() {
            *b = self.read(offset + i as u64, 1) as u8;
        }
    }

    /// Copies bytes in, for loaders and debuggers, and counts as a change of the code there.
    ///
    /// # Panics
    /// When the range is not inside.
    pub fn write_bytes(&self, offset: u64, bytes: &[u8]) {
        // Zeros over zeros leave untouched pages untouched.
        for (i, b) in bytes.iter().enumerate() {
            let at = offset + i as u64;
            if *b != 0 || self.read(at, 1) != 0 {
                self.write(at, 1, u64::from(*b));
            }
        }
        let end = offset + bytes.len() as u64;
        (offset / PAGE_SIZE..end.div_ceil(PAGE_SIZE)).for_each(|page| self.touch_code(page * PAGE_SIZE));
    }

    /// Sets all bytes of a range to zero.
    ///
    /// # Panics
    /// When the range is not inside.
    pub fn clear(&self, offset: u64, len: u64) {
        for at in (offset..offset + len).filter(|at| self.read(*at, 1) != 0) {
            self.write(at, 1, 0);
        }
    }

    fn page(&self, offset: u64) -> &PageCode {
        &self.code[(offset / PAGE_SIZE) as usize]
    }

    /// A vCPU holds lifted code of the page at `offset` from now on. Each call is matched by one of [`Ram::remove_code_user`].
    pub fn add_code_user(&self, offset: u64) {
        let _guard = self.code_lock.lock();
        self.page(offset).users.fetch_add(1, Ordering::SeqCst);
    }

    /// A vCPU has dropped all its code of the page at `offset`.
    pub fn remove_code_user(&self, offset: u64) {
        let _guard = self.code_lock.lock();
        if self.page(offset).users.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.page(offset).lines.store(0, Ordering::SeqCst);
        }
    }

    /// Marks `len` bytes at `offset`, all in one page that the caller is a user of, as lifted.
    pub fn mark_code(&self, offset: u64, len: u64) {
        let _guard = self.code_lock.lock();
        self.page(offset).lines.fetch_or(lines(offset, len), Ordering::SeqCst);
    }

    /// Whether any vCPU holds lifted code of the page at `offset`.
    pub fn has_code(&self, offset: u64) -> bool {
        self.page(offset).users.load(Ordering::SeqCst) != 0
    }

    /// Whether any of the 64-byte lines of `len` bytes at `offset`, all in one page, holds lifted code.
    pub fn is_code(&self, offset: u64, len: u64) -> bool {
        self.page(offset).lines.load(Ordering::SeqCst) & lines(offset, len) != 0
    }

    /// Counts a change of the page's code; blocks lifted before are void.
    pub fn touch_code(&self, offset: u64) {
        self.page(offset).version.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of changes of the page's code so far.
    pub fn code_version(&self, offset: u64) -> u32 {
        self.page(offset).version.load(Ordering::SeqCst)
    }
}

/// Records of `n` pages, none of which has code. They are zeros that the host need not touch yet.
fn zeroed_pages(n: usize) -> Option<Box<[PageCode]>> {
    let layout = Layout::array::<PageCode>(n).ok()?;
    if layout.size() == 0 {
        return Some(Box::default());
    }
    // SAFETY: the layout's size is not zero.
    let raw = NonNull::new(unsafe { alloc_zeroed(layout) })?;
    // SAFETY: allocated with the layout of `n` records by the global allocator, and all zeros is a valid record.
    Some(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(raw.as_ptr().cast(), n)) })
}

/// A bit for each 64-byte line of its page that a range touches.
fn lines(offset: u64, len: u64) -> u64 {
    let first = offset % PAGE_SIZE / 64;
    let last = (offset % PAGE_SIZE + len.max(1) - 1).min(PAGE_SIZE - 1) / 64;
    bits::mask((last - first + 1) as u32) << first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_of_all_sizes() {
        let ram = Ram::new(5000).unwrap();
        assert_eq!(ram.len(), 8192);
        ram.write(8, 8, 0x1122_3344_5566_7788);
        assert_eq!(ram.read(8, 8), 0x1122_3344_5566_7788);
        let mut bytes = [0; 8];
        ram.read_bytes(8, &mut bytes);
        assert_eq!(bits::Endian::HOST.read(&bytes), 0x1122_3344_5566_7788);
        assert_eq!(ram.compare_exchange(8, 4, 0, 1), ram.read(8, 4));
    }

    #[test]
    #[should_panic(expected = "access of 8 bytes")]
    fn outside_is_a_panic_not_an_access() {
        Ram::new(4096).unwrap().read(4096, 8);
    }

    #[test]
    fn absurd_sizes_are_refused() {
        assert!(Ram::new(u64::MAX).is_err());
        assert!(Ram::new(1 << 62).is_err());
    }

    #[test]
    fn code_pages_count_users_and_changes() {
        let ram = Ram::new(8192).unwrap();
        ram.add_code_user(4096);
        assert!(ram.has_code(5000) && !ram.has_code(0));
        let before = ram.code_version(4096);
        ram.write_bytes(4090, &[1; 10]);
        assert_ne!(ram.code_version(4096), before);
        ram.mark_code(4096 + 60, 8);
        assert!(ram.is_code(4096, 1) && ram.is_code(4096 + 64, 1) && !ram.is_code(4096 + 128, 8));
        ram.remove_code_user(4096);
        assert!(!ram.has_code(4096) && !ram.is_code(4096, 4096));
    }

    #[test]
    fn pairs_are_exchanged_whole() {
        let ram = Ram::new(4096).expect("a page");
        let value = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128;
        assert_eq!(ram.compare_exchange_pair(32, 1, value), 0);
        assert_eq!(ram.compare_exchange_pair(32, 0, value), 0);
        assert_eq!(ram.compare_exchange_pair(32, value, 5), value);
        assert_eq!(ram.read(32, 8) | ram.read(40, 8), 5);
    }
}
