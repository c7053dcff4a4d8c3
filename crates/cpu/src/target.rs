//! What a guest architecture implements.

use memory::Nanos;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uop::{Builder, Compute, HelperInfo, RegSet, Width};

use crate::api::{Info, Register, RegisterError};
use crate::ctx::Ctx;

/// Everything that changes what bytes mean or how memory is reached, packed by the target: privilege, instruction set, word size,
/// byte order, translation on or off, enabled units... Blocks are lifted for one mode and run in no other.
pub type Mode = u32;

/// What an access wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Access {
    /// A load.
    Read,
    /// A store, or an atomic access that may store.
    Write,
    /// An instruction fetch.
    Fetch,
}

/// Where a virtual page is, and what may be done there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Translation {
    /// The physical address of the byte that was asked for.
    pub phys: u64,
    /// Loads are allowed.
    pub read: bool,
    /// Stores are allowed, and need no further action (a page whose dirty bit must still be set says `false`).
    pub write: bool,
    /// Whether the answer holds for the whole 4 KiB page and may be kept until the next flush.
    pub cache: bool,
}

/// What is to be lifted.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// Guest virtual address of the instruction.
    pub pc: u64,
    /// Its distance from the block's first instruction.
    pub offset: i32,
    /// The bytes from there on, as far as they are known: to the page's end at least, and over it when [`Lifted::More`] has asked.
    pub bytes: &'a [u8],
    /// The mode.
    pub mode: Mode,
    /// The instruction is lifted alone: for a single step, say. Then a branch whose delay slot is an instruction of its own is lifted
    /// without it, so that the CPU can stop between the two.
    pub alone: bool,
}

/// What lifting one instruction has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifted {
    /// An instruction of so many bytes; the block goes on behind it.
    Next(u32),
    /// The block has its exit; so many bytes were used (branch and delay slot together, say).
    End(u32),
    /// The instruction is longer than the bytes that are there. Nothing but [`Builder`] ops has been left behind.
    More,
}

/// The function of a helper.
pub type HelperFn<T> = fn(&mut Ctx<T>, [u64; 4]) -> Result<u64, <T as Target>::Fault>;

/// A helper: what the IR knows of it, and its function.
pub struct Helper<T: Target> {
    /// Arguments, result, registers and faults.
    pub info: HelperInfo,
    /// What it does. The arguments beyond `info.args` are 0; a helper without a result returns 0.
    pub run: HelperFn<T>,
}

