//! Any bytes as code: lifted, verified, printed, through all passes, lowered, and disassembled, for every model and mode.

use std::process::ExitCode;
use std::sync::Arc;

use cpu::{Code, Engine, Kind, Lifted, Target};
use fuzz::Bytes;
use interp::Interp;
use riscv::model::{Model, models};
use riscv::{Riscv32, Riscv64};

type Kinds<T> = Vec<Arc<Kind<T>>>;

fn kinds<T: Target<Model = Model>>(xlen: u32) -> Kinds<T> {
    let all = models(xlen).iter().map(|model| model.name);
    all.map(|name| Kind::new(Model::new(xlen, name, &[]).expect("a model of the list"))).collect()
}

/// Lifts as the run loop does; every encoding must come to an end, and every block be well made.
fn lift<T: Target<Model = Model>>(kinds: &Kinds<T>, choice: u8, mode: cpu::Mode, pc: u64, bytes: &[u8]) {
    let kind = &kinds[usize::from(choice) % kinds.len()];
    let mut at = 0;
    while at < bytes.len() {
        let builder = uop::Builder::new(kind.layout());
        let start = at;
        while !builder.has_exit() {
            let offset = (at - start) as i32;
            let code = Code { pc: pc.wrapping_add(at as u64), offset, bytes: &bytes[at..], mode, alone: false };
            if let Some((text, len)) = T::disassemble(kind.lifter(), code) {
                assert!(!text.is_empty() && len as usize <= bytes.len() - at, "{text:?} {len}");
            }
            builder.begin_insn(offset, 0);
            match T::lift(kind.lifter(), &builder, code) {
                Lifted::Next(n) | Lifted::End(n) => {
                    assert!(n > 0 && n as usize <= bytes.len() - at, "{n} bytes of {}", bytes.len() - at);
                    at += n as usize;
                }
                Lifted::More => {
                    builder.abandon_insn();
                    if at == start {
                        return;
                    }
                    builder.exit(uop::Exit::Jump { pc: code.pc });
                }
            }
            if !builder.has_exit() && (builder.n_insns() >= 64 || at >= bytes.len()) {
                builder.exit(uop::Exit::Jump { pc: pc.wrapping_add(at as u64) });
            }
        }
        let mut block = builder.finish(pc.wrapping_add(start as u64), (at - start) as u32);
        assert_eq!(uop::verify(&block, kind.layout()), Ok(()), "{}", uop::text(&block, kind.layout()));
        uop::pass::run(&mut block, kind.layout());
        assert_eq!(uop::verify(&block, kind.layout()), Ok(()), "{}", uop::text(&block, kind.layout()));
        Interp::default().add(&block, kind.layout());
    }
}

fn main() -> ExitCode {
    let (narrow, wide) = (kinds::<Riscv32>(32), kinds::<Riscv64>(64));
    let good: Vec<Vec<u8>> = fuzz::guests(".elf")
        .iter()
        .flat_map(|file| file.get(0x1000..).unwrap_or_default().chunks(512).take(16).map(<[u8]>::to_vec))
        .collect();
    fuzz::main("decoder", &good, |input| {
        let mut bytes = Bytes(input);
        let (choice, flags, pc) = (bytes.u8(), bytes.u8(), bytes.u64() & !1);
        let privilege = [0, 1, 3][usize::from(flags & 3) % 3];
        let mode = riscv::mode::pack(privilege, flags >> 2 & 7, flags & 0x20 != 0, flags & 0x40 != 0);
        if flags & 0x80 == 0 {
            lift(&wide, choice, mode, pc, bytes.0);
        } else {
            lift(&narrow, choice, mode, pc & 0xffff_fffe, bytes.0);
        }
    })
}
