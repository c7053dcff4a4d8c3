//! Guest programs of `guests/tests/riscv` print on ours what they printed on QEMU.
#![allow(missing_docs, reason = "a test")]

mod board;

use std::path::PathBuf;

use riscv::model::Model;
use riscv::{Riscv32, Riscv64};

/// Instructions after which a program is thought to hang.
const LIMIT: u64 = 50_000_000;

fn check(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guests/tests/riscv");
    for xlen in [32, 64] {
        let elf = std::fs::read(folder.join(format!("bin/{name}-rv{xlen}.elf"))).unwrap();
        let golden = std::fs::read_to_string(folder.join(format!("golden/{name}-rv{xlen}.txt"))).unwrap();
        let model = Model::new(xlen, &format!("rv{xlen}"), &[]).unwrap();
        let text = match xlen {
            32 => board::run::<Riscv32>(model, &elf, LIMIT),
            _ => board::run::<Riscv64>(model, &elf, LIMIT),
        };
        assert_eq!(text, golden, "{name} on riscv{xlen}");
    }
}

macro_rules! guests {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )* };
}

guests! { timer smc fpflags user_deleg traps csr mmu pmp sstc }
