//! `cargo xtask tidy`: house rules that neither the compiler nor clippy knows. Also a test of this crate.
//!
//! Old sins are listed in `xtask/ratchet.txt` with their size; they may shrink, not grow, and leave the list when they are gone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{output, root, say};

mod code;
mod docs;
mod licences;
mod ratchet;
mod text;

/// What `cargo xtask tidy` understands.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Write the ratchet anew instead of complaining about sizes
    #[arg(long)]
    pub bless: bool,
}

/// A file of the repository.
struct File {
    /// Relative to the workspace, with slashes.
    path: String,
    text: String,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| e == extension)
    }
}

/// Applies all rules.
///
/// # Errors
/// One line for each breach.
pub fn run(args: &Args) -> Result<()> {
    let files = files()?;
    if args.bless {
        std::fs::write(root().join(ratchet::PATH), ratchet::render(&code::sizes(&files)))?;
    }
    let wrong = breaches(&files)?;
    if wrong.is_empty() {
        say(&format!("tidy: {} files keep the house rules", files.len()));
        return Ok(());
    }
    bail!("{} breaches of the house rules:\n  {}", wrong.len(), wrong.join("\n  "))
}

/// All breaches, as sentences that begin with the place.
///
/// # Errors
/// When the repository can't be read or cargo not asked.
pub fn check() -> Result<Vec<String>> {
    breaches(&files()?)
}

fn breaches(files: &[File]) -> Result<Vec<String>> {
    let list = std::fs::read_to_string(root().join(ratchet::PATH)).unwrap_or_default();
    let mut wrong = text::check(files);
    wrong.extend(code::check(files));
    wrong.extend(ratchet::check(&code::sizes(files), &list));
    wrong.extend(docs::check(files));
    wrong.extend(licences::check()?);
    Ok(wrong)
}

/// The text files that git knows or would take.
fn files() -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let paths: Vec<String> = match output(&mut git) {
        Ok(list) => list.split_terminator('\0').map(str::to_owned).collect(),
        // An unpacked archive: no git, but the same files.
        Err(_) => walk(&root())?,
    };
    let mut files = Vec::new();
    for path in paths {
        // Binaries are no text; files that were deleted and not yet committed are gone.
        if let Ok(text) = std::fs::read_to_string(root().join(&path)) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}

fn walk(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != "target" && name != ".git" {
                open.push(path);
            } else if path.is_file() {
                let relative = path.strip_prefix(folder)?;
                paths.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let wrong = super::check().expect("the repository can be read");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
