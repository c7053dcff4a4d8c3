//! `polyarch demo`: the built-in guest on a NUMA machine, then the machine as management clients, and as people, see it.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use clap::Args;
use comfy_table::{Cell, Table, presets};
use machine::{Advance, Console, Machine, Sink};
use qapi::{Value, json};
use qmp::command::{After, Context, Environment};
use qmp::json::writer::Style;
use qmp::session::Session;

use crate::draft::Draft;
use crate::fatal::Fatal;

/// The guests: target and ELF file.
const GUESTS: &[(&str, &[u8])] = &[
    ("i386", include_bytes!("../../../guests/demo/bin/demo-i386.elf")),
    ("mips", include_bytes!("../../../guests/demo/bin/demo-mips.elf")),
    ("mipsel", include_bytes!("../../../guests/demo/bin/demo-mipsel.elf")),
    ("mips64", include_bytes!("../../../guests/demo/bin/demo-mips64.elf")),
    ("mips64el", include_bytes!("../../../guests/demo/bin/demo-mips64el.elf")),
    ("ppc", include_bytes!("../../../guests/demo/bin/demo-ppc.elf")),
    ("ppc64", include_bytes!("../../../guests/demo/bin/demo-ppc64.elf")),
    ("riscv32", include_bytes!("../../../guests/demo/bin/demo-riscv32.elf")),
    ("riscv64", include_bytes!("../../../guests/demo/bin/demo-riscv64.elf")),
    ("s390x", include_bytes!("../../../guests/demo/bin/demo-s390x.elf")),
    ("sparc", include_bytes!("../../../guests/demo/bin/demo-sparc.elf")),
    ("sparc64", include_bytes!("../../../guests/demo/bin/demo-sparc64.elf")),
    ("tricore", include_bytes!("../../../guests/demo/bin/demo-tricore.elf")),
    ("x86_64", include_bytes!("../../../guests/demo/bin/demo-x86_64.elf")),
];

/// The machine: 16 CPUs on every level there is.
const OPTIONS: &str = "-M polyarch -smp sockets=2,dies=2,cores=2,threads=2 -m 256M -display none \
    -numa node,cpus=0-7,mem=128M -numa node,cpus=8-15,mem=128M -numa dist,src=0,dst=1,val=21";

/// How long a guest may take that should take a second.
const LIMIT: Duration = Duration::from_secs(120);

/// What to show.
#[derive(Args)]
pub(crate) struct DemoArguments {
    /// Architecture of the guest
    #[arg(long, default_value = "riscv64")]
    target: String,
    /// Columns of the drawing at most
    #[arg(long, default_value_t = 100)]
    width: usize,
}

/// The guest's console, on standard output.
struct Screen;

impl Sink for Screen {
    fn write(&mut self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        // A reader that went away misses nothing it wants.
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }
}

