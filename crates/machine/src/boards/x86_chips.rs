//! The chips of a PC and the wires between them: APICs, the ISA parts, the ports, PCI functions, shadow RAM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::x86::irq;
use ::x86::mmu::{APIC_WINDOW, PORTS};
use devices::a20::{A20Gate, Port92};
use devices::acpi_cpus::{AcpiCpus, CPU_PORTS, OspmStatus};
use devices::acpi_pm::{AcpiPm, PmChip};
use devices::debug_ports::{DebugCon, DebugExit};
use devices::hpet::{HPET_BASE, Hpet};
use devices::i8042::I8042;
use devices::ide::{EmptyIde, IDE_COMMAND, IDE_PORTS};
use devices::ioapic::{IOAPIC_BASE, IOAPIC_SIZE, PINS};
use devices::pc_testdev::{FlushPage, TestInterrupts, TestMemory, TestPorts};
use devices::pci::{Field, PciBus, PciFunction};
use devices::pci_ports::PciPorts;
use devices::percpu::Started;
use devices::unimp::OpenBus;
use devices::{ApicLines, Apics, I8254, I8259, IoApic, Mc146818, Ns16550a, Ns16550aConfig, PortBase, Ports};
use memory::{Bank, BankSwitch, Line, Ram, SharedDevice};

use crate::boards::mips::{self, LITTLE};
use crate::boards::x86::RamMap;
use crate::build::{Build, CoreSlots, Nmi};
use crate::error::Error;
use crate::sched::Attention;

/// Clock of the UARTs in Hz.
const UART_HZ: u64 = 1_843_200;
/// Shadow RAM: where its thirteen parts are, and how long each is.
const SHADOW: (u64, u64) = (0xc_0000, 0x4000);
const SHADOW_PARTS: usize = 12;
const BIOS_PART: (u64, u64) = (0xf_0000, 0x1_0000);
const MIB: u64 = 1 << 20;

/// Where local APICs are after a reset.
const NO_APIC: (u64, u64) = (0xfee0_0000, 0x1000);
/// Where the memory of `pc-testdev` is.
const TESTDEV_MEMORY: u64 = 0xff00_0000;

/// Which of the optional chips a board has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fitted {
    pub(crate) pic: bool,
    pub(crate) pit: bool,
    pub(crate) rtc: bool,
    pub(crate) keyboard: bool,
    pub(crate) serials: usize,
    /// Which interrupts the HPET's timers can be routed to; `None` without an HPET.
    pub(crate) hpet: Option<u32>,
    /// Version of the I/O APIC.
    pub(crate) io_apic: u8,
}

impl Fitted {
    /// What all but the smallest have.
    pub(crate) const ALL: Fitted =
        Fitted { pic: true, pit: true, rtc: true, keyboard: true, serials: 2, hpet: Some(4), io_apic: 0x20 };
}

/// A PC in the making.
pub(crate) struct Chips {
    /// Everything at ports.
    pub(crate) ports: Ports,
    /// The wires of global system interrupts: the first sixteen reach both kinds of controllers.
    pub(crate) gsi: Vec<Line>,
}

impl Chips {
    /// Puts the processors' APICs, the controllers and the ISA parts together.
    pub(crate) fn new(board: &mut Build<'_>, map: &RamMap, fitted: &Fitted) -> Result<Chips, Error> {
        let apics = add_apics(board)?;
        let pic = I8259::new(if fitted.pic { apics.pic_line() } else { Line::unconnected() });
        let of_pic = pic.clone();
        let of_apics = apics.clone();
        board.acknowledge = Some(Arc::new(move |cpu, line| acknowledge(&of_apics, &of_pic, cpu as usize, line)));
        let io_apic = IoApic::new(fitted.io_apic, &apics);
        board.device("ioapic", IOAPIC_BASE, IOAPIC_SIZE, LITTLE, io_apic.clone())?;
        let gsi = (0..PINS).map(|n| wire(&pic, &io_apic, n, fitted.pic)).collect();
        // The second pin of all local APICs.
        board.nmi = Some(Nmi::Wire(apics.nmi_line()));
        let mut chips = Chips { ports: Ports::new(), gsi };
        if fitted.pic {
            let controllers = board.part(pic);
            for (first, len) in [(0x20, 2), (0xa0, 2), (0x4d0, 2)] {
                chips.ports.add(first, len, 1, &controllers, u64::from(first));
            }
        }
        chips.add_timers(board, map, fitted, &io_apic)?;
        chips.add_serials(board, fitted.serials);
        chips.add_reset(board, fitted.keyboard);
        chips.add_asked_for(board)?;
        Ok(chips)
    }

