//! The machine: its configuration phase, its CPUs, memory backends and objects, its run state and events.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Log, LogItems};
use devices::PowerRequest;
use devices::percpu::Started;
use memory::{AddressSpace, Dma, SharedDevice};
use parking_lot::Mutex;
use topology::told::Encoder;
use topology::{CpuProps, Levels, Numa, NumaOption, SlotTable, Smp, SmpRules, Tree, smp};

use crate::build::{self, Answers, Blob, Build, CoreSlots, Nmi, Plan, Start, Store};
use crate::clock::GuestClock;
use crate::config::{MachineConfig, ObjectConfig};
use crate::control::{Request, begin, power_switch};
use crate::dump::DumpProgress;
use crate::engines::{self, Factory};
use crate::error::{Error, Warning};
use crate::memdev::{MemDev, MemDevs};
use crate::objects::{ObjectId, ObjectTree};
use crate::props;
use crate::registry::MachineType;
use crate::run::{Event, RunState};
use crate::sched::{Attention, Scheduler};
use crate::targets::{Arch, Target};
use crate::thread;

/// One CPU of a machine.
pub struct Vcpu {
    /// Its index (`cpu-index`, `CPU`).
    pub index: i64,
    /// Its object's path.
    pub qom_path: String,
    /// Its place, on boards whose CPUs have one.
    pub props: Option<CpuProps>,
    /// The host thread that ran it last, or will.
    pub thread_id: i64,
    /// The CPU itself.
    pub cpu: Box<dyn Cpu>,
    pub(crate) object: ObjectId,
    pub(crate) slot: Option<usize>,
}

impl Vcpu {
    /// A number that grows from CPU to CPU as they are made, and never comes back.
    pub fn serial(&self) -> usize {
        self.object
    }
}

/// One slot, as `query-hotpluggable-cpus` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HotpluggableCpu {
    /// The driver for `device_add`.
    pub kind: String,
    /// CPUs that plugging brings.
    pub vcpus_count: u32,
    /// The slot's place.
    pub props: CpuProps,
    /// Path of what sits in it.
    pub qom_path: Option<String>,
}

/// What is typed into a serial port.
#[derive(Default)]
pub(crate) struct SerialInput {
    device: Option<SharedDevice>,
    /// What the guest had no room for.
    typed: VecDeque<u8>,
}

/// A machine.
pub struct Machine {
    pub(crate) config: MachineConfig,
    pub(crate) smp: Smp,
    pub(crate) ram: u64,
    pub(crate) slots: SlotTable,
    pub(crate) numa: Numa,
    pub(crate) memdevs: MemDevs,
    pub(crate) objects: ObjectTree,
    pub(crate) cpus: Vec<Vcpu>,
    pub(crate) sched: Scheduler,
    pub(crate) memory: Arc<AddressSpace>,
    factories: BTreeMap<String, Box<dyn Factory>>,
    pub(crate) start: Start,
    /// CPUs that begin elsewhere, by index.
    pub(crate) starts: BTreeMap<i64, u64>,
    pub(crate) blobs: Vec<Blob>,
    started: Option<Started>,
    /// Who takes what `inject-nmi` sends, on boards that have such a thing.
    pub(crate) nmi: Option<Nmi>,
    /// Who is told of cores that come and go, on boards whose guests have to know.
    pub(crate) core_slots: Option<Arc<dyn CoreSlots>>,
    answers: Arc<dyn cpu::Board>,
    /// What CPUs log, and where.
    log: Option<(Arc<dyn Log>, LogItems)>,
    pub(crate) devices: Vec<SharedDevice>,
    /// Serial ports that take input.
    pub(crate) inputs: [SerialInput; 2],
    pub(crate) power: Arc<Mutex<Vec<PowerRequest>>>,
    pub(crate) state: RunState,
    pub(crate) events: VecDeque<Event>,
    pub(crate) dump: DumpProgress,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) requests: VecDeque<Request>,
    /// Guests stand although the machine runs.
    pub(crate) held: bool,
}

