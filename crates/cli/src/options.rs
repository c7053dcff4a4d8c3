//! The options of `polyarch TARGET` (and of `qemu-system-TARGET`): one table, from which parsing, `-help` and completions come.

use qapi::misc::{CommandLineOptionInfo, CommandLineParameterInfo, CommandLineParameterType as P};

use crate::draft::Draft;
use crate::fatal::Fatal;

mod accepted;

/// What an option does with its argument.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// It has none.
    Flag(fn(&mut Draft)),
    /// It has one; the text quotes option and argument as they were given.
    Value(fn(&mut Draft, Text<'_>) -> Result<(), Fatal>),
    /// It prints something and ends.
    Show(fn(&Draft) -> String),
}

/// An option with its argument as the user wrote them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The option, with its dash or dashes.
    pub option: &'a str,
    /// Its argument.
    pub value: &'a str,
}

impl Text<'_> {
    /// Option and argument for messages: `-smp 2,cores=2`.
    pub(crate) fn whole(&self) -> String {
        format!("{} {}", self.option, self.value)
    }
}

/// A row of the table.
pub(crate) struct OptionRow {
    /// Its names without dashes, the usual one first.
    pub names: &'static [&'static str],
    /// Its argument, for the help; empty if there is none.
    pub arg: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// What it does.
    pub action: Action,
    /// The name under which `query-command-line-options` lists it, and its parameters.
    pub params: Option<(&'static str, &'static [(&'static str, P)])>,
}

/// Finds the row of an argument such as `-smp` or `--smp`.
pub(crate) fn find(argument: &str) -> Option<&'static OptionRow> {
    let name = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'))?;
    rows().find(|row| row.names.contains(&name))
}

/// Every option.
pub(crate) fn rows() -> impl Iterator<Item = &'static OptionRow> {
    OPTIONS.iter().chain(accepted::ACCEPTED)
}

/// An option that nothing reads.
fn unknown(argument: &str) -> Fatal {
    match accepted::refusal(argument.trim_start_matches('-')) {
        Some(reason) => Fatal::new(format!("{argument}: {reason}")),
        None => Fatal::new(format!("{argument}: invalid option")),
    }
}

/// Reads all arguments after the target.
///
/// # Errors
/// An unknown option, a missing argument, or what the option's own reader says.
pub(crate) fn parse(arguments: &[String], draft: &mut Draft) -> Result<Option<String>, Fatal> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if !argument.starts_with('-') {
            draft.image.get_or_insert_with(|| argument.clone());
            continue;
        }
        let row = find(argument).ok_or_else(|| unknown(argument))?;
        match row.action {
            Action::Flag(set) => set(draft),
            Action::Show(show) => return Ok(Some(show(draft))),
            Action::Value(set) => {
                let value = rest.next().ok_or_else(|| Fatal::new(format!("{argument}: requires an argument")))?;
                set(draft, Text { option: argument, value })?;
            }
        }
    }
    Ok(None)
}

/// The text of `-help`.
pub(crate) fn help(program: &str) -> String {
    let mut out = format!("{}\nusage: {program} [options]\n\n", version());
    for row in rows() {
        let names = row.names.iter().map(|name| format!("-{name}")).collect::<Vec<_>>().join(" or ");
        let blank = if row.arg.is_empty() { "" } else { " " };
        out += &format!("{:<31} {}\n", format!("{names}{blank}{}", row.arg), row.help);
    }
    out
}

/// The first line of `-version`: scripts look for QEMU's.
pub(crate) fn version() -> String {
    let [major, minor, micro] = qmp::command::VERSION;
    format!("QEMU emulator version {major}.{minor}.{micro} (Polyarch {})", env!("CARGO_PKG_VERSION"))
}

/// What `query-command-line-options` lists.
pub(crate) fn introspect() -> Vec<CommandLineOptionInfo> {
    let param = |&(name, type_): &(&str, P)| CommandLineParameterInfo {
        name: name.to_string(),
        type_,
        help: None,
        default: None,
    };
    rows()
        .filter_map(|row| row.params)
        .map(|(option, params)| CommandLineOptionInfo {
            option: option.to_string(),
            parameters: params.iter().map(param).collect(),
        })
        .collect()
}

const fn flag(names: &'static [&'static str], help: &'static str, set: fn(&mut Draft)) -> OptionRow {
    OptionRow { names, arg: "", help, action: Action::Flag(set), params: None }
}

const fn value(
    names: &'static [&'static str],
    arg: &'static str,
    help: &'static str,
    set: fn(&mut Draft, Text<'_>) -> Result<(), Fatal>,
) -> OptionRow {
    OptionRow { names, arg, help, action: Action::Value(set), params: None }
}

