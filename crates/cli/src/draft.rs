//! What the options have said so far; once all are read it becomes the machine's configuration and the list of consoles.

use cpu::LogItems;
use machine::config::{Boot, Icount, MemConfig, Threading};
use machine::{DeviceConfig, Given, GlobalProp, MachineConfig, ObjectConfig, Target, registry};
use qmp::chardev::Backend;
use qmp::json::writer::Style;
use qmp::server::Mode;
use topology::{SmpOptions, opts};

use crate::channel::{Channel, User};
use crate::fatal::Fatal;
use crate::options::Text;

mod devices;

use devices::Devices;

/// The options as they come.
pub(crate) struct Draft {
    /// How the program calls itself in messages.
    pub program: String,
    /// The guest architecture.
    pub target: &'static Target,
    /// `-S`
    pub stopped: bool,
    /// `-preconfig`
    pub preconfig: bool,
    /// `-no-reboot`
    pub no_reboot: bool,
    /// `-no-shutdown`
    pub no_shutdown: bool,
    /// `-nographic`
    pub nographic: bool,
    /// `-nodefaults`
    pub nodefaults: bool,
    /// `-semihosting`
    pub semihosting: bool,
    /// `-daemonize`
    pub daemonize: bool,
    /// `-kernel` and its kin.
    pub boot: Boot,
    /// `-gdb`
    pub gdb: Option<String>,
    /// `-D`
    pub log_file: Option<String>,
    /// `-d`
    pub log_items: LogItems,
    /// `-pidfile`
    pub pidfile: Option<String>,
    /// An argument that is no option: QEMU's disk image.
    pub image: Option<String>,
    display_none: bool,
    incoming: bool,
    /// Names that ask for a list instead of a machine.
    helps: Vec<fn(&'static Target) -> String>,
    machine: Option<(String, String)>,
    machine_props: Vec<(String, String)>,
    cpu: Option<String>,
    globals: Vec<GlobalProp>,
    smp: SmpOptions,
    mem: Option<(String, String)>,
    numa: Vec<Given<String>>,
    objects: Vec<Given<ObjectConfig>>,
    devices: Vec<Given<DeviceConfig>>,
    /// Drives, network cards, watchdogs.
    pub(crate) attached: Devices,
    name: Option<String>,
    uuid: [u8; 16],
    icount: Option<Icount>,
    threading: Option<Threading>,
    own_accelerator: bool,
    warnings: Vec<String>,
    chardevs: Vec<(String, Backend, String)>,
    /// Devices given with `-serial`, `-monitor`, `-qmp`: option, device, users.
    consoles: Vec<(String, String, User)>,
    mons: Vec<(String, String, Mode)>,
}

/// What a whole command line asks for.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The machine.
    pub config: MachineConfig,
    /// Its consoles and monitors.
    pub channels: Vec<Channel>,
    /// `-gdb`
    pub gdb: Option<String>,
    /// `-daemonize`
    pub daemonize: bool,
    /// `-pidfile`
    pub pidfile: Option<String>,
    /// `-D`
    pub log_file: Option<String>,
    /// `-d`
    pub log_items: LogItems,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Draft {
    /// Nothing said yet.
    pub(crate) fn new(program: String, target: &'static Target) -> Draft {
        Draft {
            program,
            target,
            stopped: false,
            preconfig: false,
            no_reboot: false,
            no_shutdown: false,
            nographic: false,
            nodefaults: false,
            semihosting: false,
            daemonize: false,
            boot: Boot::default(),
            gdb: None,
            log_file: None,
            log_items: LogItems::default(),
            pidfile: None,
            image: None,
            display_none: false,
            incoming: false,
            helps: Vec::new(),
            machine: None,
            machine_props: Vec::new(),
            cpu: None,
            globals: Vec::new(),
            smp: SmpOptions::default(),
            mem: None,
            numa: Vec::new(),
            objects: Vec::new(),
            devices: Vec::new(),
            attached: Devices::default(),
            name: None,
            uuid: [0; 16],
            icount: None,
            threading: None,
            own_accelerator: false,
            warnings: Vec::new(),
            chardevs: Vec::new(),
            consoles: Vec::new(),
            mons: Vec::new(),
        }
    }

    pub(crate) fn machine(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        for (key, value) in opts::pairs(text.value, Some("type")) {
            match key.as_str() {
                "type" if is_help(&value) => self.helps.push(registry::help),
                "type" => self.machine = Some((text.whole(), value)),
                "accel" => self.own_accelerator = accelerator(&value)?,
                // Properties may be spelt with either sign.
                _ => self.machine_props.push((key.replace('_', "-"), value)),
            }
        }
        Ok(())
    }

    pub(crate) fn cpu(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(registry::cpu_help);
        }
        self.cpu = Some(text.value.to_string());
        Ok(())
    }