impl Machine {
    /// Checks the configuration and, unless it asks for the preconfig phase, builds the machine.
    ///
    /// # Errors
    /// What the command line's user is to be told; [`Error::option`] names the option at fault.
    pub fn new(config: MachineConfig) -> Result<Machine, Error> {
        let machine = config.machine;
        let (smp, smp_warnings) = smp::complete(&config.smp, machine.smp_rules, machine.default_cpus)?;
        smp::check_limits(&smp, machine.name, machine.min_cpus, machine.max_cpus)?;
        let n = smp.maxcpus;
        let cores = Smp { cpus: smp.cpus, maxcpus: n, sockets: 1, dies: 1, cores: n, threads: 1 };
        let shape = if machine.core_ids { &cores } else { &smp };
        // PCs speak of dies only where a socket has several.
        let levels = |levels: Levels| match machine.smp_rules {
            SmpRules::Pc => Levels { die: levels.die && smp.dies > 1, ..levels },
            _ => levels,
        };
        let slots = match machine.levels {
            Some(_) if machine.cores => SlotTable::by_cores(&smp),
            has => has.map(|has| SlotTable::by_levels(shape, levels(has))).unwrap_or_default(),
        };
        let ram = config.mem.size.unwrap_or(machine.default_ram);
        let clock = config.icount.map_or_else(GuestClock::host, |icount| GuestClock::icount(icount.shift));
        let mut this = Machine {
            smp,
            ram,
            slots,
            numa: Numa::default(),
            memdevs: MemDevs::of_host(),
            objects: ObjectTree::default(),
            cpus: Vec::new(),
            sched: Scheduler::new(Arc::new(clock), config.threading)?,
            memory: Arc::default(),
            factories: BTreeMap::new(),
            start: Start::Reset,
            starts: BTreeMap::new(),
            blobs: Vec::new(),
            started: None,
            core_slots: None,
            nmi: None,
            answers: Arc::new(cpu::PlainBoard),
            log: None,
            devices: Vec::new(),
            inputs: Default::default(),
            power: Arc::default(),
            state: RunState::Preconfig,
            events: VecDeque::new(),
            dump: DumpProgress::default(),
            warnings: smp_warnings.into_iter().map(|text| Warning { option: None, text }).collect(),
            requests: VecDeque::new(),
            held: false,
            config,
        };
        match this.set_up() {
            Ok(()) => Ok(this),
            Err(e) => Err(Error { warnings: this.warnings, ..e }),
        }
    }

    /// Follows the options in QEMU's order.
    fn set_up(&mut self) -> Result<(), Error> {
        self.add_root_objects()?;
        if self.config.cpu.is_some() {
            let model = build::model_text(&self.config);
            self.factories
                .insert(model.clone(), engines::factory(self.config.target, &model, self.config.own_accelerator)?);
        }
        for given in self.config.objects.clone() {
            self.add_object(&given.value, true).map_err(|e| e.of_option(&given.option))?;
        }
        for given in self.config.numa.clone() {
            let option = NumaOption::parse(&given.value).map_err(|e| Error::from(e).of_option(&given.option))?;
            let warnings = self.apply_numa(&option).map_err(|e| e.of_option(&given.option))?;
            self.warn(Some(given.option), warnings);
        }
        if !self.config.preconfig {
            self.init()?;
        }
        Ok(())
    }

    fn add_root_objects(&mut self) -> Result<(), Error> {
        let root = crate::objects::ROOT;
        let machine = self.objects.add(root, "machine", &self.config.machine.type_name());
        props::add_machine(&mut self.objects, machine, &self.config)?;
        for name in ["peripheral", "unattached", "peripheral-anon"] {
            self.objects.add(machine, name, "container");
        }
        Ok(())
    }

