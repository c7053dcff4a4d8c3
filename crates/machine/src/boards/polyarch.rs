//! `polyarch`: our own board, the same on every target.

use crate::build::Build;
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use topology::{Levels, SmpRules};

/// The machine type.
pub static POLYARCH: MachineType = MachineType {
    name: "polyarch",
    desc: "Polyarch board, the same on every target",
    max_cpus: 4096,
    default_model: &[("riscv32", "rv32"), ("riscv64", "rv64")],
    smp_rules: SmpRules::Strict,
    numa: true,
    levels: Some(Levels::ALL),
    hotplug: true,
    build,
    ..BOARD
};

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model()?;
    for n in 0..board.smp.cpus as usize {
        board.add_slot_cpu(model, n)?;
    }
    Ok(())
}
