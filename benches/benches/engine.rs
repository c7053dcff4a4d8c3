//! Parts of the engine: lifting, the soft TLB, links between blocks, interrupts, harts on host threads.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use benches::{Hart, asm, hart, lift};
use cpu::{Cpu, Target};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const BUDGET: u64 = 1_000_000;

/// Guest instructions a second of endless programs.
fn programs(c: &mut Criterion) {
    let mut group = c.benchmark_group("instructions");
    group.throughput(Throughput::Elements(BUDGET)).sample_size(20);
    for (name, code) in asm::PROGRAMS {
        let mut hart = hart(code);
        group.bench_function(*name, |b| b.iter(|| hart.run(BUDGET)));
    }
    group.finish();
}

/// Bytes to a block with all passes.
fn lifting(c: &mut Criterion) {
    let mut hart = hart(asm::ALU);
    let mode = riscv::Riscv64::mode(hart.ctx());
    let bytes: Vec<u8> = asm::ALU.iter().flat_map(|insn| insn.to_le_bytes()).collect();
    let mut group = c.benchmark_group("lifting");
    group.throughput(Throughput::Elements(asm::ALU.len() as u64));
    group.bench_function("alu", |b| b.iter(|| lift(hart.kind(), &bytes, mode)));
    group.finish();
}

/// Interrupts a second: the line stays up, the handler returns at once.
fn interrupts(c: &mut Criterion) {
    const N: u64 = 10_000;
    let mut hart = hart(asm::INTERRUPTED);
    hart.run(100);
    hart.lines().set(3, true);
    let mut group = c.benchmark_group("interrupts");
    group.throughput(Throughput::Elements(N));
    group.bench_function("taken and returned", |b| b.iter(|| hart.run(N)));
    group.finish();
}

/// Busy harts on as many host threads: all of them together.
fn threads(c: &mut Criterion) {
    let mut group = c.benchmark_group("threads");
    group.sample_size(20);
    for n in [1, 2] {
        let mut harts: Vec<Hart> = (0..n).map(|_| hart(asm::ALU)).collect();
        group.throughput(Throughput::Elements(n * 4 * BUDGET));
        group.bench_function(format!("{n}"), |b| {
            b.iter(|| {
                std::thread::scope(|scope| {
                    harts.iter_mut().for_each(|hart| drop(scope.spawn(|| hart.run(4 * BUDGET))));
                });
            });
        });
    }
    group.finish();
}

criterion_group!(engine, programs, lifting, interrupts, threads);
criterion_main!(engine);
