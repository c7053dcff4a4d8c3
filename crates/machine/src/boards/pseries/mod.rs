//! `pseries`: QEMU's partition of a POWER server, in all its versions up to 4.2.
//!
//! RAM begins at 0; there is nothing else in the address space. Everything is reached by calls of the hypervisor: terminals, the
//! interrupt controller, run-time abstraction services. CPUs begin at 0x100: in a firmware image that `-bios` names, else in a few
//! instructions that call the kernel with the client interface of [`client`].

mod client;
mod drc;
mod events;
mod machines;
mod negotiate;
mod rtas;
mod tree;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use devices::percpu::Started;
use devices::{Power, PowerRequest, Vty, Xics};
use loader::{AddressKind, ByteOrder, Elf, Expected, LoadTarget, Node, Unmapped};
use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use ppc::model::Model;
use ppc::papr::{Caller, Partition, PartitionConfig, Services, rc};
use ppc::trap::irq::{EXTERNAL, MAIL, SYSTEM_RESET};
use topology::{Numa, SlotTable, Smp};

use crate::boards::mips;
use crate::build::{Build, Nmi, Start, read_file};
use crate::error::Error;
use crate::firmware;
use client::Client;
use drc::Connector;
use tree::{Shape, irq};

pub use machines::*;

/// Where a kernel is put, and what of its addresses counts.
const KERNEL: (u64, u64) = (0x40_0000, 0x0fff_ffff);
/// Real memory that firmware uses ends here at most.
const LOW_END: u64 = 0x8000_0000;
/// Room for RTAS at the end of it, for the devicetree before that, and for the client interface with its stack.
const RTAS_ROOM: u64 = 0x1_0000;
const TREE_ROOM: u64 = 0x20_0000;
const CLIENT_ROOM: u64 = 0x1_0000;
/// Where CPUs begin.
const ENTRY: u64 = 0x100;
/// Memory comes in pieces of so many bytes.
const PIECE: u64 = 256 << 20;
const MIB: u64 = 1 << 20;

/// What firmware keeps.
struct Firmware {
    power: Power,
    xics: Xics,
    terminals: Vec<Vty>,
    client: Client,
    /// The client interface as it is at the start.
    fresh: Client,
    model: Model,
    ram: u64,
    uuid: [u8; 16],
    /// Unix's time when guest time was 0.
    time: i64,
    nvram: Vec<u8>,
    /// Events that the guest has not asked for: their bit, and their description.
    events: VecDeque<(u32, Vec<u8>)>,
    /// The wire of hotplug events.
    hotplug: Line,
    connectors: BTreeMap<u32, Connector>,
    present: Started,
    shape: Cores,
    random: u64,
}

/// What the description of a core needs.
struct Cores {
    smp: Smp,
    numa: Numa,
    slots: SlotTable,
    hpt_shift: u32,
}

impl Firmware {
    /// Characters for a terminal.
    fn put(&self, terminal: usize, bytes: &[u8]) {
        if let Some(vty) = self.terminals.get(terminal) {
            vty.put(bytes);
        }
    }

    /// The terminal with that unit address; 0 means the first.
    fn terminal(&self, unit: u64) -> Option<&Vty> {
        match unit {
            0 => self.terminals.first(),
            _ => self.terminals.get(usize::try_from(unit.checked_sub(tree::VTY.into())?).ok()?),
        }
    }

    fn is_present(&self, cpu: u32) -> bool {
        cpu < self.shape.smp.maxcpus && self.present.get(cpu as usize)
    }

    /// Says that there are events.
    fn tell(&self) {
        self.hotplug.raise();
        self.hotplug.lower();
    }

