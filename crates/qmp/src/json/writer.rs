//! Values to bytes, byte for byte as QEMU 4.2 prints them.

use std::fmt::Write;

use qapi::{Map, Number, Value};

/// How messages are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Style {
    /// One line a message.
    #[default]
    Compact,
    /// A line for each member and element, indented by four blanks a level.
    Pretty,
}

/// The message with its line end. Line ends are CR LF, as everything that a monitor prints.
pub fn message(value: &Value, style: Style) -> String {
    let mut out = String::new();
    write_value(&mut out, value, style, 0);
    out.push_str("\r\n");
    out
}

/// The place of a member among those of its object: objects are printed in the order of a hash of 512 buckets.
fn bucket(key: &str) -> u32 {
    let seed = 0x238F_13AF_u32.wrapping_mul(key.len() as u32);
    let mix = |h: u32, (i, c): (usize, u8)| h.wrapping_add(u32::from(c) << (5 * i % 24));
    let hash = key.bytes().enumerate().fold(seed, mix);
    hash.wrapping_mul(1_103_515_243).wrapping_add(12345) % 512
}

/// The members in the order of their printing; in one bucket the member inserted last comes first.
pub fn ordered(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = map.iter().rev().collect();
    members.sort_by_key(|(key, _)| bucket(key));
    members
}

fn line(out: &mut String, style: Style, depth: usize) {
    if style == Style::Pretty {
        out.push_str("\r\n");
        (0..depth).for_each(|_| out.push_str("    "));
    }
}

fn separator(out: &mut String, style: Style, first: bool) {
    match (style, first) {
        (_, true) => {}
        (Style::Compact, false) => out.push_str(", "),
        (Style::Pretty, false) => out.push(','),
    }
}

fn write_value(out: &mut String, value: &Value, style: Style, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
        Value::Number(n) => write_number(out, n),
        Value::String(text) => write_string(out, text),
        Value::Array(list) => {
            out.push('[');
            for (n, item) in list.iter().enumerate() {
                separator(out, style, n == 0);
                line(out, style, depth + 1);
                write_value(out, item, style, depth + 1);
            }
            line(out, style, depth);
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (n, (key, item)) in ordered(map).into_iter().enumerate() {
                separator(out, style, n == 0);
                line(out, style, depth + 1);
                write_string(out, key);
                out.push_str(": ");
                write_value(out, item, style, depth + 1);
            }
            line(out, style, depth);
            out.push('}');
        }
    }
}

/// Floats have up to six decimals and no exponent.
fn write_number(out: &mut String, number: &Number) {
    // Writing into a String can't fail.
    if number.is_f64() {
        let text = format!("{:.6}", number.as_f64().unwrap_or(0.0));
        out.push_str(text.trim_end_matches('0').trim_end_matches('.'));
    } else {
        let _ = write!(out, "{number}");
    }
}

/// Pure ASCII: all else as `\uXXXX`, in pairs where it must be.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
    }
    out.push('"');
}
