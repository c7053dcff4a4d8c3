//! `ppce500`: the e500 board that exists in emulators only, and `mpc8544ds`, Freescale's development system, as far as the former is like it.
//!
//! MPC8544E Reference Manual, chapter 2, "Memory Map", for what lies behind CCSRBAR; ePAPR 1.1 for how programs begin: r3 has the devicetree's address, r6 says that it is
//! ePAPR, r7 how much memory is mapped. Other CPUs wait in the spin table.
//!
//! | from (ppce500, mpc8544ds)    | what |
//! |------------------------------|------|
//! | 0x0_0000_0000                | RAM |
//! | 0xf_e000_0000, 0x0_e000_0000 | CCSR: I2C at 0x3000, DUART at 0x4500, PCI at 0x8000, MPIC at 0x40000, global utilities at 0xe0000, pins at 0xff000 |
//! | 0xf_ef00_0000, 0x0_ef00_0000 | spin table |

use ::ppc::board::{Entry, Map};
use devices::e500::{GPIO_SIZE, GUTS_SIZE, Gpio, Guts, SpinTable};
use devices::mpic::{MPIC_SIZE, Mpic, MpicCpu, MpicVersion};
use devices::pci::{PciBus, PciFunction};
use devices::pci_index::{Addressing, PciIndex};
use devices::registers::{Registers, Word};
use devices::{Ns16550a, Ns16550aConfig, PowerRequest};
use loader::LoadTarget;
use memory::Line;

use crate::boards::ppc::{self, BIG, LITTLE, MIB, Program, irq};
use crate::boards::ppce500_tree::{self as tree, Chosen};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// `ppce500`.
pub static PPCE500: MachineType = MachineType {
    name: "ppce500",
    desc: "generic paravirt e500 platform",
    arches: &[Arch::Ppc],
    max_cpus: 32,
    default_model: MODEL,
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};
/// `mpc8544ds`.
pub static MPC8544DS: MachineType =
    MachineType { name: "mpc8544ds", desc: "mpc8544ds", max_cpus: 15, serials: 2, ..PPCE500 };

const MODEL: &[(&str, &str)] = &[("ppc", "e500v2_v30"), ("ppc64", "e500v2_v30")];

/// Ticks of the time base and of the bus in a second.
pub(crate) const CLOCK_HZ: u32 = 400_000_000;
/// "PCIx in the MPC8544": internal source 0 is source 16.
pub(crate) const UART_IRQ: u32 = 42;
pub(crate) const I2C_IRQ: u32 = 43;
pub(crate) const GPIO_IRQ: u32 = 47;

/// Where things are on one of the boards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) ccsr: u64,
    pub(crate) spin: u64,
    pub(crate) pci_memory: u64,
    pub(crate) pci_bus_memory: u32,
    pub(crate) pci_io: u64,
    pub(crate) pci_slots: (u32, u32),
    /// It has pins and a platform bus.
    pub(crate) paravirtual: bool,
    pub(crate) mpic: MpicVersion,
    pub(crate) model: &'static str,
    pub(crate) compatible: &'static [&'static str],
}

static PARAVIRTUAL: Places = Places {
    ccsr: 0xf_e000_0000,
    spin: 0xf_ef00_0000,
    pci_memory: 0xc_0000_0000,
    pci_bus_memory: 0xe000_0000,
    pci_io: 0xf_e100_0000,
    pci_slots: (1, 32),
    paravirtual: true,
    mpic: MpicVersion { brr1: 0x40_0402, last_source: 195 },
    model: "QEMU ppce500",
    compatible: &["fsl,qemu-e500"],
};
static DEVELOPMENT: Places = Places {
    ccsr: 0xe000_0000,
    spin: 0xef00_0000,
    pci_memory: 0xc000_0000,
    pci_bus_memory: 0xc000_0000,
    pci_io: 0xe100_0000,
    pci_slots: (0x11, 0x13),
    paravirtual: false,
    mpic: MpicVersion { brr1: 0x40_0200, last_source: 79 },
    model: "MPC8544DS",
    compatible: &["MPC8544DS", "MPC85xxDS"],
};

/// Offsets from CCSRBAR.
const I2C: u64 = 0x3000;
const UARTS: [u64; 2] = [0x4500, 0x4600];
const PCI: u64 = 0x8000;
const MPIC: u64 = 0x4_0000;
const GUTS: u64 = 0xe_0000;
const GPIO: u64 = 0xf_f000;

