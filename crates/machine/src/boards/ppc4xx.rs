//! `bamboo`, `sam460ex` and `virtex-ml507`: boards with a PowerPC 440, on which a program begins with all memory mapped and a devicetree's address in r3.
//!
//! AMCC PPC440EP and PPC460EX Embedded Processor User's Manuals, "Memory Map"; Xilinx UG347, "ML505/ML506/ML507 Evaluation Platform". `bamboo` and `sam460ex` have universal
//! interrupt controllers, reached as the clock, memory and system registers are: by device control registers.
//!
//! | bamboo      | sam460ex      | virtex-ml507 | what |
//! |-------------|---------------|--------------|------|
//! | 0x0000_0000 | 0x0_0000_0000 | 0x0000_0000  | RAM |
//! | 0xef60_0300 | 0x4_ef60_0300 | 0x83e0_1003  | 16550 |
//! | 0xeec0_0000 | 0xc_0ec0_0000 |              | PCI configuration |
//! |             |               | 0x8180_0000  | interrupt controller |
//! |             |               | 0x83c0_0000  | timers |

use std::collections::BTreeMap;

use ::ppc::board::{Dcrs, Entry, Map};
use devices::pci::{PciBus, PciFunction};
use devices::pci_index::{Addressing, PciIndex};
use devices::registers::{Registers, Word};
use devices::uic::{UIC_REGISTERS, Uic};
use devices::xps::{XPS_SIZE, XpsIntc, XpsTimer};
use devices::{Ns16550a, Ns16550aConfig, Sink};
use loader::{Fdt, LoadTarget};
use memory::Line;
use parking_lot::Mutex;

use crate::boards::ppc::{self, BIG, LITTLE, MIB, irq};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

const FOUR: MachineType = MachineType {
    arches: &[Arch::Ppc],
    targets: &["ppc"],
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};

/// `bamboo`.
pub static BAMBOO: MachineType =
    MachineType { name: "bamboo", desc: "bamboo", default_model: &[("ppc", "440epb")], serials: 2, ..FOUR };
/// `sam460ex`.
pub static SAM460EX: MachineType = MachineType {
    name: "sam460ex",
    desc: "aCube Sam460ex",
    default_model: &[("ppc", "460exb")],
    default_ram: 512 << 20,
    serials: 2,
    ..FOUR
};
/// `virtex-ml507`.
pub static VIRTEX: MachineType = MachineType {
    name: "virtex-ml507",
    desc: "Xilinx Virtex ML507 reference design",
    default_model: &[("ppc", "440-xilinx")],
    ..FOUR
};

/// What the boards differ in.
struct Row {
    name: &'static str,
    compatible: &'static str,
    clock_hz: u32,
    ram_name: &'static str,
    /// 16550s: address, how far registers are apart, source of interrupts.
    serials: &'static [(u64, u32, u32)],
    serial_hz: u64,
    /// Where the PCI bridge's registers are: configuration, its own, and its vendor and device.
    pci: Option<(u64, u64, u32)>,
    /// Sources of the first controller that others lead to: normal interrupt, critical one.
    cascade: &'static [(u32, u32)],
    /// The controller that has the serial ports.
    serial_uic: usize,
    /// Where programs are put that don't say so, and begin when there is none.
    raw: u64,
    idle: u64,
    dtb: u64,
}

static ROWS: [Row; 3] = [
    Row {
        name: "bamboo",
        compatible: "amcc,bamboo",
        clock_hz: 400_000_000,
        ram_name: "ppc4xx.sdram",
        serials: &[(0xef60_0300, 0, 0), (0xef60_0400, 0, 1)],
        serial_hz: 11_059_200,
        pci: Some((0xeec0_0000, 0xef40_0000, 0x027f_1014)),
        cascade: &[],
        serial_uic: 0,
        raw: 16 * MIB,
        idle: 0xffff_fffc,
        dtb: 24 * MIB,
    },
    Row {
        name: "sam460ex",
        compatible: "amcc,canyonlands",
        clock_hz: 50_000_000,
        ram_name: "ppc4xx.sdram",
        serials: &[(0x4_ef60_0300, 0, 1), (0x4_ef60_0400, 0, 1)],
        serial_hz: 11_059_200,
        pci: Some((0xc_0ec0_0000, 0xc_0ec8_0000, 0x027f_1014)),
        cascade: &[(30, 31), (10, 11), (16, 17)],
        serial_uic: 1,
        raw: 16 * MIB,
        idle: 0xffff_fffc,
        dtb: 24 * MIB,
    },
    Row {
        name: "virtex-ml507",
        compatible: "xlnx,virtex440",
        clock_hz: 400_000_000,
        ram_name: "ram",
        serials: &[(0x83e0_1003, 2, 9)],
        serial_hz: 115_200 * 16,
        pci: None,
        cascade: &[],
        serial_uic: 0,
        raw: 19 * MIB,
        idle: 0,
        dtb: 24 * MIB,
    },
];

