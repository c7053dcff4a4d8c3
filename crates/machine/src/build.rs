//! What a board's build function works with: it plans CPUs, maps memory and devices, and loads what the machine starts from.
//!
//! CPUs are planned first, because devices drive the wires into them, and made last, because they see the finished address
//! space. What is loaded is remembered: a reset puts it back.

use std::any::Any;
use std::sync::Arc;

use cpu::Lines;
use devices::{Power, acpi_cpus::OspmStatus, clint::TimeBase, percpu::Started};
use loader::{LoadTarget, Unmapped};
use memory::host::HostMemory;
use memory::{AddressSpace, Device, DeviceEndian, Dma, Line, Ram, SharedDevice};
use parking_lot::Mutex;
use topology::{Numa, SlotTable, Smp, Tree};

use crate::config::MachineConfig;
use crate::console::Console;
use crate::error::Error;
use crate::objects::{ObjectId, ObjectTree};
use crate::sched::{Prompt, Scheduler};
use crate::value::Value;

/// A CPU that a board wants.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its index: the number that the guest knows it by, too.
    pub index: i64,
    /// Its object.
    pub object: ObjectId,
    /// The slot it fills, on boards with a table of possible CPUs.
    pub slot: Option<usize>,
    /// Model and properties, as `-cpu` takes them.
    pub model: String,
}

/// Where CPUs begin.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Start {
    /// Where the architecture or the model says.
    #[default]
    Reset,
    /// At an address.
    Pc(u64),
    /// At an address, with the CPU's number and the devicetree's address in registers.
    At {
        /// The address.
        pc: u64,
        /// The register that gets the CPU's number.
        number: &'static str,
        /// The register that gets the devicetree's address, and that address.
        dtb: (&'static str, u64),
    },
}

/// Something that was put into memory before the guest began.
#[derive(Clone, Debug)]
pub(crate) enum Blob {
    Bytes(u64, Vec<u8>),
    Zeros(u64, u64),
}

impl Blob {
    pub(crate) fn put(&self, memory: &AddressSpace) -> Result<(), Unmapped> {
        match self {
            Blob::Bytes(at, bytes) => memory.write_bytes(*at, bytes).map_err(|e| Unmapped { addr: e.0 }),
            Blob::Zeros(at, len) => zero(memory, *at, *len),
        }
    }

    /// Puts back, after a reset, what was loaded; pages that have become devices since are left out.
    pub(crate) fn put_back(&self, memory: &AddressSpace) {
        match self {
            Blob::Bytes(at, bytes) => {
                let mut done = 0;
                while done < bytes.len() {
                    let here = at + done as u64;
                    let len = ((4096 - here % 4096) as usize).min(bytes.len() - done);
                    // No RAM: a device has the page.
                    let _ = memory.write_bytes(here, &bytes[done..done + len]);
                    done += len;
                }
            }
            // The range was RAM when it was cleared; what is a device now ends it.
            Blob::Zeros(at, len) => drop(zero(memory, *at, *len)),
        }
    }
}

/// Clears memory page by page, so that a length from a hostile file meets its first hole early.
fn zero(memory: &AddressSpace, at: u64, len: u64) -> Result<(), Unmapped> {
    let end = at.checked_add(len).ok_or(Unmapped { addr: u64::MAX })?;
    let mut page = at;
    while page < end {
        let next = ((page | 0xfff) + 1).min(end);
        let ram = memory.ram_page(page).ok_or(Unmapped { addr: page })?;
        ram.ram.clear(ram.offset + page % 4096, next - page);
        page = next;
    }
    Ok(())
}

/// Memory as loaders see it; remembers what was written.
pub struct Store<'a> {
    pub(crate) memory: &'a AddressSpace,
    pub(crate) blobs: &'a mut Vec<Blob>,
}

impl LoadTarget for Store<'_> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        let blob = Blob::Bytes(addr, bytes.to_vec());
        blob.put(self.memory)?;
        self.blobs.push(blob);
        Ok(())
    }

    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        let blob = Blob::Zeros(addr, len);
        blob.put(self.memory)?;
        self.blobs.push(blob);
        Ok(())
    }
}

/// See [`Build::acknowledge`].
pub type Acknowledge = Arc<dyn Fn(u32, u32) -> u64 + Send + Sync>;

/// What CPUs ask their board.
pub(crate) struct Answers {
    pub(crate) acknowledge: Option<Acknowledge>,
    pub(crate) timebase: Option<TimeBase>,
    pub(crate) shared: Option<Shared>,
}

/// See [`Build::shared`].
pub type Shared = Arc<dyn Any + Send + Sync>;

impl cpu::Board for Answers {
    fn acknowledge(&self, cpu: u32, line: u32) -> u64 {
        self.acknowledge.as_ref().map_or(0, |acknowledge| acknowledge(cpu, line))
    }

    fn timebase_offset(&self) -> u64 {
        self.timebase.as_ref().map_or(0, TimeBase::offset)
    }