    /// The 8254, the clock, and the HPET, which can take their interrupts over.
    fn add_timers(
        &mut self,
        board: &mut Build<'_>,
        map: &RamMap,
        fitted: &Fitted,
        io_apic: &IoApic,
    ) -> Result<(), Error> {
        let taken = Arc::new(AtomicBool::new(false));
        let unless_taken = |line: &Line| {
            let (line, taken) = (line.clone(), taken.clone());
            Line::new(move |level| line.set(level && !taken.load(Ordering::Relaxed)))
        };
        let (timer, clock) = (unless_taken(&self.gsi[0]), unless_taken(&self.gsi[8]));
        if let Some(routes) = fitted.hpet {
            let legacy = Line::new(move |level| taken.store(level, Ordering::Relaxed));
            // "Legacy replacement": timer 0 comes by interrupt 0 of the 8259A and pin 2 of the I/O APIC.
            let mut lines = self.gsi.clone();
            let (pin, zero) = (io_apic.line(2), self.gsi[0].clone());
            lines[2] = Line::new(move |level| {
                pin.set(level);
                zero.set(level);
            });
            let hpet = Hpet::new(lines, routes, legacy);
            board.device("hpet", HPET_BASE.0, HPET_BASE.1, LITTLE, hpet)?;
        }
        if fitted.pit {
            let pit = board.part(I8254::new(timer));
            self.ports.add(0x40, 4, 1, &pit, 0);
            self.ports.add(0x61, 1, 1, &pit, 4);
        }
        if fitted.rtc {
            let clock = Mc146818::new(mips::start_time(board), clock).with_memory(&cmos(map));
            let clock = board.part(clock.with_cpus(board.started.clone()));
            self.ports.add(0x70, 2, 1, &clock, 0);
        }
        Ok(())
    }

    fn add_serials(&mut self, board: &mut Build<'_>, serials: usize) {
        for (port, (first, gsi)) in [(0x3f8, 4), (0x2f8, 3)].into_iter().enumerate().take(serials) {
            let config = Ns16550aConfig { shift: 0, clock_hz: UART_HZ };
            let uart = board.part(Ns16550a::new(config, self.gsi[gsi].clone(), mips::sink(board, port)));
            self.ports.add(first, 8, 1, &uart, 0);
            mips::typed_into(board, port, &uart);
        }
    }

    /// The keyboard controller and port 0x92, which reset and gate A20.
    fn add_reset(&mut self, board: &mut Build<'_>, keyboard: bool) {
        let off = (0..i64::from(board.smp.maxcpus)).map(|n| board.line(n, irq::A20_OFF)).collect();
        let gate = A20Gate::new(off);
        let port92 = board.part(Port92::new(gate.clone(), board.power.clone()));
        if keyboard {
            let (key, mouse) = (self.gsi[1].clone(), self.gsi[12].clone());
            let controller = board.part(I8042::new(key, mouse, gate, board.power.clone()));
            self.ports.add(0x60, 1, 1, &controller, 0);
            self.ports.add(0x64, 1, 1, &controller, 4);
            self.ports.add(0x92, 1, 1, &port92, 0);
        }
    }