/// Where a program is put that doesn't say so, and U-Boot's entry.
const RAW: u64 = 0;
const FIRMWARE_ENTRY: u64 = 0xf0_0000;
const FIRMWARE: &str = "u-boot.e500";
/// "ePAP".
const EPAPR_MAGIC: u64 = 0x4550_4150;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let places = if board.config.machine.name == PPCE500.name { &PARAVIRTUAL } else { &DEVELOPMENT };
    ppc::add_cpus(board);
    board.ram("mpc8544ds.ram", 0, board.ram)?;
    let mpic = add_mpic(board, places)?;
    add_ccsr(board, places, &mpic)?;
    let entry = boot(board, places)?;
    let waiting = (1..board.smp.cpus).map(|_| None);
    let shared = ppc::share(board, CLOCK_HZ, std::iter::once(Some(entry)).chain(waiting).collect());
    let release = Box::new(move |cpu: usize, address: u64, r3: u64| shared.release(cpu, secondary(address, r3)));
    board.device("e500 spin pv device", places.spin, 32 * 32, BIG, SpinTable::new(32, release))?;
    ppc::fill(board, 1 << 36)
}

/// A CPU that the table lets go has the 64 MiB around its program at 0.
fn secondary(address: u64, r3: u64) -> Entry {
    let size = 64 * MIB;
    let map = Map { number: 1, effective: 0, real: address & !(size - 1), size, supervisor: false };
    Entry { pc: address & (size - 1), registers: vec![(3, r3), (7, size)], maps: vec![map], msr: 0 }
}

fn add_mpic(board: &mut Build<'_>, places: &Places) -> Result<Mpic, Error> {
    let cpus = (0..i64::from(board.smp.cpus))
        .map(|n| MpicCpu { external: board.line(n, irq::EXTERNAL), critical: board.line(n, irq::CRITICAL) });
    // Timers count the bus clock divided by 8, which is given as 25 MHz.
    let mpic = Mpic::new(places.mpic, cpus.collect(), 40);
    board.device("openpic", places.ccsr + MPIC, MPIC_SIZE, BIG, mpic.clone())?;
    board.objects.add_anonymous("openpic");
    Ok(mpic)
}

fn add_ccsr(board: &mut Build<'_>, places: &Places, mpic: &Mpic) -> Result<(), Error> {
    let at = |offset: u64| places.ccsr + offset;
    board.objects.add_anonymous("e500-ccsr");
    // The control and status registers of an I2C bus on which nobody answers: transfer complete, no acknowledge.
    let words = [Word::kept(0, 0), Word::kept(4, 0), Word::kept(8, 0), Word::fixed(12, 0x81), Word::kept(16, 0)];
    board.device("mpc-i2c", at(I2C), 0x14, BIG, Registers::new(1, &words))?;
    let serial = Ns16550aConfig { shift: 0, clock_hz: 399_193 * 16 };
    let first = Ns16550a::new(serial, mpic.line(UART_IRQ as usize), Box::new(board.console.clone()));
    board.console_input = Some(board.device("serial", at(UARTS[0]), 8, BIG, first)?);
    if board.config.machine.serials > 1 {
        let second = Ns16550a::new(serial, mpic.line(UART_IRQ as usize), Box::new(board.config.second_console.clone()));
        board.second_input = Some(board.device("serial", at(UARTS[1]), 8, BIG, second)?);
    }
    let guts = Guts::new(0x8021_0030, 0, board.power.clone());
    board.device("mpc8544.guts", at(GUTS), GUTS_SIZE, BIG, guts)?;
    board.objects.add_anonymous("mpc8544-guts");
    if places.paravirtual {
        let power = board.power.clone();
        let off = Line::new(move |on| {
            if on {
                power.request(PowerRequest::Shutdown { code: 0 });
            }
        });
        board.device("mpc8xxx_gpio", at(GPIO), GPIO_SIZE, BIG, Gpio::new(vec![(0, off)]))?;
        board.objects.add_anonymous("mpc8xxx_gpio");
    }
    add_pci(board, at(PCI))
}

