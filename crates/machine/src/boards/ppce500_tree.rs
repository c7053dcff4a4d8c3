//! The devicetree of the e500 boards: what QEMU 4.2 puts into it, under the same paths.
//!
//! ePAPR 1.1, chapter 3, "Device Node Requirements"; the bindings of Linux for `fsl,mpic`, `fsl,mpc8540-pci` and the like.

use loader::Fdt;

use crate::boards::ppce500::{CLOCK_HZ, GPIO_IRQ, I2C_IRQ, Places, UART_IRQ};
use crate::build::Build;

/// What `/chosen` says.
pub(crate) struct Chosen {
    pub(crate) append: Option<String>,
    /// Address and size.
    pub(crate) kernel: Option<(u64, u64)>,
    /// Address and size.
    pub(crate) initrd: Option<(u64, u64)>,
}

const MPIC: u32 = 0x8003;
const MSI: u32 = 0x8004;
const GPIO: u32 = 0x8005;
/// Rising edge or high level, as interrupt specifiers say it.
const ACTIVE_HIGH: u32 = 2;
/// The host bridge's own interrupt.
const PCI_IRQ: u32 = 24;

fn cells(value: u64) -> [u32; 2] {
    [(value >> 32) as u32, value as u32]
}

/// The tree.
pub(crate) fn build(board: &Build<'_>, places: &Places, chosen: &Chosen) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root()
        .u32("#address-cells", 2)
        .u32("#size-cells", 2)
        .str("model", places.model)
        .strs("compatible", places.compatible);
    fdt.node("/memory").str("device_type", "memory").u64s("reg", &[0, board.ram]);
    let soc = format!("/soc@{:x}", places.ccsr);
    let serial = format!("{soc}/serial@4500");
    choose(&mut fdt, chosen, &serial);
    cpus(&mut fdt, board, places);
    let aliases = fdt.node("/aliases");
    aliases.str("serial0", &serial);
    if board.config.machine.serials > 1 {
        aliases.str("serial1", &format!("{soc}/serial@4600"));
    }
    aliases.str("i2c", &format!("{soc}/i2c@3000")).str("rtc", "i2c/rtc@68");
    aliases.str("pci0", &format!("/pci@{:x}", places.ccsr + 0x8000));
    chip(&mut fdt, board, places, &soc);
    pci(&mut fdt, places);
    if places.paravirtual {
        let node = fdt.node("/platform@f00000000");
        node.strs("compatible", &["qemu,platform", "simple-bus"]).u32("#size-cells", 1).u32("#address-cells", 1);
        node.cells("ranges", &[0, 0xf, 0, 0x800_0000]).u32("interrupt-parent", MPIC);
    }
    fdt
}

fn choose(fdt: &mut Fdt, chosen: &Chosen, serial: &str) {
    let node = fdt.node("/chosen");
    if let Some((at, size)) = chosen.initrd {
        node.u32("linux,initrd-start", at as u32).u32("linux,initrd-end", (at + size) as u32);
    }
    if let Some((at, size)) = chosen.kernel {
        node.cells("qemu,boot-kernel", &[cells(at), cells(size)].concat());
    }
    node.str("bootargs", chosen.append.as_deref().unwrap_or(""));
    node.str("linux,stdout-path", serial).str("stdout-path", serial);
}

fn cpus(fdt: &mut Fdt, board: &Build<'_>, places: &Places) {
    fdt.node("/cpus").u32("#address-cells", 1).u32("#size-cells", 0);
    for n in 0..board.smp.cpus {
        let node = fdt.node(&format!("/cpus/PowerPC,8544@{n:x}"));
        node.u32("clock-frequency", CLOCK_HZ).u32("timebase-frequency", CLOCK_HZ).str("device_type", "cpu");
        node.u32("reg", n).u32("d-cache-line-size", 32).u32("i-cache-line-size", 32);
        node.u32("d-cache-size", 0x8000).u32("i-cache-size", 0x8000).u32("bus-frequency", 0);
        if n == 0 {
            node.str("status", "okay");
        } else {
            let entry = places.spin + u64::from(n) * 32;
            node.str("status", "disabled").str("enable-method", "spin-table").u64("cpu-release-addr", entry);
        }
    }
}