    /// The ISA devices that the user asked for.
    fn add_asked_for(&mut self, board: &mut Build<'_>) -> Result<(), Error> {
        for given in board.config.devices.clone() {
            let device = &given.value;
            let number = |name: &str, default: u64| {
                let value = device.props.iter().rev().find(|(key, _)| key == name);
                let global = || {
                    let mut globals = board.config.globals.iter().rev();
                    globals
                        .find(|global| global.driver == device.driver && global.prop == name)
                        .map(|g| g.value.clone())
                };
                let text = value.map(|(_, value)| value.text().unwrap_or_default()).or_else(global);
                let Some(text) = text else { return Ok(default) };
                let fault = || Error::new(format!("Parameter '{name}' expects uint32")).of_option(&given.option);
                topology::opts::uint(&text).ok_or_else(fault)
            };
            match device.driver.as_str() {
                "isa-debug-exit" => {
                    let (base, size) = (number("iobase", 0x501)?, number("iosize", 2)?);
                    let part = board.part(DebugExit::new(board.power.clone()));
                    self.ports.add(base as u16, size as u16, 4, &part, 0);
                }
                "isa-debugcon" => {
                    let (base, readback) = (number("iobase", 0xe9)?, number("readback", 0xe9)?);
                    let sink = Box::new(board.config.debug_console.clone());
                    let part = board.part(DebugCon::new(sink, readback as u8));
                    self.ports.add(base as u16, 1, 1, &part, 0);
                }
                "pc-testdev" => self.add_testdev(board)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_testdev(&mut self, board: &mut Build<'_>) -> Result<(), Error> {
        let ports = board.part(TestPorts::default());
        self.ports.add(0xe0, 4, 4, &ports, 0);
        self.ports.add(0xe8, 4, 1, &ports, 0);
        let flush = board.part(FlushPage);
        self.ports.add(0xe4, 4, 4, &flush, 0);
        let interrupts = board.part(TestInterrupts::new(self.gsi.clone()));
        self.ports.add(0x2000, self.gsi.len() as u16, 1, &interrupts, 0);
        board.device("pc-testdev", TESTDEV_MEMORY, TestMemory::LEN, LITTLE, TestMemory::default())?;
        Ok(())
    }

    /// The PCI bus with its ports, and the fixed power management registers, which `place` puts somewhere when the bus is made.
    pub(crate) fn add_pci(&mut self, board: &mut Build<'_>, functions: Vec<PciFunction>) -> PciBus {
        let bus = PciBus::new(functions);
        let ports = board.part(PciPorts::new(bus.clone(), board.power.clone()));
        self.ports.add(0xcf8, 8, 4, &ports, 0);
        bus
    }

    /// Power management: its registers at `base`, the APM ports, and general-purpose events at `events` if they are apart.
    pub(crate) fn add_pm(
        &mut self,
        board: &mut Build<'_>,
        chip: PmChip,
        base: &PortBase,
        events: Option<u16>,
    ) -> AcpiPm {
        let pm = AcpiPm::new(chip, self.gsi[9].clone(), board.power.clone());
        let part = board.part(pm.clone());
        self.ports.add_movable(base, if events.is_some() { 0x40 } else { 0x80 }, 4, &part, 0);
        let apm = board.part(pm.apm());
        self.ports.add(0xb2, 2, 1, &apm, 0);
        if let Some(first) = events {
            let part = board.part(pm.events());
            self.ports.add(first, chip.gpe_len as u16, 4, &part, 0);
        }
        pm
    }

    /// The registers of CPUs that come and go, at 32 ports from `first` on.
    pub(crate) fn add_hotplug(&mut self, board: &mut Build<'_>, first: u16, pm: &AcpiPm) {
        let smp = board.smp;
        let ids = board.config.machine.apic_ids.ids(&smp);
        let ids = (0..smp.maxcpus).map(|n| ids.as_ref().map_or(n, |ids| ids.of_index(n))).collect();
        let Some(started) = board.started.clone() else { return };
        let cpus = AcpiCpus::new(ids, started, pm.clone(), board.power.clone());
        let part = board.part(cpus.clone());
        self.ports.add(first, CPU_PORTS, 4, &part, 0);
        board.core_slots = Some(Arc::new(Slots(cpus)));
    }

    /// Both IDE channels, without drives.
    pub(crate) fn add_ide(&mut self, board: &mut Build<'_>) {
        for (command, control) in IDE_PORTS {
            let channel = board.part(EmptyIde);
            self.ports.add(command, IDE_COMMAND, 4, &channel, 0);
            self.ports.add(control, 1, 1, &channel, 0);
        }
    }

    /// Maps all ports.
    pub(crate) fn finish(self, board: &mut Build<'_>) -> Result<(), Error> {
        board.device("ports", PORTS, 0x1_0000, LITTLE, self.ports)?;
        Ok(())
    }

    /// Adds a device at ports.
    pub(crate) fn add(&mut self, first: u16, len: u16, width: u32, device: &SharedDevice) {
        self.ports.add(first, len, width, device, 0);
    }
}

/// The board, as CPUs that come and go see it.
struct Slots(AcpiCpus);

impl CoreSlots for Slots {
    fn plugged(&self, slot: usize) {
        self.0.plugged(slot);
    }

    fn ask_back(&self, slot: usize) -> bool {
        self.0.ask_back(slot)
    }

    fn removed(&self, _: usize) {}

    fn ospm_status(&self) -> Vec<OspmStatus> {
        self.0.ospm_status()
    }
}

/// The wire of global system interrupt `n`. The 8254's, which is 0, is at pin 2 of the I/O APIC.
fn wire(pic: &I8259, io_apic: &IoApic, n: usize, has_pic: bool) -> Line {
    let pin = io_apic.line(if n == 0 { 2 } else { n });
    if n >= 16 || n == 2 || !has_pic {
        return pin;
    }
    let input = pic.line(n as u8);
    Line::new(move |level| {
        input.set(level);
        pin.set(level);
    })
}

/// What firmware reads of the machine in the clock's memory ("CMOS RAM" of PCs, and QEMU's own bytes from 0x5b on).
fn cmos(map: &RamMap) -> Vec<(u8, u8)> {
    let mut out = vec![(0x14, 0x06), (0x3d, 0x02)];
    let mut word = |at: u8, value: u64| out.extend([(at, value as u8), (at + 1, (value >> 8) as u8)]);
    let extended = (map.below.saturating_sub(MIB) >> 10).min(0xffff);
    word(0x15, 640);
    word(0x17, extended);
    word(0x30, extended);
    // From 16 MiB on, and from 4 GiB on, in units of 64 KiB.
    word(0x34, (map.below.saturating_sub(16 * MIB) >> 16).min(0xffff));
    let high = map.above >> 16;
    word(0x5b, high);
    out.push((0x5d, (high >> 16) as u8));
    out
}

fn acknowledge(apics: &Apics, pic: &I8259, cpu: usize, line: u32) -> u64 {
    match line {
        irq::INTR => u64::from(apics.acknowledge(cpu).unwrap_or_else(|| pic.acknowledge())),
        irq::NMI => {
            apics.acknowledge_nmi(cpu);
            2
        }
        irq::INIT => {
            apics.acknowledge_init(cpu);
            0
        }
        irq::SIPI => u64::from(apics.acknowledge_startup(cpu)),
        _ => 0,
    }
}

/// A local APIC for each possible CPU, in its window.
fn add_apics(board: &mut Build<'_>) -> Result<Apics, Error> {
    let n = board.smp.maxcpus;
    let ids = board.config.machine.apic_ids.ids(&board.smp);
    let id = |index: u32| ids.as_ref().map_or(index, |ids| ids.of_index(index));
    let mut units = Vec::new();
    for index in 0..n {
        let mut line = |line| board.line(i64::from(index), line);
        let lines =
            ApicLines { intr: line(irq::INTR), nmi: line(irq::NMI), init: line(irq::INIT), startup: line(irq::SIPI) };
        units.push((id(index), lines));
    }
    let ids: Vec<u32> = (0..n).map(id).collect();
    let smp = &board.smp;
    board.shared = Some(Arc::new(::x86::model::Shape {
        apic_ids: ids,
        threads: smp.threads.max(1),
        cores: smp.cores.max(1),
        dies: smp.dies.max(1),
        shifts: topology::ApicIds::new(smp).shifts(),
    }));
    let started = Started::new(n as usize);
    board.started = Some(started.clone());
    let apics = Apics::new(units, move |n| started.get(n));
    for index in 0..u64::from(n) {
        let page = apics.page(index as usize);
        board.device("apic", APIC_WINDOW + (index << 12), 0x1000, LITTLE, page)?;
    }
    // What CPUs find at its usual place whose APIC is off, or elsewhere, or has no page.
    board.device("no-apic", NO_APIC.0, NO_APIC.1, LITTLE, OpenBus)?;
    Ok(apics)
}

/// Shadow RAM: a switch for each part, the one of the BIOS last.
pub(crate) struct Shadow {
    parts: Vec<BankSwitch>,
    attention: Attention,
}

/// Bits of an attribute in a register of the host bridge.
const READ_RAM: u8 = 1;
const WRITE_RAM: u8 = 2;

impl Shadow {
    /// Sets the parts as the seven registers at `registers` say (82441FX, "Programmable Attribute Map Registers"): the BIOS's is the upper
    /// half of the first, the others follow from the lowest address on, the lower half first.
    pub(crate) fn set(&self, registers: &[u8]) {
        let mut moved = false;
        for (n, part) in self.parts.iter().enumerate() {
            let attribute = match n {
                SHADOW_PARTS => registers[0] >> 4,
                n => registers[1 + n / 2] >> (4 * (n % 2)),
            };
            moved |= part.set(usize::from(attribute & (READ_RAM | WRITE_RAM)));
        }
        if moved {
            self.attention.kick();
        }
    }

    /// Makes all of it RAM, for boards where nothing can protect it.
    pub(crate) fn open(&self) {
        self.set(&[0xff; 7]);
    }
}

/// Where ROMs of cards would be: of none here, so that they are zero. Start and length.
const OPTION_ROMS: (u64, u64) = (0xc_0000, 0x2_0000);

/// Maps RAM below 4 GiB with shadow RAM over `rom`, and above.
pub(crate) fn add_ram(board: &mut Build<'_>, map: &RamMap, rom: &Arc<Ram>) -> Result<Shadow, Error> {
    let fault = |e: memory::Overlap| Error::new(e.to_string());
    let size = map.below.max(MIB).next_multiple_of(memory::PAGE_SIZE);
    let ram = match map.below < MIB {
        // Firmware counts on RAM up to there, however little there is.
        true => Arc::new(Ram::new(MIB).map_err(|e| Error::new(format!("cannot set up guest memory: {e}")))?),
        false => board.main_ram()?,
    };
    let memory = &mut board.memory;
    // No display adapter lies over the RAM from 0xa_0000 on.
    memory.map_ram_part("pc.ram", 0, &ram, 0, OPTION_ROMS.0, true).map_err(fault)?;
    if size > MIB {
        memory.map_ram_part("pc.ram", MIB, &ram, MIB, size - MIB, true).map_err(fault)?;
    }
    let option_roms = Ram::new(OPTION_ROMS.1).map_err(|e| Error::new(format!("cannot set up guest memory: {e}")))?;
    let option_roms = Arc::new(option_roms);
    let mut parts = Vec::new();
    let ranges = (0..SHADOW_PARTS as u64).map(|n| (SHADOW.0 + n * SHADOW.1, SHADOW.1)).chain([BIOS_PART]);
    for (start, len) in ranges {
        // The last 128 KiB of the ROM show below 1 MiB.
        let in_rom = rom.len().checked_sub(MIB - start).map(|at| (Arc::clone(rom), at));
        let rom = match start.checked_sub(OPTION_ROMS.0).filter(|&at| at < OPTION_ROMS.1) {
            Some(at) => Some((Arc::clone(&option_roms), at)),
            None => in_rom,
        };
        let ram = Some((Arc::clone(&ram), start));
        let bank = |attribute: u8| Bank {
            read: if attribute & READ_RAM != 0 { ram.clone() } else { rom.clone() },
            write: if attribute & WRITE_RAM != 0 { ram.clone() } else { None },
        };
        parts.push(memory.map_banks("shadow", start, len, (0..4).map(bank).collect()).map_err(fault)?);
    }
    if map.above > 0 {
        memory.map_ram_part("pc.ram.high", 1 << 32, &ram, map.below, map.above, true).map_err(fault)?;
    }
    Ok(Shadow { parts, attention: board.sched.attention() })
}

/// Subsystem of QEMU's functions.
pub(crate) const SUBSYSTEM: Field = (0x2c, 4, 0x1100_1af4, 0);
