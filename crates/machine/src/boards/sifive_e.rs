//! `sifive_e`: SiFive FE310-G000 on a HiFive1.

use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static SIFIVE_E: MachineType = MachineType {
    name: "sifive_e",
    desc: "RISC-V Board compatible with SiFive E SDK",
    arches: &[Arch::Riscv],
    default_model: &[("riscv32", "sifive-e31"), ("riscv64", "sifive-e51")],
    shows_model: false,
    build,
    ..BOARD
};

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model()?;
    let cpus = board.objects.container("/machine/soc/cpus");
    for n in 0..i64::from(board.smp.cpus) {
        board.add_cpu(cpus, &format!("harts[{n}]"), model, n)?;
    }
    Ok(())
}
