//! Random instructions of the ppc targets on unicorn, on QEMU by its debugger, and on models of the manual.
//!
//! What these scripts do is wait for each other, an instruction at a time: several of them are run side by side, each with cases of its own.

use std::collections::BTreeMap;
use std::process::Command;
use std::thread;

use anyhow::{Result, bail};

use super::riscv::feed;
use crate::{cargo, need, output, say};

const SCALAR: &str = "branch,load,store,arith,logic,rotate,fp,fp_mem";
const ALL: &str = "branch,load,store,arith,logic,rotate,fp,fp_mem,vector,vector_new,vsx,quad,vsx_mem,dfp";
/// Scripts at work at the same time.
const SHARDS: u64 = 8;

/// One comparison: what it is, options of the generator, the script with its arguments, and one of how many cases.
struct Row(&'static str, &'static [&'static str], &'static [&'static str], u64);

const ROWS: &[Row] = &[
    Row("32 bits", &["--xlen", "32", "--only", SCALAR], &["oracles/unicorn_ppc.py"], 1),
    Row(
        "POWER instructions of the 601",
        &["--xlen", "32", "--cpu", "601_v2", "--only", "power"],
        &["oracles/ppc_model.py"],
        10,
    ),
    Row(
        "multiply-accumulate instructions of the 405",
        &["--xlen", "32", "--cpu", "405d4", "--only", "mac"],
        &["oracles/ppc_model.py"],
        10,
    ),
    Row(
        "signal processing engine",
        &["--xlen", "32", "--cpu", "e500v2_v30", "--only", "spe,spe_fp,spe_mem"],
        &["oracles/qemu_ppc.py", "e500v2_v30"],
        10,
    ),
    Row("64 bits", &["--xlen", "64", "--only", ALL], &["oracles/qemu_ppc.py"], 1),
    Row("64 bits, little-endian", &["--xlen", "64", "--only", ALL, "--mode", "little"], &["oracles/qemu_ppc.py"], 1),
    Row("32-bit mode", &["--xlen", "64", "--only", ALL, "--mode", "narrow"], &["oracles/qemu_ppc.py"], 1),
];

/// Compares `count` cases of each of the large groups.
///
/// # Errors
/// When something is not installed, or the two sides differ.
pub(super) fn run(count: u64, seed: u64) -> Result<()> {
    need("python3", "Debian's python3")?;
    need("qemu-system-ppc", "Debian's qemu-system-ppc")?;
    need("qemu-system-ppc64", "Debian's qemu-system-ppc")?;
    output(cargo().args(["build", "--release", "--package", "ppc", "--example", "oracle_cases"]))?;
    let mut wrong = Vec::new();
    for Row(text, options, script, share) in ROWS {
        let each = (count / share).div_ceil(SHARDS).max(1);
        let shards: Vec<Result<(bool, String)>> = thread::scope(|scope| {
            let start = |n| scope.spawn(move || shard(options, script, each, seed + n));
            let handles: Vec<_> = (0..SHARDS).map(start).collect();
            handles.into_iter().map(|h| h.join().unwrap_or_else(|_| bail!("a thread has panicked"))).collect()
        });
        let shards = shards.into_iter().collect::<Result<Vec<_>>>()?;
        let failed = shards.iter().filter(|(agrees, _)| !agrees);
        failed.clone().for_each(|(_, text)| say(text));
        say(&format!("{text}: {} cases, {} of {SHARDS} parts differ", each * SHARDS, failed.count()));
        excused(&shards);
        if shards.iter().any(|(agrees, _)| !agrees) {
            wrong.push(*text);
        }
    }
    if !wrong.is_empty() {
        bail!("these differ: {}", wrong.join(", "));
    }
    Ok(())
}

/// Cases of one seed: whether both sides agree, and what the script says.
fn shard(options: &[&str], script: &[&str], count: u64, seed: u64) -> Result<(bool, String)> {
    let (count, seed) = (count.to_string(), seed.to_string());
    let options = [options, &["--count", &count, "--seed", &seed]].concat();
    let replayed = feed("ppc", "oracle_cases", &options, Command::new("python3").args(script))?;
    let text = [replayed.stdout, replayed.stderr].concat();
    Ok((replayed.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

/// Sums of what rules have excused, as far as they have.
fn excused(shards: &[(bool, String)]) {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for line in shards.iter().flat_map(|(_, text)| text.lines()) {
        let Some((number, reason)) = line.strip_prefix("  excused ").and_then(|rest| rest.split_once(": ")) else {
            continue;
        };
        *sums.entry(reason).or_default() += number.parse::<u64>().unwrap_or(0);
    }
    sums.iter().filter(|(_, n)| **n > 0).for_each(|(reason, n)| say(&format!("  excused {n}: {reason}")));
}
