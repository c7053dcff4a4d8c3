//! Rules for every text file: blanks, line ends, words that don't belong into a product.

use super::File;

/// Endings of files that hold lines as written by us. Golden output keeps what a program has printed.
const CHECKED: &[&str] = &["rs", "toml", "md", "c", "h", "S", "ld", "insn", "qmp", "yml", "py", "sh"];

/// Words that must not stay: notes to oneself, and paths of somebody's machine. Split, so that this file has none of them.
const BANNED: &[(&str, &str)] = &[
    (concat!("FIX", "ME"), "a note to oneself: mend it, or write an issue"),
    (concat!("XX", "X "), "a note to oneself: mend it, or write an issue"),
    (concat!("TO", "DO"), "a note to oneself: do it, or write an issue"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/wo", "rk/"), "a path of one machine"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|f| CHECKED.iter().any(|e| f.is(e))) {
        check_file(file, &mut wrong);
    }
    wrong
}

fn check_file(file: &File, wrong: &mut Vec<String>) {
    let path = &file.path;
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.ends_with([' ', '\t']) {
            wrong.push(format!("{path}:{number}: blanks at the end of the line"));
        }
        if line.contains('\t') {
            wrong.push(format!("{path}:{number}: a tab; use blanks"));
        }
        for (word, why) in BANNED {
            if line.contains(word) {
                wrong.push(format!("{path}:{number}: {word:?} is {why}"));
            }
        }
    }
    if file.text.contains('\r') {
        wrong.push(format!("{path}: carriage returns; lines end in a newline alone"));
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        wrong.push(format!("{path}: the last line has no end"));
    }
    if file.text.ends_with("\n\n") {
        wrong.push(format!("{path}: empty lines at the end"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sins_are_found() {
        let sins = |text: &str| check(&[File { path: "a.rs".into(), text: text.into() }]).len();
        assert_eq!(sins("fine\n"), 0);
        assert_eq!(sins("blank \n"), 1);
        assert_eq!(sins("\ttab\n"), 1);
        assert_eq!(sins("no end"), 1);
        assert_eq!(sins("end\n\n"), 1);
        assert_eq!(sins(concat!("// FIX", "ME\n")), 1);
        assert_eq!(sins(concat!("path /ho", "me/me\n")), 1);
    }
}