const fn listed(option: &'static str, params: &'static [(&'static str, P)], row: OptionRow) -> OptionRow {
    OptionRow { params: Some((option, params)), ..row }
}

/// The options that do something, in the order of `-help`.
static OPTIONS: &[OptionRow] = &[
    OptionRow {
        names: &["h", "help"],
        arg: "",
        help: "display this help and exit",
        action: Action::Show(|draft| help(&draft.program)),
        params: None,
    },
    OptionRow {
        names: &["version"],
        arg: "",
        help: "display version information and exit",
        action: Action::Show(|_| format!("{}\n", version())),
        params: None,
    },
    listed(
        "machine",
        &[("type", P::String), ("accel", P::String), ("mem-merge", P::Boolean), ("dump-guest-core", P::Boolean)],
        value(
            &["machine", "M"],
            "[type=]name[,prop[=value][,...]]",
            "select the machine; '-M help' lists them",
            Draft::machine,
        ),
    ),
    value(&["cpu"], "model", "select the CPU model; '-cpu help' lists them", Draft::cpu),
    listed(
        "accel",
        &[("thread", P::String), ("accel", P::String)],
        value(
            &["accel"],
            "[accel=]name[,thread=single|multi]",
            "select how guest code runs: tcg (CPUs show what QEMU's tcg has), interp (all that is implemented)",
            Draft::accel,
        ),
    ),
    listed(
        "smp-opts",
        &[
            ("maxcpus", P::Number),
            ("threads", P::Number),
            ("cores", P::Number),
            ("dies", P::Number),
            ("sockets", P::Number),
            ("cpus", P::Number),
        ],
        value(
            &["smp"],
            "[cpus=]n[,maxcpus=n][,cores=n][,threads=n][,dies=n][,sockets=n]",
            "set the number and shape of CPUs",
            Draft::smp,
        ),
    ),
    listed(
        "numa",
        &[],
        value(
            &["numa"],
            "node|dist|cpu[,prop=value][,...]",
            "describe NUMA nodes, distances and where CPUs sit",
            Draft::numa,
        ),
    ),
    listed(
        "memory",
        &[("maxmem", P::Size), ("slots", P::Number), ("size", P::Size)],
        value(&["m"], "[size=]megs[,slots=n,maxmem=size]", "configure guest RAM", Draft::mem),
    ),
    listed(
        "object",
        &[],
        value(
            &["object"],
            "type,id=id[,prop=value][,...]",
            "create an object, such as a memory backend",
            Draft::object,
        ),
    ),
    value(
        &["boot"],
        "[order=drives][,menu=on|off]",
        "what firmware boots from; 'menu=on' offers a choice",
        Draft::boot_order,
    ),
    value(&["debugcon"], "dev", "redirect the debug console to a character device", Draft::debugcon),
    listed(
        "device",
        &[],
        value(&["device"], "driver[,prop=value][,...]", "add a device; '-device help' lists them", Draft::device),
    ),
    listed(
        "global",
        &[],
        value(
            &["global"],
            "driver.prop=value",
            "set a default of a CPU type; others are accepted with a warning",
            Draft::global,
        ),
    ),
    listed(
        "name",
        &[("debug-threads", P::Boolean), ("process", P::String), ("guest", P::String)],
        value(&["name"], "[guest=]string", "set the name of the guest", Draft::name),
    ),
    value(&["uuid"], "uuid", "set the UUID of the guest", Draft::uuid),
    value(&["kernel"], "file", "start this ELF file or raw image", |d, t| Draft::file(&mut d.boot.kernel, t)),
    value(&["append"], "string", "set the kernel's command line", |d, t| Draft::file(&mut d.boot.append, t)),
    value(&["initrd"], "file", "give the kernel this initial RAM disk", |d, t| Draft::file(&mut d.boot.initrd, t)),
    value(&["dtb"], "file", "give the guest this devicetree", |d, t| Draft::file(&mut d.boot.dtb, t)),
    value(
        &["bios"],
        "file|none|default",
        "set the firmware; riscv: OpenSBI unless the kernel is linked to the start of RAM",
        |d, t| Draft::file(&mut d.boot.bios, t),
    ),
    value(&["L"], "path", "look for firmware in this directory first", Draft::firmware_dir),
    flag(&["S"], "do not start the CPUs (use 'cont')", |d| d.stopped = true),
    flag(&["preconfig"], "wait for x-exit-preconfig before building the machine", |d| d.preconfig = true),
    flag(&["no-reboot"], "exit instead of rebooting", |d| d.no_reboot = true),
    flag(&["no-shutdown"], "stop instead of exiting when the guest shuts down", |d| d.no_shutdown = true),
    value(
        &["action"],
        "reboot=reset|shutdown,shutdown=poweroff|pause",
        "say what happens on such events",
        Draft::on_event,
    ),
    flag(&["nographic"], "no window; serial port and monitor on the terminal", |d| d.nographic = true),
    value(&["display"], "none", "select the display (there is none)", Draft::display),
    value(&["vga"], "none|std", "accepted, without effect: there is no graphics card", Draft::ignore),
    flag(&["nodefaults"], "don't create default devices", |d| d.nodefaults = true),
    flag(&["no-user-config", "nodefconfig"], "don't read configuration files (there are none)", |_| {}),
    value(&["serial"], "dev", "redirect the serial port", Draft::serial),
    value(&["parallel"], "none", "redirect the parallel port (there is none)", Draft::ignore_none),
    value(&["monitor"], "dev", "redirect the monitor", Draft::monitor),
    value(
        &["qmp"],
        "dev",
        "like -monitor, but for programs; clients=N on a listening socket serves N at once",
        Draft::qmp,
    ),
    value(&["qmp-pretty"], "dev", "like -qmp, laid out for people", Draft::qmp_pretty),
    listed(
        "mon",
        &[("pretty", P::Boolean), ("chardev", P::String), ("mode", P::String)],
        value(
            &["mon"],
            "[chardev=]id[,mode=readline|control][,pretty=on|off]",
            "put a monitor on a character device",
            Draft::mon,
        ),
    ),
    listed(
        "chardev",
        &[
            ("mux", P::Boolean),
            ("signal", P::Boolean),
            ("server", P::Boolean),
            ("wait", P::Boolean),
            ("port", P::String),
            ("host", P::String),
            ("path", P::String),
            ("backend", P::String),
        ],
        value(&["chardev"], "backend,id=id[,prop=value][,...]", "add a character device", Draft::chardev),
    ),
    value(&["gdb"], "dev", "wait for gdb on dev, such as tcp::1234", Draft::gdb),
    flag(&["s"], "shorthand for -gdb tcp::1234", |d| d.gdb = Some("tcp::1234".to_string())),
    value(
        &["d"],
        "item1,...",
        "log these items to stderr, or to the file of -D; '-d help' lists them",
        Draft::log_items,
    ),
    value(&["D"], "logfile", "write the log to this file; %d in its name stands for the process id", |d, t| {
        Draft::file(&mut d.log_file, t)
    }),
    listed(
        "icount",
        &[("sleep", P::Boolean), ("align", P::Boolean), ("shift", P::String)],
        value(&["icount"], "[shift=]n", "let guest time count instructions", Draft::icount),
    ),
    listed(
        "rtc",
        &[("driftfix", P::String), ("clock", P::String), ("base", P::String)],
        value(
            &["rtc"],
            "[base=utc|localtime|date]",
            "set the clock of the guest (accepted, without effect)",
            Draft::ignore,
        ),
    ),
    flag(&["semihosting"], "accepted with a warning: not supported, the guest's calls trap", |d| d.semihosting = true),
    value(
        &["semihosting-config"],
        "[enable=on|off][,target=native]",
        "accepted with a warning if it enables semihosting",
        Draft::semihosting_config,
    ),
    value(&["net", "nic", "netdev"], "none", "configure the network (there is none)", Draft::network),
    value(&["drive"], "if=none,...", "add a drive (there is none)", Draft::drive),
    flag(&["snapshot"], "what guests write to disks is forgotten at the end", |d| d.attached.set_snapshot()),
    value(&["watchdog"], "model", "add a watchdog", Draft::watchdog),
    value(
        &["watchdog-action"],
        "reset|shutdown|poweroff|inject-nmi|pause|debug|none",
        "what happens when a watchdog has run out",
        Draft::watchdog_action,
    ),
    value(&["pidfile"], "file", "write the process id into this file", |d, t| Draft::file(&mut d.pidfile, t)),
    flag(&["daemonize"], "run in the background once everything is set up", |d| d.daemonize = true),
    value(&["incoming"], "uri", "wait for a migration (not supported)", Draft::incoming),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_help_lists_them() {
        let mut names: Vec<&str> = rows().flat_map(|row| row.names).copied().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        let text = help("polyarch riscv64");
        assert!(text.lines().next().unwrap().starts_with("QEMU emulator version 4.2.0 "));
        assert!(names.iter().all(|name| text.contains(&format!("-{name}"))));
    }

    #[test]
    fn one_dash_or_two() {
        assert!(find("-smp").is_some() && find("--smp").is_some());
        assert!(find("smp").is_none() && find("---smp").is_none() && find("-").is_none());
    }
}