/// Numbers of device control registers: the controllers, and the clock's and the system's, which are reached by address and data.
const UICS: [u32; 4] = [0xc0, 0xd0, 0xe0, 0xf0];
const INDIRECT: [u32; 3] = [0x0c, 0x0e, 0x10];

/// The registers of the memory, DMA, bridge and Ethernet controllers, that keep what is written.
const KEPT: std::ops::Range<u32> = 0x20..0x200;

/// What a pair of registers is, by address and data.
#[derive(Default)]
struct Pair {
    address: u32,
    values: BTreeMap<u32, u32>,
}

struct Registers4xx {
    uics: Vec<Uic>,
    pairs: [Mutex<Pair>; 3],
    kept: Mutex<BTreeMap<u32, u32>>,
}

impl Registers4xx {
    fn uic(&self, number: u32) -> Option<(&Uic, u32)> {
        let found = self.uics.iter().zip(UICS).find(|(_, base)| (*base..base + UIC_REGISTERS).contains(&number));
        found.map(|(uic, base)| (uic, number - base))
    }

    fn pair(&self, number: u32) -> Option<(&Mutex<Pair>, bool)> {
        let found = self.pairs.iter().zip(INDIRECT).find(|(_, base)| number & !1 == *base);
        found.map(|(pair, base)| (pair, number == base))
    }
}

impl Dcrs for Registers4xx {
    fn read(&self, number: u32) -> Option<u32> {
        if let Some((uic, register)) = self.uic(number) {
            return Some(uic.get(register));
        }
        if let Some((pair, is_address)) = self.pair(number) {
            let pair = pair.lock();
            return Some(if is_address { pair.address } else { *pair.values.get(&pair.address).unwrap_or(&0) });
        }
        KEPT.contains(&number).then(|| *self.kept.lock().get(&number).unwrap_or(&0))
    }

    fn write(&self, number: u32, value: u32) -> bool {
        if let Some((uic, register)) = self.uic(number) {
            uic.put(register, value);
        } else if let Some((pair, is_address)) = self.pair(number) {
            let mut pair = pair.lock();
            // The system has 0x1000 registers at most.
            let address = pair.address;
            if is_address {
                pair.address = value & 0xffff;
            } else {
                pair.values.insert(address, value);
            }
        } else if KEPT.contains(&number) {
            self.kept.lock().insert(number, value);
        } else {
            return false;
        }
        true
    }
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let name = board.config.machine.name;
    let row = ROWS.iter().find(|row| row.name == name);
    let row = row.ok_or_else(|| Error::new(format!("machine '{name}' is not in the table of 440 boards")))?;
    ppc::add_cpus(board);
    board.ram(row.ram_name, 0, board.ram)?;
    let external = ppc::external(board, 0);
    if row.pci.is_none() {
        add_xilinx(board, row, external)?;
        ppc::fill(board, 1 << 32)?;
        let entry = boot(board, row)?;
        ppc::share(board, row.clock_hz, vec![Some(entry)]);
        return Ok(());
    }
    let uics = add_uics(board, row, external);
    let line = |uics: &[Uic], source| uics[row.serial_uic].line(source);
    let lines: Vec<Line> = row.serials.iter().map(|&(_, _, source)| line(&uics, source)).collect();
    add_serials(board, row, lines)?;
    add_pci(board, row)?;
    ppc::fill(board, 1 << 36)?;
    let entry = boot(board, row)?;
    let dcrs = Registers4xx { uics, pairs: Default::default(), kept: Mutex::default() };
    ppc::share_with_dcrs(board, row.clock_hz, entry, dcrs);
    Ok(())
}

