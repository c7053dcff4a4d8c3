//! The cases of `tests/insn`, in 32- and 64-bit code, on the interpreter and on the reference evaluator.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind};
use interp::Interp;
use libtest_mimic::{Arguments, Failed, Trial};
use testkit::insn::{Bench, parse_file, trials};
use x86::X86;
use x86::model::{Model, word};
use x86::state::{self, Seg};

/// Registers that traps change on their way to a handler that is not there.
const TRAP_CHANGES: &[&str] = &["eflags", "rip", "eip", "cs", "ss", "rsp", "esp", "cr2", "mxcsr"];

fn flat(attr: u16) -> Seg {
    Seg { selector: 0, limit: u32::MAX, attr, base: 0 }
}

fn prepare_32(ctx: &mut Ctx<X86>) {
    (0..6).for_each(|n| ctx.set_reg(state::base(n), 0));
    ctx.state.cr0 = 0x11;
    ctx.state.cr4 = 0x4_0600;
    ctx.state.xcr0 = 7;
    ctx.state.seg = [flat(0xc093); 6];
    ctx.state.seg[1] = flat(0xc09b);
    ctx.state.last_vector = None;
    ctx.set_reg(state::RDX, 0);
    ctx.set_reg(state::MXCSR, 0x1f80);
}

fn prepare_64(ctx: &mut Ctx<X86>) {
    prepare_32(ctx);
    ctx.state.efer = 0x501;
    ctx.state.cr4 |= 0x20;
    ctx.state.seg[1].attr = 0xa09b;
}

/// A model with everything.
fn model(bits: u32) -> Model {
    let mut model = Model::parse(bits, "max").expect("a model");
    model.features.0 = [u32::MAX; word::N];
    model
}

fn trap(ctx: &Ctx<X86>) -> Option<u64> {
    ctx.state.last_vector.map(u64::from)
}

fn bench(name: &'static str, bits: u32, prepare: fn(&mut Ctx<X86>)) -> Arc<Bench<X86>> {
    let kind = Kind::new(model(bits));
    Arc::new(Bench { name, kind, endian: Endian::Little, prepare, trap, ignored: &[], trap_changes: TRAP_CHANGES })
}

/// Mnemonics that have cases.
fn mnemonics(dir: &Path) -> HashSet<String> {
    let mut found = HashSet::new();
    for entry in std::fs::read_dir(dir).expect("the folder is there") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("it is readable");
        let cases = parse_file(&text).expect("cases");
        found.extend(cases.iter().map(|c| c.text.split(' ').next().unwrap_or_default().to_owned()));
    }
    found
}

/// The main instructions have cases.
fn coverage(dir: &Path) -> Trial {
    let dir = dir.to_owned();
    Trial::test("main instructions have cases", move || {
        let found = mnemonics(&dir);
        let main = "add adc sub sbb and or xor cmp test inc dec neg not mul imul shl shr sar rol ror rcl rcr mov movzbl push pop call \
                    ret lea xchg cmpxchg xadd bswap bsf bsr bt bts btr btc addps addpd mulss divsd sqrtsd pxor paddb pshufb aesenc \
                    pclmulqdq sha256rnds2 vaddps vpaddd vfmadd231ps vpermd andn pdep";
        let missing: Vec<&str> =
            main.split_whitespace().filter(|m| !found.iter().any(|f| f == m || f.starts_with(m))).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case for {}", missing.join(", ")))) }
    })
}

fn all<E: Engine + 'static>(dir: &Path) -> Vec<Trial> {
    let mut list = vec![coverage(dir)];
    list.extend(trials::<X86, E>(dir, &bench("i386", 32, prepare_32)));
    list.extend(trials::<X86, E>(dir, &bench("x86_64", 64, prepare_64)));
    list
}

fn main() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    libtest_mimic::run(&Arguments::from_args(), all::<Interp>(&dir)).exit();
}