/// What is behind CCSRBAR.
fn chip(fdt: &mut Fdt, board: &Build<'_>, places: &Places, soc: &str) {
    let node = fdt.node(soc);
    node.str("device_type", "soc").strs("compatible", &["fsl,mpc8544-immr", "simple-bus"]);
    node.u32("#address-cells", 1).u32("#size-cells", 1);
    let [high, low] = cells(places.ccsr);
    node.cells("ranges", &[0, high, low, 0x10_0000]).u32("bus-frequency", 0);
    let node = fdt.node(&format!("{soc}/pic@40000"));
    node.str("device_type", "open-pic").str("compatible", "fsl,mpic").cells("reg", &[0x4_0000, 0x4_0000]);
    node.u32("#address-cells", 0).u32("#interrupt-cells", 2).phandle(MPIC).u32("linux,phandle", MPIC);
    node.empty("interrupt-controller");
    for n in 0..board.config.machine.serials as u32 {
        let at = 0x4500 + 0x100 * n;
        let node = fdt.node(&format!("{soc}/serial@{at:x}"));
        node.str("device_type", "serial").str("compatible", "ns16550").cells("reg", &[at, 0x100]);
        node.u32("cell-index", n).u32("clock-frequency", CLOCK_HZ).cells("interrupts", &[UART_IRQ, ACTIVE_HIGH]);
        node.u32("interrupt-parent", MPIC);
    }
    let node = fdt.node(&format!("{soc}/i2c@3000"));
    node.str("device_type", "i2c").str("compatible", "fsl-i2c").cells("reg", &[0x3000, 0x14]).u32("cell-index", 0);
    node.cells("interrupts", &[I2C_IRQ, ACTIVE_HIGH]).u32("interrupt-parent", MPIC);
    let node = fdt.node(&format!("{soc}/global-utilities@e0000"));
    node.str("compatible", "fsl,mpc8544-guts").cells("reg", &[0xe_0000, 0x1000]).empty("fsl,has-rstcr");
    let node = fdt.node(&format!("{soc}/msi@41600"));
    node.str("compatible", "fsl,mpic-msi").cells("reg", &[0x4_1600, 0x200]);
    node.cells("msi-available-ranges", &[0, 0x100]).u32("interrupt-parent", MPIC);
    node.cells("interrupts", &(0xe0..0xe8).flat_map(|n| [n, 0]).collect::<Vec<u32>>());
    node.phandle(MSI).u32("linux,phandle", MSI);
    if places.paravirtual {
        let node = fdt.node(&format!("{soc}/gpio@ff000"));
        node.str("compatible", "fsl,qoriq-gpio").cells("reg", &[0xf_f000, 0x1000]);
        node.cells("interrupts", &[GPIO_IRQ, ACTIVE_HIGH]).u32("interrupt-parent", MPIC).u32("#gpio-cells", 2);
        node.empty("gpio-controller").phandle(GPIO).u32("linux,phandle", GPIO);
        let node = fdt.node(&format!("{soc}/power-off"));
        node.str("compatible", "gpio-poweroff").cells("gpios", &[GPIO, 0, 0]);
    }
}

/// PCI Bus Binding to Open Firmware: windows, and the pins of the slots, turned by one from slot to slot.
fn pci(fdt: &mut Fdt, places: &Places) {
    let at = places.ccsr + 0x8000;
    let node = fdt.node(&format!("/pci@{at:x}"));
    node.u32("cell-index", 0).str("compatible", "fsl,mpc8540-pci").str("device_type", "pci");
    node.cells("interrupt-map-mask", &[0xf800, 0, 0, 7]);
    let pins = (places.pci_slots.0..places.pci_slots.1).flat_map(|slot| (0..4).map(move |pin| (slot, pin)));
    let map = pins.flat_map(|(slot, pin)| [slot << 11, 0, 0, pin + 1, MPIC, (slot + pin) % 4 + 1, 1]);
    node.cells("interrupt-map", &map.collect::<Vec<u32>>());
    node.u32("interrupt-parent", MPIC).cells("interrupts", &[PCI_IRQ, ACTIVE_HIGH]);
    node.cells("bus-range", &[0, 255]);
    let ([memory, memory_low], [io, io_low]) = (cells(places.pci_memory), cells(places.pci_io));
    let bus = places.pci_bus_memory;
    let ranges =
        [[0x200_0000, 0, bus, memory, memory_low, 0, 0x2000_0000], [0x100_0000, 0, 0, io, io_low, 0, 0x1_0000]];
    node.cells("ranges", &ranges.concat()).cells("reg", &[cells(at), [0, 0x1000]].concat());
    node.u32("clock-frequency", 66_666_666).u32("fsl,msi", MSI);
    node.u32("#interrupt-cells", 1).u32("#size-cells", 2).u32("#address-cells", 3);
}
