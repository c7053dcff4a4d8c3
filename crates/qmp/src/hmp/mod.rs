//! The human monitor: lines in, text out. Over QMP (`human-monitor-command`) and on a terminal (`-monitor`).

mod args;
mod expr;
mod info;
mod memory;
mod registers;
pub mod terminal;
mod translation;

use machine::{RunState, ShutdownCause};

use self::args::{Args, Take};
use crate::command::{After, Context};

/// What a monitor remembers between its lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Focus {
    /// Index of the CPU that commands speak of.
    pub cpu: i64,
}

type Run = fn(&mut Context<'_>, &mut Focus, &Args<'_>) -> String;

/// Names separated by `|`, arguments as they are read, the same as `help` shows them, what it does.
type Row = (&'static str, &'static [Take], &'static str, &'static str, Run);

const COMMANDS: &[Row] = {
    use Take::*;
    &[
        ("help|?", &[Rest], "[cmd]", "show the help", help),
        ("info", &[Rest], "[subcommand]", "show various information about the system state", info::run),
        ("cpu", &[Int], "index", "set the default CPU", set_cpu),
        ("stop|s", &[], "", "stop emulation", stop),
        ("cont|c", &[], "", "resume emulation", cont),
        ("system_reset", &[], "", "reset the system", reset),
        ("system_powerdown", &[], "", "send system power down event", powerdown),
        ("system_wakeup", &[], "", "wakeup guest from suspend", wakeup),
        ("nmi", &[], "", "inject an NMI", nmi),
        ("cpu-add", &[Int], "id", "add cpu (deprecated, use device_add instead)", cpu_add),
        (
            "device_add",
            &[Options],
            "driver[,prop=value][,...]",
            "add device, like -device on the command line",
            device_add,
        ),
        ("device_del", &[Word], "device", "remove device", device_del),
        ("object_add", &[Options], "[qom-type=]type,id=str[,prop=value][,...]", "create QOM object", object_add),
        ("object_del", &[Word], "id", "destroy QOM object", object_del),
        ("qom-list", &[MaybeWord], "path", "list QOM properties", qom_list),
        (
            "print|p",
            &[Format(8), Long],
            "/fmt expr",
            "print expression value (use $reg for CPU register access)",
            memory::print,
        ),
        ("x", &[Format(4), Long], "/fmt addr", "virtual memory dump starting at 'addr'", memory::virt),
        ("xp", &[Format(4), Long], "/fmt addr", "physical memory dump starting at 'addr'", memory::phys),
        ("sum", &[Int, Int], "addr size", "compute the checksum of a memory region", memory::sum),
        (
            "memsave",
            &[Long, Int, Word],
            "addr size file",
            "save to disk virtual memory dump starting at 'addr' of size 'size'",
            memory::save_virt,
        ),
        (
            "pmemsave",
            &[Long, Int, Word],
            "addr size file",
            "save to disk physical memory dump starting at 'addr' of size 'size'",
            memory::save_phys,
        ),
        (
            "singlestep",
            &[MaybeWord],
            "[on|off]",
            "run emulation in singlestep mode or switch to normal mode",
            singlestep,
        ),
        ("log", &[Word], "item1[,...]", "activate logging of the specified items", log),
        ("logfile", &[File], "filename", "output logs to 'filename'", logfile),
        ("exit_preconfig", &[], "", "exit the preconfig state", exit_preconfig),
        ("quit|q", &[], "", "quit the emulator", quit),
    ]
};

/// Commands that work before the machine is built.
const IN_PRECONFIG: [&str; 6] = ["help", "?", "info", "exit_preconfig", "quit", "q"];

/// Cuts a name off a line: `x /4i 0` may be written `x/4i 0`.
fn cut_name(line: &str) -> (&str, &str) {
    line.split_at(line.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(line.len()))
}

/// Runs one line and returns what it prints; lines end with `\n`.
pub fn run(context: &mut Context<'_>, focus: &mut Focus, line: &str) -> String {
    let (name, rest) = cut_name(line.trim_start());
    if name.is_empty() && rest.is_empty() {
        return String::new();
    }
    let Some((full, takes, _, _, run)) = COMMANDS.iter().find(|(names, ..)| names.split('|').any(|n| n == name)) else {
        return format!("unknown command: '{name}'\n");
    };
    if context.machine.state() == RunState::Preconfig && !IN_PRECONFIG.contains(&name) {
        return format!("Command '{name}' not available with -preconfig until after exit_preconfig.\n");
    }
    match args::parse(full, takes, rest, memory::focused(context, focus)) {
        Ok(args) => run(context, focus, &args),
        Err(fault) => complaint(&fault, name),
    }
}

