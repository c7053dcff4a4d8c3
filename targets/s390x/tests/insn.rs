//! The cases of `tests/insn`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Kind};
use interp::Interp;
use libtest_mimic::Arguments;
use s390x::S390x;
use s390x::model::Model;
use s390x::trap::Fault;
use testkit::insn::{Bench, trials};

/// 64-bit mode, AFP and vector registers on. The lowcore is outside RAM: a program interruption loads zeros.
fn prepare(ctx: &mut Ctx<S390x>) {
    ctx.state.psw_mask = s390x::psw::EXTENDED | s390x::psw::BASIC;
    ctx.state.cr[0] |= 3 << 17;
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    let bench = Arc::new(Bench::<S390x> {
        name: "s390x",
        kind: Kind::new(Model::parse("qemu").expect("the default model")),
        endian: Endian::Big,
        prepare,
        trap: |ctx| match ctx.state.last_program? {
            Fault::Program { code, .. } => Some(code.into()),
            Fault::Svc(_) => Some(0x1_0000),
            _ => None,
        },
        ignored: &["pswm", "cc_kind"],
        trap_changes: &["cc", "fpc"],
    });
    libtest_mimic::run(&Arguments::from_args(), trials::<S390x, Interp>(&dir, &bench)).exit();
}
