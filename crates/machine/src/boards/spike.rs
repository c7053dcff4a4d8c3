//! `spike`: the machine of the RISC-V ISA simulator: RAM, CLINT and HTIF.

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
    build,
    ..BOARD
};

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model()?;
    let machine = board.objects.container("/machine");
    let soc = board.objects.add(machine, "soc", "riscv.hart_array");
    for n in 0..i64::from(board.smp.cpus) {
        board.add_cpu(soc, &format!("harts[{n}]"), model, n)?;
    }
    Ok(())
}
