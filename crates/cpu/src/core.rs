//! The part of a CPU that compiled handlers touch: register file, soft TLB, jump cache. Plain memory, reached by raw pointers.

use std::alloc::{Layout, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Slots of the register file: guest registers first, temporaries of blocks after.
pub const FILE_SLOTS: usize = 1024;
/// Slots of the file that a target may use.
pub const MAX_REGS: usize = 768;
/// Address spaces that a target may have.
pub const MAX_SPACES: usize = 8;
/// Entries of the soft TLB, for each address space.
pub const TLB_SIZE: usize = 256;
/// Entries of the jump cache.
pub const JUMP_CACHE_SIZE: usize = 1024;

/// A tag that no address matches: its low bits lie between page number and alignment.
pub const TLB_INVALID: u64 = 0x800;

/// One entry of the soft TLB.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct TlbEntry {
    /// The virtual page that may be read, or [`TLB_INVALID`].
    pub read: u64,
    /// The virtual page that may be written, or [`TLB_INVALID`].
    pub write: u64,
    /// What makes a guest virtual address a host address, by wrapping addition.
    pub addend: u64,
    /// Physical address of the page.
    pub phys: u64,
}

impl TlbEntry {
    /// Matches nothing.
    pub const INVALID: TlbEntry = TlbEntry { read: TLB_INVALID, write: TLB_INVALID, addend: 0, phys: 0 };
}

/// One entry of the jump cache: where the block for a pc in a mode begins.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct JumpEntry {
    /// Guest virtual address.
    pub pc: u64,
    /// [`Core::mode_key`]; 0 matches nothing.
    pub mode_key: u64,
    /// The engine's entry point.
    pub entry: *const u8,
}

/// Calls whose return is remembered.
pub const RETURNS: usize = 32;

/// A call that has not come back.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Return {
    /// The engine's link to where it comes back.
    pub link: *const u8,
    /// [`Core::mode_key`] behind the call; 0 if there is no such call.
    pub mode_key: u64,
}

/// Why a memory access or helper could not be completed; the cause itself is kept by the [`crate::Ctx`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped;

/// What became of an exception that was to be taken within the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raised {
    /// Nothing has happened: the run loop takes it.
    Refused,
    /// It has been taken; mode and space are right. The engine goes on here.
    On(u64),
    /// It has been taken. The run loop goes on here.
    Out(u64),
}

/// The slow paths, made for each target. `core` is the `Core` of a `Ctx` that nobody else refers to at the time of the call.
#[derive(Clone, Copy)]
pub struct SlowPaths {
    /// A load through [`Core::space`] or the space in `mem`.
    pub load: unsafe fn(core: *mut Core, addr: u64, mem: uop::Mem) -> Result<u64, Stopped>,
    /// A store.
    pub store: unsafe fn(core: *mut Core, addr: u64, value: u64, mem: uop::Mem) -> Result<(), Stopped>,
    /// An atomic read-modify-write.
    pub rmw: unsafe fn(core: *mut Core, op: uop::RmwOp, addr: u64, value: u64, mem: uop::Mem) -> Result<u64, Stopped>,
    /// Compare and swap.
    pub cas: unsafe fn(core: *mut Core, addr: u64, expected: u64, new: u64, mem: uop::Mem) -> Result<u64, Stopped>,
    /// A load with reservation.
    pub load_linked: unsafe fn(core: *mut Core, addr: u64, mem: uop::Mem) -> Result<u64, Stopped>,
    /// A conditional store.
    pub store_cond: unsafe fn(core: *mut Core, addr: u64, value: u64, mem: uop::Mem) -> Result<u64, Stopped>,
    /// Where the mode may have changed and an interrupt may have become deliverable, at the end of a block that leads to an address: takes such
    /// an interrupt and puts mode and space right. Gives where to go on; `false`: not within the engine.
    pub resume: unsafe fn(core: *mut Core, pc: u64) -> (u64, bool),
    /// An exception that an op raises ([`uop::Exit::Raise`]: code and argument) at an instruction (its address, what the target needs beside).
    /// The instructions from that one on have been put back into the budget.
    pub raise: unsafe fn(core: *mut Core, at: (u64, u32), code: u32, arg: u64) -> Raised,
    /// A helper, by number; its arguments are in [`Core::args`].
    pub call: unsafe fn(core: *mut Core, helper: u16) -> Result<u64, Stopped>,
}

/// Finds, in an engine, how many instructions of the block are left from the op at `ip` on. The engine must be alive.
pub type Locate = unsafe fn(engine: *const (), ip: *const u8) -> u32;