    pub(crate) fn accel(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(|_| "Accelerators that can be chosen:\ninterp\ntcg\n".to_string());
            return Ok(());
        }
        for (key, value) in opts::pairs(text.value, Some("accel")) {
            match (key.as_str(), value.as_str()) {
                ("accel", name) => self.own_accelerator = accelerator(name)?,
                ("thread", "multi") => self.threading = Some(Threading::Multi),
                ("thread", "single") => self.threading = Some(Threading::Single),
                ("thread", other) => return Err(Fatal::new(format!("Invalid 'thread' setting {other}"))),
                // The size of a translation cache means nothing to an interpreter.
                ("tb-size", _) => {}
                _ => return Err(Fatal::of(&text.whole(), format_args!("Invalid parameter '{key}'"))),
            }
        }
        Ok(())
    }

    pub(crate) fn smp(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.smp = SmpOptions::parse(text.value).map_err(|e| Fatal::of(&text.whole(), e))?;
        Ok(())
    }

    pub(crate) fn numa(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.numa.push(Given { option: text.whole(), value: text.value.to_string() });
        Ok(())
    }

    pub(crate) fn mem(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.mem = Some((text.whole(), text.value.to_string()));
        Ok(())
    }

    pub(crate) fn object(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(object_help);
            return Ok(());
        }
        let value = ObjectConfig::parse(text.value).map_err(|e| Fatal::from(e.of_option(text.whole())))?;
        if self.objects.iter().any(|other| other.value.id == value.id) {
            return Err(Fatal::of(&text.whole(), format_args!("Duplicate ID '{}' for object", value.id)));
        }
        self.objects.push(Given { option: text.whole(), value });
        Ok(())
    }

    pub(crate) fn device(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(device_help);
            return Ok(());
        }
        let value = DeviceConfig::parse(text.value).map_err(|e| Fatal::from(e.of_option(text.whole())))?;
        self.devices.push(Given { option: text.whole(), value });
        Ok(())
    }

    /// `-boot`: only the menu means something here, since there is no drive.
    pub(crate) fn boot_order(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        for (key, value) in opts::pairs(text.value, Some("order")) {
            let fault = |why: String| Fatal::of(&text.whole(), why);
            match key.as_str() {
                "menu" => {
                    let on = opts::switch(&value);
                    self.boot.menu = on.ok_or_else(|| fault("Parameter 'menu' expects 'on' or 'off'".into()))?;
                }
                "order" | "once" | "splash" | "splash-time" | "reboot-timeout" | "strict" => {}
                _ => return Err(fault(format!("Invalid parameter '{key}'"))),
            }
        }
        Ok(())
    }

    /// `-debugcon`: a character device, and a port for it.
    pub(crate) fn debugcon(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.consoles.push((text.whole(), text.value.to_string(), User::Debug));
        let mut value = DeviceConfig { driver: "isa-debugcon".into(), ..DeviceConfig::default() };
        value.props.push(("chardev".into(), machine::Value::Str("debugcon".into())));
        self.devices.push(Given { option: text.whole(), value });
        Ok(())
    }

    /// Devices of these kinds that were asked for and have a character device: their option, and its name.
    pub(crate) fn with_chardev(&self, drivers: &[&str]) -> Vec<(String, String)> {
        let ports = self.devices.iter().filter(|given| drivers.contains(&given.value.driver.as_str()));
        let chardev = |given: &Given<DeviceConfig>| {
            let value = given.value.props.iter().rev().find(|(key, _)| key == "chardev")?.1.text()?;
            Some((given.option.clone(), value))
        };
        ports.filter_map(chardev).collect()
    }

    pub(crate) fn global(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let global = GlobalProp::parse(text.value).map_err(|e| Fatal::from(e.of_option(text.whole())))?;
        let types = machine::types::list(self.target, Some("cpu"), true);
        if global.driver == "isa-debugcon" || types.iter().any(|info| info.name == global.driver) {
            self.globals.push(global);
        } else {
            let kind = self.target.cpu_parent;
            self.warnings.push(format!(
                "warning: {} has no effect: only CPUs ({kind}, or one of its types) have such defaults",
                text.whole()
            ));
        }
        Ok(())
    }

    pub(crate) fn name(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        for (key, value) in opts::pairs(text.value, Some("guest")) {
            match key.as_str() {
                "guest" => self.name = Some(value),
                "process" | "debug-threads" => {}
                _ => return Err(Fatal::of(&text.whole(), format_args!("Invalid parameter '{key}'"))),
            }
        }
        Ok(())
    }

    pub(crate) fn uuid(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let fault = || Fatal::of(&text.whole(), "failed to parse UUID string: wrong format");
        self.uuid = parse_uuid(text.value).ok_or_else(fault)?;
        Ok(())
    }

    pub(crate) fn icount(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let value = Icount::parse(text.value).map_err(|e| Fatal::from(e.of_option(text.whole())))?;
        self.icount = Some(value);
        Ok(())
    }

    pub(crate) fn file(slot: &mut Option<String>, text: Text<'_>) -> Result<(), Fatal> {
        *slot = Some(text.value.to_string());
        Ok(())
    }

    pub(crate) fn firmware_dir(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(|_| machine::firmware_directories().iter().map(|dir| format!("{dir}\n")).collect());
        } else {
            self.boot.firmware_dirs.push(text.value.to_string());
        }
        Ok(())
    }

    pub(crate) fn on_event(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        for (key, value) in opts::pairs(text.value, None) {
            match (key.as_str(), value.as_str()) {
                ("reboot", "reset") => self.no_reboot = false,
                ("reboot", "shutdown") => self.no_reboot = true,
                ("shutdown", "poweroff") => self.no_shutdown = false,
                ("shutdown", "pause") => self.no_shutdown = true,
                ("panic", "pause" | "shutdown" | "none") => {}
                ("watchdog", action) if self.attached.set_watchdog(action) => {}
                _ => return Err(Fatal::of(&text.whole(), format_args!("Invalid parameter '{key}={value}'"))),
            }
        }
        Ok(())
    }

    pub(crate) fn display(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if text.value != "none" {
            let e = "there is no display; use -display none, or -nographic for a console on the terminal";
            return Err(Fatal::of(&text.whole(), e));
        }
        self.display_none = true;
        Ok(())
    }

    pub(crate) fn ignore(&mut self, _: Text<'_>) -> Result<(), Fatal> {
        Ok(())
    }

    pub(crate) fn ignore_none(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        match text.value {
            "none" => Ok(()),
            _ => Err(Fatal::of(&text.whole(), "not supported; only 'none' is")),
        }
    }

    pub(crate) fn serial(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.consoles.push((text.whole(), text.value.to_string(), User::Serial(0)));
        Ok(())
    }

    pub(crate) fn monitor(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.consoles.push((text.whole(), text.value.to_string(), User::Monitor(Mode::Readline)));
        Ok(())
    }

    pub(crate) fn qmp(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let user = User::Monitor(Mode::Control(Style::Compact));
        self.consoles.push((text.whole(), text.value.to_string(), user));
        Ok(())
    }

    pub(crate) fn qmp_pretty(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let user = User::Monitor(Mode::Control(Style::Pretty));
        self.consoles.push((text.whole(), text.value.to_string(), user));
        Ok(())
    }

    pub(crate) fn chardev(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let (id, backend) = Backend::parse_option(text.value).map_err(|e| Fatal::of(&text.whole(), e))?;
        if self.chardevs.iter().any(|(other, ..)| *other == id) {
            return Err(Fatal::of(&text.whole(), format_args!("Duplicate ID '{id}' for chardev")));
        }
        self.chardevs.push((id, backend, text.whole()));
        Ok(())
    }

    pub(crate) fn mon(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        let fault = |e: String| Fatal::of(&text.whole(), e);
        let (mut chardev, mut control, mut pretty) = (None, false, false);
        for (key, value) in opts::pairs(text.value, Some("chardev")) {
            match (key.as_str(), value.as_str()) {
                ("chardev", id) => chardev = Some(id.to_string()),
                ("mode", "readline") => control = false,
                ("mode", "control") => control = true,
                ("mode", other) => return Err(fault(format!("unknown monitor mode \"{other}\""))),
                ("pretty", on) => {
                    pretty =
                        opts::switch(on).ok_or_else(|| fault("Parameter 'pretty' expects 'on' or 'off'".into()))?;
                }
                ("id", _) => {}
                _ => return Err(fault(format!("Invalid parameter '{key}'"))),
            }
        }
        let chardev = chardev.ok_or_else(|| fault("Parameter 'chardev' is missing".into()))?;
        let mode = match (control, pretty) {
            (false, _) => Mode::Readline,
            (true, false) => Mode::Control(Style::Compact),
            (true, true) => Mode::Control(Style::Pretty),
        };
        self.mons.push((text.whole(), chardev, mode));
        Ok(())
    }

    pub(crate) fn gdb(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        self.gdb = (text.value != "none").then(|| text.value.to_string());
        Ok(())
    }

    pub(crate) fn log_items(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        if is_help(text.value) {
            self.helps.push(|_| qmp::log::help());
            return Ok(());
        }
        // Later items replace earlier ones, as in QEMU.
        self.log_items = qmp::log::parse(text.value).map_err(|e| Fatal::of(&text.whole(), e))?;
        Ok(())
    }

    pub(crate) fn semihosting_config(&mut self, text: Text<'_>) -> Result<(), Fatal> {
        for (key, value) in opts::pairs(text.value, Some("enable")) {
            match key.as_str() {
                "enable" => {
                    let fault = || Fatal::of(&text.whole(), "Parameter 'enable' expects 'on' or 'off'");
                    self.semihosting = opts::switch(&value).ok_or_else(fault)?;
                }
                "target" | "arg" | "chardev" | "userspace" => {}
                _ => return Err(Fatal::of(&text.whole(), format_args!("Invalid parameter '{key}'"))),
            }
        }
        Ok(())
    }

    pub(crate) fn incoming(&mut self, _: Text<'_>) -> Result<(), Fatal> {
        self.incoming = true;
        Ok(())
    }

    /// The list that `help` was asked for in the place of a name.
    ///
    /// # Errors
    /// CPU models are listed for a machine: there must be one.
    pub(crate) fn listing(&self) -> Result<Option<String>, Fatal> {
        let Some(list) = self.helps.first() else { return Ok(None) };
        if self.cpu.as_deref().is_some_and(is_help) && self.machine.is_none() {
            registry::default_machine(self.target)?;
        }
        Ok(Some(list(self.target)))
    }

    /// Puts everything together.
    ///
    /// # Errors
    /// What contradicts, is unknown, or not supported.
    pub(crate) fn finish(mut self) -> Result<Plan, Fatal> {
        for (given, other) in [(self.incoming, "incoming"), (self.daemonize, "daemonize")] {
            if given && self.preconfig {
                return Err(Fatal::new(format!("'preconfig' and '{other}' options are mutually exclusive")));
            }
        }
        if self.incoming {
            return Err(Fatal::new("-incoming: migration is not supported"));
        }
        let mut config = self.machine_config()?;
        if let Some(image) = &self.image {
            let hint = format!("To run a program give -kernel {image}");
            return Err(Fatal::of(image, "disk images are not supported").hint(hint));
        }
        if self.semihosting {
            self.warnings.push("warning: semihosting is not supported; the guest's calls trap".to_string());
        }
        let consoles = std::mem::take(&mut self.consoles);
        let channels = crate::consoles::channels(&self, config.machine.serials, consoles)?;
        config.boot = self.boot;
        Ok(Plan {
            config,
            channels,
            gdb: self.gdb,
            daemonize: self.daemonize,
            pidfile: self.pidfile,
            log_file: self.log_file,
            log_items: self.log_items,
            warnings: self.warnings,
        })
    }

    fn machine_config(&mut self) -> Result<MachineConfig, Fatal> {
        let machine = self.machine.take();
        let found = MachineConfig::new(self.target, machine.as_ref().map(|(_, name)| name.as_str()));
        let mut config = found.map_err(|e| match &machine {
            Some((option, _)) => Fatal::from(e.of_option(option)),
            None => Fatal::from(e),
        })?;
        if let Some((option, text)) = &self.mem {
            config.mem = MemConfig::parse(text, config.machine).map_err(|e| Fatal::from(e.of_option(option)))?;
        }
        config.machine_props = std::mem::take(&mut self.machine_props);
        config.cpu = self.cpu.take();
        config.globals = std::mem::take(&mut self.globals);
        config.smp = self.smp;
        config.numa = std::mem::take(&mut self.numa);
        config.objects = std::mem::take(&mut self.objects);
        config.devices = self.devices.clone();
        self.attached.put(&mut config, self.nodefaults);
        config.has_first_serial = !self.nodefaults;
        config.icount = self.icount;
        config.own_accelerator = self.own_accelerator;
        config.threading = self.threading.unwrap_or_default();
        config.name = self.name.take();
        config.uuid = self.uuid;
        (config.stopped, config.preconfig) = (self.stopped, self.preconfig);
        (config.no_reboot, config.no_shutdown) = (self.no_reboot, self.no_shutdown);
        Ok(config)
    }

    /// The character devices of `-chardev`: id, backend, option.
    pub(crate) fn chardevs(&self) -> &[(String, Backend, String)] {
        &self.chardevs
    }

    /// The monitors of `-mon`: option, chardev, mode.
    pub(crate) fn mons(&self) -> &[(String, String, Mode)] {
        &self.mons
    }

    /// Whether a console on the terminal is made when none is asked for.
    pub(crate) fn console_by_default(&self) -> bool {
        !self.nodefaults && (self.nographic || !self.display_none)
    }
}