    /// Leaves the preconfig phase: completes the nodes and builds the board. Unless `-S` was given the guest starts with the
    /// next [`Machine::advance`].
    ///
    /// # Errors
    /// What makes the configuration impossible; the process should end.
    pub fn init(&mut self) -> Result<(), Error> {
        self.check_preconfig()?;
        self.complete_nodes()?;
        self.config.machine.mem_slots.check(&self.config.mem, self.ram, self.config.machine.name)?;
        let used: Vec<String> = self.numa.nodes().filter_map(|(_, node)| node.memdev.clone()).collect();
        used.iter().for_each(|id| self.memdevs.set_in_use(id));
        let backing = if used.is_empty() { None } else { Some(self.memdevs.take(&used)?) };
        let mut build = Build {
            config: &self.config,
            smp: self.smp,
            ram: self.ram,
            slots: &self.slots,
            numa: &self.numa,
            objects: &mut self.objects,
            backing,
            memory: AddressSpace::new(),
            cpus: Vec::new(),
            devices: Vec::new(),
            console_input: None,
            second_input: None,
            console: self.config.console.clone(),
            start: Start::Reset,
            restart: Vec::new(),
            started: None,
            acknowledge: None,
            nmi: None,
            core_slots: None,
            timebase: None,
            shared: None,
            dma: Dma::default(),
            blobs: Vec::new(),
            warnings: Vec::new(),
            power: power_switch(&self.power, self.sched.attention()),
            sched: &mut self.sched,
        };
        if let Some(name) = &build.config.boot.kernel {
            // In QEMU's words, which programs that start it look for. Not opened: it may be a pipe, which can be read once.
            std::fs::metadata(name).map_err(|e| Error::new(format!("could not load kernel '{name}': {e}")))?;
        }
        (self.config.machine.build)(&mut build)?;
        let plans = build.cpus;
        (self.start, self.started, self.blobs) = (build.start, build.started, build.blobs);
        self.answers =
            Arc::new(Answers { acknowledge: build.acknowledge, timebase: build.timebase, shared: build.shared });
        self.starts.extend(build.restart);
        (self.devices, self.nmi, self.core_slots) = (build.devices, build.nmi, build.core_slots);
        (self.inputs[0].device, self.inputs[1].device) = (build.console_input, build.second_input);
        self.memory = Arc::new(build.memory);
        build.dma.connect(&self.memory);
        self.warnings.extend(build.warnings.into_iter().map(|text| Warning { option: None, text }));
        for plan in plans {
            self.enter(plan)?;
        }
        for given in self.config.devices.clone() {
            if self.config.machine.own_devices.contains(&given.value.driver.as_str()) {
                continue;
            }
            self.device_add(&given.value).map_err(|e| e.of_option(&given.option))?;
        }
        self.state = RunState::Prelaunch;
        if !self.config.stopped {
            self.cont()?;
        }
        Ok(())
    }

    /// Keeps warnings. What QEMU calls deprecated is not so on our own board.
    pub(crate) fn warn(&mut self, option: Option<String>, texts: Vec<String>) {
        let strict = self.config.machine.smp_rules == SmpRules::Strict;
        let told = texts.into_iter().filter(|text| !(strict && text.contains("deprecated")));
        self.warnings.extend(told.map(|text| Warning { option: option.clone(), text }));
    }

    pub(crate) fn check_preconfig(&self) -> Result<(), Error> {
        match self.state {
            RunState::Preconfig => Ok(()),
            _ => Err(Error::new("The command is permitted only in 'preconfig' state")),
        }
    }

    /// Makes a planned CPU and takes it into the lists.
    pub(crate) fn enter(&mut self, plan: Plan) -> Result<(), Error> {
        if !self.factories.contains_key(&plan.model) {
            self.factories.insert(
                plan.model.clone(),
                engines::factory(self.config.target, &plan.model, self.config.own_accelerator)?,
            );
        }
        if self.cpus.is_empty() {
            let warnings = self.factories[&plan.model].warnings(&self.smp);
            self.warn(None, warnings);
        }
        for (name, kind, value) in self.factories[&plan.model].properties() {
            self.objects.set_property(plan.object, name, kind, Arc::clone(value), false);
        }
        self.show_place(plan.object, plan.slot);
        let lines = self.sched.lines(plan.index);
        let clock = Arc::clone(self.sched.clock());
        let mut cpu = self.factories[&plan.model].make(Env {
            index: plan.index as u32,
            lines,
            bus: Arc::clone(&self.memory),
            clock,
            board: Arc::clone(&self.answers),
        });
        if let Some((log, items)) = &self.log {
            cpu.set_log(Some(Arc::clone(log)), *items);
        }
        let qom_path = self.objects.path(plan.object);
        if let Some(slot) = plan.slot {
            let core = qom_path.rsplit_once('/').filter(|_| self.config.machine.cores).map(|(core, _)| core);
            self.slots.slots[slot].occupant = Some(core.unwrap_or(&qom_path).to_string());
        }
        let props = plan.slot.map(|slot| self.slots.slots[slot].props);
        let thread_id = thread::current_id();
        let mut vcpu =
            Vcpu { index: plan.index, qom_path, props, thread_id, cpu, object: plan.object, slot: plan.slot };
        begin(&mut vcpu, &self.start);
        self.cpus.push(vcpu);
        self.sched.add(plan.index);
        self.mark_started(plan.index, true);
        Ok(())
    }

