//! Compares `softfloat` under x86's rules with the x86 processor it runs on: results, all six exceptions and, for the
//! x87, C1 and the quotient bits; four rounding directions, DAZ, FTZ and precision control.
//!
//! ```text
//! cargo run --bin host                 4000 cases an operation and mode
//! cargo run --bin host -- 100000 7     100000 cases each, seed 7
//! ```
//!
//! On other processors it says so and fails. Unlike Berkeley SoftFloat, silicon knows the denormal-operand exception,
//! unsupported 80-bit encodings and partial remainders.

#[cfg(target_arch = "x86_64")]
#[path = "../../../../crates/softfloat/tests/draw/mod.rs"]
mod draw;
#[cfg(target_arch = "x86_64")]
#[path = "../host/sse.rs"]
mod sse;
#[cfg(target_arch = "x86_64")]
#[path = "../host/x87.rs"]
mod x87;

use std::process::ExitCode;

#[cfg(target_arch = "x86_64")]
fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let (Ok(cases), Ok(seed)) = (args.next().unwrap_or(Ok(4000)), args.next().unwrap_or(Ok(1))) else {
        eprintln!("usage: host [CASES [SEED]], both plain numbers");
        return ExitCode::FAILURE;
    };
    let mut tally = Tally::default();
    sse::compare(cases, &mut draw::Rng(seed), &mut tally);
    x87::compare(cases, &mut draw::Rng(seed), &mut tally);
    println!("{} compared, {} different", tally.compared, tally.different);
    if tally.different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(target_arch = "x86_64"))]
fn main() -> ExitCode {
    eprintln!("host: this compares with an x86-64 processor; run it on one");
    ExitCode::FAILURE
}

/// What was compared, and how much of it differs.
#[cfg(target_arch = "x86_64")]
#[derive(Default)]
struct Tally {
    compared: u64,
    different: u64,
    shown: std::collections::HashMap<&'static str, u32>,
}

#[cfg(target_arch = "x86_64")]
impl Tally {
    /// Counts a case, and shows the first few that differ of each operation.
    fn count<T: PartialEq + std::fmt::LowerHex>(
        &mut self,
        name: &'static str,
        (ours, theirs): ((T, u32), (T, u32)),
        context: impl FnOnce() -> String,
    ) {
        self.compared += 1;
        if ours == theirs {
            return;
        }
        self.different += 1;
        let shown = self.shown.entry(name).or_default();
        *shown += 1;
        if *shown <= 4 {
            println!("{name} {}", context());
            println!("    ours {:x} {:06b}    host {:x} {:06b}", ours.0, ours.1, theirs.0, theirs.1);
        }
    }
}

/// Our flags as MXCSR and the x87 status word have them: IE DE ZE OE UE PE from bit 0 up.
#[cfg(target_arch = "x86_64")]
fn x86_flags(flags: softfloat::Flags) -> u32 {
    use softfloat::Flags;
    let order =
        [Flags::INVALID, Flags::DENORMAL, Flags::DIV_BY_ZERO, Flags::OVERFLOW, Flags::UNDERFLOW, Flags::INEXACT];
    order.iter().enumerate().map(|(bit, &flag)| u32::from(flags.contains(flag)) << bit).sum()
}

/// The rounding directions in the order of the RC field.
#[cfg(target_arch = "x86_64")]
const ROUNDINGS: [softfloat::Rounding; 4] = {
    use softfloat::Rounding;
    [Rounding::NearestEven, Rounding::Down, Rounding::Up, Rounding::TowardZero]
};
