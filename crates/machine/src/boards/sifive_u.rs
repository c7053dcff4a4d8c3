//! `sifive_u`: SiFive FU540-C000: one E core and up to four U cores.

use crate::build::Build;
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
    build,
    ..BOARD
};

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let (e, u) = match board.config.target.bits {
        32 => ("sifive-e31", "sifive-u34"),
        _ => ("sifive-e51", "sifive-u54"),
    };
    let clusters = [("e-cluster/e-cpus", e, 0..1), ("u-cluster/u-cpus", u, 1..i64::from(board.smp.cpus))];
    for (path, name, indexes) in clusters {
        let parent = board.objects.container(&format!("/machine/soc/{path}"));
        let model =
            board.config.target.model(name).ok_or_else(|| Error::new(format!("unable to find CPU model '{name}'")))?;
        for (n, index) in indexes.enumerate() {
            board.add_cpu(parent, &format!("harts[{n}]"), model, index)?;
        }
    }
    Ok(())
}
