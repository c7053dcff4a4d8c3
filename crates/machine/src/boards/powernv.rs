//! `powernv8` and `powernv9`: QEMU's bare POWER servers, as far as their one chip's CPUs and memory go.
//!
//! RAM begins at 0, the firmware (skiboot) lies at 0, a kernel at 512 MiB; CPUs begin at 0x10 in hypervisor state, with the address of the
//! devicetree in register 3. The chip's devices (LPC bus, interrupt controller, XSCOM) are not there.

use ::ppc::board::Entry;
use loader::{Fdt, LoadTarget};

use crate::boards::ppc;
use crate::build::{Build, Start, read_file};
use crate::error::Error;
use crate::firmware;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

const COMMON: MachineType =
    MachineType { arches: &[Arch::Ppc], targets: &["ppc64"], max_cpus: 2048, default_ram: 1 << 30, build, ..BOARD };

/// POWER8.
pub static POWERNV8: MachineType = MachineType {
    name: "powernv8",
    desc: "IBM PowerNV (Non-Virtualized) POWER8",
    default_model: &[("ppc64", "power8_v2.0")],
    ..COMMON
};

/// POWER9.
pub static POWERNV9: MachineType = MachineType {
    name: "powernv9",
    alias: Some("powernv"),
    desc: "IBM PowerNV (Non-Virtualized) POWER9",
    default_model: &[("ppc64", "power9_v2.0")],
    ..COMMON
};

const ENTRY: u64 = 0x10;
const TREE: u64 = 0x100_0000;
const KERNEL: u64 = 0x2000_0000;
const INITRD: u64 = 0x4000_0000;
const GIB: u64 = 1 << 30;
/// Ticks of the time base in a second.
const TIMEBASE_HZ: u32 = 512_000_000;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    if board.ram < GIB {
        board.warnings.push("skiboot may not work with < 1GB of RAM".to_string());
    }
    board.ram("pnv.ram", 0, board.ram)?;
    let model = board.model();
    let chip = board.objects.container("/machine/chip[0]");
    let threads = i64::from(board.smp.threads.max(1));
    for core in 0..i64::from(board.smp.cores.max(1)) {
        let object = board.objects.add(chip, &format!("core[{core}]"), "pnv-core");
        for n in 0..threads {
            board.add_cpu(object, &format!("thread[{n}]"), &model, core * threads + n);
        }
    }
    load(board)?;
    let tree = tree(board).to_long_dtb();
    put(board, TREE, &tree)?;
    let entry = Entry { pc: ENTRY, ..Entry::default() };
    let cpus = (board.smp.cores.max(1) * board.smp.threads.max(1)) as usize;
    ppc::share(board, TIMEBASE_HZ, vec![Some(entry); cpus]);
    board.start = Start::At { pc: ENTRY, number: "", dtb: ("r3", TREE) };
    Ok(())
}

fn put(board: &mut Build<'_>, at: u64, bytes: &[u8]) -> Result<(), Error> {
    board.store().write(at, bytes).map_err(|e| Error::new(format!("powernv: {e}; raise -m")))
}

fn load(board: &mut Build<'_>) -> Result<(), Error> {
    let boot = board.config.boot.clone();
    let name = firmware::named(boot.bios.as_deref().unwrap_or("skiboot.lid"), &boot.firmware_dirs);
    if boot.bios.is_some() || std::path::Path::new(&name).is_file() {
        let bytes = read_file(&name)?;
        put(board, 0, &bytes)?;
    }
    for (name, at) in [(boot.kernel, KERNEL), (boot.initrd, INITRD)] {
        if let Some(name) = name {
            let bytes = read_file(&name)?;
            put(board, at, &bytes)?;
        }
    }
    Ok(())
}

fn tree(board: &Build<'_>) -> Fdt {
    let mut fdt = Fdt::new();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 2);
    fdt.root().str("model", "IBM PowerNV (emulated by qemu)").strs("compatible", &["qemu,powernv", "ibm,powernv"]);
    let memory = fdt.node("/memory@0");
    memory.str("device_type", "memory").u64s("reg", &[0, board.ram]).u32("ibm,chip-id", 0);
    let chosen = fdt.node("/chosen");
    if let Some(line) = &board.config.boot.append {
        chosen.str("bootargs", line);
    }
    fdt.node("/cpus").u32("#address-cells", 1).u32("#size-cells", 0);
    let threads = board.smp.threads.max(1);
    for core in 0..board.smp.cores.max(1) {
        let first = core * threads;
        let node = fdt.node(&format!("/cpus/PowerPC,POWER@{first:x}"));
        node.u32("reg", first).str("device_type", "cpu").str("status", "okay").u32("ibm,chip-id", 0);
        node.u32("timebase-frequency", TIMEBASE_HZ).empty("64-bit");
        node.cells("ibm,ppc-interrupt-server#s", &(first..first + threads).collect::<Vec<u32>>());
    }
    fdt
}