    /// Memory for loaders; what they write is put back at a reset.
    pub(crate) fn store(&mut self) -> Store<'_> {
        Store { memory: &self.memory, blobs: &mut self.blobs }
    }

    /// Puts the CPU at this place of the list at `pc`, now and after each reset.
    pub(crate) fn start_cpu_at(&mut self, place: usize, pc: u64) {
        let vcpu = &mut self.cpus[place];
        vcpu.cpu.set_pc(pc);
        self.starts.insert(vcpu.index, pc);
    }

    pub(crate) fn mark_started(&self, index: i64, on: bool) {
        if let Some(started) = &self.started {
            started.set(index as usize, on);
        }
    }

    /// Makes the CPU of a slot that was free.
    pub(crate) fn plug(&mut self, slot: usize, object: ObjectId) -> Result<(), Error> {
        let model = build::model_text(&self.config);
        self.enter(Plan { index: slot as i64, object, slot: Some(slot), model })?;
        if let Some(board) = self.core_slots.as_ref().filter(|_| self.state != RunState::Preconfig) {
            board.plugged(slot);
            self.sched.wake_all();
        }
        Ok(())
    }

    /// Takes the CPU at this place of the list out of it.
    pub(crate) fn unplug(&mut self, at: usize) {
        let vcpu = self.cpus.remove(at);
        self.sched.remove(at);
        self.mark_started(vcpu.index, false);
    }

    /// Queues an event.
    pub(crate) fn raise(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// What the machine was built from.
    pub fn config(&self) -> &MachineConfig {
        &self.config
    }

    /// The guest architecture.
    pub fn target(&self) -> &'static Target {
        self.config.target
    }

    /// The machine type.
    pub fn machine_type(&self) -> &'static MachineType {
        self.config.machine
    }

    /// Its shape.
    pub fn smp(&self) -> &Smp {
        &self.smp
    }

    /// Its RAM in bytes.
    pub fn ram_size(&self) -> u64 {
        self.ram
    }

    /// Its NUMA nodes.
    pub fn numa(&self) -> &Numa {
        &self.numa
    }

    /// Its CPUs in creation order.
    pub fn cpus(&self) -> &[Vcpu] {
        &self.cpus
    }

    /// Its CPUs, for debuggers.
    pub fn cpus_mut(&mut self) -> &mut [Vcpu] {
        &mut self.cpus
    }

    /// Lets all CPUs, and those that are plugged later, log these items from now on; `None` ends it.
    pub fn set_log(&mut self, log: Option<(Arc<dyn Log>, LogItems)>) {
        for vcpu in &mut self.cpus {
            match &log {
                Some((log, items)) => vcpu.cpu.set_log(Some(Arc::clone(log)), *items),
                None => vcpu.cpu.set_log(None, LogItems::default()),
            }
        }
        self.log = log;
    }

    /// Warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Events since the last call, oldest first.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.events.drain(..).collect()
    }

    /// The run state.
    pub fn state(&self) -> RunState {
        self.state
    }

    /// The possible CPUs, last first.
    ///
    /// # Errors
    /// When the board has no hotplug.
    pub fn hotpluggable_cpus(&self) -> Result<Vec<HotpluggableCpu>, Error> {
        if !self.config.machine.hotplug {
            return Err(Error::new("The feature 'query-hotpluggable-cpus' is not enabled"));
        }
        let kind = build::plug_type(&self.config);
        let show = |slot: &topology::Slot| HotpluggableCpu {
            kind: kind.clone(),
            vcpus_count: slot.vcpus_count,
            props: slot.props,
            qom_path: slot.occupant.clone(),
        };
        Ok(self.slots.slots.iter().rev().map(show).collect())
    }

    /// The memory backends in `query-memdev`'s order.
    pub fn memdevs(&self) -> Vec<&MemDev> {
        self.memdevs.query()
    }

    /// `object-add`.
    ///
    /// # Errors
    /// What [`MemDevs::add`] lists.
    pub fn object_add(&mut self, config: &ObjectConfig) -> Result<(), Error> {
        self.add_object(config, false)
    }

    fn add_object(&mut self, config: &ObjectConfig, cli: bool) -> Result<(), Error> {
        let defaults = (props::flag(&self.objects, "mem-merge"), props::flag(&self.objects, "dump-guest-core"));
        self.memdevs.add(config, defaults, cli)
    }

    /// `object-del`.
    ///
    /// # Errors
    /// When it is not there, or in use.
    pub fn object_del(&mut self, id: &str) -> Result<(), Error> {
        self.memdevs.remove(id)
    }

    /// Whether memory could be plugged into a machine of this target: QEMU's programs for PCs and PowerPC have the devices.
    pub fn knows_memory_devices(&self) -> bool {
        matches!(self.config.target.arch, Arch::X86 | Arch::Ppc)
    }

    /// Takes what the console's user typed.
    pub fn type_in(&mut self, bytes: &[u8]) {
        self.type_into(0, bytes);
    }

    /// Takes what the user of serial port `port` (0 or 1) typed.
    pub fn type_into(&mut self, port: usize, bytes: &[u8]) {
        if let Some(input) = self.inputs.get_mut(port) {
            input.typed.extend(bytes);
        }
    }

    /// Bytes typed into serial port `port` (0 or 1) that the guest has had no room for.
    pub fn typed_ahead(&self, port: usize) -> usize {
        self.inputs.get(port).map_or(0, |input| input.typed.len())
    }

    /// Hands the guest what it has room for. What is typed into a port that the board has not is lost.
    pub(crate) fn feed_console(&mut self) {
        let now = self.sched.clock().now(0);
        for input in self.inputs.iter_mut().filter(|input| !input.typed.is_empty()) {
            let taken = match &input.device {
                Some(device) => device.lock().receive(input.typed.make_contiguous(), now),
                None => input.typed.len(),
            };
            input.typed.drain(..taken);
        }
    }

    /// Lets guests stand, or go on: whoever reads what they print may be behind. The run state stays what it is.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Ends the running round early; other threads use it when they have something for the main loop.
    pub fn attention(&self) -> Attention {
        self.sched.attention()
    }

    /// The physical address space.
    pub fn memory(&self) -> &Arc<AddressSpace> {
        &self.memory
    }

    /// Guest time.
    pub fn clock(&self) -> &Arc<GuestClock> {
        self.sched.clock()
    }

    /// Instructions executed by all CPUs that are there.
    pub fn executed(&self) -> u64 {
        self.cpus.iter().map(|vcpu| vcpu.cpu.executed()).sum()
    }

    /// Lets only these CPUs run, by index, or all: a debugger's scheduler locking.
    pub fn restrict(&mut self, only: Option<Vec<i64>>) {
        self.sched.restrict(only);
    }

    /// Tells the scheduler that registers or lines were changed from outside.
    pub fn wake_all(&mut self) {
        self.sched.wake_all();
    }

    /// The shape of the machine: what its guests, its management and its pictures show. Boards without a table of possible
    /// CPUs are one socket of cores.
    pub fn tree(&self) -> Tree {
        let caches = self.factories.values().next().map_or_else(Vec::new, |factory| factory.caches());
        Tree { caches, ..self.bare_tree() }
    }

    /// The forms in which its guests learn that shape.
    pub fn told(&self) -> impl Iterator<Item = Encoder> {
        let of_cpus = (self.config.target.arch == Arch::X86).then_some(Encoder::Cpuid);
        of_cpus.into_iter().chain(self.config.machine.told.iter().copied())
    }

    fn bare_tree(&self) -> Tree {
        let name = self.config.machine.name;
        if self.config.machine.levels.is_some() {
            return Tree::new(name, self.ram, &self.smp, &self.slots, &self.numa);
        }
        let n = self.smp.cpus;
        let flat = Smp { cpus: n, maxcpus: n, sockets: 1, dies: 1, cores: n, threads: 1 };
        let mut slots = SlotTable::by_levels(&flat, Levels::ALL);
        for (slot, vcpu) in slots.slots.iter_mut().zip(&self.cpus) {
            slot.occupant = Some(vcpu.qom_path.clone());
        }
        Tree::new(name, self.ram, &flat, &slots, &self.numa)
    }
}
