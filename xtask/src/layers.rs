//! `cargo xtask layers`: which crate may use which. What is not in the table is an error, so that an architecture invariant
//! can't be broken by an innocent line in a `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{cargo, output, say};

/// One row a crate (`targets/*` stands for all targets): what of the workspace it may use, and what more in its tests.
struct Row {
    name: &'static str,
    uses: &'static [&'static str],
    tests: &'static [&'static str],
}

const fn row(name: &'static str, uses: &'static [&'static str], tests: &'static [&'static str]) -> Row {
    Row { name, uses, tests }
}

/// All targets together.
const TARGETS: &str = "targets/*";
/// The whole workspace.
const ANY: &str = "*";

/// The layers, lowest first: a crate uses only rows above its own.
static ROWS: &[Row] = &[
    row("bits", &[], &[]),
    row("softfloat", &["bits"], &[]),
    row("memory", &["bits"], &[]),
    row("uop", &["bits"], &[]),
    row("decode", &["bits"], &[]),
    row("topology", &[], &[]),
    row("qapi", &[], &[]),
    row("cpu", &["bits", "memory", "uop"], &[]),
    row("testkit", &["bits", "memory", "uop", "cpu"], &[]),
    row("interp", &["bits", "memory", "uop", "cpu"], &[]),
    row(TARGETS, &["bits", "uop", "decode", "softfloat", "memory", "cpu"], &["testkit", "interp"]),
    row("gdb", &["bits", "memory", "cpu"], &["testkit", "interp", TARGETS]),
    row("devices", &["bits", "memory"], &[]),
    row("loader", &["bits", "memory"], &[]),
    row("machine", &["bits", "memory", "cpu", "interp", "devices", "topology", "loader", TARGETS], &["testkit"]),
    row("qmp", &["qapi", "machine", "cpu", "topology"], &["testkit"]),
    row("cli", &["machine", "qmp", "qapi", "gdb", "cpu", "topology"], &["testkit"]),
    row("xtask", &["decode", TARGETS], &[]),
    row("tests", &[ANY], &[ANY]),
    row("benches", &[ANY], &[ANY]),
];

/// Who alone may use a package from outside, and why.
static RESERVED: &[(&str, &[&str], &str)] = &[
    ("serde_json", &["qapi", "qmp", "cli", "testkit", "xtask", "tests"], "only qapi and qmp speak JSON"),
    ("clap", &["cli", "xtask"], "only cli reads the command line"),
    ("comfy-table", &["cli"], "only cli prints"),
    ("rayon", &["machine"], "only the scheduler starts threads"),
    ("gdbstub", &["gdb"], "one crate speaks gdb's protocol"),
    ("vm-fdt", &["loader", "machine", "topology"], "devicetrees are made where boards are"),
];

/// Compares the workspace with the tables.
///
/// # Errors
/// One line for each edge that is not allowed.
pub fn run() -> Result<()> {
    let wrong = check()?;
    if wrong.is_empty() {
        say("layers: all dependencies are allowed");
        return Ok(());
    }
    bail!("{} dependencies break the layers:\n  {}", wrong.len(), wrong.join("\n  "))
}

/// The edges that are not allowed, as sentences.
///
/// # Errors
/// When cargo can't be asked.
pub fn check() -> Result<Vec<String>> {
    let text = output(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--offline"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    Ok(judge(&edges(&metadata)?))
}

/// A dependency as `Cargo.toml` has it.
#[derive(Debug)]
struct Edge {
    from: String,
    /// Whether `from` lies below `targets/`.
    from_target: bool,
    to: String,
    dev: bool,
}

fn edges(metadata: &Value) -> Result<Vec<Edge>> {
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let mut edges = Vec::new();
    for package in packages {
        let from = package["name"].as_str().unwrap_or_default();
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let from_target = manifest.contains("/targets/");
        edges.push(Edge { from: from.to_owned(), from_target, to: String::new(), dev: false });
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default().to_owned();
            let dev = dependency["kind"] == "dev";
            edges.push(Edge { from: from.to_owned(), from_target, to, dev });
        }
    }
    Ok(edges)
}

fn judge(edges: &[Edge]) -> Vec<String> {
    let members: BTreeMap<&str, bool> = edges.iter().map(|e| (e.from.as_str(), e.from_target)).collect();
    let group = |name: &str| if members.get(name) == Some(&true) { TARGETS.to_owned() } else { name.to_owned() };
    let mut wrong = BTreeSet::new();
    for edge in edges {
        let Some(row) = ROWS.iter().find(|r| r.name == group(&edge.from)) else {
            wrong.insert(format!("{} has no row in xtask/src/layers.rs: say there what it may use", edge.from));
            continue;
        };
        if edge.to.is_empty() {
            continue;
        }
        if let Some((_, users, why)) = RESERVED.iter().find(|(name, ..)| *name == edge.to) {
            if !edge.dev && !users.contains(&edge.from.as_str()) {
                wrong.insert(format!("{} uses {}, but {why}", edge.from, edge.to));
            }
        } else if members.contains_key(edge.to.as_str()) {
            let to = group(&edge.to);
            let named = |list: &[&str]| list.iter().any(|n| *n == to || *n == ANY);
            if !(named(row.uses) || edge.dev && named(row.tests)) {
                let what = if edge.dev { "tests of " } else { "" };
                wrong.insert(format!("{what}{} must not use {}", edge.from, edge.to));
            }
        }
    }
    wrong.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, from_target: bool, to: &str, dev: bool) -> Edge {
        Edge { from: from.to_owned(), from_target, to: to.to_owned(), dev }
    }

    #[test]
    fn the_workspace_keeps_its_layers() {
        let wrong = check().expect("cargo metadata answers");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn forbidden_edges_are_found() {
        let edges = [
            edge("uop", false, "", false),
            edge("uop", false, "riscv", false),
            edge("riscv", true, "interp", false),
            edge("riscv", true, "interp", true),
            edge("interp", false, "", false),
            edge("devices", false, "serde_json", false),
            edge("novelty", false, "", false),
        ];
        assert_eq!(
            judge(&edges),
            [
                "devices uses serde_json, but only qapi and qmp speak JSON",
                "novelty has no row in xtask/src/layers.rs: say there what it may use",
                "riscv must not use interp",
                "uop must not use riscv",
            ]
        );
    }

    #[test]
    fn rows_use_only_rows_above() {
        for (i, row) in ROWS.iter().enumerate() {
            for used in row.uses.iter().filter(|u| **u != ANY) {
                assert!(ROWS[..i].iter().any(|r| r.name == *used), "{} uses {used}, which is not above it", row.name);
            }
        }
    }
}
