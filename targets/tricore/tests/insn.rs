//! The cases of `tests/insn`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Kind};
use interp::Interp;
use libtest_mimic::Arguments;
use testkit::insn::{Bench, trials};
use tricore::Tricore;
use tricore::model::Model;

/// Where traps go.
const VECTORS: u32 = 0x1_8000;

fn prepare(ctx: &mut Ctx<Tricore>) {
    ctx.state.btv = VECTORS;
    ctx.state.isp = 0x2_1100;
}

/// Class and TIN of a trap that has been taken: there are no others at these addresses.
fn trap(ctx: &Ctx<Tricore>) -> Option<u64> {
    let at = ctx.pc().checked_sub(VECTORS.into())?;
    (at < 0x100).then(|| at >> 5 << 8 | ctx.reg(tricore::state::d(15)) & 0xff)
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    let bench = |name, model| {
        Arc::new(Bench::<Tricore> {
            name,
            kind: Kind::new(Model::parse(model).expect("the model is there")),
            endian: Endian::Little,
            prepare,
            trap,
            ignored: &[],
            trap_changes: &["psw", "a10", "a11", "d15", "pcxi", "fcx"],
        })
    };
    let mut list = trials::<Tricore, Interp>(&dir, &bench("tc1796", "tc1796"));
    list.extend(trials::<Tricore, Interp>(&dir, &bench("tc37x", "tc37x")));
    libtest_mimic::run(&Arguments::from_args(), list).exit();
}
