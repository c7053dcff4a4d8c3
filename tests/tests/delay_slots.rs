//! `query-cpus` in the delay slots of SPARC: pc and npc while single-stepping through a branch, and where a breakpoint in a slot stops.

use anyhow::{Context as _, Result, ensure};
use bits::Endian;
use cpu::Exit;
use machine::Machine;
use qmp::command::{Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;
use serde_json::Value;
use tests::Setup;

/// Code that transfers control in all ways; where it stands, the next pc that each step leaves behind, by words.
const CODE: [u32; 16] = [
    0x1080_0004, // ba +4
    0x0100_0000, // nop
    0x0100_0000,
    0x0100_0000,
    0x4000_0003, // 4: call +3
    0x8600_e001, //    add %g3, 1, %g3
    0x0100_0000,
    0x80a0_0000, // 7: cmp %g0, %g0
    0x2280_0003, // 8: be,a +3, taken
    0x8600_e001, //    add %g3, 1, %g3
    0x0100_0000,
    0x3280_0003, // 11: bne,a +3, not taken: the slot is annulled
    0x0000_0000, //    unimp
    0x1080_0003, // 13: ba +3
    0x10bf_fff2, // 14: ba -14, in the slot of the other
    0x0100_0000,
];

/// pc and npc, in words from the start, after each step.
const STEPS: [(u64, u64); 13] =
    [(1, 4), (4, 5), (5, 7), (7, 8), (8, 9), (9, 11), (11, 12), (13, 14), (14, 16), (16, 0), (0, 1), (1, 4), (4, 5)];

struct Bench {
    machine: Machine,
    session: Session,
    environment: Environment,
    at: u64,
}

impl Bench {
    fn new(target: &str, board: &str, at: u64) -> Result<Bench> {
        let mut config = Setup::new(target, board).config()?;
        config.stopped = true;
        let machine = Machine::new(config)?;
        for (n, word) in (0..).zip(CODE.into_iter().chain([0x0100_0000])) {
            machine.memory().write(at + 4 * n, 4, Endian::Big, word.into(), 0).ok().context("there is RAM")?;
        }
        let mut bench =
            Bench { machine, session: Session::new(Style::Compact), environment: Environment::default(), at };
        bench.ask(r#"{"execute": "qmp_capabilities"}"#)?;
        bench.cpu().set_pc(at);
        Ok(bench)
    }

    fn cpu(&mut self) -> &mut dyn cpu::Cpu {
        &mut *self.machine.cpus_mut()[0].cpu
    }

    fn ask(&mut self, request: &str) -> Result<Value> {
        self.session.feed(format!("{request}\n").as_bytes());
        let mut last = None;
        while self.session.has_work() {
            let mut context =
                Context { machine: &mut self.machine, environment: &self.environment, after: Default::default() };
            last = self.session.answer(&mut context).or(last);
        }
        Ok(serde_json::from_str(&last.context("an answer")?)?)
    }

    /// pc and npc as `query-cpus` has them, in words from the start of the code.
    fn query(&mut self) -> Result<(u64, u64)> {
        let reply = self.ask(r#"{"execute": "query-cpus"}"#)?;
        let cpu = &reply["return"][0];
        ensure!(cpu["arch"] == "sparc", "{reply}");
        let field = |name: &str| cpu[name].as_u64().with_context(|| format!("no {name} in {reply}"));
        Ok(((field("pc")? - self.at) / 4, (field("npc")? - self.at) / 4))
    }
}

fn steps(target: &str, board: &str, at: u64) -> Result<()> {
    let mut bench = Bench::new(target, board, at)?;
    for (n, must) in STEPS.into_iter().enumerate() {
        bench.cpu().step();
        let is = bench.query()?;
        ensure!(is == must, "{target}, step {n}: pc and npc {is:?}, but must be {must:?}");
    }
    Ok(())
}

/// Run, not stepped, up to a breakpoint in each slot.
fn breakpoints(target: &str, board: &str, at: u64) -> Result<()> {
    for must in [(1, 4), (5, 7), (9, 11), (14, 16), (16, 0)] {
        let mut bench = Bench::new(target, board, at)?;
        bench.cpu().insert_breakpoint(at + 4 * must.0);
        let exit = bench.cpu().run(1000);
        ensure!(exit == Exit::Breakpoint, "{target}: {exit:?}");
        let is = bench.query()?;
        ensure!(is == must, "{target}, breakpoint: pc and npc {is:?}, but must be {must:?}");
    }
    Ok(())
}

const BOARDS: [(&str, &str, u64); 2] = [("sparc", "leon3_generic", 0x4000_1000), ("sparc64", "sun4u", 0x1000)];

#[test]
fn single_steps_through_slots() -> Result<()> {
    BOARDS.into_iter().try_for_each(|(target, board, at)| steps(target, board, at))
}

#[test]
fn breakpoints_in_slots() -> Result<()> {
    BOARDS.into_iter().try_for_each(|(target, board, at)| breakpoints(target, board, at))
}