fn is_help(text: &str) -> bool {
    matches!(text, "help" | "?")
}

/// Checks `-machine accel=`: a list of names, of which the first that is known counts. Whether it is ours.
fn accelerator(list: &str) -> Result<bool, Fatal> {
    if let Some(name) = list.split(':').find(|name| matches!(*name, "tcg" | "interp")) {
        return Ok(name == "interp");
    }
    let hint = "Guest code runs in the interpreter: give 'interp', or its other name 'tcg'";
    Err(Fatal::new(format!("-machine accel={list}: No accelerator found")).hint(hint))
}

/// `8-4-4-4-12` digits.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let digits: Vec<u8> = text.bytes().filter(|&b| b != b'-').collect();
    if groups != [8, 4, 4, 4, 12] || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut uuid = [0; 16];
    for (byte, pair) in uuid.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(uuid)
}

fn object_help(target: &'static Target) -> String {
    let list = machine::types::list(target, Some("memory-backend"), false);
    let rows: String = list.iter().map(|t| format!("  {}\n", t.name)).collect();
    format!("List of user creatable objects:\n{rows}")
}

fn device_help(target: &'static Target) -> String {
    let rows = |kind: &str, more: &str| -> String {
        machine::types::list(target, Some(kind), false).iter().map(|t| format!("name \"{}\"{more}\n", t.name)).collect()
    };
    let (isa, cpus) = (rows("isa-device", ", bus ISA"), rows("cpu", ""));
    format!("Misc devices:\n{isa}name \"loader\", desc \"Generic Loader\"\n\nCPU devices:\n{cpus}")
}

#[cfg(test)]
mod tests;
