//! The human monitor: lines in, text out. Over QMP (`human-monitor-command`) and on a terminal (`-monitor`).

mod expr;
mod info;
mod memory;
mod registers;
pub mod terminal;
mod translation;

use machine::{RunState, ShutdownCause};

use crate::command::{After, Context};

/// What a monitor remembers between its lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Focus {
    /// Index of the CPU that commands speak of.
    pub cpu: i64,
}

/// A command of the human monitor.
struct HumanCommand {
    /// Names, the usual one first.
    names: &'static [&'static str],
    /// Its arguments, for `help`.
    args: &'static str,
    /// What it does, for `help`.
    help: &'static str,
    run: fn(&mut Context<'_>, &mut Focus, &str) -> String,
}

const COMMANDS: &[HumanCommand] = &[
    HumanCommand { names: &["help", "?"], args: "[cmd]", help: "show the help", run: help },
    HumanCommand { names: &["info"], args: "[subcommand]", help: "show various information", run: info::run },
    HumanCommand { names: &["cpu"], args: "index", help: "set the default CPU", run: set_cpu },
    HumanCommand { names: &["stop", "s"], args: "", help: "stop emulation", run: stop },
    HumanCommand { names: &["cont", "c"], args: "", help: "resume emulation", run: cont },
    HumanCommand { names: &["system_reset"], args: "", help: "reset the system", run: reset },
    HumanCommand { names: &["system_powerdown"], args: "", help: "send system power down event", run: powerdown },
    HumanCommand { names: &["system_wakeup"], args: "", help: "wakeup guest from suspend", run: wakeup },
    HumanCommand {
        names: &["cpu-add"],
        args: "id",
        help: "add cpu (deprecated, use device_add instead)",
        run: cpu_add,
    },
    HumanCommand { names: &["device_add"], args: "driver[,prop=value][,...]", help: "add device", run: device_add },
    HumanCommand { names: &["device_del"], args: "device", help: "remove device", run: device_del },
    HumanCommand { names: &["object_add"], args: "type,id=str[,...]", help: "create object", run: object_add },
    HumanCommand { names: &["object_del"], args: "id", help: "destroy object", run: object_del },
    HumanCommand { names: &["qom-list"], args: "path", help: "list object properties", run: qom_list },
    HumanCommand { names: &["print", "p"], args: "/fmt expr", help: "print expression value", run: memory::print },
    HumanCommand { names: &["x"], args: "/fmt addr", help: "virtual memory dump", run: memory::virt },
    HumanCommand { names: &["xp"], args: "/fmt addr", help: "physical memory dump", run: memory::phys },
    HumanCommand {
        names: &["singlestep"],
        args: "[on|off]",
        help: "run emulation in singlestep mode",
        run: singlestep,
    },
    HumanCommand { names: &["log"], args: "item1[,...]|none", help: "choose what CPUs log", run: log },
    HumanCommand { names: &["logfile"], args: "filename", help: "write the log to this file", run: logfile },
    HumanCommand { names: &["exit_preconfig"], args: "", help: "exit the preconfig state", run: exit_preconfig },
    HumanCommand { names: &["quit", "q"], args: "", help: "quit the emulator", run: quit },
];

/// Commands that work before the machine is built.
const IN_PRECONFIG: [&str; 6] = ["help", "?", "info", "exit_preconfig", "quit", "q"];

/// Runs one line and returns what it prints; lines end with `\n`.
pub fn run(context: &mut Context<'_>, focus: &mut Focus, line: &str) -> String {
    let line = line.trim();
    // `x /4i 0` may be written `x/4i 0`.
    let end = line.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() {
        return String::new();
    }
    let Some(command) = COMMANDS.iter().find(|command| command.names.contains(&name)) else {
        return format!("unknown command: '{line}'\n");
    };
    if context.machine.state() == RunState::Preconfig && !IN_PRECONFIG.contains(&name) {
        return format!("Command '{name}' not available with -preconfig until after exit_preconfig.\n");
    }
    (command.run)(context, focus, rest.trim())
}

