//! Rules for Rust files: each begins by saying what it is for, `unsafe` keeps to its place, sizes.

use super::File;

/// Lines that a file may have without being listed.
pub(super) const FILE_USUAL: usize = 600;
/// Lines that no file may have.
pub(super) const FILE_HARD: usize = 800;
/// Lines that a function may have without being listed.
pub(super) const FUNCTION_HARD: usize = 70;

/// Folders whose crates may hold `unsafe` blocks.
const UNSAFE_ALLOWED: &[&str] = &["crates/memory/", "crates/cpu/", "crates/interp/", "crates/jit/"];
/// Crates that must stay free of threads and clocks, so that a build for browsers stays possible.
const NO_HOST: &[&str] =
    &["crates/uop/src/", "crates/cpu/src/", "crates/interp/src/", "targets/", "crates/devices/src/"];
/// What they must not name.
const HOST: &[&str] =
    &["std::thread", "std::time::Instant", "std::time::SystemTime", "std::fs", "std::net", "std::process"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|f| f.is("rs")) {
        let path = &file.path;
        if !file.text.starts_with("//!") {
            wrong.push(format!("{path}:1: a file begins with `//!` and what it is for"));
        }
        let lifts_unsafe = ["allow", "expect", "warn"].iter().any(|how| {
            let short = format!("{how}(unsafe_code");
            let long = format!("{how}(\n    unsafe_code");
            file.text.contains(&short) || file.text.contains(&long)
        });
        if lifts_unsafe && !UNSAFE_ALLOWED.iter().any(|place| path.starts_with(place)) && !path.starts_with("xtask/") {
            wrong.push(format!("{path}: `unsafe` belongs into memory, cpu, interp and jit"));
        }
        if NO_HOST.iter().any(|place| path.starts_with(place)) && !path.contains("/tests") {
            for (number, line) in (1..).zip(file.text.lines()) {
                if let Some(name) = HOST.iter().find(|name| line.contains(**name)) {
                    wrong.push(format!("{path}:{number}: {name}: this crate knows no host"));
                }
            }
        }
    }
    wrong
}

/// A file or function that is larger than usual.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// `path` or `path function`.
    pub(super) what: String,
    /// Lines.
    pub(super) lines: usize,
    /// Whether it is a file beyond the hard limit.
    pub(super) hopeless: bool,
}

/// Everything beyond its usual size.
pub(super) fn sizes(files: &[File]) -> Vec<Size> {
    let mut sizes = Vec::new();
    for file in files.iter().filter(|f| f.is("rs")) {
        let lines = file.text.lines().count();
        if lines > FILE_USUAL {
            sizes.push(Size { what: file.path.clone(), lines, hopeless: lines > FILE_HARD });
        }
        for (name, lines) in functions(&file.text) {
            if lines > FUNCTION_HARD {
                sizes.push(Size { what: format!("{} {name}", file.path), lines, hopeless: false });
            }
        }
    }
    sizes
}

/// Names and lengths of the functions in formatted Rust: from `fn` to the brace of the same indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, String, usize)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let rest = line.trim_start();
        if let Some(name) = function_name(rest) {
            if !rest.ends_with('}') && !rest.ends_with(';') {
                open.push((indent, name, number));
            }
        } else if rest == "}" && open.last().is_some_and(|(at, ..)| *at == indent) {
            let (_, name, start) = open.pop().expect("just seen");
            found.push((name, number - start + 1));
        } else if rest.starts_with("//") {
            continue;
        } else if rest.ends_with(';') && open.last().is_some_and(|(at, ..)| *at == indent) {
            // A declaration over several lines, without a body.
            open.pop();
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let words = line.split_whitespace();
    let mut words = words.skip_while(|w| {
        let word = w.split('(').next().unwrap_or_default();
        ["pub", "const", "unsafe", "async", "extern", "\"C\""].contains(&word) || *w == "super)" || *w == "crate)"
    });
    if words.next()? != "fn" {
        return None;
    }
    let name: String = words.next()?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured() {
        let text = "pub(super) fn a() {\n    x();\n}\n\nimpl T {\n    const fn b(\n        x: u8,\n    ) -> u8 {\n        x\n    }\n    fn c();\n}\n";
        assert_eq!(functions(text), [("a".to_owned(), 3), ("b".to_owned(), 5)]);
    }

    #[test]
    fn sins_are_found() {
        let sins = |path: &str, text: &str| check(&[File { path: path.into(), text: text.into() }]).len();
        assert_eq!(sins("crates/qmp/src/lib.rs", "//! Fine.\n"), 0);
        assert_eq!(sins("crates/qmp/src/lib.rs", "fn main() {}\n"), 1);
        assert_eq!(sins("crates/qmp/src/lib.rs", "//! Bad.\n#![allow(unsafe_code, reason = \"\")]\n"), 1);
        assert_eq!(sins("crates/cpu/src/lib.rs", "//! May.\n#![allow(\n    unsafe_code,\n    reason = \"\"\n)]\n"), 0);
        assert_eq!(sins("targets/riscv/src/lib.rs", "//! Bad.\nuse std::thread;\n"), 1);
    }

    #[test]
    fn long_files_are_found() {
        let text = "//! Long.\n".repeat(FILE_USUAL + 1);
        let found = sizes(&[File { path: "a.rs".into(), text }]);
        assert_eq!(found, [Size { what: "a.rs".into(), lines: FILE_USUAL + 1, hopeless: false }]);
    }
}
