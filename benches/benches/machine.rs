//! Whole machines: how long they take to start, how many commands a second they answer, and what a second hart brings.
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use machine::{Advance, Machine, MachineConfig};
use qmp::command::{Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;
use topology::SmpOptions;

fn config(board: &str, cpus: u32) -> MachineConfig {
    let target = machine::targets::find("riscv64").expect("a target of ours");
    let mut config = MachineConfig::new(target, Some(board)).expect("a board of ours");
    config.smp = SmpOptions { cpus: Some(cpus), ..SmpOptions::default() };
    config.boot.bios = Some("none".into());
    config.stopped = true;
    config
}

/// From a configuration to a machine that could run.
fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    group.sample_size(10);
    for cpus in [1, 64, 1024] {
        group.bench_function(format!("polyarch, {cpus} CPUs"), |b| {
            b.iter(|| Machine::new(config("polyarch", cpus)).expect("the machine can be built"));
        });
    }
    group.finish();
}

/// Commands a second, from bytes to bytes.
fn commands(c: &mut Criterion) {
    let mut group = c.benchmark_group("commands");
    group.throughput(Throughput::Elements(1));
    let environment = Environment::default();
    for (command, cpus) in [("query-status", 1), ("query-cpus-fast", 1), ("query-cpus-fast", 64), ("query-cpus", 64)] {
        let mut machine = Machine::new(config("polyarch", cpus)).expect("the machine can be built");
        let mut session = Session::new(Style::Compact);
        let mut ask = |line: &str| {
            session.feed(line.as_bytes());
            let mut context = Context { machine: &mut machine, environment: &environment, after: Default::default() };
            session.answer(&mut context).expect("each command is answered")
        };
        ask(r#"{"execute": "qmp_capabilities"}"#);
        let line = format!(r#"{{"execute": "{command}"}}"#);
        assert!(ask(&line).starts_with(r#"{"return""#), "{command} fails");
        group.bench_function(format!("{command}, {cpus} CPUs"), |b| b.iter(|| ask(&line)));
    }
    group.finish();
}

/// Instructions a second of all harts together, each at a loop of register arithmetic or of loads.
fn scaling(c: &mut Criterion) {
    const TOTAL: u64 = 100_000_000;
    let mut group = c.benchmark_group("scaling");
    group.sample_size(10).throughput(Throughput::Elements(TOTAL));
    for (name, code) in [("alu", benches::asm::ALU), ("loads", benches::asm::TLB_HIT)] {
        for cpus in [1, 2, 4] {
            let mut machine = Machine::new(config("virt", cpus)).expect("the machine can be built");
            let bytes: Vec<u8> = code.iter().flat_map(|insn| insn.to_le_bytes()).collect();
            machine.memory().write_bytes(benches::RAM, &bytes).expect("RAM is there");
            machine.cpus_mut().iter_mut().for_each(|vcpu| vcpu.cpu.set_pc(benches::RAM));
            machine.cont().expect("the machine is new");
            group.bench_function(format!("{name}, {cpus} harts"), |b| {
                b.iter(|| {
                    let end = machine.executed() + TOTAL;
                    while machine.executed() < end {
                        assert_eq!(machine.advance(), Advance::Ran);
                    }
                });
            });
        }
    }
    group.finish();
}

criterion_group!(whole, start, commands, scaling);
criterion_main!(whole);
