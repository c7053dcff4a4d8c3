//! The cases of `tests/insn`, in 32- and 64-bit code, on the interpreter and on the reference evaluator.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bits::Endian;
use cpu::{Ctx, Engine, Kind};
use iced_x86::{Decoder, DecoderOptions, Mnemonic};
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
    // Where cases that need descriptors have them.
    (ctx.state.gdt_base, ctx.state.gdt_limit) = (0x2_8000, 0xff);
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

/// The instructions that have cases, as the decoder knows them.
fn with_cases(dir: &Path) -> HashSet<Mnemonic> {
    let mut found = HashSet::new();
    for entry in std::fs::read_dir(dir).expect("the folder is there") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("it is readable");
        for case in parse_file(&text).expect("cases") {
            let bits = if case.variant.as_deref() == Some("i386") { 32 } else { 64 };
            let code: Vec<u8> =
                case.words.iter().flat_map(|&(word, len)| word.to_le_bytes()[..len as usize].to_vec()).collect();
            let options = DecoderOptions::AMD | DecoderOptions::PCOMMIT | DecoderOptions::MPX;
            found.extend(Decoder::new(bits, &code, options).iter().map(|insn| insn.mnemonic()));
        }
    }
    found
}

/// Instructions whose results no case can state: random numbers, and what is defined only of the steps of an approximation together (tested in
/// `src/now.rs`).
const WITHOUT_CASE: [Mnemonic; 5] =
    [Mnemonic::Rdrand, Mnemonic::Rdseed, Mnemonic::Pfrcpit1, Mnemonic::Pfrcpit2, Mnemonic::Pfrsqit1];

/// Each instruction that some model has has a case.
fn coverage(dir: &Path) -> Trial {
    let dir = dir.to_owned();
    Trial::test("each instruction has a case", move || {
        let found = with_cases(&dir);
        let missing = x86::instructions().filter(|m| !found.contains(m) && !WITHOUT_CASE.contains(m));
        let missing: Vec<String> = missing.map(|m| format!("{m:?}")).collect();
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
