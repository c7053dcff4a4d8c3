//! `virt`: the board that exists in emulators only, which firmware and Linux know best.
//!
//! Addresses and interrupt numbers are those of QEMU 4.2 (hw/riscv/virt: "RISC-V VirtIO board"); the devicetree says the
//! same, node for node. The PCI host bridge has nothing behind it, and its windows answer nobody.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_1000 | reset ROM, 68 KiB |
//! | 0x0010_0000 | test finisher |
//! | 0x0200_0000 | CLINT |
//! | 0x0c00_0000 | PLIC: 53 sources, an M and an S context for each hart |
//! | 0x1000_0000 | 16550 UART, source 10 |
//! | 0x1000_1000 | eight virtio-mmio transports without a device, sources 1 to 8 |
//! | 0x2000_0000 | two banks of flash, 32 MiB each |
//! | 0x3000_0000 | PCI Express configuration space (ECAM), sources 32 to 35 |
//! | 0x8000_0000 | RAM |

use devices::cfi_flash::{CfiFlash, FlashGeometry};
use devices::pci_host::PciHost;
use devices::virtio_mmio::{EmptyVirtioMmio, VIRTIO_MMIO_SIZE};
use devices::{Ns16550a, Ns16550aConfig, SifiveTest};
use loader::Fdt;

use crate::boards::riscv::{self, LITTLE, MS, irq, reg};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static VIRT: MachineType = MachineType {
    name: "virt",
    desc: "RISC-V VirtIO board",
    arches: &[Arch::Riscv],
    max_cpus: 8,
    default_model: &[("riscv32", "rv32"), ("riscv64", "rv64")],
    own_properties: &[("pflash0", "str", ""), ("pflash1", "str", "")],
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};

const MROM: (u64, u64) = (0x1000, 0x11000);
const TEST: (u64, u64) = (0x10_0000, 0x1000);
const CLINT: (u64, u64) = (0x200_0000, 0x1_0000);
const PLIC: (u64, u64) = (0xc00_0000, 0x400_0000);
const UART: (u64, u64) = (0x1000_0000, 0x100);
const VIRTIO: (u64, u64) = (0x1000_1000, 0x1000);
const FLASH: (u64, u64) = (0x2000_0000, 0x200_0000);
const ECAM: (u64, u64) = (0x3000_0000, 0x1000_0000);
const PCI_IO: (u64, u64) = (0x300_0000, 0x1_0000);
const PCI_MEMORY: (u64, u64) = (0x4000_0000, 0x4000_0000);
const DRAM: u64 = 0x8000_0000;

const UART_IRQ: u32 = 10;
const PCI_IRQ: u32 = 32;
const N_VIRTIO: u32 = 8;
const N_SOURCES: u32 = 53;
const UART_HZ: u32 = 3_686_400;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    let machine = board.objects.container("/machine");
    let flashes = [0u64, 1].map(|n| (n, board.objects.add(machine, &format!("virt.flash{n}"), "cfi.pflash01")));
    let soc = board.objects.add(machine, "soc", "riscv.hart_array");
    riscv::add_harts(board, soc, &model, 0, i64::from(board.smp.cpus));
    board.ram("riscv_virt_board.ram", DRAM, board.ram)?;
    board.rom("riscv_virt_board.mrom", MROM.0, MROM.1)?;
    let plic = riscv::add_plic(board, PLIC.0, N_SOURCES, |_| MS)?;
    riscv::add_clint(board, CLINT.0)?;
    board.device("riscv.sifive.test", TEST.0, TEST.1, LITTLE, SifiveTest::new(board.power.clone()))?;
    board.objects.add_anonymous("riscv.sifive.test");
    for n in 0..u64::from(N_VIRTIO) {
        board.device("virtio-mmio", VIRTIO.0 + n * VIRTIO.1, VIRTIO_MMIO_SIZE, LITTLE, EmptyVirtioMmio)?;
        board.objects.add_anonymous("virtio-mmio");
    }
    let config = Ns16550aConfig { shift: 0, clock_hz: u64::from(UART_HZ) };
    let uart = Ns16550a::new(config, plic.line(UART_IRQ), Box::new(board.console.clone()));
    board.console_input = Some(board.device("serial", UART.0, UART.1, LITTLE, uart)?);
    for (n, _) in flashes {
        let flash = CfiFlash::new(FlashGeometry::VIRT, &[]).map_err(Error::new)?;
        board.device(&format!("virt.flash{n}"), FLASH.0 + n * FLASH.1, FLASH.1, LITTLE, flash)?;
    }
    board.device("pcie-ecam", ECAM.0, ECAM.1, LITTLE, PciHost::new())?;
    let mut fdt = devicetree(board);
    riscv::boot_files(board, MROM.0, DRAM, 0, &mut fdt)?;
    Ok(())
}

