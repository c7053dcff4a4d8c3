//! The list of what is larger than usual: it may shrink, not grow.

use std::collections::BTreeMap;

use super::code::{FILE_HARD, Size};

/// Where the list is.
pub(super) const PATH: &str = "xtask/ratchet.txt";

const HEAD: &str = "\
# Files of more than 600 lines and functions of more than 70, with their lines rounded up: `N path` or `N path function`.
# Sizes may shrink, not grow; `cargo xtask tidy --bless` writes this list anew, and its review asks why.
";

/// Sizes are rounded up to a multiple of this, so that a line more here or there needs no new list.
const ROOM: usize = 20;

/// The list for the sizes of today.
pub(super) fn render(sizes: &[Size]) -> String {
    let rows = sizes.iter().map(|s| format!("{} {}\n", s.lines.next_multiple_of(ROOM), s.what));
    HEAD.to_owned() + &rows.collect::<String>()
}

pub(super) fn check(sizes: &[Size], list: &str) -> Vec<String> {
    let mut allowed: BTreeMap<&str, usize> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(lines, what)| Some((what, lines.parse().ok()?)))
        .collect();
    let mut wrong = Vec::new();
    for size in sizes {
        let limit = allowed.remove(size.what.as_str());
        if size.hopeless {
            wrong.push(format!("{}: {} lines, and no file may have more than {FILE_HARD}", size.what, size.lines));
        } else if limit.is_none_or(|limit| size.lines > limit) {
            let before = limit.map_or_else(String::new, |limit| format!(", {limit} before"));
            wrong.push(format!("{}: {} lines{before}: split it, or say in the ratchet why not", size.what, size.lines));
        }
    }
    wrong.extend(allowed.keys().map(|what| format!("{PATH}: {what} is no longer large: remove the line")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_may_shrink_and_not_grow() {
        let size = |lines| [Size { what: "a.rs f".into(), lines, hopeless: false }];
        assert!(check(&size(80), "# list\n80 a.rs f\n").is_empty());
        assert!(check(&size(75), "80 a.rs f\n").is_empty());
        assert_eq!(check(&size(81), "80 a.rs f\n").len(), 1);
        assert_eq!(check(&size(80), "").len(), 1);
        assert_eq!(check(&[], "80 a.rs f\n").len(), 1, "a line that is needed no more");
        assert!(check(&size(80), &render(&size(80))).is_empty());
    }
}
