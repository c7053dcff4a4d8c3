//! Rules for the documents: the code map names every crate, links lead somewhere, commands that are shown exist.

use std::collections::BTreeSet;

use super::File;
use crate::{TASKS, root};

/// Where the code map is.
const MAP: &str = "ARCHITECTURE.md";

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut wrong = check_map(files);
    for file in files.iter().filter(|f| f.is("md")) {
        wrong.extend(check_links(file));
        wrong.extend(check_tasks(file));
    }
    wrong
}

/// Headings like "### `crates/uop`" and folders with a `Cargo.toml` must be the same.
fn check_map(files: &[File]) -> Vec<String> {
    let folders: BTreeSet<&str> = files.iter().filter_map(|f| f.path.strip_suffix("/Cargo.toml")).collect();
    let text = files.iter().find(|f| f.path == MAP).map_or("", |f| f.text.as_str());
    let named: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("### `")).filter_map(|rest| rest.split('`').next()).collect();
    let missing = folders.difference(&named).map(|f| format!("{MAP}: the code map has no section \"### `{f}`\""));
    let stale =
        named.difference(&folders).map(|f| format!("{MAP}: the code map has a section on `{f}`, which is no crate"));
    missing.chain(stale).collect()
}

/// Relative links must lead to a file or folder.
fn check_links(file: &File) -> Vec<String> {
    let folder = root().join(&file.path);
    let folder = folder.parent().map_or_else(root, std::path::Path::to_path_buf);
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for rest in line.split("](").skip(1) {
            let link = rest.split([')', '#']).next().unwrap_or_default();
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                wrong.push(format!("{}:{number}: the link to {link} leads nowhere", file.path));
            }
        }
    }
    wrong
}

/// `cargo xtask WORD` must be a task.
fn check_tasks(file: &File) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for rest in line.split("cargo xtask ").skip(1) {
            let task: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            if !task.is_empty() && !TASKS.contains(&task.as_str()) {
                wrong.push(format!("{}:{number}: there is no `cargo xtask {task}`", file.path));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn the_map_and_the_folders_agree() {
        let crates = [file("crates/uop/Cargo.toml", ""), file(MAP, "### `crates/uop`: the IR\n")];
        assert!(check_map(&crates).is_empty());
        let crates = [file("crates/new/Cargo.toml", ""), file(MAP, "### `crates/old`\n")];
        assert_eq!(check_map(&crates).len(), 2);
    }

    #[test]
    fn dead_links_and_tasks_are_found() {
        assert!(check_links(&file("README.md", "[x](Cargo.toml) [y](https://example.org/)\n")).is_empty());
        assert_eq!(check_links(&file("README.md", "[x](nowhere.md)\n")).len(), 1);
        assert!(check_tasks(&file("README.md", "`cargo xtask tidy`\n")).is_empty());
        assert_eq!(check_tasks(&file("README.md", "`cargo xtask tity`\n")).len(), 1);
    }
}