/// A guest architecture. A target never executes: it lifts, translates addresses and delivers exceptions.
///
/// Lifting is pure, (bytes, mode) -> block. Everything else works on a [`Ctx`], which stands between two instructions.
pub trait Target: Sized + Send + 'static {
    /// The CPU model with its properties: what is built in. The same for the life of a CPU.
    type Model: Send + Sync;
    /// What lifting needs of the model: decode tables with the model's features chosen.
    type Lifter: Send + Sync;
    /// Architectural state that is not in the register file: system registers above all.
    type State: Send + Clone + Serialize + DeserializeOwned;
    /// A guest exception or interrupt, with whatever its delivery needs.
    type Fault: Copy + Send + std::fmt::Debug;

    /// Names the target and its layout version in snapshots.
    const NAME: &'static str;
    /// Number of address spaces: [`Target::space`] and the `space` of [`uop::Mem`] are below it. At most [`crate::MAX_SPACES`].
    const SPACES: usize;
    /// Whether ordinary accesses trap when they are misaligned ([`uop::Align::Trap`]), as far as all modes and models go. Others
    /// stay exact, but engines fuse only such as are like this.
    const ALIGNED: bool = false;
    /// Registers of the file that nothing but helpers and [`Target::deliver`] looks at: not [`Target::translate`], say. Where a block writes
    /// one of them twice, the first value may be there only if an op faults.
    const LATE: RegSet = RegSet::None;
    /// Whether an atomic access may be misaligned: it is then done as a load and a store, which others may come between.
    const SPLIT_ATOMICS: bool = false;
    /// As what [`Target::bus_error`] sees an atomic access where nothing answers.
    const ATOMIC_ERROR: Access = Access::Write;
    /// Where the right to fetch may end within a page ([`Translation::cache`] is false then): instructions are fetched by parts of so
    /// many bytes, each of which may be refused. `u64::MAX`: an instruction's first byte speaks for all of it.
    const FETCH_PART: u64 = u64::MAX;
    /// Misaligned accesses that may be split ([`uop::Align::Split`]) and begin at a multiple of so many bytes, a power of two, are allowed in
    /// RAM: engines need not ask [`Target::misaligned_split`] there.
    const SPLIT_UNIT: u64 = 1;

    /// Whether gdb expects a watchpoint to stop the CPU before the access (its `have_nonsteppable_watchpoint`), not behind the instruction.
    const WATCH_BEFORE: bool = false;

    /// The register file: name and width of each slot, in order.
    fn file() -> Vec<(String, Width)>;

    /// The helpers; the index is the number that lifters use.
    fn helpers() -> &'static [Helper<Self>];

    /// Helper number `n` as a function of its arguments, if it is no more than that: engines then call it at less cost.
    fn compute(_n: u16) -> Option<Compute> {
        None
    }

    /// The decode tables for a model.
    fn lifter(model: &Self::Model) -> Self::Lifter;

    /// Lifts one instruction (with what can't be parted from it). The caller has begun instruction `code.offset` with `aux` 0.
    fn lift(lifter: &Self::Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted;

    /// Text and length of the instruction at the start of `code.bytes`; `None` when there is none or it is cut off.
    fn disassemble(lifter: &Self::Lifter, code: Code<'_>) -> Option<(String, u32)>;

    /// The state after power-on, before the board's reset adjustments.
    fn new_state(model: &Self::Model) -> Self::State;

    /// Puts registers, state and pc ([`Ctx::set_pc`]) into the state after reset. The file is all zeros when this is called.
    fn reset(ctx: &mut Ctx<Self>);

    /// The current mode.
    fn mode(ctx: &Ctx<Self>) -> Mode;

    /// The address space of ordinary data accesses (or of fetches) in `mode`.
    fn space(mode: Mode, access: Access) -> u8;

    /// Translates a virtual address for an access in an address space: page walk, permissions, accessed and dirty bits.
    ///
    /// # Errors
    /// The guest exception to raise.
    fn translate(ctx: &mut Ctx<Self>, address: u64, access: Access, space: u8) -> Result<Translation, Self::Fault>;

    /// Translates as [`Target::translate`] would for a debugger: nothing is checked, changed or raised.
    fn translate_debug(ctx: &Ctx<Self>, address: u64) -> Option<u64>;

    /// What the MMU holds, for people, as QEMU's `info tlb` prints it.
    fn show_translations(_: &Ctx<Self>) -> Option<String> {
        None
    }

    /// The exception that [`uop::Exit::Raise`] with these numbers means.
    fn raise(code: u32, arg: u64) -> Self::Fault;

    /// The exception of an access that must be aligned and isn't.
    fn misaligned(address: u64, access: Access) -> Self::Fault;

    /// The exception of an access of `len` bytes that may be misaligned ([`uop::Align::Split`]), but not as this one is.
    fn misaligned_split(address: u64, len: u32, access: Access) -> Option<Self::Fault> {
        let _ = (address, len, access);
        None
    }

    /// The exception of an access to a physical address where nothing answers; `None` if the architecture reads zeros there
    /// and ignores writes, or tells of it later, by [`Target::interrupt`] once the instruction is over.
    fn bus_error(ctx: &mut Ctx<Self>, address: u64, phys: u64, access: Access) -> Option<Self::Fault>;

    /// Takes an exception or interrupt: saves [`Ctx::pc`] where the architecture wants it, sets state and the new pc.
    fn deliver(ctx: &mut Ctx<Self>, fault: Self::Fault);

    /// The interrupt to take now, if any: pending, enabled, and of the highest priority. Whoever asks delivers it: controllers may be told
    /// that it is taken.
    fn interrupt(ctx: &mut Ctx<Self>) -> Option<Self::Fault>;

    /// Whether a waiting CPU goes on: some interrupt that it listens to is pending, even if it isn't taken.
    fn wakes(ctx: &Ctx<Self>) -> bool;

    /// When [`Target::wakes`] becomes true without any line: a timer in the CPU itself that it listens to.
    fn deadline(ctx: &Ctx<Self>) -> Option<Nanos> {
        let _ = ctx;
        None
    }

    /// Puts back what `aux` of the instruction at which the CPU stops in mid-block stands for (delay-slot state, say).
    fn restore_aux(ctx: &mut Ctx<Self>, aux: u32) {
        let _ = (ctx, aux);
    }

    /// What the schema shows.
    fn info(ctx: &Ctx<Self>) -> Info;

    /// The register table.
    fn registers(model: &Self::Model) -> &'static [Register];

    /// The value of register `index` of that table, which is within it.
    fn read_register(ctx: &Ctx<Self>, index: usize) -> u128;

    /// Writes register `index`, which is within the table.
    ///
    /// # Errors
    /// [`RegisterError::ReadOnly`].
    fn write_register(ctx: &mut Ctx<Self>, index: usize, value: u128) -> Result<(), RegisterError>;
}