    /// The node of the core at a connector.
    fn core_node(&self, index: u32) -> Option<Node> {
        let first = index & 0xfff_ffff;
        let shape = Shape {
            model: &self.model,
            smp: self.shape.smp,
            numa: &self.shape.numa,
            slots: &self.shape.slots,
            ram: self.ram,
            max_ram: self.ram,
            hpt_shift: self.shape.hpt_shift,
            uuid: self.uuid,
            bootargs: None,
            initrd: None,
            kernel: None,
            ttys: 0,
            rtas_base: 0,
        };
        let core = (first / self.shape.smp.threads.max(1)) as usize;
        let mut holder = Node::default();
        let node = holder.add(&tree::core_name(&self.model, first));
        tree::core(node, &shape, first, tree::node_of(&shape, core));
        Some(node.clone())
    }

    /// A number that nobody expects: xorshift, from where the clock was at the start.
    fn random(&mut self, now: u64) -> u64 {
        let mut x = self.random ^ now.rotate_left(17) | 1;
        for _ in 0..3 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        self.random = x;
        x.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn reset(&mut self) {
        self.client = self.fresh.clone();
        self.events.clear();
        for (&index, connector) in &mut self.connectors {
            let Connector { present, slot, initial, wanted_back, .. } = *connector;
            let taken = present && initial;
            *connector =
                Connector { present, slot, initial, wanted_back, allocated: taken, unisolated: taken, progress: None };
            if wanted_back && present {
                // Nobody holds it any more.
                self.power.request(PowerRequest::CoreGivenUp { slot });
            } else if present && !initial {
                self.events.push_back((events::HOTPLUG, events::describe(events::Action::Add, index)));
            }
        }
        if !self.events.is_empty() {
            self.tell();
        }
    }
}

/// What the board does for its CPUs.
struct Board {
    wires: Vec<[Line; 2]>,
    xics: Xics,
    firmware: Arc<Mutex<Firmware>>,
}

impl Services for Board {
    fn wire(&self, cpu: u32, line: u32, level: bool) {
        if let Some(wires) = self.wires.get(cpu as usize) {
            wires[usize::from(line == MAIL)].set(level);
        }
    }

