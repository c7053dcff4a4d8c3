//! Arguments of a line: what a command takes is a table, and one parser reads them all and words all complaints, as QEMU's monitor does.

use std::borrow::Cow;

use cpu::Cpu;

use super::expr;
use super::memory::Format;

/// An argument that a command takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Take {
    /// A word, or several within quotation marks.
    Word,
    /// The same, and it may be missing.
    MaybeWord,
    /// A file's name.
    File,
    /// Options like those of the command line; may be missing.
    Options,
    /// The rest of the line.
    Rest,
    /// An expression of 32 bits.
    Int,
    /// An expression of 64 bits.
    Long,
    /// `/FMT` as in gdb; the size in bytes that it has unless it says so.
    Format(usize),
    /// `-LETTER`, or nothing.
    Flag(char),
}

/// What was given, in the order of the table.
#[derive(Clone, PartialEq, Debug)]
enum Given<'a> {
    Text(Option<Cow<'a, str>>),
    Number(u64),
    Format(Format),
    Flag(bool),
}

/// The arguments of a line.
#[derive(Default, Debug)]
pub(super) struct Args<'a>(Vec<Given<'a>>);

impl Args<'_> {
    /// The text that argument `n` is; empty if it is missing.
    pub(super) fn text(&self, n: usize) -> &str {
        match self.0.get(n) {
            Some(Given::Text(text)) => text.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// The number that argument `n` is.
    pub(super) fn number(&self, n: usize) -> u64 {
        match self.0.get(n) {
            Some(Given::Number(number)) => *number,
            _ => 0,
        }
    }

    /// The format that argument `n` is.
    pub(super) fn format(&self, n: usize) -> Format {
        match self.0.get(n) {
            Some(Given::Format(format)) => *format,
            _ => Format::default(),
        }
    }

    /// Whether flag `n` is given.
    pub(super) fn flag(&self, n: usize) -> bool {
        matches!(self.0.get(n), Some(Given::Flag(true)))
    }
}

/// Reads the arguments in `text` of the command that `help` calls `name`.
///
/// # Errors
/// What is wrong, as a line without its end.
pub(super) fn parse<'a>(name: &str, takes: &[Take], text: &'a str, cpu: Option<&dyn Cpu>) -> Result<Args<'a>, String> {
    let mut rest = text.trim_start();
    let mut args = Args::default();
    for take in takes {
        args.0.push(one(name, *take, &mut rest, cpu)?);
        rest = rest.trim_start();
    }
    if rest.is_empty() { Ok(args) } else { Err(format!("{name}: extraneous characters at the end of line")) }
}

fn one<'a>(name: &str, take: Take, rest: &mut &'a str, cpu: Option<&dyn Cpu>) -> Result<Given<'a>, String> {
    Ok(match take {
        Take::MaybeWord | Take::Options if rest.is_empty() => Given::Text(None),
        Take::Word | Take::MaybeWord if rest.is_empty() => return Err(format!("{name}: string expected")),
        Take::File if rest.is_empty() => return Err(format!("{name}: filename expected")),
        Take::Word | Take::MaybeWord | Take::File | Take::Options => Given::Text(Some(word(rest)?)),
        Take::Rest => Given::Text(Some(Cow::Borrowed(std::mem::take(rest).trim_end()))),
        Take::Long => Given::Number(expr::leading(rest, cpu)?),
        Take::Int => {
            let value = expr::leading(rest, cpu)?;
            // A number of 32 bits, signed or not.
            if i64::from(value as u32) != value as i64 && i64::from(value as i32) != value as i64 {
                return Err(format!("'{name}' has failed: integer is for 32-bit values"));
            }
            Given::Number(value)
        }
        Take::Format(size) => Given::Format(Format::cut(rest, size)?),
        Take::Flag(letter) => Given::Flag(flag(name, letter, rest)?),
    })
}

fn flag(name: &str, letter: char, rest: &mut &str) -> Result<bool, String> {
    let Some(given) = rest.strip_prefix('-') else { return Ok(false) };
    let Some(tail) = given.strip_prefix(letter) else {
        let first = given.chars().next().unwrap_or(' ');
        return Err(format!("{name}: unsupported option -{first}"));
    };
    *rest = tail;
    Ok(true)
}

/// Cuts a word off; within quotation marks, a backslash takes the meaning off the next character.
fn word<'a>(rest: &mut &'a str) -> Result<Cow<'a, str>, String> {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        *rest = tail;
        return Ok(Cow::Borrowed(word));
    };
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                *rest = &quoted[at + 1..];
                return Ok(Cow::Owned(text));
            }
            '\\' => text.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, c @ ('\\' | '\'' | '"'))) => c,
                Some((_, c)) => return Err(format!("unsupported escape code: '\\{c}'")),
                None => break,
            }),
            c => text.push(c),
        }
    }
    Err("unterminated string".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(takes: &[Take], text: &str) -> String {
        parse("cmd|c", takes, text, None).unwrap_err()
    }

    #[test]
    fn reads_what_the_table_says() {
        let takes = [Take::Flag('a'), Take::Word, Take::Long, Take::MaybeWord];
        let args = parse("c", &takes, r#" -a "a \"b" 1+1 "#, None).unwrap();
        assert!(args.flag(0));
        assert_eq!((args.text(1), args.number(2), args.text(3)), ("a \"b", 2, ""));
        let args = parse("c", &[Take::Rest], "  a b  ", None).unwrap();
        assert_eq!(args.text(0), "a b");
        assert_eq!(parse("c", &[Take::Int], "-1", None).unwrap().number(0), u64::MAX);
    }

    #[test]
    fn complains_as_qemu_does() {
        assert_eq!(fault(&[], "x"), "cmd|c: extraneous characters at the end of line");
        assert_eq!(fault(&[Take::Word], " "), "cmd|c: string expected");
        assert_eq!(fault(&[Take::File], ""), "cmd|c: filename expected");
        assert_eq!(fault(&[Take::Int], "0x100000000"), "'cmd|c' has failed: integer is for 32-bit values");
        assert_eq!(fault(&[Take::Long], ""), "unexpected end of expression");
        assert_eq!(fault(&[Take::Long], "08"), "cmd|c: extraneous characters at the end of line");
        assert_eq!(fault(&[Take::Flag('a')], "-x"), "cmd|c: unsupported option -x");
        assert_eq!(fault(&[Take::Word], "\"a"), "unterminated string");
        assert_eq!(fault(&[Take::Word], "\"\\t\""), "unsupported escape code: '\\t'");
    }
}