/// `Error: TEXT`, or nothing.
fn outcome(result: Result<(), machine::Error>) -> String {
    result.err().map_or(String::new(), |e| format!("Error: {}\n", e.text))
}

fn help(_: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    if rest == "info" {
        return info::help();
    }
    let wanted = COMMANDS.iter().filter(|command| rest.is_empty() || command.names.contains(&rest));
    let line = |c: &HumanCommand| {
        let blank = if c.args.is_empty() { "" } else { " " };
        format!("{}{blank}{} -- {}\n", c.names.join("|"), c.args, c.help)
    };
    wanted.map(line).collect()
}

fn set_cpu(context: &mut Context<'_>, focus: &mut Focus, rest: &str) -> String {
    match rest.parse() {
        Ok(index) if context.machine.cpus().iter().any(|vcpu| vcpu.index == index) => {
            focus.cpu = index;
            String::new()
        }
        _ => "invalid CPU index\n".to_string(),
    }
}

fn stop(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    context.machine.stop();
    String::new()
}

fn cont(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    outcome(context.machine.cont())
}

fn singlestep(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    match rest {
        "" | "on" => context.environment.singlestep.set(true),
        "off" => context.environment.singlestep.set(false),
        other => return format!("unexpected option {other}\n"),
    }
    String::new()
}

fn log(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    let items = match rest {
        "" | "help" => return format!("{}none            ends the log\n", crate::log::help()),
        "none" => Ok(cpu::LogItems::default()),
        list => crate::log::parse(list),
    };
    match items {
        Ok(items) => context.environment.log.choose(context.machine, items),
        Err(e) => return format!("Error: {e}\n"),
    }
    String::new()
}

fn logfile(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    if rest.is_empty() {
        return "Error: logfile: the name of the file is missing\n".to_string();
    }
    context.environment.log.set_file(rest).err().map_or(String::new(), |e| format!("Error: {e}\n"))
}

fn reset(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    context.machine.request_reset(ShutdownCause::HostQmpSystemReset);
    context.after = After::Advance;
    String::new()
}

fn powerdown(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    context.machine.request_powerdown();
    context.after = After::Advance;
    String::new()
}

fn wakeup(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    outcome(context.machine.wakeup())
}

fn quit(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    context.machine.request_shutdown(ShutdownCause::HostQmpQuit, 0);
    context.after = After::Advance;
    String::new()
}

fn exit_preconfig(context: &mut Context<'_>, _: &mut Focus, _: &str) -> String {
    if context.machine.state() != RunState::Preconfig {
        return "Error: The command is permitted only in 'preconfig' state\n".to_string();
    }
    context.after = After::ExitPreconfig;
    String::new()
}

fn cpu_add(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    let warning = "cpu_add is deprecated, please use device_add instead\n";
    match rest.parse() {
        Ok(id) => format!("{warning}{}", outcome(context.machine.cpu_add(id))),
        Err(_) => "cpu-add: the id must be a number, as in: cpu-add 1\n".to_string(),
    }
}

fn device_add(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    outcome(machine::DeviceConfig::parse(rest).and_then(|device| context.machine.device_add(&device)))
}

fn device_del(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    outcome(context.machine.device_del(rest))
}

fn object_add(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    outcome(machine::ObjectConfig::parse(rest).and_then(|object| context.machine.object_add(&object)))
}

fn object_del(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    outcome(context.machine.object_del(rest))
}

fn qom_list(context: &mut Context<'_>, _: &mut Focus, rest: &str) -> String {
    match context.machine.qom_list(rest) {
        Ok(list) => list.iter().map(|p| format!("{} ({})\n", p.name, p.kind)).collect(),
        Err(e) => format!("Error: {}\n", e.text),
    }
}