    fn call(&self, partition: &Partition, caller: &mut dyn Caller, number: u64) -> Option<i64> {
        if let Some(code) = interrupts(&self.xics, caller, number) {
            return Some(code);
        }
        let firmware = &mut *self.firmware.lock();
        match number {
            // H_GET_TERM_CHAR, H_PUT_TERM_CHAR
            0x54 => Some(get_characters(firmware, caller)),
            0x58 => Some(put_characters(firmware, caller)),
            // H_VIO_SIGNAL: terminals always interrupt.
            0x104 => Some(if firmware.terminal(caller.reg(4)).is_some() { rc::SUCCESS } else { rc::PARAMETER }),
            // H_HOME_NODE_ASSOCIATIVITY
            0x2ec => Some(home_node(firmware, caller)),
            // H_RANDOM
            0x300 => {
                let now = caller.now();
                caller.set_reg(4, firmware.random(now));
                Some(rc::SUCCESS)
            }
            // H_GET_CPU_CHARACTERISTICS: nothing here speculates, so that nothing need be done against it; "favour security" alone.
            0x3c8 => {
                caller.set_reg(4, 0);
                caller.set_reg(5, 1 << 63);
                Some(rc::SUCCESS)
            }
            0xf000 => Some(rtas::call(firmware, partition, caller)),
            // The firmware image passes the client's vectors on, with a buffer for changes of its tree: there are none.
            0xf002 => Some(support(firmware, caller)),
            // It tells where its tree is.
            0xf003 => Some(rc::SUCCESS),
            client::NUMBER => Some(client::call(firmware, caller)),
            _ => None,
        }
    }
}

/// The calls of the interrupt controller; `None` if `number` is none of them.
fn interrupts(xics: &Xics, caller: &mut dyn Caller, number: u64) -> Option<i64> {
    let own = caller.index();
    let known = |done: bool| if done { rc::SUCCESS } else { rc::PARAMETER };
    Some(match number {
        // H_EOI
        0x64 => {
            xics.end(own, caller.reg(4) as u32);
            rc::SUCCESS
        }
        // H_CPPR
        0x68 => known(xics.set_cppr(own, caller.reg(4) as u8)),
        // H_IPI
        0x6c => match u32::try_from(caller.reg(4)) {
            Ok(server) => known(xics.set_mfrr(server, caller.reg(5) as u8)),
            Err(_) => rc::PARAMETER,
        },
        // H_IPOLL
        0x70 => match u32::try_from(caller.reg(4)).ok().and_then(|server| xics.poll(server)) {
            Some((xirr, mfrr)) => {
                caller.set_reg(4, xirr.into());
                caller.set_reg(5, mfrr.into());
                rc::SUCCESS
            }
            None => rc::PARAMETER,
        },
        // H_XIRR, H_XIRR-X with the time at which the interrupt came
        0x74 | 0x2fc => {
            caller.set_reg(4, xics.accept(own).into());
            if number == 0x2fc {
                let ticks = u128::from(caller.now()) * u128::from(tree::TIMEBASE_HZ) / 1_000_000_000;
                caller.set_reg(5, ticks as u64);
            }
            rc::SUCCESS
        }
        _ => return None,
    })
}

/// Characters come in registers 6 and 7, the first one leftmost.
fn put_characters(firmware: &Firmware, caller: &dyn Caller) -> i64 {
    let Some(vty) = firmware.terminal(caller.reg(4)) else { return rc::PARAMETER };
    let Some(len) = usize::try_from(caller.reg(5)).ok().filter(|&len| len <= 16) else { return rc::PARAMETER };
    let bytes = [caller.reg(6).to_be_bytes(), caller.reg(7).to_be_bytes()].concat();
    vty.put(&bytes[..len]);
    rc::SUCCESS
}

fn get_characters(firmware: &Firmware, caller: &mut dyn Caller) -> i64 {
    let Some(vty) = firmware.terminal(caller.reg(4)) else { return rc::PARAMETER };
    let bytes = vty.take(16);
    let mut words = [0; 16];
    words[..bytes.len()].copy_from_slice(&bytes);
    let word = |half: usize| words[8 * half..8 * half + 8].iter().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let values = [bytes.len() as u64, word(0), word(1)];
    (4..).zip(values).for_each(|(n, value)| caller.set_reg(n, value));
    rc::SUCCESS
}

/// Where a CPU sits, as its node's "ibm,associativity" says: pairs of numbers, and then all ones.
fn home_node(firmware: &Firmware, caller: &mut dyn Caller) -> i64 {
    let (flags, cpu) = (caller.reg(4), caller.reg(5));
    let Some(cpu) = u32::try_from(cpu).ok().filter(|&cpu| firmware.is_present(cpu)) else { return rc::P2 };
    if flags != 1 {
        return rc::FUNCTION;
    }
    let threads = firmware.shape.smp.threads.max(1);
    let node = firmware.shape.slots.slots.get((cpu / threads) as usize).and_then(|slot| slot.props.node_id);
    let pairs = [0, node.unwrap_or(0) as u64, u64::from(cpu) << 32 | 0xffff_ffff];
    (4..).zip(pairs).for_each(|(n, pair)| caller.set_reg(n, pair));
    (7..10).for_each(|n| caller.set_reg(n, u64::MAX));
    rc::SUCCESS
}

/// The firmware image's call: an empty tree of changes goes into its buffer.
fn support(firmware: &mut Firmware, caller: &mut dyn Caller) -> i64 {
    let vectors = caller.reg(4);
    if !negotiate::negotiate(firmware, caller, vectors) {
        return rc::HARDWARE;
    }
    rc::SUCCESS
}

/// Resets what is no device of its own.
struct Resetter {
    partition: Arc<Partition>,
    firmware: Arc<Mutex<Firmware>>,
}

impl Device for Resetter {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        self.firmware.lock().reset();
        self.partition.reset();
    }
}

