//! `40p`: IBM's RS/6000 7020, a machine of the PowerPC Reference Platform.
//!
//! PowerPC Reference Platform Specification 1.1, "Contiguous I/O" and "Memory Map"; Motorola MPC105 and Raven manuals for the bridge's configuration space. ISA devices are
//! those of every PC: interrupt controllers, timer, clock with its memory, serial ports. PCI has the bridge alone.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | RAM |
//! | 0x8000_0000 | I/O ports |
//! | 0x8080_0000 | PCI configuration: 0x800 bytes for each device, device 11 on at its own bit |
//! | 0xbfff_fff0 | interrupt acknowledge |
//! | 0xf000_0510 | fw_cfg |
//! | 0xfff0_0000 | ROM |

use ::ppc::board::Entry;
use devices::fw_cfg::{FwCfg, FwCfgLayout, key};
use devices::pci::{PciBus, PciFunction};
use devices::pci_index::{Addressing, PciIndex};
use devices::{I8259, Ports};
use memory::{Device, Nanos, Size};

use crate::boards::powermac::load_rom;
use crate::boards::ppc::{self, BIG, LITTLE};
use crate::boards::{mips, sparc};
use crate::build::{Build, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// `40p`.
pub static IBM_40P: MachineType = MachineType {
    name: "40p",
    desc: "IBM RS/6000 7020 (40p)",
    arches: &[Arch::Ppc],
    targets: &["ppc"],
    default_model: &[("ppc", "604")],
    serials: 2,
    build,
    ..BOARD
};

const ROM: (u64, u64) = (0xfff0_0000, 0x10_0000);
const PORTS: (u64, u64) = (0x8000_0000, 0x1_0000);
const CONFIG: (u64, u64) = (0x8080_0000, 0x40_0000);
const ACKNOWLEDGE: u64 = 0xbfff_fff0;
const FW_CFG: u64 = 0xf000_0510;
const KERNEL: u64 = 0x100_0000;
const TIMEBASE_HZ: u32 = 100_000_000;

/// Configuration space in memory: the address bit that is set from 11 on is the device's.
struct Direct(PciBus);

impl Direct {
    fn devfn(offset: u64) -> Option<u8> {
        let slots = offset >> 11;
        (slots.count_ones() == 1).then(|| (11 + slots.trailing_zeros() as u8) << 3 | (offset >> 8 & 7) as u8)
    }
}

impl Device for Direct {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let mask = u64::MAX >> (64 - 8 * size.clamp(1, 8));
        let word = Direct::devfn(offset).map_or(u32::MAX, |devfn| self.0.read(devfn, offset as u8));
        u64::from(word) >> (8 * (offset & 3)) & mask
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if let Some(devfn) = Direct::devfn(offset) {
            let lanes = ((1u32 << size.min(4)) - 1) << (offset & 3);
            self.0.write(devfn, offset as u8, (value << (8 * (offset & 3))) as u32, lanes as u8 & 15);
        }
    }

    fn reset(&mut self) {}
}

/// Reading takes an interrupt and gives its vector.
struct Acknowledge(I8259);

impl Device for Acknowledge {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        self.0.acknowledge().into()
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    ppc::add_cpus(board);
    board.ram("simm", 0, board.ram)?;
    board.rom("bios", ROM.0, ROM.1)?;
    let mut ports = Ports::new();
    let output = ppc::external(board, 0);
    let pic = mips::add_isa(board, &mut ports, output, 2);
    // IBM's Raven.
    let bridge = [(0, 4, 0x4801_1057, 0), (4, 2, 6, 0x147), (8, 4, 0x0600_0000, 0)];
    let bus = PciBus::new(vec![PciFunction::new(0, 0, &bridge)]);
    let index = board.part(PciIndex::new(bus.clone(), Addressing::Mechanism1));
    ports.add(0xcf8, 4, 4, &index, 0);
    ports.add(0xcfc, 4, 4, &index, 4);
    board.device("pci-io", PORTS.0, PORTS.1, LITTLE, ports)?;
    board.device("pciio", CONFIG.0, CONFIG.1, LITTLE, Direct(bus))?;
    board.device("pci-intack", ACKNOWLEDGE, 1, LITTLE, Acknowledge(pic))?;
    for name in ["raven-pcihost", "i82378"] {
        board.objects.add_anonymous(name);
    }
    load(board)?;
    ppc::fill(board, 1 << 32)?;
    let entry = Entry { pc: 0xfff0_0100, registers: Vec::new(), maps: Vec::new(), msr: 0x40 };
    ppc::share(board, TIMEBASE_HZ, vec![Some(entry)]);
    Ok(())
}

fn load(board: &mut Build<'_>) -> Result<(), Error> {
    let files = board.config.boot.clone();
    load_rom(board, ROM)?;
    let mut items = sparc::fw_cfg_items(board, 0);
    items.u16(key::BOOT_DEVICE, u16::from(b'c'));
    items.u32(key::ARCH_LOCAL + 3, TIMEBASE_HZ).u32(key::ARCH_LOCAL + 4, 100_000_000);
    if let Some(name) = &files.kernel {
        let bytes = read_file(name)?;
        loader::load_raw(name, &bytes, KERNEL, &mut board.store()).map_err(ppc::fault)?;
        items.u32(key::KERNEL_ADDR, KERNEL as u32).u32(key::KERNEL_SIZE, bytes.len() as u32);
    }
    board.device("fwcfg", FW_CFG, 3, BIG, FwCfg::new(items, FwCfgLayout::Memory))?;
    board.objects.add_anonymous("fw_cfg_mem");
    Ok(())
}