/// The host bridge: configuration registers and address windows, which nothing is behind.
fn add_pci(board: &mut Build<'_>, at: u64) -> Result<(), Error> {
    // MPC8544E Reference Manual, chapter 17: Freescale, class Power PC.
    let bridge = [(0, 4, 0x0030_1957, 0), (4, 2, 0, 0x147), (8, 4, 0x0b20_0000, 0), (0x0e, 1, 1, 0)];
    let bus = PciBus::new(vec![PciFunction::new(0, 0, &bridge)]);
    let index = board.part(PciIndex::new(bus, Addressing::Mechanism1));
    for (name, offset, endian) in [("pci-conf-idx", 0, BIG), ("pci-conf-data", 4, LITTLE)] {
        let mapped = board.memory.map_device_part(name, at + offset, 4, endian, &index, offset);
        mapped.map_err(|e| Error::new(e.to_string()))?;
    }
    let words: Vec<Word> = (0..0x100).map(|n| Word::kept(4 * n, 0)).collect();
    board.device("pci.reg", at + 0xc00, 0x400, BIG, Registers::new(4, &words))?;
    board.objects.add_anonymous("e500-pcihost");
    Ok(())
}

/// The address behind `at` where the next thing goes.
fn behind(at: u64, gap: u64, align: u64) -> u64 {
    (at + gap) & !(align - 1)
}

/// Loads program, kernel and RAM disk, and the devicetree; says how the first CPU begins.
fn boot(board: &mut Build<'_>, places: &Places) -> Result<Entry, Error> {
    let files = board.config.boot.clone();
    let bios = files.bios.clone().filter(|name| name != "none" && name != "default");
    let program = match (&bios, &files.kernel) {
        (Some(name), _) => {
            let name = crate::firmware::named(name, &files.firmware_dirs);
            ppc::load_program(board, &name, RAW)?
        }
        (None, Some(name)) => ppc::load_program(board, name, RAW)?,
        (None, None) => default_firmware(board)?,
    };
    let mut next = program.high.max(32 * MIB);
    let mut chosen = Chosen { append: files.append.clone(), kernel: None, initrd: None };
    if bios.is_some() {
        chosen.kernel = files.kernel.as_deref().map(|name| blob(board, name, next)).transpose()?;
        next += chosen.kernel.map_or(0, |(_, size)| size);
    } else if files.kernel.is_some() {
        chosen.kernel = Some((program.low, program.high - program.low));
    }
    if let Some(name) = &files.initrd {
        let at = behind(next, 32 * MIB, 16 * MIB);
        chosen.initrd = Some(blob(board, name, at)?);
    }
    let dtb_at = behind(program.high, 24 * MIB, MIB);
    let dtb = match &files.dtb {
        Some(name) => read_file(name)?,
        None => tree::build(board, places, &chosen).to_dtb().map_err(|e| Error::new(e.to_string()))?,
    };
    if dtb_at + (dtb.len() as u64) <= board.ram {
        board.store().write(dtb_at, &dtb).map_err(|e| Error::new(format!("devicetree: {e}")))?;
    } else if files.kernel.is_some() || bios.is_some() {
        return Err(Error::new(format!("no room for the devicetree at {dtb_at:#x}")));
    }
    Ok(first(program.entry, dtb_at, dtb.len() as u64))
}

fn blob(board: &mut Build<'_>, name: &str, at: u64) -> Result<(u64, u64), Error> {
    let bytes = read_file(name)?;
    loader::load_initrd(name, &bytes, at, &mut board.store()).map_err(ppc::fault)?;
    Ok((at, bytes.len() as u64))
}

/// U-Boot, if it is installed.
fn default_firmware(board: &mut Build<'_>) -> Result<Program, Error> {
    let name = crate::firmware::named(FIRMWARE, &board.config.boot.firmware_dirs);
    if std::path::Path::new(&name).is_file() {
        return ppc::load_program(board, &name, RAW);
    }
    board.warnings.push(format!("no firmware '{FIRMWARE}' found; name a program with -kernel or -bios"));
    Ok(Program { entry: FIRMWARE_ENTRY, low: FIRMWARE_ENTRY, high: FIRMWARE_ENTRY })
}

/// ePAPR 1.1, 5.4.1, "Boot CPU Initial Register State": the mapped area holds everything up to the devicetree's end. Pages of TLB1 are powers of 4.
fn first(pc: u64, dtb: u64, dtb_size: u64) -> Entry {
    let power = ((dtb + dtb_size) / 1024).ilog2() + 1;
    let size = 1024 << power.next_multiple_of(2);
    let registers = vec![(1, 16 * MIB - 8), (3, dtb), (6, EPAPR_MAGIC), (7, size)];
    let map = Map { number: 0, effective: 0, real: 0, size, supervisor: false };
    Entry { pc, registers, maps: vec![map], msr: 0 }
}