fn check(board: &Build<'_>) -> Result<(), Error> {
    let threads = board.smp.threads.max(1);
    if threads > 1 && !board.config.own_accelerator {
        return Err(Error::new("TCG cannot support more than 1 thread/core on a pseries machine"));
    }
    if !threads.is_power_of_two() {
        let text =
            format!("Cannot support {threads} threads/core on a pseries machine because it must be a power of 2");
        return Err(Error::new(text));
    }
    if !board.smp.cpus.is_multiple_of(threads) {
        return Err(Error::new(format!("smp_cpus ({}) must be multiple of threads ({threads})", board.smp.cpus)));
    }
    if !board.smp.maxcpus.is_multiple_of(threads) {
        return Err(Error::new(format!("max_cpus ({}) must be multiple of threads ({threads})", board.smp.maxcpus)));
    }
    if !board.config.machine.hotplug && board.smp.cpus != board.smp.maxcpus {
        return Err(Error::new("This machine version does not support CPU hotplug"));
    }
    if !board.ram.is_multiple_of(PIECE) {
        return Err(Error::new(format!("Memory size 0x{:x} is not aligned to {} MiB", board.ram, PIECE / MIB)));
    }
    if let Some((id, node)) = board.numa.nodes().find(|(_, node)| !node.mem.is_multiple_of(PIECE)) {
        let text = format!("Node {id} memory size 0x{:x} is not aligned to {} MiB", node.mem, PIECE / MIB);
        return Err(Error::new(text));
    }
    Ok(())
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    check(board)?;
    let text = board.model();
    let model = Model::parse(64, &text).map_err(|e| Error::new(e.to_string()))?;
    let (smp, ram) = (board.smp, board.ram);
    board.ram("ppc_spapr.ram", 0, ram)?;
    machines::add_cpus(board, &text);
    machines::add_objects(board);
    let booted = load(board)?;
    let hpt_shift = hpt_shift(board.config.mem.max.unwrap_or(ram));
    let low = board.numa.nodes().map(|(_, node)| node.mem).find(|&mem| mem > 0).unwrap_or(ram).min(LOW_END);
    let places = Places::new(low);
    let (numa, slots) = (board.numa, board.slots);
    let mut fdt = tree::tree(&Shape {
        model: &model,
        smp,
        numa,
        slots,
        ram,
        max_ram: board.config.mem.max.unwrap_or(ram),
        hpt_shift,
        uuid: board.config.uuid,
        bootargs: board.config.boot.append.as_deref(),
        initrd: booted.initrd,
        kernel: booted.kernel.map(|kernel| (kernel.start, kernel.size, kernel.little)),
        ttys: 1,
        rtas_base: places.rtas,
    });
    let client = Client::new(&mut fdt, &places.taken(&booted), low);
    let bytes = fdt.to_long_dtb();
    put(board, places.tree, &bytes)?;
    load_firmware(board, &places, &booted)?;
    board.start = Start::At { pc: ENTRY, number: "", dtb: ("r3", places.tree) };
    let cores = Cores { smp, numa: numa.clone(), slots: slots.clone(), hpt_shift };
    connect(board, model, client, cores);
    Ok(())
}