/// The first controller drives the CPU; others drive it.
fn add_uics(board: &mut Build<'_>, row: &Row, external: Line) -> Vec<Uic> {
    let critical = board.line(0, irq::CRITICAL);
    let first = Uic::new(external, critical);
    let others = row.cascade.iter().map(|&(normal, urgent)| Uic::new(first.line(normal), first.line(urgent)));
    let uics: Vec<Uic> = std::iter::once(first.clone()).chain(others).collect();
    for uic in &uics {
        board.part(uic.clone());
        board.objects.add_anonymous("ppc-uic");
    }
    uics
}

fn add_serials(board: &mut Build<'_>, row: &Row, lines: Vec<Line>) -> Result<(), Error> {
    let consoles = [board.console.clone(), board.config.second_console.clone()];
    for (n, ((&(at, shift, _), line), console)) in row.serials.iter().zip(lines).zip(consoles).enumerate() {
        let sink: Box<dyn Sink> = Box::new(console);
        let uart = Ns16550a::new(Ns16550aConfig { shift, clock_hz: row.serial_hz }, line, sink);
        let device = board.device("serial", at, 8 << shift, BIG, uart)?;
        if n == 0 { board.console_input = Some(device) } else { board.second_input = Some(device) }
    }
    Ok(())
}

fn add_xilinx(board: &mut Build<'_>, row: &Row, external: Line) -> Result<(), Error> {
    let intc = XpsIntc::new(external, 0);
    board.device("xlnx.xps-intc", 0x8180_0000, XPS_SIZE, BIG, intc.clone())?;
    let timer = XpsTimer::new(intc.line(3), 62_000_000);
    board.device("xlnx.xps-timer", 0x83c0_0000, XPS_SIZE, BIG, timer)?;
    for name in ["xlnx.xps-intc", "xlnx.xps-timer"] {
        board.objects.add_anonymous(name);
    }
    let line = intc.line(row.serials[0].2);
    add_serials(board, row, vec![line])
}

fn add_pci(board: &mut Build<'_>, row: &Row) -> Result<(), Error> {
    let Some((config, own, id)) = row.pci else { return Ok(()) };
    let bridge = PciFunction::new(0, 0, &[(0, 4, id, 0), (4, 2, 0, 0x147), (8, 4, 0x0680_0000, 0)]);
    let index = board.part(PciIndex::new(PciBus::new(vec![bridge]), Addressing::Mechanism1));
    for (name, offset) in [("pci-conf-idx", 0), ("pci-conf-data", 4)] {
        let mapped = board.memory.map_device_part(name, config + offset, 4, LITTLE, &index, offset);
        mapped.map_err(|e| Error::new(e.to_string()))?;
    }
    // Three windows outward of four registers, two inward of two.
    let words: Vec<Word> = (0..16).map(|n| Word::kept(4 * n, 0)).collect();
    board.device("pci.reg", own, 0x40, LITTLE, Registers::new(4, &words))?;
    board.objects.add_anonymous("ppc4xx-pcihost");
    Ok(())
}

/// All 4 GiB, a quarter in each entry: entries of 2 GiB, which other emulators make, can't be read back.
fn whole_space(row: &Row) -> Vec<Map> {
    // What lies beyond 4 GiB on the 460EX is seen at its low 32 bits.
    let high = if row.serials[0].0 >> 32 != 0 { 0x4_0000_0000 } else { 0 };
    let gib = 1u64 << 30;
    let quarter = |(number, n): (usize, u64)| {
        let real = n * gib + if n == 3 { high } else { 0 };
        Map { number, effective: n * gib, real, size: gib, supervisor: true }
    };
    [0, 2, 1, 3].into_iter().enumerate().map(quarter).collect()
}

