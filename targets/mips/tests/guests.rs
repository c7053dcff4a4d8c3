//! Guest programs of `guests/tests/mips` print on ours what they printed on QEMU.
#![allow(missing_docs, reason = "a test")]

mod board;

use std::path::PathBuf;

use bits::Endian::{Big, Little};
use mips::model::Model;
use mips::{Mips, Mips64, Mips64el, Mipsel};

/// Instructions after which a program is thought to hang.
const LIMIT: u64 = 50_000_000;

fn check(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../guests/tests/mips");
    for (suffix, width, endian) in
        [("mips32", 32, Big), ("mips32el", 32, Little), ("mips64", 64, Big), ("mips64el", 64, Little)]
    {
        let elf = std::fs::read(folder.join(format!("bin/{name}-{suffix}.elf"))).unwrap();
        let golden = std::fs::read_to_string(folder.join(format!("golden/{name}-{suffix}.txt"))).unwrap();
        let cpu = if width == 32 { "24Kf" } else { "MIPS64R2-generic" };
        let model = Model::parse(width, endian, cpu).unwrap();
        let text = match (width, endian) {
            (32, Big) => board::run::<Mips>(model, &elf, LIMIT, endian),
            (32, Little) => board::run::<Mipsel>(model, &elf, LIMIT, endian),
            (_, Big) => board::run::<Mips64>(model, &elf, LIMIT, endian),
            (_, Little) => board::run::<Mips64el>(model, &elf, LIMIT, endian),
        };
        assert_eq!(text, golden, "{name}-{suffix}");
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

guests! { hello traps timer tlb }
