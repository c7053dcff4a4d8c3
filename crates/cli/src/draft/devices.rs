//! Options for what a machine has beside its CPUs and consoles: drives, network cards, watchdogs.

use machine::config::DriveConfig;
use machine::{DeviceConfig, Given, MachineConfig, Target, WatchdogAction};
use topology::opts;

use super::{Draft, is_help};
use crate::fatal::Fatal;
use crate::options::Text;

/// What they have said so far.
#[derive(Default)]
pub(crate) struct Devices {
    drives: Vec<Given<DriveConfig>>,
    /// `-snapshot`
    snapshot: bool,
    /// `-net none`
    no_nic: bool,
    watchdog: WatchdogAction,
}

impl Devices {
    /// Hands it to the configuration.
    pub(super) fn put(&mut self, config: &mut MachineConfig, nodefaults: bool) {
        config.drives = std::mem::take(&mut self.drives);
        for drive in &mut config.drives {
            drive.value.snapshot.get_or_insert(self.snapshot);
        }
        config.default_nic = !(nodefaults || self.no_nic);
        config.watchdog = self.watchdog;
    }

    pub(crate) fn set_snapshot(&mut self) {
        self.snapshot = true;
    }

    /// `-action watchdog=`; whether there is such an action.
    pub(super) fn set_watchdog(&mut self, name: &str) -> bool {
        let action = WatchdogAction::from_name(name);
        self.watchdog = action.unwrap_or(self.watchdog);
        action.is_some()
    }
}

impl Draft {
    /// `-drive`: a raw file, on targets whose boards have disks.
    pub(crate) fn drive(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let fault = |why: &str| Fatal::of(&text.whole(), why.to_owned());
        let switch =
            |key: &str, given: &str| opts::switch(given).ok_or_else(|| fault(&format!("{key} expects 'on' or 'off'")));
        let mut value = DriveConfig { attached: true, ..DriveConfig::default() };
        for (key, given) in opts::pairs(text.value, None) {
            match (key.as_str(), given.as_str()) {
                ("file", _) => value.file = given,
                ("id", _) => value.id = Some(given),
                ("if", "none") => value.attached = false,
                ("if", "virtio")
                | ("format", "raw")
                | ("media", "disk")
                | ("cache" | "aio" | "index" | "discard", _) => {}
                ("readonly" | "read-only", _) => value.read_only = switch("readonly", &given)?,
                ("snapshot", _) => value.snapshot = Some(switch("snapshot", &given)?),
                ("format", _) => return Err(fault("only format=raw is supported")),
                _ => return Err(fault(&format!("{key}={given} is not supported"))),
            }
        }
        if value.file.is_empty() && !value.attached {
            return Ok(());
        }
        if self.target.name != "s390x" {
            return Err(fault("drives are not supported; give the program with -kernel"));
        }
        if value.file.is_empty() {
            return Err(fault("a drive needs a file"));
        }
        self.attached.drives.push(Given { option: text.whole(), value });
        Ok(())
    }

    /// `-net` and its like: networks there are none, but boards with a card of their own can go without it.
    pub(crate) fn network(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.ignore_none(text)?;
        self.attached.no_nic = true;
        Ok(())
    }

    /// `-watchdog`: short for the device.
    pub(crate) fn watchdog(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(watchdog_help);
            return Ok(());
        }
        if self.target.name != "s390x" || text.value != "diag288" {
            return Err(Fatal::of(&text.whole(), "Unknown -watchdog device; there is diag288, on mainframes"));
        }
        let value = DeviceConfig { driver: text.value.to_owned(), ..DeviceConfig::default() };
        self.devices.push(Given { option: text.whole(), value });
        Ok(())
    }

    pub(crate) fn watchdog_action(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if self.attached.set_watchdog(text.value) {
            return Ok(());
        }
        Err(Fatal::new("unknown -watchdog-action parameter".to_owned()))
    }
}

/// QEMU 4.2's list, as far as there are such devices.
fn watchdog_help(target: &'static Target) -> String {
    if target.name == "s390x" { "\tdiag288\t diag288 device for s390x platform\n".to_owned() } else { String::new() }
}
