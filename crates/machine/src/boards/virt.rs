//! `virt`: the board that exists in emulators only, which firmware and Linux know best.

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
