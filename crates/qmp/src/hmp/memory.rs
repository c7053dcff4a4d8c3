//! `x`, `xp`, `print` and others that look at memory.

use cpu::Cpu;

use super::Focus;
use super::args::Args;
use crate::command::Context;
use crate::save::{self, View};

/// `/COUNT FORMAT SIZE` as in gdb.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Format {
    count: usize,
    letter: char,
    size: usize,
}

/// Units that one command dumps at most.
const COUNT_MAX: usize = 65536;

impl Format {
    /// Cuts `/FMT` off the front of `rest`.
    ///
    /// # Errors
    /// A letter that means nothing here, or a count that is too large.
    pub(super) fn cut(rest: &mut &str, size: usize) -> Result<Format, String> {
        let mut format = Format { count: 1, letter: 'x', size };
        let Some(body) = rest.strip_prefix('/') else { return Ok(format) };
        let (spec, tail) = body.split_at(body.find(char::is_whitespace).unwrap_or(body.len()));
        let letters = spec.trim_start_matches(|c: char| c.is_ascii_digit());
        if letters.len() < spec.len() {
            let count = spec[..spec.len() - letters.len()].parse();
            let fault = || format!("invalid count in '/{spec}': {COUNT_MAX} is the most");
            format.count = count.ok().filter(|n| *n <= COUNT_MAX).ok_or_else(fault)?;
        }
        for c in letters.chars() {
            match c {
                'x' | 'd' | 'u' | 'o' | 'c' => format.letter = c,
                'b' => format.size = 1,
                'h' => format.size = 2,
                'w' => format.size = 4,
                'g' | 'L' => format.size = 8,
                _ => return Err(format!("invalid char in format: '{c}'")),
            }
        }
        *rest = tail;
        Ok(format)
    }

    /// Columns of a number in a dump.
    fn columns(self) -> usize {
        let bits = 8 * self.size;
        match self.letter {
            'o' => bits.div_ceil(3),
            'd' | 'u' => (bits * 10).div_ceil(33),
            'x' => bits / 4,
            _ => 0,
        }
    }
}

pub(super) fn focused<'a>(context: &'a Context<'_>, focus: &Focus) -> Option<&'a dyn Cpu> {
    let cpus = context.machine.cpus();
    let vcpu = cpus.iter().find(|vcpu| vcpu.index == focus.cpu).or(cpus.first())?;
    Some(vcpu.cpu.as_ref())
}

fn show(format: Format, value: u64, columns: usize) -> String {
    let bits = 8 * format.size as u32;
    match format.letter {
        'd' => format!("{:columns$}", (value << (64 - bits)) as i64 >> (64 - bits)),
        'u' => format!("{value:columns$}"),
        'o' if value == 0 => format!("{value:columns$}"),
        'o' => format!("{:>columns$}", format!("0{value:o}")),
        'c' => character(value as u8),
        _ => format!("0x{value:0columns$x}"),
    }
}

fn character(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_string(),
        b'\\' => "'\\\\'".to_string(),
        b'\n' => "'\\n'".to_string(),
        b'\r' => "'\\r'".to_string(),
        b' '..=b'~' => format!("'{}'", char::from(byte)),
        _ => format!("'\\x{byte:02x}'"),
    }
}

pub(super) fn print(_: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    let (format, value) = (args.format(0), args.number(1));
    match format.letter {
        'x' => format!("{value:#x}\n"),
        _ => format!("{}\n", show(Format { size: 8, ..format }, value, 0)),
    }
}

pub(super) fn virt(context: &mut Context<'_>, focus: &mut Focus, args: &Args<'_>) -> String {
    let cpu = focused(context, focus);
    cpu.map_or("No CPU available\n".to_string(), |cpu| dump(context, View::Virtual(cpu), args))
}

pub(super) fn phys(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    dump(context, View::Physical, args)
}

/// Lines of 16 bytes, or of 8 bytes shown apart, after their address.
fn dump(context: &Context<'_>, view: View<'_>, args: &Args<'_>) -> String {
    let (mut format, start) = (args.format(0), args.number(1));
    let len = format.size * format.count;
    let line = if format.size == 1 { 8 } else { 16 };
    if format.letter == 'c' {
        format.size = 1;
    }
    let mut out = String::new();
    for at in (0..len).step_by(format.size) {
        let address = start.wrapping_add(at as u64);
        if at % line == 0 {
            out += &format!("{}{address:016x}:", if at > 0 { "\n" } else { "" });
        }
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..format.size];
        if !save::read(context.machine, view, address, bytes) {
            return format!("{out}{}Cannot access memory\n", if at % line == 0 { " " } else { "\n" });
        }
        out.push(' ');
        out += &show(format, number(bytes, context.machine.target().big_endian), format.columns());
    }
    if len > 0 {
        out.push('\n');
    }
    out
}

/// The checksum of physical memory that BSD's `sum` computes.
pub(super) fn sum(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    let (start, size) = (args.number(0) & 0xffff_ffff, args.number(1) & 0xffff_ffff);
    let mut buffer = [0; 4096];
    let (mut sum, mut at) = (0u16, 0);
    while at < size {
        let chunk = &mut buffer[..(size - at).min(4096) as usize];
        context.machine.memory().read_bytes(start + at, chunk);
        sum = chunk.iter().fold(sum, |sum, byte| sum.rotate_right(1).wrapping_add(u16::from(*byte)));
        at += chunk.len() as u64;
    }
    format!("{sum:05}\n")
}

/// A part of memory into a file.
pub(super) fn save_virt(context: &mut Context<'_>, focus: &mut Focus, args: &Args<'_>) -> String {
    let cpu = focused(context, focus);
    cpu.map_or("No CPU available\n".to_string(), |cpu| write(context, View::Virtual(cpu), args))
}

pub(super) fn save_phys(context: &mut Context<'_>, _: &mut Focus, args: &Args<'_>) -> String {
    write(context, View::Physical, args)
}

fn write(context: &Context<'_>, view: View<'_>, args: &Args<'_>) -> String {
    let size = i64::from(args.number(1) as u32);
    let written = save::to_file(context.machine, view, args.number(0), size, args.text(2));
    written.err().map_or(String::new(), |e| format!("Error: {}\n", e.desc))
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
        let cut = |mut text| Format::cut(&mut text, 4);
        assert_eq!(cut("/4xb 0x10"), Ok(f(4, 'x', 1)));
        assert_eq!(cut("7"), Ok(f(1, 'x', 4)));
        assert_eq!(cut("/0x 0"), Ok(f(0, 'x', 4)));
        assert!(cut("/999999x 0").is_err() && cut("/q 0").is_err());
        let padded = |format: Format, value| show(format, value, format.columns());
        assert_eq!(padded(f(1, 'd', 1), 0xff), " -1");
        assert_eq!(padded(f(1, 'c', 1), 0x41), "'A'");
        assert_eq!(padded(f(1, 'c', 1), 9), "'\\x09'");
        assert_eq!(padded(f(1, 'x', 4), 0x41), "0x00000041");
        assert_eq!(padded(f(1, 'o', 1), 8), "010");
    }
}
