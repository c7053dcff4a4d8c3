//! Compares every operation of `softfloat` that Berkeley SoftFloat 3e has: results and flags, six rounding
//! directions, tininess before and after rounding, x87 precision control.
//!
//! Berkeley SoftFloat is built from source by the `softfloat-sys` crate; a C compiler is all it needs. It is called
//! directly since the safe wrapper crate has neither the 80-bit format nor the choice of tininess. Run by hand in this
//! directory:
//!
//! ```text
//! cargo run                                              RISC-V's NaN rules, 4000 cases an operation and mode
//! cargo run -- 100000 7                                  100000 cases each, seed 7
//! cargo run --no-default-features --features sse         the NaN rules of x86: SSE, and x87 for its format
//! ```
//!
//! `src/bin/host.rs` is the other half: the same against the x86 processor at hand, `cargo run --bin host`.
//!
//! It prints the first cases that differ, operation by operation, and fails if there are any. Not compared are
//! bfloat16 (Berkeley only converts it), 80-bit FMA, unsupported 80-bit encodings (which Berkeley takes as numbers), and
//! with x86's rules inf × 0 + NaN, which Berkeley calls invalid against Intel's manual.

mod berkeley;
#[path = "../../../crates/softfloat/tests/draw/mod.rs"]
mod draw;
mod ops;

use std::process::ExitCode;

use draw::Rng;
use ops::{Input, Op};
use softfloat::{Env, Flags, Precision, Rounding, Tininess};

const ROUNDINGS: [Rounding; 6] =
    [Rounding::NearestEven, Rounding::TowardZero, Rounding::Down, Rounding::Up, Rounding::NearestAway, Rounding::ToOdd];

/// Differences shown an operation.
const SHOWN: usize = 5;

#[cfg(not(feature = "sse"))]
const GUEST: Env = Env::RISCV;
#[cfg(feature = "sse")]
const GUEST: Env = Env::SSE;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let (cases, seed) = match (args.next().unwrap_or(Ok(4000)), args.next().unwrap_or(Ok(1))) {
        (Ok(cases), Ok(seed)) => (cases, seed),
        _ => {
            eprintln!("usage: softfloat-oracle [CASES [SEED]], both plain numbers");
            return ExitCode::FAILURE;
        }
    };
    let mut rng = Rng(seed);
    let (mut compared, mut different) = (0, 0);
    for op in ops::all() {
        let (n, bad) = compare(&op, cases, &mut rng);
        compared += n;
        different += bad;
        if bad != 0 {
            println!("{}: {bad} of {n} differ", op.name);
        }
    }
    println!("{compared} compared, {different} different");
    if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The environments an operation is tried in.
fn environments(op: &Op) -> Vec<Env> {
    let precisions: &[Precision] = if op.controlled {
        &[Precision::Single, Precision::Double, Precision::Extended]
    } else {
        &[Precision::Extended]
    };
    let mut all = Vec::new();
    for rounding in ROUNDINGS {
        for tininess in [Tininess::BeforeRounding, Tininess::AfterRounding] {
            for &precision in precisions {
                let mut guest = GUEST;
                if cfg!(feature = "sse") && matches!(op.input, Input::Format(format) if format.explicit) {
                    guest = Env::X87;
                }
                all.push(Env { rounding, tininess, precision, ..guest });
            }
        }
    }
    all
}

/// Compares one operation; returns how many cases were compared and how many differ.
fn compare(op: &Op, cases: u64, rng: &mut Rng) -> (u64, u64) {
    let (mut compared, mut different) = (0, 0);
    for env in environments(op) {
        for case in 0..cases {
            let x = match op.input {
                Input::Format(format) if case % 8 == 0 => draw::special_operands(&format, rng),
                Input::Format(format) => draw::operands(&format, rng),
                Input::Integer => [draw::integer(rng).into(), 0, 0],
            };
            if cfg!(feature = "sse") && (op.skip_sse)(x) {
                continue;
            }
            let mut ours = env;
            let our_result = (op.ours)(x, &mut ours);
            let (their_result, their_flags) = berkeley::run(&env, || (op.theirs)(x, &env));
            // The host's FPU, which takes over once INEXACT is raised, must not be told from our own.
            let mut accrued = Env { flags: Flags::INEXACT, ..env };
            let fast_result = (op.ours)(x, &mut accrued);
            let fast_flags = their_flags | Flags::INEXACT.bits();
            compared += 1;
            if (our_result, ours.flags.fflags()) != (their_result, their_flags)
                || (fast_result, accrued.flags.fflags()) != (their_result, fast_flags)
            {
                different += 1;
                if different <= SHOWN as u64 {
                    println!("{} {:?} {:?} {:?}: {x:x?}", op.name, env.rounding, env.tininess, env.precision);
                    println!("    ours   {our_result:x} flags {:05b}", ours.flags.fflags());
                    println!("    fast   {fast_result:x} flags {:05b}", accrued.flags.fflags());
                    println!("    theirs {their_result:x} flags {their_flags:05b}");
                }
            }
        }
    }
    (compared, different)
}