/// Makes the partition, and the parts that its calls reach.
fn connect(board: &mut Build<'_>, model: Model, client: Client, shape: Cores) {
    let (smp, ram, hpt_shift) = (board.smp, board.ram, shape.hpt_shift);
    let (cpus, threads) = (smp.maxcpus, smp.threads.max(1));
    let wires: Vec<[Line; 2]> =
        (0..i64::from(cpus)).map(|n| [EXTERNAL, MAIL].map(|line| board.line(n, line))).collect();
    let xics = Xics::new(irq::FIRST, irq::COUNT, wires.iter().map(|[external, _]| external.clone()).collect());
    board.part(xics.clone());
    let vty = Vty::new(mips::sink(board, 0), xics.line(irq::VDEVICE, false));
    let device = board.part(vty.clone());
    mips::typed_into(board, 0, &device);
    let present = Started::new(cpus as usize);
    (0..smp.cpus).for_each(|n| present.set(n as usize, true));
    board.started = Some(present.clone());
    let connectors = (0..cpus).step_by(threads as usize).map(|first| {
        let here = first < smp.cpus;
        let slot = (first / threads) as usize;
        let connector =
            Connector { present: here, slot, initial: here, allocated: here, unisolated: here, ..Connector::default() };
        (drc::index(first), connector)
    });
    let time = mips::start_time(board);
    let hotplug = xics.line(irq::HOTPLUG, false);
    let large_decrementer = tree::generation(&model) >= 9;
    let firmware = Arc::new(Mutex::new(Firmware {
        power: board.power.clone(),
        xics: xics.clone(),
        terminals: vec![vty],
        fresh: client.clone(),
        client,
        model,
        ram,
        uuid: board.config.uuid,
        time,
        nvram: vec![0; rtas::NVRAM_SIZE as usize],
        events: VecDeque::new(),
        hotplug: hotplug.clone(),
        connectors: connectors.collect(),
        present,
        shape,
        random: time as u64,
    }));
    let config = PartitionConfig { cpus, threads, ram, hpt_shift, timebase_hz: tree::TIMEBASE_HZ, large_decrementer };
    let services = Board { wires, xics, firmware: Arc::clone(&firmware) };
    let partition = Arc::new(Partition::new(Box::new(services), config));
    board.core_slots = Some(Arc::new(events::Slots { firmware: Arc::clone(&firmware), threads, wire: hotplug }));
    board.part(Resetter { partition: Arc::clone(&partition), firmware });
    board.shared = Some(partition);
    // "System Reset" goes to all of a partition's CPUs.
    board.nmi = Some(Nmi::Each(SYSTEM_RESET));
    let resets: Vec<Line> = (0..i64::from(cpus)).map(|n| board.line(n, SYSTEM_RESET)).collect();
    board.acknowledge = Some(Arc::new(move |cpu, line| {
        if let Some(reset) = resets.get(cpu as usize).filter(|_| line == SYSTEM_RESET) {
            reset.lower();
        }
        0
    }));
}

/// A page table of at least a 128th of memory, and 256 KiB; it takes the host's memory as it is used.
fn hpt_shift(ram: u64) -> u32 {
    (ram.next_power_of_two().trailing_zeros().saturating_sub(7)).clamp(18, 38)
}

/// Where firmware's things are: from the end of low memory downwards.
struct Places {
    rtas: u64,
    tree: u64,
    client: u64,
}

impl Places {
    fn new(low: u64) -> Places {
        let rtas = low - RTAS_ROOM;
        let tree = rtas - TREE_ROOM;
        Places { rtas, tree, client: tree - CLIENT_ROOM }
    }

    /// Memory that the client can't claim.
    fn taken(&self, booted: &Booted) -> Vec<(u64, u64)> {
        let mut taken = vec![(0, 0x4000), (self.client, self.rtas + RTAS_ROOM)];
        taken.extend(booted.kernel.iter().map(|kernel| (kernel.start, kernel.start + kernel.size)));
        taken.extend(booted.initrd);
        taken
    }
}

fn put(board: &mut Build<'_>, at: u64, bytes: &[u8]) -> Result<(), Error> {
    board.store().write(at, bytes).map_err(|e| Error::new(format!("firmware: {e}")))
}

fn words(code: &[u32]) -> Vec<u8> {
    code.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A kernel in memory.
#[derive(Clone, Copy)]
struct Kernel {
    entry: u64,
    start: u64,
    size: u64,
    little: bool,
}

/// A kernel and an initial RAM disk (start and end) in memory.
#[derive(Default)]
struct Booted {
    kernel: Option<Kernel>,
    initrd: Option<(u64, u64)>,
}

/// Moves what is written: of addresses only the low 256 MiB count, and they begin where kernels go.
struct Moved<T>(T);

impl<T: LoadTarget> LoadTarget for Moved<T> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        self.0.write((addr & KERNEL.1) + KERNEL.0, bytes)
    }

    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        self.0.zero((addr & KERNEL.1) + KERNEL.0, len)
    }
}