    fn shared(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.shared.as_deref()
    }
}

/// What a board does about cores that come and go.
pub trait CoreSlots: Send + Sync {
    /// A core is in a slot now.
    fn plugged(&self, slot: usize);

    /// Asks the guest to give up the core in a slot. `false` if it can't be asked: because it has not taken it, or does not know how.
    fn ask_back(&self, slot: usize) -> bool;

    /// The core is gone.
    fn removed(&self, slot: usize);

    /// What the guest has said of each slot.
    fn ospm_status(&self) -> Vec<OspmStatus> {
        Vec::new()
    }
}

/// Who takes what `inject-nmi` sends.
pub enum Nmi {
    /// A wire of the board's own, which is pulsed.
    Wire(Line),
    /// A line of the first CPU, which the CPU takes back.
    First(u32),
    /// A line of each CPU, which it takes back.
    Each(u32),
}

/// A machine in the making.
pub struct Build<'a> {
    /// What it is built from.
    pub config: &'a MachineConfig,
    /// Its shape.
    pub smp: Smp,
    /// Its RAM in bytes.
    pub ram: u64,
    /// Its possible CPUs.
    pub slots: &'a SlotTable,
    /// Its nodes, completed.
    pub numa: &'a Numa,
    /// Its object tree.
    pub objects: &'a mut ObjectTree,
    /// The memory of its backends, until [`Build::main_ram`] takes it.
    pub backing: Option<HostMemory>,
    /// Its physical address space.
    pub memory: AddressSpace,
    /// Its CPUs in creation order.
    pub cpus: Vec<Plan>,
    /// Where they begin.
    pub start: Start,
    /// CPUs that begin elsewhere after a reset than at power-on: their numbers and addresses.
    pub restart: Vec<(i64, u64)>,
    /// Its devices, so that their clocks can be driven and they can be reset.
    pub devices: Vec<SharedDevice>,
    /// The device that gets what the console's user types.
    pub console_input: Option<SharedDevice>,
    /// The device that gets what the second serial port's user types.
    pub second_input: Option<SharedDevice>,
    /// Where the console's output goes.
    pub console: Console,
    /// Schedules the CPUs; hands out the wires into them.
    pub sched: &'a mut Scheduler,
    /// How the guest switches the machine off.
    pub power: Power,
    /// The flags by which guests see which CPUs are there.
    pub started: Option<Started>,
    /// What its interrupt controller does when a CPU (by number) takes the interrupt of a line, and answers.
    pub acknowledge: Option<Acknowledge>,
    /// Who takes what `inject-nmi` sends.
    pub nmi: Option<Nmi>,
    /// Who is told of cores that come and go.
    pub core_slots: Option<Arc<dyn CoreSlots>>,
    /// The counter that all CPUs share.
    pub timebase: Option<TimeBase>,
    /// What its CPUs share, in a type of their target.
    pub shared: Option<Shared>,
    /// The way of its devices into RAM.
    pub dma: Dma,
    /// What the user should know.
    pub warnings: Vec<String>,
    pub(crate) blobs: Vec<Blob>,
}