/// A file that is gone when this is dropped.
struct Temporary(std::path::PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs the guest and prints everything.
///
/// # Errors
/// No guest for that target, or one that fails.
pub(crate) fn run(arguments: &DemoArguments) -> Result<(), Fatal> {
    let guest = guest(&arguments.target)?;
    let options: Vec<String> = OPTIONS.split_whitespace().map(str::to_string).collect();
    title(&format!("polyarch {} {} -kernel demo.elf", arguments.target, options.join(" ")));
    let mut machine = machine(&arguments.target, &options, &guest)?;
    let start = Instant::now();
    let code = boot(&mut machine)?;
    let seconds = start.elapsed().as_secs_f64();
    for (command, columns) in VIEWS {
        title(command);
        crate::say(&table(&ask(&mut machine, command)?, columns));
    }
    title("the machine");
    let style = topology::draw::Style { width: arguments.width, ..topology::draw::Style::default() };
    crate::say(&format!("{}\n", topology::draw::draw(&machine.tree(), style).trim_end()));
    let executed = machine.executed() as f64;
    title(&format!(
        "{:.1} million guest instructions in {seconds:.2} s: {:.0} MIPS",
        executed / 1e6,
        executed / 1e6 / seconds
    ));
    if code != 0 {
        return Err(Fatal::new(format!("the demo's guest found a fault and ended with {code}")));
    }
    Ok(())
}

/// The guest's program as a file, which is what `-kernel` takes.
fn guest(target: &str) -> Result<Temporary, Fatal> {
    let found = GUESTS.iter().find(|(name, _)| *name == target);
    let names = || GUESTS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");
    let missing = || Fatal::new(format!("there is no demo for target '{target}'; there is one for: {}", names()));
    let (_, bytes) = found.ok_or_else(missing)?;
    let path = std::env::temp_dir().join(format!("polyarch-demo-{}.elf", std::process::id()));
    let fault = |e: std::io::Error| Fatal::new(format!("could not write {}: {e}", path.display()));
    // A file that is there already is somebody else's.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(fault)?;
    file.write_all(bytes).map_err(fault)?;
    Ok(Temporary(path))
}

fn machine(target: &str, options: &[String], guest: &Temporary) -> Result<Machine, Fatal> {
    let target = machine::targets::find(target).ok_or_else(|| Fatal::new(format!("there is no target '{target}'")))?;
    let mut draft = Draft::new("polyarch demo".to_string(), target);
    crate::options::parse(options, &mut draft)?;
    draft.boot.kernel = Some(guest.0.to_string_lossy().into_owned());
    let mut config = draft.finish()?.config;
    config.console = Console::new(Screen);
    Ok(Machine::new(config)?)
}

/// Lets the guest run until it ends, and returns its exit code.
fn boot(machine: &mut Machine) -> Result<i32, Fatal> {
    let end = Instant::now() + LIMIT;
    loop {
        match machine.advance() {
            Advance::Exit(code) => return Ok(code),
            Advance::Ran | Advance::Debug { .. } => {}
            Advance::Wait(Some(limit)) => std::thread::sleep(limit.min(LIMIT)),
            Advance::Wait(None) => return Err(Fatal::new("the demo's guest waits for nothing")),
        }
        if Instant::now() > end {
            return Err(Fatal::new(format!("the demo's guest did not end within {} s", LIMIT.as_secs())));
        }
    }
}

/// Asks the machine over its protocol, as any client does.
fn ask(machine: &mut Machine, command: &str) -> Result<Vec<Value>, Fatal> {
    let mut session = Session::new(Style::Compact);
    session.feed(format!("{}{}", json!({"execute": "qmp_capabilities"}), json!({"execute": command})).as_bytes());
    let environment = Environment::default();
    let mut last = None;
    while session.has_work() {
        let mut context = Context { machine, environment: &environment, after: After::Nothing };
        last = session.answer(&mut context);
    }
    let reply: Value = last.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    match reply.get("return").and_then(Value::as_array) {
        Some(list) => Ok(list.clone()),
        None => Err(Fatal::new(format!("{command}: {reply}"))),
    }
}

/// A column: its title, and where in an entry its value stands.
type Column = (&'static str, &'static [&'static str]);

/// Where a CPU sits.
const PLACE: [Column; 5] = [
    ("node", &["props", "node-id"]),
    ("socket", &["props", "socket-id"]),
    ("die", &["props", "die-id"]),
    ("core", &["props", "core-id"]),
    ("thread", &["props", "thread-id"]),
];

/// What is asked, and which members are shown before the place.
const VIEWS: [(&str, &[Column]); 3] = [
    (
        "query-cpus",
        &[
            ("CPU", &["CPU"]),
            ("current", &["current"]),
            ("halted", &["halted"]),
            ("arch", &["arch"]),
            ("pc", &["pc"]),
            ("thread_id", &["thread_id"]),
            ("qom_path", &["qom_path"]),
        ],
    ),
    (
        "query-cpus-fast",
        &[
            ("cpu-index", &["cpu-index"]),
            ("target", &["target"]),
            ("thread-id", &["thread-id"]),
            ("qom-path", &["qom-path"]),
        ],
    ),
    ("query-hotpluggable-cpus", &[("type", &["type"]), ("vcpus-count", &["vcpus-count"]), ("qom-path", &["qom-path"])]),
];

fn table(list: &[Value], columns: &[Column]) -> String {
    let columns: Vec<Column> = columns.iter().chain(&PLACE).copied().collect();
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    table.set_header(columns.iter().map(|(name, _)| Cell::new(name)));
    for entry in list {
        table.add_row(columns.iter().map(|(name, path)| {
            let value = path.iter().try_fold(entry, |at, key| at.get(key));
            match (*name, value) {
                (_, None) => String::new(),
                (_, Some(Value::String(text))) => text.clone(),
                ("pc", Some(value)) => format!("{:#x}", value.as_i64().unwrap_or(0)),
                (_, Some(value)) => value.to_string(),
            }
        }));
    }
    format!("{table}\n")
}

/// A line above what follows; bold on a terminal.
fn title(text: &str) {
    if std::io::stdout().is_terminal() {
        crate::say(&format!("\n\x1b[1m{text}\x1b[0m\n"));
    } else {
        crate::say(&format!("\n{text}\n"));
    }
}
