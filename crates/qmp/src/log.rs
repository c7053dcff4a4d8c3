//! The log of `-d` and `-D`, and of the human monitor's `log` and `logfile`: which items there are, and the file they go to.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use cpu::{Log, LogItems};
use machine::Machine;
use parking_lot::Mutex;

/// An item of the log.
pub struct LogItem {
    /// Its name.
    pub name: &'static str,
    /// What it shows.
    pub help: &'static str,
    set: fn(&mut LogItems),
}

/// All items. What one would add to a log that is whole anyway is accepted and adds nothing.
pub const ITEMS: &[LogItem] = &[
    LogItem {
        name: "in_asm",
        help: "guest instructions, each block when it is first lifted",
        set: |i| i.in_asm = true,
    },
    LogItem { name: "op", help: "micro-ops of each block as it is lifted", set: |i| i.op = true },
    LogItem { name: "op_opt", help: "micro-ops of each block after all passes", set: |i| i.op_opt = true },
    LogItem { name: "int", help: "exceptions and interrupts that are taken", set: |i| i.int = true },
    LogItem { name: "exec", help: "address of each instruction before it is executed (slow)", set: |i| i.exec = true },
    LogItem { name: "cpu", help: "general registers before each instruction (slow)", set: |i| i.cpu = true },
    LogItem { name: "nochain", help: "accepted; 'exec' and 'cpu' show every instruction without it", set: |_| {} },
    LogItem { name: "guest_errors", help: "accepted; nothing is logged for it", set: |_| {} },
    LogItem { name: "unimp", help: "accepted; nothing is logged for it", set: |_| {} },
];

/// The text of `-d help`.
pub fn help() -> String {
    let rows: String = ITEMS.iter().map(|item| format!("{:<15} {}\n", item.name, item.help)).collect();
    format!("Log items (separated by commas; 'all' stands for all of them):\n{rows}")
}

/// Reads a list of items; `all` stands for all of them.
///
/// # Errors
/// The text names the item that is none.
pub fn parse(list: &str) -> Result<LogItems, String> {
    let mut items = LogItems::default();
    for name in list.split(',') {
        ITEMS.iter().filter(|item| item.name == name || name == "all").for_each(|item| (item.set)(&mut items));
        if name != "all" && !ITEMS.iter().any(|item| item.name == name) {
            let names: Vec<&str> = ITEMS.iter().map(|item| item.name).collect();
            return Err(format!("there is no log item '{name}'; items are: {}", names.join(", ")));
        }
    }
    Ok(items)
}

/// The file name with the process id in the place of `%d`.
///
/// # Errors
/// The text names a pattern with anything else after `%`, or with two of them.
pub fn file_name(pattern: &str) -> Result<String, String> {
    match pattern.split_once('%') {
        None => Ok(pattern.to_string()),
        Some((head, tail)) => match tail.strip_prefix('d').filter(|tail| !tail.contains('%')) {
            Some(tail) => Ok(format!("{head}{}{tail}", std::process::id())),
            None => Err(format!("Bad logfile format: {pattern} ('%d', once, stands for the process id)")),
        },
    }
}

/// Where the lines go.
#[derive(Default)]
struct Sink(Mutex<Option<File>>);

impl Log for Sink {
    fn write(&self, text: &str) {
        // A log that can't be written must not stop the guest.
        let _ = match self.0.lock().as_mut() {
            Some(file) => file.write_all(text.as_bytes()),
            None => std::io::stderr().lock().write_all(text.as_bytes()),
        };
    }
}

/// The log of a process: standard error until a file is named, and nothing until items are chosen.
#[derive(Clone, Default)]
pub struct Logger(Arc<Sink>);

impl std::fmt::Debug for Logger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logger").field("to_file", &self.0.0.lock().is_some()).finish()
    }
}

impl Logger {
    /// From now on lines go into this file, which is emptied; see [`file_name`].
    ///
    /// # Errors
    /// A bad pattern, or a file that can't be made; lines go on as before.
    pub fn set_file(&self, pattern: &str) -> Result<(), String> {
        let name = file_name(pattern)?;
        let file = File::create(&name).map_err(|e| format!("could not open '{name}': {}", crate::save::reason(&e)))?;
        *self.0.0.lock() = Some(file);
        Ok(())
    }

    /// Lets the machine's CPUs, and those that are plugged later, log these items.
    pub fn choose(&self, machine: &mut Machine, items: LogItems) {
        if items == LogItems::default() {
            machine.set_log(None);
        } else {
            machine.set_log(Some((Arc::clone(&self.0) as Arc<dyn Log>, items)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_items() {
        let items = parse("in_asm,int").unwrap();
        assert!(items.in_asm && items.int && !items.exec);
        assert_eq!(parse("nochain,unimp,guest_errors").unwrap(), LogItems::default());
        let all = LogItems { in_asm: true, op: true, op_opt: true, int: true, exec: true, cpu: true };
        assert_eq!(parse("all").unwrap(), all);
        assert!(parse("int,zebra").unwrap_err().starts_with("there is no log item 'zebra'; items are: in_asm, "));
        assert!(parse("").unwrap_err().contains("''"));
        assert!(ITEMS.iter().all(|item| help().contains(&format!("\n{} ", item.name))));
    }

    #[test]
    fn the_process_id_in_names() {
        assert_eq!(file_name("a.log").unwrap(), "a.log");
        assert_eq!(file_name("a-%d.log").unwrap(), format!("a-{}.log", std::process::id()));
        for bad in ["%x", "a%", "%d%d", "%d-%"] {
            assert!(file_name(bad).unwrap_err().starts_with(&format!("Bad logfile format: {bad} ")));
        }
    }
}
