//! The cases of `tests/insn`, on the interpreter and on the reference evaluator.

use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Kind};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use s390x::S390x;
use s390x::insn::TABLES;
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
        kind: Kind::new(Model::parse("max").expect("the model with everything")),
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
    let mut all = trials::<S390x, Interp>(&dir, &bench);
    all.push(Trial::test("each instruction has a line", move || without_line(&dir)));
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

/// Instructions that a line of this form can't show, and what does.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "guests/tests/s390x: traps, mmu, css, sclp, smp, states, topology, keys, access, timer",
        "chsc crdte csch csp cspg diag hsch idte ipk ipte iske lctl lctlg lpp lpsw lpswe lra lrag lray lura lurag msch palb pfmf \
         ptf ptlb rchp rrbe rsch sal schm servc sigp spka spx ssch sske ssm stap stcps stcrw stctg stctl stfl stfle stidp \
         stnsm stosm stpx strag stsch stsi stura sturg tar tb tpi tprot tsch xsch mvck mvcsk mvcdk mvpg esea",
    ),
    ("guests/tests/s390x/timer.c", "ectg sck sckc sckpf spt stck stckc stcke stckf stpt"),
    ("oracles/qemu_s390x_system.py; tests/linkage.rs", "bakr ereg eregg esta msta ssar pt pc lasp"),
    ("oracles/qemu_s390x.py: their parameter lists lead to further storage", "plo csst"),
    ("hints whose operands are no places", "bpp bprp"),
];

fn without_line(dir: &Path) -> Result<(), Failed> {
    let mut lines = std::collections::HashSet::new();
    for entry in std::fs::read_dir(dir)? {
        let text = std::fs::read_to_string(entry?.path())?;
        let names =
            text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().nth(1));
        lines.extend(names.map(str::to_owned));
    }
    let elsewhere = |name: &str| ELSEWHERE.iter().any(|(_, names)| names.split_whitespace().any(|other| other == name));
    let rows = TABLES.iter().flat_map(|table| table.iter().map(|row| row.name));
    let wrong: Vec<&str> = rows.filter(|name| lines.contains(*name) == elsewhere(name)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("no line, or one and excused all the same: {wrong:?}").into()) }
}
