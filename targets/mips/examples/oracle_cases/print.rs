//! Cases as they are printed.

use std::fmt::Write;

use bits::Endian;
use testkit::insn::{CODE, DATA};

use crate::place::Place;
use crate::{Case, Outcome};

/// One JSON object; with the registers of the extensions if those are asked for.
pub(crate) fn json(case: &Case, outcome: &Outcome, n: u64, extensions: bool) -> String {
    let places = |list: &[(Place, u64)]| {
        let known = list.iter().filter(|(p, _)| extensions || !p.is_extension());
        let items: Vec<String> = known.map(|(p, v)| format!("\"{}\":\"{v:#x}\"", p.name())).collect();
        items.join(",")
    };
    let words: Vec<String> = case.words.iter().map(|b| format!("\"{b:08x}\"")).collect();
    let memory: Vec<String> = outcome.memory.iter().map(|(a, b)| format!("\"{a:#x}\":{b}")).collect();
    let trap = outcome.trap.map_or("null".to_owned(), |(code, bd, epc, bad)| {
        format!("[{code},{},\"{epc:#x}\",\"{bad:#x}\"]", u8::from(bd))
    });
    format!(
        "{{\"n\":{n},\"bits\":[{}],\"text\":\"{}\",\"set\":{{{}}},\"out\":{{{}}},\"mem\":{{{}}},\"pc\":\"{:#x}\",\"trap\":{trap}}}",
        words.join(","),
        case.text,
        places(&case.set),
        places(&outcome.changed),
        memory.join(","),
        outcome.pc
    )
}

/// One `.insn` line. Cases there start with zeros where nothing is set.
pub(crate) fn insn_line(
    case: &Case,
    outcome: &Outcome,
    before: &[u8],
    after: &[u8],
    variant: &str,
    endian: Endian,
) -> String {
    let words: Vec<String> = case.words.iter().map(|b| format!("{b:08x}")).collect();
    let mut line = format!("@{variant} {}  {}  |", words.join("+"), case.text);
    for (place, value) in &case.set {
        _ = write!(line, " {}={value:#x}", place.name());
    }
    let cell = |bytes: &[u8], at: usize| endian.read(&bytes[at..at + 8]);
    let at = case.address.map(|a| ((a & !7) - DATA) as usize);
    if let Some(at) = at {
        _ = write!(line, " [{:#x}]:8={:#x}", DATA + at as u64, cell(before, at));
    }
    line.push_str(" =>");
    if let Some(at) = at.filter(|at| cell(before, *at) != cell(after, *at)) {
        _ = write!(line, " [{:#x}]:8={:#x}", DATA + at as u64, cell(after, at));
    }
    for (place, value) in &outcome.changed {
        _ = write!(line, " {}={value:#x}", place.name());
    }
    match outcome.trap {
        Some((trap, ..)) => _ = write!(line, " trap {trap}"),
        None if outcome.pc != CODE + 4 * case.words.len() as u64 => _ = write!(line, " pc={:#x}", outcome.pc),
        None => {}
    }
    line
}
