//! `info`: the human monitor's questions about the machine.

use machine::{Machine, RunState};

use super::args::{self, Args, Take};
use super::{Focus, memory, registers, translation};
use crate::command::{Context, VERSION};
use crate::commands::query_uuid::uuid_text;

type Show = fn(&mut Context<'_>, &Focus, &Args<'_>) -> String;

/// Name, whether it works before the machine is built, arguments as they are read and as `help` shows them, what it shows.
type Row = (&'static str, bool, &'static [Take], &'static str, &'static str, Show);

const TOPICS: &[Row] = {
    use Take::*;
    &[
        ("chardev", true, &[], "", "show the character devices", chardev),
        ("cpus", false, &[], "", "show infos for each CPU", cpus),
        ("history", true, &[], "", "show the command line history", |_, _, _| String::new()),
        ("hotpluggable-cpus", true, &[], "", "show information about hotpluggable CPUs", hotpluggable_cpus),
        ("kvm", true, &[], "", "show KVM information", |_, _, _| "kvm support: disabled\n".to_string()),
        ("mem", false, &[], "", "show the active virtual memory mappings", translation::mem),
        ("memdev", true, &[], "", "show memory backends", memdev),
        (
            "memory_size_summary",
            false,
            &[],
            "",
            "show the amount of initially allocated and present memory",
            memory_size,
        ),
        ("mtree", false, &[Flag('f'), Flag('d'), Flag('o')], "[-f][-d][-o]", "show memory tree", mtree),
        ("name", true, &[], "", "show the current VM name", name),
        ("numa", false, &[], "", "show NUMA information", numa),
        ("qom-tree", false, &[MaybeWord], "[path]", "show QOM composition tree", qom_tree),
        ("qtree", false, &[], "", "show device tree", qtree),
        (
            "registers",
            false,
            &[Flag('a')],
            "[-a]",
            "show the cpu registers (-a: all - show register info for all cpus)",
            registers::show,
        ),
        ("status", true, &[], "", "show the current VM status", status),
        ("tlb", false, &[], "", "show virtual to physical memory mappings", translation::tlb),
        ("uuid", true, &[], "", "show the current VM UUID", uuid),
        ("version", true, &[], "", "show the version of the interface", version),
    ]
};

pub(super) fn run(context: &mut Context<'_>, focus: &mut Focus, args: &Args<'_>) -> String {
    let (topic, rest) = super::cut_name(args.text(0));
    if topic.is_empty() {
        return help("");
    }
    let Some((_, early, takes, _, _, show)) = TOPICS.iter().find(|(name, ..)| *name == topic) else {
        return format!("unknown command: 'info {topic}'\n");
    };
    if context.machine.state() == RunState::Preconfig && !early {
        return format!("Command 'info {topic}' not available with -preconfig until after exit_preconfig.\n");
    }
    match args::parse(topic, takes, rest, memory::focused(context, focus)) {
        Ok(args) => show(context, focus, &args),
        Err(fault) => super::complaint(&fault, &format!("info {topic}")),
    }
}

/// All topics, or one.
pub(super) fn help(topic: &str) -> String {
    let wanted = TOPICS.iter().filter(|(name, ..)| topic.is_empty() || topic == *name);
    let lines: String =
        wanted.map(|&(name, _, _, args, text, _)| super::help_line((&format!("info {name}"), args, text))).collect();
    if lines.is_empty() { format!("unknown command: '{topic}'\n") } else { lines }
}

fn chardev(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    context.environment.chardevs.iter().map(|dev| format!("{}: filename={}\n", dev.label, dev.filename)).collect()
}

fn cpus(context: &mut Context<'_>, focus: &Focus, _: &Args<'_>) -> String {
    let line = |vcpu: &machine::Vcpu| {
        let mark = if vcpu.index == focus.cpu { '*' } else { ' ' };
        format!("{mark} CPU #{}: thread_id={}\n", vcpu.index, vcpu.thread_id)
    };
    context.machine.cpus().iter().map(line).collect()
}

fn hotpluggable_cpus(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let slots = match context.machine.hotpluggable_cpus() {
        Ok(slots) => slots,
        Err(e) => return format!("Error: {}\n", e.text),
    };
    let mut out = String::from("Hotpluggable CPUs:\n");
    for slot in slots {
        out += &format!("  type: \"{}\"\n  vcpus_count: \"{}\"\n", slot.kind, slot.vcpus_count);
        out += &slot.qom_path.map_or(String::new(), |path| format!("  qom_path: \"{path}\"\n"));
        out += "  CPUInstance Properties:\n";
        out += &slot.props.list().iter().map(|(k, v)| format!("    {k}: \"{v}\"\n")).collect::<String>();
    }
    out
}

