//! Blocks of micro-ops made from the input: the interpreter against the reference evaluator, with and without passes.

use std::process::ExitCode;

use fuzz::Bytes;

#[path = "../../../crates/interp/tests/against_eval.rs"]
#[allow(dead_code, unused_imports, reason = "its tests are cargo test's business")]
mod against_eval;

fn main() -> ExitCode {
    fuzz::main("blocks", &[], |input| {
        let mut bytes = Bytes(input);
        let exit = (bytes.u8(), u16::from(bytes.u8()));
        let passes = bytes.u8() & 1 != 0;
        let regs: Vec<u64> = (0..17).map(|i| if i % 3 == 0 { u64::from(bytes.u8()) } else { bytes.u64() }).collect();
        let mut steps = Vec::new();
        while !bytes.is_empty() && steps.len() < 90 {
            steps.push((
                bytes.u8(),
                u16::from(bytes.u8()),
                u16::from(bytes.u8()) | u16::from(bytes.u8()) << 8,
                bytes.u64(),
            ));
        }
        if let Err(e) = against_eval::check(&steps, exit, &regs, passes) {
            panic!("{e}");
        }
    })
}
