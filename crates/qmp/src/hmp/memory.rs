//! `x`, `xp` and `print`.

use cpu::Cpu;

use super::{Focus, expr};
use crate::command::Context;
use crate::save::{self, View};

/// `/COUNT FORMAT SIZE` as in gdb.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Format {
    count: usize,
    letter: char,
    size: usize,
}

/// Units that one command dumps at most.
const COUNT_MAX: usize = 65536;

/// Cuts `/FMT` off the front of `text`.
fn format(text: &str, size: usize) -> Result<(Format, &str), String> {
    let mut format = Format { count: 1, letter: 'x', size };
    let Some(body) = text.strip_prefix('/') else { return Ok((format, text)) };
    let (spec, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let digits = spec.len() - spec.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        let fault = || format!("invalid count in '/{spec}': give 1 to {COUNT_MAX}");
        format.count = spec[..digits].parse().ok().filter(|n| (1..=COUNT_MAX).contains(n)).ok_or_else(fault)?;
    }
    for c in spec[digits..].chars() {
        match c {
            'x' | 'd' | 'u' | 'o' | 'c' => format.letter = c,
            'b' => format.size = 1,
            'h' => format.size = 2,
            'w' => format.size = 4,
            'g' => format.size = 8,
            _ => return Err(format!("invalid char in format: '{c}'")),
        }
    }
    Ok((format, rest.trim()))
}

fn focused<'a>(context: &'a Context<'_>, focus: &Focus) -> Option<&'a dyn Cpu> {
    let cpus = context.machine.cpus();
    let vcpu = cpus.iter().find(|vcpu| vcpu.index == focus.cpu).or(cpus.first())?;
    Some(vcpu.cpu.as_ref())
}

fn show(format: Format, value: u64) -> String {
    let bits = 8 * format.size as u32;
    match format.letter {
        'd' => format!("{}", (value << (64 - bits)) as i64 >> (64 - bits)),
        'u' => format!("{value}"),
        'o' => format!("{value:#o}"),
        'c' => format!("'{}'", (value as u8).escape_ascii()),
        _ => format!("0x{value:0width$x}", width = 2 * format.size),
    }
}

pub(super) fn print(context: &mut Context<'_>, focus: &mut Focus, rest: &str) -> String {
    let result = format(rest, 8).and_then(|(format, text)| Ok((format, expr::eval(text, focused(context, focus))?)));
    match result {
        Ok((Format { letter: 'x', .. }, value)) => format!("{value:#x}\n"),
        Ok((format, value)) => format!("{}\n", show(format, value)),
        Err(e) => format!("{e}\n"),
    }
}

pub(super) fn virt(context: &mut Context<'_>, focus: &mut Focus, rest: &str) -> String {
    dump(context, focus, rest, true).unwrap_or_else(|e| format!("{e}\n"))
}

pub(super) fn phys(context: &mut Context<'_>, focus: &mut Focus, rest: &str) -> String {
    dump(context, focus, rest, false).unwrap_or_else(|e| format!("{e}\n"))
}

/// Lines of 16 bytes' worth of units after their address.
fn dump(context: &Context<'_>, focus: &Focus, rest: &str, is_virtual: bool) -> Result<String, String> {
    let (format, text) = format(rest, 4)?;
    let cpu = focused(context, focus);
    let start = expr::eval(text, cpu)?;
    let view = if is_virtual { View::Virtual(cpu.ok_or("No CPU available")?) } else { View::Physical };
    let per_line = (16 / format.size).min(if format.size == 1 { 8 } else { 4 });
    let mut out = String::new();
    for n in 0..format.count {
        let address = start.wrapping_add((n * format.size) as u64);
        if n % per_line == 0 {
            out += &format!("{}{address:016x}:", if n > 0 { "\n" } else { "" });
        }
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..format.size];
        if !save::read(context.machine, view, address, bytes) {
            return Ok(format!("{out}{}Cannot access memory\n", if n % per_line == 0 { " " } else { "\n" }));
        }
        out += &format!(" {}", show(format, number(bytes, context.machine.target().big_endian)));
    }
    Ok(out + "\n")
}

fn number(bytes: &[u8], big_endian: bool) -> u64 {
    let fold = |n: u64, &b: &u8| n << 8 | u64::from(b);
    if big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_gdb() {
        let f = |count, letter, size| Format { count, letter, size };
        assert_eq!(format("/4xb 0x10", 4), Ok((f(4, 'x', 1), "0x10")));
        assert_eq!(format("7", 4), Ok((f(1, 'x', 4), "7")));
        assert!(format("/0x 0", 4).is_err() && format("/999999x 0", 4).is_err() && format("/q 0", 4).is_err());
        assert_eq!(show(f(1, 'd', 1), 0xff), "-1");
        assert_eq!(show(f(1, 'c', 1), 0x41), "'A'");
        assert_eq!(show(f(1, 'x', 4), 0x41), "0x00000041");
    }
}