fn memdev(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let mut out = String::new();
    for dev in context.machine.memdevs() {
        out += &format!("memory backend: {}\n  size:  {}\n", dev.id, dev.size());
        for flag in ["merge", "dump", "prealloc"] {
            out += &format!("  {flag}: {}\n", dev.flag(flag));
        }
        out += &format!("  policy: {}\n  host nodes: \n", dev.policy());
    }
    out + "\n"
}

fn memory_size(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let plugged = if context.machine.knows_memory_devices() { "plugged memory: 0\n" } else { "" };
    format!("base memory: {}\n{plugged}", context.machine.ram_size())
}

fn name(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    context.machine.config().name.as_ref().map_or(String::new(), |name| format!("{name}\n"))
}

fn uuid(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    format!("{}\n", uuid_text(&context.machine.config().uuid))
}

fn version(_: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let [major, minor, micro] = VERSION;
    format!("{major}.{minor}.{micro} (Polyarch {})\n", env!("CARGO_PKG_VERSION"))
}

fn status(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let step = if context.environment.singlestep.get() { " (single step mode)" } else { "" };
    match context.machine.state() {
        RunState::Running => format!("VM status: running{step}\n"),
        RunState::Paused => format!("VM status: paused{step}\n"),
        other => format!("VM status: paused{step} ({})\n", other.name()),
    }
}

/// Only CPUs that are there are listed; a CPU without a place is on no node.
fn numa(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let machine: &Machine = context.machine;
    let mut out = format!("{} nodes\n", machine.numa().len());
    for (id, node) in machine.numa().nodes() {
        let here = |vcpu: &&machine::Vcpu| vcpu.props.and_then(|p| p.node_id).unwrap_or(0) == i64::from(id);
        let list: String = machine.cpus().iter().filter(here).map(|vcpu| format!(" {}", vcpu.index)).collect();
        out += &format!("node {id} cpus:{list}\nnode {id} size: {} MB\nnode {id} plugged: 0 MB\n", node.mem >> 20);
    }
    out
}

fn qom_tree(context: &mut Context<'_>, _: &Focus, args: &Args<'_>) -> String {
    let path = if args.text(0).is_empty() { "/machine" } else { args.text(0) };
    let Ok(kind) = context.machine.qom_get(path, "type") else {
        return format!("Path '{path}' could not be resolved.\n");
    };
    let kind = kind.as_str().map(str::to_string).unwrap_or_default();
    let mut out = format!("{path} ({kind})\n");
    subtree(context.machine, path, 1, &mut out);
    out
}

/// The tree is finite and a child never leads back.
fn subtree(machine: &Machine, path: &str, depth: usize, out: &mut String) {
    for item in machine.qom_list(path).unwrap_or_default() {
        let Some(kind) = item.kind.strip_prefix("child<").and_then(|kind| kind.strip_suffix('>')) else { continue };
        *out += &format!("{:1$}/{2} ({kind})\n", "", 2 * depth, item.name);
        subtree(machine, &format!("{}/{}", path.trim_end_matches('/'), item.name), depth + 1, out);
    }
}

fn mtree(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let mut out = String::from("address-space: memory\n  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n");
    for (first, last, name) in context.machine.memory().map() {
        let is_ram = context.machine.memory().ram_page(first).is_some();
        let kind = if is_ram { "ram" } else { "i/o" };
        out += &format!("    {first:016x}-{last:016x} (prio 0, {kind}): {name}\n");
    }
    out + "\n"
}

/// Containers of devices, with whether their children are named by the user.
const DEVICE_PARENTS: [(&str, bool); 3] =
    [("/machine/unattached", false), ("/machine/peripheral", true), ("/machine/peripheral-anon", false)];

/// Devices as they hang on the one bus there is.
fn qtree(context: &mut Context<'_>, _: &Focus, _: &Args<'_>) -> String {
    let target = context.machine.target();
    let mut out = String::from("bus: main-system-bus\n  type System\n");
    for (parent, named) in DEVICE_PARENTS {
        for item in context.machine.qom_list(parent).unwrap_or_default() {
            let kind = item.kind.strip_prefix("child<").and_then(|kind| kind.strip_suffix('>')).unwrap_or_default();
            if machine::types::is_a(target, kind, "device") {
                let id = if named { item.name.as_str() } else { "" };
                out += &format!("  dev: {kind}, id \"{id}\"\n");
            }
        }
    }
    out
}
