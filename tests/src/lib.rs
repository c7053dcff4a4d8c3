//! Tests that need more than one crate: guest programs on whole machines, QMP transcripts, documents that hold code.
//!
//! They stand in `tests/tests/`; here is what they share: a machine from a few options, run to its end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use devices::Capture;
use machine::config::{DeviceConfig, Icount, MemConfig, Threading};
use machine::{Advance, Console, Given, Machine, MachineConfig, targets};
use topology::SmpOptions;
use xtask::machine::Outcome;

/// A machine by the options that tests need, as the command line spells them.
pub struct Setup<'a> {
    /// `riscv64`...
    pub target: &'a str,
    /// `-M`.
    pub board: &'a str,
    /// `-cpu`; empty for the board's default.
    pub cpu: &'a str,
    /// `-smp`.
    pub smp: &'a str,
    /// `-m`; empty for the board's default.
    pub mem: &'a str,
    /// `-numa`, each.
    pub numa: &'a [&'a str],
    /// `-icount shift=`.
    pub icount: Option<u8>,
    /// `-accel interp,thread=single`.
    pub single: bool,
    /// `-bios`: a file, or `none`; the board's own way without it.
    pub bios: Option<String>,
    /// `-no-reboot`.
    pub no_reboot: bool,
    /// `-device pc-testdev`.
    pub testdev: bool,
    /// The board can't be switched off: the guest waits for ever when it is done.
    pub stays_on: bool,
}

impl<'a> Setup<'a> {
    /// `-M board` with one CPU.
    pub fn new(target: &'a str, board: &'a str) -> Setup<'a> {
        // A name like any other on s390x.
        let bios = (target != "s390x").then(|| "none".to_owned());
        let numa = &[];
        let (icount, single, no_reboot, testdev, stays_on) = (None, false, false, false, false);
        Setup { target, board, cpu: "", smp: "1", mem: "", numa, icount, single, bios, no_reboot, testdev, stays_on }
    }

    /// The machine on which a guest program's expected output was recorded, with that many CPUs.
    pub fn of(run: &'a xtask::guests::Run, smp: &'a str) -> Setup<'a> {
        let options = run.options();
        let has = |name: &str| options.iter().any(|option| option == name);
        let (no_reboot, testdev) = (has("-no-reboot"), has("pc-testdev"));
        let setup = Setup::new(run.arch.target, run.arch.board);
        let stays_on = run.last_line().is_some();
        Setup { cpu: run.model(), smp, bios: run.bios(), no_reboot, testdev, stays_on, ..setup }
    }

    /// The configuration.
    ///
    /// # Errors
    /// Those of the options.
    pub fn config(&self) -> Result<MachineConfig> {
        let target = targets::find(self.target).with_context(|| format!("no target {}", self.target))?;
        let mut config = MachineConfig::new(target, Some(self.board))?;
        config.cpu = Some(self.cpu.to_owned()).filter(|model| !model.is_empty());
        config.smp = SmpOptions::parse(self.smp)?;
        if !self.mem.is_empty() {
            config.mem = MemConfig::parse(self.mem, config.machine)?;
        }
        for option in self.numa {
            config.numa.push(Given { option: format!("-numa {option}"), value: option.to_string() });
        }
        if let Some(shift) = self.icount {
            config.icount = Some(Icount::parse(&format!("shift={shift}"))?);
        }
        if self.single {
            config.threading = Threading::Single;
        }
        if self.testdev {
            let option = "-device pc-testdev".to_owned();
            config.devices.push(Given { option, value: DeviceConfig::parse("pc-testdev")? });
        }
        config.boot.bios.clone_from(&self.bios);
        config.no_reboot = self.no_reboot;
        Ok(config)
    }

    /// Runs `kernel` until the guest switches off: its console and exit code, and the instructions of all CPUs.
    ///
    /// # Errors
    /// When the machine can't be built, waits for ever, stops, or takes longer than `limit`.
    pub fn boot(&self, kernel: &Path, limit: Duration) -> Result<(Outcome, u64)> {
        let mut config = self.config()?;
        config.boot.kernel = Some(kernel.display().to_string());
        let capture = Capture::new();
        config.console = Console::new(capture.clone());
        let mut machine = Machine::new(config)?;
        let begin = Instant::now();
        let text = || String::from_utf8_lossy(&capture.take()).replace('\r', "");
        loop {
            let why = match machine.advance() {
                Advance::Exit(code) => {
                    return Ok((Outcome { console: text(), exit: Some(code) }, machine.executed()));
                }
                Advance::Wait(None) if self.stays_on => {
                    return Ok((Outcome { console: text(), exit: None }, machine.executed()));
                }
                Advance::Ran if begin.elapsed() < limit => continue,
                Advance::Wait(Some(pause)) if begin.elapsed() < limit => {
                    std::thread::sleep(pause.min(Duration::from_millis(10)));
                    continue;
                }
                Advance::Ran | Advance::Wait(Some(_)) => format!("has not ended after {limit:?}"),
                Advance::Wait(None) => format!("waits for ever, {}", machine.state().name()),
                Advance::Debug { cpu, exit } => format!("stopped at CPU {cpu}: {exit:?}"),
            };
            let at: Vec<String> = machine.cpus().iter().take(8).map(|c| format!("{:#x}", c.cpu.pc())).collect();
            bail!("the guest {why}; CPUs at {}; console so far:\n{}", at.join(" "), text());
        }
    }
}
