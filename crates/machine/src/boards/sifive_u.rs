//! `sifive_u`: SiFive's FU540-C000 on a HiFive Unleashed: one E core (hart 0) and one to four U cores.
//!
//! FU540-C000 Manual v1p0, "Memory Map" and "Platform-Level Interrupt Controller"; sizes are QEMU's. There is no Ethernet
//! controller and no one-time memory: they read 0, and the devicetree does not name them.

use devices::unimp::Unimp;
use devices::{PlicMode, SifiveUPrci, SifiveUart};
use loader::Fdt;

use crate::boards::riscv::{self, LITTLE, M, MS, irq, reg};
use crate::build::{Build, with_globals};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static SIFIVE_U: MachineType = MachineType {
    name: "sifive_u",
    desc: "RISC-V Board compatible with SiFive U SDK",
    arches: &[Arch::Riscv],
    max_cpus: 5,
    min_cpus: 2,
    default_cpus: 2,
    default_model: &[("riscv32", "sifive-u34"), ("riscv64", "sifive-u54")],
    shows_model: false,
    serials: 2,
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};

const MROM: (u64, u64) = (0x1000, 0x11000);
const CLINT: (u64, u64) = (0x200_0000, 0x1_0000);
const PLIC: (u64, u64) = (0xc00_0000, 0x400_0000);
const PRCI: (u64, u64) = (0x1000_0000, 0x1000);
const UARTS: [(u64, u32); 2] = [(0x1001_0000, 4), (0x1001_1000, 5)];
const OTP: (u64, u64) = (0x1007_0000, 0x1000);
const GEM: (u64, u64) = (0x1009_0000, 0x2000);
const GEM_MGMT: (u64, u64) = (0x100a_0000, 0x1000);
const DRAM: u64 = 0x8000_0000;
const N_SOURCES: u32 = 54;
const HFCLK_HZ: u32 = 33_333_333;
const RTCCLK_HZ: u32 = 1_000_000;

/// The E core has machine mode only.
fn modes(hart: i64) -> &'static [PlicMode] {
    if hart == 0 { M } else { MS }
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let e_model = if board.config.target.bits == 32 { "sifive-e31" } else { "sifive-e51" };
    let u_model = board.model();
    let e_cpus = board.objects.container("/machine/soc/e-cluster/e-cpus");
    let e_model = with_globals(board.config, e_model);
    riscv::add_harts(board, e_cpus, &e_model, 0, 1);
    let u_cpus = board.objects.container("/machine/soc/u-cluster/u-cpus");
    riscv::add_harts(board, u_cpus, &u_model, 1, i64::from(board.smp.cpus) - 1);
    board.ram("riscv.sifive.u.ram", DRAM, board.ram)?;
    board.rom("riscv.sifive.u.mrom", MROM.0, MROM.1)?;
    let plic = riscv::add_plic(board, PLIC.0, N_SOURCES, modes)?;
    riscv::add_clint(board, CLINT.0)?;
    board.device("riscv.sifive.u.prci", PRCI.0, PRCI.1, LITTLE, SifiveUPrci::new())?;
    for (n, (start, irq)) in UARTS.into_iter().enumerate() {
        let console = if n == 0 { board.console.clone() } else { board.config.second_console.clone() };
        let uart = SifiveUart::new(plic.line(irq), Box::new(console));
        let uart = board.device("riscv.sifive.uart", start, 0x1000, LITTLE, uart)?;
        let input = if n == 0 { &mut board.console_input } else { &mut board.second_input };
        *input = Some(uart);
    }
    for (name, (start, size)) in
        [("riscv.sifive.u.otp", OTP), ("cadence_gem", GEM), ("riscv.sifive.u.gem-mgmt", GEM_MGMT)]
    {
        board.device(name, start, size, LITTLE, Unimp::new(name))?;
    }
    let mut fdt = devicetree(board);
    riscv::boot_files(board, MROM.0, DRAM, 1, &mut fdt)?;
    Ok(())
}

fn devicetree(board: &Build<'_>) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 2);
    fdt.root().str("compatible", "sifive,hifive-unleashed-a00").str("model", "SiFive HiFive Unleashed A00");
    let (hfclk, rtcclk) = (fdt.new_phandle(), fdt.new_phandle());
    for (name, hz, phandle) in [("hfclk", HFCLK_HZ, hfclk), ("rtcclk", RTCCLK_HZ, rtcclk)] {
        let node = fdt.node(&format!("/{name}"));
        node.phandle(phandle).str("clock-output-names", name).u32("clock-frequency", hz);
        node.str("compatible", "fixed-clock").u32("#clock-cells", 0);
    }
    fdt.node("/soc").empty("ranges").str("compatible", "simple-bus").u32("#size-cells", 2).u32("#address-cells", 2);
    fdt.node(&format!("/memory@{DRAM:x}")).str("device_type", "memory").u64s("reg", &reg(DRAM, board.ram));
    let bits = board.config.target.bits;
    let models: Vec<String> = board.cpus.iter().map(|plan| plan.model.clone()).collect();
    let (_, intcs) = riscv::cpus_node(&mut fdt, board, |hart| riscv::isa(bits, &models[hart as usize]));
    let node = fdt.node(&format!("/soc/clint@{:x}", CLINT.0));
    node.str("compatible", "riscv,clint0").u64s("reg", &reg(CLINT.0, CLINT.1));
    node.cells("interrupts-extended", &riscv::to_harts(&intcs, |_| &[irq::MSI, irq::MTI]));
    let (prci, plic) = (fdt.new_phandle(), fdt.new_phandle());
    let node = fdt.node(&format!("/soc/clock-controller@{:x}", PRCI.0));
    node.phandle(prci).u32("#clock-cells", 1).cells("clocks", &[hfclk, rtcclk]);
    node.u64s("reg", &reg(PRCI.0, PRCI.1)).str("compatible", "sifive,fu540-c000-prci");
    let node = fdt.node(&format!("/soc/interrupt-controller@{:x}", PLIC.0));
    node.phandle(plic).u32("riscv,ndev", N_SOURCES - 1).u64s("reg", &reg(PLIC.0, PLIC.1));
    let lines = |hart| -> &'static [u32] { if hart == 0 { &[irq::MEI] } else { &[irq::MEI, irq::SEI] } };
    node.cells("interrupts-extended", &riscv::to_harts(&intcs, lines));
    node.empty("interrupt-controller").str("compatible", "riscv,plic0").u32("#interrupt-cells", 1);
    let (start, source) = UARTS[0];
    let uart = format!("/soc/serial@{start:x}");
    let node = fdt.node(&uart);
    // Clock 3 of the PRCI is the one of the peripherals.
    node.u32("interrupts", source).u32("interrupt-parent", plic).cells("clocks", &[prci, 3]);
    node.u64s("reg", &reg(start, 0x1000)).str("compatible", "sifive,uart0");
    fdt.node("/chosen").str("stdout-path", &uart);
    fdt.node("/aliases").str("serial0", &uart);
    fdt
}