/// What handlers see of a CPU.
#[repr(C)]
pub struct Core {
    /// The register file; at offset 0, so that a pointer to the core is a pointer to the file.
    pub file: [u64; FILE_SLOTS],
    /// The mode that runs, plus 1.
    pub mode_key: u64,
    /// Budget that was left when the handler now at work gave up its registers.
    pub budget: i64,
    /// Where an engine that has left its handlers goes on, as far as it is known.
    pub leave_pc: u64,
    /// The op at work, when it has called a slow path.
    pub ip: *const u8,
    /// Instructions of the block from the one at work on; [`u32::MAX`] if only [`Core::ip`] tells.
    pub insns_left: u32,
    /// The address space of ordinary data accesses.
    pub space: u8,
    /// [`crate::Target::ALIGNED`].
    pub aligned: bool,
    /// [`crate::Target::SPLIT_UNIT`] less 1.
    pub split_mask: u64,
    /// Arguments of the helper that is called. A handler that had them on its stack could not end in a jump.
    pub args: [u64; 4],
    /// Slow paths of the target.
    pub slow: SlowPaths,
    /// Finds `insns_left` from `ip`: the engine and its function.
    pub locate: Option<(*const (), Locate)>,
    /// The [`crate::Ctx`] that owns this.
    pub owner: *mut (),
    /// The last calls, in a ring; emptied when the jump cache is.
    pub returns: [Return; RETURNS],
    /// The last of them.
    pub returns_top: usize,
    /// The jump cache.
    pub jumps: [JumpEntry; JUMP_CACHE_SIZE],
    /// The soft TLBs.
    pub tlb: [[TlbEntry; TLB_SIZE]; MAX_SPACES],
}

impl Core {
    /// [`Core::mode_key`] for a mode.
    #[inline(always)]
    pub const fn key_of(mode: u32) -> u64 {
        mode as u64 + 1
    }

    /// The mode that runs.
    pub const fn mode(&self) -> u32 {
        (self.mode_key - 1) as u32
    }

    /// The jump cache slot for a pc in the mode with that key: the same code may run in many modes, of which each has its own blocks.
    #[inline(always)]
    pub const fn jump_slot(pc: u64, mode_key: u64) -> usize {
        let spread = mode_key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50;
        ((pc >> 1) ^ spread) as usize & (JUMP_CACHE_SIZE - 1)
    }

    /// The TLB slot for an address.
    #[inline(always)]
    pub const fn tlb_slot(address: u64) -> usize {
        (address >> 12) as usize & (TLB_SIZE - 1)
    }
}

/// A core on the heap. Not a `Box`, because handlers keep raw pointers to it while slow paths use it by reference.
pub(crate) struct OwnedCore(NonNull<Core>);

// SAFETY: the core is owned by this value alone; its raw pointers are set before each run, by the thread that runs.
unsafe impl Send for OwnedCore {}

impl OwnedCore {
    /// A core with an empty file. TLBs of spaces that are never used stay untouched, and so take no host memory.
    pub(crate) fn new(slow: SlowPaths) -> OwnedCore {
        let layout = Layout::new::<Core>();
        let raw = host::zeroed(layout).cast::<Core>();
        let Some(core) = NonNull::new(raw) else { handle_alloc_error(layout) };
        // SAFETY: freshly allocated with the layout of `Core`. Zeros are valid for all fields but these two, which are written through
        // raw pointers before a reference to the whole exists.
        unsafe {
            (&raw mut (*raw).slow).write(slow);
            (&raw mut (*raw).locate).write(None);
        }
        OwnedCore(core)
    }

    pub(crate) fn as_ptr(&self) -> *mut Core {
        self.0.as_ptr()
    }
}

impl Deref for OwnedCore {
    type Target = Core;
    fn deref(&self) -> &Core {
        // SAFETY: alive as long as `self`, and initialised.
        unsafe { self.0.as_ref() }
    }
}

impl DerefMut for OwnedCore {
    fn deref_mut(&mut self) -> &mut Core {
        // SAFETY: alive as long as `self`, initialised, and `self` is borrowed uniquely.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for OwnedCore {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `new`; `Core` has nothing to drop.
        unsafe { host::free(self.0.as_ptr().cast(), Layout::new::<Core>()) };
    }
}

/// Zeroed memory straight from the host: an allocator may clear what it hands out, and so touch all of it.
#[cfg(unix)]
mod host {
    use std::alloc::Layout;
    use std::ptr::null_mut;

    use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

    /// Null if there is none. Alignment is that of a page at least.
    pub(super) fn zeroed(layout: Layout) -> *mut u8 {
        // SAFETY: a new private mapping at an address of the host's choice concerns no other memory.
        let mapped =
            unsafe { mmap_anonymous(null_mut(), layout.size(), ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) };
        mapped.map_or(null_mut(), |raw| raw.cast())
    }

    /// # Safety
    /// `raw` comes from [`zeroed`] with this layout, and is used no more.
    pub(super) unsafe fn free(raw: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises. A mapping of our own can always be taken back.
        let _ = unsafe { munmap(raw.cast(), layout.size()) };
    }
}

#[cfg(not(unix))]
mod host {
    use std::alloc::Layout;

    /// Null if there is none.
    pub(super) fn zeroed(layout: Layout) -> *mut u8 {
        // SAFETY: the layout's size is not zero.
        unsafe { std::alloc::alloc_zeroed(layout) }
    }

    /// # Safety
    /// `raw` comes from [`zeroed`] with this layout, and is used no more.
    pub(super) unsafe fn free(raw: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { std::alloc::dealloc(raw, layout) };
    }
}
