//! `spike`: the machine of the RISC-V ISA simulator: RAM at 0x8000_0000, a CLINT, and HTIF at the symbols `tohost` and
//! `fromhost` of the program that is loaded.

use loader::Fdt;
use memory::AddressSpace;

use crate::boards::htif;
use crate::boards::riscv::{self, irq, reg};
use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static SPIKE: MachineType = MachineType {
    name: "spike",
    desc: "RISC-V Spike Board",
    arches: &[Arch::Riscv],
    is_default: true,
    default_model: &[("riscv32", "rv32gcsu-v1.10.0"), ("riscv64", "rv64gcsu-v1.10.0")],
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};

const MROM: (u64, u64) = (0x1000, 0x11000);
const CLINT: (u64, u64) = (0x200_0000, 0x1_0000);
const DRAM: u64 = 0x8000_0000;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    let machine = board.objects.container("/machine");
    let soc = board.objects.add(machine, "soc", "riscv.hart_array");
    riscv::add_harts(board, soc, &model, 0, i64::from(board.smp.cpus));
    // The program decides where HTIF is, and it is loaded into plain RAM first.
    let ram = board.ram("riscv.spike.ram", DRAM, board.ram)?;
    let rom = board.rom("riscv.spike.mrom", MROM.0, MROM.1)?;
    let mut fdt = devicetree(board);
    let booted = riscv::boot_files(board, MROM.0, DRAM, 0, &mut fdt)?;
    if let Some(at) = booted.htif {
        let end = DRAM + ram.len();
        if [at.0, at.1].iter().any(|&at| at % 8 != 0 || at < DRAM || at >= end) {
            let text = format!(
                "tohost ({:#x}) and fromhost ({:#x}) must be aligned words in RAM ({DRAM:#x}..{end:#x})",
                at.0, at.1
            );
            return Err(Error::new(text));
        }
        board.memory = AddressSpace::new();
        board.memory.map_rom("riscv.spike.mrom", MROM.0, &rom).map_err(|e| Error::new(e.to_string()))?;
        let words = devices::htif(Box::new(board.console.clone()), board.power.clone(), board.dma.clone());
        htif::map(board, "riscv.spike.ram", &ram, DRAM, at, words)?;
    }
    riscv::add_clint(board, CLINT.0)
}

fn devicetree(board: &Build<'_>) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 2).str("compatible", "ucbbar,spike-bare-dev");
    fdt.root().str("model", "ucbbar,spike-bare,qemu");
    fdt.node("/htif").str("compatible", "ucb,htif0");
    fdt.node("/soc").empty("ranges").str("compatible", "simple-bus").u32("#size-cells", 2).u32("#address-cells", 2);
    fdt.node(&format!("/memory@{DRAM:x}")).str("device_type", "memory").u64s("reg", &reg(DRAM, board.ram));
    let bits = board.config.target.bits;
    let (_, intcs) = riscv::cpus_node(&mut fdt, board, |_| riscv::isa(bits, &board.model()));
    let node = fdt.node(&format!("/soc/clint@{:x}", CLINT.0));
    node.str("compatible", "riscv,clint0").u64s("reg", &reg(CLINT.0, CLINT.1));
    node.cells("interrupts-extended", &riscv::to_harts(&intcs, |_| &[irq::MSI, irq::MTI]));
    fdt
}
