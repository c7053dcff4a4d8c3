//! Licences of all packages that are built: only those that a project under MIT or Apache-2.0 may use.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{cargo, output};

/// Licences that ask for no more than their text to be kept.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "ISC",
    "Zlib",
    "Unlicense",
    "Unicode-3.0",
    "CC0-1.0",
    "BSL-1.0",
];

pub(super) fn check() -> Result<Vec<String>> {
    let filter = ["--filter-platform", "x86_64-unknown-linux-gnu"];
    let text = output(cargo().args(["metadata", "--format-version", "1", "--locked"]).args(filter))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or("none named");
        if !allowed(licence) {
            wrong.push(format!("Cargo.toml: {name} has licence {licence:?}, which is not on the list"));
        }
    }
    Ok(wrong)
}

/// An SPDX expression of `OR`, `AND` and brackets; `/` is the old form of `OR`.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let all = |s: &str| s.split(" AND ").all(|l| ALLOWED.contains(&l.trim().trim_matches(['(', ')'])));
    // "(A OR B) AND C": each bracket stands alone.
    if expression.contains('(') {
        let parts = expression.split(" AND ").map(|p| p.trim().trim_matches(['(', ')']));
        return parts.into_iter().all(|part| part.split(" OR ").any(all));
    }
    expression.split(" OR ").any(all)
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions() {
        assert!(allowed("MIT OR Apache-2.0"));
        assert!(allowed("MIT/Apache-2.0"));
        assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(allowed("Unlicense OR MIT"));
        assert!(allowed("GPL-2.0 OR MIT"));
        assert!(!allowed("GPL-2.0"));
        assert!(!allowed("MIT AND GPL-3.0-only"));
        assert!(!allowed("none named"));
    }
}