/// What QEMU's board puts into its devicetree.
fn devicetree(board: &Build<'_>) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root()
        .u32("#address-cells", 2)
        .u32("#size-cells", 2)
        .str("compatible", "riscv-virtio")
        .str("model", "riscv-virtio,qemu");
    fdt.node("/soc").empty("ranges").str("compatible", "simple-bus").u32("#size-cells", 2).u32("#address-cells", 2);
    let path = format!("/memory@{DRAM:x}");
    fdt.node(&path).str("device_type", "memory").u64s("reg", &reg(DRAM, board.ram));
    let bits = board.config.target.bits;
    let (cpus, intcs) = riscv::cpus_node(&mut fdt, board, |_| riscv::isa(bits, &board.model()));
    for (n, &cpu) in cpus.iter().enumerate() {
        fdt.node(&format!("/cpus/cpu-map/cluster0/core{n}")).u32("cpu", cpu);
    }
    let plic = fdt.new_phandle();
    let node = fdt.node(&format!("/soc/clint@{:x}", CLINT.0));
    node.str("compatible", "riscv,clint0").u64s("reg", &reg(CLINT.0, CLINT.1));
    node.cells("interrupts-extended", &riscv::to_harts(&intcs, |_| &[irq::MSI, irq::MTI]));
    let node = fdt.node(&format!("/soc/interrupt-controller@{:x}", PLIC.0));
    node.phandle(plic).u32("riscv,ndev", N_SOURCES).u64s("reg", &reg(PLIC.0, PLIC.1));
    node.cells("interrupts-extended", &riscv::to_harts(&intcs, |_| &[irq::MEI, irq::SEI]));
    node.empty("interrupt-controller").str("compatible", "riscv,plic0");
    node.u32("#interrupt-cells", 1).u32("#address-cells", 0);
    for n in (0..u64::from(N_VIRTIO)).rev() {
        let start = VIRTIO.0 + n * VIRTIO.1;
        let node = fdt.node(&format!("/soc/virtio_mmio@{start:x}"));
        node.u32("interrupts", n as u32 + 1).u32("interrupt-parent", plic);
        node.u64s("reg", &reg(start, VIRTIO.1)).str("compatible", "virtio,mmio");
    }
    pci_node(&mut fdt, plic);
    let node = fdt.node(&format!("/test@{:x}", TEST.0));
    node.u64s("reg", &reg(TEST.0, TEST.1)).strs("compatible", &["sifive,test1", "sifive,test0"]);
    let uart = format!("/uart@{:x}", UART.0);
    let node = fdt.node(&uart);
    node.u32("interrupts", UART_IRQ).u32("interrupt-parent", plic).u32("clock-frequency", UART_HZ);
    node.u64s("reg", &reg(UART.0, UART.1)).str("compatible", "ns16550a");
    fdt.node("/chosen").str("stdout-path", &uart);
    let node = fdt.node(&format!("/flash@{:x}", FLASH.0));
    node.u32("bank-width", 4)
        .u64s("reg", &[FLASH.0, FLASH.1, FLASH.0 + FLASH.1, FLASH.1])
        .str("compatible", "cfi-flash");
    fdt
}

/// PCI Bus Binding to Open Firmware, and the generic ECAM host's own binding.
fn pci_node(fdt: &mut Fdt, plic: u32) {
    let cells = |address: u64| [(address >> 32) as u32, address as u32];
    let node = fdt.node(&format!("/soc/pci@{:x}", ECAM.0));
    node.u32("#address-cells", 3).u32("#interrupt-cells", 1).u32("#size-cells", 2);
    node.str("compatible", "pci-host-ecam-generic").str("device_type", "pci");
    node.u32("linux,pci-domain", 0).cells("bus-range", &[0, 0xff]).empty("dma-coherent");
    node.u64s("reg", &reg(ECAM.0, ECAM.1));
    // Type of space, bus address, CPU address, size.
    let window = |space: u32, bus: u64, (start, size): (u64, u64)| {
        [&[space], &cells(bus)[..], &cells(start)[..], &cells(size)[..]].concat()
    };
    node.cells("ranges", &[window(0x0100_0000, 0, PCI_IO), window(0x0200_0000, PCI_MEMORY.0, PCI_MEMORY)].concat());
    // The four pins of four slots, turned by one from slot to slot.
    let pins = (0..4u32).flat_map(|slot| (0..4u32).map(move |pin| (slot, pin)));
    let map = pins.flat_map(|(slot, pin)| [slot << 11, 0, 0, pin + 1, plic, PCI_IRQ + (slot + pin) % 4]);
    node.cells("interrupt-map", &map.collect::<Vec<u32>>());
    node.cells("interrupt-map-mask", &[0x1800, 0, 0, 7]);
}
