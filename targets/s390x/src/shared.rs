//! What the CPUs of one configuration share: storage keys, the mail between CPUs, and the way to what is no CPU.
//!
//! A CPU that signals another leaves mail in its seat and raises a line of it; the other one opens its mail between two instructions.
//! What reaches the service processor, the channel subsystem and the hypervisor goes through [`Services`], which the board implements.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::psw;
use crate::state::CpuState;
use crate::trap::irq;

/// Bytes of a block that has a storage key.
const BLOCK: u64 = 4096;
/// What an empty seat's state is.
const NOBODY: u8 = 0xff;

/// What an I/O interruption stores (PoP, "I/O Interruption"): subsystem-identification word, parameter, identification word.
pub type IoInterruption = [u32; 3];

/// What a control instruction asks of the channel subsystem. Blocks are in the guest's byte order, as they stand in storage.
pub enum Channel<'a> {
    /// STORE SUBCHANNEL: the block to fill.
    Store(&'a mut [u8; 52]),
    /// MODIFY SUBCHANNEL: the block.
    Modify(&'a [u8; 52]),
    /// START SUBCHANNEL: the operation-request block.
    Start(&'a [u8; 32]),
    /// TEST SUBCHANNEL: the interruption-response block to fill; how much of it counts.
    Test(&'a mut [u8; 96]),
    /// HALT SUBCHANNEL.
    Halt,
    /// CLEAR SUBCHANNEL.
    Clear,
    /// RESUME SUBCHANNEL.
    Resume,
    /// CANCEL SUBCHANNEL.
    Cancel,
    /// SET CHANNEL MONITOR: registers 1 and 2.
    Monitor {
        /// What is to be measured.
        controls: u64,
        /// Where measurement blocks are.
        origin: u64,
    },
    /// RESET CHANNEL PATH, which register 1 names.
    ResetPath,
    /// STORE CHANNEL REPORT WORD: the word to fill.
    ReportWord(&'a mut u32),
    /// CHANNEL SUBSYSTEM CALL: request and response.
    Call(&'a mut [u8; 4096]),
}

/// What a guest asks of the machine as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    /// Load the program again.
    Reload,
    /// All CPUs are stopped, or one waits for nothing in the way that says so.
    Off,
    /// The last CPU waits for something that can't come.
    Crashed {
        /// Its address.
        core: u32,
        /// Mask and address of its PSW.
        psw: (u64, u64),
    },
}

/// The configuration's topology.
pub trait Topology: Send + Sync {
    /// STORE SYSTEM INFORMATION 15.1.x: the response block with so many nesting levels, or `None` where there is none.
    fn block(&self, nesting: u32) -> Option<Vec<u8>>;

    /// PERFORM TOPOLOGY FUNCTION 2: whether the topology has changed since it was told last.
    fn changed(&self) -> bool;

    /// PERFORM TOPOLOGY FUNCTION 0 and 1: CPUs are polarized vertically, or horizontally; whether they were not yet.
    fn polarize(&self, vertical: bool) -> bool;

    /// A subsystem reset: CPUs are polarized horizontally, and nothing that has changed need be told of.
    fn reset(&self);
}

/// What CPUs share on a board where they have nothing in common but memory and a place in a topology.
pub struct Place(pub Box<dyn Topology>);

/// What a board does for its CPUs.
pub trait Services: Send + Sync {
    /// Drives line `line` of the CPU with that address.
    fn wire(&self, cpu: u32, line: u32, level: bool);

    /// SERVICE CALL: the service-call control block is changed in place; the answer comes with a service signal. The CPU that is
    /// configured or deconfigured by it, and whether it is configured now.
    fn service_call(&self, command: u32, address: u32, block: &mut [u8]) -> Option<(u32, bool)>;

    /// The parameter of the pending service signal, which is no longer pending then.
    fn take_service_signal(&self) -> Option<u32>;

    /// Does what a control instruction asks; `schid` is the subsystem-identification word. The condition code, or `None` for an operand
    /// exception.
    fn channel(&self, schid: u32, what: Channel<'_>) -> Option<u64>;

    /// Somebody is told of the channel report that waits; whether there is one still.
    fn take_report(&self) -> bool;

    /// Takes the pending I/O interruption of the highest priority among these interruption subclasses (subclass 0 leftmost).
    fn take_io(&self, subclasses: u8) -> Option<IoInterruption>;

    /// The hypervisor is told that a queue of a virtio device has work; what register 2 gets.
    fn notify(&self, schid: u32, queue: u64, cookie: u64) -> i64;

    /// DIAGNOSE 0x288, the watchdog: function, time in seconds and action, at the machine's time in nanoseconds. Whether there is such a thing.
    fn watchdog(&self, function: u64, seconds: u64, action: u64, now: u64) -> bool;

    /// Resets the channel subsystem and the service processor.
    fn reset(&self);

    /// Notes what a guest asks for.
    fn wish(&self, wish: Wish);

    /// The topology.
    fn topology(&self) -> &dyn Topology;

    /// The machine's name, if it has one, and its UUID, most significant byte first.
    fn identity(&self) -> (Option<&str>, [u8; 16]) {
        (None, [0; 16])
    }
}

/// An order of SIGNAL PROCESSOR that its addressee carries out (PoP, "Signal-Processor Orders").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Start.
    Start,
    /// Stop.
    Stop,
    /// Restart.
    Restart,
    /// Stop and store status.
    StopAndStoreStatus,
    /// Initial CPU reset.
    InitialReset,
    /// CPU reset.
    Reset,
    /// Not SIGNAL PROCESSOR's: the CPU is configured or deconfigured.
    Configure(bool),
    /// Set prefix.
    SetPrefix(u32),
    /// Store status at address.
    StoreStatus(u32),
    /// Store additional status at address.
    StoreAdditional(u64),
}

/// What other CPUs have left for one.
#[derive(Default, Debug)]
pub struct Mail {
    /// The order that is to be carried out.
    pub order: Option<Order>,
    /// Translations are to be forgotten.
    pub purge: bool,
    /// The CPUs whose emergency signals are pending.
    pub emergency: Vec<u16>,
    /// The CPUs whose malfunction alerts are pending.
    pub alerts: Vec<u16>,
    /// The CPU whose external call is pending.
    pub call: Option<u16>,
}

impl Mail {
    /// Leaves an emergency signal of a CPU; one that is pending already stays one.
    pub fn signal(&mut self, from: u16) {
        if !self.emergency.contains(&from) {
            self.emergency.push(from);
        }
    }
}

struct Seat {
    state: AtomicU8,
    mask: AtomicU64,
    mail: Mutex<Mail>,
}

/// What CPUs share.
pub struct Machine {
    services: Box<dyn Services>,
    seats: Vec<Seat>,
    keys: Vec<AtomicU8>,
    /// Where the CPU that loads the program begins: mask and address of its PSW.
    ipl: Mutex<(u64, u64)>,
    parameters: Mutex<Option<Vec<u8>>>,
    /// What is added to the machine's time to get the TOD clock.
    tod: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Machine {
    /// A configuration of up to `cpus` CPUs with `ram` bytes of storage, whose CPU 0 starts at address `entry` in 64-bit mode.
    /// `tod_base` is the TOD clock at the machine's time 0.
    pub fn new(services: Box<dyn Services>, cpus: u32, ram: u64, entry: u64, tod_base: u64) -> Machine {
        let seat = || Seat { state: AtomicU8::new(NOBODY), mask: AtomicU64::new(0), mail: Mutex::default() };
        Machine {
            services,
            seats: (0..cpus).map(|_| seat()).collect(),
            keys: (0..ram.div_ceil(BLOCK)).map(|_| AtomicU8::new(0)).collect(),
            ipl: Mutex::new((psw::EXTENDED | psw::BASIC, entry)),
            parameters: Mutex::default(),
            tod: AtomicU64::new(tod_base),
        }
    }

    /// What is no CPU.
    pub fn services(&self) -> &dyn Services {
        &*self.services
    }

    /// Number of CPUs there may be.
    pub fn cpus(&self) -> u32 {
        self.seats.len() as u32
    }

    /// The TOD clock at the machine's time 0.
    pub fn tod_base(&self) -> u64 {
        self.tod.load(Ordering::Acquire)
    }

    /// Sets it.
    pub fn set_tod_base(&self, base: u64) {
        self.tod.store(base, Ordering::Release);
    }

    /// The PSW with which CPU 0 starts.
    pub fn ipl_psw(&self) -> (u64, u64) {
        *lock(&self.ipl)
    }

    /// The IPL parameter block that DIAGNOSE 0x308 has set.
    pub fn parameters(&self) -> Option<Vec<u8>> {
        lock(&self.parameters).clone()
    }

    /// Sets it.
    pub fn set_parameters(&self, block: Vec<u8>) {
        *lock(&self.parameters) = Some(block);
    }

    /// The state of the CPU with that address; `None` where there is no CPU.
    pub fn state(&self, cpu: u32) -> Option<CpuState> {
        CpuState::from_number(self.seats.get(cpu as usize)?.state.load(Ordering::Acquire))
    }

    /// Shows the state of a CPU to the others.
    pub fn publish(&self, cpu: u32, state: CpuState) {
        if let Some(seat) = self.seats.get(cpu as usize) {
            let number = if state == CpuState::Uninitialized { NOBODY } else { state as u8 };
            seat.state.store(number, Ordering::Release);
        }
    }

    /// The PSW mask that a CPU has shown last, for orders that depend on it.
    pub fn shown_mask(&self, cpu: u32) -> u64 {
        self.seats.get(cpu as usize).map_or(0, |seat| seat.mask.load(Ordering::Acquire))
    }

    /// Shows a CPU's PSW mask.
    pub fn show_mask(&self, cpu: u32, mask: u64) {
        if let Some(seat) = self.seats.get(cpu as usize) {
            seat.mask.store(mask, Ordering::Release);
        }
    }

    /// Whether any CPU loads, or operates and does not wait for nothing.
    pub fn anybody_runs(&self) -> bool {
        let waits = |mask: u64| mask & psw::WAIT != 0 && mask & (psw::EXTERNAL | psw::IO | psw::MACHINE_CHECK) == 0;
        (0..self.cpus()).any(|cpu| match self.state(cpu) {
            Some(CpuState::Load) => true,
            Some(CpuState::Operating) => !waits(self.shown_mask(cpu)),
            _ => false,
        })
    }

    /// Leaves something in a CPU's mail by `put`, and raises `line` of it.
    pub fn post<R>(&self, cpu: u32, line: u32, put: impl FnOnce(&mut Mail) -> R) -> Option<R> {
        let mut mail = lock(&self.seats.get(cpu as usize)?.mail);
        let result = put(&mut mail);
        self.services.wire(cpu, line, true);
        Some(result)
    }

    /// Looks into a CPU's mail, and takes something out of it.
    pub fn open<R>(&self, cpu: u32, take: impl FnOnce(&mut Mail) -> R) -> Option<R> {
        let mut mail = lock(&self.seats.get(cpu as usize)?.mail);
        let result = take(&mut mail);
        if mail.order.is_none() && !mail.purge {
            self.services.wire(cpu, irq::ORDER, false);
        }
        if mail.emergency.is_empty() {
            self.services.wire(cpu, irq::SIGNAL, false);
        }
        if mail.alerts.is_empty() {
            self.services.wire(cpu, irq::ALERT, false);
        }
        if mail.call.is_none() {
            self.services.wire(cpu, irq::CALL, false);
        }
        Some(result)
    }

    /// Has all other CPUs forget their translations before they execute another instruction. Whether there are any that run: then the
    /// caller has to give up its turn, so that nobody goes on with old ones.
    pub fn purge_others(&self, own: u32) -> bool {
        let others = (0..self.cpus()).filter(|&cpu| cpu != own);
        let mut any = false;
        for cpu in others {
            let Some(state) = self.state(cpu) else { continue };
            any |= state == CpuState::Operating;
            self.post(cpu, irq::ORDER, |mail| mail.purge = true);
        }
        any
    }

    /// The storage key of a block; `None` outside storage.
    pub fn key(&self, block: usize) -> Option<u8> {
        Some(self.keys.get(block)?.load(Ordering::Acquire))
    }

    /// Replaces the bits `mask` of a block's storage key; what it was.
    pub fn set_key(&self, block: usize, value: u8, mask: u8) -> Option<u8> {
        let key = self.keys.get(block)?;
        key.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| Some(old & !mask | value & mask)).ok()
    }

    /// Sets all storage keys to zero.
    pub fn clear_keys(&self) {
        self.keys.iter().for_each(|key| key.store(0, Ordering::Release));
    }
}