impl Build<'_> {
    /// Model and properties of the CPUs: those of `-cpu`, or the board's own.
    pub fn model(&self) -> String {
        model_text(self.config)
    }

    /// Plans a CPU whose object is a child of `parent`.
    pub fn add_cpu(&mut self, parent: ObjectId, name: &str, model: &str, index: i64) {
        let kind = self.config.target.cpu_type(model_name(model));
        let object = self.objects.add(parent, name, &kind);
        self.plan(object, model, index, None);
    }

    /// Plans the CPU of slot `slot`, without a name.
    pub fn add_slot_cpu(&mut self, model: &str, slot: usize) {
        let object = self.objects.add_anonymous(&self.config.target.cpu_type(model_name(model)));
        self.plan(object, model, slot as i64, Some(slot));
    }

    /// Plans a CPU without a name and without a slot.
    pub fn add_unattached_cpu(&mut self, model: &str, index: i64) {
        let object = self.objects.add_anonymous(&self.config.target.cpu_type(model_name(model)));
        self.plan(object, model, index, None);
    }

    /// Plans a CPU that is the thread of a core, whose object it is a child of; `slot` is the core's.
    pub fn add_thread(&mut self, core: ObjectId, name: &str, model: &str, index: i64, slot: usize) {
        let object = self.objects.add(core, name, &self.config.target.cpu_type(model_name(model)));
        self.plan(object, model, index, Some(slot));
    }

    fn plan(&mut self, object: ObjectId, model: &str, index: i64, slot: Option<usize>) {
        self.objects.set_property(object, "realized", "bool", Value::Bool(true), true);
        self.cpus.push(Plan { index, object, slot, model: model.to_string() });
    }

    /// The wire into line `n` of CPU `index`, whether it is there yet or not.
    pub fn line(&mut self, index: i64, n: u32) -> Line {
        self.sched.line(index, n)
    }

    /// The lines of CPU `index`.
    pub fn lines(&mut self, index: i64) -> Arc<Lines> {
        self.sched.lines(index)
    }

    /// The machine's RAM, `self.ram` bytes, mapped nowhere yet: that of its memory backends if it has some.
    ///
    /// # Errors
    /// When the host has not so much memory.
    pub fn main_ram(&mut self) -> Result<Arc<Ram>, Error> {
        match self.backing.take() {
            Some(memory) => Ram::of(memory).map(Arc::new).map_err(|e| Error::new(e.to_string())),
            None => new_ram(self.ram),
        }
    }

    /// Maps `size` bytes of new RAM.
    ///
    /// # Errors
    /// When the host has not so much address space.
    pub fn ram(&mut self, name: &str, start: u64, size: u64) -> Result<Arc<Ram>, Error> {
        let ram = if size == self.ram { self.main_ram()? } else { new_ram(size)? };
        if size > 0 {
            self.memory.map_ram(name, start, &ram).map_err(|e| Error::new(e.to_string()))?;
        }
        Ok(ram)
    }

    /// Maps `size` bytes of new ROM; loaders may write it.
    ///
    /// # Errors
    /// When it overlaps something.
    pub fn rom(&mut self, name: &str, start: u64, size: u64) -> Result<Arc<Ram>, Error> {
        let ram = new_ram(size)?;
        self.memory.map_rom(name, start, &ram).map_err(|e| Error::new(e.to_string()))?;
        Ok(ram)
    }

    /// Maps a device.
    ///
    /// # Errors
    /// When it overlaps something.
    pub fn device(
        &mut self,
        name: &str,
        start: u64,
        size: u64,
        endian: DeviceEndian,
        device: impl Device + 'static,
    ) -> Result<SharedDevice, Error> {
        let device = self.part(device);
        self.memory.map_device(name, start, size, endian, &device).map_err(|e| Error::new(e.to_string()))?;
        Ok(device)
    }

    /// Adds a device that others lead to: it is not mapped.
    pub fn part(&mut self, device: impl Device + 'static) -> SharedDevice {
        let device: SharedDevice = Arc::new(Mutex::new(Prompt::new(device, self.sched.attention())));
        self.devices.push(Arc::clone(&device));
        device
    }

    /// Memory for loaders.
    pub fn store(&mut self) -> Store<'_> {
        Store { memory: &self.memory, blobs: &mut self.blobs }
    }

    /// The shape as guests and people are to see it.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new(self.config.machine.name, self.ram, &self.smp, self.slots, self.numa);
        // While the board is built no slot is filled yet; those of the plan, which is in ascending order, will be.
        for thread in
            tree.sockets.iter_mut().flat_map(|s| &mut s.dies).flat_map(|d| &mut d.cores).flat_map(|c| &mut c.threads)
        {
            thread.present = self.cpus.binary_search_by_key(&i64::from(thread.cpu), |plan| plan.index).is_ok();
        }
        tree
    }
}

fn new_ram(size: u64) -> Result<Arc<Ram>, Error> {
    let pages = size.checked_next_multiple_of(memory::PAGE_SIZE).unwrap_or(u64::MAX);
    Ram::new(pages).map(Arc::new).map_err(|e| Error::new(format!("cannot set up guest memory: {e}")))
}

/// The name in a model with properties.
pub fn model_name(text: &str) -> &str {
    text.split(',').next().unwrap_or(text)
}

/// Model and properties of a configuration's CPUs; a type name is cut to the model's.
pub fn model_text(config: &MachineConfig) -> String {
    let text = config.cpu.as_deref().or(config.machine.default_model(config.target)).unwrap_or("");
    let (name, props) = text.split_at(model_name(text).len());
    with_globals(config, &format!("{}{props}", name.strip_suffix(config.target.cpu_suffix).unwrap_or(name)))
}

/// Model and properties with what `-global` says of its type: before the model's own, which prevail.
pub fn with_globals(config: &MachineConfig, text: &str) -> String {
    let (name, props) = text.split_at(model_name(text).len());
    let kind = config.target.cpu_type(name);
    let globals = config.globals.iter().filter(|global| global.is_for_cpu(config.target, &kind));
    let globals: String = globals.map(|global| format!(",{}={}", global.prop, global.value)).collect();
    format!("{name}{globals}{props}")
}

/// The type name of a configuration's CPUs.
pub fn cpu_type(config: &MachineConfig) -> String {
    config.target.cpu_type(model_name(&model_text(config)))
}

/// The type name of what is plugged into its slots: CPUs, or cores.
pub fn plug_type(config: &MachineConfig) -> String {
    match config.machine.cores {
        true => crate::boards::pseries::core_type(&model_text(config)),
        false => cpu_type(config),
    }
}

/// The contents of a file that an option names.
///
/// # Errors
/// When it can't be read.
pub fn read_file(name: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(name).map_err(|e| Error::new(format!("could not load '{name}': {e}")))
}