fn load_kernel(board: &mut Build<'_>, name: &str) -> Result<Kernel, Error> {
    let bytes = read_file(name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    if !Elf::is_elf(&bytes) {
        loader::load_raw(name, &bytes, KERNEL.0, &mut board.store()).map_err(fault)?;
        return Ok(Kernel { entry: KERNEL.0, start: KERNEL.0, size: bytes.len() as u64, little: false });
    }
    let elf = Elf::parse(name, &bytes).map_err(fault)?;
    let machines = board.config.target.elf_machines;
    elf.expect(Expected { machines, class: None, order: None }).map_err(fault)?;
    let loaded = elf.load(AddressKind::Physical, &mut Moved(board.store())).map_err(fault)?;
    let segments = elf.segments().map_err(fault)?;
    let ends = segments.iter().map(|s| (s.paddr & KERNEL.1) + s.mem_size);
    let size = ends.max().unwrap_or(0);
    let entry = (loaded.entry & KERNEL.1) + KERNEL.0;
    Ok(Kernel { entry, start: KERNEL.0, size, little: elf.order() == ByteOrder::Little })
}

fn load(board: &mut Build<'_>) -> Result<Booted, Error> {
    let boot = board.config.boot.clone();
    let Some(name) = boot.kernel else { return Ok(Booted::default()) };
    let kernel = load_kernel(board, &name)?;
    let initrd = match boot.initrd {
        None => None,
        Some(name) => {
            let bytes = read_file(&name)?;
            let at = (kernel.start + kernel.size + 0x1_ffff) & !0xffff;
            let end = loader::load_initrd(&name, &bytes, at, &mut board.store());
            Some((at, end.map_err(|e| Error::new(e.to_string()))?))
        }
    };
    Ok(Booted { kernel: Some(kernel), initrd })
}

/// Puts the image of `-bios` at 0; without one a few instructions that call the kernel as firmware would, or wait for nothing.
fn load_firmware(board: &mut Build<'_>, places: &Places, booted: &Booted) -> Result<(), Error> {
    put(board, places.rtas, &words(&rtas::CODE))?;
    if let Some(name) = board.config.boot.bios.clone().filter(|name| name != "none" && name != "default") {
        let name = firmware::named(&name, &board.config.boot.firmware_dirs);
        let bytes = read_file(&name)?;
        return put(board, 0, &bytes);
    }
    put(board, places.client, &words(&client::CODE))?;
    let load = |register: u32, value: u64| {
        let (high, low) = ((value >> 16) as u32 & 0xffff, value as u32 & 0xffff);
        [0x3c00_0000 | register << 21 | high, 0x6000_0000 | register << 21 | register << 16 | low]
    };
    let code = match booted.kernel {
        // Register 1 is a stack, 5 the client interface; 3, 4, 6 and 7 are 0.
        Some(kernel) => {
            let mut code = [load(1, places.tree - 0x100), load(5, places.client), load(12, kernel.entry)].concat();
            // mtctr 12; li 3, 4, 6 and 7 to 0; li 0, 0x2000; mtmsrd 0; bctr: in 32-bit mode, floating point available.
            code.extend([0x7d89_03a6, 0x3860_0000, 0x3880_0000, 0x38c0_0000, 0x38e0_0000]);
            code.extend([0x3800_2000, 0x7c00_0164, 0x4e80_0420]);
            code
        }
        // li 3, 0xe0 (H_CEDE); sc 1; and again
        None => vec![0x3860_00e0, 0x4400_0022, 0x4bff_fff8],
    };
    put(board, ENTRY, &words(&code))
}