/// What is wrong with a line, and where to read how it goes.
fn complaint(fault: &str, typed: &str) -> String {
    format!("{fault}\nTry \"help {typed}\" for more information\n")
}

/// `Error: TEXT`, or nothing.
fn outcome(result: Result<(), machine::Error>) -> String {
    result.err().map_or(String::new(), |e| format!("Error: {}\n", e.text))
}

/// A line of `help`.
fn help_line((name, args, text): (&str, &str, &str)) -> String {
    format!("{name} {args} -- {text}\n")
}

fn help(_: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    let (name, rest) = cut_name(args.text(0));
    let is_it = |names: &str| name.is_empty() || names.split('|').any(|n| n == name);
    match (name, rest.trim()) {
        ("info", topic) => info::help(topic),
        _ => {
            let rows = COMMANDS.iter().filter(|(names, ..)| is_it(names));
            let lines: String = rows.map(|&(name, _, args, text, _)| help_line((name, args, text))).collect();
            if lines.is_empty() { format!("unknown command: '{name}'\n") } else { lines }
        }
    }
}

fn set_cpu(context: &mut Context<'_>, focus: &mut Focus, args: &Args<'_>) -> String {
    let index = i64::from(args.number(0) as i32);
    if context.machine.cpus().iter().any(|vcpu| vcpu.index == index) {
        focus.cpu = index;
        return String::new();
    }
    "invalid CPU index\n".to_string()
}

fn nmi(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    match context.machine.inject_nmi() {
        true => String::new(),
        false => "Error: this feature or command is not currently supported\n".to_string(),
    }
}

fn stop(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    context.machine.stop();
    String::new()
}

fn cont(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    outcome(context.machine.cont())
}

fn singlestep(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    match args.text(0) {
        "" | "on" => context.environment.singlestep.set(true),
        "off" => context.environment.singlestep.set(false),
        other => return format!("unexpected option {other}\n"),
    }
    String::new()
}

fn log(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    let items = match args.text(0) {
        "help" => return format!("{}none            ends the log\n", crate::log::help()),
        "none" => Ok(cpu::LogItems::default()),
        list => crate::log::parse(list),
    };
    match items {
        Ok(items) => context.environment.log.choose(context.machine, items),
        Err(e) => return format!("Error: {e}\n"),
    }
    String::new()
}

fn logfile(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    context.environment.log.set_file(args.text(0)).err().map_or(String::new(), |e| format!("Error: {e}\n"))
}

fn reset(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    context.machine.request_reset(ShutdownCause::HostQmpSystemReset);
    context.after = After::Advance;
    String::new()
}

fn powerdown(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    context.machine.request_powerdown();
    context.after = After::Advance;
    String::new()
}

fn wakeup(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    outcome(context.machine.wakeup())
}

fn quit(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    context.machine.request_shutdown(ShutdownCause::HostQmpQuit, 0);
    context.after = After::Advance;
    String::new()
}

fn exit_preconfig(context: &mut Context<'_>, _: &mut Focus, _: &Args<'_>) -> String {
    if context.machine.state() != RunState::Preconfig {
        return "Error: The command is permitted only in 'preconfig' state\n".to_string();
    }
    context.after = After::ExitPreconfig;
    String::new()
}

fn cpu_add(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    let warning = "cpu_add is deprecated, please use device_add instead\n";
    format!("{warning}{}", outcome(context.machine.cpu_add(i64::from(args.number(0) as i32))))
}

fn device_add(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    outcome(machine::DeviceConfig::parse(args.text(0)).and_then(|device| context.machine.device_add(&device)))
}

fn device_del(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    outcome(context.machine.device_del(args.text(0)))
}

fn object_add(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    outcome(machine::ObjectConfig::parse(args.text(0)).and_then(|object| context.machine.object_add(&object)))
}

fn object_del(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    outcome(context.machine.object_del(args.text(0)))
}

fn qom_list(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    if args.text(0).is_empty() {
        return "/\n".to_string();
    }
    match context.machine.qom_list(args.text(0)) {
        Ok(list) => list.iter().map(|p| format!("{} ({})\n", p.name, p.kind)).collect(),
        Err(e) => format!("Error: {}\n", e.text),
    }
}