/// Loads program, RAM disk and devicetree.
fn boot(board: &mut Build<'_>, row: &Row) -> Result<Entry, Error> {
    let files = board.config.boot.clone();
    let Some(kernel) = &files.kernel else {
        let maps = if row.idle == 0 { whole_space(row) } else { Vec::new() };
        return Ok(Entry { pc: row.idle, registers: vec![(1, 16 * MIB - 8)], maps, msr: 0 });
    };
    let program = ppc::load_program(board, kernel, row.raw)?;
    let initrd = files.initrd.as_deref().map(|name| {
        let bytes = read_file(name)?;
        let at = (program.high.max(row.dtb + 4 * MIB) + MIB) & !(MIB - 1);
        loader::load_initrd(name, &bytes, at, &mut board.store()).map_err(ppc::fault)?;
        Ok::<_, Error>((at, bytes.len() as u64))
    });
    let initrd = initrd.transpose()?;
    let tree = match &files.dtb {
        Some(name) => Fdt::from_dtb(&read_file(name)?).map_err(|e| Error::new(format!("'{name}': {e}")))?,
        None => devicetree(board, row),
    };
    let dtb = chosen(board, tree, initrd).to_dtb().map_err(|e| Error::new(e.to_string()))?;
    let put = board.store().write(row.dtb, &dtb);
    put.map_err(|e| Error::new(format!("devicetree: {e}")))?;
    let registers = vec![(1, 16 * MIB - 8), (3, row.dtb)];
    Ok(Entry { pc: program.entry, registers, maps: whole_space(row), msr: 0 })
}

/// What is different each time.
fn chosen(board: &Build<'_>, mut fdt: Fdt, initrd: Option<(u64, u64)>) -> Fdt {
    fdt.node("/memory").str("device_type", "memory").cells("reg", &[0, 0, board.ram as u32]);
    let node = fdt.node("/chosen");
    node.str("bootargs", board.config.boot.append.as_deref().unwrap_or(""));
    if let Some((at, size)) = initrd {
        node.u32("linux,initrd-start", at as u32).u32("linux,initrd-end", (at + size) as u32);
    }
    fdt
}

/// The parts that programs can do something with.
fn devicetree(board: &Build<'_>, row: &Row) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 1).str("model", row.compatible);
    fdt.root().str("compatible", row.compatible);
    fdt.node("/cpus").u32("#address-cells", 1).u32("#size-cells", 0);
    let node = fdt.node("/cpus/cpu@0");
    node.str("device_type", "cpu").str("model", "PowerPC,440").u32("reg", 0).u32("clock-frequency", row.clock_hz);
    node.u32("timebase-frequency", row.clock_hz).u32("i-cache-line-size", 32).u32("d-cache-line-size", 32);
    node.u32("i-cache-size", 0x8000)
        .u32("d-cache-size", 0x8000)
        .str("dcr-controller", "")
        .str("dcr-access-method", "native");
    let pic = if row.pci.is_some() { "/interrupt-controller0" } else { "/interrupt-controller@81800000" };
    let node = fdt.node(pic);
    node.empty("interrupt-controller").u32("#address-cells", 0).phandle(1);
    if row.pci.is_some() {
        node.strs("compatible", &["ibm,uic-440ep", "ibm,uic"]).u32("cell-index", 0).cells("dcr-reg", &[0xc0, 9]);
        node.u32("#interrupt-cells", 2).u32("#size-cells", 0);
    } else {
        node.str("compatible", "xlnx,xps-intc-1.00.a").cells("reg", &[0, 0x8180_0000, 0x1_0000]);
        node.u32("#interrupt-cells", 2).u32("xlnx,num-intr-inputs", 12);
    }
    for &(at, shift, source) in row.serials.iter().take(board.config.machine.serials) {
        let path = format!("/serial@{:x}", at & !3);
        let node = fdt.node(&path);
        node.str("device_type", "serial").str("compatible", "ns16550").u32("current-speed", 115_200);
        node.cells("reg", &[(at >> 32) as u32, (at & !3) as u32, 8 << shift])
            .u32("clock-frequency", row.serial_hz as u32);
        node.u32("reg-shift", shift).u32("reg-offset", (at & 3) as u32).u32("interrupt-parent", 1);
        node.cells("interrupts", &[source, 4]);
    }
    let first = format!("/serial@{:x}", row.serials[0].0 & !3);
    fdt.node("/chosen").str("linux,stdout-path", &first).str("stdout-path", &first);
    fdt
}
