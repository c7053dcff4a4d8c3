//! The cases of `tests/insn`, on 32 and 64 bits, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind, Target};
use interp::Interp;
use libtest_mimic::{Arguments, Trial};
use ppc::model::Model;
use ppc::state::{State, msr};
use ppc::{Ppc32, Ppc64};
use testkit::insn::{Bench, trials};

/// Registers that change by themselves, and views of others.
const IGNORED: &[&str] = &["dec", "tbl_user", "tbu_user", "tbl", "tbu", "tbu40", "purr", "spurr", "vtb"];

fn prepare<T: Target<State = State>>(ctx: &mut Ctx<T>) {
    ctx.state.msr = ctx.state.msr & !msr::IP | msr::FP | msr::VEC | msr::VSX | msr::ME;
    // On an e500 an entry of TLB1, which lies behind those of TLB0, maps everything.
    if let Some(entry) = ctx.state.tlb.get_mut(512) {
        entry.words = [1 << 31 | 22 << 7, 0, 0x3f];
    }
}

/// The same, with enabled floating-point exceptions interrupting.
fn prepare_fe<T: Target<State = State>>(ctx: &mut Ctx<T>) {
    prepare(ctx);
    ctx.state.msr |= msr::FE0 | msr::FE1;
}

/// Vectors are in the first pages, where there is nothing: the number of a trap is its vector.
fn trap<T: Target<State = State>>(ctx: &Ctx<T>) -> Option<u64> {
    (ctx.pc() < 0x3000).then(|| ctx.pc())
}

fn bench<T>(name: &'static str, model: Model) -> Arc<Bench<T>>
where
    T: Target<State = State, Model = Model>,
{
    Arc::new(bare(name, model))
}

fn bare<T>(name: &'static str, model: Model) -> Bench<T>
where
    T: Target<State = State, Model = Model>,
{
    Bench {
        name,
        kind: Kind::new(model),
        endian: Endian::Big,
        prepare: prepare::<T>,
        trap: trap::<T>,
        ignored: IGNORED,
        trap_changes: &["msr", "srr0", "srr1", "dar", "dsisr", "esr", "dear"],
    }
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let model = |xlen, name: &str| Model::new(xlen, name).expect("the tests name models that exist");
    let mut list = trials::<Ppc32, E>(dir, &bench("ppc", model(32, "7400")));
    let embedded = dir.with_file_name("insn_e500");
    list.extend(trials::<Ppc32, E>(&embedded, &bench("e500", model(32, "e500v2_v30"))));
    list.extend(trials::<Ppc32, E>(&dir.with_file_name("insn_601"), &bench("ppc601", model(32, "601_v2"))));
    list.extend(trials::<Ppc32, E>(&dir.with_file_name("insn_603"), &bench("ppc603", model(32, "603e_v4"))));
    list.extend(trials::<Ppc32, E>(&dir.with_file_name("insn_405"), &bench("ppc405", model(32, "405d4"))));
    let enabled = Arc::new(Bench { prepare: prepare_fe::<Ppc32>, ..bare("ppc_fe", model(32, "7400")) });
    list.extend(trials::<Ppc32, E>(&dir.with_file_name("insn_fe"), &enabled));
    list.extend(trials::<Ppc64, E>(&dir.with_file_name("insn_power8"), &bench("power8", model(64, "power8"))));
    list.extend(trials::<Ppc64, E>(dir, &bench("ppc64", model(64, "power9"))));
    list
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
