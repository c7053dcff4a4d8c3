//! The cases of `tests/insn`, on RV32 and RV64, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind, Target};
use interp::Interp;
use libtest_mimic::Arguments;
use riscv::csr::{Csrs, Priv, mstatus};
use riscv::model::Model;
use riscv::{Riscv32, Riscv64};
use testkit::insn::{Bench, trials};

/// Where traps go: nothing is there.
const VECTOR: u64 = 0x1_8000;

/// Everything that is implemented.
const ALL: &[(&str, &str)] =
    &[("zicond", "on"), ("zicbom", "on"), ("zicboz", "on"), ("zicbop", "on"), ("Zihintpause", "on")];

/// Registers that change by themselves, and views of others.
const IGNORED: &[&str] = &[
    "cycle",
    "instret",
    "time",
    "mcycle",
    "minstret",
    "cycleh",
    "instreth",
    "timeh",
    "mcycleh",
    "minstreth",
    "fcsr",
    "sstatus",
];

fn prepare<T: Target<State = Csrs>>(ctx: &mut Ctx<T>) {
    ctx.state.prv = Priv::M;
    ctx.state.mtvec = VECTOR;
    ctx.state.mstatus.put(mstatus::FS, mstatus::FS_DIRTY);
}

fn trap<T: Target<State = Csrs>>(ctx: &Ctx<T>) -> Option<u64> {
    (ctx.pc() == VECTOR).then_some(ctx.state.mcause)
}

fn bench<T>(name: &'static str, model: Model) -> Arc<Bench<T>>
where
    T: Target<State = Csrs, Model = Model>,
{
    Arc::new(Bench {
        name,
        kind: Kind::new(model),
        endian: Endian::Little,
        prepare: prepare::<T>,
        trap: trap::<T>,
        ignored: IGNORED,
        trap_changes: &["mstatus", "mepc", "mcause", "mtval", "priv"],
    })
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<libtest_mimic::Trial> {
    let model = |xlen, name: &str| Model::new(xlen, name, ALL).expect("the model has these properties");
    let mut list = trials::<Riscv64, E>(dir, &bench("rv64", model(64, "rv64")));
    list.extend(trials::<Riscv32, E>(dir, &bench("rv32", model(32, "rv32"))));
    list
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
